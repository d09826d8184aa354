/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_FIELDS_H
#define CXD__AUDIT_FIELDS_H

#include "audit/chain.h"

/* The members of a record that a writer looks at, as raw JSON; p NULL: it has none of that name. */
struct cxd__fields {
  struct cxd__slice t, bt, boot, w, op, campaign, intent_seq;
  struct cxd__slice intents, outcomes, open;            /* checkpoint */
  struct cxd__slice why;                                /* genesis, rotate */
  struct cxd__slice what, records;                      /* recover */
};

/* Of a record that is JSON: nothing is checked here. */
void cxd__fields_read(const struct cxd__line *line, struct cxd__fields *out);

/* The text of a string that has no escapes, as those that a log writes about itself: its length without quotes, 0 when it is none or does not fit. */
size_t cxd__field_text(struct cxd__slice value, char *out, size_t room);
int cxd__field_is(struct cxd__slice value, const char *text);

#endif
