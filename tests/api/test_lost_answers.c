/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* pthread_* */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "rig.h"
#include "run.h"

#define REPLACEMENT \
  "{\"id\":\"" SAMPLE_ID "\",\"name\":\"New\",\"status\":\"paused\",\"dialerType\":\"progressive\",\"maxConcurrentCalls\":90,\"timeZone\":\"America/Chicago\"," \
  "\"pacing\":{\"type\":\"fixed\",\"interval\":30,\"maxCallsPerInterval\":10,\"throttlePercent\":0.5}}"

/* ------------------------------------------------------------------ conflict and rebase */

static const char *const conditional[] = {"etag", "version"};

START_TEST(a_change_of_another_member_in_between_is_rebased) {
  struct rig rig;
  struct hook hook = {.members = {"{\"name\":\"Theirs\"}"}};
  rig_open(&rig, LIST("--validators", conditional[_i]), LIST("audit.mode", "required"));
  hook_in(&rig, &hook);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_sends(result), 2);
  json_t *document = sim_document(&rig.sim, SAMPLE_ID);
  ck_assert_str_eq(json_string_value(at(document, "/name")), "Theirs");
  ck_assert_int_eq(json_integer_value(at(document, "/maxConcurrentCalls")), 151);
  json_decref(document);
  json_t *records = update_records(rig.audit_path);
  ck_assert_uint_eq(json_array_size(records), 4);
  ck_assert_str_eq(kind_of(records, 1), "intent");
  ck_assert_str_eq(kind_of(records, 2), "intent");
  ck_assert_str_eq(kind_of(records, 3), "outcome");
  ck_assert_str_eq(json_string_value(at(records, "/1/op")), json_string_value(at(records, "/2/op")));
  ck_assert_str_eq(json_string_value(at(records, "/1/op")), json_string_value(at(records, "/3/op")));
  ck_assert_int_eq(json_integer_value(at(records, "/2/round")), 2);
  json_decref(records);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_change_of_the_same_member_in_between_is_a_conflict) {
  struct rig rig;
  struct hook hook = {.members = {"{\"maxConcurrentCalls\":99}"}};
  rig_open(&rig, LIST("--validators", conditional[_i]), NULL);
  hook_in(&rig, &hook);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_CONFLICT, CXD_OUTCOME_CONFLICT);
  ck_assert_str_eq(cxd_result_conflict_json(result), "{\"base\":{\"/maxConcurrentCalls\":150},\"mine\":{\"/maxConcurrentCalls\":151},\"theirs\":{\"/maxConcurrentCalls\":99}}");
  ck_assert_int_eq(calls_of(&rig), 99);
  ck_assert_int_eq((int)cxd_result_new_concurrent(result), -1);
  ck_member(result, "/conflict/theirs/~", "absent");
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(after_three_rounds_the_others_have_won) {
  struct rig rig;
  struct hook hook = {.members = {"{\"name\":\"1\"}", "{\"name\":\"2\"}", "{\"name\":\"3\"}", "{\"name\":\"4\"}"}};
  rig_open(&rig, NULL, NULL);
  hook_in(&rig, &hook);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_CONFLICT, CXD_OUTCOME_CONFLICT);
  ck_assert_int_eq(cxd_result_sends(result), 3);
  ck_assert_int_eq(calls_of(&rig), 150);
  ck_assert_ptr_nonnull(cxd_result_conflict_json(result));
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_change_and_back_again_in_between_is_seen_by_the_validator) {
  struct rig rig;
  struct hook hook = {.members = {"{\"maxConcurrentCalls\":150}"}};
  rig_open(&rig, NULL, NULL);
  hook_in(&rig, &hook);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_sends(result), 2);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(what_somebody_else_made_as_asked_meanwhile_is_unchanged) {
  struct rig rig;
  struct hook hook = {.members = {"{\"maxConcurrentCalls\":151}"}};
  rig_open(&rig, NULL, NULL);
  hook_in(&rig, &hook);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_UNCHANGED));
  ck_assert_int_eq(puts_applied(&rig), 0);
  rig_close(&rig);
}
END_TEST

/* ------------------------------------------------------------------- lost answers */

static const char *const modes[] = {"etag", "version", "none"};

START_TEST(an_applied_put_whose_answer_was_lost_is_confirmed_by_reading) {
  struct rig rig;
  rig_open(&rig, LIST("--validators", modes[_i], "--fault", "PUT:1:apply-then-close"), LIST("audit.mode", "required"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED_READBACK);
  ck_assert_int_eq(puts_applied(&rig), 1);
  ck_assert_int_eq(cxd_result_sends(result), 1);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 1);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 2);
  json_t *records = update_records(rig.audit_path);
  ck_assert_uint_eq(json_array_size(records), 3);
  ck_assert_str_eq(json_string_value(at(records, "/2/outcome")), "applied_readback");
  json_decref(records);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

static const char *const half_answers[] = {"truncate", "reset-mid-body"};

START_TEST(a_half_answer_is_confirmed_by_reading) {
  struct rig rig;
  char spec[64];
  (void)snprintf(spec, sizeof spec, "PUT:1:%s", half_answers[_i]);
  rig_open(&rig, LIST("--fault", spec), NULL);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED_READBACK));
  ck_assert_int_eq(puts_applied(&rig), 1);
  rig_close(&rig);
}
END_TEST

static const char *const odd_successes[] = {"bad-json", "huge-body", "status=204", "status=201"};

START_TEST(a_success_with_a_useless_body_is_a_success) {
  struct rig rig;
  char spec[64];
  (void)snprintf(spec, sizeof spec, "PUT:1:%s", odd_successes[_i]);
  rig_open(&rig, LIST("--fault", spec), NULL);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 1);
  rig_close(&rig);
}
END_TEST

static const char *const not_applied[] = {"close-before-reply", "status=500", "status=502", "status=503", "status=408"};

START_TEST(a_put_that_was_not_applied_is_sent_again_under_the_same_condition) {
  struct rig rig;
  char spec[64];
  (void)snprintf(spec, sizeof spec, "PUT:1:%s", not_applied[_i]);
  rig_open(&rig, LIST("--fault", spec), NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_sends(result), 2);
  ck_assert_int_eq(puts_applied(&rig), 1);
  json_t *first = sim_request(&rig.sim, "PUT", 1), *second = sim_request(&rig.sim, "PUT", 2);
  ck_assert_str_eq(json_string_value(at(first, "/if_match")), json_string_value(at(second, "/if_match")));
  ck_assert_str_eq(json_string_value(at(first, "/body")), json_string_value(at(second, "/body")));
  json_decref(first);
  json_decref(second);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_put_that_never_gets_through_may_still_arrive_and_ends_unknown) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "PUT:*:close-before-reply"), LIST("audit.mode", "required"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_UNKNOWN_OUTCOME, CXD_OUTCOME_UNKNOWN);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(cxd_result_error(result)), "was not changed when last read"));
  ck_assert_int_eq(cxd_result_sends(result), 4);
  ck_assert_int_eq(puts_applied(&rig), 0);
  json_t *records = update_records(rig.audit_path);
  ck_assert_str_eq(json_string_value(at(records, "/2/outcome")), "unknown");
  ck_assert_int_eq(json_integer_value(at(records, "/2/sends")), 4);
  json_decref(records);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(without_a_way_to_read_back_the_outcome_is_unknown) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "PUT:1:apply-then-close", "--fault", "GET:2:status=403"), LIST("audit.mode", "required"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_UNKNOWN_OUTCOME, CXD_OUTCOME_UNKNOWN);
  ck_assert_int_eq(cxd_result_sends(result), 1);
  ck_assert_int_eq((int)cxd_result_new_concurrent(result), -1);
  json_t *records = update_records(rig.audit_path);
  ck_assert_str_eq(json_string_value(at(records, "/2/outcome")), "unknown");
  json_decref(records);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(somebody_else_before_a_lost_put_is_a_conflict_never_a_rebase) {
  struct rig rig;
  struct hook hook = {.members = {"{\"name\":\"Theirs\"}"}};
  rig_open(&rig, LIST("--fault", "PUT:1:close-before-reply"), NULL);
  hook_in(&rig, &hook);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_CONFLICT, CXD_OUTCOME_CONFLICT);
  ck_assert_int_eq(cxd_result_sends(result), 1);
  ck_assert_int_eq(calls_of(&rig), 150);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_replacement_whose_answer_was_lost_is_sent_again) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "PUT:1:apply-then-close"), LIST("update.mode", "replace"));
  cxd_result *result = applied(rig.updater, campaign_of(REPLACEMENT), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_sends(result), 2);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_put_that_stalls_is_given_up_and_its_outcome_looked_up) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "PUT:1:delay=3600000"), LIST("http.attempt_timeout_ms", "300"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_sends(result), 2);
  ck_assert_int_eq(puts_applied(&rig), 1);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(an_accepted_put_is_confirmed_by_reading_and_never_sent_again) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "PUT:1:status=202"), NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED_READBACK);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 1);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 2);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(verify_always_reads_back_what_was_answered) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("update.verify", "always"));
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED_READBACK));
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 2);
  rig_close(&rig);
}
END_TEST

/* ---------------------------------------------------------------------------- cancel */

struct canceller {
  struct rig *rig;
  const char *method;
  int by_client;
};

static void *cancel_when_sent(void *context) {
  struct canceller *c = context;
  sim_await(&c->rig->sim, c->method, 1);
  if (c->by_client)
    cxd_client_cancel(c->rig->client);
  else
    cxd_updater_cancel(c->rig->updater);
  return NULL;
}

static cxd_result *cancelled_apply(struct rig *rig, const char *method, int by_client, int32_t outcome) {
  pthread_t thread;
  struct canceller canceller = {rig, method, by_client};
  ck_assert_int_eq(pthread_create(&thread, NULL, cancel_when_sent, &canceller), 0);
  cxd_result *result = applied(rig->updater, calls_change(SAMPLE_ID, 151), CXD_E_CANCELLED, outcome);
  ck_assert_int_eq(pthread_join(thread, NULL), 0);
  return result;
}

START_TEST(a_cancel_before_the_put_leaves_everything_as_it_was) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:1:delay=3600000"), LIST("http.attempt_timeout_ms", "600000", "retry.deadline_ms", "600000", "audit.mode", "required"));
  cxd_result *result = cancelled_apply(&rig, "GET", _i, CXD_OUTCOME_CANCELLED);
  ck_assert_int_eq(cxd_result_sends(result), 0);
  json_t *records = update_records(rig.audit_path);
  ck_assert_str_eq(json_string_value(at(records, "/1/outcome")), "cancelled");
  json_decref(records);
  cxd_result_free(result);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 152), CXD_OK, CXD_OUTCOME_APPLIED)); /* not sticky */
  rig_close(&rig);
}
END_TEST

static int32_t note_outcome(void *user_data, const cxd_result *result) {
  *(int32_t *)user_data = cxd_result_outcome(result);
  return CXD_ACCEPTED;
}

START_TEST(a_cancel_after_the_put_left_is_an_unknown_outcome) {
  struct rig rig;
  int32_t heard = 0;
  cxd_callback callback = {.size = sizeof callback, .user_data = &heard, .on_result = note_outcome};
  rig_open(&rig, LIST("--fault", "PUT:1:delay=3600000"), LIST("http.attempt_timeout_ms", "600000", "retry.deadline_ms", "600000", "audit.mode", "required"));
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  cxd_result *result = cancelled_apply(&rig, "PUT", _i, CXD_OUTCOME_UNKNOWN);
  ck_assert_int_eq(cxd_result_sends(result), 1);
  ck_assert_int_eq(heard, CXD_OUTCOME_UNKNOWN);
  json_t *records = update_records(rig.audit_path);
  ck_assert_str_eq(json_string_value(at(records, "/2/outcome")), "unknown");
  ck_assert_str_eq(json_string_value(at(records, "/2/status")), "CXD_E_CANCELLED");
  json_decref(records);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_cancel_ends_a_wait_for_the_servers_leave) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "PUT:1:status=429;retry-after=600"), LIST("retry.deadline_ms", "3600000", "retry.max_retry_after_ms", "3600000"));
  cxd_result_free(cancelled_apply(&rig, "PUT", _i, CXD_OUTCOME_UNKNOWN));
  rig_close(&rig);
}
END_TEST

START_TEST(a_cancel_ends_a_token_exchange) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "TOKEN:1:delay=3600000"), LIST("http.attempt_timeout_ms", "600000", "retry.deadline_ms", "600000"));
  cxd_result_free(cancelled_apply(&rig, "TOKEN", _i, CXD_OUTCOME_CANCELLED));
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 152), CXD_OK, CXD_OUTCOME_APPLIED));
  rig_close(&rig);
}
END_TEST

START_TEST(a_cancel_of_nothing_is_forgotten) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_updater_cancel(rig.updater);
  cxd_client_cancel(rig.client);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  cxd_updater_cancel(rig.updater);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 152), CXD_OK, CXD_OUTCOME_APPLIED));
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

static void add_conflicts(TCase *tc) {
  tcase_add_loop_test(tc, a_change_of_another_member_in_between_is_rebased, 0, 2);
  tcase_add_loop_test(tc, a_change_of_the_same_member_in_between_is_a_conflict, 0, 2);
  tcase_add_test(tc, after_three_rounds_the_others_have_won);
  tcase_add_test(tc, a_change_and_back_again_in_between_is_seen_by_the_validator);
  tcase_add_test(tc, what_somebody_else_made_as_asked_meanwhile_is_unchanged);
}

static void add_lost_answers(TCase *tc) {
  tcase_add_loop_test(tc, an_applied_put_whose_answer_was_lost_is_confirmed_by_reading, 0, 3);
  tcase_add_loop_test(tc, a_half_answer_is_confirmed_by_reading, 0, 2);
  tcase_add_loop_test(tc, a_success_with_a_useless_body_is_a_success, 0, 4);
  tcase_add_loop_test(tc, a_put_that_was_not_applied_is_sent_again_under_the_same_condition, 0, 5);
  tcase_add_test(tc, a_put_that_never_gets_through_may_still_arrive_and_ends_unknown);
  tcase_add_test(tc, without_a_way_to_read_back_the_outcome_is_unknown);
  tcase_add_test(tc, somebody_else_before_a_lost_put_is_a_conflict_never_a_rebase);
  tcase_add_test(tc, a_replacement_whose_answer_was_lost_is_sent_again);
  tcase_add_test(tc, a_put_that_stalls_is_given_up_and_its_outcome_looked_up);
  tcase_add_test(tc, an_accepted_put_is_confirmed_by_reading_and_never_sent_again);
  tcase_add_test(tc, verify_always_reads_back_what_was_answered);
}

static void add_cancels(TCase *tc) {
  tcase_add_loop_test(tc, a_cancel_before_the_put_leaves_everything_as_it_was, 0, 2);
  tcase_add_loop_test(tc, a_cancel_after_the_put_left_is_an_unknown_outcome, 0, 2);
  tcase_add_loop_test(tc, a_cancel_ends_a_wait_for_the_servers_leave, 0, 2);
  tcase_add_loop_test(tc, a_cancel_ends_a_token_exchange, 0, 2);
  tcase_add_test(tc, a_cancel_of_nothing_is_forgotten);
}

int main(void) {
  Suite *suite = suite_create("lost_answers");
  add_conflicts(add_case(suite, "conflict"));
  add_lost_answers(add_case(suite, "lost"));
  add_cancels(add_case(suite, "cancel"));
  return run_suite(suite);
}
