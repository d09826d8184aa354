/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/nearest.h"

#include <string.h>

static unsigned char fold(char c) { return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

static size_t least(size_t a, size_t b, size_t c) {
  size_t low = a < b ? a : b;
  return low < c ? low : c;
}

static size_t edits(const char *a, size_t a_len, const char *b, size_t b_len) {
  size_t row[CXD__NEAREST_MAX + 1];
  for (size_t j = 0; j <= b_len; j++)
    row[j] = j;
  for (size_t i = 1; i <= a_len; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b_len; j++) {
      size_t above = row[j];
      row[j] = least(above + 1, row[j - 1] + 1, diagonal + (fold(a[i - 1]) != fold(b[j - 1])));
      diagonal = above;
    }
  }
  return row[b_len];
}

struct cxd__nearest cxd__nearest_start(const char *text, size_t len) {
  return (struct cxd__nearest){text, len, NULL, 0, len <= CXD__NEAREST_MAX ? len / 3 + 1 : 0};
}

void cxd__nearest_offer(struct cxd__nearest *nearest, const char *key, size_t key_len, const char *answer, size_t answer_len) {
  size_t gap = key_len > nearest->len ? key_len - nearest->len : nearest->len - key_len;
  if (gap >= nearest->distance || key_len > CXD__NEAREST_MAX)
    return;
  size_t distance = edits(nearest->text, nearest->len, key, key_len);
  if (distance >= nearest->distance)
    return;
  nearest->best = answer;
  nearest->best_len = answer_len;
  nearest->distance = distance;
}

void cxd__nearest_offer_text(struct cxd__nearest *nearest, const char *text) {
  cxd__nearest_offer(nearest, text, strlen(text), text, strlen(text));
}
