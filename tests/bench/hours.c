/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * What a look at the clock costs: nanoseconds of CPU for each call of cxd__tz_at() and cxd__schedule_at(), beside two raw
 * baselines in the same run, a chain of four strcmp() and localtime_r() with TZ set.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cpu.h"
#include "schedule.h"

#define MINUTE 60

static struct cxd__tz *new_york;
static struct cxd__jurisdiction us, rhode_island, never;
static struct cxd__day_rule federal[11];
static struct cxd__holidays holidays = {NULL, 11, federal};
static struct cxd__calendar calendar_us = {.row = &us, .zone = "America/New_York"}, calendar_ri = {.row = &rhode_island, .zone = "America/New_York"},
                            calendar_never = {.row = &never, .zone = "America/New_York"};
/* Never open, and 100 blackouts and 24 holidays of a far year to look through on each of the 1,600 days. */
static struct cxd__blackout far_blackouts[100];
static struct cxd__day_rule far_days[24];
static struct cxd__holidays far_holidays = {NULL, 24, far_days};
static struct cxd__calendar calendar_crowded = {.row = &never, .holidays = &far_holidays, .blackouts = far_blackouts, .blackout_count = 100, .zone = "America/New_York"};
static int64_t sink; /* so that no call is left out */

static void make_rows(void) {
  const struct cxd__day_rule rules[] = {observed(yearly(1, 1, "New Year's Day")), nth(1, 0, 3, "Martin Luther King Day"), nth(2, 0, 3, "Washington's Birthday"), nth(5, 0, 0, "Memorial Day"),
                                        observed(yearly(6, 19, "Juneteenth")), observed(yearly(7, 4, "Independence Day")), nth(9, 0, 1, "Labor Day"), nth(10, 0, 2, "Columbus Day"),
                                        observed(yearly(11, 11, "Veterans Day")), nth(11, 3, 4, "Thanksgiving Day"), observed(yearly(12, 25, "Christmas Day"))};
  memcpy(federal, rules, sizeof federal);
  us = row_of(EVERY_DAY, HM(8, 0), HM(21, 0));
  rhode_island = row_of(0x1f, HM(9, 0), HM(18, 0));
  add_window(&rhode_island.now.week, ONLY_SAT, HM(10, 0), HM(17, 0));
  rhode_island.now.holidays = &holidays;
  never = row_of(0, 0, 0);
  for (int i = 0; i < 100; i++)
    far_blackouts[i] = blackout_dates("Far", (struct cxd__date){2060, 3, 1}, (struct cxd__date){2060, 3, 2});
  for (int i = 0; i < 24; i++)
    far_days[i] = observed(once(2060, 3, i + 1, "Far"));
}

static void four_names(int64_t at) {
  static const char *const names[] = {"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"};
  static const char *volatile asked = "America/Los_Angeles";
  const char *name = asked;
  (void)at;
  sink += strcmp(name, names[0]) == 0 || strcmp(name, names[1]) == 0 || strcmp(name, names[2]) == 0 || strcmp(name, names[3]) == 0;
}

static void by_libc(int64_t at) {
  time_t instant = (time_t)at;
  struct tm tm;
  sink += localtime_r(&instant, &tm)->tm_hour;
}

static void by_tz(int64_t at) {
  struct cxd__tz_span span;
  cxd__tz_at(new_york, at, &span);
  sink += span.offset_s;
}

static void ask(const struct cxd__calendar *calendar, int64_t at) {
  struct cxd__period period;
  cxd__schedule_at(calendar, new_york, at, &period);
  sink += period.state;
}

static void by_us(int64_t at) { ask(&calendar_us, at); }
static void by_ri(int64_t at) { ask(&calendar_ri, at); }
static void by_never(int64_t at) { ask(&calendar_never, at); }
static void by_crowded(int64_t at) { ask(&calendar_crowded, at); }

#define SAME(title, function, blocks, most) {.name = title "-same", .call = function, .calls = blocks, .target_ns = most, .baseline = LIBC}
#define MOVING(title, function, blocks, most) {.name = title, .call = function, .calls = blocks, .step = 7919 * MINUTE, .target_ns = most, .baseline = LIBC}
#define LIBC "localtime_r-moving"

static struct cpu_subject subjects[] = {
  SAME("schedule-us", by_us, 500, 2000),
  MOVING("schedule-us-moving", by_us, 500, 2000),
  MOVING("schedule-holidays-moving", by_ri, 200, 5000),
  MOVING("schedule-never-open", by_never, 5, 1000000),
  MOVING("schedule-crowded", by_crowded, 2, 1000000),
  SAME("tz", by_tz, 2000, 100),
  MOVING("tz-moving", by_tz, 2000, 100),
  {.name = "strcmp-four", .call = four_names, .calls = 2000},
  {.name = "localtime_r-same", .call = by_libc, .calls = 1000},
  {.name = LIBC, .call = by_libc, .calls = 1000, .step = 7919 * MINUTE},
};

int main(void) {
  if (setenv("TZ", "America/New_York", 1) != 0)
    return 3;
  tzset();
  new_york = zone_if_any("America/New_York");
  if (!new_york)
    return 3;
  make_rows();
  int status = cpu_run("hours", subjects, (int)(sizeof subjects / sizeof *subjects));
  cxd__tz_unref(new_york);
  return sink == INT64_MIN ? 3 : status;
}
