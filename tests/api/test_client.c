/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* pthread_* */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canned.h"
#include "rig.h"
#include "run.h"

/* ------------------------------------------------------------------------ reading */

START_TEST(a_campaign_comes_byte_for_byte) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_campaign *campaign = got(rig.client, SAMPLE_ID);
  char *text = cxd_campaign_to_json(campaign), *raw = sim_raw(&rig.sim, SAMPLE_ID);
  ck_assert_str_eq(text, raw);
  ck_assert_str_eq(cxd_campaign_id(campaign), SAMPLE_ID);
  cxd_string_free(text);
  free(raw);
  cxd_campaign_free(campaign);
  rig_close(&rig);
}
END_TEST

START_TEST(one_token_serves_many_calls) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  for (int i = 0; i < 5; i++)
    cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), 1);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 5);
  rig_close(&rig);
}
END_TEST

static json_t *header(const struct sim *sim, const char *method, const char *name) {
  json_t *request = sim_request(sim, method, 1);
  json_t *value = json_incref(json_object_get(json_object_get(request, "headers"), name));
  json_decref(request);
  return value;
}

static void ck_header(const struct sim *sim, const char *method, const char *name, const char *wanted) {
  json_t *value = header(sim, method, name);
  ck_assert_msg(json_is_string(value), "%s of %s", name, method);
  ck_assert_str_eq(json_string_value(value), wanted);
  json_decref(value);
}

START_TEST(requests_carry_what_a_strict_server_asks_for) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_header(&rig.sim, "TOKEN", "Content-Type", "application/x-www-form-urlencoded");
  ck_header(&rig.sim, "TOKEN", "Authorization", "Basic ***");
  ck_header(&rig.sim, "GET", "Authorization", "Bearer ***");
  ck_header(&rig.sim, "GET", "Accept", "application/json");
  char agent[64];
  (void)snprintf(agent, sizeof agent, "libcxdialer/%s", cxd_version());
  ck_header(&rig.sim, "GET", "User-Agent", agent);
  ck_assert_ptr_null(header(&rig.sim, "GET", "Accept-Encoding"));
  rig_close(&rig);
}
END_TEST

START_TEST(an_own_user_agent_is_sent) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("http.user_agent", "acme/7"));
  rig.other_hands = 1;
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_header(&rig.sim, "GET", "User-Agent", "acme/7");
  ck_header(&rig.sim, "TOKEN", "User-Agent", "acme/7");
  rig_close(&rig);
}
END_TEST

START_TEST(the_post_method_sends_the_credentials_in_the_form) {
  struct rig rig;
  rig_open(&rig, LIST("--client-id", "a b", "--client-secret", "p&q=r+s%"), LIST("auth.method", "post", "auth.client_id", "a b", "auth.client_secret", "p&q=r+s%"));
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_assert_ptr_null(header(&rig.sim, "TOKEN", "Authorization"));
  rig_close(&rig);
}
END_TEST

START_TEST(odd_credentials_go_through_basic_in_both_spellings) {
  static const char *const spelling[] = {"off", "on"};
  for (size_t i = 0; i < 2; i++) {
    struct rig rig;
    rig_open(&rig, LIST("--client-id", "a b", "--client-secret", "p&q=r+s%:x"), LIST("auth.basic_form_encode", spelling[i], "auth.client_id", "a b", "auth.client_secret", "p&q=r+s%:x"));
    cxd_campaign_free(got(rig.client, SAMPLE_ID));
    rig_close(&rig);
  }
}
END_TEST

START_TEST(the_secret_may_come_from_a_file) {
  struct rig rig;
  char dir[128];
  scratch_open(dir);
  char *path = scratch_path(dir, "secret");
  write_text(path, "file-secret\n");
  rig_open(&rig, LIST("--client-secret", "file-secret"), LIST("auth.client_secret", "", "auth.client_secret_file", path));
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  rig_close(&rig);
  free(path);
  scratch_close(dir);
}
END_TEST

/* -------------------------------------------------------------------------- lists */

static size_t walk(cxd_client *client, size_t *pages) {
  char cursor[64] = "";
  size_t seen = 0;
  for (*pages = 0;;) {
    cxd_campaign_list *list = NULL;
    ck_assert_int_eq(cxd_client_list(client, *pages ? cursor : NULL, &list, NULL), CXD_OK);
    ++*pages;
    for (size_t i = 0; i < cxd_campaign_list_count(list); i++, seen++) {
      char id[32];
      (void)snprintf(id, sizeof id, "c-%zu", seen);
      ck_assert_str_eq(cxd_campaign_id(cxd_campaign_list_at(list, i)), id);
    }
    ck_assert_ptr_null(cxd_campaign_list_at(list, cxd_campaign_list_count(list)));
    const char *next = cxd_campaign_list_next_cursor(list);
    (void)snprintf(cursor, sizeof cursor, "%s", next ? next : "");
    cxd_campaign_list_free(list);
    if (!cursor[0])
      return seen;
  }
}

static void list_of(size_t campaigns, size_t wanted_pages) {
  struct rig rig;
  char dir[128];
  size_t pages;
  scratch_open(dir);
  char *path = scratch_path(dir, "campaigns.json");
  sim_write_campaigns(path, campaigns);
  rig_open(&rig, LIST("--campaigns", path), NULL);
  ck_assert_uint_eq(walk(rig.client, &pages), campaigns);
  ck_assert_uint_eq(pages, wanted_pages);
  rig_close(&rig);
  free(path);
  scratch_close(dir);
}

START_TEST(a_list_is_walked_page_by_page) {
  list_of(250, 3);
  list_of(100, 1);
  list_of(1, 1);
}
END_TEST

START_TEST(a_cursor_is_encoded_and_the_servers_refusal_of_it_shown) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_campaign_list *list = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_client_list(rig.client, "a&b=c /#", &list, &error), CXD_E_REJECTED);
  ck_assert_ptr_null(list);
  ck_assert_str_eq(cxd_error_server_code(error), "invalid_value");
  ck_error(&error, CXD_E_REJECTED, "cursor");
  json_t *request = sim_request(&rig.sim, "LIST", 1);
  ck_assert_str_eq(json_string_value(json_object_get(request, "path")), CAMPAIGNS "?cursor=a%26b%3Dc%20%2F%23");
  json_decref(request);
  rig_close(&rig);
}
END_TEST

START_TEST(a_cursor_too_long_for_a_url_is_refused_before_anything_is_sent) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_campaign_list *list = NULL;
  cxd_error *error = NULL;
  static char longest[8194];
  memset(longest, 'x', sizeof longest - 1);
  ck_assert_int_eq(cxd_client_list(rig.client, longest, &list, &error), CXD_E_ARGUMENT);
  ck_assert_ptr_null(list);
  ck_error(&error, CXD_E_ARGUMENT, "8193 bytes, 8192 are the most");
  ck_assert_uint_eq(sim_count(&rig.sim, "LIST"), 0);
  longest[8192] = '\0';
  ck_assert_int_eq(cxd_client_list(rig.client, longest, &list, &error), CXD_E_REJECTED);
  cxd_error_free(error);
  rig_close(&rig);
}
END_TEST

static cxd_status canned_list(const char *body, size_t *count, cxd_error **error) {
  struct canned canned;
  char answer[1024];
  (void)snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n%s", body);
  canned_start(&canned, LIST(answer));
  cxd_config *config = config_for(canned.url, LIST("auth.token", "tok"));
  cxd_client *client = client_of(config);
  cxd_campaign_list *list = NULL;
  cxd_status status = cxd_client_list(client, NULL, &list, error);
  ck_assert((list != NULL) == (status == CXD_OK));
  *count = cxd_campaign_list_count(list);
  ck_assert_ptr_null(cxd_campaign_list_next_cursor(list));
  cxd_campaign_list_free(list);
  cxd_client_free(client);
  cxd_config_free(config);
  canned_stop(&canned);
  return status;
}

START_TEST(a_list_may_be_a_bare_array_and_a_cursor_null_empty_or_missing) {
  static const struct {
    const char *body;
    size_t count;
  } rows[] = {{"[{\"id\":\"a\"},{\"id\":\"b\"}]", 2}, {"[]", 0}, {"{\"campaigns\":[]}", 0}, {"{\"campaigns\":[{\"id\":\"a\"}],\"nextCursor\":\"\"}", 1}, {"{\"nextCursor\":7,\"campaigns\":[{\"id\":\"a\"}]}", 1}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    size_t count;
    ck_assert_int_eq(canned_list(rows[i].body, &count, NULL), CXD_OK);
    ck_assert_uint_eq(count, rows[i].count);
  }
}
END_TEST

START_TEST(what_is_no_list_is_a_protocol_error_that_says_what_was_wrong) {
  static const char *const rows[][2] = {{"{}", "campaigns"}, {"7", "campaigns"}, {"{\"campaigns\":{}}", "campaigns"}, {"{\"campaigns\":[1]}", "object"}, {"{\"campaigns\":[", "line 1"}, {"", "list of campaigns"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    size_t count;
    cxd_error *error = NULL;
    ck_assert_int_eq(canned_list(rows[i][0], &count, &error), CXD_E_PROTOCOL);
    ck_error(&error, CXD_E_PROTOCOL, rows[i][1]);
  }
}
END_TEST

/* ------------------------------------------------------------------------- tokens */

START_TEST(a_refused_token_is_renewed_once_and_the_request_sent_again) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:1:status=401"), NULL);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), 2);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 2);
  rig_close(&rig);
}
END_TEST

START_TEST(a_second_refusal_is_final) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:*:status=401"), NULL);
  refused_get(rig.client, SAMPLE_ID, CXD_E_UNAUTHORIZED, "401");
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), 2);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 2);
  rig_close(&rig);
}
END_TEST

START_TEST(a_static_token_needs_no_token_endpoint) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  char *token = sim_token(&rig.sim, "campaign:write");
  size_t before = sim_count(&rig.sim, "TOKEN");
  cxd_config *config = config_for(rig.sim.url, LIST("auth.token", token));
  cxd_client *client = client_of(config);
  cxd_campaign_free(got(client, SAMPLE_ID));
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), before);
  cxd_client_free(client);
  cxd_config_free(config);
  free(token);
  rig_close(&rig);
}
END_TEST

START_TEST(a_refused_static_token_is_final) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("auth.token", "stale"));
  refused_get(rig.client, SAMPLE_ID, CXD_E_UNAUTHORIZED, "auth.token");
  refused_get(rig.client, SAMPLE_ID, CXD_E_UNAUTHORIZED, "auth.token");
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), 0);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 2);
  rig_close(&rig);
}
END_TEST

START_TEST(wrong_credentials_are_asked_about_once_and_remembered) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("auth.client_secret", "wrong"));
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_client_get(rig.client, SAMPLE_ID, &campaign, &error), CXD_E_UNAUTHORIZED);
  ck_assert_int_eq(cxd_error_http_status(error), 401);
  ck_assert_str_eq(cxd_error_server_code(error), "invalid_client");
  ck_assert_str_eq(cxd_error_field(error), "auth.token_url");
  ck_error(&error, CXD_E_UNAUTHORIZED, "auth.client_id");
  refused_get(rig.client, SAMPLE_ID, CXD_E_UNAUTHORIZED, "auth.client_id");
  ck_assert_uint_eq(sim_count(&rig.sim, NULL), 1);
  rig_close(&rig);
}
END_TEST

START_TEST(a_refused_scope_is_named) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("auth.scope", "campaign:rule"));
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_client_get(rig.client, SAMPLE_ID, &campaign, &error), CXD_E_FORBIDDEN);
  ck_assert_str_eq(cxd_error_field(error), "auth.scope");
  ck_error(&error, CXD_E_FORBIDDEN, "campaign:rule");
  rig_close(&rig);
}
END_TEST

START_TEST(a_token_endpoint_in_trouble_is_tried_three_times) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "TOKEN:*:status=502"), NULL);
  refused_get(rig.client, SAMPLE_ID, CXD_E_SERVER, "token endpoint");
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), 3);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 0);
  rig_close(&rig);
}
END_TEST

static const char *const token_bodies[][2] = {
    {"{\"access_token\":\"\",\"token_type\":\"Bearer\"}", "empty access_token"},
    {"{\"token_type\":\"Bearer\"}", "without an access_token"},
    {"{\"access_token\":7}", "without an access_token"},
    {"{\"access_token\":\"a\\r\\nX-Evil: 1\"}", "forbidden characters"},
    {"{\"access_token\":\"a b\"}", "forbidden characters"},
    {"{\"access_token\":\"a\",\"token_type\":\"mac\"}", "token_type"},
    {"<html>", "not JSON"},
    {"", "not JSON"},
};

START_TEST(a_token_reply_that_is_none_is_refused_and_nothing_is_sent) {
  struct canned canned;
  struct rig rig;
  char answer[512];
  (void)snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n%s", token_bodies[_i][0]);
  canned_start(&canned, LIST(answer));
  rig_open(&rig, NULL, LIST("auth.token_url", canned.url));
  refused_get(rig.client, SAMPLE_ID, CXD_E_TOKEN, token_bodies[_i][1]);
  ck_assert_uint_eq(sim_count(&rig.sim, NULL), 0);
  ck_assert_uint_eq(canned_count(&canned), 1);
  rig_close(&rig);
  canned_stop(&canned);
}
END_TEST

/* ---------------------------------------------------------------------------- quota */

START_TEST(a_full_quota_ends_the_call_at_once_when_the_deadline_is_nearer) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("rate.limit", "2", "retry.deadline_ms", "30000"));
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_client_get(rig.client, SAMPLE_ID, &campaign, &error), CXD_E_RATE_LIMITED);
  ck_assert_int_eq(cxd_error_http_status(error), 0);
  ck_assert_int_eq(cxd_error_retryable(error), 1);
  ck_assert_int_gt((int)cxd_error_retry_after_ms(error), 30000);
  ck_assert_int_le((int)cxd_error_retry_after_ms(error), 60250);
  cxd_error_free(error);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 2);
  rig_close(&rig);
}
END_TEST

START_TEST(a_closed_gate_answers_the_next_call_without_asking_the_server) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:1:status=429;retry-after=3600"), NULL);
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_client_get(rig.client, SAMPLE_ID, &campaign, &error), CXD_E_RATE_LIMITED);
  ck_assert_int_eq((int)cxd_error_retry_after_ms(error), 3600000);
  cxd_error_free(error);
  error = NULL;
  ck_assert_int_eq(cxd_client_get(rig.client, SAMPLE_ID, &campaign, &error), CXD_E_RATE_LIMITED);
  ck_assert_int_gt((int)cxd_error_retry_after_ms(error), 3000000);
  cxd_error_free(error);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 1);
  rig_close(&rig);
}
END_TEST

/* -------------------------------------------------------------------------------- ids */

START_TEST(a_hostile_id_is_refused_and_nothing_is_sent) {
  static const char *const ids[] = {"", ".", "..", "../../oauth/token", "a/b", "a\\b", "a%2fb", "%", "a\rb", "a\nHost: evil", "a\x7f", "\xff\xfe", "\xc0\xaf"};
  struct rig rig;
  char longer[130];
  memset(longer, 'x', 129);
  longer[129] = '\0';
  rig_open(&rig, NULL, NULL);
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
    cxd_campaign *campaign = NULL;
    cxd_error *error = NULL;
    ck_assert_msg(cxd_client_get(rig.client, ids[i], &campaign, &error) == CXD_E_ARGUMENT, "%zu", i);
    ck_assert_str_eq(cxd_error_field(error), "/id");
    for (const char *p = cxd_error_message(error); *p; p++)
      ck_assert_msg((unsigned char)*p >= 0x20, "%zu", i);
    cxd_error_free(error);
  }
  refused_get(rig.client, longer, CXD_E_ARGUMENT, "128");
  ck_assert_uint_eq(sim_count(&rig.sim, NULL), 0);
  rig_close(&rig);
}
END_TEST

START_TEST(an_odd_id_is_percent_encoded) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  refused_get(rig.client, "a b?c#d&\xc3\xa9", CXD_E_NOT_FOUND, "404");
  json_t *request = sim_request(&rig.sim, "GET", 1);
  ck_assert_str_eq(json_string_value(json_object_get(request, "path")), CAMPAIGNS "/a%20b%3Fc%23d%26%C3%A9");
  json_decref(request);
  rig_close(&rig);
}
END_TEST

/* -------------------------------------------------------------------------------- log */

struct lines {
  cxd_client *client;
  cxd_status inside;
  size_t count, sends;
  pthread_t thread;
  int elsewhere;
};

static void take_line(void *user_data, int32_t level, const char *text, size_t len) {
  struct lines *lines = user_data;
  cxd_campaign *campaign = NULL;
  (void)level;
  lines->count++;
  lines->sends += len > 6 && memcmp(text, "> GET ", 6) == 0;
  lines->elsewhere |= !pthread_equal(lines->thread, pthread_self());
  lines->inside = lines->client ? cxd_client_get(lines->client, SAMPLE_ID, &campaign, NULL) : CXD_OK;
  cxd_campaign_free(campaign);
}

static void log_to(cxd_client *client, struct lines *lines) {
  cxd_log log = {.size = sizeof log, .user_data = lines, .write = take_line};
  ck_assert_int_eq(cxd_client_set_log(client, &log, NULL), CXD_OK);
}

START_TEST(the_log_tells_of_every_send_on_the_calling_thread) {
  struct rig rig;
  struct lines lines = {.thread = pthread_self()};
  rig_open(&rig, LIST("--fault", "GET:1:status=500"), NULL);
  log_to(rig.client, &lines);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_assert_uint_eq(lines.sends, 2);
  ck_assert_int_eq(lines.elsewhere, 0);
  rig_close(&rig);
}
END_TEST

START_TEST(a_log_that_calls_back_is_told_so) {
  struct rig rig;
  struct lines lines = {.thread = pthread_self()};
  rig_open(&rig, NULL, NULL);
  lines.client = rig.client;
  log_to(rig.client, &lines);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_assert_uint_gt(lines.count, 0);
  ck_assert_int_eq(lines.inside, CXD_E_REENTRANT);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 1);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("client");
  TCase *tc = tcase_create("client");
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_test(tc, a_campaign_comes_byte_for_byte);
  tcase_add_test(tc, one_token_serves_many_calls);
  tcase_add_test(tc, requests_carry_what_a_strict_server_asks_for);
  tcase_add_test(tc, an_own_user_agent_is_sent);
  tcase_add_test(tc, the_post_method_sends_the_credentials_in_the_form);
  tcase_add_test(tc, odd_credentials_go_through_basic_in_both_spellings);
  tcase_add_test(tc, the_secret_may_come_from_a_file);
  tcase_add_test(tc, a_list_is_walked_page_by_page);
  tcase_add_test(tc, a_cursor_is_encoded_and_the_servers_refusal_of_it_shown);
  tcase_add_test(tc, a_cursor_too_long_for_a_url_is_refused_before_anything_is_sent);
  tcase_add_test(tc, a_list_may_be_a_bare_array_and_a_cursor_null_empty_or_missing);
  tcase_add_test(tc, what_is_no_list_is_a_protocol_error_that_says_what_was_wrong);
  tcase_add_test(tc, a_refused_token_is_renewed_once_and_the_request_sent_again);
  tcase_add_test(tc, a_second_refusal_is_final);
  tcase_add_test(tc, a_static_token_needs_no_token_endpoint);
  tcase_add_test(tc, a_refused_static_token_is_final);
  tcase_add_test(tc, wrong_credentials_are_asked_about_once_and_remembered);
  tcase_add_test(tc, a_refused_scope_is_named);
  tcase_add_test(tc, a_token_endpoint_in_trouble_is_tried_three_times);
  tcase_add_loop_test(tc, a_token_reply_that_is_none_is_refused_and_nothing_is_sent, 0, (int)(sizeof token_bodies / sizeof *token_bodies));
  tcase_add_test(tc, a_full_quota_ends_the_call_at_once_when_the_deadline_is_nearer);
  tcase_add_test(tc, a_closed_gate_answers_the_next_call_without_asking_the_server);
  tcase_add_test(tc, a_hostile_id_is_refused_and_nothing_is_sent);
  tcase_add_test(tc, an_odd_id_is_percent_encoded);
  tcase_add_test(tc, the_log_tells_of_every_send_on_the_calling_thread);
  tcase_add_test(tc, a_log_that_calls_back_is_told_so);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
