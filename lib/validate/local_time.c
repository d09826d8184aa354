/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/local_time.h"

#include <stdio.h>
#include <string.h>

#define DAY_S 86400

/* Far from any calendar: shown at the edge of it. */
#define EARLIEST (-62135596800)
#define LATEST 253402300799

static int64_t clamp(int64_t unix_s) { return unix_s < EARLIEST ? EARLIEST : unix_s > LATEST ? LATEST : unix_s; }

static int64_t day_of(int64_t seconds, int32_t *second_of_day) {
  int64_t day = seconds / DAY_S - (seconds % DAY_S < 0);
  *second_of_day = (int32_t)(seconds - day * DAY_S);
  return day;
}

int64_t cxd__local_day(const struct cxd__tz *tz, int64_t unix_s, int32_t *second_of_day) {
  struct cxd__tz_span span;
  cxd__tz_at(tz, clamp(unix_s), &span);
  return day_of(clamp(unix_s) + span.offset_s, second_of_day);
}

static const char *weekday_name(int64_t day) {
  static const char *const names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  return names[cxd__weekday_of(day)];
}

void cxd__local_text(const struct cxd__tz *tz, const char *zone, int64_t unix_s, char *out, size_t size) {
  struct cxd__tz_span span;
  int32_t second;
  int64_t day = cxd__local_day(tz, unix_s, &second);
  struct cxd__date date = cxd__date_of(day);
  cxd__tz_at(tz, clamp(unix_s), &span);
  (void)snprintf(out, size, "%s %04d-%02d-%02d %02d:%02d %s in %s", weekday_name(day), (int)date.year, date.month, date.day, (int)(second / 3600), (int)(second / 60 % 60),
                 span.abbreviation, zone);
}

void cxd__utc_text(int64_t unix_s, char out[40]) {
  int32_t second;
  struct cxd__date date = cxd__date_of(day_of(clamp(unix_s), &second));
  (void)snprintf(out, 40, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)date.year, date.month, date.day, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
}

void cxd__opening_text(const struct cxd__tz *tz, int64_t unix_s, char *out, size_t size) {
  struct cxd__tz_span span;
  char utc[40];
  int32_t second;
  int64_t day = cxd__local_day(tz, unix_s, &second);
  cxd__tz_at(tz, clamp(unix_s), &span);
  cxd__utc_text(unix_s, utc);
  (void)snprintf(out, size, "the next opening is %s (%s %02d:%02d %s)", utc, weekday_name(day), (int)(second / 3600), (int)(second / 60 % 60), span.abbreviation);
}

static void write_windows(const struct cxd__day_hours *hours, char *out, size_t size) {
  size_t len = 0;
  out[0] = '\0';
  for (int32_t i = 0; i < hours->count && len < size; i++) {
    int from = hours->at[i].from, to = hours->at[i].to > CXD__DAY_MINUTES ? hours->at[i].to - CXD__DAY_MINUTES : hours->at[i].to;
    int wrote = snprintf(out + len, size - len, "%s%02d:%02d-%02d:%02d", i ? ", " : "", from / 60, from % 60, to / 60, to % 60);
    len += wrote > 0 ? (size_t)wrote : size;
  }
}

void cxd__hours_text(const struct cxd__place *place, int64_t unix_s, char *out, size_t size) {
  const struct cxd__jurisdiction *row = place->calendar.row;
  char hours[120];
  int32_t second;
  int64_t day = cxd__local_day(place->tz, unix_s, &second);
  const struct cxd__regime *regime = day < row->since ? &row->before : &row->now;
  const struct cxd__day_hours *today = &regime->week.day[cxd__weekday_of(day)];
  write_windows(today, hours, sizeof hours);
  (void)snprintf(out, size, "%.40s allows %s%s on %s (%.90s)", row->code, today->count ? "calls " : "no calls", hours, weekday_name(day), row->source);
}
