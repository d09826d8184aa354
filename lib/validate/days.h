/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_DAYS_H
#define CXD__VALIDATE_DAYS_H

#include "validate/hours.h"

/* Which dates the rules of hours.h mean. */
struct cxd__day {
  int64_t number; /* days since 1970-01-01 */
  struct cxd__date date;
  int weekday;   /* 0 = Monday */
  int32_t order; /* see cxd__date_order */
};

/* Orders dates; without the year, its remainder by CXD__YEAR_ORDER orders the days of a year. */
#define CXD__YEAR_ORDER 512
static inline int32_t cxd__date_order(struct cxd__date date) { return date.year * CXD__YEAR_ORDER + date.month * 32 + date.day; }

struct cxd__day cxd__day_of(int64_t number);
struct cxd__day cxd__day_before(const struct cxd__day *day); /* most days without another look at the calendar */

/* The name of the rule that closes a date: one that falls on it, else one that is observed on it; NULL: none. set may be NULL. */
const char *cxd__holidays_on(const struct cxd__holidays *set, const struct cxd__day *day);

/* The time range of a blackout begins on this date; says nothing on its jurisdictions and zones. In line: a search asks for each of its days. */
static inline int cxd__blackout_begins(const struct cxd__blackout *blackout, const struct cxd__day *day) {
  if (!(blackout->weekdays >> day->weekday & 1u))
    return 0;
  if (!blackout->dated)
    return 1;
  int32_t first = cxd__date_order(blackout->first), last = cxd__date_order(blackout->last), here = day->order;
  if (!blackout->yearly)
    return here >= first && here <= last;
  first &= CXD__YEAR_ORDER - 1;
  last &= CXD__YEAR_ORDER - 1;
  here &= CXD__YEAR_ORDER - 1;
  return first <= last ? here >= first && here <= last : here >= first || here <= last;
}

#endif
