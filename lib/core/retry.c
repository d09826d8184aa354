/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* When, and whether, the same request is sent again. */
#include "core/op.h"

/* Full jitter over an exponential cap: U(0, min(cap, base * 2^k)). */
static int64_t backoff(struct cxd__op *op) {
  const struct cxd__core_options *o = &op->core->options;
  int64_t ceiling = o->base_us;
  for (int32_t k = 1; k < op->tries && ceiling < o->cap_us; k++)
    ceiling *= 2;
  if (ceiling > o->cap_us)
    ceiling = o->cap_us;
  return (int64_t)(cxd__core_random(op->core) * (double)ceiling);
}

/* Without a Retry-After: U(1/2, 1) of min(60 s, 5 s * 2^k); a second or two would never outlast the server's window. */
static int64_t throttle_pause(struct cxd__op *op) {
  int64_t ceiling = 5000000;
  for (int32_t k = 0; k < op->throttled && ceiling < 60000000; k++)
    ceiling *= 2;
  if (ceiling > 60000000)
    ceiling = 60000000;
  return (int64_t)((0.5 + 0.5 * cxd__core_random(op->core)) * (double)ceiling);
}

static int64_t asked_pause(struct cxd__op *op, int64_t retry_after_ms) {
  if (retry_after_ms <= 0)
    return throttle_pause(op);
  if (retry_after_ms > INT64_MAX / 2000)
    return 3600000000; /* beyond reason: the gate stays closed for an hour, then one probe */
  int64_t us = retry_after_ms * 1000;
  return us + (int64_t)(cxd__core_random(op->core) * (1000000.0 + 0.05 * (double)us)); /* later, never earlier */
}

/* -1: the server asks for more than this operation may wait. */
static int64_t pause_of(struct cxd__op *op, cxd__now now, const struct cxd__verdict *verdict, const struct cxd__exchange *exchange) {
  if (verdict->meaning != CXD__MEANS_THROTTLED)
    return backoff(op);
  int64_t asked = cxd__retry_after_ms(exchange->retry_after, exchange->date, now.wall_ms);
  int64_t pause = asked_pause(op, asked);
  op->throttled++;
  op->pause_us = pause;
  if (op->kind != CXD__CLASS_TOKEN) /* everybody on this client waits; at most an hour, then one probes */
    cxd__shared_close_gate(op->core->shared, now.mono_us + (pause < 3600000000 ? pause : 3600000000));
  return asked > op->core->options.max_retry_after_us / 1000 ? -1 : pause;
}

void cxd__op_pause(struct cxd__op *op, cxd__now now, int64_t pause_us) { cxd__op_begin_wait(op, now, CXD__WAIT_TIMER, now.mono_us + pause_us); }

int cxd__op_poll(struct cxd__op *op, cxd__now now) {
  int64_t pause = backoff(op) + op->core->options.base_us;
  if (now.mono_us + pause >= op->deadline_mono_us)
    return 0;
  cxd__op_pause(op, now, pause);
  return 1;
}

int cxd__op_retry(struct cxd__op *op, cxd__now now, const struct cxd__verdict *verdict, const struct cxd__exchange *exchange) {
  int64_t pause = pause_of(op, now, verdict, exchange);
  int64_t cost = verdict->meaning == CXD__MEANS_THROTTLED ? CXD__COST_THROTTLED : CXD__COST_TRANSIENT;
  if (exchange->http_status == 421 && op->misdirected++) /* another connection helps at once or not at all */
    return 0;
  if (op->tries >= op->core->options.max_attempts || pause < 0 || now.mono_us + pause >= op->deadline_mono_us || !cxd__shared_spend(op->core->shared, cost))
    return 0;
  op->spent += cost;
  cxd__op_pause(op, now, pause);
  return 1;
}
