/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_BENCH_MEASURE_H
#define CXD_BENCH_MEASURE_H

#include "world.h"

/*
 * Measurements in the world's time: the real core against a made-up server, with nothing going wrong but what is measured.
 * Each result is one line: name, value, target, "ok" or "MISSED".
 */
struct measure {
  int missed;
};

/* A plan of many updates, each of a campaign of its own, one member each: a GET and a PUT. 0, or -1: no memory. */
int measure_plan(struct plan *plan, int updates, int engines);

/* Runs it; a broken rule is printed and counts as missed. The world is to be freed. */
int measure_run(struct measure *measure, struct world *world, const struct plan *plan, const char *name);

void measure_at_most(struct measure *measure, const char *name, const char *detail, double value, double target);

#endif
