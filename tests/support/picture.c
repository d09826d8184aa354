/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Draws what standard input describes, so that tests can ask for pictures that no time zone and no law would give. Lines of fields
 * with tabs between them:
 *   windows AT IS_NOW DAYS, then row ZONE JURISDICTION SOURCE CHECKED TZDATA, each with its span SINCE UNTIL KIND OFFSET ABBREVIATION NAME
 *   capacity AGENTS AHT PATIENCE LIMIT OFFERED
 */
#define _GNU_SOURCE
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capacity_svg.h"
#include "mem.h"
#include "windows.h"

#define FIELDS 7

static struct windows windows;
static struct windows_row *rows;

static void split(char *line, char *fields[FIELDS]) {
  static char nothing[] = "";
  for (int i = 0; i < FIELDS; i++)
    fields[i] = line ? strsep(&line, "\t\n") : nothing;
}

/* The input has points whatever the locale says; of the locale nothing may be seen in a picture. */
static void take_locale(void) { setlocale(LC_ALL, ""); }

static char *kept(const char *text) { return mem_format("%s", text); }

static void add_row(char *const f[FIELDS]) {
  rows = mem_resize(rows, windows.count + 1, sizeof *rows);
  rows[windows.count++] = (struct windows_row){.zone = kept(f[1]), .jurisdiction = kept(f[2]), .source = kept(f[3]), .checked = kept(f[4]), .tzdata = kept(f[5])};
}

static void add_span(char *const f[FIELDS]) {
  struct windows_row *row = &rows[windows.count - 1];
  struct windows_span *spans = mem_resize((void *)(uintptr_t)row->spans, row->span_count + 1, sizeof *spans);
  spans[row->span_count++] = (struct windows_span){atoll(f[1]), atoll(f[2]), (enum windows_kind)atoi(f[3]), atoi(f[4]), kept(f[6]), kept(f[5])};
  row->spans = spans;
}

static void settle(struct windows_row *row) {
  for (size_t i = 0; i < row->span_count; i++)
    if (row->spans[i].since <= windows.at && windows.at < row->spans[i].until)
      row->now = &row->spans[i];
}

static int draw_windows(void) {
  for (size_t i = 0; i < windows.count; i++)
    settle(&rows[i]);
  windows.rows = rows;
  take_locale();
  return windows_svg_write(stdout, &windows);
}

static int draw_capacity(char *const f[FIELDS]) {
  struct capacity_picture picture = {.agents = atof(f[1]), .aht_s = atof(f[2]), .patience_s = atof(f[3]), .max_abandonment = atof(f[4]), .offered_per_min = atof(f[5])};
  take_locale();
  return capacity_svg_write(stdout, &picture);
}

int main(void) {
  char *line = NULL, *f[FIELDS];
  size_t size = 0;
  while (getline(&line, &size, stdin) > 0) {
    split(line, f);
    if (strcmp(f[0], "capacity") == 0)
      return draw_capacity(f) != 0;
    if (strcmp(f[0], "windows") == 0)
      windows = (struct windows){.at = atoll(f[1]), .at_is_now = atoi(f[2]), .days = atoi(f[3])};
    else if (strcmp(f[0], "row") == 0)
      add_row(f);
    else
      add_span(f);
  }
  return draw_windows() != 0;
}
