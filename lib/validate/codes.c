/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/codes.h"

#include <string.h>

#include "validate/nearest.h"

const struct cxd__code_row cxd__codes[CXD__CODE_COUNT] = {
    [CXD__CODE_SCHEMA_ID] = {"schema.id", CXD_SEVERITY_ERROR, 1},
    [CXD__CODE_SCHEMA_TYPE] = {"schema.type", CXD_SEVERITY_ERROR, 1},
    [CXD__CODE_SCHEMA_NULL] = {"schema.null", CXD_SEVERITY_WARNING, 0},
    [CXD__CODE_SCHEMA_REQUIRED] = {"schema.required", CXD_SEVERITY_ERROR, 0},
    [CXD__CODE_SCHEMA_NUMBER] = {"schema.number", CXD_SEVERITY_ERROR, 1},
    [CXD__CODE_SCHEMA_NAME] = {"schema.name", CXD_SEVERITY_ERROR, 0},
    [CXD__CODE_SCHEMA_ENUM] = {"schema.enum", CXD_SEVERITY_WARNING, 0},
    [CXD__CODE_SCHEMA_RULES] = {"schema.rules", CXD_SEVERITY_ERROR, 0},
    [CXD__CODE_SCHEMA_SIMILAR] = {"schema.similar", CXD_SEVERITY_WARNING, 0},
    [CXD__CODE_CAPACITY_CONCURRENCY] = {"capacity.concurrency", CXD_SEVERITY_ERROR, 0},
    [CXD__CODE_CAPACITY_LICENSED] = {"capacity.licensed", CXD_SEVERITY_ERROR, 0},
    [CXD__CODE_CAPACITY_UNREACHABLE] = {"capacity.unreachable", CXD_SEVERITY_WARNING, 0},
    [CXD__CODE_CAPACITY_ABANDONMENT] = {"capacity.abandonment", CXD_SEVERITY_ERROR, 0},
    [CXD__CODE_PACING_INTERVAL] = {"pacing.interval", CXD_SEVERITY_ERROR, 0},
    [CXD__CODE_PACING_CALLS] = {"pacing.calls", CXD_SEVERITY_ERROR, 0},
    [CXD__CODE_PACING_THROTTLE] = {"pacing.throttle", CXD_SEVERITY_ERROR, 0},
    [CXD__CODE_ZONE_UNKNOWN] = {"zone.unknown", CXD_SEVERITY_ERROR, 0},
    [CXD__CODE_ZONE_NOT_APPROVED] = {"zone.not_approved", CXD_SEVERITY_ERROR, 0},
    [CXD__CODE_ZONE_TZDATA] = {"zone.tzdata", CXD_SEVERITY_ERROR, 0},
    [CXD__CODE_WINDOW_CLOSED] = {"window.closed", CXD_SEVERITY_ERROR, 0},
    [CXD__CODE_WINDOW_DNC] = {"window.dnc", CXD_SEVERITY_ERROR, 0},
    [CXD__CODE_WINDOW_INTERVAL] = {"window.interval", CXD_SEVERITY_ERROR, 0},
    [CXD__CODE_RULE_FAILED] = {"rule.failed", CXD_SEVERITY_ERROR, 1},
};

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
