/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

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

void cxd__read_answered(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange) {
  struct cxd__verdict verdict = cxd__verdict_of(op->kind, exchange);
  if (verdict.meaning == CXD__MEANS_DONE) {
    op->answered = 1;
    op->reply = exchange->body;
    exchange->body = (struct cxd__buf){0};
    op->etag = exchange->etag;
    exchange->etag = NULL;
  } else if ((verdict.meaning == CXD__MEANS_RETRY || verdict.meaning == CXD__MEANS_THROTTLED) && cxd__op_retry(op, now, &verdict, exchange))
    return;
  else
    op->error = cxd__op_error(op, now, verdict.status, exchange);
  cxd__op_done(op, now);
}
