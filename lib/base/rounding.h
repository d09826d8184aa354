/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_ROUNDING_H
#define CXD__BASE_ROUNDING_H

#include <fenv.h>

/* A host may have set another rounding mode, which printf() and strtod() obey: to the nearest for this thread, and back. */
static inline int cxd__round_nearest(void) {
  int before = fegetround();
  if (before != FE_TONEAREST)
    (void)fesetround(FE_TONEAREST);
  return before;
}

static inline void cxd__round_back(int before) {
  if (before != FE_TONEAREST)
    (void)fesetround(before);
}

#endif
