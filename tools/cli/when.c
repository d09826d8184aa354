/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "when.h"

#include <stdio.h>
#include <stdlib.h>

const char *const when_weekdays[7] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
const char *const when_months[12] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

int64_t when_day(int64_t unix_s, int32_t offset_s) { return floor_div(unix_s + offset_s, DAY_S); }

/* Counts from 1 March of year 0 in eras of 400 years, so that the leap day is the last one of a year. */
static void set_date(struct when *when, int64_t day) {
  int64_t shifted = day + 719468, era = floor_div(shifted, 146097), in_era = shifted - era * 146097;
  int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
  int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
  int month = (int)((5 * in_year + 2) / 153);
  when->day = (int)(in_year - (153 * month + 2) / 5 + 1);
  when->month = month < 10 ? month + 3 : month - 9;
  when->year = year + era * 400 + (when->month <= 2);
  when->weekday = (int)(day + 3 - floor_div(day + 3, 7) * 7);
}

int64_t when_seconds(int64_t unix_ms) { return unix_ms / 1000 - (unix_ms % 1000 < 0); }

struct when when_of(int64_t unix_s, int32_t offset_s) {
  struct when when;
  int64_t day = when_day(unix_s, offset_s);
  int second = (int)(unix_s + offset_s - day * DAY_S);
  set_date(&when, day);
  when.hour = second / 3600;
  when.minute = second / 60 % 60;
  when.second = second % 60;
  return when;
}

void when_offset(char out[WHEN_TEXT], int32_t offset_s) {
  int size = abs(offset_s);
  int len = snprintf(out, WHEN_TEXT, "%c%02d:%02d", offset_s < 0 ? '-' : '+', size / 3600, size / 60 % 60);
  if (size % 60)
    snprintf(out + len, (size_t)(WHEN_TEXT - len), ":%02d", size % 60);
}

/* RFC 3339 has no seconds in an offset; clock and offset are both of the whole minute, so that the instant stays right. */
void when_rfc3339(char out[WHEN_TEXT], int64_t unix_s, int32_t offset_s) {
  int32_t minutes = offset_s / 60;
  struct when at = when_of(unix_s, minutes * 60);
  char offset[WHEN_TEXT] = "Z";
  if (minutes)
    when_offset(offset, minutes * 60);
  snprintf(out, WHEN_TEXT, "%04lld-%02d-%02dT%02d:%02d:%02d%.6s", (long long)at.year, at.month, at.day, at.hour, at.minute, at.second, offset);
}

void when_date(char out[WHEN_TEXT], int64_t day) {
  struct when at = when_of(day * DAY_S, 0);
  snprintf(out, WHEN_TEXT, "%04lld-%02d-%02d", (long long)at.year, at.month, at.day);
}

void when_minute(char out[WHEN_TEXT], int64_t unix_s, int32_t offset_s) {
  struct when at = when_of(unix_s, offset_s);
  snprintf(out, WHEN_TEXT, "%04lld-%02d-%02d %02d:%02d", (long long)at.year, at.month, at.day, at.hour, at.minute);
}

void when_range(char out[WHEN_TEXT], int64_t since, int32_t since_offset_s, int64_t until, int32_t until_offset_s) {
  struct when from = when_of(since, since_offset_s), to = when_of(until, until_offset_s);
  int at_midnight = to.hour == 0 && to.minute == 0 && to.second == 0;
  snprintf(out, WHEN_TEXT, "%02d:%02d-%02d:%02d", from.hour, from.minute, at_midnight ? 24 : to.hour, to.minute);
}
