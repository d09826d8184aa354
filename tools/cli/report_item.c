/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <math.h>
#include <stdlib.h>

#include "instant.h"
#include "mem.h"
#include "number.h"
#include "report_model.h"
#include "walk.h"

#define FINDINGS_MOST 8 /* of one item */

static double real_of(struct slice text) {
  double value;
  char *copy = mem_format("%.*s", (int)text.len, text.len ? text.at : "");
  if (!number_parse(copy, &value))
    value = (double)NAN;
  free(copy);
  return value;
}

/* Calls per interval x throttle / interval: what the old value of one of them does to the product. 1: it has not changed. */
static double factor_of(struct slice change) {
  struct slice path = walk_plain(walk_get(change, "path"));
  double was = real_of(walk_get(change, "old")), is = real_of(walk_get(change, "value"));
  if (slice_is(path, CXD_FIELD_PACING_INTERVAL))
    return is / was;
  if (slice_is(path, CXD_FIELD_PACING_MAX_CALLS_PER_INTERVAL) || slice_is(path, CXD_FIELD_PACING_THROTTLE_PERCENT))
    return was / is;
  return slice_is(path, CXD_FIELD_PACING) ? (double)NAN : 1;
}

static double old_per_min(double new_per_min, const char *diff) {
  struct slice change;
  double factor = 1;
  for (size_t pos = 0; walk_array(slice_of(diff), &pos, &change) == 1;)
    factor *= factor_of(change);
  double value = new_per_min * factor;
  return isfinite(value) ? value : (double)NAN;
}

static void put_findings(FILE *out, const cxd_report *report, int32_t least) {
  size_t shown = 0, left = 0;
  for (size_t i = 0; i < cxd_report_count(report); i++) {
    int32_t severity = cxd_report_severity(report, i);
    if (severity < least)
      continue;
    if (++shown > FINDINGS_MOST) {
      left++;
      continue;
    }
    fprintf(out, "%s %s %s: %s\n", severity == CXD_SEVERITY_ERROR ? "error" : severity == CXD_SEVERITY_WARNING ? "warning" : "note", cxd_report_code(report, i),
            cxd_report_pointer(report, i), cxd_report_message(report, i));
  }
  if (left)
    fprintf(out, "%zu more findings: the JSON output has them all\n", left);
}

/* The error of a refused campaign repeats the first of its findings. */
static int is_in_findings(const cxd_result *result) { return cxd_result_status(result) == CXD_E_INVALID && !cxd_report_ok(cxd_result_report(result)); }

static void put_message(FILE *out, const cxd_result *result) {
  const cxd_error *error = cxd_result_error(result);
  if (error && !is_in_findings(result))
    fprintf(out, "%s\n", cxd_error_message(error));
  put_findings(out, cxd_result_report(result), CXD_SEVERITY_WARNING);
  if (cxd_result_audit_status(result) != CXD_OK && cxd_result_audit_status(result) != cxd_result_status(result))
    fprintf(out, "a record of this update could not be written to the audit log (%s): see what was printed on standard error\n", cxd_status_name(cxd_result_audit_status(result)));
  if (cxd_result_callback_status(result) != CXD_OK)
    fprintf(out, "a callback did not accept the result (%s)\n", cxd_status_name(cxd_result_callback_status(result)));
}

static int is_failed(const cxd_result *result) {
  return cxd_result_status(result) != CXD_OK || cxd_result_audit_status(result) != CXD_OK || cxd_result_callback_status(result) != CXD_OK;
}

/* What only the document tells. */
static void read_document(struct run_item *item, const cxd_result *result) {
  char *json = mem_need(cxd_result_to_json(result));
  struct slice all = slice_of(json);
  item->new_per_min = real_of(walk_get(all, "target_calls_per_min"));
  item->old_per_min = old_per_min(item->new_per_min, cxd_result_diff_json(result));
  double seq = real_of(walk_get(walk_get(all, "audit"), "seq"));
  item->audit_seq = seq > 0 ? (int64_t)seq : 0;
  struct slice at = walk_plain(walk_get(all, "timestamp"));
  char *timestamp = mem_format("%.*s", (int)at.len, at.len ? at.at : "");
  if (!instant_parse(timestamp, &item->ended_ms))
    item->ended_ms = 0;
  free(timestamp);
  cxd_string_free(json);
}

void run_model_add_item(struct run_model *model, const cxd_result *result) {
  struct mem_stream message;
  struct run_item item = {.id = cxd_result_campaign_id(result), .outcome = cxd_result_outcome(result), .failed = is_failed(result), .status = cxd_result_status(result)};
  item.sends = cxd_result_sends(result);
  item.attempts = cxd_result_attempts(result);
  item.old_concurrent = cxd_result_previous_concurrent(result);
  item.new_concurrent = cxd_result_new_concurrent(result);
  item.limit = model->limit > 0 ? model->limit : -1;
  item.latency_us = item.attempts > 0 ? cxd_result_latency_us(result, CXD_LATENCY_TOTAL) : -1;
  item.retry_after_ms = cxd_result_error(result) ? cxd_error_retry_after_ms(cxd_result_error(result)) : -1;
  read_document(&item, result);
  if (item.ended_ms)
    item.began_ms = item.ended_ms - (item.latency_us > 0 ? item.latency_us / 1000 : 0);
  mem_stream_open(&message);
  put_message(message.file, result);
  mem_stream_close(&message);
  item.message = message.text;
  run_model_add(model, &item);
  free(message.text);
}
