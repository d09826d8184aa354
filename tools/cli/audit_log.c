/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "audit_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exit_code.h"
#include "mem.h"
#include "output.h"
#include "settings.h"

#define TOLD_MOST 20

static int code_of(cxd_status status, const cxd_error *error) {
  if (status == CXD_E_IO && strcmp(cxd_error_field(error), "audit.key_file") != 0)
    return EXIT_MISSING;
  return exit_code_of_status(status, error);
}

static int fail(const struct audit_log *log, cxd_status status, cxd_error *error) {
  int code = code_of(status, error);
  output_error(log->cli, strstr(cxd_error_message(error), log->path) ? "" : log->path, status, error);
  cxd_error_free(error);
  return code;
}

int audit_log_open(struct audit_log *log, struct cli *cli, const char *path, const char *key_file) {
  cxd_error *error = NULL;
  log->cli = cli;
  log->path = path;
  int code = settings_load(cli);
  if (code)
    return code;
  cxd_status status = cxd_audit_open(path, key_file ? key_file : cxd_config_get(cli->config, "audit.key_file"), &log->reader, &error);
  return status == CXD_OK ? 0 : fail(log, status, error);
}

int audit_log_expect(struct audit_log *log, const struct arg_list *expects) {
  for (size_t i = 0; i < expects->count; i++) {
    cxd_error *error = NULL;
    cxd_status status = cxd_audit_expect(log->reader, expects->at[i], &error);
    if (status == CXD_OK)
      continue;
    output_error(log->cli, "--expect", status, error);
    int code = exit_code_of_status(status, error);
    cxd_error_free(error);
    return code;
  }
  return 0;
}

void audit_log_close(struct audit_log *log) {
  cxd_audit_free(log->reader);
  log->reader = NULL;
}

int audit_log_next(struct audit_log *log, struct slice *record) {
  for (;;) {
    const char *text = NULL;
    size_t len = 0;
    cxd_error *error = NULL;
    cxd_status status = cxd_audit_read(log->reader, &text, &len, &error);
    if (status == CXD_E_AUDIT)
      log->code = EXIT_AUDIT;
    else if (status != CXD_OK) {
      log->code = fail(log, status, error);
      return 0;
    }
    cxd_error_free(error);
    if (status == CXD_OK && text)
      *record = (struct slice){text, len};
    if (status == CXD_OK)
      return text != NULL;
  }
}

static void tell(struct audit_log *log, const cxd_report *report, size_t i, size_t printed) {
  if (printed < TOLD_MOST)
    output_failure(log->cli, CXD_E_AUDIT, "", "%s: %s: %s", log->path, cxd_report_code(report, i), cxd_report_message(report, i));
  else
    log->hidden++;
}

void audit_log_tell(struct audit_log *log) {
  const cxd_report *report = cxd_audit_report(log->reader);
  size_t errors = 0;
  for (size_t i = 0; i < log->told; i++)
    errors += cxd_report_severity(report, i) == CXD_SEVERITY_ERROR;
  for (; log->told < cxd_report_count(report); log->told++)
    if (cxd_report_severity(report, log->told) == CXD_SEVERITY_ERROR) {
      log->code = log->code ? log->code : EXIT_AUDIT;
      tell(log, report, log->told, errors++);
    }
}

void audit_log_tell_rest(const struct audit_log *log) {
  if (log->hidden > 0)
    output_failure(log->cli, CXD_E_AUDIT, "", "%s: %zu more findings like these: cxdialer audit verify has them all", log->path, log->hidden);
}

static int read_number(const char **at, int64_t *out) {
  size_t len = strspn(*at, "0123456789");
  errno = 0;
  *out = strtoll(*at, NULL, 10);
  *at += len;
  return len > 0 && errno == 0 && *out > 0;
}

int audit_log_range(const char *text, int64_t *first, int64_t *last) {
  if (!read_number(&text, first))
    return 0;
  *last = *first;
  if (strncmp(text, "..", 2) == 0) {
    text += 2;
    if (!read_number(&text, last))
      return 0;
  }
  return !*text && *first <= *last;
}

int64_t audit_log_seq(struct slice record) {
  struct slice seq = walk_get(record, "seq");
  int64_t number = 0;
  for (size_t i = 0; i < seq.len && i < 18 && seq.at[i] >= '0' && seq.at[i] <= '9'; i++)
    number = number * 10 + (seq.at[i] - '0');
  return number;
}
