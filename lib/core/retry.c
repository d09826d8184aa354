/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* When, and whether, the same request is sent again, and what an answer means for everybody else's requests. */
#include "core/op.h"

#define GATE_MOST_US INT64_C(3600000000)

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

/* Without a word from the server: U(1/2, 1) of min(60 s, 5 s * 2^k), and not before our own window has room; a second or
   two would never outlast the server's window. */
static int64_t throttle_pause(struct cxd__op *op, cxd__now now) {
  int64_t ceiling = 5000000;
  for (int32_t k = 0; k < op->throttled && ceiling < 60000000; k++)
    ceiling *= 2;
  if (ceiling > 60000000)
    ceiling = 60000000;
  int64_t pause = (int64_t)((0.5 + 0.5 * cxd__core_random(op->core)) * (double)ceiling);
  int64_t own = op->kind == CXD__CLASS_TOKEN ? 0 : cxd__shared_own_wait(op->core->shared, now.mono_us);
  return pause > own ? pause : own;
}

static int64_t asked_pause(struct cxd__op *op, cxd__now now) {
  if (op->asked_ms <= 0)
    return throttle_pause(op, now);
  if (op->asked_ms > INT64_MAX / 2000)
    return GATE_MOST_US; /* beyond reason */
  int64_t us = op->asked_ms * 1000;
  return us + (int64_t)(cxd__core_random(op->core) * (1000000.0 + 0.05 * (double)us)); /* later, never earlier */
}

/* 423 and 425 are about one campaign; 429 and 503 about all of them. The gate stays closed for an hour at most, then one
   request finds out. */
static void close_gate(struct cxd__op *op, cxd__now now, int32_t http) {
  int64_t until = now.mono_us + (op->pause_us < GATE_MOST_US ? op->pause_us : GATE_MOST_US);
  if (op->kind != CXD__CLASS_TOKEN && (http == 429 || http == 503))
    cxd__shared_close_gate(op->core->shared, op->core, http == 429 ? CXD__GATE_THROTTLED : CXD__GATE_REFUSED, now.mono_us, until, op->asked_ms > 0);
}

/* Nothing left of the quota, says an answer that was none the worse for it: nobody has to be told by a 429. */
static void hold(struct cxd__op *op, cxd__now now, int64_t wait_ms) {
  int64_t most = op->core->options.max_retry_after_us;
  int64_t wait = wait_ms * 1000 < most ? wait_ms * 1000 : most;
  if (op->kind != CXD__CLASS_TOKEN)
    cxd__shared_close_gate(op->core->shared, op->core, CXD__GATE_HOLD, now.mono_us, now.mono_us + wait, 1);
}

void cxd__op_heed(struct cxd__op *op, cxd__now now, const struct cxd__verdict *verdict, const struct cxd__exchange *exchange) {
  int64_t nothing_left = exchange->way == CXD__WAY_ANSWER ? cxd__rate_limit_wait_ms(exchange->rate_limit) : -1;
  op->fresh = exchange->way == CXD__WAY_TIMEOUT || exchange->http_status == 408 || exchange->http_status == 421;
  op->asked_ms = cxd__retry_after_ms(exchange->retry_after, exchange->date, now.wall_ms); /* takes precedence over RateLimit */
  if (verdict->meaning == CXD__MEANS_THROTTLED) {
    if (op->asked_ms < 0)
      op->asked_ms = nothing_left;
    op->pause_us = asked_pause(op, now);
    op->throttled++;
    close_gate(op, now, exchange->http_status);
    if (exchange->http_status == 429)
      cxd__say_limited(op);
  } else if (nothing_left > 0)
    hold(op, now, nothing_left);
}

void cxd__op_pause(struct cxd__op *op, cxd__now now, int64_t pause_us) {
  if (op->stage == CXD__STAGE_TOKEN)
    (void)cxd__fetch_lease(op, now, pause_us);
  cxd__op_begin_wait(op, now, CXD__WAIT_TIMER, now.mono_us + pause_us);
}

int cxd__op_poll(struct cxd__op *op, cxd__now now) {
  int64_t pause = backoff(op) + op->core->options.base_us;
  if (now.mono_us + pause >= op->deadline_mono_us)
    return 0;
  cxd__op_pause(op, now, pause);
  return 1;
}

/* No wait after the last try, and none that the deadline would cut short. */
static int there_is_time(const struct cxd__op *op, cxd__now now, int64_t pause) {
  return pause < op->deadline_mono_us - now.mono_us && now.mono_us + pause <= cxd__op_latest(op);
}

int cxd__op_retry(struct cxd__op *op, cxd__now now, const struct cxd__verdict *verdict, const struct cxd__exchange *exchange) {
  int throttled = verdict->meaning == CXD__MEANS_THROTTLED;
  int64_t pause = throttled ? op->pause_us : backoff(op);
  int64_t cost = throttled ? CXD__COST_THROTTLED : CXD__COST_TRANSIENT;
  if (exchange->http_status == 421 && op->misdirected++) /* another connection helps at once or not at all */
    return 0;
  if (throttled && op->asked_ms > op->core->options.max_retry_after_us / 1000)
    return 0;
  if (op->stage == CXD__STAGE_READ_BACK) {
    /* A doubt is worth more than an attempt: twice as many, and not from the budget (a look is no load on a server that is down). */
    if (op->tries >= 2 * op->core->options.max_attempts || !there_is_time(op, now, pause))
      return 0;
  } else if (op->tries >= op->core->options.max_attempts || !there_is_time(op, now, pause) || !cxd__shared_spend(op->core->shared, cost))
    return 0;
  else
    op->spent += cost;
  cxd__shared_count_retry(op->core->shared, exchange);
  cxd__say_retry(op, exchange, pause);
  cxd__op_pause(op, now, pause);
  return 1;
}
