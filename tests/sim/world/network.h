/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_NETWORK_H
#define CXD_WORLD_NETWORK_H

#include "message.h"
#include "plan.h"
#include "prng.h"

/* The way between client and server: how long it takes, and what gets lost on it. Nothing of the library in here either. */
enum fate {
  FATE_FINE,
  FATE_REFUSED,          /* no connection; nothing left */
  FATE_CONNECT_TIME_OUT,
  FATE_HANDSHAKE,
  FATE_CERTIFICATE,
  FATE_LOST_ON_THE_WAY,  /* left, never arrives */
  FATE_SLOW_ON_THE_WAY,
  FATE_BROKEN_ON_THE_WAY, /* the connection breaks; the request may arrive all the same */
  FATE_REPLY_LOST,
  FATE_REPLY_SLOW,
  FATES
};

/* What the client sees in the end. */
enum ending { END_ANSWER, END_CONNECT, END_CERTIFICATE, END_HANDSHAKE, END_TIME_OUT, END_LOST, END_RESEND, END_TOO_LARGE, END_ABORTED, END_OVERDUE, ENDINGS };

struct flight {
  int engine;
  uint32_t op, tag;
  struct message message;
  enum fate fate;
  int64_t timeout_mono;           /* on the client's clock */
  int64_t leave_at;               /* when the connection stands, or is known not to */
  int64_t arrive_at;              /* NEVER: not, or not yet known */
  int64_t seen_at;                /* when the client can see something new */
  int left, arrived, over;        /* over: the client is done with it */
  int64_t not_after_wall_ms;      /* 0: none */
  int overdue;                    /* that time has come */
  int64_t left_mono, left_boot;
  struct reply reply;
};

struct network {
  const struct plan *plan;
  struct prng prng;
  struct flight **flights;
  size_t count, room;
  int64_t fates[FATES]; /* how often each */
};

void network_init(struct network *network, const struct plan *plan);
void network_free(struct network *network);

/* The client hands a request over; its texts are copied. */
struct flight *network_send(struct network *network, int64_t now, const struct message *message);

/* The client's side of one flight: it goes on when its host lets it. 1: over, *ending says how. */
int network_progress(struct network *network, struct flight *flight, int64_t now, int64_t mono, int64_t boot, enum ending *ending);
int64_t network_next(const struct flight *flight); /* when progress may be made, apart from the time-out */

/* The client gives up. What is on its way still arrives within 1.9 s, or never. */
void network_abandon(struct network *network, struct flight *flight, int64_t now);

/* The server's side: what arrives. */
typedef void (*network_arrival)(void *context, const struct message *message, struct reply *reply);
int64_t network_due(const struct network *network);
void network_step(struct network *network, int64_t now, network_arrival arrive, void *context);

const char *network_fate_name(enum fate fate);
const char *network_ending_name(enum ending ending);

#endif
