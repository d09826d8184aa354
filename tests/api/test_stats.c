/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* nanosleep */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "rig.h"
#include "run.h"

static json_int_t stat_of(const struct rig *rig, const char *pointer) {
  json_t *stats = json_of(cxd_client_stats_json(rig->client));
  const json_t *value = at(stats, pointer);
  ck_assert_msg(json_is_integer(value), "%s", pointer);
  json_int_t number = json_integer_value(value);
  json_decref(stats);
  return number;
}

static void ck_stat(const struct rig *rig, const char *pointer, json_int_t wanted) {
  json_int_t got = stat_of(rig, pointer);
  ck_assert_msg(got == wanted, "%s: %lld instead of %lld", pointer, (long long)got, (long long)wanted);
}

static void apply_one(struct rig *rig, int32_t outcome) { cxd_result_free(applied(rig->updater, calls_change(SAMPLE_ID, 151), CXD_OK, outcome)); }

START_TEST(a_new_client_has_done_nothing) {
  static const char *const zeros[] = {"/requests/token", "/requests/get", "/requests/list", "/requests/put", "/retries", "/rate_limited", "/doubtful", "/quota/limit", "/quota/used", "/quota/waiting", "/quota/closed_ms", "/server_latency_us", "/token/generation", "/token/failures"};
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
    ck_stat(&rig, zeros[i], 0);
  ck_stat(&rig, "/schema_version", 1);
  ck_stat(&rig, "/retry_budget", 140);
  rig_close(&rig);
}
END_TEST

START_TEST(sends_are_counted_by_kind) {
  struct rig rig;
  cxd_campaign_list *list = NULL;
  rig_open(&rig, NULL, NULL);
  apply_one(&rig, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_client_list(rig.client, NULL, &list, NULL), CXD_OK);
  cxd_campaign_list_free(list);
  ck_stat(&rig, "/requests/token", 1);
  ck_stat(&rig, "/requests/get", 1);
  ck_stat(&rig, "/requests/list", 1);
  ck_stat(&rig, "/requests/put", 1);
  ck_stat(&rig, "/token/generation", 1);
  ck_assert_int_gt(stat_of(&rig, "/server_latency_us"), 0);
  rig_close(&rig);
}
END_TEST

START_TEST(retries_and_doubts_are_counted) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:1:status=503", "--fault", "PUT:1:apply-then-close"), NULL);
  apply_one(&rig, CXD_OUTCOME_APPLIED_READBACK);
  ck_stat(&rig, "/retries", 1);
  ck_stat(&rig, "/doubtful", 1);
  ck_stat(&rig, "/requests/get", 3);
  rig_close(&rig);
}
END_TEST

START_TEST(a_429_is_counted_cuts_the_limit_and_closes_the_gate_for_as_long_as_asked) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:*:status=429;retry-after=600"), LIST("rate.limit", "100"));
  refused_get(rig.client, SAMPLE_ID, CXD_E_RATE_LIMITED, "429");
  ck_stat(&rig, "/rate_limited", 1);
  ck_stat(&rig, "/quota/limit", 70);
  ck_stat(&rig, "/quota/used", 1);
  ck_assert_int_gt(stat_of(&rig, "/quota/closed_ms"), 500000);
  refused_get(rig.client, SAMPLE_ID, CXD_E_RATE_LIMITED, "allows the next request in");
  ck_stat(&rig, "/requests/get", 1);
  rig_close(&rig);
}
END_TEST

START_TEST(spent_retries_show_in_the_budget_and_come_back_with_success) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:1:status=503", "--fault", "GET:2:status=503", "--fault", "GET:3:status=503", "--fault", "GET:4:status=503"), NULL);
  refused_get(rig.client, SAMPLE_ID, CXD_E_SERVER, "503");
  ck_stat(&rig, "/retry_budget", 140 - 3 * 14);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_stat(&rig, "/retry_budget", 140 - 3 * 14 + 1);
  rig_close(&rig);
}
END_TEST

START_TEST(failures_of_the_token_endpoint_are_counted) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("auth.client_id", "nobody"));
  refused_get(rig.client, SAMPLE_ID, CXD_E_UNAUTHORIZED, "401");
  ck_stat(&rig, "/token/failures", 1);
  ck_stat(&rig, "/token/generation", 0);
  rig_close(&rig);
}
END_TEST

/* ---------------------------------------------------- what only a moment, or a plug-in, can show */

static void in_the_middle(void *context) {
  struct rig *rig = context;
  ck_stat(rig, "/updates_in_flight", 1);
  ck_stat(rig, "/in_flight", 0);
}

START_TEST(an_update_is_in_flight_while_it_lasts) {
  struct rig rig;
  struct hook hook = {.act = in_the_middle, .context = &rig};
  rig_open(&rig, NULL, NULL);
  hook_in(&rig, &hook);
  apply_one(&rig, CXD_OUTCOME_APPLIED);
  ck_assert_uint_gt(hook.rounds, 0);
  ck_stat(&rig, "/updates_in_flight", 0);
  rig_close(&rig);
}
END_TEST

static void *get_in_vain(void *context) {
  struct rig *rig = context;
  cxd_campaign *campaign = NULL;
  ck_assert_int_eq(cxd_client_get(rig->client, SAMPLE_ID, &campaign, NULL), CXD_E_CANCELLED);
  return NULL;
}

/* A look that is repeated until it holds; the test's own time-out ends a vain wait. */
static void until_stat(const struct rig *rig, const char *pointer, json_int_t wanted) {
  const struct timespec moment = {.tv_nsec = 2000000};
  while (stat_of(rig, pointer) != wanted)
    (void)nanosleep(&moment, NULL);
}

START_TEST(a_request_is_in_flight_until_its_answer_or_its_end) {
  struct rig rig;
  pthread_t thread;
  rig_open(&rig, LIST("--fault", "GET:*:delay=600000"), NULL);
  rig.other_hands = 1;
  ck_assert_int_eq(pthread_create(&thread, NULL, get_in_vain, &rig), 0);
  until_stat(&rig, "/in_flight", 1); /* the token's, then the GET's */
  until_stat(&rig, "/token/fetched", 1);
  until_stat(&rig, "/in_flight", 1);
  cxd_client_cancel(rig.client);
  ck_assert_int_eq(pthread_join(thread, NULL), 0);
  ck_stat(&rig, "/in_flight", 0);
  ck_stat(&rig, "/answers/none", 1);
  rig_close(&rig);
}
END_TEST

START_TEST(who_waits_for_a_slot_is_counted) {
  struct rig rig;
  pthread_t thread;
  rig_open(&rig, NULL, LIST("rate.limit", "1", "retry.deadline_ms", "180000"));
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_assert_int_eq(pthread_create(&thread, NULL, get_in_vain, &rig), 0);
  until_stat(&rig, "/quota/waiting", 1);
  cxd_client_cancel(rig.client);
  ck_assert_int_eq(pthread_join(thread, NULL), 0);
  ck_stat(&rig, "/quota/waiting", 0);
  rig_close(&rig);
}
END_TEST

static void cancel_it(void *context) { cxd_updater_cancel(((struct rig *)context)->updater); }

START_TEST(a_cancelled_update_is_counted_as_such) {
  struct rig rig;
  struct hook hook = {.act = cancel_it, .context = &rig};
  rig_open(&rig, NULL, NULL);
  hook_in(&rig, &hook);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_CANCELLED, CXD_OUTCOME_CANCELLED));
  ck_stat(&rig, "/updates/cancelled", 1);
  ck_stat(&rig, "/updates_by_status/cancelled", 1);
  rig_close(&rig);
}
END_TEST

static int32_t take_result(void *user_data, const cxd_result *result) {
  (void)result;
  return *(int *)user_data ? CXD_ACCEPTED : 0;
}

START_TEST(callbacks_and_those_that_decline_are_counted) {
  struct rig rig;
  int agree = 1;
  cxd_callback callback = {.size = sizeof callback, .user_data = &agree, .on_result = take_result};
  rig_open(&rig, NULL, NULL);
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  apply_one(&rig, CXD_OUTCOME_APPLIED);
  ck_stat(&rig, "/callbacks/called", 1);
  ck_stat(&rig, "/callbacks/declined", 0);
  agree = 0;
  apply_one(&rig, CXD_OUTCOME_UNCHANGED);
  ck_stat(&rig, "/callbacks/called", 2);
  ck_stat(&rig, "/callbacks/declined", 1);
  rig_close(&rig);
}
END_TEST

static int32_t take_no_record(void *user_data, const char *record, size_t len) {
  (void)user_data;
  (void)record;
  (void)len;
  return 0;
}

START_TEST(records_that_the_log_did_not_take_are_counted) {
  struct rig rig;
  cxd_audit_logger logger = {.size = sizeof logger, .append = take_no_record};
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  ck_assert_int_eq(cxd_updater_set_audit_logger(rig.updater, &logger, NULL), CXD_OK);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_AUDIT, CXD_OUTCOME_NOT_APPLIED));
  ck_assert_int_gt(stat_of(&rig, "/audit/failed"), 0);
  ck_stat(&rig, "/audit/records", 0);
  ck_stat(&rig, "/updates_by_status/local", 1);
  rig_close(&rig);
}
END_TEST

/* -------------------------------------------------------------------------------- traces */

#define CALLER "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

START_TEST(calls_can_belong_to_the_callers_trace) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  ck_assert_int_eq(cxd_client_set_traceparent(rig.client, CALLER, NULL), CXD_OK);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_str_eq(cxd_result_trace_id(result), "4bf92f3577b34da6a3ce929d0e0e4736");
  ck_member(result, "/trace_id", "\"4bf92f3577b34da6a3ce929d0e0e4736\"");
  cxd_result_free(result);
  ck_assert_int_eq(cxd_client_set_traceparent(rig.client, NULL, NULL), CXD_OK);
  result = applied(rig.updater, calls_change(SAMPLE_ID, 152), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_str_ne(cxd_result_trace_id(result), "4bf92f3577b34da6a3ce929d0e0e4736");
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_bad_traceparent_changes_nothing) {
  struct rig rig;
  cxd_error *error = NULL;
  rig_open(&rig, NULL, NULL);
  ck_assert_int_eq(cxd_client_set_traceparent(rig.client, CALLER, NULL), CXD_OK);
  ck_assert_int_eq(cxd_client_set_traceparent(rig.client, "00-00000000000000000000000000000000-00f067aa0ba902b7-01", &error), CXD_E_ARGUMENT);
  ck_error(&error, CXD_E_ARGUMENT, "all zeros");
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_str_eq(cxd_result_trace_id(result), "4bf92f3577b34da6a3ce929d0e0e4736");
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

/* ------------------------------------------------------------------------------- the log */

struct levels {
  int of[4];
  char end[512]; /* the last line of the level of an update's end */
};

static void count_level(void *user_data, int32_t level, const char *line, size_t len) {
  struct levels *levels = user_data;
  levels->of[level]++;
  if (level == CXD_LOG_INFO)
    snprintf(levels->end, sizeof levels->end, "%.*s", (int)len, line);
}

START_TEST(an_update_ends_with_a_line_that_has_its_trace) {
  struct rig rig;
  struct levels levels = {0};
  cxd_log log = {.size = sizeof log, .user_data = &levels, .write = count_level};
  rig_open(&rig, LIST("--fault", "GET:1:status=503"), NULL);
  ck_assert_int_eq(cxd_client_set_log(rig.client, &log, NULL), CXD_OK);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_gt(levels.of[CXD_LOG_DEBUG], 0);
  ck_assert_int_eq(levels.of[CXD_LOG_INFO], 2); /* a retry, and the end */
  ck_assert_int_eq(levels.of[CXD_LOG_WARNING] + levels.of[CXD_LOG_ERROR], 0);
  ck_assert_msg(strstr(levels.end, ": applied, 4 requests, "), "%s", levels.end);
  ck_assert_msg(strstr(levels.end, cxd_result_trace_id(result)), "%s", levels.end);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("stats");
  TCase *tc = tcase_create("stats");
  suite_add_tcase(suite, tc);
  tcase_set_timeout(tc, HANG_S);
  tcase_add_test(tc, a_new_client_has_done_nothing);
  tcase_add_test(tc, sends_are_counted_by_kind);
  tcase_add_test(tc, retries_and_doubts_are_counted);
  tcase_add_test(tc, a_429_is_counted_cuts_the_limit_and_closes_the_gate_for_as_long_as_asked);
  tcase_add_test(tc, spent_retries_show_in_the_budget_and_come_back_with_success);
  tcase_add_test(tc, failures_of_the_token_endpoint_are_counted);
  tcase_add_test(tc, an_update_is_in_flight_while_it_lasts);
  tcase_add_test(tc, a_request_is_in_flight_until_its_answer_or_its_end);
  tcase_add_test(tc, who_waits_for_a_slot_is_counted);
  tcase_add_test(tc, a_cancelled_update_is_counted_as_such);
  tcase_add_test(tc, callbacks_and_those_that_decline_are_counted);
  tcase_add_test(tc, records_that_the_log_did_not_take_are_counted);
  tcase_add_test(tc, calls_can_belong_to_the_callers_trace);
  tcase_add_test(tc, a_bad_traceparent_changes_nothing);
  tcase_add_test(tc, an_update_ends_with_a_line_that_has_its_trace);
  return run_suite(suite);
}
