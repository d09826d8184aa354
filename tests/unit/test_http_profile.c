/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What libcurl is really told for every handle: curl_easy_setopt is wrapped at link time and its calls are written down. */
#include "http/transfer.h"

#include <stdarg.h>
#include <string.h>

#include "http/http_private.h"
#include "run.h"

#define CALLS_MAX 1024

static struct {
  CURLoption option;
  long number;
  char text[256];
  int has_text;
} calls[CALLS_MAX];
static size_t call_count;

CURLcode __real_curl_easy_setopt(CURL *easy, CURLoption option, ...);
CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...);

static int is_text(CURLoption option) {
  const struct curl_easyoption *known = curl_easy_option_by_id(option);
  return known && known->type == CURLOT_STRING;
}

CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...) {
  va_list args;
  va_start(args, option);
  void *value = va_arg(args, void *); /* long, pointer and curl_off_t are passed alike on the machines this test runs on */
  va_end(args);
  ck_assert_uint_lt(call_count, CALLS_MAX);
  calls[call_count].option = option;
  calls[call_count].number = (long)(intptr_t)value;
  calls[call_count].has_text = is_text(option) && value;
  if (calls[call_count].has_text)
    strncpy(calls[call_count].text, value, sizeof calls[call_count].text - 1);
  call_count++;
  return __real_curl_easy_setopt(easy, option, value);
}

static long streams;

CURLMcode __real_curl_multi_setopt(CURLM *multi, CURLMoption option, ...);
CURLMcode __wrap_curl_multi_setopt(CURLM *multi, CURLMoption option, ...);

CURLMcode __wrap_curl_multi_setopt(CURLM *multi, CURLMoption option, ...) {
  va_list args;
  va_start(args, option);
  void *value = va_arg(args, void *);
  va_end(args);
  if (option == CURLMOPT_MAX_CONCURRENT_STREAMS)
    streams = (long)(intptr_t)value;
  return __real_curl_multi_setopt(multi, option, value);
}

static struct cxd__http_options options;
static struct cxd__http *http;
static struct cxd__transfer transfer;
static struct cxd__origin origin;

static void setup(void) {
  static const cxd_log no_log;
  options = (struct cxd__http_options){.origin = "https://api.example.com", .connect_timeout_ms = 3000, .proxy = "none", .user_agent = "agent/1", .max_response_bytes = 1048576, .log = &no_log};
  ck_assert_int_eq(cxd__http_global(NULL), CXD_OK);
  ck_assert_int_eq(cxd__http_new(&options, &http, NULL), CXD_OK);
  transfer = (struct cxd__transfer){.http = http, .easy = curl_easy_init()};
  origin = (struct cxd__origin){.options = &options, .url = curl_url()};
  ck_assert_int_eq(curl_url_set(origin.url, CURLUPART_URL, options.origin, 0), CURLUE_OK);
  memset(calls, 0, sizeof calls);
  call_count = 0;
}

static void teardown(void) {
  curl_easy_cleanup(transfer.easy);
  curl_url_cleanup(origin.url);
  cxd__badge_drop(transfer.badge);
  cxd__buf_free(&transfer.url);
  cxd__buf_free(&transfer.if_match);
  cxd__buf_free(&transfer.traceparent);
  cxd__buf_free(&transfer.basic);
  cxd__http_free(http);
}

/* As for the next request on the same handle. */
static int set(const struct cxd__request *request) {
  cxd__badge_drop(transfer.badge);
  transfer.badge = request->bearer ? cxd__badge_new(request, NULL) : NULL;
  return cxd__profile_set(&transfer, &origin, request);
}

static int apply(const struct cxd__request *request) { return cxd__profile_fix(&transfer, &origin) != 0 ? -1 : set(request); }

static const struct cxd__request get = {.kind = CXD__CLASS_GET, .target = "/x", .bearer = "abc", .timeout_us = 10000000};
static const struct cxd__request put = {.kind = CXD__CLASS_PUT, .target = "/x", .bearer = "abc", .if_match = "\"v1\"", .body = "{}", .body_len = 2, .timeout_us = 10000000};

static int find(CURLoption option) {
  for (size_t i = call_count; i > 0; i--)
    if (calls[i - 1].option == option)
      return (int)(i - 1);
  return -1;
}

static void ck_number(CURLoption option, long value) {
  int at = find(option);
  ck_assert_msg(at >= 0, "option %s was never set", curl_easy_option_by_id(option)->name);
  ck_assert_msg(calls[at].number == value, "option %s is %ld, not %ld", curl_easy_option_by_id(option)->name, calls[at].number, value);
}

static void ck_text(CURLoption option, const char *value) {
  int at = find(option);
  ck_assert_msg(at >= 0, "option %s was never set", curl_easy_option_by_id(option)->name);
  ck_assert_str_eq(calls[at].text, value);
}

static void ck_unset(CURLoption option) { ck_assert_msg(find(option) < 0, "option %s was set", curl_easy_option_by_id(option)->name); }

static int has_header(const char *line) {
  ck_number(CURLOPT_HTTPHEADER, (long)(intptr_t)transfer.lines);
  for (const struct curl_slist *h = transfer.lines; h; h = h->next)
    if (strcmp(h->data, line) == 0)
      return 1;
  return 0;
}

START_TEST(credentials_never_follow_a_redirect_or_come_from_a_netrc) {
  ck_assert_int_eq(apply(&get), 0);
  ck_number(CURLOPT_FOLLOWLOCATION, 0);
  ck_number(CURLOPT_UNRESTRICTED_AUTH, 0);
  ck_number(CURLOPT_NETRC, CURL_NETRC_IGNORED);
  ck_number(CURLOPT_DISALLOW_USERNAME_IN_URL, 1);
  ck_number(CURLOPT_HEADEROPT, CURLHEADER_SEPARATE); /* not to a proxy on the way */
  ck_unset(CURLOPT_COOKIEFILE);
  ck_unset(CURLOPT_COOKIEJAR);
  ck_unset(CURLOPT_HSTS);
  ck_unset(CURLOPT_ALTSVC);
}
END_TEST

START_TEST(https_only_unless_plain_was_allowed) {
  ck_assert_int_eq(apply(&get), 0);
  ck_text(CURLOPT_PROTOCOLS_STR, "https");
  ck_text(CURLOPT_REDIR_PROTOCOLS_STR, "https");
  options.allow_plain = 1;
  ck_assert_int_eq(apply(&get), 0);
  ck_text(CURLOPT_PROTOCOLS_STR, "http,https");
}
END_TEST

START_TEST(tls_is_verified_and_at_least_1_2) {
  ck_assert_int_eq(apply(&get), 0);
  ck_number(CURLOPT_SSL_VERIFYPEER, 1);
  ck_number(CURLOPT_SSL_VERIFYHOST, 2);
  ck_number(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  ck_number(CURLOPT_PROXY_SSL_VERIFYPEER, 1);
  ck_number(CURLOPT_PROXY_SSL_VERIFYHOST, 2);
  ck_number(CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  ck_unset(CURLOPT_CAINFO);
  ck_unset(CURLOPT_PROXY_CAINFO);
  ck_unset(CURLOPT_SSL_OPTIONS);
  ck_unset(CURLOPT_KEYPASSWD);
}
END_TEST

START_TEST(the_users_ca_file_is_the_only_trust) {
  options.ca_file = "/tmp/ca.pem";
  options.client_cert = "/tmp/cert.pem";
  options.client_key = "/tmp/key.pem";
  ck_assert_int_eq(apply(&get), 0);
  ck_text(CURLOPT_CAINFO, "/tmp/ca.pem");
  ck_number(CURLOPT_CAPATH, 0);
  ck_text(CURLOPT_SSLCERT, "/tmp/cert.pem");
  ck_text(CURLOPT_SSLKEY, "/tmp/key.pem");
  ck_text(CURLOPT_KEYPASSWD, ""); /* or OpenSSL would ask on the terminal */
  ck_text(CURLOPT_PROXY_CAINFO, "/tmp/ca.pem");
  ck_number(CURLOPT_PROXY_CAPATH, 0);
  ck_unset(CURLOPT_PROXY_SSLCERT);
}
END_TEST

START_TEST(environment_proxies_only_when_asked) {
  ck_assert_int_eq(apply(&get), 0);
  ck_assert_int_ge(find(CURLOPT_PROXY), 0);
  ck_text(CURLOPT_NOPROXY, "*");
  call_count = 0;
  options.proxy = "http://proxy.example.com:3128";
  ck_assert_int_eq(apply(&get), 0);
  ck_text(CURLOPT_PROXY, "http://proxy.example.com:3128");
  call_count = 0;
  options.proxy = "env";
  ck_assert_int_eq(apply(&get), 0);
  ck_unset(CURLOPT_PROXY);
  ck_unset(CURLOPT_NOPROXY);
}
END_TEST

START_TEST(no_signals_no_decompression_no_http09_bounded_idle) {
  ck_assert_int_eq(apply(&get), 0);
  ck_number(CURLOPT_NOSIGNAL, 1);
  ck_number(CURLOPT_HTTP_CONTENT_DECODING, 0);
  ck_number(CURLOPT_HTTP09_ALLOWED, 0);
  ck_unset(CURLOPT_ACCEPT_ENCODING);
  ck_number(CURLOPT_QUICK_EXIT, 1);
  ck_number(CURLOPT_LOW_SPEED_LIMIT, 100);
  ck_number(CURLOPT_MAXAGE_CONN, 30);
  ck_number(CURLOPT_MAXLIFETIME_CONN, 3600);
  ck_number(CURLOPT_PATH_AS_IS, 1);
  ck_assert_int_ge(find(CURLOPT_PREREQFUNCTION), 0);
  ck_unset(CURLOPT_VERBOSE);
}
END_TEST

START_TEST(one_connection_carries_four_streams_at_most) { ck_assert_int_eq(streams, 4); }
END_TEST

START_TEST(time_outs_in_milliseconds_connect_never_above_the_whole) {
  ck_assert_int_eq(apply(&get), 0);
  ck_number(CURLOPT_TIMEOUT_MS, 10000);
  ck_number(CURLOPT_LOW_SPEED_TIME, 5);
  ck_number(CURLOPT_CONNECTTIMEOUT_MS, 3000);
  struct cxd__request hurried = get;
  hurried.timeout_us = 1500;
  ck_assert_int_eq(apply(&hurried), 0);
  ck_number(CURLOPT_TIMEOUT_MS, 2);
  ck_number(CURLOPT_CONNECTTIMEOUT_MS, 2);
  ck_number(CURLOPT_LOW_SPEED_TIME, 5);
  struct cxd__request patient = get;
  patient.timeout_us = 30000000;
  ck_assert_int_eq(apply(&patient), 0);
  ck_number(CURLOPT_LOW_SPEED_TIME, 15);
  hurried.timeout_us = 0; /* 0 would mean: no time-out */
  ck_assert_int_eq(apply(&hurried), 0);
  ck_number(CURLOPT_TIMEOUT_MS, 1);
}
END_TEST

START_TEST(a_suspect_connection_is_left_only_when_asked) {
  struct cxd__request fresh = get;
  ck_assert_int_eq(apply(&get), 0);
  ck_number(CURLOPT_FRESH_CONNECT, 0);
  fresh.fresh = 1;
  ck_assert_int_eq(apply(&fresh), 0);
  ck_number(CURLOPT_FRESH_CONNECT, 1);
}
END_TEST

START_TEST(a_put_has_its_length_its_condition_and_no_expect) {
  ck_assert_int_eq(apply(&put), 0);
  ck_text(CURLOPT_CUSTOMREQUEST, "PUT");
  ck_number(CURLOPT_POSTFIELDSIZE_LARGE, 2);
  ck_unset(CURLOPT_UPLOAD);
  ck_assert(has_header("If-Match: \"v1\""));
  ck_assert(has_header("Content-Type: application/json"));
  ck_assert(has_header("Accept: application/json"));
  ck_assert(has_header("Expect:"));
  ck_assert(has_header("Authorization: Bearer abc"));
}
END_TEST

START_TEST(a_token_request_is_a_form_with_basic_credentials) {
  struct cxd__request token = {.kind = CXD__CLASS_TOKEN, .target = "https://api.example.com/t", .basic = "id:se:cret", .body = "grant_type=client_credentials", .body_len = 29, .timeout_us = 1000000};
  ck_assert_int_eq(apply(&token), 0);
  ck_assert(has_header("Authorization: Basic aWQ6c2U6Y3JldA=="));
  ck_unset(CURLOPT_USERNAME); /* libcurl would keep them with the connection */
  ck_unset(CURLOPT_PASSWORD);
  ck_unset(CURLOPT_USERPWD);
  ck_assert(has_header("Content-Type: application/x-www-form-urlencoded"));
  ck_number(CURLOPT_CUSTOMREQUEST, 0);
}
END_TEST

START_TEST(control_bytes_anywhere_in_the_head_are_refused) {
  struct cxd__request bad = put;
  bad.bearer = "abc\r\nX-Evil: 1";
  ck_assert_int_eq(apply(&bad), -1);
  bad = put;
  bad.if_match = "\"a\nb\"";
  ck_assert_int_eq(apply(&bad), -1);
  options.user_agent = "agent\r\nX-Evil: 1";
  ck_assert_int_eq(apply(&put), -1);
  options.user_agent = "agent/1";
  ck_assert_int_eq(apply(&put), 0);
  static const char *const targets[] = {"/x\r\nHost: evil", "/x HTTP/1.1", "/x#y", "x", ""};
  for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
    bad = put;
    bad.target = targets[i];
    ck_assert_int_eq(apply(&bad), -1);
  }
  bad = put;
  bad.traceparent = "00-1\r\nX-Evil: 1";
  ck_assert_int_eq(apply(&bad), -1);
  struct cxd__request token = {.kind = CXD__CLASS_TOKEN, .target = "https://api.example.com/t\r\nHost: evil", .body = "a", .body_len = 1, .timeout_us = 1000};
  ck_assert_int_eq(apply(&token), -1);
}
END_TEST

START_TEST(a_trace_goes_along_when_there_is_one) {
  struct cxd__request traced = put;
  traced.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  ck_assert_int_eq(apply(&traced), 0);
  ck_assert(has_header("traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
  ck_assert_int_eq(set(&put), 0);
  ck_assert(!has_header("traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
}
END_TEST

/* Whatever a request can change is said again for the next one on the same handle, also that it is not there. */
START_TEST(nothing_of_a_request_is_left_for_the_next_on_its_handle) {
  static const CURLoption changing[] = {CURLOPT_TIMEOUT_MS, CURLOPT_LOW_SPEED_TIME, CURLOPT_CONNECTTIMEOUT_MS, CURLOPT_CURLU, CURLOPT_REQUEST_TARGET, CURLOPT_POSTFIELDSIZE_LARGE, CURLOPT_POSTFIELDS, CURLOPT_CUSTOMREQUEST, CURLOPT_FRESH_CONNECT, CURLOPT_HTTPHEADER};
  struct cxd__request token = {.kind = CXD__CLASS_TOKEN, .target = "https://auth.example.com/t", .basic = "id:secret", .body = "a=b", .body_len = 3, .timeout_us = 1000000}, fresh = put;
  const struct cxd__request *const all[] = {&token, &fresh, &get, &token, &get, &put};
  fresh.fresh = 1;
  ck_assert_int_eq(cxd__profile_fix(&transfer, &origin), 0);
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    call_count = 0;
    ck_assert_int_eq(set(all[i]), 0);
    for (size_t k = 0; k < sizeof changing / sizeof *changing; k++)
      ck_assert_msg(find(changing[k]) >= 0, "%s was left as it was", curl_easy_option_by_id(changing[k])->name);
    for (size_t k = 0; k < call_count; k++) {
      size_t known = 0;
      while (known < sizeof changing / sizeof *changing && changing[known] != calls[k].option)
        known++;
      ck_assert_msg(known < sizeof changing / sizeof *changing || calls[k].option == CURLOPT_HTTPGET || calls[k].option == CURLOPT_URL, "%s is set by some requests only", curl_easy_option_by_id(calls[k].option)->name);
    }
    ck_assert_int_eq(has_header("Authorization: Bearer abc"), all[i] != &token && i != 3);
    ck_assert_int_eq(has_header("If-Match: \"v1\""), all[i]->if_match != NULL);
    if (all[i] == &token)
      ck_text(CURLOPT_URL, token.target);
    else if (i > 0 && all[i - 1] == &token)
      ck_number(CURLOPT_URL, 0);
    ck_number(CURLOPT_FRESH_CONNECT, all[i]->fresh);
    ck_number(CURLOPT_POSTFIELDS, (long)(intptr_t)all[i]->body);
  }
}
END_TEST

START_TEST(after_a_request_the_handle_points_to_nothing_of_it) {
  struct cxd__request token = {.kind = CXD__CLASS_TOKEN, .target = "https://auth.example.com/t", .basic = "id:secret", .body = "a=b", .body_len = 3, .timeout_us = 1000000};
  const struct cxd__request *const all[] = {&token, &put};
  for (size_t i = 0; i < 2; i++) {
    ck_assert_int_eq(apply(all[i]), 0);
    cxd__profile_end(&transfer);
    ck_number(CURLOPT_HTTPHEADER, 0);
    ck_number(CURLOPT_POSTFIELDS, 0);
    ck_assert_ptr_null(transfer.lines[0].data);
    ck_assert_ptr_null(transfer.basic.data);
  }
}
END_TEST

/* The request line to a proxy of plain http is the whole URL; libcurl would send a target of ours as it is. */
START_TEST(a_target_alone_is_sent_where_no_proxy_reads_it) {
  ck_assert_int_eq(apply(&get), 0);
  ck_text(CURLOPT_REQUEST_TARGET, "/x");
  ck_number(CURLOPT_CURLU, (long)(intptr_t)origin.url);
  ck_unset(CURLOPT_URL);
  origin.whole_urls = 1;
  ck_assert_int_eq(apply(&get), 0);
  ck_number(CURLOPT_REQUEST_TARGET, 0);
  ck_number(CURLOPT_CURLU, 0);
  ck_text(CURLOPT_URL, "https://api.example.com/x");
}
END_TEST

START_TEST(of_two_places_of_trust_one_is_left_out_at_most) {
  static const struct {
    enum cxd__trust trust;
    CURLoption out, in;
  } rows[] = {{CXD__TRUST_DIRECTORY, CURLOPT_CAINFO, CURLOPT_CAPATH}, {CXD__TRUST_FILE, CURLOPT_CAPATH, CURLOPT_CAINFO}};
  for (size_t i = 0; i < 2; i++) {
    call_count = 0;
    origin.trust = rows[i].trust;
    ck_assert_int_eq(apply(&get), 0);
    ck_number(rows[i].out, 0);
    ck_unset(rows[i].in);
    ck_number(CURLOPT_SSL_VERIFYPEER, 1);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("http profile");
  TCase *tc = tcase_create("profile");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, credentials_never_follow_a_redirect_or_come_from_a_netrc);
  tcase_add_test(tc, https_only_unless_plain_was_allowed);
  tcase_add_test(tc, tls_is_verified_and_at_least_1_2);
  tcase_add_test(tc, the_users_ca_file_is_the_only_trust);
  tcase_add_test(tc, environment_proxies_only_when_asked);
  tcase_add_test(tc, no_signals_no_decompression_no_http09_bounded_idle);
  tcase_add_test(tc, one_connection_carries_four_streams_at_most);
  tcase_add_test(tc, time_outs_in_milliseconds_connect_never_above_the_whole);
  tcase_add_test(tc, a_suspect_connection_is_left_only_when_asked);
  tcase_add_test(tc, a_put_has_its_length_its_condition_and_no_expect);
  tcase_add_test(tc, a_token_request_is_a_form_with_basic_credentials);
  tcase_add_test(tc, control_bytes_anywhere_in_the_head_are_refused);
  tcase_add_test(tc, a_trace_goes_along_when_there_is_one);
  tcase_add_test(tc, nothing_of_a_request_is_left_for_the_next_on_its_handle);
  tcase_add_test(tc, after_a_request_the_handle_points_to_nothing_of_it);
  tcase_add_test(tc, a_target_alone_is_sent_where_no_proxy_reads_it);
  tcase_add_test(tc, of_two_places_of_trust_one_is_left_out_at_most);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
