/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_WORLD_H
#define CXD_WORLD_WORLD_H

#include "client.h"
#include "network.h"
#include "plan.h"
#include "server.h"
#include "tally.h"
#include "trace.h"

/* One seed from its first event to its last. Time is the server's, in microseconds from 0; the client's clocks follow. */
struct broken {
  int invariant; /* 0: none */
  char text[400];
};

struct world {
  const struct plan *plan;
  struct prng prng;       /* of the client's surroundings: disk, rules, provider */
  int64_t now;
  int64_t asleep_until, slept; /* the machine: the monotonic clock stands still meanwhile */
  int64_t wall_jump_ms;
  int64_t closed_from, closed_until; /* calling hours */
  int next_happening;
  struct server server;
  struct network network;
  struct client client;
  struct trace trace;
  struct tally *tally;
  struct broken broken;
  int ended;        /* operations that did */
  int64_t makespan; /* when the last operation ended */
};

int world_run(struct world *world, const struct plan *plan, struct tally *tally, int shown); /* 0; else world->broken says what */
void world_free(struct world *world);

#endif
