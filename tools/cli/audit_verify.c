/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit_commands.h"
#include "audit_log.h"
#include "exit_code.h"
#include "mem.h"
#include "output.h"

#define LOOK_EACH 4096 /* records between two looks at the clock */
#define FIRST_AFTER_S 1

struct verifying {
  struct audit_log log;
  int64_t records, keyed; /* keyed: those with a key */
  time_t begun, said;
  int shows;
};

/* The end of a sealed line has one length: ,"kid":"<16>","e":0,"prev":"<64>","h":"<64>"} */
static int is_keyed(struct slice record) {
  static const char kid[] = ",\"kid\":\"";
  const size_t end = 9 + 64 + 7 + 64 + 2, front = sizeof kid - 1 + 17 + 6;
  return record.len > end + front && memcmp(record.at + record.len - end - front, kid, sizeof kid - 1) == 0;
}

static time_t seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

/* For people who wait: not before it has taken long, and no more often than each second. */
static void show_progress(struct verifying *v) {
  if (!v->shows || v->records % LOOK_EACH != 0)
    return;
  time_t now = seconds();
  if (now - v->begun < FIRST_AFTER_S || now == v->said)
    return;
  v->said = now;
  fprintf(stderr, "\rcxdialer: %lld records", (long long)v->records);
}

static void read_all(struct verifying *v) {
  struct slice record;
  v->begun = v->said = seconds();
  v->shows = isatty(STDERR_FILENO) && !v->log.cli->json;
  while (audit_log_next(&v->log, &record)) {
    v->records++;
    v->keyed += is_keyed(record);
    show_progress(v);
  }
  if (v->said != v->begun)
    fputs("\r\033[K", stderr);
}

static int is_ok(const cxd_report *report) {
  for (size_t i = 0; i < cxd_report_count(report); i++)
    if (cxd_report_severity(report, i) == CXD_SEVERITY_ERROR)
      return 0;
  return 1;
}

static const char *severity_name(int32_t severity) { return severity == CXD_SEVERITY_ERROR ? "error" : severity == CXD_SEVERITY_WARNING ? "warning" : "note"; }

static void put_member(const char *name, const char *value) {
  printf(",\"%s\":", name);
  display_put_json_string(stdout, slice_of(value));
}

static void print_json(const struct verifying *v, int ok) {
  const cxd_audit_reader *reader = v->log.reader;
  const cxd_report *report = cxd_audit_report(reader);
  int64_t bad = cxd_audit_first_bad_seq(reader);
  printf("{\"ok\":%s,\"records\":%lld,\"segments\":%lld,\"first_bad_seq\":", ok ? "true" : "false", (long long)cxd_audit_record_count(reader), (long long)cxd_audit_segment_count(reader));
  if (bad > 0)
    printf("%lld", (long long)bad);
  else
    fputs("null", stdout);
  fputs(",\"findings\":[", stdout);
  for (size_t i = 0; i < cxd_report_count(report); i++) {
    printf("%s{\"severity\":\"%s\"", i > 0 ? "," : "", severity_name(cxd_report_severity(report, i)));
    put_member("code", cxd_report_code(report, i));
    put_member("pointer", cxd_report_pointer(report, i));
    put_member("message", cxd_report_message(report, i));
    fputc('}', stdout);
  }
  fputc(']', stdout);
  put_member("last", cxd_audit_last(reader));
  fputs("}\n", stdout);
}

/* Their messages say what to do. */
static void print_findings(const cxd_report *report) {
  for (size_t i = 0; i < cxd_report_count(report); i++) {
    printf("  %-7s  ", severity_name(cxd_report_severity(report, i)));
    display_put(stdout, slice_of(cxd_report_code(report, i)));
    fputs("  ", stdout);
    display_put(stdout, slice_of(cxd_report_message(report, i)));
    fputc('\n', stdout);
  }
}

static void print_counts(const struct verifying *v) {
  int64_t segments = cxd_audit_segment_count(v->log.reader);
  const char *seal = v->keyed == 0 ? "not keyed" : v->keyed == v->records ? "keyed" : "keyed in part";
  printf("  %lld record%s in %lld segment%s, %s\n", (long long)cxd_audit_record_count(v->log.reader), cxd_audit_record_count(v->log.reader) == 1 ? "" : "s", (long long)segments,
         segments == 1 ? "" : "s", seal);
}

static void print_text(const struct verifying *v, int ok) {
  const char *last = cxd_audit_last(v->log.reader);
  int64_t bad = cxd_audit_first_bad_seq(v->log.reader);
  display_put(stdout, slice_of(v->log.path));
  printf(": %s\n", ok ? "ok" : "NOT as it was written");
  print_counts(v);
  if (bad > 0)
    printf("  first damage where record %lld should stand\n", (long long)bad);
  print_findings(cxd_audit_report(v->log.reader));
  if (*last)
    printf("  last record %s\n", last);
  if (*last && ok)
    puts("  kept elsewhere and given to --expect, it shows that the log was not cut and no older copy put in its place");
}

static int run(struct verifying *v, const struct args *args) {
  int code = audit_log_expect(&v->log, &args->expects);
  if (code)
    return code;
  read_all(v);
  if (v->log.code && v->log.code != EXIT_AUDIT)
    return v->log.code;
  int ok = v->log.code == 0 && is_ok(cxd_audit_report(v->log.reader));
  if (v->log.cli->json)
    print_json(v, ok);
  else
    print_text(v, ok);
  return ok ? EXIT_DONE : EXIT_AUDIT;
}

int audit_verify(struct cli *cli, const struct args *args) {
  struct verifying v = {0};
  int code = audit_log_open(&v.log, cli, args->list[1], args->texts[TEXT_KEY_FILE]);
  if (!code)
    code = run(&v, args);
  audit_log_close(&v.log);
  return code;
}
