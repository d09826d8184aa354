/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_UNANSWERED_H
#define CXD__AUDIT_UNANSWERED_H

#include "audit/genesis.h"

struct cxd__op {
  char *text; /* as it is spelled, with a zero behind it; NULL: the place is free */
  int64_t seq;
};

/* Updates by op: a table with open places, `cap` of them, a power of two. */
struct cxd__ops {
  struct cxd__op *places;
  size_t count, cap;
  uint64_t seed[2];
};

#define CXD__ANSWERED 4096

/*
 * The updates that have an intent and no outcome yet, and those of them that got one last: CXD__ANSWERED of them. Zero-initialise.
 */
struct cxd__unanswered {
  struct cxd__ops open, answered;
  char **order; /* texts in `answered`, oldest at `oldest`; NULL where there is none yet */
  size_t oldest;
};

/* Takes a record into account, whatever its kind; its text must be JSON. 0; 1: an outcome of an update that has one; -1: no memory. */
int cxd__unanswered_see(struct cxd__unanswered *unanswered, const struct cxd__line *line);

/* Starts with the list of a genesis whose segments before are not read. 0, or -1: no memory. */
int cxd__unanswered_start(struct cxd__unanswered *unanswered, struct cxd__slice open);

/* How many have no outcome, and the numbers of their intents in ascending order: at most `room` of them, the lowest. */
size_t cxd__unanswered_list(const struct cxd__unanswered *unanswered, int64_t *out, size_t room);
void cxd__unanswered_free(struct cxd__unanswered *unanswered);

#endif
