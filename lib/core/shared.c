/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/shared.h"

int cxd__shared_init(struct cxd__shared *shared, size_t limit, int64_t window_us, int64_t margin_us, int64_t budget, double jitter) {
  *shared = (struct cxd__shared){.budget = budget, .budget_max = budget};
  cxd__flight_init(&shared->flight, jitter);
  if (cxd__limiter_init(&shared->limiter, limit, window_us, margin_us) != 0)
    return -1;
  if (pthread_mutex_init(&shared->lock, NULL) != 0) {
    cxd__limiter_free(&shared->limiter);
    return -1;
  }
  return 0;
}

void cxd__shared_free(struct cxd__shared *shared) {
  cxd__flight_free(&shared->flight);
  cxd__limiter_free(&shared->limiter);
  (void)pthread_mutex_destroy(&shared->lock);
}

static void lock(struct cxd__shared *shared) { (void)pthread_mutex_lock(&shared->lock); }

static void unlock(struct cxd__shared *shared) { (void)pthread_mutex_unlock(&shared->lock); }

/* ------------------------------------------------------------- budget and counters */

int cxd__shared_spend(struct cxd__shared *shared, int64_t points) {
  lock(shared);
  int enough = shared->budget >= points;
  if (enough)
    shared->budget -= points;
  unlock(shared);
  return enough;
}

void cxd__shared_count_retry(struct cxd__shared *shared, const struct cxd__exchange *exchange) {
  lock(shared);
  cxd__count_retry(&shared->counters, exchange);
  unlock(shared);
}

void cxd__shared_count_doubt(struct cxd__shared *shared) {
  lock(shared);
  shared->counters.doubtful++;
  unlock(shared);
}

void cxd__shared_count_flying(struct cxd__shared *shared, int requests, int updates) {
  atomic_fetch_add_explicit(&shared->flying, requests, memory_order_relaxed);
  atomic_fetch_add_explicit(&shared->updates_flying, updates, memory_order_relaxed);
}

void cxd__shared_count_update(struct cxd__shared *shared, int plan, int32_t outcome, cxd_status status, int64_t total_us) {
  lock(shared);
  if (plan)
    shared->counters.plans++;
  else
    cxd__count_update(&shared->counters, outcome, status, total_us);
  unlock(shared);
}

void cxd__shared_count_records(struct cxd__shared *shared, int records, int failed, int syncs) {
  lock(shared);
  shared->counters.records += records;
  shared->counters.records_failed += failed;
  shared->counters.syncs += syncs;
  unlock(shared);
}

void cxd__shared_count_callback(struct cxd__shared *shared, int accepted) {
  lock(shared);
  shared->counters.callbacks++;
  shared->counters.declined += !accepted;
  unlock(shared);
}

int64_t cxd__shared_latency_us(const struct cxd__shared *shared) { return atomic_load_explicit(&shared->latency_us, memory_order_relaxed); }

static int64_t token_age_us(const struct cxd__flight *flight, int64_t boot_us) { return flight->token && !flight->fixed ? boot_us - flight->token->sent_boot_us : -1; }

static int64_t sum(const int64_t *numbers, size_t count) {
  int64_t all = 0;
  for (size_t i = 0; i < count; i++)
    all += numbers[i];
  return all;
}

void cxd__shared_stats(struct cxd__shared *shared, cxd__now now, struct cxd__stats *out) {
  struct cxd__limiter *limiter = &shared->limiter;
  lock(shared);
  *out = (struct cxd__stats){.counters = shared->counters,
                             .limit = (int64_t)cxd__limiter_limit(limiter, now.mono_us),
                             .pace_us = cxd__limiter_pace(limiter, now.mono_us),
                             .configured = limiter->off ? 0 : (int64_t)limiter->slots.room,
                             .used = (int64_t)cxd__slots_used(&limiter->slots, now.mono_us),
                             .waiting = (int64_t)cxd__limiter_waiting(limiter),
                             .closed_us = limiter->gate_until > now.mono_us ? limiter->gate_until - now.mono_us : 0,
                             .budget = shared->budget,
                             .budget_max = shared->budget_max,
                             .latency_us = shared->latency_us,
                             .retries = sum(shared->counters.retries, CXD__RETRIES),
                             .token_generation = (int64_t)shared->flight.generation,
                             .token_failures = shared->flight.failures,
                             .token_age_us = token_age_us(&shared->flight, now.boot_us)};
  out->counters.in_flight = atomic_load(&shared->flying);
  out->counters.updates_in_flight = atomic_load(&shared->updates_flying);
  unlock(shared);
}

/* ------------------------------------------------------------------------------ the trace */

void cxd__shared_join_trace(struct cxd__shared *shared, const struct cxd__trace *trace) {
  lock(shared);
  shared->joined = trace ? *trace : (struct cxd__trace){0};
  unlock(shared);
}

void cxd__shared_trace(struct cxd__shared *shared, struct cxd__trace *out) {
  lock(shared);
  *out = shared->joined;
  unlock(shared);
}

/* ------------------------------------------------------------- members and their sleep */

/* Under the lock. */
static void wake_all(struct cxd__shared *shared, const struct cxd__core *but) {
  for (struct cxd__member *m = shared->members; m; m = m->next)
    if (m->core != but)
      m->wake(m->context);
}

static void changed(_Atomic uint64_t *what) { (void)atomic_fetch_add_explicit(what, 1, memory_order_release); }

/* Under the lock: whose turn it is looks again, unless it is the caller, who does anyway; everybody else would look in vain. */
static void wake_head(struct cxd__shared *shared, const struct cxd__ticket *by) {
  const struct cxd__ticket *head = cxd__limiter_head(&shared->limiter);
  const struct cxd__lane *lane = head && head->lane != by->lane ? head->lane : NULL;
  changed(&shared->changes);
  for (struct cxd__member *m = shared->members; lane && m; m = m->next)
    if (m->core == lane->core) {
      m->wake(m->context);
      return;
    }
}

/* Under the lock. */
static void flight_ended(struct cxd__shared *shared, const struct cxd__core *by) {
  changed(&shared->flights);
  wake_all(shared, by);
}

void cxd__shared_join(struct cxd__shared *shared, struct cxd__member *member) {
  lock(shared);
  member->next = shared->members;
  shared->members = member;
  unlock(shared);
}

void cxd__shared_leave(struct cxd__shared *shared, struct cxd__member *member) {
  lock(shared);
  for (struct cxd__member **m = &shared->members; *m; m = &(*m)->next)
    if (*m == member) {
      *m = member->next;
      break;
    }
  cxd__flight_given_up(&shared->flight, member->core);
  flight_ended(shared, member->core);
  unlock(shared);
}

/* -------------------------------------------------------------------------- the token */

int cxd__shared_set_fixed_token(struct cxd__shared *shared, const char *text, size_t len) { return cxd__flight_set_fixed(&shared->flight, text, len); }

void cxd__shared_forget_token(struct cxd__shared *shared) {
  lock(shared);
  cxd__flight_forget(&shared->flight);
  unlock(shared);
}

/* Under the lock. */
static enum cxd__token_answer token(struct cxd__shared *shared, cxd__now now, struct cxd__token_ask *ask) {
  enum cxd__token_answer answer = cxd__flight_token(&shared->flight, now, ask);
  if (answer == CXD__TOKEN_LEAD || answer == CXD__TOKEN_READY_AND_LEAD) {
    atomic_store_explicit(&shared->lease_us, shared->flight.lease_mono_us, memory_order_relaxed);
    changed(&shared->flights);
  }
  return answer;
}

int cxd__shared_flight_over(struct cxd__shared *shared, uint64_t awaited, int64_t mono_us) {
  lock(shared);
  int over = cxd__flight_over(&shared->flight, awaited, mono_us);
  unlock(shared);
  return over;
}

int cxd__shared_token_renew(struct cxd__shared *shared, const struct cxd__core *core, int64_t until_mono_us) {
  lock(shared);
  int leads = shared->flight.leader == core;
  if (leads) {
    shared->flight.lease_mono_us = until_mono_us;
    atomic_store_explicit(&shared->lease_us, shared->flight.lease_mono_us, memory_order_relaxed);
  }
  unlock(shared);
  return leads;
}

int64_t cxd__shared_token_charge(struct cxd__shared *shared, int64_t mono_us) {
  lock(shared);
  int64_t wait_us = cxd__flight_charge(&shared->flight, mono_us);
  unlock(shared);
  return wait_us;
}

void cxd__shared_token_stored(struct cxd__shared *shared, const struct cxd__core *core, struct cxd__token *token) {
  lock(shared);
  shared->counters.tokens++;
  cxd__flight_stored(&shared->flight, core, token);
  flight_ended(shared, core);
  unlock(shared);
}

void cxd__shared_token_failed(struct cxd__shared *shared, const struct cxd__core *core, cxd__now now, const cxd_error *error, int permanent) {
  lock(shared);
  shared->counters.tokens_failed++;
  cxd__flight_failed(&shared->flight, core, now, error, permanent);
  flight_ended(shared, core);
  unlock(shared);
}

void cxd__shared_token_put_off(struct cxd__shared *shared, const struct cxd__core *core, cxd__now now) {
  lock(shared);
  cxd__flight_put_off(&shared->flight, core, now);
  flight_ended(shared, core);
  unlock(shared);
}

void cxd__shared_token_given_up(struct cxd__shared *shared, const struct cxd__core *core) {
  lock(shared);
  cxd__flight_given_up(&shared->flight, core);
  flight_ended(shared, core);
  unlock(shared);
}

/* -------------------------------------------------------------------------- the quota */

enum cxd__grant cxd__shared_admit(struct cxd__shared *shared, struct cxd__ticket *ticket, cxd__now now, int64_t latest_mono_us, int64_t *when, struct cxd__token_ask *ask, enum cxd__token_answer *answer) {
  lock(shared);
  int queued = ticket->queued;
  enum cxd__grant grant = cxd__limiter_take(&shared->limiter, ticket, now.mono_us, latest_mono_us, when);
  if (grant == CXD__GRANT_YES)
    *answer = token(shared, now, ask);
  if (grant == CXD__GRANT_YES || queued > ticket->queued)
    wake_head(shared, ticket);
  unlock(shared);
  return grant;
}

void cxd__shared_release(struct cxd__shared *shared, struct cxd__ticket *ticket, int32_t sends, int lost, cxd__now now) {
  lock(shared);
  cxd__limiter_release(&shared->limiter, ticket, sends, lost, now.mono_us);
  wake_head(shared, ticket);
  unlock(shared);
}

/* Under the lock. */
static void count(struct cxd__shared *shared, enum cxd__class kind, const struct cxd__exchange *exchange, size_t body_len) {
  int64_t took = exchange->end_mono_us - exchange->sent_mono_us, latency = cxd__shared_latency_us(shared);
  cxd__count_exchange(&shared->counters, kind, exchange, body_len);
  if (exchange->way == CXD__WAY_ANSWER && kind != CXD__CLASS_TOKEN)
    atomic_store_explicit(&shared->latency_us, latency ? latency + (took - latency) / 8 : took, memory_order_relaxed);
}

void cxd__shared_exchanged(struct cxd__shared *shared, struct cxd__ticket *ticket, enum cxd__class kind, const struct cxd__exchange *exchange, size_t body_len, int64_t points, cxd__now now) {
  lock(shared);
  int64_t sum = shared->budget + points;
  shared->budget = sum < shared->budget_max ? sum : shared->budget_max;
  count(shared, kind, exchange, body_len);
  if (ticket->granted) {
    cxd__limiter_release(&shared->limiter, ticket, exchange->sends, exchange->way != CXD__WAY_ANSWER, now.mono_us);
    wake_head(shared, ticket);
  }
  unlock(shared);
}

void cxd__shared_leave_queue(struct cxd__shared *shared, struct cxd__ticket *ticket) {
  lock(shared);
  if (ticket->queued) {
    cxd__limiter_leave(&shared->limiter, ticket);
    wake_head(shared, ticket);
  }
  unlock(shared);
}

/* The others look at once whether that is too long for them. */
void cxd__shared_close_gate(struct cxd__shared *shared, const struct cxd__core *core, enum cxd__closing why, int64_t mono_us, int64_t until_mono_us, int asked) {
  lock(shared);
  cxd__limiter_close_gate(&shared->limiter, why, mono_us, until_mono_us);
  if (asked) {
    cxd__limiter_was_asked(&shared->limiter, until_mono_us);
    changed(&shared->closings);
  }
  wake_all(shared, core);
  unlock(shared);
}

int64_t cxd__shared_own_wait(struct cxd__shared *shared, int64_t mono_us) {
  lock(shared);
  int64_t wait_us = cxd__limiter_own_wait(&shared->limiter, mono_us);
  unlock(shared);
  return wait_us;
}
