/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "capacity_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "table.h"

#define ROWS 4    /* on each side of the agents asked about */
#define COLUMNS 5 /* the pacing asked about in the middle */
#define CELL 11

#define SAFE_COLOUR "\033[32m"
#define PLAIN_COLOUR "\033[0m"

/* Where percentages and pacings are rounded they are so to the side that does not promise too much. */
static double percent_up(double share) {
  double hundredths = share * 10000;
  return (hundredths < 0.5 ? 0 : ceil(hundredths - 1e-9)) / 100;
}

static int decimals_of(double rate) { return rate >= 1000 ? 1 : rate >= 0.1 || !(rate > 0) ? 3 : 6; }

static double rate_down(double rate) {
  double scale = pow(10, decimals_of(rate));
  return isfinite(rate) ? floor(rate * scale) / scale : rate;
}

static char *rate_text(double rate) { return mem_format("%.*f", decimals_of(rate), rate); }

static const char *plural(double count) { return count > 1 ? "s" : ""; }

static void add_row(struct table *table, const char *name, char *value, const char *meaning) {
  table_add_text(table, name);
  table_add_text(table, value);
  table_add_text(table, meaning);
  free(value);
}

static void put_summary(FILE *out, const struct capacity_plan *p) {
  struct table table = {.columns = 3};
  char *load = p->offered ? rate_text(p->rate) : NULL;
  char *per_minute = p->offered ? mem_format("%s answered calls per minute of %g s each", load, p->aht_s) : NULL;
  char *patience = mem_format("of the answered calls, after %g s; the limit is %g %%", p->patience_s, p->limit * 100);
  add_row(&table, "agents", mem_format("%.0f", p->agents), "");
  if (p->offered) {
    add_row(&table, "load", mem_format("%.3f erlang", p->load), per_minute);
    add_row(&table, "occupancy", mem_format("%.2f %%", p->occupancy * 100), "of their time the agents talk");
    add_row(&table, "waiting", mem_format("%.2f %%", p->wait * 100), "of the answered calls find no agent at once");
    add_row(&table, "abandoned", mem_format("%.2f %%", percent_up(p->abandonment)), patience);
    add_row(&table, "Erlang B", mem_format("%.2f %%", p->erlang_b * 100), "lost if nobody waited");
    add_row(&table, "Erlang C", mem_format("%.2f %%", p->erlang_c * 100), "waiting if everybody waited for ever");
  }
  table_print(&table, out, "");
  free(patience);
  free(per_minute);
  free(load);
}

static char *most_text(const struct capacity_plan *p) {
  if (isinf(p->max_rate))
    return mem_format("any number of answered calls");
  char *rate = rate_text(rate_down(p->max_rate));
  char *text = p->max_rate > 0 ? mem_format("at most %s answered calls per minute", rate) : mem_format("no calls at all");
  free(rate);
  return text;
}

static char *fewest_text(const struct capacity_plan *p) {
  if (isinf(p->min_agents))
    return mem_format("no number of agents up to 10,000,000 is enough for this pacing");
  return mem_format("this pacing needs at least %.0f agent%s", p->min_agents, plural(p->min_agents));
}

static void put_sentence(FILE *out, const struct capacity_plan *p) {
  char *most = most_text(p), *fewest = fewest_text(p);
  const char *verdict = p->abandonment <= p->limit ? "Within" : "Above";
  if (p->offered)
    fprintf(out, "%s the limit of %g %%: %.0f agent%s can take %s, and %s.\n", verdict, p->limit * 100, p->agents, plural(p->agents), most, fewest);
  else
    fprintf(out, "Within the limit of %g %%, %.0f agent%s can take %s.\n", p->limit * 100, p->agents, plural(p->agents), most);
  free(fewest);
  free(most);
}

struct grid {
  const struct capacity_plan *plan;
  FILE *out;
  int colour, width; /* of a column */
  double rates[COLUMNS];
  char *labels[COLUMNS];
};

/* What was asked about, the largest safe pacing, or what keeps everybody talking. */
static double centre_of(const struct capacity_plan *p) {
  if (p->offered && p->rate > 0)
    return p->rate;
  return isfinite(p->max_rate) && rate_down(p->max_rate) > 0 ? rate_down(p->max_rate) : p->agents * 60 / p->aht_s;
}

static void open_grid(struct grid *g) {
  double centre = centre_of(g->plan);
  g->width = CELL;
  for (int i = 0; i < COLUMNS; i++) {
    int middle = i == COLUMNS / 2;
    double rate = centre * (0.8 + 0.1 * i), scale = pow(10, decimals_of(rate));
    g->rates[i] = middle ? centre : round(rate * scale) / scale; /* as the label says */
    char *text = rate_text(g->rates[i]);
    g->labels[i] = middle ? mem_format("[%s]", text) : mem_format("%s ", text);
    g->width = (int)strlen(g->labels[i]) > g->width ? (int)strlen(g->labels[i]) : g->width;
    free(text);
  }
}

/* Right-aligned, behind two blanks; a line does not end with a blank. */
static void put_field(const struct grid *g, int column, const char *text) {
  int len = (int)strlen(text), cut = column + 1 == COLUMNS && text[len - 1] == ' ';
  fprintf(g->out, "%*.*s", g->width - cut, len - cut, text);
}

static void put_cell(const struct grid *g, double agents, int column) {
  const struct capacity_plan *p = g->plan;
  double rate = g->rates[column];
  double abandonment = cxd_capacity_abandonment(agents, rate, p->aht_s, p->patience_s);
  double occupancy = cxd_capacity_occupancy(agents, rate, p->aht_s, p->patience_s);
  int safe = abandonment <= p->limit;
  char *text = mem_format("%.2f %3.0f%s", percent_up(abandonment), occupancy * 100, safe ? "*" : " ");
  fputs(safe && g->colour ? "  " SAFE_COLOUR : "  ", g->out);
  put_field(g, column, text);
  fputs(safe && g->colour ? PLAIN_COLOUR : "", g->out);
  free(text);
}

static void put_row(const struct grid *g, double agents, int middle) {
  char *label = middle ? mem_format("[%.0f]", agents) : mem_format("%.0f ", agents);
  fprintf(g->out, "%10s", label);
  for (int i = 0; i < COLUMNS; i++)
    put_cell(g, agents, i);
  fputc('\n', g->out);
  free(label);
}

static void put_grid(FILE *out, const struct capacity_plan *p, int colour) {
  struct grid g = {.plan = p, .out = out, .colour = colour};
  double step = fmax(floor(p->agents / 20), 1);
  open_grid(&g);
  fputs("Abandonment and occupancy in % for agents (down) and answered calls per minute (across):\n", out);
  fprintf(out, "%10s", "agents ");
  for (int i = 0; i < COLUMNS; i++) {
    fputs("  ", out);
    put_field(&g, i, g.labels[i]);
  }
  fputc('\n', out);
  for (int i = -ROWS; i <= ROWS; i++) {
    double agents = p->agents + i * step;
    if (agents >= 1 && agents <= 1e7)
      put_row(&g, agents, i == 0);
  }
  const char *marked = p->offered && p->rate > 0 ? "plan asked about" : "agents asked about, and the pacing in the middle";
  fprintf(out, "* within the limit of %g %%; [ ] the %s.\n", p->limit * 100, marked);
  for (int i = 0; i < COLUMNS; i++)
    free(g.labels[i]);
}

void capacity_text_put(FILE *out, const struct capacity_plan *plan, int colour) {
  put_summary(out, plan);
  fputc('\n', out);
  put_sentence(out, plan);
  fputc('\n', out);
  put_grid(out, plan, colour);
  fputs("A planning bound: answers come at random, and the dialer does not look at free agents.\n", out);
}
