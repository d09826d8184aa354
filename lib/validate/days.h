/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_DAYS_H
#define CXD__VALIDATE_DAYS_H

#include "validate/hours.h"

/* Which dates the rules of hours.h mean. */
struct cxd__day {
  int64_t number; /* days since 1970-01-01 */
  struct cxd__date date;
  int weekday; /* 0 = Monday */
};

struct cxd__day cxd__day_of(int64_t number);

/* The name of the rule that closes a date: one that falls on it, else one that is observed on it; NULL: none. set may be NULL. */
const char *cxd__holidays_on(const struct cxd__holidays *set, const struct cxd__day *day);

/* The time range of a blackout begins on this date; says nothing on its jurisdictions and zones. */
int cxd__blackout_begins(const struct cxd__blackout *blackout, const struct cxd__day *day);

#endif
