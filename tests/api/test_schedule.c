/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Calling hours through the shared library, with the system's time zone database. */
#define _GNU_SOURCE /* mkdtemp */
#include <cxdialer/cxdialer.h>

#include <check.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "run.h"

static cxd_config *config;
static cxd_validator *validator;
static cxd_error *error;

static void make(void) {
  cxd_validator_free(validator);
  cxd_status status = cxd_validator_new(config, &validator, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
}

static void setup(void) {
  validator = NULL;
  error = NULL;
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  make();
}

static void teardown(void) {
  cxd_error_free(error);
  cxd_validator_free(validator);
  cxd_config_free(config);
}

static int64_t at(const char *text) {
  struct tm tm = {0};
  ck_assert_ptr_nonnull(strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm));
  return (int64_t)timegm(&tm) * 1000;
}

static void ck_window(const char *zone, const char *jurisdiction, const char *when, int32_t open, const char *next) {
  int32_t is = -1;
  int64_t change = 0;
  cxd_status status = cxd_validator_window(validator, zone, jurisdiction, at(when), &is, &change, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
  ck_assert_msg(is == open, "%s %s %s: open %d", zone, jurisdiction ? jurisdiction : "-", when, is);
  ck_assert_msg(change == (next ? at(next) : INT64_MAX), "%s %s: next change is %lld", zone, when, (long long)change);
}

static void ck_refused(cxd_status status, cxd_status wanted, const char *part) {
  ck_assert_int_eq(status, wanted);
  ck_assert_msg(strstr(cxd_error_message(error), part), "said: %s\nexpected: %s", cxd_error_message(error), part);
  cxd_error_free(error);
  error = NULL;
}

static int32_t minutes_of(const char *zone, const char *jurisdiction, const char *date) {
  int32_t minutes = -1;
  cxd_status status = cxd_validator_open_minutes(validator, zone, jurisdiction, date, &minutes, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
  return minutes;
}

START_TEST(a_window_tells_the_instant_and_when_it_ends) {
  ck_window("America/New_York", NULL, "2026-11-28T08:00:00Z", 0, "2026-11-28T13:00:00Z");
  ck_window("America/New_York", NULL, "2026-11-28T13:00:00Z", 1, "2026-11-29T02:00:00Z");
  ck_window("America/New_York", NULL, "2026-11-29T01:59:59Z", 1, "2026-11-29T02:00:00Z");
  ck_window("America/New_York", NULL, "2026-11-29T02:00:00Z", 0, "2026-11-29T13:00:00Z");
}
END_TEST

START_TEST(a_code_or_several_can_be_asked_for) {
  ck_window("America/New_York", "US-FL", "2026-11-28T13:00:00Z", 1, "2026-11-29T01:00:00Z");
  ck_window("America/New_York", "US-KY,US-FL", "2026-11-28T13:00:00Z", 0, "2026-11-28T15:00:00Z");
  ck_window("America/New_York", "US-KY,US-FL", "2026-11-28T15:00:00Z", 1, "2026-11-29T01:00:00Z");
  ck_window("America/Toronto", "CA", "2026-11-27T14:00:00Z", 1, "2026-11-28T02:30:00Z");
}
END_TEST

START_TEST(a_closed_day_opens_on_the_next) { ck_window("America/Chicago", "US-AL", "2026-11-29T18:00:00Z", 0, "2026-11-30T14:00:00Z"); }
END_TEST

START_TEST(no_hours_at_all_never_change) { ck_window("America/Santiago", "UNRESTRICTED", "2026-04-05T03:00:00Z", 1, NULL); }
END_TEST

START_TEST(santiago_is_open_up_to_its_hour_the_first_time_it_comes) {
  /* 24:00 -> 23:00 at 03:00Z: the hours of the day before end at 21:00, those of the day itself begin at 08:00 -04. */
  ck_window("America/Santiago", "US", "2026-04-04T23:59:59Z", 1, "2026-04-05T00:00:00Z");
  ck_window("America/Santiago", "US", "2026-04-05T03:00:00Z", 0, "2026-04-05T12:00:00Z");
}
END_TEST

START_TEST(chatham_has_quarters_of_an_hour) {
  ck_window("Pacific/Chatham", "US", "2026-04-03T18:14:59Z", 0, "2026-04-03T18:15:00Z"); /* +13:45 */
  ck_window("Pacific/Chatham", "US", "2026-04-05T19:14:59Z", 0, "2026-04-05T19:15:00Z"); /* +12:45 */
}
END_TEST

START_TEST(the_minutes_of_a_date_are_those_that_exist) {
  ck_assert_int_eq(minutes_of("America/New_York", "US", "2026-11-28"), 780);
  ck_assert_int_eq(minutes_of("America/New_York", "US", "2026-03-08"), 780);
  ck_assert_int_eq(minutes_of("America/New_York", "UNRESTRICTED", "2026-11-28"), 1440);
  ck_assert_int_eq(minutes_of("America/New_York", "UNRESTRICTED", "2026-03-08"), 1380);
  ck_assert_int_eq(minutes_of("America/New_York", "UNRESTRICTED", "2026-11-01"), 1500);
  ck_assert_int_eq(minutes_of("Australia/Lord_Howe", "UNRESTRICTED", "2026-04-05"), 1470);
  ck_assert_int_eq(minutes_of("Pacific/Apia", "UNRESTRICTED", "2011-12-30"), 0);
  ck_assert_int_eq(minutes_of("Pacific/Apia", "UNRESTRICTED", "2011-12-29"), 1440);
  ck_assert_int_eq(minutes_of("America/Santiago", "UNRESTRICTED", "2026-04-04"), 1500);
  ck_assert_int_eq(minutes_of("America/Chicago", "US-AL", "2026-11-29"), 0);
  ck_assert_int_eq(minutes_of("America/Chicago", "US-AL", "2026-12-25"), 0);
  ck_assert_int_eq(minutes_of("America/Chicago", "US-KY,US-FL", "2026-11-28"), 600);
}
END_TEST

struct row {
  const char *since, *until, *reason, *abbreviation;
  int32_t offset;
};

static void ck_rows(const cxd_schedule *schedule, const struct row *rows, size_t count) {
  ck_assert_uint_eq(cxd_schedule_count(schedule), count);
  for (size_t i = 0; i < count; i++) {
    ck_assert_msg(cxd_schedule_since(schedule, i) == (rows[i].since ? at(rows[i].since) : INT64_MIN), "%zu: since %lld", i, (long long)cxd_schedule_since(schedule, i));
    ck_assert_msg(cxd_schedule_until(schedule, i) == (rows[i].until ? at(rows[i].until) : INT64_MAX), "%zu: until %lld", i, (long long)cxd_schedule_until(schedule, i));
    ck_assert_str_eq(cxd_schedule_reason(schedule, i), rows[i].reason);
    ck_assert_int_eq(cxd_schedule_open(schedule, i), rows[i].reason[0] == '\0');
    ck_assert_str_eq(cxd_schedule_abbreviation(schedule, i), rows[i].abbreviation);
    ck_assert_int_eq(cxd_schedule_utc_offset_s(schedule, i), rows[i].offset);
  }
}

static cxd_schedule *list(const char *zone, const char *jurisdiction, const char *from, const char *until) {
  cxd_schedule *schedule = NULL;
  cxd_status status = cxd_validator_schedule(validator, zone, jurisdiction, at(from), at(until), &schedule, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
  return schedule;
}

START_TEST(a_schedule_has_a_new_period_where_the_clock_changes) {
  static const struct row rows[] = {{"2026-03-08T02:00:00Z", "2026-03-08T07:00:00Z", "hours", "EST", -18000},
                                    {"2026-03-08T07:00:00Z", "2026-03-08T12:00:00Z", "hours", "EDT", -14400},
                                    {"2026-03-08T12:00:00Z", "2026-03-09T01:00:00Z", "", "EDT", -14400}};
  cxd_schedule *schedule = list("America/New_York", NULL, "2026-03-08T03:00:00Z", "2026-03-08T13:00:00Z");
  ck_rows(schedule, rows, 3);
  ck_assert_str_eq(cxd_schedule_zone(schedule), "America/New_York");
  ck_assert_ptr_nonnull(strstr(cxd_schedule_source(schedule), "47 CFR 64.1200(c)(1)"));
  ck_assert_uint_eq(strlen(cxd_schedule_checked(schedule)), 10);
  ck_assert_str_eq(cxd_schedule_jurisdiction(schedule, 0), "US");
  ck_assert_str_eq(cxd_schedule_jurisdiction(schedule, 2), "");
  cxd_schedule_free(schedule);
}
END_TEST

START_TEST(a_schedule_names_holidays) {
  cxd_schedule *schedule = list("America/Chicago", "US-AL", "2026-12-25T12:00:00Z", "2026-12-25T12:00:00Z");
  ck_assert_uint_eq(cxd_schedule_count(schedule), 1);
  ck_assert_str_eq(cxd_schedule_reason(schedule, 0), "holiday");
  ck_assert_ptr_nonnull(strstr(cxd_schedule_name(schedule, 0), "Christmas"));
  ck_assert_int_eq(cxd_schedule_since(schedule, 0), at("2026-12-25T06:00:00Z"));
  ck_assert_int_eq(cxd_schedule_until(schedule, 0), at("2026-12-26T06:00:00Z"));
  cxd_schedule_free(schedule);
}
END_TEST

START_TEST(a_row_in_doubt_says_so) {
  cxd_schedule *schedule = list("America/New_York", "US,US-PA", "2026-11-28T12:00:00Z", "2026-11-28T12:00:00Z");
  ck_assert_ptr_nonnull(strstr(cxd_schedule_note(schedule), "to be confirmed"));
  ck_assert_ptr_nonnull(strstr(cxd_schedule_source(schedule), "; "));
  cxd_schedule_free(schedule);
  schedule = list("America/New_York", "US", "2026-11-28T12:00:00Z", "2026-11-28T12:00:00Z");
  ck_assert_str_eq(cxd_schedule_note(schedule), "");
  cxd_schedule_free(schedule);
}
END_TEST

START_TEST(an_overlap_closes_at_the_first_and_opens_at_the_second_time) {
  const char *policy = "{\"version\":1,\"jurisdictions\":{\"X\":{\"title\":\"x\",\"hours\":{\"mon-sun\":[\"00:15-23:30\"]},\"source\":\"test\",\"checked\":\"2026-11-01\"}}}";
  ck_assert_int_eq(cxd_validator_load_policy(validator, policy, strlen(policy), &error), CXD_OK);
  static const struct row rows[] = {{"2026-04-04T03:15:00Z", "2026-04-05T02:30:00Z", "", "-03", -10800},
                                    {"2026-04-05T02:30:00Z", "2026-04-05T03:00:00Z", "hours", "-03", -10800},
                                    {"2026-04-05T03:00:00Z", "2026-04-05T04:15:00Z", "hours", "-04", -14400},
                                    {"2026-04-05T04:15:00Z", "2026-04-06T03:30:00Z", "", "-04", -14400}};
  cxd_schedule *schedule = list("America/Santiago", "X", "2026-04-05T02:00:00Z", "2026-04-05T12:00:00Z");
  ck_rows(schedule, rows, 4);
  cxd_schedule_free(schedule);
  ck_assert_int_eq(minutes_of("America/Santiago", "X", "2026-04-04"), 1395);
}
END_TEST

START_TEST(periods_follow_each_other_without_a_hole_for_two_years) {
  cxd_schedule *schedule = list("Europe/London", "US-RI,CA", "2025-06-01T00:00:00Z", "2027-06-01T00:00:00Z");
  size_t count = cxd_schedule_count(schedule);
  ck_assert_uint_gt(count, 1000);
  for (size_t i = 1; i < count; i++) {
    ck_assert_int_eq(cxd_schedule_since(schedule, i), cxd_schedule_until(schedule, i - 1));
    ck_assert_int_lt(cxd_schedule_since(schedule, i), cxd_schedule_until(schedule, i));
  }
  ck_assert_int_le(cxd_schedule_since(schedule, 0), at("2025-06-01T00:00:00Z"));
  ck_assert_int_ge(cxd_schedule_until(schedule, count - 1), at("2027-06-01T00:00:00Z"));
  cxd_schedule_free(schedule);
}
END_TEST

START_TEST(wrong_questions_are_answered_with_what_is_wrong) {
  cxd_schedule *schedule = NULL;
  int32_t minutes;
  ck_refused(cxd_validator_window(validator, "EST", NULL, 1, NULL, NULL, &error), CXD_E_ABSENT, "there is no IANA time zone 'EST': write a name of the time zone database, perhaps America/New_York");
  ck_refused(cxd_validator_window(validator, "America/Nowhere", NULL, 1, NULL, NULL, &error), CXD_E_ABSENT, "no IANA time zone 'America/Nowhere'");
  ck_refused(cxd_validator_window(validator, "../../etc/passwd", NULL, 1, NULL, NULL, &error), CXD_E_ABSENT, "no IANA time zone '../../etc/passwd'");
  ck_refused(cxd_validator_window(validator, "", NULL, 1, NULL, NULL, &error), CXD_E_ABSENT, "no IANA time zone");
  ck_refused(cxd_validator_window(validator, "America/New_York", "us-fl", 1, NULL, NULL, &error), CXD_E_ARGUMENT, "there is no row for jurisdiction 'us-fl', did you mean US-FL?");
  ck_refused(cxd_validator_window(validator, "America/New_York", "US-CA", 1, NULL, NULL, &error), CXD_E_ARGUMENT, "there is no row for jurisdiction 'US-CA': write US for the federal hours");
  ck_refused(cxd_validator_window(validator, "America/New_York", "", 1, NULL, NULL, &error), CXD_E_ARGUMENT, "there is no row");
  ck_refused(cxd_validator_window(validator, NULL, NULL, 1, NULL, NULL, &error), CXD_E_ARGUMENT, "zone is NULL");
  ck_refused(cxd_validator_window(NULL, "UTC", NULL, 1, NULL, NULL, &error), CXD_E_ARGUMENT, "validator is NULL");
  ck_refused(cxd_validator_schedule(validator, "UTC", NULL, 2000, 1000, &schedule, &error), CXD_E_ARGUMENT, "until_unix_ms must be");
  ck_refused(cxd_validator_schedule(validator, "UTC", NULL, 1, INT64_MAX, &schedule, &error), CXD_E_ARGUMENT, "by 800 days at most");
  ck_refused(cxd_validator_schedule(validator, "UTC", NULL, INT64_MIN, INT64_MAX, &schedule, &error), CXD_E_ARGUMENT, "by 800 days at most");
  ck_refused(cxd_validator_schedule(validator, "UTC", NULL, 1, 2, NULL, &error), CXD_E_ARGUMENT, "out is NULL");
  ck_assert_ptr_null(schedule);
  static const char *const dates[] = {"2026-02-29", "2026-13-01", "28.11.2026", "2026-1-1", "", "1969-12-31", "2026-11-28T00:00:00Z", "99999-01-01"};
  for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
    ck_refused(cxd_validator_open_minutes(validator, "UTC", NULL, dates[i], &minutes, &error), CXD_E_ARGUMENT, "write it as 2026-11-28");
  ck_refused(cxd_validator_open_minutes(validator, "UTC", NULL, NULL, &minutes, &error), CXD_E_ARGUMENT, "write it as 2026-11-28");
  ck_refused(cxd_validator_open_minutes(validator, "UTC", NULL, "2026-11-28", NULL, &error), CXD_E_ARGUMENT, "minutes is NULL");
}
END_TEST

START_TEST(getters_of_nothing_say_nothing) {
  ck_assert_uint_eq(cxd_schedule_count(NULL), 0);
  ck_assert_int_eq(cxd_schedule_open(NULL, 0), 0);
  ck_assert_str_eq(cxd_schedule_reason(NULL, 0), "");
  ck_assert_str_eq(cxd_schedule_source(NULL), "");
  cxd_schedule_free(NULL);
  cxd_schedule *schedule = list("UTC", NULL, "2026-11-28T12:00:00Z", "2026-11-28T12:00:00Z");
  ck_assert_uint_eq(cxd_schedule_count(schedule), 1);
  ck_assert_int_eq(cxd_schedule_since(schedule, 1), 0);
  ck_assert_str_eq(cxd_schedule_name(schedule, SIZE_MAX), "");
  cxd_schedule_free(schedule);
}
END_TEST

START_TEST(the_rows_in_force_are_told_with_their_sources) {
  char *rows = cxd_validator_jurisdictions_json(validator);
  ck_assert_ptr_nonnull(strstr(rows, "\"code\":\"US-FL\""));
  ck_assert_ptr_nonnull(strstr(rows, "Fla. Stat. 501.616(6)"));
  cxd_string_free(rows);
  const char *policy = "{\"version\":1,\"jurisdictions\":{\"US-FL\":{\"title\":\"ours\",\"hours\":{\"mon-sun\":[\"09:00-17:00\"]},\"source\":\"house rule 7\",\"checked\":\"2026-11-01\"}}}";
  ck_assert_int_eq(cxd_validator_load_policy(validator, policy, strlen(policy), &error), CXD_OK);
  rows = cxd_validator_jurisdictions_json(validator);
  ck_assert_ptr_nonnull(strstr(rows, "house rule 7"));
  ck_assert_ptr_null(strstr(rows, "Fla. Stat. 501.616(6)"));
  cxd_string_free(rows);
  ck_assert_ptr_null(cxd_validator_jurisdictions_json(NULL));
}
END_TEST

static void ck_codes(const char *wanted) {
  char *codes = cxd_validator_jurisdictions(validator);
  ck_assert_str_eq(codes, wanted);
  cxd_string_free(codes);
}

START_TEST(the_codes_that_apply_are_those_of_the_policy_or_the_config) {
  ck_codes("US");
  ck_assert_int_eq(cxd_config_set(config, "validate.jurisdiction", "US-FL,US", NULL), CXD_OK);
  make();
  ck_codes("US-FL,US");
  const char *policy = "{\"version\":1,\"jurisdiction\":[\"CA\",\"US-KY\"]}";
  ck_assert_int_eq(cxd_validator_load_policy(validator, policy, strlen(policy), &error), CXD_OK);
  ck_codes("CA,US-KY");
}
END_TEST

/* ----------------------------------------------------------------- files that change */

static char dir[64], path[96];

static void write_file(const char *text) {
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  ck_assert_int_eq(fclose(file), 0);
}

static void open_dir(void) {
  (void)snprintf(dir, sizeof dir, "/tmp/cxdialer-schedule-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(dir));
  (void)snprintf(path, sizeof path, "%s/file.json", dir);
}

static void close_dir(void) {
  (void)unlink(path);
  (void)rmdir(dir);
}

START_TEST(a_policy_file_is_read_again_on_request_and_a_broken_one_changes_nothing) {
  open_dir();
  write_file("{\"version\":1,\"jurisdiction\":\"US-FL\"}");
  ck_assert_int_eq(cxd_config_set(config, "validate.policy_file", path, NULL), CXD_OK);
  make();
  ck_window("America/New_York", NULL, "2026-11-29T01:30:00Z", 0, "2026-11-29T13:00:00Z");
  write_file("{\"version\":1}");
  ck_assert_int_eq(cxd_validator_reload_policy(validator, &error), CXD_OK);
  ck_window("America/New_York", NULL, "2026-11-29T01:30:00Z", 1, "2026-11-29T02:00:00Z");
  write_file("{\"version\":1,\"jurisdiction\":\"US-XX\"}");
  ck_refused(cxd_validator_reload_policy(validator, &error), CXD_E_CONFIG, "US-XX");
  ck_window("America/New_York", NULL, "2026-11-29T01:30:00Z", 1, "2026-11-29T02:00:00Z");
  (void)unlink(path);
  ck_refused(cxd_validator_reload_policy(validator, &error), CXD_E_IO, "it does not exist");
  close_dir();
}
END_TEST

START_TEST(without_a_policy_file_there_is_nothing_to_read_again) { ck_refused(cxd_validator_reload_policy(validator, &error), CXD_E_STATE, "without validate.policy_file"); }
END_TEST

START_TEST(a_table_of_ones_own_takes_the_place_of_the_built_in_one) {
  open_dir();
  write_file("{\"version\":1,\"data\":\"2026-11-28\",\"jurisdictions\":{\"HOUSE\":{\"title\":\"House\",\"hours\":{\"mon-fri\":[\"10:00-12:00\"],\"sat-sun\":[]},\"source\":\"manual, page 3\",\"checked\":\"2026-11-28\"}}}");
  ck_assert_int_eq(cxd_config_set(config, "validate.jurisdictions_file", path, NULL), CXD_OK);
  ck_refused(cxd_validator_new(config, &(cxd_validator *){NULL}, &error), CXD_E_CONFIG, "there is no row for 'US'");
  ck_assert_int_eq(cxd_config_set(config, "validate.jurisdiction", "HOUSE", NULL), CXD_OK);
  make();
  ck_window("UTC", NULL, "2026-11-27T11:00:00Z", 1, "2026-11-27T12:00:00Z");
  ck_window("UTC", NULL, "2026-11-27T12:00:00Z", 0, "2026-11-30T10:00:00Z");
  ck_refused(cxd_validator_window(validator, "UTC", "US", 1, NULL, NULL, &error), CXD_E_ARGUMENT, "there is no row");
  close_dir();
}
END_TEST

START_TEST(a_broken_table_is_refused_with_line_and_column) {
  open_dir();
  write_file("{\"version\":1,\n\"data\":\"2026-11-28\",\"jurisdictions\":{\"H\":{\"title\":\"h\",\"hours\":{\"mon-sun\":[\"10:00-25:00\"]},\"source\":\"x\",\"checked\":\"2026-11-28\"}}}");
  ck_assert_int_eq(cxd_config_set(config, "validate.jurisdictions_file", path, NULL), CXD_OK);
  ck_refused(cxd_validator_new(config, &(cxd_validator *){NULL}, &error), CXD_E_CONFIG, "line 2, column");
  close_dir();
}
END_TEST

/* ----------------------------------------------------------------- many threads */

#define THREADS 8
#define TURNS 200

static const char *const policies[] = {"{\"version\":1}", "{\"version\":1,\"jurisdiction\":\"US-FL\",\"holidays\":[{\"name\":\"Feast\",\"on\":\"2026-11-28\"}]}"};

/* Each answer is that of one policy or of the other, never a mixture; 01:30Z on the 29th is 20:30 in New York. */
static void *ask(void *context) {
  size_t *wrong = context;
  cxd_campaign *campaign = NULL;
  static const char text[] = "{\"id\":\"a\",\"status\":\"running\",\"timeZone\":\"America/New_York\"}";
  *wrong += cxd_campaign_parse(text, sizeof text - 1, &campaign, NULL) != CXD_OK;
  for (int i = 0; i < TURNS; i++) {
    cxd_report *report = NULL;
    cxd_schedule *schedule = NULL;
    cxd_status status = cxd_validator_check(validator, campaign, INT64_C(1795915800000), &report, NULL);
    *wrong += status != CXD_OK && (status != CXD_E_INVALID || cxd_report_count(report) != 1 || strcmp(cxd_report_code(report, 0), "window.dnc") != 0);
    *wrong += cxd_validator_schedule(validator, "America/New_York", "US", INT64_C(1795915800000), INT64_C(1795915800000), &schedule, NULL) != CXD_OK;
    *wrong += cxd_schedule_count(schedule) != 1;
    cxd_schedule_free(schedule);
    cxd_report_free(report);
  }
  cxd_campaign_free(campaign);
  return NULL;
}

START_TEST(threads_ask_while_the_policy_changes) {
  pthread_t threads[THREADS];
  size_t wrong[THREADS] = {0};
  for (size_t i = 0; i < THREADS; i++)
    ck_assert_int_eq(pthread_create(&threads[i], NULL, ask, &wrong[i]), 0);
  for (int i = 0; i < TURNS; i++)
    ck_assert_int_eq(cxd_validator_load_policy(validator, policies[i % 2], strlen(policies[i % 2]), NULL), CXD_OK);
  for (size_t i = 0; i < THREADS; i++) {
    ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_uint_eq(wrong[i], 0);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("schedule");
  TCase *tcase = suite_case(suite, "calling hours", setup, teardown);
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, a_window_tells_the_instant_and_when_it_ends);
  tcase_add_test(tcase, a_code_or_several_can_be_asked_for);
  tcase_add_test(tcase, a_closed_day_opens_on_the_next);
  tcase_add_test(tcase, no_hours_at_all_never_change);
  tcase_add_test(tcase, santiago_is_open_up_to_its_hour_the_first_time_it_comes);
  tcase_add_test(tcase, chatham_has_quarters_of_an_hour);
  tcase_add_test(tcase, the_minutes_of_a_date_are_those_that_exist);
  tcase_add_test(tcase, a_schedule_has_a_new_period_where_the_clock_changes);
  tcase_add_test(tcase, a_schedule_names_holidays);
  tcase_add_test(tcase, a_row_in_doubt_says_so);
  tcase_add_test(tcase, an_overlap_closes_at_the_first_and_opens_at_the_second_time);
  tcase_add_test(tcase, periods_follow_each_other_without_a_hole_for_two_years);
  tcase_add_test(tcase, wrong_questions_are_answered_with_what_is_wrong);
  tcase_add_test(tcase, getters_of_nothing_say_nothing);
  tcase_add_test(tcase, the_rows_in_force_are_told_with_their_sources);
  tcase_add_test(tcase, the_codes_that_apply_are_those_of_the_policy_or_the_config);
  tcase_add_test(tcase, a_policy_file_is_read_again_on_request_and_a_broken_one_changes_nothing);
  tcase_add_test(tcase, without_a_policy_file_there_is_nothing_to_read_again);
  tcase_add_test(tcase, a_table_of_ones_own_takes_the_place_of_the_built_in_one);
  tcase_add_test(tcase, a_broken_table_is_refused_with_line_and_column);
  tcase_add_test(tcase, threads_ask_while_the_policy_changes);
  return run_suite(suite);
}
