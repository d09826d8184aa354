/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Tokens in the machine: when one is fetched, refreshed, refused and left alone. */
#include "core_rig.h"
#include "run.h"

static struct core_rig rig, other;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

static void open_two(void) { core_rig_open_two(&rig, &other); }

static void close_two(void) {
  core_rig_close(&other);
  core_rig_close(&rig);
}

/* --------------------------------------------------------------- fetch and refresh */

static void get_with_token(struct core_rig *r, const char *token) {
  core_start_get(r);
  core_finish_get_with(r, token);
}

START_TEST(the_exchange_goes_to_the_token_url_with_basic_and_form) {
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ck_assert_str_eq(rig.act.request.target, "https://auth.test/token");
  ck_assert_str_eq(rig.act.request.basic, "app:s3cret");
  ck_assert_str_eq(rig.act.request.body, "grant_type=client_credentials&scope=campaign%3Awrite");
  ck_assert_ptr_null(rig.act.request.bearer);
}
END_TEST

START_TEST(one_token_serves_many_requests_until_its_soft_end) {
  core_start_get(&rig);
  core_get_token(&rig);
  core_finish_get(&rig);
  core_pass(&rig, 3299 * SECOND);
  get_with_token(&rig, "tok-1");
}
END_TEST

START_TEST(the_life_counts_from_the_moment_of_sending) {
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 200, .body = "{\"access_token\":\"tok-1\",\"expires_in\":3600}", .took_us = 8 * SECOND);
  core_finish_get(&rig);
  core_pass(&rig, 3291 * SECOND);
  get_with_token(&rig, "tok-1");
  core_pass(&rig, 2 * SECOND);
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
}
END_TEST

START_TEST(suspend_ages_a_token_although_the_monotonic_clock_stood_still) {
  core_start_get(&rig);
  core_get_token(&rig);
  core_finish_get(&rig);
  rig.world->now.boot_us += 7200 * SECOND;
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
}
END_TEST

START_TEST(in_the_soft_phase_one_refreshes_and_the_others_use_the_old_token) {
  core_start_get(&rig);
  core_get_token(&rig);
  core_finish_get(&rig);
  core_pass(&rig, 3400 * SECOND);
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  struct cxd__action fetch = rig.act;
  get_with_token(&other, "tok-1");
  ANSWER_TO(&rig, &fetch, .http = 200, .body = "{\"access_token\":\"tok-2\",\"expires_in\":3600}");
  core_finish_get(&rig);
  get_with_token(&other, "tok-2");
}
END_TEST

START_TEST(a_failed_refresh_leaves_the_old_token_in_use_and_is_tried_again_after_30_s_doubled) {
  core_start_get(&rig);
  core_get_token(&rig);
  core_finish_get(&rig);
  core_pass(&rig, 3305 * SECOND);
  static const int64_t pauses[] = {30, 60, 120};
  for (size_t i = 0; i < 3; i++) {
    core_start_get(&rig);
    core_expect_send(&rig, CXD__CLASS_TOKEN);
    ANSWER(&rig, .http = 404);
    core_finish_get(&rig);
    core_pass(&rig, (pauses[i] - 1) * SECOND);
    get_with_token(&rig, "tok-1");
    core_pass(&rig, 2 * SECOND);
  }
}
END_TEST

START_TEST(from_the_hard_end_on_nobody_uses_the_old_token) {
  core_start_get(&rig);
  core_get_token(&rig);
  core_finish_get(&rig);
  core_pass(&rig, 3590 * SECOND);
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  core_start_get(&other);
  core_expect_nothing(&other);
}
END_TEST

START_TEST(an_operation_that_outlived_a_failed_refresh_fetches_again_when_the_token_expires) {
  core_start_get(&rig);
  core_get_token(&rig);
  core_finish_get(&rig);
  core_pass(&rig, 3560 * SECOND);
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 404);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 429, .retry_after = "40");
  core_pass_to_due(&rig);
  core_give_token(&rig, "tok-2", 3600);
  core_finish_get(&rig);
}
END_TEST

START_TEST(transient_failures_of_the_endpoint_are_tried_three_times) {
  core_start_get(&rig);
  for (int i = 0; i < 3; i++) {
    if (i)
      core_pass_to_due(&rig);
    core_expect_send(&rig, CXD__CLASS_TOKEN);
    ANSWER(&rig, .http = 503);
  }
  core_assert_get_ends(&rig, CXD_E_SERVER);
}
END_TEST

START_TEST(a_lost_token_reply_is_simply_asked_for_again) {
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_pass_to_due(&rig);
  core_give_token(&rig, "tok-1", 3600);
  core_finish_get(&rig);
}
END_TEST

START_TEST(a_permanent_refusal_is_remembered_for_60_s) {
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 401, .body = "{\"error\":\"invalid_client\"}");
  core_assert_get_ends(&rig, CXD_E_UNAUTHORIZED);
  core_pass(&rig, 59 * SECOND);
  core_start_get(&rig);
  core_assert_get_ends(&rig, CXD_E_UNAUTHORIZED);
  core_pass(&rig, 2 * SECOND);
  core_start_get(&rig);
  core_give_token(&rig, "tok-1", 3600);
  core_finish_get(&rig);
}
END_TEST

START_TEST(a_permanent_refusal_of_a_refresh_is_remembered_for_60_s_too) {
  core_start_get(&rig);
  core_get_token(&rig);
  core_finish_get(&rig);
  core_pass(&rig, 3305 * SECOND);
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 400, .body = "{\"error\":\"invalid_client\"}");
  core_finish_get(&rig);
  core_pass(&rig, 59 * SECOND);
  get_with_token(&rig, "tok-1");
}
END_TEST

START_TEST(a_retry_after_of_the_endpoint_keeps_everybody_away_from_it) {
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 429, .retry_after = "600");
  core_assert_get_ends(&rig, CXD_E_RATE_LIMITED);
  core_pass(&rig, 599 * SECOND);
  core_start_get(&other);
  core_assert_get_ends(&other, CXD_E_RATE_LIMITED);
  core_pass(&rig, 2 * SECOND);
  core_start_get(&other);
  core_expect_send(&other, CXD__CLASS_TOKEN);
}
END_TEST

START_TEST(a_day_long_retry_after_of_the_endpoint_is_probed_after_an_hour) {
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 503, .retry_after = "99999999999999999999");
  core_assert_get_ends(&rig, CXD_E_SERVER);
  core_pass(&rig, 3599 * SECOND);
  core_start_get(&rig);
  core_assert_get_ends(&rig, CXD_E_SERVER);
  core_pass(&rig, 2 * SECOND);
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
}
END_TEST

START_TEST(waiting_for_a_token_holds_no_slot) {
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ck_assert_uint_eq(cxd__slots_used(&rig.world->shared.limiter.slots, rig.world->now.mono_us), 0);
}
END_TEST

static void assert_out_of_memory(void) {
  struct cxd__buf body = {0};
  char *etag = NULL;
  ck_assert_int_eq(cxd__core_take_reply(rig.core, rig.op, &body, &etag, NULL), CXD_E_NOMEM);
}

/* Runs with the n-th allocation failing, for every n until it succeeds. */
START_TEST(a_flight_without_memory_fails_its_operation_and_nothing_else) {
  for (size_t n = 1; n < 60; n++) {
    struct cxd__job job = {.kind = CXD__JOB_GET, .id = "c1"};
    cxd_error *error = NULL;
    core_pass(&rig, 3 * SECOND); /* token requests have a quota, too */
    cxd__mem_fail_at(n);
    cxd_status status = cxd__core_start(rig.core, &job, rig.world->now, &rig.op, &error);
    int32_t more = cxd__core_next(rig.core, rig.world->now, &rig.act);
    cxd__mem_fail_at(0);
    cxd_error_free(error);
    ck_assert(status == CXD_OK || status == CXD_E_NOMEM);
    if (status == CXD_OK && !more) {
      ck_assert_int_le(cxd__core_due(rig.core), rig.world->now.mono_us);
      more = cxd__core_next(rig.core, rig.world->now, &rig.act);
      ck_assert_msg(more == 1, "allocation %zu", n);
    }
    if (rig.act.kind == CXD__ACT_DONE)
      assert_out_of_memory();
    cxd__core_reset(rig.core, rig.world->now);
    ck_assert_ptr_null(rig.world->shared.flight.leader);
  }
}
END_TEST

/* ----------------------------------------------------------------------------- 401 */

START_TEST(a_401_brings_one_forced_refresh_and_the_same_request_again) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 401);
  core_give_token(&rig, "tok-2", 3600);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ck_assert_str_eq(rig.act.request.bearer, "tok-2");
  ck_assert_str_eq(rig.act.request.if_match, "\"v7\"");
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(a_second_401_is_final) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 401);
  core_give_token(&rig, "tok-2", 3600);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ANSWER(&rig, .http = 401);
  core_assert_ends(&rig, CXD_OUTCOME_NOT_APPLIED, CXD_E_UNAUTHORIZED);
}
END_TEST

START_TEST(a_401_costs_no_try_and_no_budget) {
  core_to_put(&rig, INTERVAL_60);
  int64_t budget = rig.world->shared.budget;
  ANSWER(&rig, .http = 401);
  core_give_token(&rig, "tok-2", 3600);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ck_assert_int_ge(rig.world->shared.budget, budget);
  for (int i = 0; i < 3; i++) {
    ANSWER(&rig, .way = CXD__WAY_CONNECT, .unsent = 1);
    core_pass_to_due(&rig);
    core_expect_put_again(&rig);
  }
  ANSWER(&rig, .way = CXD__WAY_CONNECT, .unsent = 1);
  core_assert_ends(&rig, CXD_OUTCOME_NOT_APPLIED, CXD_E_CONNECT);
}
END_TEST

enum { MANY = 8 };

START_TEST(many_401s_of_one_generation_bring_one_refresh) {
  struct cxd__action sends[MANY];
  core_start_get(&rig);
  core_get_token(&rig);
  core_finish_get(&rig);
  for (int i = 0; i < MANY; i++) {
    core_start_get(&rig);
    core_expect_send(&rig, CXD__CLASS_GET);
    sends[i] = rig.act;
  }
  for (int i = 0; i < MANY / 2; i++)
    ANSWER_TO(&rig, &sends[i], .http = 401);
  core_give_token(&rig, "tok-2", 3600);
  for (int i = MANY / 2; i < MANY; i++) /* these are late, their token is replaced already */
    ANSWER_TO(&rig, &sends[i], .http = 401);
  int seen = 0;
  for (; seen < MANY; seen++) {
    core_expect_send(&rig, CXD__CLASS_GET);
    ck_assert_str_eq(rig.act.request.bearer, "tok-2");
    sends[seen] = rig.act;
  }
  core_expect_nothing(&rig);
  for (int i = 0; i < MANY; i++) {
    ANSWER_TO(&rig, &sends[i], .http = 200, .body = "{}");
    rig.op = sends[i].op;
    core_assert_get_ends(&rig, CXD_OK);
  }
}
END_TEST

static void revoke_at_once(struct core_rig *r, const char *fresh) {
  core_start_get(r);
  core_expect_send(r, CXD__CLASS_GET);
  ANSWER(r, .http = 401);
  core_give_token(r, fresh, 3600);
  core_finish_get(r);
}

START_TEST(a_revocation_loop_forces_one_refresh_in_ten_seconds) {
  core_start_get(&rig);
  core_get_token(&rig);
  core_finish_get(&rig);
  revoke_at_once(&rig, "tok-2");
  core_pass(&rig, 9 * SECOND);
  core_start_get(&other);
  core_expect_send(&other, CXD__CLASS_GET);
  ANSWER(&other, .http = 401);
  core_assert_get_ends(&other, CXD_E_UNAUTHORIZED);
  core_pass(&rig, 2 * SECOND);
  revoke_at_once(&other, "tok-3");
}
END_TEST

START_TEST(a_fixed_token_is_final_at_the_first_401_and_fetches_nothing) {
  ck_assert_int_eq(cxd__shared_set_fixed_token(&rig.world->shared, "static-1", 8), 0);
  core_pass(&rig, 1000000 * SECOND);
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ck_assert_str_eq(rig.act.request.bearer, "static-1");
  ANSWER(&rig, .http = 401);
  core_assert_get_ends(&rig, CXD_E_UNAUTHORIZED);
}
END_TEST

START_TEST(a_401_while_reading_back_is_refreshed_too) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 401);
  core_give_token(&rig, "tok-2", 3600);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = "{\"id\":\"c1\",\"version\":8,\"pacing\":{\"interval\":60}}", .etag = "\"v8\"");
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
}
END_TEST

START_TEST(a_token_that_cannot_be_had_for_a_read_back_leaves_the_outcome_unknown) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 401);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 403);
  core_assert_ends(&rig, CXD_OUTCOME_UNKNOWN, CXD_E_UNKNOWN_OUTCOME);
}
END_TEST

START_TEST(the_token_is_taken_at_the_moment_of_sending) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 429, .retry_after = "100");
  rig.world->now.boot_us += 3600 * SECOND; /* the machine slept */
  core_pass_to_due(&rig);
  core_give_token(&rig, "tok-2", 3600);
  core_expect_put_again(&rig);
  ck_assert_str_eq(rig.act.request.bearer, "tok-2");
}
END_TEST

/* ----------------------------------------------------------------- custom provider */

static void open_custom(void) {
  struct core_setup setup = core_setup_default();
  setup.core.custom_token = 1;
  core_rig_open_with(&rig, &setup);
}

START_TEST(a_custom_provider_is_asked_instead_of_the_endpoint) {
  core_start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
  ck_assert_int_eq(rig.act.forced, 0);
  core_token_given(&rig, "own-1", 60);
  core_expect_send(&rig, CXD__CLASS_GET);
  ck_assert_str_eq(rig.act.request.bearer, "own-1");
  ANSWER(&rig, .http = 401);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
  ck_assert_int_eq(rig.act.forced, 1);
  core_token_given(&rig, "own-2", 60);
  core_finish_get(&rig);
}
END_TEST

START_TEST(a_provider_that_fails_for_good_is_left_alone_for_60_s) {
  core_start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
  core_token_denied(&rig, 1);
  core_assert_get_ends(&rig, CXD_E_TOKEN);
  core_start_get(&rig);
  core_assert_get_ends(&rig, CXD_E_TOKEN);
  core_pass(&rig, 61 * SECOND);
  core_start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
}
END_TEST

START_TEST(a_provider_that_fails_for_now_is_asked_by_the_next_operation) {
  core_start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
  core_token_denied(&rig, 0);
  core_assert_get_ends(&rig, CXD_E_TOKEN);
  core_start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
}
END_TEST

START_TEST(a_provider_that_never_answers_ends_at_the_deadline) {
  core_start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
  for (int i = 0; i < 6; i++) { /* its lease runs out again and again, and there is nobody else */
    core_expect_nothing(&rig);
    core_pass_to_due(&rig);
  }
  ck_assert_int_eq(rig.world->now.mono_us, 1180 * SECOND);
  core_assert_get_ends(&rig, CXD_E_TIMEOUT);
  ck_assert_int_eq(cxd__core_due(rig.core), INT64_MAX);
}
END_TEST

START_TEST(a_cancelled_provider_answer_is_not_held_against_the_provider) {
  core_start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
  struct cxd__action fetch = rig.act;
  cxd__core_cancel(rig.core, 0, rig.world->now);
  core_assert_get_ends(&rig, CXD_E_CANCELLED);
  core_expect(&rig, CXD__ACT_ABORT);
  rig.act = fetch;
  core_token_denied(&rig, 1);
  core_start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
}
END_TEST

static void add_one_core(TCase *t) {
  tcase_add_test(t, the_exchange_goes_to_the_token_url_with_basic_and_form);
  tcase_add_test(t, one_token_serves_many_requests_until_its_soft_end);
  tcase_add_test(t, the_life_counts_from_the_moment_of_sending);
  tcase_add_test(t, suspend_ages_a_token_although_the_monotonic_clock_stood_still);
  tcase_add_test(t, a_failed_refresh_leaves_the_old_token_in_use_and_is_tried_again_after_30_s_doubled);
  tcase_add_test(t, an_operation_that_outlived_a_failed_refresh_fetches_again_when_the_token_expires);
  tcase_add_test(t, transient_failures_of_the_endpoint_are_tried_three_times);
  tcase_add_test(t, a_lost_token_reply_is_simply_asked_for_again);
  tcase_add_test(t, a_permanent_refusal_is_remembered_for_60_s);
  tcase_add_test(t, a_permanent_refusal_of_a_refresh_is_remembered_for_60_s_too);
  tcase_add_test(t, a_day_long_retry_after_of_the_endpoint_is_probed_after_an_hour);
  tcase_add_test(t, waiting_for_a_token_holds_no_slot);
  tcase_add_test(t, a_401_brings_one_forced_refresh_and_the_same_request_again);
  tcase_add_test(t, a_second_401_is_final);
  tcase_add_test(t, a_401_costs_no_try_and_no_budget);
  tcase_add_test(t, many_401s_of_one_generation_bring_one_refresh);
  tcase_add_test(t, a_fixed_token_is_final_at_the_first_401_and_fetches_nothing);
  tcase_add_test(t, a_401_while_reading_back_is_refreshed_too);
  tcase_add_test(t, a_token_that_cannot_be_had_for_a_read_back_leaves_the_outcome_unknown);
  tcase_add_test(t, the_token_is_taken_at_the_moment_of_sending);
  tcase_add_test(t, a_flight_without_memory_fails_its_operation_and_nothing_else);
}

static void add_two_cores(TCase *t) {
  tcase_add_test(t, in_the_soft_phase_one_refreshes_and_the_others_use_the_old_token);
  tcase_add_test(t, from_the_hard_end_on_nobody_uses_the_old_token);
  tcase_add_test(t, a_retry_after_of_the_endpoint_keeps_everybody_away_from_it);
  tcase_add_test(t, a_revocation_loop_forces_one_refresh_in_ten_seconds);
}

static void add_custom(TCase *t) {
  tcase_add_test(t, a_custom_provider_is_asked_instead_of_the_endpoint);
  tcase_add_test(t, a_provider_that_fails_for_good_is_left_alone_for_60_s);
  tcase_add_test(t, a_provider_that_fails_for_now_is_asked_by_the_next_operation);
  tcase_add_test(t, a_provider_that_never_answers_ends_at_the_deadline);
  tcase_add_test(t, a_cancelled_provider_answer_is_not_held_against_the_provider);
}

int main(void) {
  Suite *suite = suite_create("core_token");
  add_one_core(suite_case(suite, "one core", open_rig, close_rig));
  add_two_cores(suite_case(suite, "two cores", open_two, close_two));
  add_custom(suite_case(suite, "custom provider", open_custom, close_rig));
  return run_suite(suite);
}
