/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_REPORT_SPREAD_H
#define CLI_REPORT_SPREAD_H

#include "report_model.h"

#define SPREAD_BINS 200

/* How long the updates took that sent something, in microseconds. Quantiles are values that occurred (nearest rank). */
struct report_spread {
  size_t count;
  int64_t least, median, p90, p99, most;
  int first; /* of the bins: bin i begins at 10^((first + i) / 10) */
  size_t bins, bin[SPREAD_BINS];
};

void report_spread(struct report_spread *spread, const struct run_model *model);
double report_spread_edge(const struct report_spread *spread, size_t i); /* where bin i begins */

#endif
