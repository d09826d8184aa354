/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_POINTS_H
#define CXD_TESTS_POINTS_H

#include <math.h>
#include <stdint.h>

/* Seeded random points: the same on every machine. */
struct points {
  uint64_t state;
};

/* splitmix64; above 0, at most 1. */
static inline double points_unit(struct points *points) {
  uint64_t x = points->state += UINT64_C(0x9e3779b97f4a7c15);
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return (double)(((x ^ (x >> 31)) >> 11) + 1) / 9007199254740992.0;
}

static inline double points_between(struct points *points, double low, double high) { return low + (high - low) * points_unit(points); }

/* Every order of magnitude as often as any other. */
static inline double points_any_size(struct points *points, double low, double high) { return exp(points_between(points, log(low), log(high))); }

#endif
