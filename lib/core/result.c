/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/result.h"

#include <math.h>

#include "base/mem.h"
#include "json/pointer.h"

cxd_result *cxd__result_new(const char *campaign_id) {
  cxd_result *result = cxd__alloc(sizeof *result);
  if (!result)
    return NULL;
  result->magic = CXD__MAGIC_RESULT;
  result->previous_concurrent = result->new_concurrent = -1;
  result->pacing_accuracy = result->target_calls_per_min = (double)NAN;
  result->campaign_id = cxd__strdup(campaign_id);
  if (!result->campaign_id) {
    cxd__free(result);
    return NULL;
  }
  return result;
}

void cxd__result_not_audited(cxd_result *result, const cxd_error *why) {
  if (why && !result->audit_why)
    result->audit_why = cxd__strdup(cxd_error_message(why));
}

const char *cxd__outcome_name(int32_t outcome) {
  static const char *const names[] = {"none", "planned", "unchanged", "applied", "applied_readback", "rejected", "conflict", "not_applied", "unknown", "cancelled"};
  return outcome >= 0 && outcome < (int32_t)(sizeof names / sizeof *names) ? names[outcome] : "none";
}

int64_t cxd__concurrent_of(struct cxd__slice campaign) {
  int64_t value;
  return cxd__json_int(cxd__json_find(campaign, CXD_FIELD_MAX_CONCURRENT_CALLS), &value) ? value : -1;
}

/* interval x throttle / interval without its rounding: the factor itself. */
double cxd_pacing_accuracy(int64_t interval_s, double throttle) { return interval_s != 0 && isfinite(throttle) ? throttle : 0; }

void cxd__result_pacing(cxd_result *result, struct cxd__slice merged) {
  int64_t interval;
  double throttle, calls;
  if (!cxd__json_int(cxd__json_find(merged, CXD_FIELD_PACING_INTERVAL), &interval) || !cxd__json_real(cxd__json_find(merged, CXD_FIELD_PACING_THROTTLE_PERCENT), &throttle))
    return;
  result->pacing_accuracy = cxd_pacing_accuracy(interval, throttle);
  if (interval > 0 && cxd__json_real(cxd__json_find(merged, CXD_FIELD_PACING_MAX_CALLS_PER_INTERVAL), &calls))
    result->target_calls_per_min = calls * throttle * 60 / (double)interval;
}

void cxd_result_free(cxd_result *result) {
  if (!CXD__IS(result, RESULT))
    return;
  cxd__free(result->campaign_id);
  cxd__free(result->request_id);
  cxd__free(result->diff);
  cxd__free(result->conflict);
  cxd__free(result->audit_record);
  cxd__free(result->audit_why);
  cxd_report_free(result->report);
  cxd_error_free(result->error);
  result->magic = CXD__MAGIC_DEAD;
  cxd__free(result);
}
