/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/mem.h"
#include "validate/hours_table.h"

#define NAME_MOST 100
#define DAYS_MOST 500
#define EASTER_MOST 80 /* from the earliest Easter back to New Year's Day: a rule never leaves its year */
#define LEAP_YEAR 2024

const char *const cxd__weekday_names[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

int cxd__weekday_read(const char *text, size_t len) {
  for (int i = 0; i < 7 && len == 3; i++)
    if (memcmp(text, cxd__weekday_names[i], 3) == 0)
      return i;
  return -1;
}

uint32_t cxd__weekdays_read(const char *text, size_t len) {
  int first = cxd__weekday_read(text, len < 3 ? len : 3), last = first;
  if (len == 7 && text[3] == '-')
    last = cxd__weekday_read(text + 4, 3);
  else if (len != 3)
    return 0;
  if (first < 0 || last < first || (len == 7 && last == first))
    return 0;
  return (UINT32_C(1) << (last + 1)) - (UINT32_C(1) << first);
}

/* "07" in 1 to most; 0: it is not. */
static int8_t two_digits(const char *text, int most) {
  if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
    return 0;
  int value = (text[0] - '0') * 10 + text[1] - '0';
  return (int8_t)(value <= most ? value : 0);
}

/* "12-25"; the 29th of February is a day of every leap year. */
static int yearly(const char *text, size_t len, struct cxd__date *out) {
  if (len != 5 || text[2] != '-')
    return 0;
  *out = (struct cxd__date){0, two_digits(text, 12), 0};
  out->day = two_digits(text + 3, cxd__month_days(LEAP_YEAR, out->month));
  return out->month && out->day;
}

/* "11-thu-4", "05-mon-last" */
static int nth(const char *text, size_t len, struct cxd__day_rule *out) {
  if (len < 8 || text[2] != '-' || text[6] != '-')
    return 0;
  int weekday = cxd__weekday_read(text + 3, 3);
  out->date = (struct cxd__date){0, two_digits(text, 12), 0};
  out->weekday = (int8_t)weekday;
  int last = len == 11 && memcmp(text + 7, "last", 4) == 0;
  if (!last && (len != 8 || text[7] < '1' || text[7] > '5'))
    return 0;
  out->n = (int8_t)(last ? 0 : text[7] - '0');
  return out->date.month && weekday >= 0;
}

/* "easter", "easter-47" */
static int by_easter(const char *text, size_t len, struct cxd__day_rule *out) {
  if (len < 6 || len > 9 || memcmp(text, "easter", 6) != 0)
    return 0;
  if (len == 6)
    return 1;
  if (len == 7 || (text[6] != '+' && text[6] != '-') || text[7] == '0')
    return 0;
  int days = 0;
  for (size_t i = 7; i < len; i++) {
    if (text[i] < '0' || text[i] > '9')
      return 0;
    days = days * 10 + (text[i] - '0');
  }
  out->offset = (int16_t)(text[6] == '-' ? -days : days);
  return days <= EASTER_MOST;
}

static int rule_of(const char *text, size_t len, struct cxd__day_rule *out) {
  if (cxd__date_read(text, len, &out->date))
    out->kind = CXD__DAY_ONCE;
  else if (yearly(text, len, &out->date))
    out->kind = CXD__DAY_YEARLY;
  else if (nth(text, len, out))
    out->kind = CXD__DAY_NTH;
  else if (by_easter(text, len, out))
    out->kind = CXD__DAY_EASTER;
  else
    return 0;
  return 1;
}

static void read_name(struct cxd__reader *reader, struct cxd__slice value) {
  ((struct cxd__day_rule *)reader->target)->name = cxd__read_text(reader, value, "the name of a day", NAME_MOST);
}

static void read_on(struct cxd__reader *reader, struct cxd__slice value) {
  static const char forms[] = "\"2026-11-27\", \"12-25\", \"11-thu-4\", \"05-mon-last\" or \"easter-2\" (at most 80 days from Easter)";
  struct cxd__day_rule *rule = reader->target;
  struct cxd__day_rule found = {0};
  struct cxd__shown shown;
  struct cxd__view view;
  if (!cxd__read_view(reader, value, "on", forms, &view))
    return;
  if (!rule_of(view.p, view.len, &found))
    cxd__read_fault(reader, value, "on is %s: write a day as %s", cxd__show(&shown, value), forms);
  cxd__free(view.own);
  found.name = rule->name;
  found.observed = rule->observed;
  *rule = found;
}

static void read_observed(struct cxd__reader *reader, struct cxd__slice value) {
  struct cxd__shown shown;
  if (!cxd__json_bool(value, &((struct cxd__day_rule *)reader->target)->observed))
    cxd__read_fault(reader, value, "observed is %s: write true or false", cxd__show(&shown, value));
}

int cxd__day_rule_read(struct cxd__reader *reader, struct cxd__slice value, struct cxd__day_rule *out) {
  static const struct cxd__read_member table[] = {{"name", read_name}, {"on", read_on}, {"observed", read_observed}};
  size_t before = reader->count;
  *out = (struct cxd__day_rule){0};
  if (!cxd__read_into(reader, value, out, "a holiday", table, sizeof table / sizeof *table))
    return 0;
  (void)cxd__read_required(reader, value, "name", "\"name\":\"Thanksgiving Day\"");
  (void)cxd__read_required(reader, value, "on", "\"on\":\"11-thu-4\"");
  return reader->count == before && !reader->failed;
}

void cxd__days_read(struct cxd__reader *reader, struct cxd__slice value, const char *name, struct cxd__holidays *out) {
  struct cxd__json_iter iter;
  struct cxd__slice key, item;
  if (!cxd__read_expect(reader, value, CXD__JSON_ARRAY, name, "an array of {\"name\",\"on\",\"observed\"}"))
    return;
  out->days = cxd__read_room(reader, value, sizeof *out->days, DAYS_MOST, name);
  cxd__json_walk(&iter, value);
  while (out->days && out->count < DAYS_MOST && cxd__json_next(&iter, &key, &item))
    (void)cxd__day_rule_read(reader, item, &out->days[out->count++]);
}

void cxd__days_free(struct cxd__holidays *holidays) {
  for (size_t i = 0; i < holidays->count; i++)
    cxd__free(holidays->days[i].name);
  cxd__free(holidays->days);
  cxd__free(holidays->name);
  *holidays = (struct cxd__holidays){0};
}

int cxd__date_text_read(struct cxd__reader *reader, struct cxd__slice value, const char *name, struct cxd__date *out) {
  static const char form[] = "a date such as \"2026-11-28\"";
  struct cxd__shown shown;
  struct cxd__view view;
  if (!cxd__read_view(reader, value, name, form, &view))
    return 0;
  int good = cxd__date_read(view.p, view.len, out);
  if (!good)
    cxd__read_fault(reader, value, "%s is %s: write %s", name, cxd__show(&shown, value), form);
  cxd__free(view.own);
  return good;
}
