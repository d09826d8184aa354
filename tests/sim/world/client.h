/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_CLIENT_H
#define CXD_WORLD_CLIENT_H

#include "core/core.h"
#include "network.h"
#include "tasks.h"

/*
 * The engines of one client: each does with its core what lib/engine does, turn by turn, in the world's time. While one
 * waits for the disk or for a rule, its host's thread is blocked; a stalled one is not called at all.
 */
struct pending_append {
  struct task *task;
  int64_t resolves;
  uint32_t op, tag;
  cxd_status status;
  char *record;
  size_t len;
};

struct blocked { /* on the monotonic clock */
  int64_t from, until;
};

#define APPENDS_MAX 64

struct engine {
  struct world *world;
  int number;
  struct cxd__core *core; /* NULL: freed, opened again by the next task */
  int woken, cancel_all, drop, drop_for_good;
  int64_t stalled_until;
  int64_t busy_until;     /* in a check or a sync; what it was comes next */
  struct cxd__action check;
  int checking;
  struct pending_append appends[APPENDS_MAX];
  size_t append_count;
  int64_t append_began;
  struct cxd__action fetch; /* the provider was asked for a token and answers at fetch_at */
  int fetching;
  int64_t fetch_at, fetch_asked_boot;
  struct blocked *blocked;
  size_t blocked_count, blocked_room;
  int64_t acted_at;       /* to see one that runs in circles */
  int actions;
};

struct client {
  struct cxd__shared shared;
  struct cxd__secret secret;
  struct engine engines[ENGINES_MAX];
  struct task *tasks;
  int64_t *ends;   /* when exchanges that had left ended, on the monotonic clock */
  size_t end_count, end_room;
  int64_t asked_until; /* by a Retry-After to everybody, on the monotonic clock */
  uint64_t opened; /* engines so far: each has its own random numbers */
  char token[FIELD_MAX];
  int64_t token_since, token_good_until; /* boot clock; 0: none */
};

int client_open(struct world *world);
void client_close(struct world *world);
int64_t client_due(struct world *world);
void client_step(struct world *world);

/* The host's side. */
void client_start(struct world *world, struct task *task);
void client_dies(struct engine *engine, const struct task *task, enum task_death at); /* if that is where it is to */
void client_stall(struct world *world, int engine, int64_t until);
struct task *client_task_of(struct world *world, const struct engine *engine, uint32_t op); /* NULL: a token exchange */
void client_block(struct engine *engine, int64_t from_mono, int64_t until_mono);
int64_t client_blocked_us(const struct engine *engine, int64_t from_mono, int64_t until_mono);
void client_note_end(struct world *world, int64_t mono); /* of a request that left */
int client_is_blocked(const struct engine *engine);
cxd__now client_now(const struct world *world);

/* perform.c: one action, and what comes back */
void perform(struct engine *engine, const struct cxd__action *action);
void perform_end_of_busy(struct engine *engine);
void perform_sync(struct engine *engine);
void perform_deliver(struct engine *engine, struct flight *flight, enum ending ending);
void perform_provider(struct engine *engine);
void perform_abort(struct engine *engine, uint32_t op, uint32_t tag);

#endif
