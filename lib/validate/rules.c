/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "json/campaign.h"

const struct cxd__rule_row cxd__rule_rows[] = {
    {CXD__CODE_SCHEMA_ID, cxd__judge_id},
    {CXD__CODE_SCHEMA_TYPE, cxd__judge_type},
    {CXD__CODE_SCHEMA_NULL, cxd__judge_null},
    {CXD__CODE_SCHEMA_REQUIRED, cxd__judge_required},
    {CXD__CODE_SCHEMA_NUMBER, cxd__judge_number},
    {CXD__CODE_SCHEMA_NAME, cxd__judge_name},
    {CXD__CODE_SCHEMA_ENUM, cxd__judge_enum},
    {CXD__CODE_SCHEMA_RULES, cxd__judge_entries},
    {CXD__CODE_SCHEMA_SIMILAR, cxd__judge_similar},
    {CXD__CODE_CAPACITY_CONCURRENCY, cxd__judge_concurrency},
    {CXD__CODE_PACING_INTERVAL, cxd__judge_interval},
    {CXD__CODE_PACING_CALLS, cxd__judge_calls},
    {CXD__CODE_PACING_THROTTLE, cxd__judge_throttle},
    {CXD__CODE_ZONE_UNKNOWN, cxd__judge_zone_unknown},
    {CXD__CODE_ZONE_NOT_APPROVED, cxd__judge_zone_not_approved},
};
const size_t cxd__rule_count = sizeof cxd__rule_rows / sizeof *cxd__rule_rows;

static int same(struct cxd__slice a, struct cxd__slice b) {
  if (!a.p || !b.p)
    return !a.p && !b.p;
  return (a.len == b.len && memcmp(a.p, b.p, a.len) == 0) || cxd__json_equal(a, b);
}

static void mark_set(struct cxd__context *context) {
  int edits_only = context->check->change->base && !context->check->replace;
  for (size_t i = 0; i < CXD__MEMBER_COUNT; i++)
    context->set[i] = context->change.at[i].p && !(edits_only && same(context->change.at[i], context->base.at[i]));
}

static int is_running(struct cxd__slice status) { return cxd__json_kind(status) == CXD__JSON_STRING && cxd__json_string_is(status, "running"); }

void cxd__context_make(struct cxd__context *context, const struct cxd__check *check) {
  context->check = check;
  cxd__members_read(check->change->root, &context->change);
  if (check->change->base)
    cxd__members_read(check->change->base_root, &context->base);
  if (check->merged)
    cxd__members_read(check->merged->root, &context->merged);
  mark_set(context);
  context->running = is_running(context->merged.at[CXD__MEMBER_STATUS]);
}

static void report(struct cxd__context *context, enum cxd__code code, int32_t severity, const char *pointer, const char *suffix, const char *format, va_list args) __attribute__((format(printf, 6, 0)));

static void report(struct cxd__context *context, enum cxd__code code, int32_t severity, const char *pointer, const char *suffix, const char *format, va_list args) {
  char text[2048];
  int len = vsnprintf(text, sizeof text, format, args);
  if (len < 0 || (size_t)len + strlen(suffix) >= sizeof text) {
    context->report->failed = 1;
    return;
  }
  memcpy(text + len, suffix, strlen(suffix) + 1);
  cxd__report_take(context->report, severity, cxd__codes[code].name, pointer, cxd__strdup(text));
}

void cxd__found(struct cxd__context *context, enum cxd__code code, const char *pointer, const char *format, ...) {
  va_list args;
  va_start(args, format);
  report(context, code, context->settings->severity[code], pointer, "", format, args);
  va_end(args);
}

struct cxd__subject cxd__subject_of(const struct cxd__context *context, enum cxd__member member) {
  if (context->set[member])
    return (struct cxd__subject){context->change.at[member], member, 0};
  struct cxd__slice none = {NULL, 0};
  return (struct cxd__subject){context->running ? context->merged.at[member] : none, member, 1};
}

void cxd__found_in(struct cxd__context *context, enum cxd__code code, const struct cxd__subject *subject, const char *format, ...) {
  int32_t severity = context->settings->severity[code];
  if (subject->untouched && severity > CXD_SEVERITY_WARNING)
    severity = CXD_SEVERITY_WARNING;
  va_list args;
  va_start(args, format);
  report(context, code, severity, cxd__members[subject->member].pointer,
         subject->untouched ? " (this change leaves the value as it is on the server, and the campaign will be running with it)" : "", format, args);
  va_end(args);
}
