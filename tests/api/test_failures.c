/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>
#include <string.h>

#include "canned.h"
#include "rig.h"
#include "run.h"

static const char ok_campaign[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"id\":\"c-1\",\"maxConcurrentCalls\":7}";

/* --------------------------------------------------------------- answers that are errors */

static const struct failure {
  const char *fault;
  cxd_status status;
  int32_t http;
  size_t gets;
  int32_t retryable;
} failures[] = {
    {"status=301", CXD_E_PROTOCOL, 301, 1, 0},
    {"status=302", CXD_E_PROTOCOL, 302, 1, 0},
    {"status=307", CXD_E_PROTOCOL, 307, 1, 0},
    {"status=400", CXD_E_REJECTED, 400, 1, 0},
    {"status=403", CXD_E_FORBIDDEN, 403, 1, 0},
    {"status=404", CXD_E_NOT_FOUND, 404, 1, 0},
    {"status=405", CXD_E_REJECTED, 405, 1, 0},
    {"status=406", CXD_E_REJECTED, 406, 1, 0},
    {"status=410", CXD_E_NOT_FOUND, 410, 1, 0},
    {"status=415", CXD_E_REJECTED, 415, 1, 0},
    {"status=422", CXD_E_REJECTED, 422, 1, 0},
    {"status=428", CXD_E_REJECTED, 428, 1, 0},
    {"status=451", CXD_E_REJECTED, 451, 1, 0},
    {"status=429;retry-after=3600", CXD_E_RATE_LIMITED, 429, 1, 1},
    {"status=500", CXD_E_SERVER, 500, 4, 1},
    {"status=501", CXD_E_SERVER, 501, 1, 0},
    {"status=502", CXD_E_SERVER, 502, 4, 1},
    {"status=503", CXD_E_SERVER, 503, 4, 1},
    {"status=504", CXD_E_SERVER, 504, 4, 1},
    {"status=522", CXD_E_SERVER, 522, 4, 1},
    {"bad-json", CXD_E_PROTOCOL, 0, 1, 0},
    {"status=204", CXD_E_PROTOCOL, 0, 1, 0},
    {"huge-body", CXD_E_PROTOCOL, 200, 1, 0},
    {"endless-headers", CXD_E_PROTOCOL, 0, 1, 0},
    {"truncate", CXD_E_CONNECT, 200, 4, 1},
    {"reset-mid-body", CXD_E_CONNECT, 200, 4, 1},
    {"close-before-reply", CXD_E_CONNECT, 0, 4, 1},
    {"apply-then-close", CXD_E_CONNECT, 0, 4, 1},
};

START_TEST(a_failed_read_ends_as_the_table_says) {
  const struct failure *row = &failures[_i];
  struct rig rig;
  char spec[64];
  (void)snprintf(spec, sizeof spec, "GET:*:%s", row->fault);
  rig_open(&rig, LIST("--fault", spec), NULL);
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  ck_assert_msg(cxd_client_get(rig.client, SAMPLE_ID, &campaign, &error) == row->status, "%s: %s", row->fault, cxd_error_message(error));
  ck_assert_ptr_null(campaign);
  ck_assert_msg(cxd_error_retryable(error) == row->retryable, "%s", row->fault);
  if (row->http)
    ck_assert_int_eq(cxd_error_http_status(error), row->http);
  ck_assert_msg(sim_count(&rig.sim, "GET") == row->gets, "%s: %zu", row->fault, sim_count(&rig.sim, "GET"));
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), 1);
  cxd_error_free(error);
  rig_close(&rig);
}
END_TEST

static const char *const passing_faults[] = {"status=500", "status=502", "status=503", "status=408", "close-before-reply", "truncate", "reset-mid-body"};

START_TEST(a_passing_failure_is_tried_again) {
  struct rig rig;
  char spec[64];
  (void)snprintf(spec, sizeof spec, "GET:1:%s", passing_faults[_i]);
  rig_open(&rig, LIST("--fault", spec), NULL);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 2);
  rig_close(&rig);
}
END_TEST

START_TEST(attempts_are_as_many_as_the_config_says) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:*:status=500"), LIST("retry.max_attempts", "2"));
  refused_get(rig.client, SAMPLE_ID, CXD_E_SERVER, "500");
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 2);
  rig_close(&rig);
}
END_TEST

START_TEST(an_empty_retry_budget_stops_the_retries_of_all_calls) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:*:status=500"), LIST("retry.budget", "28"));
  refused_get(rig.client, SAMPLE_ID, CXD_E_SERVER, "500");
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 3);
  refused_get(rig.client, SAMPLE_ID, CXD_E_SERVER, "500");
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 4);
  rig_close(&rig);
}
END_TEST

START_TEST(an_answer_that_never_comes_ends_in_a_time_out) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:*:delay=3600000"), LIST("http.attempt_timeout_ms", "50", "retry.max_attempts", "2"));
  refused_get(rig.client, SAMPLE_ID, CXD_E_TIMEOUT, SAMPLE_ID);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 2);
  rig_close(&rig);
}
END_TEST

START_TEST(the_deadline_ends_a_call_whatever_the_attempts_allow) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:*:delay=3600000"), LIST("retry.deadline_ms", "100"));
  refused_get(rig.client, SAMPLE_ID, CXD_E_TIMEOUT, SAMPLE_ID);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 1);
  rig_close(&rig);
}
END_TEST

START_TEST(the_servers_own_words_are_in_the_error) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_client_get(rig.client, "no-such", &campaign, &error), CXD_E_NOT_FOUND);
  ck_assert_int_eq(cxd_error_http_status(error), 404);
  ck_assert_str_eq(cxd_error_server_code(error), "not_found");
  ck_assert_int_gt((int)strlen(cxd_error_request_id(error)), 8);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "no campaign 'no-such'"));
  json_t *json = json_of(cxd_error_to_json(error));
  ck_assert_str_eq(json_string_value(at(json, "/status")), "CXD_E_NOT_FOUND");
  ck_assert_int_eq(json_integer_value(at(json, "/http_status")), 404);
  ck_assert_str_eq(json_string_value(at(json, "/server_code")), "not_found");
  ck_assert(json_is_null(at(json, "/retry_after_ms")));
  json_decref(json);
  cxd_error_free(error);
  rig_close(&rig);
}
END_TEST

static void canned_get(const char *answer, cxd_status status, const char *part) {
  struct canned canned;
  canned_start(&canned, LIST(answer));
  cxd_config *config = config_for(canned.url, LIST("auth.token", "tok"));
  cxd_client *client = client_of(config);
  refused_get(client, "c-1", status, part);
  ck_assert_uint_eq(canned_count(&canned), 1);
  cxd_client_free(client);
  cxd_config_free(config);
  canned_stop(&canned);
}

START_TEST(a_login_page_in_place_of_the_api_is_recognised) {
  canned_get("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html><body>Log in</body></html>", CXD_E_PROTOCOL, "api.base_url");
  canned_get("HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>nginx</h1>", CXD_E_NOT_FOUND, "404");
  canned_get("HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>no</h1>", CXD_E_FORBIDDEN, "campaign:write");
  canned_get("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[1,2]", CXD_E_PROTOCOL, "object");
}
END_TEST

START_TEST(a_compressed_answer_that_nobody_asked_for_is_refused) {
  canned_get("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n\x1f\x8b", CXD_E_PROTOCOL, "compressed");
}
END_TEST

START_TEST(an_answer_of_the_wrong_protocol_is_no_answer) {
  struct canned canned;
  canned_start(&canned, LIST("SSH-2.0-OpenSSH_9.2\r\n"));
  cxd_config *config = config_for(canned.url, LIST("auth.token", "tok", "retry.max_attempts", "2"));
  cxd_client *client = client_of(config);
  cxd_campaign *campaign = NULL;
  ck_assert_int_ge(cxd_client_get(client, "c-1", &campaign, NULL), CXD_E_CONNECT);
  ck_assert_ptr_null(campaign);
  cxd_client_free(client);
  cxd_config_free(config);
  canned_stop(&canned);
}
END_TEST

START_TEST(a_redirect_is_not_followed_and_gets_no_token) {
  struct canned target, source;
  char answer[256];
  canned_start(&target, LIST(ok_campaign));
  (void)snprintf(answer, sizeof answer, "HTTP/1.1 302 Found\r\nLocation: %s/x\r\nConnection: close\r\n\r\n", target.url);
  canned_start(&source, LIST(answer));
  cxd_config *config = config_for(source.url, LIST("auth.token", "tok"));
  cxd_client *client = client_of(config);
  refused_get(client, "c-1", CXD_E_PROTOCOL, "302");
  ck_assert_uint_eq(canned_count(&target), 0);
  cxd_client_free(client);
  cxd_config_free(config);
  canned_stop(&source);
  canned_stop(&target);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("failures");
  TCase *tc = tcase_create("failures");
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_loop_test(tc, a_failed_read_ends_as_the_table_says, 0, (int)(sizeof failures / sizeof *failures));
  tcase_add_loop_test(tc, a_passing_failure_is_tried_again, 0, (int)(sizeof passing_faults / sizeof *passing_faults));
  tcase_add_test(tc, attempts_are_as_many_as_the_config_says);
  tcase_add_test(tc, an_empty_retry_budget_stops_the_retries_of_all_calls);
  tcase_add_test(tc, an_answer_that_never_comes_ends_in_a_time_out);
  tcase_add_test(tc, the_deadline_ends_a_call_whatever_the_attempts_allow);
  tcase_add_test(tc, the_servers_own_words_are_in_the_error);
  tcase_add_test(tc, a_login_page_in_place_of_the_api_is_recognised);
  tcase_add_test(tc, a_compressed_answer_that_nobody_asked_for_is_refused);
  tcase_add_test(tc, an_answer_of_the_wrong_protocol_is_no_answer);
  tcase_add_test(tc, a_redirect_is_not_followed_and_gets_no_token);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
