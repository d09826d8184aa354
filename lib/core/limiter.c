/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/limiter.h"

#include "base/mem.h"

#define LOST_MARGIN_US 2000000

int cxd__limiter_init(struct cxd__limiter *limiter, size_t limit, int64_t window_us, int64_t margin_us) {
  *limiter = (struct cxd__limiter){.limit = limit, .window_us = window_us, .margin_us = margin_us, .lost_margin_us = LOST_MARGIN_US};
  if (limit == 0)
    return 0;
  limiter->free_at = cxd__alloc(limit * sizeof *limiter->free_at);
  return limiter->free_at ? 0 : -1;
}

void cxd__limiter_free(struct cxd__limiter *limiter) { cxd__free(limiter->free_at); }

static void enqueue(struct cxd__limiter *limiter, struct cxd__ticket *ticket) {
  ticket->next = NULL;
  ticket->previous = limiter->last;
  if (limiter->last)
    limiter->last->next = ticket;
  else
    limiter->first = ticket;
  limiter->last = ticket;
  ticket->queued = 1;
  limiter->waiting++;
}

void cxd__limiter_leave(struct cxd__limiter *limiter, struct cxd__ticket *ticket) {
  if (!ticket->queued)
    return;
  if (ticket->previous)
    ticket->previous->next = ticket->next;
  else
    limiter->first = ticket->next;
  if (ticket->next)
    ticket->next->previous = ticket->previous;
  else
    limiter->last = ticket->previous;
  ticket->next = ticket->previous = NULL;
  ticket->queued = 0;
  limiter->waiting--;
}

static size_t soonest(const struct cxd__limiter *limiter) {
  size_t best = 0;
  for (size_t i = 1; i < limiter->limit; i++)
    if (limiter->free_at[i] < limiter->free_at[best])
      best = i;
  return best;
}

enum cxd__grant cxd__limiter_take(struct cxd__limiter *limiter, struct cxd__ticket *ticket, int64_t mono_us, int32_t *slot, int64_t *when) {
  *slot = -1;
  size_t best = limiter->limit ? soonest(limiter) : 0;
  int64_t free_at = limiter->limit ? limiter->free_at[best] : mono_us;
  *when = free_at > limiter->gate_until ? free_at : limiter->gate_until;
  int first = ticket->queued ? limiter->first == ticket : limiter->first == NULL;
  if (first && *when <= mono_us) {
    cxd__limiter_leave(limiter, ticket);
    if (limiter->limit) {
      *slot = (int32_t)best;
      limiter->free_at[best] = INT64_MAX;
    }
    return CXD__GRANT_YES;
  }
  if (!ticket->queued && limiter->waiting >= CXD__LIMITER_QUEUE_MAX)
    return CXD__GRANT_FULL;
  if (!ticket->queued)
    enqueue(limiter, ticket);
  if (*when <= mono_us)
    *when = INT64_MAX; /* only the queue is in the way: the one ahead wakes us */
  return CXD__GRANT_WAIT;
}

void cxd__limiter_release(struct cxd__limiter *limiter, int32_t slot, int32_t sends, int lost, int64_t mono_us) {
  if (slot < 0)
    return;
  int64_t hold = limiter->window_us + (lost ? limiter->lost_margin_us : limiter->margin_us);
  limiter->free_at[slot] = sends ? mono_us + hold : mono_us;
}

void cxd__limiter_close_gate(struct cxd__limiter *limiter, int64_t until_mono_us) {
  if (until_mono_us > limiter->gate_until)
    limiter->gate_until = until_mono_us;
}
