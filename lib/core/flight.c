/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/flight.h"

#include "base/error.h"

#define REFUSED_FOR_US 60000000
#define REFUSED_MOST_MS 3600000
#define FORCED_APART_US 10000000
#define RETRY_AFTER_US 30000000
#define RETRY_CAP_US 300000000

/* Twenty token requests at once, then one every three seconds: endpoints limit these hard. */
#define BUCKET_STEP_US 3000000
#define BUCKET_FULL_US (20 * BUCKET_STEP_US)

void cxd__flight_init(struct cxd__flight *flight, double jitter) { *flight = (struct cxd__flight){.jitter = jitter, .bucket_us = BUCKET_FULL_US}; }

void cxd__flight_free(struct cxd__flight *flight) {
  cxd__token_unref(flight->token);
  cxd__token_unref(flight->before);
  cxd_error_free(flight->failure);
}

static void replace(struct cxd__flight *flight, struct cxd__token *token) {
  if (flight->token) {
    cxd__token_unref(flight->before);
    flight->before = flight->token;
  }
  flight->token = token;
}

void cxd__flight_forget(struct cxd__flight *flight) {
  replace(flight, NULL);
  cxd__token_unref(flight->before);
  flight->before = NULL;
  flight->fixed = 0;
  flight->refused_until_boot_us = flight->next_try_boot_us = flight->next_forced_boot_us = 0;
}

int cxd__flight_set_fixed(struct cxd__flight *flight, const char *text, size_t len) {
  struct cxd__token *token = cxd__token_new(text, len, 0, 0, 0);
  if (!token)
    return -1;
  token->hard_boot_us = token->soft_boot_us = INT64_MAX;
  token->generation = ++flight->generation;
  replace(flight, token);
  flight->fixed = 1;
  return 0;
}

/* -------------------------------------------------------------------------- asking */

static cxd_error *refused(const char *text) {
  cxd_error *error = cxd__error_new(CXD_E_UNAUTHORIZED, "%s", text);
  if (error)
    error->http_status = 401;
  return error;
}

/* Drops a token the server refused; 0: there will be no other, and why. */
static int drop_refused(struct cxd__flight *flight, cxd__now now, struct cxd__token_ask *ask) {
  if (!ask->refused_generation || !flight->token || flight->token->generation != ask->refused_generation)
    return 1;
  if (flight->fixed)
    ask->error = refused("the server refused the fixed token of auth.token (401): set a fresh one, or auth.client_id and a secret");
  else if (now.boot_us < flight->next_forced_boot_us)
    ask->error = refused("the server refused an access token (401) that was fetched a moment ago: check that api.base_url and auth.token_url belong together");
  else {
    replace(flight, NULL);
    flight->next_forced_boot_us = now.boot_us + FORCED_APART_US;
    ask->forced = 1;
    return 1;
  }
  return 0;
}

static int live(const struct cxd__flight *flight, int64_t mono_us) { return flight->leader && mono_us < flight->lease_mono_us; }

static uint64_t lead(struct cxd__flight *flight, cxd__now now, struct cxd__core *core) {
  flight->leader = core;
  flight->lease_mono_us = now.mono_us + CXD__LEASE_SLACK_US; /* the exchange renews it step by step */
  return ++flight->number;
}

static enum cxd__token_answer with_token(struct cxd__flight *flight, cxd__now now, struct cxd__token_ask *ask) {
  ask->token = cxd__token_ref(flight->token);
  ask->awaited = 0;
  if (now.boot_us < flight->token->soft_boot_us || now.boot_us < flight->next_try_boot_us || live(flight, now.mono_us))
    return CXD__TOKEN_READY;
  lead(flight, now, ask->core);
  return CXD__TOKEN_READY_AND_LEAD;
}

static enum cxd__token_answer without_token(struct cxd__flight *flight, cxd__now now, struct cxd__token_ask *ask) {
  if (live(flight, now.mono_us)) {
    ask->awaited = flight->number;
    return CXD__TOKEN_WAIT;
  }
  if (now.boot_us < flight->refused_until_boot_us || (ask->awaited && ask->awaited == flight->failed)) {
    ask->error = cxd__error_copy(flight->failure);
    return CXD__TOKEN_REFUSED;
  }
  ask->awaited = lead(flight, now, ask->core);
  return CXD__TOKEN_LEAD;
}

enum cxd__token_answer cxd__flight_token(struct cxd__flight *flight, cxd__now now, struct cxd__token_ask *ask) {
  ask->token = ask->before = NULL;
  ask->error = NULL;
  ask->forced = 0;
  if (!drop_refused(flight, now, ask))
    return CXD__TOKEN_REFUSED;
  ask->before = cxd__token_ref(flight->before);
  int usable = flight->token && now.boot_us < flight->token->hard_boot_us;
  return usable ? with_token(flight, now, ask) : without_token(flight, now, ask);
}

int cxd__flight_over(const struct cxd__flight *flight, uint64_t awaited, int64_t mono_us) { return flight->number != awaited || !live(flight, mono_us); }

int64_t cxd__flight_charge(struct cxd__flight *flight, int64_t mono_us) {
  int64_t saved = flight->bucket_us + (mono_us - flight->bucket_at_us);
  flight->bucket_us = saved < BUCKET_FULL_US ? saved : BUCKET_FULL_US;
  flight->bucket_at_us = mono_us;
  if (flight->bucket_us < BUCKET_STEP_US)
    return BUCKET_STEP_US - flight->bucket_us;
  flight->bucket_us -= BUCKET_STEP_US;
  return 0;
}

/* ---------------------------------------------------------------------------- ends */

void cxd__flight_given_up(struct cxd__flight *flight, const struct cxd__core *core) {
  if (flight->leader == core)
    flight->leader = NULL;
}

/* It comes late: what is in hand lives longer, or as long and came from the present leader. */
static int too_late(const struct cxd__flight *flight, const struct cxd__core *core, const struct cxd__token *token) {
  if (!flight->token)
    return 0;
  int64_t left = flight->token->hard_boot_us - token->hard_boot_us;
  return left > 0 || (left == 0 && flight->leader != core);
}

void cxd__flight_stored(struct cxd__flight *flight, const struct cxd__core *core, struct cxd__token *token) {
  if (too_late(flight, core, token)) {
    cxd__token_unref(token);
    cxd__flight_given_up(flight, core);
    return;
  }
  token->generation = ++flight->generation;
  replace(flight, token);
  flight->failures = 0;
  flight->next_try_boot_us = flight->refused_until_boot_us = 0;
  if (flight->leader == core)
    flight->leader = NULL;
  else
    flight->number++; /* whoever waits for the present leader need not */
}

/* How long the endpoint is left alone: 60 s after a refusal for good, else as long as it asked for, at most an hour. */
static int64_t quiet_us(const cxd_error *error, int permanent) {
  int64_t asked_ms = error ? error->retry_after_ms : 0;
  if (permanent)
    return REFUSED_FOR_US;
  return asked_ms <= 0 ? 0 : (asked_ms < REFUSED_MOST_MS ? asked_ms : REFUSED_MOST_MS) * 1000;
}

void cxd__flight_failed(struct cxd__flight *flight, const struct cxd__core *core, cxd__now now, const cxd_error *error, int permanent) {
  int64_t pause = RETRY_AFTER_US;
  if (flight->leader != core)
    return;
  for (int32_t i = 0; i < flight->failures && pause < RETRY_CAP_US; i++)
    pause *= 2;
  flight->failures++;
  flight->refused_until_boot_us = now.boot_us + quiet_us(error, permanent);
  flight->next_try_boot_us = now.boot_us + (pause < RETRY_CAP_US ? pause : RETRY_CAP_US);
  if (flight->next_try_boot_us < flight->refused_until_boot_us)
    flight->next_try_boot_us = flight->refused_until_boot_us;
  cxd_error_free(flight->failure);
  flight->failure = cxd__error_copy(error);
  flight->failed = flight->number;
  flight->leader = NULL;
}

void cxd__flight_put_off(struct cxd__flight *flight, const struct cxd__core *core, cxd__now now) {
  if (flight->leader != core)
    return;
  flight->next_try_boot_us = now.boot_us + RETRY_AFTER_US;
  flight->leader = NULL;
}
