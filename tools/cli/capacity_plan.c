/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "capacity_plan.h"

#include <math.h>

#include "exit_code.h"
#include "number.h"
#include "output.h"

/* key: of the configuration, for when the option is not given; fallback NaN: there must be one. */
static const struct row {
  const char *option, *key;
  double low, high, fallback;
  const char *wanted;
} rows[NUMBER_COUNT] = {
    [NUMBER_AGENTS] = {"--agents", "validate.agents", 1, 1e7, (double)NAN, "a whole number from 1 to 10000000"},
    [NUMBER_LOAD] = {"--load", NULL, 0, 1e9, (double)NAN, "a number of erlang from 0 to 1000000000"},
    [NUMBER_ANSWERED] = {"--answered-per-min", NULL, 0, 1e9, (double)NAN, "a number of calls from 0 to 1000000000"},
    [NUMBER_CALLS] = {"--calls", NULL, 0, 1e6, (double)NAN, "a number of calls from 0 to 1000000"},
    [NUMBER_INTERVAL] = {"--interval", NULL, 1, 86400, (double)NAN, "a number of seconds from 1 to 86400"},
    [NUMBER_THROTTLE] = {"--throttle", NULL, 0.001, 1, 1, "a fraction from 0.001 to 1"},
    [NUMBER_ANSWER_RATE] = {"--answer-rate", "validate.answer_rate", 0.001, 1, (double)NAN, "a fraction from 0.001 to 1"},
    [NUMBER_AHT] = {"--aht", "validate.aht_s", 1, 86400, (double)NAN, "a number of seconds from 1 to 86400"},
    [NUMBER_PATIENCE] = {"--patience", "validate.patience_s", 0, 86400, 2, "a number of seconds from 0 to 86400"},
    [NUMBER_MAX_ABANDONMENT] = {"--max-abandonment", "validate.max_abandonment", 0, 1, 0.03, "a fraction from 0 to 1, 0.03 for 3 %,"},
};

struct reader {
  const struct cli *cli;
  const struct args *args;
  int code; /* of the first complaint */
};

static int complain(struct reader *r) {
  r->code = EXIT_USAGE;
  return 0;
}

/* From the command line, without falling back. */
static int read_option(struct reader *r, enum number which, double *out) {
  const struct row *row = &rows[which];
  const char *text = r->args->numbers[which];
  int whole = which == NUMBER_AGENTS;
  if (number_parse(text, out) && *out >= row->low && *out <= row->high && (!whole || floor(*out) >= *out))
    return 1;
  output_failure(r->cli, CXD_E_ARGUMENT, "", "%s '%s': %s is needed%s", row->option, text, row->wanted, whole ? "" : ", with a point for the decimals");
  return complain(r);
}

static int read_number(struct reader *r, enum number which, double *out) {
  const struct row *row = &rows[which];
  if (r->code)
    return 0;
  if (r->args->numbers[which])
    return read_option(r, which, out);
  const char *text = row->key ? cxd_config_get(r->cli->config, row->key) : NULL;
  if (text && *text && number_parse(text, out))
    return 1;
  *out = row->fallback;
  if (!isnan(*out))
    return 1;
  const char *or_key = row->key ? ", here or as the key " : "";
  output_failure(r->cli, CXD_E_ARGUMENT, "", "%s is missing: %s is needed%s%s", row->option, row->wanted, or_key, row->key ? row->key : "");
  return complain(r);
}

/* calls per interval / interval x throttle x answer rate, for each minute */
static double read_pacing(struct reader *r) {
  double calls = 0, interval = 1, throttle = 1, answer_rate = 1;
  (void)(read_number(r, NUMBER_CALLS, &calls) && read_number(r, NUMBER_INTERVAL, &interval) && read_number(r, NUMBER_THROTTLE, &throttle) &&
         read_number(r, NUMBER_ANSWER_RATE, &answer_rate));
  return calls / interval * 60 * throttle * answer_rate;
}

static int given(const struct reader *r, enum number which) { return r->args->numbers[which] != NULL; }

/* One way to give the pacing, or none. */
static int pacing_ok(struct reader *r) {
  int calls = given(r, NUMBER_CALLS);
  if (given(r, NUMBER_LOAD) + given(r, NUMBER_ANSWERED) + calls > 1) {
    output_failure(r->cli, CXD_E_ARGUMENT, "", "--load, --answered-per-min and --calls are three ways to give the pacing: give one of them");
    return complain(r);
  }
  for (int i = NUMBER_INTERVAL; i <= NUMBER_ANSWER_RATE; i++)
    if (!calls && given(r, (enum number)i)) {
      output_failure(r->cli, CXD_E_ARGUMENT, "", "%s '%s' belongs to --calls, which is missing", rows[i].option, r->args->numbers[i]);
      return complain(r);
    }
  return 1;
}

static void read_offer(struct reader *r, struct capacity_plan *plan) {
  plan->offered = given(r, NUMBER_LOAD) || given(r, NUMBER_ANSWERED) || given(r, NUMBER_CALLS);
  if (given(r, NUMBER_LOAD)) {
    if (read_number(r, NUMBER_LOAD, &plan->load))
      plan->rate = plan->load / plan->aht_s * 60;
    return;
  }
  if (given(r, NUMBER_ANSWERED))
    (void)read_number(r, NUMBER_ANSWERED, &plan->rate);
  else if (given(r, NUMBER_CALLS))
    plan->rate = read_pacing(r);
  plan->load = plan->rate / 60 * plan->aht_s;
}

static void derive(struct capacity_plan *p) {
  p->wait = cxd_capacity_wait(p->agents, p->rate, p->aht_s, p->patience_s);
  p->abandonment = cxd_capacity_abandonment(p->agents, p->rate, p->aht_s, p->patience_s);
  p->occupancy = cxd_capacity_occupancy(p->agents, p->rate, p->aht_s, p->patience_s);
  p->erlang_b = cxd_capacity_erlang_b(p->agents, p->load);
  p->erlang_c = cxd_capacity_erlang_c(p->agents, p->load);
  p->min_agents = cxd_capacity_min_agents(p->rate, p->aht_s, p->patience_s, p->limit);
  p->max_rate = cxd_capacity_max_answered_per_min(p->agents, p->aht_s, p->patience_s, p->limit);
}

int capacity_plan_make(const struct cli *cli, const struct args *args, struct capacity_plan *out) {
  struct reader r = {.cli = cli, .args = args};
  *out = (struct capacity_plan){.rate = (double)NAN, .load = (double)NAN};
  if (read_number(&r, NUMBER_AGENTS, &out->agents) && pacing_ok(&r) && read_number(&r, NUMBER_AHT, &out->aht_s) &&
      read_number(&r, NUMBER_PATIENCE, &out->patience_s) && read_number(&r, NUMBER_MAX_ABANDONMENT, &out->limit))
    read_offer(&r, out);
  if (!r.code)
    derive(out);
  return r.code;
}
