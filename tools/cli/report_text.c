/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "report_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "when.h"

#define DASH "\xe2\x80\x93"

static void dash(char out[REPORT_TEXT]) { snprintf(out, REPORT_TEXT, "%s", DASH); }

void report_count(char out[REPORT_TEXT], int64_t value) {
  char digits[24];
  if (value < 0) {
    dash(out);
    return;
  }
  size_t len = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)value), at = 0;
  for (size_t i = 0; i < len; i++) {
    if (i > 0 && (len - i) % 3 == 0)
      out[at++] = ',';
    out[at++] = digits[i];
  }
  out[at] = '\0';
}

/* printf's %f writes a comma in some locales. */
static void put_places(char out[REPORT_TEXT], double value, int places) {
  static const int64_t units[] = {1, 10, 100};
  int64_t parts = llround(value * (double)units[places]);
  report_count(out, parts / units[places]);
  char *end = out + strlen(out);
  unsigned rest = (unsigned)(parts % units[places]) % 100;
  if (places > 0)
    *end++ = '.';
  if (places > 1)
    *end++ = (char)('0' + rest / 10);
  if (places > 0)
    *end++ = (char)('0' + rest % 10);
  *end = '\0';
}

void report_rate(char out[REPORT_TEXT], double value) {
  if (!(value >= 0 && value < 1e15)) {
    dash(out);
    return;
  }
  put_places(out, value, 2);
  while (out[strlen(out) - 1] == '0')
    out[strlen(out) - 1] = '\0';
  if (out[strlen(out) - 1] == '.')
    out[strlen(out) - 1] = '\0';
}

/* Three digits that count. */
static void put_unit(char out[REPORT_TEXT], double value, const char *unit) {
  put_places(out, value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
  size_t len = strlen(out);
  snprintf(out + len, REPORT_TEXT - len, " %s", unit);
}

void report_duration(char out[REPORT_TEXT], int64_t us) {
  int64_t s = us / 1000000;
  if (us < 0)
    dash(out);
  else if (us < 999500)
    put_unit(out, (double)us / 1000, "ms");
  else if (us < 59950000)
    put_unit(out, (double)us / 1e6, "s");
  else if (s < 3600)
    snprintf(out, REPORT_TEXT, "%lld min %02lld s", (long long)(s / 60), (long long)(s % 60));
  else
    snprintf(out, REPORT_TEXT, "%lld h %02lld min", (long long)(s / 3600), (long long)(s / 60 % 60));
}

void report_short_span(char out[REPORT_TEXT], int64_t us) {
  static const struct {
    int64_t us;
    const char *name;
  } units[] = {{3600000000, "h"}, {60000000, "min"}, {1000000, "s"}, {1000, "ms"}, {1, "\xc2\xb5s"}};
  size_t i = 0;
  while (i < 4 && us < units[i].us)
    i++;
  if (us % units[i].us)
    put_unit(out, (double)us / (double)units[i].us, units[i].name);
  else
    snprintf(out, REPORT_TEXT, "%lld %s", (long long)(us / units[i].us), units[i].name);
}

void report_instant(char out[REPORT_TEXT], int64_t unix_ms) {
  if (unix_ms <= 0) {
    dash(out);
    return;
  }
  char text[WHEN_TEXT];
  when_rfc3339(text, when_seconds(unix_ms), 0);
  snprintf(out, REPORT_TEXT, "%s", text);
  if (strlen(out) == strlen("2026-11-28T18:26:45Z")) {
    out[10] = ' ';
    out[19] = '\0';
  }
}

void report_clock(char out[REPORT_TEXT], int64_t unix_ms) {
  struct when at = when_of(when_seconds(unix_ms), 0);
  if (unix_ms <= 0)
    dash(out);
  else
    snprintf(out, REPORT_TEXT, "%02d:%02d:%02d", at.hour, at.minute, at.second);
}
