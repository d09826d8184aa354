/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* A cancel from another thread in every place where a call can wait. How fast it acts is for tests/bench/cancel.c. */
#include <stdio.h>
#include <string.h>

#include "cancel_stage.h"
#include "rig.h"
#include "run.h"
#include "slow_names.h"

static struct stage stage;

static void cancel_on_stage(enum stage_kind kind, int whole_client) {
  stage_begin(&stage, kind);
  stage_reach(&stage);
  stage_cancel(&stage, whole_client);
  stage_leave(&stage);
  stage_end(&stage);
}

/* ------------------------------------------------------------------------ what it left behind */

static size_t count_kind(const json_t *records, const char *kind) {
  size_t count = 0;
  for (size_t i = 0; i < json_array_size(records); i++)
    count += strcmp(kind_of(records, i), kind) == 0;
  return count;
}

static void ck_records(const struct stage_state *state) {
  json_t *records = chain_of(stage.records);
  const json_t *last = json_array_get(records, json_array_size(records) - 1);
  size_t intents = count_kind(records, "intent");
  ck_assert_uint_le(intents, (size_t)state->intent);
  ck_assert(intents == (size_t)state->intent || state->outcome == CXD_OUTCOME_CANCELLED);
  ck_assert_uint_eq(count_kind(records, "outcome"), 1);
  ck_assert_str_eq(json_string_value(at(last, "/k")), "outcome");
  ck_assert_str_eq(json_string_value(at(last, "/outcome")), cxd_result_outcome_name(stage.call.result));
  ck_assert_str_eq(json_string_value(at(last, "/status")), cxd_status_name(stage.call.status));
  ck_assert_int_eq(json_integer_value(at(last, "/sends")), state->sends);
  json_decref(records);
}

static void ck_update_ended(const struct stage_state *state) {
  const cxd_result *result = stage.call.result;
  cxd_status status = state->outcome == CXD_OUTCOME_APPLIED ? CXD_OK : CXD_E_CANCELLED;
  ck_assert_msg(stage.call.status == status && cxd_result_outcome(result) == state->outcome, "%s: %s, %s", state->name, cxd_status_name(stage.call.status), cxd_result_outcome_name(result));
  ck_assert_int_eq(cxd_result_status(result), status);
  ck_assert_int_eq(cxd_result_sends(result), state->sends);
  ck_assert_int_eq(cxd_result_audit_status(result), CXD_OK);
  ck_records(state);
}

/* Not sticky: the next call does its work, or waits once more where there is no other way. */
static void ck_next_works(const struct stage_state *state) {
  stage_forget(&stage);
  if (state->clear_up)
    state->clear_up(&stage);
  stage_begin(&stage, STAGE_APPLY);
  if (state->reach_again) {
    state->reach_again(&stage);
    stage_cancel(&stage, 0);
    stage_end(&stage);
    ck_assert_int_eq(stage.call.status, CXD_E_CANCELLED);
    return;
  }
  stage_leave(&stage);
  stage_serve(&stage);
  ck_assert_msg(stage.call.status == CXD_OK, "%s: %s", state->name, cxd_status_name(stage.call.status));
  ck_assert_int_eq(cxd_result_outcome(stage.call.result), CXD_OUTCOME_APPLIED);
}

static void close_stage(void) {
  stage_close(&stage);
  slow_names_await_alone();
}

/* -------------------------------------------------------------------------------- every place */

START_TEST(an_update_ends_where_it_waits) {
  const struct stage_state *state = &stage_states[_i / 2];
  stage_open(&stage, state);
  cancel_on_stage(STAGE_APPLY, _i % 2);
  ck_update_ended(state);
  ck_next_works(state);
  close_stage();
}
END_TEST

START_TEST(a_plan_ends_where_it_waits) {
  const struct stage_state *state = &stage_states[_i];
  if (!state->reading)
    return;
  stage_open(&stage, state);
  cancel_on_stage(STAGE_PLAN, 0);
  ck_assert_int_eq(stage.call.status, CXD_E_CANCELLED);
  ck_assert_int_eq(cxd_result_outcome(stage.call.result), CXD_OUTCOME_CANCELLED);
  ck_assert_str_eq(stage.records, "");
  ck_next_works(state);
  close_stage();
}
END_TEST

START_TEST(a_get_ends_where_it_waits) {
  const struct stage_state *state = &stage_states[_i];
  if (!state->reading)
    return;
  stage_open(&stage, state);
  cancel_on_stage(STAGE_GET, 1);
  ck_assert_int_eq(stage.call.status, CXD_E_CANCELLED);
  ck_next_works(state);
  close_stage();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("cancel");
  TCase *tc = tcase_create("every place");
  int count = (int)stage_state_count;
  slow_names_count_threads();
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_loop_test(tc, an_update_ends_where_it_waits, 0, 2 * count);
  tcase_add_loop_test(tc, a_plan_ends_where_it_waits, 0, count);
  tcase_add_loop_test(tc, a_get_ends_where_it_waits, 0, count);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
