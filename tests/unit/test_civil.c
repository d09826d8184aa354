/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "run.h"
#include "validate/civil.h"

static struct cxd__date date(int32_t year, int month, int day) { return (struct cxd__date){year, (int8_t)month, (int8_t)day}; }

static void ck_date(struct cxd__date found, int32_t year, int month, int day) {
  ck_assert_msg(found.year == year && found.month == month && found.day == day, "%d-%d-%d, expected %d-%d-%d", (int)found.year, found.month, found.day, (int)year, month, day);
}

START_TEST(known_days_have_their_numbers) {
  static const struct { int32_t year; int month, day; int64_t days; int weekday; } rows[] = {
      {1970, 1, 1, 0, 3},       {1969, 12, 31, -1, 2},  {2000, 2, 29, 11016, 1},   {2000, 3, 1, 11017, 2},    {2026, 11, 28, 20785, 5}, {1900, 3, 1, -25508, 3},
      {1, 1, 1, -719162, 0},    {0, 3, 1, -719468, 2},  {9999, 12, 31, 2932896, 4}, {2100, 2, 28, 47540, 6},   {2100, 3, 1, 47541, 0},   {-400, 3, 1, -865565, 2}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ck_assert_int_eq(cxd__days_of(date(rows[i].year, rows[i].month, rows[i].day)), rows[i].days);
    ck_date(cxd__date_of(rows[i].days), rows[i].year, rows[i].month, rows[i].day);
    ck_assert_int_eq(cxd__weekday_of(rows[i].days), rows[i].weekday);
  }
}
END_TEST

static int same(struct cxd__date a, struct cxd__date b) { return a.year == b.year && a.month == b.month && a.day == b.day; }

static struct cxd__date day_after(struct cxd__date day) {
  if (day.day < cxd__month_days(day.year, day.month))
    return date(day.year, day.month, day.day + 1);
  return day.month < 12 ? date(day.year, day.month + 1, 1) : date(day.year + 1, 1, 1);
}

/* Counted, for a million assertions take their time. */
START_TEST(each_day_follows_the_one_before) {
  struct cxd__date day = date(-801, 12, 31);
  int64_t days = cxd__days_of(day), wrong = 0;
  int weekday = cxd__weekday_of(days);
  while (day.year <= 2801) {
    day = day_after(day);
    weekday = (weekday + 1) % 7;
    days++;
    wrong += !same(cxd__date_of(days), day) || cxd__days_of(day) != days || cxd__weekday_of(days) != weekday;
  }
  ck_assert_int_eq(wrong, 0);
  ck_assert_int_eq(days, cxd__days_of(date(2802, 1, 1)));
}
END_TEST

START_TEST(months_have_their_lengths) {
  ck_assert_int_eq(cxd__month_days(2026, 2), 28);
  ck_assert_int_eq(cxd__month_days(2028, 2), 29);
  ck_assert_int_eq(cxd__month_days(2100, 2), 28);
  ck_assert_int_eq(cxd__month_days(2000, 2), 29);
  ck_assert_int_eq(cxd__month_days(2026, 4), 30);
  ck_assert_int_eq(cxd__month_days(2026, 12), 31);
  ck_assert_int_eq(cxd__month_days(2026, 0), 0);
  ck_assert_int_eq(cxd__month_days(2026, 13), 0);
  ck_assert_int_eq(cxd__month_days(INT32_MIN, -1), 0);
}
END_TEST

START_TEST(days_beyond_all_years_are_the_last_one_known) {
  ck_assert_int_gt(cxd__date_of(INT64_MAX).year, 2000000000);
  ck_assert_int_lt(cxd__date_of(INT64_MIN).year, -2000000000);
  ck_assert_int_eq(cxd__days_of(cxd__date_of(INT64_MAX)), INT64_C(784000000000));
  int weekday = cxd__weekday_of(INT64_MIN);
  ck_assert(weekday >= 0 && weekday <= 6);
  weekday = cxd__weekday_of(INT64_MAX);
  ck_assert(weekday >= 0 && weekday <= 6);
  ck_assert_int_gt(cxd__days_of(date(INT32_MAX, 12, 31)), 0);
  ck_assert_int_lt(cxd__days_of(date(INT32_MIN, 1, 1)), 0);
}
END_TEST

START_TEST(easter_is_where_the_churches_have_it) {
  static const struct { int32_t year; int month, day; } rows[] = {{1818, 3, 22}, {1886, 4, 25}, {1943, 4, 25}, {1954, 4, 18}, {1981, 4, 19}, {2000, 4, 23}, {2008, 3, 23},
                                                                  {2011, 4, 24}, {2019, 4, 21}, {2024, 3, 31}, {2025, 4, 20}, {2026, 4, 5},  {2027, 3, 28}, {2038, 4, 25},
                                                                  {2049, 4, 18}, {2076, 4, 19}, {2285, 3, 22}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_date(cxd__date_of(cxd__easter_of(rows[i].year)), rows[i].year, rows[i].month, rows[i].day);
}
END_TEST

START_TEST(easter_is_a_sunday_from_22_march_to_25_april) {
  for (int32_t year = -3000; year <= 9999; year++) {
    int64_t easter = cxd__easter_of(year);
    ck_assert_int_eq(cxd__weekday_of(easter), 6);
    ck_assert_int_ge(easter, cxd__days_of(date(year, 3, 22)));
    ck_assert_int_le(easter, cxd__days_of(date(year, 4, 25)));
  }
  ck_assert_int_eq(cxd__date_of(cxd__easter_of(-2000000000)).year, -2000000000);
  ck_assert_int_eq(cxd__date_of(cxd__easter_of(2000000000)).year, 2000000000);
  ck_assert_int_eq(cxd__weekday_of(cxd__easter_of(INT32_MIN)), 6);
  ck_assert_int_eq(cxd__weekday_of(cxd__easter_of(INT32_MAX)), 6);
}
END_TEST

START_TEST(a_date_is_read_to_the_letter) {
  static const struct { const char *text; int32_t year; int month, day; } rows[] = {
      {"2026-11-28", 2026, 11, 28}, {"0001-01-01", 1, 1, 1}, {"9999-12-31", 9999, 12, 31}, {"2028-02-29", 2028, 2, 29}, {"2000-02-29", 2000, 2, 29}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__date found = {0};
    ck_assert_int_eq(cxd__date_read(rows[i].text, 10, &found), 1);
    ck_date(found, rows[i].year, rows[i].month, rows[i].day);
  }
}
END_TEST

START_TEST(what_is_no_date_leaves_the_result_alone) {
  static const char *const texts[] = {"",           "2026",       "2026-11-2",  "2026-11-280", "2026-11-28 ", " 2026-11-28", "2026/11/28", "2026-13-01", "2026-00-01", "2026-01-00",
                                      "2026-01-32", "2026-02-29", "2100-02-29", "2026-04-31",  "0000-01-01",  "-001-01-01",  "+026-01-01", "2026-1-011", "2026-+1-01", "20x6-01-01",
                                      "2026-01-0a", "28-11-2026", "2026-11- 8", "2026-W48-6",  "\xd9\xa2\xd9\xa0-11-28"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct cxd__date found = {7, 7, 7};
    ck_assert_msg(!cxd__date_read(texts[i], strlen(texts[i]), &found), "%s", texts[i]);
    ck_date(found, 7, 7, 7);
  }
  struct cxd__date found;
  ck_assert_int_eq(cxd__date_read("2026-11\0-28", 11, &found), 0);
  ck_assert_int_eq(cxd__date_read("2026-11-2\0", 10, &found), 0);
}
END_TEST

static Suite *suite(void) {
  Suite *all = suite_create("civil");
  TCase *tcase = suite_case(all, "civil", NULL, NULL);
  tcase_add_test(tcase, known_days_have_their_numbers);
  tcase_add_test(tcase, each_day_follows_the_one_before);
  tcase_add_test(tcase, months_have_their_lengths);
  tcase_add_test(tcase, days_beyond_all_years_are_the_last_one_known);
  tcase_add_test(tcase, easter_is_where_the_churches_have_it);
  tcase_add_test(tcase, easter_is_a_sunday_from_22_march_to_25_april);
  tcase_add_test(tcase, a_date_is_read_to_the_letter);
  tcase_add_test(tcase, what_is_no_date_leaves_the_result_alone);
  return all;
}

int main(void) { return run_suite(suite()); }
