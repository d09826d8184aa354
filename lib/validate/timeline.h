/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_TIMELINE_H
#define CXD__VALIDATE_TIMELINE_H

#include "validate/days.h"
#include "validate/schedule.h"

/*
 * A calendar along the local clock, as if the clock never changed: seconds since 1970-01-01 00:00 local. Nothing is open
 * before year 1 and after year 9999.
 */
#define CXD__DAY_SECONDS 86400
#define CXD__TIMELINE_FIRST (-719162) /* 0001-01-01 */
#define CXD__TIMELINE_LAST 2932896    /* 9999-12-31 */

/* A stretch of one state, from <= t < to; the next one may well be of the same state. */
struct cxd__stretch {
  int64_t from, to;
  enum cxd__shut state;
  const char *name; /* as in struct cxd__period */
};

/* Members from `day` on are what the last question left: what is known of one date. */
struct cxd__timeline {
  const struct cxd__calendar *calendar;
  struct cxd__day day, eve;           /* eve: the date before */
  const struct cxd__day_hours *hours; /* the windows that begin on the date; NULL: none */
  const struct cxd__day_hours *late;  /* those of the eve, when one of them runs past midnight; NULL: none */
  const char *holiday;                /* NULL: the date is not closed */
  size_t first, end;                  /* of the blackouts that touch the date */
};

void cxd__timeline_open(struct cxd__timeline *line, const struct cxd__calendar *calendar); /* owns nothing */
void cxd__timeline_at(struct cxd__timeline *line, int64_t local_s, struct cxd__stretch *out);

#endif
