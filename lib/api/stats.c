/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "api/client.h"

static void number(struct cxd__buf *b, const char *name, int64_t value) {
  cxd__buf_fmt(b, "\"%s\":", name);
  cxd__buf_int(b, value);
}

static void requests(struct cxd__buf *b, const struct cxd__counters *counters) {
  static const struct {
    const char *name;
    enum cxd__class kind;
  } kinds[] = {{"token", CXD__CLASS_TOKEN}, {"get", CXD__CLASS_GET}, {"list", CXD__CLASS_LIST}, {"put", CXD__CLASS_PUT}};
  cxd__buf_str(b, "\"requests\":{");
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    cxd__buf_str(b, i ? "," : "");
    number(b, kinds[i].name, (int64_t)counters->sends[kinds[i].kind]);
  }
  cxd__buf_str(b, "},");
}

static void write_stats(struct cxd__buf *b, const struct cxd__stats *stats) {
  cxd__buf_str(b, "{\"schema_version\":1,");
  requests(b, &stats->counters);
  number(b, "retries", (int64_t)stats->counters.retries);
  cxd__buf_char(b, ',');
  number(b, "rate_limited", (int64_t)stats->counters.refused);
  cxd__buf_char(b, ',');
  number(b, "doubtful", (int64_t)stats->counters.ambiguous);
  cxd__buf_str(b, ",\"quota\":{");
  number(b, "limit", (int64_t)stats->limit);
  cxd__buf_char(b, ',');
  number(b, "used", (int64_t)stats->used);
  cxd__buf_char(b, ',');
  number(b, "waiting", (int64_t)stats->waiting);
  cxd__buf_char(b, ',');
  number(b, "closed_ms", stats->closed_us / 1000);
  cxd__buf_str(b, "},");
  number(b, "retry_budget", stats->budget);
  cxd__buf_char(b, ',');
  number(b, "server_latency_us", stats->latency_us);
  cxd__buf_str(b, ",\"token\":{");
  number(b, "generation", (int64_t)stats->token_generation);
  cxd__buf_char(b, ',');
  number(b, "failures", stats->token_failures);
  cxd__buf_str(b, "}}");
}

char *cxd_client_stats_json(const cxd_client *client) {
  struct cxd__stats stats;
  struct cxd__buf text = {0};
  if (cxd__client_usable((cxd_client *)(uintptr_t)client, NULL) != CXD_OK)
    return NULL;
  cxd__shared_stats((struct cxd__shared *)(uintptr_t)&client->shared, cxd__clock_read().mono_us, &stats);
  write_stats(&text, &stats);
  return cxd__buf_take(&text);
}
