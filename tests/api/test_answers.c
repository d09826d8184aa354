/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Answers that are complete, well-formed HTTP, and not what they should be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canned.h"
#include "rig.h"
#include "run.h"

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define CAMPAIGN "{\"id\":\"c1\",\"name\":\"n\",\"maxConcurrentCalls\":100}"
#define CHANGED "{\"id\":\"c1\",\"name\":\"n\",\"maxConcurrentCalls\":120}"

/* An answer with the right Content-Length; the caller frees. */
static char *answer(int status, const char *type, const char *body) {
  char *text = malloc(strlen(body) + 256);
  sprintf(text, "HTTP/1.1 %d X\r\nContent-Type: %s\r\nETag: \"e%zu\"\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", status, type, strlen(body), strlen(body), body);
  return text;
}

struct talk {
  struct canned canned;
  char *answers[8];
  cxd_config *config;
  cxd_client *client;
  cxd_updater *updater;
  cxd_error *error;
  cxd_result *result;
};

static void talk_open(struct talk *t, char *const answers[]) {
  *t = (struct talk){.config = NULL};
  for (size_t i = 0; answers[i]; i++)
    t->answers[i] = answers[i];
  canned_start(&t->canned, (const char *const *)t->answers);
  t->config = config_for(t->canned.url, LIST("auth.token", "tok", "audit.mode", "off", "retry.max_attempts", "3"));
  t->client = client_of(t->config);
  t->updater = updater_of(t->config, t->client);
}

static void talk_close(struct talk *t) {
  cxd_result_free(t->result);
  cxd_error_free(t->error);
  cxd_updater_free(t->updater);
  cxd_client_free(t->client);
  cxd_config_free(t->config);
  canned_stop(&t->canned);
  for (size_t i = 0; t->answers[i]; i++)
    free(t->answers[i]);
}

static cxd_status apply(struct talk *t) {
  cxd_campaign *change = calls_change("c1", 120);
  cxd_status status = cxd_updater_apply(t->updater, change, &t->result, &t->error);
  cxd_campaign_free(change);
  return status;
}

#define TALK(t, ...) talk_open(t, ((char *const[]){__VA_ARGS__, NULL}))

/* ------------------------------------------------------------------------- reading */

static const char *const not_the_campaign[] = {"{\"error\":\"session expired\"}", "{}", "{\"data\":" CAMPAIGN "}", "{\"id\":\"c2\",\"maxConcurrentCalls\":100}", "{\"id\":1}", "{\"id\":null}", "[]", "\"c1\"",
                                               "<html>Log in</html>", ""};

START_TEST(an_update_never_writes_over_what_is_not_the_campaign) {
  for (size_t i = 0; i < sizeof not_the_campaign / sizeof *not_the_campaign; i++) {
    struct talk t;
    TALK(&t, answer(200, "application/json", not_the_campaign[i]));
    ck_assert_msg(apply(&t) == CXD_E_PROTOCOL, "%s", not_the_campaign[i]);
    ck_assert_int_eq(cxd_result_outcome(t.result), CXD_OUTCOME_NOT_APPLIED);
    ck_assert_int_eq(cxd_result_sends(t.result), 0);
    ck_assert_uint_eq(canned_count(&t.canned), 1);
    ck_assert_ptr_nonnull(strstr(cxd_error_message(t.error), "c1"));
    talk_close(&t);
  }
}
END_TEST

START_TEST(a_plan_and_a_get_refuse_it_too) {
  for (size_t i = 0; i < sizeof not_the_campaign / sizeof *not_the_campaign; i++) {
    struct talk t;
    cxd_campaign *campaign = NULL;
    TALK(&t, answer(200, "application/json", not_the_campaign[i]));
    ck_assert_int_eq(cxd_client_get(t.client, "c1", &campaign, NULL), CXD_E_PROTOCOL);
    ck_assert_ptr_null(campaign);
    cxd_campaign *change = calls_change("c1", 120);
    ck_assert_int_eq(cxd_updater_plan(t.updater, change, &t.result, &t.error), CXD_E_PROTOCOL);
    cxd_campaign_free(change);
    talk_close(&t);
  }
}
END_TEST

START_TEST(only_a_200_brings_a_campaign) {
  static const int statuses[] = {201, 202, 203, 206};
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
    struct talk t;
    TALK(&t, answer(statuses[i], "application/json", CAMPAIGN));
    ck_assert_int_eq(apply(&t), CXD_E_PROTOCOL);
    ck_assert_uint_eq(canned_count(&t.canned), 1);
    talk_close(&t);
  }
}
END_TEST

START_TEST(a_conflict_is_something_a_put_gets) {
  struct talk t;
  TALK(&t, answer(409, "application/json", "{\"code\":\"busy\"}"));
  ck_assert_int_eq(apply(&t), CXD_E_REJECTED);
  ck_assert_int_ne(cxd_result_outcome(t.result), CXD_OUTCOME_CONFLICT);
  talk_close(&t);
}
END_TEST

/* ------------------------------------------------------------------------- writing */

START_TEST(a_put_answered_with_the_campaign_as_sent_is_applied_and_not_read_back) {
  struct talk t;
  TALK(&t, answer(200, "application/json", CAMPAIGN), answer(200, "application/json", CHANGED));
  ck_assert_int_eq(apply(&t), CXD_OK);
  ck_assert_int_eq(cxd_result_outcome(t.result), CXD_OUTCOME_APPLIED);
  ck_assert_uint_eq(canned_count(&t.canned), 2);
  ck_assert_uint_eq(find_code(cxd_result_report(t.result), "server."), SIZE_MAX);
  talk_close(&t);
}
END_TEST

START_TEST(a_put_answered_with_something_else_is_applied_once_with_a_warning) {
  static const char *const bodies[] = {"<html>Welcome</html>", "{\"ok\":true}", "{broken", "[]"};
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    struct talk t;
    TALK(&t, answer(200, "application/json", CAMPAIGN), answer(200, "application/json", bodies[i]));
    ck_assert_int_eq(apply(&t), CXD_OK);
    ck_assert_int_eq(cxd_result_outcome(t.result), CXD_OUTCOME_APPLIED);
    ck_assert_int_eq(cxd_result_sends(t.result), 1);
    size_t at = find_code(cxd_result_report(t.result), "server.answer");
    ck_assert_msg(at != SIZE_MAX, "%s", bodies[i]);
    ck_assert_int_eq(cxd_report_severity(cxd_result_report(t.result), at), CXD_SEVERITY_WARNING);
    talk_close(&t);
  }
}
END_TEST

START_TEST(a_put_answered_with_another_campaign_or_a_page_is_read_back) {
  static const char *const types[] = {"application/json", "text/html; charset=utf-8", "application/json"};
  static const char *const bodies[] = {"{\"id\":\"zzz\",\"maxConcurrentCalls\":120}", "<html>Log in</html>", "{\"code\":\"failed\"}"};
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    struct talk t;
    TALK(&t, answer(200, "application/json", CAMPAIGN), answer(200, types[i], bodies[i]), answer(200, "application/json", CHANGED));
    ck_assert_int_eq(apply(&t), CXD_OK);
    ck_assert_int_eq(cxd_result_outcome(t.result), CXD_OUTCOME_APPLIED_READBACK);
    ck_assert_int_eq(cxd_result_sends(t.result), 1);
    talk_close(&t);
  }
}
END_TEST

START_TEST(a_put_answered_with_the_old_campaign_is_read_back_and_believed_then) {
  struct talk t;
  TALK(&t, answer(200, "application/json", CAMPAIGN), answer(200, "application/json", CAMPAIGN), answer(200, "application/json", CHANGED));
  ck_assert_int_eq(apply(&t), CXD_OK);
  ck_assert_int_eq(cxd_result_outcome(t.result), CXD_OUTCOME_APPLIED_READBACK);
  ck_assert_int_eq(cxd_result_sends(t.result), 1);
  ck_assert_uint_eq(canned_count(&t.canned), 3);
  talk_close(&t);
}
END_TEST

START_TEST(a_put_that_never_shows_is_unknown_whatever_its_answer_said) {
  struct talk t;
  TALK(&t, answer(200, "application/json", CAMPAIGN)); /* to everything, for ever */
  ck_assert_int_eq(apply(&t), CXD_E_UNKNOWN_OUTCOME);
  ck_assert_int_eq(cxd_result_outcome(t.result), CXD_OUTCOME_UNKNOWN);
  ck_assert_int_eq(cxd_result_sends(t.result), 1);
  talk_close(&t);
}
END_TEST

START_TEST(a_read_back_of_another_campaign_proves_nothing) {
  struct talk t;
  TALK(&t, answer(200, "application/json", CAMPAIGN), answer(202, "application/json", ""), answer(200, "application/json", "{\"id\":\"c2\",\"maxConcurrentCalls\":120}"));
  ck_assert_int_eq(apply(&t), CXD_E_UNKNOWN_OUTCOME);
  talk_close(&t);
}
END_TEST

/* --------------------------------------------------------------------- the token endpoint */

START_TEST(what_the_token_endpoint_answers_is_about_the_token) {
  static const struct {
    int http;
    cxd_status status;
  } rows[] = {{404, CXD_E_TOKEN}, {405, CXD_E_TOKEN}, {409, CXD_E_TOKEN}, {410, CXD_E_TOKEN}, {412, CXD_E_TOKEN}, {422, CXD_E_TOKEN}, {302, CXD_E_TOKEN}, {201, CXD_E_TOKEN}, {401, CXD_E_UNAUTHORIZED}, {403, CXD_E_FORBIDDEN}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct canned canned;
    char *text = answer(rows[i].http, "application/json", "{}");
    canned_start(&canned, LIST(text));
    struct rig rig;
    rig_open(&rig, NULL, LIST("auth.token_url", canned.url));
    cxd_campaign *campaign = NULL;
    cxd_error *error = NULL;
    ck_assert_msg(cxd_client_get(rig.client, "c1", &campaign, &error) == rows[i].status, "%d: %s", rows[i].http, cxd_error_message(error));
    ck_assert_int_eq(cxd_error_http_status(error), rows[i].http);
    cxd_error_free(error);
    rig_close(&rig);
    canned_stop(&canned);
    free(text);
  }
}
END_TEST

/* ------------------------------------------------------------------- logs and providers */

START_TEST(best_effort_goes_on_when_the_log_cannot_be_opened) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("audit.mode", "best_effort", "audit.path", "/nonexistent/audit.jsonl"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 120), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_audit_status(result), CXD_E_AUDIT);
  ck_assert_ptr_nonnull(cxd_result_audit_record(result)); /* handed over instead */
  ck_assert_ptr_nonnull(strstr(cxd_result_audit_record(result), "\"outcome\":\"applied\""));
  ck_assert_int_eq((int)puts_applied(&rig), 1);
  cxd_result_free(result);
  for (int i = 1; i <= 2; i++) { /* each result says why */
    result = applied(rig.updater, calls_change(SAMPLE_ID, 120 + i), CXD_OK, CXD_OUTCOME_APPLIED);
    size_t found = find_code(cxd_result_report(result), "audit.failed");
    ck_assert_uint_ne(found, SIZE_MAX);
    ck_assert_int_eq(cxd_report_severity(cxd_result_report(result), found), CXD_SEVERITY_WARNING);
    ck_assert_ptr_nonnull(strstr(cxd_report_message(cxd_result_report(result), found), "/nonexistent/audit.jsonl"));
    cxd_result_free(result);
  }
  rig_close(&rig);
}
END_TEST

static int32_t sealed_vault(void *user_data, const cxd_token_request *request, cxd_token_sink *sink) {
  (void)user_data;
  (void)request;
  (void)cxd_token_sink_fail(sink, 0, "vault \x1b[31m is\nsealed");
  return CXD_ACCEPTED;
}

START_TEST(a_providers_words_stay_on_one_line) {
  struct rig rig;
  cxd_token_provider provider = {.size = sizeof provider, .fetch = sealed_vault};
  rig_open(&rig, NULL, NULL);
  ck_assert_int_eq(cxd_client_set_token_provider(rig.client, &provider, NULL), CXD_OK);
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_client_get(rig.client, SAMPLE_ID, &campaign, &error), CXD_E_TOKEN);
  for (const char *p = cxd_error_message(error); *p; p++)
    ck_assert_int_ge((unsigned char)*p, 0x20);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "sealed"));
  cxd_error_free(error);
  rig_close(&rig);
}
END_TEST

START_TEST(a_429_without_a_date_says_how_long_we_would_have_waited) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:*:status=429;retry-after=0"), LIST("retry.deadline_ms", "1000"));
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_client_get(rig.client, SAMPLE_ID, &campaign, &error), CXD_E_RATE_LIMITED);
  ck_assert_int_ge(cxd_error_retry_after_ms(error), 1000); /* never "try again in 0 s" after giving up */
  cxd_error_free(error);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("answers");
  TCase *tc = tcase_create("answers");
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, an_update_never_writes_over_what_is_not_the_campaign);
  tcase_add_test(tc, a_plan_and_a_get_refuse_it_too);
  tcase_add_test(tc, only_a_200_brings_a_campaign);
  tcase_add_test(tc, a_conflict_is_something_a_put_gets);
  tcase_add_test(tc, a_put_answered_with_the_campaign_as_sent_is_applied_and_not_read_back);
  tcase_add_test(tc, a_put_answered_with_something_else_is_applied_once_with_a_warning);
  tcase_add_test(tc, a_put_answered_with_another_campaign_or_a_page_is_read_back);
  tcase_add_test(tc, a_put_answered_with_the_old_campaign_is_read_back_and_believed_then);
  tcase_add_test(tc, a_put_that_never_shows_is_unknown_whatever_its_answer_said);
  tcase_add_test(tc, a_read_back_of_another_campaign_proves_nothing);
  tcase_add_test(tc, what_the_token_endpoint_answers_is_about_the_token);
  tcase_add_test(tc, best_effort_goes_on_when_the_log_cannot_be_opened);
  tcase_add_test(tc, a_providers_words_stay_on_one_line);
  tcase_add_test(tc, a_429_without_a_date_says_how_long_we_would_have_waited);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
