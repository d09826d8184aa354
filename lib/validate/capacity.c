/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/capacity.h"

#include <float.h>
#include <math.h>

#include "validate/capacity_domain.h"

/*
 * 1/B(m, a) = 1 + m/a + m(m-1)/a^2 + ..., the recursion 1/B(k) = 1 + k/a/B(k-1) written out from its end: every term is positive, so nothing
 * cancels, and terms that are not needed are never reached. While terms grow the d-th one is at least e^(d^2/2m) (d = m - a at its top), so
 * the sum either is infinite (B below the smallest double: 0) or the top comes within 38 sqrt(m) terms; behind it they fall at least as fast as
 * e^(-k^2/2m), so that what is left out is below 1e-17 of the sum after another 10 sqrt(m). 10,000,000 agents need 152,000 terms at the most.
 */
static double inverse_b(double m, double a) {
  double sum = 1, term = 1;
  for (double left = m; left > 0 && sum <= DBL_MAX; left--) {
    double ratio = left / a;
    term *= ratio;
    sum += term;
    if (ratio < 1 && term * ratio < (1 - ratio) * sum * 1e-17)
      break;
  }
  return sum;
}

double cxd__erlang_b(double agents, double load) {
  return cxd__capacity_agents_ok(agents) && cxd__capacity_load_ok(load) ? 1 / inverse_b(agents, fabs(load)) : (double)NAN;
}

double cxd__erlang_c(double agents, double load) {
  if (!cxd__capacity_agents_ok(agents) || !cxd__capacity_load_ok(load))
    return (double)NAN;
  if (load >= agents)
    return 1;
  load = fabs(load); /* -0 */
  return load / (load + (agents - load) * inverse_b(agents - 1, load));
}

double cxd__erlang_c_level(double agents, double load, double aht_s, double within_s) {
  double wait = cxd__erlang_c(agents, load);
  if (isnan(wait) || !cxd__capacity_time_ok(aht_s) || !(within_s >= 0))
    return (double)NAN;
  return load >= agents ? 0 : 1 - wait * exp(-(agents - load) * (within_s / aht_s));
}

double cxd__erlang_c_asa(double agents, double load, double aht_s) {
  double wait = cxd__erlang_c(agents, load);
  if (isnan(wait) || !cxd__capacity_time_ok(aht_s))
    return (double)NAN;
  return load >= agents ? (double)INFINITY : wait * aht_s / (agents - load);
}

/* What the answered calls meet, as weights of the same sum: an agent at once, an agent in time, none in time. */
struct weights {
  double at_once, in_time, lost;
};

/*
 * domain.md's D, with e^(-d tau) on the side where it is at most 1: in overload (d < 0) everything is divided by it. in_time is
 * lambda (1 - e^(-d tau)) / d, the rest of lambda J is lost.
 */
static struct weights weigh(double agents, double load, double patience) {
  double spare = fabs(agents - load), decay = exp(-spare * patience), inverse = inverse_b(agents - 1, load), share = load / agents;
  double in_time = spare > 0 ? load * (-expm1(-spare * patience) / spare) : fmin(load * patience, DBL_MAX / 4);
  if (load > agents)
    return (struct weights){inverse * decay, in_time, share};
  return (struct weights){inverse, in_time, share * decay};
}

/* The limit of endless patience: without it 0 * infinity would be met on the way. */
static struct cxd__patience endless(double agents, double load) {
  if (load < agents)
    return (struct cxd__patience){cxd__erlang_c(agents, load), 0, load / agents};
  return (struct cxd__patience){1, load > 0 ? 1 - agents / load : 0, 1};
}

struct cxd__patience cxd__patience_of(double agents, double load, double aht_s, double patience_s) {
  if (!cxd__capacity_agents_ok(agents) || !cxd__capacity_load_ok(load) || !cxd__capacity_time_ok(aht_s) || !(patience_s >= 0))
    return (struct cxd__patience){(double)NAN, (double)NAN, (double)NAN};
  load = fabs(load);
  double patience = patience_s / aht_s, share = load / agents;
  if (isinf(patience))
    return endless(agents, load);
  struct weights w = weigh(agents, load, patience);
  double served = w.at_once + w.in_time, all = served + w.lost;
  if (isinf(all)) /* so many agents that nobody waits */
    return (struct cxd__patience){0, 0, share};
  return (struct cxd__patience){
      .wait = fmin((w.in_time + w.lost) / all, 1),
      .abandonment = w.lost / all,
      .occupancy = fmin(share < 1 ? share * (served / all) : served / (all / share), 1),
  };
}
