/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "capacity_svg.h"

#include <cxdialer/cxdialer.h>
#include <math.h>
#include <stdlib.h>

#include "mem.h"
#include "svg.h"

/* Pixels. */
#define WIDTH 960.0
#define HEIGHT 600.0
#define LEFT 84.0
#define RIGHT 930.0
#define TOP 84.0
#define BOTTOM 512.0
#define POINTS 241
#define CURVES 5

static const struct svg_font title_font = {18, SVG_START, "#1c2733", 1};
static const struct svg_font note_font = {11, SVG_START, "#4a5866", 0};
static const struct svg_font tick_font = {11, SVG_MIDDLE, "#4a5866", 0};
static const struct svg_font scale_font = {11, SVG_END, "#4a5866", 0};
static const struct svg_font axis_font = {12, SVG_MIDDLE, "#1c2733", 0};
static const struct svg_font limit_font = {11, SVG_START, "#b3261e", 1};
static const struct svg_font safe_font = {11, SVG_START, "#17604a", 1};
static const struct svg_font point_font = {12, SVG_START, "#1c2733", 1};
static const struct svg_font main_font = {11, SVG_MIDDLE, "#0b4f8a", 1};
static const struct svg_font other_font = {10, SVG_MIDDLE, "#66788a", 0};

struct chart {
  struct svg svg;
  const struct capacity_picture *in;
  double agents[CURVES];
  int curves;
  double most;       /* answered calls per minute that keep the limit */
  double right, top; /* values at the ends of the axes */
  double here;       /* abandonment of what is offered */
};

static struct svg_point at(const struct chart *chart, double per_min, double share) {
  return (struct svg_point){LEFT + (RIGHT - LEFT) * per_min / chart->right, BOTTOM - (BOTTOM - TOP) * share / chart->top};
}

static double abandonment(const struct chart *chart, double agents, double per_min) {
  return cxd_capacity_abandonment(agents, per_min, chart->in->aht_s, chart->in->patience_s);
}

/* Decimals that are worth showing. */
static int places_of(double value) { return fabs(value) < 1 ? 4 : 3; }

/* Without needless zeros. printf's %f and %g write a comma in some locales. Caller frees. */
static char *number(double value) {
  int places = places_of(value);
  long long unit = places == 4 ? 10000 : 1000, parts = llround(value * (double)unit);
  while (unit > 1 && parts % 10 == 0) {
    unit /= 10;
    parts /= 10;
    places--;
  }
  return unit == 1 ? mem_format("%lld", parts) : mem_format("%lld.%0*lld", parts / unit, places, parts % unit);
}

/* So that a number as shown passes; abandonment is rounded up. */
static double rounded_down(double value) {
  double unit = pow(10, places_of(value));
  return floor(value * unit) / unit;
}

/* 1, 2 or 5 times a power of ten, so that about `parts` of them make `range`. */
static double nice_step(double range, double parts) {
  double step = pow(10, floor(log10(range / parts)));
  while (range / step > parts * 5)
    step *= 10;
  return range / step > parts * 2 ? step * 5 : range / step > parts ? step * 2 : step;
}

/* A curve of the same number of agents twice would hide one. */
static void add_curve(struct chart *chart, double agents) {
  if (agents >= 1 && agents <= 1e7 && (chart->curves == 0 || chart->agents[chart->curves - 1] < agents))
    chart->agents[chart->curves++] = agents;
}

static double most_of(const struct chart *chart, double agents) {
  return cxd_capacity_max_answered_per_min(agents, chart->in->aht_s, chart->in->patience_s, chart->in->max_abandonment);
}

/* A limit of 100 % has no largest rate, one of 0 % none above 0: then as many as keep all agents busy. */
static double worth(const struct capacity_picture *in, double per_min) { return isfinite(per_min) && per_min > 0 ? per_min : in->agents * 60 / in->aht_s; }

static int set_axes(struct chart *chart) {
  const struct capacity_picture *in = chart->in;
  double step = fmax(1, round(in->agents / 10));
  for (int i = -2; i <= 2; i++)
    add_curve(chart, in->agents + i * step);
  chart->most = most_of(chart, in->agents);
  chart->here = in->offered_per_min > 0 ? abandonment(chart, in->agents, in->offered_per_min) : 0;
  double widest = chart->curves > 0 ? most_of(chart, chart->agents[chart->curves - 1]) : NAN;
  chart->right = fmax(fmax(worth(in, widest) * 1.15, worth(in, chart->most) * 1.25), in->offered_per_min * 1.2);
  chart->top = fmin(1, fmax(fmax(in->max_abandonment * 3.2, chart->here * 1.35), 0.01));
  return isfinite(chart->right) && chart->right > 0 && isfinite(chart->top) && isfinite(chart->here) && !isnan(chart->most) && in->max_abandonment >= 0 &&
         in->max_abandonment <= 1;
}

static void draw_scale_x(struct chart *chart) {
  double step = nice_step(chart->right, 10);
  for (int i = 0; i * step <= chart->right * 1.000001; i++) {
    struct svg_point foot = at(chart, i * step, 0);
    char *text = number(i * step);
    svg_line(&chart->svg, foot, (struct svg_point){foot.x, TOP}, "stroke=\"#e6eaee\" stroke-width=\"1\"");
    svg_text_try(&chart->svg, &tick_font, (struct svg_point){foot.x, BOTTOM + 18}, text);
    free(text);
  }
  svg_text(&chart->svg, &axis_font, (struct svg_point){(LEFT + RIGHT) / 2, BOTTOM + 40}, "calls answered by a person, per minute");
}

static void draw_scale_y(struct chart *chart) {
  double step = nice_step(chart->top, 6);
  for (int i = 0; i * step <= chart->top * 1.000001; i++) {
    struct svg_point left = at(chart, 0, i * step);
    char *percent = number(i * step * 100), *text = mem_format("%s %%", percent);
    svg_line(&chart->svg, left, (struct svg_point){RIGHT, left.y}, "stroke=\"#e6eaee\" stroke-width=\"1\"");
    svg_text_try(&chart->svg, &scale_font, (struct svg_point){LEFT - 8, left.y + 4}, text);
    free(text);
    free(percent);
  }
  svg_text(&chart->svg, &note_font, (struct svg_point){LEFT - 60, TOP - 10}, "abandoned");
}

/* Up to where the curve keeps the limit. */
static void draw_safe(struct chart *chart) {
  struct svg_point corner = at(chart, fmin(chart->most, chart->right), fmin(chart->in->max_abandonment, chart->top));
  svg_rect(&chart->svg, (struct svg_box){LEFT, corner.y, corner.x - LEFT, BOTTOM - corner.y}, "fill=\"#d5eee2\"", NULL);
  svg_line(&chart->svg, corner, (struct svg_point){corner.x, BOTTOM}, "stroke=\"#1f7a5c\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\"");
}

static void draw_limit(struct chart *chart) {
  struct svg_point left = at(chart, 0, chart->in->max_abandonment);
  svg_line(&chart->svg, left, (struct svg_point){RIGHT, left.y}, "stroke=\"#b3261e\" stroke-width=\"2\"");
}

/* Ends where it leaves the top. */
static size_t trace(const struct chart *chart, double agents, struct svg_point points[POINTS]) {
  size_t count = 0;
  double before = 0;
  while (count < POINTS) {
    double per_min = chart->right * (double)count / (POINTS - 1), share = abandonment(chart, agents, per_min);
    if (!(share <= chart->top)) {
      double part = isfinite(share) && share > before ? (chart->top - before) / (share - before) : 0;
      if (count > 0)
        points[count] = at(chart, chart->right * ((double)count - 1 + part) / (POINTS - 1), chart->top);
      return count > 0 ? count + 1 : 0;
    }
    before = share;
    points[count++] = at(chart, per_min, share);
  }
  return count;
}

static void draw_curve(struct chart *chart, double agents) {
  struct svg_point points[POINTS];
  size_t count = trace(chart, agents, points);
  int is_main = agents == chart->in->agents;
  svg_polyline(&chart->svg, points, count,
               is_main ? "fill=\"none\" stroke=\"#0b63b0\" stroke-width=\"3\" stroke-linejoin=\"round\""
                       : "fill=\"none\" stroke=\"#9fb0c0\" stroke-width=\"1.5\" stroke-linejoin=\"round\"");
}

/* A text with a white ground, so that no line runs through it. 0: something else stands there. */
static int put_on_white(struct chart *chart, const struct svg_font *font, struct svg_point where, const char *text) {
  struct svg_box box = svg_text_box(font, where, text);
  box = (struct svg_box){box.x - 4, box.y - 1, box.width + 8, box.height + 2};
  if (box.x < LEFT || box.x + box.width > RIGHT || box.y < TOP || box.y + box.height > BOTTOM || !svg_is_free(&chart->svg, box))
    return 0;
  svg_rect(&chart->svg, box, "fill=\"#ffffff\" fill-opacity=\"0.9\" rx=\"3\"", NULL);
  svg_text(&chart->svg, font, where, text);
  return 1;
}

static void put_first(struct chart *chart, const struct svg_font *font, const struct svg_point *places, size_t count, const char *text) {
  for (size_t i = 0; i < count; i++)
    if (put_on_white(chart, font, places[i], text))
      return;
}

/* Above the end of a curve that leaves the top, else from its end downwards in the first free place. */
static void put_curve_name(struct chart *chart, double agents) {
  struct svg_point points[POINTS];
  size_t count = trace(chart, agents, points);
  int is_main = agents == chart->in->agents;
  const struct svg_font *font = is_main ? &main_font : &other_font;
  char *text = mem_format("%.0f agent%s", agents, agents == 1 ? "" : "s");
  int leaves = count > 0 && points[count - 1].y <= TOP + 0.5 && points[count - 1].x + svg_text_width(font, text) / 2 < RIGHT;
  if (!leaves || !svg_text_try(&chart->svg, font, (struct svg_point){points[count - 1].x, TOP - 7}, text))
    while (count > 0 && !put_on_white(chart, font, (struct svg_point){points[count - 1].x, points[count - 1].y + 4}, text))
      count--;
  free(text);
}

/* The first free place of those around a point. */
static void put_around(struct chart *chart, const struct svg_font *font, struct svg_point centre, const char *text) {
  double width = svg_text_width(font, text);
  double right = centre.x + 14, left = centre.x - width - 14, middle = centre.x - width / 2, y = centre.y;
  const struct svg_point places[] = {{right, y + 24}, {right, y - 10}, {left, y - 10}, {left, y + 24}, {middle, y - 22}, {middle, y + 36},
                                     {right, y - 40}, {left, y - 40}, {right, y + 52}, {left, y + 52}};
  put_first(chart, font, places, sizeof places / sizeof *places, text);
}

static void put_point(struct chart *chart) {
  const struct capacity_picture *in = chart->in;
  if (!(in->offered_per_min > 0))
    return;
  int kept = chart->here <= in->max_abandonment;
  struct svg_point centre = at(chart, in->offered_per_min, chart->here);
  char *offered = number(in->offered_per_min), *share = number(ceil(chart->here * 1e4 - 1e-6) / 100);
  char *busy = number(round(cxd_capacity_occupancy(in->agents, in->offered_per_min, in->aht_s, in->patience_s) * 100));
  char *text = mem_format("%s a minute: %s %% abandoned, agents %s %% busy", offered, share, busy);
  svg_circle(&chart->svg, centre, 6, kept ? "fill=\"#1f7a5c\" stroke=\"#ffffff\" stroke-width=\"2\"" : "fill=\"#b3261e\" stroke=\"#ffffff\" stroke-width=\"2\"");
  put_around(chart, &point_font, centre, text);
  free(text);
  free(busy);
  free(share);
  free(offered);
}

/* Left of and above a corner of the safe region. */
static int fits_into(const struct svg_font *font, struct svg_point where, const char *text, struct svg_point corner) {
  struct svg_box box = svg_text_box(font, where, text);
  return box.x + box.width + 8 < corner.x && box.y + box.height < BOTTOM - 4;
}

static char *safe_text(const struct chart *chart) {
  const char *plural = chart->in->agents == 1 ? "" : "s";
  if (!isfinite(chart->most))
    return mem_format("%.0f agent%s: within the limit at any rate", chart->in->agents, plural);
  char *most = number(rounded_down(chart->most));
  char *text = mem_format("%.0f agent%s: within the limit up to %s a minute", chart->in->agents, plural, most);
  free(most);
  return text;
}

static void put_limit_texts(struct chart *chart) {
  struct svg_point left = at(chart, 0, chart->in->max_abandonment), corner = at(chart, fmin(chart->most, chart->right), chart->in->max_abandonment);
  char *limit = number(chart->in->max_abandonment * 100);
  char *text = mem_format("limit %s %%", limit), *safe = safe_text(chart);
  const struct svg_point above_or_below[] = {{LEFT + 8, left.y - 8}, {LEFT + 8, left.y + 18}};
  put_first(chart, &limit_font, above_or_below, 2, text);
  const struct svg_point inside = {LEFT + 8, left.y + 18}, beside[] = {{corner.x + 10, corner.y + 18}, {corner.x + 10, corner.y - 8}, {LEFT + 8, left.y - 26}, {LEFT + 8, left.y + 38}};
  if (!fits_into(&safe_font, inside, safe, corner) || !put_on_white(chart, &safe_font, inside, safe))
    put_first(chart, &safe_font, beside, sizeof beside / sizeof *beside, safe);
  free(safe);
  free(text);
  free(limit);
}

static void draw_head(struct chart *chart, const char *title) {
  const struct capacity_picture *in = chart->in;
  char *aht = number(in->aht_s), *patience = number(in->patience_s);
  char *note = mem_format("Mean handling time %s s; a person who waits longer than %s s is abandoned. Green: within the limit. Model M/M/n with fixed patience.", aht, patience);
  svg_text(&chart->svg, &title_font, (struct svg_point){24, 34}, title);
  svg_text(&chart->svg, &note_font, (struct svg_point){24, 54}, note);
  svg_text(&chart->svg, &note_font, (struct svg_point){24, HEIGHT - 18},
           "A planning bound: answers come by chance and the dialer does not look at free agents. libcxdialer " CXDIALER_VERSION);
  free(note);
  free(patience);
  free(aht);
}

static void draw(struct chart *chart) {
  draw_safe(chart);
  draw_scale_x(chart);
  draw_scale_y(chart);
  draw_limit(chart);
  for (int i = 0; i < chart->curves; i++)
    if (chart->agents[i] != chart->in->agents)
      draw_curve(chart, chart->agents[i]);
  draw_curve(chart, chart->in->agents);
  put_point(chart);
  put_limit_texts(chart);
  put_curve_name(chart, chart->in->agents);
  for (int i = 0; i < chart->curves; i++)
    if (chart->agents[i] != chart->in->agents)
      put_curve_name(chart, chart->agents[i]);
}

int capacity_svg_write(FILE *out, const struct capacity_picture *picture) {
  struct chart chart = {.in = picture};
  if (!set_axes(&chart))
    return -1;
  char *title = mem_format("Abandoned calls of %.0f agent%s", picture->agents, picture->agents == 1 ? "" : "s");
  svg_open(&chart.svg, out, WIDTH, HEIGHT, title, "Curves show which share of answered calls is abandoned, by answered calls per minute, against the limit.");
  draw_head(&chart, title);
  draw(&chart);
  free(title);
  return svg_close(&chart.svg);
}
