/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* How much traffic an outage of ten minutes makes while updates keep coming: requests begun for each update. */
#include <stdio.h>
#include <stdlib.h>

#include "measure.h"

#define EVERY_US (2 * SECOND) /* thirty a minute */
#define OUTAGE_US (600 * SECOND)
#define SETTLED_US (120 * SECOND) /* from then on the retry budget is spent */
#define TARGET 1.10

struct traffic {
  int64_t updates, requests;
};

static struct traffic between(const struct world *world, int64_t from, int64_t until) {
  struct traffic sum = {0, 0};
  for (int i = 0; i < world->plan->task_count; i++) {
    const struct task *t = &world->client.tasks[i];
    if (t->plan->start_at < from || t->plan->start_at >= until)
      continue;
    sum.updates++;
    sum.requests += t->tried;
  }
  return sum;
}

static double per_update(struct traffic traffic) { return traffic.updates ? (double)traffic.requests / (double)traffic.updates : 0; }

static void one(struct measure *measure, enum outage outage, const char *name) {
  static struct world world;
  struct plan plan;
  char detail[64];
  if (measure_plan(&plan, (int)(OUTAGE_US / EVERY_US), 2) != 0)
    exit(3);
  plan.outage = outage;
  plan.outage_from = 0;
  plan.outage_until = OUTAGE_US + SECOND;
  for (int i = 0; i < plan.task_count; i++)
    plan.tasks[i].start_at = SECOND + i * EVERY_US;
  if (measure_run(measure, &world, &plan, name) == 0) {
    snprintf(detail, sizeof detail, "%s-whole", name);
    measure_at_most(measure, "outage-requests-per-update", detail, per_update(between(&world, 0, NEVER)), TARGET);
    snprintf(detail, sizeof detail, "%s-settled", name);
    measure_at_most(measure, "outage-requests-per-update", detail, per_update(between(&world, SETTLED_US, NEVER)), TARGET);
  }
  world_free(&world);
  plan_free(&plan);
}

int main(void) {
  struct measure measure = {0};
  one(&measure, OUTAGE_503, "503");
  one(&measure, OUTAGE_REFUSED, "refused");
  one(&measure, OUTAGE_SILENT, "silent");
  return measure.missed;
}
