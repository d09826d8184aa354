/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "markup.h"

#include "display.h"

#define REPLACEMENT 0xfffd
#define MARKS_MOST 2 /* diacritics on one letter; a pile of them would reach into the lines above */

static int is_mark(uint32_t c) { return (c >= 0x300 && c <= 0x36f) || (c >= 0x1ab0 && c <= 0x1aff) || (c >= 0x1dc0 && c <= 0x1dff) || (c >= 0x20d0 && c <= 0x20ff); }

size_t markup_next(struct slice s, uint32_t *c) {
  *c = REPLACEMENT;
  size_t n = display_decode(s, c);
  if (display_is_hidden(*c) || *c == 0xfffe || *c == 0xffff)
    *c = REPLACEMENT;
  return n ? n : 1;
}

static void put_character(FILE *out, struct slice bytes, uint32_t c) {
  switch (c) {
  case '&': fputs("&amp;", out); return;
  case '<': fputs("&lt;", out); return;
  case '>': fputs("&gt;", out); return;
  case '"': fputs("&quot;", out); return;
  case '\'': fputs("&#39;", out); return;
  case REPLACEMENT: fputs("\xef\xbf\xbd", out); return;
  default: fwrite(bytes.at, 1, bytes.len, out);
  }
}

void markup_put(FILE *out, struct slice s) {
  for (int marks = 0; s.len > 0;) {
    uint32_t c;
    size_t n = markup_next(s, &c);
    marks = is_mark(c) ? marks + 1 : 0;
    if (marks <= MARKS_MOST)
      put_character(out, (struct slice){s.at, n}, c);
    s = (struct slice){s.at + n, s.len - n};
  }
}
