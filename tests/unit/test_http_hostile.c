/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Servers that speak HTTP badly, or against us: whatever they say, it ends, it stays small and it is no good answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "http/http.h"
#include "http/mask.h"
#include "raw_server.h"
#include "run.h"

#define OK "HTTP/1.1 200 OK\r\n"

static struct raw_server *server;
static struct cxd__http *http;
static struct cxd__http_options options;
static struct cxd__exchange answer;
static char logged[262144];

static void write_log(void *user_data, int32_t level, const char *text, size_t len) {
  (void)user_data;
  (void)level;
  ck_assert_msg(cxd__utf8_valid(text, len), "not UTF-8: %.*s", (int)len, text);
  for (size_t i = 0; i < len; i++)
    ck_assert_msg((unsigned char)text[i] >= 0x20 && text[i] != 0x7f, "control byte 0x%02x", (unsigned)(unsigned char)text[i]);
  if (strlen(logged) + len + 2 < sizeof logged) {
    strncat(logged, text, len);
    strcat(logged, "\n");
  }
}

static const cxd_log log_to = {.size = sizeof log_to, .write = write_log};

static void serve(const struct raw_step *steps, size_t count) {
  server = raw_server_start(steps, count);
  options = (struct cxd__http_options){.origin = raw_server_origin(server), .allow_plain = 1, .connect_timeout_ms = 3000, .proxy = "none", .user_agent = "agent/1", .max_response_bytes = 1000, .log = &log_to};
  logged[0] = '\0';
  ck_assert_int_eq(cxd__http_global(NULL), CXD_OK);
  ck_assert_int_eq(cxd__http_new(&options, &http, NULL), CXD_OK);
}

static void stop(void) {
  cxd__exchange_clear(&answer);
  cxd__http_free(http);
  raw_server_stop(server);
}

static void ask_for(const struct cxd__request *request) {
  uint32_t op, tag;
  cxd__exchange_clear(&answer);
  ck_assert_int_eq(cxd__http_send(http, request, 7, 9), 0);
  do {
    cxd__http_write_lines(http);
    ck_assert_int_eq(cxd__http_wait(http, 30000000), CXD_OK);
    cxd__http_write_lines(http);
  } while (!cxd__http_next(http, &op, &tag, &answer));
}

static void ask(void) {
  static const struct cxd__request get = {.kind = CXD__CLASS_GET, .target = "/c/1", .bearer = "canary-token", .timeout_us = 20000000};
  ask_for(&get);
}

/* ------------------------------------------------------------------ bad HTTP */

static const struct {
  const char *reply;
  const char *says; /* part of the detail, NULL: any */
} bad[] = {
    {"", NULL},
    {"\r\n", NULL},
    {"{\"id\":\"c-1\"}", "not HTTP"}, /* HTTP/0.9 */
    {"<html>a captive portal</html>", "not HTTP"},
    {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not HTTP"},
    {"HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}", NULL},
    {"HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\n{}", NULL},
    {"HTTP/1.1 -200 OK\r\nContent-Length: 2\r\n\r\n{}", NULL},
    {"HTTP/1.1 OK\r\nContent-Length: 2\r\n\r\n{}", NULL},
    {"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n{}", NULL},
    {"ICY 200 OK\r\nContent-Length: 2\r\n\r\n{}", NULL},
    {"RTSP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", NULL},
    {OK "Content-Length: -5\r\n\r\n{}", NULL},
    {OK "Content-Length: 100\r\n\r\n{}", NULL},
    {OK "Transfer-Encoding: chunked\r\n\r\nnothing\r\n", NULL},
    {OK "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFF\r\n{}", NULL},
    {OK "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", NULL}, /* no last chunk */
    {OK "no colon", "middle of its answer"},
    {OK "Content-Le", "middle of its answer"},
    {OK "Content-Length: 2\r\n", NULL},
    {OK "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "compressed"},
    {OK "Transfer-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x01\x01\x01\x01\x01\x01\x03\xab\xae\x05", "compressed"},
    {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", NULL},
    {"HTTP/1.1 100 Continue\r\n\r\n", NULL},
    {"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nrubbish\r\n\r\n", NULL},
};

START_TEST(bad_http_is_never_a_good_answer) {
  struct raw_step steps[] = {{.reply = bad[_i].reply, .close_after = 1}};
  serve(steps, 1);
  ask();
  int good = answer.way == CXD__WAY_ANSWER && answer.http_status >= 200 && answer.http_status <= 299;
  ck_assert_msg(!good, "taken for an answer: %s", bad[_i].reply);
  ck_assert_uint_le(answer.body.len, 1000);
  ck_assert_int_eq(answer.sends, 1);
  ck_assert(answer.way == CXD__WAY_ANSWER || answer.detail);
  if (bad[_i].says)
    ck_assert_msg(answer.detail && strstr(answer.detail, bad[_i].says), "%s", answer.detail ? answer.detail : "no detail");
  stop();
}
END_TEST

START_TEST(a_zero_byte_in_a_header_ends_the_exchange) {
  static const char reply[] = OK "X-A: a\0b\r\nContent-Length: 2\r\n\r\n{}";
  struct raw_step steps[] = {{.reply = reply, .reply_len = sizeof reply - 1, .close_after = 1}};
  serve(steps, 1);
  ask();
  ck_assert_int_ne(answer.way, CXD__WAY_ANSWER);
  stop();
}
END_TEST

/* Fields are kept only when they can stand in a line of a log, an error or a request of ours. */
START_TEST(fields_with_control_bytes_or_rubbish_count_as_absent) {
  static const char *const values[] = {"\"a\x01z\"", "\"a\x1b[31mz\"", "\"a\x7fz\"", "\"a\xff\xfez\"", "\"a\tz\""};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    char reply[512];
    (void)snprintf(reply, sizeof reply, OK "ETag: %s\r\nX-Request-Id: %s\r\nContent-Length: 2\r\n\r\n{}", values[i], values[i]);
    struct raw_step steps[] = {{.reply = reply}};
    serve(steps, 1);
    ask();
    ck_assert_int_eq(answer.way, CXD__WAY_ANSWER);
    ck_assert_ptr_null(answer.etag);
    ck_assert_ptr_null(answer.request_id);
    stop();
  }
}
END_TEST

static char *repeated(const char *head, const char *unit, size_t count) {
  struct cxd__buf b = {0};
  cxd__buf_str(&b, head);
  for (size_t i = 0; i < count; i++)
    cxd__buf_str(&b, unit);
  return cxd__buf_take(&b);
}

/* Each is larger than libcurl's buffers and has no end: what stops it is ours. */
static const struct {
  const char *head, *unit;
  size_t count;
} floods[] = {
    {"", "HTTP/1.1 100 Continue\r\n\r\n", 500},
    {"", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 500},
    {OK, "X-A: b\r\n", 101},
    {OK, "X-A: 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\r\n", 2000},
    {OK "X-A: ", "0123456789", 20000},
    {OK "X-A: b\r\n", " folded\r\n", 500},
    {OK "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", "X-Trailer: b\r\n", 500},
    {OK "Transfer-Encoding: chunked\r\n\r\n", "a\r\n0123456789\r\n", 500},
    {OK "\r\n", "0123456789", 500},
    {"HTTP/1.1 500 No\r\n\r\n", "0123456789", 500},
};

START_TEST(floods_are_cut_off) {
  char *reply = repeated(floods[_i].head, floods[_i].unit, floods[_i].count);
  struct raw_step steps[] = {{.reply = reply, .close_after = 1}};
  serve(steps, 1);
  ask();
  ck_assert_int_ne(answer.way, CXD__WAY_ANSWER);
  ck_assert_uint_le(answer.body.len, 1000);
  ck_assert_ptr_nonnull(answer.detail);
  stop();
  free(reply);
}
END_TEST

/* ------------------------------------------------------- compression nobody asked for */

static const char *const encodings[] = {"gzip", "deflate", "br", "zstd", "identity, gzip", "GZIP", "x-gzip", "compress", "unknown"};

START_TEST(every_content_encoding_is_refused_before_its_body_is_read) {
  char reply[256];
  (void)snprintf(reply, sizeof reply, OK "Content-Encoding: %s\r\nContent-Length: 2\r\n\r\n{}", encodings[_i]);
  struct raw_step steps[] = {{.reply = reply, .close_after = 1}};
  serve(steps, 1);
  ask();
  ck_assert_int_eq(answer.way, CXD__WAY_TOO_LARGE);
  ck_assert_uint_eq(answer.body.len, 0);
  ck_assert_ptr_nonnull(strstr(answer.detail, "compressed"));
  stop();
}
END_TEST

START_TEST(identity_is_no_encoding) {
  static const struct raw_step steps[] = {{.reply = OK "Content-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}"}};
  serve(steps, 1);
  ask();
  ck_assert_int_eq(answer.way, CXD__WAY_ANSWER);
  ck_assert_str_eq(answer.body.data, "{}");
  stop();
}
END_TEST

/* ---------------------------------------------------------------- servers that repeat what they were sent */

#define ID "an id"
#define SECRET "canary p&q/\xc3\xa9\"=r"
#define FORM "canary+p%26q%2F%C3%A9%22%3Dr"
#define BASE64 "YW4gaWQ6Y2FuYXJ5IHAmcS/DqSI9cg=="

static const struct cxd__request by_basic = {.kind = CXD__CLASS_TOKEN, .basic = ID ":" SECRET, .body = "grant_type=client_credentials", .body_len = 29, .timeout_us = 20000000};
static const struct cxd__request by_encoded_basic = {.kind = CXD__CLASS_TOKEN, .basic = "an+id:" FORM, .body = "grant_type=client_credentials", .body_len = 29, .timeout_us = 20000000};
static const struct cxd__request by_post = {.kind = CXD__CLASS_TOKEN, .body = "client_id=an+id&client_secret=" FORM "&x=1", .timeout_us = 20000000};
static const struct cxd__request by_token = {.kind = CXD__CLASS_GET, .target = "/c/1", .bearer = "canary+token/1==", .timeout_us = 20000000};

static const struct {
  const struct cxd__request *request;
  const char *spelled;
} echoes[] = {
    {&by_basic, SECRET},
    {&by_basic, BASE64},
    {&by_basic, "canary p&q\\/\\u00e9\\\"=r"},
    {&by_basic, "canary p\\u0026q\\u002F\\u00E9\\u0022\\u003Dr"},
    {&by_basic, "canary+p%26q%2f%c3%a9%22%3dr"},
    {&by_basic, "canary%20p%26q%2F%C3%A9%22%3Dr"},
    {&by_encoded_basic, FORM},
    {&by_encoded_basic, SECRET},
    {&by_encoded_basic, "canary p&q/\\u00e9\\\"=r"},
    {&by_post, FORM},
    {&by_post, SECRET},
    {&by_post, "canary+p%26q%2f%c3%a9%22%3dr"},
    {&by_token, "canary+token/1=="},
    {&by_token, "canary\\u002btoken\\/1=="},
    {&by_token, "canary%2Btoken%2F1%3D%3D"},
};

START_TEST(credentials_are_hidden_however_they_are_spelled) {
  struct cxd__exchange said = {.http_status = 400};
  cxd__buf_fmt(&said.body, "{\"message\":\"before %s after\"}", echoes[_i].spelled);
  cxd__mask_credentials(&(struct cxd__known){.request = echoes[_i].request}, &said);
  ck_assert_msg(strstr(said.body.data, "canary") == NULL && strstr(said.body.data, "q/") == NULL && strstr(said.body.data, "token") == NULL && strstr(said.body.data, "Y2FuYXJ5") == NULL, "%s", said.body.data);
  ck_assert_ptr_nonnull(strstr(said.body.data, "before **"));
  ck_assert_ptr_nonnull(strstr(said.body.data, "** after"));
  cxd__exchange_clear(&said);
}
END_TEST

START_TEST(a_good_answer_is_data_and_left_alone_but_its_fields_are_not) {
  struct cxd__exchange said = {.http_status = 200};
  struct cxd__buf id = {0};
  cxd__buf_str(&said.body, "{\"name\":\"canary+token/1==\"}");
  cxd__buf_str(&id, "r-canary+token/1==");
  said.request_id = cxd__buf_take(&id);
  cxd__mask_credentials(&(struct cxd__known){.request = &by_token}, &said);
  ck_assert_str_eq(said.body.data, "{\"name\":\"canary+token/1==\"}");
  ck_assert_str_eq(said.request_id, "r-****************");
  said.way = CXD__WAY_LOST; /* half of it is none */
  cxd__mask_credentials(&(struct cxd__known){.request = &by_token}, &said);
  ck_assert_ptr_null(strstr(said.body.data, "canary"));
  cxd__exchange_clear(&said);
}
END_TEST

START_TEST(short_texts_are_left_so_that_messages_stay_readable) {
  static const struct cxd__request request = {.kind = CXD__CLASS_GET, .bearer = "a"};
  char text[] = "a bad day";
  cxd__mask_text(&(struct cxd__known){.request = &request}, text, strlen(text));
  ck_assert_str_eq(text, "a bad day");
}
END_TEST

/* Every place of a head that the log shows. */
START_TEST(the_log_never_shows_a_token_that_a_server_repeats) {
  static const struct raw_step steps[] = {{.reply = "HTTP/1.1 400 canary-token is bad\r\nX-Request-Id: canary-token\r\nETag: \"canary-token\"\r\nServer: canary%2Dtoken\r\ncanary-token: 1\r\nWWW-Authenticate: Bearer canary-token\r\nContent-Length: 0\r\n\r\n"}};
  serve(steps, 1);
  ask();
  ck_assert_ptr_nonnull(strstr(logged, "HTTP/1.1 400 ************ is bad"));
  ck_assert_msg(strstr(logged, "canary") == NULL, "%s", logged);
  ck_assert_str_eq(answer.request_id, "************");
  stop();
}
END_TEST

START_TEST(the_log_never_shows_a_secret_that_a_server_repeats) {
  static const struct raw_step steps[] = {{.reply = "HTTP/1.1 401 Basic " BASE64 "\r\nDate: " SECRET "\r\nServer: " FORM "\r\nContent-Length: 0\r\n\r\n"}};
  serve(steps, 1);
  char url[96];
  (void)snprintf(url, sizeof url, "%s/token", raw_server_origin(server));
  struct cxd__request request = by_basic;
  request.target = url;
  ask_for(&request);
  ck_assert_int_eq(answer.http_status, 401);
  ck_assert_msg(strstr(logged, "canary") == NULL && strstr(logged, "Y2FuYXJ5") == NULL, "%s", logged);
  stop();
}
END_TEST

START_TEST(the_log_does_not_show_the_query_of_a_token_request) {
  static const struct raw_step steps[] = {{.reply = "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"}};
  serve(steps, 1);
  char url[96];
  (void)snprintf(url, sizeof url, "%s/token?key=canary", raw_server_origin(server));
  struct cxd__request request = by_basic;
  request.target = url;
  ask_for(&request);
  ck_assert_ptr_nonnull(strstr(logged, "> POST /token?***"));
  ck_assert_ptr_null(strstr(logged, "canary"));
  stop();
}
END_TEST

START_TEST(the_log_is_text_whatever_a_server_sends) {
  static const struct raw_step steps[] = {{.reply = "HTTP/1.1 200 \x1b]0;title\x07\xc2\x9b\x7f\xff\r\nServer: \x80\xc3\r\nContent-Length: 2\r\n\r\n{}"}};
  serve(steps, 1);
  ask();
  ck_assert_ptr_nonnull(strstr(logged, "HTTP/1.1 200  ]0;title   ?"));
  stop();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("http hostile");
  TCase *tc = tcase_create("hostile");
  tcase_set_timeout(tc, 60);
  tcase_add_loop_test(tc, bad_http_is_never_a_good_answer, 0, (int)(sizeof bad / sizeof *bad));
  tcase_add_test(tc, a_zero_byte_in_a_header_ends_the_exchange);
  tcase_add_test(tc, fields_with_control_bytes_or_rubbish_count_as_absent);
  tcase_add_loop_test(tc, floods_are_cut_off, 0, (int)(sizeof floods / sizeof *floods));
  tcase_add_loop_test(tc, every_content_encoding_is_refused_before_its_body_is_read, 0, (int)(sizeof encodings / sizeof *encodings));
  tcase_add_test(tc, identity_is_no_encoding);
  tcase_add_loop_test(tc, credentials_are_hidden_however_they_are_spelled, 0, (int)(sizeof echoes / sizeof *echoes));
  tcase_add_test(tc, a_good_answer_is_data_and_left_alone_but_its_fields_are_not);
  tcase_add_test(tc, short_texts_are_left_so_that_messages_stay_readable);
  tcase_add_test(tc, the_log_never_shows_a_token_that_a_server_repeats);
  tcase_add_test(tc, the_log_never_shows_a_secret_that_a_server_repeats);
  tcase_add_test(tc, the_log_does_not_show_the_query_of_a_token_request);
  tcase_add_test(tc, the_log_is_text_whatever_a_server_sends);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
