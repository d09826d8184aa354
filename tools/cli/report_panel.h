/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_REPORT_PANEL_H
#define CLI_REPORT_PANEL_H

#include "report_model.h"
#include "report_spread.h"
#include "svg.h"

/*
 * What the panels of a report share. Each is drawn twice, for wide and for narrow windows; the style sheet shows one. Colours are
 * variables of the style sheet, and nothing is told by colour alone.
 */
struct panel {
  struct svg svg;
  int narrow;
  double width, height;
  struct svg_box plot;
};

extern const struct svg_font panel_name, panel_value, panel_note, panel_tick, panel_scale, panel_strong; /* start, end, start, middle, end, start bold */

double panel_step(double range, double parts);   /* 1, 2 or 5 times a power of ten, so that at most `parts` of them make `range` */
double panel_whole_step(double range, double parts); /* the same, at least 1 */

void panel_open(struct panel *panel, FILE *out, const char *title, const char *description); /* width, height, narrow are set */
void panel_nothing(struct panel *panel, FILE *out, const char *title, const char *why);      /* a whole panel that says why it is empty */
void panel_scale_y(struct panel *panel, double top, double step);                            /* lines with whole numbers */
int panel_text_near(struct panel *panel, const struct svg_font *font, struct svg_point at, const char *text); /* shifted sideways into the picture; 0: no room */

/* The panels: 0, or -1 when the file has an error. */
int report_dumbbell(FILE *out, const struct run_model *model, int narrow);
int report_quota(FILE *out, const struct run_model *model, int narrow);
int report_latency(FILE *out, const struct report_spread *spread, int narrow);

/* Of the dumbbells: how many campaigns are shown, and how many have numbers to show. */
struct dumbbell_count {
  size_t shown, known;
};
struct dumbbell_count report_dumbbell_count(const struct run_model *model);

#endif
