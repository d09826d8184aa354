/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_WEEK_H
#define CXD__VALIDATE_WEEK_H

#include "validate/reader.h"

/* {"mon-fri":["09:00-20:00"],"sat":["10:00-18:00"],"sun":[]}: each day once, no window overlaps another, around the week. */
void cxd__week_read(struct cxd__reader *reader, struct cxd__slice value, struct cxd__week *out);
void cxd__week_write(const struct cxd__week *week, struct cxd__buf *out); /* the same form, equal days in a row as a range */

/* Two minutes of a day as a window; a clause on why they are none, or NULL. */
const char *cxd__window_make(int from, int to, struct cxd__window *out);

#endif
