/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_CODES_H
#define CXD__VALIDATE_CODES_H

#include <stddef.h>

#include <cxdialer/cxdialer.h>

/* Every code of the built-in rules; docs/rules.md explains them in this order. */
enum cxd__code {
  CXD__CODE_SCHEMA_ID,
  CXD__CODE_SCHEMA_TYPE,
  CXD__CODE_SCHEMA_NULL,
  CXD__CODE_SCHEMA_REQUIRED,
  CXD__CODE_SCHEMA_NUMBER,
  CXD__CODE_SCHEMA_NAME,
  CXD__CODE_SCHEMA_ENUM,
  CXD__CODE_SCHEMA_RULES,
  CXD__CODE_SCHEMA_SIMILAR,
  CXD__CODE_CAPACITY_CONCURRENCY,
  CXD__CODE_CAPACITY_LICENSED,
  CXD__CODE_CAPACITY_UNREACHABLE,
  CXD__CODE_CAPACITY_ABANDONMENT,
  CXD__CODE_PACING_INTERVAL,
  CXD__CODE_PACING_CALLS,
  CXD__CODE_PACING_THROTTLE,
  CXD__CODE_ZONE_UNKNOWN,
  CXD__CODE_ZONE_NOT_APPROVED,
  CXD__CODE_ZONE_TZDATA,
  CXD__CODE_WINDOW_CLOSED,
  CXD__CODE_WINDOW_DNC,
  CXD__CODE_WINDOW_INTERVAL,
  CXD__CODE_RULE_FAILED,
  CXD__CODE_COUNT
};

struct cxd__code_row {
  const char *name;
  int32_t severity;
  int fixed; /* a policy cannot lower it: without it the other rules could not be trusted */
};

extern const struct cxd__code_row cxd__codes[CXD__CODE_COUNT];

/* CXD__CODE_COUNT for an unknown name. */
enum cxd__code cxd__code_find(const char *name);

/* The known name nearest to a wrong one; NULL when none is near. */
const char *cxd__code_nearest(const char *name, size_t len);

#endif
