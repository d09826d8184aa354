/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Calling hours end while an update is under way: what decides is the moment of each physical send. */
#include "core_rig.h"
#include "run.h"

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }

static void close_rig(void) { core_rig_close(&rig); }

/* To the check of the merged campaign, which may be sent up to `left_ms` from now. */
static void to_merged_check(int64_t left_ms) {
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked_until(&rig, rig.world->now.wall_ms + left_ms);
}

static void to_put(int64_t left_ms) {
  to_merged_check(left_ms);
  core_append_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_PUT);
}

START_TEST(the_put_carries_the_instant_at_which_it_must_not_leave_any_more) {
  to_put(400);
  ck_assert_int_eq(rig.act.request.not_after_wall_ms, rig.world->now.wall_ms + 400);
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(reading_is_not_bound_to_calling_hours) {
  core_to_get(&rig, INTERVAL_60);
  ck_assert_int_eq(rig.act.request.not_after_wall_ms, 0);
}
END_TEST

START_TEST(the_check_sees_the_campaign_as_it_was_read) {
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_expect(&rig, CXD__ACT_CHECK);
  ck_assert_ptr_nonnull(rig.act.server);
  ck_assert_ptr_nonnull(rig.act.merged);
  ck_assert_ptr_ne(rig.act.server, rig.act.merged);
}
END_TEST

START_TEST(the_first_check_knows_no_campaign) {
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  core_start(&rig, &job);
  core_expect(&rig, CXD__ACT_CHECK);
  ck_assert_ptr_null(rig.act.server);
  ck_assert_ptr_null(rig.act.merged);
}
END_TEST

/* 20:59:59.9: the audit record takes 200 ms, and then it is 21:00. */
START_TEST(a_verdict_that_ran_out_while_the_intent_was_written_is_asked_for_again) {
  to_merged_check(100);
  core_expect(&rig, CXD__ACT_APPEND);
  core_pass(&rig, 200000);
  core_appended(&rig, CXD_OK);
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked(&rig, CXD_E_WINDOW_CLOSED);
  core_assert_ends(&rig, CXD_OUTCOME_REJECTED, CXD_E_WINDOW_CLOSED);
}
END_TEST

START_TEST(a_verdict_ends_at_its_instant_and_not_after_it) {
  to_merged_check(200);
  core_expect(&rig, CXD__ACT_APPEND);
  core_pass(&rig, 199000);
  core_appended(&rig, CXD_OK);
  core_expect_send(&rig, CXD__CLASS_PUT);
}
END_TEST

START_TEST(a_put_that_was_overdue_when_its_connection_was_ready_is_asked_about_again_and_refused) {
  to_put(400);
  core_pass(&rig, 500000);
  ANSWER(&rig, .way = CXD__WAY_OVERDUE, .unsent = 1);
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked(&rig, CXD_E_WINDOW_CLOSED);
  core_expect(&rig, CXD__ACT_APPEND);
  struct cxd__slice record = core_record(&rig);
  core_assert_member(record, "/sends", "0");
  core_assert_member(record, "/outcome", "\"rejected\"");
  core_appended(&rig, CXD_OK);
  core_assert_result(&rig, CXD_OUTCOME_REJECTED, CXD_E_WINDOW_CLOSED);
  ck_assert_uint_eq(rig.world->shared.limiter.slots.held, 0);
}
END_TEST

START_TEST(an_overdue_put_that_is_still_legal_is_sent_without_a_try_or_a_point_of_the_budget) {
  struct core_setup setup = core_setup_default();
  setup.core.max_attempts = 1;
  core_rig_reopen(&rig, &setup);
  to_put(400);
  core_pass(&rig, 500000);
  ANSWER(&rig, .way = CXD__WAY_OVERDUE, .unsent = 1);
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked_until(&rig, rig.world->now.wall_ms + 60000);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ck_assert_int_eq(rig.act.request.not_after_wall_ms, rig.world->now.wall_ms + 60000);
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(every_resend_is_asked_about_at_its_own_moment) {
  to_put(3600000);
  ANSWER(&rig, .http = 429, .retry_after = "90");
  core_pass_to_due(&rig);
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked(&rig, CXD_E_WINDOW_CLOSED);
  core_assert_ends(&rig, CXD_OUTCOME_REJECTED, CXD_E_WINDOW_CLOSED);
}
END_TEST

START_TEST(a_cancel_while_it_was_overdue_ends_it_as_cancelled) {
  to_put(400);
  cxd__core_cancel(rig.core, 0, rig.world->now);
  core_expect(&rig, CXD__ACT_ABORT);
  ANSWER(&rig, .way = CXD__WAY_OVERDUE, .unsent = 1);
  core_assert_ends(&rig, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_hours");
  TCase *tcase = suite_case(suite, "calling hours at the send", open_rig, close_rig);
  tcase_add_test(tcase, the_put_carries_the_instant_at_which_it_must_not_leave_any_more);
  tcase_add_test(tcase, reading_is_not_bound_to_calling_hours);
  tcase_add_test(tcase, the_check_sees_the_campaign_as_it_was_read);
  tcase_add_test(tcase, the_first_check_knows_no_campaign);
  tcase_add_test(tcase, a_verdict_that_ran_out_while_the_intent_was_written_is_asked_for_again);
  tcase_add_test(tcase, a_verdict_ends_at_its_instant_and_not_after_it);
  tcase_add_test(tcase, a_put_that_was_overdue_when_its_connection_was_ready_is_asked_about_again_and_refused);
  tcase_add_test(tcase, an_overdue_put_that_is_still_legal_is_sent_without_a_try_or_a_point_of_the_budget);
  tcase_add_test(tcase, every_resend_is_asked_about_at_its_own_moment);
  tcase_add_test(tcase, a_cancel_while_it_was_overdue_ends_it_as_cancelled);
  return run_suite(suite);
}
