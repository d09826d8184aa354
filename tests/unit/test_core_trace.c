/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Which trace and span each request carries, what is in flight, and what is said in the log. */
#include <stdio.h>
#include <string.h>

#include "core_rig.h"
#include "run.h"

#define TEXT_MAX CXD__TRACEPARENT_SIZE

static struct core_rig rig;

static void open_rig(int on) {
  struct core_setup setup = core_setup_default();
  setup.core.traceparent = on;
  core_rig_open_with(&rig, &setup);
}

static void sent(char out[TEXT_MAX]) {
  ck_assert_int_eq(rig.act.kind, CXD__ACT_SEND);
  ck_assert_ptr_nonnull(rig.act.request.traceparent);
  ck_assert_uint_eq(strlen(rig.act.request.traceparent), TEXT_MAX - 1);
  memcpy(out, rig.act.request.traceparent, TEXT_MAX);
}

static int same_trace(const char *a, const char *b) { return memcmp(a + 3, b + 3, 32) == 0; }

static int same_span(const char *a, const char *b) { return memcmp(a + 36, b + 36, 16) == 0; }

START_TEST(an_update_is_one_trace_and_each_attempt_a_span) {
  char all[5][TEXT_MAX];
  open_rig(1);
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  sent(all[0]);
  ANSWER(&rig, .http = 200, .body = "{\"access_token\":\"tok-1\",\"token_type\":\"Bearer\",\"expires_in\":3600}");
  core_expect_send(&rig, CXD__CLASS_GET);
  sent(all[1]);
  ANSWER(&rig, .http = 503);
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  sent(all[2]);
  core_round_to_put(&rig, core_document, "\"v7\"");
  sent(all[3]);
  for (size_t i = 0; i < 4; i++)
    for (size_t k = 0; k < i; k++) {
      ck_assert_msg(same_trace(all[i], all[k]), "%s %s", all[i], all[k]);
      ck_assert_msg(!same_span(all[i], all[k]), "%s %s", all[i], all[k]);
    }
  ANSWER(&rig, .http = 200);
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_uint_eq(strlen(result->trace_id), 32);
  ck_assert_int_eq(memcmp(result->trace_id, all[0] + 3, 32), 0);
  cxd_result_free(result);
  core_rig_close(&rig);
}
END_TEST

START_TEST(the_next_call_is_another_trace) {
  char one[TEXT_MAX], two[TEXT_MAX];
  open_rig(1);
  core_start_get(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  sent(one);
  ANSWER(&rig, .http = 200, .body = core_document);
  core_assert_get_ends(&rig, CXD_OK);
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  sent(two);
  ck_assert(!same_trace(one, two));
  core_rig_close(&rig);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_ids) {
  char one[TEXT_MAX], two[TEXT_MAX];
  for (int i = 0; i < 2; i++) {
    open_rig(1);
    core_start_get(&rig);
    core_expect_send(&rig, CXD__CLASS_TOKEN);
    sent(i ? two : one);
    core_rig_close(&rig);
  }
  ck_assert_str_eq(one, two);
}
END_TEST

START_TEST(a_joined_trace_is_kept_until_it_is_taken_back) {
  struct cxd__trace joined;
  char text[TEXT_MAX];
  open_rig(1);
  ck_assert_ptr_null(cxd__trace_read("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", &joined));
  cxd__shared_join_trace(&rig.world->shared, &joined);
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  sent(text);
  ck_assert(same_trace(text, "00-4bf92f3577b34da6a3ce929d0e0e4736"));
  ck_assert(!same_span(text, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"));
  ck_assert_str_eq(text + 53, "00");
  core_rig_close(&rig);
  open_rig(1);
  cxd__shared_join_trace(&rig.world->shared, &joined);
  cxd__shared_join_trace(&rig.world->shared, NULL);
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  sent(text);
  ck_assert(!same_trace(text, "00-4bf92f3577b34da6a3ce929d0e0e4736"));
  core_rig_close(&rig);
}
END_TEST

START_TEST(switched_off_nothing_is_sent_and_the_result_has_none) {
  open_rig(0);
  core_to_put(&rig, INTERVAL_60);
  ck_assert_ptr_null(rig.act.request.traceparent);
  ANSWER(&rig, .http = 200);
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_str_eq(result->trace_id, "");
  cxd_result_free(result);
  core_rig_close(&rig);
}
END_TEST

START_TEST(the_intent_has_the_trace_id) {
  open_rig(1);
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  job.audit = CXD__AUDIT_REQUIRED;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  char text[TEXT_MAX], quoted[40];
  sent(text);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  snprintf(quoted, sizeof quoted, "\"%.32s\"", text + 3);
  core_assert_member(core_record(&rig), "/trace_id", quoted);
  core_rig_close(&rig);
}
END_TEST

/* --------------------------------------------------------------------------- in flight */

static struct cxd__counters counters(void) {
  struct cxd__stats stats;
  cxd__shared_stats(&rig.world->shared, rig.world->now, &stats);
  return stats.counters;
}

START_TEST(what_is_in_flight_comes_down_again) {
  open_rig(0);
  ck_assert_int_eq(counters().in_flight + counters().updates_in_flight, 0);
  core_to_put(&rig, INTERVAL_60);
  ck_assert_int_eq(counters().in_flight, 1);
  ck_assert_int_eq(counters().updates_in_flight, 1);
  ANSWER(&rig, .http = 200);
  ck_assert_int_eq(counters().in_flight, 0);
  core_finish(&rig);
  ck_assert_int_eq(counters().updates_in_flight, 0);
  ck_assert_int_eq(counters().outcomes[CXD_OUTCOME_APPLIED], 1);
  core_rig_close(&rig);
}
END_TEST

START_TEST(what_is_broken_off_is_not_in_flight_any_more) {
  open_rig(0);
  core_to_put(&rig, INTERVAL_60);
  cxd__core_reset(rig.core, rig.world->now);
  ck_assert_int_eq(counters().in_flight, 0);
  ck_assert_int_eq(counters().updates_in_flight, 0);
  core_rig_close(&rig);
}
END_TEST

START_TEST(plans_are_not_updates) {
  open_rig(0);
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  job.kind = CXD__JOB_PLAN;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document);
  core_check_ok(&rig);
  core_assert_result(&rig, CXD_OUTCOME_PLANNED, CXD_OK);
  ck_assert_int_eq(counters().plans, 1);
  ck_assert_int_eq(counters().updates.count, 0);
  core_rig_close(&rig);
}
END_TEST

START_TEST(the_age_of_a_token_is_known_while_there_is_one) {
  struct cxd__stats stats;
  open_rig(0);
  cxd__shared_stats(&rig.world->shared, rig.world->now, &stats);
  ck_assert_int_eq(stats.token_age_us, -1);
  core_start_get(&rig);
  core_get_token(&rig);
  core_pass(&rig, 7 * SECOND);
  cxd__shared_stats(&rig.world->shared, rig.world->now, &stats);
  ck_assert_int_ge(stats.token_age_us, 7 * SECOND);
  ck_assert_int_lt(stats.token_age_us, 9 * SECOND);
  core_rig_close(&rig);
}
END_TEST

/* --------------------------------------------------------------------------- the log */

/* All lines up to now, each with its level in front. */
static void take(char *out, size_t size) {
  struct cxd__buf lines;
  cxd__core_take_lines(rig.core, &lines);
  ck_assert_int_eq(lines.failed, 0);
  snprintf(out, size, "%s", lines.data ? lines.data : "");
  cxd__buf_free(&lines);
}

static void ck_line(const char *lines, int32_t level, const char *start) {
  char wanted[256];
  snprintf(wanted, sizeof wanted, "%d%s", (int)level, start);
  const char *at = strstr(lines, wanted);
  ck_assert_msg(at && (at == lines || at[-1] == '\n'), "'%s' is not in:\n%s", wanted, lines);
}

START_TEST(lines_have_the_level_that_the_documentation_says) {
  char lines[4096];
  open_rig(1);
  cxd__core_want_lines(rig.core, 1);
  core_start_get(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  take(lines, sizeof lines);
  ck_line(lines, CXD_LOG_DEBUG, "token: a new one, for 3600 s (trace ");
  ANSWER(&rig, .http = 503);
  take(lines, sizeof lines);
  ck_line(lines, CXD_LOG_INFO, "GET of campaign c1: 503; sent again in ");
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 429, .retry_after = "3");
  take(lines, sizeof lines);
  ck_line(lines, CXD_LOG_WARNING, "GET of campaign c1: 429, the server asks for 3000 ms");
  ck_line(lines, CXD_LOG_INFO, "GET of campaign c1: 429; sent again in ");
  core_rig_close(&rig);
}
END_TEST

START_TEST(the_end_of_an_update_and_a_doubt_are_said) {
  char lines[4096];
  open_rig(1);
  cxd__core_want_lines(rig.core, 1);
  core_to_put(&rig, INTERVAL_60);
  take(lines, sizeof lines);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  take(lines, sizeof lines);
  ck_line(lines, CXD_LOG_WARNING, "PUT of campaign c1: whether it was applied is not known yet");
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"), .etag = "\"v8\"");
  core_finish(&rig);
  take(lines, sizeof lines);
  ck_line(lines, CXD_LOG_INFO, "campaign c1: applied_readback, ");
  ck_assert_ptr_nonnull(strstr(lines, "(trace "));
  core_rig_close(&rig);
}
END_TEST

START_TEST(a_token_that_could_not_be_had_is_a_warning) {
  char lines[4096];
  open_rig(0);
  cxd__core_want_lines(rig.core, 1);
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 401, .body = "{\"error\":\"invalid_client\"}");
  take(lines, sizeof lines);
  ck_line(lines, CXD_LOG_WARNING, "token: none: ");
  ck_assert_ptr_null(strstr(lines, "(trace"));
  core_assert_get_ends(&rig, CXD_E_UNAUTHORIZED);
  core_rig_close(&rig);
}
END_TEST

START_TEST(nothing_is_written_down_that_nobody_wants) {
  open_rig(1);
  core_to_put(&rig, INTERVAL_60);
  ck_assert_int_eq(cxd__core_has_lines(rig.core), 0);
  core_rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_trace");
  TCase *tc = tcase_create("core_trace");
  suite_add_tcase(suite, tc);
  tcase_add_test(tc, an_update_is_one_trace_and_each_attempt_a_span);
  tcase_add_test(tc, the_next_call_is_another_trace);
  tcase_add_test(tc, the_same_seed_gives_the_same_ids);
  tcase_add_test(tc, a_joined_trace_is_kept_until_it_is_taken_back);
  tcase_add_test(tc, switched_off_nothing_is_sent_and_the_result_has_none);
  tcase_add_test(tc, the_intent_has_the_trace_id);
  tcase_add_test(tc, what_is_in_flight_comes_down_again);
  tcase_add_test(tc, what_is_broken_off_is_not_in_flight_any_more);
  tcase_add_test(tc, plans_are_not_updates);
  tcase_add_test(tc, the_age_of_a_token_is_known_while_there_is_one);
  tcase_add_test(tc, lines_have_the_level_that_the_documentation_says);
  tcase_add_test(tc, the_end_of_an_update_and_a_doubt_are_said);
  tcase_add_test(tc, a_token_that_could_not_be_had_is_a_warning);
  tcase_add_test(tc, nothing_is_written_down_that_nobody_wants);
  return run_suite(suite);
}
