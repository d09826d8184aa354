/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "run.h"
#include "validate/civil.h"
#include "validate/posix_tz.h"

static struct cxd__posix_tz rule_of(const char *text) {
  struct cxd__posix_tz rule;
  ck_assert_msg(cxd__posix_tz_read(text, strlen(text), &rule), "%s", text);
  return rule;
}

/* UTC */
static int64_t at(int32_t year, int month, int day, int hour, int minute) {
  return cxd__days_of((struct cxd__date){year, (int8_t)month, (int8_t)day}) * 86400 + hour * 3600 + minute * 60;
}

static void ck_at(const char *text, int64_t unix_s, int32_t offset_s, int dst, const char *name) {
  struct cxd__posix_tz rule = rule_of(text);
  struct cxd__tz_span span;
  struct cxd__tz_span ahead;
  cxd__posix_tz_at(&rule, unix_s, &span);
  cxd__posix_tz_ahead(&rule, unix_s, &ahead);
  ck_assert(ahead.since == INT64_MIN && ahead.until == span.until && ahead.offset_s == span.offset_s && ahead.dst == span.dst && ahead.abbreviation == span.abbreviation);
  ck_assert_msg(span.offset_s == offset_s && span.dst == dst && strcmp(span.abbreviation, name) == 0, "%s at %lld: %d %d %s", text, (long long)unix_s, (int)span.offset_s,
                (int)span.dst, span.abbreviation);
  ck_assert(span.since <= unix_s && (unix_s < span.until || span.until == INT64_MAX));
}

/* In the second before, and from the instant on; both spans end and begin there. */
static void ck_change(const char *text, int64_t unix_s, int32_t before, int32_t after) {
  struct cxd__posix_tz rule = rule_of(text);
  struct cxd__tz_span span;
  cxd__posix_tz_at(&rule, unix_s - 1, &span);
  ck_assert_msg(span.offset_s == before && span.until == unix_s, "%s before %lld: %d until %lld", text, (long long)unix_s, (int)span.offset_s, (long long)span.until);
  cxd__posix_tz_at(&rule, unix_s, &span);
  ck_assert_msg(span.offset_s == after && span.since == unix_s, "%s at %lld: %d since %lld", text, (long long)unix_s, (int)span.offset_s, (long long)span.since);
}

START_TEST(a_zone_without_summer_time_never_changes) {
  static const struct { const char *text; int32_t offset_s; const char *name; } rows[] = {
      {"UTC0", 0, "UTC"},           {"EST5", -18000, "EST"},          {"<+0330>-3:30", 12600, "+0330"},       {"<-00>0", 0, "-00"},
      {"<AB1>+24:59:59", -89999, "AB1"}, {"LMT-0:01:15", 75, "LMT"},   {"abc-14", 50400, "abc"},               {"<+1245>-12:45", 45900, "+1245"},
      {"JST-09", 32400, "JST"},     {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcde1", -3600, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcde"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__posix_tz rule = rule_of(rows[i].text);
    struct cxd__tz_span span;
    static const int64_t instants[] = {INT64_MIN, -1, 0, 1764331200, INT64_MAX};
    for (size_t k = 0; k < sizeof instants / sizeof *instants; k++) {
      ck_at(rows[i].text, instants[k], rows[i].offset_s, 0, rows[i].name);
      cxd__posix_tz_at(&rule, instants[k], &span);
      ck_assert(span.since == INT64_MIN && span.until == INT64_MAX);
    }
  }
}
END_TEST

START_TEST(changes_on_weekdays_of_months) {
  ck_change("EST5EDT,M3.2.0,M11.1.0", at(2026, 3, 8, 7, 0), -18000, -14400);
  ck_change("EST5EDT,M3.2.0,M11.1.0", at(2026, 11, 1, 6, 0), -14400, -18000);
  ck_change("CET-1CEST,M3.5.0,M10.5.0/3", at(2026, 3, 29, 1, 0), 3600, 7200);
  ck_change("CET-1CEST,M3.5.0,M10.5.0/3", at(2026, 10, 25, 1, 0), 7200, 3600);
  ck_change("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", at(2026, 10, 3, 15, 30), 37800, 39600);
  ck_change("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", at(2027, 4, 3, 15, 0), 39600, 37800);
  ck_change("<-04>4<-03>,M9.1.6/24,M4.1.6/24", at(2026, 4, 5, 3, 0), -10800, -14400);
  ck_change("EET-2EEST,M4.5.5/0,M10.5.4/24", at(2026, 10, 29, 21, 0), 10800, 7200);
  ck_change("<+00>0<+02>-2,M3.5.0/1,M10.5.0/3", at(2026, 10, 25, 1, 0), 7200, 0);
  ck_change("AAA0BBB,M2.5.4/0,M9.1.0", at(2024, 2, 29, 0, 0), 0, 3600); /* the fifth Thursday of a leap February */
  ck_change("AAA0BBB,M2.5.4/0,M9.1.0", at(2026, 2, 26, 0, 0), 0, 3600);
}
END_TEST

START_TEST(changes_on_days_of_the_year) {
  ck_change("AAA0BBB,J60/0,J300", at(2024, 3, 1, 0, 0), 0, 3600); /* 29 February never counts */
  ck_change("AAA0BBB,J60/0,J300", at(2025, 3, 1, 0, 0), 0, 3600);
  ck_change("AAA0BBB,J59/0,J300", at(2024, 2, 28, 0, 0), 0, 3600);
  ck_change("AAA0BBB,59/0,299", at(2024, 2, 29, 0, 0), 0, 3600);
  ck_change("AAA0BBB,59/0,299", at(2025, 3, 1, 0, 0), 0, 3600);
  ck_change("AAA0BBB,0/3,365/0", at(2024, 12, 30, 23, 0), 3600, 0);
  ck_change("AAA0BBB,J100,J365", at(2024, 12, 31, 1, 0), 3600, 0);
}
END_TEST

START_TEST(times_reach_a_week_beyond_their_day) {
  ck_change("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", at(2026, 3, 29, 1, 0), -7200, -3600);
  ck_change("IST-2IDT,M3.4.4/26,M10.5.0", at(2026, 3, 27, 0, 0), 7200, 10800);
  ck_change("AAA0BBB,J3/-167,J200", at(2025, 12, 27, 1, 0), 0, 3600); /* in the year before */
  ck_change("AAA0BBB,J100,J363/167:59:59", at(2027, 1, 4, 22, 59) + 59, 3600, 0);
  ck_change("AAA0BBB,J100/+1:02:03,J200", at(2026, 4, 10, 1, 2) + 3, 0, 3600);
}
END_TEST

START_TEST(summer_time_differs_by_what_the_rule_says) {
  ck_at("EST5EDT,M3.2.0,M11.1.0", at(2026, 7, 1, 0, 0), -14400, 1, "EDT");
  ck_at("EST5EDT3:30,M3.2.0,M11.1.0", at(2026, 7, 1, 0, 0), -12600, 1, "EDT");
  ck_at("IST-1GMT0,M10.5.0,M3.5.0/1", at(2026, 7, 1, 0, 0), 3600, 0, "IST");
  ck_at("IST-1GMT0,M10.5.0,M3.5.0/1", at(2026, 12, 1, 0, 0), 0, 1, "GMT");
  ck_change("IST-1GMT0,M10.5.0,M3.5.0/1", at(2026, 10, 25, 1, 0), 3600, 0);
  ck_change("IST-1GMT0,M10.5.0,M3.5.0/1", at(2027, 3, 28, 1, 0), 0, 3600);
}
END_TEST

static void ck_forever(const char *text, int32_t offset_s, int dst, const char *name) {
  struct cxd__posix_tz rule = rule_of(text);
  for (int64_t t = at(2020, 1, 1, 0, 0); t < at(2032, 1, 1, 0, 0); t += 5 * 3600) {
    struct cxd__tz_span span;
    cxd__posix_tz_at(&rule, t, &span);
    ck_assert_msg(span.offset_s == offset_s && span.dst == dst && strcmp(span.abbreviation, name) == 0, "%s", text);
    ck_assert(span.since == INT64_MIN && span.until == INT64_MAX);
  }
}

START_TEST(summer_time_all_year_has_no_changes) {
  ck_forever("EST5EDT,0/0,J365/25", -14400, 1, "EDT");
  ck_forever("XXX3EDT4,0/0,J365/23", -14400, 1, "EDT");
  ck_forever("EST5EDT,J1/0,J365/26", -14400, 1, "EDT"); /* ends after the next one has begun */
  ck_forever("EST5EDT,J100/2,J100/3", -18000, 0, "EST"); /* no longer than nothing */
}
END_TEST

START_TEST(the_rule_holds_at_any_distance) {
  static const char *const text = "EST5EDT,M3.2.0,M11.1.0";
  int64_t cycle = INT64_C(146097) * 86400;
  ck_change(text, at(2026, 3, 8, 7, 0) + 700000000 * cycle, -18000, -14400);
  ck_change(text, at(2026, 3, 8, 7, 0) - 700000000 * cycle, -18000, -14400);
  ck_change(text, at(1926, 3, 14, 7, 0), -18000, -14400);
  struct cxd__posix_tz rule = rule_of(text);
  struct cxd__tz_span span;
  cxd__posix_tz_at(&rule, INT64_MIN, &span);
  ck_assert(span.since == INT64_MIN && span.until > INT64_MIN && span.until < INT64_MIN + 366 * INT64_C(86400));
  cxd__posix_tz_at(&rule, INT64_MAX, &span);
  ck_assert(span.until == INT64_MAX && span.since < INT64_MAX && span.since > INT64_MAX - 366 * INT64_C(86400));
}
END_TEST

START_TEST(spans_follow_each_other_without_a_hole) {
  static const char *const texts[] = {"EST5EDT,M3.2.0,M11.1.0", "<-04>4<-03>,M9.1.6/24,M4.1.6/24", "AAA0BBB,J3/-167,J363/167", "AAA-14BBB-15,364/0,J2/0", "AAA0BBB,J60,59/100"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct cxd__posix_tz rule = rule_of(texts[i]);
    struct cxd__tz_span before, now;
    cxd__posix_tz_at(&rule, at(1960, 1, 1, 0, 0), &before);
    while (before.until < at(2410, 1, 1, 0, 0)) {
      cxd__posix_tz_at(&rule, before.until, &now);
      ck_assert_msg(now.since == before.until && now.dst != before.dst && now.until > now.since, "%s at %lld", texts[i], (long long)before.until);
      before = now;
    }
  }
}
END_TEST

START_TEST(what_is_no_rule_is_refused) {
  static const char *const texts[] = {
      "",  "5", "EST", "ES5", "<>5", "<AB>5", "<ABC5", "ABC>5", "EST5EDT", "EST5EDT,", "EST5EDT,M3.2.0", "EST5EDT,M3.2.0,", "EST5EDT,M3.2.0,M11.1.0,", "EST5EDT,M3.2.0,M11.1.0 ",
      " EST5", "EST 5", "EST5\n", "EST25", "EST-25", "EST167", "EST5:60", "EST5:00:60", "EST5:", "EST5:00:", "EST+-5", "EST--5", "EST0005", "EST5.5",
      "EST5EDT,M0.2.0,M11.1.0", "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.0.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,M3.2,M11.1.0",
      "EST5EDT,M-3.2.0,M11.1.0", "EST5EDT,J0,J300", "EST5EDT,J366,J300", "EST5EDT,366,300", "EST5EDT,-1,300", "EST5EDT,M3.2.0/168,M11.1.0", "EST5EDT,M3.2.0/-168,M11.1.0",
      "EST5EDT,M3.2.0/,M11.1.0", "EST5EDT,M3.2.0/2:60,M11.1.0", "EST5EDT,M3.2.0/9999999999,M11.1.0", "EST5EDT,m3.2.0,M11.1.0", "EST5,M3.2.0,M11.1.0", ":America/New_York",
      "E\xc3\x89T5", "<E\xc3\x89T>5", "<A B>5", "ABC1DEF", "AB15", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef1", "<ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef>1", "EST99999999999999999999"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct cxd__posix_tz rule;
    ck_assert_msg(!cxd__posix_tz_read(texts[i], strlen(texts[i]), &rule), "%s", texts[i]);
  }
  struct cxd__posix_tz rule;
  ck_assert_int_eq(cxd__posix_tz_read("EST5\0", 5, &rule), 0);
  ck_assert_int_eq(cxd__posix_tz_read("E\0T5", 4, &rule), 0);
}
END_TEST

START_TEST(a_rule_cut_off_anywhere_is_read_within_its_bytes) {
  static const char text[] = "<-04>4:00:00<-03>+3:00:00,M9.1.6/24:00:00,J300/-100:30:15";
  for (size_t len = 0; len < sizeof text - 1; len++) {
    char *copy = malloc(len + !len); /* no terminator: a sanitizer sees a look behind it */
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, len);
    struct cxd__posix_tz rule;
    (void)cxd__posix_tz_read(copy, len, &rule);
    free(copy);
  }
  (void)rule_of(text);
}
END_TEST

static Suite *suite(void) {
  Suite *all = suite_create("posix_tz");
  TCase *tcase = suite_case(all, "posix_tz", NULL, NULL);
  tcase_add_test(tcase, a_zone_without_summer_time_never_changes);
  tcase_add_test(tcase, changes_on_weekdays_of_months);
  tcase_add_test(tcase, changes_on_days_of_the_year);
  tcase_add_test(tcase, times_reach_a_week_beyond_their_day);
  tcase_add_test(tcase, summer_time_differs_by_what_the_rule_says);
  tcase_add_test(tcase, summer_time_all_year_has_no_changes);
  tcase_add_test(tcase, the_rule_holds_at_any_distance);
  tcase_add_test(tcase, spans_follow_each_other_without_a_hole);
  tcase_add_test(tcase, what_is_no_rule_is_refused);
  tcase_add_test(tcase, a_rule_cut_off_anywhere_is_read_within_its_bytes);
  return all;
}

int main(void) { return run_suite(suite()); }
