/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_SHARED_H
#define CXD__CORE_SHARED_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/exchange.h"
#include "base/now.h"
#include "core/counters.h"
#include "core/flight.h"
#include "core/limiter.h"
#include "core/trace.h"

/*
 * What all engines of one client share: the token and its one flight, the quota, the retry budget, what is known of the
 * server's speed. One mutex, held for the length of one call, never during I/O or a plug-in's method. An engine registers a
 * wake function that may be called under the lock. What changes is counted, so that a core can see without the lock that nothing has.
 */
struct cxd__member {
  struct cxd__member *next;
  struct cxd__core *core;
  void (*wake)(void *context);
  void *context;
};

struct cxd__shared {
  pthread_mutex_t lock;
  struct cxd__limiter limiter;
  struct cxd__flight flight;
  struct cxd__member *members;
  struct cxd__counters counters;
  int64_t budget, budget_max; /* points for retries; max 0: none are allowed */
  _Atomic int64_t latency_us; /* of an answered request, moving average; 0: none yet; set under the lock */
  _Atomic uint64_t changes;   /* of the quota or its queue: whoever waits may look again */
  _Atomic uint64_t closings;  /* of the gate, because the server asked for it */
  _Atomic uint64_t flights;   /* begun and ended ones of the token */
  _Atomic int64_t lease_us;   /* of the present or last one */
  _Atomic int64_t flying, updates_flying; /* requests and updates in flight */
  struct cxd__trace joined;   /* what calls belong to that begin from now on; without id: each begins its own */
};

/* One look at everything, for the host. */
struct cxd__stats {
  struct cxd__counters counters;
  int64_t limit, configured, used, waiting; /* limit 0: off */
  int64_t pace_us;                          /* between two requests, as learned from a 429; 0: none is kept */
  int64_t closed_us;                        /* how long the gate stays closed */
  int64_t budget, budget_max, latency_us;
  int64_t retries;                          /* of all reasons */
  int64_t token_generation, token_failures;
  int64_t token_age_us;                     /* -1: there is none, or it was set and not fetched */
};

/* A retry costs points, a success earns one: an outage must not multiply the load. */
#define CXD__COST_TRANSIENT 14
#define CXD__COST_THROTTLED 5

int cxd__shared_init(struct cxd__shared *shared, size_t limit, int64_t window_us, int64_t margin_us, int64_t budget, double jitter); /* 0, or -1 */
void cxd__shared_free(struct cxd__shared *shared);

int cxd__shared_spend(struct cxd__shared *shared, int64_t points); /* 1: spent; 0: the budget is empty */

/* The exchange is over: it is counted, teaches how fast the server is, gives the slot back if one is held, and earns points. */
void cxd__shared_exchanged(struct cxd__shared *shared, struct cxd__ticket *ticket, enum cxd__class kind, const struct cxd__exchange *exchange, size_t body_len, int64_t points, cxd__now now);
void cxd__shared_count_retry(struct cxd__shared *shared, const struct cxd__exchange *exchange);
void cxd__shared_count_doubt(struct cxd__shared *shared);
void cxd__shared_count_flying(struct cxd__shared *shared, int requests, int updates); /* 1 or -1: one more, or one less, in flight */
void cxd__shared_count_update(struct cxd__shared *shared, int plan, int32_t outcome, cxd_status status, int64_t total_us); /* it has ended */
void cxd__shared_count_records(struct cxd__shared *shared, int records, int failed, int syncs);
void cxd__shared_count_callback(struct cxd__shared *shared, int accepted);
int64_t cxd__shared_latency_us(const struct cxd__shared *shared);
void cxd__shared_stats(struct cxd__shared *shared, cxd__now now, struct cxd__stats *out);

void cxd__shared_join_trace(struct cxd__shared *shared, const struct cxd__trace *trace); /* NULL: none any more */
void cxd__shared_trace(struct cxd__shared *shared, struct cxd__trace *out);

void cxd__shared_join(struct cxd__shared *shared, struct cxd__member *member);
void cxd__shared_leave(struct cxd__shared *shared, struct cxd__member *member); /* gives up a flight of this core, too */

/* The token: see flight.h. All but `renew` and `charge` wake whoever waits. */
int cxd__shared_set_fixed_token(struct cxd__shared *shared, const char *text, size_t len);
void cxd__shared_forget_token(struct cxd__shared *shared);
int cxd__shared_flight_over(struct cxd__shared *shared, uint64_t awaited, int64_t mono_us);
int cxd__shared_token_renew(struct cxd__shared *shared, const struct cxd__core *core, int64_t until_mono_us); /* 0: this core leads no more */
int64_t cxd__shared_token_charge(struct cxd__shared *shared, int64_t mono_us);
void cxd__shared_token_stored(struct cxd__shared *shared, const struct cxd__core *core, struct cxd__token *token);
void cxd__shared_token_failed(struct cxd__shared *shared, const struct cxd__core *core, cxd__now now, const cxd_error *error, int permanent);
void cxd__shared_token_put_off(struct cxd__shared *shared, const struct cxd__core *core, cxd__now now);
void cxd__shared_token_given_up(struct cxd__shared *shared, const struct cxd__core *core);

/* The quota: see limiter.h. admit: a slot and, when it is granted, the token, in one. */
enum cxd__grant cxd__shared_admit(struct cxd__shared *shared, struct cxd__ticket *ticket, cxd__now now, int64_t latest_mono_us, int64_t *when, struct cxd__token_ask *ask, enum cxd__token_answer *answer);
void cxd__shared_release(struct cxd__shared *shared, struct cxd__ticket *ticket, int32_t sends, int lost, cxd__now now);
void cxd__shared_leave_queue(struct cxd__shared *shared, struct cxd__ticket *ticket);
void cxd__shared_close_gate(struct cxd__shared *shared, const struct cxd__core *core, enum cxd__closing why, int64_t mono_us, int64_t until_mono_us, int asked);
int64_t cxd__shared_own_wait(struct cxd__shared *shared, int64_t mono_us);

#endif
