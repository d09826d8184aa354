/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_NOW_H
#define CXD__BASE_NOW_H

#include <stddef.h>
#include <stdint.h>

/*
 * One reading of the three clocks: mono for waits and deadlines, boot for token life (it counts suspend),
 * wall (Unix time) for calling hours and time stamps only.
 */
typedef struct {
  int64_t mono_us, boot_us, wall_ms;
} cxd__now;

cxd__now cxd__clock_read(void);

/* "2026-11-22T16:00:00.123Z" (digits 3) or with microseconds from us (digits 6); out has room for 40 bytes. */
void cxd__time_format(int64_t unix_ms, char out[40]);
void cxd__time_format_us(int64_t unix_us, char out[40]);
int64_t cxd__wall_us(void);
int64_t cxd__mono_us(void); /* mono alone, for where a reading of three is felt */

/* Unix seconds and milliseconds: down to the second before, and what is beyond the range to INT64_MIN or INT64_MAX. */
int64_t cxd__s_of_ms(int64_t unix_ms);
int64_t cxd__ms_of_s(int64_t unix_s);

#endif
