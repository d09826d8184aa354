/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core_rig.h"
#include "json/pointer.h"
#include "run.h"

#define INTERVAL_60 "{\"id\":\"c1\",\"pacing\":{\"interval\":60}}"
#define DOC(version, interval, name) \
  "{\"id\":\"c1\",\"name\":\"" name "\",\"version\":" #version ",\"pacing\":{\"interval\":" #interval ",\"throttlePercent\":0.85},\"maxConcurrentCalls\":120}"
#define DOC_NO_VERSION(interval) "{\"id\":\"c1\",\"pacing\":{\"interval\":" #interval "}}"

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

static void assert_body(const char *pointer, const char *raw) {
  struct cxd__slice body = {rig.act.request.body, rig.act.request.body_len};
  core_assert_member(body, pointer, raw);
}

/* ------------------------------------------------------------------------- merge */

START_TEST(a_merge_reads_checks_writes_an_intent_and_sends_one_conditional_put) {
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  core_start(&rig, &job);
  core_expect(&rig, CXD__ACT_CHECK);
  ck_assert_ptr_eq(rig.act.change, rig.change);
  ck_assert_ptr_null(rig.act.merged);
  core_checked(&rig, CXD_OK);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ck_assert_str_eq(rig.act.request.target, "/api/v2/outbound/campaigns/c1");
  ck_assert_str_eq(rig.act.request.bearer, "tok-1");
  ck_assert_ptr_null(rig.act.request.body);
  ck_assert_ptr_null(rig.act.request.basic);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_expect(&rig, CXD__ACT_CHECK);
  ck_assert_ptr_nonnull(rig.act.merged);
  core_checked(&rig, CXD_OK);
  core_expect(&rig, CXD__ACT_APPEND);
  ck_assert_int_eq(rig.act.reserve, 1);
  core_assert_member(core_record(&rig), "/k", "\"intent\"");
  core_appended(&rig, CXD_OK);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ck_assert_str_eq(rig.act.request.if_match, "\"v7\"");
  ck_assert_str_eq(rig.act.request.target, "/api/v2/outbound/campaigns/c1");
}
END_TEST

START_TEST(a_merge_touches_the_asked_members_only) {
  core_to_put(&rig, INTERVAL_60);
  assert_body("/pacing/interval", "60");
  assert_body("/pacing/throttlePercent", "0.85");
  assert_body("/tenant", "18446744073709551615");
  assert_body("/version", "7");
  assert_body("/name", "\"North\"");
  ck_assert_uint_eq(rig.act.request.body_len, strlen(core_document));
}
END_TEST

START_TEST(an_applied_update_reports_numbers_diff_and_record) {
  core_to_put(&rig, "{\"id\":\"c1\",\"maxConcurrentCalls\":150,\"pacing\":{\"interval\":60}}");
  ANSWER(&rig, .http = 200, .body = "{}", .request_id = "req-9", .took_us = 40000);
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(result->status, CXD_OK);
  ck_assert_ptr_null(result->error);
  ck_assert_int_eq(result->previous_concurrent, 120);
  ck_assert_int_eq(result->new_concurrent, 150);
  ck_assert_double_eq_tol(result->pacing_accuracy, 0.85, 1e-12);
  ck_assert_double_eq_tol(result->target_calls_per_min, 25 * 0.85 * 60 / 60, 1e-9);
  ck_assert_int_eq(result->sends, 1);
  ck_assert_int_eq(result->attempts, 3);
  ck_assert_int_eq(result->http_status, 200);
  ck_assert_str_eq(result->request_id, "req-9");
  ck_assert_str_eq(result->concurrency, "etag");
  ck_assert_int_eq(result->audit_seq, 5);
  ck_assert_int_eq(result->audit_status, CXD_OK);
  ck_assert_str_eq(result->audit_record, "{\"sealed\":true}");
  ck_assert_int_eq(result->latency_us[CXD_LATENCY_SERVER], 40000);
  ck_assert_int_eq(result->latency_us[CXD_LATENCY_TOTAL], 40000);
  ck_assert_int_eq(result->latency_us[CXD_LATENCY_AUDIT], 400);
  ck_assert_str_eq(result->diff, "[{\"op\":\"replace\",\"path\":\"/maxConcurrentCalls\",\"old\":120,\"value\":150},"
                                 "{\"op\":\"replace\",\"path\":\"/pacing/interval\",\"old\":30,\"value\":60}]");
  cxd_result_free(result);
}
END_TEST

START_TEST(a_204_is_applied_too) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 204);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(a_success_with_an_oversized_body_is_applied_and_never_resent) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .way = CXD__WAY_TOO_LARGE);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(an_answer_that_repeats_the_change_is_believed) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"));
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_APPLIED);
  ck_assert_uint_eq(cxd_report_count(result->report), 0);
  cxd_result_free(result);
}
END_TEST

START_TEST(an_answer_that_contradicts_the_change_is_read_back) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = DOC(7, 30, "North"));
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"), .etag = "\"v8\"");
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
}
END_TEST

START_TEST(an_answer_that_contradicts_the_change_and_is_right_is_unknown) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = DOC(7, 30, "North"));
  for (int i = 0; i < 4; i++) {
    if (i)
      core_pass_to_due(&rig);
    core_expect_send(&rig, CXD__CLASS_GET);
    ANSWER(&rig, .http = 200, .body = DOC(7, 30, "North"), .etag = "\"v7\"");
  }
  core_assert_ends(&rig, CXD_OUTCOME_UNKNOWN, CXD_E_UNKNOWN_OUTCOME);
}
END_TEST

START_TEST(an_answer_of_success_that_is_no_campaign_is_applied_with_a_warning) {
  static const char *const bodies[] = {"<html>", "{}", "{\"id\":\"c2\",\"pacing\":{\"interval\":30}}", "[", "null"};
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    close_rig();
    open_rig();
    core_to_put(&rig, INTERVAL_60);
    ANSWER(&rig, .http = 200, .body = bodies[i]);
    core_finish(&rig);
    cxd_result *result = core_take_result(&rig);
    ck_assert_int_eq(result->outcome, CXD_OUTCOME_APPLIED);
    ck_assert_uint_eq(cxd_report_count(result->report), 1);
    ck_assert_str_eq(cxd_report_code(result->report, 0), "server.answer");
    ck_assert_int_eq(cxd_report_severity(result->report, 0), CXD_SEVERITY_WARNING);
    cxd_result_free(result);
  }
}
END_TEST

START_TEST(nothing_to_change_is_unchanged_with_an_outcome_but_no_intent) {
  core_to_get(&rig, "{\"id\":\"c1\",\"pacing\":{\"interval\":3e1}}");
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  struct cxd__slice record = core_record(&rig);
  core_assert_member(record, "/k", "\"outcome\"");
  core_assert_member(record, "/outcome", "\"unchanged\"");
  core_assert_member(record, "/intent", "false");
  core_appended(&rig, CXD_OK);
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_UNCHANGED);
  ck_assert_int_eq(result->previous_concurrent, 120);
  ck_assert_int_eq(result->new_concurrent, 120);
  cxd_result_free(result);
}
END_TEST

START_TEST(a_plan_ends_after_the_second_check_and_writes_no_record) {
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  job.kind = CXD__JOB_PLAN;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  core_assert_result(&rig, CXD_OUTCOME_PLANNED, CXD_OK);
}
END_TEST

START_TEST(a_plan_of_a_replacement_reads_the_campaign_to_show_the_difference) {
  struct cxd__job job = core_apply(&rig, DOC(7, 60, "North"));
  job.kind = CXD__JOB_PLAN;
  job.replace = 1;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(7, 30, "North"));
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_PLANNED);
  ck_assert_str_eq(result->diff, "[{\"op\":\"replace\",\"path\":\"/pacing/interval\",\"old\":30,\"value\":60}]");
  cxd_result_free(result);
}
END_TEST

START_TEST(refused_edits_send_nothing_and_are_recorded) {
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  core_start(&rig, &job);
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked(&rig, CXD_E_INVALID);
  core_assert_ends(&rig, CXD_OUTCOME_REJECTED, CXD_E_INVALID);
}
END_TEST

START_TEST(a_refused_merged_document_sends_no_put) {
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = core_document);
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked(&rig, CXD_E_WINDOW_CLOSED);
  core_assert_ends(&rig, CXD_OUTCOME_REJECTED, CXD_E_WINDOW_CLOSED);
}
END_TEST

START_TEST(a_check_that_could_not_run_is_not_called_a_refusal) {
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  core_start(&rig, &job);
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked(&rig, CXD_E_NOMEM);
  core_assert_ends(&rig, CXD_OUTCOME_NOT_APPLIED, CXD_E_NOMEM);
}
END_TEST

START_TEST(an_id_that_cannot_stand_in_a_url_is_rejected_before_any_request) {
  static const char *const changes[] = {"{\"id\":\"../x\",\"name\":\"a\"}", "{\"id\":\"..\",\"name\":\"a\"}", "{\"name\":\"a\"}", "{\"id\":7,\"name\":\"a\"}"};
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    struct cxd__job job = core_apply(&rig, changes[i]);
    core_start(&rig, &job);
    core_check_ok(&rig);
    core_assert_ends(&rig, CXD_OUTCOME_REJECTED, CXD_E_ARGUMENT);
  }
}
END_TEST

START_TEST(edits_that_do_not_fit_the_document_are_rejected) {
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = "{\"id\":\"c1\",\"pacing\":\"none\"}");
  core_assert_ends(&rig, CXD_OUTCOME_REJECTED, CXD_E_TYPE);
}
END_TEST

START_TEST(an_answer_that_is_no_campaign_is_a_protocol_error) {
  static const char *const bodies[] = {"<html>login</html>", "[]", "", "{\"id\":\"c1\"", "{\"id\":\"c2\"}", "{\"name\":\"c1\"}", NULL};
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    struct cxd__job job = core_apply(&rig, INTERVAL_60);
    core_start(&rig, &job);
    core_check_ok(&rig);
    if (i == 0)
      core_get_token(&rig);
    core_expect_send(&rig, CXD__CLASS_GET);
    ANSWER(&rig, .http = 200, .body = bodies[i]);
    core_assert_ends(&rig, CXD_OUTCOME_NOT_APPLIED, CXD_E_PROTOCOL);
  }
}
END_TEST

START_TEST(a_422_is_rejected_and_shown_as_a_finding) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 422, .body = "{\"code\":\"LIMIT\",\"message\":\"above the licensed agents\",\"field\":\"/maxConcurrentCalls\",\"requestId\":\"r1\"}");
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_REJECTED);
  ck_assert_int_eq(result->status, CXD_E_REJECTED);
  ck_assert_str_eq(cxd_error_server_code(result->error), "LIMIT");
  ck_assert_str_eq(cxd_error_field(result->error), "/maxConcurrentCalls");
  ck_assert_str_eq(cxd_error_request_id(result->error), "r1");
  ck_assert_int_eq(cxd_error_retryable(result->error), 0);
  ck_assert_uint_eq(cxd_report_count(result->report), 1);
  ck_assert_str_eq(cxd_report_code(result->report, 0), "server.422");
  ck_assert_int_eq(result->new_concurrent, -1);
  cxd_result_free(result);
}
END_TEST

/* ------------------------------------------------------------ replace, rebalancing */

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
  assert_body("/advancedDialerSettings/autoRebalance", "true");
}
END_TEST

START_TEST(rebalance_off_changes_the_member) {
  rebalance_to_put("{\"id\":\"c1\"}", CXD__REBALANCE_OFF);
  assert_body("/advancedDialerSettings/autoRebalance", "false");
}
END_TEST

START_TEST(rebalance_overrides_what_the_document_says) {
  rebalance_to_put("{\"id\":\"c1\",\"advancedDialerSettings\":{\"autoRebalance\":true}}", CXD__REBALANCE_OFF);
  assert_body("/advancedDialerSettings/autoRebalance", "false");
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
  assert_body("/advancedDialerSettings", "{\"autoRebalance\":true}");
  assert_body("/name", "\"N\"");
}
END_TEST

/* ------------------------------------------------------------------ 202, verify */

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

/* ------------------------------------------------------------- the lost answer */

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
  assert_body("/pacing/interval", "60");
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

/* ------------------------------------------------------------- version, etag, none */

static const char *concurrency_after(const char *document, const char *etag) {
  core_to_get(&rig, INTERVAL_60);
  core_round_to_put(&rig, document, etag);
  return rig.act.request.if_match;
}

static void finish_with_concurrency(const char *concurrency) {
  ANSWER(&rig, .http = 200);
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_str_eq(result->concurrency, concurrency);
  cxd_result_free(result);
}

START_TEST(without_an_etag_the_version_in_the_body_is_the_condition) {
  ck_assert_ptr_null(concurrency_after(DOC(7, 30, "North"), NULL));
  assert_body("/version", "7");
  finish_with_concurrency("version");
}
END_TEST

START_TEST(an_etag_wins_over_the_version) {
  ck_assert_str_eq(concurrency_after(DOC(7, 30, "North"), "\"v7\""), "\"v7\"");
  finish_with_concurrency("etag");
}
END_TEST

START_TEST(without_etag_and_version_the_result_says_none) {
  ck_assert_ptr_null(concurrency_after(DOC_NO_VERSION(30), NULL));
  finish_with_concurrency("none");
}
END_TEST

static void lose_and_read_back(const char *before, const char *after) {
  (void)concurrency_after(before, NULL);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = after);
}

START_TEST(the_version_decides_on_a_resend) {
  lose_and_read_back(DOC(7, 30, "North"), DOC(7, 30, "North"));
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  assert_body("/version", "7");
}
END_TEST

START_TEST(the_version_decides_on_applied) {
  lose_and_read_back(DOC(7, 30, "North"), DOC(8, 60, "North"));
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
}
END_TEST

START_TEST(the_version_decides_on_a_conflict_even_when_the_values_are_as_before) {
  lose_and_read_back(DOC(7, 30, "North"), DOC(9, 30, "North"));
  core_assert_ends(&rig, CXD_OUTCOME_CONFLICT, CXD_E_CONFLICT);
}
END_TEST

START_TEST(without_a_validator_the_values_decide) {
  lose_and_read_back(DOC_NO_VERSION(30), DOC_NO_VERSION(60));
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
}
END_TEST

START_TEST(without_a_validator_unchanged_values_mean_send_again) {
  lose_and_read_back(DOC_NO_VERSION(30), DOC_NO_VERSION(30));
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
}
END_TEST

START_TEST(without_a_validator_other_values_are_a_conflict) {
  lose_and_read_back(DOC_NO_VERSION(30), DOC_NO_VERSION(45));
  core_assert_ends(&rig, CXD_OUTCOME_CONFLICT, CXD_E_CONFLICT);
}
END_TEST

START_TEST(a_version_set_by_the_caller_is_a_precondition) {
  core_to_get(&rig, "{\"id\":\"c1\",\"version\":6,\"pacing\":{\"interval\":60}}");
  ANSWER(&rig, .http = 200, .body = DOC(7, 30, "North"));
  core_assert_ends(&rig, CXD_OUTCOME_CONFLICT, CXD_E_CONFLICT);
}
END_TEST

START_TEST(the_right_version_lets_the_update_pass_and_travels_as_read) {
  core_to_get(&rig, "{\"id\":\"c1\",\"version\":7.0,\"pacing\":{\"interval\":60}}");
  core_round_to_put(&rig, DOC(7, 30, "North"), NULL);
  assert_body("/version", "7");
}
END_TEST

/* ----------------------------------------------------------- base, rounds, conflict */

static cxd_campaign *edited_copy(const char *base, const char *pointer, const char *value) {
  cxd_campaign *campaign = NULL;
  ck_assert_int_eq(cxd__campaign_read(base, strlen(base), "\"v7\"", &campaign, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_json(campaign, pointer, value, NULL), CXD_OK);
  return campaign;
}

static void start_edited(const char *pointer, const char *value) {
  struct cxd__job job = core_apply(&rig, "{}");
  cxd_campaign_free(rig.change);
  rig.change = edited_copy(DOC(7, 30, "North"), pointer, value);
  job.change = rig.change;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
}

START_TEST(an_edit_of_a_member_that_others_left_alone_goes_on_top_of_theirs) {
  start_edited("/pacing/interval", "60");
  core_round_to_put(&rig, DOC(8, 30, "South"), "\"v8\"");
  ck_assert_str_eq(rig.act.request.if_match, "\"v8\"");
  assert_body("/name", "\"South\"");
  assert_body("/pacing/interval", "60");
}
END_TEST

START_TEST(an_edit_of_a_member_that_others_changed_since_it_was_read_is_a_conflict) {
  start_edited("/pacing/interval", "60");
  ANSWER(&rig, .http = 200, .body = DOC(8, 45, "North"), .etag = "\"v8\"");
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_CONFLICT);
  ck_assert_str_eq(result->conflict, "{\"base\":{\"/pacing/interval\":30},\"mine\":{\"/pacing/interval\":60},\"theirs\":{\"/pacing/interval\":45}}");
  ck_assert_int_eq(result->sends, 0);
  cxd_result_free(result);
}
END_TEST

START_TEST(others_who_wrote_the_same_value_are_no_conflict) {
  start_edited("/pacing/interval", "60");
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"), .etag = "\"v8\"");
  core_check_ok(&rig);
  core_assert_ends(&rig, CXD_OUTCOME_UNCHANGED, CXD_OK);
}
END_TEST

START_TEST(a_member_deleted_here_and_changed_there_is_a_conflict_with_no_mine) {
  struct cxd__job job = core_apply(&rig, "{}");
  cxd_campaign_free(rig.change);
  rig.change = edited_copy("{\"id\":\"c1\",\"a\":1,\"b\":2}", "/b", "3");
  ck_assert_int_eq(cxd_campaign_remove(rig.change, "/a", NULL), CXD_OK);
  job.change = rig.change;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = "{\"id\":\"c1\",\"a\":5,\"b\":2}");
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_CONFLICT);
  ck_assert_str_eq(result->conflict, "{\"base\":{\"/a\":1},\"mine\":{},\"theirs\":{\"/a\":5}}");
  cxd_result_free(result);
}
END_TEST

START_TEST(conflict_json_stays_on_one_line) {
  start_edited("/pacing/interval", "[ 1,\n 2 ]");
  ANSWER(&rig, .http = 200, .body = "{\"id\":\"c1\",\"pacing\":{\"interval\":{\n\"x\": 1}}}");
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_str_eq(result->conflict, "{\"base\":{\"/pacing/interval\":30},\"mine\":{\"/pacing/interval\":[1,2]},\"theirs\":{\"/pacing/interval\":{\"x\":1}}}");
  cxd_result_free(result);
}
END_TEST

static void lose_a_round(const char *document, const char *etag) {
  ANSWER(&rig, .http = 412);
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  if (document)
    core_round_to_put(&rig, document, etag);
}

START_TEST(a_412_reads_again_and_writes_on_top_with_a_new_intent_of_the_same_operation) {
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = DOC(7, 30, "North"), .etag = "\"v7\"");
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  struct cxd__slice op = cxd__json_find(core_record(&rig), "/op");
  char first[64];
  memcpy(first, op.p, op.len);
  first[op.len] = '\0';
  core_appended(&rig, CXD_OK);
  core_expect_send(&rig, CXD__CLASS_PUT);
  lose_a_round(NULL, NULL);
  ANSWER(&rig, .http = 200, .body = DOC(8, 30, "South"), .etag = "\"v8\"");
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/k", "\"intent\"");
  core_assert_member(core_record(&rig), "/op", first);
  core_assert_member(core_record(&rig), "/round", "2");
  core_appended(&rig, CXD_OK);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ck_assert_str_eq(rig.act.request.if_match, "\"v8\"");
  assert_body("/name", "\"South\"");
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(a_rebase_compares_with_the_first_document_not_with_the_last) {
  core_to_put(&rig, INTERVAL_60);
  lose_a_round(DOC(8, 30, "South"), "\"v8\"");
  lose_a_round(NULL, NULL);
  ANSWER(&rig, .http = 200, .body = DOC(9, 31, "South"), .etag = "\"v9\"");
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_CONFLICT);
  ck_assert_str_eq(result->conflict, "{\"base\":{\"/pacing/interval\":30},\"mine\":{\"/pacing/interval\":60},\"theirs\":{\"/pacing/interval\":31}}");
  cxd_result_free(result);
}
END_TEST

static void lose_three_rounds(void) {
  core_to_put(&rig, INTERVAL_60);
  lose_a_round(DOC(8, 30, "South"), "\"v8\"");
  lose_a_round(DOC(9, 30, "East"), "\"v9\"");
  lose_a_round(NULL, NULL);
}

START_TEST(after_three_rounds_one_last_look_shows_what_the_others_wrote) {
  lose_three_rounds();
  ANSWER(&rig, .http = 200, .body = DOC(10, 30, "West"), .etag = "\"v10\"");
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/outcome", "\"conflict\"");
  core_assert_member(core_record(&rig), "/round", "3");
  core_appended(&rig, CXD_OK);
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->status, CXD_E_CONFLICT);
  ck_assert_int_eq(result->sends, 3);
  ck_assert_str_eq(result->conflict, "{\"base\":{\"/pacing/interval\":30},\"mine\":{\"/pacing/interval\":60},\"theirs\":{\"/pacing/interval\":30}}");
  cxd_result_free(result);
}
END_TEST

START_TEST(a_last_look_that_fails_leaves_the_conflict_standing) {
  lose_three_rounds();
  ANSWER(&rig, .http = 404);
  core_assert_ends(&rig, CXD_OUTCOME_CONFLICT, CXD_E_CONFLICT);
}
END_TEST

START_TEST(a_conflict_stands_also_when_the_deadline_ends_the_last_look) {
  core_to_put(&rig, INTERVAL_60);
  lose_a_round(DOC(8, 30, "South"), "\"v8\"");
  lose_a_round(DOC(9, 30, "East"), "\"v9\"");
  ANSWER(&rig, .http = 412);
  core_pass(&rig, 180 * SECOND);
  core_assert_ends(&rig, CXD_OUTCOME_CONFLICT, CXD_E_CONFLICT);
}
END_TEST

START_TEST(rounds_are_held_apart_by_at_most_100_ms_doubled_each_time) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 412);
  core_expect_nothing(&rig);
  ck_assert_int_le(cxd__core_due(rig.core), rig.world->now.mono_us + 200000);
}
END_TEST

/* --------------------------------------------------------------------------- audit */

START_TEST(no_put_without_a_durable_intent_when_audit_is_required) {
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  core_appended(&rig, CXD_E_AUDIT);
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq(result->status, CXD_E_AUDIT);
  ck_assert_int_eq(result->audit_status, CXD_E_AUDIT);
  ck_assert_int_eq(result->sends, 0);
  cxd_result_free(result);
}
END_TEST

static void start_with_audit(enum cxd__audit_mode mode) {
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  job.audit = mode;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
}

START_TEST(best_effort_goes_on_without_an_intent_and_says_so) {
  start_with_audit(CXD__AUDIT_BEST_EFFORT);
  core_expect(&rig, CXD__ACT_APPEND);
  core_appended(&rig, CXD_E_AUDIT);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ANSWER(&rig, .http = 200);
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/intent", "false");
  core_appended(&rig, CXD_OK);
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(result->status, CXD_OK);
  ck_assert_int_eq(result->audit_status, CXD_E_AUDIT);
  cxd_result_free(result);
}
END_TEST

START_TEST(a_record_that_is_too_large_stops_the_put_also_in_best_effort) {
  start_with_audit(CXD__AUDIT_BEST_EFFORT);
  core_expect(&rig, CXD__ACT_APPEND);
  core_appended(&rig, CXD_E_TOO_LARGE);
  core_assert_ends(&rig, CXD_OUTCOME_NOT_APPLIED, CXD_E_TOO_LARGE);
}
END_TEST

START_TEST(audit_off_writes_no_record) {
  start_with_audit(CXD__AUDIT_OFF);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ANSWER(&rig, .http = 200);
  core_assert_result(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(an_outcome_that_could_not_be_written_is_handed_to_the_caller_and_the_update_stays_applied) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200);
  core_expect(&rig, CXD__ACT_APPEND);
  core_appended(&rig, CXD_E_AUDIT);
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(result->status, CXD_OK);
  ck_assert_int_eq(result->audit_status, CXD_E_AUDIT);
  ck_assert_ptr_nonnull(strstr(result->audit_record, "\"outcome\":\"applied\""));
  cxd_result_free(result);
}
END_TEST

START_TEST(an_intent_of_a_later_round_that_fails_still_gets_its_outcome) {
  core_to_put(&rig, INTERVAL_60);
  lose_a_round(NULL, NULL);
  ANSWER(&rig, .http = 200, .body = DOC(8, 30, "South"), .etag = "\"v8\"");
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  core_appended(&rig, CXD_E_AUDIT);
  core_assert_ends(&rig, CXD_OUTCOME_NOT_APPLIED, CXD_E_AUDIT);
}
END_TEST

/* ------------------------------------------------------- calling hours at the send */

START_TEST(a_put_that_had_to_wait_is_checked_once_more_before_it_is_sent) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 429, .retry_after = "60");
  core_pass_to_due(&rig);
  core_expect(&rig, CXD__ACT_CHECK);
  ck_assert_ptr_nonnull(rig.act.merged);
  core_checked(&rig, CXD_OK);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(a_window_that_closed_while_the_put_waited_stops_it) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 429, .retry_after = "60");
  core_pass_to_due(&rig);
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked(&rig, CXD_E_WINDOW_CLOSED);
  core_assert_ends(&rig, CXD_OUTCOME_REJECTED, CXD_E_WINDOW_CLOSED);
  ck_assert_uint_eq(rig.world->shared.limiter.slots.held, 0);
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

/* -------------------------------------------------------------------- get and list */

START_TEST(a_get_hands_out_body_and_entity_tag) {
  struct cxd__job job = {.kind = CXD__JOB_GET, .id = "c 1"};
  struct cxd__buf body = {0};
  char *etag = NULL;
  core_start(&rig, &job);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ck_assert_str_eq(rig.act.request.target, "/api/v2/outbound/campaigns/c%201");
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_expect(&rig, CXD__ACT_DONE);
  ck_assert_int_eq(cxd__core_take_reply(rig.core, rig.op, &body, &etag, NULL), CXD_OK);
  ck_assert_str_eq(body.data, core_document);
  ck_assert_str_eq(etag, "\"v7\"");
  cxd__core_drop(rig.core, rig.op);
  cxd__buf_free(&body);
  cxd__free(etag);
}
END_TEST

START_TEST(a_list_asks_for_its_page) {
  struct cxd__job job = {.kind = CXD__JOB_LIST, .cursor = "a/b&c"};
  struct cxd__buf body = {0};
  cxd_error *error = NULL;
  char *etag = NULL;
  core_start(&rig, &job);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_LIST);
  ck_assert_str_eq(rig.act.request.target, "/api/v2/outbound/campaigns?cursor=a%2Fb%26c");
  ANSWER(&rig, .http = 404, .body = "{\"message\":\"no such page\"}");
  core_expect(&rig, CXD__ACT_DONE);
  ck_assert_int_eq(cxd__core_take_reply(rig.core, rig.op, &body, &etag, &error), CXD_E_NOT_FOUND);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "no such page"));
  cxd__core_drop(rig.core, rig.op);
  cxd_error_free(error);
}
END_TEST

START_TEST(a_stale_event_is_dropped) {
  core_to_put(&rig, INTERVAL_60);
  struct cxd__action put = rig.act, old = rig.act;
  old.tag--;
  ANSWER_TO(&rig, &old, .http = 500);
  core_expect_nothing(&rig);
  ANSWER_TO(&rig, &put, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
  ANSWER_TO(&rig, &old, .http = 200);
  core_expect_nothing(&rig);
}
END_TEST

static TCase *a_case(Suite *suite, const char *name) {
  TCase *tcase = tcase_create(name);
  tcase_add_checked_fixture(tcase, open_rig, close_rig);
  suite_add_tcase(suite, tcase);
  return tcase;
}

static void add_merge(TCase *t) {
  tcase_add_test(t, a_merge_reads_checks_writes_an_intent_and_sends_one_conditional_put);
  tcase_add_test(t, a_merge_touches_the_asked_members_only);
  tcase_add_test(t, an_applied_update_reports_numbers_diff_and_record);
  tcase_add_test(t, a_204_is_applied_too);
  tcase_add_test(t, a_success_with_an_oversized_body_is_applied_and_never_resent);
  tcase_add_test(t, an_answer_that_repeats_the_change_is_believed);
  tcase_add_test(t, an_answer_that_contradicts_the_change_is_read_back);
  tcase_add_test(t, an_answer_that_contradicts_the_change_and_is_right_is_unknown);
  tcase_add_test(t, an_answer_of_success_that_is_no_campaign_is_applied_with_a_warning);
  tcase_add_test(t, nothing_to_change_is_unchanged_with_an_outcome_but_no_intent);
  tcase_add_test(t, a_plan_ends_after_the_second_check_and_writes_no_record);
  tcase_add_test(t, a_plan_of_a_replacement_reads_the_campaign_to_show_the_difference);
  tcase_add_test(t, refused_edits_send_nothing_and_are_recorded);
  tcase_add_test(t, a_refused_merged_document_sends_no_put);
  tcase_add_test(t, a_check_that_could_not_run_is_not_called_a_refusal);
  tcase_add_test(t, an_id_that_cannot_stand_in_a_url_is_rejected_before_any_request);
  tcase_add_test(t, edits_that_do_not_fit_the_document_are_rejected);
  tcase_add_test(t, an_answer_that_is_no_campaign_is_a_protocol_error);
  tcase_add_test(t, a_422_is_rejected_and_shown_as_a_finding);
}

static void add_replace(TCase *t) {
  tcase_add_test(t, a_replacement_sends_the_document_byte_for_byte_without_reading_and_unconditionally);
  tcase_add_test(t, a_replacement_whose_answer_was_lost_is_sent_again);
  tcase_add_test(t, a_doubtful_replacement_is_still_tried_again_after_a_429_or_a_refused_connection);
  tcase_add_test(t, a_replacement_that_stays_doubtful_is_unknown);
  tcase_add_test(t, a_refusal_after_a_doubtful_replacement_proves_nothing);
  tcase_add_test(t, a_conflict_of_a_replacement_is_final);
  tcase_add_test(t, a_replacement_accepted_with_202_is_confirmed_by_reading);
  tcase_add_test(t, rebalance_on_is_sent_even_when_nothing_else_changes);
  tcase_add_test(t, rebalance_off_changes_the_member);
  tcase_add_test(t, rebalance_overrides_what_the_document_says);
  tcase_add_test(t, rebalance_off_where_it_is_off_is_unchanged);
  tcase_add_test(t, rebalance_is_spliced_into_a_replacement);
}

static void add_doubt(TCase *t) {
  tcase_add_test(t, a_202_is_confirmed_by_reading_and_never_resent);
  tcase_add_test(t, a_202_that_does_not_show_before_the_deadline_is_unknown);
  tcase_add_test(t, a_202_after_a_lost_round_does_not_quote_the_earlier_conflict);
  tcase_add_test(t, verify_always_reads_back_after_a_200);
  tcase_add_test(t, verify_always_waits_for_a_server_that_reads_from_an_old_copy);
  tcase_add_test(t, a_lost_answer_and_our_edits_there_is_applied_readback);
  tcase_add_test(t, a_lost_answer_and_the_same_validator_sends_the_same_put_again);
  tcase_add_test(t, a_lost_answer_and_another_change_is_a_conflict_and_never_a_rebase);
  tcase_add_test(t, a_lost_answer_that_cannot_be_read_back_is_unknown);
  tcase_add_test(t, a_late_first_copy_that_beats_the_resend_is_our_own_write);
  tcase_add_test(t, a_412_to_a_resend_is_never_rebased);
  tcase_add_test(t, sends_that_keep_failing_without_effect_end_as_not_applied);
}

static void add_validators(TCase *t) {
  tcase_add_test(t, without_an_etag_the_version_in_the_body_is_the_condition);
  tcase_add_test(t, an_etag_wins_over_the_version);
  tcase_add_test(t, without_etag_and_version_the_result_says_none);
  tcase_add_test(t, the_version_decides_on_a_resend);
  tcase_add_test(t, the_version_decides_on_applied);
  tcase_add_test(t, the_version_decides_on_a_conflict_even_when_the_values_are_as_before);
  tcase_add_test(t, without_a_validator_the_values_decide);
  tcase_add_test(t, without_a_validator_unchanged_values_mean_send_again);
  tcase_add_test(t, without_a_validator_other_values_are_a_conflict);
  tcase_add_test(t, a_version_set_by_the_caller_is_a_precondition);
  tcase_add_test(t, the_right_version_lets_the_update_pass_and_travels_as_read);
}

static void add_rounds(TCase *t) {
  tcase_add_test(t, an_edit_of_a_member_that_others_left_alone_goes_on_top_of_theirs);
  tcase_add_test(t, an_edit_of_a_member_that_others_changed_since_it_was_read_is_a_conflict);
  tcase_add_test(t, others_who_wrote_the_same_value_are_no_conflict);
  tcase_add_test(t, a_member_deleted_here_and_changed_there_is_a_conflict_with_no_mine);
  tcase_add_test(t, conflict_json_stays_on_one_line);
  tcase_add_test(t, a_412_reads_again_and_writes_on_top_with_a_new_intent_of_the_same_operation);
  tcase_add_test(t, a_rebase_compares_with_the_first_document_not_with_the_last);
  tcase_add_test(t, after_three_rounds_one_last_look_shows_what_the_others_wrote);
  tcase_add_test(t, a_last_look_that_fails_leaves_the_conflict_standing);
  tcase_add_test(t, a_conflict_stands_also_when_the_deadline_ends_the_last_look);
  tcase_add_test(t, rounds_are_held_apart_by_at_most_100_ms_doubled_each_time);
}

static void add_audit(TCase *t) {
  tcase_add_test(t, no_put_without_a_durable_intent_when_audit_is_required);
  tcase_add_test(t, best_effort_goes_on_without_an_intent_and_says_so);
  tcase_add_test(t, a_record_that_is_too_large_stops_the_put_also_in_best_effort);
  tcase_add_test(t, audit_off_writes_no_record);
  tcase_add_test(t, an_outcome_that_could_not_be_written_is_handed_to_the_caller_and_the_update_stays_applied);
  tcase_add_test(t, an_intent_of_a_later_round_that_fails_still_gets_its_outcome);
  tcase_add_test(t, a_put_that_had_to_wait_is_checked_once_more_before_it_is_sent);
  tcase_add_test(t, a_window_that_closed_while_the_put_waited_stops_it);
  tcase_add_test(t, a_window_that_closed_after_a_doubtful_replacement_leaves_it_unknown);
  tcase_add_test(t, a_get_hands_out_body_and_entity_tag);
  tcase_add_test(t, a_list_asks_for_its_page);
  tcase_add_test(t, a_stale_event_is_dropped);
}

int main(void) {
  Suite *suite = suite_create("core_update");
  add_merge(a_case(suite, "merge"));
  add_replace(a_case(suite, "replace and rebalance"));
  add_doubt(a_case(suite, "doubt"));
  add_validators(a_case(suite, "validators"));
  add_rounds(a_case(suite, "rounds"));
  add_audit(a_case(suite, "audit, hours, reading"));
  return run_suite(suite);
}
