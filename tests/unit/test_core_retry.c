/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Tries and what lies between them: back-off, Retry-After and the gate, the deadline, the budget of retries. */
#include <stdio.h>

#include "core_rig.h"
#include "run.h"

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

/* ----------------------------------------------------------------- waits and tries */

static void to_first_get(void) {
  core_start_get(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
}

static int64_t pause_us(void) {
  core_expect_nothing(&rig);
  int64_t due = cxd__core_due(rig.core);
  ck_assert_int_ne(due, INT64_MAX);
  return due - rig.world->now.mono_us;
}

START_TEST(backoff_is_random_below_a_doubling_ceiling) {
  int64_t longest[3] = {0};
  struct core_setup setup = core_setup_default();
  for (uint64_t seed = 1; seed <= 200; seed++) {
    setup.seed = seed;
    core_rig_reopen(&rig, &setup);
    to_first_get();
    for (int k = 0; k < 3; k++) {
      ANSWER(&rig, .http = 500);
      int64_t pause = pause_us();
      ck_assert_int_ge(pause, 0);
      ck_assert_int_lt(pause, (int64_t)500000 << k);
      longest[k] = pause > longest[k] ? pause : longest[k];
      core_pass(&rig, pause);
      core_expect_send(&rig, CXD__CLASS_GET);
    }
  }
  for (int k = 0; k < 3; k++)
    ck_assert_int_gt(longest[k], ((int64_t)500000 << k) * 9 / 10);
}
END_TEST

START_TEST(backoff_never_exceeds_its_cap) {
  struct core_setup setup = core_setup_default();
  setup.core.max_attempts = 20;
  setup.core.cap_us = 3 * SECOND;
  setup.budget = 100000;
  core_rig_reopen(&rig, &setup);
  to_first_get();
  for (int k = 1; k < 20; k++) {
    ANSWER(&rig, .way = CXD__WAY_LOST);
    int64_t pause = pause_us();
    ck_assert_int_lt(pause, 3 * SECOND);
    core_pass(&rig, pause);
    core_expect_send(&rig, CXD__CLASS_GET);
  }
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_assert_get_ends(&rig, CXD_E_CONNECT);
}
END_TEST

START_TEST(there_is_no_wait_after_the_last_try) {
  to_first_get();
  for (int k = 0; k < 3; k++) {
    ANSWER(&rig, .http = 502);
    core_pass(&rig, pause_us());
    core_expect_send(&rig, CXD__CLASS_GET);
  }
  ANSWER(&rig, .http = 502);
  core_assert_get_ends(&rig, CXD_E_SERVER);
}
END_TEST

START_TEST(one_attempt_means_one_send) {
  struct core_setup setup = core_setup_default();
  setup.core.max_attempts = 1;
  core_rig_reopen(&rig, &setup);
  to_first_get();
  ANSWER(&rig, .http = 500);
  core_assert_get_ends(&rig, CXD_E_SERVER);
}
END_TEST

START_TEST(a_misdirected_request_is_tried_again_once) {
  to_first_get();
  ANSWER(&rig, .http = 421);
  core_pass(&rig, pause_us());
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 421);
  core_assert_get_ends(&rig, CXD_E_SERVER);
}
END_TEST

START_TEST(retry_after_is_honoured_later_and_never_earlier) {
  static const int64_t asked[] = {1, 7, 60, 119, 120};
  struct core_setup setup = core_setup_default();
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
    for (uint64_t seed = 1; seed <= 50; seed++) {
      char text[24];
      setup.seed = seed;
      core_rig_reopen(&rig, &setup);
      to_first_get();
      (void)snprintf(text, sizeof text, "%lld", (long long)asked[i]);
      ANSWER(&rig, .http = 429, .retry_after = text);
      int64_t pause = pause_us();
      ck_assert_int_ge(pause, asked[i] * SECOND);
      ck_assert_int_le(pause, asked[i] * SECOND + SECOND + asked[i] * SECOND / 20);
    }
}
END_TEST

START_TEST(without_a_retry_after_or_with_zero_a_429_waits_seconds_doubling) {
  static const char *const fields[] = {NULL, "junk", "0", "Sun, 06 Nov 1994 08:49:37 GMT"};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    close_rig();
    open_rig();
    to_first_get();
    for (int k = 0; k < 3; k++) {
      ANSWER(&rig, .http = 429, .retry_after = fields[i]);
      int64_t pause = pause_us(), ceiling = (5 * SECOND) << k;
      ck_assert_int_ge(pause, ceiling / 2);
      ck_assert_int_le(pause, ceiling);
      core_pass(&rig, pause);
      core_expect_send(&rig, CXD__CLASS_GET);
    }
  }
}
END_TEST

START_TEST(a_longer_retry_after_than_allowed_fails_now_and_says_how_long) {
  to_first_get();
  ANSWER(&rig, .http = 429, .retry_after = "121");
  cxd_error *error = core_end_of_get(&rig, CXD_E_RATE_LIMITED);
  ck_assert_int_eq(cxd_error_retry_after_ms(error), 121000);
  ck_assert_int_eq(cxd_error_retryable(error), 1);
  ck_assert_int_eq(cxd_error_http_status(error), 429);
  cxd_error_free(error);
}
END_TEST

START_TEST(the_limit_on_retry_after_does_not_bind_our_own_pauses) {
  struct core_setup setup = core_setup_default();
  setup.core.max_retry_after_us = 0;
  core_rig_reopen(&rig, &setup);
  to_first_get();
  ANSWER(&rig, .http = 429);
  ck_assert_int_ge(pause_us(), 2500000);
}
END_TEST

START_TEST(a_huge_retry_after_fails_now_and_closes_the_gate_for_an_hour) {
  static const char *const fields[] = {"86400", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    close_rig();
    open_rig();
    to_first_get();
    ANSWER(&rig, .http = 429, .retry_after = fields[i]);
    core_assert_get_ends(&rig, CXD_E_RATE_LIMITED);
    core_pass(&rig, 3300 * SECOND);
    core_start_get(&rig);
    core_assert_get_ends(&rig, CXD_E_RATE_LIMITED);
    core_pass(&rig, 301 * SECOND);
    core_start_get(&rig);
    core_expect(&rig, CXD__ACT_SEND);
  }
}
END_TEST

START_TEST(the_gate_closes_for_everybody_and_says_when_it_opens) {
  struct core_rig other;
  struct core_setup setup = core_setup_default();
  core_rig_join(&other, &rig, &setup);
  to_first_get();
  ANSWER(&rig, .http = 429, .retry_after = "10");
  int64_t opens = rig.world->now.mono_us + pause_us();
  struct cxd__job job = {.kind = CXD__JOB_GET, .id = "c2"};
  core_start(&other, &job);
  core_expect_nothing(&other);
  ck_assert_int_eq(cxd__core_due(other.core), opens);
  core_pass_to_due(&other);
  core_expect_send(&other, CXD__CLASS_GET);
  core_rig_close(&other);
}
END_TEST

START_TEST(a_slot_given_back_wakes_those_who_wait_in_other_cores) {
  struct core_rig other;
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  core_rig_reopen(&rig, &setup);
  core_rig_join(&other, &rig, &setup);
  to_first_get();
  struct cxd__job job = {.kind = CXD__JOB_GET, .id = "c2"};
  core_start(&other, &job);
  core_expect_nothing(&other);
  int woken = other.woken;
  ANSWER(&rig, .way = CXD__WAY_CONNECT, .unsent = 1);
  ck_assert_int_gt(other.woken, woken);
  core_expect_send(&other, CXD__CLASS_GET);
  core_rig_close(&other);
}
END_TEST

START_TEST(a_503_with_retry_after_closes_the_gate_too) {
  to_first_get();
  ANSWER(&rig, .http = 503, .retry_after = "10");
  ck_assert_int_ge(rig.world->shared.limiter.gate_until, rig.world->now.mono_us + 10 * SECOND);
}
END_TEST

START_TEST(a_throttled_put_is_certain_and_is_sent_again_without_reading) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 429, .retry_after = "2");
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(a_deferred_put_is_not_applied_and_rate_limited) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 429, .retry_after = "86400");
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq(result->status, CXD_E_RATE_LIMITED);
  ck_assert_int_eq(cxd_error_retry_after_ms(result->error), 86400000);
  cxd_result_free(result);
}
END_TEST

/* ------------------------------------------------------------------------ deadline */

START_TEST(a_wait_that_reaches_the_deadline_fails_now) {
  to_first_get();
  core_pass(&rig, 100 * SECOND);
  ANSWER(&rig, .http = 429, .retry_after = "80");
  cxd_error *error = core_end_of_get(&rig, CXD_E_RATE_LIMITED);
  ck_assert_int_eq(cxd_error_retry_after_ms(error), 80000);
  cxd_error_free(error);
}
END_TEST

START_TEST(a_slot_that_comes_after_the_deadline_fails_now_and_says_when) {
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  setup.window_us = 600 * SECOND;
  core_rig_reopen(&rig, &setup);
  to_first_get();
  ANSWER(&rig, .http = 200, .body = "{}");
  core_assert_get_ends(&rig, CXD_OK);
  core_start_get(&rig);
  cxd_error *error = core_end_of_get(&rig, CXD_E_RATE_LIMITED);
  ck_assert_int_eq(cxd_error_retry_after_ms(error), 600250);
  cxd_error_free(error);
}
END_TEST

START_TEST(an_attempt_ends_with_the_deadline) {
  to_first_get();
  ck_assert_int_eq(rig.act.request.timeout_us, 10 * SECOND);
  core_pass(&rig, 175 * SECOND);
  ANSWER(&rig, .http = 500);
  core_pass(&rig, pause_us());
  core_expect_send(&rig, CXD__CLASS_GET);
  ck_assert_int_le(rig.act.request.timeout_us, 5 * SECOND);
}
END_TEST

START_TEST(a_put_leaves_time_to_read_back) {
  core_to_get(&rig, INTERVAL_60);
  core_pass(&rig, 168 * SECOND);
  core_round_to_put(&rig, core_document, "\"v7\"");
  ck_assert_int_le(rig.act.request.timeout_us, 6 * SECOND + 1);
}
END_TEST

START_TEST(nothing_is_sent_after_the_deadline) {
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"", .took_us = 120 * SECOND);
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  core_pass(&rig, 61 * SECOND); /* a slow disk */
  core_appended(&rig, CXD_OK);
  core_assert_ends(&rig, CXD_OUTCOME_NOT_APPLIED, CXD_E_TIMEOUT);
}
END_TEST

START_TEST(a_read_back_after_the_deadline_is_not_sent_and_the_outcome_is_unknown) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .way = CXD__WAY_TIMEOUT, .took_us = 181 * SECOND);
  core_assert_ends(&rig, CXD_OUTCOME_UNKNOWN, CXD_E_UNKNOWN_OUTCOME);
}
END_TEST

START_TEST(a_deadline_in_the_queue_is_told_as_the_quotas_fault) {
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  core_rig_reopen(&rig, &setup);
  to_first_get();
  core_start_get(&rig);
  core_expect_nothing(&rig);
  core_pass_to_due(&rig);
  core_assert_get_ends(&rig, CXD_E_RATE_LIMITED);
}
END_TEST

/* -------------------------------------------------------------------------- budget */

static void fail_a_get(int32_t http, int32_t expected_sends) {
  core_start_get(&rig);
  for (int32_t i = 0; i < expected_sends; i++) {
    if (i)
      core_pass(&rig, pause_us());
    core_expect_send(&rig, CXD__CLASS_GET);
    ANSWER(&rig, .http = http);
  }
  core_assert_get_ends(&rig, CXD_E_SERVER);
}

START_TEST(the_budget_is_empty_after_ten_transient_retries) {
  to_first_get();
  ANSWER(&rig, .http = 200, .body = "{}");
  core_assert_get_ends(&rig, CXD_OK);
  fail_a_get(500, 4);
  fail_a_get(500, 4);
  fail_a_get(500, 4);
  fail_a_get(500, 2);
  fail_a_get(500, 1);
  ck_assert_int_eq(rig.world->shared.budget, 0);
}
END_TEST

START_TEST(a_success_after_retries_gives_their_points_back_and_earns_one) {
  to_first_get();
  ANSWER(&rig, .http = 500);
  ck_assert_int_eq(rig.world->shared.budget, 126);
  core_pass(&rig, pause_us());
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 429);
  ck_assert_int_eq(rig.world->shared.budget, 121);
  core_pass(&rig, pause_us());
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = "{}");
  ck_assert_int_eq(rig.world->shared.budget, 140);
}
END_TEST

START_TEST(a_budget_of_zero_allows_no_retry) {
  struct core_setup setup = core_setup_default();
  setup.budget = 0;
  core_rig_reopen(&rig, &setup);
  to_first_get();
  ANSWER(&rig, .http = 500);
  core_assert_get_ends(&rig, CXD_E_SERVER);
}
END_TEST

static void read_back_unchanged(void) {
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
}

START_TEST(puts_that_keep_failing_empty_the_budget_although_their_read_backs_succeed) {
  core_to_put(&rig, INTERVAL_60);
  int64_t before = rig.world->shared.budget;
  for (int i = 0; i < 3; i++) {
    ANSWER(&rig, .http = 500);
    read_back_unchanged();
    core_pass_to_due(&rig);
    core_expect_put_again(&rig);
  }
  ck_assert_int_le(rig.world->shared.budget, before - 3 * 14 + 3);
}
END_TEST

START_TEST(a_put_that_succeeds_in_the_end_gets_its_points_back) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 500);
  read_back_unchanged();
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ANSWER(&rig, .http = 200);
  ck_assert_int_eq(rig.world->shared.budget, 140);
}
END_TEST

START_TEST(latencies_are_split_by_what_was_waited_for) {
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 500, .took_us = 30000);
  int64_t pause = pause_us();
  core_pass(&rig, pause);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 404, .took_us = 20000);
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->latency_us[CXD_LATENCY_BACKOFF], pause);
  ck_assert_int_eq(result->latency_us[CXD_LATENCY_SERVER], 50000);
  ck_assert_int_eq(result->latency_us[CXD_LATENCY_TOTAL], pause + 50000);
  ck_assert_int_eq(result->attempts, 3);
  ck_assert_int_eq(result->sends, 0);
  cxd_result_free(result);
}
END_TEST

static void add_waits(TCase *t) {
  tcase_add_test(t, backoff_is_random_below_a_doubling_ceiling);
  tcase_add_test(t, backoff_never_exceeds_its_cap);
  tcase_add_test(t, there_is_no_wait_after_the_last_try);
  tcase_add_test(t, one_attempt_means_one_send);
  tcase_add_test(t, a_misdirected_request_is_tried_again_once);
  tcase_add_test(t, retry_after_is_honoured_later_and_never_earlier);
  tcase_add_test(t, without_a_retry_after_or_with_zero_a_429_waits_seconds_doubling);
  tcase_add_test(t, a_longer_retry_after_than_allowed_fails_now_and_says_how_long);
  tcase_add_test(t, the_limit_on_retry_after_does_not_bind_our_own_pauses);
  tcase_add_test(t, a_huge_retry_after_fails_now_and_closes_the_gate_for_an_hour);
  tcase_add_test(t, the_gate_closes_for_everybody_and_says_when_it_opens);
  tcase_add_test(t, a_slot_given_back_wakes_those_who_wait_in_other_cores);
  tcase_add_test(t, a_503_with_retry_after_closes_the_gate_too);
  tcase_add_test(t, a_throttled_put_is_certain_and_is_sent_again_without_reading);
  tcase_add_test(t, a_deferred_put_is_not_applied_and_rate_limited);
}

static void add_deadline(TCase *t) {
  tcase_add_test(t, a_wait_that_reaches_the_deadline_fails_now);
  tcase_add_test(t, a_slot_that_comes_after_the_deadline_fails_now_and_says_when);
  tcase_add_test(t, an_attempt_ends_with_the_deadline);
  tcase_add_test(t, a_put_leaves_time_to_read_back);
  tcase_add_test(t, nothing_is_sent_after_the_deadline);
  tcase_add_test(t, a_read_back_after_the_deadline_is_not_sent_and_the_outcome_is_unknown);
  tcase_add_test(t, a_deadline_in_the_queue_is_told_as_the_quotas_fault);
}

static void add_budget(TCase *t) {
  tcase_add_test(t, the_budget_is_empty_after_ten_transient_retries);
  tcase_add_test(t, a_success_after_retries_gives_their_points_back_and_earns_one);
  tcase_add_test(t, a_budget_of_zero_allows_no_retry);
  tcase_add_test(t, puts_that_keep_failing_empty_the_budget_although_their_read_backs_succeed);
  tcase_add_test(t, a_put_that_succeeds_in_the_end_gets_its_points_back);
  tcase_add_test(t, latencies_are_split_by_what_was_waited_for);
}

int main(void) {
  Suite *suite = suite_create("core_retry");
  add_waits(suite_case(suite, "waits and tries", open_rig, close_rig));
  add_deadline(suite_case(suite, "deadline", open_rig, close_rig));
  add_budget(suite_case(suite, "budget", open_rig, close_rig));
  return run_suite(suite);
}
