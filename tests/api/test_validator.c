/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* mkstemp, fdopen */
#include <cxdialer/cxdialer.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

#define SAMPLE \
  "{\"id\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\",\"name\":\"Q3 Enterprise Outbound\",\"status\":\"running\",\"dialerType\":\"predictive\"," \
  "\"maxConcurrentCalls\":150,\"timeZone\":\"America/New_York\"," \
  "\"pacing\":{\"type\":\"fixed\",\"interval\":60,\"maxCallsPerInterval\":25,\"throttlePercent\":0.85}," \
  "\"rules\":[],\"advancedDialerSettings\":{\"autoRebalance\":true,\"queuePriority\":1}}"

static cxd_validator *with(const char *key, const char *value) {
  cxd_config *config = NULL;
  cxd_validator *validator = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  if (key)
    ck_assert_int_eq(cxd_config_set(config, key, value, NULL), CXD_OK);
  cxd_status status = cxd_validator_new(config, &validator, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
  cxd_config_free(config);
  return validator;
}

static cxd_campaign *campaign_of(const char *json) {
  cxd_campaign *campaign = NULL;
  ck_assert_int_eq(cxd_campaign_parse(json, strlen(json), &campaign, NULL), CXD_OK);
  return campaign;
}

/* A Tuesday, 17:13 in New York: legal hours in every zone that is approved by default. */
#define BY_DAY INT64_C(1700000000000)

/* Checks a document and wants one finding, or none. */
static void ck_one(cxd_validator *validator, const char *json, int32_t severity, const char *code, const char *pointer) {
  cxd_campaign *campaign = campaign_of(json);
  cxd_report *report = NULL;
  cxd_status status = cxd_validator_check(validator, campaign, BY_DAY, &report, NULL);
  ck_assert_int_eq(status, code && severity == CXD_SEVERITY_ERROR ? CXD_E_INVALID : CXD_OK);
  ck_assert_uint_eq(cxd_report_count(report), code ? 1 : 0);
  ck_assert_int_eq(cxd_report_ok(report), status == CXD_OK);
  ck_assert_str_eq(cxd_report_code(report, 0), code ? code : "");
  ck_assert_str_eq(cxd_report_pointer(report, 0), pointer);
  ck_assert_int_eq(cxd_report_severity(report, 0), severity);
  cxd_report_free(report);
  cxd_campaign_free(campaign);
}

START_TEST(the_documented_campaign_passes_with_all_defaults) {
  cxd_validator *validator = NULL;
  ck_assert_int_eq(cxd_validator_new(NULL, &validator, NULL), CXD_OK);
  ck_one(validator, SAMPLE, 0, NULL, "");
  cxd_validator_free(validator);
}
END_TEST

START_TEST(the_defaults_are_those_of_the_manual) {
  cxd_validator *validator = with(NULL, NULL);
  ck_one(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":500}", 0, NULL, "");
  ck_one(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":501}", CXD_SEVERITY_ERROR, "capacity.concurrency", CXD_FIELD_MAX_CONCURRENT_CALLS);
  ck_one(validator, "{\"id\":\"a\",\"pacing\":{\"interval\":10}}", 0, NULL, "");
  ck_one(validator, "{\"id\":\"a\",\"pacing\":{\"interval\":9}}", CXD_SEVERITY_ERROR, "pacing.interval", CXD_FIELD_PACING_INTERVAL);
  ck_one(validator, "{\"id\":\"a\",\"pacing\":{\"throttlePercent\":0.95}}", 0, NULL, "");
  ck_one(validator, "{\"id\":\"a\",\"pacing\":{\"throttlePercent\":0.951}}", CXD_SEVERITY_ERROR, "pacing.throttle", CXD_FIELD_PACING_THROTTLE_PERCENT);
  ck_one(validator, "{\"id\":\"a\",\"pacing\":{\"maxCallsPerInterval\":0}}", CXD_SEVERITY_ERROR, "pacing.calls", CXD_FIELD_PACING_MAX_CALLS_PER_INTERVAL);
  ck_one(validator, "{\"id\":\"a\",\"timeZone\":\"America/Los_Angeles\"}", 0, NULL, "");
  ck_one(validator, "{\"id\":\"a\",\"timeZone\":\"America/Phoenix\"}", CXD_SEVERITY_ERROR, "zone.not_approved", CXD_FIELD_TIME_ZONE);
  ck_one(validator, "{\"id\":\"a\",\"timeZone\":\"EST\"}", CXD_SEVERITY_ERROR, "zone.unknown", CXD_FIELD_TIME_ZONE);
  ck_one(validator, "{\"id\":\"a\",\"dialerType\":\"robot\"}", CXD_SEVERITY_WARNING, "schema.enum", CXD_FIELD_DIALER_TYPE);
  cxd_validator_free(validator);
}
END_TEST

START_TEST(each_key_of_the_config_counts) {
  static const struct { const char *key, *value, *json, *code, *pointer; } rows[] = {
      {"validate.max_concurrent_calls", "20", "{\"id\":\"a\",\"maxConcurrentCalls\":21}", "capacity.concurrency", CXD_FIELD_MAX_CONCURRENT_CALLS},
      {"validate.min_pacing_interval_s", "90", "{\"id\":\"a\",\"pacing\":{\"interval\":89}}", "pacing.interval", CXD_FIELD_PACING_INTERVAL},
      {"validate.max_throttle", "0.5", "{\"id\":\"a\",\"pacing\":{\"throttlePercent\":0.6}}", "pacing.throttle", CXD_FIELD_PACING_THROTTLE_PERCENT},
      {"validate.time_zones", "Europe/Berlin", "{\"id\":\"a\",\"timeZone\":\"America/New_York\"}", "zone.not_approved", CXD_FIELD_TIME_ZONE},
      {"validate.zoneinfo_dir", "/nonexistent", "{\"id\":\"a\",\"timeZone\":\"America/New_York\"}", "zone.unknown", CXD_FIELD_TIME_ZONE},
      {"validate.agents", "20", "{\"id\":\"a\",\"maxConcurrentCalls\":21}", "capacity.licensed", CXD_FIELD_MAX_CONCURRENT_CALLS},
      {"validate.min_tzdata", "2999a", SAMPLE, "zone.tzdata", CXD_FIELD_TIME_ZONE},
      {"validate.time_zones", "*", "{\"id\":\"a\",\"timeZone\":\"Asia/Tokyo\"}", NULL, ""}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cxd_validator *validator = with(rows[i].key, rows[i].value);
    ck_one(validator, rows[i].json, rows[i].code ? CXD_SEVERITY_ERROR : 0, rows[i].code, rows[i].pointer);
    cxd_validator_free(validator);
  }
}
END_TEST

static void ck_codes(cxd_validator *validator, const char *json, const char *expected) {
  cxd_campaign *campaign = campaign_of(json);
  cxd_report *report = NULL;
  char found[1024] = "";
  cxd_status status = cxd_validator_check(validator, campaign, BY_DAY, &report, NULL);
  ck_assert_int_eq(status, cxd_report_ok(report) ? CXD_OK : CXD_E_INVALID);
  for (size_t i = 0; i < cxd_report_count(report); i++) {
    size_t len = strlen(found);
    (void)snprintf(found + len, sizeof found - len, "%s %s;", cxd_report_code(report, i), cxd_report_pointer(report, i));
  }
  ck_assert_str_eq(found, expected);
  cxd_report_free(report);
  cxd_campaign_free(campaign);
}

START_TEST(the_instant_decides_and_0_is_now) {
  cxd_validator *validator = with(NULL, NULL);
  cxd_campaign *campaign = campaign_of(SAMPLE);
  cxd_report *report = NULL;
  int32_t open = -1;
  ck_assert_int_eq(cxd_validator_check(validator, campaign, BY_DAY, &report, NULL), CXD_OK);
  cxd_report_free(report);
  ck_assert_int_eq(cxd_validator_check(validator, campaign, BY_DAY + INT64_C(43200000), &report, NULL), CXD_E_INVALID);
  ck_assert_str_eq(cxd_report_code(report, 0), "window.closed");
  cxd_report_free(report);
  ck_assert_int_eq(cxd_validator_window(validator, "America/New_York", NULL, 0, &open, NULL, NULL), CXD_OK);
  cxd_status status = cxd_validator_check(validator, campaign, 0, &report, NULL);
  ck_assert_msg(status == (open ? CXD_OK : CXD_E_INVALID) || (open && strcmp(cxd_report_code(report, 0), "window.interval") == 0), "%d", status);
  cxd_report_free(report);
  cxd_campaign_free(campaign);
  cxd_validator_free(validator);
}
END_TEST

START_TEST(in_replace_mode_a_campaign_is_the_whole_document) {
  cxd_validator *merge = with("update.mode", "merge"), *replace = with("update.mode", "replace");
  ck_codes(merge, "{\"id\":\"a\",\"name\":\"n\"}", "");
  ck_codes(replace, "{\"id\":\"a\",\"name\":\"n\"}",
           "schema.required /dialerType;schema.required /maxConcurrentCalls;schema.required /timeZone;schema.required /pacing/type;schema.required /pacing/interval;"
           "schema.required /pacing/maxCallsPerInterval;schema.required /pacing/throttlePercent;");
  ck_codes(replace, SAMPLE, "");
  cxd_validator_free(merge);
  cxd_validator_free(replace);
}
END_TEST

START_TEST(the_error_of_a_refused_campaign_names_number_and_first_finding) {
  cxd_validator *validator = with(NULL, NULL);
  cxd_campaign *campaign = campaign_of("{\"id\":\"a\",\"name\":\"\",\"maxConcurrentCalls\":0,\"dialerType\":\"x\"}");
  cxd_report *report = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_validator_check(validator, campaign, 0, &report, &error), CXD_E_INVALID);
  ck_assert_int_eq(cxd_error_status(error), CXD_E_INVALID);
  ck_assert_str_eq(cxd_error_field(error), "/name");
  ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "2 errors, the first is schema.name at /name"));
  ck_assert_uint_eq(cxd_report_count(report), 3);
  cxd_error_free(error);
  cxd_report_free(report);
  cxd_campaign_free(campaign);
  cxd_validator_free(validator);
}
END_TEST

START_TEST(a_report_becomes_json) {
  cxd_validator *validator = with(NULL, NULL);
  cxd_campaign *campaign = campaign_of("{\"id\":\"a\",\"dialerType\":\"robot\"}");
  cxd_report *report = NULL;
  ck_assert_int_eq(cxd_validator_check(validator, campaign, 0, &report, NULL), CXD_OK);
  char *json = cxd_report_to_json(report);
  static const char head[] = "[{\"severity\":\"warning\",\"code\":\"schema.enum\",\"pointer\":\"/dialerType\",\"message\":\"\\\"robot\\\" ";
  ck_assert_int_eq(strncmp(json, head, sizeof head - 1), 0);
  cxd_string_free(json);
  ck_assert_int_eq(cxd_report_add(report, CXD_SEVERITY_ERROR, "acme.own", "/name", "added by the application"), CXD_OK);
  ck_assert_int_eq(cxd_report_ok(report), 0);
  cxd_report_free(report);
  cxd_campaign_free(campaign);
  cxd_validator_free(validator);
}
END_TEST

START_TEST(arguments_are_checked_at_the_border) {
  cxd_validator *validator = with(NULL, NULL);
  cxd_campaign *campaign = campaign_of("{\"id\":\"a\"}");
  cxd_report *report = (cxd_report *)(void *)campaign;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_validator_new(NULL, NULL, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_validator_check(NULL, campaign, 0, &report, &error), CXD_E_ARGUMENT);
  ck_assert_ptr_null(report);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "validator"));
  cxd_error_free(error);
  ck_assert_int_eq(cxd_validator_check(validator, NULL, 0, &report, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_validator_check(validator, campaign, 0, NULL, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_validator_check((cxd_validator *)(void *)campaign, campaign, 0, &report, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_validator_check(validator, (cxd_campaign *)(void *)validator, 0, &report, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_validator_load_policy(NULL, "{}", 2, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_validator_load_policy(validator, NULL, 2, NULL), CXD_E_ARGUMENT);
  cxd_validator *made = validator;
  ck_assert_int_eq(cxd_validator_new((cxd_config *)(void *)campaign, &made, NULL), CXD_E_ARGUMENT);
  ck_assert_ptr_null(made);
  cxd_validator_free(NULL);
  cxd_validator_free((cxd_validator *)(void *)campaign);
  cxd_report_free(NULL);
  ck_assert_str_eq(cxd_campaign_id(campaign), "a");
  cxd_campaign_free(campaign);
  cxd_validator_free(validator);
}
END_TEST

START_TEST(a_policy_is_loaded_and_a_bad_one_changes_nothing) {
  static const char good[] = "{\"version\":1,\"limits\":{\"max_concurrent_calls\":50},\"severities\":{\"schema.enum\":\"error\"}}";
  static const char bad[] = "{\"version\":1,\n\"limit\":{}}";
  cxd_validator *validator = with(NULL, NULL);
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_validator_load_policy(validator, good, sizeof good - 1, NULL), CXD_OK);
  ck_assert_int_eq(cxd_validator_load_policy(validator, bad, sizeof bad - 1, &error), CXD_E_CONFIG);
  ck_assert_str_eq(cxd_error_message(error), "policy: line 2, column 1: unknown member \"limit\", did you mean \"limits\"?");
  cxd_error_free(error);
  ck_one(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":51}", CXD_SEVERITY_ERROR, "capacity.concurrency", CXD_FIELD_MAX_CONCURRENT_CALLS);
  ck_one(validator, "{\"id\":\"a\",\"dialerType\":\"robot\"}", CXD_SEVERITY_ERROR, "schema.enum", CXD_FIELD_DIALER_TYPE);
  cxd_validator_free(validator);
}
END_TEST

START_TEST(the_policy_file_of_the_config_is_loaded) {
  char path[] = "/tmp/cxd-policy-XXXXXX";
  int fd = mkstemp(path);
  ck_assert_int_ge(fd, 0);
  FILE *file = fdopen(fd, "w");
  ck_assert_int_ge(fputs("{\"version\":1,\"limits\":{\"max_concurrent_calls\":5}}", file), 0);
  ck_assert_int_eq(fclose(file), 0);
  cxd_validator *validator = with("validate.policy_file", path);
  ck_one(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":6}", CXD_SEVERITY_ERROR, "capacity.concurrency", CXD_FIELD_MAX_CONCURRENT_CALLS);
  cxd_validator_free(validator);
  ck_assert_int_eq(unlink(path), 0);
  cxd_config *config = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  ck_assert_int_eq(cxd_config_set(config, "validate.policy_file", path, NULL), CXD_OK);
  validator = (cxd_validator *)(void *)config;
  ck_assert_int_eq(cxd_validator_new(config, &validator, &error), CXD_E_IO);
  ck_assert_ptr_null(validator);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(error), path));
  cxd_error_free(error);
  cxd_config_free(config);
}
END_TEST

struct seen {
  int calls, destroyed;
  int64_t at;
  int32_t answer;
};

static int32_t night_shift(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at, cxd_report *report) {
  struct seen *seen = user_data;
  int64_t calls = 0;
  seen->calls++;
  seen->at = at;
  ck_assert_ptr_null(merged);
  if (cxd_campaign_get_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, &calls, NULL) == CXD_OK && calls > 40)
    (void)cxd_report_add(report, CXD_SEVERITY_ERROR, "acme.night_shift", CXD_FIELD_MAX_CONCURRENT_CALLS, "40 at night");
  return seen->answer;
}

static void destroyed(void *user_data) { ((struct seen *)user_data)->destroyed++; }

START_TEST(an_own_rule_decides_with) {
  struct seen seen = {.answer = CXD_ACCEPTED};
  cxd_rule rule = {sizeof rule, &seen, destroyed, night_shift};
  cxd_validator *validator = with(NULL, NULL);
  ck_assert_int_eq(cxd_validator_add_rule(validator, &rule, NULL), CXD_OK);
  ck_one(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":40}", 0, NULL, "");
  ck_assert_int_gt(seen.at, 1600000000000); /* 0 stands for now */
  ck_one(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":41}", CXD_SEVERITY_ERROR, "acme.night_shift", CXD_FIELD_MAX_CONCURRENT_CALLS);
  ck_assert_int_eq(seen.calls, 2);
  ck_assert_int_eq(seen.destroyed, 0);
  cxd_validator_free(validator);
  ck_assert_int_eq(seen.destroyed, 1);
}
END_TEST

START_TEST(an_own_rule_that_does_not_accept_fails_the_check_and_the_report_is_there) {
  struct seen seen = {.answer = 0};
  cxd_rule rule = {sizeof rule, &seen, destroyed, night_shift};
  cxd_validator *validator = with(NULL, NULL);
  cxd_campaign *campaign = campaign_of("{\"id\":\"a\"}");
  cxd_report *report = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_validator_add_rule(validator, &rule, NULL), CXD_OK);
  ck_assert_int_eq(cxd_validator_check(validator, campaign, 1234, &report, &error), CXD_E_RULE);
  ck_assert_int_eq(seen.at, 1234);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "number 0"));
  ck_assert_ptr_nonnull(report);
  ck_assert_int_eq(cxd_report_ok(report), 0);
  ck_assert_str_eq(cxd_report_code(report, 0), "rule.failed");
  cxd_error_free(error);
  cxd_report_free(report);
  cxd_campaign_free(campaign);
  cxd_validator_free(validator);
}
END_TEST

START_TEST(a_table_of_a_wrong_size_is_refused_and_destroyed_once) {
  struct seen seen = {.answer = CXD_ACCEPTED};
  cxd_rule rule = {sizeof rule - 1, &seen, destroyed, night_shift};
  cxd_validator *validator = with(NULL, NULL);
  ck_assert_int_eq(cxd_validator_add_rule(validator, &rule, NULL), CXD_E_ABI);
  ck_assert_int_eq(seen.destroyed, 1);
  rule.size = sizeof rule;
  rule.check = NULL;
  ck_assert_int_eq(cxd_validator_add_rule(validator, &rule, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(seen.destroyed, 2);
  ck_one(validator, "{\"id\":\"a\"}", 0, NULL, "");
  ck_assert_int_eq(seen.calls, 0);
  cxd_validator_free(validator);
  ck_assert_int_eq(seen.destroyed, 2);
}
END_TEST

START_TEST(the_pacing_accuracy_rate) {
  ck_assert_double_eq_tol(cxd_pacing_accuracy(60, 0.85), 0.85, 1e-12);
  ck_assert_double_eq(cxd_pacing_accuracy(0, 0.85), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("api validator");
  TCase *tc = tcase_create("validator");
  tcase_add_test(tc, the_documented_campaign_passes_with_all_defaults);
  tcase_add_test(tc, the_defaults_are_those_of_the_manual);
  tcase_add_test(tc, each_key_of_the_config_counts);
  tcase_add_test(tc, the_instant_decides_and_0_is_now);
  tcase_add_test(tc, in_replace_mode_a_campaign_is_the_whole_document);
  tcase_add_test(tc, the_error_of_a_refused_campaign_names_number_and_first_finding);
  tcase_add_test(tc, a_report_becomes_json);
  tcase_add_test(tc, arguments_are_checked_at_the_border);
  tcase_add_test(tc, a_policy_is_loaded_and_a_bad_one_changes_nothing);
  tcase_add_test(tc, the_policy_file_of_the_config_is_loaded);
  tcase_add_test(tc, an_own_rule_decides_with);
  tcase_add_test(tc, an_own_rule_that_does_not_accept_fails_the_check_and_the_report_is_there);
  tcase_add_test(tc, a_table_of_a_wrong_size_is_refused_and_destroyed_once);
  tcase_add_test(tc, the_pacing_accuracy_rate);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
