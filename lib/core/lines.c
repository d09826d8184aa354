/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What an operator reads in the log, apart from the requests themselves: docs/statistics.md has the table of levels. */
#include <string.h>

#include "base/error.h"
#include "core/op.h"

#define LINES_MOST 262144 /* nobody takes them: the host does not drive the engine */

void cxd__core_want_lines(struct cxd__core *core, int wanted) { core->lines_wanted = wanted; }

int cxd__core_has_lines(const struct cxd__core *core) { return core->lines.len != 0; }

void cxd__core_take_lines(struct cxd__core *core, struct cxd__buf *out) {
  *out = core->lines;
  core->lines = (struct cxd__buf){0};
}

static int begin(struct cxd__op *op, int32_t level) {
  struct cxd__core *core = op->core;
  if (!core->lines_wanted || core->lines.len > LINES_MOST || core->lines.failed)
    return 0;
  cxd__buf_char(&core->lines, (char)('0' + level));
  return 1;
}

/* A line break in the middle would make two lines of it, the second without a level. */
static void add(struct cxd__op *op, const char *text) {
  for (const char *p = text; *p; p++)
    cxd__buf_char(&op->core->lines, *p == '\n' ? ' ' : *p);
}

static void end(struct cxd__op *op) {
  if (op->trace.id[0])
    cxd__buf_fmt(&op->core->lines, " (trace %s)", op->trace.id);
  cxd__buf_char(&op->core->lines, '\n');
}

static void add_request(struct cxd__op *op) {
  static const char *const names[] = {[CXD__CLASS_TOKEN] = "token exchange", [CXD__CLASS_GET] = "GET of campaign ", [CXD__CLASS_LIST] = "list of campaigns", [CXD__CLASS_PUT] = "PUT of campaign "};
  add(op, names[op->kind]);
  if (op->kind == CXD__CLASS_GET || op->kind == CXD__CLASS_PUT)
    add(op, op->job.kind == CXD__JOB_GET ? op->job.id : cxd__op_campaign(op));
}

static void add_what_came(struct cxd__op *op, const struct cxd__exchange *exchange) {
  if (exchange->http_status)
    cxd__buf_fmt(&op->core->lines, "%d", (int)exchange->http_status);
  else
    add(op, exchange->detail ? exchange->detail : "no answer");
}

void cxd__say_limited(struct cxd__op *op) {
  if (!begin(op, CXD_LOG_WARNING))
    return;
  add_request(op);
  if (op->asked_ms > 0)
    cxd__buf_fmt(&op->core->lines, ": 429, the server asks for %lld ms; requests of this client wait", (long long)op->asked_ms);
  else
    cxd__buf_fmt(&op->core->lines, ": 429, requests of this client wait %lld ms", (long long)(op->pause_us / 1000));
  end(op);
}

void cxd__say_retry(struct cxd__op *op, const struct cxd__exchange *exchange, int64_t pause_us) {
  int looked = exchange->way == CXD__WAY_ANSWER && exchange->http_status == 0;
  if (!begin(op, CXD_LOG_INFO))
    return;
  add_request(op);
  add(op, ": ");
  if (looked)
    add(op, "not as sent when read back");
  else
    add_what_came(op, exchange);
  cxd__buf_fmt(&op->core->lines, "; sent again in %lld ms, %d of %d tries used", (long long)(pause_us / 1000), (int)op->tries, (int)op->core->options.max_attempts);
  end(op);
}

void cxd__say_doubt(struct cxd__op *op) {
  if (!begin(op, CXD_LOG_WARNING))
    return;
  add_request(op);
  add(op, ": whether it was applied is not known yet: ");
  add(op, op->put_error ? cxd_error_message(op->put_error) : "out of memory");
  end(op);
}

void cxd__say_token(struct cxd__op *op, int64_t life_s) {
  if (!begin(op, CXD_LOG_DEBUG))
    return;
  cxd__buf_fmt(&op->core->lines, "token: a new one, for %lld s", (long long)life_s);
  end(op);
}

void cxd__say_no_token(struct cxd__op *op, const cxd_error *error) {
  if (!begin(op, CXD_LOG_WARNING))
    return;
  add(op, "token: none: ");
  add(op, cxd_error_message(error));
  end(op);
}

void cxd__say_end(struct cxd__op *op) {
  const cxd_result *result = op->result;
  if (!begin(op, result->outcome == CXD_OUTCOME_UNKNOWN ? CXD_LOG_WARNING : CXD_LOG_INFO))
    return;
  add(op, "campaign ");
  add(op, result->campaign_id);
  cxd__buf_fmt(&op->core->lines, ": %s, %d requests, %lld ms", cxd__outcome_name(result->outcome), (int)result->attempts, (long long)(result->latency_us[CXD_LATENCY_TOTAL] / 1000));
  if (result->error) {
    add(op, ": ");
    add(op, cxd_error_message(result->error));
  }
  end(op);
}
