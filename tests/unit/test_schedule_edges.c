/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Edges of windows where the local clock changes. Each row: a window of every day, an instant, the period around it. */
#include "schedule.h"

struct edge {
  const char *zone;
  int16_t from, to;
  const char *at, *period;
};

static const struct edge edges[] = {
  /* 02:00 -> 03:00 at 07:00Z: into the gap, out of it, within it */
  {"America/New_York", HM(2, 30), HM(5, 0), "2026-03-08T08:00:00Z", "open 2026-03-08T07:00:00Z 2026-03-08T09:00:00Z"},
  {"America/New_York", HM(1, 0), HM(2, 30), "2026-03-08T06:59:59Z", "open 2026-03-08T06:00:00Z 2026-03-08T07:00:00Z"},
  {"America/New_York", HM(2, 15), HM(2, 45), "2026-03-08T07:00:00Z", "hours 2026-03-07T07:45:00Z 2026-03-09T06:15:00Z"},
  {"America/New_York", HM(2, 0), HM(3, 0), "2026-03-08T07:00:00Z", "hours 2026-03-07T08:00:00Z 2026-03-09T06:00:00Z"},
  {"America/New_York", HM(8, 0), HM(21, 0), "2026-03-08T12:00:00Z", "open 2026-03-08T12:00:00Z 2026-03-09T01:00:00Z"},
  /* 02:00 -> 01:00 at 06:00Z */
  {"America/New_York", HM(1, 30), HM(5, 0), "2026-11-01T07:00:00Z", "open 2026-11-01T06:30:00Z 2026-11-01T10:00:00Z"},
  {"America/New_York", HM(1, 0), HM(5, 0), "2026-11-01T06:00:00Z", "open 2026-11-01T06:00:00Z 2026-11-01T10:00:00Z"},
  {"America/New_York", HM(1, 0), HM(5, 0), "2026-11-01T05:30:00Z", "hours 2026-10-31T09:00:00Z 2026-11-01T06:00:00Z"},
  {"America/New_York", HM(0, 0), HM(1, 30), "2026-11-01T05:29:59Z", "open 2026-11-01T04:00:00Z 2026-11-01T05:30:00Z"},
  {"America/New_York", HM(0, 0), HM(1, 30), "2026-11-01T06:15:00Z", "hours 2026-11-01T05:30:00Z 2026-11-02T05:00:00Z"},
  {"America/New_York", HM(0, 0), HM(2, 0), "2026-11-01T06:00:00Z", "open 2026-11-01T04:00:00Z 2026-11-01T07:00:00Z"},
  {"America/New_York", HM(0, 0), HM(1, 0), "2026-11-01T04:30:00Z", "open 2026-11-01T04:00:00Z 2026-11-01T05:00:00Z"},
  {"America/New_York", HM(2, 0), HM(4, 0), "2026-11-01T07:00:00Z", "open 2026-11-01T07:00:00Z 2026-11-01T09:00:00Z"},
  {"America/New_York", HM(1, 15), HM(1, 45), "2026-11-01T05:30:00Z", "hours 2026-10-31T05:45:00Z 2026-11-02T06:15:00Z"},
  {"America/New_York", HM(8, 0), HM(21, 0), "2026-11-01T13:00:00Z", "open 2026-11-01T13:00:00Z 2026-11-02T02:00:00Z"},
  /* 24:00 -> 23:00 at 03:00Z, and midnight is skipped in September */
  {"America/Santiago", HM(23, 0), HM(24, 0), "2026-04-05T03:30:00Z", "open 2026-04-05T03:00:00Z 2026-04-05T04:00:00Z"},
  {"America/Santiago", HM(23, 0), HM(24, 0), "2026-04-05T02:30:00Z", "hours 2026-04-04T03:00:00Z 2026-04-05T03:00:00Z"},
  {"America/Santiago", HM(8, 0), HM(23, 30), "2026-04-05T02:00:00Z", "open 2026-04-04T11:00:00Z 2026-04-05T02:30:00Z"},
  {"America/Santiago", HM(22, 0), HM(26, 0), "2026-04-05T03:00:00Z", "open 2026-04-05T01:00:00Z 2026-04-05T06:00:00Z"},
  {"America/Santiago", HM(0, 0), HM(9, 0), "2026-09-06T05:00:00Z", "open 2026-09-06T04:00:00Z 2026-09-06T12:00:00Z"},
  {"America/Santiago", HM(20, 0), HM(24, 0), "2026-09-06T03:00:00Z", "open 2026-09-06T00:00:00Z 2026-09-06T04:00:00Z"},
  /* 00:00 does not exist */
  {"Asia/Beirut", HM(0, 0), HM(2, 0), "2026-03-28T22:30:00Z", "open 2026-03-28T22:00:00Z 2026-03-28T23:00:00Z"},
  {"Asia/Beirut", HM(0, 0), HM(1, 0), "2026-03-28T22:00:00Z", "hours 2026-03-27T23:00:00Z 2026-03-29T21:00:00Z"},
  {"Asia/Beirut", HM(22, 0), HM(24, 30), "2026-03-28T21:00:00Z", "open 2026-03-28T20:00:00Z 2026-03-28T22:00:00Z"},
  {"Asia/Beirut", HM(23, 0), HM(24, 30), "2026-10-24T21:15:00Z", "open 2026-10-24T21:00:00Z 2026-10-24T22:30:00Z"},
  {"Africa/Cairo", HM(0, 30), HM(9, 0), "2026-04-23T22:00:00Z", "open 2026-04-23T22:00:00Z 2026-04-24T06:00:00Z"},
  /* 01:00 -> 00:00 at 05:00Z, for the last time in 2025 */
  {"America/Havana", HM(0, 0), HM(3, 0), "2025-11-02T06:00:00Z", "open 2025-11-02T05:00:00Z 2025-11-02T08:00:00Z"},
  {"America/Havana", HM(20, 0), HM(24, 0), "2025-11-02T03:00:00Z", "open 2025-11-02T00:00:00Z 2025-11-02T04:00:00Z"},
  {"America/Havana", HM(20, 0), HM(24, 30), "2025-11-02T04:29:59Z", "open 2025-11-02T00:00:00Z 2025-11-02T04:30:00Z"},
  {"America/Havana", HM(0, 0), HM(24, 0), "2025-11-02T04:30:00Z", "open - -"},
  /* half an hour */
  {"Australia/Lord_Howe", HM(1, 45), HM(3, 0), "2026-04-04T16:00:00Z", "open 2026-04-04T15:15:00Z 2026-04-04T16:30:00Z"},
  {"Australia/Lord_Howe", HM(0, 0), HM(1, 45), "2026-04-04T14:00:00Z", "open 2026-04-04T13:00:00Z 2026-04-04T14:45:00Z"},
  {"Australia/Lord_Howe", HM(1, 15), HM(3, 0), "2026-04-04T15:00:00Z", "open 2026-04-04T14:15:00Z 2026-04-04T16:30:00Z"},
  {"Australia/Lord_Howe", HM(2, 10), HM(4, 0), "2026-10-03T16:00:00Z", "open 2026-10-03T15:30:00Z 2026-10-03T17:00:00Z"},
  /* two hours */
  {"Antarctica/Troll", HM(2, 0), HM(6, 0), "2026-10-25T03:00:00Z", "open 2026-10-25T02:00:00Z 2026-10-25T06:00:00Z"},
  {"Antarctica/Troll", HM(0, 0), HM(2, 30), "2026-10-25T00:00:00Z", "open 2026-10-24T22:00:00Z 2026-10-25T00:30:00Z"},
  {"Antarctica/Troll", HM(2, 0), HM(4, 0), "2026-03-29T01:00:00Z", "open 2026-03-29T01:00:00Z 2026-03-29T02:00:00Z"},
  /* 03:45 -> 02:45, 02:45 -> 03:45 */
  {"Pacific/Chatham", HM(3, 0), HM(8, 0), "2026-04-04T15:00:00Z", "open 2026-04-04T14:15:00Z 2026-04-04T19:15:00Z"},
  {"Pacific/Chatham", HM(3, 0), HM(5, 0), "2026-09-26T14:30:00Z", "open 2026-09-26T14:00:00Z 2026-09-26T15:15:00Z"},
  /* 29 December 2011 is followed by the 31st */
  {"Pacific/Apia", HM(8, 0), HM(21, 0), "2011-12-30T09:00:00Z", "hours 2011-12-30T07:00:00Z 2011-12-30T18:00:00Z"},
  {"Pacific/Apia", HM(22, 0), HM(26, 0), "2011-12-30T09:00:00Z", "open 2011-12-30T08:00:00Z 2011-12-30T12:00:00Z"},
  {"Pacific/Kwajalein", HM(8, 0), HM(21, 0), "1993-08-21T12:00:00Z", "hours 1993-08-21T09:00:00Z 1993-08-21T20:00:00Z"},
  /* 12:03:58 -> 12:00 at 17:00Z: the offset before is -04:56:02 */
  {"America/New_York", HM(8, 0), HM(21, 0), "1883-06-01T14:00:00Z", "open 1883-06-01T12:56:02Z 1883-06-02T01:56:02Z"},
  {"America/New_York", HM(12, 0), HM(13, 0), "1883-11-18T17:30:00Z", "open 1883-11-18T17:00:00Z 1883-11-18T18:00:00Z"},
  {"America/New_York", HM(8, 0), HM(12, 2), "1883-11-18T16:58:01Z", "open 1883-11-18T12:56:02Z 1883-11-18T16:58:02Z"},
};

START_TEST(an_edge_where_the_clock_changes) {
  const struct edge *edge = &edges[_i];
  struct cxd__jurisdiction row = row_of(EVERY_DAY, edge->from, edge->to);
  struct cxd__calendar calendar = {.row = &row, .zone = edge->zone};
  struct cxd__tz *tz = zone(edge->zone);
  ck_period(&calendar, tz, edge->at, edge->period);
  cxd__tz_unref(tz);
}
END_TEST

struct length {
  const char *zone;
  struct cxd__date date;
  int16_t from, to;
  int64_t minutes;
};

static const struct length lengths[] = {
  {"America/New_York", {2026, 3, 8}, 0, HM(24, 0), 1380},       {"America/New_York", {2026, 11, 1}, 0, HM(24, 0), 1500},
  {"America/New_York", {2026, 3, 8}, HM(1, 0), HM(4, 0), 120},  {"America/New_York", {2026, 11, 1}, HM(0, 0), HM(2, 0), 180},
  {"America/New_York", {2026, 11, 1}, HM(1, 30), HM(4, 0), 150}, {"America/New_York", {2026, 11, 1}, HM(1, 15), HM(1, 45), 0},
  {"America/New_York", {2026, 3, 8}, HM(8, 0), HM(21, 0), 780}, {"America/Santiago", {2026, 4, 4}, 0, HM(24, 0), 1500},
  {"America/Santiago", {2026, 4, 5}, 0, HM(24, 0), 1440},       {"America/Santiago", {2026, 4, 4}, HM(22, 0), HM(26, 0), 300},
  {"America/Santiago", {2026, 9, 6}, 0, HM(24, 0), 1380},       {"Asia/Beirut", {2026, 3, 29}, HM(0, 0), HM(1, 0), 0},
  {"America/Havana", {2025, 11, 2}, 0, HM(24, 0), 1500},        {"Australia/Lord_Howe", {2026, 4, 5}, 0, HM(24, 0), 1470},
  {"Australia/Lord_Howe", {2026, 10, 4}, 0, HM(24, 0), 1410},   {"Antarctica/Troll", {2026, 10, 25}, 0, HM(24, 0), 1560},
  {"Antarctica/Troll", {2026, 3, 29}, 0, HM(24, 0), 1320},      {"Pacific/Apia", {2011, 12, 29}, 0, HM(24, 0), 1440},
  {"Pacific/Apia", {2011, 12, 30}, 0, HM(24, 0), 0},            {"Pacific/Apia", {2011, 12, 30}, HM(8, 0), HM(21, 0), 0},
  {"Pacific/Apia", {2011, 12, 31}, 0, HM(24, 0), 1440},         {"Pacific/Kwajalein", {1993, 8, 21}, 0, HM(24, 0), 0},
  {"America/St_Johns", {2010, 11, 6}, 0, HM(24, 0), 1499},      {"America/St_Johns", {2010, 11, 7}, 0, HM(24, 0), 1441},
};

START_TEST(minutes_of_a_date_on_which_the_clock_changes) {
  const struct length *length = &lengths[_i];
  struct cxd__jurisdiction row = row_of(EVERY_DAY, length->from, length->to);
  struct cxd__calendar calendar = {.row = &row, .zone = length->zone};
  struct cxd__tz *tz = zone(length->zone);
  ck_minutes(&calendar, tz, cxd__days_of(length->date), length->minutes);
  cxd__tz_unref(tz);
}
END_TEST

/* What 2026f says of Alberta and British Columbia: the clock stays, its name changes. */
START_TEST(a_new_abbreviation_is_no_edge) {
  static const struct step vancouver[] = {{NULL, -28800, 0, "PST"}, {"2026-03-08T10:00:00Z", -25200, 1, "PDT"}, {"2026-11-01T09:00:00Z", -25200, 0, "MST"}};
  static const struct step edmonton[] = {{NULL, -25200, 0, "MST"}, {"2026-03-08T09:00:00Z", -21600, 1, "MDT"}, {"2026-11-01T08:00:00Z", -21600, 0, "CST"}};
  struct cxd__jurisdiction row = row_of(EVERY_DAY, HM(1, 30), HM(5, 0)), all = row_of(EVERY_DAY, 0, HM(24, 0));
  struct cxd__calendar calendar = {.row = &row}, whole = {.row = &all};
  struct cxd__tz *tz = zone_of(vancouver, 3);
  ck_period(&calendar, tz, "2026-11-01T09:00:00Z", "open 2026-11-01T08:30:00Z 2026-11-01T12:00:00Z");
  ck_minutes(&whole, tz, day_number(2026, 11, 1), 1440);
  cxd__tz_unref(tz);
  tz = zone_of(edmonton, 3);
  ck_period(&calendar, tz, "2026-11-01T08:00:00Z", "open 2026-11-01T07:30:00Z 2026-11-01T11:00:00Z");
  ck_minutes(&whole, tz, day_number(2026, 11, 1), 1440);
  cxd__tz_unref(tz);
}
END_TEST

/* And of Morocco: back to UTC for good. */
START_TEST(the_last_change_of_a_zone_is_one_like_others) {
  static const struct step casablanca[] = {{NULL, 3600, 0, "+01"}, {"2026-02-15T02:00:00Z", 0, 1, "+00"}, {"2026-03-22T02:00:00Z", 3600, 0, "+01"}, {"2026-09-20T01:00:00Z", 0, 0, "+00"}};
  struct cxd__jurisdiction row = row_of(EVERY_DAY, HM(1, 30), HM(5, 0));
  struct cxd__calendar calendar = {.row = &row};
  struct cxd__tz *tz = zone_of(casablanca, 4);
  ck_period(&calendar, tz, "2026-09-20T02:00:00Z", "open 2026-09-20T01:30:00Z 2026-09-20T05:00:00Z");
  ck_period(&calendar, tz, "2026-09-20T00:45:00Z", "hours 2026-09-19T04:00:00Z 2026-09-20T01:30:00Z");
  cxd__tz_unref(tz);
}
END_TEST

/* 10:00 -> 09:00, and half an hour later 09:30 -> 08:30: 09:00 to 09:30 is shown three times. */
START_TEST(an_edge_that_occurs_three_times) {
  static const struct step steps[] = {{NULL, 0, 0, "ONE"}, {"2026-07-01T10:00:00Z", -3600, 0, "TWO"}, {"2026-07-01T10:30:00Z", -7200, 0, "TRE"}};
  struct cxd__jurisdiction row = row_of(EVERY_DAY, HM(9, 15), HM(12, 0));
  struct cxd__calendar calendar = {.row = &row};
  struct cxd__tz *tz = zone_of(steps, 3);
  ck_period(&calendar, tz, "2026-07-01T13:00:00Z", "open 2026-07-01T11:15:00Z 2026-07-01T14:00:00Z");
  row = row_of(EVERY_DAY, HM(6, 0), HM(9, 15));
  ck_period(&calendar, tz, "2026-07-01T09:00:00Z", "open 2026-07-01T06:00:00Z 2026-07-01T09:15:00Z");
  ck_period(&calendar, tz, "2026-07-01T10:05:00Z", "hours 2026-07-01T09:15:00Z 2026-07-02T08:00:00Z");
  row = row_of(EVERY_DAY, HM(8, 45), HM(12, 0));
  ck_period(&calendar, tz, "2026-07-01T13:00:00Z", "open 2026-07-01T10:45:00Z 2026-07-01T14:00:00Z");
  cxd__tz_unref(tz);
}
END_TEST

/* A gap and its undoing within the hour: 10:00 -> 12:00, 12:30 -> 10:30. */
START_TEST(a_gap_that_is_undone_at_once) {
  static const struct step steps[] = {{NULL, 0, 0, "ONE"}, {"2026-07-01T10:00:00Z", 7200, 0, "TWO"}, {"2026-07-01T10:30:00Z", 0, 0, "ONE"}};
  struct cxd__jurisdiction row = row_of(EVERY_DAY, HM(8, 0), HM(12, 15));
  struct cxd__calendar calendar = {.row = &row};
  struct cxd__tz *tz = zone_of(steps, 3);
  ck_period(&calendar, tz, "2026-07-01T09:00:00Z", "open 2026-07-01T08:00:00Z 2026-07-01T10:15:00Z");
  ck_period(&calendar, tz, "2026-07-01T11:00:00Z", "hours 2026-07-01T10:15:00Z 2026-07-02T08:00:00Z");
  row = row_of(EVERY_DAY, HM(12, 15), HM(14, 0));
  ck_period(&calendar, tz, "2026-07-01T13:00:00Z", "open 2026-07-01T12:15:00Z 2026-07-01T14:00:00Z");
  cxd__tz_unref(tz);
}
END_TEST

struct closing {
  const char *zone, *at, *period;
  struct cxd__date closed;
};

/* Hours all week, and one closed date beside a change of the clock. */
static const struct closing closings[] = {
  {"Asia/Beirut", "2026-03-28T22:00:00Z", "holiday Day off 2026-03-28T22:00:00Z 2026-03-29T21:00:00Z", {2026, 3, 29}},
  {"Asia/Beirut", "2026-03-28T21:59:59Z", "holiday Day off 2026-03-27T22:00:00Z 2026-03-28T22:00:00Z", {2026, 3, 28}},
  {"America/Havana", "2025-11-02T04:30:00Z", "holiday Day off 2025-11-02T04:00:00Z 2025-11-03T05:00:00Z", {2025, 11, 2}},
  {"America/Havana", "2025-11-02T04:30:00Z", "holiday Day off 2025-11-01T04:00:00Z 2025-11-02T05:00:00Z", {2025, 11, 1}},
  {"America/St_Johns", "2010-11-07T03:00:00Z", "holiday Day off 2010-11-07T02:30:00Z 2010-11-08T03:30:00Z", {2010, 11, 7}},
  {"America/St_Johns", "2010-11-07T03:00:00Z", "holiday Day off 2010-11-06T02:30:00Z 2010-11-07T03:30:00Z", {2010, 11, 6}},
  {"Pacific/Apia", "2011-12-30T10:00:00Z", "open - -", {2011, 12, 30}},
};

START_TEST(a_closed_date_where_the_clock_changes) {
  const struct closing *closing = &closings[_i];
  struct cxd__jurisdiction row = row_of(EVERY_DAY, 0, HM(24, 0));
  struct cxd__day_rule rule = once(closing->closed.year, closing->closed.month, closing->closed.day, "Day off");
  struct cxd__holidays holidays = {NULL, 1, &rule};
  struct cxd__calendar calendar = {.row = &row, .holidays = &holidays, .zone = closing->zone};
  struct cxd__tz *tz = zone(closing->zone);
  ck_period(&calendar, tz, closing->at, closing->period);
  cxd__tz_unref(tz);
}
END_TEST

START_TEST(a_span_whose_local_time_nobody_knows_is_closed) {
  static const struct step steps[] = {{"", 0, 0, "-00"}, {"2026-11-28T10:00:00Z", 3600, 0, "CET"}, {"2026-11-30T10:00:00Z", 0, 0, "-00"}};
  struct cxd__jurisdiction row = row_of(EVERY_DAY, 0, HM(24, 0));
  struct cxd__calendar calendar = {.row = &row, .zone = "Test/Unknown"};
  struct cxd__tz *tz = zone_of(steps, 3);
  ck_period(&calendar, tz, "2026-11-28T09:59:59Z", "hours - 2026-11-28T10:00:00Z");
  ck_period(&calendar, tz, "2026-11-28T10:00:00Z", "open 2026-11-28T10:00:00Z 2026-11-30T10:00:00Z");
  ck_period(&calendar, tz, "2026-11-30T10:00:00Z", "hours 2026-11-30T10:00:00Z -");
  ck_assert_int_eq(cxd__schedule_opening(&calendar, tz, instant("2026-12-01T00:00:00Z")), INT64_MAX);
  cxd__tz_unref(tz);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("schedule_edges");
  TCase *tc = suite_case(suite, "zones", NULL, NULL);
  tcase_add_loop_test(tc, an_edge_where_the_clock_changes, 0, (int)(sizeof edges / sizeof *edges));
  tcase_add_loop_test(tc, minutes_of_a_date_on_which_the_clock_changes, 0, (int)(sizeof lengths / sizeof *lengths));
  tcase_add_loop_test(tc, a_closed_date_where_the_clock_changes, 0, (int)(sizeof closings / sizeof *closings));
  tc = suite_case(suite, "made up", NULL, NULL);
  tcase_add_test(tc, a_new_abbreviation_is_no_edge);
  tcase_add_test(tc, the_last_change_of_a_zone_is_one_like_others);
  tcase_add_test(tc, an_edge_that_occurs_three_times);
  tcase_add_test(tc, a_gap_that_is_undone_at_once);
  tcase_add_test(tc, a_span_whose_local_time_nobody_knows_is_closed);
  return run_suite(suite);
}
