/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_WINDOWS_H
#define CXD__VALIDATE_WINDOWS_H

#include "validate/schedule.h"
#include "validate/settings.h"

/*
 * Several zones and several jurisdictions at once: all of them must be open. A place is one zone under one row of the table.
 */
struct cxd__place {
  struct cxd__tz *tz; /* a reference of ours */
  struct cxd__calendar calendar;
};

#define CXD__PLACES_NEAR 4

struct cxd__windows {
  size_t count, room;
  struct cxd__place *at; /* near, or on the heap */
  struct cxd__place near[CXD__PLACES_NEAR];
  /* of a zone that could not be had */
  const char *zone;
  struct cxd__zone_found found;
};

enum cxd__windows_made { CXD__WINDOWS_READY, CXD__WINDOWS_NO_ZONE, CXD__WINDOWS_NO_MEMORY };

/*
 * Every zone of the list under every row, and each row's also_zone. NO_ZONE: ->zone and ->found say which and why. Free with
 * cxd__windows_free() in any case. Zone names are borrowed from the lists.
 */
enum cxd__windows_made cxd__windows_make(struct cxd__windows *windows, const struct cxd__settings *settings, struct cxd__zone_cache *cache,
                                         const char *const *zones, size_t zone_count, const struct cxd__jurisdiction *const *rows, size_t row_count);
void cxd__windows_free(struct cxd__windows *windows);

/* The state of all at an instant. */
struct cxd__windows_state {
  enum cxd__shut shut;
  const char *name;               /* of the holiday or blackout */
  const struct cxd__place *by;    /* who closes it, the first; NULL when open */
  int64_t since, until;           /* Unix seconds: nothing of this changes, and no place changes its state, in between */
};
void cxd__windows_at(const struct cxd__windows *windows, int64_t unix_s, struct cxd__windows_state *out);
void cxd__windows_ahead(const struct cxd__windows *windows, int64_t unix_s, struct cxd__windows_state *out); /* the same, but since may be later than the true one */

/* The first instant >= unix_s at which all are open; INT64_MAX: none in sight. */
int64_t cxd__windows_opening(const struct cxd__windows *windows, int64_t unix_s);

#endif
