/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Licence, Little's law and abandonment as rules: each says in one sentence which number would pass. */
#include <math.h>

#include "validate.h"
#include "validate/capacity.h"

static cxd_validator *validator;

static void setup(void) { validator = NULL; }

static void teardown(void) { cxd__validator_unref(validator); }

/* 25 agents, every third call answered, 180 s each. */
static struct cxd__validate_options staffed(void) {
  struct cxd__validate_options options = default_options();
  options.jurisdiction = "UNRESTRICTED";
  options.agents = 25;
  options.answer_rate = 0.5;
  options.aht_s = 180;
  return options;
}

static void use(struct cxd__validate_options options) {
  cxd__validator_unref(validator);
  validator = validator_with(options);
}

static void load(const char *policy) {
  cxd_error *error = NULL;
  cxd_status status = cxd_validator_load_policy(validator, policy, strlen(policy), &error);
  ck_assert_msg(status == CXD_OK, "%s: %s", policy, cxd_error_message(error));
}

#define PACED(status, calls, interval, most, throttle) \
  "{\"id\":\"a\",\"status\":\"" status "\",\"timeZone\":\"America/New_York\",\"maxConcurrentCalls\":" #calls ",\"pacing\":{\"interval\":" #interval ",\"maxCallsPerInterval\":" #most ",\"throttlePercent\":" #throttle "}}"

/* The first finding of a code; its message has this in it. */
static void ck_finding(const char *json, const char *code, int32_t severity, const char *part) {
  cxd_report *report = run_text(validator, json, 0);
  size_t i = 0;
  ck_tame(report);
  while (i < cxd_report_count(report) && strcmp(cxd_report_code(report, i), code) != 0)
    i++;
  ck_assert_msg(i < cxd_report_count(report), "%s: no %s", json, code);
  ck_assert_int_eq(cxd_report_severity(report, i), severity);
  ck_assert_msg(strstr(cxd_report_message(report, i), part), "said: %s\nexpected: %s", cxd_report_message(report, i), part);
  cxd_report_free(report);
}

static size_t count_of(const char *json, const char *code) {
  size_t count = 0;
  cxd_report *report = run_text(validator, json, 0);
  for (size_t i = 0; i < cxd_report_count(report); i++)
    count += strcmp(cxd_report_code(report, i), code) == 0;
  cxd_report_free(report);
  return count;
}

START_TEST(without_agents_there_are_no_capacity_checks) {
  use(default_options());
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":500,\"pacing\":{\"interval\":10,\"maxCallsPerInterval\":1000,\"throttlePercent\":0.95}}", "");
}
END_TEST

START_TEST(concurrency_above_the_licence_is_an_error_with_both_ways_out) {
  struct cxd__validate_options options = staffed();
  options.lines_per_agent = 2;
  use(options);
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":50}", "");
  ck_finding("{\"id\":\"a\",\"maxConcurrentCalls\":51}", "capacity.licensed", CXD_SEVERITY_ERROR,
             "51 concurrent calls is above the 50 that 25 licensed agents (config key validate.agents) with 2 lines each (config key validate.lines_per_agent) carry: write 50 or less, or license 26 agents");
}
END_TEST

START_TEST(one_line_an_agent_is_the_default) {
  use(staffed());
  ck_finding("{\"id\":\"a\",\"maxConcurrentCalls\":26}", "capacity.licensed", CXD_SEVERITY_ERROR, "25 licensed agents (config key validate.agents) with 1 line each (the default)");
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":25}", "");
}
END_TEST

START_TEST(fractions_of_lines_are_counted_down) {
  struct cxd__validate_options options = staffed();
  options.lines_per_agent = 1.1;
  use(options);
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":27}", "");
  ck_finding("{\"id\":\"a\",\"maxConcurrentCalls\":28}", "capacity.licensed", CXD_SEVERITY_ERROR, "write 27 or less, or license 26 agents");
}
END_TEST

START_TEST(predicted_abandonment_above_the_limit_names_what_passes) {
  use(staffed());
  /* 15 x 0.85 / 60 x 0.5 x 180 = 19.125 erlang: the vector of 25 agents, 3.52 % */
  ck_finding(PACED("paused", 25, 60, 15, 0.85), "capacity.abandonment", CXD_SEVERITY_ERROR, "a predicted 3.52 % of answered calls would be abandoned by 25 agents, above the limit of 3 % (the default)");
  ck_finding(PACED("paused", 25, 60, 15, 0.85), "capacity.abandonment", CXD_SEVERITY_ERROR, "at most 14 calls per interval pass (6.2287 answered calls a minute), or at least 26 agents do");
  ck_assert_uint_eq(count_of(PACED("paused", 25, 60, 14, 0.85), "capacity.abandonment"), 0);
}
END_TEST

START_TEST(the_numbers_it_names_do_pass) {
  static const double answer_rates[] = {0.05, 0.3, 1};
  for (int agents = 1; agents < 200; agents += 7)
    for (size_t r = 0; r < 3; r++) {
      struct cxd__validate_options options = staffed();
      options.agents = agents;
      options.answer_rate = answer_rates[r];
      use(options);
      char json[400];
      (void)snprintf(json, sizeof json, "{\"id\":\"a\",\"pacing\":{\"interval\":60,\"maxCallsPerInterval\":100000,\"throttlePercent\":0.9},\"timeZone\":\"America/New_York\"}");
      cxd_report *report = run_text(validator, json, 0);
      double passes = 0;
      for (size_t i = 0; i < cxd_report_count(report); i++) {
        const char *at = strstr(cxd_report_message(report, i), "at most ");
        if (strcmp(cxd_report_code(report, i), "capacity.abandonment") == 0 && at)
          ck_assert_int_eq(sscanf(at, "at most %lf calls", &passes), 1);
      }
      cxd_report_free(report);
      if (passes < 1)
        continue;
      (void)snprintf(json, sizeof json, "{\"id\":\"a\",\"pacing\":{\"interval\":60,\"maxCallsPerInterval\":%.0f,\"throttlePercent\":0.9},\"timeZone\":\"America/New_York\"}", passes);
      ck_assert_uint_eq(count_of(json, "capacity.abandonment"), 0);
      (void)snprintf(json, sizeof json, "{\"id\":\"a\",\"pacing\":{\"interval\":60,\"maxCallsPerInterval\":%.0f,\"throttlePercent\":0.9},\"timeZone\":\"America/New_York\"}", passes + 1);
      ck_assert_uint_eq(count_of(json, "capacity.abandonment"), 1);
    }
}
END_TEST

START_TEST(too_little_for_a_whole_call_says_that_a_longer_interval_helps) {
  struct cxd__validate_options options = staffed();
  options.agents = 1;
  options.answer_rate = 1;
  use(options);
  ck_finding(PACED("paused", 1, 10, 1, 0.9), "capacity.abandonment", CXD_SEVERITY_ERROR, "no whole number of calls per interval passes, a longer interval does");
}
END_TEST

START_TEST(the_stricter_of_config_and_policy_wins_for_each_input) {
  use(staffed());
  load("{\"version\":1,\"capacity\":{\"agents\":20,\"max_abandonment\":0.01,\"lines_per_agent\":3}}");
  ck_finding("{\"id\":\"a\",\"maxConcurrentCalls\":61}", "capacity.licensed", CXD_SEVERITY_ERROR, "60 that 20 licensed agents (policy member capacity.agents) with 3 lines each (policy member capacity.lines_per_agent)");
  ck_finding(PACED("paused", 20, 60, 15, 0.85), "capacity.abandonment", CXD_SEVERITY_ERROR, "above the limit of 1 % (policy member capacity.max_abandonment)");
  load("{\"version\":1,\"capacity\":{\"agents\":200,\"max_abandonment\":0.5}}");
  ck_finding("{\"id\":\"a\",\"maxConcurrentCalls\":26}", "capacity.licensed", CXD_SEVERITY_ERROR, "25 licensed agents (config key validate.agents)");
}
END_TEST

START_TEST(what_a_policy_says_of_one_campaign_stands_in_place_of_its_general_word) {
  struct cxd__validate_options options = staffed();
  options.agents = 0;
  use(options);
  load("{\"version\":1,\"capacity\":{\"agents\":10},\"campaigns\":{\"a\":{\"capacity\":{\"agents\":40}}}}");
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":40}", "");
  ck_findings(validator, "{\"id\":\"b\",\"maxConcurrentCalls\":40}", "E capacity.licensed /maxConcurrentCalls");
}
END_TEST

START_TEST(a_concurrency_that_pacing_cannot_reach_is_a_warning) {
  struct cxd__validate_options options = staffed();
  options.agents = 500;
  use(options);
  /* 0.2125 calls a second: 19.1 talking and at most 12.8 ringing */
  ck_finding(PACED("paused", 33, 60, 15, 0.85), "capacity.unreachable", CXD_SEVERITY_WARNING,
             "33 concurrent calls cannot be reached: by Little's law this pacing keeps at most 31.9 lines busy (19.1 with a conversation, the rest ringing for up to 60 s): write 31, or raise the pacing");
  ck_assert_uint_eq(count_of(PACED("paused", 31, 60, 15, 0.85), "capacity.unreachable"), 0);
}
END_TEST

START_TEST(a_pacing_that_needs_more_lines_than_allowed_is_a_warning) {
  struct cxd__validate_options options = staffed();
  options.agents = 500;
  use(options);
  ck_finding(PACED("paused", 19, 60, 15, 0.85), "capacity.unreachable", CXD_SEVERITY_WARNING, "19 concurrent calls is less than this pacing needs: by Little's law its answered calls alone keep 19.1 lines busy: write 20 or more");
  ck_assert_uint_eq(count_of(PACED("paused", 20, 60, 15, 0.85), "capacity.unreachable"), 0);
}
END_TEST

START_TEST(a_part_of_the_pacing_waits_for_the_whole_campaign) {
  use(staffed());
  ck_findings(validator, "{\"id\":\"a\",\"pacing\":{\"maxCallsPerInterval\":5000}}", "");
  cxd_campaign *change = campaign_of("{\"id\":\"a\",\"pacing\":{\"maxCallsPerInterval\":50}}"), *server = campaign_of(PACED("running", 20, 60, 10, 0.85)), *merged = campaign_of(PACED("running", 20, 60, 50, 0.85));
  struct cxd__check check = {.change = change, .merged = merged, .server = server, .at_unix_ms = 1700000000000};
  cxd_report *report = NULL;
  ck_assert_int_eq(cxd__validator_run(validator, &check, &report, NULL), CXD_E_INVALID);
  ck_report(report, "W capacity.unreachable /maxConcurrentCalls\nE capacity.abandonment /pacing/maxCallsPerInterval", "merged");
  cxd_campaign_free(change);
  cxd_campaign_free(server);
  cxd_campaign_free(merged);
}
END_TEST

START_TEST(lowering_a_pacing_that_is_still_too_fast_is_only_warned_about) {
  use(staffed());
  cxd_campaign *change = campaign_of("{\"id\":\"a\",\"pacing\":{\"maxCallsPerInterval\":20}}"), *server = campaign_of(PACED("running", 25, 60, 30, 0.85)), *merged = campaign_of(PACED("running", 25, 60, 20, 0.85));
  struct cxd__check check = {.change = change, .merged = merged, .server = server, .at_unix_ms = 1700000000000};
  cxd_report *report = NULL;
  ck_assert_int_eq(cxd__validator_run(validator, &check, &report, NULL), CXD_OK);
  ck_report(report, "W capacity.unreachable /maxConcurrentCalls\nW capacity.abandonment /pacing/maxCallsPerInterval", "merged");
  cxd_campaign_free(change);
  cxd_campaign_free(server);
  cxd_campaign_free(merged);
}
END_TEST

START_TEST(absurd_values_give_findings_and_never_a_nan) {
  static const char *const texts[] = {
      PACED("running", 25, 0, 15, 0.85),     PACED("running", 25, 60, 0, 0.85),    PACED("running", 25, 60, 15, 0),        PACED("running", -5, 60, 15, 0.85),     PACED("running", 25, -60, 15, 0.85),
      PACED("running", 25, 60, -15, 0.85),   PACED("running", 25, 60, 15, -0.5),   PACED("running", 25, 60, 1e300, 0.9),   PACED("running", 9223372036854775807, 1, 9223372036854775807, 0.95),
      PACED("running", 25, 1e-300, 1e300, 1), PACED("running", 0, 60, 15, 1e-300), PACED("running", 25, 60, 1e999, 0.85),  PACED("running", "25", "60", "15", "0.85")};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    for (int variant = 0; variant < 3; variant++) {
      struct cxd__validate_options options = staffed();
      options.agents = variant == 0 ? 1 : variant == 1 ? 25 : 1000000;
      options.patience_s = variant == 0 ? 0.1 : 600;
      options.lines_per_agent = variant == 0 ? 0.1 : 100;
      use(options);
      cxd_report *report = run_text(validator, texts[i], 0);
      ck_tame(report);
      for (size_t f = 0; f < cxd_report_count(report); f++) {
        ck_assert_msg(!strstr(cxd_report_message(report, f), "nan") && !strstr(cxd_report_message(report, f), "null") && !strstr(cxd_report_message(report, f), " inf"), "%s", cxd_report_message(report, f));
      }
      cxd_report_free(report);
    }
}
END_TEST

START_TEST(zero_throttle_interval_and_calls_are_findings_of_their_own_rules) {
  use(staffed());
  ck_finding(PACED("paused", 25, 60, 15, 0), "pacing.throttle", CXD_SEVERITY_ERROR, "not above 0");
  ck_finding(PACED("paused", 25, 60, 0, 0.85), "pacing.calls", CXD_SEVERITY_ERROR, "below 1");
  ck_finding(PACED("paused", 25, 0, 15, 0.85), "pacing.interval", CXD_SEVERITY_ERROR, "below the minimum");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("validate_capacity");
  TCase *tcase = suite_case(suite, "capacity rules", setup, teardown);
  tcase_add_test(tcase, without_agents_there_are_no_capacity_checks);
  tcase_add_test(tcase, concurrency_above_the_licence_is_an_error_with_both_ways_out);
  tcase_add_test(tcase, one_line_an_agent_is_the_default);
  tcase_add_test(tcase, fractions_of_lines_are_counted_down);
  tcase_add_test(tcase, predicted_abandonment_above_the_limit_names_what_passes);
  tcase_add_test(tcase, the_numbers_it_names_do_pass);
  tcase_add_test(tcase, too_little_for_a_whole_call_says_that_a_longer_interval_helps);
  tcase_add_test(tcase, the_stricter_of_config_and_policy_wins_for_each_input);
  tcase_add_test(tcase, what_a_policy_says_of_one_campaign_stands_in_place_of_its_general_word);
  tcase_add_test(tcase, a_concurrency_that_pacing_cannot_reach_is_a_warning);
  tcase_add_test(tcase, a_pacing_that_needs_more_lines_than_allowed_is_a_warning);
  tcase_add_test(tcase, a_part_of_the_pacing_waits_for_the_whole_campaign);
  tcase_add_test(tcase, lowering_a_pacing_that_is_still_too_fast_is_only_warned_about);
  tcase_add_test(tcase, absurd_values_give_findings_and_never_a_nan);
  tcase_add_test(tcase, zero_throttle_interval_and_calls_are_findings_of_their_own_rules);
  return run_suite(suite);
}
