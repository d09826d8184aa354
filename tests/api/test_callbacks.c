/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* fork */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"
#include "run.h"

/* ------------------------------------------------------------------------- callbacks */

struct watcher {
  struct rig *rig;
  int32_t answer;
  size_t calls, order;
  int32_t outcome;
  size_t outcomes_noted; /* outcome records in the file at the time */
  cxd_status inside_apply, inside_plan, inside_get, inside_register;
  int frees;
};

static size_t order_of_calls;

static int32_t watch(void *user_data, const cxd_result *result) {
  struct watcher *watcher = user_data;
  watcher->calls++;
  watcher->order = ++order_of_calls;
  watcher->outcome = cxd_result_outcome(result);
  if (!watcher->rig)
    return watcher->answer;
  char *text = text_of_file(watcher->rig->audit_path);
  for (const char *p = text; (p = strstr(p, "\"k\":\"outcome\"")); p++)
    watcher->outcomes_noted++;
  free(text);
  return watcher->answer;
}

static void watch_with(cxd_updater *updater, struct watcher *watcher, int32_t (*on_result)(void *, const cxd_result *)) {
  cxd_callback callback = {.size = sizeof callback, .user_data = watcher, .on_result = on_result};
  ck_assert_int_eq(cxd_updater_add_callback(updater, &callback, NULL), CXD_OK);
}

START_TEST(callbacks_run_last_in_order_when_the_outcome_is_durable) {
  struct rig rig;
  struct watcher first = {.rig = &rig, .answer = CXD_ACCEPTED}, second = first;
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  order_of_calls = 0;
  watch_with(rig.updater, &first, watch);
  watch_with(rig.updater, &second, watch);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_uint_eq(first.order, 1);
  ck_assert_uint_eq(second.order, 2);
  ck_assert_uint_eq(first.outcomes_noted, 1);
  ck_assert_int_eq(first.outcome, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_callback_status(result), CXD_OK);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(callbacks_hear_of_failures_too) {
  struct rig rig;
  struct watcher watcher = {.answer = CXD_ACCEPTED};
  rig_open(&rig, NULL, NULL);
  watch_with(rig.updater, &watcher, watch);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 999), CXD_E_INVALID, CXD_OUTCOME_REJECTED));
  ck_assert_int_eq(watcher.outcome, CXD_OUTCOME_REJECTED);
  cxd_result_free(applied(rig.updater, calls_change("none", 9), CXD_E_NOT_FOUND, CXD_OUTCOME_NOT_APPLIED));
  ck_assert_int_eq(watcher.outcome, CXD_OUTCOME_NOT_APPLIED);
  cxd_result_free(planned(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_PLANNED));
  ck_assert_uint_eq(watcher.calls, 2);
  rig_close(&rig);
}
END_TEST

static const int32_t refusals[] = {0, 1, -1, CXD_PENDING, CXD_E_CALLBACK};

START_TEST(a_callback_that_answers_rubbish_stops_nobody) {
  struct rig rig;
  struct watcher bad = {.answer = refusals[_i]}, good = {.answer = CXD_ACCEPTED};
  rig_open(&rig, NULL, NULL);
  watch_with(rig.updater, &bad, watch);
  watch_with(rig.updater, &good, watch);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_uint_eq(good.calls, 1);
  ck_assert_int_eq(cxd_result_callback_status(result), CXD_E_CALLBACK);
  ck_member(result, "/callbacks/status", "\"CXD_E_CALLBACK\"");
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

static int32_t call_back(void *user_data, const cxd_result *result) {
  struct watcher *watcher = user_data;
  cxd_campaign *change = calls_change(cxd_result_campaign_id(result), 180), *campaign = NULL;
  cxd_result *inner = NULL;
  cxd_callback callback = {.size = sizeof callback, .on_result = watch};
  watcher->inside_apply = cxd_updater_apply(watcher->rig->updater, change, &inner, NULL);
  ck_assert_ptr_null(inner);
  watcher->inside_plan = cxd_updater_plan(watcher->rig->updater, change, &inner, NULL);
  ck_assert_ptr_null(inner);
  watcher->inside_get = cxd_client_get(watcher->rig->client, cxd_result_campaign_id(result), &campaign, NULL);
  watcher->inside_register = cxd_updater_add_callback(watcher->rig->updater, &callback, NULL);
  cxd_campaign_free(campaign);
  cxd_campaign_free(change);
  return CXD_ACCEPTED;
}

START_TEST(from_a_callback_reading_is_allowed_and_writing_is_not) {
  struct rig rig;
  struct watcher watcher = {.rig = &rig};
  rig_open(&rig, NULL, NULL);
  watch_with(rig.updater, &watcher, call_back);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_int_eq(watcher.inside_apply, CXD_E_REENTRANT);
  ck_assert_int_eq(watcher.inside_plan, CXD_E_REENTRANT);
  ck_assert_int_eq(watcher.inside_get, CXD_OK);
  ck_assert_int_eq(watcher.inside_register, CXD_E_STATE);
  ck_assert_int_eq(calls_of(&rig), 151);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 152), CXD_OK, CXD_OUTCOME_APPLIED));
  rig_close(&rig);
}
END_TEST

static int32_t free_all(void *user_data, const cxd_result *result) {
  struct watcher *watcher = user_data;
  (void)result;
  for (int i = 0; i < 2; i++) { /* the second time they are freed handles, and known as such */
    cxd_updater_free(watcher->rig->updater);
    cxd_client_free(watcher->rig->client);
  }
  watcher->inside_get = cxd_client_list(watcher->rig->client, NULL, &(cxd_campaign_list *){NULL}, NULL);
  watcher->frees++;
  return CXD_ACCEPTED;
}

START_TEST(a_free_from_inside_a_callback_waits_for_the_call_to_end) {
  struct rig rig;
  struct watcher watcher = {.rig = &rig}, after = {.answer = CXD_ACCEPTED};
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  watch_with(rig.updater, &watcher, free_all);
  watch_with(rig.updater, &after, watch);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(watcher.frees, 1);
  ck_assert_uint_eq(after.calls, 1);
  ck_assert_int_eq(watcher.inside_get, CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_result_callback_status(result), CXD_OK);
  cxd_result_free(result);
  rig.updater = NULL;
  rig.client = NULL;
  rig_close(&rig);
}
END_TEST

/* --------------------------------------------------- methods that are left without returning */

static jmp_buf way_out;

static int32_t jump_out_of_callback(void *user_data, const cxd_result *result) {
  (void)result;
  if (*(int *)user_data)
    return CXD_ACCEPTED;
  *(int *)user_data = 1;
  longjmp(way_out, 1);
}

static int32_t jump_out_of_rule(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at_unix_ms, cxd_report *report) {
  (void)change;
  (void)at_unix_ms;
  (void)report;
  if (!merged || *(int *)user_data)
    return CXD_ACCEPTED;
  *(int *)user_data = 1;
  longjmp(way_out, 1);
}

static cxd_updater *jumping_updater(const cxd_config *config, cxd_client *client, int from_rule, int *jumped) {
  cxd_callback callback = {.size = sizeof callback, .user_data = jumped, .on_result = jump_out_of_callback};
  cxd_rule rule = {.size = sizeof rule, .user_data = jumped, .check = jump_out_of_rule};
  cxd_validator *validator = NULL;
  cxd_updater *updater = NULL;
  if (cxd_validator_new(config, &validator, NULL) != CXD_OK || (from_rule && cxd_validator_add_rule(validator, &rule, NULL) != CXD_OK))
    return NULL;
  (void)cxd_updater_new(config, client, validator, &updater, NULL);
  if (!from_rule && updater && cxd_updater_add_callback(updater, &callback, NULL) != CXD_OK)
    return NULL;
  return updater;
}

static int32_t outcome_of_apply(cxd_updater *updater, int64_t calls) {
  cxd_campaign *change = calls_change(SAMPLE_ID, calls);
  cxd_result *result = NULL;
  (void)cxd_updater_apply(updater, change, &result, NULL);
  return cxd_result_outcome(result);
}

/* In a process of its own: what a call holds that never returned is lost, but nothing else may be. */
static int jump_and_go_on(const struct sim *sim, int from_rule) {
  static int jumped;
  cxd_config *config = config_for(sim->url, NULL);
  cxd_client *client = client_of(config);
  cxd_updater *updater = jumping_updater(config, client, from_rule, &jumped);
  if (!updater)
    return 1;
  if (setjmp(way_out) == 0) {
    (void)outcome_of_apply(updater, 151);
    return 2;
  }
  if (outcome_of_apply(updater, 152) != CXD_OUTCOME_APPLIED)
    return 3;
  cxd_updater_free(updater);
  cxd_client_free(client);
  return 0;
}

START_TEST(a_method_that_is_left_by_a_jump_leaves_the_library_usable) {
  struct sim sim;
  int status = -1;
  sim_start(&sim, NULL);
  pid_t child = fork();
  if (child == 0)
    _exit(jump_and_go_on(&sim, _i));
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with %d", status);
  ck_assert_int_eq(sim_number(&sim, "applied_total"), _i ? 1 : 2);
  sim_stop(&sim);
}
END_TEST

/* ------------------------------------------------------------------------- own rules */

static void apply_inside(void *context) {
  struct watcher *watcher = context;
  cxd_campaign *change = calls_change(SAMPLE_ID, 180), *campaign = NULL;
  cxd_result *inner = NULL;
  watcher->inside_apply = cxd_updater_apply(watcher->rig->updater, change, &inner, NULL);
  watcher->inside_get = cxd_client_get(watcher->rig->client, SAMPLE_ID, &campaign, NULL);
  cxd_campaign_free(change);
}

START_TEST(from_a_rule_neither_reading_nor_writing_is_allowed) {
  struct rig rig;
  struct watcher watcher = {.rig = &rig};
  struct hook hook = {.act = apply_inside, .context = &watcher};
  rig_open(&rig, NULL, NULL);
  hook_in(&rig, &hook);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_int_eq(watcher.inside_apply, CXD_E_REENTRANT);
  ck_assert_int_eq(watcher.inside_get, CXD_E_REENTRANT);
  rig_close(&rig);
}
END_TEST

static void cancel_inside(void *context) { cxd_updater_cancel(((struct rig *)context)->updater); }

START_TEST(a_rule_may_cancel_its_own_update) {
  struct rig rig;
  struct hook hook = {.act = cancel_inside, .context = &rig};
  rig_open(&rig, NULL, NULL);
  hook_in(&rig, &hook);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_CANCELLED, CXD_OUTCOME_CANCELLED));
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 0);
  rig_close(&rig);
}
END_TEST

static int32_t refuse_merged(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at_unix_ms, cxd_report *report) {
  int64_t calls = 0;
  (void)user_data;
  (void)change;
  (void)at_unix_ms;
  if (merged && cxd_campaign_get_int(merged, CXD_FIELD_PACING_MAX_CALLS_PER_INTERVAL, &calls, NULL) == CXD_OK)
    ck_assert_int_eq(cxd_report_add(report, CXD_SEVERITY_ERROR, "acme.too_many", CXD_FIELD_PACING_MAX_CALLS_PER_INTERVAL, "25 is too many for us"), CXD_OK);
  return CXD_ACCEPTED;
}

START_TEST(a_rule_sees_the_merged_campaign_and_can_stop_the_update) {
  struct rig rig;
  cxd_validator *validator = NULL;
  cxd_rule rule = {.size = sizeof rule, .check = refuse_merged};
  rig_open(&rig, NULL, NULL);
  ck_assert_int_eq(cxd_validator_new(rig.config, &validator, NULL), CXD_OK);
  ck_assert_int_eq(cxd_validator_add_rule(validator, &rule, NULL), CXD_OK);
  cxd_updater_free(rig.updater);
  ck_assert_int_eq(cxd_updater_new(rig.config, rig.client, validator, &rig.updater, NULL), CXD_OK);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_INVALID, CXD_OUTCOME_REJECTED);
  ck_assert_uint_ne(find_code(cxd_result_report(result), "acme.too_many"), SIZE_MAX);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 0);
  cxd_result_free(result);
  cxd_validator_free(validator);
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

static void add_callbacks(TCase *tc) {
  tcase_add_test(tc, callbacks_run_last_in_order_when_the_outcome_is_durable);
  tcase_add_test(tc, callbacks_hear_of_failures_too);
  tcase_add_loop_test(tc, a_callback_that_answers_rubbish_stops_nobody, 0, 5);
  tcase_add_test(tc, from_a_callback_reading_is_allowed_and_writing_is_not);
  tcase_add_test(tc, a_free_from_inside_a_callback_waits_for_the_call_to_end);
  tcase_add_loop_test(tc, a_method_that_is_left_by_a_jump_leaves_the_library_usable, 0, 2);
  tcase_add_test(tc, from_a_rule_neither_reading_nor_writing_is_allowed);
  tcase_add_test(tc, a_rule_may_cancel_its_own_update);
  tcase_add_test(tc, a_rule_sees_the_merged_campaign_and_can_stop_the_update);
}

int main(void) {
  Suite *suite = suite_create("callbacks");
  add_callbacks(add_case(suite, "callback"));
  return run_suite(suite);
}
