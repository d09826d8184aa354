/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _DEFAULT_SOURCE /* setenv, tzset */
#include "base/now.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run.h"

static void assert_ms(int64_t unix_ms, const char *text) {
  char out[40];
  memset(out, 'x', sizeof out);
  cxd__time_format(unix_ms, out);
  ck_assert_str_eq(out, text);
}

static void assert_us(int64_t unix_us, const char *text) {
  char out[40];
  cxd__time_format_us(unix_us, out);
  ck_assert_str_eq(out, text);
}

START_TEST(instants_are_rfc_3339_in_utc) {
  assert_ms(0, "1970-01-01T00:00:00.000Z");
  assert_ms(1, "1970-01-01T00:00:00.001Z");
  assert_ms(INT64_C(1795363200123), "2026-11-22T16:00:00.123Z");
  assert_us(INT64_C(1795363200123456), "2026-11-22T16:00:00.123456Z");
  assert_us(INT64_C(1709164799999999), "2024-02-28T23:59:59.999999Z");
  assert_us(INT64_C(1709164800000001), "2024-02-29T00:00:00.000001Z");
}
END_TEST

START_TEST(before_1970_the_fraction_still_counts_forward) {
  assert_ms(-1, "1969-12-31T23:59:59.999Z");
  assert_ms(-1000, "1969-12-31T23:59:59.000Z");
  assert_ms(-1001, "1969-12-31T23:59:58.999Z");
  assert_us(-1, "1969-12-31T23:59:59.999999Z");
}
END_TEST

START_TEST(the_end_of_the_year_9999_is_passed_without_harm) {
  assert_ms(INT64_C(253402300799999), "9999-12-31T23:59:59.999Z");
  assert_ms(INT64_C(253402300800000), "10000-01-01T00:00:00.000Z");
}
END_TEST

START_TEST(the_ends_of_the_range_fit_the_buffer) {
  static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX};
  for (size_t i = 0; i < 4; i++) {
    char out[41];
    out[40] = 'x';
    cxd__time_format(ends[i], out);
    ck_assert_uint_lt(strlen(out), 40);
    ck_assert_int_eq(out[strlen(out) - 1], 'Z');
    cxd__time_format_us(ends[i], out);
    ck_assert_uint_lt(strlen(out), 40);
    ck_assert_int_eq(out[strlen(out) - 1], 'Z');
    ck_assert_int_eq(out[40], 'x');
  }
}
END_TEST

START_TEST(the_zone_of_the_host_changes_nothing) {
  ck_assert_int_eq(setenv("TZ", "America/New_York", 1), 0);
  tzset();
  assert_ms(INT64_C(1795363200000), "2026-11-22T16:00:00.000Z");
  ck_assert_int_eq(unsetenv("TZ"), 0);
  tzset();
}
END_TEST

START_TEST(the_clocks_are_those_of_the_system) {
  cxd__now before = cxd__clock_read(), after;
  int64_t wall = cxd__wall_us();
  do
    after = cxd__clock_read();
  while (after.mono_us == before.mono_us);
  ck_assert_int_gt(after.mono_us, before.mono_us);
  ck_assert_int_ge(after.boot_us, before.boot_us);
  ck_assert_int_ge(before.boot_us + 1000, before.mono_us);
  ck_assert_int_le(llabs(before.wall_ms / 1000 - (int64_t)time(NULL)), 5);
  ck_assert_int_le(llabs(wall / 1000 - before.wall_ms), 5000);
}
END_TEST

START_TEST(milliseconds_before_1970_belong_to_the_second_before_them) {
  static const int64_t rows[][2] = {{0, 0}, {999, 0}, {1000, 1}, {-1, -1}, {-1000, -1}, {-1001, -2}, {INT64_MAX, INT64_MAX / 1000}, {INT64_MIN, INT64_MIN / 1000 - 1}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_int_eq(cxd__s_of_ms(rows[i][0]), rows[i][1]);
}
END_TEST

START_TEST(seconds_beyond_the_range_of_milliseconds_are_no_end) {
  ck_assert_int_eq(cxd__ms_of_s(-5), -5000);
  ck_assert_int_eq(cxd__ms_of_s(INT64_MAX), INT64_MAX);
  ck_assert_int_eq(cxd__ms_of_s(INT64_MAX / 1000 + 1), INT64_MAX);
  ck_assert_int_eq(cxd__ms_of_s(INT64_MIN), INT64_MIN);
  ck_assert_int_eq(cxd__ms_of_s(INT64_MIN / 1000 - 1), INT64_MIN);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("now");
  TCase *t = tcase_create("now");
  suite_add_tcase(suite, t);
  tcase_add_test(t, instants_are_rfc_3339_in_utc);
  tcase_add_test(t, before_1970_the_fraction_still_counts_forward);
  tcase_add_test(t, the_end_of_the_year_9999_is_passed_without_harm);
  tcase_add_test(t, the_ends_of_the_range_fit_the_buffer);
  tcase_add_test(t, the_zone_of_the_host_changes_nothing);
  tcase_add_test(t, the_clocks_are_those_of_the_system);
  tcase_add_test(t, milliseconds_before_1970_belong_to_the_second_before_them);
  tcase_add_test(t, seconds_beyond_the_range_of_milliseconds_are_no_end);
  return run_suite(suite);
}
