/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/result.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "json/campaign.h"
#include "json/edits.h"
#include "json/pointer.h"

cxd_result *cxd__result_new(const char *campaign_id) {
  size_t len = strlen(campaign_id) + 1;
  cxd_result *result = cxd__alloc(sizeof *result + len);
  if (!result)
    return NULL;
  result->magic = CXD__MAGIC_RESULT;
  result->previous_concurrent = result->new_concurrent = -1;
  result->pacing_accuracy = result->target_calls_per_min = (double)NAN;
  result->campaign_id = memcpy(result->room, campaign_id, len);
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

static void read_pacing(cxd_result *result, struct cxd__slice pacing) {
  int64_t interval;
  double throttle, calls;
  if (cxd__json_kind(pacing) != CXD__JSON_OBJECT || !cxd__json_int(cxd__json_member(pacing, "interval"), &interval) || !cxd__json_real(cxd__json_member(pacing, "throttlePercent"), &throttle))
    return;
  result->pacing_accuracy = cxd_pacing_accuracy(interval, throttle);
  if (interval > 0 && cxd__json_real(cxd__json_member(pacing, "maxCallsPerInterval"), &calls))
    result->target_calls_per_min = calls * throttle * 60 / (double)interval;
}

void cxd__result_numbers(cxd_result *result, struct cxd__slice merged) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  result->new_concurrent = -1;
  cxd__json_walk(&iter, merged);
  while (cxd__json_next(&iter, &key, &value))
    if (cxd__json_string_is(key, "pacing"))
      read_pacing(result, value);
    else if (cxd__json_string_is(key, "maxConcurrentCalls") && !cxd__json_int(value, &result->new_concurrent))
      result->new_concurrent = -1;
}

char *cxd__diff_of_whole(struct cxd__slice document) {
  struct cxd__buf diff = {0};
  cxd__json_diff((struct cxd__slice){"{}", 2}, document, &diff);
  return cxd__buf_take(&diff);
}

int cxd__result_write_diff(cxd_result *result) {
  if (!result->whole)
    return 0;
  result->diff = cxd__diff_of_whole(result->whole->root);
  if (!result->diff)
    return -1;
  cxd_campaign_free(result->whole);
  result->whole = NULL;
  return 0;
}

void cxd_result_free(cxd_result *result) {
  if (!CXD__IS(result, RESULT))
    return;
  if (result->campaign_id != result->room)
    cxd__free(result->campaign_id);
  cxd__free(result->request_id);
  cxd__free(result->diff);
  cxd__free(result->conflict);
  cxd__free(result->audit_record);
  cxd__free(result->audit_why);
  cxd_campaign_free(result->whole);
  cxd_report_free(result->report);
  cxd_error_free(result->error);
  result->magic = CXD__MAGIC_DEAD;
  cxd__free(result);
}
