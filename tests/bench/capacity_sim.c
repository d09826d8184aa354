/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The capacity formulas against the queue itself: calls are drawn, agents answer them in order, and who has waited too long is gone. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <cxdialer/cxdialer.h>

#include "points.h"

#define AGENTS_MAX 128
#define BATCHES 50
#define TARGET 4 /* standard errors; one right value in 16,000 is further off, and the seeds are always the same */

static const struct plan {
  double agents, load, aht_s, patience_s;
} plans[] = {
    {14, 10, 180, 2},     {20, 19.125, 180, 2}, {25, 19.125, 180, 2}, {26, 19.125, 180, 2},  {30, 19.125, 180, 2},
    {55, 48, 240, 2},     {15, 19.125, 180, 2}, {14, 10, 180, 0},     {14, 10, 180, 20},     {100, 100, 180, 2},
    {5, 2, 180, 2},
};

struct queue {
  const struct plan *plan;
  struct points points;
  double now, free_at[AGENTS_MAX]; /* a heap: the agent that is free first stands first */
  int agents;
};

/* Shares of the calls of one batch. */
struct batch {
  double wait, abandonment;
};

static double draw(struct queue *q, double mean) { return -log(points_unit(&q->points)) * mean; }

/* The first agent takes a call until then, and sinks to its new place. */
static void busy_until(struct queue *q, double until) {
  int at = 0;
  for (int child; (child = 2 * at + 1) < q->agents; at = child) {
    child += child + 1 < q->agents && q->free_at[child + 1] < q->free_at[child];
    if (until <= q->free_at[child])
      break;
    q->free_at[at] = q->free_at[child];
  }
  q->free_at[at] = until;
}

static struct batch run_batch(struct queue *q, long calls) {
  long waiting = 0, lost = 0;
  for (long i = 0; i < calls; i++) {
    q->now += draw(q, q->plan->aht_s / q->plan->load);
    double wait = fmax(q->free_at[0] - q->now, 0), handling = draw(q, q->plan->aht_s);
    waiting += wait > 0;
    lost += wait > q->plan->patience_s;
    if (wait <= q->plan->patience_s)
      busy_until(q, q->now + wait + handling);
  }
  return (struct batch){(double)waiting / (double)calls, (double)lost / (double)calls};
}

struct estimate {
  double sum, squares;
};

static void take(struct estimate *e, double x) {
  e->sum += x;
  e->squares += x * x;
}

static double mean_of(const struct estimate *e) { return e->sum / BATCHES; }

/* Calls of one batch depend on each other, batches hardly. */
static double error_of(const struct estimate *e) {
  double variance = (e->squares - e->sum * e->sum / BATCHES) / (BATCHES - 1);
  return sqrt(fmax(variance, 0) / BATCHES);
}

static int compare(const struct plan *p, const char *what, double formula, const struct estimate *e) {
  double simulated = mean_of(e), difference = simulated - formula, error = error_of(e), off = fabs(difference) / error;
  int good = off <= TARGET;
  printf("capacity-%s-%.0f-agents-%g-erlang-%g-s %.2f %d %s  formula %.6f simulated %.6f difference %+.6f error %.6f\n", what, p->agents, p->load,
         p->patience_s, off, TARGET, good ? "ok" : "MISSED", formula, simulated, difference, error);
  return !good;
}

static int run_plan(const struct plan *p, uint64_t seed, long calls) {
  struct queue q = {.plan = p, .points = {seed}, .agents = (int)p->agents};
  struct estimate wait = {0}, abandonment = {0};
  double rate = p->load / p->aht_s * 60;
  (void)run_batch(&q, calls / BATCHES); /* until it has forgotten that nobody was there */
  for (int i = 0; i < BATCHES; i++) {
    struct batch batch = run_batch(&q, calls / BATCHES);
    take(&wait, batch.wait);
    take(&abandonment, batch.abandonment);
  }
  int missed = compare(p, "wait", cxd_capacity_wait(p->agents, rate, p->aht_s, p->patience_s), &wait);
  return compare(p, "abandonment", cxd_capacity_abandonment(p->agents, rate, p->aht_s, p->patience_s), &abandonment) || missed;
}

int main(int argc, char **argv) {
  long calls = argc > 1 ? strtol(argv[1], NULL, 10) : 10000000;
  int missed = 0;
  if (calls < 1000 * BATCHES) {
    fprintf(stderr, "%s [CALLS]: at least %d\n", argv[0], 1000 * BATCHES);
    return 64;
  }
  for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
    missed |= run_plan(&plans[i], i + 1, calls);
  return missed;
}
