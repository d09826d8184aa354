/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* One request of an operation on its way out: a slot of the quota, a token, the SEND. */
#include "base/error.h"
#include "core/op.h"

#define ATTEMPT_LEAST_US 1000000
#define JITTER_MOST_US 1000000 /* and a twentieth: see asked_pause() */

void cxd__op_release(struct cxd__op *op, cxd__now now, int32_t sends, int lost) {
  if (!op->ticket.granted)
    return;
  op->core->waits.own_changes = 1;
  cxd__shared_release(op->core->shared, &op->ticket, sends, lost, now);
}

void cxd__op_leave_queue(struct cxd__op *op) {
  if (!op->ticket.queued)
    return;
  op->core->waits.own_changes = 1;
  cxd__shared_leave_queue(op->core->shared, &op->ticket);
}

/* An attempt needs a second, or twice what the server takes; of a short deadline a quarter. A read-back is always tried. */
int64_t cxd__op_latest(const struct cxd__op *op) {
  if (op->kind == CXD__CLASS_TOKEN || op->stage == CXD__STAGE_READ_BACK)
    return op->deadline_mono_us;
  int64_t least = 2 * cxd__shared_latency_us(op->core->shared), most = op->core->options.deadline_us / 4;
  if (least < ATTEMPT_LEAST_US)
    least = ATTEMPT_LEAST_US;
  return op->deadline_mono_us - (least < most ? least : most);
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
  if (op->deadline_mono_us == INT64_MAX) /* one of many: now its time begins, with a slot and a token in hand; see wait_for_token() */
    op->deadline_mono_us = now.mono_us + op->core->options.deadline_us;
  action.request = (struct cxd__request){.kind = op->kind, .target = op->target.data, .timeout_us = patience(op, now), .fresh = op->fresh};
  if (op->trace.id[0]) {
    cxd__trace_span(&op->trace, &op->core->traces, op->traceparent);
    action.request.traceparent = op->traceparent;
  }
  action.request.before = op->before ? op->before->text.text : NULL;
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
    action.request.not_after_wall_ms = op->valid_until_ms;
  }
  op->tries++;
  op->wait = CXD__WAIT_EVENT;
  op->pushed_mono_us = now.mono_us;
  if (cxd__op_push(op, &action) != 0)
    cxd__op_fail(op, now, cxd__error_new(CXD_E_NOMEM, "out of memory"));
}

/* A SEND may have stood in the queue behind somebody's slow rule or disk: what was decided then is looked at again. */
int cxd__op_may_leave(struct cxd__op *op, cxd__now now, struct cxd__action *action) {
  if (!op->cancelled && now.mono_us == op->pushed_mono_us)
    return 1;
  op->tries--;
  if (op->cancelled)
    cxd__op_cancelled(op, now);
  else if (op->kind == CXD__CLASS_TOKEN && !cxd__fetch_lease(op, now, op->core->options.attempt_timeout_us))
    cxd__fetch_overtaken(op);
  else if (now.mono_us >= op->deadline_mono_us)
    cxd__op_expire(op, now);
  else if (op->kind != CXD__CLASS_PUT || !cxd__update_check_again(op, now)) {
    op->tries++;
    action->request.timeout_us = patience(op, now);
    return 1;
  }
  return 0;
}

void cxd__op_send_now(struct cxd__op *op, cxd__now now) {
  if (now.mono_us > cxd__op_latest(op) || now.mono_us >= op->deadline_mono_us)
    cxd__op_expire(op, now);
  else if (op->kind != CXD__CLASS_PUT || cxd__put_ready(op, now))
    push_send(op, now);
}

/* ---------------------------------------------------------------- why there is no slot */

static void no_time(struct cxd__op *op, cxd__now now, int64_t wait_us) {
  if (wait_us <= 0) { /* the quota would do, the time left for an attempt does not */
    cxd__op_fail(op, now, cxd__op_late(op));
    return;
  }
  cxd_error *error = cxd__error_new(CXD_E_RATE_LIMITED, "the quota, or the wait the server asked for, allows the next request in %lld ms, past the deadline (retry.deadline_ms): run it again then", (long long)(wait_us / 1000));
  if (error) {
    error->retryable = 1;
    error->retry_after_ms = wait_us / 1000;
  }
  cxd__op_fail(op, now, error);
}

/* One of many does not sleep on what the server asked for, and the next one does not either: whoever has them decides what to do meanwhile. */
static void gate_is_closed(struct cxd__op *op, cxd__now now, int64_t wait_us) {
  cxd_error *error = NULL;
  (void)cxd__fail_at(&error, CXD_E_RATE_LIMITED, "retry.max_retry_after_ms", "the server has asked for a pause of another %lld ms, longer than retry.max_retry_after_ms: run it again then", (long long)(wait_us / 1000));
  if (error) {
    error->retryable = 1;
    error->retry_after_ms = wait_us / 1000;
  }
  cxd__op_fail(op, now, error);
}

/* A gate stays closed for what was asked for and its jitter. Whoever has to know what became of a PUT waits for any. */
static int64_t gate_patience(const struct cxd__op *op) {
  int64_t most = op->core->options.max_retry_after_us;
  if (!op->job.queued || op->ambiguous || op->accepted || op->under_way)
    return 0;
  return most + most / 20 + JITTER_MOST_US;
}

/* -------------------------------------------------------------------------- the token */

/* A slot must not be held by somebody who only waits for a token. That wait has an end for one of many, too, whose time has not begun yet. */
static void wait_for_token(struct cxd__op *op, cxd__now now) {
  if (op->deadline_mono_us == INT64_MAX) {
    if (op->token_until_us == 0)
      op->token_until_us = now.mono_us + op->core->options.deadline_us;
    op->deadline_mono_us = op->token_until_us;
  }
  cxd__op_release(op, now, 0, 0);
  cxd__op_begin_wait(op, now, CXD__WAIT_TOKEN, INT64_MAX);
}

static void step_token(struct cxd__op *op, cxd__now now, const struct cxd__token_ask *ask, enum cxd__token_answer answer) {
  cxd__token_unref(op->token);
  cxd__token_unref(op->before);
  op->token = ask->token;
  op->before = ask->before;
  op->awaited = ask->awaited;
  switch (answer) {
  case CXD__TOKEN_READY: cxd__op_send_now(op, now); return;
  case CXD__TOKEN_REFUSED: cxd__op_fail(op, now, ask->error); return;
  case CXD__TOKEN_WAIT: wait_for_token(op, now); return;
  case CXD__TOKEN_LEAD:
    wait_for_token(op, now);
    cxd__fetch_begin(op, now, ask->forced ? CXD__FETCH_FORCED : CXD__FETCH_NEEDED);
    return;
  case CXD__TOKEN_READY_AND_LEAD:
    cxd__fetch_begin(op, now, CXD__FETCH_BACKGROUND);
    cxd__op_send_now(op, now);
    return;
  }
}

/* --------------------------------------------------------------------------- the slot */

static void step_slot(struct cxd__op *op, cxd__now now) {
  struct cxd__token_ask ask = {.core = op->core, .refused_generation = op->refused_generation, .awaited = op->awaited};
  enum cxd__token_answer answer = CXD__TOKEN_WAIT;
  int64_t when;
  if (!op->ticket.queued)
    op->ticket.turn = op->stage == CXD__STAGE_READ_BACK ? CXD__TURN_READ_BACK : op->kind == CXD__CLASS_PUT || op->tries ? CXD__TURN_PUT : CXD__TURN_NEW;
  op->ticket.gate_us = gate_patience(op);
  switch (cxd__shared_admit(op->core->shared, &op->ticket, now, cxd__op_latest(op), &when, &ask, &answer)) {
  case CXD__GRANT_YES:
    op->core->waits.own_changes = 1;
    cxd__op_end_wait(op, now);
    step_token(op, now, &ask, answer);
    return;
  case CXD__GRANT_FULL: cxd__op_fail(op, now, cxd__error_new(CXD_E_RATE_LIMITED, "%d requests wait for the quota already: run it again later", CXD__LIMITER_QUEUE_MAX)); return;
  case CXD__GRANT_CLOSED: gate_is_closed(op, now, when - now.mono_us); return;
  case CXD__GRANT_LATE: no_time(op, now, when - now.mono_us); return;
  case CXD__GRANT_WAIT:
    if (when != INT64_MAX && when >= op->deadline_mono_us)
      no_time(op, now, when - now.mono_us);
    else
      cxd__op_begin_wait(op, now, CXD__WAIT_SLOT, when);
  }
}

/* --------------------------------------------------------------------------- together */

void cxd__op_resend(struct cxd__op *op, cxd__now now) {
  if (op->token_until_us && op->wait == CXD__WAIT_TOKEN && op->deadline_mono_us == op->token_until_us)
    op->deadline_mono_us = INT64_MAX; /* the queue for a slot is not part of that wait */
  if (op->kind == CXD__CLASS_TOKEN)
    cxd__fetch_send(op, now);
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
