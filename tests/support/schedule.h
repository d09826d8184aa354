/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_SCHEDULE_H
#define CXD_TESTS_SCHEDULE_H

#include <stdio.h>
#include <string.h>

#include "run.h"
#include "validate/civil.h"
#include "validate/schedule.h"
#include "validate/tz.h"

/*
 * Calendars and zones for the tests of schedules. Periods are compared as text: "open 2026-03-08T12:00:00Z 2026-03-09T01:00:00Z",
 * "holiday Christmas Day" in place of "open", "-" for an end that was not found.
 */

#define DAY 86400
#define HM(hours, minutes) ((int16_t)((hours)*60 + (minutes)))

static inline int64_t day_number(int32_t year, int month, int day) { return cxd__days_of((struct cxd__date){year, (int8_t)month, (int8_t)day}); }

static inline int64_t instant(const char *text) {
  int year, month, day, hour, minute, second;
  ck_assert_int_eq(sscanf(text, "%d-%d-%dT%d:%d:%dZ", &year, &month, &day, &hour, &minute, &second), 6);
  return day_number(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
}

static inline const char *instant_text(int64_t unix_s, char out[48]) {
  if (unix_s == INT64_MIN || unix_s == INT64_MAX)
    return "-";
  int64_t day = unix_s / DAY - (unix_s % DAY < 0), second = unix_s - day * DAY;
  struct cxd__date date = cxd__date_of(day);
  (void)snprintf(out, 48, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)date.year, (int)date.month, (int)date.day, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
  return out;
}

/* A zone of the system; NULL: not there, or not readable. */
static inline struct cxd__tz *zone_if_any(const char *name) {
  static unsigned char bytes[CXD__TZ_MAX_BYTES];
  char path[256];
  const char *why;
  (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
  FILE *file = fopen(path, "rb");
  if (!file)
    return NULL;
  size_t len = fread(bytes, 1, sizeof bytes, file);
  (void)fclose(file);
  return cxd__tz_parse(bytes, len, &why);
}

static inline struct cxd__tz *zone(const char *name) {
  struct cxd__tz *tz = zone_if_any(name);
  ck_assert_msg(tz != NULL, "%s", name);
  return tz;
}

/* A zone made up for a test, or as one version of the tz database has it: the first step is what holds before the second. */
struct step {
  const char *at; /* ignored for the first */
  int32_t offset_s, dst;
  const char *abbreviation; /* three letters */
};

static inline void put_number(unsigned char **out, int64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; i--)
    *(*out)++ = (unsigned char)((uint64_t)value >> (8 * i));
}

static inline void put_header(unsigned char **out, int64_t times, int64_t types) {
  memcpy(*out, "TZif2", 5);
  memset(*out + 5, 0, 15);
  *out += 20;
  for (int i = 0; i < 3; i++)
    put_number(out, 0, 4);
  put_number(out, times, 4);
  put_number(out, types, 4);
  put_number(out, types * 4, 4);
}

/* Steps that say the same share a type of the file; the number of types. */
static inline int types_of(const struct step *steps, int count, int types[], int first[]) {
  int found = 0;
  for (int i = 0; i < count; i++) {
    const struct step *step = &steps[i];
    int type = 0;
    while (type < found && (steps[first[type]].offset_s != step->offset_s || steps[first[type]].dst != step->dst || strcmp(steps[first[type]].abbreviation, step->abbreviation) != 0))
      type++;
    if (type == found)
      first[found++] = i;
    types[i] = type;
  }
  return found;
}

#define MAX_STEPS 400

static inline struct cxd__tz *zone_of(const struct step *steps, int count) {
  unsigned char bytes[8192], *out = bytes;
  int types[MAX_STEPS], first[MAX_STEPS], type_count = types_of(steps, count, types, first);
  const char *why = NULL;
  put_header(&out, 0, 1);
  put_number(&out, 0, 6);
  memcpy(out, "UTC", 4);
  out += 4;
  put_header(&out, count - 1, type_count);
  for (int i = 1; i < count; i++)
    put_number(&out, instant(steps[i].at), 8);
  for (int i = 1; i < count; i++)
    put_number(&out, types[i], 1);
  for (int i = 0; i < type_count; i++) {
    put_number(&out, steps[first[i]].offset_s, 4);
    put_number(&out, steps[first[i]].dst, 1);
    put_number(&out, 4 * i, 1);
  }
  for (int i = 0; i < type_count; i++, out += 4)
    memcpy(out, steps[first[i]].abbreviation, 4);
  memcpy(out, "\n\n", 2);
  struct cxd__tz *tz = cxd__tz_parse(bytes, (size_t)(out + 2 - bytes), &why);
  ck_assert_msg(tz != NULL, "%s", why ? why : "?");
  return tz;
}

/* A window on each of the days whose bit is set, bit 0 = Monday. */
static inline void add_window(struct cxd__week *week, unsigned days, int16_t from, int16_t to) {
  for (int i = 0; i < 7; i++)
    if (days >> i & 1u)
      week->day[i].at[week->day[i].count++] = (struct cxd__window){from, to};
}

#define EVERY_DAY 0x7fu
#define MON_SAT 0x3fu
#define ONLY_SUN 0x40u
#define ONLY_SAT 0x20u

/* A row whose hours hold always and are the same on the given days. */
static inline struct cxd__jurisdiction row_of(unsigned days, int16_t from, int16_t to) {
  static char code[] = "US";
  struct cxd__jurisdiction row = {.code = code, .since = INT64_MIN};
  add_window(&row.now.week, days, from, to);
  return row;
}

static inline struct cxd__day_rule once(int32_t year, int month, int day, const char *name) {
  return (struct cxd__day_rule){.kind = CXD__DAY_ONCE, .date = {year, (int8_t)month, (int8_t)day}, .name = (char *)(uintptr_t)name};
}

static inline struct cxd__day_rule yearly(int month, int day, const char *name) {
  return (struct cxd__day_rule){.kind = CXD__DAY_YEARLY, .date = {0, (int8_t)month, (int8_t)day}, .name = (char *)(uintptr_t)name};
}

static inline struct cxd__day_rule nth(int month, int weekday, int n, const char *name) {
  return (struct cxd__day_rule){.kind = CXD__DAY_NTH, .date = {0, (int8_t)month, 0}, .weekday = (int8_t)weekday, .n = (int8_t)n, .name = (char *)(uintptr_t)name};
}

static inline struct cxd__day_rule easter(int offset, const char *name) {
  return (struct cxd__day_rule){.kind = CXD__DAY_EASTER, .offset = (int16_t)offset, .name = (char *)(uintptr_t)name};
}

static inline struct cxd__day_rule observed(struct cxd__day_rule rule) {
  rule.observed = 1;
  return rule;
}

static inline struct cxd__blackout blackout_always(const char *name, int16_t from, int16_t to) {
  return (struct cxd__blackout){.name = (char *)(uintptr_t)name, .weekdays = EVERY_DAY, .from = from, .to = to};
}

static inline struct cxd__blackout blackout_dates(const char *name, struct cxd__date first, struct cxd__date last) {
  struct cxd__blackout blackout = blackout_always(name, 0, CXD__DAY_MINUTES);
  blackout.dated = 1;
  blackout.yearly = first.year == 0;
  blackout.first = first;
  blackout.last = last;
  return blackout;
}

static inline const char *period_text(const struct cxd__period *period, char out[256]) {
  static const char *const states[] = {"open", "hours", "holiday", "blackout"};
  char since[48], until[48];
  (void)snprintf(out, 256, "%s%s%s %s %s", states[period->state], period->name ? " " : "", period->name ? period->name : "", instant_text(period->since, since),
                 instant_text(period->until, until));
  return out;
}

static inline void ck_period(const struct cxd__calendar *calendar, const struct cxd__tz *tz, const char *at, const char *expected) {
  struct cxd__period period;
  char text[256];
  cxd__schedule_at(calendar, tz, instant(at), &period);
  ck_assert_msg(strcmp(period_text(&period, text), expected) == 0, "at %s\nfound    %s\nexpected %s", at, text, expected);
}

static inline enum cxd__shut state_at(const struct cxd__calendar *calendar, const struct cxd__tz *tz, int64_t unix_s) {
  struct cxd__period period;
  cxd__schedule_at(calendar, tz, unix_s, &period);
  ck_assert(period.since <= unix_s && unix_s < period.until);
  return period.state;
}

static inline void ck_opening(const struct cxd__calendar *calendar, const struct cxd__tz *tz, const char *at, const char *expected) {
  char text[48];
  ck_assert_str_eq(instant_text(cxd__schedule_opening(calendar, tz, instant(at)), text), expected);
}

static inline void ck_minutes(const struct cxd__calendar *calendar, const struct cxd__tz *tz, int64_t day, int64_t expected) {
  ck_assert_int_eq(cxd__schedule_open_seconds(calendar, tz, day), expected * 60);
}

#endif
