/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/capacity.h"

#include <math.h>

#include "validate/capacity_domain.h"

#define NARROW 1e-14 /* relative width at which the search for a load ends */

struct question {
  double aht_s, patience_s, limit;
};

static int question_ok(const struct question *q) { return cxd__capacity_time_ok(q->aht_s) && q->patience_s >= 0 && cxd__capacity_limit_ok(q->limit); }

static int passes(const struct question *q, double agents, double load) {
  return cxd__patience_of(agents, load, q->aht_s, q->patience_s).abandonment <= q->limit;
}

/* With finite patience some call is always lost, however small its share has become as a double. */
static int asks_for_none_lost(const struct question *q) { return !(q->limit > 0) && isfinite(q->patience_s / q->aht_s); }

/* good passes and stays the safe side; bad does not. */
static double largest_load(const struct question *q, double agents, double good, double bad) {
  while (bad - good > NARROW * bad) {
    double middle = good + (bad - good) / 2;
    if (middle <= good || middle >= bad)
      break;
    if (passes(q, agents, middle))
      good = middle;
    else
      bad = middle;
  }
  return good;
}

double cxd__patience_load(double agents, double aht_s, double patience_s, double limit) {
  struct question q = {aht_s, patience_s, limit};
  if (!cxd__capacity_agents_ok(agents) || !question_ok(&q))
    return (double)NAN;
  if (limit >= 1)
    return (double)INFINITY;
  if (asks_for_none_lost(&q))
    return 0;
  /* n agents carry n erlang at the most, so abandonment is at least 1 - n/a: above the limit from here on. */
  return largest_load(&q, agents, 0, 2 * agents / (1 - limit));
}

double cxd__patience_agents(double load, double aht_s, double patience_s, double limit) {
  struct question q = {aht_s, patience_s, limit};
  if (!cxd__capacity_load_ok(load) || !question_ok(&q))
    return (double)NAN;
  if (load > 0 && asks_for_none_lost(&q))
    return (double)INFINITY;
  double few = 0, enough = 1;
  while (!passes(&q, enough, load)) {
    if (enough >= CXD__MAX_AGENTS)
      return (double)INFINITY;
    few = enough;
    enough = fmin(2 * enough, CXD__MAX_AGENTS);
  }
  while (enough - few > 1) {
    double middle = floor((few + enough) / 2);
    if (passes(&q, middle, load))
      enough = middle;
    else
      few = middle;
  }
  return enough;
}
