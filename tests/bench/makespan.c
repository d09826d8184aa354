/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* How long a job of a thousand updates takes, compared with what the quota allows at best, and how often it runs into the quota. */
#include <stdio.h>
#include <stdlib.h>

#include "measure.h"

#define REQUESTS_EACH 2
#define TARGET 1.05

static const char *const policies[] = {"fixed", "sliding", "bucket", "strict"};

/* The first window's requests go at once, and each later window brings as many again: no policy lets more through. */
static double lower_bound_us(const struct plan *plan) {
  int64_t requests = (int64_t)plan->task_count * REQUESTS_EACH, windows = (requests + plan->limit - 1) / plan->limit;
  return (double)(windows - 1) * (double)plan->window_us;
}

static int64_t not_applied(const struct world *world) {
  int64_t count = 0;
  for (int i = 0; i < world->plan->task_count; i++)
    count += world->client.tasks[i].outcome != CXD_OUTCOME_APPLIED;
  return count;
}

static void one(struct measure *measure, enum quota_policy policy, int updates, int engines, int concurrency) {
  static struct world world;
  struct plan plan;
  char detail[64];
  if (measure_plan(&plan, updates, engines) != 0)
    exit(3);
  plan.policy = policy;
  plan.concurrency = concurrency;
  for (int i = 0; i < updates; i++)
    plan.tasks[i].queued = 1;
  snprintf(detail, sizeof detail, "%s-%d-engine%s-%d-at-once", policies[policy], engines, engines == 1 ? "" : "s", concurrency ? concurrency : updates);
  if (measure_run(measure, &world, &plan, detail) == 0) {
    measure_at_most(measure, "makespan-ratio", detail, (double)(world.makespan - SECOND) / lower_bound_us(&plan), TARGET);
    measure_at_most(measure, "makespan-429", detail, (double)world.server.turned_away, 0);
    measure_at_most(measure, "makespan-not-applied", detail, (double)not_applied(&world), 0);
  }
  world_free(&world);
  plan_free(&plan);
}

int main(int argc, char **argv) {
  static const int at_once[] = {8, 32, 0};
  struct measure measure = {0};
  int updates = argc > 1 ? atoi(argv[1]) : 1000;
  for (int policy = 0; policy < QUOTA_POLICIES; policy++)
    for (size_t i = 0; i < sizeof at_once / sizeof *at_once; i++) {
      one(&measure, (enum quota_policy)policy, updates, 1, at_once[i]);
      one(&measure, (enum quota_policy)policy, updates, 4, at_once[i]);
    }
  return measure.missed;
}
