/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/now.h"
#include "validate/local_time.h"
#include "validate/rules.h"
#include "validate/text.h"

/* Rows without a single edge: no zone is needed to know that they are open. */
static int has_no_edges(const struct cxd__jurisdiction *row) {
  int whole = row->since == INT64_MIN && !row->now.holidays && !row->also_zone;
  for (int day = 0; day < 7 && whole; day++) {
    const struct cxd__day_hours *hours = &row->now.week.day[day];
    whole = hours->count == 1 && hours->at[0].from == 0 && hours->at[0].to == CXD__DAY_MINUTES;
  }
  return whole;
}

static int always_open(const struct cxd__context *context, const struct cxd__jurisdiction *const *rows, size_t count) {
  const struct cxd__policy *policy = &context->settings->policy;
  int open = !policy->holidays.count && !policy->blackout_count;
  for (size_t i = 0; i < count && open; i++)
    open = has_no_edges(rows[i]);
  return open;
}

/* The zones that people called by this campaign may be in: its own, and those of the policy. */
struct where {
  char own[CXD__ZONE_NAME_MAX + 1];
  const char *zones[1 + CXD__CAMPAIGN_ZONES];
  size_t zone_count;
  const struct cxd__jurisdiction *own_rows[CXD__CAMPAIGN_ZONES];
  const struct cxd__jurisdiction *const *rows;
  size_t row_count;
};

static void find_rows(const struct cxd__context *context, struct where *where) {
  const struct cxd__names *codes = context->campaign ? &context->campaign->jurisdictions : NULL;
  where->rows = (const struct cxd__jurisdiction *const *)context->settings->rows;
  where->row_count = context->settings->row_count;
  if (!codes || !codes->count)
    return;
  where->row_count = 0;
  for (size_t i = 0; i < codes->count && i < CXD__CAMPAIGN_ZONES; i++) {
    const struct cxd__jurisdiction *row = cxd__settings_row(context->settings, codes->at[i], strlen(codes->at[i]));
    if (!row) {
      where->row_count = 0;
      return;
    }
    where->own_rows[where->row_count++] = row;
  }
  where->rows = where->own_rows;
}

/* 0: there is no zone that could be looked up. */
static int find_zones(struct cxd__context *context, struct where *where) {
  struct cxd__slice zone = context->after->at[CXD__MEMBER_TIME_ZONE];
  struct cxd__view name;
  if (cxd__json_kind(zone) != CXD__JSON_STRING)
    return 0;
  if (!cxd__view_string(zone, &name)) {
    context->report->failed = 1;
    return 0;
  }
  int fits = cxd__zone_name_iana(name.p, name.len); /* EST has a file, but no summer */
  if (fits) {
    memcpy(where->own, name.p, name.len);
    where->own[name.len] = '\0';
    where->zones[where->zone_count++] = where->own;
  }
  cxd__free(name.own);
  const struct cxd__names *more = context->campaign ? &context->campaign->zones : NULL;
  for (size_t i = 0; more && fits && i < more->count && i < CXD__CAMPAIGN_ZONES; i++)
    if (strcmp(more->at[i], where->own) != 0)
      where->zones[where->zone_count++] = more->at[i];
  return fits;
}

/* schema.required refuses a whole document without its zone. */
static int is_refused_without_zone(const struct cxd__context *context) {
  return context->check->replace && !context->after->at[CXD__MEMBER_TIME_ZONE].p && context->settings->policy.severity[CXD__CODE_SCHEMA_REQUIRED] == CXD_SEVERITY_ERROR;
}

/* Missing data is closed, never UTC. */
static void found_no_zone(struct cxd__context *context, const struct cxd__rule_row *row, const struct where *where, const struct cxd__windows *windows) {
  struct cxd__shown zone;
  const char *name = windows && windows->zone ? windows->zone : "";
  if (context->zone_unknown || is_refused_without_zone(context))
    return; /* said already */
  const char *why = !windows || !windows->zone ? "it has no time zone that can be looked up"
                    : windows->found.number    ? cxd__file_reason(windows->found.number)
                    : windows->found.why       ? windows->found.why
                                               : "the time zone database does not have it";
  const char *whose = name[0] && strcmp(name, where->own) != 0 ? " (which the policy or the table of jurisdictions names)" : "";
  cxd__say_fn *say = cxd__voice(context);
  say(context, row->code, CXD_FIELD_TIME_ZONE, "whether calling is legal now cannot be told, so it counts as closed: %s%s%s%s; write an IANA zone that validate.zoneinfo_dir has%s, or pause the campaign",
      cxd__show(&zone, (struct cxd__slice){name, strlen(name)}), whose, name[0] ? ": " : "", why, whose[0] ? " there" : "");
}

static void describe(struct cxd__context *context, const struct cxd__windows *windows, int64_t now) {
  struct cxd__window_verdict *verdict = &context->window;
  const struct cxd__place *place = verdict->now.by ? verdict->now.by : &windows->at[0];
  cxd__local_text(place->tz, place->calendar.zone, now, verdict->local, sizeof verdict->local);
  cxd__hours_text(place, now, verdict->rule, sizeof verdict->rule);
  if (verdict->opening == INT64_MAX)
    (void)snprintf(verdict->next, sizeof verdict->next, "there is no opening in sight");
  else
    cxd__opening_text(place->tz, verdict->opening, verdict->next, sizeof verdict->next);
}

/* The pacing interval when it is longer than the rest of the window, in seconds; 0: it is not. */
static int64_t outlasts(const struct cxd__context *context, int64_t rest_s) {
  int64_t interval;
  struct cxd__slice value = context->after->at[CXD__MEMBER_PACING_INTERVAL];
  if (cxd__json_kind(value) != CXD__JSON_NUMBER || !cxd__json_int(value, &interval) || interval <= rest_s)
    return 0;
  return interval;
}

/* The first place is that of the campaign's own zone. */
static void keep_offset(struct cxd__context *context, const struct cxd__place *place, int64_t now) {
  struct cxd__tz_span span;
  cxd__tz_at(place->tz, now, &span);
  context->offset_s = span.offset_s;
  context->offset_known = 1;
}

static void ask(struct cxd__context *context, const struct cxd__windows *windows) {
  struct cxd__window_verdict *verdict = &context->window;
  int64_t now = cxd__s_of_ms(context->check->at_unix_ms);
  cxd__windows_ahead(windows, now, &verdict->now);
  verdict->known = 1;
  keep_offset(context, &windows->at[0], now);
  context->report->valid_until_ms = cxd__ms_of_s(verdict->now.until);
  if (verdict->now.shut == CXD__OPEN && !outlasts(context, verdict->now.until == INT64_MAX ? INT64_MAX : verdict->now.until - now))
    return;
  verdict->opening = cxd__windows_opening(windows, verdict->now.shut == CXD__OPEN ? verdict->now.until : now);
  context->report->opening_ms = cxd__ms_of_s(verdict->opening);
  describe(context, windows, now);
}

static void look(struct cxd__context *context, const struct cxd__rule_row *row) {
  struct where where = {.zone_count = 0};
  struct cxd__windows windows;
  find_rows(context, &where);
  if (!where.row_count) { /* a row that has gone: nothing is known to be open */
    found_no_zone(context, row, &where, NULL);
    return;
  }
  if (always_open(context, where.rows, where.row_count))
    return;
  if (!find_zones(context, &where)) {
    found_no_zone(context, row, &where, NULL);
    return;
  }
  enum cxd__windows_made made = cxd__windows_make(&windows, context->settings, context->zones, where.zones, where.zone_count, where.rows, where.row_count);
  if (made == CXD__WINDOWS_READY)
    ask(context, &windows);
  else if (made == CXD__WINDOWS_NO_ZONE && (windows.found.state != CXD__ZONE_UNREADABLE || windows.found.number || windows.found.why))
    found_no_zone(context, row, &where, &windows);
  else
    context->report->failed = 1;
  cxd__windows_free(&windows);
}

static const char *what_it_does(const struct cxd__context *context) {
  switch (context->direction) {
  case CXD__STARTS: return "the campaign would be running";
  case CXD__RAISES: return "the campaign would run faster, or for other people,";
  case CXD__LOWERS: return "the campaign would go on running, with more changed than its pace,";
  default: return "the campaign would go on running";
  }
}

static void found_shut(struct cxd__context *context, const struct cxd__rule_row *row) {
  const struct cxd__window_verdict *v = &context->window;
  const char *name = v->now.name ? v->now.name : "";
  const char *wait = v->opening == INT64_MAX ? "" : "send the change then, or ";
  struct cxd__shown shown;
  if (cxd__change_is_safe(context))
    cxd__found_mild(context, row->code, CXD_FIELD_STATUS, "the campaign goes on running outside legal calling hours, which this change does not make worse: it is %s%s%s, %s; %s; pause the campaign to stop its calls", v->local,
                    name[0] ? ", " : "", cxd__show(&shown, (struct cxd__slice){name, strlen(name)}), v->rule, v->next);
  else
    cxd__found(context, row->code, CXD_FIELD_STATUS, "%s outside legal calling hours: it is %s%s%s, %s; %s; %spause or lower the campaign, which is always allowed", what_it_does(context), v->local,
               name[0] ? ", " : "", cxd__show(&shown, (struct cxd__slice){name, strlen(name)}), v->rule, v->next, wait);
}

/* The first of the window rules: it makes the verdict for the others. */
void cxd__judge_window_closed(struct cxd__context *context, const struct cxd__rule_row *row) {
  if (!context->after || context->direction == CXD__STOPS)
    return;
  look(context, row);
  if (context->window.known && context->window.now.shut == CXD__SHUT_HOURS)
    found_shut(context, row);
}

void cxd__judge_window_dnc(struct cxd__context *context, const struct cxd__rule_row *row) {
  if (context->window.known && (context->window.now.shut == CXD__SHUT_HOLIDAY || context->window.now.shut == CXD__SHUT_BLACKOUT))
    found_shut(context, row);
}

/* A pacing interval is dialled as a whole: one that reaches beyond the closing dials when it is closed. */
void cxd__judge_window_interval(struct cxd__context *context, const struct cxd__rule_row *row) {
  const struct cxd__window_verdict *v = &context->window;
  int64_t rest = v->known && v->now.shut == CXD__OPEN && v->now.until != INT64_MAX ? v->now.until - cxd__s_of_ms(context->check->at_unix_ms) : INT64_MAX;
  int64_t interval = rest == INT64_MAX ? 0 : outlasts(context, rest), least = context->settings->min_pacing_interval_s.value;
  if (!interval)
    return;
  int made_here = context->direction == CXD__STARTS || context->direction == CXD__RAISES || context->set[CXD__MEMBER_PACING_INTERVAL];
  cxd__say_fn *say = made_here ? cxd__voice(context) : cxd__found_mild;
  char until[40], shorter[64] = "";
  cxd__utc_text(v->now.until, until);
  if (rest >= least)
    (void)snprintf(shorter, sizeof shorter, "write %lld to %lld, or ", (long long)least, (long long)rest);
  say(context, row->code, CXD_FIELD_PACING_INTERVAL, "the pacing interval of %lld s is longer than the %lld s that are left of the calling window, which closes at %s; %s: %ssend the change then",
      (long long)interval, (long long)rest, until, v->next, shorter);
}
