/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* strnlen */
#include "base/quote.h"

#include <string.h>

#include "base/utf8.h"

static int is_control(char c) { return (unsigned char)c < 0x20 || c == 0x7f; }

void cxd__quote(const char *text, char out[CXD__QUOTE_MAX]) {
  size_t len = strnlen(text, CXD__QUOTE_MAX), n = 0;
  for (size_t i = 0; i < len;) {
    size_t width = cxd__utf8_width(text + i, len - i);
    if (n + (width ? width : 1) > CXD__QUOTE_MAX - 4) {
      memcpy(out + n, "...", 3);
      n += 3;
      break;
    }
    if (width == 0 || is_control(text[i])) {
      out[n++] = '?';
      i++;
      continue;
    }
    memcpy(out + n, text + i, width);
    n += width;
    i += width;
  }
  out[n] = '\0';
}
