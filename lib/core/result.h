/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_RESULT_H
#define CXD__CORE_RESULT_H

#include <cxdialer/cxdialer.h>

#include "base/buf.h"
#include "base/handle.h"
#include "json/value.h"

#define CXD__LATENCY_PARTS 6

/* What became of one update. The core fills it; the engine adds the callback status; lib/api reads it out. */
struct cxd_result {
  uint32_t magic;
  int32_t outcome;
  cxd_status status, audit_status, callback_status;
  char *campaign_id;
  int64_t latency_us[CXD__LATENCY_PARTS];
  int32_t sends, attempts, http_status;
  int64_t previous_concurrent, new_concurrent; /* -1: unknown */
  double pacing_accuracy, target_calls_per_min; /* NaN: unknown */
  int64_t finished_wall_ms;
  int64_t audit_seq; /* 0: none */
  const char *concurrency; /* "etag", "version" or "none"; NULL before the campaign was read */
  char trace_id[33]; /* "": its requests carried none */
  char *request_id, *diff, *conflict, *audit_record;
  cxd_campaign *whole; /* the document that the diff is of, against none, while nobody has asked for the diff; else NULL */
  char *audit_why; /* what the log said when it first did not take a record; NULL: it took all, or nothing is known */
  cxd_report *report;
  cxd_error *error;
  char room[]; /* campaign_id, unless it was read from a packed result */
};

cxd_result *cxd__result_new(const char *campaign_id);
void cxd__result_not_audited(cxd_result *result, const cxd_error *why); /* keeps the first reason; NULL is legal */
const char *cxd__outcome_name(int32_t outcome);

/* Writes the diff of a whole document that is still to be written: 0, or -1: no memory. */
int cxd__result_write_diff(cxd_result *result);
char *cxd__diff_of_whole(struct cxd__slice document); /* NULL: no memory */

/* Reads the numbers an operator looks at out of a whole campaign. */
void cxd__result_numbers(cxd_result *result, struct cxd__slice merged);
int64_t cxd__concurrent_of(struct cxd__slice campaign); /* -1 when there is none */

#endif
