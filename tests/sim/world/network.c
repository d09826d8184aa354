/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "network.h"

#include <stdlib.h>
#include <string.h>

#include "grow.h"

/* A request the client has given up reaches the server sooner than this, or never: the margin for a lost reply is 2 s. */
#define STRAY_US (1900 * MILLISECOND)
#define CONNECT_TIME_OUT_US (3 * SECOND)

static const struct {
  const char *name;
  int weight;
} fates[FATES] = {
    [FATE_FINE] = {"fine", 0},
    [FATE_REFUSED] = {"connection refused", 8},
    [FATE_CONNECT_TIME_OUT] = {"connect time-out", 4},
    [FATE_HANDSHAKE] = {"broken handshake", 2},
    [FATE_CERTIFICATE] = {"bad certificate", 1},
    [FATE_LOST_ON_THE_WAY] = {"lost on the way", 6},
    [FATE_SLOW_ON_THE_WAY] = {"slow on the way", 12},
    [FATE_BROKEN_ON_THE_WAY] = {"broken on the way", 6},
    [FATE_REPLY_LOST] = {"reply lost", 6},
    [FATE_REPLY_SLOW] = {"reply slow", 8},
};

const char *network_fate_name(enum fate fate) { return fates[fate].name; }

const char *network_ending_name(enum ending ending) {
  static const char *const names[ENDINGS] = {"answer", "no connection", "certificate", "handshake", "time-out", "lost", "resend stopped", "too large", "aborted", "overdue"};
  return names[ending];
}

void network_init(struct network *network, const struct plan *plan) { *network = (struct network){.plan = plan, .prng = prng_from(plan->seed, 3)}; }

static void free_flight(struct flight *flight) {
  message_clear(&flight->message);
  free(flight);
}

void network_free(struct network *network) {
  for (size_t i = 0; i < network->count; i++)
    free_flight(network->flights[i]);
  free(network->flights);
}

/* --------------------------------------------------------------------------- fates */

static enum fate draw_fate(struct network *network, int64_t now, enum message_kind kind) {
  const struct plan *p = network->plan;
  int64_t sum = 0;
  enum outage outage = now >= p->outage_from && now < p->outage_until && kind != MESSAGE_TOKEN ? p->outage : OUTAGE_NONE;
  if (outage == OUTAGE_REFUSED)
    return FATE_REFUSED;
  if (outage == OUTAGE_SILENT)
    return FATE_LOST_ON_THE_WAY;
  if (!prng_chance(&network->prng, p->network_faults))
    return FATE_FINE;
  for (int i = 0; i < FATES; i++)
    sum += fates[i].weight;
  int64_t at = prng_between(&network->prng, 0, sum - 1);
  int fate = 0;
  while (at >= fates[fate].weight)
    at -= fates[fate++].weight;
  return (enum fate)fate;
}

static int64_t one_way(struct network *network) {
  int64_t us = prng_between(&network->prng, 0, network->plan->latency_us);
  return us + (prng_chance(&network->prng, network->plan->stragglers) ? 2 * SECOND : 0);
}

/* ------------------------------------------------------------------- the client's side */

struct flight *network_send(struct network *network, int64_t now, const struct message *message) {
  GROW(network->flights, network->count, network->room);
  size_t room = 0;
  struct flight *flight = grow(NULL, 0, &room, sizeof *flight);
  *flight = (struct flight){.arrive_at = NEVER, .seen_at = NEVER};
  message_copy(&flight->message, message);
  network->flights[network->count++] = flight;
  flight->fate = draw_fate(network, now, message->kind);
  network->fates[flight->fate]++;
  flight->leave_at = now + prng_between(&network->prng, 0, network->plan->latency_us);
  if (flight->fate == FATE_CONNECT_TIME_OUT)
    flight->leave_at = now + CONNECT_TIME_OUT_US;
  return flight;
}

/* 1: it never leaves. */
static int stays(const struct flight *flight, enum ending *ending) {
  switch (flight->fate) {
  case FATE_REFUSED: *ending = END_CONNECT; return 1;
  case FATE_CONNECT_TIME_OUT: *ending = END_TIME_OUT; return 1;
  case FATE_HANDSHAKE: *ending = END_HANDSHAKE; return 1;
  case FATE_CERTIFICATE: *ending = END_CERTIFICATE; return 1;
  default: return 0;
  }
}

static void leave(struct network *network, struct flight *flight, int64_t now, int64_t mono, int64_t boot) {
  flight->left = 1;
  flight->message.left_at = now;
  flight->left_mono = mono;
  flight->left_boot = boot;
  if (flight->fate == FATE_LOST_ON_THE_WAY)
    return;
  flight->arrive_at = now + one_way(network);
  if (flight->fate == FATE_SLOW_ON_THE_WAY)
    flight->arrive_at += prng_between(&network->prng, 260 * MILLISECOND, 15 * SECOND);
  if (flight->fate == FATE_BROKEN_ON_THE_WAY)
    flight->seen_at = now + prng_between(&network->prng, 0, flight->arrive_at - now + 100 * MILLISECOND);
}

static enum ending ending_of(struct network *network, const struct flight *flight) {
  if (flight->fate == FATE_BROKEN_ON_THE_WAY || flight->reply.end == REPLY_RESET)
    return prng_chance(&network->prng, 500) ? END_LOST : END_RESEND;
  return flight->reply.end == REPLY_CUT ? END_LOST : flight->reply.end == REPLY_TOO_LARGE ? END_TOO_LARGE : END_ANSWER;
}

/* A head without an end can be seen, and ends nothing. */
static int stuck(const struct flight *flight, int64_t now) { return flight->arrived && flight->reply.end == REPLY_STUCK && now >= flight->seen_at; }

int network_progress(struct network *network, struct flight *flight, int64_t now, int64_t mono, int64_t boot, enum ending *ending) {
  int late = mono >= flight->timeout_mono;
  if (flight->over)
    return 0;
  if (!flight->left && now >= flight->leave_at && (!late || prng_chance(&network->prng, 500))) {
    if (stays(flight, ending)) {
      flight->over = 1;
      return 1;
    }
    if (flight->overdue) { /* as the pre-request hook does: the connection stands, and nothing leaves */
      *ending = END_OVERDUE;
      flight->over = 1;
      return 1;
    }
    leave(network, flight, now, mono, boot);
  }
  int seen = flight->left && now >= flight->seen_at && !stuck(flight, now);
  if (seen && late && prng_chance(&network->prng, 500))
    seen = 0; /* both were there when the host came back: the time-out was looked at first */
  if (!seen && !late)
    return 0;
  *ending = seen ? ending_of(network, flight) : END_TIME_OUT;
  network_abandon(network, flight, now);
  return 1;
}

int64_t network_next(const struct flight *flight) {
  if (flight->over)
    return NEVER;
  if (!flight->left)
    return flight->leave_at;
  return flight->arrived && flight->reply.end == REPLY_STUCK ? NEVER : flight->seen_at;
}

void network_abandon(struct network *network, struct flight *flight, int64_t now) {
  flight->over = 1;
  if (!flight->left || flight->arrived || flight->arrive_at == NEVER)
    return;
  int64_t latest = now + prng_between(&network->prng, 0, STRAY_US);
  if (prng_chance(&network->prng, 400))
    flight->arrive_at = NEVER;
  else if (flight->arrive_at > latest)
    flight->arrive_at = latest;
}

/* ------------------------------------------------------------------- the server's side */

int64_t network_due(const struct network *network) {
  int64_t due = NEVER;
  for (size_t i = 0; i < network->count; i++) {
    const struct flight *f = network->flights[i];
    if (!f->arrived && f->arrive_at < due)
      due = f->arrive_at;
  }
  return due;
}

static void arrived(struct network *network, struct flight *flight, int64_t now, network_arrival arrive, void *context) {
  flight->arrived = 1;
  arrive(context, &flight->message, &flight->reply);
  if (flight->fate == FATE_BROKEN_ON_THE_WAY || flight->fate == FATE_REPLY_LOST || flight->reply.end == REPLY_SILENT)
    return;
  flight->seen_at = now + flight->reply.work_us + one_way(network);
  if (flight->fate == FATE_REPLY_SLOW)
    flight->seen_at += prng_between(&network->prng, SECOND / 2, 20 * SECOND);
}

static int finished(const struct flight *flight) { return flight->over && (flight->arrived || flight->arrive_at == NEVER); }

void network_step(struct network *network, int64_t now, network_arrival arrive, void *context) {
  for (size_t i = 0; i < network->count; i++) {
    struct flight *f = network->flights[i];
    if (!f->arrived && f->arrive_at <= now)
      arrived(network, f, now, arrive, context);
  }
  size_t kept = 0;
  for (size_t i = 0; i < network->count; i++) {
    if (finished(network->flights[i]))
      free_flight(network->flights[i]);
    else
      network->flights[kept++] = network->flights[i];
  }
  network->count = kept;
}
