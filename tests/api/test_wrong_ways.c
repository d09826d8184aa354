/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* One test for each mistake that published clients of this API make. */
#define _GNU_SOURCE /* pthread_*, clock_gettime */
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "canned.h"
#include "rig.h"
#include "run.h"

#define FULL \
  "{\"id\":\"full\",\"name\":\"F\",\"status\":\"paused\",\"dialerType\":\"predictive\",\"maxConcurrentCalls\":150,\"timeZone\":\"America/New_York\",\"vendor\":{\"x\":[1,18446744073709551615,1e2]}," \
  "\"pacing\":{\"type\":\"fixed\",\"interval\":60,\"maxCallsPerInterval\":25,\"throttlePercent\":0.85,\"curve\":\"s\"},\"rules\":[{\"name\":\"DNC\",\"enabled\":true}]}"

static void open_full(struct rig *rig, const char *const settings[]) {
  char dir[128];
  scratch_open(dir);
  char *path = scratch_path(dir, "campaigns.json");
  write_text(path, FULL);
  rig_open(rig, LIST("--campaigns", path), settings);
  free(path);
  scratch_close(dir);
}

static json_int_t number_of(const struct sim *sim, const char *method, size_t nth, const char *member) {
  json_t *request = sim_request(sim, method, nth);
  json_int_t number = json_integer_value(json_object_get(request, member));
  json_decref(request);
  return number;
}

START_TEST(the_token_form_built_and_never_sent) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_assert_int_eq(number_of(&rig.sim, "TOKEN", 1, "body_length"), (json_int_t)strlen("grant_type=client_credentials&scope=campaign%3Awrite"));
  ck_assert_int_eq(number_of(&rig.sim, "TOKEN", 1, "status"), 200);
  rig_close(&rig);
}
END_TEST

START_TEST(a_new_token_for_every_attempt) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:1:status=500", "--fault", "GET:2:status=502", "--fault", "PUT:1:status=503"), NULL);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), 1);
  rig_close(&rig);
}
END_TEST

struct source {
  const char *token;
  int64_t life_s;
  size_t fetches;
};

static int32_t fetch(void *user_data, const cxd_token_request *request, cxd_token_sink *sink) {
  struct source *source = user_data;
  (void)request;
  source->fetches++;
  return cxd_token_sink_accept(sink, source->token, strlen(source->token), source->life_s) == CXD_OK ? CXD_ACCEPTED : 0;
}

static double seconds(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t fetches_within_a_second(int64_t life_s) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  char *token = sim_token(&rig.sim, "campaign:write");
  struct source source = {.token = token, .life_s = life_s};
  cxd_token_provider provider = {.size = sizeof provider, .user_data = &source, .fetch = fetch};
  ck_assert_int_eq(cxd_client_set_token_provider(rig.client, &provider, NULL), CXD_OK);
  double end = seconds() + 1.1;
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  while (seconds() < end) /* the life of a token is what is measured here */
    (void)sched_yield();
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  rig_close(&rig);
  free(token);
  return source.fetches;
}

START_TEST(expires_in_ignored) {
  ck_assert_uint_eq(fetches_within_a_second(3600), 1);
  ck_assert_uint_eq(fetches_within_a_second(1), 2);
}
END_TEST

START_TEST(empty_access_token_accepted) {
  struct canned canned;
  struct rig rig;
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  canned_start(&canned, LIST("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"access_token\":\"\",\"token_type\":\"Bearer\",\"expires_in\":3600}"));
  rig_open(&rig, NULL, LIST("auth.token_url", canned.url));
  ck_assert_int_eq(cxd_client_get(rig.client, SAMPLE_ID, &campaign, &error), CXD_E_TOKEN);
  ck_error(&error, CXD_E_TOKEN, "empty");
  ck_assert_uint_eq(sim_count(&rig.sim, NULL), 0);
  rig_close(&rig);
  canned_stop(&canned);
}
END_TEST

START_TEST(a_401_is_final) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:1:status=401"), NULL);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), 2);
  rig_close(&rig);
}
END_TEST

START_TEST(transport_errors_retried_with_no_delay) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:*:close-before-reply"), LIST("retry.base_ms", "20", "retry.cap_ms", "40"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_CONNECT, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 4);
  ck_assert_int_gt((int)cxd_result_latency_us(result, CXD_LATENCY_BACKOFF), 0);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_sleep_after_the_last_try) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:*:status=500"), LIST("retry.base_ms", "600000", "retry.cap_ms", "600000", "retry.deadline_ms", "3600000", "retry.max_attempts", "1"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_SERVER, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq((int)cxd_result_latency_us(result, CXD_LATENCY_BACKOFF), 0);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(retry_after_ignored) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:1:status=503;retry-after=1"), NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_ge((int)cxd_result_latency_us(result, CXD_LATENCY_BACKOFF), 1000000);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

static void *cancel_the_sleeper(void *context) {
  struct rig *rig = context;
  sim_await(&rig->sim, "GET", 1);
  cxd_updater_cancel(rig->updater);
  return NULL;
}

START_TEST(cancel_not_seen_while_sleeping) {
  struct rig rig;
  pthread_t thread;
  rig_open(&rig, LIST("--fault", "GET:*:status=429;retry-after=900"), LIST("retry.deadline_ms", "3600000", "retry.max_retry_after_ms", "3600000"));
  ck_assert_int_eq(pthread_create(&thread, NULL, cancel_the_sleeper, &rig), 0);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_CANCELLED, CXD_OUTCOME_CANCELLED));
  ck_assert_int_eq(pthread_join(thread, NULL), 0);
  rig_close(&rig);
}
END_TEST

START_TEST(a_5xx_never_retried) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:1:status=500", "--fault", "PUT:1:status=502"), NULL);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  rig_close(&rig);
}
END_TEST

START_TEST(a_202_taken_for_failure) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "PUT:1:status=202"), NULL);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED_READBACK));
  rig_close(&rig);
}
END_TEST

START_TEST(the_servers_error_body_dropped) {
  struct rig rig;
  rig_open(&rig, LIST("--licensed-agents", "160"), NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 170), CXD_E_REJECTED, CXD_OUTCOME_REJECTED);
  const cxd_error *error = cxd_result_error(result);
  ck_assert_str_eq(cxd_error_server_code(error), "engine_limit");
  ck_assert_str_eq(cxd_error_field(error), CXD_FIELD_MAX_CONCURRENT_CALLS);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "160"));
  ck_assert_int_gt((int)strlen(cxd_error_request_id(error)), 0);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_chunked_put_without_content_length) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  json_t *put = sim_request(&rig.sim, "PUT", 1);
  ck_assert_int_gt(json_integer_value(at(put, "/content_length")), 300);
  ck_assert_int_eq(json_integer_value(at(put, "/content_length")), json_integer_value(at(put, "/body_length")));
  ck_assert_ptr_null(at(put, "/headers/Transfer-Encoding"));
  ck_assert_ptr_null(at(put, "/headers/Expect"));
  ck_assert_str_eq(json_string_value(at(put, "/headers/Content-Type")), "application/json");
  json_decref(put);
  rig_close(&rig);
}
END_TEST

START_TEST(an_id_not_percent_encoded) {
  struct rig rig;
  cxd_campaign *campaign = NULL;
  rig_open(&rig, NULL, NULL);
  ck_assert_int_eq(cxd_client_get(rig.client, "a b?x=1", &campaign, NULL), CXD_E_NOT_FOUND);
  json_t *request = sim_request(&rig.sim, "GET", 1);
  ck_assert_str_eq(json_string_value(at(request, "/path")), CAMPAIGNS "/a%20b%3Fx%3D1");
  json_decref(request);
  rig_close(&rig);
}
END_TEST

START_TEST(a_full_put_that_wipes_unknown_members_and_empties_rules) {
  struct rig rig;
  open_full(&rig, NULL);
  cxd_result_free(applied(rig.updater, calls_change("full", 151), CXD_OK, CXD_OUTCOME_APPLIED));
  char *raw = sim_raw(&rig.sim, "full"), wanted[] = FULL;
  memcpy(strstr(wanted, "150"), "151", 3);
  ck_assert_str_eq(raw, wanted);
  free(raw);
  rig_close(&rig);
}
END_TEST

START_TEST(status_running_always_sent_so_that_a_pacing_edit_starts_a_paused_campaign) {
  struct rig rig;
  cxd_campaign *change = change_of("full");
  open_full(&rig, NULL);
  ck_assert_int_eq(cxd_campaign_set_int(change, CXD_FIELD_PACING_INTERVAL, 30, NULL), CXD_OK);
  cxd_result_free(applied(rig.updater, change, CXD_OK, CXD_OUTCOME_APPLIED));
  json_t *document = sim_document(&rig.sim, "full");
  ck_assert_str_eq(json_string_value(at(document, "/status")), "paused");
  json_decref(document);
  rig_close(&rig);
}
END_TEST

START_TEST(only_the_first_finding_reported) {
  struct rig rig;
  cxd_campaign *change = calls_change(SAMPLE_ID, 501);
  rig_open(&rig, NULL, NULL);
  ck_assert_int_eq(cxd_campaign_set_int(change, CXD_FIELD_PACING_INTERVAL, 1, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_real(change, CXD_FIELD_PACING_THROTTLE_PERCENT, 1.5, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_string(change, CXD_FIELD_TIME_ZONE, "EST", NULL), CXD_OK);
  cxd_result *result = applied(rig.updater, change, CXD_E_INVALID, CXD_OUTCOME_REJECTED);
  ck_assert_uint_eq(cxd_report_count(cxd_result_report(result)), 4);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(validation_optional) {
  struct rig rig; /* whose updater was made without a validator */
  rig_open(&rig, NULL, NULL);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 0), CXD_E_INVALID, CXD_OUTCOME_REJECTED));
  cxd_result_free(planned(rig.updater, calls_change(SAMPLE_ID, 0), CXD_E_INVALID, CXD_OUTCOME_REJECTED));
  ck_assert_uint_eq(sim_count(&rig.sim, NULL), 0);
  rig_close(&rig);
}
END_TEST

START_TEST(previous_concurrent_always_0) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq((int)cxd_result_previous_concurrent(result), 150);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(only_successes_audited) {
  static const char *const outcomes[] = {"rejected", "not_applied", "unchanged", "applied"};
  struct rig rig;
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 501), CXD_E_INVALID, CXD_OUTCOME_REJECTED));
  cxd_result_free(applied(rig.updater, calls_change("none", 9), CXD_E_NOT_FOUND, CXD_OUTCOME_NOT_APPLIED));
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 150), CXD_OK, CXD_OUTCOME_UNCHANGED));
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  json_t *records = update_records(rig.audit_path), *record;
  size_t i, found = 0;
  json_array_foreach(records, i, record) {
    const char *outcome = json_string_value(at(record, "/outcome"));
    if (outcome)
      ck_assert_str_eq(outcome, outcomes[found++]);
  }
  ck_assert_uint_eq(found, 4);
  json_decref(records);
  rig_close(&rig);
}
END_TEST

struct heard {
  size_t count;
  int32_t answer;
};

static int32_t hear(void *user_data, const cxd_result *result) {
  struct heard *heard = user_data;
  (void)result;
  heard->count++;
  return heard->answer;
}

static void listen_to(cxd_updater *updater, struct heard *heard) {
  cxd_callback callback = {.size = sizeof callback, .user_data = heard, .on_result = hear};
  ck_assert_int_eq(cxd_updater_add_callback(updater, &callback, NULL), CXD_OK);
}

/* Accepts the intent and nothing after it. */
static int32_t accept_one(void *user_data, const char *record, size_t len) {
  (void)len;
  if (strstr(record, "\"k\":\"token\""))
    return CXD_ACCEPTED;
  return ++*(int *)user_data == 1 ? CXD_ACCEPTED : 0;
}

START_TEST(an_audit_failure_after_a_200_reported_as_a_failed_update_and_callbacks_skipped) {
  struct rig rig;
  int appended = 0;
  struct heard heard = {0, CXD_ACCEPTED};
  cxd_audit_logger logger = {.size = sizeof logger, .user_data = &appended, .append = accept_one};
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  ck_assert_int_eq(cxd_updater_set_audit_logger(rig.updater, &logger, NULL), CXD_OK);
  listen_to(rig.updater, &heard);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_audit_status(result), CXD_E_AUDIT);
  ck_assert_uint_eq(heard.count, 1);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(one_callbacks_error_stopping_the_others) {
  struct rig rig;
  struct heard bad = {0, 0}, good = {0, CXD_ACCEPTED};
  rig_open(&rig, NULL, NULL);
  listen_to(rig.updater, &bad);
  listen_to(rig.updater, &good);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_uint_eq(good.count, 1);
  ck_assert_int_eq(cxd_result_callback_status(result), CXD_E_CALLBACK);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(nan_producing_an_empty_audit_line) {
  struct rig rig;
  cxd_campaign *change = calls_change(SAMPLE_ID, 501);
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  ck_assert_int_eq(cxd_campaign_set_real(change, CXD_FIELD_PACING_THROTTLE_PERCENT, (double)NAN, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_campaign_set_real(change, CXD_FIELD_PACING_THROTTLE_PERCENT, (double)INFINITY, NULL), CXD_E_ARGUMENT);
  cxd_result *result = applied(rig.updater, change, CXD_E_INVALID, CXD_OUTCOME_REJECTED);
  ck_assert(isnan(cxd_result_pacing_accuracy(result)));
  json_t *records = update_records(rig.audit_path), *json = json_of(cxd_result_to_json(result));
  ck_assert_uint_eq(json_array_size(records), 2);
  ck_assert(json_is_null(at(json, "/pacing_accuracy_rate")));
  json_decref(json);
  json_decref(records);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_plain_http_base_url_leaking_the_secret) {
  cxd_config *config = config_for("http://api.example.com", NULL);
  cxd_client *client = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_client_new(config, &client, &error), CXD_E_CONFIG);
  ck_assert_ptr_null(client);
  ck_error(&error, CXD_E_CONFIG, "https://");
  cxd_config_free(config);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("wrong_ways");
  TCase *tc = tcase_create("wrong_ways");
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_test(tc, the_token_form_built_and_never_sent);
  tcase_add_test(tc, a_new_token_for_every_attempt);
  tcase_add_test(tc, expires_in_ignored);
  tcase_add_test(tc, empty_access_token_accepted);
  tcase_add_test(tc, a_401_is_final);
  tcase_add_test(tc, transport_errors_retried_with_no_delay);
  tcase_add_test(tc, a_sleep_after_the_last_try);
  tcase_add_test(tc, retry_after_ignored);
  tcase_add_test(tc, cancel_not_seen_while_sleeping);
  tcase_add_test(tc, a_5xx_never_retried);
  tcase_add_test(tc, a_202_taken_for_failure);
  tcase_add_test(tc, the_servers_error_body_dropped);
  tcase_add_test(tc, a_chunked_put_without_content_length);
  tcase_add_test(tc, an_id_not_percent_encoded);
  tcase_add_test(tc, a_full_put_that_wipes_unknown_members_and_empties_rules);
  tcase_add_test(tc, status_running_always_sent_so_that_a_pacing_edit_starts_a_paused_campaign);
  tcase_add_test(tc, only_the_first_finding_reported);
  tcase_add_test(tc, validation_optional);
  tcase_add_test(tc, previous_concurrent_always_0);
  tcase_add_test(tc, only_successes_audited);
  tcase_add_test(tc, an_audit_failure_after_a_200_reported_as_a_failed_update_and_callbacks_skipped);
  tcase_add_test(tc, one_callbacks_error_stopping_the_others);
  tcase_add_test(tc, nan_producing_an_empty_audit_line);
  tcase_add_test(tc, a_plain_http_base_url_leaking_the_secret);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
