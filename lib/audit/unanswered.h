/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_UNANSWERED_H
#define CXD__AUDIT_UNANSWERED_H

#include "audit/genesis.h"

struct cxd__unanswered_op {
  char *op; /* as it is spelled, with a zero behind it; NULL: the place is free */
  int64_t seq;
};

/*
 * The updates that have an intent and no outcome yet, by op, while a log is read. Intents of segments that are kept elsewhere are
 * known by number only, and forgotten once a later list does not have them any more. Zero-initialise.
 */
struct cxd__unanswered {
  struct cxd__unanswered_op *places; /* a table with open places, `cap` of them, a power of two */
  size_t count, cap;
  uint64_t seed[2];
  int64_t *early;
  size_t early_count;
};

/* Takes a record into account, whatever its kind; its text must be JSON. 0, or -1: no memory. */
int cxd__unanswered_see(struct cxd__unanswered *unanswered, const struct cxd__line *line);

/* Starts with the list of a genesis whose segments before are not read. 0, or -1: no memory. */
int cxd__unanswered_start(struct cxd__unanswered *unanswered, struct cxd__slice open);

/* How many there are, and their numbers in ascending order: at most `room` of them, the lowest. */
size_t cxd__unanswered_list(const struct cxd__unanswered *unanswered, int64_t *out, size_t room);
void cxd__unanswered_free(struct cxd__unanswered *unanswered);

#endif
