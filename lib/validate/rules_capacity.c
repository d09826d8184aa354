/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <math.h>
#include <stdio.h>

#include "base/buf.h"
#include "validate/capacity.h"
#include "validate/rules.h"
#include "validate/text.h"

/* No called phone rings longer: what is above the lines of this time cannot be reached by pacing. */
#define RING_MOST_S 60

static struct cxd__capacity_in_force inputs_of(const struct cxd__context *context) { return cxd__settings_capacity(context->settings, context->campaign); }

/* Shortest spelling, in every locale with a point; cut to a few digits where that is what a reader wants. */
struct spelled {
  char text[32];
};

static const char *spell(struct spelled *out, double value, int decimals) {
  double scale = pow(10, decimals);
  struct cxd__buf text = {0};
  cxd__buf_real(&text, fabs(value) < 1e12 ? round(value * scale) / scale : value);
  (void)snprintf(out->text, sizeof out->text, "%s", text.failed ? "?" : text.data);
  cxd__buf_free(&text);
  return out->text;
}

static double floor_to(double value, int decimals) {
  double scale = pow(10, decimals);
  return floor(value * scale) / scale;
}

void cxd__judge_licensed(struct cxd__context *context, const struct cxd__rule_row *row) {
  struct cxd__subject subject = cxd__subject_of(context, CXD__MEMBER_MAX_CONCURRENT_CALLS);
  struct cxd__capacity_in_force in = inputs_of(context);
  struct spelled agents, lines, need;
  int64_t calls;
  if (!(in.agents.value > 0) || cxd__json_kind(subject.value) != CXD__JSON_NUMBER || !cxd__json_int(subject.value, &calls))
    return;
  double most = floor(in.agents.value * in.lines_per_agent.value + 1e-9);
  if ((double)calls <= most)
    return;
  cxd__found_in(context, row->code, &subject, "%lld concurrent calls is above the %lld that %s licensed agents (%s) with %s line%s each (%s) carry: write %lld or less, or license %s agents",
                (long long)calls, (long long)most, spell(&agents, in.agents.value, 0), in.agents.source, spell(&lines, in.lines_per_agent.value, 3), fabs(in.lines_per_agent.value - 1) < 1e-9 ? "" : "s", in.lines_per_agent.source,
                (long long)most, spell(&need, ceil((double)calls / in.lines_per_agent.value - 1e-9), 0));
}

/* What the pacing of the campaign asks for, when all of it is known. */
struct pacing {
  double rate;     /* dialled calls a second */
  double answered; /* answered calls a second */
};

static int pacing_of(const struct cxd__context *context, const struct cxd__capacity_in_force *in, struct pacing *out) {
  if (!context->after || !(in->answer_rate.value > 0) || !(in->aht_s.value > 0))
    return 0;
  out->rate = cxd__pacing_rate(context->after);
  out->answered = out->rate * in->answer_rate.value;
  return out->rate > 0 && isfinite(out->answered * in->aht_s.value);
}

static int sets_pacing(const struct cxd__context *context) {
  return context->set[CXD__MEMBER_PACING_INTERVAL] || context->set[CXD__MEMBER_PACING_CALLS] || context->set[CXD__MEMBER_PACING_THROTTLE];
}

void cxd__judge_unreachable(struct cxd__context *context, const struct cxd__rule_row *row) {
  struct cxd__capacity_in_force in = inputs_of(context);
  struct pacing pacing;
  struct spelled busy, all_lines, write;
  int64_t asked;
  if (!pacing_of(context, &in, &pacing) || (!sets_pacing(context) && !context->set[CXD__MEMBER_MAX_CONCURRENT_CALLS] && !context->running))
    return;
  struct cxd__slice value = context->after->at[CXD__MEMBER_MAX_CONCURRENT_CALLS];
  if (cxd__json_kind(value) != CXD__JSON_NUMBER || !cxd__json_int(value, &asked) || asked < 1)
    return;
  double talking = pacing.answered * in.aht_s.value, all = talking + pacing.rate * RING_MOST_S;
  if (all < (double)asked)
    cxd__found(context, row->code, CXD_FIELD_MAX_CONCURRENT_CALLS, "%lld concurrent calls cannot be reached: by Little's law this pacing keeps at most %s lines busy (%s with a conversation, the rest ringing for up to %d s): write %s, or raise the pacing",
               (long long)asked, spell(&all_lines, all, 1), spell(&busy, talking, 1), RING_MOST_S, spell(&write, floor(all) < 1 ? 1 : floor(all), 0));
  else if (talking > (double)asked)
    cxd__found(context, row->code, CXD_FIELD_MAX_CONCURRENT_CALLS, "%lld concurrent calls is less than this pacing needs: by Little's law its answered calls alone keep %s lines busy: write %s or more, or lower the pacing",
               (long long)asked, spell(&busy, talking, 1), spell(&write, ceil(talking), 0));
}

static double number(const struct cxd__context *context, enum cxd__member member) {
  double value;
  struct cxd__slice text = context->after->at[member];
  return cxd__json_kind(text) == CXD__JSON_NUMBER && cxd__json_real(text, &value) ? value : 0;
}

/* The number of calls per interval that keeps the limit, with everything else as it is. */
static double calls_that_pass(const struct cxd__context *context, const struct cxd__capacity_in_force *in) {
  double interval = number(context, CXD__MEMBER_PACING_INTERVAL), throttle = number(context, CXD__MEMBER_PACING_THROTTLE);
  double load = cxd__patience_load(in->agents.value, in->aht_s.value, in->patience_s.value, in->max_abandonment.value);
  return floor(load / in->aht_s.value / in->answer_rate.value / throttle * interval + 1e-9);
}

static void found_abandonment(struct cxd__context *context, const struct cxd__rule_row *row, const struct cxd__capacity_in_force *in, const struct pacing *pacing, double share) {
  struct spelled percent, limit, agents, need, minute;
  double calls = calls_that_pass(context, in), load = pacing->answered * in->aht_s.value;
  double most = 60 * cxd__patience_load(in->agents.value, in->aht_s.value, in->patience_s.value, in->max_abandonment.value) / in->aht_s.value;
  char pass[96];
  if (calls >= 1)
    (void)snprintf(pass, sizeof pass, "at most %.0f calls per interval pass", calls);
  else
    (void)snprintf(pass, sizeof pass, "no whole number of calls per interval passes, a longer interval does");
  double fewest = cxd__patience_agents(load, in->aht_s.value, in->patience_s.value, in->max_abandonment.value);
  int eased = context->direction == CXD__LOWERS || !(sets_pacing(context) || context->direction == CXD__STARTS);
  cxd__say_fn *say = eased ? cxd__found_mild : cxd__found;
  say(context, row->code, CXD_FIELD_PACING_MAX_CALLS_PER_INTERVAL,
      "a predicted %s %% of answered calls would be abandoned by %s agents, above the limit of %s %% (%s): %s (%s answered calls a minute), or at least %s agents do (M/M/n with fixed patience, a planning bound)",
      spell(&percent, 100 * share, 2), spell(&agents, in->agents.value, 0), spell(&limit, 100 * in->max_abandonment.value, 2), in->max_abandonment.source, pass,
      spell(&minute, floor_to(most, 4), 4), isfinite(fewest) ? spell(&need, fewest, 0) : "more than 10,000,000");
}

void cxd__judge_abandonment(struct cxd__context *context, const struct cxd__rule_row *row) {
  struct cxd__capacity_in_force in = inputs_of(context);
  struct pacing pacing;
  if (!(in.agents.value >= 1) || !pacing_of(context, &in, &pacing) || (!sets_pacing(context) && !context->running))
    return;
  double agents = floor(in.agents.value);
  double share = cxd__patience_of(agents, pacing.answered * in.aht_s.value, in.aht_s.value, in.patience_s.value).abandonment;
  if (share > in.max_abandonment.value)
    found_abandonment(context, row, &in, &pacing, share);
}
