/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__API_METRICS_H
#define CXD__API_METRICS_H

#include "core/shared.h"

/*
 * One row for each number of a client; its JSON and its OpenMetrics text both come from here, in this order. docs/statistics.md explains
 * each, and a test compares it with the output.
 */
enum cxd__metric_kind { CXD__METRIC_COUNTER, CXD__METRIC_GAUGE, CXD__METRIC_HISTOGRAM };

/* What the number in struct cxd__stats is, and with it what it becomes in either form. */
enum cxd__metric_unit { CXD__UNIT_NONE, CXD__UNIT_US, CXD__UNIT_US_AS_MS, CXD__UNIT_BYTES };

struct cxd__metric {
  const char *object, *member; /* of the JSON; object "": at its top */
  const char *family;          /* without cxdialer_, the unit and _total; rows of a family stand together */
  const char *label;           /* of a member of a family, as name="value"; NULL: none */
  enum cxd__metric_kind kind;
  enum cxd__metric_unit unit;
  size_t offset;               /* in struct cxd__stats: int64_t, or struct cxd__histogram */
  const char *help;            /* of the family */
};

const struct cxd__metric *cxd__metric_at(size_t i); /* NULL beyond the end */

/* Not known: null, or no sample. */
#define CXD__METRIC_UNKNOWN (-1)

int64_t cxd__metric_value(const struct cxd__metric *metric, const struct cxd__stats *stats);
const struct cxd__histogram *cxd__metric_histogram(const struct cxd__metric *metric, const struct cxd__stats *stats);

struct cxd__buf;
void cxd__metrics_json(struct cxd__buf *out, const struct cxd__stats *stats);
void cxd__metrics_text(struct cxd__buf *out, const struct cxd__stats *stats);

#endif
