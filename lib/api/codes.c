/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/codes.h"

static const struct cxd__code_row *row_at(size_t i) {
  static const struct cxd__code_row beyond = {"", 0, 0, "", "", ""};
  return i < CXD__CODE_COUNT ? &cxd__codes[i] : &beyond;
}

size_t cxd_code_count(void) { return CXD__CODE_COUNT; }

const char *cxd_code_name(size_t i) { return row_at(i)->name; }

int32_t cxd_code_severity(size_t i) { return row_at(i)->severity; }

int32_t cxd_code_fixed(size_t i) { return row_at(i)->fixed; }

const char *cxd_code_source(size_t i) { return row_at(i)->source; }

const char *cxd_code_meaning(size_t i) { return row_at(i)->meaning; }

const char *cxd_code_advice(size_t i) { return row_at(i)->advice; }
