/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/mem.h"
#include "json/pointer.h"
#include "validate/hours_table.h"
#include "validate/week.h"

#define BLACKOUTS_MOST 1000
#define NAME_MOST 100

enum form { ABSENT, WRONG, FULL, YEARLY };

/* A blackout while it is read: what was there, and in which form. */
struct reading {
  struct cxd__blackout *out;
  enum form first, last;
  int from, to; /* minutes; -1: absent; -2: wrong */
};

static struct cxd__blackout *target(struct cxd__reader *reader) { return ((struct reading *)reader->target)->out; }

/* "12-24" has the month and day of a date in a leap year: the 29th of February is one. */
static enum form form_of(const char *text, size_t len, struct cxd__date *out) {
  char full[] = "2024-mm-dd";
  if (cxd__date_read(text, len, out))
    return FULL;
  if (len != 5)
    return WRONG;
  for (size_t i = 0; i < len; i++)
    full[i + 5] = text[i];
  if (!cxd__date_read(full, 10, out))
    return WRONG;
  out->year = 0;
  return YEARLY;
}

static enum form read_date(struct cxd__reader *reader, struct cxd__slice value, const char *name, struct cxd__date *out) {
  static const char forms[] = "a date such as \"2026-12-24\", or \"12-24\" for every year";
  struct cxd__shown shown;
  struct cxd__view view;
  if (!cxd__read_view(reader, value, name, forms, &view))
    return WRONG;
  enum form form = form_of(view.p, view.len, out);
  cxd__free(view.own);
  if (form == WRONG)
    cxd__read_fault(reader, value, "%s is %s: write %s", name, cxd__show(&shown, value), forms);
  return form;
}

static int read_time(struct cxd__reader *reader, struct cxd__slice value, const char *name) {
  static const char form[] = "a time such as \"18:00\"";
  struct cxd__shown shown;
  struct cxd__view view;
  if (!cxd__read_view(reader, value, name, form, &view))
    return -2;
  int minute = cxd__minute_read(view.p, view.len);
  cxd__free(view.own);
  if (minute < 0)
    cxd__read_fault(reader, value, "%s is %s: write %s", name, cxd__show(&shown, value), form);
  return minute < 0 ? -2 : minute;
}

static void read_name(struct cxd__reader *reader, struct cxd__slice value) {
  target(reader)->name = cxd__read_text(reader, value, "the name of a blackout", NAME_MOST);
}

static void read_from_date(struct cxd__reader *reader, struct cxd__slice value) {
  ((struct reading *)reader->target)->first = read_date(reader, value, "from_date", &target(reader)->first);
}

static void read_to_date(struct cxd__reader *reader, struct cxd__slice value) {
  ((struct reading *)reader->target)->last = read_date(reader, value, "to_date", &target(reader)->last);
}

static void read_from_time(struct cxd__reader *reader, struct cxd__slice value) {
  ((struct reading *)reader->target)->from = read_time(reader, value, "from_time");
}

static void read_to_time(struct cxd__reader *reader, struct cxd__slice value) {
  ((struct reading *)reader->target)->to = read_time(reader, value, "to_time");
}

static uint32_t read_weekday(struct cxd__reader *reader, struct cxd__slice value, uint32_t seen) {
  static const char form[] = "mon, tue, wed, thu, fri, sat or sun, or a range such as \"mon-fri\"";
  struct cxd__shown shown;
  struct cxd__view view;
  if (!cxd__read_view(reader, value, "an entry of weekdays", form, &view))
    return 0;
  uint32_t days = cxd__weekdays_read(view.p, view.len);
  cxd__free(view.own);
  if (!days)
    cxd__read_fault(reader, value, "weekdays has %s: write %s", cxd__show(&shown, value), form);
  else if (days & seen)
    cxd__read_fault(reader, value, "weekdays has a day of %s twice: write each day once", cxd__show(&shown, value));
  return days;
}

static void read_weekdays(struct cxd__reader *reader, struct cxd__slice value) {
  struct cxd__json_iter iter;
  struct cxd__slice key, item;
  uint32_t seen = 0;
  size_t entries = 0;
  target(reader)->weekdays = 0;
  if (!cxd__read_expect(reader, value, CXD__JSON_ARRAY, "weekdays", "an array of days, such as [\"mon-fri\"]"))
    return;
  cxd__json_walk(&iter, value);
  for (; cxd__json_next(&iter, &key, &item); entries++)
    seen |= read_weekday(reader, item, seen);
  if (!entries)
    cxd__read_fault(reader, value, "weekdays is empty: name a day, or leave the member out");
  target(reader)->weekdays = seen;
}

static void read_jurisdictions(struct cxd__reader *reader, struct cxd__slice value) {
  cxd__names_read(reader, value, "jurisdictions of a blackout", &target(reader)->jurisdictions);
}

static void read_zones(struct cxd__reader *reader, struct cxd__slice value) { cxd__zone_names_read(reader, value, "zones of a blackout", &target(reader)->zones); }

static void check_dates(struct cxd__reader *reader, struct cxd__slice at, const struct reading *reading) {
  struct cxd__blackout *out = reading->out;
  if (!reading->first != !reading->last)
    cxd__read_fault(reader, at, "a blackout has %s without %s: write both", reading->first ? "from_date" : "to_date", reading->first ? "to_date" : "from_date");
  if (reading->first < FULL || reading->last < FULL)
    return;
  out->dated = 1;
  out->yearly = reading->first == YEARLY;
  if (reading->first != reading->last)
    cxd__read_fault(reader, at, "from_date and to_date are of different forms: write the year in both, or in neither");
  else if (!out->yearly && cxd__days_of(out->last) < cxd__days_of(out->first))
    cxd__read_fault(reader, at, "to_date is before from_date: exchange them");
}

static void check_times(struct cxd__reader *reader, struct cxd__slice at, const struct reading *reading) {
  struct cxd__blackout *out = reading->out;
  struct cxd__window window = {0, CXD__DAY_MINUTES};
  if ((reading->from == -1) != (reading->to == -1))
    cxd__read_fault(reader, at, "a blackout has %s without %s: write both", reading->from == -1 ? "to_time" : "from_time", reading->from == -1 ? "from_time" : "to_time");
  const char *why = reading->from >= 0 && reading->to >= 0 ? cxd__window_make(reading->from, reading->to, &window) : NULL;
  if (why)
    cxd__read_fault(reader, at, "from_time and to_time are no range: %s", why);
  out->from = window.from;
  out->to = window.to;
}

/* Nothing but its name: more likely somebody forgot a line. What is there, but wrong, was meant to limit it. */
static void check_limited(struct cxd__reader *reader, struct cxd__slice value, const struct reading *reading) {
  int whole_day = (reading->from == -1 && reading->to == -1) || (reading->from == 0 && reading->to == CXD__DAY_MINUTES);
  int dated = reading->first != ABSENT || reading->last != ABSENT;
  int named = cxd__json_member(value, "jurisdictions").p || cxd__json_member(value, "zones").p;
  if (!dated && whole_day && reading->out->weekdays == 0x7f && !named)
    cxd__read_fault(reader, value, "nothing limits the blackout, which would close every day for ever: write from_date and to_date, or what else limits it");
}

static void read_blackout(struct cxd__reader *reader, struct cxd__slice value, struct cxd__blackout *out) {
  static const struct cxd__read_member table[] = {
      {"name", read_name},           {"from_date", read_from_date}, {"to_date", read_to_date},             {"from_time", read_from_time},
      {"to_time", read_to_time},     {"weekdays", read_weekdays},   {"jurisdictions", read_jurisdictions}, {"zones", read_zones}};
  struct reading reading = {.out = out, .from = -1, .to = -1};
  out->weekdays = 0x7f;
  if (!cxd__read_into(reader, value, &reading, "a blackout", table, sizeof table / sizeof *table))
    return;
  (void)cxd__read_required(reader, value, "name", "\"name\":\"Christmas\"");
  check_dates(reader, value, &reading);
  check_times(reader, value, &reading);
  check_limited(reader, value, &reading);
}

void cxd__blackouts_read(struct cxd__reader *reader, struct cxd__slice value, struct cxd__blackout **out, size_t *count) {
  struct cxd__json_iter iter;
  struct cxd__slice key, item;
  if (!cxd__read_expect(reader, value, CXD__JSON_ARRAY, "blackouts", "an array of objects"))
    return;
  *out = cxd__read_room(reader, value, sizeof **out, BLACKOUTS_MOST, "blackouts");
  cxd__json_walk(&iter, value);
  while (*out && *count < BLACKOUTS_MOST && cxd__json_next(&iter, &key, &item))
    read_blackout(reader, item, &(*out)[(*count)++]);
}

void cxd__blackouts_free(struct cxd__blackout *blackouts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    cxd__free(blackouts[i].name);
    cxd__names_free(&blackouts[i].jurisdictions);
    cxd__names_free(&blackouts[i].zones);
  }
  cxd__free(blackouts);
}
