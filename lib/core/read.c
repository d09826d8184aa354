/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/error.h"
#include "base/mem.h"
#include "core/op.h"

void cxd__read_begin(struct cxd__op *op, cxd__now now) {
  int list = op->job.kind == CXD__JOB_LIST;
  if (list)
    cxd__target_list(&op->core->options, op->job.cursor, &op->target);
  else
    cxd__target_campaign(&op->core->options, op->job.id, &op->target);
  if (op->target.failed)
    cxd__op_fail(op, now, NULL);
  else
    cxd__op_send(op, now, list ? CXD__CLASS_LIST : CXD__CLASS_GET);
}

static cxd_error *error_of(const struct cxd__op *op, cxd__now now, cxd_status status, const struct cxd__exchange *exchange) {
  struct cxd__buf what = {0};
  if (op->job.kind == CXD__JOB_LIST)
    cxd__buf_str(&what, "list of campaigns");
  else
    cxd__buf_fmt(&what, "campaign %s", op->job.id ? op->job.id : "?");
  cxd_error *error = cxd__verdict_error(status, what.failed ? "campaign" : what.data, exchange);
  if (error && error->retryable)
    error->retry_after_ms = cxd__retry_after_ms(exchange->retry_after, exchange->date, now.wall_ms);
  cxd__buf_free(&what);
  return error;
}

void cxd__read_answered(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange) {
  struct cxd__verdict verdict = cxd__verdict_of(op->kind, exchange);
  if (verdict.meaning == CXD__MEANS_DONE) {
    op->reply = exchange->body;
    exchange->body = (struct cxd__buf){0};
    op->etag = exchange->etag;
    exchange->etag = NULL;
  } else if ((verdict.meaning == CXD__MEANS_RETRY || verdict.meaning == CXD__MEANS_THROTTLED) && cxd__op_retry(op, now, &verdict, exchange))
    return;
  else
    op->error = error_of(op, now, verdict.status == CXD_OK ? CXD_E_PROTOCOL : verdict.status, exchange);
  cxd__op_done(op, now);
}
