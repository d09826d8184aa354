/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_LOCAL_TIME_H
#define CXD__VALIDATE_LOCAL_TIME_H

#include "validate/windows.h"

/* Instants in words, for findings. Each cuts what does not fit. */

/* "Sat 2026-11-28 03:00 EST in America/New_York" */
void cxd__local_text(const struct cxd__tz *tz, const char *zone, int64_t unix_s, char *out, size_t size);

/* What a place's row says of that local day: "US allows 08:00-21:00 (47 CFR 64.1200(c)(1); ...)" */
void cxd__hours_text(const struct cxd__place *place, int64_t unix_s, char *out, size_t size);

/* "the next opening is 2026-11-28T13:00:00Z (Sat 08:00 EST)" */
void cxd__opening_text(const struct cxd__tz *tz, int64_t unix_s, char *out, size_t size);

/* "2026-11-28T13:00:00Z" */
void cxd__utc_text(int64_t unix_s, char out[40]);

/* Seconds since the local midnight and the local date of an instant. */
int64_t cxd__local_day(const struct cxd__tz *tz, int64_t unix_s, int32_t *second_of_day);

#endif
