/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_CAPACITY_REFERENCE_H
#define CXD_TESTS_CAPACITY_REFERENCE_H

#include <math.h>

/* The formulas a second time, by other ways: sums of logarithms in long double, and integrals by Simpson's rule. */

/* ln(a^k / k!) */
static inline long double reference_log_term(long double load, long double k) { return k * logl(load) - lgammal(k + 1); }

/* Of the states 0 to n of M/M/n/n, the share of state n. */
static inline double reference_erlang_b(int agents, double load) {
  long double top = reference_log_term(load, agents), sum = 0;
  for (int k = 0; k <= agents; k++)
    sum += expl(reference_log_term(load, k) - top);
  return (double)(1 / sum);
}

static inline double reference_erlang_c(int agents, double load) {
  long double top = reference_log_term(load, agents) + logl(agents / (agents - (long double)load)), sum = 1;
  for (int k = 0; k < agents; k++)
    sum += expl(reference_log_term(load, k) - top);
  return (double)(1 / sum);
}

/* The density of the wait that a call would have, over the one of finding n - 1 agents busy: Baccelli and Hebuterne, 1981. */
static inline long double reference_density(long double agents, long double load, long double patience, long double t) {
  return load * expl(load * fminl(t, patience) - agents * t);
}

static inline long double reference_integral(long double agents, long double load, long double patience, long double from, long double to) {
  enum { PARTS = 20000 };
  long double sum = 0, step = (to - from) / PARTS;
  for (int i = 0; i <= PARTS; i++)
    sum += (i == 0 || i == PARTS ? 1 : i % 2 ? 4 : 2) * reference_density(agents, load, patience, from + i * step);
  return sum * step / 3;
}

struct reference_patience {
  double wait, abandonment;
};

/* patience in units of the handling time. */
static inline struct reference_patience reference_patience(int agents, double load, double patience) {
  long double top = reference_log_term(load, agents - 1), idle = 0;
  for (int k = 0; k < agents; k++)
    idle += expl(reference_log_term(load, k) - top);
  long double in_time = reference_integral(agents, load, patience, 0, patience);
  long double lost = reference_integral(agents, load, patience, patience, (long double)patience + 50.0L / agents);
  long double all = idle + in_time + lost;
  return (struct reference_patience){(double)((in_time + lost) / all), (double)(lost / all)};
}

#endif
