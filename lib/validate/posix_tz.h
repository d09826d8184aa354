/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_POSIX_TZ_H
#define CXD__VALIDATE_POSIX_TZ_H

#include <stddef.h>
#include <stdint.h>

#include "validate/tz.h"

/* The rule of a TZ string such as "EST5EDT,M3.2.0,M11.1.0", as the last line of a TZif file has it: values only, no memory of its own. */
#define CXD__POSIX_NAME_MAX 31

struct cxd__posix_side {
  int32_t offset_s; /* to add to UTC: the opposite of what the string writes */
  int32_t dst;
  char name[CXD__POSIX_NAME_MAX + 1];
};

/* One change: on a day of the year at a local time that may lie days before or after it. */
struct cxd__posix_change {
  char form; /* 'M': day (0 = Sunday) of week (5: the last) of month; 'J': day 1 to 365, 29 February never counts; 'N': day 0 to 365 */
  int8_t month, week;
  int16_t day;
  int32_t time_s;
};

struct cxd__posix_tz {
  int32_t changes; /* 0: std holds for ever, also when the string has a rule that never leaves one side */
  struct cxd__posix_side std, dst;
  struct cxd__posix_change start, end; /* of dst: start in std's local time, end in dst's */
};

/* 0: the text is no such rule. A name for summer time without its two changes is refused: what to assume is anyone's guess. */
int cxd__posix_tz_read(const char *text, size_t len, struct cxd__posix_tz *out);

/* The abbreviation is borrowed from rule. */
void cxd__posix_tz_at(const struct cxd__posix_tz *rule, int64_t unix_s, struct cxd__tz_span *out);
void cxd__posix_tz_ahead(const struct cxd__posix_tz *rule, int64_t unix_s, struct cxd__tz_span *out); /* the same, but out->since is not looked for: INT64_MIN */

#endif
