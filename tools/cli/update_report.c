/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "update_report.h"

#include "audit_log.h"
#include "exit_code.h"
#include "mem.h"
#include "output.h"
#include "result_text.h"

static const char *outcome_of(const struct update_report *report) {
  int code = exit_code_of_status(report->status, report->error);
  return code == EXIT_INVALID || code == EXIT_USAGE ? "rejected" : code == EXIT_INTERRUPTED ? "cancelled" : "not_applied";
}

void update_report_put_standin(const struct update_report *report) {
  fputs("{\"schema_version\":1,\"campaign_id\":", stdout);
  if (*report->id)
    display_put_json_string(stdout, slice_of(report->id));
  else
    fputs("null", stdout);
  printf(",\"outcome\":\"%s\",\"status\":\"%s\",\"http_status\":null,\"request_id\":null,\"sends\":0,\"attempts\":0,\"latency_ms\":0,"
         "\"latency\":{\"token_us\":0,\"rate_wait_us\":0,\"backoff_us\":0,\"server_us\":0,\"audit_us\":0,\"total_us\":0},"
         "\"previous_concurrent\":null,\"new_concurrent\":null,\"pacing_accuracy_rate\":null,\"target_calls_per_min\":null,\"timestamp\":null,"
         "\"diff\":[],\"findings\":[],\"audit\":{\"status\":\"CXD_OK\",\"seq\":null},\"callbacks\":{\"status\":\"CXD_OK\"},\"conflict\":null,"
         "\"concurrency\":\"none\",\"error\":",
         outcome_of(report), cxd_status_name(report->status));
  output_put_error(stdout, report->where, report->status, report->error, report->message);
  fputs(",\"retry_after_ms\":null,\"trace_id\":null}", stdout);
}

static void show_result(const struct cli *cli, const struct update_report *report) {
  if (!cli->json) {
    result_text_print(stdout, report->result, report->writes);
    return;
  }
  char *json = mem_need(cxd_result_to_json(report->result));
  output_put_line(stdout, slice_of(json));
  cxd_string_free(json);
}

/* Of the outcome record; 0: it is not in the log. */
static long long outcome_seq(const cxd_result *result) {
  char *json = mem_need(cxd_result_to_json(result));
  long long seq = audit_log_seq(walk_get(slice_of(json), "audit"));
  cxd_string_free(json);
  return seq;
}

/* An outcome says whether there is an intent before it. */
static const char *missing_record(const char *outcome) {
  return slice_is(walk_get(slice_of(outcome), "intent"), "true") ? "one written in passing (attempt, conflict or token)" : "its intent, which says what was changed";
}

static void show_lost_record(const struct cli *cli, const char *where, const cxd_result *result) {
  const char *record = cxd_result_audit_record(result), *outcome = cxd_result_outcome_name(result);
  cxd_status status = cxd_result_audit_status(result);
  long long seq = outcome_seq(result);
  if (seq > 0)
    output_failure(cli, status, "audit.path", "%s: outcome %s is in the audit log (record %lld), but another record of this update could not be written: %s", where, outcome, seq, missing_record(record ? record : ""));
  else
    output_failure(cli, status, "audit.path", "%s: outcome %s, but its audit record could not be written; keep it: %s", where, outcome, record ? record : "(none)");
}

/* What the result cannot say loud enough: the error, and an audit record that only exists here. */
static void show_failures(const struct cli *cli, const char *where, const cxd_result *result) {
  const char *record = cxd_result_audit_record(result);
  if (cxd_result_status(result) != CXD_OK)
    output_error(cli, where, cxd_result_status(result), cxd_result_error(result));
  int is_said = cxd_result_status(result) == CXD_E_TOO_LARGE || (!record && cxd_result_status(result) == CXD_E_AUDIT);
  if (cxd_result_audit_status(result) != CXD_OK && !(is_said && (!record || outcome_seq(result) > 0)))
    show_lost_record(cli, where, result);
}

static void show_missing(const struct cli *cli, const struct update_report *report) {
  if (cli->json)
    update_report_put_standin(report);
  if (report->message)
    output_failure(cli, report->status, "", "%s: %s", report->where, report->message);
  else
    output_error(cli, report->where, report->status, report->error);
}

int update_report(const struct cli *cli, const struct update_report *report) {
  int code = report->result ? exit_code_of_result(report->result) : exit_code_of_status(report->status, report->error);
  if (report->result) {
    show_result(cli, report);
    show_failures(cli, report->where, report->result);
  } else
    show_missing(cli, report);
  /* Here a wrong argument is a campaign or a record, not a word of the command line. */
  return code == EXIT_USAGE ? EXIT_INVALID : code;
}
