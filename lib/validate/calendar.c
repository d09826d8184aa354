/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/calendar.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "validate/local_time.h"
#include "validate/text.h"

#define ROWS_MOST 64

static cxd_status no_row(const struct cxd__settings *settings, const char *code, size_t len, cxd_error **error) {
  struct cxd__shown shown;
  const char *meant = cxd__settings_meant(settings, code, len);
  cxd__show(&shown, (struct cxd__slice){code, len});
  return cxd__fail_at(error, CXD_E_ARGUMENT, "jurisdiction", "there is no row for jurisdiction '%s'%s%s%s", shown.text, meant ? ", did you mean " : "", meant ? meant : "",
                      meant ? "?" : ": write US for the federal hours, or add a row to the policy (jurisdictions)");
}

/* Abbreviations have files too, but EST knows no summer: who asks for it would be an hour wrong half the year. */
static cxd_status absent(const struct cxd__settings *settings, struct cxd__zone_cache *zones, const char *zone, cxd_error **error) {
  char meant[CXD__ZONE_NAME_MAX + 1];
  struct cxd__shown shown;
  cxd__show(&shown, (struct cxd__slice){zone, strlen(zone)});
  cxd__zone_suggest(zone, strlen(zone), &settings->defaults->zones, cxd__zone_cache_dir(zones), meant);
  return cxd__fail_at(error, CXD_E_ABSENT, "zone", "there is no IANA time zone '%s': write a name of the time zone database%s%s", shown.text, meant[0] ? ", perhaps " : " such as ",
                      meant[0] ? meant : "America/New_York");
}

static cxd_status no_zone(const struct cxd__settings *settings, struct cxd__zone_cache *zones, const struct cxd__zone_found *found, const char *zone, cxd_error **error) {
  struct cxd__shown shown;
  cxd__show(&shown, (struct cxd__slice){zone, strlen(zone)});
  if (found->state == CXD__ZONE_ABSENT)
    return absent(settings, zones, zone, error);
  if (!found->number && !found->why)
    return cxd__fail_nomem(error);
  return cxd__fail_at(error, CXD_E_IO, "zone", "zone '%s' cannot be read from validate.zoneinfo_dir (%s), so it counts as closed: install the time zone database (tzdata)", shown.text,
                      found->number ? cxd__file_reason(found->number) : found->why);
}

static cxd_status check_age(const struct cxd__settings *settings, struct cxd__zone_cache *zones, cxd_error **error) {
  char version[CXD__TZDATA_MAX];
  if (!settings->min_tzdata[0])
    return CXD_OK;
  cxd__zone_cache_version(zones, version);
  if (version[0] && cxd__tzdata_compare(version, settings->min_tzdata) >= 0)
    return CXD_OK;
  return cxd__fail_at(error, CXD_E_IO, "validate.min_tzdata", "the time zone database is %s%s, and %s asks for %s or newer: update the system's tzdata", version[0] ? "version " : "of an unknown version", version,
                      settings->min_tzdata_source, settings->min_tzdata);
}

struct rows {
  const struct cxd__jurisdiction *own[ROWS_MOST];
  const struct cxd__jurisdiction *const *at;
  size_t count;
};

static cxd_status find_rows(const struct cxd__settings *settings, const char *list, struct rows *rows, cxd_error **error) {
  rows->count = 0;
  rows->at = rows->own;
  while (*list) {
    size_t len = strcspn(list, ",");
    const struct cxd__jurisdiction *row = cxd__settings_row(settings, list, len);
    if (!row)
      return no_row(settings, list, len, error);
    if (rows->count == ROWS_MOST)
      return cxd__fail_at(error, CXD_E_ARGUMENT, "jurisdiction", "more than %d jurisdictions: ask for fewer at a time", ROWS_MOST);
    rows->own[rows->count++] = row;
    list += len + (list[len] == ',');
  }
  return rows->count ? CXD_OK : no_row(settings, "", 0, error);
}

cxd_status cxd__calendar_open(struct cxd__windows *windows, const struct cxd__settings *settings, struct cxd__zone_cache *zones, const char *zone, const char *jurisdiction, cxd_error **error) {
  struct rows rows = {.at = (const struct cxd__jurisdiction *const *)settings->rows, .count = settings->row_count};
  *windows = (struct cxd__windows){.at = windows->near};
  cxd_status status = jurisdiction ? find_rows(settings, jurisdiction, &rows, error) : CXD_OK;
  if (status == CXD_OK)
    status = check_age(settings, zones, error);
  if (status == CXD_OK && !cxd__zone_name_iana(zone, strlen(zone)))
    status = absent(settings, zones, zone, error);
  if (status != CXD_OK)
    return status;
  switch (cxd__windows_make(windows, settings, zones, &zone, 1, rows.at, rows.count)) {
  case CXD__WINDOWS_READY: return CXD_OK;
  case CXD__WINDOWS_NO_ZONE: return no_zone(settings, zones, &windows->found, windows->zone, error);
  default: return cxd__fail_nomem(error);
  }
}

/* ------------------------------------------------------------------ stretches */

struct moment {
  struct cxd__windows_state state;
  struct cxd__tz_span span;
};

static void look(const struct cxd__windows *windows, int64_t unix_s, struct moment *out) {
  cxd__windows_at(windows, unix_s, &out->state);
  cxd__tz_at(windows->at[0].tz, unix_s, &out->span);
  if (out->span.since > out->state.since)
    out->state.since = out->span.since;
  if (out->span.until < out->state.until)
    out->state.until = out->span.until;
}

static int same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static int same(const struct moment *a, const struct moment *b) {
  return a->state.shut == b->state.shut && same_text(a->state.name, b->state.name) && a->span.offset_s == b->span.offset_s &&
         strcmp(a->span.abbreviation, b->span.abbreviation) == 0 && (a->state.shut == CXD__OPEN || a->state.by->calendar.row == b->state.by->calendar.row);
}

/* A place may change without a change of the whole: the true ends are found by going on. */
#define STEPS_MOST 4096

static int64_t true_since(const struct cxd__windows *windows, const struct moment *now) {
  struct moment before;
  int64_t since = now->state.since;
  for (int step = 0; step < STEPS_MOST && since != INT64_MIN; step++) {
    look(windows, since - 1, &before);
    if (!same(&before, now))
      break;
    since = before.state.since;
  }
  return since;
}

static int64_t true_until(const struct cxd__windows *windows, const struct moment *now) {
  struct moment after;
  int64_t until = now->state.until;
  for (int step = 0; step < STEPS_MOST && until != INT64_MAX; step++) {
    look(windows, until, &after);
    if (!same(&after, now))
      break;
    until = after.state.until;
  }
  return until;
}

static int append(cxd_schedule *schedule, const struct moment *now, int64_t since, int64_t until) {
  if (schedule->count == schedule->room) {
    size_t room = schedule->room ? schedule->room * 2 : 16;
    struct cxd__stretch *more = cxd__realloc(schedule->at, room * sizeof *more);
    if (!more)
      return 0;
    schedule->at = more;
    schedule->room = room;
  }
  struct cxd__stretch *at = &schedule->at[schedule->count++];
  *at = (struct cxd__stretch){.since = since, .until = until, .shut = now->state.shut, .offset_s = now->span.offset_s};
  (void)snprintf(at->abbreviation, sizeof at->abbreviation, "%s", now->span.abbreviation);
  at->name = cxd__strdup(now->state.name);
  at->jurisdiction = now->state.by ? cxd__strdup(now->state.by->calendar.row->code) : NULL;
  return (!now->state.name || at->name) && (!now->state.by || at->jurisdiction);
}

static int fill(const struct cxd__windows *windows, int64_t from, int64_t until, cxd_schedule *schedule) {
  struct moment now;
  look(windows, from, &now);
  int64_t since = true_since(windows, &now), end = true_until(windows, &now);
  while (append(schedule, &now, since, end)) {
    if (end >= until || end == INT64_MAX)
      return 1;
    look(windows, end, &now);
    since = end;
    end = true_until(windows, &now);
  }
  return 0;
}

static void add_text(struct cxd__buf *out, const char *text) {
  if (text)
    cxd__buf_fmt(out, "%s%s", out->len ? "; " : "", text);
}

/* The sources and notes of all rows, each once. */
static int describe(const struct cxd__windows *windows, cxd_schedule *schedule) {
  struct cxd__buf source = {0}, note = {0};
  cxd__buf_str(&note, "");
  const char *oldest = windows->at[0].calendar.row->checked;
  for (size_t i = 0; i < windows->count; i++) {
    const struct cxd__jurisdiction *row = windows->at[i].calendar.row;
    size_t seen = 0;
    while (windows->at[seen].calendar.row != row)
      seen++;
    if (seen == i) {
      add_text(&source, row->source);
      add_text(&note, row->note);
    }
    oldest = strcmp(row->checked, oldest) < 0 ? row->checked : oldest;
  }
  schedule->source = cxd__buf_take(&source);
  schedule->note = cxd__buf_take(&note);
  schedule->checked = cxd__strdup(oldest);
  schedule->zone = cxd__strdup(windows->at[0].calendar.zone);
  return schedule->source && schedule->note && schedule->checked && schedule->zone;
}

cxd_status cxd__calendar_list(const struct cxd__windows *windows, int64_t from, int64_t until, cxd_schedule **out, cxd_error **error) {
  *out = NULL;
  cxd_schedule *schedule = cxd__alloc(sizeof *schedule);
  if (!schedule)
    return cxd__fail_nomem(error);
  schedule->magic = CXD__MAGIC_SCHEDULE;
  if (!describe(windows, schedule) || !fill(windows, from, until, schedule)) {
    cxd__calendar_free(schedule);
    return cxd__fail_nomem(error);
  }
  *out = schedule;
  return CXD_OK;
}

void cxd__calendar_free(cxd_schedule *schedule) {
  for (size_t i = 0; i < schedule->count; i++) {
    cxd__free(schedule->at[i].name);
    cxd__free(schedule->at[i].jurisdiction);
  }
  cxd__free(schedule->at);
  cxd__free(schedule->zone);
  cxd__free(schedule->source);
  cxd__free(schedule->checked);
  cxd__free(schedule->note);
  schedule->magic = CXD__MAGIC_DEAD;
  cxd__free(schedule);
}

/* A local date lies within a day and a half of its UTC namesake; where the clock goes back it may come in two pieces. */
int64_t cxd__calendar_open_seconds(const struct cxd__windows *windows, int64_t day) {
  int64_t at = day * 86400 - 129600, end = day * 86400 + 216000, open = 0;
  while (at < end) {
    struct moment now;
    int32_t second;
    look(windows, at, &now);
    int64_t local_day = cxd__local_day(windows->at[0].tz, at, &second);
    int64_t midnight = at + 86400 - second, until = now.state.until < midnight ? now.state.until : midnight;
    until = until < end ? until : end;
    if (local_day == day && now.state.shut == CXD__OPEN)
      open += until - at;
    at = until;
  }
  return open;
}
