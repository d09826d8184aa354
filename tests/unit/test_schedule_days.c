/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Holidays and blackouts, in UTC, where the hours are those of the whole week unless a test says otherwise. */
#include "schedule.h"

static struct cxd__tz *utc;
static struct cxd__jurisdiction row;
static struct cxd__day_rule rules[8];
static struct cxd__holidays set = {NULL, 0, rules};
static struct cxd__blackout blackouts[8];
static struct cxd__calendar calendar;

static void set_up(void) {
  static const struct step steps[] = {{NULL, 0, 0, "UTC"}};
  utc = zone_of(steps, 1);
  row = row_of(EVERY_DAY, 0, HM(24, 0));
  set.count = 0;
  calendar = (struct cxd__calendar){.row = &row, .blackouts = blackouts, .zone = "America/New_York"};
}

static void tear_down(void) { cxd__tz_unref(utc); }

static void holiday(struct cxd__day_rule rule) {
  rules[set.count++] = rule;
  row.now.holidays = &set;
}

static void blackout(struct cxd__blackout added) { blackouts[calendar.blackout_count++] = added; }

/* Why the whole of a date is shut, "open" when it is not. */
static const char *why(int32_t year, int month, int day) {
  struct cxd__period first, last;
  int64_t midnight = day_number(year, month, day) * DAY;
  cxd__schedule_at(&calendar, utc, midnight, &first);
  cxd__schedule_at(&calendar, utc, midnight + DAY - 1, &last);
  ck_assert_int_eq(first.state, last.state);
  ck_assert(first.name == last.name);
  return first.state == CXD__OPEN ? "open" : first.name ? first.name : "hours";
}

START_TEST(a_date_is_closed_once) {
  holiday(once(2026, 11, 27, "Day after"));
  ck_assert_str_eq(why(2026, 11, 26), "open");
  ck_assert_str_eq(why(2026, 11, 27), "Day after");
  ck_assert_str_eq(why(2026, 11, 28), "open");
  ck_assert_str_eq(why(2027, 11, 27), "open");
  ck_period(&calendar, utc, "2026-11-27T12:00:00Z", "holiday Day after 2026-11-27T00:00:00Z 2026-11-28T00:00:00Z");
}
END_TEST

START_TEST(a_yearly_date_is_closed_every_year) {
  holiday(yearly(12, 25, "Christmas Day"));
  ck_assert_str_eq(why(1900, 12, 25), "Christmas Day");
  ck_assert_str_eq(why(2026, 12, 25), "Christmas Day");
  ck_assert_str_eq(why(2026, 12, 26), "open");
}
END_TEST

START_TEST(the_29th_of_february_is_there_in_leap_years_only) {
  holiday(yearly(2, 29, "Leap day"));
  ck_assert_str_eq(why(2028, 2, 29), "Leap day");
  ck_assert_str_eq(why(2027, 2, 28), "open");
  ck_assert_str_eq(why(2027, 3, 1), "open");
  ck_assert_str_eq(why(2000, 2, 29), "Leap day");
  ck_assert_str_eq(why(2100, 3, 1), "open");
}
END_TEST

START_TEST(the_nth_weekday_of_a_month) {
  holiday(nth(11, 3, 4, "Thanksgiving Day"));
  holiday(nth(5, 0, 0, "Memorial Day"));
  holiday(nth(6, 2, 1, "First Wednesday"));
  ck_assert_str_eq(why(2026, 11, 26), "Thanksgiving Day");
  ck_assert_str_eq(why(2026, 11, 19), "open");
  ck_assert_str_eq(why(2027, 11, 25), "Thanksgiving Day");
  ck_assert_str_eq(why(2026, 5, 25), "Memorial Day");
  ck_assert_str_eq(why(2026, 5, 18), "open");
  ck_assert_str_eq(why(2027, 5, 31), "Memorial Day");
  ck_assert_str_eq(why(2027, 5, 24), "open");
  ck_assert_str_eq(why(2026, 6, 3), "First Wednesday");
}
END_TEST

START_TEST(a_fifth_weekday_that_a_month_has_not_closes_nothing) {
  holiday(nth(2, 0, 5, "Fifth Monday"));
  for (int day = 1; day <= 28; day++)
    ck_assert_str_eq(why(2026, 2, day), "open");
  ck_assert_str_eq(why(2026, 3, 2), "open");
  ck_assert_str_eq(why(2044, 2, 29), "Fifth Monday");
}
END_TEST

START_TEST(days_around_easter) {
  holiday(easter(-2, "Good Friday"));
  holiday(easter(0, "Easter Sunday"));
  holiday(easter(1, "Easter Monday"));
  holiday(easter(49, "Pentecost"));
  ck_assert_str_eq(why(2026, 4, 3), "Good Friday");
  ck_assert_str_eq(why(2026, 4, 4), "open");
  ck_assert_str_eq(why(2026, 4, 5), "Easter Sunday");
  ck_assert_str_eq(why(2026, 4, 6), "Easter Monday");
  ck_assert_str_eq(why(2026, 5, 24), "Pentecost");
  ck_assert_str_eq(why(2027, 3, 28), "Easter Sunday");
  ck_assert_str_eq(why(2027, 4, 4), "open");
  ck_assert_str_eq(why(2038, 4, 25), "Easter Sunday");
  ck_assert_str_eq(why(2285, 3, 22), "Easter Sunday");
}
END_TEST

START_TEST(an_offset_from_easter_may_leave_the_year) {
  holiday(easter(-100, "Long before"));
  holiday(easter(300, "Long after"));
  ck_assert_str_eq(why(2025, 12, 26), "Long before"); /* Easter 2026-04-05 */
  ck_assert_str_eq(why(2027, 1, 30), "Long after");
}
END_TEST

START_TEST(an_observed_day_closes_the_weekday_beside_it_too) {
  holiday(observed(yearly(7, 4, "Independence Day")));
  ck_assert_str_eq(why(2026, 7, 3), "Independence Day"); /* the 4th is a Saturday */
  ck_assert_str_eq(why(2026, 7, 4), "Independence Day");
  ck_assert_str_eq(why(2026, 7, 6), "open");
  ck_assert_str_eq(why(2027, 7, 2), "open"); /* a Sunday */
  ck_assert_str_eq(why(2027, 7, 4), "Independence Day");
  ck_assert_str_eq(why(2027, 7, 5), "Independence Day");
  ck_assert_str_eq(why(2028, 7, 3), "open"); /* a Tuesday */
  ck_assert_str_eq(why(2028, 7, 5), "open");
  ck_period(&calendar, utc, "2026-07-03T12:00:00Z", "holiday Independence Day 2026-07-03T00:00:00Z 2026-07-05T00:00:00Z");
}
END_TEST

START_TEST(a_day_is_observed_over_the_new_year) {
  holiday(observed(yearly(1, 1, "New Year's Day")));
  ck_assert_str_eq(why(2027, 12, 31), "New Year's Day"); /* 2028-01-01 is a Saturday */
  ck_assert_str_eq(why(2026, 12, 31), "open");
  ck_assert_str_eq(why(2023, 1, 2), "New Year's Day");
}
END_TEST

START_TEST(a_day_of_its_own_is_named_before_an_observed_one) {
  holiday(observed(yearly(12, 25, "Christmas Day")));
  holiday(yearly(12, 27, "Third day"));
  ck_assert_str_eq(why(2027, 12, 24), "Christmas Day");
  ck_assert_str_eq(why(2022, 12, 26), "Christmas Day");
  holiday(yearly(12, 26, "Boxing Day"));
  ck_assert_str_eq(why(2022, 12, 26), "Boxing Day");
}
END_TEST

START_TEST(a_period_ends_where_the_name_changes) {
  holiday(yearly(12, 25, "Christmas Day"));
  holiday(yearly(12, 26, "Boxing Day"));
  ck_period(&calendar, utc, "2026-12-25T12:00:00Z", "holiday Christmas Day 2026-12-25T00:00:00Z 2026-12-26T00:00:00Z");
  ck_period(&calendar, utc, "2026-12-26T12:00:00Z", "holiday Boxing Day 2026-12-26T00:00:00Z 2026-12-27T00:00:00Z");
}
END_TEST

START_TEST(days_of_the_same_name_are_one_period) {
  static char first[] = "Works holidays", second[] = "Works holidays";
  holiday(yearly(12, 29, first));
  holiday(yearly(12, 30, second));
  ck_period(&calendar, utc, "2026-12-29T12:00:00Z", "holiday Works holidays 2026-12-29T00:00:00Z 2026-12-31T00:00:00Z");
}
END_TEST

START_TEST(hours_give_way_to_a_holiday_at_midnight) {
  row = row_of(EVERY_DAY, HM(8, 0), HM(21, 0));
  holiday(yearly(12, 25, "Christmas Day"));
  ck_period(&calendar, utc, "2026-12-24T22:00:00Z", "hours 2026-12-24T21:00:00Z 2026-12-25T00:00:00Z");
  ck_period(&calendar, utc, "2026-12-25T22:00:00Z", "holiday Christmas Day 2026-12-25T00:00:00Z 2026-12-26T00:00:00Z");
  ck_period(&calendar, utc, "2026-12-26T07:59:59Z", "hours 2026-12-26T00:00:00Z 2026-12-26T08:00:00Z");
}
END_TEST

START_TEST(a_window_that_runs_into_a_holiday_is_cut_at_midnight) {
  row = row_of(EVERY_DAY, HM(22, 0), HM(26, 0));
  holiday(yearly(12, 25, "Christmas Day"));
  ck_period(&calendar, utc, "2026-12-24T23:00:00Z", "open 2026-12-24T22:00:00Z 2026-12-25T00:00:00Z");
  ck_period(&calendar, utc, "2026-12-25T23:00:00Z", "holiday Christmas Day 2026-12-25T00:00:00Z 2026-12-26T00:00:00Z");
}
END_TEST

START_TEST(a_window_of_a_holiday_is_not_opened_by_midnight) {
  row = row_of(EVERY_DAY, HM(22, 0), HM(26, 0));
  holiday(yearly(12, 25, "Christmas Day"));
  ck_period(&calendar, utc, "2026-12-26T01:00:00Z", "hours 2026-12-26T00:00:00Z 2026-12-26T22:00:00Z");
}
END_TEST

START_TEST(holidays_of_the_policy_close_in_every_jurisdiction) {
  calendar.holidays = &set;
  rules[0] = yearly(6, 19, "Company day");
  set.count = 1;
  ck_assert_str_eq(why(2026, 6, 19), "Company day");
}
END_TEST

START_TEST(the_name_of_the_law_comes_before_that_of_the_policy) {
  static struct cxd__day_rule own[1];
  static struct cxd__holidays company = {NULL, 1, own};
  own[0] = yearly(12, 25, "Company day");
  calendar.holidays = &company;
  holiday(yearly(12, 25, "Christmas Day"));
  ck_assert_str_eq(why(2026, 12, 25), "Christmas Day");
}
END_TEST

START_TEST(each_regime_has_its_own_holidays) {
  static struct cxd__day_rule old[1];
  static struct cxd__holidays before = {NULL, 1, old};
  old[0] = yearly(10, 17, "Old day");
  holiday(yearly(10, 18, "New day"));
  row.before = row.now;
  row.before.holidays = &before;
  row.since = day_number(2026, 10, 18);
  ck_assert_str_eq(why(2025, 10, 18), "open");
  ck_assert_str_eq(why(2026, 10, 17), "Old day");
  ck_assert_str_eq(why(2026, 10, 18), "New day");
  ck_assert_str_eq(why(2027, 10, 17), "open");
}
END_TEST

START_TEST(a_blackout_closes_a_range_of_dates) {
  blackout(blackout_dates("Freeze", (struct cxd__date){2026, 8, 3}, (struct cxd__date){2026, 8, 5}));
  ck_assert_str_eq(why(2026, 8, 2), "open");
  ck_assert_str_eq(why(2026, 8, 3), "Freeze");
  ck_assert_str_eq(why(2026, 8, 5), "Freeze");
  ck_assert_str_eq(why(2026, 8, 6), "open");
  ck_assert_str_eq(why(2027, 8, 4), "open");
  ck_period(&calendar, utc, "2026-08-04T00:00:00Z", "blackout Freeze 2026-08-03T00:00:00Z 2026-08-06T00:00:00Z");
}
END_TEST

START_TEST(a_yearly_blackout_goes_over_the_new_year) {
  blackout(blackout_dates("Peace", (struct cxd__date){0, 12, 24}, (struct cxd__date){0, 1, 2}));
  ck_assert_str_eq(why(2026, 12, 23), "open");
  ck_assert_str_eq(why(2026, 12, 31), "Peace");
  ck_assert_str_eq(why(2027, 1, 2), "Peace");
  ck_assert_str_eq(why(2027, 1, 3), "open");
  ck_period(&calendar, utc, "2027-01-01T00:00:00Z", "blackout Peace 2026-12-24T00:00:00Z 2027-01-03T00:00:00Z");
}
END_TEST

START_TEST(a_yearly_blackout_within_a_year) {
  blackout(blackout_dates("Late winter", (struct cxd__date){0, 2, 28}, (struct cxd__date){0, 3, 1}));
  ck_period(&calendar, utc, "2028-02-29T12:00:00Z", "blackout Late winter 2028-02-28T00:00:00Z 2028-03-02T00:00:00Z");
  ck_period(&calendar, utc, "2027-03-01T12:00:00Z", "blackout Late winter 2027-02-28T00:00:00Z 2027-03-02T00:00:00Z");
}
END_TEST

START_TEST(a_range_of_dates_that_ends_before_it_begins_is_empty) {
  blackout(blackout_dates("Never", (struct cxd__date){2026, 8, 5}, (struct cxd__date){2026, 8, 3}));
  ck_assert_str_eq(why(2026, 8, 4), "open");
  ck_assert_str_eq(why(2026, 12, 31), "open");
}
END_TEST

START_TEST(a_blackout_on_some_weekdays_and_hours) {
  blackout(blackout_always("Lunch", HM(12, 0), HM(13, 30)));
  blackouts[0].weekdays = 0x1f;
  ck_period(&calendar, utc, "2026-07-03T13:00:00Z", "blackout Lunch 2026-07-03T12:00:00Z 2026-07-03T13:30:00Z");
  ck_period(&calendar, utc, "2026-07-04T13:00:00Z", "open 2026-07-03T13:30:00Z 2026-07-06T12:00:00Z");
}
END_TEST

START_TEST(a_blackout_past_midnight_belongs_to_the_day_it_begins_on) {
  blackout(blackout_always("Friday night", HM(22, 0), HM(28, 0)));
  blackouts[0].weekdays = 0x10;
  ck_period(&calendar, utc, "2026-07-04T03:59:59Z", "blackout Friday night 2026-07-03T22:00:00Z 2026-07-04T04:00:00Z");
  ck_period(&calendar, utc, "2026-07-04T04:00:00Z", "open 2026-07-04T04:00:00Z 2026-07-10T22:00:00Z");
}
END_TEST

START_TEST(the_last_night_of_a_dated_blackout_ends_the_day_after) {
  blackout(blackout_dates("Nights", (struct cxd__date){2026, 8, 3}, (struct cxd__date){2026, 8, 3}));
  blackouts[0].from = HM(20, 0);
  blackouts[0].to = HM(30, 0);
  ck_period(&calendar, utc, "2026-08-04T02:00:00Z", "blackout Nights 2026-08-03T20:00:00Z 2026-08-04T06:00:00Z");
  ck_period(&calendar, utc, "2026-08-03T02:00:00Z", "open - 2026-08-03T20:00:00Z");
}
END_TEST

START_TEST(a_blackout_holds_in_the_jurisdictions_it_names) {
  static char *florida[] = {(char *)(uintptr_t) "US-FL"}, *both[] = {(char *)(uintptr_t) "US-FL", (char *)(uintptr_t) "US"};
  blackout(blackout_dates("Storm", (struct cxd__date){2026, 8, 3}, (struct cxd__date){2026, 8, 5}));
  blackouts[0].jurisdictions = (struct cxd__names){1, florida};
  ck_assert_str_eq(why(2026, 8, 4), "open");
  blackouts[0].jurisdictions = (struct cxd__names){2, both};
  ck_assert_str_eq(why(2026, 8, 4), "Storm");
}
END_TEST

START_TEST(a_blackout_holds_in_the_zones_it_names) {
  static char *chicago[] = {(char *)(uintptr_t) "America/Chicago"}, *new_york[] = {(char *)(uintptr_t) "America/New_York"};
  blackout(blackout_dates("Storm", (struct cxd__date){2026, 8, 3}, (struct cxd__date){2026, 8, 5}));
  blackouts[0].zones = (struct cxd__names){1, chicago};
  ck_assert_str_eq(why(2026, 8, 4), "open");
  calendar.zone = NULL; /* which zone is not known: it may be that one */
  ck_assert_str_eq(why(2026, 8, 4), "Storm");
  calendar.zone = "America/New_York";
  blackouts[0].zones = (struct cxd__names){1, new_york};
  ck_assert_str_eq(why(2026, 8, 4), "Storm");
}
END_TEST

START_TEST(a_blackout_is_named_before_a_holiday_and_a_holiday_before_the_hours) {
  row = row_of(EVERY_DAY, HM(8, 0), HM(21, 0));
  holiday(yearly(12, 25, "Christmas Day"));
  blackout(blackout_always("Dinner", HM(18, 0), HM(22, 0)));
  ck_period(&calendar, utc, "2026-12-25T18:00:00Z", "blackout Dinner 2026-12-25T18:00:00Z 2026-12-25T22:00:00Z");
  ck_period(&calendar, utc, "2026-12-25T22:00:00Z", "holiday Christmas Day 2026-12-25T22:00:00Z 2026-12-26T00:00:00Z");
  ck_period(&calendar, utc, "2026-12-26T22:00:00Z", "hours 2026-12-26T22:00:00Z 2026-12-27T08:00:00Z");
  ck_minutes(&calendar, utc, day_number(2026, 12, 25), 0);
  ck_minutes(&calendar, utc, day_number(2026, 12, 26), 600);
}
END_TEST

START_TEST(of_two_blackouts_the_first_of_the_list_is_named) {
  blackout(blackout_always("First", HM(12, 0), HM(14, 0)));
  blackout(blackout_always("Second", HM(13, 0), HM(15, 0)));
  ck_period(&calendar, utc, "2026-07-01T13:30:00Z", "blackout First 2026-07-01T12:00:00Z 2026-07-01T14:00:00Z");
  ck_period(&calendar, utc, "2026-07-01T14:30:00Z", "blackout Second 2026-07-01T14:00:00Z 2026-07-01T15:00:00Z");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("schedule_days");
  TCase *tc = suite_case(suite, "holidays", set_up, tear_down);
  tcase_add_test(tc, a_date_is_closed_once);
  tcase_add_test(tc, a_yearly_date_is_closed_every_year);
  tcase_add_test(tc, the_29th_of_february_is_there_in_leap_years_only);
  tcase_add_test(tc, the_nth_weekday_of_a_month);
  tcase_add_test(tc, a_fifth_weekday_that_a_month_has_not_closes_nothing);
  tcase_add_test(tc, days_around_easter);
  tcase_add_test(tc, an_offset_from_easter_may_leave_the_year);
  tcase_add_test(tc, an_observed_day_closes_the_weekday_beside_it_too);
  tcase_add_test(tc, a_day_is_observed_over_the_new_year);
  tcase_add_test(tc, a_day_of_its_own_is_named_before_an_observed_one);
  tcase_add_test(tc, a_period_ends_where_the_name_changes);
  tcase_add_test(tc, days_of_the_same_name_are_one_period);
  tcase_add_test(tc, hours_give_way_to_a_holiday_at_midnight);
  tcase_add_test(tc, a_window_that_runs_into_a_holiday_is_cut_at_midnight);
  tcase_add_test(tc, a_window_of_a_holiday_is_not_opened_by_midnight);
  tcase_add_test(tc, holidays_of_the_policy_close_in_every_jurisdiction);
  tcase_add_test(tc, the_name_of_the_law_comes_before_that_of_the_policy);
  tcase_add_test(tc, each_regime_has_its_own_holidays);
  tc = suite_case(suite, "blackouts", set_up, tear_down);
  tcase_add_test(tc, a_blackout_closes_a_range_of_dates);
  tcase_add_test(tc, a_yearly_blackout_goes_over_the_new_year);
  tcase_add_test(tc, a_yearly_blackout_within_a_year);
  tcase_add_test(tc, a_range_of_dates_that_ends_before_it_begins_is_empty);
  tcase_add_test(tc, a_blackout_on_some_weekdays_and_hours);
  tcase_add_test(tc, a_blackout_past_midnight_belongs_to_the_day_it_begins_on);
  tcase_add_test(tc, the_last_night_of_a_dated_blackout_ends_the_day_after);
  tcase_add_test(tc, a_blackout_holds_in_the_jurisdictions_it_names);
  tcase_add_test(tc, a_blackout_holds_in_the_zones_it_names);
  tcase_add_test(tc, a_blackout_is_named_before_a_holiday_and_a_holiday_before_the_hours);
  tcase_add_test(tc, of_two_blackouts_the_first_of_the_list_is_named);
  return run_suite(suite);
}
