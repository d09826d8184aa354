/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_INTENT_H
#define CXD__CORE_INTENT_H

#include <cxdialer/cxdialer.h>

#include "json/value.h"

/* One entry of the diff; absent: there was none before (old), there is to be none (value). */
struct cxd__intent_edit {
  char *pointer; /* NULL: a member whose name has a zero byte, which cannot be looked up */
  struct cxd__slice old, value;
};

/* An intent record as it stands in the log. Slices point into its text. Zero-initialise. */
struct cxd__intent {
  int64_t seq;
  char *op, *campaign, *actor, *writer, *boot; /* actor: NULL when there was none; boot: "" when it is not known */
  int32_t replace, round;
  const char *concurrency;  /* "etag", "version", "none" */
  struct cxd__slice v0;     /* absent: none */
  struct cxd__intent_edit *edits;
  size_t count;
};

/* line: without its newline, borrowed as long as the intent is used. CXD_E_AUDIT: not an intent of this form; CXD_E_NOMEM. Free in any case. */
cxd_status cxd__intent_read(const char *line, size_t len, struct cxd__intent *out, cxd_error **error);
void cxd__intent_free(struct cxd__intent *intent);

int cxd__intent_tells(const struct cxd__intent *intent);                               /* its values show whether it was applied: something differs from before */
int cxd__intent_as_sent(const struct cxd__intent *intent, struct cxd__slice document); /* every entry holds */
int cxd__intent_as_before(const struct cxd__intent *intent, struct cxd__slice document); /* no entry does anything */

#endif
