/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* One of many does not sleep on a closed gate for longer than retry.max_retry_after_ms; on our own quota it waits as long as it takes. */
#include "core_rig.h"
#include "run.h"

#define WINDOW (60 * SECOND)

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

static uint32_t start_queued(void) {
  static cxd_campaign *change;
  if (!change)
    ck_assert_int_eq(cxd__campaign_make(INTERVAL_60, strlen(INTERVAL_60), "change", &change, NULL), CXD_OK);
  struct cxd__job job = {.kind = CXD__JOB_APPLY, .change = change, .queued = 1};
  core_start(&rig, &job);
  core_check_ok(&rig);
  return rig.op;
}

static void close_gate(int64_t us) { cxd__shared_close_gate(&rig.world->shared, NULL, CXD__GATE_REFUSED, rig.world->now.mono_us, rig.world->now.mono_us + us, 1); }

static void assert_told_to_wait(uint32_t op, int64_t ms) {
  rig.op = op;
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq(result->status, CXD_E_RATE_LIMITED);
  ck_assert_int_eq(cxd_error_retryable(result->error), 1);
  ck_assert_int_eq(cxd_error_retry_after_ms(result->error), ms);
  ck_assert_str_eq(cxd_error_field(result->error), "retry.max_retry_after_ms");
  ck_assert_int_eq(result->attempts, 0);
  cxd_result_free(result);
}

START_TEST(one_that_begins_while_the_gate_is_closed_for_long_ends_at_once) {
  close_gate(200 * SECOND);
  uint32_t op = start_queued();
  core_expect(&rig, CXD__ACT_DONE);
  assert_told_to_wait(op, 200000);
}
END_TEST

START_TEST(a_hundred_thousand_end_one_after_the_other_without_a_request) {
  close_gate(3600 * SECOND);
  for (int i = 0; i < 100000; i++) {
    uint32_t op = start_queued();
    core_expect(&rig, CXD__ACT_DONE);
    assert_told_to_wait(op, 3600000);
  }
}
END_TEST

START_TEST(a_gate_that_opens_in_time_is_waited_for) {
  close_gate(120 * SECOND);
  (void)start_queued();
  core_expect_nothing(&rig);
  core_pass(&rig, 120 * SECOND);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
}
END_TEST

START_TEST(an_update_by_itself_goes_by_its_deadline_as_ever) {
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  job.audit = CXD__AUDIT_OFF;
  close_gate(150 * SECOND);
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_expect_nothing(&rig);
}
END_TEST

START_TEST(our_own_quota_is_waited_for_without_a_limit) {
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  setup.window_us = 3600 * SECOND;
  core_rig_reopen(&rig, &setup);
  core_start_get(&rig);
  core_get_token(&rig);
  core_finish_get(&rig);
  (void)start_queued();
  core_expect_nothing(&rig);
  core_pass(&rig, 3600 * SECOND);
  core_pass(&rig, SECOND / 4);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
}
END_TEST

/* Both wait in the queue when the answer to a third comes in. */
START_TEST(whoever_waits_in_the_queue_ends_when_the_gate_closes_for_long) {
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  core_rig_reopen(&rig, &setup);
  core_start_get(&rig);
  uint32_t get = rig.op;
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  struct cxd__action sent = rig.act;
  uint32_t first = start_queued(), second = start_queued();
  core_expect_nothing(&rig);
  ANSWER_TO(&rig, &sent, .http = 429, .retry_after = "3000");
  uint32_t ended[3];
  for (int i = 0; i < 3; i++) {
    core_expect(&rig, CXD__ACT_DONE);
    ended[i] = rig.act.op;
  }
  ck_assert_uint_eq(ended[0], get);
  ck_assert((ended[1] == first && ended[2] == second) || (ended[1] == second && ended[2] == first));
  core_expect_nothing(&rig);
  ck_assert_int_eq(cxd__core_due(rig.core), INT64_MAX);
  for (int i = 1; i < 3; i++) {
    cxd_result *result = cxd__core_take_result(rig.core, ended[i]);
    ck_assert_int_eq(result->status, CXD_E_RATE_LIMITED);
    ck_assert_int_ge(cxd_error_retry_after_ms(result->error), 3000000);
    cxd_result_free(result);
  }
}
END_TEST

/* Without a Retry-After the pause is our own idea, as long as our window has no room. */
START_TEST(a_pause_that_nobody_asked_for_is_waited_for) {
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  setup.window_us = 600 * SECOND;
  core_rig_reopen(&rig, &setup);
  core_start_get(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 429);
  core_assert_get_ends(&rig, CXD_E_RATE_LIMITED);
  (void)start_queued();
  core_expect_nothing(&rig);
}
END_TEST

START_TEST(another_engine_of_the_client_is_told_as_well) {
  struct core_rig other;
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  core_rig_reopen(&rig, &setup);
  core_rig_join(&other, &rig, &setup);
  core_start_get(&other);
  core_get_token(&other);
  core_expect_send(&other, CXD__CLASS_GET);
  uint32_t waits = start_queued();
  core_expect_nothing(&rig);
  rig.woken = 0;
  ANSWER(&other, .http = 503, .retry_after = "3000");
  ck_assert_int_gt(rig.woken, 0);
  core_expect(&rig, CXD__ACT_DONE);
  ck_assert_uint_eq(rig.act.op, waits);
  core_rig_close(&other);
}
END_TEST

START_TEST(a_doubtful_put_is_looked_after_however_long_the_gate_is_closed) {
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  job.queued = 1;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  core_round_to_put(&rig, core_document, "\"v7\"");
  close_gate(150 * SECOND);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_expect_nothing(&rig);
  core_pass(&rig, 150 * SECOND);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"), .etag = "\"v8\"");
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
}
END_TEST

/* Read already, and its PUT has not been sent: nothing is in doubt. */
START_TEST(between_its_get_and_its_put_it_ends_as_well) {
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  job.queued = 1;
  job.audit = CXD__AUDIT_OFF;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  close_gate(150 * SECOND);
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq(result->status, CXD_E_RATE_LIMITED);
  ck_assert_int_eq(result->sends, 0);
  cxd_result_free(result);
}
END_TEST

START_TEST(its_own_429_with_a_pause_that_is_heeded_does_not_end_it) {
  (void)start_queued();
  core_get_token(&rig);
  for (int i = 0; i < 3; i++) {
    core_expect_send(&rig, CXD__CLASS_GET);
    if (i == 0)
      ANSWER(&rig, .http = 429, .retry_after = "20");
    else
      ANSWER(&rig, .http = 429, .retry_after = "60");
    core_pass_to_due(&rig);
  }
  core_expect_send(&rig, CXD__CLASS_GET);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_gate");
  TCase *t = tcase_create("gate");
  suite_add_tcase(suite, t);
  tcase_set_timeout(t, 60);
  tcase_add_checked_fixture(t, open_rig, close_rig);
  tcase_add_test(t, one_that_begins_while_the_gate_is_closed_for_long_ends_at_once);
  tcase_add_test(t, a_hundred_thousand_end_one_after_the_other_without_a_request);
  tcase_add_test(t, a_gate_that_opens_in_time_is_waited_for);
  tcase_add_test(t, an_update_by_itself_goes_by_its_deadline_as_ever);
  tcase_add_test(t, our_own_quota_is_waited_for_without_a_limit);
  tcase_add_test(t, whoever_waits_in_the_queue_ends_when_the_gate_closes_for_long);
  tcase_add_test(t, a_pause_that_nobody_asked_for_is_waited_for);
  tcase_add_test(t, another_engine_of_the_client_is_told_as_well);
  tcase_add_test(t, a_doubtful_put_is_looked_after_however_long_the_gate_is_closed);
  tcase_add_test(t, between_its_get_and_its_put_it_ends_as_well);
  tcase_add_test(t, its_own_429_with_a_pause_that_is_heeded_does_not_end_it);
  return run_suite(suite);
}
