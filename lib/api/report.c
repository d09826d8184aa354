/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/report.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "json/pointer.h"

#define CODE_MAX 64

size_t cxd_report_count(const cxd_report *report) { return CXD__IS(report, REPORT) ? cxd__report_count(report) : 0; }

int32_t cxd_report_ok(const cxd_report *report) {
  const struct cxd__finding *first;
  return CXD__IS(report, REPORT) && cxd__report_errors(report, &first) == 0;
}

static const struct cxd__finding *at(const cxd_report *report, size_t i) { return CXD__IS(report, REPORT) ? cxd__report_at(report, i) : NULL; }

int32_t cxd_report_severity(const cxd_report *report, size_t i) {
  const struct cxd__finding *finding = at(report, i);
  return finding ? finding->severity : 0;
}

const char *cxd_report_code(const cxd_report *report, size_t i) {
  const struct cxd__finding *finding = at(report, i);
  return finding ? finding->code : "";
}

const char *cxd_report_pointer(const cxd_report *report, size_t i) {
  const struct cxd__finding *finding = at(report, i);
  return finding ? finding->pointer : "";
}

const char *cxd_report_message(const cxd_report *report, size_t i) {
  const struct cxd__finding *finding = at(report, i);
  return finding ? finding->message : "";
}

/* Words of a-z, 0-9 and '_' with dots between; the first letter is one. */
static int is_code(const char *code) {
  size_t len = strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789_.");
  return len > 0 && len <= CODE_MAX && code[len] == '\0' && code[0] >= 'a' && code[0] <= 'z' && code[len - 1] != '.' && !strstr(code, "..");
}

static int is_text(const char *text) { return text && cxd__utf8_valid(text, strlen(text)); }

cxd_status cxd_report_add(cxd_report *report, int32_t severity, const char *code, const char *pointer, const char *message) {
  const char *where = pointer ? pointer : "";
  if (!CXD__IS(report, REPORT) || severity < CXD_SEVERITY_NOTE || severity > CXD_SEVERITY_ERROR || !code || !is_code(code))
    return CXD_E_ARGUMENT;
  if (!is_text(where) || !cxd__pointer_valid(where) || !is_text(message))
    return CXD_E_ARGUMENT;
  size_t before = report->count;
  cxd__report_take(report, severity, code, where, cxd__strdup(message));
  return report->count > before ? CXD_OK : CXD_E_NOMEM;
}

char *cxd_report_to_json(const cxd_report *report) {
  struct cxd__buf out = {0};
  if (!CXD__IS(report, REPORT))
    return NULL;
  cxd__report_write(report, &out);
  return cxd__buf_take(&out);
}

void cxd_report_free(cxd_report *report) {
  if (CXD__IS(report, REPORT) && !report->lent)
    cxd__report_free(report);
}
