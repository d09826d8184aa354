/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/utf8.h"

static int tail(const unsigned char *s, size_t n) {
  for (size_t i = 0; i < n; i++)
    if ((s[i] & 0xc0) != 0x80)
      return 0;
  return 1;
}

size_t cxd__utf8_width(const char *text, size_t len) {
  const unsigned char *s = (const unsigned char *)text;
  if (len == 0)
    return 0;
  if (s[0] < 0x80)
    return 1;
  if (s[0] >= 0xc2 && s[0] <= 0xdf)
    return len >= 2 && tail(s + 1, 1) ? 2 : 0;
  if ((s[0] & 0xf0) == 0xe0) {
    if (len < 3 || !tail(s + 1, 2) || (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f))
      return 0; /* over-long, or a surrogate */
    return 3;
  }
  if (s[0] >= 0xf0 && s[0] <= 0xf4) {
    if (len < 4 || !tail(s + 1, 3) || (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
      return 0;
    return 4;
  }
  return 0;
}

int cxd__utf8_valid(const char *s, size_t len) {
  while (len) {
    size_t width = cxd__utf8_width(s, len);
    if (!width)
      return 0;
    s += width;
    len -= width;
  }
  return 1;
}

size_t cxd__utf8_count(const char *s, size_t len) {
  size_t count = 0;
  for (size_t i = 0; i < len; i++)
    count += ((unsigned char)s[i] & 0xc0) != 0x80;
  return count;
}
