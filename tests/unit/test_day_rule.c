/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>

#include "reading.h"

/* {"name":"n","on":ON}; the rule's name is freed. */
static int read_on(const char *on, struct cxd__day_rule *out, struct cxd__reader *reader) {
  static char json[256];
  (void)snprintf(json, sizeof json, "{\"name\":\"n\",\"on\":%s}", on);
  *reader = reader_of(json);
  int good = cxd__day_rule_read(reader, value_of(json), out);
  cxd__free(out->name);
  return good;
}

START_TEST(each_form_of_a_day_is_read) {
  static const struct { const char *on; struct cxd__day_rule rule; } rows[] = {
      {"\"2026-11-27\"", {.kind = CXD__DAY_ONCE, .date = {2026, 11, 27}}}, {"\"2028-02-29\"", {.kind = CXD__DAY_ONCE, .date = {2028, 2, 29}}},
      {"\"12-25\"", {.kind = CXD__DAY_YEARLY, .date = {0, 12, 25}}},       {"\"02-29\"", {.kind = CXD__DAY_YEARLY, .date = {0, 2, 29}}},
      {"\"11-thu-4\"", {.kind = CXD__DAY_NTH, .date = {0, 11, 0}, .weekday = 3, .n = 4}},
      {"\"01-mon-1\"", {.kind = CXD__DAY_NTH, .date = {0, 1, 0}, .weekday = 0, .n = 1}},
      {"\"12-sun-5\"", {.kind = CXD__DAY_NTH, .date = {0, 12, 0}, .weekday = 6, .n = 5}},
      {"\"05-mon-last\"", {.kind = CXD__DAY_NTH, .date = {0, 5, 0}, .weekday = 0, .n = 0}},
      {"\"easter\"", {.kind = CXD__DAY_EASTER}},                           {"\"easter-2\"", {.kind = CXD__DAY_EASTER, .offset = -2}},
      {"\"easter+1\"", {.kind = CXD__DAY_EASTER, .offset = 1}},            {"\"easter-80\"", {.kind = CXD__DAY_EASTER, .offset = -80}},
      {"\"\\u0065aster+49\"", {.kind = CXD__DAY_EASTER, .offset = 49}}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__reader reader;
    struct cxd__day_rule found, rule = rows[i].rule;
    ck_assert_msg(read_on(rows[i].on, &found, &reader), "%s", rows[i].on);
    ck_no_fault(&reader);
    ck_assert_int_eq(found.kind, rule.kind);
    ck_assert_int_eq(found.date.year, rule.date.year);
    ck_assert_int_eq(found.date.month, rule.date.month);
    ck_assert_int_eq(found.date.day, rule.date.day);
    ck_assert_int_eq(found.weekday, rule.weekday);
    ck_assert_int_eq(found.n, rule.n);
    ck_assert_int_eq(found.offset, rule.offset);
    ck_assert_int_eq(found.observed, 0);
  }
}
END_TEST

START_TEST(what_is_no_day_is_refused) {
  static const char *const bad[] = {"\"\"", "\"2026-02-29\"", "\"2026-13-01\"", "\"0000-01-01\"", "\"2026-1-1\"", "\"2026-11-27 \"", "\"00-10\"", "\"13-01\"", "\"04-31\"",
                                    "\"02-30\"", "\"12-00\"", "\"1-1\"", "\"11-thu-0\"", "\"11-thu-6\"", "\"11-thu-\"", "\"11-Thu-4\"", "\"11-xyz-4\"", "\"13-thu-4\"",
                                    "\"00-mon-1\"", "\"11-thu-44\"", "\"05-mon-las\"", "\"05-mon-lastt\"", "\"Easter\"", "\"easter-\"", "\"easter+0\"", "\"easter-02\"", "\"easter-81\"",
                                    "\"easter+81\"", "\"easter+999\"", "\"easter*1\"", "\"easter- 2\"", "\"\\u0000\"", "\"12\\u002d2\\u0000\"", "7", "null", "{}", "[\"12-25\"]", "true"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct cxd__reader reader;
    struct cxd__day_rule found;
    ck_assert_msg(!read_on(bad[i], &found, &reader), "%s", bad[i]);
    ck_fault(&reader, "line 1, column 18: on is ");
  }
}
END_TEST

START_TEST(members_stand_in_any_order) {
  struct cxd__reader reader = reader_of("{\"observed\":true,\"on\":\"07-04\",\"name\":\"Independence Day\"}");
  struct cxd__day_rule rule;
  ck_assert_int_eq(cxd__day_rule_read(&reader, value_of(reader.text), &rule), 1);
  ck_no_fault(&reader);
  ck_assert_str_eq(rule.name, "Independence Day");
  ck_assert_int_eq(rule.observed, 1);
  cxd__free(rule.name);
}
END_TEST

START_TEST(faults_of_a_day_are_told) {
  static const struct { const char *json, *part; } rows[] = {
      {"{\"on\":\"12-25\"}", "name is missing"},
      {"{\"name\":\"n\"}", "on is missing: write \"on\":\"11-thu-4\""},
      {"{\"name\":\"\",\"on\":\"12-25\"}", "the name of a day is \"\""},
      {"{\"name\":\"n\",\"on\":\"12-25\",\"observed\":1}", "observed is 1: write true or false"},
      {"{\"name\":\"n\",\"on\":\"12-25\",\"observe\":true}", "unknown member \"observe\", did you mean \"observed\"?"},
      {"\"12-25\"", "a holiday is \"12-25\": write an object"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__reader reader = reader_of(rows[i].json);
    struct cxd__day_rule rule;
    ck_assert_int_eq(cxd__day_rule_read(&reader, value_of(rows[i].json), &rule), 0);
    ck_fault(&reader, rows[i].part);
    cxd__free(rule.name);
  }
}
END_TEST

START_TEST(weekdays_are_single_or_a_range_within_the_week) {
  static const struct { const char *text; uint32_t days; } rows[] = {
      {"mon", 1}, {"sun", 64}, {"mon-fri", 31}, {"sat-sun", 96}, {"mon-sun", 127}, {"wed-thu", 12},
      {"", 0}, {"mo", 0}, {"mond", 0}, {"Mon", 0}, {"mon-", 0}, {"mon-mon", 0}, {"fri-mon", 0}, {"sun-mon", 0}, {"mon_fri", 0}, {"mon-fri ", 0}, {"mon-xxx", 0}, {"xxx-fri", 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_msg(cxd__weekdays_read(rows[i].text, strlen(rows[i].text)) == rows[i].days, "%s", rows[i].text);
}
END_TEST

START_TEST(a_list_of_days_may_be_empty_and_has_an_end) {
  struct cxd__reader reader = reader_of("[]");
  struct cxd__holidays days = {0};
  cxd__days_read(&reader, value_of("[]"), "holidays", &days);
  ck_no_fault(&reader);
  ck_assert_uint_eq(days.count, 0);
  struct cxd__buf many = {0};
  cxd__buf_str(&many, "[{\"name\":\"n\",\"on\":\"12-25\"}");
  for (int i = 0; i < 500; i++)
    cxd__buf_str(&many, ",{\"name\":\"n\",\"on\":\"12-25\"}");
  cxd__buf_char(&many, ']');
  reader = reader_of(many.data);
  cxd__days_read(&reader, value_of(many.data), "holidays", &days);
  ck_assert_uint_eq(days.count, 500);
  ck_fault(&reader, "holidays has 501 entries: leave at most 500");
  cxd__days_free(&days);
  cxd__buf_free(&many);
}
END_TEST

START_TEST(a_date_is_strict) {
  struct cxd__date date = {0};
  struct cxd__reader reader = reader_of("\"2026-11-28\"");
  ck_assert_int_eq(cxd__date_text_read(&reader, value_of(reader.text), "checked", &date), 1);
  ck_assert_int_eq(date.day, 28);
  reader = reader_of("\"28.11.2026\"");
  ck_assert_int_eq(cxd__date_text_read(&reader, value_of(reader.text), "checked", &date), 0);
  ck_fault(&reader, "checked is \"28.11.2026\": write a date such as \"2026-11-28\"");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("day_rule");
  TCase *tc = suite_case(suite, "day_rule", NULL, NULL);
  tcase_add_test(tc, each_form_of_a_day_is_read);
  tcase_add_test(tc, what_is_no_day_is_refused);
  tcase_add_test(tc, members_stand_in_any_order);
  tcase_add_test(tc, faults_of_a_day_are_told);
  tcase_add_test(tc, weekdays_are_single_or_a_range_within_the_week);
  tcase_add_test(tc, a_list_of_days_may_be_empty_and_has_an_end);
  tcase_add_test(tc, a_date_is_strict);
  return run_suite(suite);
}
