/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdint.h>
#include <string.h>

#include "core/verdict.h"

#define DAY_MS 86400000

static const char *skip(const char *p) {
  while (*p == ' ' || *p == '\t')
    p++;
  return p;
}

/* Days from 1970-01-01 of a proleptic Gregorian date (month 1 to 12). */
static int64_t days_of(int64_t year, int month, int day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t in_era = year - era * 400;
  int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static int number(const char **p, int digits, int *out) {
  *out = 0;
  for (int i = 0; i < digits; i++, (*p)++) {
    if (**p < '0' || **p > '9')
      return 0;
    *out = *out * 10 + (**p - '0');
  }
  return 1;
}

static int word(const char **p, const char *text) {
  size_t len = strlen(text);
  if (strncmp(*p, text, len) != 0)
    return 0;
  *p += len;
  return 1;
}

static int month(const char **p, int *out) {
  static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  for (int i = 0; i < 12; i++)
    if (strncmp(*p, names + 3 * i, 3) == 0) {
      *p += 3;
      *out = i + 1;
      return 1;
    }
  return 0;
}

enum names { SHORT_NAMES, LONG_NAMES };

static int day_name(const char **p, enum names form) {
  static const char *const names[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    size_t len = form == LONG_NAMES ? strlen(names[i]) : 3;
    if (strncmp(*p, names[i], len) == 0) {
      *p += len;
      return 1;
    }
  }
  return 0;
}

/* At the end of a field, or of an element of a list. */
static int ends(const char **p) {
  *p = skip(*p);
  return **p == '\0' || **p == ',';
}

struct date {
  int year, month, day, hour, minute, second;
};

static int clock_time(const char **p, struct date *d) {
  return number(p, 2, &d->hour) && word(p, ":") && number(p, 2, &d->minute) && word(p, ":") && number(p, 2, &d->second);
}

static int imf_fixdate(const char **p, struct date *d) {
  return day_name(p, SHORT_NAMES) && word(p, ", ") && number(p, 2, &d->day) && word(p, " ") && month(p, &d->month) && word(p, " ") && number(p, 4, &d->year) && word(p, " ") &&
         clock_time(p, d) && word(p, " GMT") && ends(p);
}

/* RFC 9110 5.6.7: a two-digit year that seems more than 50 years ahead is in the past century. */
static int rfc850(const char **p, int this_year, struct date *d) {
  if (!(day_name(p, LONG_NAMES) && word(p, ", ") && number(p, 2, &d->day) && word(p, "-") && month(p, &d->month) && word(p, "-") && number(p, 2, &d->year) && word(p, " ") &&
        clock_time(p, d) && word(p, " GMT") && ends(p)))
    return 0;
  d->year += this_year / 100 * 100;
  if (d->year > this_year + 50)
    d->year -= 100;
  return 1;
}

static int asctime_date(const char **p, struct date *d) {
  if (!(day_name(p, SHORT_NAMES) && word(p, " ") && month(p, &d->month) && word(p, " ")))
    return 0;
  if (**p == ' ') {
    ++*p;
    if (!number(p, 1, &d->day))
      return 0;
  } else if (!number(p, 2, &d->day))
    return 0;
  return word(p, " ") && clock_time(p, d) && word(p, " ") && number(p, 4, &d->year) && ends(p);
}

static int exists(const struct date *d) {
  int last = d->month == 12 ? 31 : (int)(days_of(d->year, d->month + 1, 1) - days_of(d->year, d->month, 1));
  return d->day >= 1 && d->day <= last && d->hour <= 23 && d->minute <= 59 && d->second <= 60;
}

/* Steps over the date when there is one. */
static int parse_date(const char **at, int64_t wall_ms, int64_t *out_ms) {
  struct date d = {0, 0, 0, 0, 0, 0};
  int this_year = 1970 + (int)((double)wall_ms / (DAY_MS * 365.2425));
  const char *start = skip(*at), *p = start;
  if (!imf_fixdate(&p, &d) && !rfc850((p = start, &p), this_year, &d) && !asctime_date((p = start, &p), &d))
    return 0;
  if (!exists(&d))
    return 0;
  *at = p;
  *out_ms = ((days_of(d.year, d.month, d.day) * 24 + d.hour) * 60 + d.minute) * 60000 + (int64_t)d.second * 1000;
  return 1;
}

/* Steps over the digits when they are all there is. */
static int parse_seconds(const char **at, int64_t *out_ms) {
  const char *p = *at;
  size_t digits = strspn(p, "0123456789");
  const char *end = p + digits;
  if (digits == 0 || !ends(&end))
    return 0;
  while (*p == '0' && digits > 1) {
    p++;
    digits--;
  }
  int64_t value = 0;
  for (size_t i = 0; i < digits && digits <= 10; i++)
    value = value * 10 + (p[i] - '0');
  *at = end;
  *out_ms = digits > 10 ? INT64_MAX : value * 1000;
  return 1;
}

/* The response's own Date takes the two clocks' difference out. */
static int64_t reference(const char *date, int64_t wall_ms) {
  int64_t ms;
  return date && parse_date(&date, wall_ms, &ms) && *date == '\0' ? ms : wall_ms;
}

/* One element of a list: -1 when malformed, *at then stands where it stood. */
static int64_t element(const char **at, const char *date, int64_t wall_ms) {
  int64_t ms;
  if (parse_seconds(at, &ms))
    return ms;
  if (!parse_date(at, wall_ms, &ms))
    return -1;
  int64_t delay = ms - reference(date, wall_ms);
  return delay < 0 ? 0 : delay > DAY_MS ? INT64_MAX : delay;
}

/* A proxy may have joined several fields: the largest wait of those that can be read. */
int64_t cxd__retry_after_ms(const char *field, const char *date, int64_t wall_ms) {
  int64_t most = -1;
  for (const char *p = field; p; p = *p == ',' ? p + 1 : NULL) {
    p = skip(p);
    int64_t ms = element(&p, date, wall_ms);
    most = ms > most ? ms : most;
    p += strcspn(p, ",");
  }
  return most;
}
