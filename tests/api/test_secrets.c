/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* A magpie secret and the tokens had with it must not show up in anything the library says or writes. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canned.h"
#include "rig.h"
#include "run.h"

#define SECRET "magpie-7f3a+secret/x"
#define SECRET_ENCODED "magpie-7f3a%2Bsecret%2Fx"
#define BASIC "ZGVtby1jbGllbnQ6bWFncGllLTdmM2Erc2VjcmV0L3g="

/* Everything that was said, in one text. */
static char said[1 << 20];
static size_t said_len;

static void note(const char *text) {
  size_t len = text ? strlen(text) : 0;
  ck_assert_uint_lt(said_len + len + 2, sizeof said);
  memcpy(said + said_len, text ? text : "", len);
  said_len += len;
  said[said_len++] = '\n';
  said[said_len] = '\0';
}

static void note_and_free(char *text) {
  note(text);
  cxd_string_free(text);
}

static void note_error(const cxd_error *error) {
  note(cxd_error_message(error));
  note(cxd_error_field(error));
  note(cxd_error_server_code(error));
  note(cxd_error_request_id(error));
  note_and_free(cxd_error_to_json(error));
}

static void note_line(void *user_data, int32_t level, const char *text, size_t len) {
  char line[2048];
  (void)user_data;
  (void)level;
  (void)snprintf(line, sizeof line, "%.*s", (int)len, text);
  note(line);
}

static void note_result(const cxd_result *result) {
  note_and_free(cxd_result_to_json(result));
  note(cxd_result_audit_record(result));
  note_error(cxd_result_error(result));
  note_and_free(cxd_report_to_json(cxd_result_report(result)));
}

static void ck_silent(const char *token) {
  const char *const canaries[] = {SECRET, SECRET_ENCODED, BASIC, "magpie", token};
  ck_assert_uint_gt(said_len, 100);
  for (size_t i = 0; i < sizeof canaries / sizeof *canaries; i++) {
    const char *found = canaries[i] && canaries[i][0] ? strstr(said, canaries[i]) : NULL;
    ck_assert_msg(found == NULL, "%s in ...%.200s", canaries[i], found && found - said > 60 ? found - 60 : found);
  }
}

static void setup(void) {
  said_len = 0;
  said[0] = '\0';
}

static void listen_in(cxd_client *client) {
  cxd_log log = {.size = sizeof log, .write = note_line};
  ck_assert_int_eq(cxd_client_set_log(client, &log, NULL), CXD_OK);
}

static void update(struct rig *rig, cxd_campaign *change) {
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  (void)cxd_updater_apply(rig->updater, change, &result, &error);
  note_error(error);
  note_result(result);
  cxd_error_free(error);
  cxd_result_free(result);
  cxd_campaign_free(change);
}

static void note_config(const cxd_config *config) {
  note_and_free(cxd_config_to_json(config));
  for (size_t i = 0; i < cxd_config_key_count(); i++)
    note(cxd_config_get(config, cxd_config_key_name(i)));
}

static void finish(struct rig *rig, const char *token) {
  char *audit = text_of_file(rig->audit_path);
  note(audit);
  note_config(rig->config);
  free(audit);
  rig_close(rig);
  ck_silent(token);
}

/* The same seed gives the same first token. */
static char *token_of_seed(void) {
  struct sim sim;
  sim_start(&sim, LIST("--seed", "7"));
  char *token = sim_token(&sim, "campaign:write");
  sim_stop(&sim);
  return token;
}

static const char *const methods[] = {"basic", "post"};

START_TEST(nothing_is_told_in_good_times) {
  struct rig rig;
  char *token = token_of_seed();
  rig_open(&rig, LIST("--seed", "7", "--client-secret", SECRET), LIST("auth.client_secret", SECRET, "auth.method", methods[_i], "audit.mode", "required"));
  listen_in(rig.client);
  update(&rig, calls_change(SAMPLE_ID, 151));
  update(&rig, calls_change(SAMPLE_ID, 151));
  update(&rig, calls_change("none", 151));
  ck_assert_ptr_nonnull(strstr(said, "\"outcome\":\"applied\""));
  ck_assert_ptr_nonnull(strstr(said, "Authorization: ***"));
  finish(&rig, token);
  free(token);
}
END_TEST

static const char *const troubles[] = {"TOKEN:*:status=401", "TOKEN:*:status=500", "TOKEN:*:close-before-reply", "TOKEN:*:truncate", "TOKEN:*:bad-json", "TOKEN:*:huge-body", "TOKEN:*:endless-headers",
                                       "GET:*:status=401",   "GET:*:status=403",   "GET:*:close-before-reply",   "GET:*:bad-json",   "PUT:1:apply-then-close", "PUT:*:status=401", "PUT:*:status=422", "PUT:*:status=500"};

START_TEST(nothing_is_told_in_trouble) {
  struct rig rig;
  char *token = token_of_seed();
  rig_open(&rig, LIST("--seed", "7", "--client-secret", SECRET, "--fault", troubles[_i]), LIST("auth.client_secret", SECRET, "audit.mode", "required"));
  listen_in(rig.client);
  update(&rig, calls_change(SAMPLE_ID, 151));
  finish(&rig, token);
  free(token);
}
END_TEST

START_TEST(a_wrong_secret_is_not_repeated) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("auth.client_secret", SECRET, "audit.mode", "required"));
  listen_in(rig.client);
  update(&rig, calls_change(SAMPLE_ID, 151));
  ck_assert_ptr_nonnull(strstr(said, "CXD_E_UNAUTHORIZED"));
  finish(&rig, NULL);
}
END_TEST

START_TEST(a_static_token_is_not_told) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("auth.token", "magpie-static-token", "audit.mode", "required"));
  listen_in(rig.client);
  update(&rig, calls_change(SAMPLE_ID, 151));
  finish(&rig, NULL);
}
END_TEST

START_TEST(a_secret_file_is_not_quoted) {
  struct rig rig;
  char dir[128];
  scratch_open(dir);
  char *path = scratch_path(dir, "secret");
  write_text(path, SECRET "\n");
  rig_open(&rig, NULL, LIST("auth.client_secret", "", "auth.client_secret_file", path, "audit.mode", "required"));
  listen_in(rig.client);
  update(&rig, calls_change(SAMPLE_ID, 151));
  finish(&rig, NULL);
  free(path);
  scratch_close(dir);
}
END_TEST

START_TEST(a_refused_value_of_a_secret_key_is_not_quoted) {
  cxd_config *config = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  ck_assert_int_eq(cxd_config_set(config, "auth.token", "magpie with spaces", &error), CXD_E_CONFIG);
  note_error(error);
  note_config(config);
  cxd_error_free(error);
  cxd_config_free(config);
  ck_silent(NULL);
}
END_TEST

/* ------------------------------------------------------------------------ through plug-ins and the environment */

static int32_t give_token(void *user_data, const cxd_token_request *request, cxd_token_sink *sink) {
  const char *token = user_data;
  (void)request;
  ck_assert_int_eq(cxd_token_sink_accept(sink, token, strlen(token), 3600), CXD_OK);
  return CXD_ACCEPTED;
}

static int32_t note_record(void *user_data, const char *record, size_t len) {
  char line[32768];
  (void)user_data;
  (void)snprintf(line, sizeof line, "%.*s", (int)len, record);
  note(line);
  return CXD_ACCEPTED;
}

static int32_t note_outcome(void *user_data, const cxd_result *result) {
  (void)user_data;
  note_result(result);
  return CXD_ACCEPTED;
}

static int32_t note_check(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at_unix_ms, cxd_report *report) {
  (void)user_data;
  (void)at_unix_ms;
  note_and_free(cxd_campaign_to_json(change));
  if (merged)
    note_and_free(cxd_campaign_to_json(merged));
  note_and_free(cxd_report_to_json(report));
  return CXD_ACCEPTED;
}

static const char *const answers_to_put[] = {NULL, "PUT:1:status=401", "PUT:*:status=401", "PUT:1:apply-then-close"};

/* The client secret is ours, the token is the host's: neither is in what a plug-in gets to see. */
START_TEST(nothing_is_told_to_plug_ins) {
  struct rig rig;
  char *token = NULL;
  cxd_token_provider provider = {.size = sizeof provider, .fetch = give_token};
  cxd_audit_logger logger = {.size = sizeof logger, .append = note_record};
  cxd_callback callback = {.size = sizeof callback, .on_result = note_outcome};
  cxd_rule rule = {.size = sizeof rule, .check = note_check};
  rig_open(&rig, answers_to_put[_i] ? LIST("--seed", "7", "--fault", answers_to_put[_i]) : LIST("--seed", "7"), LIST("auth.client_secret", SECRET, "audit.mode", "required"));
  token = sim_token(&rig.sim, "campaign:write");
  provider.user_data = token;
  listen_in(rig.client);
  ck_assert_int_eq(cxd_client_set_token_provider(rig.client, &provider, NULL), CXD_OK);
  cxd_validator *validator = NULL;
  ck_assert_int_eq(cxd_validator_new(rig.config, &validator, NULL), CXD_OK);
  ck_assert_int_eq(cxd_validator_add_rule(validator, &rule, NULL), CXD_OK);
  cxd_updater_free(rig.updater);
  ck_assert_int_eq(cxd_updater_new(rig.config, rig.client, validator, &rig.updater, NULL), CXD_OK);
  cxd_validator_free(validator);
  ck_assert_int_eq(cxd_updater_set_audit_logger(rig.updater, &logger, NULL), CXD_OK);
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  update(&rig, calls_change(SAMPLE_ID, 151));
  ck_assert_ptr_nonnull(strstr(said, "\"k\":\"outcome\""));
  finish(&rig, token);
  free(token);
}
END_TEST

START_TEST(a_secret_of_the_environment_is_not_told) {
  cxd_config *config = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(setenv("CXDIALER_AUTH_CLIENT_SECRET", SECRET, 1), 0);
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  ck_assert_int_eq(cxd_config_load_env(config, NULL), CXD_OK);
  note_config(config);
  ck_assert_int_eq(setenv("CXDIALER_AUTH_TOKEN", "magpie with spaces", 1), 0);
  ck_assert_int_eq(cxd_config_load_env(config, &error), CXD_E_CONFIG);
  note_error(error);
  note_config(config);
  cxd_error_free(error);
  cxd_config_free(config);
  ck_assert_int_eq(unsetenv("CXDIALER_AUTH_CLIENT_SECRET"), 0);
  ck_assert_int_eq(unsetenv("CXDIALER_AUTH_TOKEN"), 0);
  ck_silent(NULL);
}
END_TEST

/* ----------------------------------------------------------------- servers that repeat what they were sent */

#define REFUSAL "HTTP/1.1 400 Bad Request\r\nX-Request-Id: r-1\r\nConnection: close\r\n\r\n"

static const struct {
  const char *method, *form_encode, *answer;
} echoes[] = {
    {"basic", "off", REFUSAL "{\"error\":\"invalid_client\",\"error_description\":\"" SECRET " is wrong, Basic " BASIC "\"}"},
    {"basic", "on", REFUSAL "{\"error\":\"invalid_client\",\"error_description\":\"" SECRET_ENCODED " or " SECRET " is wrong\"}"},
    {"basic", "off", REFUSAL "{\"error\":\"invalid_client\",\"error_description\":\"magpie-7f3a+secret\\/x is wrong\"}"},
    {"basic", "off", REFUSAL "{\"error\":\"invalid_client\",\"error_description\":\"magpie-7f3a\\u002Bsecret\\u002fx is wrong\"}"},
    {"basic", "off", REFUSAL "{\"error\":\"invalid_client\",\"error_description\":\"magpie-7f3a%2bsecret%2fx is wrong\"}"},
    {"basic", "off", "HTTP/1.1 400 " SECRET " is wrong\r\nX-Request-Id: " BASIC "\r\nServer: " SECRET_ENCODED "\r\nConnection: close\r\n\r\n{}"},
    {"post", "off", REFUSAL "{\"error\":\"" SECRET "\",\"error_description\":\"client_secret=" SECRET_ENCODED " is wrong\"}"},
};

START_TEST(a_token_endpoint_that_repeats_the_secret_is_not_quoted) {
  struct canned canned;
  struct rig rig;
  canned_start(&canned, LIST(echoes[_i].answer));
  rig_open(&rig, NULL, LIST("auth.client_secret", SECRET, "auth.method", echoes[_i].method, "auth.basic_form_encode", echoes[_i].form_encode, "auth.token_url", canned.url, "audit.mode", "required"));
  listen_in(rig.client);
  update(&rig, calls_change(SAMPLE_ID, 151));
  ck_assert_ptr_nonnull(strstr(said, "is wrong"));
  finish(&rig, NULL);
  canned_stop(&canned);
}
END_TEST

START_TEST(a_server_that_repeats_the_token_is_not_quoted) {
  struct canned canned;
  canned_start(&canned, LIST("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n{\"code\":\"magpie-token-1234\",\"message\":\"Bearer magpie-token-1234 may not\",\"requestId\":\"magpie-token-1234\"}"));
  cxd_config *config = config_for(canned.url, LIST("auth.token", "magpie-token-1234"));
  cxd_client *client = client_of(config);
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  listen_in(client);
  ck_assert_int_eq(cxd_client_get(client, "c-1", &campaign, &error), CXD_E_FORBIDDEN);
  note_error(error);
  ck_assert_ptr_nonnull(strstr(said, "may not"));
  cxd_error_free(error);
  cxd_client_free(client);
  cxd_config_free(config);
  canned_stop(&canned);
  ck_silent(NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("secrets");
  TCase *tc = tcase_create("secrets");
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_checked_fixture(tc, setup, NULL);
  tcase_add_loop_test(tc, nothing_is_told_in_good_times, 0, 2);
  tcase_add_loop_test(tc, nothing_is_told_in_trouble, 0, (int)(sizeof troubles / sizeof *troubles));
  tcase_add_test(tc, a_wrong_secret_is_not_repeated);
  tcase_add_test(tc, a_static_token_is_not_told);
  tcase_add_test(tc, a_secret_file_is_not_quoted);
  tcase_add_test(tc, a_refused_value_of_a_secret_key_is_not_quoted);
  tcase_add_loop_test(tc, nothing_is_told_to_plug_ins, 0, (int)(sizeof answers_to_put / sizeof *answers_to_put));
  tcase_add_test(tc, a_secret_of_the_environment_is_not_told);
  tcase_add_loop_test(tc, a_token_endpoint_that_repeats_the_secret_is_not_quoted, 0, (int)(sizeof echoes / sizeof *echoes));
  tcase_add_test(tc, a_server_that_repeats_the_token_is_not_quoted);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
