/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "svg.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "markup.h"
#include "mem.h"

#define FAMILY "Verdana, 'DejaVu Sans', Arial, Helvetica, sans-serif"
#define LONGEST 4096  /* bytes of a text: no picture has room for more */
#define LARGEST 1e7   /* a coordinate */

/* Hundredths of an em from the blank to the tilde, rounded up, of DejaVu Sans, which is as wide as Verdana and wider than the rest. */
static const unsigned char ascii_widths[] = {
    32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 54,
    100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64, 62, 74, 69, 99, 69, 62, 69, 40, 34, 40, 84, 50,
    50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84,
};

/* What is not Latin or a sign may come from any font, with pictures wider than an em. */
static double em_of(uint32_t c) {
  if (c >= ' ' && c <= '~')
    return ascii_widths[c - ' '] / 100.0;
  if (c == 0x2013 || c == 0xb7)
    return c == 0xb7 ? 0.34 : 0.52;
  return c < 0x180 ? 1 : c >= 0x2000 && c < 0x2200 ? 1.2 : 1.45;
}

static struct slice limited(const char *text) {
  struct slice s = slice_of(text);
  s.len = s.len > LONGEST ? LONGEST : s.len;
  return s;
}

/* Not printf's %f: a locale may write it with a comma. */
static void put_number(FILE *out, double value) {
  if (!(fabs(value) <= LARGEST))
    value = value > 0 ? LARGEST : 0;
  long long hundredths = llround(value * 100);
  long long size = llabs(hundredths);
  fprintf(out, "%s%lld", hundredths < 0 ? "-" : "", size / 100);
  if (size % 10)
    fprintf(out, ".%02lld", size % 100);
  else if (size % 100)
    fprintf(out, ".%lld", size % 100 / 10);
}

static void put_attribute(struct svg *svg, const char *name, double value) {
  fprintf(svg->out, " %s=\"", name);
  put_number(svg->out, value);
  fputc('"', svg->out);
}

static void put_element(struct svg *svg, const char *name, const char *text) {
  fprintf(svg->out, "<%s>", name);
  markup_put(svg->out, limited(text));
  fprintf(svg->out, "</%s>", name);
}

static void open_picture(struct svg *svg, FILE *out, double width, double height, const char *attributes) {
  *svg = (struct svg){.out = out, .frame = {0, 0, width, height}};
  fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"%s%s", *attributes ? " " : "", attributes);
  put_attribute(svg, "width", width);
  put_attribute(svg, "height", height);
  fputs(" viewBox=\"0 0 ", out);
  put_number(out, width);
  fputc(' ', out);
  put_number(out, height);
  fputs("\" font-family=\"" FAMILY "\">\n", out);
}

static void put_names(struct svg *svg, const char *title, const char *description) {
  put_element(svg, "title", title);
  put_element(svg, "desc", description);
  fputc('\n', svg->out);
}

void svg_open(struct svg *svg, FILE *out, double width, double height, const char *title, const char *description) {
  open_picture(svg, out, width, height, "");
  put_names(svg, title, description);
  svg_rect(svg, svg->frame, "fill=\"#ffffff\"", NULL);
}

void svg_open_inline(struct svg *svg, FILE *out, double width, double height, const char *attributes, const char *title, const char *description) {
  open_picture(svg, out, width, height, attributes);
  put_names(svg, title, description);
}

int svg_close(struct svg *svg) {
  fputs("</svg>\n", svg->out);
  free(svg->texts);
  *svg = (struct svg){.out = svg->out};
  return ferror(svg->out) ? -1 : 0;
}

static void end_shape(struct svg *svg, const char *name, const char *attributes, const char *tip) {
  fprintf(svg->out, " %s", attributes);
  if (!tip) {
    fputs("/>\n", svg->out);
    return;
  }
  fputc('>', svg->out);
  put_element(svg, "title", tip);
  fprintf(svg->out, "</%s>\n", name);
}

void svg_rect(struct svg *svg, struct svg_box box, const char *attributes, const char *tip) {
  fputs("<rect", svg->out);
  put_attribute(svg, "x", box.x);
  put_attribute(svg, "y", box.y);
  put_attribute(svg, "width", box.width > 0 ? box.width : 0);
  put_attribute(svg, "height", box.height > 0 ? box.height : 0);
  end_shape(svg, "rect", attributes, tip);
}

void svg_line(struct svg *svg, struct svg_point from, struct svg_point to, const char *attributes) {
  fputs("<line", svg->out);
  put_attribute(svg, "x1", from.x);
  put_attribute(svg, "y1", from.y);
  put_attribute(svg, "x2", to.x);
  put_attribute(svg, "y2", to.y);
  end_shape(svg, "line", attributes, NULL);
}

void svg_polyline(struct svg *svg, const struct svg_point *points, size_t count, const char *attributes) {
  fputs("<polyline points=\"", svg->out);
  for (size_t i = 0; i < count; i++) {
    fputs(i > 0 ? " " : "", svg->out);
    put_number(svg->out, points[i].x);
    fputc(',', svg->out);
    put_number(svg->out, points[i].y);
  }
  fputc('"', svg->out);
  end_shape(svg, "polyline", attributes, NULL);
}

void svg_circle(struct svg *svg, struct svg_point centre, double radius, const char *attributes) {
  fputs("<circle", svg->out);
  put_attribute(svg, "cx", centre.x);
  put_attribute(svg, "cy", centre.y);
  put_attribute(svg, "r", radius);
  end_shape(svg, "circle", attributes, NULL);
}

void svg_group(struct svg *svg, const char *attributes, const char *tip) {
  fprintf(svg->out, "<g%s%s>", *attributes ? " " : "", attributes);
  if (tip)
    put_element(svg, "title", tip);
  fputc('\n', svg->out);
}

void svg_group_end(struct svg *svg) { fputs("</g>\n", svg->out); }

void svg_raw(struct svg *svg, const char *constant) { fputs(constant, svg->out); }

double svg_text_width(const struct svg_font *font, const char *text) {
  double em = 0;
  for (struct slice s = limited(text); s.len > 0;) {
    uint32_t c;
    size_t n = markup_next(s, &c);
    em += em_of(c);
    s = (struct slice){s.at + n, s.len - n};
  }
  return em * font->size * (font->bold ? 1.18 : 1);
}

struct svg_box svg_text_box(const struct svg_font *font, struct svg_point at, const char *text) {
  double width = svg_text_width(font, text);
  double before = font->anchor == SVG_START ? 0 : font->anchor == SVG_MIDDLE ? width / 2 : width;
  return (struct svg_box){at.x - before, at.y - font->size * 0.95, width, font->size * 1.2};
}

void svg_text(struct svg *svg, const struct svg_font *font, struct svg_point at, const char *text) {
  static const char *const anchors[] = {"start", "middle", "end"};
  if (!*text)
    return;
  svg->texts = mem_resize(svg->texts, svg->count + 1, sizeof *svg->texts);
  svg->texts[svg->count++] = svg_text_box(font, at, text);
  fputs("<text", svg->out);
  put_attribute(svg, "x", at.x);
  put_attribute(svg, "y", at.y);
  put_attribute(svg, "font-size", font->size);
  fprintf(svg->out, " text-anchor=\"%s\" fill=\"%s\"%s>", anchors[font->anchor], font->fill, font->bold ? " font-weight=\"bold\"" : "");
  markup_put(svg->out, limited(text));
  fputs("</text>\n", svg->out);
}

static int overlap(struct svg_box a, struct svg_box b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

int svg_is_free(const struct svg *svg, struct svg_box box) {
  const struct svg_box *frame = &svg->frame;
  if (box.x < 0 || box.y < 0 || box.x + box.width > frame->width || box.y + box.height > frame->height)
    return 0;
  for (size_t i = 0; i < svg->count; i++)
    if (overlap(svg->texts[i], box))
      return 0;
  return 1;
}

int svg_text_try(struct svg *svg, const struct svg_font *font, struct svg_point at, const char *text) {
  if (!svg_is_free(svg, svg_text_box(font, at, text)))
    return 0;
  svg_text(svg, font, at, text);
  return 1;
}

char *svg_shorten(const struct svg_font *font, const char *text, double width) {
  char *all = mem_format("%.*s", (int)limited(text).len, text);
  size_t len = strlen(all);
  char *shown = mem_format("%s", all);
  while (len > 0 && svg_text_width(font, shown) > width) {
    free(shown);
    do
      len--;
    while (len > 0 && ((unsigned char)all[len] & 0xc0) == 0x80);
    while (len > 0 && all[len - 1] == ' ')
      len--;
    shown = mem_format("%.*s\xe2\x80\xa6", (int)len, all);
  }
  if (len == 0) {
    free(shown);
    shown = mem_format("%s", "");
  }
  free(all);
  return shown;
}
