/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/shared.h"

#include "base/error.h"
#include "base/mem.h"

#define REFUSED_FOR_US 60000000
#define REFUSED_MOST_MS 3600000
#define FORCED_APART_US 10000000
#define RETRY_AFTER_US 30000000
#define RETRY_CAP_US 300000000

int cxd__shared_init(struct cxd__shared *shared, size_t limit, int64_t window_us, int64_t margin_us, int64_t budget, double jitter) {
  *shared = (struct cxd__shared){.jitter = jitter, .budget = budget, .budget_max = budget};
  if (cxd__limiter_init(&shared->limiter, limit, window_us, margin_us) != 0)
    return -1;
  if (pthread_mutex_init(&shared->lock, NULL) != 0) {
    cxd__limiter_free(&shared->limiter);
    return -1;
  }
  return 0;
}

void cxd__shared_free(struct cxd__shared *shared) {
  cxd__token_unref(shared->token);
  cxd_error_free(shared->failure);
  cxd__limiter_free(&shared->limiter);
  (void)pthread_mutex_destroy(&shared->lock);
}

int cxd__shared_spend(struct cxd__shared *shared, int64_t points) {
  (void)pthread_mutex_lock(&shared->lock);
  int enough = shared->budget >= points;
  if (enough)
    shared->budget -= points;
  (void)pthread_mutex_unlock(&shared->lock);
  return enough;
}

void cxd__shared_earn(struct cxd__shared *shared, int64_t points) {
  (void)pthread_mutex_lock(&shared->lock);
  int64_t sum = shared->budget + points;
  shared->budget = sum < shared->budget_max ? sum : shared->budget_max;
  (void)pthread_mutex_unlock(&shared->lock);
}

int cxd__shared_set_fixed_token(struct cxd__shared *shared, const char *text, size_t len) {
  struct cxd__token *token = cxd__token_new(text, len, 0, 0, 0);
  if (!token)
    return -1;
  token->hard_boot_us = token->soft_boot_us = INT64_MAX;
  token->generation = ++shared->generation;
  cxd__token_unref(shared->token);
  shared->token = token;
  shared->fixed = 1;
  return 0;
}

void cxd__shared_forget_token(struct cxd__shared *shared) {
  (void)pthread_mutex_lock(&shared->lock);
  cxd__token_unref(shared->token);
  shared->token = NULL;
  shared->fixed = 0;
  shared->refused_until_boot_us = shared->next_try_boot_us = shared->next_forced_boot_us = 0;
  (void)pthread_mutex_unlock(&shared->lock);
}

/* Under the lock. */
static void wake_all(struct cxd__shared *shared, const struct cxd__core *but) {
  for (struct cxd__member *m = shared->members; m; m = m->next)
    if (m->core != but)
      m->wake(m->context);
}

/* Under the lock. */
static void end_flight(struct cxd__shared *shared, struct cxd__core *core) {
  if (shared->flight == core)
    shared->flight = NULL;
  wake_all(shared, core);
}

void cxd__shared_join(struct cxd__shared *shared, struct cxd__member *member) {
  (void)pthread_mutex_lock(&shared->lock);
  member->next = shared->members;
  shared->members = member;
  (void)pthread_mutex_unlock(&shared->lock);
}

void cxd__shared_leave(struct cxd__shared *shared, struct cxd__member *member) {
  (void)pthread_mutex_lock(&shared->lock);
  for (struct cxd__member **m = &shared->members; *m; m = &(*m)->next)
    if (*m == member) {
      *m = member->next;
      break;
    }
  end_flight(shared, member->core);
  (void)pthread_mutex_unlock(&shared->lock);
}

static cxd_error *fixed_refused(void) {
  cxd_error *error = cxd__error_new(CXD_E_UNAUTHORIZED, "the server refused the fixed token of auth.token (401): set a fresh one, or auth.client_id and a secret");
  if (error)
    error->http_status = 401;
  return error;
}

static cxd_error *refresh_refused(void) {
  cxd_error *error = cxd__error_new(CXD_E_UNAUTHORIZED, "the server refused an access token (401) that was fetched a moment ago: check that api.base_url and auth.token_url belong together");
  if (error)
    error->http_status = 401;
  return error;
}

/* Under the lock: may the token in hand be used now, and does anybody have to fetch? */
static enum cxd__token_answer decide(struct cxd__shared *shared, struct cxd__core *core, cxd__now now, uint64_t *awaited, cxd_error **error) {
  int usable = shared->token && now.boot_us < shared->token->hard_boot_us;
  if (usable && (now.boot_us < shared->token->soft_boot_us || shared->flight || now.boot_us < shared->next_try_boot_us)) {
    *awaited = 0;
    return CXD__TOKEN_READY;
  }
  if (shared->flight) {
    *awaited = shared->flight_no;
    return CXD__TOKEN_WAIT;
  }
  if (!usable && (now.boot_us < shared->refused_until_boot_us || (*awaited && *awaited == shared->failed_flight))) {
    *error = cxd__error_copy(shared->failure);
    return CXD__TOKEN_REFUSED;
  }
  shared->flight = core;
  *awaited = ++shared->flight_no;
  return CXD__TOKEN_LEAD;
}

/* Under the lock: drops a token the server refused; 0: there will be no other, *error says why. */
static int drop_refused(struct cxd__shared *shared, cxd__now now, uint64_t generation, cxd_error **error) {
  if (!generation || !shared->token || shared->token->generation != generation)
    return 1;
  if (shared->fixed || now.boot_us < shared->next_forced_boot_us) {
    *error = shared->fixed ? fixed_refused() : refresh_refused();
    return 0;
  }
  cxd__token_unref(shared->token);
  shared->token = NULL;
  shared->next_forced_boot_us = now.boot_us + FORCED_APART_US;
  return 1;
}

enum cxd__token_answer cxd__shared_token(struct cxd__shared *shared, struct cxd__core *core, cxd__now now, uint64_t refused_generation, uint64_t *awaited, struct cxd__token **out, cxd_error **error) {
  *out = NULL;
  (void)pthread_mutex_lock(&shared->lock);
  enum cxd__token_answer answer = CXD__TOKEN_REFUSED;
  if (drop_refused(shared, now, refused_generation, error))
    answer = decide(shared, core, now, awaited, error);
  if (answer == CXD__TOKEN_READY)
    *out = cxd__token_ref(shared->token);
  (void)pthread_mutex_unlock(&shared->lock);
  return answer;
}

int cxd__shared_flight_over(struct cxd__shared *shared, uint64_t awaited) {
  (void)pthread_mutex_lock(&shared->lock);
  int over = !shared->flight || shared->flight_no != awaited;
  (void)pthread_mutex_unlock(&shared->lock);
  return over;
}

void cxd__shared_token_give_up(struct cxd__shared *shared, struct cxd__core *core) {
  (void)pthread_mutex_lock(&shared->lock);
  end_flight(shared, core);
  (void)pthread_mutex_unlock(&shared->lock);
}

void cxd__shared_token_store(struct cxd__shared *shared, struct cxd__core *core, struct cxd__token *token) {
  (void)pthread_mutex_lock(&shared->lock);
  token->generation = ++shared->generation;
  cxd__token_unref(shared->token);
  shared->token = token;
  shared->failures = 0;
  shared->next_try_boot_us = shared->refused_until_boot_us = 0;
  end_flight(shared, core);
  (void)pthread_mutex_unlock(&shared->lock);
}

/* How long the endpoint is left alone: 60 s after a refusal for good, else as long as it asked for, at most an hour. */
static int64_t quiet_us(const cxd_error *error, int permanent) {
  int64_t asked_ms = error ? error->retry_after_ms : 0;
  if (permanent)
    return REFUSED_FOR_US;
  return asked_ms <= 0 ? 0 : (asked_ms < REFUSED_MOST_MS ? asked_ms : REFUSED_MOST_MS) * 1000;
}

void cxd__shared_token_failed(struct cxd__shared *shared, struct cxd__core *core, cxd__now now, const cxd_error *error, int permanent) {
  (void)pthread_mutex_lock(&shared->lock);
  int64_t pause = RETRY_AFTER_US;
  for (int32_t i = 0; i < shared->failures && pause < RETRY_CAP_US; i++)
    pause *= 2;
  shared->failures++;
  shared->refused_until_boot_us = now.boot_us + quiet_us(error, permanent);
  shared->next_try_boot_us = now.boot_us + (pause < RETRY_CAP_US ? pause : RETRY_CAP_US);
  if (shared->next_try_boot_us < shared->refused_until_boot_us)
    shared->next_try_boot_us = shared->refused_until_boot_us;
  cxd_error_free(shared->failure);
  shared->failure = cxd__error_copy(error);
  shared->failed_flight = shared->flight_no;
  end_flight(shared, core);
  (void)pthread_mutex_unlock(&shared->lock);
}

enum cxd__grant cxd__shared_take(struct cxd__shared *shared, struct cxd__ticket *ticket, cxd__now now, int32_t *slot, int64_t *when) {
  (void)pthread_mutex_lock(&shared->lock);
  enum cxd__grant grant = cxd__limiter_take(&shared->limiter, ticket, now.mono_us, slot, when);
  if (grant == CXD__GRANT_YES && shared->limiter.first)
    wake_all(shared, NULL);
  (void)pthread_mutex_unlock(&shared->lock);
  return grant;
}

void cxd__shared_release(struct cxd__shared *shared, int32_t slot, int32_t sends, int lost, cxd__now now) {
  (void)pthread_mutex_lock(&shared->lock);
  cxd__limiter_release(&shared->limiter, slot, sends, lost, now.mono_us);
  if (shared->limiter.first)
    wake_all(shared, NULL);
  (void)pthread_mutex_unlock(&shared->lock);
}

void cxd__shared_leave_queue(struct cxd__shared *shared, struct cxd__ticket *ticket) {
  (void)pthread_mutex_lock(&shared->lock);
  if (ticket->queued) {
    cxd__limiter_leave(&shared->limiter, ticket);
    wake_all(shared, NULL);
  }
  (void)pthread_mutex_unlock(&shared->lock);
}

void cxd__shared_close_gate(struct cxd__shared *shared, int64_t until_mono_us) {
  (void)pthread_mutex_lock(&shared->lock);
  cxd__limiter_close_gate(&shared->limiter, until_mono_us);
  (void)pthread_mutex_unlock(&shared->lock);
}
