/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_LIMITER_H
#define CXD__CORE_LIMITER_H

#include <stddef.h>
#include <stdint.h>

#include "core/adapt.h"
#include "core/pace.h"
#include "core/queue.h"
#include "core/slots.h"

/*
 * Who may send when. A slot is taken before a request and held until window + margin past the end of its exchange, so that
 * no window of the server ever sees more than the limit, however long requests were on their way. All engines of a client
 * take turns (see queue.h); who does not take his turn within a second, because his host has stopped driving his engine, is overtaken. A 429 closes the gate for everybody; when it opens, one request goes
 * ahead as a probe and the others follow its answer. Not locked: cxd__shared does that.
 */
struct cxd__limiter {
  struct cxd__slots slots;
  struct cxd__adapt adapt;
  struct cxd__pace pace;
  struct cxd__queue queue;
  int64_t window_us, margin_us;
  int64_t gate_until;
  int64_t asked_until; /* what of it the server asked for itself, with a Retry-After */
  int32_t off;         /* no slots; the gate still counts */
  int32_t probe_first; /* the gate was closed by a refusal: one request has to find out */
  const struct cxd__ticket *probe;
  int64_t probe_until; /* then the next may probe: its engine may be one that nobody drives any more */
  int64_t ready_since; /* the head of the queue could go since then, and does not; 0: it could not */
};

#define CXD__LIMITER_QUEUE_MAX 10000

int cxd__limiter_init(struct cxd__limiter *limiter, size_t limit /* 0 = off */, int64_t window_us, int64_t margin_us); /* 0, or -1: no memory */
void cxd__limiter_free(struct cxd__limiter *limiter);

enum cxd__grant { CXD__GRANT_YES, CXD__GRANT_WAIT, CXD__GRANT_FULL, CXD__GRANT_LATE, CXD__GRANT_CLOSED };

/*
 * YES: the ticket is granted. WAIT: queued; try again at *when (INT64_MAX: when woken) or when woken. FULL: the queue is full. LATE: not
 * queued, because its turn would come at *when, not before `latest`. CLOSED: not queued any more, because the gate opens at *when, later than it waits for.
 */
enum cxd__grant cxd__limiter_take(struct cxd__limiter *limiter, struct cxd__ticket *ticket, int64_t mono_us, int64_t latest_mono_us, int64_t *when);

/* Leaves the queue; harmless when not in it. */
void cxd__limiter_leave(struct cxd__limiter *limiter, struct cxd__ticket *ticket);

/* The exchange of a granted ticket ended: sends 0 gives the slot back at once, a lost reply holds it longer. */
void cxd__limiter_release(struct cxd__limiter *limiter, struct cxd__ticket *ticket, int32_t sends, int lost, int64_t mono_us);

/* HOLD: the server said that nothing is left for now. REFUSED: it refused; THROTTLED: with 429, so that a pace is kept, or the limit cut (see pace.h). */
enum cxd__closing { CXD__GATE_HOLD, CXD__GATE_REFUSED, CXD__GATE_THROTTLED };
void cxd__limiter_close_gate(struct cxd__limiter *limiter, enum cxd__closing why, int64_t mono_us, int64_t until_mono_us);
void cxd__limiter_was_asked(struct cxd__limiter *limiter, int64_t until_mono_us); /* to keep it closed until then */

struct cxd__ticket *cxd__limiter_head(const struct cxd__limiter *limiter);              /* whose turn it is; NULL: nobody waits */
size_t cxd__limiter_waiting(const struct cxd__limiter *limiter);
int64_t cxd__limiter_own_wait(struct cxd__limiter *limiter, int64_t mono_us);           /* until our own window has room again; 0: it has */
size_t cxd__limiter_limit(struct cxd__limiter *limiter, int64_t mono_us);               /* as cut by refusals; 0 = off */
int64_t cxd__limiter_pace(struct cxd__limiter *limiter, int64_t mono_us);               /* the time between two requests; 0: no pace is kept */

#endif
