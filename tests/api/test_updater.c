/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "run.h"

#define REPLACEMENT \
  "{\"id\":\"" SAMPLE_ID "\",\"name\":\"New\",\"status\":\"paused\",\"dialerType\":\"progressive\",\"maxConcurrentCalls\":90,\"timeZone\":\"America/Chicago\"," \
  "\"pacing\":{\"type\":\"fixed\",\"interval\":30,\"maxCallsPerInterval\":10,\"throttlePercent\":0.5}}"

/* ------------------------------------------------------------------------- the plain way */

START_TEST(an_edit_is_merged_and_nothing_else_changes) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  char *before = sim_raw(&rig.sim, SAMPLE_ID);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  char *after = sim_raw(&rig.sim, SAMPLE_ID), *where = strstr(before, "150");
  where[2] = '1';
  ck_assert_str_eq(after, before);
  ck_assert_str_eq(cxd_result_campaign_id(result), SAMPLE_ID);
  ck_assert_int_eq(cxd_result_sends(result), 1);
  ck_assert_int_eq(cxd_result_attempts(result), 3);
  ck_assert_str_eq(cxd_result_diff_json(result), "[{\"op\":\"replace\",\"path\":\"/maxConcurrentCalls\",\"old\":150,\"value\":151}]");
  ck_assert_ptr_null(cxd_result_error(result));
  ck_assert_ptr_null(cxd_result_conflict_json(result));
  ck_assert_uint_eq(sim_count(&rig.sim, NULL), 3);
  cxd_result_free(result);
  free(before);
  free(after);
  rig_close(&rig);
}
END_TEST

START_TEST(an_edited_copy_of_what_was_read_sends_its_edits_only) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_campaign *campaign = got(rig.client, SAMPLE_ID);
  ck_assert_int_eq(cxd_campaign_set_real(campaign, CXD_FIELD_PACING_THROTTLE_PERCENT, 0.7, NULL), CXD_OK);
  sim_change(&rig.sim, SAMPLE_ID, "{\"maxConcurrentCalls\":99}"); /* somebody else, another member */
  cxd_result_free(applied(rig.updater, campaign, CXD_OK, CXD_OUTCOME_APPLIED));
  json_t *document = sim_document(&rig.sim, SAMPLE_ID);
  ck_assert_int_eq(json_integer_value(at(document, "/maxConcurrentCalls")), 99);
  ck_assert_double_eq(json_real_value(at(document, "/pacing/throttlePercent")), 0.7);
  json_decref(document);
  rig_close(&rig);
}
END_TEST

START_TEST(somebody_elses_change_of_the_same_member_since_the_read_is_a_conflict) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_campaign *campaign = got(rig.client, SAMPLE_ID);
  ck_assert_int_eq(cxd_campaign_set_int(campaign, CXD_FIELD_MAX_CONCURRENT_CALLS, 160, NULL), CXD_OK);
  sim_change(&rig.sim, SAMPLE_ID, "{\"maxConcurrentCalls\":99}");
  cxd_result *result = applied(rig.updater, campaign, CXD_E_CONFLICT, CXD_OUTCOME_CONFLICT);
  ck_assert_str_eq(cxd_result_conflict_json(result), "{\"base\":{\"/maxConcurrentCalls\":150},\"mine\":{\"/maxConcurrentCalls\":160},\"theirs\":{\"/maxConcurrentCalls\":99}}");
  ck_assert_int_eq(puts_applied(&rig), 0);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 0);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_removed_member_is_gone_and_null_is_written) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_campaign *campaign = got(rig.client, SAMPLE_ID);
  ck_assert_int_eq(cxd_campaign_remove(campaign, "/rules", NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_null(campaign, "/note", NULL), CXD_OK);
  cxd_result_free(applied(rig.updater, campaign, CXD_OK, CXD_OUTCOME_APPLIED));
  json_t *document = sim_document(&rig.sim, SAMPLE_ID);
  ck_assert_ptr_null(at(document, "/rules"));
  ck_assert(json_is_null(at(document, "/note")));
  json_decref(document);
  rig_close(&rig);
}
END_TEST

START_TEST(a_plan_says_what_would_be_sent_and_sends_no_put) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  cxd_result *result = planned(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_PLANNED);
  ck_assert_ptr_nonnull(strstr(cxd_result_diff_json(result), "151"));
  ck_assert_int_eq((int)cxd_result_previous_concurrent(result), 150);
  ck_assert_int_eq((int)cxd_result_new_concurrent(result), 151);
  ck_assert_int_eq(cxd_result_sends(result), 0);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 0);
  json_t *records = update_records(rig.audit_path);
  for (size_t i = 0; i < json_array_size(records); i++)
    ck_assert_str_eq(kind_of(records, i), "genesis");
  json_decref(records);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(what_already_is_as_asked_is_not_sent) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 150), CXD_OK, CXD_OUTCOME_UNCHANGED);
  ck_assert_str_eq(cxd_result_diff_json(result), "[]");
  ck_assert_int_eq(cxd_result_sends(result), 0);
  ck_assert_int_eq((int)cxd_result_new_concurrent(result), 150);
  cxd_result_free(result);
  cxd_result_free(planned(rig.updater, calls_change(SAMPLE_ID, 150), CXD_OK, CXD_OUTCOME_UNCHANGED));
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 0);
  rig_close(&rig);
}
END_TEST

START_TEST(replace_sends_the_document_as_it_is_without_reading) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("update.mode", "replace"));
  cxd_result *result = applied(rig.updater, campaign_of(REPLACEMENT), CXD_OK, CXD_OUTCOME_APPLIED);
  char *raw = sim_raw(&rig.sim, SAMPLE_ID);
  ck_assert_str_eq(raw, REPLACEMENT);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 0);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 1);
  json_t *put = sim_request(&rig.sim, "PUT", 1);
  ck_assert(json_is_null(json_object_get(put, "if_match")));
  json_decref(put);
  ck_assert_int_eq((int)cxd_result_previous_concurrent(result), -1);
  ck_assert_int_eq((int)cxd_result_new_concurrent(result), 90);
  ck_member(result, "/concurrency", "\"none\"");
  free(raw);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(replace_asks_for_the_whole_document) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("update.mode", "replace"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 90), CXD_E_INVALID, CXD_OUTCOME_REJECTED);
  ck_assert_uint_gt(cxd_report_count(cxd_result_report(result)), 3);
  ck_assert_uint_eq(sim_count(&rig.sim, NULL), 0);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_plan_of_a_replacement_shows_the_difference) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("update.mode", "replace"));
  cxd_result *result = planned(rig.updater, campaign_of(REPLACEMENT), CXD_OK, CXD_OUTCOME_PLANNED);
  ck_assert_ptr_nonnull(strstr(cxd_result_diff_json(result), "{\"op\":\"remove\",\"path\":\"/rules\",\"old\":[]}"));
  ck_assert_int_eq((int)cxd_result_previous_concurrent(result), 150);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 0);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

static json_t *sent_body(const struct rig *rig, size_t nth) {
  json_t *put = sim_request(&rig->sim, "PUT", nth);
  json_t *body = json_loads(json_string_value(json_object_get(put, "body")), 0, NULL);
  json_decref(put);
  ck_assert_ptr_nonnull(body);
  return body;
}

START_TEST(rebalancing_is_sent_even_when_nothing_else_changes) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("update.auto_rebalance", "on"));
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 150), CXD_OK, CXD_OUTCOME_APPLIED));
  json_t *body = sent_body(&rig, 1);
  ck_assert(json_is_true(at(body, "/advancedDialerSettings/autoRebalance")));
  ck_assert_int_eq(json_integer_value(at(body, "/advancedDialerSettings/queuePriority")), 1);
  json_decref(body);
  rig_close(&rig);
}
END_TEST

START_TEST(rebalancing_off_is_an_edit_like_any_other) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("update.auto_rebalance", "off"));
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 150), CXD_OK, CXD_OUTCOME_APPLIED));
  json_t *body = sent_body(&rig, 1);
  ck_assert(json_is_false(at(body, "/advancedDialerSettings/autoRebalance")));
  json_decref(body);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 150), CXD_OK, CXD_OUTCOME_UNCHANGED));
  rig_close(&rig);
}
END_TEST

START_TEST(rebalancing_goes_into_a_replacement_too) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("update.mode", "replace", "update.auto_rebalance", "on"));
  cxd_result_free(applied(rig.updater, campaign_of(REPLACEMENT), CXD_OK, CXD_OUTCOME_APPLIED));
  json_t *body = sent_body(&rig, 1);
  ck_assert(json_is_true(at(body, "/advancedDialerSettings/autoRebalance")));
  json_decref(body);
  rig_close(&rig);
}
END_TEST

/* ---------------------------------------------------------------------- validators */

START_TEST(an_entity_tag_travels_as_a_condition) {
  struct rig rig;
  rig_open(&rig, LIST("--validators", "etag"), NULL);
  json_t *row = sim_campaign(&rig.sim, SAMPLE_ID);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  json_t *put = sim_request(&rig.sim, "PUT", 1);
  ck_assert_str_eq(json_string_value(json_object_get(put, "if_match")), json_string_value(json_object_get(row, "etag")));
  ck_member(result, "/concurrency", "\"etag\"");
  json_decref(put);
  json_decref(row);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_version_travels_as_read) {
  struct rig rig;
  rig_open(&rig, LIST("--validators", "version"), NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  json_t *body = sent_body(&rig, 1);
  ck_assert_int_eq(json_integer_value(at(body, "/version")), 1);
  ck_member(result, "/concurrency", "\"version\"");
  json_decref(body);
  cxd_result_free(result);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 152), CXD_OK, CXD_OUTCOME_APPLIED));
  rig_close(&rig);
}
END_TEST

START_TEST(without_a_validator_the_update_works_and_says_so) {
  struct rig rig;
  rig_open(&rig, LIST("--validators", "none"), NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_member(result, "/concurrency", "\"none\"");
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_version_set_by_the_caller_is_a_precondition) {
  struct rig rig;
  rig_open(&rig, LIST("--validators", "version"), NULL);
  cxd_campaign *change = calls_change(SAMPLE_ID, 151);
  ck_assert_int_eq(cxd_campaign_set_int(change, CXD_FIELD_VERSION, 7, NULL), CXD_OK);
  cxd_result_free(applied(rig.updater, change, CXD_E_CONFLICT, CXD_OUTCOME_CONFLICT));
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 0);
  change = calls_change(SAMPLE_ID, 151);
  ck_assert_int_eq(cxd_campaign_set_int(change, CXD_FIELD_VERSION, 1, NULL), CXD_OK);
  cxd_result_free(applied(rig.updater, change, CXD_OK, CXD_OUTCOME_APPLIED));
  rig_close(&rig);
}
END_TEST

/* ------------------------------------------------------------------------- refusals */

START_TEST(a_422_is_a_finding_with_its_member) {
  struct rig rig;
  rig_open(&rig, LIST("--licensed-agents", "160"), LIST("audit.mode", "required"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 170), CXD_E_REJECTED, CXD_OUTCOME_REJECTED);
  const cxd_report *report = cxd_result_report(result);
  size_t i = find_code(report, "server.");
  ck_assert_msg(i != SIZE_MAX, "%s", cxd_result_to_json(result));
  ck_assert_int_eq(cxd_report_severity(report, i), CXD_SEVERITY_ERROR);
  ck_assert_str_eq(cxd_report_pointer(report, i), "/maxConcurrentCalls");
  ck_assert_ptr_nonnull(strstr(cxd_report_message(report, i), "160"));
  ck_assert_str_eq(cxd_error_field(cxd_result_error(result)), "/maxConcurrentCalls");
  ck_assert_str_eq(cxd_error_server_code(cxd_result_error(result)), "engine_limit");
  ck_assert_int_eq(cxd_error_http_status(cxd_result_error(result)), 422);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 1);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_400_is_a_finding_too) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "PUT:1:status=400"), NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 170), CXD_E_REJECTED, CXD_OUTCOME_REJECTED);
  ck_assert_uint_ne(find_code(cxd_result_report(result), "server."), SIZE_MAX);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 1);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(what_the_validator_refuses_never_leaves_the_process) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  cxd_campaign *change = calls_change(SAMPLE_ID, 501);
  ck_assert_int_eq(cxd_campaign_set_int(change, CXD_FIELD_PACING_INTERVAL, 5, NULL), CXD_OK);
  cxd_result *result = applied(rig.updater, change, CXD_E_INVALID, CXD_OUTCOME_REJECTED);
  ck_assert_uint_eq(cxd_report_count(cxd_result_report(result)), 2);
  ck_assert_uint_eq(sim_count(&rig.sim, NULL), 0);
  json_t *records = update_records(rig.audit_path);
  ck_assert_str_eq(json_string_value(at(records, "/1/outcome")), "rejected");
  ck_assert(json_is_false(at(records, "/1/intent")));
  json_decref(records);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_missing_scope_is_named) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("auth.scope", "campaign:read"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_FORBIDDEN, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(cxd_result_error(result)), "campaign:write"));
  ck_assert_int_eq(cxd_error_retryable(cxd_result_error(result)), 0);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 1);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_campaign_that_is_not_there_is_not_found) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_result *result = applied(rig.updater, calls_change("no-such", 151), CXD_E_NOT_FOUND, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_str_eq(cxd_result_campaign_id(result), "no-such");
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_401_in_the_middle_of_an_update_costs_one_token_and_one_send) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "PUT:1:status=401"), NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_sends(result), 2);
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), 2);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_second_401_ends_the_update_with_nothing_applied) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "PUT:*:status=401"), NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_UNAUTHORIZED, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq(cxd_result_sends(result), 2);
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), 2);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_short_retry_after_is_waited_for) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "PUT:1:status=429;retry-after=1"), NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_sends(result), 2);
  ck_assert_int_ge((int)cxd_result_latency_us(result, CXD_LATENCY_BACKOFF), 1000000); /* never earlier than asked */
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_long_retry_after_ends_the_update_and_is_told) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "PUT:1:status=429;retry-after=86400"), LIST("audit.mode", "required"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_RATE_LIMITED, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq((int)cxd_error_retry_after_ms(cxd_result_error(result)), 86400000);
  ck_assert_int_eq(cxd_error_retryable(cxd_result_error(result)), 1);
  ck_assert_int_eq(cxd_result_sends(result), 1);
  ck_member(result, "/retry_after_ms", "86400000");
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_503_with_a_date_is_waited_for_no_longer_than_the_config_says) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "PUT:1:status=503;retry-after=Fri, 31 Dec 2100 23:59:59 GMT"), NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_SERVER, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq(cxd_result_sends(result), 1);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(an_unreachable_server_ends_not_applied) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:*:close-before-reply"), LIST("audit.mode", "required"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_CONNECT, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq(cxd_result_sends(result), 0);
  ck_assert_int_eq((int)cxd_result_previous_concurrent(result), -1);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

/* ------------------------------------------------------------------------ the result */

START_TEST(the_numbers_of_an_operator_are_in_the_result) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_campaign *change = calls_change(SAMPLE_ID, 120);
  ck_assert_int_eq(cxd_campaign_set_int(change, CXD_FIELD_PACING_INTERVAL, 30, NULL), CXD_OK);
  cxd_result *result = applied(rig.updater, change, CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq((int)cxd_result_previous_concurrent(result), 150);
  ck_assert_int_eq((int)cxd_result_new_concurrent(result), 120);
  ck_assert_double_eq(cxd_result_pacing_accuracy(result), 0.85);
  ck_member(result, "/pacing_accuracy_rate", "0.84999999999999998");
  ck_member(result, "/target_calls_per_min", "42.5");
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(the_parts_of_the_time_are_parts_of_the_whole) {
  struct rig rig;
  rig_open(&rig, LIST("--latency-ms", "20", "--fault", "GET:1:status=502"), LIST("audit.mode", "required"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  int64_t total = cxd_result_latency_us(result, CXD_LATENCY_TOTAL), sum = 0;
  for (int32_t part = CXD_LATENCY_TOKEN; part <= CXD_LATENCY_AUDIT; part++) {
    ck_assert_int_ge((int)cxd_result_latency_us(result, part), 0);
    sum += cxd_result_latency_us(result, part);
  }
  ck_assert_int_le((int)sum, (int)total);
  ck_assert_int_ge((int)cxd_result_latency_us(result, CXD_LATENCY_SERVER), 60000); /* three answers of 20 ms each */
  ck_assert_int_ge((int)cxd_result_latency_us(result, CXD_LATENCY_TOKEN), 20000);
  ck_assert_int_gt((int)cxd_result_latency_us(result, CXD_LATENCY_AUDIT), 0);
  ck_assert_int_eq((int)cxd_result_latency_us(result, -1), -1);
  ck_assert_int_eq((int)cxd_result_latency_us(result, CXD_LATENCY_AUDIT + 1), -1);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

static const char *const shape[] = {"schema_version", "campaign_id", "outcome", "status", "http_status", "request_id", "sends", "attempts", "latency_ms", "latency", "previous_concurrent", "new_concurrent",
                                    "pacing_accuracy_rate", "target_calls_per_min", "timestamp", "diff", "findings", "audit", "callbacks", "conflict", "concurrency", "error", "retry_after_ms", "trace_id"};

static void ck_shape(const cxd_result *result) {
  static const char *const latency[] = {"token_us", "rate_wait_us", "backoff_us", "server_us", "audit_us", "total_us"};
  char *text = cxd_result_to_json(result);
  ck_assert_ptr_null(strchr(text, '\n'));
  json_t *json = json_of(text);
  for (size_t i = 0; i < sizeof shape / sizeof *shape; i++)
    ck_assert_msg(json_object_get(json, shape[i]) != NULL, "%s", shape[i]);
  ck_assert_uint_eq(json_object_size(json), sizeof shape / sizeof *shape);
  for (size_t i = 0; i < sizeof latency / sizeof *latency; i++)
    ck_assert_msg(json_is_integer(json_object_get(json_object_get(json, "latency"), latency[i])), "%s", latency[i]);
  ck_assert(json_is_string(at(json, "/audit/status")) && at(json, "/audit/seq") && json_is_string(at(json, "/callbacks/status")));
  ck_assert_int_eq(json_integer_value(at(json, "/schema_version")), 1);
  ck_assert_str_eq(json_string_value(at(json, "/outcome")), cxd_result_outcome_name(result));
  ck_assert_str_eq(json_string_value(at(json, "/status")), cxd_status_name(cxd_result_status(result)));
  ck_assert(json_is_array(at(json, "/diff")) && json_is_array(at(json, "/findings")));
  int year;
  ck_assert_int_eq(sscanf(json_string_value(at(json, "/timestamp")), "%4d-", &year), 1);
  ck_assert_int_gt(year, 2000);
  json_decref(json);
}

START_TEST(every_result_has_the_shape_of_the_contract) {
  struct rig rig;
  rig_open(&rig, LIST("--licensed-agents", "160"), LIST("audit.mode", "required"));
  cxd_result *results[] = {
      applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED),          applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_UNCHANGED),
      planned(rig.updater, calls_change(SAMPLE_ID, 152), CXD_OK, CXD_OUTCOME_PLANNED),          applied(rig.updater, calls_change(SAMPLE_ID, 170), CXD_E_REJECTED, CXD_OUTCOME_REJECTED),
      applied(rig.updater, calls_change(SAMPLE_ID, 999), CXD_E_INVALID, CXD_OUTCOME_REJECTED), applied(rig.updater, calls_change("none", 9), CXD_E_NOT_FOUND, CXD_OUTCOME_NOT_APPLIED),
  };
  for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
    ck_shape(results[i]);
    cxd_result_free(results[i]);
  }
  rig_close(&rig);
}
END_TEST

START_TEST(unknown_numbers_are_null_in_the_result) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 999), CXD_E_INVALID, CXD_OUTCOME_REJECTED);
  static const char *const null_members[] = {"/http_status", "/request_id", "/previous_concurrent", "/new_concurrent", "/pacing_accuracy_rate", "/target_calls_per_min", "/concurrency", "/conflict", "/audit/seq", "/retry_after_ms"};
  for (size_t i = 0; i < sizeof null_members / sizeof *null_members; i++)
    ck_member(result, null_members[i], "null");
  ck_assert(isnan(cxd_result_pacing_accuracy(result)));
  ck_member(result, "/error/status", "\"CXD_E_INVALID\"");
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

/* ----------------------------------------------------------------------------- main */

static TCase *add_case(Suite *suite, const char *name) {
  TCase *tc = tcase_create(name);
  tcase_set_timeout(tc, 2 * HANG_S);
  suite_add_tcase(suite, tc);
  return tc;
}

static void add_the_way(TCase *tc) {
  tcase_add_test(tc, an_edit_is_merged_and_nothing_else_changes);
  tcase_add_test(tc, an_edited_copy_of_what_was_read_sends_its_edits_only);
  tcase_add_test(tc, somebody_elses_change_of_the_same_member_since_the_read_is_a_conflict);
  tcase_add_test(tc, a_removed_member_is_gone_and_null_is_written);
  tcase_add_test(tc, a_plan_says_what_would_be_sent_and_sends_no_put);
  tcase_add_test(tc, what_already_is_as_asked_is_not_sent);
  tcase_add_test(tc, replace_sends_the_document_as_it_is_without_reading);
  tcase_add_test(tc, replace_asks_for_the_whole_document);
  tcase_add_test(tc, a_plan_of_a_replacement_shows_the_difference);
  tcase_add_test(tc, rebalancing_is_sent_even_when_nothing_else_changes);
  tcase_add_test(tc, rebalancing_off_is_an_edit_like_any_other);
  tcase_add_test(tc, rebalancing_goes_into_a_replacement_too);
  tcase_add_test(tc, an_entity_tag_travels_as_a_condition);
  tcase_add_test(tc, a_version_travels_as_read);
  tcase_add_test(tc, without_a_validator_the_update_works_and_says_so);
  tcase_add_test(tc, a_version_set_by_the_caller_is_a_precondition);
}

static void add_refusals(TCase *tc) {
  tcase_add_test(tc, a_422_is_a_finding_with_its_member);
  tcase_add_test(tc, a_400_is_a_finding_too);
  tcase_add_test(tc, what_the_validator_refuses_never_leaves_the_process);
  tcase_add_test(tc, a_missing_scope_is_named);
  tcase_add_test(tc, a_campaign_that_is_not_there_is_not_found);
  tcase_add_test(tc, a_401_in_the_middle_of_an_update_costs_one_token_and_one_send);
  tcase_add_test(tc, a_second_401_ends_the_update_with_nothing_applied);
  tcase_add_test(tc, a_short_retry_after_is_waited_for);
  tcase_add_test(tc, a_long_retry_after_ends_the_update_and_is_told);
  tcase_add_test(tc, a_503_with_a_date_is_waited_for_no_longer_than_the_config_says);
  tcase_add_test(tc, an_unreachable_server_ends_not_applied);
}

static void add_results(TCase *tc) {
  tcase_add_test(tc, the_numbers_of_an_operator_are_in_the_result);
  tcase_add_test(tc, the_parts_of_the_time_are_parts_of_the_whole);
  tcase_add_test(tc, every_result_has_the_shape_of_the_contract);
  tcase_add_test(tc, unknown_numbers_are_null_in_the_result);
}

int main(void) {
  Suite *suite = suite_create("updater");
  add_the_way(add_case(suite, "way"));
  add_refusals(add_case(suite, "refusal"));
  add_results(add_case(suite, "result"));
  return run_suite(suite);
}
