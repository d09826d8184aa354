/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_CAPACITY_H
#define CXD__VALIDATE_CAPACITY_H

/*
 * Queueing formulas of domain.md-style planning: n agents (a whole number, 1 to 10,000,000), load in erlang, times in
 * seconds. Every function answers NaN for arguments outside its domain (NaN, negative, infinite, n < 1) and never
 * hangs: the cost is bounded whatever the numbers.
 */
double cxd__erlang_b(double agents, double load);              /* blocking of M/M/n/n */
double cxd__erlang_c(double agents, double load);              /* P(wait) of M/M/n; 1 when load >= agents */
double cxd__erlang_c_level(double agents, double load, double aht_s, double within_s); /* share answered within; 0 when load >= agents */
double cxd__erlang_c_asa(double agents, double load, double aht_s); /* mean wait in seconds; infinity when load >= agents */

/* M/M/n with fixed patience: finite in overload too. patience 0: Erlang B; infinity: Erlang C. */
struct cxd__patience {
  double wait, abandonment; /* probabilities of an answered call */
  double occupancy;         /* share of their time that agents talk */
};
struct cxd__patience cxd__patience_of(double agents, double load, double aht_s, double patience_s);

/* Inverses. largest load (erlang) with abandonment <= limit; fewest agents with it (infinity: more than 10,000,000). */
double cxd__patience_load(double agents, double aht_s, double patience_s, double limit);
double cxd__patience_agents(double load, double aht_s, double patience_s, double limit);

#endif
