/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/days.h"

#define MONDAY 0
#define FRIDAY 4
#define SUNDAY 6

struct cxd__day cxd__day_of(int64_t number) {
  struct cxd__date date = cxd__date_of(number);
  return (struct cxd__day){number, date, cxd__weekday_of(number), cxd__date_order(date)};
}

struct cxd__day cxd__day_before(const struct cxd__day *day) {
  if (day->date.day <= 1)
    return cxd__day_of(day->number - 1);
  struct cxd__date date = {day->date.year, day->date.month, (int8_t)(day->date.day - 1)};
  return (struct cxd__day){day->number - 1, date, day->weekday ? day->weekday - 1 : SUNDAY, cxd__date_order(date)};
}

static int same_month_day(struct cxd__date a, struct cxd__date b) { return a.month == b.month && a.day == b.day; }

static int is_nth(const struct cxd__day_rule *rule, const struct cxd__day *day) {
  if (day->weekday != rule->weekday || day->date.month != rule->date.month)
    return 0;
  if (rule->n == 0)
    return day->date.day + 7 > cxd__month_days(day->date.year, day->date.month);
  return (day->date.day - 1) / 7 + 1 == rule->n;
}

/* Easter is worked out for a Sunday of March or April only. */
static int is_easter(int64_t sunday) {
  if (cxd__weekday_of(sunday) != SUNDAY)
    return 0;
  struct cxd__date date = cxd__date_of(sunday);
  return (date.month == 3 || date.month == 4) && cxd__easter_of(date.year) == sunday;
}

static int falls_on(const struct cxd__day_rule *rule, const struct cxd__day *day) {
  switch (rule->kind) {
  case CXD__DAY_ONCE:
    return rule->date.year == day->date.year && same_month_day(rule->date, day->date);
  case CXD__DAY_YEARLY:
    return same_month_day(rule->date, day->date);
  case CXD__DAY_NTH:
    return is_nth(rule, day);
  case CXD__DAY_EASTER:
    return is_easter(day->number - rule->offset);
  }
  return 0;
}

/* The Saturday or Sunday that is observed on this date, if it is such a date. */
static int weekend_of(const struct cxd__day *day, struct cxd__day *out) {
  if (day->weekday != FRIDAY && day->weekday != MONDAY)
    return 0;
  *out = cxd__day_of(day->weekday == FRIDAY ? day->number + 1 : day->number - 1);
  return 1;
}

const char *cxd__holidays_on(const struct cxd__holidays *set, const struct cxd__day *day) {
  const char *observed = NULL;
  struct cxd__day weekend = {0};
  if (!set || set->count == 0)
    return NULL;
  int beside = weekend_of(day, &weekend);
  for (size_t i = 0; i < set->count; i++) {
    const struct cxd__day_rule *rule = &set->days[i];
    if (falls_on(rule, day))
      return rule->name;
    if (beside && rule->observed && !observed && falls_on(rule, &weekend))
      observed = rule->name;
  }
  return observed;
}
