/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* A document sent whole, without reading first, and the order to rebalance. */
#include "core_rig.h"
#include "run.h"

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

/* ------------------------------------------------------------------------- replace */

static void start_replace(const char *document) {
  struct cxd__job job = core_apply(&rig, document);
  job.replace = 1;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_append_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_PUT);
}

START_TEST(a_replacement_sends_the_document_byte_for_byte_without_reading_and_unconditionally) {
  start_replace("{ \"id\":\"c1\",\n \"pacing\" : {\"interval\":60.0} }");
  ck_assert_ptr_null(rig.act.request.if_match);
  ck_assert_str_eq(rig.act.request.body, "{ \"id\":\"c1\",\n \"pacing\" : {\"interval\":60.0} }");
  ANSWER(&rig, .http = 200);
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_APPLIED);
  ck_assert_str_eq(result->concurrency, "none");
  ck_assert_int_eq(result->previous_concurrent, -1);
  cxd_result_free(result);
}
END_TEST

START_TEST(a_replacement_whose_answer_was_lost_is_sent_again) {
  start_replace(DOC(7, 60, "North"));
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ANSWER(&rig, .http = 200);
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(result->sends, 2);
  cxd_result_free(result);
}
END_TEST

START_TEST(a_doubtful_replacement_is_still_tried_again_after_a_429_or_a_refused_connection) {
  start_replace(DOC(7, 60, "North"));
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ANSWER(&rig, .way = CXD__WAY_CONNECT, .unsent = 1);
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ANSWER(&rig, .http = 429, .retry_after = "1");
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(a_replacement_that_stays_doubtful_is_unknown) {
  start_replace(DOC(7, 60, "North"));
  for (int i = 0; i < 3; i++) {
    ANSWER(&rig, .way = CXD__WAY_TIMEOUT);
    core_pass_to_due(&rig);
    core_expect_put_again(&rig);
  }
  ANSWER(&rig, .way = CXD__WAY_TIMEOUT);
  core_assert_ends(&rig, CXD_OUTCOME_UNKNOWN, CXD_E_UNKNOWN_OUTCOME);
}
END_TEST

START_TEST(a_refusal_after_a_doubtful_replacement_proves_nothing) {
  start_replace(DOC(7, 60, "North"));
  ANSWER(&rig, .http = 502);
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ANSWER(&rig, .http = 412);
  core_assert_ends(&rig, CXD_OUTCOME_UNKNOWN, CXD_E_UNKNOWN_OUTCOME);
}
END_TEST

START_TEST(a_conflict_of_a_replacement_is_final) {
  start_replace(DOC(7, 60, "North"));
  ANSWER(&rig, .http = 409);
  core_assert_ends(&rig, CXD_OUTCOME_CONFLICT, CXD_E_CONFLICT);
}
END_TEST

START_TEST(a_replacement_accepted_with_202_is_confirmed_by_reading) {
  start_replace(DOC(7, 60, "North"));
  ANSWER(&rig, .http = 202);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(7, 30, "North"));
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"));
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
}
END_TEST

START_TEST(a_window_that_closed_after_a_doubtful_replacement_leaves_it_unknown) {
  start_replace(DOC(7, 60, "North"));
  ANSWER(&rig, .http = 503);
  core_pass(&rig, 30 * SECOND);
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked(&rig, CXD_E_WINDOW_CLOSED);
  core_assert_ends(&rig, CXD_OUTCOME_UNKNOWN, CXD_E_UNKNOWN_OUTCOME);
}
END_TEST

/* ----------------------------------------------------------------------- rebalance */

static void start_rebalance(const char *change, enum cxd__rebalance rebalance, int replace) {
  struct cxd__job job = core_apply(&rig, change);
  job.rebalance = rebalance;
  job.replace = replace;
  core_start(&rig, &job);
  core_check_ok(&rig);
}

static void rebalance_to_put(const char *change, enum cxd__rebalance rebalance) {
  start_rebalance(change, rebalance, 0);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  core_round_to_put(&rig, core_document, "\"v7\"");
}

START_TEST(rebalance_on_is_sent_even_when_nothing_else_changes) {
  rebalance_to_put("{\"id\":\"c1\"}", CXD__REBALANCE_ON);
  core_assert_body(&rig, "/advancedDialerSettings/autoRebalance", "true");
}
END_TEST

START_TEST(rebalance_off_changes_the_member) {
  rebalance_to_put("{\"id\":\"c1\"}", CXD__REBALANCE_OFF);
  core_assert_body(&rig, "/advancedDialerSettings/autoRebalance", "false");
}
END_TEST

START_TEST(rebalance_overrides_what_the_document_says) {
  rebalance_to_put("{\"id\":\"c1\",\"advancedDialerSettings\":{\"autoRebalance\":true}}", CXD__REBALANCE_OFF);
  core_assert_body(&rig, "/advancedDialerSettings/autoRebalance", "false");
}
END_TEST

START_TEST(rebalance_off_where_it_is_off_is_unchanged) {
  start_rebalance("{\"id\":\"c1\"}", CXD__REBALANCE_OFF, 0);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = "{\"id\":\"c1\",\"advancedDialerSettings\":{\"autoRebalance\":false}}");
  core_check_ok(&rig);
  core_assert_ends(&rig, CXD_OUTCOME_UNCHANGED, CXD_OK);
}
END_TEST

START_TEST(rebalance_is_spliced_into_a_replacement) {
  start_rebalance("{\"id\":\"c1\",\"name\":\"N\"}", CXD__REBALANCE_ON, 1);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_append_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_PUT);
  core_assert_body(&rig, "/advancedDialerSettings", "{\"autoRebalance\":true}");
  core_assert_body(&rig, "/name", "\"N\"");
}
END_TEST

static void add_replace(TCase *t) {
  tcase_add_test(t, a_replacement_sends_the_document_byte_for_byte_without_reading_and_unconditionally);
  tcase_add_test(t, a_replacement_whose_answer_was_lost_is_sent_again);
  tcase_add_test(t, a_doubtful_replacement_is_still_tried_again_after_a_429_or_a_refused_connection);
  tcase_add_test(t, a_replacement_that_stays_doubtful_is_unknown);
  tcase_add_test(t, a_refusal_after_a_doubtful_replacement_proves_nothing);
  tcase_add_test(t, a_conflict_of_a_replacement_is_final);
  tcase_add_test(t, a_replacement_accepted_with_202_is_confirmed_by_reading);
  tcase_add_test(t, a_window_that_closed_after_a_doubtful_replacement_leaves_it_unknown);
}

static void add_rebalance(TCase *t) {
  tcase_add_test(t, rebalance_on_is_sent_even_when_nothing_else_changes);
  tcase_add_test(t, rebalance_off_changes_the_member);
  tcase_add_test(t, rebalance_overrides_what_the_document_says);
  tcase_add_test(t, rebalance_off_where_it_is_off_is_unchanged);
  tcase_add_test(t, rebalance_is_spliced_into_a_replacement);
}

int main(void) {
  Suite *suite = suite_create("core_replace");
  add_replace(suite_case(suite, "replace", open_rig, close_rig));
  add_rebalance(suite_case(suite, "rebalance", open_rig, close_rig));
  return run_suite(suite);
}
