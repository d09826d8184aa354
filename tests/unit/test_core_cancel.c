/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core_rig.h"
#include "run.h"

#define CHANGE "{\"id\":\"c1\",\"pacing\":{\"interval\":60}}"

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

static void cancel_it(void) { cxd__core_cancel(rig.core, rig.op, rig.world->now); }

/* The ABORT of the SEND in rig->act, answered by the transport. */
static void assert_aborted(int unsent) {
  struct cxd__action send = rig.act;
  core_expect(&rig, CXD__ACT_ABORT);
  ck_assert_uint_eq(rig.act.op, send.op);
  ck_assert_uint_eq(rig.act.tag, send.tag);
  ANSWER_TO(&rig, &send, .way = CXD__WAY_ABORTED, .unsent = unsent);
}

static void start(void) {
  struct cxd__job job = core_apply(&rig, CHANGE);
  core_start(&rig, &job);
}

/* Not sticky: the next operation of the same core runs to its end. */
static void assert_next_works(void) {
  start();
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_SEND);
  if (rig.act.request.kind == CXD__CLASS_TOKEN) {
    ANSWER(&rig, .http = 200, .body = "{\"access_token\":\"tok-2\",\"expires_in\":3600}");
    core_expect_send(&rig, CXD__CLASS_GET);
  }
  core_round_to_put(&rig, core_document, "\"v7\"");
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}

static void assert_cancelled(void) {
  core_assert_ends(&rig, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
  assert_next_works();
}

static void assert_unknown(void) {
  core_assert_ends(&rig, CXD_OUTCOME_UNKNOWN, CXD_E_CANCELLED);
  assert_next_works();
}

/* --------------------------------------------------------- before a PUT has left */

START_TEST(while_the_edits_are_checked) {
  start();
  core_expect(&rig, CXD__ACT_CHECK);
  cancel_it();
  core_checked(&rig, CXD_OK);
  assert_cancelled();
}
END_TEST

START_TEST(before_the_first_action_was_even_taken) {
  start();
  cancel_it();
  core_check_ok(&rig);
  assert_cancelled();
}
END_TEST

START_TEST(findings_win_over_a_cancel) {
  start();
  core_expect(&rig, CXD__ACT_CHECK);
  cancel_it();
  core_checked(&rig, CXD_E_INVALID);
  core_assert_ends(&rig, CXD_OUTCOME_REJECTED, CXD_E_INVALID);
}
END_TEST

START_TEST(while_waiting_for_the_token) {
  start();
  core_check_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  struct cxd__action fetch = rig.act;
  cancel_it();
  core_assert_ends(&rig, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
  ANSWER_TO(&rig, &fetch, .http = 200, .body = "{\"access_token\":\"tok-1\",\"expires_in\":3600}"); /* the flight was not cancelled */
  assert_next_works();
}
END_TEST

START_TEST(while_the_token_exchange_waits_for_its_next_try) {
  start();
  core_check_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 500);
  core_expect_nothing(&rig);
  cxd__core_cancel(rig.core, 0, rig.world->now);
  assert_cancelled();
}
END_TEST

START_TEST(while_waiting_for_a_slot) {
  start();
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 429, .retry_after = "30");
  core_expect_nothing(&rig);
  uint32_t first = rig.op;
  struct cxd__job job = {.kind = CXD__JOB_APPLY, .change = rig.change, .audit = CXD__AUDIT_REQUIRED};
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_expect_nothing(&rig);
  cancel_it();
  core_assert_ends(&rig, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
  ck_assert_ptr_null(cxd__limiter_head(&rig.world->shared.limiter));
  rig.op = first;
  cancel_it();
  core_assert_ends(&rig, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
}
END_TEST

START_TEST(while_reading) {
  core_to_get(&rig, CHANGE);
  cancel_it();
  assert_aborted(0);
  assert_cancelled();
}
END_TEST

START_TEST(while_reading_although_the_answer_came) {
  core_to_get(&rig, CHANGE);
  struct cxd__action send = rig.act;
  cancel_it();
  core_expect(&rig, CXD__ACT_ABORT);
  ANSWER_TO(&rig, &send, .http = 200, .body = core_document, .etag = "\"v7\"");
  assert_cancelled();
}
END_TEST

START_TEST(while_reading_although_a_401_came) {
  core_to_get(&rig, CHANGE);
  struct cxd__action send = rig.act;
  cancel_it();
  core_expect(&rig, CXD__ACT_ABORT);
  ANSWER_TO(&rig, &send, .http = 401);
  assert_cancelled();
}
END_TEST

START_TEST(in_a_backoff) {
  core_to_get(&rig, CHANGE);
  ANSWER(&rig, .http = 500);
  core_expect_nothing(&rig);
  cancel_it();
  assert_cancelled();
}
END_TEST

START_TEST(while_the_merged_document_is_checked) {
  core_to_get(&rig, CHANGE);
  ANSWER(&rig, .http = 200, .body = core_document);
  core_expect(&rig, CXD__ACT_CHECK);
  cancel_it();
  core_checked(&rig, CXD_OK);
  assert_cancelled();
}
END_TEST

START_TEST(while_the_intent_is_written_the_outcome_follows) {
  core_to_get(&rig, CHANGE);
  ANSWER(&rig, .http = 200, .body = core_document);
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  cancel_it();
  core_appended(&rig, CXD_OK);
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/outcome", "\"cancelled\"");
  core_assert_member(core_record(&rig), "/intent", "true");
  core_appended(&rig, CXD_OK);
  core_assert_result(&rig, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
}
END_TEST

START_TEST(a_put_that_never_left) {
  core_to_put(&rig, CHANGE);
  cancel_it();
  assert_aborted(1);
  assert_cancelled();
}
END_TEST

START_TEST(after_a_put_that_never_left) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .way = CXD__WAY_CONNECT, .unsent = 1);
  core_expect_nothing(&rig);
  cancel_it();
  assert_cancelled();
}
END_TEST

/* ----------------------------------------------------------- after a PUT has left */

START_TEST(a_put_on_its_way) {
  core_to_put(&rig, CHANGE);
  cancel_it();
  assert_aborted(0);
  assert_unknown();
}
END_TEST

START_TEST(a_put_whose_answer_came_all_the_same_is_applied) {
  core_to_put(&rig, CHANGE);
  struct cxd__action send = rig.act;
  cancel_it();
  core_expect(&rig, CXD__ACT_ABORT);
  ANSWER_TO(&rig, &send, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(a_put_whose_refusal_came_all_the_same_is_refused) {
  core_to_put(&rig, CHANGE);
  struct cxd__action send = rig.act;
  cancel_it();
  core_expect(&rig, CXD__ACT_ABORT);
  ANSWER_TO(&rig, &send, .http = 400);
  core_assert_ends(&rig, CXD_OUTCOME_REJECTED, CXD_E_REJECTED);
}
END_TEST

START_TEST(a_put_accepted_with_202_is_not_polled_any_more) {
  core_to_put(&rig, CHANGE);
  struct cxd__action send = rig.act;
  cancel_it();
  core_expect(&rig, CXD__ACT_ABORT);
  ANSWER_TO(&rig, &send, .http = 202);
  assert_unknown();
}
END_TEST

START_TEST(while_reading_back) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_expect_send(&rig, CXD__CLASS_GET);
  cancel_it();
  assert_aborted(0);
  assert_unknown();
}
END_TEST

START_TEST(between_two_puts) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .http = 429, .retry_after = "5");
  core_expect_nothing(&rig);
  cancel_it();
  core_assert_ends(&rig, CXD_OUTCOME_UNKNOWN, CXD_E_CANCELLED);
}
END_TEST

START_TEST(while_a_waiting_put_is_checked_once_more) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .way = CXD__WAY_CONNECT, .unsent = 1);
  core_pass(&rig, 5 * SECOND);
  core_expect(&rig, CXD__ACT_CHECK);
  cancel_it();
  core_checked(&rig, CXD_OK);
  assert_cancelled();
}
END_TEST

START_TEST(while_a_202_is_polled) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .http = 202);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_expect_nothing(&rig);
  cancel_it();
  assert_unknown();
}
END_TEST

START_TEST(while_the_outcome_is_written_it_is_too_late) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .http = 200);
  core_expect(&rig, CXD__ACT_APPEND);
  cancel_it();
  core_appended(&rig, CXD_OK);
  core_assert_result(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(after_done_nothing_happens) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .http = 200);
  core_finish(&rig);
  cancel_it();
  cxd__core_cancel(rig.core, 0, rig.world->now);
  core_expect_nothing(&rig);
  cxd_result_free(core_take_result(&rig));
}
END_TEST

START_TEST(twice_is_once) {
  core_to_put(&rig, CHANGE);
  struct cxd__action send = rig.act;
  cancel_it();
  cancel_it();
  core_expect(&rig, CXD__ACT_ABORT);
  core_expect_nothing(&rig);
  ANSWER_TO(&rig, &send, .way = CXD__WAY_ABORTED, .unsent = 1);
  assert_cancelled();
}
END_TEST

START_TEST(an_aborted_put_that_was_applied_is_still_unknown_to_the_caller) {
  core_to_put(&rig, CHANGE);
  cancel_it();
  assert_aborted(0);
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/outcome", "\"unknown\"");
  core_assert_member(core_record(&rig), "/status", "\"CXD_E_CANCELLED\"");
  core_assert_member(core_record(&rig), "/sends", "1");
}
END_TEST

/* ------------------------------------------------------------------- get and plan */

START_TEST(a_get_ends_as_cancelled) {
  struct cxd__job job = {.kind = CXD__JOB_GET, .id = "c1"};
  struct cxd__buf body = {0};
  char *etag = NULL;
  core_start(&rig, &job);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  cancel_it();
  assert_aborted(0);
  core_expect(&rig, CXD__ACT_DONE);
  ck_assert_int_eq(cxd__core_take_reply(rig.core, rig.op, &body, &etag, NULL), CXD_E_CANCELLED);
}
END_TEST

START_TEST(a_plan_ends_as_cancelled_without_a_record) {
  struct cxd__job job = core_apply(&rig, CHANGE);
  job.kind = CXD__JOB_PLAN;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  cancel_it();
  assert_aborted(0);
  core_assert_result(&rig, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
}
END_TEST

START_TEST(zero_cancels_all_operations_of_the_core) {
  uint32_t ops[5];
  struct cxd__action fetch = {.kind = CXD__ACT_NONE};
  struct cxd__job job = core_apply(&rig, CHANGE);
  for (int i = 0; i < 5; i++) {
    core_start(&rig, &job);
    ops[i] = rig.op;
    core_check_ok(&rig);
    if (i == 0) {
      core_expect_send(&rig, CXD__CLASS_TOKEN);
      fetch = rig.act;
    } else
      core_expect_nothing(&rig);
  }
  cxd__core_cancel(rig.core, 0, rig.world->now);
  int done = 0, aborts = 0;
  while (cxd__core_next(rig.core, rig.world->now, &rig.act)) {
    done += rig.act.kind == CXD__ACT_DONE;
    aborts += rig.act.kind == CXD__ACT_ABORT;
    if (rig.act.kind == CXD__ACT_APPEND)
      core_appended(&rig, CXD_OK);
  }
  ck_assert_int_eq(done, 5);
  ck_assert_int_eq(aborts, 1);
  ANSWER_TO(&rig, &fetch, .way = CXD__WAY_ABORTED);
  for (int i = 0; i < 5; i++) {
    rig.op = ops[i];
    cxd_result *result = core_take_result(&rig);
    ck_assert_int_eq(result->outcome, CXD_OUTCOME_CANCELLED);
    cxd_result_free(result);
  }
}
END_TEST

static void add_before(TCase *t) {
  tcase_add_test(t, while_the_edits_are_checked);
  tcase_add_test(t, before_the_first_action_was_even_taken);
  tcase_add_test(t, findings_win_over_a_cancel);
  tcase_add_test(t, while_waiting_for_the_token);
  tcase_add_test(t, while_the_token_exchange_waits_for_its_next_try);
  tcase_add_test(t, while_waiting_for_a_slot);
  tcase_add_test(t, while_reading);
  tcase_add_test(t, while_reading_although_the_answer_came);
  tcase_add_test(t, while_reading_although_a_401_came);
  tcase_add_test(t, in_a_backoff);
  tcase_add_test(t, while_the_merged_document_is_checked);
  tcase_add_test(t, while_the_intent_is_written_the_outcome_follows);
  tcase_add_test(t, a_put_that_never_left);
  tcase_add_test(t, after_a_put_that_never_left);
  tcase_add_test(t, while_a_waiting_put_is_checked_once_more);
}

static void add_after(TCase *t) {
  tcase_add_test(t, a_put_on_its_way);
  tcase_add_test(t, a_put_whose_answer_came_all_the_same_is_applied);
  tcase_add_test(t, a_put_whose_refusal_came_all_the_same_is_refused);
  tcase_add_test(t, a_put_accepted_with_202_is_not_polled_any_more);
  tcase_add_test(t, while_reading_back);
  tcase_add_test(t, between_two_puts);
  tcase_add_test(t, while_a_202_is_polled);
  tcase_add_test(t, while_the_outcome_is_written_it_is_too_late);
  tcase_add_test(t, after_done_nothing_happens);
  tcase_add_test(t, twice_is_once);
  tcase_add_test(t, an_aborted_put_that_was_applied_is_still_unknown_to_the_caller);
  tcase_add_test(t, a_get_ends_as_cancelled);
  tcase_add_test(t, a_plan_ends_as_cancelled_without_a_record);
  tcase_add_test(t, zero_cancels_all_operations_of_the_core);
}

static TCase *a_case(Suite *suite, const char *name) {
  TCase *tcase = tcase_create(name);
  tcase_add_checked_fixture(tcase, open_rig, close_rig);
  suite_add_tcase(suite, tcase);
  return tcase;
}

int main(void) {
  Suite *suite = suite_create("core_cancel");
  add_before(a_case(suite, "before a PUT has left"));
  add_after(a_case(suite, "after a PUT has left"));
  return run_suite(suite);
}
