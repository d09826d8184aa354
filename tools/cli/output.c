/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* vasprintf */
#include "output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "exit_code.h"
#include "mem.h"

struct problem {
  cxd_status status;
  const char *where, *message, *field, *server_code, *request_id;
  int32_t http_status;
  int64_t retry_after_ms;
};

static struct problem problem_of(const char *where, cxd_status status, const cxd_error *error) {
  const char *message = cxd_error_message(error);
  return (struct problem){
      .status = status,
      .where = where ? where : "",
      .message = *message ? message : cxd_status_text(status),
      .field = cxd_error_field(error),
      .server_code = cxd_error_server_code(error),
      .request_id = cxd_error_request_id(error),
      .http_status = cxd_error_http_status(error),
      .retry_after_ms = cxd_error_retry_after_ms(error),
  };
}

static void put_member(FILE *out, const char *name, const char *value) {
  fprintf(out, "\"%s\":", name);
  if (*value)
    display_put_json_string(out, slice_of(value));
  else
    fputs("null", out);
  fputc(',', out);
}

static void put_number(FILE *out, const char *name, int known, int64_t value) {
  if (known)
    fprintf(out, "\"%s\":%lld", name, (long long)value);
  else
    fprintf(out, "\"%s\":null", name);
}

static void put_json(FILE *out, const struct problem *p) {
  char *message = mem_format("%s%s%s", p->where, *p->where ? ": " : "", p->message);
  fputc('{', out);
  put_member(out, "status", cxd_status_name(p->status));
  put_member(out, "message", message);
  put_member(out, "field", p->field);
  put_number(out, "http_status", p->http_status > 0, p->http_status);
  fputc(',', out);
  put_member(out, "server_code", p->server_code);
  put_member(out, "request_id", p->request_id);
  put_number(out, "retry_after_ms", p->retry_after_ms >= 0, p->retry_after_ms);
  fputc('}', out);
  free(message);
}

/* A detail that the message does not have yet. */
static void put_detail(FILE *out, const struct problem *p, const char *name, const char *value) {
  if (!*value || strstr(p->message, value))
    return;
  fprintf(out, "; %s ", name);
  display_put(out, slice_of(value));
}

/* Messages of the network say what happened, not always what to do next. */
static int lacks_advice(const struct problem *p) {
  int from_network = p->status == CXD_E_CONNECT || p->status == CXD_E_TLS || p->status == CXD_E_TIMEOUT || p->status == CXD_E_SERVER;
  return from_network && p->retry_after_ms < 0 && !strstr(p->message, "check ") && !strstr(p->message, "try again");
}

static void put_http_status(FILE *out, const struct problem *p) {
  char number[16];
  snprintf(number, sizeof number, "%d", p->http_status);
  if (p->http_status > 0)
    put_detail(out, p, "HTTP", number);
}

#define SECONDS_MOST 120 /* from here on nobody reads seconds */

/* Minutes are rounded up, so that it is not too early. */
static void put_wait(FILE *out, int64_t ms) {
  int64_t minutes = ms / 60000 + (ms % 60000 > 0);
  fputs("; try again in ", out);
  if (ms < SECONDS_MOST * 1000)
    fprintf(out, "%.1f s", (double)ms / 1000);
  else if (minutes < 60)
    fprintf(out, "%lld min", (long long)minutes);
  else
    fprintf(out, "%lld h %lld min", (long long)(minutes / 60), (long long)(minutes % 60));
}

static void put_text(FILE *out, const struct problem *p) {
  fputs("cxdialer: ", out);
  display_put(out, slice_of(p->where));
  fputs(*p->where ? ": " : "", out);
  display_put(out, slice_of(p->message));
  put_detail(out, p, "field", p->field);
  put_detail(out, p, "server code", p->server_code);
  put_detail(out, p, "request id", p->request_id);
  put_http_status(out, p);
  if (p->retry_after_ms >= 0)
    put_wait(out, p->retry_after_ms);
  if (lacks_advice(p))
    fprintf(out, ". %s", cxd_status_text(p->status));
  fputc('\n', out);
}

static void emit(const struct cli *cli, const struct problem *p) {
  fflush(stdout);
  if (!cli->json) {
    put_text(stderr, p);
    return;
  }
  fputs("{\"error\":", stderr);
  put_json(stderr, p);
  fputs("}\n", stderr);
}

void output_error(const struct cli *cli, const char *where, cxd_status status, const cxd_error *error) {
  struct problem p = problem_of(where, status, error);
  emit(cli, &p);
}

void output_failure(const struct cli *cli, cxd_status status, const char *field, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *message;
  int len = vasprintf(&message, format, args);
  va_end(args);
  mem_need(len < 0 ? NULL : message);
  struct problem p = problem_of(NULL, status, NULL);
  p.message = message;
  p.field = field;
  emit(cli, &p);
  free(message);
}

void output_note(const struct cli *cli, const char *format, ...) {
  if (cli->json)
    return;
  fflush(stdout);
  fputs("cxdialer: ", stderr);
  va_list args;
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
}

void output_put_error(FILE *out, const char *where, cxd_status status, const cxd_error *error, const char *message) {
  struct problem p = problem_of(where, status, error);
  p.message = message ? message : p.message;
  put_json(out, &p);
}

void output_put_line(FILE *out, struct slice json) {
  for (size_t i = 0; i < json.len; i++)
    fputc(json.at[i] == '\n' || json.at[i] == '\r' ? ' ' : json.at[i], out);
}

static const char *severity_name(int32_t severity) {
  return severity == CXD_SEVERITY_ERROR ? "error" : severity == CXD_SEVERITY_WARNING ? "warning" : "note";
}

void output_findings(FILE *out, const char *prefix, const cxd_report *findings) {
  for (size_t i = 0; i < cxd_report_count(findings); i++) {
    fprintf(out, "%s%s  ", prefix, severity_name(cxd_report_severity(findings, i)));
    display_put(out, slice_of(cxd_report_code(findings, i)));
    fputs("  ", out);
    display_put(out, slice_of(cxd_report_pointer(findings, i)));
    fputs("  ", out);
    display_put(out, slice_of(cxd_report_message(findings, i)));
    fputc('\n', out);
  }
}

int output_finish(const struct cli *cli, int code) {
  int failed = ferror(stdout);
  errno = 0;
  if (fflush(stdout) == 0 && !failed)
    return code;
  output_failure(cli, CXD_E_IO, "", "cannot write to standard output%s%s: what was printed is incomplete", errno ? ": " : "", errno ? strerror(errno) : "");
  return code == EXIT_DONE || code == EXIT_PENDING ? EXIT_OTHER : code;
}
