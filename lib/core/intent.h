/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_INTENT_H
#define CXD__CORE_INTENT_H

#include <cxdialer/cxdialer.h>

#include "json/value.h"

/* What an intent says of its attempts is believed up to here: nobody waits longer for a process that has ended. */
#define CXD__INTENT_ATTEMPT_MAX_US (INT64_C(600000) * 1000)

/* One entry of the diff; absent: there was none before (old), there is to be none (value). */
struct cxd__intent_edit {
  char *pointer; /* NULL: a member whose name has a zero byte, which cannot be looked up */
  struct cxd__slice old, value;
};

/* An intent record as it stands in the log, or its body alone, which was never in one. Slices point into its text. Zero-initialise. */
struct cxd__intent {
  int64_t seq;              /* 0: it is a body that was never in a log */
  char *op, *campaign, *actor, *writer, *boot; /* actor, writer: NULL when there was none; boot: "" when it is not known */
  int32_t replace, round;
  const char *concurrency;  /* "etag", "version", "none" */
  struct cxd__slice v0;     /* absent: none */
  int64_t attempt_us;       /* how long an attempt of its process may take, at most CXD__INTENT_ATTEMPT_MAX_US; 0: it does not say so */
  struct cxd__intent_edit *edits;
  size_t count;
};

/* line: without its newline, borrowed as long as the intent is used. CXD_E_AUDIT: not an intent of this form; CXD_E_NOMEM. Free in any case. */
cxd_status cxd__intent_read(const char *line, size_t len, struct cxd__intent *out, cxd_error **error);
void cxd__intent_free(struct cxd__intent *intent);

int cxd__intent_tells(const struct cxd__intent *intent);                               /* its values show whether it was applied: something differs from before */
int cxd__intent_as_sent(const struct cxd__intent *intent, struct cxd__slice document); /* every entry holds */
int cxd__intent_as_before(const struct cxd__intent *intent, struct cxd__slice document); /* no entry does anything */

/*
 * How long after the end of its process a copy of its PUT may be under way, in microseconds: own_us, an attempt of the recovering process,
 * or one of its own if that takes longer; 0: none can be, it is of another boot. boot: id of this one, "" or NULL when it is not known.
 */
int64_t cxd__intent_wait_us(const struct cxd__intent *intent, const char *boot, int64_t own_us);

#endif
