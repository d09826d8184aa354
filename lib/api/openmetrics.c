/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* OpenMetrics 1.0, the text form: https://prometheus.io/docs/specs/om/open_metrics_spec/ */
#include <string.h>

#include "api/metrics.h"
#include "base/buf.h"

static const char *unit_of(const struct cxd__metric *m) { return m->unit == CXD__UNIT_BYTES ? "bytes" : m->unit == CXD__UNIT_NONE ? NULL : "seconds"; }

static void put_name(struct cxd__buf *b, const struct cxd__metric *m) {
  const char *unit = unit_of(m);
  cxd__buf_fmt(b, "cxdialer_%s%s%s", m->family, unit ? "_" : "", unit ? unit : "");
}

static void put_head(struct cxd__buf *b, const struct cxd__metric *m) {
  static const char *const kinds[] = {[CXD__METRIC_COUNTER] = "counter", [CXD__METRIC_GAUGE] = "gauge", [CXD__METRIC_HISTOGRAM] = "histogram"};
  cxd__buf_str(b, "# TYPE ");
  put_name(b, m);
  cxd__buf_fmt(b, " %s\n", kinds[m->kind]);
  if (unit_of(m)) {
    cxd__buf_str(b, "# UNIT ");
    put_name(b, m);
    cxd__buf_fmt(b, " %s\n", unit_of(m));
  }
  cxd__buf_str(b, "# HELP ");
  put_name(b, m);
  cxd__buf_fmt(b, " %s\n", m->help);
}

/* Microseconds, as seconds without a rounding, without the locale's comma and without zeros at the end (canonical numbers of the specification). */
static void put_seconds(struct cxd__buf *b, int64_t us) {
  int64_t fraction = us % 1000000;
  int digits = 6;
  while (digits > 1 && fraction % 10 == 0) {
    fraction /= 10;
    digits--;
  }
  cxd__buf_int(b, us / 1000000);
  cxd__buf_fmt(b, ".%0*lld", digits, (long long)fraction);
}

static void put_value(struct cxd__buf *b, const struct cxd__metric *m, int64_t value) {
  cxd__buf_char(b, ' ');
  if (m->unit == CXD__UNIT_US || m->unit == CXD__UNIT_US_AS_MS)
    put_seconds(b, value);
  else
    cxd__buf_int(b, value);
  cxd__buf_char(b, '\n');
}

static void put_sample(struct cxd__buf *b, const struct cxd__metric *m, int64_t value) {
  if (value == CXD__METRIC_UNKNOWN)
    return;
  put_name(b, m);
  if (m->kind == CXD__METRIC_COUNTER)
    cxd__buf_str(b, "_total");
  if (m->label)
    cxd__buf_fmt(b, "{%s}", m->label);
  put_value(b, m, value);
}

static void put_bucket(struct cxd__buf *b, const struct cxd__metric *m, size_t i, int64_t count) {
  put_name(b, m);
  cxd__buf_str(b, "_bucket{le=\"");
  if (i < CXD__BUCKETS - 1)
    put_seconds(b, cxd__bucket_us[i]);
  else
    cxd__buf_str(b, "+Inf");
  cxd__buf_fmt(b, "\"} %lld\n", (long long)count);
}

static void put_histogram(struct cxd__buf *b, const struct cxd__metric *m, const struct cxd__histogram *histogram) {
  int64_t below = 0;
  for (size_t i = 0; i < CXD__BUCKETS; i++)
    put_bucket(b, m, i, below += histogram->in[i]);
  put_name(b, m);
  cxd__buf_str(b, "_sum");
  put_value(b, m, histogram->sum_us);
  put_name(b, m);
  cxd__buf_fmt(b, "_count %lld\n", (long long)histogram->count);
}

void cxd__metrics_text(struct cxd__buf *b, const struct cxd__stats *stats) {
  const struct cxd__metric *m;
  const char *family = "";
  for (size_t i = 0; (m = cxd__metric_at(i)); i++) {
    if (!m->family) /* the sum of a family that has labels */
      continue;
    if (strcmp(m->family, family) != 0)
      put_head(b, m);
    family = m->family;
    if (m->kind == CXD__METRIC_HISTOGRAM)
      put_histogram(b, m, cxd__metric_histogram(m, stats));
    else
      put_sample(b, m, cxd__metric_value(m, stats));
  }
  cxd__buf_str(b, "# EOF\n");
}
