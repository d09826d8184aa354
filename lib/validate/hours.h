/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_HOURS_H
#define CXD__VALIDATE_HOURS_H

#include <stddef.h>
#include <stdint.h>

#include "validate/civil.h"

/*
 * Calling hours as plain data: what the table of jurisdictions and a policy say, before anybody asks about an instant.
 * Times of day are local minutes; a window past midnight ends above 1440 (22:00-02:00 is 1320 to 1560).
 */
#define CXD__DAY_MINUTES 1440
#define CXD__WINDOWS_A_DAY 8

struct cxd__window {
  int16_t from, to; /* half-open; 0 <= from < 1440, from < to <= 2880 */
};

struct cxd__day_hours {
  int32_t count; /* 0: closed */
  struct cxd__window at[CXD__WINDOWS_A_DAY]; /* in order, none overlaps another of the week */
};

struct cxd__week {
  struct cxd__day_hours day[7]; /* Monday first */
};

/* A day by rule. */
enum cxd__day_kind {
  CXD__DAY_ONCE,   /* "2026-11-27" */
  CXD__DAY_YEARLY, /* "12-25" */
  CXD__DAY_NTH,    /* "11-thu-4" the fourth Thursday of November, "05-mon-last" */
  CXD__DAY_EASTER  /* "easter", "easter-2" Good Friday, "easter+1" */
};

struct cxd__day_rule {
  enum cxd__day_kind kind;
  struct cxd__date date; /* ONCE; month and day of YEARLY; month of NTH */
  int8_t weekday;        /* NTH: 0 = Monday */
  int8_t n;              /* NTH: 1 to 5; 0: the last */
  int16_t offset;        /* EASTER: days after Easter Sunday */
  int32_t observed;      /* also the Friday before when it falls on a Saturday, the Monday after when on a Sunday; the day itself stays closed too */
  char *name;            /* "Thanksgiving Day", never NULL */
};

struct cxd__holidays {
  char *name; /* of the set; NULL for the list of a policy */
  size_t count;
  struct cxd__day_rule *days;
};

/* The hours of one period of a jurisdiction. */
struct cxd__regime {
  struct cxd__week week;
  const struct cxd__holidays *holidays; /* closed on these, borrowed from the table; NULL: none */
};

struct cxd__jurisdiction {
  char *code, *title, *source, *checked, *note; /* note may be NULL; checked: "2026-11-22" */
  char *also_zone;               /* the hours must hold in this zone as well; NULL: only where the called party is */
  int64_t since;                 /* days since 1970-01-01 from which `now` holds; INT64_MIN: always */
  struct cxd__regime now, before; /* before: on dates before `since` */
};

/* The table: rows sorted by code. */
struct cxd__hours {
  char *version; /* of the data: "2026-11-22" */
  size_t count, set_count;
  struct cxd__jurisdiction *rows;
  struct cxd__holidays *sets;
};

const struct cxd__jurisdiction *cxd__hours_find(const struct cxd__hours *hours, const char *code, size_t len); /* NULL: no such row */

/*
 * The code of the row that a code without one means: the same but for case and separators, or a state without its "US-".
 * Nothing that is merely similar, which would be the law of somewhere else. NULL: nothing. Either table may be NULL; `first` goes first.
 */
const char *cxd__hours_meant(const struct cxd__hours *first, const struct cxd__hours *second, const char *code, size_t len);
void cxd__hours_free(struct cxd__hours *hours); /* what it holds, not the struct */

#define CXD__NAMES_MOST 100 /* in one list of a policy */

/* Names that a blackout is limited to; count 0: all. */
struct cxd__names {
  size_t count;
  char **at;
};

struct cxd__blackout {
  char *name; /* never NULL */
  struct cxd__names jurisdictions, zones;
  int32_t dated;               /* 0: on every date */
  int32_t yearly;              /* first and last are month and day of every year; last before first: over the new year */
  struct cxd__date first, last; /* both included */
  uint32_t weekdays;           /* bit 0 = Monday; 0x7f: all. The day on which the time range begins. */
  int16_t from, to;            /* as in a window; 0 to 1440: the whole day */
};

/* All that decides about one campaign in one zone and one jurisdiction. Everything is borrowed. */
struct cxd__calendar {
  const struct cxd__jurisdiction *row;
  const struct cxd__holidays *holidays; /* the policy's, closed in every jurisdiction; may be NULL */
  const struct cxd__blackout *blackouts;
  size_t blackout_count;
  const char *zone; /* name, for blackouts that are limited to zones */
};

#endif
