/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_WHEN_H
#define CLI_WHEN_H

#include <stdint.h>

#define DAY_S 86400
#define WHEN_TEXT 48 /* bytes for the longest of the texts below */

/* A local time by the calendar. */
struct when {
  int64_t year;
  int month, day, hour, minute, second; /* month and day from 1 */
  int weekday;                          /* 0 = Monday */
};

int64_t when_seconds(int64_t unix_ms); /* down to the second before */

/* offset_s: what is added to UTC. */
struct when when_of(int64_t unix_s, int32_t offset_s);
int64_t when_day(int64_t unix_s, int32_t offset_s); /* of the local date, in days since 1970-01-01 */

extern const char *const when_weekdays[7]; /* "Mon" */
extern const char *const when_months[12];  /* "Jan" */

void when_rfc3339(char out[WHEN_TEXT], int64_t unix_s, int32_t offset_s); /* offset 0: "2026-11-22T13:00:00Z"; "2026-11-22T08:00:00-05:00" */
void when_date(char out[WHEN_TEXT], int64_t day);                         /* "2026-11-22" */
void when_minute(char out[WHEN_TEXT], int64_t unix_s, int32_t offset_s);  /* "2026-11-22 08:00" */
void when_offset(char out[WHEN_TEXT], int32_t offset_s);                  /* "-05:00", "-04:56:02" */

/* "08:00-21:00" of one local date; the end of the day is 24:00. The offsets may differ. */
void when_range(char out[WHEN_TEXT], int64_t since, int32_t since_offset_s, int64_t until, int32_t until_offset_s);

#endif
