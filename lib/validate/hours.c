/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/hours.h"

#include <string.h>

#include "base/mem.h"
#include "validate/hours_table.h"

static int compare(const char *code, size_t len, const char *entry) {
  size_t entry_len = strlen(entry);
  int order = memcmp(code, entry, len < entry_len ? len : entry_len);
  return order ? order : (len > entry_len) - (len < entry_len);
}

const struct cxd__jurisdiction *cxd__hours_find(const struct cxd__hours *hours, const char *code, size_t len) {
  size_t low = 0, high = hours->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare(code, len, hours->rows[middle].code);
    if (order == 0)
      return &hours->rows[middle];
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return NULL;
}

static int lower(char c) { return c >= 'A' && c <= 'Z' ? c + 32 : (unsigned char)c; }

static int separates(char c) { return c == '-' || c == '_' || c == ' ' || c == '.' || c == '/'; }

/* The next character that is no separator, in lower case; -1: the end. */
static int next(const char *text, size_t len, size_t *at) {
  while (*at < len && separates(text[*at]))
    ++*at;
  return *at < len ? lower(text[(*at)++]) : -1;
}

static int alike(const char *code, size_t len, const char *row) {
  size_t i = 0, k = 0, row_len = strlen(row);
  int a, b;
  do {
    a = next(code, len, &i);
    b = next(row, row_len, &k);
  } while (a == b && a >= 0);
  return a == b;
}

static int alike_in_us(const char *code, size_t len, const char *row) {
  return lower(row[0]) == 'u' && lower(row[1]) == 's' && separates(row[2]) && alike(code, len, row + 3);
}

const char *cxd__hours_meant(const struct cxd__hours *first, const struct cxd__hours *second, const char *code, size_t len) {
  const struct cxd__hours *tables[] = {first, second};
  size_t at = 0;
  if (next(code, len, &at) < 0)
    return NULL;
  for (int in_us = 0; in_us < 2; in_us++)
    for (size_t t = 0; t < 2; t++)
      for (size_t i = 0; tables[t] && i < tables[t]->count; i++) {
        const char *row = tables[t]->rows[i].code;
        if (cxd__read_is_code(row, strlen(row), CXD__CODE_MAX) && (in_us ? alike_in_us(code, len, row) : alike(code, len, row)))
          return row;
      }
  return NULL;
}

static void free_row(struct cxd__jurisdiction *row) {
  cxd__free(row->code);
  cxd__free(row->title);
  cxd__free(row->source);
  cxd__free(row->checked);
  cxd__free(row->note);
  cxd__free(row->also_zone);
}

void cxd__hours_free(struct cxd__hours *hours) {
  for (size_t i = 0; i < hours->count; i++)
    free_row(&hours->rows[i]);
  for (size_t i = 0; i < hours->set_count; i++)
    cxd__days_free(&hours->sets[i]);
  cxd__free(hours->rows);
  cxd__free(hours->sets);
  cxd__free(hours->version);
  *hours = (struct cxd__hours){0};
}
