/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/week.h"

#include <string.h>

#include "base/mem.h"
#include "validate/hours_table.h"

#define WEEK_MINUTES (7 * CXD__DAY_MINUTES)
#define WINDOWS_MOST (7 * CXD__WINDOWS_A_DAY)

int cxd__minute_read(const char *text, size_t len) {
  if (len != 5 || text[2] != ':')
    return -1;
  for (int i = 0; i < 5; i++)
    if (i != 2 && (text[i] < '0' || text[i] > '9'))
      return -1;
  int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
  return hour < 24 ? (minute < 60 ? hour * 60 + minute : -1) : (hour == 24 && minute == 0 ? CXD__DAY_MINUTES : -1);
}

const char *cxd__window_make(int from, int to, struct cxd__window *out) {
  if (from == CXD__DAY_MINUTES)
    return "24:00 is only an end: begin at 00:00 of the day after";
  if (from == to)
    return "it begins when it ends: for the whole day write 00:00 to 24:00";
  *out = (struct cxd__window){(int16_t)from, (int16_t)(to > from ? to : to + CXD__DAY_MINUTES)};
  return NULL;
}

int cxd__window_read(struct cxd__reader *reader, struct cxd__slice value, const char *name, struct cxd__window *out) {
  static const char form[] = "a window such as \"08:00-21:00\"";
  struct cxd__shown shown;
  struct cxd__view view;
  const char *why = NULL;
  if (!cxd__read_view(reader, value, name, form, &view))
    return 0;
  int shaped = view.len == 11 && view.p[5] == '-';
  int from = shaped ? cxd__minute_read(view.p, 5) : -1, to = shaped ? cxd__minute_read(view.p + 6, 5) : -1;
  if (from < 0 || to < 0)
    cxd__read_fault(reader, value, "%s is %s: write %s", name, cxd__show(&shown, value), form);
  else if ((why = cxd__window_make(from, to, out)))
    cxd__read_fault(reader, value, "%s is %s, but %s", name, cxd__show(&shown, value), why);
  cxd__free(view.own);
  return from >= 0 && to >= 0 && !why;
}

/* A day with the places of its windows, for faults. */
struct day {
  struct cxd__day_hours hours;
  struct cxd__slice at[CXD__WINDOWS_A_DAY];
};

static void insert(struct day *day, struct cxd__window window, struct cxd__slice at) {
  int32_t i = day->hours.count++;
  for (; i > 0 && day->hours.at[i - 1].from > window.from; i--) {
    day->hours.at[i] = day->hours.at[i - 1];
    day->at[i] = day->at[i - 1];
  }
  day->hours.at[i] = window;
  day->at[i] = at;
}

static void read_day(struct cxd__reader *reader, struct cxd__slice value, struct day *out) {
  struct cxd__json_iter iter;
  struct cxd__slice key, item;
  struct cxd__window window;
  if (!cxd__read_expect(reader, value, CXD__JSON_ARRAY, "a day of hours", "an array of windows such as [\"08:00-21:00\"], [] for closed"))
    return;
  size_t count = 0;
  cxd__json_walk(&iter, value);
  while (cxd__json_next(&iter, &key, &item))
    if (cxd__window_read(reader, item, "a window", &window) && ++count <= CXD__WINDOWS_A_DAY)
      insert(out, window, item);
  if (count > CXD__WINDOWS_A_DAY)
    cxd__read_fault(reader, value, "a day has %zu windows: leave at most %d", count, CXD__WINDOWS_A_DAY);
}

static const char *list_days(uint32_t days, char out[64]) {
  out[0] = '\0';
  for (int i = 0; i < 7; i++)
    if (days & UINT32_C(1) << i) {
      strcat(out, out[0] ? ", " : "");
      strcat(out, cxd__weekday_names[i]);
    }
  return out;
}

static uint32_t days_of(struct cxd__reader *reader, struct cxd__slice key, uint32_t seen) {
  struct cxd__shown shown;
  struct cxd__view view;
  char twice[64];
  if (!cxd__view_string(key, &view)) {
    reader->failed = 1;
    return 0;
  }
  uint32_t days = cxd__weekdays_read(view.p, view.len);
  cxd__free(view.own);
  if (!days)
    cxd__read_fault(reader, key, "hours names the day %s: write mon, tue, wed, thu, fri, sat or sun, or a range such as mon-fri", cxd__show(&shown, key));
  else if (days & seen)
    cxd__read_fault(reader, key, "hours names %s twice: write each day once", list_days(days & seen, twice));
  return days;
}

/* A window of the week, in minutes since Monday 00:00. */
struct flat {
  int from, to, day;
  struct cxd__slice at;
};

static int flatten(const struct day days[7], struct flat out[WINDOWS_MOST]) {
  int count = 0;
  for (int day = 0; day < 7; day++)
    for (int32_t i = 0; i < days[day].hours.count; i++) {
      struct cxd__window window = days[day].hours.at[i];
      out[count++] = (struct flat){day * CXD__DAY_MINUTES + window.from, day * CXD__DAY_MINUTES + window.to, day, days[day].at[i]};
    }
  return count;
}

/* The window that ends last, as it stands a week earlier: what reaches into Monday. */
static struct flat week_before(const struct flat *all, int count) {
  struct flat last = all[0];
  for (int i = 1; i < count; i++)
    if (all[i].to > last.to)
      last = all[i];
  last.from -= WEEK_MINUTES;
  last.to -= WEEK_MINUTES;
  return last;
}

/* A range of days has the same texts each day: told once. */
static int add_told(const char *told[WINDOWS_MOST], int *count, const char *at) {
  for (int i = 0; i < *count; i++)
    if (told[i] == at)
      return 0;
  told[(*count)++] = at;
  return 1;
}

/* In order of their beginnings, a window overlaps what reaches furthest of those before it. alone: what the day is called when it is no day of the week. */
static void check_overlaps(struct cxd__reader *reader, const struct day days[7], const char *alone) {
  struct flat all[WINDOWS_MOST];
  struct cxd__shown first, second;
  const char *told[WINDOWS_MOST];
  int count = flatten(days, all), faults = 0;
  if (!count)
    return;
  struct flat reach = week_before(all, count);
  for (int i = 0; i < count; i++) {
    if (all[i].from < reach.to && add_told(told, &faults, all[i].at.p))
      cxd__read_fault(reader, all[i].at, "%s of %s overlaps %s of %s: join them, or move one", cxd__show(&second, all[i].at),
                      alone ? alone : cxd__weekday_names[all[i].day], cxd__show(&first, reach.at), alone ? alone : cxd__weekday_names[reach.day]);
    if (all[i].to > reach.to)
      reach = all[i];
  }
}

/* The first that names a day has it. One that adds no day has its own faults all the same. */
static void put_day(struct cxd__reader *reader, struct cxd__slice key, uint32_t named, const struct day *day, struct day days[7]) {
  struct day alone[7] = {*day};
  struct cxd__shown shown;
  if (!named)
    check_overlaps(reader, alone, cxd__show(&shown, key));
  for (int i = 0; i < 7; i++)
    if (named & UINT32_C(1) << i)
      days[i] = *day;
}

void cxd__week_read(struct cxd__reader *reader, struct cxd__slice value, struct cxd__week *out) {
  struct cxd__json_iter iter;
  struct cxd__slice key, item;
  struct day days[7] = {{{0}, {{0}}}};
  char missing[64];
  uint32_t seen = 0;
  if (!cxd__read_expect(reader, value, CXD__JSON_OBJECT, "hours", "an object of days, such as {\"mon-fri\":[\"09:00-20:00\"],\"sat-sun\":[]}"))
    return;
  cxd__json_walk(&iter, value);
  while (cxd__json_next(&iter, &key, &item)) {
    struct day day = {{0}, {{0}}};
    uint32_t named = days_of(reader, key, seen);
    read_day(reader, item, &day);
    put_day(reader, key, named & ~seen, &day, days);
    seen |= named;
  }
  if (seen != 0x7f)
    cxd__read_fault(reader, value, "hours leaves out %s: write the windows of each day, [] for closed", list_days(0x7f & ~seen, missing));
  check_overlaps(reader, days, NULL);
  for (int i = 0; i < 7; i++)
    out->day[i] = days[i].hours;
}

static int same_day(const struct cxd__day_hours *a, const struct cxd__day_hours *b) {
  if (a->count != b->count)
    return 0;
  for (int32_t i = 0; i < a->count; i++)
    if (a->at[i].from != b->at[i].from || a->at[i].to != b->at[i].to)
      return 0;
  return 1;
}

static void write_day(const struct cxd__day_hours *day, struct cxd__buf *out) {
  for (int32_t i = 0; i < day->count; i++) {
    int from = day->at[i].from, to = day->at[i].to;
    to -= to > CXD__DAY_MINUTES ? CXD__DAY_MINUTES : 0;
    cxd__buf_fmt(out, "%s\"%02d:%02d-%02d:%02d\"", i ? "," : "", from / 60, from % 60, to / 60, to % 60);
  }
}

void cxd__week_write(const struct cxd__week *week, struct cxd__buf *out) {
  cxd__buf_char(out, '{');
  for (int first = 0, last; first < 7; first = last + 1) {
    for (last = first; last < 6 && same_day(&week->day[first], &week->day[last + 1]);)
      last++;
    cxd__buf_fmt(out, "%s\"%s", first ? "," : "", cxd__weekday_names[first]);
    if (last > first)
      cxd__buf_fmt(out, "-%s", cxd__weekday_names[last]);
    cxd__buf_str(out, "\":[");
    write_day(&week->day[first], out);
    cxd__buf_char(out, ']');
  }
  cxd__buf_char(out, '}');
}
