/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What the C library makes of the zone in TZ, one line for each instant on stdin: "offset dst abbreviation". Knows nothing of the library. */
#define _GNU_SOURCE /* tm_gmtoff, tm_zone */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(void) {
  char line[64];
  tzset();
  while (fgets(line, sizeof line, stdin)) {
    time_t t = (time_t)strtoll(line, NULL, 10);
    struct tm tm;
    if (!localtime_r(&t, &tm))
      return 1;
    printf("%ld %d %s\n", tm.tm_gmtoff, tm.tm_isdst > 0, tm.tm_zone);
  }
  return 0;
}
