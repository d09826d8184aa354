/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_CIVIL_H
#define CXD__VALIDATE_CIVIL_H

#include <stddef.h>
#include <stdint.h>

/* The proleptic Gregorian calendar, in days since 1970-01-01. */
struct cxd__date {
  int32_t year;
  int8_t month, day; /* from 1 */
};

int64_t cxd__days_of(struct cxd__date date);
struct cxd__date cxd__date_of(int64_t days);
int cxd__weekday_of(int64_t days); /* 0 = Monday to 6 = Sunday */
int cxd__month_days(int32_t year, int month);
int64_t cxd__easter_of(int32_t year); /* Western Easter Sunday, in days since 1970-01-01 */

/* "2026-11-28", strictly; 0: not a date of years 1 to 9999. */
int cxd__date_read(const char *text, size_t len, struct cxd__date *out);

#endif
