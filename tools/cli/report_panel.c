/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "report_panel.h"

#include <math.h>

#include "report_text.h"

const struct svg_font panel_name = {12, SVG_START, "var(--ink)", 0};
const struct svg_font panel_value = {12, SVG_END, "var(--ink)", 0};
const struct svg_font panel_note = {11, SVG_START, "var(--muted)", 0};
const struct svg_font panel_tick = {11, SVG_MIDDLE, "var(--muted)", 0};
const struct svg_font panel_scale = {11, SVG_END, "var(--muted)", 0};
const struct svg_font panel_strong = {11, SVG_START, "var(--ink)", 1};

double panel_step(double range, double parts) {
  double least = range / parts, step = pow(10, floor(log10(least)));
  return least <= step * 1.000001 ? step : least <= step * 2 ? step * 2 : least <= step * 5 ? step * 5 : step * 10;
}

double panel_whole_step(double range, double parts) { return fmax(1, panel_step(range, parts)); }

void panel_open(struct panel *panel, FILE *out, const char *title, const char *description) {
  svg_open_inline(&panel->svg, out, panel->width, panel->height, panel->narrow ? "class=\"narrow\"" : "class=\"wide\"", title, description);
}

void panel_nothing(struct panel *panel, FILE *out, const char *title, const char *why) {
  panel->height = 72;
  panel_open(panel, out, title, why);
  svg_rect(&panel->svg, (struct svg_box){0.5, 0.5, panel->width - 1, panel->height - 1}, "fill=\"none\" stroke=\"var(--rule)\" rx=\"4\"", NULL);
  svg_text(&panel->svg, &panel_tick, (struct svg_point){panel->width / 2, 40}, why);
}

void panel_scale_y(struct panel *panel, double top, double step) {
  const struct svg_box *plot = &panel->plot;
  for (int i = 0; i * step <= top * 1.000001; i++) {
    char text[REPORT_TEXT];
    double y = plot->y + plot->height * (1 - i * step / top);
    report_count(text, (int64_t)llround(i * step));
    svg_line(&panel->svg, (struct svg_point){plot->x, y}, (struct svg_point){plot->x + plot->width, y}, i == 0 ? "stroke=\"var(--axis)\"" : "stroke=\"var(--rule)\"");
    svg_text_try(&panel->svg, &panel_scale, (struct svg_point){plot->x - 8, y + 4}, text);
  }
}

int panel_text_near(struct panel *panel, const struct svg_font *font, struct svg_point at, const char *text) {
  struct svg_box box = svg_text_box(font, at, text);
  if (box.x < 0)
    at.x -= box.x;
  if (box.x + box.width > panel->width)
    at.x -= box.x + box.width - panel->width;
  return svg_text_try(&panel->svg, font, at, text);
}
