/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/codes.h"

#include <string.h>

#include "validate/nearest.h"

enum cxd__code cxd__code_find(const char *name) {
  for (unsigned i = 0; i < CXD__CODE_COUNT; i++)
    if (strcmp(cxd__codes[i].name, name) == 0)
      return (enum cxd__code)i;
  return CXD__CODE_COUNT;
}

const char *cxd__code_nearest(const char *name, size_t len) {
  struct cxd__nearest nearest = cxd__nearest_start(name, len);
  for (unsigned i = 0; i < CXD__CODE_COUNT; i++)
    cxd__nearest_offer_text(&nearest, cxd__codes[i].name);
  return nearest.best;
}
