/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/windows.h"

#include <string.h>

#include "base/mem.h"

/* Places that are never open together are given up after as many steps as two years of days have edges. */
#define OPENING_STEPS 4096

static struct cxd__place *next_place(struct cxd__windows *windows) {
  if (windows->count == windows->room) {
    size_t room = windows->room * 2;
    struct cxd__place *more = cxd__alloc(room * sizeof *more);
    if (!more)
      return NULL;
    memcpy(more, windows->at, windows->count * sizeof *more);
    if (windows->at != windows->near)
      cxd__free(windows->at);
    windows->at = more;
    windows->room = room;
  }
  return &windows->at[windows->count];
}

/* Each zone is looked up once, however many rows it stands under: all of them see the same file. */
static struct cxd__zone_found zone_of(const struct cxd__windows *windows, struct cxd__zone_cache *cache, const char *zone) {
  for (size_t i = 0; i < windows->count; i++)
    if (strcmp(windows->at[i].calendar.zone, zone) == 0)
      return (struct cxd__zone_found){CXD__ZONE_KNOWN, cxd__tz_ref(windows->at[i].tz), 0, NULL};
  return cxd__zone_cache_get(cache, zone, strlen(zone));
}

static enum cxd__windows_made add(struct cxd__windows *windows, const struct cxd__settings *settings, struct cxd__zone_cache *cache, const char *zone,
                                  const struct cxd__jurisdiction *row) {
  struct cxd__place *place = next_place(windows);
  if (!place)
    return CXD__WINDOWS_NO_MEMORY;
  struct cxd__zone_found found = zone_of(windows, cache, zone);
  if (found.state != CXD__ZONE_KNOWN) {
    windows->zone = zone;
    windows->found = found;
    return CXD__WINDOWS_NO_ZONE;
  }
  const struct cxd__policy *policy = &settings->policy;
  place->tz = found.tz;
  place->calendar = (struct cxd__calendar){row, policy->holidays.count ? &policy->holidays : NULL, policy->blackouts, policy->blackout_count, zone};
  windows->count++;
  return CXD__WINDOWS_READY;
}

enum cxd__windows_made cxd__windows_make(struct cxd__windows *windows, const struct cxd__settings *settings, struct cxd__zone_cache *cache,
                                         const char *const *zones, size_t zone_count, const struct cxd__jurisdiction *const *rows, size_t row_count) {
  enum cxd__windows_made made = CXD__WINDOWS_READY;
  windows->count = 0;
  windows->room = CXD__PLACES_NEAR;
  windows->at = windows->near;
  windows->zone = NULL;
  for (size_t r = 0; r < row_count; r++) {
    int there = 0;
    for (size_t z = 0; z < zone_count && made == CXD__WINDOWS_READY; z++) {
      made = add(windows, settings, cache, zones[z], rows[r]);
      there |= rows[r]->also_zone && strcmp(rows[r]->also_zone, zones[z]) == 0;
    }
    if (rows[r]->also_zone && !there && made == CXD__WINDOWS_READY)
      made = add(windows, settings, cache, rows[r]->also_zone, rows[r]);
  }
  return made;
}

void cxd__windows_free(struct cxd__windows *windows) {
  for (size_t i = 0; i < windows->count; i++)
    cxd__tz_unref(windows->at[i].tz);
  if (windows->at != windows->near)
    cxd__free(windows->at);
  windows->count = 0;
  windows->at = windows->near;
}

static const struct cxd__windows_state all_open = {CXD__OPEN, NULL, NULL, INT64_MIN, INT64_MAX};

/* A blackout is told before a holiday, a holiday before the hours: it is what nobody expects. */
static void add_period(const struct cxd__place *place, const struct cxd__period *period, struct cxd__windows_state *out) {
  out->since = period->since > out->since ? period->since : out->since;
  out->until = period->until < out->until ? period->until : out->until;
  if (period->state > out->shut) {
    out->shut = period->state;
    out->name = period->name;
    out->by = place;
  }
}

void cxd__windows_at(const struct cxd__windows *windows, int64_t unix_s, struct cxd__windows_state *out) {
  *out = all_open;
  for (size_t i = 0; i < windows->count; i++) {
    struct cxd__period period;
    cxd__schedule_at(&windows->at[i].calendar, windows->at[i].tz, unix_s, &period);
    add_period(&windows->at[i], &period, out);
  }
}

/* What comes after the first change of one place need not be looked for in the others. */
void cxd__windows_ahead(const struct cxd__windows *windows, int64_t unix_s, struct cxd__windows_state *out) {
  *out = all_open;
  for (size_t i = 0; i < windows->count; i++) {
    struct cxd__period period;
    cxd__schedule_ahead(&windows->at[i].calendar, windows->at[i].tz, unix_s, out->until, &period);
    add_period(&windows->at[i], &period, out);
  }
}

int64_t cxd__windows_opening(const struct cxd__windows *windows, int64_t unix_s) {
  for (int step = 0; step < OPENING_STEPS; step++) {
    int64_t latest = unix_s;
    for (size_t i = 0; i < windows->count; i++) {
      int64_t opening = cxd__schedule_opening(&windows->at[i].calendar, windows->at[i].tz, latest);
      latest = opening > latest ? opening : latest;
      if (latest == INT64_MAX)
        return INT64_MAX;
    }
    if (latest == unix_s)
      return unix_s;
    unix_s = latest;
  }
  return INT64_MAX;
}
