/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* One token exchange for all engines of a client: who leads it, for how long, and what the others do meanwhile. */
#include <stdio.h>

#include "core_rig.h"
#include "run.h"

static struct core_rig rig, other;

static void open_two(void) {
  struct core_setup setup = core_setup_default();
  core_rig_open_with(&rig, &setup);
  setup.seed = 43;
  core_rig_join(&other, &rig, &setup);
}

static void close_two(void) {
  core_rig_close(&other);
  core_rig_close(&rig);
}

static void start_get(struct core_rig *r) {
  struct cxd__job job = {.kind = CXD__JOB_GET, .id = "c1"};
  core_start(r, &job);
}

static void assert_get_ends(struct core_rig *r, cxd_status status) {
  struct cxd__buf body = {0};
  cxd_error *error = NULL;
  char *etag = NULL;
  core_expect(r, CXD__ACT_DONE);
  ck_assert_msg(cxd__core_take_reply(r->core, r->op, &body, &etag, &error) == status, "%s", cxd_error_message(error));
  cxd__core_drop(r->core, r->op);
  cxd__buf_free(&body);
  cxd__free(etag);
  cxd_error_free(error);
}

static void get_with(struct core_rig *r, const char *token) {
  core_expect_send(r, CXD__CLASS_GET);
  ck_assert_str_eq(r->act.request.bearer, token);
  ANSWER(r, .http = 200, .body = core_document);
  assert_get_ends(r, CXD_OK);
}

static void answer_token(struct core_rig *r, const struct cxd__action *exchange, const char *token) {
  char body[200];
  (void)snprintf(body, sizeof body, "{\"access_token\":\"%s\",\"expires_in\":3600}", token);
  ANSWER_TO(r, exchange, .http = 200, .body = body);
}

/* "tok-1" is in hand and in its soft phase. */
static void to_soft_phase(void) {
  start_get(&rig);
  core_get_token(&rig);
  get_with(&rig, "tok-1");
  core_pass(&rig, 3400 * SECOND);
}

static struct cxd__action expect_exchange(struct core_rig *r) {
  core_expect_send(r, CXD__CLASS_TOKEN);
  return r->act;
}

/* ------------------------------------------------------------------ beside the work */

START_TEST(a_refresh_in_the_soft_phase_goes_on_beside_the_work_that_began_it) {
  to_soft_phase();
  start_get(&rig);
  struct cxd__action exchange = expect_exchange(&rig);
  get_with(&rig, "tok-1");
  answer_token(&rig, &exchange, "tok-2");
  start_get(&rig);
  get_with(&rig, "tok-2");
}
END_TEST

START_TEST(a_dead_endpoint_in_the_soft_phase_fails_nobody_and_is_left_alone_for_30_s) {
  to_soft_phase();
  start_get(&rig);
  struct cxd__action exchange = expect_exchange(&rig);
  get_with(&rig, "tok-1");
  ANSWER_TO(&rig, &exchange, .http = 404);
  core_pass(&rig, 29 * SECOND);
  start_get(&rig);
  get_with(&rig, "tok-1");
  core_pass(&rig, SECOND);
  start_get(&rig);
  (void)expect_exchange(&rig);
}
END_TEST

START_TEST(nobody_else_refreshes_while_one_does) {
  to_soft_phase();
  start_get(&rig);
  (void)expect_exchange(&rig);
  start_get(&other);
  get_with(&other, "tok-1");
}
END_TEST

START_TEST(at_the_hard_end_everybody_waits_for_the_refresh_that_is_under_way) {
  to_soft_phase();
  core_pass(&rig, 189 * SECOND); /* one second before the hard end */
  start_get(&rig);
  struct cxd__action exchange = expect_exchange(&rig);
  get_with(&rig, "tok-1");
  core_pass(&rig, SECOND);
  start_get(&other);
  core_expect_nothing(&other);
  answer_token(&rig, &exchange, "tok-2");
  get_with(&other, "tok-2");
}
END_TEST

START_TEST(an_engine_lingers_a_quarter_of_a_second_for_a_refresh_beside_its_work_and_not_otherwise) {
  to_soft_phase();
  ck_assert_int_eq(cxd__core_linger(rig.core, rig.world->now), 0);
  start_get(&rig);
  struct cxd__action exchange = expect_exchange(&rig);
  get_with(&rig, "tok-1");
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
  start_get(&rig);
  (void)expect_exchange(&rig);
  get_with(&rig, "tok-1");
  cxd__core_reset(rig.core, rig.world->now);
  start_get(&rig);
  get_with(&rig, "tok-1");
  core_pass(&rig, 30 * SECOND);
  start_get(&rig);
  (void)expect_exchange(&rig);
}
END_TEST

START_TEST(a_refused_token_is_replaced_by_the_refresh_that_is_under_way) {
  to_soft_phase();
  start_get(&rig);
  struct cxd__action exchange = expect_exchange(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 401);
  core_expect_nothing(&rig);
  answer_token(&rig, &exchange, "tok-2");
  get_with(&rig, "tok-2");
}
END_TEST

/* ----------------------------------------------------------------------- the lease */

START_TEST(a_leader_that_nobody_drives_loses_the_flight_after_the_attempts_time_and_a_second) {
  start_get(&rig);
  struct cxd__action stalled = expect_exchange(&rig);
  start_get(&other);
  core_expect_nothing(&other);
  ck_assert_int_eq(cxd__core_due(other.core), rig.world->now.mono_us + 11 * SECOND);
  core_pass(&rig, 11 * SECOND - 1);
  core_expect_nothing(&other);
  core_pass(&rig, 1);
  struct cxd__action exchange = expect_exchange(&other);
  answer_token(&other, &exchange, "tok-2");
  get_with(&other, "tok-2");
  answer_token(&rig, &stalled, "tok-1"); /* it comes back after all, with an older token */
  get_with(&rig, "tok-2");
}
END_TEST

START_TEST(a_former_leaders_token_is_used_when_there_is_no_other) {
  start_get(&rig);
  struct cxd__action stalled = expect_exchange(&rig);
  start_get(&other);
  core_pass(&rig, 11 * SECOND);
  (void)expect_exchange(&other);
  answer_token(&rig, &stalled, "tok-1");
  get_with(&other, "tok-1");
  get_with(&rig, "tok-1");
}
END_TEST

START_TEST(a_former_leaders_failure_is_not_the_new_leaders) {
  start_get(&rig);
  struct cxd__action stalled = expect_exchange(&rig);
  start_get(&other);
  core_pass(&rig, 11 * SECOND);
  struct cxd__action exchange = expect_exchange(&other);
  ANSWER_TO(&rig, &stalled, .http = 401);
  core_expect_nothing(&rig);
  answer_token(&other, &exchange, "tok-2");
  get_with(&other, "tok-2");
  get_with(&rig, "tok-2");
}
END_TEST

START_TEST(a_former_leader_does_not_send_a_second_exchange_beside_the_new_one) {
  start_get(&rig);
  (void)expect_exchange(&rig);
  ANSWER(&rig, .http = 503); /* it would try again soon, but is not driven */
  start_get(&other);
  core_expect_nothing(&other);
  core_pass(&rig, 11 * SECOND);
  struct cxd__action exchange = expect_exchange(&other);
  core_expect_nothing(&rig);
  answer_token(&other, &exchange, "tok-2");
  get_with(&other, "tok-2");
  get_with(&rig, "tok-2");
}
END_TEST

START_TEST(an_exchange_that_stood_in_the_queue_until_somebody_else_began_one_never_leaves) {
  start_get(&rig); /* its SEND is in the queue, and nobody takes it out */
  core_pass(&rig, 11 * SECOND);
  start_get(&other);
  struct cxd__action exchange = expect_exchange(&other);
  core_expect_nothing(&rig);
  answer_token(&other, &exchange, "tok-2");
  get_with(&other, "tok-2");
  get_with(&rig, "tok-2");
}
END_TEST

START_TEST(a_back_off_of_the_exchange_does_not_cost_its_lease) {
  start_get(&rig);
  (void)expect_exchange(&rig);
  ANSWER(&rig, .http = 503, .retry_after = "60");
  start_get(&other);
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
  start_get(&rig);
  (void)expect_exchange(&rig);
  core_rig_join(&third, &rig, &setup);
  start_get(&third);
  core_expect_nothing(&third);
  core_pass_to_due(&third);
  assert_get_ends(&third, CXD_E_TIMEOUT);
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
  start_get(&rig);
  core_get_token(&rig);
  get_with(&rig, "tok-1");
}

START_TEST(an_engine_that_nobody_drives_does_not_hold_up_the_queue) {
  open_with_one_slot();
  start_get(&rig); /* first in the queue, and its host sleeps */
  core_pass(&rig, SECOND);
  start_get(&other);
  for (int i = 0; i < 2; i++) {
    core_expect_nothing(&other);
    core_pass_to_due(&other);
  }
  core_expect_send(&other, CXD__CLASS_GET);
  ck_assert_int_le(rig.world->now.mono_us, 1000 * SECOND + 60 * SECOND + SECOND / 4 + 2 * SECOND);
}
END_TEST

START_TEST(a_probe_in_an_engine_that_nobody_drives_does_not_keep_the_gate_closed) {
  start_get(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 429, .retry_after = "1");
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET); /* the probe; its host sleeps */
  start_get(&other);
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
  start_get(&custom);
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
  get_with(&custom, "tok-3");
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
  start_get(&rig);
  core_expect_nothing(&rig);
  core_pass_to_due(&rig);
  core_get_token(&rig);
  get_with(&rig, "tok-1");
}
END_TEST

START_TEST(token_requests_take_no_slot_of_the_api) {
  start_get(&rig);
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
  tcase_add_test(t, a_leader_that_nobody_drives_loses_the_flight_after_the_attempts_time_and_a_second);
  tcase_add_test(t, a_former_leaders_token_is_used_when_there_is_no_other);
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
