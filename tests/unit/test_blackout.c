/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>

#include "reading.h"

static struct cxd__blackout *blackouts;
static size_t count;
static char json[1024];

/* Reads [{"name":"b", MEMBERS}]. */
static struct cxd__reader read_one(const char *members) {
  (void)snprintf(json, sizeof json, "[{\"name\":\"b\"%s%s}]", *members ? "," : "", members);
  struct cxd__reader reader = reader_of(json);
  blackouts = NULL;
  count = 0;
  cxd__blackouts_read(&reader, value_of(json), &blackouts, &count);
  return reader;
}

static void teardown(void) {
  cxd__blackouts_free(blackouts, count);
  blackouts = NULL;
  count = 0;
}

static const struct cxd__blackout *good(const char *members) {
  teardown();
  struct cxd__reader reader = read_one(members);
  ck_no_fault(&reader);
  ck_assert_uint_eq(count, 1);
  ck_assert_str_eq(blackouts->name, "b");
  return blackouts;
}

static void bad(const char *members, const char *part) {
  teardown();
  struct cxd__reader reader = read_one(members);
  ck_fault(&reader, part);
}

static int is_date(struct cxd__date date, int year, int month, int day) { return date.year == year && date.month == month && date.day == day; }

START_TEST(dates_with_a_year_hold_once) {
  const struct cxd__blackout *b = good("\"from_date\":\"2026-12-24\",\"to_date\":\"2027-01-02\"");
  ck_assert_int_eq(b->dated, 1);
  ck_assert_int_eq(b->yearly, 0);
  ck_assert(is_date(b->first, 2026, 12, 24) && is_date(b->last, 2027, 1, 2));
  ck_assert_uint_eq(b->weekdays, 0x7f);
  ck_assert_int_eq(b->from, 0);
  ck_assert_int_eq(b->to, 1440);
  ck_assert_uint_eq(b->jurisdictions.count + b->zones.count, 0);
  good("\"from_date\":\"2026-12-24\",\"to_date\":\"2026-12-24\"");
}
END_TEST

START_TEST(dates_without_a_year_hold_every_year_also_over_the_new_year) {
  const struct cxd__blackout *b = good("\"from_date\":\"12-24\",\"to_date\":\"01-02\"");
  ck_assert_int_eq(b->dated, 1);
  ck_assert_int_eq(b->yearly, 1);
  ck_assert(is_date(b->first, 0, 12, 24) && is_date(b->last, 0, 1, 2));
  b = good("\"from_date\":\"02-29\",\"to_date\":\"02-29\"");
  ck_assert(is_date(b->first, 0, 2, 29));
}
END_TEST

START_TEST(a_time_range_may_pass_midnight) {
  const struct cxd__blackout *b = good("\"from_time\":\"22:00\",\"to_time\":\"02:30\",\"weekdays\":[\"fri\",\"sat-sun\"]");
  ck_assert_int_eq(b->dated, 0);
  ck_assert_int_eq(b->from, 1320);
  ck_assert_int_eq(b->to, 1590);
  ck_assert_uint_eq(b->weekdays, 0x70);
  b = good("\"from_time\":\"00:00\",\"to_time\":\"24:00\",\"zones\":\"UTC\"");
  ck_assert_int_eq(b->to, 1440);
}
END_TEST

START_TEST(names_limit_a_blackout) {
  const struct cxd__blackout *b = good("\"jurisdictions\":[\"US-FL\",\"US-AL\"],\"zones\":\"America/New_York\"");
  ck_assert_uint_eq(b->jurisdictions.count, 2);
  ck_assert_str_eq(b->jurisdictions.at[1], "US-AL");
  ck_assert_uint_eq(b->zones.count, 1);
  ck_assert_str_eq(b->zones.at[0], "America/New_York");
}
END_TEST

START_TEST(faults_are_told) {
  static const struct { const char *members, *part; } rows[] = {
      {"", "nothing limits the blackout, which would close every day for ever: write from_date and to_date"},
      {"\"weekdays\":[\"mon-sun\"],\"from_time\":\"00:00\",\"to_time\":\"24:00\"", "nothing limits the blackout"},
      {"\"from_date\":\"2026-12-24\"", "a blackout has from_date without to_date: write both"},
      {"\"to_date\":\"12-24\"", "a blackout has to_date without from_date"},
      {"\"from_date\":\"2026-12-24\",\"to_date\":\"12-26\"", "from_date and to_date are of different forms"},
      {"\"from_date\":\"2026-12-24\",\"to_date\":\"2026-12-23\"", "to_date is before from_date"},
      {"\"from_date\":\"2026-02-29\",\"to_date\":\"2026-03-01\"", "from_date is \"2026-02-29\": write a date"},
      {"\"from_date\":\"02-30\",\"to_date\":\"03-01\"", "from_date is \"02-30\""},
      {"\"from_date\":\"12-2\\u0000\",\"to_date\":\"03-01\"", "from_date is \"12-2\\u0000\""},
      {"\"from_date\":20261224,\"to_date\":\"12-26\"", "from_date is 20261224"},
      {"\"from_date\":\"12-24\",\"to_date\":null", "to_date is null"},
      {"\"from_time\":\"08:00\"", "a blackout has from_time without to_time"},
      {"\"to_time\":\"08:00\"", "a blackout has to_time without from_time"},
      {"\"from_time\":\"08:00\",\"to_time\":\"08:00\"", "from_time and to_time are no range: it begins when it ends"},
      {"\"from_time\":\"24:00\",\"to_time\":\"08:00\"", "24:00 is only an end"},
      {"\"from_time\":\"8:00\",\"to_time\":\"09:00\"", "from_time is \"8:00\": write a time such as \"18:00\""},
      {"\"from_time\":\"08:60\",\"to_time\":\"25:00\"", "to_time is \"25:00\""},
      {"\"from_time\":8,\"to_time\":\"09:00\"", "from_time is 8"},
      {"\"weekdays\":[]", "weekdays is empty"},
      {"\"weekdays\":\"mon\"", "weekdays is \"mon\": write an array of days"},
      {"\"weekdays\":[\"monday\"]", "weekdays has \"monday\""},
      {"\"weekdays\":[\"mon-fri\",\"fri\"]", "weekdays has a day of \"fri\" twice"},
      {"\"weekdays\":[1]", "an entry of weekdays is 1"},
      {"\"jurisdictions\":[]", "jurisdictions of a blackout is empty"},
      {"\"jurisdictions\":[\"US,FL\"]", "jurisdictions of a blackout is \"US,FL\": write a code"},
      {"\"jurisdictions\":[\"US\",\"US\"]", "has \"US\" twice"},
      {"\"zones\":[\"EST\"]", "zones of a blackout is \"EST\": write an IANA name"},
      {"\"zones\":[\"../../etc/passwd\"]", "zones of a blackout is \"../../etc/passwd\""},
      {"\"zone\":[\"UTC\"]", "unknown member \"zone\", did you mean \"zones\"?"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    bad(rows[i].members, rows[i].part);
}
END_TEST

START_TEST(that_nothing_limits_it_is_told_beside_other_faults) {
  static const struct { const char *members; size_t faults; } rows[] = {
      {"\"nam\":1", 2}, {"\"nam\":1,\"weekdays\":[\"mon-sun\"]", 2}, {"\"nam\":1,\"from_time\":\"00:00\",\"to_time\":\"24:00\"", 2},
      /* What is there but wrong was meant to limit it. */
      {"\"from_date\":7", 2}, {"\"to_time\":\"24:00\"", 1}, {"\"from_time\":\"8\",\"to_time\":\"09:00\"", 1}, {"\"from_time\":\"08:00\",\"to_time\":\"08:00\"", 1},
      {"\"weekdays\":7", 1}, {"\"weekdays\":[]", 1}, {"\"jurisdictions\":[]", 1}, {"\"zones\":7", 1}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    teardown();
    struct cxd__reader reader = read_one(rows[i].members);
    ck_assert_msg(reader.count == rows[i].faults, "%s: %zu", rows[i].members, reader.count);
    ck_fault(&reader, i < 3 ? "nothing limits the blackout" : "line 1");
  }
}
END_TEST

START_TEST(too_many_do_not_hide_the_faults_in_them) {
  struct cxd__buf many = {0};
  cxd__buf_str(&many, "[7");
  for (int i = 0; i < 1000; i++)
    cxd__buf_str(&many, ",{\"name\":\"b\",\"weekdays\":[\"mon\"]}");
  cxd__buf_char(&many, ']');
  struct cxd__reader reader = reader_of(many.data);
  cxd__blackouts_read(&reader, value_of(many.data), &blackouts, &count);
  ck_assert_uint_eq(count, 1000);
  ck_fault(&reader, "blackouts has 1001 entries: leave at most 1000; line 1, column 2: a blackout is 7");
  cxd__buf_free(&many);
}
END_TEST

START_TEST(a_blackout_needs_a_name) {
  (void)snprintf(json, sizeof json, "[{\"from_date\":\"12-24\",\"to_date\":\"12-26\"},7]");
  struct cxd__reader reader = reader_of(json);
  cxd__blackouts_read(&reader, value_of(json), &blackouts, &count);
  ck_assert_uint_eq(reader.count, 2);
  ck_fault(&reader, "name is missing: write \"name\":\"Christmas\"; line 1, column 42: a blackout is 7: write an object");
}
END_TEST

START_TEST(jurisdictions_that_are_not_there_are_told_with_what_was_meant) {
  struct cxd__jurisdiction rows[] = {{.code = (char[]){"US"}}, {.code = (char[]){"US-FL"}}}, mine[] = {{.code = (char[]){"ACME"}}};
  struct cxd__hours table = {.count = 2, .rows = rows}, own = {.count = 1, .rows = mine};
  (void)snprintf(json, sizeof json, "[{\"name\":\"b\",\"jurisdictions\":[\"US\",\"ACME\",\"US-FK\",\"us_fl\"]}]");
  struct cxd__reader reader = {.text = json, .known = &table, .own = &own};
  cxd__blackouts_read(&reader, value_of(json), &blackouts, &count);
  ck_assert_uint_eq(reader.count, 2);
  ck_fault(&reader, "there is no row for \"US-FK\": write US for the federal hours, or add a row to the policy (jurisdictions); "
                    "line 1, column 51: there is no row for \"us_fl\", did you mean \"US-FL\"?");
}
END_TEST

START_TEST(a_thousand_are_read_and_no_more) {
  struct cxd__buf many = {0};
  cxd__buf_char(&many, '[');
  for (int i = 0; i < 1000; i++)
    cxd__buf_fmt(&many, "%s{\"name\":\"b\",\"weekdays\":[\"mon\"]}", i ? "," : "");
  cxd__buf_str(&many, "]");
  struct cxd__reader reader = reader_of(many.data);
  cxd__blackouts_read(&reader, value_of(many.data), &blackouts, &count);
  ck_no_fault(&reader);
  ck_assert_uint_eq(count, 1000);
  teardown();
  many.data[--many.len] = ' ';
  cxd__buf_str(&many, ",{\"name\":\"b\",\"weekdays\":[\"mon\"]}]");
  reader = reader_of(many.data);
  cxd__blackouts_read(&reader, value_of(many.data), &blackouts, &count);
  ck_fault(&reader, "blackouts has 1001 entries: leave at most 1000");
  cxd__buf_free(&many);
}
END_TEST

START_TEST(a_list_of_names_ends_at_a_hundred) {
  struct cxd__buf many = {0};
  cxd__buf_char(&many, '[');
  for (int i = 0; i < 101; i++)
    cxd__buf_fmt(&many, "%s\"US-%d\"", i ? "," : "", i == 99 ? 98 : i);
  cxd__buf_char(&many, ']');
  struct cxd__reader reader = reader_of(many.data);
  struct cxd__names names = {0};
  cxd__names_read(&reader, value_of(many.data), "list", &names);
  ck_assert_uint_eq(names.count, 99);
  ck_fault(&reader, "list has 101 entries: leave at most 100; line 1, column 784: list has \"US-98\" twice");
  cxd__names_free(&names);
  cxd__buf_free(&many);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("blackout");
  TCase *tc = suite_case(suite, "blackout", teardown, teardown);
  tcase_add_test(tc, dates_with_a_year_hold_once);
  tcase_add_test(tc, dates_without_a_year_hold_every_year_also_over_the_new_year);
  tcase_add_test(tc, a_time_range_may_pass_midnight);
  tcase_add_test(tc, names_limit_a_blackout);
  tcase_add_test(tc, faults_are_told);
  tcase_add_test(tc, that_nothing_limits_it_is_told_beside_other_faults);
  tcase_add_test(tc, too_many_do_not_hide_the_faults_in_them);
  tcase_add_test(tc, a_blackout_needs_a_name);
  tcase_add_test(tc, jurisdictions_that_are_not_there_are_told_with_what_was_meant);
  tcase_add_test(tc, a_thousand_are_read_and_no_more);
  tcase_add_test(tc, a_list_of_names_ends_at_a_hundred);
  return run_suite(suite);
}
