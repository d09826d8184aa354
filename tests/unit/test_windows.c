/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Several zones under several rows, and what is said about an instant in words. */
#include "validate/local_time.h"

#include <string.h>

#include "run.h"

#define ZONEINFO "/usr/share/zoneinfo"
#define HOUR INT64_C(3600)
#define NOON INT64_C(1795953600) /* 2026-11-29T12:00:00Z, a Sunday */

static struct cxd__zone_cache *zones;
static struct cxd__settings settings;
static struct cxd__windows windows;

static char code_a[] = "A", code_b[] = "B", source[] = "somewhere", checked[] = "2026-11-01", chicago[] = "America/Chicago", stock[] = "Stock taking", feast[] = "Feast";

static struct cxd__week daily(int from, int to) {
  struct cxd__week week = {0};
  for (int day = 0; day < 7; day++)
    week.day[day] = (struct cxd__day_hours){.count = 1, .at = {{(int16_t)(from * 60), (int16_t)(to * 60)}}};
  return week;
}

static struct cxd__jurisdiction row(char *code, int from, int to) {
  return (struct cxd__jurisdiction){.code = code, .title = code, .source = source, .checked = checked, .since = INT64_MIN, .now = {.week = daily(from, to)}};
}

static void setup(void) {
  zones = cxd__zone_cache_new(ZONEINFO, 0);
  ck_assert_ptr_nonnull(zones);
  settings = (struct cxd__settings){0};
}

static void teardown(void) {
  cxd__windows_free(&windows);
  cxd__zone_cache_free(zones);
}

static void make(const char *const *names, size_t count, const struct cxd__jurisdiction *const *rows, size_t row_count) {
  ck_assert_int_eq(cxd__windows_make(&windows, &settings, zones, names, count, rows, row_count), CXD__WINDOWS_READY);
}

START_TEST(every_zone_stands_under_every_row) {
  static const char *const names[] = {"America/New_York", "America/Denver", "Europe/Berlin"};
  struct cxd__jurisdiction a = row(code_a, 8, 21), b = row(code_b, 9, 20);
  make(names, 3, (const struct cxd__jurisdiction *const[]){&a, &b}, 2);
  ck_assert_uint_eq(windows.count, 6);
  ck_assert_str_eq(windows.at[4].calendar.zone, "America/Denver");
  ck_assert_ptr_eq(windows.at[4].calendar.row, &b);
}
END_TEST

START_TEST(a_row_with_a_zone_of_its_own_adds_it_once) {
  static const char *const names[] = {"America/New_York", "America/Chicago"};
  struct cxd__jurisdiction a = row(code_a, 8, 20);
  a.also_zone = chicago;
  make(names, 1, (const struct cxd__jurisdiction *const[]){&a}, 1);
  ck_assert_uint_eq(windows.count, 2);
  ck_assert_str_eq(windows.at[1].calendar.zone, "America/Chicago");
  cxd__windows_free(&windows);
  make(names, 2, (const struct cxd__jurisdiction *const[]){&a}, 1);
  ck_assert_uint_eq(windows.count, 2);
}
END_TEST

START_TEST(all_must_be_open_and_the_first_end_is_the_end) {
  static const char *const names[] = {"America/New_York", "America/Los_Angeles"};
  struct cxd__jurisdiction a = row(code_a, 8, 21);
  struct cxd__windows_state state;
  make(names, 2, (const struct cxd__jurisdiction *const[]){&a}, 1);
  cxd__windows_at(&windows, NOON + 3 * HOUR, &state); /* 10:00 and 07:00 */
  ck_assert_int_eq(state.shut, CXD__SHUT_HOURS);
  ck_assert_str_eq(state.by->calendar.zone, "America/Los_Angeles");
  ck_assert_int_eq(cxd__windows_opening(&windows, NOON + 3 * HOUR), NOON + 4 * HOUR);
  cxd__windows_at(&windows, NOON + 4 * HOUR, &state);
  ck_assert_int_eq(state.shut, CXD__OPEN);
  ck_assert_ptr_null(state.by);
  ck_assert_int_eq(state.since, NOON + 4 * HOUR);
  ck_assert_int_eq(state.until, NOON + 14 * HOUR); /* 21:00 in New York */
}
END_TEST

START_TEST(an_open_instant_is_its_own_opening) {
  static const char *const names[] = {"America/New_York"};
  struct cxd__jurisdiction a = row(code_a, 8, 21);
  make(names, 1, (const struct cxd__jurisdiction *const[]){&a}, 1);
  ck_assert_int_eq(cxd__windows_opening(&windows, NOON + 2 * HOUR), NOON + 2 * HOUR);
}
END_TEST

START_TEST(places_that_are_never_open_together_have_no_opening) {
  static const char *const names[] = {"UTC"};
  struct cxd__jurisdiction a = row(code_a, 8, 12), b = row(code_b, 12, 20);
  make(names, 1, (const struct cxd__jurisdiction *const[]){&a, &b}, 2);
  ck_assert_int_eq(cxd__windows_opening(&windows, NOON), INT64_MAX);
}
END_TEST

START_TEST(a_blackout_is_told_before_a_holiday_and_that_before_the_hours) {
  static const char *const names[] = {"UTC"};
  struct cxd__day_rule day = {.kind = CXD__DAY_ONCE, .date = {2026, 11, 29}, .name = feast};
  struct cxd__holidays holidays = {.count = 1, .days = &day};
  struct cxd__jurisdiction closed = row(code_a, 0, 1), feasting = row(code_b, 0, 24);
  struct cxd__blackout blackout = {.name = stock, .weekdays = 0x7f, .from = 11 * 60, .to = 13 * 60};
  struct cxd__windows_state state;
  feasting.now.holidays = &holidays;
  make(names, 1, (const struct cxd__jurisdiction *const[]){&closed, &feasting}, 2);
  cxd__windows_at(&windows, NOON, &state);
  ck_assert_int_eq(state.shut, CXD__SHUT_HOLIDAY);
  ck_assert_str_eq(state.name, "Feast");
  cxd__windows_free(&windows);
  settings.policy.blackouts = &blackout;
  settings.policy.blackout_count = 1;
  make(names, 1, (const struct cxd__jurisdiction *const[]){&closed, &feasting}, 2);
  cxd__windows_at(&windows, NOON, &state);
  ck_assert_int_eq(state.shut, CXD__SHUT_BLACKOUT);
  ck_assert_str_eq(state.name, "Stock taking");
}
END_TEST

START_TEST(a_zone_that_is_not_there_is_named_and_nothing_is_kept) {
  static const char *const names[] = {"America/New_York", "America/Atlantis"};
  struct cxd__jurisdiction a = row(code_a, 8, 21);
  ck_assert_int_eq(cxd__windows_make(&windows, &settings, zones, names, 2, (const struct cxd__jurisdiction *const[]){&a}, 1), CXD__WINDOWS_NO_ZONE);
  ck_assert_str_eq(windows.zone, "America/Atlantis");
  ck_assert_int_eq(windows.found.state, CXD__ZONE_ABSENT);
}
END_TEST

START_TEST(more_places_than_fit_beside_are_kept_elsewhere) {
  static const char *const names[] = {"America/New_York", "America/Denver", "Europe/Berlin", "Europe/Paris", "Asia/Tokyo", "UTC", "Asia/Kolkata", "Australia/Sydney", "Pacific/Auckland"};
  struct cxd__jurisdiction a = row(code_a, 0, 24);
  struct cxd__windows_state state;
  make(names, 9, (const struct cxd__jurisdiction *const[]){&a}, 1);
  ck_assert_uint_eq(windows.count, 9);
  ck_assert_str_eq(windows.at[0].calendar.zone, "America/New_York");
  ck_assert_str_eq(windows.at[8].calendar.zone, "Pacific/Auckland");
  cxd__windows_at(&windows, NOON, &state);
  ck_assert_int_eq(state.shut, CXD__OPEN);
  ck_assert_int_eq(state.until, INT64_MAX);
}
END_TEST

START_TEST(a_zone_is_looked_up_once_for_all_its_rows) {
  static const char *const names[] = {"America/New_York", "America/Chicago"};
  struct cxd__jurisdiction a = row(code_a, 8, 21), b = row(code_b, 9, 20);
  b.also_zone = chicago;
  make(names, 2, (const struct cxd__jurisdiction *const[]){&a, &b}, 2);
  ck_assert_uint_eq(windows.count, 4);
  ck_assert_ptr_eq(windows.at[2].tz, windows.at[0].tz);
  ck_assert_ptr_eq(windows.at[3].tz, windows.at[1].tz);
  ck_assert_ptr_ne(windows.at[1].tz, windows.at[0].tz);
}
END_TEST

static void ck_ahead(int64_t unix_s) {
  struct cxd__windows_state around, ahead;
  cxd__windows_at(&windows, unix_s, &around);
  cxd__windows_ahead(&windows, unix_s, &ahead);
  ck_assert_int_eq(ahead.shut, around.shut);
  ck_assert_ptr_eq(ahead.name, around.name);
  ck_assert_ptr_eq(ahead.by, around.by);
  ck_assert_int_eq(ahead.until, around.until);
  ck_assert(ahead.since >= around.since && ahead.since <= unix_s);
}

/* Two years in steps that meet every time of day; the edges as well. */
START_TEST(looking_ahead_tells_the_same_but_for_the_beginning) {
  static const char *const names[] = {"America/New_York", "Australia/Lord_Howe"};
  struct cxd__day_rule days[] = {{.kind = CXD__DAY_YEARLY, .date = {0, 12, 25}, .name = feast}, {.kind = CXD__DAY_EASTER, .offset = -2, .name = feast}};
  struct cxd__blackout blackout = {.name = stock, .weekdays = 0x7f, .dated = 1, .first = {2027, 3, 14}, .last = {2027, 3, 16}, .from = 23 * 60, .to = 26 * 60};
  struct cxd__jurisdiction a = row(code_a, 8, 21), b = row(code_b, 0, 24);
  settings.policy.holidays = (struct cxd__holidays){.count = 2, .days = days};
  settings.policy.blackouts = &blackout;
  settings.policy.blackout_count = 1;
  for (size_t rows = 1; rows <= 2; rows++) {
    cxd__windows_free(&windows);
    make(names, 2, (const struct cxd__jurisdiction *const[]){&b, &a}, rows);
    for (int64_t at = NOON; at < NOON + 730 * 24 * HOUR; at += 7919 * 60) {
      struct cxd__windows_state state;
      ck_ahead(at);
      cxd__windows_at(&windows, at, &state);
      ck_ahead(state.until - 1);
      ck_ahead(state.until);
    }
  }
}
END_TEST

/* ----------------------------------------------------------------- in words */

static const struct cxd__place *place_of(const char *zone, const struct cxd__jurisdiction *jurisdiction) {
  static const char *names[1];
  names[0] = zone;
  cxd__windows_free(&windows);
  make(names, 1, &jurisdiction, 1);
  return &windows.at[0];
}

START_TEST(an_instant_in_words_has_weekday_date_time_abbreviation_and_zone) {
  struct cxd__jurisdiction a = row(code_a, 8, 21);
  char text[96];
  cxd__local_text(place_of("America/New_York", &a)->tz, "America/New_York", NOON, text, sizeof text);
  ck_assert_str_eq(text, "Sun 2026-11-29 07:00 EST in America/New_York");
  cxd__local_text(place_of("Pacific/Chatham", &a)->tz, "Pacific/Chatham", NOON, text, sizeof text);
  ck_assert_str_eq(text, "Mon 2026-11-30 01:45 +1345 in Pacific/Chatham");
}
END_TEST

START_TEST(an_opening_in_words_has_utc_and_local_time) {
  struct cxd__jurisdiction a = row(code_a, 8, 21);
  char text[96], utc[40];
  cxd__opening_text(place_of("America/New_York", &a)->tz, NOON + HOUR, text, sizeof text);
  ck_assert_str_eq(text, "the next opening is 2026-11-29T13:00:00Z (Sun 08:00 EST)");
  cxd__utc_text(0, utc);
  ck_assert_str_eq(utc, "1970-01-01T00:00:00Z");
  cxd__utc_text(-1, utc);
  ck_assert_str_eq(utc, "1969-12-31T23:59:59Z");
}
END_TEST

START_TEST(the_hours_of_a_day_in_words_have_the_row_and_its_source) {
  struct cxd__jurisdiction a = row(code_a, 8, 21);
  char text[200];
  cxd__hours_text(place_of("UTC", &a), NOON, text, sizeof text);
  ck_assert_str_eq(text, "A allows calls 08:00-21:00 on Sun (somewhere)");
  a.now.week.day[6] = (struct cxd__day_hours){.count = 2, .at = {{0, 60}, {22 * 60, 26 * 60}}};
  cxd__hours_text(place_of("UTC", &a), NOON, text, sizeof text);
  ck_assert_str_eq(text, "A allows calls 00:00-01:00, 22:00-02:00 on Sun (somewhere)");
  a.now.week.day[6].count = 0;
  cxd__hours_text(place_of("UTC", &a), NOON, text, sizeof text);
  ck_assert_str_eq(text, "A allows no calls on Sun (somewhere)");
}
END_TEST

START_TEST(before_its_date_a_row_says_what_held_before) {
  struct cxd__jurisdiction a = row(code_a, 9, 19);
  char text[200];
  a.since = NOON / 86400 + 1;
  a.before.week = daily(8, 21);
  cxd__hours_text(place_of("UTC", &a), NOON, text, sizeof text);
  ck_assert_str_eq(text, "A allows calls 08:00-21:00 on Sun (somewhere)");
}
END_TEST

START_TEST(what_does_not_fit_is_cut_and_the_ends_of_time_are_no_trap) {
  struct cxd__jurisdiction a = row(code_a, 8, 21);
  const struct cxd__place *place = place_of("America/New_York", &a);
  char small[8], text[96];
  static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, -62135596801, 253402300800, INT64_MAX - 1, INT64_MAX};
  cxd__local_text(place->tz, "America/New_York", NOON, small, sizeof small);
  ck_assert_str_eq(small, "Sun 202");
  cxd__hours_text(place, NOON, small, sizeof small);
  ck_assert_uint_eq(strlen(small), 7);
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    cxd__local_text(place->tz, "America/New_York", ends[i], text, sizeof text);
    cxd__opening_text(place->tz, ends[i], text, sizeof text);
    ck_assert_uint_lt(strlen(text), sizeof text);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("windows");
  TCase *tcase = suite_case(suite, "windows", setup, teardown);
  tcase_add_test(tcase, every_zone_stands_under_every_row);
  tcase_add_test(tcase, a_row_with_a_zone_of_its_own_adds_it_once);
  tcase_add_test(tcase, all_must_be_open_and_the_first_end_is_the_end);
  tcase_add_test(tcase, an_open_instant_is_its_own_opening);
  tcase_add_test(tcase, places_that_are_never_open_together_have_no_opening);
  tcase_add_test(tcase, a_blackout_is_told_before_a_holiday_and_that_before_the_hours);
  tcase_add_test(tcase, a_zone_that_is_not_there_is_named_and_nothing_is_kept);
  tcase_add_test(tcase, more_places_than_fit_beside_are_kept_elsewhere);
  tcase_add_test(tcase, a_zone_is_looked_up_once_for_all_its_rows);
  tcase_add_test(tcase, looking_ahead_tells_the_same_but_for_the_beginning);
  tcase = suite_case(suite, "words", setup, teardown);
  tcase_add_test(tcase, an_instant_in_words_has_weekday_date_time_abbreviation_and_zone);
  tcase_add_test(tcase, an_opening_in_words_has_utc_and_local_time);
  tcase_add_test(tcase, the_hours_of_a_day_in_words_have_the_row_and_its_source);
  tcase_add_test(tcase, before_its_date_a_row_says_what_held_before);
  tcase_add_test(tcase, what_does_not_fit_is_cut_and_the_ends_of_time_are_no_trap);
  return run_suite(suite);
}
