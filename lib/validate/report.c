/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/report.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

static char lost_code[] = "report.incomplete", lost_pointer[] = "";
static char lost_message[] = "findings were lost because memory ran out: nothing can be said about the campaign, check it again";
static const struct cxd__finding lost = {CXD_SEVERITY_ERROR, lost_code, lost_pointer, lost_message};

cxd_report *cxd__report_new(void) {
  cxd_report *report = cxd__alloc(sizeof *report);
  if (!report)
    return NULL;
  report->magic = CXD__MAGIC_REPORT;
  report->valid_until_ms = report->opening_ms = INT64_MAX;
  return report;
}

static int reserve(cxd_report *report) {
  if (report->count < report->room)
    return 1;
  size_t room = report->room ? report->room * 2 : 8;
  struct cxd__finding *items = cxd__realloc(report->items, room * sizeof *items);
  if (!items)
    return 0;
  report->items = items;
  report->room = room;
  return 1;
}

static void clear(const struct cxd__finding *finding) {
  cxd__free(finding->code);
  cxd__free(finding->pointer);
  cxd__free(finding->message);
}

void cxd__report_free(cxd_report *report) {
  for (size_t i = 0; i < report->count; i++)
    clear(&report->items[i]);
  cxd__free(report->items);
  cxd__free(report->basis);
  report->magic = CXD__MAGIC_DEAD;
  cxd__free(report);
}

void cxd__report_take(cxd_report *report, int32_t severity, const char *code, const char *pointer, char *message) {
  struct cxd__finding finding = {severity, cxd__strdup(code), cxd__strdup(pointer), message};
  if (!finding.code || !finding.pointer || !finding.message || !reserve(report)) {
    clear(&finding);
    report->failed = 1;
    return;
  }
  report->items[report->count++] = finding;
}

void cxd__report_addf(cxd_report *report, int32_t severity, const char *code, const char *pointer, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int len = vsnprintf(NULL, 0, format, args);
  va_end(args);
  char *message = len < 0 ? NULL : cxd__alloc((size_t)len + 1);
  va_start(args, format);
  if (message)
    (void)vsnprintf(message, (size_t)len + 1, format, args);
  va_end(args);
  cxd__report_take(report, severity, code, pointer, message);
}

cxd_report *cxd__report_copy(const cxd_report *report) {
  cxd_report *copy = report ? cxd__report_new() : NULL;
  if (!copy)
    return NULL;
  for (size_t i = 0; i < report->count; i++) {
    const struct cxd__finding *from = &report->items[i];
    cxd__report_take(copy, from->severity, from->code, from->pointer, cxd__strdup(from->message));
  }
  copy->basis = cxd__strdup(report->basis);
  if (copy->failed || (report->basis && !copy->basis)) {
    cxd__report_free(copy);
    return NULL;
  }
  copy->failed = report->failed;
  copy->valid_until_ms = report->valid_until_ms;
  copy->opening_ms = report->opening_ms;
  return copy;
}

size_t cxd__report_count(const cxd_report *report) { return report->count + (report->failed ? 1 : 0); }

const struct cxd__finding *cxd__report_at(const cxd_report *report, size_t i) {
  if (i < report->count)
    return &report->items[i];
  return i == report->count && report->failed ? &lost : NULL;
}

static void write_finding(const struct cxd__finding *finding, struct cxd__buf *out) {
  static const char *const names[] = {"note", "warning", "error"};
  cxd__buf_str(out, "{\"severity\":\"");
  cxd__buf_str(out, names[finding->severity]);
  cxd__buf_str(out, "\",\"code\":");
  cxd__buf_json_str(out, finding->code);
  cxd__buf_str(out, ",\"pointer\":");
  cxd__buf_json_str(out, finding->pointer);
  cxd__buf_str(out, ",\"message\":");
  cxd__buf_json_str(out, finding->message);
  cxd__buf_char(out, '}');
}

void cxd__report_write(const cxd_report *report, struct cxd__buf *out) {
  cxd__buf_char(out, '[');
  for (size_t i = 0; i < cxd__report_count(report); i++) {
    if (i)
      cxd__buf_char(out, ',');
    write_finding(cxd__report_at(report, i), out);
  }
  cxd__buf_char(out, ']');
}

size_t cxd__report_errors(const cxd_report *report, const struct cxd__finding **first) {
  size_t errors = 0;
  *first = NULL;
  for (size_t i = 0; i < cxd__report_count(report); i++) {
    const struct cxd__finding *finding = cxd__report_at(report, i);
    if (finding->severity == CXD_SEVERITY_ERROR && errors++ == 0)
      *first = finding;
  }
  return errors;
}
