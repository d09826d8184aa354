/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "world.h"

#include <stdlib.h>

#include "check.h"

#define START SECOND
#define END (400000 * SECOND) /* no seed has a reason to last that long */

/* --------------------------------------------------------------------- what happens */

static void sleep_now(struct world *world, int64_t us) {
  world->slept += us;
  world->asleep_until = world->now + us;
}

static void happen(struct world *world, const struct happening *h) {
  struct engine *engine = &world->client.engines[h->who % ENGINES_MAX];
  world->tally->happenings[h->kind]++;
  trace_event(&world->trace, world->now, "happens", h->kind, h->who, h->amount);
  switch (h->kind) {
  case HAPPENS_WRITE: server_write(&world->server, world->now, h->who, &h->edit); return;
  case HAPPENS_REVERT: server_revert(&world->server, world->now, h->who); return;
  case HAPPENS_STALL: client_stall(world, h->who, world->now + h->amount); return;
  case HAPPENS_RESET: engine->drop = engine->woken = 1; return;
  case HAPPENS_FREE: engine->drop = engine->drop_for_good = engine->woken = 1; return;
  case HAPPENS_CANCEL_ALL: engine->cancel_all = engine->woken = 1; return;
  case HAPPENS_SUSPEND: sleep_now(world, h->amount); return;
  case HAPPENS_WALL: world->wall_jump_ms += h->amount / 1000; return;
  case HAPPENS_REVOKE: server_revoke(&world->server); return;
  case HAPPENS_WINDOW:
    world->closed_from = world->now;
    world->closed_until = world->now + h->amount;
    return;
  case HAPPENING_KINDS: return;
  }
}

/* One of a job that has only so many under way. */
static int held_back(const struct world *world, int task) { return world->plan->concurrency && task >= world->ended + world->plan->concurrency; }

static int64_t plan_due(const struct world *world) {
  int64_t due = world->next_happening < world->plan->happening_count ? world->plan->happenings[world->next_happening].at : NEVER;
  for (int i = 0; i < world->plan->task_count; i++) {
    const struct task *t = &world->client.tasks[i];
    if (t->state == TASK_PLANNED && !held_back(world, i) && t->start_at < due)
      due = t->start_at;
    if (t->state < TASK_DONE && !t->cancelled && !t->cancel && t->plan->cancel_at < due)
      due = t->plan->cancel_at;
  }
  return due;
}

static void plan_step(struct world *world) {
  const struct plan *p = world->plan;
  while (world->next_happening < p->happening_count && p->happenings[world->next_happening].at <= world->now)
    happen(world, &p->happenings[world->next_happening++]);
  for (int i = 0; i < p->task_count; i++) {
    struct task *t = &world->client.tasks[i];
    if (t->state == TASK_PLANNED && !held_back(world, i) && t->start_at <= world->now)
      client_start(world, t);
    if (t->state < TASK_DONE && !t->cancelled && t->plan->cancel_at <= world->now)
      t->cancel = world->client.engines[t->plan->engine].woken = 1;
  }
}

/* ------------------------------------------------------------------------------ time */

static void arrive(void *context, const struct message *message, struct reply *reply) {
  struct world *world = context;
  server_receive(&world->server, world->now, message, reply);
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t next_event(struct world *world) {
  int64_t due = least(plan_due(world), least(network_due(&world->network), least(server_due(&world->server), client_due(world))));
  return due == NEVER || due > world->now ? due : world->now;
}

static void go(struct world *world) {
  for (int64_t next; !world->broken.invariant && (next = next_event(world)) != NEVER;) {
    world->now = next;
    if (next > END) {
      check_broken(world, RULE_DEADLINE, "something goes on for ever");
      return;
    }
    plan_step(world);
    network_step(&world->network, world->now, arrive, world);
    server_step(&world->server, world->now);
    client_step(world);
  }
}

int world_run(struct world *world, const struct plan *plan, struct tally *tally, int shown) {
  *world = (struct world){.plan = plan, .prng = prng_from(plan->seed, 4), .now = START, .closed_from = NEVER, .tally = tally};
  const struct server_eyes eyes = {world, check_arrived, check_applied, check_failed};
  trace_init(&world->trace, shown);
  network_init(&world->network, plan);
  if (server_init(&world->server, plan, &eyes) != 0 || client_open(world) != 0) {
    check_broken(world, RULE_VERDICT, "no memory");
    return -1;
  }
  go(world);
  if (!world->broken.invariant)
    check_settled(world);
  tally->extra[TALLY_SEEDS]++;
  for (int i = 0; i < plan->task_count; i++)
    tally->extra[TALLY_TASKS] += world->client.tasks[i].state != TASK_PLANNED;
  tally->extra[TALLY_EVENTS] += world->trace.events;
  for (int i = 0; i < FATES; i++)
    tally->fates[i] += world->network.fates[i];
  return world->broken.invariant;
}

void world_free(struct world *world) {
  client_close(world);
  network_free(&world->network);
  server_free(&world->server);
}
