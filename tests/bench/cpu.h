/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_BENCH_CPU_H
#define CXD_BENCH_CPU_H

#include <stdint.h>

/*
 * Nanoseconds of CPU for one call, side by side. In each round every subject has one block of calls, and each second round
 * goes the other way; the number is the median of the blocks, a ratio the median of the ratios of the blocks of one round.
 * The first subject is measured twice, as if it were two: when these differ by more than 2 %, the machine was not quiet.
 */
#define CPU_ROUNDS 401
#define CPU_START 1782907200 /* 2026-07-01T12:00:00Z */

struct cpu_subject {
  const char *name;
  void (*call)(int64_t at);
  int calls;               /* in a block */
  int64_t step;            /* seconds from call to call; 0: the same instant */
  int units;               /* things done in one call, to which the numbers are brought down; 0: one */
  double target_ns;        /* 0: none */
  double target_ratio;     /* most of the baseline; 0: none */
  const char *baseline;    /* the name of the subject to be compared with; NULL: none */
  void (*prepare)(void);   /* before each block, not measured; NULL: nothing to do */
  double ns[CPU_ROUNDS];
};

/*
 * Measures and prints "what-name-ns value target ok|MISSED", with the ratio to the baseline behind it, its 95 % interval, and the name of
 * the baseline. The exit status: 0, 1: a target is missed, 77: the run is void.
 */
int cpu_run(const char *what, struct cpu_subject *subjects, int count);

#endif
