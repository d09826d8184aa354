/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "report_spread.h"

#include <math.h>
#include <stdlib.h>

#include "mem.h"

#define PER_DECADE 10.0
#define BINS_LEAST 16 /* fewer would look like a wall */

static int compare(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static int64_t rank(const int64_t *sorted, size_t count, size_t percent) { return sorted[(count * percent + 99) / 100 - 1]; }

static int bin_of(int64_t us) { return (int)floor(PER_DECADE * log10(us > 0 ? (double)us : 1) + 1e-9); }

static void fill(struct report_spread *spread, const int64_t *sorted) {
  int first = bin_of(spread->least), last = bin_of(spread->most);
  for (int wider = 0; last - first + 1 < BINS_LEAST; wider = !wider)
    wider ? first-- : last++;
  spread->first = first;
  spread->bins = (size_t)(last - first + 1); /* 63 bits are 190 tenths of a decade */
  for (size_t i = 0; i < spread->count; i++)
    spread->bin[bin_of(sorted[i]) - first]++;
}

void report_spread(struct report_spread *spread, const struct run_model *model) {
  *spread = (struct report_spread){0};
  int64_t *sorted = mem_resize(NULL, model->count, sizeof *sorted);
  for (size_t i = 0; i < model->count; i++)
    if (model->items[i].latency_us >= 0)
      sorted[spread->count++] = model->items[i].latency_us;
  if (spread->count > 0) {
    qsort(sorted, spread->count, sizeof *sorted, compare);
    spread->least = sorted[0];
    spread->median = rank(sorted, spread->count, 50);
    spread->p90 = rank(sorted, spread->count, 90);
    spread->p99 = rank(sorted, spread->count, 99);
    spread->most = sorted[spread->count - 1];
    fill(spread, sorted);
  }
  free(sorted);
}

double report_spread_edge(const struct report_spread *spread, size_t i) { return pow(10, (spread->first + (double)i) / PER_DECADE); }
