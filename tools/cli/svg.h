/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_SVG_H
#define CLI_SVG_H

#include <stddef.h>
#include <stdio.h>

/*
 * Writes a picture that needs nothing else: no font, script or address. The same calls give the same bytes in every locale.
 * Texts of others are escaped; what XML or the eye must not see becomes U+FFFD. Attributes are constants of the program.
 */
struct svg_box {
  double x, y, width, height; /* x, y: the upper left corner */
};

struct svg_point {
  double x, y;
};

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

struct svg_font {
  double size;
  enum svg_anchor anchor;
  const char *fill; /* "#1a2b3c" */
  int bold;
};

struct svg {
  FILE *out;
  struct svg_box frame;
  struct svg_box *texts; /* what the texts written so far take up */
  size_t count;
};

void svg_open(struct svg *svg, FILE *out, double width, double height, const char *title, const char *description);

/* The same inside of a page, which brings ground and colours: attributes as below, fills may be "var(--ink)". */
void svg_open_inline(struct svg *svg, FILE *out, double width, double height, const char *attributes, const char *title, const char *description);

int svg_close(struct svg *svg); /* 0: all is written; -1: the file has an error */

/* attributes: "fill=\"#fff\""; tip: what shows under a pointer, or NULL. */
void svg_rect(struct svg *svg, struct svg_box box, const char *attributes, const char *tip);
void svg_line(struct svg *svg, struct svg_point from, struct svg_point to, const char *attributes);
void svg_polyline(struct svg *svg, const struct svg_point *points, size_t count, const char *attributes);
void svg_circle(struct svg *svg, struct svg_point centre, double radius, const char *attributes);
void svg_group(struct svg *svg, const char *attributes, const char *tip);
void svg_group_end(struct svg *svg);
void svg_raw(struct svg *svg, const char *constant); /* for <defs> */

/* The width is a careful estimate: as wide as the widest of the common sans-serif fonts. */
double svg_text_width(const struct svg_font *font, const char *text);
struct svg_box svg_text_box(const struct svg_font *font, struct svg_point at, const char *text); /* at: on the base line */

void svg_text(struct svg *svg, const struct svg_font *font, struct svg_point at, const char *text);
int svg_is_free(const struct svg *svg, struct svg_box box); /* inside the picture and over no text */
int svg_text_try(struct svg *svg, const struct svg_font *font, struct svg_point at, const char *text); /* 0: not written, it would not be free */

/* As much as fits, with an ellipsis when that is not all; "" when nothing does. Caller frees. */
char *svg_shorten(const struct svg_font *font, const char *text, double width);

#endif
