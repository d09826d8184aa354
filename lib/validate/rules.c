/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "json/campaign.h"
#include "validate/text.h"

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
    {CXD__CODE_CAPACITY_LICENSED, cxd__judge_licensed},
    {CXD__CODE_CAPACITY_UNREACHABLE, cxd__judge_unreachable},
    {CXD__CODE_CAPACITY_ABANDONMENT, cxd__judge_abandonment},
    {CXD__CODE_PACING_INTERVAL, cxd__judge_interval},
    {CXD__CODE_PACING_CALLS, cxd__judge_calls},
    {CXD__CODE_PACING_THROTTLE, cxd__judge_throttle},
    {CXD__CODE_ZONE_UNKNOWN, cxd__judge_zone_unknown},
    {CXD__CODE_ZONE_NOT_APPROVED, cxd__judge_zone_not_approved},
    {CXD__CODE_ZONE_TZDATA, cxd__judge_tzdata},
    {CXD__CODE_WINDOW_CLOSED, cxd__judge_window_closed},
    {CXD__CODE_WINDOW_DNC, cxd__judge_window_dnc},
    {CXD__CODE_WINDOW_INTERVAL, cxd__judge_window_interval},
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

/* Without a merged document the change itself may be whole: one that was read, or one that names status and zone. */
static void find_sides(struct cxd__context *context) {
  const struct cxd__check *check = context->check;
  if (check->merged)
    context->after = &context->merged;
  else if (!check->preliminary && (check->change->base || check->replace || (context->change.at[CXD__MEMBER_TIME_ZONE].p && context->change.at[CXD__MEMBER_STATUS].p)))
    context->after = &context->change;
  if (check->server)
    context->before = &context->server;
  else if (!check->merged && check->change->base)
    context->before = &context->base;
  context->direction = context->after ? cxd__direction_of(context->before, context->after) : CXD__STOPS;
}

static void find_campaign(struct cxd__context *context) {
  struct cxd__view id;
  struct cxd__slice value = context->change.at[CXD__MEMBER_ID];
  if (!context->settings->policy.campaign_count || cxd__json_kind(value) != CXD__JSON_STRING)
    return;
  if (!cxd__view_string(value, &id)) {
    context->report->failed = 1;
    return;
  }
  context->campaign = cxd__settings_campaign(context->settings, id.p, id.len);
  cxd__free(id.own);
}

static int is_same_text(struct cxd__slice a, struct cxd__slice b) { return a.len == b.len && memcmp(a.p, b.p, a.len) == 0; }

void cxd__context_make(struct cxd__context *context, const struct cxd__check *check) {
  context->check = check;
  cxd__members_read(check->change->root, &context->change);
  if (check->change->base)
    cxd__members_read(check->change->base_root, &context->base);
  if (check->merged && is_same_text(check->merged->root, check->change->root))
    context->merged = context->change;
  else if (check->merged)
    cxd__members_read(check->merged->root, &context->merged);
  if (check->server)
    cxd__members_read(check->server->root, &context->server);
  mark_set(context);
  context->running = cxd__is_running(&context->merged);
  find_sides(context);
  find_campaign(context);
}

/* The campaign before and after, as whole documents; absent where it is not known. */
static void documents(const struct cxd__context *context, struct cxd__slice *before, struct cxd__slice *after) {
  const struct cxd__check *check = context->check;
  *after = check->merged ? check->merged->root : check->change->root;
  *before = check->server ? check->server->root : check->merged ? (struct cxd__slice){NULL, 0} : check->change->base_root;
}

int cxd__change_is_safe(const struct cxd__context *context) {
  struct cxd__slice before, after;
  documents(context, &before, &after);
  if (context->direction == CXD__STOPS)
    return 1;
  if (context->check->acts || !before.p)
    return 0;
  if (context->direction == CXD__LOWERS)
    return !cxd__changes_other_things(before, after);
  return context->direction == CXD__KEEPS && cxd__json_equal(before, after);
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
  report(context, code, context->settings->policy.severity[code], pointer, "", format, args);
  va_end(args);
}

void cxd__found_mild(struct cxd__context *context, enum cxd__code code, const char *pointer, const char *format, ...) {
  int32_t severity = context->settings->policy.severity[code];
  va_list args;
  va_start(args, format);
  report(context, code, severity > CXD_SEVERITY_WARNING ? CXD_SEVERITY_WARNING : severity, pointer, "", format, args);
  va_end(args);
}

cxd__say_fn *cxd__voice(const struct cxd__context *context) { return cxd__change_is_safe(context) ? cxd__found_mild : cxd__found; }

struct cxd__subject cxd__subject_of(const struct cxd__context *context, enum cxd__member member) {
  if (context->set[member])
    return (struct cxd__subject){context->change.at[member], member, 0};
  struct cxd__slice none = {NULL, 0};
  return (struct cxd__subject){context->running ? context->merged.at[member] : none, member, 1};
}

void cxd__found_in(struct cxd__context *context, enum cxd__code code, const struct cxd__subject *subject, const char *format, ...) {
  int32_t severity = context->settings->policy.severity[code];
  if (subject->untouched && severity > CXD_SEVERITY_WARNING)
    severity = CXD_SEVERITY_WARNING;
  va_list args;
  va_start(args, format);
  report(context, code, severity, cxd__members[subject->member].pointer,
         subject->untouched ? " (this change leaves the value as it is on the server, and the campaign will be running with it)" : "", format, args);
  va_end(args);
}
