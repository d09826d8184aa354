/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Batches against the simulator: results in order, failures that stay their own, items of one campaign, ends. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "rig.h"
#include "run.h"

#define MANY 20

static struct rig rig;
static cxd_batch *batch;

/* `count` campaigns "c-0" and on at the server. */
static void open_rig(size_t count, const char *const options[], const char *const settings[]) {
  char dir[128], *file;
  const char *all[16] = {"--campaigns"};
  scratch_open(dir);
  file = scratch_path(dir, "campaigns.json");
  sim_write_campaigns(file, count);
  all[1] = file;
  for (size_t i = 0; options && options[i]; i++)
    all[i + 2] = options[i];
  rig_open(&rig, all, settings);
  ck_assert_int_eq(cxd_batch_new(rig.updater, &batch, NULL), CXD_OK);
  free(file);
  scratch_close(dir);
}

static void close_rig(void) {
  cxd_batch_free(batch);
  batch = NULL;
  rig_close(&rig);
}

static void add_calls(size_t campaign, int calls) {
  char json[80];
  int len = snprintf(json, sizeof json, "{\"id\":\"c-%zu\",\"maxConcurrentCalls\":%d}", campaign, calls);
  ck_assert_int_eq(cxd_batch_add_json(batch, json, (size_t)len, NULL), CXD_OK);
}

static void add_text(const char *json) { ck_assert_int_eq(cxd_batch_add_json(batch, json, strlen(json), NULL), CXD_OK); }

static void ck_item(size_t i, int32_t outcome, cxd_status status) {
  const cxd_result *result = cxd_batch_result(batch, i);
  ck_assert_ptr_nonnull(result);
  ck_assert_msg(cxd_result_outcome(result) == outcome && cxd_result_status(result) == status, "item %zu: %s, %s: %s", i, cxd_result_outcome_name(result), cxd_status_name(cxd_result_status(result)),
                cxd_error_message(cxd_result_error(result)));
}

static void run(void) {
  cxd_error *error = NULL;
  cxd_status status = cxd_batch_run(batch, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
}

static json_int_t calls_at(const char *id) {
  json_t *document = sim_document(&rig.sim, id);
  json_int_t calls = json_integer_value(json_object_get(document, "maxConcurrentCalls"));
  json_decref(document);
  return calls;
}

START_TEST(every_item_of_a_batch_is_applied) {
  open_rig(MANY, NULL, NULL);
  for (size_t i = 0; i < MANY; i++)
    add_calls(i, 100 + (int)i);
  run();
  for (size_t i = 0; i < MANY; i++) {
    char id[16];
    (void)snprintf(id, sizeof id, "c-%zu", i);
    ck_item(i, CXD_OUTCOME_APPLIED, CXD_OK);
    ck_assert_str_eq(cxd_result_campaign_id(cxd_batch_result(batch, i)), id);
    ck_assert_int_eq(calls_at(id), 100 + (int)i);
    ck_assert_int_eq(cxd_result_sends(cxd_batch_result(batch, i)), 1);
  }
  ck_assert_uint_eq(cxd_batch_done(batch), MANY);
  ck_assert_uint_eq(cxd_batch_failed(batch), 0);
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_APPLIED), MANY);
  ck_assert_int_eq(cxd_batch_eta_ms(batch), 0);
  close_rig();
}
END_TEST

START_TEST(a_failing_item_touches_no_other_one) {
  open_rig(4, NULL, NULL);
  add_calls(0, 101);
  add_text("{\"id\":\"c-1\",\"maxConcurrentCalls\":");
  add_calls(99, 101);
  add_text("[1,2]");
  add_text("{\"id\":\"c-1\",\"maxConcurrentCalls\":9999}");
  add_text("");
  add_calls(3, 103);
  run();
  ck_item(0, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_item(1, CXD_OUTCOME_REJECTED, CXD_E_JSON);
  ck_item(2, CXD_OUTCOME_NOT_APPLIED, CXD_E_NOT_FOUND);
  ck_item(3, CXD_OUTCOME_REJECTED, CXD_E_TYPE);
  ck_item(4, CXD_OUTCOME_REJECTED, CXD_E_INVALID);
  ck_item(5, CXD_OUTCOME_REJECTED, CXD_E_JSON);
  ck_item(6, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_assert_uint_eq(cxd_batch_failed(batch), 5);
  close_rig();
}
END_TEST

START_TEST(items_of_one_campaign_run_in_their_order) {
  open_rig(2, NULL, NULL);
  for (int i = 0; i < 10; i++)
    add_calls(0, 100 + i);
  add_calls(1, 200);
  run();
  for (size_t i = 0; i < 11; i++)
    ck_item(i, CXD_OUTCOME_APPLIED, CXD_OK);
  for (size_t i = 1; i < 10; i++)
    ck_assert_int_eq(cxd_result_previous_concurrent(cxd_batch_result(batch, i)), 99 + (int)i);
  ck_assert_int_eq(calls_at("c-0"), 109);
  ck_assert_int_eq(puts_applied(&rig), 11);
  close_rig();
}
END_TEST

START_TEST(items_of_one_campaign_become_one_update_on_request) {
  open_rig(2, NULL, LIST("update.coalesce", "on"));
  add_calls(0, 101);
  add_text("{\"id\":\"c-0\",\"pacing\":{\"maxCallsPerInterval\":20}}");
  add_calls(1, 200);
  add_calls(0, 102);
  run();
  for (size_t i = 0; i < 4; i++)
    ck_item(i, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_assert_int_eq(puts_applied(&rig), 2);
  ck_assert_int_eq(calls_at("c-0"), 102);
  ck_assert_int_eq(cxd_result_new_concurrent(cxd_batch_result(batch, 0)), 102);
  close_rig();
}
END_TEST

START_TEST(no_more_are_begun_after_max_errors) {
  open_rig(1, NULL, LIST("update.max_errors", "2", "update.concurrency", "1"));
  cxd_error *error = NULL;
  for (size_t i = 0; i < 6; i++)
    add_calls(i, 100);
  ck_assert_int_eq(cxd_batch_run(batch, &error), CXD_E_CANCELLED);
  ck_error(&error, CXD_E_CANCELLED, "stopped after 2 failures");
  ck_item(0, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_item(2, CXD_OUTCOME_NOT_APPLIED, CXD_E_NOT_FOUND);
  ck_item(3, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
  ck_assert_str_eq(cxd_result_campaign_id(cxd_batch_result(batch, 5)), "c-5");
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_CANCELLED), 3);
  close_rig();
}
END_TEST

START_TEST(a_canary_that_fails_stops_the_others) {
  open_rig(MANY, NULL, LIST("update.canary", "2"));
  cxd_error *error = NULL;
  add_calls(0, 100);
  add_calls(99, 100);
  for (size_t i = 2; i < 6; i++)
    add_calls(i, 100);
  ck_assert_int_eq(cxd_batch_run(batch, &error), CXD_E_CANCELLED);
  ck_error(&error, CXD_E_CANCELLED, "1 of the first 2 items failed");
  ck_item(2, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
  ck_assert_int_eq(puts_applied(&rig), 1);
  close_rig();
}
END_TEST

START_TEST(canaries_that_succeed_let_the_others_go) {
  open_rig(MANY, NULL, LIST("update.canary", "3"));
  for (size_t i = 0; i < MANY; i++)
    add_calls(i, 100);
  run();
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_APPLIED), MANY);
  close_rig();
}
END_TEST

START_TEST(a_host_drives_it_in_its_own_loop) {
  open_rig(MANY, NULL, NULL);
  int32_t remaining = 1;
  for (size_t i = 0; i < MANY; i++)
    add_calls(i, 100);
  struct pollfd wait = {.fd = cxd_batch_fd(batch), .events = POLLIN};
  ck_assert_int_ge(wait.fd, 0);
  while (remaining) {
    ck_assert_int_ge(poll(&wait, 1, (int)cxd_batch_timeout_ms(batch)), 0);
    ck_assert_int_eq(cxd_batch_process(batch, &remaining, NULL), CXD_OK);
  }
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_APPLIED), MANY);
  ck_assert_int_eq(cxd_batch_timeout_ms(batch), -1);
  close_rig();
}
END_TEST

START_TEST(events_replace_callbacks) {
  open_rig(MANY, NULL, NULL);
  size_t results = 0;
  const cxd_event *event = NULL;
  for (size_t i = 0; i < MANY; i++)
    add_calls(i, 100);
  do {
    ck_assert_int_eq(cxd_batch_next_event(batch, -1, &event, NULL), CXD_OK);
    if (cxd_event_kind(event) == CXD_EVENT_RESULT) {
      results++;
      ck_assert_ptr_eq(cxd_event_result(event), cxd_batch_result(batch, cxd_event_item(event)));
      cxd_batch_drop_result(batch, cxd_event_item(event));
    }
  } while (cxd_event_kind(event) != CXD_EVENT_DONE);
  ck_assert_uint_eq(results, MANY);
  close_rig();
}
END_TEST

START_TEST(tokens_are_asked_for_by_event) {
  open_rig(3, NULL, NULL);
  const cxd_event *event = NULL;
  size_t tokens = 0;
  cxd_batch_free(batch);
  cxd_updater_free(rig.updater);
  ck_assert_int_eq(cxd_client_use_token_events(rig.client, NULL), CXD_OK);
  rig.updater = updater_of(rig.config, rig.client);
  ck_assert_int_eq(cxd_batch_new(rig.updater, &batch, NULL), CXD_OK);
  for (size_t i = 0; i < 3; i++)
    add_calls(i, 100);
  do {
    ck_assert_int_eq(cxd_batch_next_event(batch, -1, &event, NULL), CXD_OK);
    if (cxd_event_kind(event) == CXD_EVENT_TOKEN) {
      char *token = sim_token(&rig.sim, cxd_token_request_scope(cxd_event_token_request(event)));
      ck_assert_int_eq(cxd_token_sink_accept(cxd_event_token_sink(event), token, strlen(token), 3600), CXD_OK);
      free(token);
      tokens++;
    }
  } while (cxd_event_kind(event) != CXD_EVENT_DONE);
  ck_assert_uint_eq(tokens, 1);
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_APPLIED), 3);
  rig.other_hands = 1;
  close_rig();
}
END_TEST

START_TEST(a_batch_runs_again_with_items_added_later) {
  open_rig(4, NULL, LIST("update.max_errors", "1", "update.concurrency", "1"));
  add_calls(99, 100);
  add_calls(0, 100);
  ck_assert_int_eq(cxd_batch_run(batch, NULL), CXD_E_CANCELLED);
  add_calls(1, 100);
  run();
  ck_item(1, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
  ck_item(2, CXD_OUTCOME_APPLIED, CXD_OK);
  close_rig();
}
END_TEST

START_TEST(an_empty_batch_is_done_at_once) {
  open_rig(1, NULL, NULL);
  int32_t remaining = 1;
  run();
  ck_assert_int_eq(cxd_batch_process(batch, &remaining, NULL), CXD_OK);
  ck_assert_int_eq(remaining, 0);
  ck_assert_ptr_null(cxd_batch_result(batch, 0));
  close_rig();
}
END_TEST

static int32_t declined(void *user_data, const size_t *items, const char *const *intents, size_t count) {
  size_t *seen = user_data;
  for (size_t i = 0; i < count; i++)
    ck_assert(items[i] < 3 && strstr(intents[i], "\"k\":\"intent\"") && intents[i][0] == '{' && !strchr(intents[i], '\n'));
  *seen += count;
  return 0;
}

START_TEST(what_the_host_declines_is_not_sent) {
  size_t seen = 0;
  cxd_callback callback = {.size = sizeof callback, .user_data = &seen, .on_sending = declined};
  open_rig(3, NULL, NULL);
  cxd_batch_free(batch);
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  ck_assert_int_eq(cxd_batch_new(rig.updater, &batch, NULL), CXD_OK);
  for (size_t i = 0; i < 3; i++)
    add_calls(i, 100);
  run();
  for (size_t i = 0; i < 3; i++)
    ck_item(i, CXD_OUTCOME_NOT_APPLIED, CXD_E_CALLBACK);
  ck_assert_uint_eq(seen, 3);
  ck_assert_int_eq(puts_applied(&rig), 0);
  close_rig();
}
END_TEST

START_TEST(canaries_of_one_campaign_do_not_wait_for_each_other_for_ever) {
  open_rig(2, NULL, LIST("update.canary", "3"));
  for (int i = 0; i < 3; i++)
    add_calls(0, 100 + i);
  add_calls(1, 100);
  run();
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_APPLIED), 4);
  ck_assert_int_eq(calls_at("c-0"), 102);
  close_rig();
}
END_TEST

/* Stops the batch while the first update of a campaign is still in flight. */
static int32_t stop_it(void *user_data, const cxd_result *result) {
  ck_assert_ptr_nonnull(result);
  cxd_batch_stop(*(cxd_batch **)user_data);
  return CXD_ACCEPTED;
}

START_TEST(an_item_that_was_not_begun_is_not_begun_later) {
  cxd_callback callback = {.size = sizeof callback, .user_data = &batch, .on_result = stop_it};
  open_rig(2, NULL, NULL);
  cxd_batch_free(batch);
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  ck_assert_int_eq(cxd_batch_new(rig.updater, &batch, NULL), CXD_OK);
  add_calls(0, 100);
  add_calls(0, 101); /* its turn has come when the batch stops */
  ck_assert_int_eq(cxd_batch_run(batch, NULL), CXD_E_CANCELLED);
  ck_item(1, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
  add_calls(1, 102);
  ck_assert_int_eq(cxd_batch_run(batch, NULL), CXD_OK);
  ck_item(1, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
  ck_item(2, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_assert_uint_eq(cxd_batch_done(batch), 3);
  ck_assert_int_eq(calls_at("c-0"), 100);
  close_rig();
}
END_TEST

/* ---------------------------------------------------------------------- list pages */

START_TEST(list_pages_replace_single_reads_where_the_version_is_the_condition) {
  open_rig(MANY, LIST("--validators", "version"), NULL);
  for (size_t i = 0; i < MANY; i++)
    add_calls(i, 100);
  run();
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_APPLIED), MANY);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 1);
  ck_assert_uint_ge(sim_count(&rig.sim, "LIST"), 1);
  ck_assert_uint_lt(sim_count(&rig.sim, "LIST"), MANY / 2);
  ck_assert_int_eq(puts_applied(&rig), MANY);
  close_rig();
}
END_TEST

static const struct {
  const char *validators, *prefetch;
} one_by_one[] = {{"etag", "auto"}, {"none", "auto"}, {"version", "off"}};

START_TEST(they_do_not_where_that_would_be_less_safe_or_is_not_wanted) {
  open_rig(MANY, LIST("--validators", one_by_one[_i].validators), LIST("update.prefetch", one_by_one[_i].prefetch));
  for (size_t i = 0; i < MANY; i++)
    add_calls(i, 100);
  run();
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_APPLIED), MANY);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), MANY);
  ck_assert_uint_eq(sim_count(&rig.sim, "LIST"), 0);
  close_rig();
}
END_TEST

/* Somebody changes the last campaign between the page and its PUT. */
static int32_t meddle(void *user_data, size_t done, size_t total) {
  size_t *left = user_data;
  (void)total;
  if (done >= 2 && *left) {
    *left = 0;
    sim_change(&rig.sim, "c-19", "{\"name\":\"theirs\"}");
  }
  return CXD_ACCEPTED;
}

START_TEST(a_campaign_that_changed_since_its_page_is_read_again) {
  size_t left = 1;
  cxd_callback callback = {.size = sizeof callback, .user_data = &left, .on_progress = meddle};
  open_rig(MANY, LIST("--validators", "version"), LIST("update.concurrency", "1"));
  cxd_batch_free(batch);
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  ck_assert_int_eq(cxd_batch_new(rig.updater, &batch, NULL), CXD_OK);
  for (size_t i = 0; i < MANY; i++)
    add_calls(i, 100);
  run();
  ck_item(MANY - 1, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 2);
  json_t *document = sim_document(&rig.sim, "c-19");
  ck_assert_str_eq(json_string_value(json_object_get(document, "name")), "theirs");
  json_decref(document);
  rig.other_hands = 1;
  close_rig();
}
END_TEST

/* ------------------------------------------------------------- intents that were kept */

struct kept {
  char text[4096];
  int32_t answer;
};

static int32_t keep(void *user_data, const size_t *items, const char *const *intents, size_t count) {
  struct kept *kept = user_data;
  ck_assert(count == 1 && items[0] == 0);
  (void)snprintf(kept->text, sizeof kept->text, "%s", intents[0]);
  return kept->answer;
}

static const struct {
  int32_t answer, outcome;
  const char *meddled;
} kepts[] = {{CXD_ACCEPTED, CXD_OUTCOME_APPLIED_READBACK, NULL}, {0, CXD_OUTCOME_NOT_APPLIED, NULL}, {CXD_ACCEPTED, CXD_OUTCOME_CONFLICT, "{\"maxConcurrentCalls\":7}"}};

START_TEST(an_intent_that_was_kept_tells_what_became_of_its_update) {
  struct kept kept = {.answer = kepts[_i].answer};
  cxd_callback callback = {.size = sizeof callback, .user_data = &kept, .on_sending = keep};
  cxd_result *result = NULL;
  open_rig(1, NULL, LIST("http.attempt_timeout_ms", "200"));
  cxd_batch_free(batch);
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  ck_assert_int_eq(cxd_batch_new(rig.updater, &batch, NULL), CXD_OK);
  add_calls(0, 100);
  run();
  if (kepts[_i].meddled)
    sim_change(&rig.sim, "c-0", kepts[_i].meddled);
  ck_assert_int_eq(cxd_updater_resolve(rig.updater, kept.text, strlen(kept.text), &result, NULL), CXD_OK);
  ck_assert_int_eq(cxd_result_outcome(result), kepts[_i].outcome);
  cxd_result_free(result);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), kepts[_i].answer ? 1 : 0);
  close_rig();
}
END_TEST

static Suite *batch_suite(void) {
  Suite *suite = suite_create("batch");
  TCase *runs = suite_case(suite, "runs", NULL, NULL);
  tcase_add_test(runs, every_item_of_a_batch_is_applied);
  tcase_add_test(runs, a_failing_item_touches_no_other_one);
  tcase_add_test(runs, items_of_one_campaign_run_in_their_order);
  tcase_add_test(runs, items_of_one_campaign_become_one_update_on_request);
  tcase_add_test(runs, a_batch_runs_again_with_items_added_later);
  tcase_add_test(runs, an_empty_batch_is_done_at_once);
  TCase *ends = suite_case(suite, "ends", NULL, NULL);
  tcase_add_test(ends, no_more_are_begun_after_max_errors);
  tcase_add_test(ends, a_canary_that_fails_stops_the_others);
  tcase_add_test(ends, canaries_that_succeed_let_the_others_go);
  tcase_add_test(ends, canaries_of_one_campaign_do_not_wait_for_each_other_for_ever);
  tcase_add_test(ends, an_item_that_was_not_begun_is_not_begun_later);
  tcase_add_test(ends, what_the_host_declines_is_not_sent);
  TCase *pages = suite_case(suite, "list pages", NULL, NULL);
  tcase_add_test(pages, list_pages_replace_single_reads_where_the_version_is_the_condition);
  tcase_add_loop_test(pages, they_do_not_where_that_would_be_less_safe_or_is_not_wanted, 0, (int)(sizeof one_by_one / sizeof *one_by_one));
  tcase_add_test(pages, a_campaign_that_changed_since_its_page_is_read_again);
  TCase *intents = suite_case(suite, "kept intents", NULL, NULL);
  tcase_add_loop_test(intents, an_intent_that_was_kept_tells_what_became_of_its_update, 0, (int)(sizeof kepts / sizeof *kepts));
  TCase *loops = suite_case(suite, "loops", NULL, NULL);
  tcase_add_test(loops, a_host_drives_it_in_its_own_loop);
  tcase_add_test(loops, events_replace_callbacks);
  tcase_add_test(loops, tokens_are_asked_for_by_event);
  return suite;
}

int main(void) { return run_suite(batch_suite()); }
