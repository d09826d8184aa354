/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* How long a job of a thousand updates takes, compared with what the quota allows at best, and how often it runs into the quota. */
#include <stdio.h>
#include <stdlib.h>

#include "measure.h"

#define REQUESTS_EACH 2
#define TARGET 1.05
#define REFUSALS 20

/*
 * The first three are never to refuse anything. A strict server is a bucket smaller than the limit, which no client can know before it is
 * refused. Its burst is all the jitter of the way it forgives: with a burst of one it is measured on a steady way, because no client can tell
 * when the next request will arrive.
 */
static const struct server_kind {
  const char *name;
  enum quota_policy policy;
  int64_t burst;
  int silent;            /* a refusal does not say when */
  int64_t jitter_us;     /* 0: as ever, see measure.c */
  double ratio, refusals;
} kinds[] = {
  {"fixed", QUOTA_FIXED, 0, 0, 0, TARGET, 0},
  {"sliding", QUOTA_SLIDING, 0, 0, 0, TARGET, 0},
  {"bucket", QUOTA_BUCKET, 0, 0, 0, TARGET, 0},
  {"strict", QUOTA_STRICT, 1, 0, 5 * MILLISECOND, TARGET, REFUSALS},
  {"strict-silent", QUOTA_STRICT, 1, 1, 5 * MILLISECOND, TARGET, REFUSALS},
  {"strict-2", QUOTA_STRICT, 2, 0, 0, TARGET, REFUSALS},
  {"strict-10", QUOTA_STRICT, 10, 0, 0, TARGET, REFUSALS},
  {"strict-50", QUOTA_STRICT, 50, 0, 0, TARGET, REFUSALS},
  {"strict-jolted", QUOTA_STRICT, 1, 0, 0, 1.55, 40}, /* up to 300 ms either way between two that are 600 ms apart */
};

/* What the burst lets through goes at once, and the rest as the limit refills: per window, or one by one. */
static double lower_bound_us(const struct plan *plan) {
  int64_t requests = (int64_t)plan->task_count * REQUESTS_EACH, windows = (requests + plan->limit - 1) / plan->limit;
  if (plan->policy == QUOTA_STRICT)
    return (double)(requests - plan->burst) * (double)plan->window_us / (double)plan->limit;
  return (double)(windows - 1) * (double)plan->window_us;
}

static int64_t not_applied(const struct world *world) {
  int64_t count = 0;
  for (int i = 0; i < world->plan->task_count; i++)
    count += world->client.tasks[i].outcome != CXD_OUTCOME_APPLIED;
  return count;
}

static void one(struct measure *measure, const struct server_kind *kind, int updates, int engines, int concurrency) {
  static struct world world;
  struct plan plan;
  char detail[64];
  if (measure_plan(&plan, updates, engines) != 0)
    exit(3);
  plan.policy = kind->policy;
  plan.burst = kind->burst;
  plan.silent = kind->silent;
  if (kind->jitter_us) {
    plan.latency_us = kind->jitter_us;
    plan.stragglers = 0;
  }
  plan.concurrency = concurrency;
  for (int i = 0; i < updates; i++)
    plan.tasks[i].queued = 1;
  snprintf(detail, sizeof detail, "%s-%d-engine%s-%d-at-once", kind->name, engines, engines == 1 ? "" : "s", concurrency ? concurrency : updates);
  if (measure_run(measure, &world, &plan, detail) == 0) {
    measure_at_most(measure, "makespan-ratio", detail, (double)(world.makespan - SECOND) / lower_bound_us(&plan), kind->ratio);
    measure_at_most(measure, "makespan-429", detail, (double)world.server.turned_away, kind->refusals);
    measure_at_most(measure, "makespan-not-applied", detail, (double)not_applied(&world), 0);
  }
  world_free(&world);
  plan_free(&plan);
}

int main(int argc, char **argv) {
  static const int at_once[] = {8, 32, 0};
  struct measure measure = {0};
  int updates = argc > 1 ? atoi(argv[1]) : 1000;
  for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
    for (size_t i = 0; i < sizeof at_once / sizeof *at_once; i++) {
      one(&measure, &kinds[kind], updates, 1, at_once[i]);
      one(&measure, &kinds[kind], updates, 4, at_once[i]);
    }
  return measure.missed;
}
