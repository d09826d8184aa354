/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capacity_plan.h"
#include "capacity_svg.h"
#include "capacity_text.h"
#include "exit_code.h"
#include "number.h"
#include "picture_file.h"
#include "settings.h"

static void put_json(const struct capacity_plan *p) {
  const struct {
    const char *name;
    double value;
  } members[] = {
      {"load", p->load},         {"occupancy", p->occupancy}, {"p_wait", p->wait},           {"p_abandon", p->abandonment},
      {"erlang_b", p->erlang_b}, {"erlang_c", p->erlang_c},   {"min_agents", p->min_agents}, {"max_answered_per_min", p->max_rate},
  };
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    printf("%s\"%s\":", i == 0 ? "{" : ",", members[i].name);
    number_put_json(stdout, members[i].value);
  }
  fputs("}\n", stdout);
}

static int wants_colour(void) {
  const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");
  int dumb = terminal && strcmp(terminal, "dumb") == 0;
  return isatty(STDOUT_FILENO) && !(refused && *refused) && !dumb;
}

static int draw(FILE *out, const void *what) {
  const struct capacity_plan *p = what;
  struct capacity_picture picture = {
      .agents = p->agents, .aht_s = p->aht_s, .patience_s = p->patience_s, .max_abandonment = p->limit, .offered_per_min = p->offered ? p->rate : 0};
  return capacity_svg_write(out, &picture);
}

static void print(const struct cli *cli, const struct capacity_plan *plan) {
  if (cli->json)
    put_json(plan);
  else
    capacity_text_put(stdout, plan, wants_colour());
}

int cmd_capacity(struct cli *cli, const struct args *args) {
  struct capacity_plan plan;
  int code = settings_load(cli);
  if (!code)
    code = capacity_plan_make(cli, args, &plan);
  if (!code && args->svg)
    code = picture_write(cli, &picture_svg, args->svg, draw, &plan);
  if (!code && !(args->svg && strcmp(args->svg, "-") == 0))
    print(cli, &plan);
  return code;
}
