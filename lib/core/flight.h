/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_FLIGHT_H
#define CXD__CORE_FLIGHT_H

#include <cxdialer/cxdialer.h>

#include "base/now.h"
#include "core/token.h"

/*
 * The access token of a client and the one exchange ("flight") that may be under way for the next. The flight belongs to
 * the core that leads it, for as long as its lease lasts: a leader that its host has stopped driving must not hold up the
 * others. Not locked: cxd__shared does that.
 */
struct cxd__core;

struct cxd__flight {
  struct cxd__token *token;
  struct cxd__token *before;     /* the one it replaced: servers may still talk about it */
  int32_t fixed;                 /* a static token: never refreshed */
  uint64_t generation;           /* of the last token */
  struct cxd__core *leader;      /* who fetches now */
  uint64_t number, failed;       /* the present or last flight; the last one that failed */
  int64_t lease_mono_us;
  int64_t next_try_boot_us;      /* after a failed refresh or a permanent refusal */
  int64_t refused_until_boot_us;
  int64_t next_forced_boot_us;   /* a fresh token that is refused as well is not replaced at once */
  int32_t failures;
  cxd_error *failure;            /* why the last flight failed */
  double jitter;                 /* 0 to 1, fixed for this client */
  int64_t bucket_us, bucket_at_us; /* token requests have a quota of their own: time saved up, as of when */
};

#define CXD__LEASE_SLACK_US 1000000

enum cxd__token_answer {
  CXD__TOKEN_READY,          /* *out is a reference */
  CXD__TOKEN_READY_AND_LEAD, /* likewise, and the caller fetches the next one beside its work */
  CXD__TOKEN_LEAD,           /* the caller fetches and must end with stored, failed, put_off or given_up */
  CXD__TOKEN_WAIT,           /* somebody fetches: wait to be woken, or for the end of the lease */
  CXD__TOKEN_REFUSED         /* the awaited flight failed, or one was refused a moment ago, or a fixed or just refreshed token was: *error is a copy */
};

struct cxd__token_ask {
  struct cxd__core *core;
  uint64_t refused_generation; /* the server answered 401 to it; 0 = none */
  uint64_t awaited;            /* in: 0, or the flight waited for until now; out: the flight to wait for */
  int32_t forced;              /* out: LEAD because the last token was refused */
  struct cxd__token *token;    /* out: a reference */
  struct cxd__token *before;   /* out: likewise, or NULL: the token of earlier requests */
  cxd_error *error;            /* out: REFUSED, the caller's */
};

void cxd__flight_init(struct cxd__flight *flight, double jitter);
void cxd__flight_free(struct cxd__flight *flight);
void cxd__flight_forget(struct cxd__flight *flight); /* the token and what is known of its endpoint */
int cxd__flight_set_fixed(struct cxd__flight *flight, const char *text, size_t len); /* 0, or -1: no memory */

enum cxd__token_answer cxd__flight_token(struct cxd__flight *flight, cxd__now now, struct cxd__token_ask *ask);
int cxd__flight_over(const struct cxd__flight *flight, uint64_t awaited, int64_t mono_us); /* asking again makes sense */

/* 0: a token request may leave now and is charged; otherwise how long until the next may. */
int64_t cxd__flight_charge(struct cxd__flight *flight, int64_t mono_us);

/* Ends of a flight. Only its leader ends it; a former leader that comes late with a token still brings a token. */
void cxd__flight_stored(struct cxd__flight *flight, const struct cxd__core *core, struct cxd__token *token); /* takes over the reference */
void cxd__flight_failed(struct cxd__flight *flight, const struct cxd__core *core, cxd__now now, const cxd_error *error, int permanent);
void cxd__flight_put_off(struct cxd__flight *flight, const struct cxd__core *core, cxd__now now); /* the old token is good, and nobody has time for this one */
void cxd__flight_given_up(struct cxd__flight *flight, const struct cxd__core *core);              /* the next waiter leads */

#endif
