/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <limits.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/now.h"
#include "validate/calendar.h"
#include "validate/hours_table.h"
#include "validate/validator.h"

#define SCHEDULE_MOST_MS (INT64_C(86400000) * CXD__SCHEDULE_DAYS)
#define YEAR_FIRST 1970

/* What a question about hours holds while it is asked. */
struct asked {
  struct cxd__settings *settings;
  struct cxd__windows windows;
};

static cxd_status start(cxd_validator *validator, const char *zone, const char *jurisdiction, struct asked *asked, cxd_error **error) {
  asked->settings = NULL;
  if (!cxd__validator_is(validator))
    return cxd__fail(error, CXD_E_ARGUMENT, "validator is NULL, freed, or a handle of another kind: pass a live one");
  if (!zone)
    return cxd__fail(error, CXD_E_ARGUMENT, "zone is NULL: pass an IANA name such as America/New_York");
  asked->settings = cxd__validator_settings(validator);
  return cxd__calendar_open(&asked->windows, asked->settings, cxd__validator_zones(validator), zone, jurisdiction, error);
}

static void finish(struct asked *asked) {
  if (!asked->settings)
    return;
  cxd__windows_free(&asked->windows);
  cxd__settings_unref(asked->settings);
}

static int64_t now_unless(int64_t unix_ms) { return unix_ms ? unix_ms : cxd__clock_read().wall_ms; }

/* The stretch of one state: reasons and offsets within do not matter here. */
static int64_t next_change(const struct cxd__windows *windows, int64_t now, const struct cxd__windows_state *state) {
  return state->shut == CXD__OPEN ? state->until : cxd__windows_opening(windows, now);
}

cxd_status cxd_validator_window(cxd_validator *validator, const char *zone, const char *jurisdiction, int64_t at_unix_ms, int32_t *open,
                                int64_t *next_change_unix_ms, cxd_error **error) {
  struct asked asked;
  cxd_status status = start(validator, zone, jurisdiction, &asked, error);
  if (status == CXD_OK) {
    struct cxd__windows_state state;
    int64_t now = cxd__s_of_ms(now_unless(at_unix_ms));
    cxd__windows_ahead(&asked.windows, now, &state);
    if (open)
      *open = state.shut == CXD__OPEN;
    if (next_change_unix_ms)
      *next_change_unix_ms = cxd__ms_of_s(next_change(&asked.windows, now, &state));
  }
  finish(&asked);
  return status;
}

cxd_status cxd_validator_schedule(cxd_validator *validator, const char *zone, const char *jurisdiction, int64_t from_unix_ms, int64_t until_unix_ms,
                                  cxd_schedule **out, cxd_error **error) {
  struct asked asked;
  if (!out)
    return cxd__fail(error, CXD_E_ARGUMENT, "out is NULL: pass the address of a cxd_schedule *");
  *out = NULL;
  int64_t from = now_unless(from_unix_ms);
  if (until_unix_ms < from || (uint64_t)until_unix_ms - (uint64_t)from > (uint64_t)SCHEDULE_MOST_MS)
    return cxd__fail(error, CXD_E_ARGUMENT, "until_unix_ms must be from_unix_ms or later, by %d days at most", CXD__SCHEDULE_DAYS);
  cxd_status status = start(validator, zone, jurisdiction, &asked, error);
  if (status == CXD_OK)
    status = cxd__calendar_list(&asked.windows, cxd__s_of_ms(from), cxd__s_of_ms(until_unix_ms), out, error);
  if (status == CXD_OK)
    cxd__zone_cache_version(cxd__validator_zones(validator), (*out)->tzdata);
  finish(&asked);
  return status;
}

cxd_status cxd_validator_open_minutes(cxd_validator *validator, const char *zone, const char *jurisdiction, const char *date, int32_t *minutes, cxd_error **error) {
  struct asked asked;
  struct cxd__date day;
  if (!minutes)
    return cxd__fail(error, CXD_E_ARGUMENT, "minutes is NULL: pass the address of an int32_t");
  if (!date || !cxd__date_read(date, strlen(date), &day) || day.year < YEAR_FIRST)
    return cxd__fail_at(error, CXD_E_ARGUMENT, "date", "date is not a date of the years 1970 to 9999: write it as 2026-11-28");
  cxd_status status = start(validator, zone, jurisdiction, &asked, error);
  if (status == CXD_OK)
    *minutes = (int32_t)(cxd__calendar_open_seconds(&asked.windows, cxd__days_of(day)) / 60);
  finish(&asked);
  return status;
}

char *cxd_validator_jurisdictions(cxd_validator *validator) {
  struct cxd__buf text = {0};
  if (!cxd__validator_is(validator))
    return NULL;
  struct cxd__settings *settings = cxd__validator_settings(validator);
  for (size_t i = 0; i < settings->row_count; i++)
    cxd__buf_fmt(&text, "%s%s", i ? "," : "", settings->rows[i]->code);
  cxd__settings_unref(settings);
  return cxd__buf_take(&text);
}

char *cxd_validator_jurisdictions_json(cxd_validator *validator) {
  struct cxd__buf text = {0};
  if (!cxd__validator_is(validator))
    return NULL;
  struct cxd__settings *settings = cxd__validator_settings(validator);
  cxd__hours_write(&settings->defaults->hours, &settings->policy.rows, &text);
  cxd__settings_unref(settings);
  return cxd__buf_take(&text);
}

/* ------------------------------------------------------------------ getters */

static const struct cxd__stretch *stretch(const cxd_schedule *schedule, size_t i) { return CXD__IS(schedule, SCHEDULE) && i < schedule->count ? &schedule->at[i] : NULL; }

size_t cxd_schedule_count(const cxd_schedule *schedule) { return CXD__IS(schedule, SCHEDULE) ? schedule->count : 0; }

int64_t cxd_schedule_since(const cxd_schedule *schedule, size_t i) {
  const struct cxd__stretch *s = stretch(schedule, i);
  return s ? cxd__ms_of_s(s->since) : 0;
}

int64_t cxd_schedule_until(const cxd_schedule *schedule, size_t i) {
  const struct cxd__stretch *s = stretch(schedule, i);
  return s ? cxd__ms_of_s(s->until) : 0;
}

int32_t cxd_schedule_open(const cxd_schedule *schedule, size_t i) {
  const struct cxd__stretch *s = stretch(schedule, i);
  return s ? s->shut == CXD__OPEN : 0;
}

const char *cxd_schedule_reason(const cxd_schedule *schedule, size_t i) {
  static const char *const reasons[] = {[CXD__OPEN] = "", [CXD__SHUT_HOURS] = "hours", [CXD__SHUT_HOLIDAY] = "holiday", [CXD__SHUT_BLACKOUT] = "blackout"};
  const struct cxd__stretch *s = stretch(schedule, i);
  return s ? reasons[s->shut] : "";
}

static const char *text_of(const char *text) { return text ? text : ""; }

const char *cxd_schedule_name(const cxd_schedule *schedule, size_t i) {
  const struct cxd__stretch *s = stretch(schedule, i);
  return s ? text_of(s->name) : "";
}

const char *cxd_schedule_jurisdiction(const cxd_schedule *schedule, size_t i) {
  const struct cxd__stretch *s = stretch(schedule, i);
  return s ? text_of(s->jurisdiction) : "";
}

int32_t cxd_schedule_utc_offset_s(const cxd_schedule *schedule, size_t i) {
  const struct cxd__stretch *s = stretch(schedule, i);
  return s ? s->offset_s : 0;
}

const char *cxd_schedule_abbreviation(const cxd_schedule *schedule, size_t i) {
  const struct cxd__stretch *s = stretch(schedule, i);
  return s ? s->abbreviation : "";
}

const char *cxd_schedule_zone(const cxd_schedule *schedule) { return CXD__IS(schedule, SCHEDULE) ? text_of(schedule->zone) : ""; }

const char *cxd_schedule_source(const cxd_schedule *schedule) { return CXD__IS(schedule, SCHEDULE) ? text_of(schedule->source) : ""; }

const char *cxd_schedule_note(const cxd_schedule *schedule) { return CXD__IS(schedule, SCHEDULE) ? text_of(schedule->note) : ""; }

const char *cxd_schedule_checked(const cxd_schedule *schedule) { return CXD__IS(schedule, SCHEDULE) ? text_of(schedule->checked) : ""; }

const char *cxd_schedule_tzdata(const cxd_schedule *schedule) { return CXD__IS(schedule, SCHEDULE) ? schedule->tzdata : ""; }

void cxd_schedule_free(cxd_schedule *schedule) {
  if (CXD__IS(schedule, SCHEDULE))
    cxd__calendar_free(schedule);
}
