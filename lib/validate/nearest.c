/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/nearest.h"

#include <string.h>

static unsigned char fold(char c) { return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

static size_t least(size_t a, size_t b, size_t c) {
  size_t low = a < b ? a : b;
  return low < c ? low : c;
}

/* One more byte of a, in the band of the row that can end within the limit; returns the least of it, below which no end falls. */
static size_t step(size_t *row, size_t i, char c, const char *b, size_t b_len, size_t limit) {
  size_t first = i > limit ? i - limit : 1, last = i + limit < b_len ? i + limit : b_len;
  size_t diagonal = row[first - 1], lowest = first == 1 ? i : limit + 1;
  row[first - 1] = lowest;
  for (size_t j = first; j <= last; j++) {
    size_t above = row[j];
    row[j] = least(above + 1, row[j - 1] + 1, diagonal + (fold(c) != fold(b[j - 1])));
    lowest = row[j] < lowest ? row[j] : lowest;
    diagonal = above;
  }
  return lowest;
}

size_t cxd__nearest_edits(const char *a, size_t a_len, const char *b, size_t b_len, size_t limit) {
  size_t row[CXD__NEAREST_MAX + 1];
  if (a_len > CXD__NEAREST_MAX || b_len > CXD__NEAREST_MAX || (a_len > b_len ? a_len - b_len : b_len - a_len) > limit)
    return limit + 1;
  for (size_t j = 0; j <= b_len; j++)
    row[j] = j;
  for (size_t i = 1; i <= a_len; i++)
    if (step(row, i, a[i - 1], b, b_len, limit) > limit)
      return limit + 1;
  return row[b_len] > limit ? limit + 1 : row[b_len];
}

struct cxd__nearest cxd__nearest_start(const char *text, size_t len) {
  return (struct cxd__nearest){text, len, NULL, 0, len <= CXD__NEAREST_MAX ? len / 3 + 1 : 0};
}

void cxd__nearest_offer(struct cxd__nearest *nearest, const char *key, size_t key_len, const char *answer, size_t answer_len) {
  if (nearest->distance == 0)
    return;
  size_t distance = cxd__nearest_edits(nearest->text, nearest->len, key, key_len, nearest->distance - 1);
  if (distance >= nearest->distance)
    return;
  nearest->best = answer;
  nearest->best_len = answer_len;
  nearest->distance = distance;
}

void cxd__nearest_offer_text(struct cxd__nearest *nearest, const char *text) {
  cxd__nearest_offer(nearest, text, strlen(text), text, strlen(text));
}
