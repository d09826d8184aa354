/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_GENESIS_H
#define CXD__AUDIT_GENESIS_H

#include "audit/chain.h"

#define CXD__NAME_BYTES 256 /* the longest file name, with its zero */

enum cxd__why { CXD__WHY_FIRST, CXD__WHY_SIZE, CXD__WHY_DAY, CXD__WHY_KEY, CXD__WHY_SYNC, CXD__WHY_BROKEN };

/* What the genesis of a segment says about the segment before. */
struct cxd__genesis {
  enum cxd__why why;
  char prev_name[CXD__NAME_BYTES];
  struct cxd__link prev;
  int has_sum;
  unsigned char sum[CXD__HASH_BYTES];
  struct cxd__slice open; /* an array; points into the line */
};

/*
 * Reads a genesis whose text is JSON: NULL, or what is wrong with it. Number 1 is that of the first segment; a prev_name is
 * "<log>.<12 digits>", or that with ".1", ".2", ... behind.
 */
const char *cxd__genesis_read(const struct cxd__line *line, struct cxd__genesis *out);

/* A member of a record whose text is JSON; absent when there is none. */
struct cxd__slice cxd__line_member(const struct cxd__line *line, const char *name);

/* Whether the name is that of a segment that was moved aside. *log: length of the name of its log; *first: the number in it. */
int cxd__segment_name(const char *name, size_t *log, int64_t *first);

/* The other way round: the name of copy 0, 1, ... of the segment of a log, whose name has `len` bytes. 0, or -1 and ENAMETOOLONG. */
int cxd__segment_spell(const char *log, size_t len, int64_t first, int copy, char name[CXD__NAME_BYTES]);

#endif
