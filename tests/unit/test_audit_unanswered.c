/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* memmem */
#include "audit/unanswered.h"

#include "audit_case.h"

/* Which updates have an outcome, which have none, and which have two. */

static void add(const char *kind, const char *op) { audit_log_addf(&alog, "\"k\":\"%s\",\"op\":\"%s\"", kind, op); }

START_TEST(a_second_outcome_is_told_where_it_stands) {
  four_updates();
  audit_log_outcome(&alog, 2);
  audit_log_update(&alog, 5);
  ck_log("E:outcome");
  ck_message("'audit.log', line 10 (byte ");
  ck_message("another outcome of an update that has one");
  ck_assert_int_eq(verdict.state.records, 12);
  ck_assert_int_eq(verdict.state.first_bad, 10);
}
END_TEST

START_TEST(each_further_outcome_is_told_also_behind_another_intent) {
  audit_log_update(&alog, 1);
  audit_log_outcome(&alog, 1);
  audit_log_outcome(&alog, 1);
  audit_log_update(&alog, 1);
  ck_log("E:outcome E:outcome E:outcome");
}
END_TEST

START_TEST(it_is_told_in_a_later_segment) {
  audit_log_update(&alog, 1);
  audit_log_rotate(&alog, "size");
  audit_log_outcome(&alog, 1);
  ck_log("E:outcome");
}
END_TEST

START_TEST(rounds_and_outcomes_without_intent_are_no_matter) {
  audit_log_intent(&alog, 1);
  audit_log_intent(&alog, 1);
  audit_log_outcome(&alog, 1);
  audit_log_outcome(&alog, 2);
  audit_log_outcome(&alog, 2);
  add("outcome", "");
  (void)audit_log_add(&alog, "\"k\":\"outcome\"");
  (void)audit_log_add(&alog, "\"k\":\"outcome\",\"op\":7");
  (void)audit_log_add(&alog, "\"k\":\"outcome\",\"op\":7");
  ck_log("");
}
END_TEST

START_TEST(an_op_of_any_length_is_one) {
  char op[3001];
  memset(op, 'x', 3000);
  op[3000] = '\0';
  for (int i = 0; i < 2; i++) {
    add("intent", i ? "" : op);
    add("outcome", i ? "" : op);
    add("outcome", i ? "" : op);
  }
  ck_log("E:outcome E:outcome");
}
END_TEST

static int outcomes_behind(int others) {
  char op[24];
  audit_log_close(&alog);
  audit_log_open(&alog, log_path, NULL);
  for (int i = 0; i <= others; i++) {
    (void)snprintf(op, sizeof op, "%d", i);
    add("intent", op);
    add("outcome", op);
  }
  add("outcome", "0");
  audit_log_write(&alog);
  read_with(log_path, NULL, NULL);
  ck_assert_int_eq(verdict.state.records, 2 * others + 4);
  return strcmp(verdict.codes, "E:outcome") == 0;
}

START_TEST(the_updates_that_got_their_outcome_last_are_remembered) {
  ck_assert_int_eq(outcomes_behind(CXD__ANSWERED - 1), 1);
  ck_assert_int_eq(outcomes_behind(CXD__ANSWERED), 0);
  ck_codes("");
}
END_TEST

START_TEST(no_more_than_those_are_kept) {
  struct cxd__unanswered set = {.order = NULL};
  struct cxd__line line;
  char op[40];
  for (int i = 0; i < 3 * CXD__ANSWERED; i++) {
    for (int k = 0; k < 2; k++) {
      cxd__buf_reset(&alog.text);
      (void)snprintf(op, sizeof op, "%d", i);
      add(k ? "outcome" : "intent", op);
      ck_assert(cxd__line_read(alog.text.data, alog.text.len - 1, &line));
      ck_assert_int_eq(cxd__unanswered_see(&set, &line), 0);
    }
  }
  ck_assert_int_eq(cxd__unanswered_see(&set, &line), 1);
  ck_assert_uint_eq(set.answered.count, CXD__ANSWERED);
  ck_assert_uint_eq(set.open.count, 0);
  ck_assert_uint_eq(cxd__unanswered_list(&set, NULL, 0), 0);
  cxd__unanswered_free(&set);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_unanswered");
  TCase *tc = suite_case(suite, "audit_unanswered", open_case, close_case);
  tcase_add_test(tc, a_second_outcome_is_told_where_it_stands);
  tcase_add_test(tc, each_further_outcome_is_told_also_behind_another_intent);
  tcase_add_test(tc, it_is_told_in_a_later_segment);
  tcase_add_test(tc, rounds_and_outcomes_without_intent_are_no_matter);
  tcase_add_test(tc, an_op_of_any_length_is_one);
  tcase_add_test(tc, the_updates_that_got_their_outcome_last_are_remembered);
  tcase_add_test(tc, no_more_than_those_are_kept);
  return run_suite(suite);
}
