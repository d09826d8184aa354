/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <check.h>

#include "core/counters.h"
#include "run.h"

START_TEST(a_bound_belongs_to_its_bucket) {
  struct cxd__histogram histogram = {0};
  for (size_t i = 0; i < CXD__BUCKETS - 1; i++) {
    cxd__histogram_add(&histogram, cxd__bucket_us[i]);
    ck_assert_int_eq(histogram.in[i], 1 + (i > 0));
    cxd__histogram_add(&histogram, cxd__bucket_us[i] + 1);
    ck_assert_int_eq(histogram.in[i + 1], 1);
    ck_assert(i == 0 || cxd__bucket_us[i] > cxd__bucket_us[i - 1]);
  }
  cxd__histogram_add(&histogram, 0);
  ck_assert_int_eq(histogram.in[0], 2);
  ck_assert_int_eq(histogram.count, 2 * (CXD__BUCKETS - 1) + 1);
}
END_TEST

START_TEST(sums_and_counts_add_up) {
  struct cxd__histogram histogram = {0};
  cxd__histogram_add(&histogram, 4999);
  cxd__histogram_add(&histogram, INT64_C(500000000));
  ck_assert_int_eq(histogram.sum_us, INT64_C(500004999));
  ck_assert_int_eq(histogram.count, 2);
  ck_assert_int_eq(histogram.in[CXD__BUCKETS - 1], 1);
}
END_TEST

static struct cxd__counters counted(enum cxd__class kind, struct cxd__exchange exchange, size_t body_len) {
  struct cxd__counters counters = {0};
  cxd__count_exchange(&counters, kind, &exchange, body_len);
  return counters;
}

START_TEST(what_did_not_leave_is_no_request) {
  struct cxd__counters counters = counted(CXD__CLASS_PUT, (struct cxd__exchange){.way = CXD__WAY_CONNECT}, 50);
  ck_assert_int_eq(counters.sends[CXD__CLASS_PUT] + counters.answers[CXD__ANSWER_NONE] + counters.reused + counters.opened + counters.body_sent, 0);
}
END_TEST

/* A handshake that broke off had a connection. */
START_TEST(a_connection_counts_without_a_request) {
  struct cxd__counters counters = counted(CXD__CLASS_GET, (struct cxd__exchange){.way = CXD__WAY_HANDSHAKE, .connects = 1}, 0);
  ck_assert_int_eq(counters.opened, 1);
  ck_assert_int_eq(counters.sends[CXD__CLASS_GET], 0);
}
END_TEST

START_TEST(answers_have_classes) {
  static const struct {
    int32_t http;
    enum cxd__answer_class wanted;
  } rows[] = {{200, CXD__ANSWER_2XX}, {299, CXD__ANSWER_2XX}, {304, CXD__ANSWER_3XX}, {404, CXD__ANSWER_4XX}, {503, CXD__ANSWER_5XX}, {599, CXD__ANSWER_5XX}, {600, CXD__ANSWER_OTHER}, {101, CXD__ANSWER_OTHER}, {999, CXD__ANSWER_OTHER}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__counters counters = counted(CXD__CLASS_GET, (struct cxd__exchange){.http_status = rows[i].http, .sends = 1}, 0);
    ck_assert_msg(counters.answers[rows[i].wanted] == 1, "%d", (int)rows[i].http);
  }
}
END_TEST

START_TEST(a_request_without_an_answer_is_in_no_histogram) {
  struct cxd__counters counters = counted(CXD__CLASS_PUT, (struct cxd__exchange){.way = CXD__WAY_TIMEOUT, .sends = 1, .connects = 1, .sent_mono_us = 1, .end_mono_us = 9000}, 7);
  ck_assert_int_eq(counters.answers[CXD__ANSWER_NONE], 1);
  ck_assert_int_eq(counters.requests.count, 0);
  ck_assert_int_eq(counters.body_sent, 7);
  ck_assert_int_eq(counters.reused, 0);
}
END_TEST

START_TEST(tokens_are_in_no_histogram) {
  struct cxd__counters counters = counted(CXD__CLASS_TOKEN, (struct cxd__exchange){.http_status = 200, .sends = 1, .end_mono_us = 9000}, 7);
  ck_assert_int_eq(counters.requests.count, 0);
  counters = counted(CXD__CLASS_GET, (struct cxd__exchange){.http_status = 200, .sends = 1, .sent_mono_us = 1000, .end_mono_us = 9000}, 0);
  ck_assert_int_eq(counters.requests.sum_us, 8000);
  ck_assert_int_eq(counters.reused, 1);
}
END_TEST

START_TEST(retries_have_reasons) {
  static const struct {
    enum cxd__way way;
    int32_t http;
    enum cxd__retry_reason wanted;
  } rows[] = {
      {CXD__WAY_ANSWER, 429, CXD__RETRY_LIMITED}, {CXD__WAY_ANSWER, 503, CXD__RETRY_SERVER}, {CXD__WAY_ANSWER, 500, CXD__RETRY_SERVER}, {CXD__WAY_ANSWER, 408, CXD__RETRY_ANSWER},  {CXD__WAY_ANSWER, 421, CXD__RETRY_ANSWER},
      {CXD__WAY_CONNECT, 0, CXD__RETRY_CONNECT},  {CXD__WAY_HANDSHAKE, 0, CXD__RETRY_CONNECT}, {CXD__WAY_TIMEOUT, 0, CXD__RETRY_TIMEOUT}, {CXD__WAY_LOST, 200, CXD__RETRY_LOST}, {CXD__WAY_RESEND, 0, CXD__RETRY_LOST},
      {CXD__WAY_ANSWER, 0, CXD__RETRY_LOOKED},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__counters counters = {0};
    cxd__count_retry(&counters, &(struct cxd__exchange){.way = rows[i].way, .http_status = rows[i].http});
    ck_assert_msg(counters.retries[rows[i].wanted] == 1, "row %zu", i);
  }
}
END_TEST

START_TEST(updates_are_counted_three_ways) {
  struct cxd__counters counters = {0};
  cxd__count_update(&counters, CXD_OUTCOME_UNKNOWN, CXD_E_UNKNOWN_OUTCOME, 20000);
  cxd__count_update(&counters, CXD_OUTCOME_UNKNOWN, CXD_E_CANCELLED, 20000);
  ck_assert_int_eq(counters.outcomes[CXD_OUTCOME_UNKNOWN], 2);
  ck_assert_int_eq(counters.statuses[CXD__STATUS_DOUBT], 1);
  ck_assert_int_eq(counters.statuses[CXD__STATUS_CANCELLED], 1);
  ck_assert_int_eq(counters.updates.count, 2);
}
END_TEST

START_TEST(an_outcome_that_is_none_is_not_counted) {
  struct cxd__counters counters = {0};
  cxd__count_update(&counters, -1, CXD_OK, 1);
  cxd__count_update(&counters, CXD__OUTCOMES, CXD_OK, 1);
  ck_assert_int_eq(counters.updates.count, 0);
}
END_TEST

START_TEST(every_status_has_a_class) {
  ck_assert_int_eq(cxd__status_class_of(CXD_OK), CXD__STATUS_OK);
  ck_assert_int_eq(cxd__status_class_of(CXD_E_WINDOW_CLOSED), CXD__STATUS_REFUSED);
  ck_assert_int_eq(cxd__status_class_of(CXD_E_RATE_LIMITED), CXD__STATUS_QUOTA);
  ck_assert_int_eq(cxd__status_class_of(CXD_E_TOKEN), CXD__STATUS_AUTH);
  ck_assert_int_eq(cxd__status_class_of(CXD_E_TLS), CXD__STATUS_NETWORK);
  ck_assert_int_eq(cxd__status_class_of(CXD_E_PROTOCOL), CXD__STATUS_SERVER);
  ck_assert_int_eq(cxd__status_class_of(CXD_E_AUDIT), CXD__STATUS_LOCAL);
  ck_assert_int_eq(cxd__status_class_of(CXD_E_NOMEM), CXD__STATUS_LOCAL);
  ck_assert_int_eq(cxd__status_class_of(12345), CXD__STATUS_LOCAL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("counters");
  TCase *tc = tcase_create("counters");
  suite_add_tcase(suite, tc);
  tcase_add_test(tc, a_bound_belongs_to_its_bucket);
  tcase_add_test(tc, sums_and_counts_add_up);
  tcase_add_test(tc, what_did_not_leave_is_no_request);
  tcase_add_test(tc, a_connection_counts_without_a_request);
  tcase_add_test(tc, answers_have_classes);
  tcase_add_test(tc, a_request_without_an_answer_is_in_no_histogram);
  tcase_add_test(tc, tokens_are_in_no_histogram);
  tcase_add_test(tc, retries_have_reasons);
  tcase_add_test(tc, updates_are_counted_three_ways);
  tcase_add_test(tc, an_outcome_that_is_none_is_not_counted);
  tcase_add_test(tc, every_status_has_a_class);
  return run_suite(suite);
}
