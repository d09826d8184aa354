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
