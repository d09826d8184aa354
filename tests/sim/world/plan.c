/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "plan.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_UNIQUE 1000

struct drawing {
  struct plan *plan;
  struct prng prng;
  int64_t span_us;   /* tasks start within */
  int64_t next_value; /* values nobody else writes: seen on the server they tell who wrote */
};

const char *plan_validators_name(enum validators validators) {
  static const char *const names[] = {"etag", "etag+version", "version", "weak etag", "none"};
  return names[validators];
}

static int64_t pick(struct prng *prng, const int64_t *from, size_t count) { return from[prng_next(prng) % count]; }
#define PICK(prng, ...) pick(prng, (const int64_t[]){__VA_ARGS__}, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static void draw_client(struct drawing *d) {
  struct plan *p = d->plan;
  p->engines = (int)PICK(&d->prng, 1, 1, 2, 2, 3, 4);
  p->campaigns = (int)PICK(&d->prng, 1, 1, 2, 3);
  p->limit = PICK(&d->prng, 0, 3, 5, 8, 12, 20, 30, 30, 100);
  p->window_us = PICK(&d->prng, 1, 1, 2, 5, 20) * SECOND;
  p->margin_us = 250 * MILLISECOND;
  p->deadline_us = PICK(&d->prng, 5, 20, 60, 180, 180) * SECOND;
  p->attempt_timeout_us = PICK(&d->prng, 1, 2, 5, 10) * SECOND;
  p->base_us = PICK(&d->prng, 50, 500) * MILLISECOND;
  p->cap_us = 20 * SECOND;
  p->max_retry_after_us = PICK(&d->prng, 2, 20, 120) * SECOND;
  p->budget = PICK(&d->prng, 0, 28, 140, 140, 140, 140, 140);
  p->max_attempts = (int)PICK(&d->prng, 1, 2, 3, 4, 4, 4, 4);
  p->own_provider = prng_chance(&d->prng, 250);
  p->fixed_token = !p->own_provider && prng_chance(&d->prng, 40);
  p->jitter = (double)prng_between(&d->prng, 0, 1000) / 1000;
}

static void draw_weather(struct drawing *d) {
  struct plan *p = d->plan;
  p->validators = (enum validators)PICK(&d->prng, VALIDATORS_ETAG, VALIDATORS_ETAG, VALIDATORS_ETAG_AND_VERSION, VALIDATORS_VERSION, VALIDATORS_VERSION, VALIDATORS_WEAK, VALIDATORS_NONE);
  p->policy = (enum quota_policy)prng_between(&d->prng, 0, QUOTA_POLICIES - 1);
  p->latency_us = PICK(&d->prng, 1, 20, 150, 800) * MILLISECOND;
  p->stragglers = (int)PICK(&d->prng, 0, 10, 100);
  p->network_faults = (int)PICK(&d->prng, 0, 0, 30, 80, 200);
  p->server_faults = (int)PICK(&d->prng, 0, 0, 30, 100, 250);
  p->token_faults = (int)PICK(&d->prng, 0, 0, 0, 0, 100, 400);
  p->audit_faults = (int)PICK(&d->prng, 0, 0, 0, 0, 20, 150);
  p->check_faults = (int)PICK(&d->prng, 0, 0, 0, 0, 10, 60);
  p->token_life_s = PICK(&d->prng, 12, 30, 90, 300, 3600, 3600, 3600);
  p->token_latency_us = PICK(&d->prng, 1, 100, 1500) * MILLISECOND;
  p->audit_us = PICK(&d->prng, 0, 1, 5, 400) * MILLISECOND;
  p->slow_checks = 10;
  p->rate_limit_fields = (int)PICK(&d->prng, 0, 0, 0, 20);
  p->slow_syncs = p->audit_us ? 15 : 0;
  p->outage_from = p->outage_until = NEVER;
}

static const int64_t first_values[] = {100, 60, 25, 85, 1};

static void draw_edits(struct drawing *d, struct task_plan *t) {
  t->edit_count = (int)prng_between(&d->prng, 1, EDITS_MAX);
  int at = (int)prng_between(&d->prng, 0, 4);
  for (int i = 0; i < t->edit_count; i++) {
    struct edit *e = &t->edits[i];
    e->member = (at + i) % 5;
    e->value = d->next_value++;
    if (t->base != BASE_NONE && e->member == DOC_PRIORITY && prng_chance(&d->prng, 150))
      e->value = DOC_ABSENT;
  }
  if (prng_chance(&d->prng, 80)) { /* perhaps nothing to change */
    t->edit_count = 1;
    t->edits[0].value = first_values[t->edits[0].member];
  }
}

static void draw_update(struct drawing *d, struct task_plan *t) {
  t->base = (enum task_base)PICK(&d->prng, BASE_NONE, BASE_NONE, BASE_FIRST, BASE_FRESH);
  t->audit = (enum task_audit)PICK(&d->prng, AUDIT_REQUIRED, AUDIT_REQUIRED, AUDIT_REQUIRED, AUDIT_REQUIRED, AUDIT_BEST_EFFORT, AUDIT_OFF);
  t->replace = prng_chance(&d->prng, 100);
  t->verify_always = prng_chance(&d->prng, 150);
  t->queued = prng_chance(&d->prng, 300);
  t->death = prng_chance(&d->prng, 40) ? (enum task_death)prng_between(&d->prng, DEATH_AFTER_INTENT, DEATH_AFTER_ANSWER) : DEATH_NONE;
  t->rebalance = (enum task_rebalance)PICK(&d->prng, REBALANCE_KEEP, REBALANCE_KEEP, REBALANCE_KEEP, REBALANCE_KEEP, REBALANCE_ON, REBALANCE_OFF);
  if (t->replace)
    t->base = BASE_NONE;
  if (t->base == BASE_NONE && !t->replace && prng_chance(&d->prng, 60))
    t->wanted_version = prng_between(&d->prng, 1, 3);
  draw_edits(d, t);
}

static void draw_task(struct drawing *d, struct task_plan *t) {
  *t = (struct task_plan){.cancel_at = NEVER, .wanted_version = DOC_ABSENT};
  t->kind = (enum task_kind)PICK(&d->prng, TASK_APPLY, TASK_APPLY, TASK_APPLY, TASK_APPLY, TASK_APPLY, TASK_APPLY, TASK_APPLY, TASK_APPLY, TASK_APPLY, TASK_PLAN, TASK_GET, TASK_LIST);
  t->engine = (int)prng_between(&d->prng, 0, d->plan->engines - 1);
  t->campaign = (int)prng_between(&d->prng, 0, d->plan->campaigns - 1);
  t->start_at = prng_between(&d->prng, 0, d->span_us);
  if (prng_chance(&d->prng, 80))
    t->cancel_at = t->start_at + prng_between(&d->prng, 0, prng_chance(&d->prng, 500) ? SECOND : 20 * SECOND);
  if (t->kind == TASK_APPLY || t->kind == TASK_PLAN)
    draw_update(d, t);
}

static int64_t amount_of(struct drawing *d, enum happening_kind kind) {
  switch (kind) {
  case HAPPENS_STALL: return prng_between(&d->prng, SECOND, 90 * SECOND);
  case HAPPENS_SUSPEND: return PICK(&d->prng, 3, 60, 3600) * SECOND;
  case HAPPENS_WALL: return PICK(&d->prng, -86400, -3, -1, 2, 90, 86400) * SECOND;
  case HAPPENS_WINDOW: return PICK(&d->prng, 1, 30, 1000) * SECOND;
  default: return 0;
  }
}

/* Per thousand seeds and kind: how likely at least one is. */
static const int likely[HAPPENING_KINDS] = {
    [HAPPENS_WRITE] = 600, [HAPPENS_REVERT] = 200, [HAPPENS_STALL] = 250,  [HAPPENS_RESET] = 60,  [HAPPENS_FREE] = 60,
    [HAPPENS_CANCEL_ALL] = 50, [HAPPENS_SUSPEND] = 80, [HAPPENS_WALL] = 120, [HAPPENS_REVOKE] = 120, [HAPPENS_WINDOW] = 80};

static void draw_happening(struct drawing *d, enum happening_kind kind) {
  int of_campaign = kind == HAPPENS_WRITE || kind == HAPPENS_REVERT;
  struct happening *h = &d->plan->happenings[d->plan->happening_count++];
  *h = (struct happening){.kind = kind, .at = prng_between(&d->prng, 0, d->span_us + 10 * SECOND), .amount = amount_of(d, kind)};
  h->who = (int)prng_between(&d->prng, 0, (of_campaign ? d->plan->campaigns : d->plan->engines) - 1);
  if (kind == HAPPENS_STALL && prng_chance(&d->prng, 500))
    h->at = SECOND + prng_between(&d->prng, 0, SECOND / 2); /* while the first token is fetched */
  h->edit = (struct edit){(int)PICK(&d->prng, DOC_CONCURRENT, DOC_INTERVAL, DOC_CALLS, DOC_THROTTLE, DOC_PRIORITY, DOC_NAME, DOC_TENANT), d->next_value++};
}

#define SAME_KIND_MAX 6

static void draw_happenings(struct drawing *d) {
  for (int kind = 0; kind < HAPPENING_KINDS; kind++) {
    int many = kind == HAPPENS_WRITE || kind == HAPPENS_REVERT;
    int count = prng_chance(&d->prng, likely[kind]) ? (int)prng_between(&d->prng, 1, many ? SAME_KIND_MAX : 1) : 0;
    for (int i = 0; i < count; i++)
      draw_happening(d, (enum happening_kind)kind);
  }
}

static int by_time(const void *a, const void *b) {
  const struct happening *x = a, *y = b;
  if (x->at != y->at)
    return x->at < y->at ? -1 : 1;
  return (int)x->kind - (int)y->kind;
}

int plan_draw(struct plan *plan, uint64_t seed) {
  *plan = (struct plan){.seed = seed};
  struct drawing d = {.plan = plan, .prng = prng_from(seed, 1), .next_value = FIRST_UNIQUE};
  draw_client(&d);
  draw_weather(&d);
  d.span_us = PICK(&d.prng, 0, 1, 10, 60) * SECOND;
  int asked_for = (int)prng_between(&d.prng, 1, 12);
  plan->task_count = 2 * asked_for;
  plan->tasks = calloc((size_t)plan->task_count, sizeof *plan->tasks);
  plan->happenings = calloc(HAPPENING_KINDS * SAME_KIND_MAX, sizeof *plan->happenings);
  if (!plan->tasks || !plan->happenings) {
    plan_free(plan);
    return -1;
  }
  for (int i = 0; i < asked_for; i++)
    draw_task(&d, &plan->tasks[i]);
  for (int i = 0; i < asked_for; i++)
    plan->tasks[asked_for + i] = (struct task_plan){.kind = TASK_RECOVER, .engine = (int)prng_between(&d.prng, 0, plan->engines - 1), .campaign = plan->tasks[i].campaign, .of = i, .start_at = NEVER, .cancel_at = NEVER, .wanted_version = DOC_ABSENT};
  draw_happenings(&d);
  qsort(plan->happenings, (size_t)plan->happening_count, sizeof *plan->happenings, by_time);
  return 0;
}

void plan_free(struct plan *plan) {
  free(plan->tasks);
  free(plan->happenings);
  plan->tasks = NULL;
  plan->happenings = NULL;
}

static double seconds(int64_t us) { return (double)us / (double)SECOND; }

void plan_print(const struct plan *p) {
  static const char *const policies[QUOTA_POLICIES] = {"fixed", "sliding", "bucket"};
  printf("seed %llu: %d engines, %d campaigns, validators %s\n", (unsigned long long)p->seed, p->engines, p->campaigns, plan_validators_name(p->validators));
  printf("quota %lld in %g s (%s), deadline %g s, attempt %g s, %d attempts, budget %lld, %s\n", (long long)p->limit, seconds(p->window_us), policies[p->policy], seconds(p->deadline_us), seconds(p->attempt_timeout_us),
         p->max_attempts, (long long)p->budget, p->own_provider ? "tokens of a provider" : p->fixed_token ? "a fixed token" : "tokens of the endpoint");
  printf("faults per thousand: network %d, server %d, token %d, audit %d, checks %d; tokens live %lld s, disk %g s, latency %g s\n", p->network_faults, p->server_faults, p->token_faults, p->audit_faults, p->check_faults,
         (long long)p->token_life_s, seconds(p->audit_us), seconds(p->latency_us));
}
