/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/utf8.h"
#include "json/value.h"

void cxd__json_place(const char *text, size_t offset, size_t *line, size_t *column) {
  const char *start = text, *end = text + offset;
  *line = 1;
  for (const char *p; start < end && (p = memchr(start, '\n', (size_t)(end - start))) != NULL; start = p + 1)
    ++*line;
  *column = cxd__utf8_count(start, (size_t)(end - start)) + 1;
}
