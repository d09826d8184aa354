/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "api/client.h"
#include "api/metrics.h"

static void put_number(struct cxd__buf *b, const struct cxd__metric *metric, int64_t value) {
  if (value == CXD__METRIC_UNKNOWN)
    cxd__buf_str(b, "null");
  else
    cxd__buf_int(b, metric->unit == CXD__UNIT_US_AS_MS ? value / 1000 : value);
}

static void put_bucket(struct cxd__buf *b, size_t i, int64_t count) {
  cxd__buf_str(b, i ? ",{\"le_us\":" : "{\"le_us\":");
  if (i < CXD__BUCKETS - 1)
    cxd__buf_int(b, cxd__bucket_us[i]);
  else
    cxd__buf_str(b, "null");
  cxd__buf_str(b, ",\"count\":");
  cxd__buf_int(b, count);
  cxd__buf_char(b, '}');
}

static void put_histogram(struct cxd__buf *b, const struct cxd__histogram *histogram) {
  int64_t below = 0;
  cxd__buf_str(b, "{\"count\":");
  cxd__buf_int(b, histogram->count);
  cxd__buf_str(b, ",\"sum_us\":");
  cxd__buf_int(b, histogram->sum_us);
  cxd__buf_str(b, ",\"buckets\":[");
  for (size_t i = 0; i < CXD__BUCKETS; i++)
    put_bucket(b, i, below += histogram->in[i]);
  cxd__buf_str(b, "]}");
}

/* The members of an object stand together in the table. */
void cxd__metrics_json(struct cxd__buf *b, const struct cxd__stats *stats) {
  const char *object = "";
  const struct cxd__metric *m;
  cxd__buf_str(b, "{\"schema_version\":1");
  for (size_t i = 0; (m = cxd__metric_at(i)); i++) {
    int other = strcmp(m->object, object) != 0;
    if (other && *object)
      cxd__buf_char(b, '}');
    cxd__buf_char(b, ',');
    if (other && *m->object)
      cxd__buf_fmt(b, "\"%s\":{", m->object);
    object = m->object;
    cxd__buf_fmt(b, "\"%s\":", m->member);
    if (m->kind == CXD__METRIC_HISTOGRAM)
      put_histogram(b, cxd__metric_histogram(m, stats));
    else
      put_number(b, m, cxd__metric_value(m, stats));
  }
  cxd__buf_str(b, *object ? "}}" : "}");
}

static char *text_of(const cxd_client *client, void (*write)(struct cxd__buf *out, const struct cxd__stats *stats)) {
  struct cxd__stats stats;
  struct cxd__buf text = {0};
  if (cxd__client_usable((cxd_client *)(uintptr_t)client, NULL) != CXD_OK)
    return NULL;
  cxd__shared_stats((struct cxd__shared *)(uintptr_t)&client->shared, cxd__clock_read(), &stats);
  write(&text, &stats);
  return cxd__buf_take(&text);
}

char *cxd_client_stats_json(const cxd_client *client) { return text_of(client, cxd__metrics_json); }

char *cxd_client_stats_openmetrics(const cxd_client *client) { return text_of(client, cxd__metrics_text); }
