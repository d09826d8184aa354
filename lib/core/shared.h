/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_SHARED_H
#define CXD__CORE_SHARED_H

#include <pthread.h>

#include "base/now.h"
#include "core/limiter.h"
#include "core/token.h"

/*
 * What all engines of one client share: the token and its one flight, the quota. One mutex, held for the length of one
 * call, never during I/O or a plug-in's method. An engine registers a wake function that may be called under the lock.
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
  struct cxd__member *members;
  struct cxd__token *token;
  int32_t fixed;               /* a static token: never refreshed */
  uint64_t generation;
  struct cxd__core *flight;    /* who fetches now */
  uint64_t flight_no, failed_flight; /* the present or last flight; the last one that failed */
  int64_t next_try_boot_us;    /* after a failed refresh or a permanent refusal */
  int64_t refused_until_boot_us;
  int64_t next_forced_boot_us; /* a fresh token that is refused as well is not replaced at once */
  int32_t failures;
  cxd_error *failure;          /* why the last flight failed */
  double jitter;               /* 0 to 1, fixed for this client */
  int64_t budget, budget_max;  /* points for retries; max 0: none are allowed */
};

/* A retry costs points, a success earns one: an outage must not multiply the load. */
#define CXD__COST_TRANSIENT 14
#define CXD__COST_THROTTLED 5

int cxd__shared_init(struct cxd__shared *shared, size_t limit, int64_t window_us, int64_t margin_us, int64_t budget, double jitter); /* 0, or -1 */
int cxd__shared_spend(struct cxd__shared *shared, int64_t points); /* 1: spent; 0: the budget is empty */
void cxd__shared_earn(struct cxd__shared *shared, int64_t points);
void cxd__shared_free(struct cxd__shared *shared);
int cxd__shared_set_fixed_token(struct cxd__shared *shared, const char *text, size_t len); /* 0, or -1: no memory */
void cxd__shared_forget_token(struct cxd__shared *shared);

void cxd__shared_join(struct cxd__shared *shared, struct cxd__member *member);
void cxd__shared_leave(struct cxd__shared *shared, struct cxd__member *member); /* gives up a flight of this core, too */

enum cxd__token_answer {
  CXD__TOKEN_READY,   /* *out is a reference */
  CXD__TOKEN_LEAD,    /* the caller fetches and must end with store or failed */
  CXD__TOKEN_WAIT,    /* somebody fetches: wait to be woken */
  CXD__TOKEN_REFUSED  /* the awaited flight failed, or one was refused a moment ago, or a fixed or just refreshed token was: *error is a copy */
};

/*
 * refused_generation: a generation the server answered 401 to, 0 = none. *awaited: 0, or the flight waited for until now;
 * receives the flight to wait for.
 */
enum cxd__token_answer cxd__shared_token(struct cxd__shared *shared, struct cxd__core *core, cxd__now now, uint64_t refused_generation, uint64_t *awaited, struct cxd__token **out, cxd_error **error);
int cxd__shared_flight_over(struct cxd__shared *shared, uint64_t awaited); /* asking again makes sense */

/* End the flight of this core. store takes over the caller's reference; give_up lets the next waiter lead. */
void cxd__shared_token_give_up(struct cxd__shared *shared, struct cxd__core *core);
void cxd__shared_token_store(struct cxd__shared *shared, struct cxd__core *core, struct cxd__token *token);
void cxd__shared_token_failed(struct cxd__shared *shared, struct cxd__core *core, cxd__now now, const cxd_error *error, int permanent);

enum cxd__grant cxd__shared_take(struct cxd__shared *shared, struct cxd__ticket *ticket, cxd__now now, int32_t *slot, int64_t *when);
void cxd__shared_release(struct cxd__shared *shared, int32_t slot, int32_t sends, int lost, cxd__now now);
void cxd__shared_leave_queue(struct cxd__shared *shared, struct cxd__ticket *ticket);
void cxd__shared_close_gate(struct cxd__shared *shared, int64_t until_mono_us);

#endif
