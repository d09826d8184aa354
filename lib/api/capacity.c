/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <float.h>
#include <math.h>

#include <cxdialer/cxdialer.h>

#include "validate/capacity.h"

/* Beyond the largest double the load only has to stay absurd; what is out of range stays so. */
static double load_of(double answered_per_min, double aht_s) {
  double load = answered_per_min / 60 * aht_s;
  return isinf(load) && isfinite(answered_per_min) && isfinite(aht_s) ? copysign(DBL_MAX, load) : load;
}

static struct cxd__patience patience_of(double agents, double answered_per_min, double aht_s, double patience_s) {
  return cxd__patience_of(agents, load_of(answered_per_min, aht_s), aht_s, patience_s);
}

double cxd_capacity_abandonment(double agents, double answered_per_min, double aht_s, double patience_s) {
  return patience_of(agents, answered_per_min, aht_s, patience_s).abandonment;
}

double cxd_capacity_wait(double agents, double answered_per_min, double aht_s, double patience_s) {
  return patience_of(agents, answered_per_min, aht_s, patience_s).wait;
}

double cxd_capacity_occupancy(double agents, double answered_per_min, double aht_s, double patience_s) {
  return patience_of(agents, answered_per_min, aht_s, patience_s).occupancy;
}

/* The way to calls per minute and back to a load rounds: steps down, ever longer ones, until the answer itself passes. */
static double step_down(double agents, double rate, double aht_s, double patience_s, double limit) {
  for (double step = DBL_EPSILON; step < 1 && cxd_capacity_abandonment(agents, rate, aht_s, patience_s) > limit; step *= 2)
    rate -= rate * step;
  return rate;
}

double cxd_capacity_max_answered_per_min(double agents, double aht_s, double patience_s, double max_abandonment) {
  double load = cxd__patience_load(agents, aht_s, patience_s, max_abandonment);
  double rate = load / aht_s * 60;
  if (isinf(load) || isnan(load))
    return load;
  return step_down(agents, fmin(rate, DBL_MAX), aht_s, patience_s, max_abandonment);
}

double cxd_capacity_min_agents(double answered_per_min, double aht_s, double patience_s, double max_abandonment) {
  return cxd__patience_agents(load_of(answered_per_min, aht_s), aht_s, patience_s, max_abandonment);
}

double cxd_capacity_erlang_b(double agents, double load) { return cxd__erlang_b(agents, load); }

double cxd_capacity_erlang_c(double agents, double load) { return cxd__erlang_c(agents, load); }

double cxd_capacity_service_level(double agents, double load, double aht_s, double within_s) {
  return cxd__erlang_c_level(agents, load, aht_s, within_s);
}

double cxd_capacity_mean_wait_s(double agents, double load, double aht_s) { return cxd__erlang_c_asa(agents, load, aht_s); }
