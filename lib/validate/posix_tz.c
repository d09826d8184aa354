/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/posix_tz.h"

#include "validate/civil.h"

#define DAY_S 86400
#define CYCLE_YEARS 400 /* after which the calendar repeats, weekdays included */
#define CYCLE_S (INT64_C(146097) * DAY_S)

/* What is left of the text; bad sticks. */
struct cursor {
  const char *p, *end;
  int bad;
};

static int next_is(const struct cursor *in, char c) { return in->p < in->end && *in->p == c; }

static int take(struct cursor *in, char c) {
  if (!next_is(in, c))
    return 0;
  in->p++;
  return 1;
}

static void expect(struct cursor *in, char c) {
  if (!take(in, c))
    in->bad = 1;
}

static int is_digit(char c) { return c >= '0' && c <= '9'; }

static int is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/* One to three digits, from low to high. */
static int32_t number(struct cursor *in, int32_t low, int32_t high) {
  int32_t value = 0;
  int digits = 0;
  for (; digits < 3 && in->p < in->end && is_digit(*in->p); digits++)
    value = value * 10 + (*in->p++ - '0');
  if (digits == 0 || value < low || value > high)
    in->bad = 1;
  return in->bad ? low : value;
}

/* [+-]h[hh][:mm[:ss]] in seconds. */
static int32_t clock_time(struct cursor *in, int32_t most_hours) {
  int negative = take(in, '-');
  if (!negative)
    (void)take(in, '+');
  int32_t seconds = number(in, 0, most_hours) * 3600;
  if (take(in, ':')) {
    seconds += number(in, 0, 59) * 60;
    if (take(in, ':'))
      seconds += number(in, 0, 59);
  }
  return negative ? -seconds : seconds;
}

static void name(struct cursor *in, char out[CXD__POSIX_NAME_MAX + 1]) {
  int quoted = take(in, '<');
  size_t len = 0;
  while (in->p < in->end && (is_letter(*in->p) || (quoted && (is_digit(*in->p) || *in->p == '+' || *in->p == '-')))) {
    if (len == CXD__POSIX_NAME_MAX) {
      in->bad = 1;
      break;
    }
    out[len++] = *in->p++;
  }
  out[len] = '\0';
  if (quoted)
    expect(in, '>');
  if (len < 3)
    in->bad = 1;
}

static struct cxd__posix_change change(struct cursor *in) {
  struct cxd__posix_change out = {.form = 'N', .time_s = 2 * 3600};
  if (take(in, 'M')) {
    out.form = 'M';
    out.month = (int8_t)number(in, 1, 12);
    expect(in, '.');
    out.week = (int8_t)number(in, 1, 5);
    expect(in, '.');
    out.day = (int16_t)number(in, 0, 6);
  } else if (take(in, 'J')) {
    out.form = 'J';
    out.day = (int16_t)number(in, 1, 365);
  } else {
    out.day = (int16_t)number(in, 0, 365);
  }
  if (take(in, '/'))
    out.time_s = clock_time(in, 167);
  return out;
}

static void summer(struct cursor *in, struct cxd__posix_tz *out) {
  out->changes = 1;
  out->dst.dst = 1;
  name(in, out->dst.name);
  out->dst.offset_s = next_is(in, ',') ? out->std.offset_s + 3600 : -clock_time(in, 24);
  expect(in, ',');
  out->start = change(in);
  expect(in, ',');
  out->end = change(in);
}

static int64_t month_change(int32_t year, const struct cxd__posix_change *change) {
  int64_t first = cxd__days_of((struct cxd__date){year, change->month, 1});
  int sunday_first = (cxd__weekday_of(first) + 1) % 7;
  int day = (change->day - sunday_first + 7) % 7 + (change->week - 1) * 7;
  if (day >= cxd__month_days(year, change->month))
    day -= 7;
  return first + day;
}

static int64_t day_of(int32_t year, const struct cxd__posix_change *change) {
  if (change->form == 'M')
    return month_change(year, change);
  int64_t first = cxd__days_of((struct cxd__date){year, 1, 1});
  if (change->form == 'N')
    return first + change->day;
  return first + change->day - 1 + (change->day >= 60 && cxd__month_days(year, 2) == 29);
}

static int64_t start_of(const struct cxd__posix_tz *rule, int32_t year) {
  return day_of(year, &rule->start) * DAY_S + rule->start.time_s - rule->std.offset_s;
}

static int64_t end_of(const struct cxd__posix_tz *rule, int32_t year) {
  return day_of(year, &rule->end) * DAY_S + rule->end.time_s - rule->dst.offset_s;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static int32_t year_of(int64_t unix_s) { return cxd__date_of(floor_div(unix_s, DAY_S)).year; }

/* A change may lie days outside its year, and a summer may reach over the new year: one year more on each side. */
static int is_dst(const struct cxd__posix_tz *rule, int64_t unix_s) {
  static const int8_t years[] = {0, -1, 1, -2}; /* the likeliest first */
  int32_t year = year_of(unix_s);
  for (size_t i = 0; i < sizeof years; i++) {
    int32_t y = year + years[i];
    int64_t start = start_of(rule, y), end = end_of(rule, y);
    if (start > end)
      end = end_of(rule, y + 1);
    if (start <= unix_s && unix_s < end)
      return 1;
  }
  return 0;
}

/* A change that changes nothing, as when summer ends in the moment in which the next one starts, is none. */
static int is_change(const struct cxd__posix_tz *rule, int64_t at) { return is_dst(rule, at) != is_dst(rule, at - 1); }

static int64_t change_before(const struct cxd__posix_tz *rule, int64_t unix_s) {
  int32_t year = year_of(unix_s);
  for (int32_t y = year + 1; y >= year - CYCLE_YEARS; y--) {
    int64_t start = start_of(rule, y), end = end_of(rule, y);
    int64_t late = start > end ? start : end, early = start > end ? end : start;
    if (late <= unix_s && is_change(rule, late))
      return late;
    if (early <= unix_s && is_change(rule, early))
      return early;
  }
  return INT64_MIN;
}

static int64_t change_after(const struct cxd__posix_tz *rule, int64_t unix_s) {
  int32_t year = year_of(unix_s);
  for (int32_t y = year - 1; y <= year + CYCLE_YEARS; y++) {
    int64_t start = start_of(rule, y), end = end_of(rule, y);
    int64_t late = start > end ? start : end, early = start > end ? end : start;
    if (early > unix_s && is_change(rule, early))
      return early;
    if (late > unix_s && is_change(rule, late))
      return late;
  }
  return INT64_MAX;
}

/* "Summer time all year" is written as a rule too: it is found out here, once, so that no later search runs through four centuries. */
static void settle(struct cxd__posix_tz *rule) {
  if (!rule->changes || change_after(rule, 0) != INT64_MAX)
    return;
  rule->changes = 0;
  if (is_dst(rule, 0))
    rule->std = rule->dst;
}

int cxd__posix_tz_read(const char *text, size_t len, struct cxd__posix_tz *out) {
  struct cursor in = {text, text + len, 0};
  *out = (struct cxd__posix_tz){0};
  name(&in, out->std.name);
  out->std.offset_s = -clock_time(&in, 24);
  if (!in.bad && in.p < in.end)
    summer(&in, out);
  if (in.bad || in.p < in.end)
    return 0;
  settle(out);
  return 1;
}

static int64_t shifted(int64_t unix_s, int64_t by, int64_t edge) {
  int64_t sum;
  return unix_s == edge || __builtin_add_overflow(unix_s, by, &sum) ? edge : sum;
}

void cxd__posix_tz_ahead(const struct cxd__posix_tz *rule, int64_t unix_s, struct cxd__tz_span *out) {
  const struct cxd__posix_side *side = &rule->std;
  out->since = INT64_MIN;
  out->until = INT64_MAX;
  if (rule->changes) {
    /* Within a cycle of 1970 no sum can overflow, however far the instant is. */
    int64_t at = unix_s % CYCLE_S;
    if (is_dst(rule, at))
      side = &rule->dst;
    out->until = shifted(change_after(rule, at), unix_s - at, INT64_MAX);
  }
  out->offset_s = side->offset_s;
  out->dst = side->dst;
  out->abbreviation = side->name;
}

void cxd__posix_tz_at(const struct cxd__posix_tz *rule, int64_t unix_s, struct cxd__tz_span *out) {
  int64_t at = unix_s % CYCLE_S;
  cxd__posix_tz_ahead(rule, unix_s, out);
  if (rule->changes)
    out->since = shifted(change_before(rule, at), unix_s - at, INT64_MIN);
}
