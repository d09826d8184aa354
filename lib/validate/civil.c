/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/civil.h"

#define ERA_DAYS 146097 /* 400 years */

/* Days from 0000-03-01, where years that start in March put the leap day last, to 1970-01-01. */
#define EPOCH_SHIFT 719468

/* The last day whose year still fits, about: beyond it the answer is the edge. */
#define FARTHEST INT64_C(784000000000)

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

int64_t cxd__days_of(struct cxd__date date) {
  int64_t year = (int64_t)date.year - (date.month <= 2);
  int64_t era = floor_div(year, 400);
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (date.month > 2 ? date.month - 3 : date.month + 9) + 2) / 5 + date.day - 1;
  return era * ERA_DAYS + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - EPOCH_SHIFT;
}

static int64_t within_reach(int64_t days) { return days > FARTHEST ? FARTHEST : days < -FARTHEST ? -FARTHEST : days; }

struct cxd__date cxd__date_of(int64_t days) {
  int64_t shifted = within_reach(days) + EPOCH_SHIFT;
  int64_t era = floor_div(shifted, ERA_DAYS);
  int32_t day_of_era = (int32_t)(shifted - era * ERA_DAYS);
  int32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int32_t month_from_march = (5 * day_of_year + 2) / 153;
  int32_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  int32_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  return (struct cxd__date){(int32_t)(era * 400 + year_of_era + (month <= 2)), (int8_t)month, (int8_t)day};
}

int cxd__weekday_of(int64_t days) {
  int64_t rest = (days % 7 + 3) % 7; /* 1970-01-01 was a Thursday */
  return (int)(rest < 0 ? rest + 7 : rest);
}

static int is_leap(int32_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int cxd__month_days(int32_t year, int month) {
  static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12)
    return 0;
  return days[month - 1] + (month == 2 && is_leap(year));
}

/* Butcher's algorithm, with his letters; it repeats after 5,700,000 years. */
int64_t cxd__easter_of(int32_t year) {
  int32_t y = year % 5700000 + (year < 0 ? 5700000 : 0);
  int32_t a = y % 19, b = y / 100, c = y % 100, d = b / 4, e = b % 4;
  int32_t g = (8 * b + 13) / 25;
  int32_t h = (19 * a + b - d - g + 15) % 30;
  int32_t i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
  int32_t m = (a + 11 * h + 19 * l) / 433;
  int32_t month = (h + l - 7 * m + 90) / 25, day = (h + l - 7 * m + 33 * month + 19) % 32;
  return cxd__days_of((struct cxd__date){year, (int8_t)month, (int8_t)day});
}

/* -1: not all digits. */
static int32_t number_of(const char *digits, size_t count) {
  int32_t value = 0;
  for (size_t i = 0; i < count; i++) {
    if (digits[i] < '0' || digits[i] > '9')
      return -1;
    value = value * 10 + (digits[i] - '0');
  }
  return value;
}

int cxd__date_read(const char *text, size_t len, struct cxd__date *out) {
  if (len != 10 || text[4] != '-' || text[7] != '-')
    return 0;
  int32_t year = number_of(text, 4), month = number_of(text + 5, 2), day = number_of(text + 8, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > cxd__month_days(year, month))
    return 0;
  *out = (struct cxd__date){year, (int8_t)month, (int8_t)day};
  return 1;
}
