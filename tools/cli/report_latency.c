/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <math.h>
#include <stdlib.h>

#include "mem.h"
#include "report_panel.h"
#include "report_text.h"

#define TITLE "How long an update took"

struct chart {
  struct panel panel;
  const struct report_spread *spread;
  double top;
};

static double x_of(const struct chart *chart, double us) {
  const struct report_spread *spread = chart->spread;
  double left = log10(report_spread_edge(spread, 0)), right = log10(report_spread_edge(spread, spread->bins));
  return chart->panel.plot.x + chart->panel.plot.width * (log10(us > 1 ? us : 1) - left) / (right - left);
}

static double bottom_of(const struct chart *chart) { return chart->panel.plot.y + chart->panel.plot.height; }

static size_t highest(const struct report_spread *spread) {
  size_t most = 1;
  for (size_t i = 0; i < spread->bins; i++)
    most = spread->bin[i] > most ? spread->bin[i] : most;
  return most;
}

static void set_layout(struct chart *chart) {
  char widest[REPORT_TEXT];
  struct panel *panel = &chart->panel;
  chart->top = (double)highest(chart->spread) * 1.06;
  report_count(widest, (int64_t)chart->top);
  double left = svg_text_width(&panel_scale, widest) + 12;
  panel->height = 264;
  panel->plot = (struct svg_box){left, 58, panel->width - left - 2, panel->height - 58 - 44};
}

static char *tip_of(const struct report_spread *spread, size_t i) {
  char from[REPORT_TEXT], to[REPORT_TEXT], count[REPORT_TEXT];
  report_duration(from, llround(report_spread_edge(spread, i)));
  report_duration(to, llround(report_spread_edge(spread, i + 1)));
  report_count(count, (int64_t)spread->bin[i]);
  return mem_format("%s update%s from %s to %s", count, spread->bin[i] == 1 ? "" : "s", from, to);
}

static void draw_bars(struct chart *chart) {
  const struct report_spread *spread = chart->spread;
  for (size_t i = 0; i < spread->bins; i++) {
    if (spread->bin[i] == 0)
      continue;
    double left = x_of(chart, report_spread_edge(spread, i)), right = x_of(chart, report_spread_edge(spread, i + 1));
    double height = fmax(1, chart->panel.plot.height * (double)spread->bin[i] / chart->top);
    char *tip = tip_of(spread, i);
    svg_rect(&chart->panel.svg, (struct svg_box){left + 0.75, bottom_of(chart) - height, fmax(1, right - left - 1.5), height}, "class=\"bar\" fill=\"var(--accent)\" fill-opacity=\"0.55\"", tip);
    free(tip);
  }
}

/* Tenths of a decade that are 1, 2 and 5: of a wide range only the decades. */
static void draw_scale_x(struct chart *chart) {
  static const int parts[] = {1, 2, 5};
  double left = report_spread_edge(chart->spread, 0), right = report_spread_edge(chart->spread, chart->spread->bins);
  double y = bottom_of(chart);
  size_t of_decade = log10(right / left) > (chart->panel.narrow ? 2.6 : 3.2) ? 1 : 3;
  for (double decade = pow(10, floor(log10(left))); decade <= right; decade *= 10)
    for (size_t i = 0; i < of_decade; i++) {
      char text[REPORT_TEXT];
      double us = decade * parts[i], x = x_of(chart, us);
      if (us < 0.99 || us < left * 0.999 || us > right * 1.001)
        continue;
      report_short_span(text, llround(us));
      svg_line(&chart->panel.svg, (struct svg_point){x, y}, (struct svg_point){x, y + 5}, "stroke=\"var(--axis)\"");
      panel_text_near(&chart->panel, &panel_tick, (struct svg_point){x, y + 20}, text);
    }
  svg_text_try(&chart->panel.svg, &panel_scale, (struct svg_point){chart->panel.width, y + 40}, "time of an update, from its start to its result");
}

/* Each mark has a line of its own, so that texts never meet. */
static void draw_mark(struct chart *chart, int line, const char *name, int64_t us, const char *stroke) {
  char time[REPORT_TEXT];
  double x = x_of(chart, (double)us), y = 12 + 16.0 * line;
  report_duration(time, us);
  char *text = mem_format("%s %s", name, time);
  struct svg_font font = panel_strong;
  if (x + 8 + svg_text_width(&font, text) > chart->panel.width)
    font.anchor = SVG_END;
  svg_line(&chart->panel.svg, (struct svg_point){x, y - 9}, (struct svg_point){x, bottom_of(chart)}, stroke);
  svg_text(&chart->panel.svg, &font, (struct svg_point){font.anchor == SVG_END ? x - 5 : x + 5, y}, text);
  free(text);
}

static void draw(struct chart *chart, FILE *out) {
  const struct report_spread *spread = chart->spread;
  set_layout(chart);
  panel_open(&chart->panel, out, TITLE, "A histogram with a logarithmic axis of time, with lines at the median and at the 90th and 99th percentile.");
  panel_scale_y(&chart->panel, chart->top, panel_whole_step(chart->top, 4));
  draw_bars(chart);
  draw_mark(chart, 0, "median", spread->median, "stroke=\"var(--ink)\" stroke-width=\"1.4\"");
  draw_mark(chart, 1, "p90", spread->p90, "stroke=\"var(--ink)\" stroke-width=\"1.4\" stroke-dasharray=\"6 3\"");
  draw_mark(chart, 2, "p99", spread->p99, "stroke=\"var(--ink)\" stroke-width=\"1.4\" stroke-dasharray=\"2 3\"");
  draw_scale_x(chart);
}

int report_latency(FILE *out, const struct report_spread *spread, int narrow) {
  struct chart chart = {.panel = {.narrow = narrow, .width = narrow ? 368 : 472}, .spread = spread};
  if (spread->count > 0)
    draw(&chart, out);
  else
    panel_nothing(&chart.panel, out, TITLE, "No update sent a request.");
  return svg_close(&chart.panel.svg);
}
