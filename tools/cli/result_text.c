/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "result_text.h"

#include <math.h>
#include <stdlib.h>

#include "mem.h"
#include "output.h"
#include "table.h"

#define VALUE_COLUMNS 48

static const char *sign_of(struct slice op) { return slice_is(op, "add") ? "+" : slice_is(op, "remove") ? "-" : "~"; }

static struct slice or_dash(struct slice value) { return value.len > 0 ? value : slice_of("(absent)"); }

void result_text_print_diff(FILE *out, const char *diff_json, const char *indent) {
  struct table table = {.columns = 5};
  struct slice entry;
  size_t pos = 0;
  while (walk_array(slice_of(diff_json), &pos, &entry) == 1) {
    table_add_text(&table, sign_of(walk_plain(walk_get(entry, "op"))));
    table_add(&table, walk_plain(walk_get(entry, "path")), 0);
    table_add(&table, or_dash(walk_get(entry, "old")), VALUE_COLUMNS);
    table_add_text(&table, "->");
    table_add(&table, or_dash(walk_get(entry, "value")), VALUE_COLUMNS);
  }
  table_print(&table, out, indent);
}

static void print_conflict(FILE *out, const char *conflict_json, const char *indent) {
  struct table table = {.columns = 4};
  struct slice whole = slice_of(conflict_json), mine = walk_get(whole, "mine"), key, value;
  static const char *const titles[] = {"CONFLICT", "BASE", "MINE", "THEIRS"};
  for (size_t i = 0; i < 4; i++)
    table_add_text(&table, titles[i]);
  size_t pos = 0;
  while (walk_object(mine, &pos, &key, &value) == 1) {
    char *name = mem_format("%.*s", (int)key.len, key.at);
    table_add(&table, key, 0);
    table_add(&table, or_dash(walk_get(walk_get(whole, "base"), name)), VALUE_COLUMNS);
    table_add(&table, or_dash(value), VALUE_COLUMNS);
    table_add(&table, or_dash(walk_get(walk_get(whole, "theirs"), name)), VALUE_COLUMNS);
    free(name);
  }
  table_print(&table, out, indent);
}

static double ms(const cxd_result *result, int32_t part) { return (double)cxd_result_latency_us(result, part) / 1000; }

static void print_latency(FILE *out, const cxd_result *result, const char *indent) {
  fprintf(out, "%slatency      %.1f ms: token %.1f, rate wait %.1f, back-off %.1f, server %.1f, audit %.1f\n", indent, ms(result, CXD_LATENCY_TOTAL),
          ms(result, CXD_LATENCY_TOKEN), ms(result, CXD_LATENCY_RATE_WAIT), ms(result, CXD_LATENCY_BACKOFF), ms(result, CXD_LATENCY_SERVER),
          ms(result, CXD_LATENCY_AUDIT));
}

static void print_concurrent(FILE *out, int64_t calls) {
  if (calls >= 0)
    fprintf(out, "%lld", (long long)calls);
  else
    fputs("unknown", out);
}

static void print_numbers(FILE *out, const cxd_result *result, const char *indent) {
  double accuracy = cxd_result_pacing_accuracy(result);
  fprintf(out, "%srequests     %d, of them PUT %d\n", indent, cxd_result_attempts(result), cxd_result_sends(result));
  if (!isnan(accuracy))
    fprintf(out, "%spacing       accuracy rate %.6g\n", indent, accuracy);
  fprintf(out, "%sconcurrent   ", indent);
  print_concurrent(out, cxd_result_previous_concurrent(result));
  fputs(" -> ", out);
  print_concurrent(out, cxd_result_new_concurrent(result));
  fputc('\n', out);
}

static void print_member(FILE *out, const char *indent, const char *title, struct slice value) {
  if (value.len == 0 || slice_is(value, "null") || slice_is(value, "\"\""))
    return;
  fprintf(out, "%s%-12s ", indent, title);
  display_put(out, walk_plain(value));
  fputc('\n', out);
}

void result_text_print_metrics(FILE *out, const cxd_result *result, const char *indent) {
  char *json = mem_need(cxd_result_to_json(result));
  struct slice whole = slice_of(json);
  print_latency(out, result, indent);
  print_numbers(out, result, indent);
  print_member(out, indent, "calls/min", walk_get(whole, "target_calls_per_min"));
  print_member(out, indent, "at", walk_get(whole, "timestamp"));
  print_member(out, indent, "audit seq", walk_get(walk_get(whole, "audit"), "seq"));
  fprintf(out, "%saudit        %s\n", indent, cxd_status_name(cxd_result_audit_status(result)));
  print_member(out, indent, "request id", walk_get(whole, "request_id"));
  cxd_string_free(json);
}

void result_text_print(FILE *out, const cxd_result *result, int with_metrics) {
  display_put(out, slice_of(cxd_result_campaign_id(result)));
  fprintf(out, ": %s\n", cxd_result_outcome_name(result));
  result_text_print_diff(out, cxd_result_diff_json(result), "  ");
  output_findings(out, "  ", cxd_result_report(result));
  if (cxd_result_conflict_json(result))
    print_conflict(out, cxd_result_conflict_json(result), "  ");
  if (with_metrics)
    result_text_print_metrics(out, result, "  ");
}
