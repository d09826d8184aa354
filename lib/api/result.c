/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/result.h"

#include <math.h>

#include "base/error.h"
#include "base/now.h"
#include "validate/report.h"

int32_t cxd_result_outcome(const cxd_result *r) { return CXD__IS(r, RESULT) ? r->outcome : 0; }

const char *cxd_result_outcome_name(const cxd_result *r) { return CXD__IS(r, RESULT) ? cxd__outcome_name(r->outcome) : ""; }

cxd_status cxd_result_status(const cxd_result *r) { return CXD__IS(r, RESULT) ? r->status : CXD_E_ARGUMENT; }

const char *cxd_result_campaign_id(const cxd_result *r) { return CXD__IS(r, RESULT) ? r->campaign_id : ""; }

int64_t cxd_result_latency_us(const cxd_result *r, int32_t part) { return CXD__IS(r, RESULT) && part >= 0 && part < CXD__LATENCY_PARTS ? r->latency_us[part] : -1; }

int32_t cxd_result_sends(const cxd_result *r) { return CXD__IS(r, RESULT) ? r->sends : 0; }

int32_t cxd_result_attempts(const cxd_result *r) { return CXD__IS(r, RESULT) ? r->attempts : 0; }

double cxd_result_pacing_accuracy(const cxd_result *r) { return CXD__IS(r, RESULT) ? r->pacing_accuracy : (double)NAN; }

int64_t cxd_result_previous_concurrent(const cxd_result *r) { return CXD__IS(r, RESULT) ? r->previous_concurrent : -1; }

int64_t cxd_result_new_concurrent(const cxd_result *r) { return CXD__IS(r, RESULT) ? r->new_concurrent : -1; }

cxd_status cxd_result_audit_status(const cxd_result *r) { return CXD__IS(r, RESULT) ? r->audit_status : CXD_E_ARGUMENT; }

cxd_status cxd_result_callback_status(const cxd_result *r) { return CXD__IS(r, RESULT) ? r->callback_status : CXD_E_ARGUMENT; }

const cxd_report *cxd_result_report(const cxd_result *r) { return CXD__IS(r, RESULT) ? r->report : NULL; }

const char *cxd_result_trace_id(const cxd_result *r) { return CXD__IS(r, RESULT) && r->trace_id[0] ? r->trace_id : NULL; }

const char *cxd_result_diff_json(const cxd_result *r) { return CXD__IS(r, RESULT) && r->diff ? r->diff : "[]"; }

const cxd_error *cxd_result_error(const cxd_result *r) { return CXD__IS(r, RESULT) ? r->error : NULL; }

const char *cxd_result_conflict_json(const cxd_result *r) { return CXD__IS(r, RESULT) ? r->conflict : NULL; }

const char *cxd_result_audit_record(const cxd_result *r) { return CXD__IS(r, RESULT) ? r->audit_record : NULL; }

/* ------------------------------------------------------------------------ as JSON */

static void number(struct cxd__buf *b, const char *name, int64_t value, int64_t unknown) {
  cxd__buf_fmt(b, ",\"%s\":", name);
  if (value == unknown)
    cxd__buf_str(b, "null");
  else
    cxd__buf_int(b, value);
}

static void real(struct cxd__buf *b, const char *name, double value) {
  cxd__buf_fmt(b, ",\"%s\":", name);
  cxd__buf_real(b, value);
}

static void text(struct cxd__buf *b, const char *name, const char *value) {
  cxd__buf_fmt(b, ",\"%s\":", name);
  cxd__buf_json_str(b, value);
}

static void raw(struct cxd__buf *b, const char *name, const char *json) { cxd__buf_fmt(b, ",\"%s\":%s", name, json ? json : "null"); }

static void latencies(struct cxd__buf *b, const cxd_result *r) {
  static const struct {
    int32_t part;
    const char *name;
  } parts[] = {{CXD_LATENCY_TOKEN, "token_us"},   {CXD_LATENCY_RATE_WAIT, "rate_wait_us"}, {CXD_LATENCY_BACKOFF, "backoff_us"},
               {CXD_LATENCY_SERVER, "server_us"}, {CXD_LATENCY_AUDIT, "audit_us"},         {CXD_LATENCY_TOTAL, "total_us"}};
  real(b, "latency_ms", (double)r->latency_us[CXD_LATENCY_TOTAL] / 1000.0);
  cxd__buf_str(b, ",\"latency\":{");
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    cxd__buf_fmt(b, "%s\"%s\":", i ? "," : "", parts[i].name);
    cxd__buf_int(b, r->latency_us[parts[i].part]);
  }
  cxd__buf_char(b, '}');
}

static void error_member(struct cxd__buf *b, const cxd_error *error) {
  char *json = error ? cxd_error_to_json(error) : NULL;
  raw(b, "error", json);
  cxd_string_free(json);
}

static void sub_states(struct cxd__buf *b, const cxd_result *r) {
  cxd__buf_fmt(b, ",\"audit\":{\"status\":\"%s\"", cxd_status_name(r->audit_status));
  number(b, "seq", r->audit_seq, 0);
  cxd__buf_fmt(b, "},\"callbacks\":{\"status\":\"%s\"}", cxd_status_name(r->callback_status));
}

char *cxd_result_to_json(const cxd_result *r) {
  struct cxd__buf b = {0};
  char time[40];
  if (!CXD__IS(r, RESULT))
    return NULL;
  cxd__time_format(r->finished_wall_ms, time);
  cxd__buf_str(&b, "{\"schema_version\":1");
  text(&b, "campaign_id", r->campaign_id);
  text(&b, "outcome", cxd__outcome_name(r->outcome));
  text(&b, "status", cxd_status_name(r->status));
  number(&b, "http_status", r->http_status, 0);
  text(&b, "request_id", r->request_id);
  number(&b, "sends", r->sends, -1);
  number(&b, "attempts", r->attempts, -1);
  latencies(&b, r);
  number(&b, "previous_concurrent", r->previous_concurrent, -1);
  number(&b, "new_concurrent", r->new_concurrent, -1);
  real(&b, "pacing_accuracy_rate", r->pacing_accuracy);
  real(&b, "target_calls_per_min", r->target_calls_per_min);
  text(&b, "timestamp", time);
  raw(&b, "diff", r->diff ? r->diff : "[]");
  cxd__buf_str(&b, ",\"findings\":");
  if (r->report)
    cxd__report_write(r->report, &b);
  else
    cxd__buf_str(&b, "[]");
  sub_states(&b, r);
  raw(&b, "conflict", r->conflict);
  text(&b, "concurrency", r->concurrency);
  error_member(&b, r->error);
  number(&b, "retry_after_ms", r->error ? r->error->retry_after_ms : -1, -1);
  text(&b, "trace_id", r->trace_id[0] ? r->trace_id : NULL);
  cxd__buf_char(&b, '}');
  return cxd__buf_take(&b);
}
