/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/text.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static unsigned code_point(const char *s, size_t width) {
  unsigned value = (unsigned char)*s & (0x7fu >> width);
  for (size_t i = 1; i < width; i++)
    value = value << 6 | ((unsigned char)s[i] & 0x3fu);
  return value;
}

/* C1 controls, marks without width, and marks that turn the direction of the text around them. */
static int steers(unsigned c) {
  return c < 0xa0 || c == 0xad || c == 0x61c || (c >= 0x180b && c <= 0x180f) || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);
}

static size_t put(char *out, const char *s, size_t width) {
  if (width == 1 && (unsigned char)*s >= 0x20 && *s != 0x7f) {
    *out = *s;
    return 1;
  }
  if (width == 1 && *s != 0x7f) {
    *out = ' ';
    return 1;
  }
  unsigned c = width == 1 ? 0x7f : code_point(s, width);
  if (width == 1 || steers(c))
    return (size_t)snprintf(out, 16, "\\u%04x", c > 0xffff ? 0xfffdu : c);
  memcpy(out, s, width);
  return width;
}

const char *cxd__show(struct cxd__shown *out, struct cxd__slice value) {
  size_t len = 0, at = 0;
  while (at < value.len && len < CXD__SHOWN_BYTES) {
    size_t width = cxd__utf8_width(value.p + at, value.len - at);
    if (!width)
      break;
    len += put(out->text + len, value.p + at, width);
    at += width;
  }
  out->text[len] = '\0';
  if (at < value.len)
    (void)snprintf(out->text + len, sizeof out->text - len, "... (%zu bytes)", value.len);
  return out->text;
}

int cxd__tame(const char *s, size_t len) {
  for (size_t at = 0, width; at < len; at += width) {
    width = cxd__utf8_width(s + at, len - at);
    if (!width || (width == 1 ? (unsigned char)s[at] < 0x20 || s[at] == 0x7f : steers(code_point(s + at, width))))
      return 0;
  }
  return 1;
}

int cxd__view_string(struct cxd__slice string, struct cxd__view *out) {
  if (!memchr(string.p, '\\', string.len)) {
    *out = (struct cxd__view){string.p + 1, string.len - 2, NULL};
    return 1;
  }
  out->own = cxd__json_string(string, &out->len);
  out->p = out->own;
  return out->own != NULL;
}
