/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Handles and connections that are used again: how many there are, and that nothing of one request goes along with the next. */
#define _GNU_SOURCE /* strcasestr */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "http/http.h"
#include "raw_server.h"
#include "run.h"
#include "stub.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

static int handles;
CURL *__real_curl_easy_init(void);
CURL *__wrap_curl_easy_init(void);

CURL *__wrap_curl_easy_init(void) {
  handles++;
  return __real_curl_easy_init();
}

static const cxd_log no_log;
static struct cxd__http_options options;
static struct cxd__http *http;
static struct raw_server *server;

static void open_to(const char *origin, const char *proxy) {
  options = (struct cxd__http_options){.origin = origin, .allow_plain = 1, .connect_timeout_ms = 3000, .version = 11, .proxy = proxy, .user_agent = "agent/1", .max_response_bytes = 100000, .log = &no_log};
  handles = 0;
  ck_assert_int_eq(cxd__http_global(NULL), CXD_OK);
  ck_assert_int_eq(cxd__http_new(&options, &http, NULL), CXD_OK);
}

static void serve(const struct raw_step *steps, size_t count) {
  server = raw_server_start(steps, count);
  open_to(raw_server_origin(server), "none");
}

static void stop(void) {
  cxd__http_free(http);
  raw_server_stop(server);
}

static int collect(struct cxd__exchange *last) {
  uint32_t op, tag;
  int count = 0;
  for (struct cxd__exchange e; cxd__http_next(http, &op, &tag, &e); count++) {
    if (last)
      *last = (struct cxd__exchange){.way = e.way, .http_status = e.http_status, .sends = e.sends};
    cxd__exchange_clear(&e);
  }
  return count;
}

static struct cxd__exchange ask(const struct cxd__request *request) {
  struct cxd__exchange answer;
  ck_assert_int_eq(cxd__http_send(http, request, 1, 1), 0);
  while (!collect(&answer))
    ck_assert_int_eq(cxd__http_wait(http, 30000000), CXD_OK);
  return answer;
}

static const struct cxd__request put = {.kind = CXD__CLASS_PUT, .target = "/c/1", .bearer = "first-token-0001", .if_match = "\"v1\"", .traceparent = "00-1-2-01", .body = "{\"a\":1}", .body_len = 7, .timeout_us = 20000000, .fresh = 1};
static const struct cxd__request get = {.kind = CXD__CLASS_GET, .target = "/c/2?x=y", .bearer = "second-token-0002", .timeout_us = 20000000};

START_TEST(nothing_of_a_request_goes_along_with_the_next) {
  static const struct raw_step steps[] = {{.reply = OK, .close_after = 1}, {.reply = OK}, {.reply = OK, .close_after = 1}, {.reply = OK}};
  char url[128], head[512];
  serve(steps, 4);
  snprintf(url, sizeof url, "%s/token?q=1", raw_server_origin(server));
  const struct cxd__request token = {.kind = CXD__CLASS_TOKEN, .target = url, .basic = "id:secret", .body = "grant_type=x", .body_len = 12, .timeout_us = 20000000};
  const struct cxd__request *const all[] = {&token, &put, &get, &put};
  for (size_t i = 0; i < 4; i++)
    ck_assert_int_eq(ask(all[i]).http_status, 200);
  ck_assert_int_eq(handles, 2); /* the one with the client's credentials gets no other request */
  const char *host = strstr(raw_server_origin(server), "127");
  snprintf(head, sizeof head, "POST /token?q=1 HTTP/1.1\r\nHost: %s\r\nUser-Agent: agent/1\r\nAccept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\nAuthorization: Basic aWQ6c2VjcmV0\r\nContent-Length: 12\r\n\r\ngrant_type=x", host);
  ck_assert_str_eq(raw_server_request(server, 0), head);
  snprintf(head, sizeof head, "PUT /c/1 HTTP/1.1\r\nHost: %s\r\nUser-Agent: agent/1\r\nAccept: application/json\r\nContent-Type: application/json\r\nIf-Match: \"v1\"\r\ntraceparent: 00-1-2-01\r\nAuthorization: Bearer first-token-0001\r\nContent-Length: 7\r\n\r\n{\"a\":1}", host);
  ck_assert_str_eq(raw_server_request(server, 1), head);
  ck_assert_str_eq(raw_server_request(server, 3), head);
  snprintf(head, sizeof head, "GET /c/2?x=y HTTP/1.1\r\nHost: %s\r\nUser-Agent: agent/1\r\nAccept: application/json\r\nAuthorization: Bearer second-token-0002\r\n\r\n", host);
  ck_assert_str_eq(raw_server_request(server, 2), head);
  ck_assert_uint_eq(raw_server_connections(server), 3); /* each fresh one its own, the GET that of the PUT before */
  stop();
}
END_TEST

START_TEST(a_handle_whose_exchange_failed_is_not_used_again) {
  static const struct raw_step steps[] = {{.reply = OK}, {.reply = NULL}, {.reply = OK}, {.reply = OK}};
  serve(steps, 4);
  ck_assert_int_eq(ask(&get).http_status, 200);
  ck_assert_int_ne(ask(&get).way, CXD__WAY_ANSWER);
  ck_assert_int_eq(handles, 1);
  ck_assert_int_eq(ask(&get).http_status, 200);
  ck_assert_int_eq(ask(&get).http_status, 200);
  ck_assert_int_eq(handles, 2);
  stop();
}
END_TEST

START_TEST(two_hundred_puts_take_one_connection_and_one_handle) {
  static struct raw_step steps[200];
  struct cxd__request kept = put;
  kept.fresh = 0;
  for (size_t i = 0; i < 200; i++)
    steps[i] = (struct raw_step){.reply = OK};
  serve(steps, 200);
  for (size_t i = 0; i < 200; i++)
    ck_assert_int_eq(ask(&kept).http_status, 200);
  ck_assert_uint_eq(raw_server_connections(server), 1);
  ck_assert_int_eq(handles, 1);
  stop();
}
END_TEST

/* libcurl would close most of them each time a batch ends. */
static void run_batches(int batches, int in_flight) {
  struct cxd__request kept = put;
  kept.fresh = 0;
  for (int batch = 0; batch < batches; batch++) {
    for (int i = 0; i < in_flight; i++)
      ck_assert_int_eq(cxd__http_send(http, &kept, 1, 1), 0);
    for (int done = 0; done < in_flight; done += collect(NULL))
      ck_assert_int_eq(cxd__http_wait(http, 30000000), CXD_OK);
  }
}

START_TEST(a_hundred_batches_of_32_over_tls_take_32_connections) {
  struct stub stub = {.tls = 1};
  ck_assert_int_eq(stub_start(&stub), 0);
  open_to(stub.origin, "none");
  cxd__http_free(http);
  options.ca_file = stub.ca;
  ck_assert_int_eq(cxd__http_new(&options, &http, NULL), CXD_OK);
  run_batches(100, 32);
  ck_assert_uint_eq(stub.counts->requests, 3200);
  ck_assert_uint_eq(stub.counts->connections, 32);
  ck_assert_uint_eq(stub.counts->expects, 0);
  cxd__http_free(http);
  stub_stop(&stub);
}
END_TEST

START_TEST(more_in_flight_keep_as_many_connections) {
  struct stub stub = {0};
  ck_assert_int_eq(stub_start(&stub), 0);
  open_to(stub.origin, "none");
  run_batches(5, 100);
  ck_assert_uint_eq(stub.counts->requests, 500);
  ck_assert_uint_eq(stub.counts->connections, 100);
  cxd__http_free(http);
  stub_stop(&stub);
}
END_TEST

START_TEST(a_proxy_of_plain_http_reads_the_whole_url) {
  static const struct raw_step steps[] = {{.reply = OK}, {.reply = OK}};
  server = raw_server_start(steps, 2);
  open_to("http://api.example.test:8080", raw_server_origin(server));
  struct cxd__request kept = put;
  kept.fresh = 0;
  ck_assert_int_eq(ask(&kept).http_status, 200);
  ck_assert_int_eq(ask(&get).http_status, 200);
  ck_assert_ptr_eq(strstr(raw_server_request(server, 0), "PUT http://api.example.test:8080/c/1 HTTP/1.1\r\n"), raw_server_request(server, 0));
  ck_assert_ptr_eq(strstr(raw_server_request(server, 1), "GET http://api.example.test:8080/c/2?x=y HTTP/1.1\r\n"), raw_server_request(server, 1));
  ck_assert_ptr_nonnull(strstr(raw_server_request(server, 1), "\r\nHost: api.example.test:8080\r\n"));
  stop();
}
END_TEST

START_TEST(a_proxy_on_the_way_to_https_is_asked_for_a_tunnel) {
  static const struct raw_step steps[] = {{.reply = "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", .close_after = 1}};
  server = raw_server_start(steps, 1);
  open_to("https://api.example.test", raw_server_origin(server));
  ck_assert_int_eq(ask(&get).sends, 0);
  ck_assert_ptr_eq(strstr(raw_server_request(server, 0), "CONNECT api.example.test:443 HTTP/1.1\r\n"), raw_server_request(server, 0));
  ck_assert_ptr_null(strcasestr(raw_server_request(server, 0), "authorization"));
  ck_assert_ptr_null(strstr(raw_server_request(server, 0), "/c/2"));
  stop();
}
END_TEST

/* Each request has the token it was given, however many of both are under way. */
START_TEST(a_new_token_does_not_change_requests_under_way) {
  static const struct raw_step steps[] = {{.reply = OK, .close_after = 1}, {.reply = OK, .close_after = 1}, {.reply = OK, .close_after = 1}, {.reply = OK, .close_after = 1}, {.reply = OK, .close_after = 1}, {.reply = OK, .close_after = 1}};
  struct cxd__request old = get, fresh = get;
  int seen[2] = {0, 0};
  serve(steps, 6);
  fresh.bearer = "third-token-00003";
  for (int i = 0; i < 6; i++)
    ck_assert_int_eq(cxd__http_send(http, i % 2 ? &fresh : &old, 1, 1), 0);
  for (int done = 0; done < 6; done += collect(NULL))
    ck_assert_int_eq(cxd__http_wait(http, 30000000), CXD_OK);
  for (size_t i = 0; i < 6; i++) {
    seen[0] += strstr(raw_server_request(server, i), "\r\nAuthorization: Bearer second-token-0002\r\n") != NULL;
    seen[1] += strstr(raw_server_request(server, i), "\r\nAuthorization: Bearer third-token-00003\r\n") != NULL;
  }
  ck_assert_int_eq(seen[0], 3);
  ck_assert_int_eq(seen[1], 3);
  stop();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("http pool");
  TCase *tc = tcase_create("pool");
  tcase_set_timeout(tc, 100);
  tcase_add_test(tc, nothing_of_a_request_goes_along_with_the_next);
  tcase_add_test(tc, a_handle_whose_exchange_failed_is_not_used_again);
  tcase_add_test(tc, two_hundred_puts_take_one_connection_and_one_handle);
  tcase_add_test(tc, a_hundred_batches_of_32_over_tls_take_32_connections);
  tcase_add_test(tc, more_in_flight_keep_as_many_connections);
  tcase_add_test(tc, a_proxy_of_plain_http_reads_the_whole_url);
  tcase_add_test(tc, a_proxy_on_the_way_to_https_is_asked_for_a_tunnel);
  tcase_add_test(tc, a_new_token_does_not_change_requests_under_way);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
