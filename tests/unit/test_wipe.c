/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Memory that held a secret is overwritten before it is given back: every block the library frees is looked at. */
#define _GNU_SOURCE /* memmem */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cxdialer/cxdialer.h>

#include "api/secret_file.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "core/token.h"
#include "http/mask.h"
#include "raw_server.h"
#include "run.h"

/* Long enough to make every buffer grow several times; made of one word, so that any part of it is found. */
#define WORD "magpie-"
static char secret[2048], token[2048];
static size_t looked, found;

static void search(const void *bytes, size_t size, const char *word) {
  if (memmem(bytes, size, word, strlen(word)))
    found++;
}

/* The word as it is, and in base64 at each of the three offsets it can have. */
static void look(const void *bytes, size_t size) {
  static const char *const words[] = {"magpie", "bWFncGll", "1hZ3BpZ", "tYWdwaW"};
  looked++;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    search(bytes, size, words[i]);
}

static void fill(char *out, size_t size) {
  for (size_t i = 0; i + 1 < size; i++)
    out[i] = WORD[i % (sizeof WORD - 1)];
  out[size - 1] = '\0';
}

static void setup(void) {
  fill(secret, sizeof secret);
  fill(token, sizeof token);
  looked = found = 0;
  cxd__mem_look_at_freed(look);
}

static void teardown(void) { cxd__mem_look_at_freed(NULL); }

static void ck_clean(void) {
  cxd__mem_look_at_freed(NULL);
  ck_assert_uint_gt(looked, 0);
  ck_assert_uint_eq(found, 0);
}

START_TEST(the_looker_sees_what_is_left_behind) {
  struct cxd__buf b = {0};
  for (const char *p = secret; *p; p++)
    cxd__buf_char(&b, *p);
  ck_assert_uint_gt(found, 0); /* by growing */
  found = 0;
  cxd__buf_free(&b);
  ck_assert_uint_eq(found, 1);
  cxd__free(cxd__strdup(secret));
  ck_assert_uint_eq(found, 2);
}
END_TEST

START_TEST(a_secret_buffer_leaves_nothing_when_it_grows_and_when_it_goes) {
  struct cxd__buf b = {.secret = 1};
  for (const char *p = secret; *p; p++)
    cxd__buf_char(&b, *p);
  ck_assert_str_eq(b.data, secret);
  cxd__buf_fmt(&b, "%s", secret);
  ck_assert_uint_eq(b.len, 2 * strlen(secret));
  cxd__buf_free(&b);
  struct cxd__buf failed = {.secret = 1};
  cxd__buf_str(&failed, secret);
  cxd__mem_fail_at(1);
  while (!failed.failed)
    cxd__buf_str(&failed, secret);
  cxd__mem_fail_at(0);
  ck_assert_ptr_null(cxd__buf_take(&failed));
  ck_clean();
}
END_TEST

START_TEST(any_buffer_can_be_wiped) {
  struct cxd__buf b = {0};
  ck_assert(cxd__buf_room(&b, sizeof secret));
  cxd__buf_str(&b, secret);
  cxd__buf_wipe(&b);
  ck_assert_ptr_null(b.data);
  ck_clean();
}
END_TEST

static const struct {
  int32_t post, form_encode;
} ways[] = {{0, 0}, {0, 1}, {1, 0}};

START_TEST(the_credentials_of_a_token_request_leave_nothing) {
  struct cxd__secret kept = {0};
  struct cxd__buf body = {0}, basic = {0};
  ck_assert_int_eq(cxd__secret_set(&kept, secret, strlen(secret)), 0);
  struct cxd__oauth oauth = {"https://api.example.com/t", "an id", "campaign:write", &kept, ways[_i].post, ways[_i].form_encode};
  cxd__oauth_request(&oauth, &body, &basic);
  ck_assert_ptr_nonnull(strstr(ways[_i].post ? body.data : basic.data, "magpie"));
  cxd__buf_free(&body);
  cxd__buf_free(&basic);
  cxd__secret_clear(&kept);
  ck_clean();
}
END_TEST

START_TEST(a_token_reply_leaves_nothing) {
  struct cxd__exchange exchange = {.http_status = 200, .body.secret = 1};
  struct cxd__buf text = {0};
  int64_t life;
  cxd__buf_fmt(&exchange.body, "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":3600}", token);
  ck_assert_int_eq(cxd__oauth_reply(&exchange, "https://api.example.com/t", "campaign:write", &text, &life, NULL), CXD_OK);
  ck_assert_str_eq(text.data, token);
  struct cxd__token *held = cxd__token_new(text.data, text.len, 0, life, 0);
  ck_assert_ptr_nonnull(held);
  cxd__buf_free(&text);
  cxd__exchange_clear(&exchange);
  cxd__token_unref(held);
  ck_clean();
}
END_TEST

START_TEST(masking_leaves_nothing) {
  struct cxd__buf basic = {.secret = 1};
  cxd__buf_fmt(&basic, "id:%s", secret);
  struct cxd__secret kept = {0};
  ck_assert_int_eq(cxd__secret_set(&kept, token, strlen(token)), 0);
  struct cxd__request request = {.kind = CXD__CLASS_TOKEN, .basic = basic.data};
  char text[] = "nothing to hide";
  cxd__mask_text(&(struct cxd__known){.request = &request, .client_secret = &kept}, text, strlen(text));
  cxd__secret_clear(&kept);
  cxd__buf_free(&basic);
  ck_clean();
}
END_TEST

/* -------------------------------------------------------------------- files */

static char path[] = "/tmp/cxd-wipe-XXXXXX";

static void write_file(const char *before, const char *after) {
  strcpy(path + sizeof path - 7, "XXXXXX");
  int fd = mkstemp(path);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_gt(dprintf(fd, "%s%s%s", before, secret, after), 0);
  ck_assert_int_eq(close(fd), 0);
}

START_TEST(a_file_that_was_read_leaves_nothing) {
  struct cxd__buf text = {0};
  struct cxd__secret kept = {0};
  write_file("", "\n");
  ck_assert_int_eq(cxd__file_read(path, sizeof secret, "file", &text, NULL), CXD_OK);
  ck_assert_uint_eq(text.len, strlen(secret) + 1);
  cxd__buf_free(&text);
  ck_assert_int_eq(cxd__file_read(path, sizeof secret / 2, "file", &text, NULL), CXD_E_TOO_LARGE);
  ck_assert_int_eq(cxd__secret_from_file(path, &kept, NULL), CXD_OK);
  ck_assert_str_eq(kept.text, secret);
  cxd__secret_clear(&kept);
  ck_assert_int_eq(unlink(path), 0);
  ck_clean();
}
END_TEST

START_TEST(a_config_leaves_nothing) {
  cxd_config *config = NULL;
  write_file("{\"auth\":{\"client_id\":\"me\",\"client_secret\":\"", "\"},\"rate.limit\":5}");
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  ck_assert_int_eq(cxd_config_load_file(config, path, NULL), CXD_OK);
  ck_assert_int_eq(cxd_config_set(config, "auth.token", token, NULL), CXD_OK);
  ck_assert_int_eq(cxd_config_set(config, "auth.token", NULL, NULL), CXD_OK);
  cxd_string_free(cxd_config_to_json(config));
  cxd_config_free(config);
  ck_assert_int_eq(unlink(path), 0);
  write_file("{\"auth\":{\"client_secret\":\"", "\"},\"rate.limit\":\"wrong\"}");
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  ck_assert_int_eq(cxd_config_load_file(config, path, NULL), CXD_E_CONFIG);
  cxd_config_free(config);
  ck_assert_int_eq(unlink(path), 0);
  ck_clean();
}
END_TEST

/* ------------------------------------------------------------------ the whole way */

static void put(cxd_config *config, const char *key, const char *value) { ck_assert_int_eq(cxd_config_set(config, key, value, NULL), CXD_OK); }

static cxd_client *client_for(const char *origin, int way) {
  cxd_config *config = NULL;
  cxd_client *client = NULL;
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  put(config, "api.base_url", origin);
  put(config, "auth.client_id", "an id");
  put(config, "auth.client_secret", secret);
  put(config, "auth.method", ways[way].post ? "post" : "basic");
  put(config, "auth.basic_form_encode", ways[way].form_encode ? "on" : "off");
  put(config, "retry.max_attempts", "1");
  ck_assert_int_eq(cxd_client_new(config, &client, NULL), CXD_OK);
  cxd_config_free(config);
  return client;
}

static const char campaign[] = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"id\":\"c-1\"}";

/* A token reply in small pieces, so that the buffer for it grows with each of them. */
static char *token_reply(void) {
  struct cxd__buf body = {0}, reply = {0};
  cxd__buf_fmt(&body, "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":3600}", token);
  cxd__buf_str(&reply, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (size_t at = 0; at < body.len; at += 100) {
    size_t len = body.len - at < 100 ? body.len - at : 100;
    cxd__buf_fmt(&reply, "%zx\r\n%.*s\r\n", len, (int)len, body.data + at);
  }
  cxd__buf_str(&reply, "0\r\n\r\n");
  char *text = strdup(reply.data);
  cxd__buf_wipe(&body);
  cxd__buf_wipe(&reply);
  return text;
}

static void no_log(void *user_data, int32_t level, const char *text, size_t len) {
  (void)user_data;
  (void)level;
  ck_assert_ptr_null(memmem(text, len, "magpie", 6));
}

START_TEST(a_read_with_its_token_exchange_leaves_nothing) {
  cxd__mem_look_at_freed(NULL);
  char *reply = token_reply();
  const struct raw_step steps[] = {{.reply = reply}, {.reply = campaign}};
  struct raw_server *server = raw_server_start(steps, 2);
  cxd_log log = {.size = sizeof log, .write = no_log};
  cxd_campaign *got = NULL;
  cxd__mem_look_at_freed(look);
  found = 0;
  cxd_client *client = client_for(raw_server_origin(server), _i);
  ck_assert_int_eq(cxd_client_set_log(client, &log, NULL), CXD_OK);
  ck_assert_int_eq(cxd_client_get(client, "c-1", &got, NULL), CXD_OK);
  cxd_campaign_free(got);
  cxd_client_free(client);
  ck_clean();
  raw_server_stop(server);
  free(reply);
}
END_TEST

START_TEST(a_refused_token_exchange_leaves_nothing_either) {
  static const struct raw_step steps[] = {{.reply = "HTTP/1.1 401 No\r\nContent-Length: 26\r\n\r\n{\"error\":\"invalid_client\"}"}};
  struct raw_server *server = raw_server_start(steps, 1);
  cxd_campaign *got = NULL;
  cxd_client *client = client_for(raw_server_origin(server), _i);
  ck_assert_int_eq(cxd_client_get(client, "c-1", &got, NULL), CXD_E_UNAUTHORIZED);
  cxd_client_free(client);
  ck_clean();
  raw_server_stop(server);
}
END_TEST

int main(void) {
  const int count = (int)(sizeof ways / sizeof *ways);
  Suite *suite = suite_create("wipe");
  TCase *tc = tcase_create("wipe");
  tcase_set_timeout(tc, 60);
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, the_looker_sees_what_is_left_behind);
  tcase_add_test(tc, a_secret_buffer_leaves_nothing_when_it_grows_and_when_it_goes);
  tcase_add_test(tc, any_buffer_can_be_wiped);
  tcase_add_loop_test(tc, the_credentials_of_a_token_request_leave_nothing, 0, count);
  tcase_add_test(tc, a_token_reply_leaves_nothing);
  tcase_add_test(tc, masking_leaves_nothing);
  tcase_add_test(tc, a_file_that_was_read_leaves_nothing);
  tcase_add_test(tc, a_config_leaves_nothing);
  tcase_add_loop_test(tc, a_read_with_its_token_exchange_leaves_nothing, 0, count);
  tcase_add_loop_test(tc, a_refused_token_exchange_leaves_nothing_either, 0, count);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
