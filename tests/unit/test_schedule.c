/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "schedule.h"

static struct cxd__tz *new_york;
static struct cxd__jurisdiction row;
static struct cxd__calendar calendar;

static void set_up(void) {
  new_york = zone("America/New_York");
  row = row_of(EVERY_DAY, HM(8, 0), HM(21, 0));
  calendar = (struct cxd__calendar){.row = &row, .zone = "America/New_York"};
}

static void tear_down(void) { cxd__tz_unref(new_york); }

START_TEST(a_period_is_given_with_both_ends) {
  ck_period(&calendar, new_york, "2026-07-01T16:00:00Z", "open 2026-07-01T12:00:00Z 2026-07-02T01:00:00Z");
  ck_period(&calendar, new_york, "2026-07-02T03:59:59Z", "hours 2026-07-02T01:00:00Z 2026-07-02T12:00:00Z");
  ck_period(&calendar, new_york, "2026-07-02T04:00:00Z", "hours 2026-07-02T01:00:00Z 2026-07-02T12:00:00Z");
}
END_TEST

START_TEST(edges_are_half_open_to_the_second) {
  ck_assert_int_eq(state_at(&calendar, new_york, instant("2026-07-01T11:59:59Z")), CXD__SHUT_HOURS);
  ck_assert_int_eq(state_at(&calendar, new_york, instant("2026-07-01T12:00:00Z")), CXD__OPEN);
  ck_assert_int_eq(state_at(&calendar, new_york, instant("2026-07-02T00:59:59Z")), CXD__OPEN);
  ck_assert_int_eq(state_at(&calendar, new_york, instant("2026-07-02T01:00:00Z")), CXD__SHUT_HOURS);
}
END_TEST

START_TEST(a_closed_sunday_joins_the_nights_around_it) {
  row = row_of(MON_SAT, HM(8, 0), HM(20, 0));
  ck_period(&calendar, new_york, "2026-07-05T16:00:00Z", "hours 2026-07-05T00:00:00Z 2026-07-06T12:00:00Z");
  ck_opening(&calendar, new_york, "2026-07-05T16:00:00Z", "2026-07-06T12:00:00Z");
}
END_TEST

START_TEST(several_windows_a_day_have_a_break_between_them) {
  row = row_of(EVERY_DAY, HM(9, 0), HM(12, 30));
  add_window(&row.now.week, EVERY_DAY, HM(14, 0), HM(18, 0));
  ck_period(&calendar, new_york, "2026-07-01T17:00:00Z", "hours 2026-07-01T16:30:00Z 2026-07-01T18:00:00Z");
  ck_minutes(&calendar, new_york, day_number(2026, 7, 1), 450);
}
END_TEST

START_TEST(a_window_past_midnight_belongs_to_the_date_it_begins_on) {
  row = row_of(0x10, HM(22, 0), HM(26, 0)); /* Fridays */
  ck_period(&calendar, new_york, "2026-07-04T05:00:00Z", "open 2026-07-04T02:00:00Z 2026-07-04T06:00:00Z");
  ck_period(&calendar, new_york, "2026-07-05T05:00:00Z", "hours 2026-07-04T06:00:00Z 2026-07-11T02:00:00Z");
  ck_minutes(&calendar, new_york, day_number(2026, 7, 3), 120);
  ck_minutes(&calendar, new_york, day_number(2026, 7, 4), 120);
  ck_minutes(&calendar, new_york, day_number(2026, 7, 5), 0);
}
END_TEST

START_TEST(a_window_of_two_days_length_is_open_at_its_last_minute) {
  row = row_of(0x01, 1439, 2880);
  ck_period(&calendar, new_york, "2026-07-07T03:59:30Z", "open 2026-07-07T03:59:00Z 2026-07-08T04:00:00Z");
}
END_TEST

START_TEST(windows_that_touch_are_one) {
  row = row_of(0x01, HM(8, 0), HM(24, 0));
  add_window(&row.now.week, 0x02, HM(0, 0), HM(9, 0));
  add_window(&row.now.week, 0x02, HM(9, 0), HM(10, 0));
  ck_period(&calendar, new_york, "2026-07-06T12:00:00Z", "open 2026-07-06T12:00:00Z 2026-07-07T14:00:00Z");
}
END_TEST

START_TEST(all_week_has_no_edge_at_all) {
  row = row_of(EVERY_DAY, 0, HM(24, 0));
  ck_period(&calendar, new_york, "2026-03-08T07:00:00Z", "open - -");
  ck_period(&calendar, new_york, "2026-11-01T05:30:00Z", "open - -");
  ck_opening(&calendar, new_york, "2026-11-01T05:30:00Z", "2026-11-01T05:30:00Z");
}
END_TEST

START_TEST(hours_that_never_open_end_nowhere) {
  row = row_of(0, 0, 0);
  ck_period(&calendar, new_york, "2026-07-01T16:00:00Z", "hours - -");
  ck_opening(&calendar, new_york, "2026-07-01T16:00:00Z", "-");
  ck_minutes(&calendar, new_york, day_number(2026, 7, 1), 0);
}
END_TEST

START_TEST(the_next_opening_is_now_when_it_is_open) {
  ck_opening(&calendar, new_york, "2026-07-01T12:00:00Z", "2026-07-01T12:00:00Z");
  ck_opening(&calendar, new_york, "2026-07-02T00:59:59Z", "2026-07-02T00:59:59Z");
  ck_opening(&calendar, new_york, "2026-07-02T01:00:00Z", "2026-07-02T12:00:00Z");
}
END_TEST

START_TEST(the_next_opening_is_found_behind_other_reasons) {
  struct cxd__day_rule days[] = {yearly(7, 3, "Friday off"), yearly(7, 4, "Independence Day")};
  struct cxd__holidays holidays = {NULL, 2, days};
  row = row_of(0x1f, HM(8, 0), HM(21, 0));
  calendar.holidays = &holidays;
  ck_opening(&calendar, new_york, "2026-07-03T01:00:00Z", "2026-07-06T12:00:00Z");
}
END_TEST

START_TEST(the_next_opening_lies_behind_a_blackout_of_two_years) {
  struct cxd__blackout blackout = blackout_dates("Freeze", (struct cxd__date){2026, 7, 2}, (struct cxd__date){2028, 6, 30});
  calendar.blackouts = &blackout;
  calendar.blackout_count = 1;
  ck_opening(&calendar, new_york, "2026-07-02T05:00:00Z", "2028-07-01T12:00:00Z");
  ck_period(&calendar, new_york, "2027-07-02T05:00:00Z", "blackout Freeze 2026-07-02T04:00:00Z 2028-07-01T04:00:00Z");
}
END_TEST

START_TEST(what_lies_farther_than_800_days_is_not_looked_for) {
  struct cxd__blackout blackout = blackout_dates("Freeze", (struct cxd__date){2026, 7, 2}, (struct cxd__date){2029, 6, 30});
  calendar.blackouts = &blackout;
  calendar.blackout_count = 1;
  ck_opening(&calendar, new_york, "2026-07-02T05:00:00Z", "-");
  ck_period(&calendar, new_york, "2026-07-02T05:00:00Z", "blackout Freeze 2026-07-02T04:00:00Z -");
  ck_period(&calendar, new_york, "2029-06-30T05:00:00Z", "blackout Freeze - 2029-07-01T04:00:00Z");
}
END_TEST

START_TEST(other_hours_hold_before_the_date_of_a_new_law) {
  row = row_of(MON_SAT, HM(9, 0), HM(19, 0));
  add_window(&row.before.week, EVERY_DAY, HM(8, 0), HM(21, 0));
  row.since = day_number(2026, 10, 18); /* a Sunday */
  ck_period(&calendar, new_york, "2026-10-17T16:00:00Z", "open 2026-10-17T12:00:00Z 2026-10-18T01:00:00Z");
  ck_period(&calendar, new_york, "2026-10-18T16:00:00Z", "hours 2026-10-18T01:00:00Z 2026-10-19T13:00:00Z");
  ck_period(&calendar, new_york, "2026-10-19T16:00:00Z", "open 2026-10-19T13:00:00Z 2026-10-19T23:00:00Z");
  ck_minutes(&calendar, new_york, day_number(2026, 10, 17), 780);
  ck_minutes(&calendar, new_york, day_number(2026, 10, 18), 0);
  ck_minutes(&calendar, new_york, day_number(2026, 10, 19), 600);
}
END_TEST

START_TEST(a_night_window_of_the_old_law_ends_as_the_old_law_says) {
  row = row_of(0, 0, 0);
  add_window(&row.before.week, EVERY_DAY, HM(22, 0), HM(26, 0));
  row.since = day_number(2026, 10, 18);
  ck_period(&calendar, new_york, "2026-10-18T05:00:00Z", "open 2026-10-18T02:00:00Z 2026-10-18T06:00:00Z");
  ck_period(&calendar, new_york, "2026-10-19T05:00:00Z", "hours 2026-10-18T06:00:00Z -");
}
END_TEST

START_TEST(open_minutes_of_a_date_are_those_of_its_windows) {
  row = row_of(MON_SAT, HM(8, 0), HM(21, 0));
  ck_minutes(&calendar, new_york, day_number(2026, 7, 1), 780);
  ck_minutes(&calendar, new_york, day_number(2026, 7, 5), 0);
}
END_TEST

START_TEST(instants_out_of_all_years_are_shut) {
  static const int64_t far[] = {INT64_MIN, INT64_MIN + 1, INT64_MIN / 2, -100000000000, 1000000000000, INT64_MAX / 2, INT64_MAX - 1, INT64_MAX};
  row = row_of(EVERY_DAY, 0, HM(24, 0));
  for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
    struct cxd__period period;
    cxd__schedule_at(&calendar, new_york, far[i], &period);
    ck_assert_int_eq(period.state, CXD__SHUT_HOURS);
    ck_assert_ptr_null(period.name);
    ck_assert(period.since == INT64_MIN && period.until == INT64_MAX);
    ck_assert_int_eq(cxd__schedule_opening(&calendar, new_york, far[i]), INT64_MAX);
    ck_assert_int_eq(cxd__schedule_open_seconds(&calendar, new_york, far[i]), 0);
  }
}
END_TEST

START_TEST(it_opens_with_year_1_and_shuts_with_year_9999) {
  struct step steps[] = {{NULL, 0, 0, "UTC"}};
  struct cxd__tz *utc = zone_of(steps, 1);
  struct cxd__period period;
  row = row_of(EVERY_DAY, 0, HM(24, 0));
  int64_t begin = day_number(1, 1, 1) * DAY, end = (day_number(9999, 12, 31) + 1) * DAY;
  ck_assert_int_eq(state_at(&calendar, utc, begin - 1), CXD__SHUT_HOURS);
  ck_assert_int_eq(state_at(&calendar, utc, begin), CXD__OPEN);
  ck_assert_int_eq(state_at(&calendar, utc, end - 1), CXD__OPEN);
  ck_assert_int_eq(state_at(&calendar, utc, end), CXD__SHUT_HOURS);
  ck_assert_int_eq(cxd__schedule_opening(&calendar, utc, begin - 700 * (int64_t)DAY), begin);
  ck_assert_int_eq(cxd__schedule_opening(&calendar, utc, end), INT64_MAX);
  cxd__schedule_at(&calendar, utc, end + 5, &period);
  ck_assert(period.since == end && period.until == INT64_MAX);
  ck_assert_int_eq(cxd__schedule_open_seconds(&calendar, utc, day_number(9999, 12, 31)), DAY);
  ck_assert_int_eq(cxd__schedule_open_seconds(&calendar, utc, day_number(9999, 12, 31) + 1), 0);
  ck_assert_int_eq(cxd__schedule_open_seconds(&calendar, utc, day_number(1, 1, 1) - 1), 0);
  cxd__tz_unref(utc);
}
END_TEST

/* A file with a change of the clock in every other second is legal, and a trap for a walk from change to change. */
START_TEST(a_clock_that_never_stands_still_is_not_believed) {
  static struct step steps[300];
  static char at[300][48];
  struct cxd__period period;
  row = row_of(EVERY_DAY, 0, HM(24, 0));
  for (int i = 0; i < 300; i++)
    steps[i] = (struct step){instant_text(instant("2026-07-01T00:00:00Z") + 2 * i, at[i]), i % 2 ? 3600 : 0, i % 2, i % 2 ? "ONE" : "TWO"};
  struct cxd__tz *tz = zone_of(steps, 300);
  cxd__schedule_at(&calendar, tz, instant("2026-07-01T00:05:00Z"), &period);
  ck_assert_int_eq(period.state, CXD__SHUT_HOURS);
  ck_assert_int_eq(cxd__schedule_open_seconds(&calendar, tz, day_number(2026, 7, 1)), 0);
  ck_opening(&calendar, tz, "2026-07-01T00:00:00Z", "-");
  cxd__tz_unref(tz);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("schedule");
  TCase *tc = suite_case(suite, "hours", set_up, tear_down);
  tcase_add_test(tc, a_period_is_given_with_both_ends);
  tcase_add_test(tc, edges_are_half_open_to_the_second);
  tcase_add_test(tc, a_closed_sunday_joins_the_nights_around_it);
  tcase_add_test(tc, several_windows_a_day_have_a_break_between_them);
  tcase_add_test(tc, a_window_past_midnight_belongs_to_the_date_it_begins_on);
  tcase_add_test(tc, a_window_of_two_days_length_is_open_at_its_last_minute);
  tcase_add_test(tc, windows_that_touch_are_one);
  tcase_add_test(tc, all_week_has_no_edge_at_all);
  tcase_add_test(tc, hours_that_never_open_end_nowhere);
  tcase_add_test(tc, other_hours_hold_before_the_date_of_a_new_law);
  tcase_add_test(tc, a_night_window_of_the_old_law_ends_as_the_old_law_says);
  tcase_add_test(tc, open_minutes_of_a_date_are_those_of_its_windows);
  tc = suite_case(suite, "search", set_up, tear_down);
  tcase_add_test(tc, the_next_opening_is_now_when_it_is_open);
  tcase_add_test(tc, the_next_opening_is_found_behind_other_reasons);
  tcase_add_test(tc, the_next_opening_lies_behind_a_blackout_of_two_years);
  tcase_add_test(tc, what_lies_farther_than_800_days_is_not_looked_for);
  tc = suite_case(suite, "extremes", set_up, tear_down);
  tcase_add_test(tc, instants_out_of_all_years_are_shut);
  tcase_add_test(tc, it_opens_with_year_1_and_shuts_with_year_9999);
  tcase_add_test(tc, a_clock_that_never_stands_still_is_not_believed);
  return run_suite(suite);
}
