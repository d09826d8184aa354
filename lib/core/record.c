/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/digest.h"
#include "base/utf8.h"
#include "core/op.h"

#define FINDINGS_MAX 20
#define V1_MOST 1024
#define RECORD_FULL 12288 /* the log takes 16 KiB with what it adds itself */

void cxd__record_text(struct cxd__buf *r, const char *name, const char *value, size_t most) {
  cxd__buf_fmt(r, ",\"%s\":", name);
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

/* Whose record it is: the same in all records of an update, also in one that another process writes. */
struct head {
  const char *op, *actor;
  int replace;
  int32_t round;
};

static void begin(struct cxd__op *op, const char *kind, const struct head *head) {
  struct cxd__buf *r = &op->record;
  cxd__buf_reset(r);
  cxd__buf_fmt(r, "\"k\":\"%s\",\"op\":", kind);
  cxd__buf_json_str(r, head->op);
  cxd__record_text(r, "campaign", cxd__op_campaign(op), 128);
  if (head->actor)
    cxd__record_text(r, "actor", head->actor, 256);
  cxd__buf_fmt(r, ",\"mode\":\"%s\",\"round\":%d", head->replace ? "replace" : "merge", (int)head->round);
}

static struct head own_head(const struct cxd__op *op) { return (struct head){op->uuid, op->job.actor, op->job.replace, op->round}; }

static void digest(struct cxd__buf *r, const char *name, const cxd_campaign *campaign) {
  char hex[65];
  if (!campaign)
    return;
  cxd__sha256_hex(campaign->root.p, campaign->root.len, hex);
  cxd__buf_fmt(r, ",\"%s\":\"%s\"", name, hex);
}

void cxd__record_intent(struct cxd__op *op) {
  struct cxd__buf *r = &op->record;
  struct head head = own_head(op);
  begin(op, "intent", &head);
  if (op->job.rollback_of)
    cxd__buf_fmt(r, ",\"rollback_of\":%lld", (long long)op->job.rollback_of);
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
  cxd__buf_fmt(r, ",\"attempt_ms\":%lld", (long long)((op->core->options.attempt_timeout_us + 999) / 1000));
  if (op->trace.id[0])
    cxd__buf_fmt(r, ",\"trace_id\":\"%s\"", op->trace.id);
  cxd__buf_str(r, ",\"basis\":");
  cxd__buf_str(r, op->basis ? op->basis : "null");
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
    cxd__record_text(r, "pointer", cxd_report_pointer(report, i), 256);
    cxd__buf_char(r, '}');
  }
  cxd__buf_char(r, ']');
  if (count > i)
    cxd__buf_fmt(r, ",\"findings_total\":%zu", count);
}

/* What both kinds of outcome have, in the order of docs/audit.md. */
static void outcome(struct cxd__op *op, cxd_status status, int intent, const char *v1) {
  struct cxd__buf *r = &op->record;
  const cxd_result *result = op->result;
  cxd__buf_fmt(r, ",\"outcome\":\"%s\",\"status\":\"%s\",\"http_status\":%d,\"sends\":%d,\"attempts\":%d,\"intent\":%s,\"latency_us\":", cxd__outcome_name(result->outcome), cxd_status_name(status), (int)result->http_status,
               (int)result->sends, (int)result->attempts, intent ? "true" : "false");
  cxd__buf_int(r, result->latency_us[CXD_LATENCY_TOTAL]);
  cxd__record_text(r, "request_id", result->request_id, 128);
  cxd__buf_str(r, ",\"v1\":");
  cxd__buf_str(r, v1 && strlen(v1) <= V1_MOST ? v1 : "null");
}

/* When it is not known what became of the last PUT, what was seen before it may be over by now. */
void cxd__record_outcome(struct cxd__op *op) {
  struct head head = own_head(op);
  begin(op, "outcome", &head);
  outcome(op, op->result->status, op->intent_written, op->result->outcome == CXD_OUTCOME_UNKNOWN ? NULL : op->v1);
  findings(&op->record, op->result->report);
}

/* How the update that was broken off ended, as its own process would have put it. */
static cxd_status recovered_status(int32_t outcome) {
  switch (outcome) {
  case CXD_OUTCOME_APPLIED_READBACK: return CXD_OK;
  case CXD_OUTCOME_NOT_APPLIED: return CXD_E_CANCELLED;
  case CXD_OUTCOME_CONFLICT: return CXD_E_CONFLICT;
  default: return CXD_E_UNKNOWN_OUTCOME;
  }
}

void cxd__record_recovered(struct cxd__op *op) {
  const struct cxd__intent *intent = &op->intent;
  struct head head = {intent->op, intent->actor, intent->replace, intent->round};
  begin(op, "outcome", &head);
  outcome(op, recovered_status(op->result->outcome), 1, op->v1);
  cxd__buf_fmt(&op->record, ",\"recovered\":true,\"intent_seq\":%lld", (long long)intent->seq);
  cxd__record_text(&op->record, "intent_w", intent->writer, 256);
}
