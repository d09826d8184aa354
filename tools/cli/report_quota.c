/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <math.h>
#include <stdlib.h>

#include "mem.h"
#include "report_panel.h"
#include "report_text.h"
#include "when.h"

#define TITLE "Requests in the trailing window against the quota"
#define HELD(id) "fill=\"url(#" id ")\""

struct chart {
  struct panel panel;
  const struct run_model *model;
  int64_t from, until;
  double top;
};

/* One picture is not shown, and what it defines may then be missing for the other. */
static const char wide_pattern[] = "<defs><pattern id=\"held-wide\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                                   "<rect width=\"7\" height=\"7\" fill=\"var(--warn-soft)\"/><rect width=\"1.5\" height=\"7\" fill=\"var(--warn)\"/></pattern></defs>\n";
static const char narrow_pattern[] = "<defs><pattern id=\"held-narrow\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                                     "<rect width=\"7\" height=\"7\" fill=\"var(--warn-soft)\"/><rect width=\"1.5\" height=\"7\" fill=\"var(--warn)\"/></pattern></defs>\n";

static double x_of(const struct chart *chart, int64_t t_ms) {
  double part = (double)(t_ms - chart->from) / (double)(chart->until - chart->from);
  return chart->panel.plot.x + chart->panel.plot.width * fmin(1, fmax(0, part));
}

static double y_of(const struct chart *chart, int64_t value) { return chart->panel.plot.y + chart->panel.plot.height * (1 - fmin(1, (double)value / chart->top)); }

static double bottom_of(const struct chart *chart) { return chart->panel.plot.y + chart->panel.plot.height; }

static const struct run_sample *sample_of(const struct chart *chart, size_t i) { return &chart->model->samples[i]; }

/* A sample holds until the next one. */
static int64_t end_of(const struct chart *chart, size_t i) { return i + 1 < chart->model->sample_count ? sample_of(chart, i + 1)->t_ms : chart->until; }

static void set_axes(struct chart *chart) {
  const struct run_model *model = chart->model;
  double most = 1;
  chart->from = sample_of(chart, 0)->t_ms;
  chart->until = sample_of(chart, model->sample_count - 1)->t_ms;
  if (model->ended_ms > chart->until)
    chart->until = model->ended_ms;
  if (chart->until - chart->from < 1000)
    chart->until = chart->from + 1000;
  for (size_t i = 0; i < model->sample_count; i++)
    most = fmax(most, fmax((double)sample_of(chart, i)->used, (double)sample_of(chart, i)->limit));
  chart->top = most * 1.12;
}

static void set_layout(struct chart *chart) {
  char widest[REPORT_TEXT];
  struct panel *panel = &chart->panel;
  report_count(widest, (int64_t)chart->top);
  double left = svg_text_width(&panel_scale, widest) + 12;
  panel->height = 264;
  panel->plot = (struct svg_box){left, 58, panel->width - left - 2, panel->height - 58 - 44};
}

/* ---- the bands in which the server had asked to wait */

static void draw_band(struct chart *chart, int64_t from, int64_t until) {
  double left = x_of(chart, from), width = fmax(2, x_of(chart, until) - left);
  char *seconds = mem_format("held for %.0f s: the server asked to wait", (double)(until - from) / 1000);
  svg_rect(&chart->panel.svg, (struct svg_box){left, chart->panel.plot.y, width, chart->panel.plot.height}, chart->panel.narrow ? HELD("held-narrow") : HELD("held-wide"), seconds);
  free(seconds);
}

static void draw_bands(struct chart *chart) {
  int64_t from = 0, until = 0;
  for (size_t i = 0; i < chart->model->sample_count; i++) {
    const struct run_sample *sample = sample_of(chart, i);
    if (!sample->held_until_ms)
      continue;
    if (until && sample->held_from_ms > until) {
      draw_band(chart, from, until);
      from = 0;
    }
    from = from ? from : sample->held_from_ms;
    until = sample->held_until_ms > until ? sample->held_until_ms : until;
  }
  if (from)
    draw_band(chart, from, until);
}

/* ---- the two lines */

static int64_t used_of(const struct run_sample *sample) { return sample->used; }

static int64_t limit_of(const struct run_sample *sample) { return sample->limit; }

/* Two points for each sample. Caller frees. */
static struct svg_point *steps_of(const struct chart *chart, int64_t (*value)(const struct run_sample *)) {
  size_t count = chart->model->sample_count;
  struct svg_point *points = mem_resize(NULL, 2 * count + 2, sizeof *points);
  for (size_t i = 0; i < count; i++) {
    double y = y_of(chart, value(sample_of(chart, i)));
    points[2 * i] = (struct svg_point){x_of(chart, sample_of(chart, i)->t_ms), y};
    points[2 * i + 1] = (struct svg_point){x_of(chart, end_of(chart, i)), y};
  }
  return points;
}

static void draw_used(struct chart *chart) {
  size_t count = 2 * chart->model->sample_count;
  struct svg_point *points = steps_of(chart, used_of);
  svg_polyline(&chart->panel.svg, points, count, "fill=\"none\" stroke=\"var(--accent)\" stroke-width=\"2\" stroke-linejoin=\"round\"");
  points[count] = (struct svg_point){points[count - 1].x, bottom_of(chart)};
  points[count + 1] = (struct svg_point){points[0].x, bottom_of(chart)};
  svg_polyline(&chart->panel.svg, points, count + 2, "fill=\"var(--accent)\" fill-opacity=\"0.14\" stroke=\"none\"");
  free(points);
}

static int has_limit(const struct chart *chart) {
  for (size_t i = 0; i < chart->model->sample_count; i++)
    if (sample_of(chart, i)->limit > 0)
      return 1;
  return 0;
}

static void draw_limit(struct chart *chart) {
  if (!has_limit(chart))
    return;
  struct svg_point *points = steps_of(chart, limit_of);
  svg_polyline(&chart->panel.svg, points, 2 * chart->model->sample_count, "fill=\"none\" stroke=\"var(--bad)\" stroke-width=\"1.6\" stroke-dasharray=\"6 4\"");
  free(points);
}

/* ---- refusals on the axis */

static void draw_refusal(struct chart *chart, int64_t t_ms, int64_t count) {
  double x = x_of(chart, t_ms), y = bottom_of(chart);
  const struct svg_point mark[] = {{x - 4, y + 9}, {x + 4, y + 9}, {x, y + 1}};
  char *tip = mem_format("%lld answer%s 429", (long long)count, count == 1 ? "" : "s");
  svg_group(&chart->panel.svg, "", tip);
  svg_polyline(&chart->panel.svg, mark, 3, "fill=\"var(--warn)\" stroke=\"none\"");
  svg_group_end(&chart->panel.svg);
  free(tip);
}

static int64_t draw_refusals(struct chart *chart) {
  int64_t seen = 0;
  for (size_t i = 0; i < chart->model->sample_count; i++) {
    const struct run_sample *sample = sample_of(chart, i);
    if (sample->rate_limited > seen)
      draw_refusal(chart, sample->t_ms, sample->rate_limited - seen);
    seen = sample->rate_limited > seen ? sample->rate_limited : seen;
  }
  return seen;
}

/* ---- the axis of time */

static int64_t step_of(const struct chart *chart) {
  static const int64_t steps[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200};
  int64_t span = (chart->until - chart->from) / 1000, parts = chart->panel.narrow ? 4 : 5;
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
    if (span / steps[i] <= parts)
      return steps[i];
  return DAY_S * (span / DAY_S / parts + 1);
}

static void draw_times(struct chart *chart) {
  int64_t step = step_of(chart);
  double y = bottom_of(chart);
  for (int64_t t = (chart->from / 1000 + step - 1) / step * step; t * 1000 <= chart->until; t += step) {
    struct when at = when_of(t, 0);
    double x = x_of(chart, t * 1000);
    char *text = step >= DAY_S ? mem_format("%d %s", at.day, when_months[at.month - 1]) : step < 60 ? mem_format("%02d:%02d:%02d", at.hour, at.minute, at.second) : mem_format("%02d:%02d", at.hour, at.minute);
    svg_line(&chart->panel.svg, (struct svg_point){x, y}, (struct svg_point){x, y + 5}, "stroke=\"var(--axis)\"");
    panel_text_near(&chart->panel, &panel_tick, (struct svg_point){x, y + 23}, text);
    free(text);
  }
  svg_text_try(&chart->panel.svg, &panel_scale, (struct svg_point){chart->panel.width, y + 40}, "time of day, UTC");
}

/* ---- the legend */

static double put_key(struct chart *chart, double x, double y, const char *text) {
  svg_text(&chart->panel.svg, &panel_note, (struct svg_point){x + 24, y}, text);
  return x + 24 + svg_text_width(&panel_note, text) + 18;
}

static void draw_legend(struct chart *chart, int64_t refused) {
  struct svg *svg = &chart->panel.svg;
  int64_t limit = sample_of(chart, chart->model->sample_count - 1)->limit;
  char number[REPORT_TEXT], window[REPORT_TEXT];
  report_short_span(window, (chart->model->window_ms > 0 ? chart->model->window_ms : 60000) * 1000);
  char *used = mem_format("in the last %s", window);
  svg_line(svg, (struct svg_point){0, 10}, (struct svg_point){18, 10}, "stroke=\"var(--accent)\" stroke-width=\"2\"");
  double x = put_key(chart, 0, 14, used);
  report_count(number, limit);
  char *quota = has_limit(chart) ? mem_format("quota, at the end %s", number) : mem_format("no quota");
  if (has_limit(chart))
    svg_line(svg, (struct svg_point){x, 10}, (struct svg_point){x + 18, 10}, "stroke=\"var(--bad)\" stroke-width=\"1.6\" stroke-dasharray=\"6 4\"");
  put_key(chart, x, 14, quota);
  report_count(number, refused);
  char *refusals = mem_format("%s answer%s 429", number, refused == 1 ? "" : "s");
  svg_rect(svg, (struct svg_box){0, 24, 18, 12}, chart->panel.narrow ? HELD("held-narrow") : HELD("held-wide"), NULL);
  x = put_key(chart, 0, 34, "the server asked to wait");
  const struct svg_point mark[] = {{x + 5, 34}, {x + 13, 34}, {x + 9, 26}};
  svg_polyline(svg, mark, 3, "fill=\"var(--warn)\" stroke=\"none\"");
  put_key(chart, x, 34, refusals);
  free(refusals);
  free(quota);
  free(used);
}

static void draw(struct chart *chart, FILE *out) {
  set_axes(chart);
  set_layout(chart);
  panel_open(&chart->panel, out, TITLE, "The number of requests sent in the trailing window over the time of the run, the quota as a dashed line, and hatched bands where an answer had asked to wait.");
  svg_raw(&chart->panel.svg, chart->panel.narrow ? narrow_pattern : wide_pattern);
  draw_bands(chart);
  panel_scale_y(&chart->panel, chart->top, panel_whole_step(chart->top, 4));
  draw_used(chart);
  draw_limit(chart);
  draw_legend(chart, draw_refusals(chart));
  draw_times(chart);
}

int report_quota(FILE *out, const struct run_model *model, int narrow) {
  struct chart chart = {.panel = {.narrow = narrow, .width = narrow ? 368 : 472}, .model = model};
  if (model->sample_count > 0)
    draw(&chart, out);
  else
    panel_nothing(&chart.panel, out, TITLE, "The quota was not looked at.");
  return svg_close(&chart.panel.svg);
}
