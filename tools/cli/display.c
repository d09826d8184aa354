/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* wcwidth */
#include "display.h"

#include <stdlib.h>
#include <wchar.h>

#include "mem.h"

static const struct {
  unsigned char mask, lead;
  uint32_t least;
} forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

size_t display_decode(struct slice s, uint32_t *c) {
  unsigned char lead = (unsigned char)s.at[0];
  size_t n = 0;
  while (n < 4 && (lead & forms[n].mask) != forms[n].lead)
    n++;
  if (n >= 4 || n >= s.len)
    return 0;
  uint32_t value = lead & (unsigned char)~forms[n].mask;
  for (size_t i = 1; i <= n; i++) {
    if (((unsigned char)s.at[i] & 0xc0) != 0x80)
      return 0;
    value = value << 6 | ((unsigned char)s.at[i] & 0x3f);
  }
  if (value < forms[n].least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
    return 0;
  *c = value;
  return n + 1;
}

static const struct {
  uint32_t first, last;
} hidden[] = {
    {0, 0x1f},         {0x7f, 0x9f},       {0xad, 0xad},     {0x61c, 0x61c},   {0x200b, 0x200f},
    {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff},
};

int display_is_hidden(uint32_t c) {
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
    if (c >= hidden[i].first && c <= hidden[i].last)
      return 1;
  return 0;
}

/* As JSON escapes it, so that an escaped document keeps its meaning. */
static void put_escape(FILE *out, uint32_t c) {
  if (c > 0xffff)
    fprintf(out, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
  else
    fprintf(out, "\\u%04x", c);
}

static void advance(struct slice *s, size_t n) {
  s->at += n;
  s->len -= n;
}

void display_put(FILE *out, struct slice s) {
  while (s.len > 0) {
    uint32_t c = 0;
    size_t n = display_decode(s, &c);
    if (n == 0)
      fprintf(out, "\\x%02x", (unsigned char)s.at[0]);
    else if (display_is_hidden(c))
      put_escape(out, c);
    else
      fwrite(s.at, 1, n, out);
    advance(&s, n ? n : 1);
  }
}

char *display_text(struct slice s) {
  struct mem_stream stream;
  mem_stream_open(&stream);
  display_put(stream.file, s);
  mem_stream_close(&stream);
  return stream.text;
}

static size_t width_of(uint32_t c) {
  int width = wcwidth((wchar_t)c);
  return width < 0 ? 1 : (size_t)width;
}

/* The length in bytes of as much as fits, and its width. */
static size_t fit(struct slice s, size_t columns, size_t *width) {
  size_t used = 0;
  *width = 0;
  while (used < s.len) {
    uint32_t c = ' ';
    struct slice rest = {s.at + used, s.len - used};
    size_t n = display_decode(rest, &c);
    size_t more = width_of(c);
    if (*width + more > columns)
      break;
    *width += more;
    used += n ? n : 1;
  }
  return used;
}

size_t display_width(const char *s) {
  size_t width;
  fit(slice_of(s), SIZE_MAX, &width);
  return width;
}

char *display_clip(struct slice s, size_t columns) {
  char *text = display_text(s);
  size_t width;
  if (display_width(text) <= columns)
    return text;
  size_t used = fit(slice_of(text), columns - 3, &width);
  char *clipped = mem_format("%.*s...", (int)used, text);
  free(text);
  return clipped;
}

void display_put_json(FILE *out, struct slice s) {
  while (s.len > 0) {
    uint32_t c = 0xfffd;
    size_t n = display_decode(s, &c);
    if (c == '\r')
      fputc(' ', out);
    else if (n > 0 && (c == '\n' || c == '\t' || !display_is_hidden(c)))
      fwrite(s.at, 1, n, out);
    else
      put_escape(out, c);
    advance(&s, n ? n : 1);
  }
}

void display_put_json_string(FILE *out, struct slice s) {
  fputc('"', out);
  while (s.len > 0) {
    uint32_t c = 0xfffd;
    size_t n = display_decode(s, &c);
    if (c == '"' || c == '\\')
      fprintf(out, "\\%c", (int)c);
    else if (n == 0 || display_is_hidden(c))
      put_escape(out, c);
    else
      fwrite(s.at, 1, n, out);
    advance(&s, n ? n : 1);
  }
  fputc('"', out);
}
