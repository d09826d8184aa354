/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_WINDOWS_H
#define CLI_WINDOWS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What `cxdialer windows` shows, as plain data: the forms of output know nothing of the library. Times in Unix seconds. */
enum windows_kind { WINDOWS_OPEN, WINDOWS_HOURS, WINDOWS_HOLIDAY, WINDOWS_BLACKOUT };

#define WINDOWS_NEVER INT64_MAX /* not within 800 days */
#define WINDOWS_ALWAYS INT64_MIN

struct windows_instant {
  int64_t at;
  int32_t offset_s;
};

/* One state with one offset: since <= t < until. */
struct windows_span {
  int64_t since, until;
  enum windows_kind kind;
  int32_t offset_s;
  const char *name; /* of the holiday or blackout, or "" */
  const char *abbreviation;
};

/* One zone with one jurisdiction. */
struct windows_row {
  const char *zone, *jurisdiction;
  const struct windows_span *spans; /* in order, without holes, around everything that is shown */
  size_t span_count;
  const struct windows_span *now; /* the one that holds `at` */
  struct windows_instant since, next_change, next_opening; /* of open or closed, whatever the reason */
  const int32_t *open_minutes;              /* for each of the days that are shown */
  const char *source, *note, *checked, *tzdata;
};

struct windows {
  int64_t at;
  int at_is_now;
  int days; /* local dates to show behind the table, 0: none */
  const struct windows_row *rows;
  size_t count;
};

/* Neighbours of one kind and name are one run, whatever their offsets; *i: the next span. 0: the end. */
struct windows_run {
  struct windows_span first, last;
};
int windows_next_run(const struct windows_row *row, size_t *i, struct windows_run *out);

/* The parts of a local date that are open, one after the other; *i starts at 0. 0: no more. */
int windows_next_window(const struct windows_row *row, int64_t day, size_t *i, struct windows_run *out);

/* 1: this span has something of this local date. */
int windows_on_day(const struct windows_span *span, int64_t day);
int64_t windows_first_day(const struct windows *windows, const struct windows_row *row); /* the local date of `at` */

/* 1: span i is a holiday or a blackout of this local date, and the first of its name there. */
int windows_closes(const struct windows_row *row, size_t i, int64_t day);

/* 1: at the beginning of span i the clock is turned. */
int windows_turns(const struct windows_row *row, size_t i);

const char *windows_reason(enum windows_kind kind); /* "" when open */

void windows_print(FILE *out, const struct windows *windows);
void windows_print_json(FILE *out, const struct windows *windows);

/* 0: written, -1: out has an error. */
int windows_svg_write(FILE *out, const struct windows *windows);

#endif
