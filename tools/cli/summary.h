/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include <stdint.h>

#include "cli.h"

#define SUMMARY_OUTCOMES (CXD_OUTCOME_CANCELLED + 1)

/* What came of a batch. Zero-initialise it. */
struct summary {
  size_t outcomes[SUMMARY_OUTCOMES], unusable, not_started, total;
  int64_t *latency_us;
  size_t count;
  int64_t requests, rate_limited, duration_ms;
};

void summary_add(struct summary *summary, const cxd_result *result);

/* For people, or a line {"summary":{...}}, on standard error. */
void summary_print(struct summary *summary, const struct cli *cli);
void summary_free(struct summary *summary);

/* The smallest of count sorted values that is not below the share of them, 0 to 1 (nearest rank). */
int64_t summary_rank(const int64_t *sorted, size_t count, double share);

#endif
