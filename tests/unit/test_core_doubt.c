/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The last steps before a PUT, and what is said of one whose fate is not known. */
#include "core_rig.h"
#include "run.h"

#define CHANGED "{\"id\":\"c1\",\"version\":8,\"pacing\":{\"interval\":60}}"

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

static void read_back(const char *document, const char *etag) {
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = document, .etag = etag);
}

static cxd_result *ends(int32_t outcome, cxd_status status) {
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_msg(result->outcome == outcome && result->status == status, "%s %s: %s", cxd__outcome_name(result->outcome), cxd_status_name(result->status), cxd_error_message(result->error));
  return result;
}

static void ends_with(int32_t outcome, cxd_status status) { cxd_result_free(ends(outcome, status)); }

/* ------------------------------------------------- slot, token, hours, intent, PUT */

static void one_request_a_minute(void) {
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  core_rig_reopen(&rig, &setup);
}

START_TEST(the_intent_is_written_when_the_slot_is_held_and_not_before) {
  one_request_a_minute();
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  core_expect_nothing(&rig); /* a minute to wait: nothing is on record yet */
  core_pass_to_due(&rig);
  core_expect(&rig, CXD__ACT_CHECK); /* the hours may have ended meanwhile */
  core_checked(&rig, CXD_OK);
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/k", "\"intent\"");
  core_appended(&rig, CXD_OK);
  core_expect_send(&rig, CXD__CLASS_PUT);
}
END_TEST

START_TEST(an_update_cancelled_while_it_waits_for_its_slot_leaves_no_intent) {
  one_request_a_minute();
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  core_expect_nothing(&rig);
  cxd__core_cancel(rig.core, 0, rig.world->now);
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/k", "\"outcome\"");
  core_assert_member(core_record(&rig), "/intent", "false");
  core_appended(&rig, CXD_OK);
  core_assert_result(&rig, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
}
END_TEST

START_TEST(hours_that_ended_in_the_queue_refuse_before_there_is_an_intent) {
  one_request_a_minute();
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  core_pass_to_due(&rig);
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked(&rig, CXD_E_WINDOW_CLOSED);
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/outcome", "\"rejected\"");
  core_appended(&rig, CXD_OK);
  core_assert_result(&rig, CXD_OUTCOME_REJECTED, CXD_E_WINDOW_CLOSED);
  ck_assert_uint_eq(rig.world->shared.limiter.slots.held, 0);
}
END_TEST

START_TEST(a_slow_disk_makes_the_hours_be_looked_at_again) {
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  core_pass(&rig, 2 * SECOND);
  core_appended(&rig, CXD_OK);
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked(&rig, CXD_E_WINDOW_CLOSED);
  core_assert_ends(&rig, CXD_OUTCOME_REJECTED, CXD_E_WINDOW_CLOSED);
}
END_TEST

START_TEST(a_resend_needs_no_second_intent_and_a_new_round_does) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .way = CXD__WAY_CONNECT, .unsent = 1);
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ANSWER(&rig, .http = 412);
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v8\"");
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/k", "\"intent\"");
  core_assert_member(core_record(&rig), "/round", "2");
}
END_TEST

START_TEST(the_slot_is_given_back_when_the_log_does_not_take_the_intent) {
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  core_appended(&rig, CXD_E_AUDIT);
  core_assert_result(&rig, CXD_OUTCOME_NOT_APPLIED, CXD_E_AUDIT);
  ck_assert_uint_eq(rig.world->shared.limiter.slots.held, 0);
}
END_TEST

/* ------------------------------------------------- behind somebody's slow rule or disk */

static void queue_put(void) {
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  core_append_ok(&rig);
}

START_TEST(a_put_that_stood_in_the_queue_is_checked_again_before_it_leaves) {
  queue_put();
  core_pass(&rig, 2 * SECOND);
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked(&rig, CXD_E_WINDOW_CLOSED);
  core_assert_ends(&rig, CXD_OUTCOME_REJECTED, CXD_E_WINDOW_CLOSED);
}
END_TEST

START_TEST(a_put_cancelled_in_the_queue_never_leaves) {
  queue_put();
  cxd__core_cancel(rig.core, 0, rig.world->now);
  core_expect(&rig, CXD__ACT_ABORT);
  core_assert_ends(&rig, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
  ck_assert_uint_eq(rig.world->shared.limiter.slots.held, 0);
}
END_TEST

START_TEST(a_request_that_stood_in_the_queue_past_its_deadline_never_leaves) {
  queue_put();
  core_pass(&rig, 181 * SECOND);
  core_assert_ends(&rig, CXD_OUTCOME_NOT_APPLIED, CXD_E_TIMEOUT);
}
END_TEST

START_TEST(a_request_that_stood_in_the_queue_has_less_time) {
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_pass(&rig, 175 * SECOND);
  core_expect_send(&rig, CXD__CLASS_GET);
  ck_assert_int_eq(rig.act.request.timeout_us, 5 * SECOND);
}
END_TEST

/* ------------------------------------------------------- a copy that may still arrive */

static const struct {
  enum cxd__way way;
  int32_t http;
  int under_way; /* nobody has said that he is done with it */
} doubts[] = {{CXD__WAY_LOST, 0, 1}, {CXD__WAY_TIMEOUT, 0, 1}, {CXD__WAY_RESEND, 0, 1}, {CXD__WAY_ANSWER, 502, 1}, {CXD__WAY_ANSWER, 504, 1}, {CXD__WAY_ANSWER, 408, 1}, {CXD__WAY_ANSWER, 500, 0}, {CXD__WAY_ANSWER, 503, 0}};

static int doubtful_and_unchanged(int i) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .way = doubts[i].way, .http = doubts[i].http);
  read_back(core_document, "\"v7\"");
  core_pass_to_due(&rig);
  return doubts[i].under_way;
}

START_TEST(tries_that_run_out_are_unknown_while_a_copy_may_still_arrive) {
  int under_way = doubtful_and_unchanged(_i);
  for (int n = 0; n < 3; n++) {
    core_expect_put_again(&rig);
    ANSWER(&rig, .way = doubts[_i].way, .http = doubts[_i].http);
    read_back(core_document, "\"v7\"");
    if (n < 2)
      core_pass_to_due(&rig);
  }
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, under_way ? CXD_OUTCOME_UNKNOWN : CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq(result->status == CXD_E_UNKNOWN_OUTCOME, under_way);
  if (under_way)
    ck_assert_ptr_nonnull(strstr(cxd_error_message(result->error), "was not changed when last read"));
  cxd_result_free(result);
}
END_TEST

START_TEST(a_refusal_of_the_resend_is_unknown_while_the_first_copy_may_still_arrive) {
  static const int32_t refusals[] = {400, 403, 404, 422};
  for (size_t n = 0; n < 4; n++) {
    int under_way = doubtful_and_unchanged(_i);
    core_expect_put_again(&rig);
    ANSWER(&rig, .http = refusals[n]);
    core_finish(&rig);
    cxd_result *result = core_take_result(&rig);
    ck_assert_msg((result->outcome == CXD_OUTCOME_UNKNOWN) == under_way, "%d: %s", refusals[n], cxd__outcome_name(result->outcome));
    ck_assert_int_eq(cxd_error_http_status(result->error), refusals[n]);
    cxd_result_free(result);
    close_rig();
    open_rig();
  }
}
END_TEST

START_TEST(hours_that_end_before_the_resend_are_unknown_while_the_first_copy_may_still_arrive) {
  core_to_put(&rig, INTERVAL_60);
  core_pass(&rig, 2 * SECOND);
  ANSWER(&rig, .way = CXD__WAY_TIMEOUT);
  read_back(core_document, "\"v7\"");
  core_pass_to_due(&rig);
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked(&rig, CXD_E_WINDOW_CLOSED);
  ends_with(CXD_OUTCOME_UNKNOWN, CXD_E_UNKNOWN_OUTCOME);
}
END_TEST

START_TEST(a_resend_that_gets_through_ends_the_doubt) {
  (void)doubtful_and_unchanged(_i);
  core_expect_put_again(&rig);
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(a_late_first_copy_shows_in_the_conflict_of_the_resend) {
  (void)doubtful_and_unchanged(_i);
  core_expect_put_again(&rig);
  ANSWER(&rig, .http = 412); /* the first copy has arrived */
  read_back(CHANGED, "\"v8\"");
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
}
END_TEST

START_TEST(a_deadline_before_the_resend_is_unknown_while_the_first_copy_may_still_arrive) {
  struct core_setup setup = core_setup_default();
  setup.limit = 3; /* GET, PUT, read-back; the resend would have to wait for a minute */
  setup.core.deadline_us = 30 * SECOND;
  core_rig_reopen(&rig, &setup);
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  read_back(core_document, "\"v7\"");
  core_pass_to_due(&rig);
  cxd_result *result = ends(CXD_OUTCOME_UNKNOWN, CXD_E_UNKNOWN_OUTCOME);
  ck_assert_int_gt(cxd_error_retry_after_ms(result->error), 50000);
  cxd_result_free(result);
}
END_TEST

START_TEST(without_a_validator_an_unchanged_campaign_may_have_been_changed_and_put_back) {
  core_to_get(&rig, INTERVAL_60);
  core_round_to_put(&rig, "{\"id\":\"c1\",\"pacing\":{\"interval\":30}}", NULL);
  ANSWER(&rig, .http = 500);
  read_back("{\"id\":\"c1\",\"pacing\":{\"interval\":30}}", NULL);
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ANSWER(&rig, .http = 422);
  ends_with(CXD_OUTCOME_UNKNOWN, CXD_E_UNKNOWN_OUTCOME);
}
END_TEST

/* ------------------------------------------------------------- nothing to be seen */

static void start_rebalance(int with_etag) {
  struct cxd__job job = core_apply(&rig, "{\"id\":\"c1\"}");
  job.rebalance = CXD__REBALANCE_ON;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = "{\"id\":\"c1\",\"advancedDialerSettings\":{\"autoRebalance\":true}}", .etag = with_etag ? "\"v7\"" : NULL);
  core_check_ok(&rig);
  core_append_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_PUT);
}

START_TEST(an_update_that_changes_nothing_to_be_seen_is_not_confirmed_by_what_was_so_before) {
  start_rebalance(_i);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  read_back("{\"id\":\"c1\",\"advancedDialerSettings\":{\"autoRebalance\":true}}", _i ? "\"v7\"" : NULL);
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
}
END_TEST

START_TEST(a_202_that_changes_nothing_to_be_seen_is_polled_for) {
  start_rebalance(_i);
  ANSWER(&rig, .http = 202);
  read_back("{\"id\":\"c1\",\"advancedDialerSettings\":{\"autoRebalance\":true}}", _i ? "\"v7\"" : NULL);
  core_pass_to_due(&rig);
  read_back("{\"id\":\"c1\",\"advancedDialerSettings\":{\"autoRebalance\":true}}", _i ? "\"v8\"" : NULL);
  if (_i)
    core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
  else
    core_pass_to_due(&rig); /* without a validator there is nothing to tell it by */
}
END_TEST

/* ---------------------------------------------------------- versions and weak tags */

START_TEST(a_body_that_says_the_version_does_not_match_is_a_conflict) {
  static const char *const bodies[] = {"{\"code\":\"version_mismatch\",\"message\":\"m\"}", "{\"code\":\"VersionConflict\"}", "{\"code\":\"STALE_VERSION\"}", "{\"error\":{\"code\":\"version.outdated\"}}"};
  static const int32_t codes[] = {400, 422, 400, 422};
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = codes[_i], .body = bodies[_i]);
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  core_round_to_put(&rig, "{\"id\":\"c1\",\"version\":8,\"pacing\":{\"interval\":30}}", NULL);
}
END_TEST

START_TEST(other_words_about_versions_are_refusals) {
  static const char *const bodies[] = {"{\"code\":\"unsupported_version\"}", "{\"code\":\"conflict\"}", "{\"code\":\"x\",\"message\":\"version mismatch\"}", "version mismatch"};
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 422, .body = bodies[_i]);
  core_assert_ends(&rig, CXD_OUTCOME_REJECTED, CXD_E_REJECTED);
}
END_TEST

START_TEST(a_weak_entity_tag_is_no_condition_and_is_named_in_the_result) {
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = _i ? core_document : "{\"id\":\"c1\",\"pacing\":{\"interval\":30}}", .weak_etag = 1);
  core_check_ok(&rig);
  core_append_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ck_assert_ptr_null(rig.act.request.if_match);
  ANSWER(&rig, .http = 200);
  cxd_result *result = ends(CXD_OUTCOME_APPLIED, CXD_OK);
  ck_assert_str_eq(result->concurrency, _i ? "version" : "none");
  ck_assert_uint_eq(cxd_report_count(result->report), 1);
  ck_assert_str_eq(cxd_report_code(result->report, 0), "server.weak_etag");
  ck_assert_int_eq(cxd_report_severity(result->report, 0), CXD_SEVERITY_NOTE);
  cxd_result_free(result);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_doubt");
  TCase *t = tcase_create("doubt");
  const int count = (int)(sizeof doubts / sizeof *doubts);
  suite_add_tcase(suite, t);
  tcase_add_checked_fixture(t, open_rig, close_rig);
  tcase_add_test(t, the_intent_is_written_when_the_slot_is_held_and_not_before);
  tcase_add_test(t, an_update_cancelled_while_it_waits_for_its_slot_leaves_no_intent);
  tcase_add_test(t, hours_that_ended_in_the_queue_refuse_before_there_is_an_intent);
  tcase_add_test(t, a_slow_disk_makes_the_hours_be_looked_at_again);
  tcase_add_test(t, a_resend_needs_no_second_intent_and_a_new_round_does);
  tcase_add_test(t, the_slot_is_given_back_when_the_log_does_not_take_the_intent);
  tcase_add_test(t, a_put_that_stood_in_the_queue_is_checked_again_before_it_leaves);
  tcase_add_test(t, a_put_cancelled_in_the_queue_never_leaves);
  tcase_add_test(t, a_request_that_stood_in_the_queue_past_its_deadline_never_leaves);
  tcase_add_test(t, a_request_that_stood_in_the_queue_has_less_time);
  tcase_add_loop_test(t, tries_that_run_out_are_unknown_while_a_copy_may_still_arrive, 0, count);
  tcase_add_loop_test(t, a_refusal_of_the_resend_is_unknown_while_the_first_copy_may_still_arrive, 0, count);
  tcase_add_test(t, hours_that_end_before_the_resend_are_unknown_while_the_first_copy_may_still_arrive);
  tcase_add_loop_test(t, a_resend_that_gets_through_ends_the_doubt, 0, count);
  tcase_add_loop_test(t, a_late_first_copy_shows_in_the_conflict_of_the_resend, 0, count);
  tcase_add_test(t, a_deadline_before_the_resend_is_unknown_while_the_first_copy_may_still_arrive);
  tcase_add_test(t, without_a_validator_an_unchanged_campaign_may_have_been_changed_and_put_back);
  tcase_add_loop_test(t, an_update_that_changes_nothing_to_be_seen_is_not_confirmed_by_what_was_so_before, 0, 2);
  tcase_add_loop_test(t, a_202_that_changes_nothing_to_be_seen_is_polled_for, 0, 2);
  tcase_add_loop_test(t, a_body_that_says_the_version_does_not_match_is_a_conflict, 0, 4);
  tcase_add_loop_test(t, other_words_about_versions_are_refusals, 0, 4);
  tcase_add_loop_test(t, a_weak_entity_tag_is_no_condition_and_is_named_in_the_result, 0, 2);
  return run_suite(suite);
}
