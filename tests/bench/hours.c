/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * What a look at the clock costs: nanoseconds of CPU for each call of cxd__tz_at() and cxd__schedule_at(), beside two raw
 * baselines in the same run, a chain of four strcmp() and localtime_r() with TZ set. In each round every subject has one
 * block, and each second round goes the other way; the number is the median of the blocks. The first subject is measured
 * twice, as if it were two: when these differ by more than 2 %, the machine was not quiet and the run is void (exit status 77).
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "schedule.h"

#define ROUNDS 401
#define MINUTE 60
#define START 1782907200 /* 2026-07-01T12:00:00Z */
#define AA_LIMIT 0.02

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

struct subject {
  const char *name;
  void (*call)(int64_t at);
  int calls;       /* in a block */
  int64_t step;    /* from call to call; 0: the same instant */
  double target_ns; /* 0: a baseline */
  double ns[ROUNDS];
};

static struct subject subjects[] = {
  {"schedule-us-same", by_us, 500, 0, 2000, {0}},
  {"schedule-us-again", by_us, 500, 0, 2000, {0}}, /* the same once more */
  {"schedule-us-moving", by_us, 500, 7919 * MINUTE, 2000, {0}},
  {"schedule-holidays-moving", by_ri, 200, 7919 * MINUTE, 5000, {0}},
  {"schedule-never-open", by_never, 5, 7919 * MINUTE, 1000000, {0}},
  {"schedule-crowded", by_crowded, 2, 7919 * MINUTE, 1000000, {0}},
  {"tz-same", by_tz, 2000, 0, 100, {0}},
  {"tz-moving", by_tz, 2000, 7919 * MINUTE, 100, {0}},
  {"strcmp-four", four_names, 2000, 0, 0, {0}},
  {"localtime_r-same", by_libc, 1000, 0, 0, {0}},
  {"localtime_r-moving", by_libc, 1000, 7919 * MINUTE, 0, {0}},
};

#define SUBJECTS ((int)(sizeof subjects / sizeof *subjects))

static double cpu_ns(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void measure_block(struct subject *subject, int round) {
  int64_t at = START;
  double began = cpu_ns();
  for (int i = 0; i < subject->calls; i++, at += subject->step)
    subject->call(at);
  subject->ns[round] = (cpu_ns() - began) / subject->calls;
}

static int ascending(const void *a, const void *b) {
  double x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return (x > y) - (x < y);
}

static double median(const double *values) {
  static double sorted[ROUNDS];
  memcpy(sorted, values, sizeof sorted);
  qsort(sorted, ROUNDS, sizeof *sorted, ascending);
  return sorted[ROUNDS / 2];
}

static double ratio_of(const struct subject *a, const struct subject *b) {
  double ratios[ROUNDS];
  for (int i = 0; i < ROUNDS; i++)
    ratios[i] = a->ns[i] / b->ns[i];
  return median(ratios);
}

static int report(void) {
  int missed = 0;
  for (int i = 0; i < SUBJECTS; i++) {
    double ns = median(subjects[i].ns);
    if (subjects[i].target_ns > 0)
      printf("hours-%s-ns %.1f %.0f %s\n", subjects[i].name, ns, subjects[i].target_ns, ns <= subjects[i].target_ns ? "ok" : "MISSED");
    else
      printf("hours-%s-ns %.1f - baseline\n", subjects[i].name, ns);
    missed |= subjects[i].target_ns > 0 && ns > subjects[i].target_ns;
  }
  double aa = ratio_of(&subjects[0], &subjects[1]);
  int is_void = aa < 1 - AA_LIMIT || aa > 1 + AA_LIMIT;
  printf("hours-aa-ratio %.4f %.2f %s\n", aa, 1 + AA_LIMIT, is_void ? "VOID" : "ok");
  return is_void ? 77 : missed;
}

int main(void) {
  if (setenv("TZ", "America/New_York", 1) != 0)
    return 3;
  tzset();
  new_york = zone_if_any("America/New_York");
  if (!new_york)
    return 3;
  make_rows();
  for (int round = 0; round < ROUNDS; round++)
    for (int i = 0; i < SUBJECTS; i++)
      measure_block(&subjects[round % 2 ? SUBJECTS - 1 - i : i], round);
  int status = report();
  cxd__tz_unref(new_york);
  return sink == INT64_MIN ? 3 : status;
}
