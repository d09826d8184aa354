/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "client.h"

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "base/error.h"
#include "check.h"
#include "grow.h"
#include "world.h"

#define MONO_START (1000 * SECOND)
#define BOOT_START (5000 * SECOND)
#define ACTIONS_AT_ONCE 200 /* and a few for each operation */
#define SPINS_AT_ONCE 50    /* turns without anything to do: one core may wake another, not for ever */

/* ---------------------------------------------------------------------------- clocks */

static int64_t mono_now(const struct world *world) { return MONO_START + world->now - world->slept; }

static int64_t at_mono(const struct world *world, int64_t mono) { return mono == INT64_MAX ? NEVER : mono - MONO_START + world->slept; }

cxd__now client_now(const struct world *world) {
  return (cxd__now){mono_now(world), BOOT_START + world->now, WORLD_EPOCH_MS + world->now / 1000 + world->wall_jump_ms};
}

/* ------------------------------------------------------------------- opening and ending */

static void on_wake(void *context) { ((struct engine *)context)->woken = 1; }

static struct cxd__core_options core_options(struct world *world) {
  const struct plan *p = world->plan;
  return (struct cxd__core_options){
      .base_path = "",
      .campaign_path = "/api/v2/outbound/campaigns/{id}",
      .oauth = {.token_url = "https://auth.test/token", .client_id = "world", .scope = "campaign:write", .client_secret = &world->client.secret},
      .custom_token = p->own_provider,
      .attempt_timeout_us = p->attempt_timeout_us,
      .deadline_us = p->deadline_us,
      .base_us = p->base_us,
      .cap_us = p->cap_us,
      .max_retry_after_us = p->max_retry_after_us,
      .max_attempts = p->max_attempts};
}

static int open_engine(struct world *world, struct engine *engine) {
  struct cxd__core_options options = core_options(world);
  engine->core = cxd__core_new(&world->client.shared, &options, prng_mix(world->plan->seed + ++world->client.opened * UINT64_C(0x9e3779b97f4a7c15)));
  if (!engine->core)
    return -1;
  cxd__core_join(engine->core, on_wake, engine);
  return 0;
}

/* auth.token: one for all time as far as the client knows. */
static int fix_token(struct world *world) {
  char token[FIELD_MAX];
  if (!world->plan->fixed_token)
    return 0;
  server_issue(&world->server, world->now, token);
  return cxd__shared_set_fixed_token(&world->client.shared, token, strlen(token));
}

int client_open(struct world *world) {
  const struct plan *p = world->plan;
  struct client *client = &world->client;
  if (cxd__shared_init(&client->shared, (size_t)p->limit, p->window_us, p->margin_us, p->budget, p->jitter) != 0 || cxd__secret_set(&client->secret, "s3cret", 6) != 0 || fix_token(world) != 0)
    return -1;
  client->tasks = calloc((size_t)p->task_count, sizeof *client->tasks);
  for (int i = 0; i < p->task_count && client->tasks; i++)
    client->tasks[i] = (struct task){.plan = &p->tasks[i], .number = i, .start_at = p->tasks[i].start_at};
  for (int i = 0; i < p->engines; i++) {
    client->engines[i] = (struct engine){.world = world, .number = i, .fetch_at = NEVER};
    if (open_engine(world, &client->engines[i]) != 0)
      return -1;
  }
  return client->tasks ? 0 : -1;
}

static void forget_appends(struct engine *engine) {
  for (size_t i = 0; i < engine->append_count; i++)
    free(engine->appends[i].record);
  engine->append_count = 0;
}

void client_note_end(struct world *world, int64_t mono) {
  struct client *client = &world->client;
  GROW(client->ends, client->end_count, client->end_room);
  client->ends[client->end_count++] = mono;
}

/* As lib/engine: everything in flight is aborted, then the core forgets its operations. */
static void drop_all(struct engine *engine, enum task_state state) {
  struct world *world = engine->world;
  for (size_t i = 0; i < world->network.count; i++)
    if (world->network.flights[i]->engine == engine->number && !world->network.flights[i]->over)
      network_abandon(&world->network, world->network.flights[i], world->now);
  engine->fetching = 0;
  forget_appends(engine);
  cxd__core_reset(engine->core, client_now(world));
  for (int i = 0; i < world->plan->task_count; i++) {
    struct task *t = &world->client.tasks[i];
    if (t->plan->engine == engine->number && t->state == TASK_RUNNING) {
      t->state = state;
      task_died(world, t);
      client_note_end(world, client_now(world).mono_us); /* a slot it held is kept as after a lost reply */
      world->tally->extra[TALLY_GONE]++;
    }
  }
}

static void free_engine(struct engine *engine) {
  cxd__core_leave(engine->core);
  cxd__core_free(engine->core);
  engine->core = NULL;
}

void client_close(struct world *world) {
  struct client *client = &world->client;
  for (int i = 0; i < world->plan->engines; i++) {
    struct engine *e = &client->engines[i];
    if (e->core) {
      drop_all(e, TASK_GONE);
      free_engine(e);
    }
    free(e->blocked);
  }
  for (int i = 0; i < world->plan->task_count && client->tasks; i++)
    task_clear(&client->tasks[i]);
  free(client->tasks);
  free(client->ends);
  cxd__shared_free(&client->shared);
  cxd__secret_clear(&client->secret);
}

/* -------------------------------------------------------------------------- blocking */

void client_block(struct engine *engine, int64_t from_mono, int64_t until_mono) {
  GROW(engine->blocked, engine->blocked_count, engine->blocked_room);
  engine->blocked[engine->blocked_count++] = (struct blocked){from_mono, until_mono};
}

/* Overlapping ones count twice, which only happens when a stalled engine's disk was slow as well. */
int64_t client_blocked_us(const struct engine *engine, int64_t from_mono, int64_t until_mono) {
  int64_t sum = 0;
  for (size_t i = 0; i < engine->blocked_count; i++) {
    int64_t from = engine->blocked[i].from > from_mono ? engine->blocked[i].from : from_mono;
    int64_t until = engine->blocked[i].until < until_mono ? engine->blocked[i].until : until_mono;
    sum += until > from ? until - from : 0;
  }
  return sum;
}

int client_is_blocked(const struct engine *engine) { return engine->stalled_until > engine->world->now || engine->busy_until > engine->world->now; }

void client_stall(struct world *world, int number, int64_t until) {
  struct engine *engine = &world->client.engines[number];
  if (until > engine->stalled_until) {
    client_block(engine, mono_now(world), mono_now(world) + until - world->now);
    engine->stalled_until = until;
  }
}

/* ----------------------------------------------------------------------------- tasks */

struct task *client_task_of(struct world *world, const struct engine *engine, uint32_t op) {
  for (int i = 0; i < world->plan->task_count; i++) {
    struct task *t = &world->client.tasks[i];
    if (t->plan->engine == engine->number && t->state == TASK_RUNNING && t->op == op)
      return t;
  }
  return NULL;
}

void client_start(struct world *world, struct task *task) {
  task->state = TASK_READY;
  world->client.engines[task->plan->engine].woken = 1;
}

static void start(struct engine *engine, struct task *task) {
  struct world *world = engine->world;
  cxd__now now = client_now(world);
  if (task_prepare(world, task) != 0 || cxd__core_start(engine->core, &task->job, now, &task->op, NULL) != CXD_OK) {
    check_broken(world, RULE_VERDICT, "operation %d cannot be started", task->number);
    task->state = TASK_GONE;
    return;
  }
  task->state = TASK_RUNNING;
  task->started_mono = now.mono_us;
  task->deadline_mono = task->plan->queued ? NEVER : now.mono_us + world->plan->deadline_us;
  trace_event(&world->trace, world->now, "start", task->number, task->plan->kind, task->plan->campaign);
}

static int start_tasks(struct engine *engine) {
  int any = 0;
  for (int i = 0; i < engine->world->plan->task_count; i++) {
    struct task *t = &engine->world->client.tasks[i];
    if (t->plan->engine != engine->number || t->state != TASK_READY)
      continue;
    if (engine->core || open_engine(engine->world, engine) == 0)
      start(engine, t);
    any = 1;
  }
  return any;
}

static void cancel_tasks(struct engine *engine) {
  struct world *world = engine->world;
  for (int i = 0; i < world->plan->task_count; i++) {
    struct task *t = &world->client.tasks[i];
    if (t->plan->engine != engine->number || t->state != TASK_RUNNING || (!t->cancel && !engine->cancel_all))
      continue;
    trace_event(&world->trace, world->now, "cancel", t->number, t->left[MESSAGE_PUT], 0);
    t->cancelled = 1;
    t->cancel = 0;
    if (!engine->cancel_all)
      cxd__core_cancel(engine->core, t->op, client_now(world));
  }
  if (engine->cancel_all)
    cxd__core_cancel(engine->core, 0, client_now(world));
  engine->cancel_all = 0;
}

/* Once: the operation is gone with its engine. */
void client_dies(struct engine *engine, const struct task *task, enum task_death at) {
  if (task->plan->death == at)
    engine->drop = engine->woken = 1;
}

/* ----------------------------------------------------------------------------- turns */

static int drop_when_asked(struct engine *engine) {
  if (!engine->drop)
    return 0;
  trace_event(&engine->world->trace, engine->world->now, "drop", engine->number, engine->drop_for_good, 0);
  drop_all(engine, TASK_GONE);
  if (engine->drop_for_good)
    free_engine(engine);
  engine->drop = engine->drop_for_good = 0;
  return 1;
}

/* Everything the network has for this engine; an event fed may start or abort others, so one at a time. */
static int deliver(struct engine *engine) {
  struct world *world = engine->world;
  cxd__now now = client_now(world);
  int any = 0;
  for (size_t i = 0; i < world->network.count; i++) {
    struct flight *f = world->network.flights[i];
    enum ending ending;
    int had_left = f->left;
    if (f->engine != engine->number)
      continue;
    f->overdue = f->not_after_wall_ms && now.wall_ms >= f->not_after_wall_ms;
    int over = network_progress(&world->network, f, world->now, now.mono_us, now.boot_us, &ending);
    if (f->left && !had_left) {
      trace_event(&world->trace, world->now, "left", f->message.task, f->message.kind, f->fate);
      struct task *task = f->message.kind == MESSAGE_PUT ? client_task_of(world, engine, f->op) : NULL;
      if (task) {
        check_left(world, task);
        client_dies(engine, task, DEATH_AFTER_PUT_LEFT);
      }
      any = 1;
    }
    if (!over)
      continue;
    perform_deliver(engine, f, ending);
    any = 1;
  }
  return any;
}

static int act(struct engine *engine) {
  struct world *world = engine->world;
  struct cxd__action action;
  int any = 0;
  while (engine->busy_until <= world->now && cxd__core_next(engine->core, client_now(world), &action)) {
    perform(engine, &action);
    any = 1;
    if (++engine->actions > ACTIONS_AT_ONCE + 20 * world->plan->task_count) {
      check_broken(world, RULE_DEADLINE, "engine %d: more than %d actions at one instant", engine->number, engine->actions - 1);
      return 0;
    }
  }
  return any;
}

/* 1: something was done. */
static int turn(struct engine *engine) {
  struct world *world = engine->world;
  if (engine->stalled_until > world->now || engine->busy_until > world->now)
    return 0;
  if (engine->busy_until) {
    perform_end_of_busy(engine);
    return 1;
  }
  engine->woken = 0;
  int any = engine->core ? drop_when_asked(engine) : 0;
  any |= start_tasks(engine);
  if (!engine->core)
    return any;
  cancel_tasks(engine);
  any |= act(engine);
  if (engine->busy_until > world->now)
    return 1;
  if (engine->append_count) {
    perform_sync(engine);
    return 1;
  }
  if (engine->fetching && engine->fetch_at <= world->now) {
    perform_provider(engine);
    any = 1;
  }
  return deliver(engine) || any;
}

static int64_t engine_due(struct engine *engine) {
  struct world *world = engine->world;
  int64_t due = engine->woken ? world->now : NEVER;
  if (engine->busy_until)
    due = engine->busy_until;
  else if (engine->core) {
    int64_t timer = at_mono(world, cxd__core_due(engine->core));
    due = timer < due ? timer : due;
    due = engine->fetching && engine->fetch_at < due ? engine->fetch_at : due;
    for (size_t i = 0; i < world->network.count; i++) {
      const struct flight *f = world->network.flights[i];
      if (f->engine != engine->number || f->over)
        continue;
      int64_t next = network_next(f), late = at_mono(world, f->timeout_mono);
      due = next < due ? next : due;
      due = late < due ? late : due;
    }
  }
  due = due > engine->stalled_until ? due : engine->stalled_until;
  return due > world->asleep_until ? due : world->asleep_until;
}

int64_t client_due(struct world *world) {
  int64_t due = NEVER;
  for (int i = 0; i < world->plan->engines; i++) {
    int64_t one = engine_due(&world->client.engines[i]);
    if (one != NEVER && one < due)
      due = one;
  }
  return due;
}

static void run(struct engine *engine) {
  struct world *world = engine->world;
  if (engine->acted_at != world->now)
    engine->actions = 0;
  engine->acted_at = world->now;
  for (int spins = 0; !world->broken.invariant && (turn(engine) || engine_due(engine) <= world->now);)
    if (++spins > SPINS_AT_ONCE + 20 * world->plan->task_count)
      check_broken(world, RULE_DEADLINE, "engine %d wants to be called again and again at one instant: it runs in circles", engine->number);
}

void client_step(struct world *world) {
  int again = 1;
  for (int rounds = 0; again && !world->broken.invariant; rounds++) {
    again = 0;
    for (int i = 0; i < world->plan->engines; i++)
      if (engine_due(&world->client.engines[i]) <= world->now) {
        run(&world->client.engines[i]);
        again = 1;
      }
    if (rounds > ACTIONS_AT_ONCE)
      check_broken(world, RULE_DEADLINE, "the engines wake each other without end");
  }
}
