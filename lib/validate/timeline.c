/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/timeline.h"

#include <string.h>

/* Minutes of a date while the stretch around one of them is narrowed down. */
struct around {
  int32_t minute, from, to;
};

void cxd__timeline_open(struct cxd__timeline *line, const struct cxd__calendar *calendar) {
  memset(line, 0, sizeof *line);
  line->calendar = calendar;
  line->day.number = INT64_MIN;
}

static const struct cxd__regime *regime_on(const struct cxd__calendar *calendar, int64_t number) {
  return number < calendar->row->since ? &calendar->row->before : &calendar->row->now;
}

static const char *closed_by(const struct cxd__calendar *calendar, const struct cxd__day *day) {
  const char *name = cxd__holidays_on(regime_on(calendar, day->number)->holidays, day);
  return name ? name : cxd__holidays_on(calendar->holidays, day);
}

static int named(const struct cxd__names *names, const char *name) {
  /* An unknown name may be any of them: shut rather than open. */
  if (names->count == 0 || !name)
    return 1;
  for (size_t i = 0; i < names->count; i++)
    if (strcmp(names->at[i], name) == 0)
      return 1;
  return 0;
}

/* The part of a blackout on the date: that which began on it, or on the eve; 0: none. */
static int part(const struct cxd__timeline *line, const struct cxd__blackout *blackout, int eve, struct cxd__window *out) {
  int16_t shift = eve ? CXD__DAY_MINUTES : 0;
  if (blackout->to <= shift || !cxd__blackout_begins(blackout, eve ? &line->eve : &line->day))
    return 0;
  out->from = (int16_t)(eve ? 0 : blackout->from);
  out->to = (int16_t)(blackout->to - shift < CXD__DAY_MINUTES ? blackout->to - shift : CXD__DAY_MINUTES);
  return 1;
}

static int touches(const struct cxd__timeline *line, const struct cxd__blackout *blackout) {
  int runs_over = blackout->to > CXD__DAY_MINUTES && cxd__blackout_begins(blackout, &line->eve);
  if (!runs_over && !cxd__blackout_begins(blackout, &line->day))
    return 0;
  return named(&blackout->jurisdictions, line->calendar->row->code) && named(&blackout->zones, line->calendar->zone);
}

static void find_blackouts(struct cxd__timeline *line) {
  line->first = line->end = 0;
  for (size_t i = 0; i < line->calendar->blackout_count; i++) {
    if (!touches(line, &line->calendar->blackouts[i]))
      continue;
    line->first = line->end ? line->first : i;
    line->end = i + 1;
  }
}

static int runs_late(const struct cxd__day_hours *hours) {
  for (int32_t i = 0; i < hours->count; i++)
    if (hours->at[i].to > CXD__DAY_MINUTES)
      return 1;
  return 0;
}

/* A calendar without holidays and blackouts needs the day of the week only. */
static struct cxd__day day_for(const struct cxd__calendar *calendar, int64_t number) {
  if (regime_on(calendar, number)->holidays || calendar->holidays || calendar->blackout_count)
    return cxd__day_of(number);
  return (struct cxd__day){.number = number, .weekday = cxd__weekday_of(number)};
}

static void turn_to(struct cxd__timeline *line, int64_t number) {
  const struct cxd__calendar *calendar = line->calendar;
  if (line->day.number == number)
    return;
  struct cxd__day day = day_for(calendar, number);
  line->eve = line->day.number == number - 1 ? line->day : day.date.day > 1 ? cxd__day_before(&day) : day_for(calendar, number - 1);
  line->day = day;
  line->holiday = closed_by(calendar, &line->day);
  line->hours = line->late = NULL;
  if (!line->holiday) {
    const struct cxd__day_hours *eve = &regime_on(calendar, number - 1)->week.day[line->eve.weekday];
    line->hours = &regime_on(calendar, number)->week.day[line->day.weekday];
    line->late = runs_late(eve) && !closed_by(calendar, &line->eve) ? eve : NULL;
  }
  find_blackouts(line);
}

/* Narrows down to one side of an interval's edges; 1: the minute is inside. */
static int narrow(struct around *around, int32_t from, int32_t to) {
  if (around->minute < from) {
    around->to = from < around->to ? from : around->to;
    return 0;
  }
  if (around->minute >= to) {
    around->from = to > around->from ? to : around->from;
    return 0;
  }
  around->from = from > around->from ? from : around->from;
  around->to = to < around->to ? to : around->to;
  return 1;
}

static int in_windows(struct around *around, const struct cxd__day_hours *hours, int32_t shift) {
  for (int32_t i = 0; hours && i < hours->count; i++)
    if (hours->at[i].to > shift && narrow(around, hours->at[i].from - shift, hours->at[i].to - shift))
      return 1;
  return 0;
}

/* The first one of the list that covers the minute, by either part. */
static const char *blackout_at(const struct cxd__timeline *line, struct around *around) {
  for (size_t i = line->first; i < line->end; i++) {
    const struct cxd__blackout *blackout = &line->calendar->blackouts[i];
    struct cxd__window range;
    if (!touches(line, blackout))
      continue;
    for (int eve = 0; eve < 2; eve++)
      if (part(line, blackout, eve, &range) && narrow(around, range.from, range.to))
        return blackout->name;
  }
  return NULL;
}

static enum cxd__shut state_at(const struct cxd__timeline *line, struct around *around, const char **name) {
  *name = blackout_at(line, around);
  if (*name)
    return CXD__SHUT_BLACKOUT;
  *name = line->holiday;
  if (*name)
    return CXD__SHUT_HOLIDAY;
  return in_windows(around, line->late, CXD__DAY_MINUTES) || in_windows(around, line->hours, 0) ? CXD__OPEN : CXD__SHUT_HOURS;
}

void cxd__timeline_at(struct cxd__timeline *line, int64_t local_s, struct cxd__stretch *out) {
  int64_t number = local_s / CXD__DAY_SECONDS - (local_s % CXD__DAY_SECONDS < 0), midnight = number * CXD__DAY_SECONDS;
  struct around around = {(int32_t)((local_s - midnight) / 60), 0, CXD__DAY_MINUTES};
  out->state = CXD__SHUT_HOURS;
  out->name = NULL;
  if (number >= CXD__TIMELINE_FIRST && number <= CXD__TIMELINE_LAST) {
    turn_to(line, number);
    out->state = state_at(line, &around, &out->name);
  }
  out->from = midnight + around.from * 60;
  out->to = midnight + around.to * 60;
}
