/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "http/base64.h"

#include <string.h>

void cxd__base64(struct cxd__buf *out, const char *text) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t len = strlen(text);
  for (size_t i = 0; i < len; i += 3) {
    unsigned long bits = 0;
    for (size_t k = 0; k < 3; k++)
      bits = bits << 8 | (i + k < len ? (unsigned char)text[i + k] : 0u);
    for (size_t k = 0; k < 4; k++)
      cxd__buf_char(out, i + k <= len ? digits[bits >> (18 - 6 * k) & 63] : '=');
  }
}
