/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "summary.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "mem.h"
#include "output.h"
#include "progress.h"

static const char *const outcome_names[SUMMARY_OUTCOMES] = {
    [CXD_OUTCOME_PLANNED] = "planned",           [CXD_OUTCOME_UNCHANGED] = "unchanged", [CXD_OUTCOME_APPLIED] = "applied",
    [CXD_OUTCOME_APPLIED_READBACK] = "applied_readback", [CXD_OUTCOME_REJECTED] = "rejected",   [CXD_OUTCOME_CONFLICT] = "conflict",
    [CXD_OUTCOME_NOT_APPLIED] = "not_applied",   [CXD_OUTCOME_UNKNOWN] = "unknown",     [CXD_OUTCOME_CANCELLED] = "cancelled",
};

static const struct {
  const char *name;
  double share;
} ranks[] = {{"min", 0}, {"median", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"max", 1}};

#define RANKS (sizeof ranks / sizeof *ranks)

void summary_add(struct summary *summary, const cxd_result *result) {
  int32_t outcome = cxd_result_outcome(result);
  if (outcome > 0 && outcome < SUMMARY_OUTCOMES)
    summary->outcomes[outcome]++;
  if ((summary->count & (summary->count - 1)) == 0)
    summary->latency_us = mem_resize(summary->latency_us, summary->count ? 2 * summary->count : 1, sizeof *summary->latency_us);
  summary->latency_us[summary->count++] = cxd_result_latency_us(result, CXD_LATENCY_TOTAL);
}

static int compare(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

int64_t summary_rank(const int64_t *sorted, size_t count, double share) {
  size_t rank = (size_t)ceil(share * (double)count);
  return sorted[rank > 0 ? rank - 1 : 0];
}

static void put_outcomes(FILE *out, const struct summary *s) {
  const char *between = "";
  for (int32_t i = 1; i < SUMMARY_OUTCOMES; i++)
    if (s->outcomes[i] > 0) {
      fprintf(out, "%s%zu %s", between, s->outcomes[i], outcome_names[i]);
      between = ", ";
    }
  if (s->unusable > 0) {
    fprintf(out, "%s%zu no campaigns", between, s->unusable);
    between = ", ";
  }
  if (s->not_started > 0)
    fprintf(out, "%s%zu not started", between, s->not_started);
}

static void print_text(const struct summary *s, const struct cli *cli) {
  struct mem_stream outcomes, latency;
  char *duration = progress_duration(s->duration_ms);
  mem_stream_open(&outcomes);
  put_outcomes(outcomes.file, s);
  mem_stream_close(&outcomes);
  mem_stream_open(&latency);
  for (size_t i = 0; s->count > 0 && i < RANKS; i++)
    fprintf(latency.file, "%s%s %.1f", i ? ", " : "; latency ", ranks[i].name, (double)summary_rank(s->latency_us, s->count, ranks[i].share) / 1000);
  fputs(s->count > 0 ? " ms" : "", latency.file);
  mem_stream_close(&latency);
  output_note(cli, "%zu in %s: %s", s->total, duration, outcomes.text);
  output_note(cli, "%" PRId64 " requests, %" PRId64 " x 429%s", s->requests, s->rate_limited, latency.text);
  free(outcomes.text);
  free(latency.text);
  free(duration);
}

static void print_json(const struct summary *s) {
  fflush(stdout);
  fprintf(stderr, "{\"summary\":{\"total\":%zu,\"outcomes\":{", s->total);
  for (int32_t i = CXD_OUTCOME_UNCHANGED; i < SUMMARY_OUTCOMES; i++)
    fprintf(stderr, "%s\"%s\":%zu", i > CXD_OUTCOME_UNCHANGED ? "," : "", outcome_names[i], s->outcomes[i]);
  fprintf(stderr, "},\"no_campaigns\":%zu,\"not_started\":%zu,\"latency_ms\":", s->unusable, s->not_started);
  for (size_t i = 0; s->count > 0 && i < RANKS; i++)
    fprintf(stderr, "%s\"%s\":%.3f", i ? "," : "{", ranks[i].name, (double)summary_rank(s->latency_us, s->count, ranks[i].share) / 1000);
  fputs(s->count > 0 ? "}" : "null", stderr);
  fprintf(stderr, ",\"requests\":%" PRId64 ",\"rate_limited\":%" PRId64 ",\"duration_ms\":%" PRId64 "}}\n", s->requests, s->rate_limited, s->duration_ms);
}

void summary_print(struct summary *summary, const struct cli *cli) {
  if (summary->count > 0)
    qsort(summary->latency_us, summary->count, sizeof *summary->latency_us, compare);
  if (cli->json)
    print_json(summary);
  else
    print_text(summary, cli);
}

void summary_free(struct summary *summary) {
  free(summary->latency_us);
  *summary = (struct summary){0};
}
