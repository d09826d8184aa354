/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "instant.h"

#include <stddef.h>

struct civil {
  int year, month, day, hour, minute, second, ms, offset_min;
};

/* Exactly count digits. */
static int digits(const char **at, int count, int *out) {
  int value = 0;
  for (; count > 0; count--, (*at)++) {
    if (**at < '0' || **at > '9')
      return 0;
    value = value * 10 + (**at - '0');
  }
  *out = value;
  return 1;
}

static int one_of(const char **at, char a, char b) {
  if (**at != a && **at != b)
    return 0;
  (*at)++;
  return 1;
}

static int read_date(const char **at, struct civil *c) {
  return digits(at, 4, &c->year) && one_of(at, '-', '-') && digits(at, 2, &c->month) && one_of(at, '-', '-') && digits(at, 2, &c->day);
}

static int read_time(const char **at, struct civil *c) {
  return digits(at, 2, &c->hour) && one_of(at, ':', ':') && digits(at, 2, &c->minute) && one_of(at, ':', ':') && digits(at, 2, &c->second);
}

static int read_fraction(const char **at, struct civil *c) {
  if (!one_of(at, '.', '.'))
    return 1;
  int count = 0;
  for (int digit; digits(at, 1, &digit); count++)
    if (count < 3)
      c->ms = c->ms * 10 + digit;
  for (int i = count; i < 3; i++)
    c->ms *= 10;
  return count > 0;
}

static int read_offset(const char **at, struct civil *c) {
  if (one_of(at, 'Z', 'z'))
    return 1;
  int sign = **at == '-' ? -1 : 1, hour, minute;
  if (!one_of(at, '+', '-') || !digits(at, 2, &hour) || !one_of(at, ':', ':') || !digits(at, 2, &minute))
    return 0;
  c->offset_min = sign * (hour * 60 + minute);
  return hour <= 23 && minute <= 59;
}

static int is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

static int month_length(int year, int month) {
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return lengths[month - 1] + (month == 2 && is_leap(year));
}

static int in_range(const struct civil *c) {
  return c->month >= 1 && c->month <= 12 && c->day >= 1 && c->day <= month_length(c->year, c->month) && c->hour <= 23 && c->minute <= 59 &&
         c->second <= 60;
}

static int64_t days_since_1970(const struct civil *c) {
  int64_t before = c->year - 1;
  int64_t days = c->year * (int64_t)365 + (c->year > 0 ? before / 4 - before / 100 + before / 400 + 1 : 0) - 719528;
  for (int month = 1; month < c->month; month++)
    days += month_length(c->year, month);
  return days + c->day - 1;
}

/* RFC 3339: a second 60 only where one was ever inserted, at the end of June or December in UTC. */
static int is_leap_second(const struct civil *c, int64_t next_s) {
  int64_t next_day = next_s / 86400;
  struct civil july = {.year = c->year, .month = 7, .day = 1};
  struct civil new_year = {.year = c->year + (c->month == 12), .month = 1, .day = 1};
  return next_s % 86400 == 0 && (next_day == days_since_1970(&july) || next_day == days_since_1970(&new_year));
}

int instant_parse(const char *text, int64_t *unix_ms) {
  struct civil c = {0};
  const char *at = text;
  if (!read_date(&at, &c) || !one_of(&at, 'T', 't') || !read_time(&at, &c) || !read_fraction(&at, &c) || !read_offset(&at, &c) || *at)
    return 0;
  if (!in_range(&c))
    return 0;
  int64_t s = days_since_1970(&c) * 86400 + c.hour * 3600 + (c.minute - c.offset_min) * 60 + c.second;
  if (c.second == 60 && !is_leap_second(&c, s))
    return 0;
  *unix_ms = s * 1000 + c.ms;
  return 1;
}
