/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <math.h>

#include "validate.h"

static cxd_validator *validator;

static void setup(void) { validator = default_validator(); }

static void teardown(void) { cxd__validator_unref(validator); }

struct row {
  const char *value;
  int good;
};

static void ck_values(cxd_validator *v, const char *format, const struct row *rows, size_t count, const char *finding) {
  for (size_t i = 0; i < count; i++) {
    struct cxd__buf json = {0};
    cxd__buf_str(&json, "{\"id\":\"a\",");
    const char *at = strchr(format, '$');
    cxd__buf_add(&json, format, (size_t)(at - format));
    cxd__buf_str(&json, rows[i].value);
    cxd__buf_str(&json, at + 1);
    cxd__buf_char(&json, '}');
    ck_findings(v, json.data, rows[i].good ? "" : finding);
    cxd__buf_free(&json);
  }
}

#define CK_VALUES(v, format, finding, ...) \
  do { \
    static const struct row rows_[] = {__VA_ARGS__}; \
    ck_values(v, format, rows_, sizeof rows_ / sizeof *rows_, finding); \
  } while (0)

START_TEST(concurrent_calls_are_1_to_the_limit) {
  CK_VALUES(validator, "\"maxConcurrentCalls\":$", "E capacity.concurrency /maxConcurrentCalls", {"-9223372036854775808", 0}, {"-1", 0}, {"0", 0}, {"-0", 0},
            {"1", 1}, {"2", 1}, {"499", 1}, {"500", 1}, {"500.0", 1}, {"5e2", 1}, {"501", 0}, {"9223372036854775807", 0});
}
END_TEST

START_TEST(intervals_are_the_minimum_or_more) {
  CK_VALUES(validator, "\"pacing\":{\"interval\":$}", "E pacing.interval /pacing/interval", {"-60", 0}, {"0", 0}, {"1", 0}, {"9", 0}, {"10", 1}, {"10.0", 1}, {"60", 1},
            {"86400", 1}, {"9223372036854775807", 1});
}
END_TEST

START_TEST(calls_per_interval_are_1_or_more) {
  CK_VALUES(validator, "\"pacing\":{\"maxCallsPerInterval\":$}", "E pacing.calls /pacing/maxCallsPerInterval", {"-1", 0}, {"0", 0}, {"1", 1}, {"25", 1},
            {"9223372036854775807", 1});
}
END_TEST

START_TEST(throttles_are_above_0_up_to_the_maximum) {
  CK_VALUES(validator, "\"pacing\":{\"throttlePercent\":$}", "E pacing.throttle /pacing/throttlePercent", {"-0.5", 0}, {"0", 0}, {"0.0", 0}, {"-0.0", 0}, {"1e-999", 0},
            {"1e-300", 1}, {"0.001", 1}, {"0.85", 1}, {"0.95", 1}, {"95e-2", 1}, {"0.9500001", 0}, {"1", 0}, {"85", 0}, {"1e300", 0});
}
END_TEST

START_TEST(messages_have_value_limit_source_and_advice) {
  ck_says(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":600}", "600 concurrent calls is above the limit of 500 (config key validate.max_concurrent_calls): write 1 to 500");
  ck_says(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":0}", "0 concurrent calls is below 1, the least the API takes: write 1 to 500");
  ck_says(validator, "{\"id\":\"a\",\"pacing\":{\"interval\":5}}", "an interval of 5 s is below the minimum of 10 s (config key validate.min_pacing_interval_s): write 10 or more");
  ck_says(validator, "{\"id\":\"a\",\"pacing\":{\"maxCallsPerInterval\":0}}", "0 calls per interval is below 1, the least of the API's schema of a campaign: write 1 or more");
  ck_says(validator, "{\"id\":\"a\",\"pacing\":{\"throttlePercent\":0.99}}", "a throttle of 0.99 is above the maximum of 0.95 (config key validate.max_throttle): write");
  ck_says(validator, "{\"id\":\"a\",\"pacing\":{\"throttlePercent\":0}}", "a throttle of 0 is not above 0");
}
END_TEST

START_TEST(a_percentage_is_told_that_a_fraction_is_meant) {
  ck_says(validator, "{\"id\":\"a\",\"pacing\":{\"throttlePercent\":85}}", "a fraction in spite of its name");
  cxd_report *report = run_text(validator, "{\"id\":\"a\",\"pacing\":{\"throttlePercent\":0.99}}", 0);
  ck_assert_ptr_null(strstr(cxd_report_message(report, 0), "in spite"));
  cxd_report_free(report);
}
END_TEST

START_TEST(an_interval_of_0_names_the_accuracy_rate) {
  ck_says(validator, "{\"id\":\"a\",\"pacing\":{\"interval\":0}}", "the pacing accuracy rate is 0 with it");
}
END_TEST

START_TEST(limits_come_from_the_options) {
  struct cxd__validate_options options = OPTIONS(7, 30, 0.5, "*", ZONEINFO);
  cxd_validator *own = validator_with(options);
  CK_VALUES(own, "\"maxConcurrentCalls\":$", "E capacity.concurrency /maxConcurrentCalls", {"7", 1}, {"8", 0});
  CK_VALUES(own, "\"pacing\":{\"interval\":$}", "E pacing.interval /pacing/interval", {"29", 0}, {"30", 1});
  CK_VALUES(own, "\"pacing\":{\"throttlePercent\":$}", "E pacing.throttle /pacing/throttlePercent", {"0.5", 1}, {"0.51", 0});
  cxd__validator_unref(own);
}
END_TEST

START_TEST(an_interval_of_0_is_refused_by_the_smallest_minimum) {
  struct cxd__validate_options options = OPTIONS(500, 1, 1, "*", ZONEINFO);
  cxd_validator *own = validator_with(options);
  CK_VALUES(own, "\"pacing\":{\"interval\":$}", "E pacing.interval /pacing/interval", {"0", 0}, {"1", 1});
  CK_VALUES(own, "\"pacing\":{\"throttlePercent\":$}", "E pacing.throttle /pacing/throttlePercent", {"1", 1}, {"1.0000001", 0});
  cxd__validator_unref(own);
}
END_TEST

START_TEST(options_out_of_range_are_refused_by_key) {
  static const struct { struct cxd__validate_options options; const char *key; } rows[] = {
      {OPTIONS(0, 10, 0.95, "*", ZONEINFO), "validate.max_concurrent_calls"},       {OPTIONS(-5, 10, 0.95, "*", ZONEINFO), "validate.max_concurrent_calls"},
      {OPTIONS(1000001, 10, 0.95, "*", ZONEINFO), "validate.max_concurrent_calls"}, {OPTIONS(500, 0, 0.95, "*", ZONEINFO), "validate.min_pacing_interval_s"},
      {OPTIONS(500, 86401, 0.95, "*", ZONEINFO), "validate.min_pacing_interval_s"}, {OPTIONS(500, 10, 0, "*", ZONEINFO), "validate.max_throttle"},
      {OPTIONS(500, 10, 1.01, "*", ZONEINFO), "validate.max_throttle"},             {OPTIONS(500, 10, (double)NAN, "*", ZONEINFO), "validate.max_throttle"},
      {OPTIONS(500, 10, 0.95, "", ZONEINFO), "validate.time_zones"},                {OPTIONS(500, 10, 0.95, " , ,", ZONEINFO), "validate.time_zones"},
      {OPTIONS(500, 10, 0.95, "EST", ZONEINFO), "validate.time_zones"},             {OPTIONS(500, 10, 0.95, "America/Denver,../x", ZONEINFO), "validate.time_zones"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cxd_validator *own = (cxd_validator *)(uintptr_t)&rows;
    cxd_error *error = NULL;
    ck_assert_int_eq(cxd__validator_make(&rows[i].options, &own, &error), CXD_E_CONFIG);
    ck_assert_ptr_null(own);
    ck_assert_str_eq(error->field, rows[i].key);
    cxd_error_free(error);
  }
}
END_TEST

START_TEST(a_wrong_type_or_null_is_not_judged_by_limits_too) {
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":\"600\",\"pacing\":{\"interval\":true,\"maxCallsPerInterval\":[],\"throttlePercent\":\"85\"}}",
              "E schema.type /maxConcurrentCalls\nE schema.type /pacing/interval\nE schema.type /pacing/maxCallsPerInterval\nE schema.type /pacing/throttlePercent");
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":null,\"pacing\":{\"interval\":0.5}}", "W schema.null /maxConcurrentCalls\nE schema.number /pacing/interval");
}
END_TEST

/* What a running campaign of the server has outside the limits, seen by a change that does not touch it. */
#define MERGED(status) \
  "{\"id\":\"a\",\"status\":\"" status "\",\"maxConcurrentCalls\":900,\"timeZone\":\"America/Denver\"," \
  "\"pacing\":{\"type\":\"fixed\",\"interval\":5,\"maxCallsPerInterval\":0,\"throttlePercent\":1}}"
#define ALL_WARNINGS \
  "W capacity.concurrency /maxConcurrentCalls\nW pacing.interval /pacing/interval\nW pacing.calls /pacing/maxCallsPerInterval\nW pacing.throttle /pacing/throttlePercent"

static void ck_merged(const char *change_text, const char *merged_text, const char *expected) {
  cxd_campaign *change = campaign_of(change_text), *merged = campaign_of(merged_text);
  ck_report(run_check(validator, change, merged, 0), expected, change_text);
  cxd_campaign_free(change);
  cxd_campaign_free(merged);
}

START_TEST(starting_a_campaign_outside_the_limits_warns) {
  ck_merged("{\"id\":\"a\",\"status\":\"running\"}", MERGED("running"), ALL_WARNINGS);
}
END_TEST

START_TEST(changing_a_running_campaign_outside_the_limits_warns) {
  ck_merged("{\"id\":\"a\",\"name\":\"new\"}", MERGED("running"), ALL_WARNINGS);
}
END_TEST

START_TEST(a_campaign_that_does_not_run_is_left_alone) {
  ck_merged("{\"id\":\"a\",\"name\":\"new\"}", MERGED("paused"), "");
  ck_merged("{\"id\":\"a\",\"status\":\"paused\"}", MERGED("paused"), "");
  ck_merged("{\"id\":\"a\",\"name\":\"new\"}", "{\"id\":\"a\",\"maxConcurrentCalls\":900}", "");
  ck_merged("{\"id\":\"a\",\"name\":\"new\"}", "{\"id\":\"a\",\"status\":null,\"maxConcurrentCalls\":900}", "");
}
END_TEST

START_TEST(what_the_change_sets_is_an_error_the_rest_a_warning) {
  ck_merged("{\"id\":\"a\",\"maxConcurrentCalls\":900}", MERGED("running"),
            "E capacity.concurrency /maxConcurrentCalls\nW pacing.interval /pacing/interval\nW pacing.calls /pacing/maxCallsPerInterval\nW pacing.throttle /pacing/throttlePercent");
  ck_merged("{\"id\":\"a\",\"maxConcurrentCalls\":100,\"pacing\":{\"interval\":60,\"maxCallsPerInterval\":25,\"throttlePercent\":0.5}}", MERGED("running"), "");
}
END_TEST

START_TEST(before_the_read_only_the_change_is_known) {
  ck_findings(validator, "{\"id\":\"a\",\"status\":\"running\"}", "");
}
END_TEST

START_TEST(a_merged_value_of_a_wrong_type_is_not_judged) {
  ck_merged("{\"id\":\"a\",\"name\":\"n\"}", "{\"id\":\"a\",\"status\":\"running\",\"maxConcurrentCalls\":\"900\",\"pacing\":7}", "");
}
END_TEST

START_TEST(a_warning_about_the_server_says_so) {
  cxd_campaign *change = campaign_of("{\"id\":\"a\",\"status\":\"running\"}"), *merged = campaign_of("{\"id\":\"a\",\"status\":\"running\",\"maxConcurrentCalls\":900}");
  cxd_report *report = run_check(validator, change, merged, 0);
  ck_assert_uint_eq(cxd_report_count(report), 1);
  ck_assert_ptr_nonnull(strstr(cxd_report_message(report, 0), "900 concurrent calls is above the limit of 500"));
  ck_assert_ptr_nonnull(strstr(cxd_report_message(report, 0), "this change leaves the value as it is on the server"));
  cxd_report_free(report);
  cxd_campaign_free(change);
  cxd_campaign_free(merged);
}
END_TEST

START_TEST(an_edit_of_a_read_campaign_counts_as_set) {
  cxd_campaign *campaign = campaign_read(MERGED("paused"));
  ck_assert_int_eq(cxd_campaign_set_string(campaign, CXD_FIELD_STATUS, "running", NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_int(campaign, CXD_FIELD_PACING_INTERVAL, 6, NULL), CXD_OK);
  ck_report(run_check(validator, campaign, campaign, 0),
            "W capacity.concurrency /maxConcurrentCalls\nE pacing.interval /pacing/interval\nW pacing.calls /pacing/maxCallsPerInterval\nW pacing.throttle /pacing/throttlePercent",
            "start and one edit");
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(the_accuracy_rate_is_the_throttle) {
  ck_assert_double_eq(cxd_pacing_accuracy(60, 0.85), 0.85);
  ck_assert_double_eq(cxd_pacing_accuracy(7, 0.1), 0.1);
  ck_assert_double_eq(cxd_pacing_accuracy(1, 1), 1);
  ck_assert_double_eq(cxd_pacing_accuracy(INT64_MAX, 0.5), 0.5);
}
END_TEST

START_TEST(the_accuracy_rate_is_0_without_an_interval_and_never_nan) {
  ck_assert_double_eq(cxd_pacing_accuracy(0, 0.85), 0);
  ck_assert_double_eq(cxd_pacing_accuracy(60, 0), 0);
  ck_assert_double_eq(cxd_pacing_accuracy(60, (double)NAN), 0);
  ck_assert_double_eq(cxd_pacing_accuracy(60, (double)INFINITY), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("validate_limits");
  TCase *tc = tcase_create("limits");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, concurrent_calls_are_1_to_the_limit);
  tcase_add_test(tc, intervals_are_the_minimum_or_more);
  tcase_add_test(tc, calls_per_interval_are_1_or_more);
  tcase_add_test(tc, throttles_are_above_0_up_to_the_maximum);
  tcase_add_test(tc, messages_have_value_limit_source_and_advice);
  tcase_add_test(tc, a_percentage_is_told_that_a_fraction_is_meant);
  tcase_add_test(tc, an_interval_of_0_names_the_accuracy_rate);
  tcase_add_test(tc, limits_come_from_the_options);
  tcase_add_test(tc, an_interval_of_0_is_refused_by_the_smallest_minimum);
  tcase_add_test(tc, options_out_of_range_are_refused_by_key);
  tcase_add_test(tc, a_wrong_type_or_null_is_not_judged_by_limits_too);
  tcase_add_test(tc, starting_a_campaign_outside_the_limits_warns);
  tcase_add_test(tc, changing_a_running_campaign_outside_the_limits_warns);
  tcase_add_test(tc, a_campaign_that_does_not_run_is_left_alone);
  tcase_add_test(tc, what_the_change_sets_is_an_error_the_rest_a_warning);
  tcase_add_test(tc, before_the_read_only_the_change_is_known);
  tcase_add_test(tc, a_merged_value_of_a_wrong_type_is_not_judged);
  tcase_add_test(tc, a_warning_about_the_server_says_so);
  tcase_add_test(tc, an_edit_of_a_read_campaign_counts_as_set);
  tcase_add_test(tc, the_accuracy_rate_is_the_throttle);
  tcase_add_test(tc, the_accuracy_rate_is_0_without_an_interval_and_never_nan);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
