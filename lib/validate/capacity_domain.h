/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_CAPACITY_DOMAIN_H
#define CXD__VALIDATE_CAPACITY_DOMAIN_H

#include <float.h>
#include <math.h>

/* What the formulas accept; NaN fails every comparison. */
#define CXD__MAX_AGENTS 10000000.0

static inline int cxd__capacity_agents_ok(double agents) { return agents >= 1 && agents <= CXD__MAX_AGENTS && floor(agents) >= agents; }
static inline int cxd__capacity_load_ok(double load) { return load >= 0 && load <= DBL_MAX; }
static inline int cxd__capacity_time_ok(double aht_s) { return aht_s > 0 && aht_s <= DBL_MAX; }
static inline int cxd__capacity_limit_ok(double limit) { return limit >= 0 && limit <= 1; }

#endif
