/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_CALENDAR_H
#define CXD__VALIDATE_CALENDAR_H

#include "base/handle.h"
#include "validate/windows.h"

/* What cxd_schedule holds: periods of one zone under some rows, with texts of its own. */
struct cxd__stretch {
  int64_t since, until; /* Unix seconds; INT64_MIN, INT64_MAX: open ends */
  enum cxd__shut shut;
  int32_t offset_s;
  char *name, *jurisdiction; /* NULL: none */
  char abbreviation[16];
};

struct cxd_schedule {
  uint32_t magic;
  size_t count, room;
  struct cxd__stretch *at;
  char *zone, *source, *checked, *note;
  char tzdata[CXD__TZDATA_MAX];
};

/*
 * Asks about zone and jurisdiction (NULL: those of the settings) without a campaign. windows must stay where it is; settings and
 * zone must live as long as it does. CXD_E_ARGUMENT, CXD_E_ABSENT, CXD_E_IO, CXD_E_NOMEM; free windows in any case.
 */
cxd_status cxd__calendar_open(struct cxd__windows *windows, const struct cxd__settings *settings, struct cxd__zone_cache *zones, const char *zone, const char *jurisdiction, cxd_error **error);

/* The stretches that cover from..until, both Unix seconds; the zone of the first place tells the offset. */
cxd_status cxd__calendar_list(const struct cxd__windows *windows, int64_t from, int64_t until, cxd_schedule **out, cxd_error **error);
void cxd__calendar_free(cxd_schedule *schedule);

/* Seconds of a local date of the first place at which all places are open. */
int64_t cxd__calendar_open_seconds(const struct cxd__windows *windows, int64_t day);

#endif
