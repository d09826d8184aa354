/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_CAPACITY_PLAN_H
#define CLI_CAPACITY_PLAN_H

#include "commands.h"

struct capacity_plan {
  double agents, aht_s, patience_s, limit;
  int offered;        /* a pacing was given; else all of it is NaN, from rate to min_agents */
  double rate, load;  /* answered calls per minute; erlang */
  double wait, abandonment, occupancy, erlang_b, erlang_c;
  double min_agents;  /* that keep the limit with this pacing; infinity: none */
  double max_rate;    /* that these agents can take within the limit; infinity: any */
};

/* From the options and cli->config. Prints what is wrong; the exit code. */
int capacity_plan_make(const struct cli *cli, const struct args *args, struct capacity_plan *out);

#endif
