/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_REPORT_TEXT_H
#define CLI_REPORT_TEXT_H

#include <stdint.h>

#define REPORT_TEXT 64 /* bytes for the longest of these */

/* As people read them, in any locale the same. */
void report_count(char out[REPORT_TEXT], int64_t value);         /* "12,345"; -1: a dash */
void report_rate(char out[REPORT_TEXT], double value);           /* "12.5", at most two places; NAN: a dash */
void report_duration(char out[REPORT_TEXT], int64_t us);         /* "0.84 ms", "12 ms", "1.25 s", "4 min 17 s", "3 h 05 min"; below 0: a dash */
void report_clock(char out[REPORT_TEXT], int64_t unix_ms);       /* "18:26:45" UTC; 0: a dash */
void report_instant(char out[REPORT_TEXT], int64_t unix_ms);     /* "2026-11-28 18:26:45"; 0: a dash */
void report_short_span(char out[REPORT_TEXT], int64_t us);       /* for the ticks of an axis: "500 us" with the Greek letter, "20 ms", "2 s", "5 min" */

#endif
