/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "measure.h"

#include <stdio.h>
#include <stdlib.h>

#include "check.h"

int measure_plan(struct plan *plan, int updates, int engines) {
  *plan = (struct plan){.seed = 1, .engines = engines, .campaigns = updates, .validators = VALIDATORS_ETAG, .task_count = updates};
  plan->limit = 100;
  plan->window_us = 60 * SECOND;
  plan->margin_us = 250 * MILLISECOND;
  plan->deadline_us = 180 * SECOND;
  plan->attempt_timeout_us = 10 * SECOND;
  plan->base_us = 500 * MILLISECOND;
  plan->cap_us = 20 * SECOND;
  plan->max_retry_after_us = 120 * SECOND;
  plan->budget = 140;
  plan->max_attempts = 4;
  plan->token_life_s = 3600;
  plan->latency_us = 100 * MILLISECOND; /* connecting, there and back again: 0 to 300 ms together */
  plan->stragglers = 5;                 /* each way: one exchange in a hundred takes two seconds more */
  plan->audit_us = MILLISECOND;
  plan->outage_from = plan->outage_until = NEVER;
  plan->tasks = calloc((size_t)updates, sizeof *plan->tasks);
  for (int i = 0; i < updates && plan->tasks; i++)
    plan->tasks[i] = (struct task_plan){.kind = TASK_APPLY, .engine = i % engines, .campaign = i, .cancel_at = NEVER, .wanted_version = DOC_ABSENT, .edits = {{DOC_INTERVAL, 1000 + i}}, .edit_count = 1};
  return plan->tasks ? 0 : -1;
}

int measure_run(struct measure *measure, struct world *world, const struct plan *plan, const char *name) {
  static struct tally tally;
  if (world_run(world, plan, &tally, 0) == 0)
    return 0;
  printf("%s: rule %d (%s) is broken: %s\n", name, world->broken.invariant, check_rule_name(world->broken.invariant), world->broken.text);
  measure->missed = 1;
  return -1;
}

void measure_at_most(struct measure *measure, const char *name, const char *detail, double value, double target) {
  int good = value <= target;
  printf("%s-%s %.4f %.4f %s\n", name, detail, value, target, good ? "ok" : "MISSED");
  measure->missed |= !good;
}
