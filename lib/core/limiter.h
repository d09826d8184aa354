/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_LIMITER_H
#define CXD__CORE_LIMITER_H

#include <stddef.h>
#include <stdint.h>

/*
 * The quota as slots: one is taken before a request and held until window + margin past the end of its exchange, so that
 * no window of the server ever sees more than `limit` requests, however long they were on their way. First come, first
 * served across all engines of a client; a closed gate (after 429) stops everybody. Not locked: cxd__shared does that.
 */
struct cxd__core;

/* A place in the queue, kept inside the operation that waits. */
struct cxd__ticket {
  struct cxd__ticket *next, *previous;
  struct cxd__core *core;
  int queued;
};

struct cxd__limiter {
  int64_t *free_at; /* per slot: mono_us from when it is free; INT64_MAX while held */
  size_t limit;     /* 0 = off */
  int64_t window_us, margin_us, lost_margin_us;
  int64_t gate_until;
  struct cxd__ticket *first, *last;
  size_t waiting;
};

#define CXD__LIMITER_QUEUE_MAX 10000

int cxd__limiter_init(struct cxd__limiter *limiter, size_t limit, int64_t window_us, int64_t margin_us); /* 0, or -1: no memory */
void cxd__limiter_free(struct cxd__limiter *limiter);

enum cxd__grant { CXD__GRANT_YES, CXD__GRANT_WAIT, CXD__GRANT_FULL };

/* YES: *slot is taken. WAIT: queued; try again at *when (INT64_MAX: when woken). FULL: the queue is full. */
enum cxd__grant cxd__limiter_take(struct cxd__limiter *limiter, struct cxd__ticket *ticket, int64_t mono_us, int32_t *slot, int64_t *when);

/* Leaves the queue; harmless when not in it. */
void cxd__limiter_leave(struct cxd__limiter *limiter, struct cxd__ticket *ticket);

/* The exchange ended: sends 0 gives the slot back at once, a lost reply holds it longer. */
void cxd__limiter_release(struct cxd__limiter *limiter, int32_t slot, int32_t sends, int lost, int64_t mono_us);

void cxd__limiter_close_gate(struct cxd__limiter *limiter, int64_t until_mono_us);

#endif
