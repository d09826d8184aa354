/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_BATCH_H
#define CXD_TESTS_BATCH_H

#include <stdio.h>
#include <string.h>

#include "rig.h"

/* A rig with `count` campaigns "c-0" and on, and batches of its updater. */
static inline void batch_rig_open(struct rig *rig, size_t count, const char *const options[], const char *const settings[]) {
  char dir[128];
  const char *all[64] = {"--campaigns", NULL, "--rate", "0"}; /* quotas are the matter of other tests */
  scratch_open(dir);
  char *file = scratch_path(dir, "campaigns.json");
  sim_write_campaigns(file, count);
  all[1] = file;
  for (size_t i = 0; options && options[i]; i++)
    all[i + 4] = options[i];
  rig_open(rig, all, settings);
  free(file);
  scratch_close(dir);
}

static inline cxd_batch *batch_of(struct rig *rig) {
  cxd_batch *batch = NULL;
  cxd_error *error = NULL;
  cxd_status status = cxd_batch_new(rig->updater, &batch, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
  return batch;
}

static inline void batch_text(cxd_batch *batch, const char *json) { ck_assert_int_eq(cxd_batch_add_json(batch, json, strlen(json), NULL), CXD_OK); }

static inline void batch_calls(cxd_batch *batch, size_t campaign, int calls) {
  char json[80];
  (void)snprintf(json, sizeof json, "{\"id\":\"c-%zu\",\"maxConcurrentCalls\":%d}", campaign, calls);
  batch_text(batch, json);
}

static inline void ck_item(cxd_batch *batch, size_t i, int32_t outcome, cxd_status status) {
  const cxd_result *result = cxd_batch_result(batch, i);
  ck_assert_msg(result != NULL, "item %zu has no result", i);
  ck_assert_msg(cxd_result_outcome(result) == outcome && cxd_result_status(result) == status, "item %zu: %s, %s: %s", i, cxd_result_outcome_name(result), cxd_status_name(cxd_result_status(result)),
                cxd_error_message(cxd_result_error(result)));
}

static inline void batch_runs(cxd_batch *batch, cxd_status wanted, const char *part) {
  cxd_error *error = NULL;
  cxd_status status = cxd_batch_run(batch, &error);
  ck_assert_msg(status == wanted, "%s: %s", cxd_status_name(status), cxd_error_message(error));
  if (part)
    ck_assert_msg(strstr(cxd_error_message(error), part) != NULL, "\"%s\" is not in \"%s\"", part, cxd_error_message(error));
  cxd_error_free(error);
}

/* Each item is over, and counted once. */
static inline void ck_all_over(cxd_batch *batch) {
  size_t sum = 0, failed = 0, count = cxd_batch_count(batch);
  for (int32_t outcome = 1; outcome <= CXD_OUTCOME_CANCELLED; outcome++)
    sum += cxd_batch_outcomes(batch, outcome);
  ck_assert_uint_eq(sum, count);
  ck_assert_uint_eq(cxd_batch_done(batch), count);
  ck_assert_uint_eq(cxd_batch_in_flight(batch), 0);
  for (size_t i = 0; i < count; i++) {
    const cxd_result *result = cxd_batch_result(batch, i);
    ck_assert_msg(result != NULL, "item %zu has no result", i);
    failed += cxd_result_status(result) != CXD_OK;
  }
  ck_assert_uint_eq(cxd_batch_failed(batch), failed);
}

static inline json_int_t calls_at(const struct rig *rig, const char *id) {
  json_t *document = sim_document(&rig->sim, id);
  json_int_t calls = json_integer_value(json_object_get(document, "maxConcurrentCalls"));
  json_decref(document);
  return calls;
}

static inline json_int_t puts_of(const struct rig *rig, size_t campaign) {
  char id[24];
  (void)snprintf(id, sizeof id, "c-%zu", campaign);
  json_t *row = sim_campaign(&rig->sim, id);
  json_int_t puts = json_integer_value(json_object_get(row, "applied"));
  json_decref(row);
  return puts;
}

/* The audit file is whole, and each intent has the one outcome that follows it. The number of intents. */
static inline size_t ck_audit(const struct rig *rig) {
  ck_assert_int_eq(cxd_audit_verify(rig->audit_path, NULL, NULL, NULL), CXD_OK);
  json_t *records = update_records(rig->audit_path), *open = json_object(), *record;
  size_t i, intents = 0;
  json_array_foreach(records, i, record) {
    const char *kind = kind_of(records, i), *op = json_string_value(json_object_get(record, "op"));
    if (strcmp(kind, "intent") == 0) {
      intents += json_object_get(open, op) == NULL; /* each round of a conflict has one more */
      ck_assert_msg(!json_is_null(json_object_get(open, op)), "an intent of %s after its outcome", op);
      ck_assert_int_eq(json_object_set_new(open, op, json_true()), 0);
    } else if (strcmp(kind, "outcome") == 0) {
      ck_assert_msg(!json_is_null(json_object_get(open, op)), "two outcomes of %s", op);
      ck_assert_int_eq(json_object_set_new(open, op, json_null()), 0);
    }
  }
  const char *op;
  json_object_foreach(open, op, record)
    ck_assert_msg(json_is_null(record), "no outcome of %s", op);
  json_decref(open);
  json_decref(records);
  return intents;
}

#endif
