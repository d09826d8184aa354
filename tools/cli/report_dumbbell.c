/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <math.h>
#include <stdlib.h>

#include "display.h"
#include "mem.h"
#include "report_outcome.h"
#include "report_panel.h"
#include "report_text.h"

#define ROWS_MOST 60
#define AXIS 30.0 /* height of its numbers */
#define LEGEND 20.0 /* height of a line */
#define NAME_MOST 290.0
#define TITLE "Largest number of concurrent calls, before and after"

struct chart {
  struct panel panel;
  const struct run_item **rows;
  size_t count, known;
  double top;   /* value at the right end */
  double row;   /* height */
  double values; /* where the numbers of a row end */
  int off_axis; /* a limit is beyond it */
};

static int is_known(const struct run_item *item) { return item->new_concurrent >= 0; }

static double change_of(const struct run_item *item) { return item->old_concurrent < 0 ? 0 : fabs((double)item->new_concurrent - (double)item->old_concurrent); }

/* The largest change first; items of one size in their order, and those that failed before those that are the same as before. */
static int compare(const void *a, const void *b) {
  const struct run_item *x = *(const struct run_item *const *)a, *y = *(const struct run_item *const *)b;
  double more = change_of(y) - change_of(x);
  if (more > 0 || more < 0)
    return more > 0 ? 1 : -1;
  return x->failed != y->failed ? y->failed - x->failed : (x > y) - (x < y);
}

static size_t count_known(const struct run_model *model) {
  size_t known = 0;
  for (size_t i = 0; i < model->count; i++)
    known += is_known(&model->items[i]) != 0;
  return known;
}

struct dumbbell_count report_dumbbell_count(const struct run_model *model) {
  size_t known = count_known(model);
  return (struct dumbbell_count){known < ROWS_MOST ? known : ROWS_MOST, known};
}

static void choose(struct chart *chart, const struct run_model *model) {
  chart->rows = mem_resize(NULL, count_known(model), sizeof *chart->rows);
  for (size_t i = 0; i < model->count; i++)
    if (is_known(&model->items[i]))
      chart->rows[chart->known++] = &model->items[i];
  qsort(chart->rows, chart->known, sizeof *chart->rows, compare);
  chart->count = chart->known < ROWS_MOST ? chart->known : ROWS_MOST;
}

static int is_done(const struct run_item *item) { return report_outcome_of(item->outcome)->is_done; }

/* One absurd number of a refused campaign must not press all others into a corner; nor must a limit that nobody is near. */
static void set_axis(struct chart *chart) {
  double base = 0, limit = 0, all = 0;
  for (size_t i = 0; i < chart->count; i++) {
    const struct run_item *item = chart->rows[i];
    base = fmax(base, fmax((double)item->old_concurrent, is_done(item) ? (double)item->new_concurrent : 0));
    limit = fmax(limit, (double)item->limit);
    all = fmax(all, (double)item->new_concurrent);
  }
  base = base > 0 ? base : limit > 0 ? limit : all;
  chart->off_axis = limit > 4 * fmax(base, fmin(all, limit));
  if (!chart->off_axis)
    base = fmax(base, limit);
  chart->top = fmax(1, fmax(base, fmin(all, 1.5 * base))) * 1.04;
}

static double x_of(const struct chart *chart, int64_t value) {
  double part = fmin(1, (double)value / chart->top);
  return chart->panel.plot.x + chart->panel.plot.width * part;
}

static char *values_of(const struct run_item *item) {
  char from[REPORT_TEXT], to[REPORT_TEXT];
  report_count(from, item->old_concurrent);
  report_count(to, item->new_concurrent);
  if (item->old_concurrent == item->new_concurrent)
    return mem_format("%s", to);
  return item->old_concurrent < 0 ? mem_format("? \xe2\x86\x92 %s", to) : mem_format("%s \xe2\x86\x92 %s", from, to);
}

static double widest(const struct chart *chart, int of_names) {
  double most = 0;
  for (size_t i = 0; i < chart->count; i++) {
    char *text = of_names ? display_text(slice_of(chart->rows[i]->id)) : values_of(chart->rows[i]);
    most = fmax(most, svg_text_width(&panel_name, text));
    free(text);
  }
  return most;
}

/* Applied and planned are the rule and need no word. */
static const char *word_of(const struct run_item *item) {
  return item->outcome == CXD_OUTCOME_APPLIED || item->outcome == CXD_OUTCOME_PLANNED ? "" : report_outcome_of(item->outcome)->word;
}

static double widest_word(const struct chart *chart) {
  double most = 0;
  for (size_t i = 0; i < chart->count; i++)
    most = fmax(most, svg_text_width(&panel_note, word_of(chart->rows[i])));
  return most > 0 ? most + 10 : 0;
}

static void set_layout(struct chart *chart, double top) {
  struct panel *panel = &chart->panel;
  chart->row = panel->narrow ? 42 : 24;
  panel->height = top + chart->row * (double)chart->count + 8;
  double left = 8, right = panel->width - 8;
  if (!panel->narrow) {
    left = fmin(NAME_MOST, widest(chart, 1)) + 18;
    chart->values = panel->width - widest_word(chart);
    right = chart->values - fmin(200, widest(chart, 0)) - 24;
  } else
    chart->values = panel->width;
  panel->plot = (struct svg_box){left, top, right - left, chart->row * (double)chart->count};
}

static void draw_ring(struct chart *chart, double x, double y) { svg_circle(&chart->panel.svg, (struct svg_point){x, y}, 4.5, "fill=\"var(--ground)\" stroke=\"var(--muted)\" stroke-width=\"1.6\""); }

static void draw_dot(struct chart *chart, double x, double y) { svg_circle(&chart->panel.svg, (struct svg_point){x, y}, 5, "fill=\"var(--accent)\""); }

static void draw_cross(struct chart *chart, double x, double y) {
  static const char stroke[] = "stroke=\"var(--bad)\" stroke-width=\"2.2\"";
  svg_line(&chart->panel.svg, (struct svg_point){x - 4, y - 4}, (struct svg_point){x + 4, y + 4}, stroke);
  svg_line(&chart->panel.svg, (struct svg_point){x - 4, y + 4}, (struct svg_point){x + 4, y - 4}, stroke);
}

static void draw_beyond(struct chart *chart, double x, double y) {
  const struct svg_point arrow[] = {{x + 7, y - 5}, {x + 14, y}, {x + 7, y + 5}};
  svg_polyline(&chart->panel.svg, arrow, 3, "fill=\"none\" stroke=\"var(--bad)\" stroke-width=\"2\"");
}

static void draw_limit(struct chart *chart, double x, double from, double to) {
  svg_line(&chart->panel.svg, (struct svg_point){x, from}, (struct svg_point){x, to}, "stroke=\"var(--bad)\" stroke-width=\"1.4\" stroke-dasharray=\"5 3\"");
}

static void draw_item(struct chart *chart, const struct run_item *item, double y) {
  double to = x_of(chart, item->new_concurrent), from = item->old_concurrent < 0 ? to : x_of(chart, item->old_concurrent);
  int done = is_done(item);
  if (from < to || from > to)
    svg_line(&chart->panel.svg, (struct svg_point){from, y}, (struct svg_point){to, y},
             done ? "stroke=\"var(--accent)\" stroke-width=\"3\" stroke-opacity=\"0.45\"" : "stroke=\"var(--bad)\" stroke-width=\"1.6\" stroke-dasharray=\"2 4\"");
  if (item->old_concurrent >= 0 && item->old_concurrent != item->new_concurrent)
    draw_ring(chart, from, y);
  if (done)
    draw_dot(chart, to, y);
  else
    draw_cross(chart, to, y);
  if ((double)item->new_concurrent > chart->top)
    draw_beyond(chart, to, y);
}

static void put_texts(struct chart *chart, const struct run_item *item, double line) {
  struct svg *svg = &chart->panel.svg;
  char *id = display_text(slice_of(*item->id ? item->id : "(no id)")), *values = values_of(item);
  double room = chart->panel.narrow ? chart->panel.width - svg_text_width(&panel_value, values) - 14 : chart->panel.plot.x - 18;
  char *name = svg_shorten(&panel_name, id, room);
  svg_text(svg, &panel_name, (struct svg_point){0, line}, name);
  svg_text(svg, &panel_value, (struct svg_point){chart->values, line}, values);
  if (!chart->panel.narrow)
    svg_text(svg, &panel_note, (struct svg_point){chart->values + 10, line}, word_of(item));
  free(name);
  free(values);
  free(id);
}

static char *tip_of(const struct run_item *item) {
  char *id = display_text(slice_of(item->id)), *values = values_of(item);
  char *tip = mem_format("%s: %s, %s", id, values, report_outcome_of(item->outcome)->word);
  free(values);
  free(id);
  return tip;
}

static void draw_row(struct chart *chart, size_t i) {
  const struct run_item *item = chart->rows[i];
  double top = chart->panel.plot.y + chart->row * (double)i, y = top + (chart->panel.narrow ? 30 : 12);
  char *tip = tip_of(item);
  svg_group(&chart->panel.svg, "", tip);
  svg_line(&chart->panel.svg, (struct svg_point){chart->panel.plot.x, y}, (struct svg_point){chart->panel.plot.x + chart->panel.plot.width, y}, "stroke=\"var(--rule)\"");
  if (item->limit >= 0 && (double)item->limit <= chart->top)
    draw_limit(chart, x_of(chart, item->limit), chart->panel.narrow ? y - 8 : top, chart->panel.narrow ? y + 8 : top + chart->row);
  draw_item(chart, item, y);
  put_texts(chart, item, chart->panel.narrow ? top + 17 : top + 16);
  svg_group_end(&chart->panel.svg);
  free(tip);
}

static void draw_scale(struct chart *chart) {
  const struct svg_box *plot = &chart->panel.plot;
  double step = panel_whole_step(chart->top, chart->panel.narrow ? 4 : 8);
  for (int i = 0; i * step <= chart->top; i++) {
    char text[REPORT_TEXT];
    double x = plot->x + plot->width * i * step / chart->top;
    report_count(text, (int64_t)llround(i * step));
    if (!chart->panel.narrow) /* there the names are above the lines */
      svg_line(&chart->panel.svg, (struct svg_point){x, plot->y}, (struct svg_point){x, plot->y + plot->height}, "stroke=\"var(--rule)\"");
    panel_text_near(&chart->panel, &panel_tick, (struct svg_point){x, plot->y - 8}, text);
  }
}

enum key { KEY_OLD, KEY_NEW, KEY_FAILED, KEY_LIMIT };

static void draw_key(struct chart *chart, enum key key, double x, double y) {
  switch (key) {
  case KEY_OLD: draw_ring(chart, x + 6, y); break;
  case KEY_NEW: draw_dot(chart, x + 6, y); break;
  case KEY_FAILED: draw_cross(chart, x + 6, y); break;
  case KEY_LIMIT: draw_limit(chart, x + 6, y - 8, y + 8); break;
  }
}

static char *limit_text(const struct chart *chart) {
  int64_t least = INT64_MAX, most = -1;
  char low[REPORT_TEXT], high[REPORT_TEXT];
  for (size_t i = 0; i < chart->count; i++) {
    int64_t limit = chart->rows[i]->limit;
    least = limit >= 0 && limit < least ? limit : least;
    most = limit > most ? limit : most;
  }
  report_count(low, least);
  report_count(high, most);
  const char *where = chart->off_axis ? ", beyond this axis" : "";
  return most < 0 ? NULL : least == most ? mem_format("limit %s%s", high, where) : mem_format("limits %s to %s%s", low, high, where);
}

/* Where the next entry stands: beside the one before, or in a line of its own. */
static struct svg_point next_place(const struct chart *chart, struct svg_point at, double width) {
  return at.x > 0 && at.x + width > chart->panel.width ? (struct svg_point){0, at.y + LEGEND} : at;
}

/* The base line of its last line. draws: 0 only measures. */
static double put_legend(struct chart *chart, int is_plan, int draws) {
  char *limit = limit_text(chart);
  const char *texts[] = {"before", is_plan ? "planned" : "after", "asked for, not done", limit};
  struct svg_point at = {0, 14};
  for (size_t i = 0; i < sizeof texts / sizeof *texts && texts[i]; i++) {
    double width = 18 + svg_text_width(&panel_note, texts[i]);
    at = next_place(chart, at, width);
    if (draws) {
      draw_key(chart, (enum key)i, at.x, at.y - 4);
      svg_text(&chart->panel.svg, &panel_note, (struct svg_point){at.x + 18, at.y}, texts[i]);
    }
    at.x += width + 22;
  }
  free(limit);
  return at.y;
}

static void draw(struct chart *chart, FILE *out, int is_plan) {
  set_axis(chart);
  set_layout(chart, put_legend(chart, is_plan, 0) + AXIS);
  panel_open(&chart->panel, out, TITLE, "A line for each campaign leads from the largest number of concurrent calls before the update to the one after it, on one axis with the limits. The table below has the same numbers.");
  (void)put_legend(chart, is_plan, 1);
  draw_scale(chart);
  for (size_t i = 0; i < chart->count; i++)
    draw_row(chart, i);
}

int report_dumbbell(FILE *out, const struct run_model *model, int narrow) {
  struct chart chart = {.panel = {.narrow = narrow, .width = narrow ? 368 : 976}};
  choose(&chart, model);
  if (chart.count > 0)
    draw(&chart, out, model->is_plan);
  else
    panel_nothing(&chart.panel, out, TITLE, "No campaign whose concurrent calls are known.");
  free(chart.rows);
  return svg_close(&chart.panel.svg);
}
