/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/limiter.h"

#define LOST_MARGIN_US 2000000
#define PROBE_US 11000000
#define TURN_US 1000000
#define LOOK_US 5000000

int cxd__limiter_init(struct cxd__limiter *limiter, size_t limit, int64_t window_us, int64_t margin_us) {
  *limiter = (struct cxd__limiter){.window_us = window_us, .margin_us = margin_us, .off = limit == 0};
  cxd__adapt_init(&limiter->adapt, limit, window_us);
  cxd__pace_init(&limiter->pace, (int64_t)limit, window_us);
  return cxd__slots_init(&limiter->slots, limit);
}

void cxd__limiter_free(struct cxd__limiter *limiter) { cxd__slots_free(&limiter->slots); }

/* ----------------------------------------------------------------------- the queue */

struct cxd__ticket *cxd__limiter_head(const struct cxd__limiter *limiter) { return cxd__queue_head(&limiter->queue); }

size_t cxd__limiter_waiting(const struct cxd__limiter *limiter) { return limiter->queue.length; }

void cxd__limiter_leave(struct cxd__limiter *limiter, struct cxd__ticket *ticket) {
  if (!ticket->queued)
    return;
  if (cxd__limiter_head(limiter) == ticket)
    limiter->ready_since = 0;
  cxd__queue_remove(&limiter->queue, ticket);
}

/* -------------------------------------------------------------------- slots and gate */

size_t cxd__limiter_limit(struct cxd__limiter *limiter, int64_t mono_us) { return limiter->off ? 0 : cxd__adapt_limit(&limiter->adapt, mono_us); }

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }

int64_t cxd__limiter_pace(struct cxd__limiter *limiter, int64_t mono_us) {
  return limiter->off ? 0 : cxd__pace_interval(&limiter->pace, (int64_t)cxd__adapt_limit(&limiter->adapt, mono_us), mono_us);
}

static int64_t pace_at(struct cxd__limiter *limiter, size_t before, int64_t mono_us) {
  return cxd__pace_at(&limiter->pace, (int64_t)cxd__adapt_limit(&limiter->adapt, mono_us), (int64_t)before, mono_us);
}

/* When there is a slot for somebody with so many before him; a slot under way is taken to end now. */
static int64_t slot_at(struct cxd__limiter *limiter, size_t before, int64_t mono_us) {
  size_t used = cxd__slots_used(&limiter->slots, mono_us) + before + 1, limit = cxd__adapt_limit(&limiter->adapt, mono_us);
  if (used <= limit)
    return mono_us;
  return cxd__slots_free_at(&limiter->slots, used - limit, mono_us, limiter->window_us + limiter->margin_us);
}

/* The same, at the pace that is kept. */
static int64_t expected_at(struct cxd__limiter *limiter, size_t before, int64_t mono_us) {
  return limiter->off ? mono_us : later(slot_at(limiter, before, mono_us), pace_at(limiter, before, mono_us));
}

int64_t cxd__limiter_own_wait(struct cxd__limiter *limiter, int64_t mono_us) { return expected_at(limiter, 0, mono_us) - mono_us; }

/* When the head of the queue should try: now, at a time, or when a slot under way is released. */
static int64_t turn_at(struct cxd__limiter *limiter, int64_t mono_us) {
  if (limiter->gate_until > mono_us)
    return limiter->gate_until;
  if (limiter->probe_first && limiter->probe && mono_us < limiter->probe_until)
    return limiter->probe_until;
  if (limiter->off)
    return mono_us;
  if (cxd__slots_used(&limiter->slots, mono_us) < cxd__adapt_limit(&limiter->adapt, mono_us))
    return later(pace_at(limiter, 0, mono_us), cxd__pace_start_at(&limiter->pace, (int64_t)limiter->slots.held, mono_us));
  int64_t grows = cxd__adapt_due(&limiter->adapt);
  return limiter->slots.count && limiter->slots.cooling[0] < grows ? limiter->slots.cooling[0] : grows;
}

static enum cxd__grant grant(struct cxd__limiter *limiter, struct cxd__ticket *ticket, int64_t mono_us) {
  cxd__queue_took_turn(&limiter->queue, ticket);
  cxd__limiter_leave(limiter, ticket);
  limiter->ready_since = 0;
  ticket->granted = 1;
  ticket->probe = limiter->probe_first;
  if (ticket->probe) {
    limiter->probe = ticket;
    limiter->probe_until = mono_us + PROBE_US;
  }
  if (!limiter->off) {
    cxd__slots_take(&limiter->slots);
    cxd__pace_went(&limiter->pace, (int64_t)cxd__adapt_limit(&limiter->adapt, mono_us), mono_us);
  }
  return CXD__GRANT_YES;
}

/* Usually whoever goes before it wakes a ticket; when that one's engine sleeps for good, it has to look for itself. */
static int64_t look_again_at(const struct cxd__limiter *limiter, int64_t turn, int64_t mono_us) {
  if (limiter->ready_since)
    return limiter->ready_since + TURN_US;
  return turn == INT64_MAX ? mono_us + LOOK_US : turn + TURN_US;
}

/* The price is paid once for each that sleeps. Of the same lane it is one that its core does not look after. */
static void pass(struct cxd__limiter *limiter, struct cxd__ticket *asleep, const struct cxd__ticket *by) {
  struct cxd__lane *lane = cxd__queue_lane(&limiter->queue, asleep);
  if (lane != cxd__queue_lane(&limiter->queue, by)) {
    lane->asleep = 1;
    return;
  }
  cxd__queue_remove(&limiter->queue, asleep);
  cxd__queue_add(&limiter->queue, asleep);
}

static void wake_up(struct cxd__limiter *limiter, struct cxd__lane *lane) {
  if (lane->asleep)
    limiter->ready_since = 0; /* the head may be another from now on */
  lane->asleep = 0;
}

static int overtakes(struct cxd__limiter *limiter, const struct cxd__ticket *ticket, int64_t turn, int64_t mono_us) {
  if (turn > mono_us)
    limiter->ready_since = 0;
  else if (!limiter->ready_since)
    limiter->ready_since = mono_us;
  if (!ticket->queued || !limiter->ready_since || mono_us - limiter->ready_since < TURN_US)
    return 0;
  pass(limiter, cxd__limiter_head(limiter), ticket);
  return 1;
}

enum cxd__grant cxd__limiter_take(struct cxd__limiter *limiter, struct cxd__ticket *ticket, int64_t mono_us, int64_t latest_mono_us, int64_t *when) {
  if (ticket->gate_us && limiter->asked_until - mono_us > ticket->gate_us) {
    cxd__limiter_leave(limiter, ticket);
    *when = limiter->asked_until;
    return CXD__GRANT_CLOSED;
  }
  wake_up(limiter, cxd__queue_lane(&limiter->queue, ticket));
  size_t before = ticket->queued ? 0 : cxd__queue_ahead(&limiter->queue, ticket);
  int first = ticket->queued ? cxd__limiter_head(limiter) == ticket : before == 0;
  *when = turn_at(limiter, mono_us);
  if (first ? *when <= mono_us : overtakes(limiter, ticket, *when, mono_us))
    return grant(limiter, ticket, mono_us);
  if (!first)
    *when = look_again_at(limiter, *when, mono_us);
  if (ticket->queued)
    return CXD__GRANT_WAIT;
  int64_t expected = expected_at(limiter, before, mono_us);
  if (expected < limiter->gate_until)
    expected = limiter->gate_until;
  if (expected >= latest_mono_us) {
    *when = expected;
    return CXD__GRANT_LATE;
  }
  if (cxd__limiter_waiting(limiter) >= CXD__LIMITER_QUEUE_MAX)
    return CXD__GRANT_FULL;
  cxd__queue_add(&limiter->queue, ticket);
  return CXD__GRANT_WAIT;
}

void cxd__limiter_release(struct cxd__limiter *limiter, struct cxd__ticket *ticket, int32_t sends, int lost, int64_t mono_us) {
  if (!ticket->granted)
    return;
  ticket->granted = 0;
  if (limiter->probe == ticket) {
    limiter->probe = NULL;
    if (sends && limiter->gate_until <= mono_us)
      limiter->probe_first = 0; /* it was not refused */
  }
  if (limiter->off)
    return;
  if (sends && !lost)
    cxd__pace_answered(&limiter->pace);
  if (sends)
    cxd__slots_cool(&limiter->slots, mono_us + limiter->window_us + (lost ? LOST_MARGIN_US : limiter->margin_us));
  else {
    cxd__slots_give_back(&limiter->slots);
    cxd__pace_stayed(&limiter->pace, (int64_t)cxd__adapt_limit(&limiter->adapt, mono_us));
  }
}

void cxd__limiter_was_asked(struct cxd__limiter *limiter, int64_t until_mono_us) {
  if (until_mono_us > limiter->asked_until)
    limiter->asked_until = until_mono_us;
}

/* Once a closing: the others were on their way already. */
static void heed(struct cxd__limiter *limiter, int known, int64_t mono_us) {
  if (known)
    cxd__pace_refused_too(&limiter->pace);
  else if (cxd__pace_refused(&limiter->pace, mono_us) == CXD__TOLD_LESS)
    cxd__adapt_cut(&limiter->adapt, mono_us);
}

void cxd__limiter_close_gate(struct cxd__limiter *limiter, enum cxd__closing why, int64_t mono_us, int64_t until_mono_us) {
  int closed = limiter->gate_until > mono_us;
  if (until_mono_us > limiter->gate_until)
    limiter->gate_until = until_mono_us;
  if (why == CXD__GATE_HOLD)
    return;
  if (why == CXD__GATE_THROTTLED && !limiter->off)
    heed(limiter, closed && limiter->probe_first, mono_us);
  limiter->probe_first = 1;
}
