/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* How much traffic an outage of ten minutes makes while updates keep coming: requests begun for each update. And how soon the updates of a
   job of many end when the server says that it wants none for a day: nobody sleeps on that, and nobody knocks again. */
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

#define MANY 300
#define CLOSED_FROM_US (30 * SECOND) /* half of the first window's slots are used, the others wait for the next */
#define NEXT_SLOT_US (62 * SECOND)   /* then the first of those goes, and is refused */

static int64_t ended_as(const struct world *world, int32_t outcome) {
  int64_t count = 0;
  for (int i = 0; i < world->plan->task_count; i++)
    count += world->client.tasks[i].outcome == outcome;
  return count;
}

static void closed_for_a_day(struct measure *measure) {
  static struct world world;
  struct plan plan;
  if (measure_plan(&plan, MANY, 2) != 0)
    exit(3);
  plan.outage = OUTAGE_429;
  plan.outage_from = CLOSED_FROM_US;
  plan.outage_until = NEVER;
  for (int i = 0; i < MANY; i++)
    plan.tasks[i].queued = 1;
  if (measure_run(measure, &world, &plan, "closed") == 0) {
    int64_t told = ended_as(&world, CXD_OUTCOME_NOT_APPLIED), applied = ended_as(&world, CXD_OUTCOME_APPLIED);
    measure_at_most(measure, "closed-for-a-day", "something-else", (double)(MANY - told - applied), 0);
    measure_at_most(measure, "closed-for-a-day", "requests-after-it", (double)(between(&world, 0, NEVER).requests - plan.limit), (double)plan.limit);
    measure_at_most(measure, "closed-for-a-day", "seconds", (double)world.makespan / (double)SECOND, (double)NEXT_SLOT_US / (double)SECOND + 5);
  }
  world_free(&world);
  plan_free(&plan);
}

int main(void) {
  struct measure measure = {0};
  closed_for_a_day(&measure);
  one(&measure, OUTAGE_503, "503");
  one(&measure, OUTAGE_REFUSED, "refused");
  one(&measure, OUTAGE_SILENT, "silent");
  return measure.missed;
}
