/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/pointer.h"
#include "validate/hours_table.h"
#include "validate/nearest.h"
#include "validate/week.h"
#include "validate/zone.h"

#define ROWS_MOST 1000
#define SETS_MOST 1000
#define TITLE_MOST 200
#define SOURCE_MOST 300
#define NOTE_MOST 1000

/* ---- sets of holidays ---- */

static void read_set_source(struct cxd__reader *reader, struct cxd__slice value) { cxd__free(cxd__read_text(reader, value, "source", SOURCE_MOST)); }

static void read_set_days(struct cxd__reader *reader, struct cxd__slice value) { cxd__days_read(reader, value, "days", reader->target); }

/* An array of days, or {"source","days"}. The source is for people: it is checked, and not kept. */
static void read_set(struct cxd__reader *reader, struct cxd__slice value, struct cxd__holidays *out) {
  static const struct cxd__read_member table[] = {{"source", read_set_source}, {"days", read_set_days}};
  if (cxd__json_kind(value) != CXD__JSON_OBJECT)
    cxd__days_read(reader, value, "a set of holidays", out);
  else if (cxd__read_into(reader, value, out, "a set of holidays", table, sizeof table / sizeof *table))
    (void)cxd__read_required(reader, value, "days", "\"days\":[...]");
}

/* "all" is how one asks for every row, in any case. */
static int is_all(const char *s, size_t len) { return len == 3 && (s[0] | 32) == 'a' && (s[1] | 32) == 'l' && (s[2] | 32) == 'l'; }

/* Also when a fault was noted: those who name it mean it. NULL: no memory. */
static char *read_code(struct cxd__reader *reader, struct cxd__slice key, const char *what, int of_row) {
  struct cxd__shown shown;
  struct cxd__view view;
  if (!cxd__view_string(key, &view)) {
    reader->failed = 1;
    return NULL;
  }
  if (!cxd__read_is_code(view.p, view.len, CXD__CODE_MAX))
    cxd__read_fault(reader, key, "%s is named %s: write 1 to %d letters, digits, '-' and '_'", what, cxd__show(&shown, key), CXD__CODE_MAX);
  else if (of_row && is_all(view.p, view.len))
    cxd__read_fault(reader, key, "%s is named %s, which stands for every row: choose another code", what, cxd__show(&shown, key));
  char *code = cxd__strndup(view.p, view.len);
  reader->failed |= !code;
  cxd__free(view.own);
  return code;
}

void cxd__hours_read_sets(struct cxd__reader *reader, struct cxd__slice value, struct cxd__hours *hours) {
  struct cxd__json_iter iter;
  struct cxd__slice key, item;
  if (!cxd__read_expect(reader, value, CXD__JSON_OBJECT, "the sets of holidays", "an object"))
    return;
  size_t before = reader->count;
  hours->sets = cxd__read_room(reader, value, sizeof *hours->sets, SETS_MOST, "the object of sets of holidays");
  reader->sets_cut = reader->count > before;
  cxd__json_walk(&iter, value);
  while (hours->sets && hours->set_count < SETS_MOST && cxd__json_next(&iter, &key, &item)) {
    struct cxd__holidays *set = &hours->sets[hours->set_count++];
    set->name = read_code(reader, key, "a set of holidays", 0);
    read_set(reader, item, set);
  }
}

/* ---- rows ---- */

/* A row while it is read; regime: the period that hours and holidays are of. */
struct reading {
  struct cxd__jurisdiction *row;
  struct cxd__regime *regime;
  const struct cxd__hours *hours, *known;
};

static struct cxd__jurisdiction *row(struct cxd__reader *reader) { return ((struct reading *)reader->target)->row; }

static void read_title(struct cxd__reader *reader, struct cxd__slice value) { row(reader)->title = cxd__read_text(reader, value, "title", TITLE_MOST); }

static void read_source(struct cxd__reader *reader, struct cxd__slice value) { row(reader)->source = cxd__read_text(reader, value, "source", SOURCE_MOST); }

static void read_note(struct cxd__reader *reader, struct cxd__slice value) { row(reader)->note = cxd__read_text(reader, value, "note", NOTE_MOST); }

static void read_checked(struct cxd__reader *reader, struct cxd__slice value) {
  struct cxd__date date;
  if (cxd__date_text_read(reader, value, "checked", &date))
    row(reader)->checked = cxd__read_text(reader, value, "checked", 10);
}

static void read_also_zone(struct cxd__reader *reader, struct cxd__slice value) {
  static const char form[] = "an IANA name such as \"America/Chicago\"";
  struct cxd__shown shown;
  struct cxd__view view;
  if (!cxd__read_view(reader, value, "also_zone", form, &view))
    return;
  if (!cxd__zone_name_iana(view.p, view.len))
    cxd__read_fault(reader, value, "also_zone is %s: write %s", cxd__show(&shown, value), form);
  else if (!(row(reader)->also_zone = cxd__strndup(view.p, view.len)))
    reader->failed = 1;
  cxd__free(view.own);
}

static void read_hours(struct cxd__reader *reader, struct cxd__slice value) { cxd__week_read(reader, value, &((struct reading *)reader->target)->regime->week); }

static const struct cxd__holidays *find_set(const struct cxd__hours *hours, struct cxd__slice name, struct cxd__nearest *nearest) {
  for (size_t i = 0; hours && i < hours->set_count; i++) {
    if (!hours->sets[i].name)
      continue;
    if (cxd__json_string_is(name, hours->sets[i].name))
      return &hours->sets[i];
    cxd__nearest_offer_text(nearest, hours->sets[i].name);
  }
  return NULL;
}

static void read_holidays(struct cxd__reader *reader, struct cxd__slice value) {
  struct reading *reading = reader->target;
  struct cxd__shown shown;
  if (!cxd__read_expect(reader, value, CXD__JSON_STRING, "holidays", "the name of a set of holidays"))
    return;
  struct cxd__nearest nearest = cxd__nearest_start(value.p + 1, value.len - 2);
  if (!cxd__read_tells(reader, value))
    nearest.distance = 0;
  const struct cxd__holidays *set = find_set(reading->hours, value, &nearest);
  if (!set)
    set = find_set(reading->known, value, &nearest);
  if (!set && !reader->sets_cut)
    cxd__read_fault(reader, value, "there is no set of holidays %s%s%s%s", cxd__show(&shown, value), nearest.best ? ", did you mean \"" : ": name one that is there, or leave the member out",
                    nearest.best ? nearest.best : "", nearest.best ? "\"?" : "");
  reading->regime->holidays = set;
}

static void read_since(struct cxd__reader *reader, struct cxd__slice value) {
  struct cxd__date date;
  if (cxd__date_text_read(reader, value, "since", &date))
    row(reader)->since = cxd__days_of(date);
}

static void read_before(struct cxd__reader *reader, struct cxd__slice value) {
  static const struct cxd__read_member table[] = {{"hours", read_hours}, {"holidays", read_holidays}};
  struct reading earlier = *(struct reading *)reader->target;
  earlier.regime = &earlier.row->before;
  if (cxd__read_into(reader, value, &earlier, "before", table, sizeof table / sizeof *table))
    (void)cxd__read_required(reader, value, "hours", "the hours before since");
}

static void read_row(struct cxd__reader *reader, struct cxd__slice value, struct reading *reading) {
  static const struct cxd__read_member table[] = {
      {"title", read_title}, {"hours", read_hours},         {"holidays", read_holidays}, {"source", read_source}, {"checked", read_checked},
      {"note", read_note},   {"also_zone", read_also_zone}, {"since", read_since},       {"before", read_before}};
  reading->row->since = INT64_MIN;
  reading->regime = &reading->row->now;
  if (!cxd__read_into(reader, value, reading, "a jurisdiction", table, sizeof table / sizeof *table))
    return;
  (void)cxd__read_required(reader, value, "title", "what the jurisdiction is called");
  (void)cxd__read_required(reader, value, "hours", "\"hours\":{\"mon-sun\":[\"08:00-21:00\"]}");
  (void)cxd__read_required(reader, value, "source", "where the hours come from");
  (void)cxd__read_required(reader, value, "checked", "the date on which somebody compared them with the source");
  if (!cxd__json_member(value, "since").p != !cxd__json_member(value, "before").p)
    cxd__read_fault(reader, value, "since and before belong together: write both, or neither");
}

static int by_code(const void *a, const void *b) {
  const struct cxd__jurisdiction *one = a, *other = b;
  return strcmp(one->code ? one->code : "", other->code ? other->code : "");
}

void cxd__hours_read_rows(struct cxd__reader *reader, struct cxd__slice value, struct cxd__hours *hours, const struct cxd__hours *known) {
  struct cxd__json_iter iter;
  struct cxd__slice key, item;
  if (!cxd__read_expect(reader, value, CXD__JSON_OBJECT, "jurisdictions", "an object of rows"))
    return;
  size_t before = reader->count;
  hours->rows = cxd__read_room(reader, value, sizeof *hours->rows, ROWS_MOST, "jurisdictions");
  reader->rows_cut = reader->count > before;
  cxd__json_walk(&iter, value);
  while (hours->rows && hours->count < ROWS_MOST && cxd__json_next(&iter, &key, &item)) {
    struct reading reading = {&hours->rows[hours->count++], NULL, hours, known};
    reading.row->code = read_code(reader, key, "a jurisdiction", 1);
    read_row(reader, item, &reading);
  }
  if (hours->count)
    qsort(hours->rows, hours->count, sizeof *hours->rows, by_code);
}
