/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_SCHEDULE_H
#define CXD__VALIDATE_SCHEDULE_H

#include "validate/hours.h"
#include "validate/tz.h"

/*
 * From local calling hours to instants. Edges are half-open. An edge that falls into a gap of the local clock stands at the
 * first existing instant after it; an edge that occurs twice opens at the second and closes at the first occurrence. Windows
 * that touch in local time are one: 00:00-24:00 every day has no edge at all.
 */
enum cxd__shut { CXD__OPEN, CXD__SHUT_HOURS, CXD__SHUT_HOLIDAY, CXD__SHUT_BLACKOUT };

/* A period of one state; since <= t < until, Unix seconds. It ends where the state, the reason or its name changes. */
struct cxd__period {
  int64_t since, until; /* INT64_MIN, INT64_MAX: not within CXD__SCHEDULE_DAYS */
  enum cxd__shut state;
  const char *name; /* of the holiday or blackout, borrowed from the calendar; NULL otherwise */
};

#define CXD__SCHEDULE_DAYS 800 /* how far is looked for a change; two years with one blackout are covered */

void cxd__schedule_at(const struct cxd__calendar *calendar, const struct cxd__tz *tz, int64_t unix_s, struct cxd__period *out);

/*
 * The same for who asks only until when, and no farther than to a horizon: an end that is not before it may come out as any later one,
 * and since may be later than the true one, but not after unix_s.
 */
void cxd__schedule_ahead(const struct cxd__calendar *calendar, const struct cxd__tz *tz, int64_t unix_s, int64_t horizon, struct cxd__period *out);

/* The first instant >= unix_s at which it is open; INT64_MAX: none within CXD__SCHEDULE_DAYS. */
int64_t cxd__schedule_opening(const struct cxd__calendar *calendar, const struct cxd__tz *tz, int64_t unix_s);

/* Open seconds of a local date, given in days since 1970-01-01. 0 for a date that does not exist there. */
int64_t cxd__schedule_open_seconds(const struct cxd__calendar *calendar, const struct cxd__tz *tz, int64_t day);

#endif
