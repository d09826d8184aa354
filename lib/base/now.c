/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* CLOCK_BOOTTIME */
#include "base/now.h"

#include <stdio.h>
#include <time.h>

static int64_t read_us(clockid_t clock) {
  struct timespec t = {0, 0};
  (void)clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

cxd__now cxd__clock_read(void) {
  return (cxd__now){read_us(CLOCK_MONOTONIC), read_us(CLOCK_BOOTTIME), read_us(CLOCK_REALTIME) / 1000};
}

int64_t cxd__wall_us(void) { return read_us(CLOCK_REALTIME); }

int64_t cxd__mono_us(void) { return read_us(CLOCK_MONOTONIC); }

static void format(int64_t seconds, int fraction, int digits, char out[40]) {
  time_t t = (time_t)seconds;
  struct tm tm;
  int len = gmtime_r(&t, &tm) ? snprintf(out, 40, "%04d-%02d-%02dT%02d:%02d:%02d.%0*dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, digits, fraction) : -1;
  if (len < 0 || len >= 40)
    (void)snprintf(out, 40, "1970-01-01T00:00:00Z");
}

/* Also before 1970 the fraction counts forward. */
static void format_units(int64_t time, int32_t per_second, int digits, char out[40]) {
  int32_t fraction = (int32_t)(time % per_second);
  format(time / per_second - (fraction < 0), fraction < 0 ? fraction + per_second : fraction, digits, out);
}

void cxd__time_format(int64_t unix_ms, char out[40]) { format_units(unix_ms, 1000, 3, out); }

void cxd__time_format_us(int64_t unix_us, char out[40]) { format_units(unix_us, 1000000, 6, out); }

int64_t cxd__s_of_ms(int64_t unix_ms) { return unix_ms / 1000 - (unix_ms % 1000 < 0); }

int64_t cxd__ms_of_s(int64_t unix_s) {
  if (unix_s >= INT64_MAX / 1000)
    return INT64_MAX;
  return unix_s <= INT64_MIN / 1000 ? INT64_MIN : unix_s * 1000;
}
