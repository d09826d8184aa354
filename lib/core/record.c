/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/digest.h"
#include "core/op.h"

#define FINDINGS_MAX 20

static void begin(struct cxd__op *op, const char *kind) {
  struct cxd__buf *r = &op->record;
  cxd__buf_reset(r);
  cxd__buf_fmt(r, "\"k\":\"%s\",\"op\":\"%s\",\"campaign\":", kind, op->uuid);
  cxd__buf_json_str(r, cxd_campaign_id(op->job.change));
  if (op->job.actor) {
    cxd__buf_str(r, ",\"actor\":");
    cxd__buf_json_str(r, op->job.actor);
  }
  cxd__buf_fmt(r, ",\"mode\":\"%s\",\"round\":%d", op->job.replace ? "replace" : "merge", (int)op->round);
}

static void digest(struct cxd__buf *r, const char *name, const cxd_campaign *campaign) {
  char hex[65];
  if (!campaign)
    return;
  cxd__sha256_hex(campaign->root.p, campaign->root.len, hex);
  cxd__buf_fmt(r, ",\"%s\":\"%s\"", name, hex);
}

void cxd__record_intent(struct cxd__op *op) {
  struct cxd__buf *r = &op->record;
  begin(op, "intent");
  cxd__buf_fmt(r, ",\"concurrency\":\"%s\"", op->result->concurrency ? op->result->concurrency : "none");
  if (op->server && (op->server->etag || op->v0)) {
    cxd__buf_str(r, ",\"v0\":");
    if (op->server->etag)
      cxd__buf_json_str(r, op->server->etag);
    else
      cxd__buf_str(r, op->v0);
  }
  digest(r, "d0", op->server);
  digest(r, "d1", op->merged);
  cxd__buf_str(r, ",\"diff\":");
  cxd__buf_str(r, op->result->diff ? op->result->diff : "[]");
}

/* Codes and pointers only: a long message must not push the record over its size. */
static void findings(struct cxd__buf *r, const cxd_report *report) {
  size_t count = cxd_report_count(report);
  if (count == 0)
    return;
  cxd__buf_str(r, ",\"findings\":[");
  for (size_t i = 0; i < count && i < FINDINGS_MAX; i++) {
    cxd__buf_str(r, i ? ",{\"code\":" : "{\"code\":");
    cxd__buf_json_str(r, cxd_report_code(report, i));
    cxd__buf_str(r, ",\"pointer\":");
    cxd__buf_json_str(r, cxd_report_pointer(report, i));
    cxd__buf_char(r, '}');
  }
  cxd__buf_char(r, ']');
  if (count > FINDINGS_MAX)
    cxd__buf_fmt(r, ",\"findings_total\":%zu", count);
}

void cxd__record_outcome(struct cxd__op *op) {
  struct cxd__buf *r = &op->record;
  const cxd_result *result = op->result;
  begin(op, "outcome");
  cxd__buf_fmt(r, ",\"outcome\":\"%s\",\"status\":\"%s\",\"http_status\":%d,\"sends\":%d,\"attempts\":%d,\"intent\":%s,\"latency_us\":", cxd__outcome_name(result->outcome), cxd_status_name(result->status),
               (int)result->http_status, (int)result->sends, (int)result->attempts, op->intent_written ? "true" : "false");
  cxd__buf_int(r, result->latency_us[CXD_LATENCY_TOTAL]);
  cxd__buf_str(r, ",\"request_id\":");
  cxd__buf_json_str(r, result->request_id);
  findings(r, result->report);
}
