/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "nearest.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

static size_t least_of(size_t a, size_t b, size_t c) {
  size_t ab = a < b ? a : b;
  return ab < c ? ab : c;
}

size_t nearest_edits(const char *a, const char *b) {
  size_t width = strlen(b) + 1;
  size_t *row = mem_resize(NULL, width, sizeof *row);
  for (size_t j = 0; j < width; j++)
    row[j] = j;
  for (size_t i = 0; a[i]; i++) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 1; j < width; j++) {
      size_t above = row[j];
      row[j] = least_of(above + 1, row[j - 1] + 1, diagonal + (a[i] != b[j - 1]));
      diagonal = above;
    }
  }
  size_t result = row[width - 1];
  free(row);
  return result;
}
