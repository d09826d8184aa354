/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Batches without a callback: every result told once, tokens asked for by event, checkpoints of the audit file. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batches.h"
#include "run.h"

#define MANY 20
#define RARELY 10000

static struct rig rig;
static cxd_batch *batch;

static void open_batch(size_t campaigns, const char *const settings[]) {
  batches_open(&rig, campaigns, NULL, settings);
  batch = batch_of(rig.updater);
}

static void open_with_tokens(size_t campaigns, const char *const settings[]) {
  batches_open(&rig, campaigns, NULL, settings);
  batches_token_events(&rig);
  batch = batch_of(rig.updater);
}

static void close_batch(void) {
  cxd_batch_free(batch);
  batch = NULL;
  rig_close(&rig);
}

/* ------------------------------------------------------------------------------- results */

START_TEST(each_item_is_told_once_and_counted) {
  size_t seen[MANY] = {0}, done = 0;
  open_batch(MANY, NULL);
  add_many(batch, MANY, 100);
  for (size_t i = 0; i < MANY; i++) {
    const cxd_event *event = next_event(batch, -1, CXD_EVENT_RESULT);
    seen[cxd_event_item(event)]++;
    ck_assert_ptr_eq(cxd_event_result(event), cxd_batch_result(batch, cxd_event_item(event)));
    ck_assert_uint_ge(cxd_event_done(event), done);
    ck_assert_uint_gt(cxd_event_done(event), i);
    done = cxd_event_done(event);
    ck_assert_uint_eq(cxd_event_total(event), MANY);
  }
  for (size_t i = 0; i < MANY; i++)
    ck_assert_uint_eq(seen[i], 1);
  const cxd_event *event = next_event(batch, -1, CXD_EVENT_DONE);
  ck_assert_uint_eq(cxd_event_done(event), MANY);
  close_batch();
}
END_TEST

START_TEST(they_are_told_in_the_order_of_their_ends) {
  open_batch(1, NULL);
  for (int i = 0; i < 5; i++)
    add_calls(batch, 0, 100 + i);
  add_text(batch, "nonsense");
  ck_assert_uint_eq(cxd_event_item(next_event(batch, -1, CXD_EVENT_RESULT)), 5); /* it needs no request */
  for (size_t i = 0; i < 5; i++)
    ck_assert_uint_eq(cxd_event_item(next_event(batch, -1, CXD_EVENT_RESULT)), i);
  (void)next_event(batch, -1, CXD_EVENT_DONE);
  close_batch();
}
END_TEST

START_TEST(a_timeout_of_zero_does_not_wait_and_drives_all_the_same) {
  open_batch(3, NULL);
  add_many(batch, 3, 100);
  (void)next_event(batch, 0, CXD_EVENT_NONE); /* no server has answered by then: nothing was sent before */
  ck_assert_uint_eq(cxd_batch_in_flight(batch), 3);
  for (size_t results = 0; results < 3;)
    results += cxd_event_kind(next_event(batch, 0, -1)) == CXD_EVENT_RESULT;
  (void)next_event(batch, 0, CXD_EVENT_DONE);
  close_batch();
}
END_TEST

START_TEST(a_wait_comes_to_its_end_without_an_event) {
  open_batch(1, NULL);
  sim_fault(&rig.sim, "GET:1:delay=3600000");
  add_calls(batch, 0, 100);
  for (int64_t ms = 1; ms < 30; ms *= 3) {
    const cxd_event *event = next_event(batch, ms, CXD_EVENT_NONE);
    ck_assert_uint_eq(cxd_event_total(event), 1);
    ck_assert_uint_eq(cxd_event_done(event), 0);
  }
  cxd_batch_cancel(batch);
  (void)next_event(batch, -1, CXD_EVENT_RESULT);
  ck_item(batch, 0, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
  rig.other_hands = 1; /* whether the GET arrived is not known */
  close_batch();
}
END_TEST

START_TEST(waits_of_any_length_are_understood) {
  static const int64_t lengths[] = {INT64_MAX, INT64_MIN, -2, INT64_MAX / 1000, INT64_MAX / 1000 + 1, 1LL << 53};
  open_batch(1, NULL);
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    add_calls(batch, 0, 100 + (int)i);
    (void)next_event(batch, lengths[i], CXD_EVENT_RESULT);
  }
  (void)next_event(batch, INT64_MAX, CXD_EVENT_DONE);
  close_batch();
}
END_TEST

START_TEST(none_is_lost_however_rarely_they_are_asked_for) {
  open_batch(10, NULL);
  size_t told = 0;
  for (size_t i = 0; i < RARELY; i++) {
    if (i % 100 == 0)
      add_calls(batch, i / 100 % 10, 100 + (int)(i / 1000));
    else
      add_text(batch, "{\"id\":");
  }
  ck_run(batch);
  while (cxd_event_kind(next_event(batch, 0, -1)) == CXD_EVENT_RESULT)
    told++;
  ck_assert_uint_eq(told, RARELY);
  (void)next_event(batch, 0, CXD_EVENT_DONE);
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_REJECTED), RARELY - RARELY / 100);
  close_batch();
}
END_TEST

START_TEST(the_end_is_told_again_and_more_items_follow_it) {
  open_batch(2, NULL);
  (void)next_event(batch, -1, CXD_EVENT_DONE);
  for (int round = 0; round < 3; round++) {
    add_calls(batch, 1, 100 + round);
    ck_assert_uint_eq(cxd_event_item(next_event(batch, -1, CXD_EVENT_RESULT)), (size_t)round);
    for (int again = 0; again < 3; again++)
      ck_assert_uint_eq(cxd_event_total(next_event(batch, -1, CXD_EVENT_DONE)), (size_t)round + 1);
  }
  close_batch();
}
END_TEST

START_TEST(events_and_run_take_turns) {
  open_batch(MANY, LIST("update.concurrency", "2"));
  size_t told = 0;
  add_many(batch, MANY, 100);
  (void)next_event(batch, -1, CXD_EVENT_RESULT);
  told++;
  ck_run(batch);
  while (cxd_event_kind(next_event(batch, -1, -1)) == CXD_EVENT_RESULT)
    told++;
  ck_assert_uint_eq(told, MANY);
  add_calls(batch, 0, 101);
  ck_run(batch);
  ck_assert_uint_eq(cxd_event_item(next_event(batch, 0, CXD_EVENT_RESULT)), MANY);
  (void)next_event(batch, 0, CXD_EVENT_DONE);
  close_batch();
}
END_TEST

START_TEST(of_a_result_that_was_dropped_the_number_is_told) {
  open_batch(1, NULL);
  add_calls(batch, 0, 100);
  ck_run(batch);
  cxd_batch_drop_result(batch, 0);
  const cxd_event *event = next_event(batch, 0, CXD_EVENT_RESULT);
  ck_assert_uint_eq(cxd_event_item(event), 0);
  ck_assert_ptr_null(cxd_event_result(event));
  close_batch();
}
END_TEST

START_TEST(a_failure_is_told_once_and_then_what_ended_by_it) {
  batches_open(&rig, 1, NULL, LIST("auth.client_id", ""));
  batch = batch_of(rig.updater);
  const cxd_event *event = NULL;
  cxd_error *error = NULL;
  add_many(batch, 2, 100);
  ck_assert_int_eq(cxd_batch_next_event(batch, -1, &event, &error), CXD_E_CONFIG);
  ck_error(&error, CXD_E_CONFIG, "no credentials");
  ck_assert_int_eq(cxd_event_kind(event), CXD_EVENT_NONE);
  for (size_t i = 0; i < 2; i++)
    ck_assert_uint_eq(cxd_event_item(next_event(batch, -1, CXD_EVENT_RESULT)), i);
  ck_all(batch, CXD_OUTCOME_NOT_APPLIED, CXD_E_CONFIG);
  ck_assert_int_eq(cxd_batch_next_event(batch, -1, &event, &error), CXD_E_CONFIG); /* as process says it at the end */
  ck_error(&error, CXD_E_CONFIG, "2 of 2 items were not begun");
  ck_assert_int_eq(cxd_event_kind(event), CXD_EVENT_DONE);
  close_batch();
}
END_TEST

START_TEST(what_an_event_does_not_have_is_empty) {
  open_batch(1, NULL);
  cxd_error *error = NULL;
  const cxd_event *const events[] = {NULL, next_event(batch, 0, CXD_EVENT_DONE)};
  for (size_t i = 0; i < 2; i++) {
    ck_assert_ptr_null(cxd_event_result(events[i]));
    ck_assert_ptr_null(cxd_event_token_request(events[i]));
    ck_assert_ptr_null(cxd_event_token_sink(events[i]));
    ck_assert_str_eq(cxd_event_text(events[i]), "");
    ck_assert_int_eq(cxd_event_seq(events[i]), 0);
    ck_assert_uint_eq(cxd_event_item(events[i]), 0);
  }
  ck_assert_int_eq(cxd_event_kind(NULL), CXD_EVENT_NONE);
  ck_assert_int_eq(cxd_batch_next_event(batch, 0, NULL, &error), CXD_E_ARGUMENT);
  ck_error(&error, CXD_E_ARGUMENT, "out is NULL");
  close_batch();
}
END_TEST

/* The batch as user_data: freed by the first result. */
static int32_t free_batch(void *user_data, const cxd_result *result) {
  cxd_batch **mine = user_data;
  ck_assert_ptr_nonnull(result);
  cxd_batch_free(*mine);
  *mine = NULL;
  return CXD_ACCEPTED;
}

START_TEST(no_event_outlives_a_batch_that_was_freed_inside_a_callback) {
  cxd_callback callback = {.size = sizeof callback, .user_data = &batch, .on_result = free_batch};
  const cxd_event *event = NULL;
  batches_open(&rig, 1, NULL, NULL);
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  batch = batch_of(rig.updater);
  add_calls(batch, 0, 100);
  ck_assert_int_eq(cxd_batch_next_event(batch, -1, &event, NULL), CXD_OK);
  ck_assert_ptr_null(event);
  ck_assert_ptr_null(batch);
  close_batch();
}
END_TEST

/* -------------------------------------------------------------------------------- tokens */

START_TEST(batches_of_one_client_share_one_token) {
  cxd_batch *batches[3];
  size_t tokens = 0, ended = 0;
  open_with_tokens(3, NULL);
  for (size_t i = 0; i < 3; i++) {
    batches[i] = batch_of(rig.updater);
    add_calls(batches[i], i, 100);
  }
  while (ended < 3)
    for (size_t i = 0; i < 3; i++) {
      const cxd_event *event = next_event(batches[i], 0, -1);
      ended += cxd_event_kind(event) == CXD_EVENT_RESULT;
      if (cxd_event_kind(event) == CXD_EVENT_TOKEN) {
        tokens++;
        answer_token(&rig, event);
      }
    }
  ck_assert_uint_eq(tokens, 1);
  for (size_t i = 0; i < 3; i++) {
    ck_all(batches[i], CXD_OUTCOME_APPLIED, CXD_OK);
    cxd_batch_free(batches[i]);
  }
  close_batch();
}
END_TEST

START_TEST(a_token_that_cannot_be_had_ends_the_items_and_is_asked_for_again) {
  open_with_tokens(2, NULL);
  add_many(batch, 2, 100);
  const cxd_event *event = next_event(batch, -1, CXD_EVENT_TOKEN);
  ck_assert_int_eq(cxd_token_request_forced(cxd_event_token_request(event)), 0);
  ck_assert_int_eq(cxd_token_sink_fail(cxd_event_token_sink(event), 1, "the vault is sealed"), CXD_OK);
  for (size_t i = 0; i < 2; i++)
    (void)next_event(batch, -1, CXD_EVENT_RESULT);
  ck_all(batch, CXD_OUTCOME_NOT_APPLIED, CXD_E_TOKEN);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(cxd_result_error(cxd_batch_result(batch, 0))), "the vault is sealed"));
  add_calls(batch, 0, 101);
  answer_token(&rig, next_event(batch, -1, CXD_EVENT_TOKEN));
  (void)next_event(batch, -1, CXD_EVENT_RESULT);
  ck_item(batch, 2, CXD_OUTCOME_APPLIED, CXD_OK);
  close_batch();
}
END_TEST

START_TEST(a_token_the_server_refuses_is_asked_for_by_force) {
  open_with_tokens(1, NULL);
  add_calls(batch, 0, 100);
  ck_assert_int_eq(cxd_token_sink_accept(cxd_event_token_sink(next_event(batch, -1, CXD_EVENT_TOKEN)), "of-another-house", 16, 3600), CXD_OK);
  const cxd_event *event = next_event(batch, -1, CXD_EVENT_TOKEN);
  ck_assert_int_eq(cxd_token_request_forced(cxd_event_token_request(event)), 1);
  answer_token(&rig, event);
  (void)next_event(batch, -1, CXD_EVENT_RESULT);
  ck_item(batch, 0, CXD_OUTCOME_APPLIED, CXD_OK);
  close_batch();
}
END_TEST

START_TEST(what_is_no_token_ends_the_items) {
  open_with_tokens(1, NULL);
  add_calls(batch, 0, 100);
  ck_assert_int_eq(cxd_token_sink_accept(cxd_event_token_sink(next_event(batch, -1, CXD_EVENT_TOKEN)), "no token\n", 9, 3600), CXD_E_ARGUMENT);
  (void)next_event(batch, -1, CXD_EVENT_RESULT);
  ck_item(batch, 0, CXD_OUTCOME_NOT_APPLIED, CXD_E_TOKEN);
  close_batch();
}
END_TEST

struct late {
  cxd_token_sink *sink;
  char *token;
};

static void *complete_late(void *context) {
  struct late *late = context;
  for (int i = 0; i < 100; i++) /* most often the other thread sleeps by then; either way the token has to arrive */
    (void)sched_yield();
  (void)cxd_token_sink_accept(late->sink, late->token, strlen(late->token), 3600);
  return NULL;
}

START_TEST(another_thread_completes_the_sink) {
  pthread_t thread;
  open_with_tokens(2, NULL);
  add_many(batch, 2, 100);
  const cxd_event *event = next_event(batch, -1, CXD_EVENT_TOKEN);
  struct late late = {cxd_event_token_sink(event), sim_token(&rig.sim, cxd_token_request_scope(cxd_event_token_request(event)))};
  ck_assert_int_eq(pthread_create(&thread, NULL, complete_late, &late), 0);
  (void)next_event(batch, -1, CXD_EVENT_RESULT); /* what the event lent is not needed for the sink */
  (void)next_event(batch, -1, CXD_EVENT_RESULT);
  ck_assert_int_eq(pthread_join(thread, NULL), 0);
  ck_all(batch, CXD_OUTCOME_APPLIED, CXD_OK);
  free(late.token);
  close_batch();
}
END_TEST

START_TEST(items_do_not_wait_for_a_token_for_ever) {
  open_with_tokens(2, LIST("retry.deadline_ms", "50"));
  add_many(batch, 2, 100);
  cxd_token_sink *sink = cxd_event_token_sink(next_event(batch, -1, CXD_EVENT_TOKEN));
  (void)next_event(batch, -1, CXD_EVENT_RESULT);
  (void)next_event(batch, -1, CXD_EVENT_RESULT);
  ck_all(batch, CXD_OUTCOME_NOT_APPLIED, CXD_E_TIMEOUT);
  (void)next_event(batch, -1, CXD_EVENT_DONE);
  close_batch();
  ck_assert_int_eq(cxd_token_sink_accept(sink, "too-late", 8, 3600), CXD_OK); /* into the void */
}
END_TEST

START_TEST(nobody_is_sent_for_a_token_that_is_not_needed_any_more) {
  int32_t remaining = 1;
  open_with_tokens(1, NULL);
  add_calls(batch, 0, 100);
  ck_assert_int_eq(cxd_batch_process(batch, &remaining, NULL), CXD_OK); /* the token is wanted now, and not told yet */
  ck_assert_int_eq(remaining, 1);
  cxd_batch_cancel(batch);
  ck_assert_int_eq(cxd_batch_process(batch, &remaining, NULL), CXD_E_CANCELLED);
  ck_assert_int_eq(remaining, 0);
  ck_assert_uint_eq(cxd_event_item(next_event(batch, -1, CXD_EVENT_RESULT)), 0);
  close_batch();
}
END_TEST

START_TEST(when_the_batch_that_was_asked_is_freed_another_one_is) {
  open_with_tokens(2, NULL);
  cxd_batch *other = batch_of(rig.updater);
  add_calls(other, 1, 100);
  add_calls(batch, 0, 100);
  cxd_token_sink *sink = cxd_event_token_sink(next_event(other, -1, CXD_EVENT_TOKEN));
  (void)next_event(batch, 0, CXD_EVENT_NONE);
  cxd_batch_free(other);
  answer_token(&rig, next_event(batch, -1, CXD_EVENT_TOKEN));
  (void)next_event(batch, -1, CXD_EVENT_RESULT);
  ck_all(batch, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_assert_int_eq(cxd_token_sink_fail(sink, 1, "for nobody"), CXD_OK);
  close_batch();
}
END_TEST

START_TEST(a_batch_is_freed_with_a_token_wanted) {
  int32_t remaining;
  open_with_tokens(1, LIST("audit.mode", "required"));
  add_calls(batch, 0, 100);
  ck_assert_int_eq(cxd_batch_process(batch, &remaining, NULL), CXD_OK);
  cxd_batch_free(batch);
  batch = batch_of(rig.updater);
  add_calls(batch, 0, 101);
  cxd_token_sink *sink = cxd_event_token_sink(next_event(batch, -1, CXD_EVENT_TOKEN));
  cxd_batch_free(batch);
  batch = NULL;
  ck_assert_int_eq(cxd_token_sink_fail(sink, 0, "nobody there"), CXD_OK);
  ck_log_whole(&rig, 0); /* nothing was about to be sent */
  close_batch();
}
END_TEST

START_TEST(calls_without_events_say_where_tokens_come_from) {
  open_with_tokens(1, NULL);
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  cxd_campaign *change = calls_change("c-0", 100);
  refused_get(rig.client, "c-0", CXD_E_TOKEN, "tokens come as events");
  ck_assert_int_eq(cxd_updater_apply(rig.updater, change, &result, &error), CXD_E_TOKEN);
  ck_error(&error, CXD_E_TOKEN, "run a batch with cxd_batch_next_event() first");
  ck_assert_int_eq(cxd_result_outcome(result), CXD_OUTCOME_NOT_APPLIED);
  cxd_result_free(result);
  add_calls(batch, 0, 100);
  answer_token(&rig, next_event(batch, -1, CXD_EVENT_TOKEN)); /* their failure is not held against it */
  (void)next_event(batch, -1, CXD_EVENT_RESULT);
  ck_all(batch, CXD_OUTCOME_APPLIED, CXD_OK);
  cxd_campaign_free(got(rig.client, "c-0")); /* now there is one */
  cxd_campaign_free(change);
  close_batch();
}
END_TEST

START_TEST(a_run_without_events_is_refused_and_events_go_on_after_it) {
  open_with_tokens(1, NULL);
  add_calls(batch, 0, 100);
  ck_assert_int_eq(cxd_batch_run(batch, NULL), CXD_OK);
  ck_item(batch, 0, CXD_OUTCOME_NOT_APPLIED, CXD_E_TOKEN);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(cxd_result_error(cxd_batch_result(batch, 0))), "drive the batch with cxd_batch_next_event()"));
  add_calls(batch, 0, 101);
  (void)next_event(batch, -1, CXD_EVENT_RESULT); /* of the first */
  answer_token(&rig, next_event(batch, -1, CXD_EVENT_TOKEN));
  (void)next_event(batch, -1, CXD_EVENT_RESULT);
  ck_item(batch, 1, CXD_OUTCOME_APPLIED, CXD_OK);
  add_calls(batch, 0, 102);
  ck_run(batch); /* there is a token */
  ck_item(batch, 2, CXD_OUTCOME_APPLIED, CXD_OK);
  close_batch();
}
END_TEST

/* --------------------------------------------------------------------------- checkpoints */

START_TEST(checkpoints_of_the_audit_file_are_events) {
  open_batch(8, LIST("audit.mode", "required", "audit.max_bytes", "65536"));
  size_t checkpoints = 0;
  int64_t seq = 0;
  char expected[90] = "";
  for (int round = 0; round < 12; round++)
    add_many(batch, 8, 100 + round);
  for (int32_t kind = CXD_EVENT_NONE; kind != CXD_EVENT_DONE;) {
    const cxd_event *event = next_event(batch, -1, -1);
    kind = cxd_event_kind(event);
    if (kind != CXD_EVENT_CHECKPOINT)
      continue;
    checkpoints++;
    ck_assert_int_gt(cxd_event_seq(event), seq);
    seq = cxd_event_seq(event);
    ck_assert_uint_eq(strlen(cxd_event_text(event)), 64);
    (void)snprintf(expected, sizeof expected, "%lld:%s", (long long)seq, cxd_event_text(event));
  }
  ck_assert_uint_ge(checkpoints, 1);
  cxd_batch_free(batch);
  batch = NULL;
  cxd_audit_reader *reader = NULL;
  const char *record = "";
  ck_assert_int_eq(cxd_audit_open(rig.audit_path, NULL, &reader, NULL), CXD_OK);
  ck_assert_int_eq(cxd_audit_expect(reader, expected, NULL), CXD_OK);
  for (size_t len; record;)
    ck_assert_int_eq(cxd_audit_read(reader, &record, &len, NULL), CXD_OK);
  ck_assert_msg(cxd_audit_first_bad_seq(reader) == 0, "%s", expected);
  cxd_audit_free(reader);
  close_batch();
}
END_TEST

static Suite *events_suite(void) {
  Suite *suite = suite_create("batch_events");
  TCase *results = suite_case(suite, "results", NULL, NULL);
  tcase_set_timeout(results, HANG_S);
  tcase_add_test(results, each_item_is_told_once_and_counted);
  tcase_add_test(results, they_are_told_in_the_order_of_their_ends);
  tcase_add_test(results, a_timeout_of_zero_does_not_wait_and_drives_all_the_same);
  tcase_add_test(results, a_wait_comes_to_its_end_without_an_event);
  tcase_add_test(results, waits_of_any_length_are_understood);
  tcase_add_test(results, none_is_lost_however_rarely_they_are_asked_for);
  tcase_add_test(results, the_end_is_told_again_and_more_items_follow_it);
  tcase_add_test(results, events_and_run_take_turns);
  tcase_add_test(results, of_a_result_that_was_dropped_the_number_is_told);
  tcase_add_test(results, a_failure_is_told_once_and_then_what_ended_by_it);
  tcase_add_test(results, what_an_event_does_not_have_is_empty);
  tcase_add_test(results, no_event_outlives_a_batch_that_was_freed_inside_a_callback);
  TCase *tokens = suite_case(suite, "tokens", NULL, NULL);
  tcase_set_timeout(tokens, HANG_S);
  tcase_add_test(tokens, batches_of_one_client_share_one_token);
  tcase_add_test(tokens, a_token_that_cannot_be_had_ends_the_items_and_is_asked_for_again);
  tcase_add_test(tokens, a_token_the_server_refuses_is_asked_for_by_force);
  tcase_add_test(tokens, what_is_no_token_ends_the_items);
  tcase_add_test(tokens, another_thread_completes_the_sink);
  tcase_add_test(tokens, items_do_not_wait_for_a_token_for_ever);
  tcase_add_test(tokens, nobody_is_sent_for_a_token_that_is_not_needed_any_more);
  tcase_add_test(tokens, when_the_batch_that_was_asked_is_freed_another_one_is);
  tcase_add_test(tokens, a_batch_is_freed_with_a_token_wanted);
  tcase_add_test(tokens, calls_without_events_say_where_tokens_come_from);
  tcase_add_test(tokens, a_run_without_events_is_refused_and_events_go_on_after_it);
  TCase *checkpoints = suite_case(suite, "checkpoints", NULL, NULL);
  tcase_set_timeout(checkpoints, HANG_S);
  tcase_add_test(checkpoints, checkpoints_of_the_audit_file_are_events);
  return suite;
}

int main(void) { return run_suite(events_suite()); }
