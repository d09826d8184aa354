/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "batches.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void batches_open(struct rig *rig, size_t campaigns, const char *const options[], const char *const settings[]) {
  char dir[128], *file;
  const char *all[16] = {"--campaigns", NULL, "--rate", "0"};
  scratch_open(dir);
  all[1] = file = scratch_path(dir, "campaigns.json");
  sim_write_campaigns(file, campaigns);
  for (size_t i = 0; options && options[i]; i++)
    all[i + 4] = options[i];
  rig_open(rig, all, settings);
  free(file);
  scratch_close(dir);
}

void batches_token_events(struct rig *rig) {
  cxd_updater_free(rig->updater);
  ck_assert_int_eq(cxd_client_use_token_events(rig->client, NULL), CXD_OK);
  rig->updater = updater_of(rig->config, rig->client);
  rig->other_hands = 1; /* the test fetches tokens on its own */
}

cxd_batch *batch_of(cxd_updater *updater) {
  cxd_batch *batch = NULL;
  cxd_error *error = NULL;
  ck_assert_msg(cxd_batch_new(updater, &batch, &error) == CXD_OK, "%s", cxd_error_message(error));
  return batch;
}

void add_text(cxd_batch *batch, const char *json) { ck_assert_int_eq(cxd_batch_add_json(batch, json, strlen(json), NULL), CXD_OK); }

void add_calls(cxd_batch *batch, size_t campaign, int calls) {
  char json[80];
  (void)snprintf(json, sizeof json, "{\"id\":\"c-%zu\",\"maxConcurrentCalls\":%d}", campaign, calls);
  add_text(batch, json);
}

void add_many(cxd_batch *batch, size_t count, int calls) {
  for (size_t i = 0; i < count; i++)
    add_calls(batch, i, calls);
}

void ck_run(cxd_batch *batch) {
  cxd_error *error = NULL;
  ck_assert_msg(cxd_batch_run(batch, &error) == CXD_OK, "%s", cxd_error_message(error));
}

void ck_item(cxd_batch *batch, size_t i, int32_t outcome, cxd_status status) {
  const cxd_result *result = cxd_batch_result(batch, i);
  ck_assert_ptr_nonnull(result);
  ck_assert_msg(cxd_result_outcome(result) == outcome && cxd_result_status(result) == status, "item %zu: %s, %s: %s", i, cxd_result_outcome_name(result), cxd_status_name(cxd_result_status(result)),
                cxd_error_message(cxd_result_error(result)));
}

void ck_all(cxd_batch *batch, int32_t outcome, cxd_status status) {
  for (size_t i = 0; i < cxd_batch_count(batch); i++)
    ck_item(batch, i, outcome, status);
}

const cxd_event *next_event(cxd_batch *batch, int64_t timeout_ms, int32_t kind) {
  const cxd_event *event = NULL;
  cxd_error *error = NULL;
  ck_assert_msg(cxd_batch_next_event(batch, timeout_ms, &event, &error) == CXD_OK, "%s", cxd_error_message(error));
  if (kind >= 0)
    ck_assert_int_eq(cxd_event_kind(event), kind);
  return event;
}

void answer_token(struct rig *rig, const cxd_event *event) {
  char *token = sim_token(&rig->sim, cxd_token_request_scope(cxd_event_token_request(event)));
  ck_assert_int_eq(cxd_token_sink_accept(cxd_event_token_sink(event), token, strlen(token), 3600), CXD_OK);
  free(token);
}

int32_t poll_once(cxd_batch *batch) {
  int32_t remaining = -1;
  int64_t ms = cxd_batch_timeout_ms(batch);
  struct pollfd wait = {.fd = cxd_batch_fd(batch), .events = POLLIN};
  ck_assert_int_ge(wait.fd, 0);
  ck_assert(poll(&wait, 1, ms < 0 || ms > HANG_S * 1000 ? HANG_S * 1000 : (int)ms) >= 0 || errno == EINTR);
  ck_assert_int_eq(cxd_batch_process(batch, &remaining, NULL), CXD_OK);
  return remaining;
}

void poll_to_the_end(cxd_batch *batch) {
  while (poll_once(batch))
    ;
}

void ck_log_whole(struct rig *rig, size_t count) {
  json_t *records = update_records(rig->audit_path), *record;
  size_t i, intents = 0, outcomes = 0;
  json_array_foreach(records, i, record) {
    intents += strcmp(kind_of(records, i), "intent") == 0;
    outcomes += strcmp(kind_of(records, i), "outcome") == 0 && json_is_true(at(record, "/intent"));
  }
  ck_assert_uint_eq(intents, outcomes);
  ck_assert_uint_eq(intents, count);
  json_decref(records);
  json_t *dangling = json_of(cxd_updater_dangling_json(rig->updater));
  ck_assert_uint_eq(json_array_size(dangling), 0);
  json_decref(dangling);
}
