/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/digest.h"
#include "base/utf8.h"
#include "core/op.h"

#define FINDINGS_MAX 20
#define RECORD_FULL 12288 /* the log takes 16 KiB with what it adds itself */

/* A text from elsewhere: at most so many bytes of it, whole characters only. */
static void text(struct cxd__buf *r, const char *name, const char *value, size_t most) {
  cxd__buf_fmt(r, "\"%s\":", name);
  if (!value) {
    cxd__buf_str(r, "null");
    return;
  }
  size_t len = strlen(value), width = 1, keep = 0;
  while (keep < len && keep + width <= most) {
    keep += width;
    width = keep < len ? cxd__utf8_width(value + keep, len - keep) : 1;
    width = width ? width : 1;
  }
  cxd__buf_json(r, value, keep);
}

static void begin(struct cxd__op *op, const char *kind) {
  struct cxd__buf *r = &op->record;
  cxd__buf_reset(r);
  cxd__buf_fmt(r, "\"k\":\"%s\",\"op\":\"%s\",", kind, op->uuid);
  text(r, "campaign", cxd_campaign_id(op->job.change), 128);
  if (op->job.actor) {
    cxd__buf_char(r, ',');
    text(r, "actor", op->job.actor, 256);
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
      cxd__json_compact((struct cxd__slice){op->v0, strlen(op->v0)}, r);
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
  size_t i = 0;
  cxd__buf_str(r, ",\"findings\":[");
  for (; i < count && i < FINDINGS_MAX && r->len < RECORD_FULL; i++) {
    cxd__buf_str(r, i ? ",{\"code\":" : "{\"code\":");
    cxd__buf_json_str(r, cxd_report_code(report, i));
    cxd__buf_char(r, ',');
    text(r, "pointer", cxd_report_pointer(report, i), 256);
    cxd__buf_char(r, '}');
  }
  cxd__buf_char(r, ']');
  if (count > i)
    cxd__buf_fmt(r, ",\"findings_total\":%zu", count);
}

void cxd__record_outcome(struct cxd__op *op) {
  struct cxd__buf *r = &op->record;
  const cxd_result *result = op->result;
  begin(op, "outcome");
  cxd__buf_fmt(r, ",\"outcome\":\"%s\",\"status\":\"%s\",\"http_status\":%d,\"sends\":%d,\"attempts\":%d,\"intent\":%s,\"latency_us\":", cxd__outcome_name(result->outcome), cxd_status_name(result->status),
               (int)result->http_status, (int)result->sends, (int)result->attempts, op->intent_written ? "true" : "false");
  cxd__buf_int(r, result->latency_us[CXD_LATENCY_TOTAL]);
  cxd__buf_char(r, ',');
  text(r, "request_id", result->request_id, 128);
  findings(r, result->report);
}
