/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* One request of an operation on its way out: a slot of the quota, a token, the SEND. */
#include "base/error.h"
#include "core/op.h"

void cxd__op_end_wait(struct cxd__op *op, cxd__now now) {
  static const int part[] = {[CXD__WAIT_SLOT] = CXD_LATENCY_RATE_WAIT, [CXD__WAIT_TOKEN] = CXD_LATENCY_TOKEN, [CXD__WAIT_TIMER] = CXD_LATENCY_BACKOFF};
  if (op->result && op->wait != CXD__WAIT_NOTHING && op->wait != CXD__WAIT_EVENT)
    op->result->latency_us[part[op->wait]] += now.mono_us - op->wait_began_us;
  op->wait = CXD__WAIT_NOTHING;
  op->due_mono_us = INT64_MAX;
}

void cxd__op_begin_wait(struct cxd__op *op, cxd__now now, enum cxd__wait wait, int64_t due) {
  if (op->wait != wait) {
    cxd__op_end_wait(op, now);
    op->wait_began_us = now.mono_us;
  }
  op->wait = wait;
  op->due_mono_us = due;
}

void cxd__op_give_slot_back(struct cxd__op *op, cxd__now now, int32_t sends, int lost) {
  if (op->slot >= 0)
    cxd__shared_release(op->core->shared, op->slot, sends, lost, now);
  op->slot = -1;
}

static int64_t patience(const struct cxd__op *op, cxd__now now) {
  int64_t left = op->deadline_mono_us - now.mono_us;
  int64_t most = op->core->options.attempt_timeout_us;
  if (op->kind == CXD__CLASS_PUT)
    left = left / 2 + 1; /* time to read back */
  return most < left ? most : left;
}

static void push_send(struct cxd__op *op, cxd__now now) {
  struct cxd__action action = {.kind = CXD__ACT_SEND};
  action.request = (struct cxd__request){.kind = op->kind, .target = op->target.data, .timeout_us = patience(op, now)};
  if (op->kind == CXD__CLASS_TOKEN) {
    action.request.basic = op->basic.len ? op->basic.data : NULL;
    action.request.body = op->body.data;
    action.request.body_len = op->body.len;
  } else
    action.request.bearer = op->token->text.text;
  if (op->kind == CXD__CLASS_PUT) {
    action.request.body = op->merged->root.p;
    action.request.body_len = op->merged->root.len;
    action.request.if_match = op->job.replace ? NULL : op->server->etag;
  }
  op->tries++;
  op->wait = CXD__WAIT_EVENT;
  if (cxd__op_push(op, &action) != 0)
    cxd__op_fail(op, now, cxd__error_new(CXD_E_NOMEM, "out of memory"));
}

void cxd__op_send_now(struct cxd__op *op, cxd__now now) {
  if (now.mono_us >= op->deadline_mono_us)
    cxd__op_expire(op, now);
  else if (op->kind != CXD__CLASS_PUT || !cxd__update_check_again(op, now))
    push_send(op, now);
}

static void no_time(struct cxd__op *op, cxd__now now, int64_t wait_us) {
  cxd_error *error = cxd__error_new(CXD_E_RATE_LIMITED, "the quota allows the next request in %lld ms, past the deadline (retry.deadline_ms): run it again then", (long long)(wait_us / 1000));
  if (error) {
    error->retryable = 1;
    error->retry_after_ms = wait_us / 1000;
  }
  cxd__op_fail(op, now, error);
}

static void step_token(struct cxd__op *op, cxd__now now);

static void step_slot(struct cxd__op *op, cxd__now now) {
  int64_t when;
  switch (cxd__shared_take(op->core->shared, &op->ticket, now, &op->slot, &when)) {
  case CXD__GRANT_YES:
    cxd__op_end_wait(op, now);
    step_token(op, now);
    return;
  case CXD__GRANT_FULL: cxd__op_fail(op, now, cxd__error_new(CXD_E_RATE_LIMITED, "%d requests wait for the quota already: run it again later", CXD__LIMITER_QUEUE_MAX)); return;
  case CXD__GRANT_WAIT:
    if (when != INT64_MAX && when >= op->deadline_mono_us)
      no_time(op, now, when - now.mono_us);
    else
      cxd__op_begin_wait(op, now, CXD__WAIT_SLOT, when);
  }
}

static void wait_for_token(struct cxd__op *op, cxd__now now) {
  /* A queued slot must not be held by somebody who only waits for a token. */
  cxd__op_give_slot_back(op, now, 0, 0);
  cxd__op_begin_wait(op, now, CXD__WAIT_TOKEN, INT64_MAX);
}

static void step_token(struct cxd__op *op, cxd__now now) {
  struct cxd__core *core = op->core;
  cxd_error *refusal = NULL;
  cxd__token_unref(op->token);
  op->token = NULL;
  switch (cxd__shared_token(core->shared, core, now, op->refused_generation, &op->awaited, &op->token, &refusal)) {
  case CXD__TOKEN_READY: cxd__op_send_now(op, now); return;
  case CXD__TOKEN_REFUSED: cxd__op_fail(op, now, refusal); return;
  case CXD__TOKEN_LEAD:
    wait_for_token(op, now);
    cxd__fetch_begin(op, now, op->refused_generation != 0);
    return;
  case CXD__TOKEN_WAIT: wait_for_token(op, now); return;
  }
}

void cxd__op_resend(struct cxd__op *op, cxd__now now) {
  if (op->kind == CXD__CLASS_TOKEN)
    cxd__op_send_now(op, now);
  else
    step_slot(op, now);
}

void cxd__op_send(struct cxd__op *op, cxd__now now, enum cxd__class kind) {
  op->kind = kind;
  op->tries = 0;
  cxd__op_resend(op, now);
}

void cxd__op_expire(struct cxd__op *op, cxd__now now) {
  if (op->wait != CXD__WAIT_SLOT) {
    cxd__op_fail(op, now, cxd__op_late(op));
    return;
  }
  cxd_error *error = NULL;
  (void)cxd__fail_at(&error, CXD_E_RATE_LIMITED, "retry.deadline_ms", "the quota did not allow a request before the deadline: run it again later, or raise retry.deadline_ms");
  if (error)
    error->retryable = 1;
  cxd__op_fail(op, now, error);
}
