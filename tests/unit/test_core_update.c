/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* An update on its plain way: read, check, merge, check, intent, PUT, outcome; and what a GET and a list hand out. */
#include "core_rig.h"
#include "run.h"

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

/* --------------------------------------------------------------------------- merge */

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
  core_assert_body(&rig, "/pacing/interval", "60");
  core_assert_body(&rig, "/pacing/throttlePercent", "0.85");
  core_assert_body(&rig, "/tenant", "18446744073709551615");
  core_assert_body(&rig, "/version", "7");
  core_assert_body(&rig, "/name", "\"North\"");
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
  static const char *const bodies[] = {"<html>", "{}", "{\"ok\":true}", "[", "null"};
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

START_TEST(an_answer_of_success_that_speaks_of_something_else_is_read_back) {
  static const char *const bodies[] = {"{\"id\":\"c2\",\"pacing\":{\"interval\":60}}", "{\"code\":\"failed\"}", "{\"error\":\"no\"}"};
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = bodies[_i]);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"), .etag = "\"v8\"");
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
}
END_TEST

START_TEST(a_success_whose_campaign_has_other_values_shows_them) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = DOC(8, 45, "North"));
  for (int i = 0; i < 4; i++) {
    if (i)
      core_pass_to_due(&rig);
    core_expect_send(&rig, CXD__CLASS_GET);
    ANSWER(&rig, .http = 200, .body = DOC(8, 45, "North"), .etag = "\"v8\"");
  }
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_UNKNOWN);
  ck_assert_ptr_nonnull(strstr(result->conflict, "\"mine\":{\"/pacing/interval\":60}"));
  ck_assert_ptr_nonnull(strstr(result->conflict, "\"theirs\":{\"/pacing/interval\":45}"));
  ck_assert_ptr_nonnull(strstr(cxd_error_message(result->error), "other values: see the conflict"));
  cxd_result_free(result);
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
  tcase_add_loop_test(t, an_answer_of_success_that_speaks_of_something_else_is_read_back, 0, 3);
  tcase_add_test(t, a_success_whose_campaign_has_other_values_shows_them);
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

static void add_audit(TCase *t) {
  tcase_add_test(t, no_put_without_a_durable_intent_when_audit_is_required);
  tcase_add_test(t, best_effort_goes_on_without_an_intent_and_says_so);
  tcase_add_test(t, a_record_that_is_too_large_stops_the_put_also_in_best_effort);
  tcase_add_test(t, audit_off_writes_no_record);
  tcase_add_test(t, an_outcome_that_could_not_be_written_is_handed_to_the_caller_and_the_update_stays_applied);
}

static void add_hours_and_reading(TCase *t) {
  tcase_add_test(t, a_put_that_had_to_wait_is_checked_once_more_before_it_is_sent);
  tcase_add_test(t, a_window_that_closed_while_the_put_waited_stops_it);
  tcase_add_test(t, a_get_hands_out_body_and_entity_tag);
  tcase_add_test(t, a_list_asks_for_its_page);
  tcase_add_test(t, a_stale_event_is_dropped);
}

int main(void) {
  Suite *suite = suite_create("core_update");
  add_merge(suite_case(suite, "merge", open_rig, close_rig));
  add_audit(suite_case(suite, "audit", open_rig, close_rig));
  add_hours_and_reading(suite_case(suite, "hours, reading", open_rig, close_rig));
  return run_suite(suite);
}
