/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What is said of a PUT by reading the campaign again: after a 202, when asked to verify, and when its answer was lost. */
#include "core_rig.h"
#include "run.h"

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

/* --------------------------------------------------------------------- 202, verify */

START_TEST(a_202_is_confirmed_by_reading_and_never_resent) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 202);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"), .etag = "\"v8\"");
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_APPLIED_READBACK);
  ck_assert_int_eq(result->sends, 1);
  ck_assert_int_eq(result->new_concurrent, 120);
  cxd_result_free(result);
}
END_TEST

START_TEST(a_202_that_does_not_show_before_the_deadline_is_unknown) {
  int64_t start = rig.world->now.mono_us;
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 202);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  int polls = 1;
  for (; cxd__core_due(rig.core) != INT64_MAX; polls++) {
    core_pass_to_due(&rig);
    core_expect_send(&rig, CXD__CLASS_GET);
    ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  }
  ck_assert_int_gt(polls, 4);
  ck_assert_int_lt(polls, 60);
  ck_assert_int_gt(rig.world->now.mono_us - start, 150 * SECOND);
  core_assert_ends(&rig, CXD_OUTCOME_UNKNOWN, CXD_E_UNKNOWN_OUTCOME);
}
END_TEST

START_TEST(a_202_after_a_lost_round_does_not_quote_the_earlier_conflict) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 412);
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  core_round_to_put(&rig, DOC(8, 30, "South"), "\"v8\"");
  ANSWER(&rig, .http = 202);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 404);
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_UNKNOWN);
  ck_assert_ptr_null(strstr(cxd_error_message(result->error), "412"));
  cxd_result_free(result);
}
END_TEST

static void verify_to_put(void) {
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  job.verify_always = 1;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  core_round_to_put(&rig, core_document, "\"v7\"");
  ANSWER(&rig, .http = 200);
  core_expect_send(&rig, CXD__CLASS_GET);
}

START_TEST(verify_always_reads_back_after_a_200) {
  verify_to_put();
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"), .etag = "\"v8\"");
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
}
END_TEST

START_TEST(verify_always_waits_for_a_server_that_reads_from_an_old_copy) {
  verify_to_put();
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"), .etag = "\"v8\"");
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
}
END_TEST

/* ----------------------------------------------------------------- the lost answer */

START_TEST(a_lost_answer_and_our_edits_there_is_applied_readback) {
  static const struct core_answer lost[] = {{.way = CXD__WAY_LOST}, {.way = CXD__WAY_TIMEOUT}, {.way = CXD__WAY_RESEND}, {.http = 500}, {.http = 408}, {.http = 503}, {.http = 200, .way = CXD__WAY_LOST}};
  for (size_t i = 0; i < sizeof lost / sizeof *lost; i++) {
    close_rig();
    open_rig();
    core_to_put(&rig, INTERVAL_60);
    core_answer(&rig, &lost[i]);
    core_expect_send(&rig, CXD__CLASS_GET);
    ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"), .etag = "\"v8\"");
    core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
  }
}
END_TEST

START_TEST(a_lost_answer_and_the_same_validator_sends_the_same_put_again) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ck_assert_str_eq(rig.act.request.if_match, "\"v7\"");
  core_assert_body(&rig, "/pacing/interval", "60");
  ANSWER(&rig, .http = 200);
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(result->sends, 2);
  cxd_result_free(result);
}
END_TEST

START_TEST(a_lost_answer_and_another_change_is_a_conflict_and_never_a_rebase) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(9, 45, "North"), .etag = "\"v9\"");
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_CONFLICT);
  ck_assert_str_eq(result->conflict, "{\"base\":{\"/pacing/interval\":30},\"mine\":{\"/pacing/interval\":60},\"theirs\":{\"/pacing/interval\":45}}");
  cxd_result_free(result);
}
END_TEST

START_TEST(a_lost_answer_that_cannot_be_read_back_is_unknown) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 403);
  core_assert_ends(&rig, CXD_OUTCOME_UNKNOWN, CXD_E_UNKNOWN_OUTCOME);
}
END_TEST

START_TEST(a_late_first_copy_that_beats_the_resend_is_our_own_write) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .way = CXD__WAY_TIMEOUT);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ANSWER(&rig, .http = 412);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"), .etag = "\"v8\"");
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
}
END_TEST

START_TEST(a_412_to_a_resend_is_never_rebased) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .way = CXD__WAY_TIMEOUT);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ANSWER(&rig, .http = 412);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(9, 30, "South"), .etag = "\"v9\"");
  core_assert_ends(&rig, CXD_OUTCOME_CONFLICT, CXD_E_CONFLICT);
}
END_TEST

START_TEST(sends_that_keep_failing_without_effect_end_as_not_applied) {
  core_to_put(&rig, INTERVAL_60);
  for (int i = 0; i < 4; i++) {
    if (i) {
      core_pass_to_due(&rig);
      core_expect_put_again(&rig);
    }
    ANSWER(&rig, .http = 500);
    core_expect_send(&rig, CXD__CLASS_GET);
    ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  }
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq(result->status, CXD_E_SERVER);
  ck_assert_int_eq(result->sends, 4);
  ck_assert_int_eq(cxd_error_http_status(result->error), 500);
  cxd_result_free(result);
}
END_TEST

static void add_verify(TCase *t) {
  tcase_add_test(t, a_202_is_confirmed_by_reading_and_never_resent);
  tcase_add_test(t, a_202_that_does_not_show_before_the_deadline_is_unknown);
  tcase_add_test(t, a_202_after_a_lost_round_does_not_quote_the_earlier_conflict);
  tcase_add_test(t, verify_always_reads_back_after_a_200);
  tcase_add_test(t, verify_always_waits_for_a_server_that_reads_from_an_old_copy);
}

static void add_lost_answers(TCase *t) {
  tcase_add_test(t, a_lost_answer_and_our_edits_there_is_applied_readback);
  tcase_add_test(t, a_lost_answer_and_the_same_validator_sends_the_same_put_again);
  tcase_add_test(t, a_lost_answer_and_another_change_is_a_conflict_and_never_a_rebase);
  tcase_add_test(t, a_lost_answer_that_cannot_be_read_back_is_unknown);
  tcase_add_test(t, a_late_first_copy_that_beats_the_resend_is_our_own_write);
  tcase_add_test(t, a_412_to_a_resend_is_never_rebased);
  tcase_add_test(t, sends_that_keep_failing_without_effect_end_as_not_applied);
}

int main(void) {
  Suite *suite = suite_create("core_readback");
  add_verify(suite_case(suite, "202, verify", open_rig, close_rig));
  add_lost_answers(suite_case(suite, "the lost answer", open_rig, close_rig));
  return run_suite(suite);
}
