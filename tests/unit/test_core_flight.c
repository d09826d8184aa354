/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* One token exchange for all engines of a client: who leads it, for how long, and what the others do meanwhile. */
#include <stdio.h>

#include "core_rig.h"
#include "run.h"

static struct core_rig rig, other;

static void open_two(void) { core_rig_open_two(&rig, &other); }

static void close_two(void) {
  core_rig_close(&other);
  core_rig_close(&rig);
}

static void answer_token(struct core_rig *r, const struct cxd__action *exchange, const char *token) {
  char body[200];
  (void)snprintf(body, sizeof body, "{\"access_token\":\"%s\",\"expires_in\":3600}", token);
  ANSWER_TO(r, exchange, .http = 200, .body = body);
}

/* "tok-1" is in hand and in its soft phase. */
static void to_soft_phase(void) {
  core_start_get(&rig);
  core_get_token(&rig);
  core_finish_get_with(&rig, "tok-1");
  core_pass(&rig, 3400 * SECOND);
}

static struct cxd__action expect_exchange(struct core_rig *r) {
  core_expect_send(r, CXD__CLASS_TOKEN);
  return r->act;
}

/* ------------------------------------------------------------------ beside the work */

START_TEST(a_refresh_in_the_soft_phase_goes_on_beside_the_work_that_began_it) {
  to_soft_phase();
  core_start_get(&rig);
  struct cxd__action exchange = expect_exchange(&rig);
  core_finish_get_with(&rig, "tok-1");
  answer_token(&rig, &exchange, "tok-2");
  core_start_get(&rig);
  core_finish_get_with(&rig, "tok-2");
}
END_TEST

START_TEST(a_dead_endpoint_in_the_soft_phase_fails_nobody_and_is_left_alone_for_30_s) {
  to_soft_phase();
  core_start_get(&rig);
  struct cxd__action exchange = expect_exchange(&rig);
  core_finish_get_with(&rig, "tok-1");
  ANSWER_TO(&rig, &exchange, .http = 404);
  core_pass(&rig, 29 * SECOND);
  core_start_get(&rig);
  core_finish_get_with(&rig, "tok-1");
  core_pass(&rig, SECOND);
  core_start_get(&rig);
  (void)expect_exchange(&rig);
}
END_TEST

START_TEST(nobody_else_refreshes_while_one_does) {
  to_soft_phase();
  core_start_get(&rig);
  (void)expect_exchange(&rig);
  core_start_get(&other);
  core_finish_get_with(&other, "tok-1");
}
END_TEST

START_TEST(at_the_hard_end_everybody_waits_for_the_refresh_that_is_under_way) {
  to_soft_phase();
  core_pass(&rig, 189 * SECOND); /* one second before the hard end */
  core_start_get(&rig);
  struct cxd__action exchange = expect_exchange(&rig);
  core_finish_get_with(&rig, "tok-1");
  core_pass(&rig, SECOND);
  core_start_get(&other);
  core_expect_nothing(&other);
  answer_token(&rig, &exchange, "tok-2");
  core_finish_get_with(&other, "tok-2");
}
END_TEST

START_TEST(an_engine_lingers_a_quarter_of_a_second_for_a_refresh_beside_its_work_and_not_otherwise) {
  to_soft_phase();
  ck_assert_int_eq(cxd__core_linger(rig.core, rig.world->now), 0);
  core_start_get(&rig);
  struct cxd__action exchange = expect_exchange(&rig);
  core_finish_get_with(&rig, "tok-1");
  int64_t until = rig.world->now.mono_us + SECOND / 4;
  ck_assert_int_eq(cxd__core_linger(rig.core, rig.world->now), until);
  core_pass(&rig, SECOND / 8);
  ck_assert_int_eq(cxd__core_linger(rig.core, rig.world->now), until);
  answer_token(&rig, &exchange, "tok-2");
  ck_assert_int_eq(cxd__core_linger(rig.core, rig.world->now), 0);
}
END_TEST

START_TEST(a_refresh_nobody_had_time_for_is_put_off_for_30_s_and_then_tried_again) {
  to_soft_phase();
  core_start_get(&rig);
  (void)expect_exchange(&rig);
  core_finish_get_with(&rig, "tok-1");
  cxd__core_reset(rig.core, rig.world->now);
  core_start_get(&rig);
  core_finish_get_with(&rig, "tok-1");
  core_pass(&rig, 30 * SECOND);
  core_start_get(&rig);
  (void)expect_exchange(&rig);
}
END_TEST

START_TEST(a_refused_token_is_replaced_by_the_refresh_that_is_under_way) {
  to_soft_phase();
  core_start_get(&rig);
  struct cxd__action exchange = expect_exchange(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 401);
  core_expect_nothing(&rig);
  answer_token(&rig, &exchange, "tok-2");
  core_finish_get_with(&rig, "tok-2");
}
END_TEST

/* --------------------------------------------------------------------- one for all */

START_TEST(two_cores_share_one_flight) {
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  core_start_get(&other);
  core_expect_nothing(&other);
  int woken = other.woken;
  ANSWER(&rig, .http = 200, .body = "{\"access_token\":\"tok-1\",\"expires_in\":3600}");
  ck_assert_int_gt(other.woken, woken);
  core_expect_send(&other, CXD__CLASS_GET);
  ck_assert_str_eq(other.act.request.bearer, "tok-1");
  core_expect_send(&rig, CXD__CLASS_GET);
}
END_TEST

START_TEST(a_leader_that_goes_away_hands_the_flight_to_the_next_waiter) {
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  core_start_get(&other);
  core_expect_nothing(&other);
  int woken = other.woken;
  cxd__core_reset(rig.core, rig.world->now);
  ck_assert_int_gt(other.woken, woken);
  core_give_token(&other, "tok-2", 3600);
  core_finish_get(&other);
}
END_TEST

START_TEST(a_leader_that_leaves_the_client_hands_the_flight_over_too) {
  struct core_rig third;
  struct core_setup setup = core_setup_default();
  core_rig_join(&third, &rig, &setup);
  core_start_get(&third);
  core_expect_send(&third, CXD__CLASS_TOKEN);
  core_start_get(&other);
  core_expect_nothing(&other);
  core_rig_close(&third);
  core_expect_send(&other, CXD__CLASS_TOKEN);
}
END_TEST

START_TEST(a_cancelled_flight_goes_to_the_next_waiter) {
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  struct cxd__action fetch = rig.act;
  core_start_get(&other);
  core_expect_nothing(&other);
  cxd__core_cancel(rig.core, 0, rig.world->now);
  core_expect(&rig, CXD__ACT_DONE);
  core_expect(&rig, CXD__ACT_ABORT);
  ck_assert_uint_eq(rig.act.op, fetch.op);
  ANSWER_TO(&rig, &fetch, .way = CXD__WAY_ABORTED);
  core_give_token(&other, "tok-2", 3600);
  core_finish_get(&other);
}
END_TEST

START_TEST(a_failed_flight_fails_its_waiters_and_does_not_loop) {
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  core_start_get(&other);
  core_expect_nothing(&other);
  ANSWER(&rig, .http = 404, .body = "{\"message\":\"no such realm\"}");
  core_assert_get_ends(&rig, CXD_E_TOKEN);
  core_assert_get_ends(&other, CXD_E_TOKEN);
  core_start_get(&other);
  core_expect_send(&other, CXD__CLASS_TOKEN);
}
END_TEST

START_TEST(a_flight_that_fails_at_its_start_is_seen_at_once_and_not_at_the_deadline) {
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  core_start_get(&other);
  core_expect_nothing(&other);
  cxd__core_reset(rig.core, rig.world->now);
  cxd__mem_fail_at(1);
  int32_t more = cxd__core_next(other.core, other.world->now, &other.act); /* leads now, and cannot */
  cxd__mem_fail_at(0);
  ck_assert_int_eq(more, 0);
  ck_assert_int_le(cxd__core_due(other.core), other.world->now.mono_us);
  core_assert_get_ends(&other, CXD_E_NOMEM);
}
END_TEST

START_TEST(a_waiters_deadline_ends_the_waiter_and_not_the_flight) {
  struct core_setup setup = core_setup_default();
  struct core_rig hasty;
  setup.core.deadline_us = 5 * SECOND;
  core_rig_join(&hasty, &rig, &setup);
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  struct cxd__action fetch = rig.act;
  core_start_get(&hasty);
  core_expect_nothing(&hasty);
  core_pass_to_due(&hasty);
  core_assert_get_ends(&hasty, CXD_E_TIMEOUT);
  ANSWER_TO(&rig, &fetch, .http = 200, .body = "{\"access_token\":\"tok-1\",\"expires_in\":3600}");
  core_finish_get(&rig);
  core_rig_close(&hasty);
}
END_TEST

/* ----------------------------------------------------------------------- the lease */

START_TEST(a_leader_that_nobody_drives_loses_the_flight_after_the_attempts_time_and_a_second) {
  core_start_get(&rig);
  struct cxd__action stalled = expect_exchange(&rig);
  core_start_get(&other);
  core_expect_nothing(&other);
  ck_assert_int_eq(cxd__core_due(other.core), rig.world->now.mono_us + 11 * SECOND);
  core_pass(&rig, 11 * SECOND - 1);
  core_expect_nothing(&other);
  core_pass(&rig, 1);
  struct cxd__action exchange = expect_exchange(&other);
  answer_token(&other, &exchange, "tok-2");
  core_finish_get_with(&other, "tok-2");
  answer_token(&rig, &stalled, "tok-1"); /* it comes back after all, with an older token */
  core_finish_get_with(&rig, "tok-2");
}
END_TEST

START_TEST(a_former_leaders_token_is_used_when_there_is_no_other) {
  core_start_get(&rig);
  struct cxd__action stalled = expect_exchange(&rig);
  core_start_get(&other);
  core_pass(&rig, 11 * SECOND);
  (void)expect_exchange(&other);
  answer_token(&rig, &stalled, "tok-1");
  core_finish_get_with(&other, "tok-1");
  core_finish_get_with(&rig, "tok-1");
}
END_TEST

START_TEST(a_token_that_comes_late_does_not_replace_a_better_one) {
  struct core_setup setup = core_setup_default();
  struct core_rig slow;
  setup.core.custom_token = 1;
  core_rig_join(&slow, &rig, &setup);
  core_start_get(&slow);
  core_expect(&slow, CXD__ACT_FETCH_TOKEN);
  struct cxd__event answer = {.kind = CXD__EV_TOKEN, .op = slow.act.op, .tag = slow.act.tag, .token = "tok-old", .token_len = 7, .expires_in_s = 60, .asked_boot_us = rig.world->now.boot_us};
  core_pass(&rig, 80 * SECOND); /* its host sleeps, somebody else fetches one */
  core_start_get(&rig);
  core_give_token(&rig, "tok-1", 60);
  core_finish_get_with(&rig, "tok-1");
  core_pass(&rig, 45 * SECOND); /* in its soft phase the sleeper leads again, with the answer of old */
  core_start_get(&slow);
  core_expect_send(&slow, CXD__CLASS_GET);
  cxd__core_feed(slow.core, rig.world->now, &answer);
  core_start_get(&rig);
  (void)expect_exchange(&rig); /* it is time for another, and the good one is still there */
  core_expect_send(&rig, CXD__CLASS_GET);
  ck_assert_str_eq(rig.act.request.bearer, "tok-1");
  core_rig_close(&slow);
}
END_TEST

START_TEST(a_former_leaders_failure_is_not_the_new_leaders) {
  core_start_get(&rig);
  struct cxd__action stalled = expect_exchange(&rig);
  core_start_get(&other);
  core_pass(&rig, 11 * SECOND);
  struct cxd__action exchange = expect_exchange(&other);
  ANSWER_TO(&rig, &stalled, .http = 401);
  core_expect_nothing(&rig);
  answer_token(&other, &exchange, "tok-2");
  core_finish_get_with(&other, "tok-2");
  core_finish_get_with(&rig, "tok-2");
}
END_TEST

START_TEST(a_former_leader_does_not_send_a_second_exchange_beside_the_new_one) {
  core_start_get(&rig);
  (void)expect_exchange(&rig);
  ANSWER(&rig, .http = 503); /* it would try again soon, but is not driven */
  core_start_get(&other);
  core_expect_nothing(&other);
  core_pass(&rig, 11 * SECOND);
  struct cxd__action exchange = expect_exchange(&other);
  core_expect_nothing(&rig);
  answer_token(&other, &exchange, "tok-2");
  core_finish_get_with(&other, "tok-2");
  core_finish_get_with(&rig, "tok-2");
}
END_TEST

START_TEST(an_exchange_that_stood_in_the_queue_until_somebody_else_began_one_never_leaves) {
  core_start_get(&rig); /* its SEND is in the queue, and nobody takes it out */
  core_pass(&rig, 11 * SECOND);
  core_start_get(&other);
  struct cxd__action exchange = expect_exchange(&other);
  core_expect_nothing(&rig);
  answer_token(&other, &exchange, "tok-2");
  core_finish_get_with(&other, "tok-2");
  core_finish_get_with(&rig, "tok-2");
}
END_TEST

START_TEST(a_back_off_of_the_exchange_does_not_cost_its_lease) {
  core_start_get(&rig);
  (void)expect_exchange(&rig);
  ANSWER(&rig, .http = 503, .retry_after = "60");
  core_start_get(&other);
  core_pass(&rig, 59 * SECOND);
  core_expect_nothing(&other);
  core_pass_to_due(&rig);
  (void)expect_exchange(&rig);
  core_expect_nothing(&other);
}
END_TEST

START_TEST(a_waiters_deadline_holds_while_the_leader_stalls) {
  struct core_setup setup = core_setup_default();
  struct core_rig third;
  setup.core.deadline_us = 5 * SECOND;
  core_start_get(&rig);
  (void)expect_exchange(&rig);
  core_rig_join(&third, &rig, &setup);
  core_start_get(&third);
  core_expect_nothing(&third);
  core_pass_to_due(&third);
  core_assert_get_ends(&third, CXD_E_TIMEOUT);
  core_rig_close(&third);
}
END_TEST

/* ---------------------------------------------------- the quota of an engine that sleeps */

static void open_with_one_slot(void) {
  struct core_setup setup = core_setup_default();
  close_two();
  setup.limit = 1;
  core_rig_open_with(&rig, &setup);
  core_rig_join(&other, &rig, &setup);
  core_start_get(&rig);
  core_get_token(&rig);
  core_finish_get_with(&rig, "tok-1");
}

START_TEST(an_engine_that_nobody_drives_does_not_hold_up_the_queue) {
  open_with_one_slot();
  core_start_get(&rig); /* first in the queue, and its host sleeps */
  core_pass(&rig, SECOND);
  core_start_get(&other);
  for (int i = 0; i < 2; i++) {
    core_expect_nothing(&other);
    core_pass_to_due(&other);
  }
  core_expect_send(&other, CXD__CLASS_GET);
  ck_assert_int_le(rig.world->now.mono_us, 1000 * SECOND + 60 * SECOND + SECOND / 4 + 2 * SECOND);
}
END_TEST

START_TEST(a_probe_in_an_engine_that_nobody_drives_does_not_keep_the_gate_closed) {
  core_start_get(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 429, .retry_after = "1");
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET); /* the probe; its host sleeps */
  core_start_get(&other);
  core_expect_nothing(&other);
  core_pass_to_due(&other);
  core_expect_send(&other, CXD__CLASS_GET);
}
END_TEST

/* --------------------------------------------------------------------- forced, quota */

START_TEST(only_a_refused_token_makes_the_next_request_a_forced_one) {
  struct core_setup setup = core_setup_default();
  struct core_rig custom;
  setup.core.custom_token = 1;
  core_rig_open_with(&custom, &setup);
  core_start_get(&custom);
  core_expect(&custom, CXD__ACT_FETCH_TOKEN);
  ck_assert_int_eq(custom.act.forced, 0);
  core_token_given(&custom, "tok-1", 60);
  core_expect_send(&custom, CXD__CLASS_GET);
  ANSWER(&custom, .http = 401);
  core_expect(&custom, CXD__ACT_FETCH_TOKEN);
  ck_assert_int_eq(custom.act.forced, 1);
  core_token_given(&custom, "tok-2", 60);
  core_expect_send(&custom, CXD__CLASS_GET);
  ANSWER(&custom, .http = 503, .retry_after = "70"); /* longer than the token lives */
  core_pass_to_due(&custom);
  core_expect(&custom, CXD__ACT_FETCH_TOKEN);
  ck_assert_int_eq(custom.act.forced, 0);
  core_token_given(&custom, "tok-3", 60);
  core_finish_get_with(&custom, "tok-3");
  core_rig_close(&custom);
}
END_TEST

START_TEST(twenty_token_requests_may_leave_at_once_and_then_one_every_three_seconds) {
  struct cxd__flight flight;
  cxd__flight_init(&flight, 0);
  for (int i = 0; i < 20; i++)
    ck_assert_int_eq(cxd__flight_charge(&flight, 1000), 0);
  ck_assert_int_eq(cxd__flight_charge(&flight, 1000), 3 * SECOND);
  ck_assert_int_eq(cxd__flight_charge(&flight, 1000 + 2 * SECOND), SECOND);
  ck_assert_int_eq(cxd__flight_charge(&flight, 1000 + 3 * SECOND), 0);
  ck_assert_int_eq(cxd__flight_charge(&flight, 1000 + 3 * SECOND), 3 * SECOND);
  for (int i = 0; i < 20; i++)
    ck_assert_int_eq(cxd__flight_charge(&flight, 4000 * SECOND), 0);
  ck_assert_int_eq(cxd__flight_charge(&flight, 4000 * SECOND), 3 * SECOND);
  cxd__flight_free(&flight);
}
END_TEST

START_TEST(an_exchange_waits_for_the_quota_of_its_own) {
  for (int i = 0; i < 20; i++)
    (void)cxd__flight_charge(&rig.world->shared.flight, rig.world->now.mono_us);
  core_start_get(&rig);
  core_expect_nothing(&rig);
  core_pass_to_due(&rig);
  core_get_token(&rig);
  core_finish_get_with(&rig, "tok-1");
}
END_TEST

START_TEST(token_requests_take_no_slot_of_the_api) {
  core_start_get(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ck_assert_uint_eq(cxd__slots_used(&rig.world->shared.limiter.slots, rig.world->now.mono_us), 1); /* the GET's */
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_flight");
  TCase *t = tcase_create("flight");
  suite_add_tcase(suite, t);
  tcase_add_checked_fixture(t, open_two, close_two);
  tcase_add_test(t, a_refresh_in_the_soft_phase_goes_on_beside_the_work_that_began_it);
  tcase_add_test(t, a_dead_endpoint_in_the_soft_phase_fails_nobody_and_is_left_alone_for_30_s);
  tcase_add_test(t, nobody_else_refreshes_while_one_does);
  tcase_add_test(t, at_the_hard_end_everybody_waits_for_the_refresh_that_is_under_way);
  tcase_add_test(t, an_engine_lingers_a_quarter_of_a_second_for_a_refresh_beside_its_work_and_not_otherwise);
  tcase_add_test(t, a_refresh_nobody_had_time_for_is_put_off_for_30_s_and_then_tried_again);
  tcase_add_test(t, a_refused_token_is_replaced_by_the_refresh_that_is_under_way);
  tcase_add_test(t, two_cores_share_one_flight);
  tcase_add_test(t, a_leader_that_goes_away_hands_the_flight_to_the_next_waiter);
  tcase_add_test(t, a_leader_that_leaves_the_client_hands_the_flight_over_too);
  tcase_add_test(t, a_cancelled_flight_goes_to_the_next_waiter);
  tcase_add_test(t, a_failed_flight_fails_its_waiters_and_does_not_loop);
  tcase_add_test(t, a_flight_that_fails_at_its_start_is_seen_at_once_and_not_at_the_deadline);
  tcase_add_test(t, a_waiters_deadline_ends_the_waiter_and_not_the_flight);
  tcase_add_test(t, a_leader_that_nobody_drives_loses_the_flight_after_the_attempts_time_and_a_second);
  tcase_add_test(t, a_former_leaders_token_is_used_when_there_is_no_other);
  tcase_add_test(t, a_token_that_comes_late_does_not_replace_a_better_one);
  tcase_add_test(t, a_former_leaders_failure_is_not_the_new_leaders);
  tcase_add_test(t, a_former_leader_does_not_send_a_second_exchange_beside_the_new_one);
  tcase_add_test(t, an_exchange_that_stood_in_the_queue_until_somebody_else_began_one_never_leaves);
  tcase_add_test(t, a_back_off_of_the_exchange_does_not_cost_its_lease);
  tcase_add_test(t, a_waiters_deadline_holds_while_the_leader_stalls);
  tcase_add_test(t, an_engine_that_nobody_drives_does_not_hold_up_the_queue);
  tcase_add_test(t, a_probe_in_an_engine_that_nobody_drives_does_not_keep_the_gate_closed);
  tcase_add_test(t, only_a_refused_token_makes_the_next_request_a_forced_one);
  tcase_add_test(t, twenty_token_requests_may_leave_at_once_and_then_one_every_three_seconds);
  tcase_add_test(t, an_exchange_waits_for_the_quota_of_its_own);
  tcase_add_test(t, token_requests_take_no_slot_of_the_api);
  return run_suite(suite);
}
