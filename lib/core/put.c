/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "core/op.h"
#include "json/pointer.h"

#define ROUNDS_MAX 3
#define ROUND_PAUSE_US 100000

void cxd__put_begin(struct cxd__op *op, cxd__now now) {
  struct cxd__action action = {.kind = CXD__ACT_APPEND, .reserve = 1};
  op->put_tries = 0;
  if (op->job.audit == CXD__AUDIT_OFF) {
    op->stage = CXD__STAGE_PUT;
    cxd__op_send(op, now, CXD__CLASS_PUT);
    return;
  }
  cxd__record_intent(op);
  if (op->record.failed) {
    cxd__op_fail(op, now, NULL);
    return;
  }
  action.record = op->record.data;
  action.record_len = op->record.len;
  op->stage = CXD__STAGE_INTENT;
  op->wait = CXD__WAIT_EVENT;
  (void)cxd__op_push(op, &action);
}

static cxd_error *put_error(struct cxd__op *op, cxd__now now, cxd_status status, const struct cxd__exchange *exchange) {
  struct cxd__buf what = {0};
  cxd__buf_fmt(&what, "update of campaign %s", cxd_campaign_id(op->job.change));
  cxd_error *error = cxd__verdict_error(status, what.failed ? "update" : what.data, exchange);
  if (error && error->retryable)
    error->retry_after_ms = cxd__retry_after_ms(exchange->retry_after, exchange->date, now.wall_ms);
  cxd__buf_free(&what);
  return error;
}

void cxd__put_doubtful(struct cxd__op *op, cxd__now now) {
  const char *why = op->put_error ? cxd_error_message(op->put_error) : "the server accepted it without finishing it";
  cxd_error *error = cxd__error_new(CXD_E_UNKNOWN_OUTCOME, "campaign %s may or may not have been changed (%s), and it could not be read back: read it before anything else", cxd_campaign_id(op->job.change), why);
  if (error && op->put_error)
    error->http_status = op->put_error->http_status;
  cxd__update_finish(op, now, CXD_OUTCOME_UNKNOWN, error);
}

static void read_back(struct cxd__op *op, cxd__now now) {
  op->stage = CXD__STAGE_READ_BACK;
  cxd__op_send(op, now, CXD__CLASS_GET);
}

/* 422 and 400 are shown beside the validator's own findings. */
static void add_finding(struct cxd__op *op, const cxd_error *error) {
  struct cxd__buf code = {0};
  if (!op->result->report || !error)
    return;
  cxd__buf_fmt(&code, "server.%d", (int)error->http_status);
  if (!code.failed)
    (void)cxd_report_add(op->result->report, CXD_SEVERITY_ERROR, code.data, cxd_error_field(error), cxd_error_message(error));
  cxd__buf_free(&code);
}

static void refused(struct cxd__op *op, cxd__now now, cxd_status status, const struct cxd__exchange *exchange) {
  cxd_error *error = put_error(op, now, status == CXD_OK ? CXD_E_PROTOCOL : status, exchange);
  if (status == CXD_E_REJECTED)
    add_finding(op, error);
  cxd__update_finish(op, now, status == CXD_E_REJECTED ? CXD_OUTCOME_REJECTED : CXD_OUTCOME_NOT_APPLIED, error);
}

static void new_round(struct cxd__op *op, cxd__now now) {
  int64_t ceiling = (int64_t)ROUND_PAUSE_US << op->round;
  op->stage = CXD__STAGE_GET;
  op->kind = CXD__CLASS_GET;
  op->tries = 0;
  cxd__op_pause(op, now, (int64_t)(cxd__core_random(op->core) * (double)ceiling));
}

/* Three rounds; then one more look, to say what the others wrote. */
static void conflicted(struct cxd__op *op, cxd__now now, const struct cxd__exchange *exchange) {
  if (op->job.replace) {
    cxd__update_finish(op, now, CXD_OUTCOME_CONFLICT, put_error(op, now, CXD_E_CONFLICT, exchange));
    return;
  }
  op->last_look = op->round >= ROUNDS_MAX;
  cxd_error_free(op->put_error);
  op->put_error = put_error(op, now, CXD_E_CONFLICT, exchange);
  new_round(op, now);
}

static void became_doubtful(struct cxd__op *op, cxd__now now, const struct cxd__verdict *verdict, const struct cxd__exchange *exchange) {
  op->ambiguous = 1;
  cxd_error_free(op->put_error);
  op->put_error = put_error(op, now, verdict->status, exchange);
  if (!op->job.replace)
    read_back(op, now);
  else if (!cxd__op_retry(op, now, verdict, exchange)) /* the same whole document again: PUT is idempotent */
    cxd__put_doubtful(op, now);
}

static void aborted(struct cxd__op *op, cxd__now now, const struct cxd__exchange *exchange) {
  if (exchange->sends)
    op->ambiguous = 1;
  cxd__update_cancelled(op, now);
}

void cxd__put_answered(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange) {
  struct cxd__verdict verdict = cxd__verdict_of(CXD__CLASS_PUT, exchange);
  op->put_tries = op->tries;
  if (op->cancelled && verdict.meaning != CXD__MEANS_DONE && verdict.meaning != CXD__MEANS_FINAL) {
    aborted(op, now, exchange);
    return;
  }
  switch (verdict.meaning) {
  case CXD__MEANS_DONE:
    op->accepted = op->job.verify_always && !op->cancelled;
    if (op->accepted)
      read_back(op, now);
    else
      cxd__update_finish(op, now, CXD_OUTCOME_APPLIED, NULL);
    return;
  case CXD__MEANS_ACCEPTED:
    op->accepted = 1;
    read_back(op, now);
    return;
  case CXD__MEANS_AMBIGUOUS: became_doubtful(op, now, &verdict, exchange); return;
  default: break;
  }
  if (op->ambiguous) /* replace only: an earlier copy may have been applied, whatever this answer says */
    cxd__put_doubtful(op, now);
  else if (verdict.meaning == CXD__MEANS_CONFLICT)
    conflicted(op, now, exchange);
  else if ((verdict.meaning != CXD__MEANS_RETRY && verdict.meaning != CXD__MEANS_THROTTLED) || !cxd__op_retry(op, now, &verdict, exchange))
    refused(op, now, verdict.status, exchange);
}

/* ---------------------------------------------------------------- reading back */

enum was { WAS_SAME, WAS_CHANGED, WAS_NOT_SAID };

static enum was validator_was(const struct cxd__op *op, const cxd_campaign *now) {
  if (op->job.replace || !op->server)
    return WAS_NOT_SAID;
  if (op->server->etag && now->etag)
    return strcmp(op->server->etag, now->etag) == 0 ? WAS_SAME : WAS_CHANGED;
  struct cxd__slice version = cxd__json_find(now->root, CXD_FIELD_VERSION);
  if (!op->v0 || !version.p)
    return WAS_NOT_SAID;
  return cxd__json_equal((struct cxd__slice){op->v0, strlen(op->v0)}, version) ? WAS_SAME : WAS_CHANGED;
}

/* Proven not applied: the same PUT with the same condition again; a late first copy and this one cannot both win. */
static void send_again(struct cxd__op *op, cxd__now now) {
  struct cxd__verdict verdict = {CXD__MEANS_RETRY, CXD_E_CONNECT};
  struct cxd__exchange nothing = {0};
  op->ambiguous = 0;
  op->stage = CXD__STAGE_PUT;
  op->kind = CXD__CLASS_PUT;
  op->tries = op->put_tries;
  if (cxd__op_retry(op, now, &verdict, &nothing))
    return;
  cxd_error *error = op->put_error;
  op->put_error = NULL;
  cxd__update_finish(op, now, CXD_OUTCOME_NOT_APPLIED, error);
}

/* 202, or a 200 that is to be confirmed: the server may still be at it. */
static void poll_again(struct cxd__op *op, cxd__now now) {
  struct cxd__verdict verdict = {CXD__MEANS_RETRY, CXD_E_TIMEOUT};
  struct cxd__exchange nothing = {0};
  if (!cxd__op_retry(op, now, &verdict, &nothing))
    cxd__put_doubtful(op, now);
}

static void somebody_else(struct cxd__op *op, cxd__now now, const cxd_campaign *found) {
  struct cxd__buf text = {0};
  cxd__conflict_write(&op->edits, op->server->root, found->root, &text);
  op->result->conflict = cxd__buf_take(&text);
  cxd__update_finish(op, now, CXD_OUTCOME_CONFLICT,
                     cxd__error_new(CXD_E_CONFLICT, "campaign %s: the answer to the update was lost and the campaign then was neither as before nor as sent: somebody else changed it; read it again and decide", cxd_campaign_id(op->job.change)));
}

static void judge(struct cxd__op *op, cxd__now now, const cxd_campaign *found) {
  enum was was = validator_was(op, found);
  int as_sent = cxd__edits_hold(&op->edits, found->root);
  if (as_sent && (was != WAS_SAME || op->accepted))
    cxd__update_finish(op, now, CXD_OUTCOME_APPLIED_READBACK, NULL);
  else if (op->accepted)
    poll_again(op, now);
  else if (was == WAS_SAME || (was == WAS_NOT_SAID && !cxd__conflict_since(&op->edits, op->server->root, found->root)))
    send_again(op, now);
  else
    somebody_else(op, now, found);
}

void cxd__put_read_back(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange) {
  struct cxd__verdict verdict = cxd__verdict_of(CXD__CLASS_GET, exchange);
  cxd_campaign *found = NULL;
  if (verdict.meaning == CXD__MEANS_DONE && cxd__campaign_read(exchange->body.data ? exchange->body.data : "", exchange->body.len, exchange->etag, &found, NULL) == CXD_OK)
    judge(op, now, found);
  else if ((verdict.meaning != CXD__MEANS_RETRY && verdict.meaning != CXD__MEANS_THROTTLED) || !cxd__op_retry(op, now, &verdict, exchange))
    cxd__put_doubtful(op, now);
  cxd_campaign_free(found);
}
