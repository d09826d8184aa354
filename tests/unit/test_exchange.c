/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/exchange.h"

#include <string.h>

#include "base/mem.h"
#include "run.h"

START_TEST(clearing_frees_everything_and_may_be_done_twice) {
  struct cxd__exchange exchange = {.way = CXD__WAY_LOST, .http_status = 200, .sends = 1, .end_mono_us = 5};
  char **texts[] = {&exchange.etag, &exchange.retry_after, &exchange.date, &exchange.request_id, &exchange.content_type, &exchange.www_authenticate, &exchange.detail};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    *texts[i] = cxd__strdup("text");
  cxd__buf_str(&exchange.body, "{\"access_token\":\"x\"}");
  cxd__exchange_clear(&exchange);
  struct cxd__exchange zero = {0};
  ck_assert_int_eq(exchange.way, CXD__WAY_ANSWER);
  ck_assert_int_eq(exchange.sends, 0);
  ck_assert_ptr_null(exchange.body.data);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    ck_assert_ptr_null(*texts[i]);
  ck_assert_int_eq(exchange.end_mono_us, zero.end_mono_us);
  cxd__exchange_clear(&exchange);
}
END_TEST

START_TEST(a_zeroed_exchange_is_a_plain_answer) {
  struct cxd__exchange exchange = {0};
  ck_assert_int_eq(exchange.way, CXD__WAY_ANSWER);
  cxd__exchange_clear(&exchange);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("exchange");
  TCase *t = tcase_create("exchange");
  suite_add_tcase(suite, t);
  tcase_add_test(t, clearing_frees_everything_and_may_be_done_twice);
  tcase_add_test(t, a_zeroed_exchange_is_a_plain_answer);
  return run_suite(suite);
}
