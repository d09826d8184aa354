/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The transport against a server that says exactly what a test wrote down. */
#define _GNU_SOURCE /* setenv */
#include "http/http.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/now.h"
#include "raw_server.h"
#include "run.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
#define ANSWER(head, body) "HTTP/1.1 200 OK\r\n" head "\r\n" body

static const cxd_log no_log;
static struct raw_server *server;
static struct cxd__http *http;
static struct cxd__http_options options;
static struct cxd__exchange answer;

static void serve(const struct raw_step *steps, size_t count) {
  server = raw_server_start(steps, count);
  options = (struct cxd__http_options){.origin = raw_server_origin(server), .allow_plain = 1, .connect_timeout_ms = 3000, .proxy = "none", .user_agent = "agent/1", .max_response_bytes = 1000, .log = &no_log};
  ck_assert_int_eq(cxd__http_global(NULL), CXD_OK);
  ck_assert_int_eq(cxd__http_new(&options, &http, NULL), CXD_OK);
}

static void stop(void) {
  cxd__exchange_clear(&answer);
  cxd__http_free(http);
  raw_server_stop(server);
}

static struct cxd__request request_of(enum cxd__class kind) {
  struct cxd__request request = {.kind = kind, .target = "/c/1", .bearer = "tok", .timeout_us = 20000000};
  if (kind == CXD__CLASS_PUT) {
    request.body = "{\"a\":1}";
    request.body_len = 7;
    request.if_match = "\"v\"";
  }
  return request;
}

/* Sends one request and waits for what becomes of it. */
static void ask(enum cxd__class kind) {
  struct cxd__request request = request_of(kind);
  uint32_t op, tag;
  cxd__exchange_clear(&answer);
  ck_assert_int_eq(cxd__http_send(http, &request, 7, 9), 0);
  while (!cxd__http_next(http, &op, &tag, &answer))
    ck_assert_int_eq(cxd__http_wait(http, 30000000), CXD_OK);
  cxd__http_write_lines(http);
  ck_assert_uint_eq(op, 7);
  ck_assert_uint_eq(tag, 9);
}

START_TEST(an_answer_comes_with_its_fields) {
  static const struct raw_step steps[] = {{.reply = ANSWER("ETag: \"v1\"\r\nRetry-After:  3 \r\nDate: D\r\nX-Request-Id: r-1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n", "{}")}};
  serve(steps, 1);
  ask(CXD__CLASS_GET);
  ck_assert_int_eq(answer.way, CXD__WAY_ANSWER);
  ck_assert_int_eq(answer.http_status, 200);
  ck_assert_int_eq(answer.sends, 1);
  ck_assert_str_eq(answer.etag, "\"v1\"");
  ck_assert_str_eq(answer.retry_after, "3");
  ck_assert_str_eq(answer.request_id, "r-1");
  ck_assert_str_eq(answer.body.data, "{}");
  ck_assert_int_gt(answer.sent_mono_us, 0);
  ck_assert_int_ge(answer.end_mono_us, answer.sent_mono_us);
  stop();
}
END_TEST

START_TEST(a_put_on_the_wire_has_length_and_condition_and_is_not_chunked) {
  static const struct raw_step steps[] = {{.reply = OK}};
  serve(steps, 1);
  ask(CXD__CLASS_PUT);
  const char *text = raw_server_request(server, 0);
  ck_assert_ptr_nonnull(strstr(text, "PUT /c/1 HTTP/1.1\r\n"));
  ck_assert_ptr_nonnull(strstr(text, "\r\nContent-Length: 7\r\n"));
  ck_assert_ptr_nonnull(strstr(text, "\r\nIf-Match: \"v\"\r\n"));
  ck_assert_ptr_nonnull(strstr(text, "\r\nAuthorization: Bearer tok\r\n"));
  ck_assert_ptr_null(strcasestr(text, "transfer-encoding"));
  ck_assert_ptr_null(strcasestr(text, "expect"));
  ck_assert_ptr_null(strcasestr(text, "accept-encoding"));
  ck_assert_ptr_nonnull(strstr(text, "\r\n\r\n{\"a\":1}"));
  stop();
}
END_TEST

/* libcurl would send the PUT a second time by itself when a kept-alive connection dies without an answer. */
START_TEST(a_dead_kept_alive_connection_costs_exactly_one_send) {
  static const struct raw_step steps[] = {{.reply = OK}, {.reply = NULL}, {.reply = OK}};
  serve(steps, 3);
  ask(CXD__CLASS_PUT);
  ck_assert_int_eq(answer.way, CXD__WAY_ANSWER);
  ask(CXD__CLASS_PUT);
  ck_assert_int_ne(answer.way, CXD__WAY_ANSWER);
  ck_assert_int_eq(answer.sends, 1);
  ck_assert_uint_eq(raw_server_requests(server), 2);
  ck_assert_ptr_nonnull(answer.detail);
  ask(CXD__CLASS_PUT); /* and the next request works again */
  ck_assert_int_eq(answer.way, CXD__WAY_ANSWER);
  stop();
}
END_TEST

START_TEST(a_connection_is_reused) {
  static const struct raw_step steps[] = {{.reply = OK}, {.reply = OK}, {.reply = OK}};
  serve(steps, 3);
  for (int i = 0; i < 3; i++)
    ask(i % 2 ? CXD__CLASS_PUT : CXD__CLASS_GET);
  ck_assert_uint_eq(raw_server_connections(server), 1);
  stop();
}
END_TEST

START_TEST(a_redirect_is_an_answer_not_an_instruction) {
  static const struct raw_step steps[] = {{.reply = "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"}, {.reply = OK}};
  serve(steps, 2);
  ask(CXD__CLASS_GET);
  ck_assert_int_eq(answer.http_status, 302);
  ck_assert_uint_eq(raw_server_requests(server), 1);
  stop();
}
END_TEST

START_TEST(cookies_are_forgotten) {
  static const struct raw_step steps[] = {{.reply = ANSWER("Set-Cookie: s=1\r\nContent-Length: 2\r\n", "{}")}, {.reply = OK}};
  serve(steps, 2);
  ask(CXD__CLASS_GET);
  ask(CXD__CLASS_GET);
  ck_assert_ptr_null(strcasestr(raw_server_request(server, 1), "cookie"));
  stop();
}
END_TEST

START_TEST(a_compressed_answer_nobody_asked_for_is_refused) {
  static const struct raw_step steps[] = {{.reply = ANSWER("Content-Encoding: gzip\r\nContent-Length: 4\r\n", "\x1f\x8b\x08x"), .close_after = 1}};
  serve(steps, 1);
  ask(CXD__CLASS_GET);
  ck_assert_int_eq(answer.way, CXD__WAY_TOO_LARGE);
  ck_assert_ptr_nonnull(strstr(answer.detail, "compressed"));
  ck_assert_uint_eq(answer.body.len, 0);
  stop();
}
END_TEST

static char *filled(const char *head, const char *unit, size_t count, size_t *len) {
  struct cxd__buf b = {0};
  cxd__buf_str(&b, head);
  for (size_t i = 0; i < count; i++)
    cxd__buf_str(&b, unit);
  *len = b.len;
  return cxd__buf_take(&b);
}

static void too_large(const char *head, const char *unit, size_t count) {
  size_t len;
  char *text = filled(head, unit, count, &len);
  struct raw_step steps[] = {{.reply = text, .reply_len = len, .close_after = 1}};
  serve(steps, 1);
  ask(CXD__CLASS_GET);
  ck_assert_int_eq(answer.way, CXD__WAY_TOO_LARGE);
  ck_assert_uint_le(answer.body.len, 1000);
  stop();
  free(text);
}

START_TEST(bodies_over_the_cap_are_cut_off_however_they_come) {
  too_large("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", "0123456789", 500);
  too_large("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "64\r\n0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\r\n", 50);
  too_large("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "0123456789", 500);
}
END_TEST

START_TEST(a_body_of_exactly_the_cap_is_fine) {
  size_t len;
  char *text = filled("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "0123456789", 100, &len);
  struct raw_step steps[] = {{.reply = text, .reply_len = len}};
  serve(steps, 1);
  ask(CXD__CLASS_GET);
  ck_assert_int_eq(answer.way, CXD__WAY_ANSWER);
  ck_assert_uint_eq(answer.body.len, 1000);
  stop();
  free(text);
}
END_TEST

START_TEST(headers_over_the_cap_by_number_or_by_bytes) {
  too_large("HTTP/1.1 200 OK\r\n", "X-A: b\r\n", 200);
  too_large("HTTP/1.1 200 OK\r\n", "X-A: 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
                                   "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
                                   "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
                                   "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
                                   "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
                                   "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
                                   "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\r\n", 99);
}
END_TEST

START_TEST(a_weak_or_unquoted_tag_is_no_validator) {
  static const struct raw_step steps[] = {{.reply = ANSWER("ETag: W/\"v1\"\r\nContent-Length: 2\r\n", "{}")}, {.reply = ANSWER("ETag: v1\r\nContent-Length: 2\r\n", "{}")}, {.reply = ANSWER("ETag: \"a\"b\"\r\nContent-Length: 2\r\n", "{}")}};
  serve(steps, 3);
  for (int i = 0; i < 3; i++) {
    ask(CXD__CLASS_GET);
    ck_assert_int_eq(answer.way, CXD__WAY_ANSWER);
    ck_assert_ptr_null(answer.etag);
  }
  stop();
}
END_TEST

START_TEST(fields_of_an_interim_answer_do_not_count) {
  static const struct raw_step steps[] = {{.reply = "HTTP/1.1 103 Early Hints\r\nETag: \"early\"\r\n\r\nHTTP/1.1 200 OK\r\nX-Request-Id: r\r\nContent-Length: 2\r\n\r\n{}"}};
  serve(steps, 1);
  ask(CXD__CLASS_GET);
  ck_assert_int_eq(answer.http_status, 200);
  ck_assert_ptr_null(answer.etag);
  ck_assert_str_eq(answer.request_id, "r");
  stop();
}
END_TEST

START_TEST(an_answer_that_stops_half_way_is_lost_after_one_send) {
  static const struct raw_step steps[] = {{.reply = ANSWER("Content-Length: 100\r\n", "{\"half\""), .close_after = 1}};
  serve(steps, 1);
  ask(CXD__CLASS_PUT);
  ck_assert_int_eq(answer.way, CXD__WAY_LOST);
  ck_assert_int_eq(answer.sends, 1);
  stop();
}
END_TEST

START_TEST(a_head_that_stops_half_way_is_lost_whatever_it_said) {
  static const char *const heads[] = {"HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nETag: \"v8\"\r\n", "HTTP/1.1 2", "HTTP/1.1 202 Accepted\r\nContent-Le", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"};
  static const enum cxd__class kinds[] = {CXD__CLASS_GET, CXD__CLASS_PUT};
  for (size_t k = 0; k < 2; k++) {
    struct raw_step step = {.reply = heads[_i], .close_after = 1};
    serve(&step, 1);
    ask(kinds[k]);
    ck_assert_int_eq(answer.way, CXD__WAY_LOST);
    ck_assert_int_eq(answer.http_status, 0);
    ck_assert_int_eq(answer.sends, 1);
    ck_assert_ptr_nonnull(answer.detail);
    stop();
  }
}
END_TEST

START_TEST(trailers_do_not_count_as_fields) {
  static const struct raw_step steps[] = {{.reply = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: ETag\r\n\r\n2\r\n{}\r\n0\r\nETag: \"late\"\r\nRetry-After: 9\r\n\r\n"}};
  serve(steps, 1);
  ask(CXD__CLASS_GET);
  ck_assert_int_eq(answer.way, CXD__WAY_ANSWER);
  ck_assert_str_eq(answer.body.data, "{}");
  ck_assert_ptr_null(answer.etag);
  ck_assert_ptr_null(answer.retry_after);
  stop();
}
END_TEST

START_TEST(fields_that_come_several_times_are_one_list) {
  static const struct raw_step steps[] = {{.reply = ANSWER("Retry-After: 3\r\nRateLimit: \"a\";r=1;t=2\r\nretry-after: 60\r\nRATELIMIT: \"b\";r=0;t=9\r\nETag: \"v1\"\r\nETag: \"v2\"\r\nContent-Length: 2\r\n", "{}")}};
  serve(steps, 1);
  ask(CXD__CLASS_GET);
  ck_assert_str_eq(answer.retry_after, "3, 60");
  ck_assert_str_eq(answer.rate_limit, "\"a\";r=1;t=2, \"b\";r=0;t=9");
  ck_assert_str_eq(answer.etag, "\"v1\"");
  stop();
}
END_TEST

START_TEST(a_weak_tag_is_known_to_be_one) {
  static const struct raw_step steps[] = {{.reply = ANSWER("ETag: W/\"v1\"\r\nContent-Length: 2\r\n", "{}")}, {.reply = OK}};
  serve(steps, 2);
  ask(CXD__CLASS_GET);
  ck_assert_ptr_null(answer.etag);
  ck_assert_int_eq(answer.weak_etag, 1);
  ask(CXD__CLASS_GET);
  ck_assert_int_eq(answer.weak_etag, 0);
  stop();
}
END_TEST

START_TEST(garbage_instead_of_http_is_no_answer) {
  static const struct raw_step steps[] = {{.reply = "SSH-2.0-OpenSSH_9.2\r\n\r\n", .close_after = 1}};
  serve(steps, 1);
  ask(CXD__CLASS_GET);
  ck_assert_int_ne(answer.way, CXD__WAY_ANSWER);
  ck_assert_int_eq(answer.sends, 1);
  stop();
}
END_TEST

START_TEST(nobody_listening_means_nothing_was_sent) {
  static const struct raw_step steps[] = {{.reply = OK}};
  serve(steps, 1);
  int port = raw_server_port(server);
  raw_server_stop(server);
  cxd__http_free(http);
  char origin[64];
  snprintf(origin, sizeof origin, "http://127.0.0.1:%d", port);
  options.origin = origin;
  ck_assert_int_eq(cxd__http_new(&options, &http, NULL), CXD_OK);
  ask(CXD__CLASS_GET);
  ck_assert_int_eq(answer.way, CXD__WAY_CONNECT);
  ck_assert_int_eq(answer.sends, 0);
  ck_assert_int_eq(answer.http_status, 0);
  ck_assert_ptr_nonnull(strstr(answer.detail, origin));
  cxd__exchange_clear(&answer);
  cxd__http_free(http);
}
END_TEST

START_TEST(environment_proxies_are_not_looked_at) {
  static const struct raw_step steps[] = {{.reply = OK}};
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  serve(steps, 1);
  ask(CXD__CLASS_GET);
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
  ck_assert_int_eq(answer.way, CXD__WAY_ANSWER);
  stop();
}
END_TEST

START_TEST(an_abort_is_delivered_with_the_sends_it_had) {
  static const struct raw_step steps[] = {{.hang = 1}};
  struct cxd__request request = request_of(CXD__CLASS_PUT);
  uint32_t op, tag;
  serve(steps, 1);
  ck_assert_int_eq(cxd__http_send(http, &request, 1, 2), 0);
  while (raw_server_requests(server) == 0)
    ck_assert_int_eq(cxd__http_wait(http, 1000), CXD_OK);
  ck_assert_int_eq(cxd__http_next(http, &op, &tag, &answer), 0);
  cxd__http_abort(http, 1, 3); /* another tag: not this one */
  ck_assert_int_eq(cxd__http_next(http, &op, &tag, &answer), 0);
  cxd__http_abort(http, 1, 2);
  ck_assert_int_eq(cxd__http_next(http, &op, &tag, &answer), 1);
  ck_assert_int_eq(answer.way, CXD__WAY_ABORTED);
  ck_assert_int_eq(answer.sends, 1);
  stop();
}
END_TEST

/* Sends a PUT that must not leave from an instant on. */
static void ask_not_after(int64_t not_after_wall_ms) {
  struct cxd__request request = request_of(CXD__CLASS_PUT);
  uint32_t op, tag;
  request.not_after_wall_ms = not_after_wall_ms;
  cxd__exchange_clear(&answer);
  ck_assert_int_eq(cxd__http_send(http, &request, 7, 9), 0);
  while (!cxd__http_next(http, &op, &tag, &answer))
    ck_assert_int_eq(cxd__http_wait(http, 30000000), CXD_OK);
}

START_TEST(a_put_whose_time_is_over_does_not_leave_the_process) {
  static const struct raw_step steps[] = {{.reply = OK}};
  serve(steps, 1);
  ask_not_after(cxd__clock_read().wall_ms); /* now is not before now */
  ck_assert_int_eq(answer.way, CXD__WAY_OVERDUE);
  ck_assert_int_eq(answer.sends, 0);
  ck_assert_int_eq(answer.http_status, 0);
  ck_assert_ptr_nonnull(strstr(answer.detail, "calling hours ended before the connection to http://127.0.0.1"));
  ck_assert_uint_eq(raw_server_requests(server), 0);
  stop();
}
END_TEST

START_TEST(a_put_whose_time_is_not_over_leaves) {
  static const struct raw_step steps[] = {{.reply = OK}};
  serve(steps, 1);
  ask_not_after(cxd__clock_read().wall_ms + 3600000);
  ck_assert_int_eq(answer.way, CXD__WAY_ANSWER);
  ck_assert_int_eq(answer.sends, 1);
  stop();
}
END_TEST

START_TEST(a_kept_alive_connection_does_not_send_it_either) {
  static const struct raw_step steps[] = {{.reply = OK}, {.reply = OK}};
  serve(steps, 2);
  ask_not_after(cxd__clock_read().wall_ms + 3600000);
  ask_not_after(1);
  ck_assert_int_eq(answer.way, CXD__WAY_OVERDUE);
  ck_assert_int_eq(answer.sends, 0);
  stop();
}
END_TEST

static void *wake_later(void *context) {
  cxd__http_wake(context);
  return NULL;
}

START_TEST(a_wake_from_another_thread_ends_the_wait) {
  static const struct raw_step steps[] = {{.reply = OK}};
  pthread_t thread;
  serve(steps, 1);
  ck_assert_int_eq(pthread_create(&thread, NULL, wake_later, http), 0);
  ck_assert_int_eq(cxd__http_wait(http, -1), CXD_OK); /* would wait for ever */
  pthread_join(thread, NULL);
  stop();
}
END_TEST

static char logged[65536];

static void write_log(void *user_data, int32_t level, const char *text, size_t len) {
  (void)user_data;
  (void)level;
  if (strlen(logged) + len + 2 < sizeof logged) {
    strncat(logged, text, len);
    strcat(logged, "\n");
  }
}

START_TEST(the_log_shows_names_but_only_listed_values) {
  static const struct raw_step steps[] = {{.reply = ANSWER("Set-Cookie: session=canary-cookie\r\nETag: \"v1\"\r\nContent-Length: 17\r\n", "{\"canary\":\"body\"}")}};
  cxd_log log = {.size = sizeof log, .write = write_log};
  serve(steps, 1);
  cxd__http_free(http);
  options.log = &log;
  ck_assert_int_eq(cxd__http_new(&options, &http, NULL), CXD_OK);
  ask(CXD__CLASS_PUT);
  ck_assert_ptr_nonnull(strstr(logged, "> PUT /c/1 HTTP/1.1"));
  ck_assert_ptr_nonnull(strstr(logged, "> Authorization: ***"));
  ck_assert_ptr_nonnull(strstr(logged, "< ETag: \"v1\""));
  ck_assert_ptr_nonnull(strstr(logged, "< Set-Cookie: ***"));
  ck_assert_ptr_null(strstr(logged, "tok"));
  ck_assert_ptr_null(strstr(logged, "canary"));
  stop();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("http");
  TCase *tc = tcase_create("http");
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, an_answer_comes_with_its_fields);
  tcase_add_test(tc, a_put_on_the_wire_has_length_and_condition_and_is_not_chunked);
  tcase_add_test(tc, a_dead_kept_alive_connection_costs_exactly_one_send);
  tcase_add_test(tc, a_connection_is_reused);
  tcase_add_test(tc, a_redirect_is_an_answer_not_an_instruction);
  tcase_add_test(tc, cookies_are_forgotten);
  tcase_add_test(tc, a_compressed_answer_nobody_asked_for_is_refused);
  tcase_add_test(tc, bodies_over_the_cap_are_cut_off_however_they_come);
  tcase_add_test(tc, a_body_of_exactly_the_cap_is_fine);
  tcase_add_test(tc, headers_over_the_cap_by_number_or_by_bytes);
  tcase_add_test(tc, a_weak_or_unquoted_tag_is_no_validator);
  tcase_add_test(tc, fields_of_an_interim_answer_do_not_count);
  tcase_add_test(tc, an_answer_that_stops_half_way_is_lost_after_one_send);
  tcase_add_loop_test(tc, a_head_that_stops_half_way_is_lost_whatever_it_said, 0, 5);
  tcase_add_test(tc, trailers_do_not_count_as_fields);
  tcase_add_test(tc, fields_that_come_several_times_are_one_list);
  tcase_add_test(tc, a_weak_tag_is_known_to_be_one);
  tcase_add_test(tc, garbage_instead_of_http_is_no_answer);
  tcase_add_test(tc, nobody_listening_means_nothing_was_sent);
  tcase_add_test(tc, environment_proxies_are_not_looked_at);
  tcase_add_test(tc, an_abort_is_delivered_with_the_sends_it_had);
  tcase_add_test(tc, a_put_whose_time_is_over_does_not_leave_the_process);
  tcase_add_test(tc, a_put_whose_time_is_not_over_leaves);
  tcase_add_test(tc, a_kept_alive_connection_does_not_send_it_either);
  tcase_add_test(tc, a_wake_from_another_thread_ends_the_wait);
  tcase_add_test(tc, the_log_shows_names_but_only_listed_values);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
