/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "windows_gather.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "when.h"

#define LOOK_BACK_DAYS 390 /* for the beginning of a state that is older than what is shown; an older one counts as without beginning */
#define DAYS_LEAST 7

struct place {
  cxd_validator *validator;
  const char *zone, *jurisdiction;
  cxd_error **error;
};

/* To the library 0 means now. */
static int64_t to_ms(int64_t unix_s) { return unix_s == 0 ? 1 : unix_s * 1000; }

static int64_t to_s(int64_t unix_ms) {
  if (unix_ms == INT64_MAX || unix_ms == INT64_MIN)
    return unix_ms;
  return when_seconds(unix_ms);
}

static enum windows_kind kind_of(const cxd_schedule *schedule, size_t i) {
  const char *reason = cxd_schedule_reason(schedule, i);
  if (cxd_schedule_open(schedule, i))
    return WINDOWS_OPEN;
  return strcmp(reason, "holiday") == 0 ? WINDOWS_HOLIDAY : strcmp(reason, "blackout") == 0 ? WINDOWS_BLACKOUT : WINDOWS_HOURS;
}

static struct windows_span span_of(const cxd_schedule *schedule, size_t i) {
  return (struct windows_span){
      .since = to_s(cxd_schedule_since(schedule, i)),
      .until = to_s(cxd_schedule_until(schedule, i)),
      .kind = kind_of(schedule, i),
      .offset_s = cxd_schedule_utc_offset_s(schedule, i),
      .name = cxd_schedule_name(schedule, i),
      .abbreviation = cxd_schedule_abbreviation(schedule, i),
  };
}

static cxd_status ask(const struct place *place, int64_t from, int64_t until, cxd_schedule **out) {
  return cxd_validator_schedule(place->validator, place->zone, place->jurisdiction, to_ms(from), to_ms(until), out, place->error);
}

static size_t index_at(const cxd_schedule *schedule, int64_t at) {
  size_t i = cxd_schedule_count(schedule);
  while (i > 1 && to_s(cxd_schedule_since(schedule, i - 1)) > at)
    i--;
  return i - 1;
}

/* The offset at an instant; beyond the schedule the library is asked again. */
static cxd_status offset_at(const struct place *place, const cxd_schedule *schedule, struct windows_instant *instant) {
  cxd_schedule *more = NULL;
  size_t last = cxd_schedule_count(schedule) - 1;
  if (instant->at == WINDOWS_NEVER || instant->at == WINDOWS_ALWAYS)
    return CXD_OK;
  if (instant->at >= to_s(cxd_schedule_since(schedule, 0)) && instant->at < to_s(cxd_schedule_until(schedule, last))) {
    instant->offset_s = cxd_schedule_utc_offset_s(schedule, index_at(schedule, instant->at));
    return CXD_OK;
  }
  cxd_status status = ask(place, instant->at, instant->at + 1, &more);
  if (status == CXD_OK)
    instant->offset_s = cxd_schedule_utc_offset_s(more, index_at(more, instant->at));
  cxd_schedule_free(more);
  return status;
}

/* Where the state of an instant began, open or closed for whatever reason; *is_first: perhaps before. */
static int64_t began(const cxd_schedule *schedule, int64_t at, int *is_first) {
  size_t i = index_at(schedule, at);
  int32_t open = cxd_schedule_open(schedule, i);
  while (i > 0 && cxd_schedule_open(schedule, i - 1) == open)
    i--;
  *is_first = i == 0;
  return to_s(cxd_schedule_since(schedule, i));
}

static cxd_status find_since(const struct place *place, const cxd_schedule *schedule, int64_t at, struct windows_instant *out) {
  cxd_schedule *more = NULL;
  int is_first;
  out->at = began(schedule, at, &is_first);
  cxd_status status = CXD_OK;
  if (is_first && out->at != WINDOWS_ALWAYS)
    status = ask(place, at - LOOK_BACK_DAYS * (int64_t)DAY_S, at + 1, &more);
  if (status == CXD_OK && more)
    out->at = began(more, at, &is_first);
  if (is_first)
    out->at = WINDOWS_ALWAYS; /* where a list begins the clock may only have been turned */
  if (status == CXD_OK)
    status = offset_at(place, more ? more : schedule, out);
  cxd_schedule_free(more);
  return status;
}

/* The end of the state at an instant. */
static cxd_status find_change(const struct place *place, int64_t at, int32_t *open, int64_t *change) {
  int64_t change_ms = INT64_MAX;
  cxd_status status = cxd_validator_window(place->validator, place->zone, place->jurisdiction, to_ms(at), open, &change_ms, place->error);
  *change = to_s(change_ms);
  return status;
}

static cxd_status find_changes(const struct place *place, const cxd_schedule *schedule, int64_t at, struct windows_row *row) {
  int32_t open = 0;
  cxd_status status = find_change(place, at, &open, &row->next_change.at);
  row->next_opening.at = row->next_change.at;
  if (status == CXD_OK && open && row->next_change.at != WINDOWS_NEVER)
    status = find_change(place, row->next_change.at, &open, &row->next_opening.at);
  if (status == CXD_OK)
    status = offset_at(place, schedule, &row->next_change);
  if (status == CXD_OK)
    status = offset_at(place, schedule, &row->next_opening);
  return status;
}

static cxd_status count_minutes(const struct place *place, const struct windows *windows, struct windows_row *row) {
  int32_t *minutes = mem_resize(NULL, (size_t)windows->days, sizeof *minutes);
  cxd_status status = CXD_OK;
  for (int i = 0; i < windows->days && status == CXD_OK; i++) {
    char date[WHEN_TEXT];
    when_date(date, windows_first_day(windows, row) + i);
    status = cxd_validator_open_minutes(place->validator, place->zone, place->jurisdiction, date, &minutes[i], place->error);
  }
  row->open_minutes = minutes;
  return status;
}

static void fill_spans(const cxd_schedule *schedule, int64_t at, struct windows_row *row) {
  size_t count = cxd_schedule_count(schedule);
  struct windows_span *spans = mem_resize(NULL, count, sizeof *spans);
  for (size_t i = 0; i < count; i++)
    spans[i] = span_of(schedule, i);
  row->spans = spans;
  row->span_count = count;
  row->now = &spans[index_at(schedule, at)];
  row->source = cxd_schedule_source(schedule);
  row->note = cxd_schedule_note(schedule);
  row->checked = cxd_schedule_checked(schedule);
  row->tzdata = cxd_schedule_tzdata(schedule);
}

static void free_row(struct windows_row *row) {
  free((void *)(uintptr_t)row->spans);
  free((void *)(uintptr_t)row->open_minutes);
}

static void append(struct gathered *gathered, const struct windows_row *row, cxd_schedule *schedule) {
  size_t count = gathered->windows.count++;
  gathered->rows = mem_resize(gathered->rows, count + 1, sizeof *gathered->rows);
  gathered->schedules = mem_resize(gathered->schedules, count + 1, sizeof(cxd_schedule *));
  gathered->rows[count] = *row;
  gathered->schedules[count] = schedule;
  gathered->windows.rows = gathered->rows;
}

/* Local dates reach up to a day beyond those of UTC on both sides. */
cxd_status gather_row(struct gathered *gathered, cxd_validator *validator, const char *zone, const char *jurisdiction, cxd_error **error) {
  const struct windows *windows = &gathered->windows;
  struct place place = {validator, zone, jurisdiction, error};
  struct windows_row row = {.zone = zone, .jurisdiction = jurisdiction};
  cxd_schedule *schedule = NULL;
  int64_t today = when_day(windows->at, 0), days = windows->days > DAYS_LEAST ? windows->days : DAYS_LEAST;
  cxd_status status = ask(&place, (today - 2) * DAY_S, (today + days + 2) * DAY_S, &schedule);
  if (status == CXD_OK) {
    fill_spans(schedule, windows->at, &row);
    status = find_since(&place, schedule, windows->at, &row.since);
  }
  if (status == CXD_OK)
    status = find_changes(&place, schedule, windows->at, &row);
  if (status == CXD_OK)
    status = count_minutes(&place, windows, &row);
  if (status == CXD_OK) {
    append(gathered, &row, schedule);
    return CXD_OK;
  }
  free_row(&row);
  cxd_schedule_free(schedule);
  return status;
}

void gather_free(struct gathered *gathered) {
  for (size_t i = 0; i < gathered->windows.count; i++) {
    free_row(&gathered->rows[i]);
    cxd_schedule_free(gathered->schedules[i]);
  }
  free(gathered->rows);
  free(gathered->schedules);
  *gathered = (struct gathered){0};
}
