/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdlib.h>
#include <string.h>

#include "display.h"
#include "mem.h"
#include "table.h"
#include "when.h"
#include "windows.h"

#define STATE_COLUMNS 48

static void add_owned(struct table *table, char *cell) {
  table_add_text(table, cell);
  free(cell);
}

static void add_state(struct table *table, const struct windows_span *now) {
  char *state = now->kind == WINDOWS_OPEN ? mem_format("open") : mem_format("closed: %s%s%s", windows_reason(now->kind), *now->name ? " " : "", now->name);
  table_add(table, slice_of(state), STATE_COLUMNS);
  free(state);
}

/* In local time; with its offset where that is not the one of the column LOCAL TIME. */
static void add_instant(struct table *table, const struct windows_row *row, struct windows_instant instant) {
  char minute[WHEN_TEXT], offset[WHEN_TEXT];
  if (instant.at == WINDOWS_NEVER || instant.at == WINDOWS_ALWAYS) {
    table_add_text(table, "-");
    return;
  }
  when_minute(minute, instant.at, instant.offset_s);
  when_offset(offset, instant.offset_s);
  int same = instant.offset_s == row->now->offset_s;
  add_owned(table, mem_format("%s%s%s", minute, same ? "" : " ", same ? "" : offset));
}

static void add_row(struct table *table, const struct windows *windows, const struct windows_row *row) {
  char minute[WHEN_TEXT], offset[WHEN_TEXT];
  const char *abbreviation = row->now->abbreviation;
  when_minute(minute, windows->at, row->now->offset_s);
  when_offset(offset, row->now->offset_s);
  /* Zones without letters of their own have digits there, which the offset says better. */
  int letters = *abbreviation && *abbreviation != '+' && *abbreviation != '-';
  table_add_text(table, row->zone);
  table_add_text(table, row->jurisdiction);
  add_state(table, row->now);
  add_instant(table, row, row->since);
  add_instant(table, row, row->next_change);
  add_instant(table, row, row->next_opening);
  add_owned(table, mem_format("%s %s%s%s", minute, letters ? abbreviation : "", letters ? " " : "", offset));
}

static void print_table(FILE *out, const struct windows *windows) {
  static const char *const titles[] = {"ZONE", "JURISDICTION", "STATE", "SINCE", "UNTIL", "NEXT OPENING", "LOCAL TIME"};
  struct table table = {.columns = sizeof titles / sizeof *titles};
  for (size_t i = 0; i < table.columns; i++)
    table_add_text(&table, titles[i]);
  for (size_t i = 0; i < windows->count; i++)
    add_row(&table, windows, &windows->rows[i]);
  table_print(&table, out, "");
}

static void put_remark(FILE *out, const char *kind, const char *text) { fprintf(out, "%s%s%s", ftell(out) > 0 ? "; " : "", kind, text); }

/* Each holiday and blackout of a date once, in the order in which they begin. */
static void put_closings(FILE *out, const struct windows_row *row, int64_t day) {
  for (size_t i = 0; i < row->span_count; i++)
    if (windows_closes(row, i, day))
      put_remark(out, row->spans[i].kind == WINDOWS_HOLIDAY ? "holiday " : "blackout ", row->spans[i].name);
}

static void put_turn(FILE *out, const struct windows_span *before, const struct windows_span *after, int64_t day) {
  char from[WHEN_TEXT], to[WHEN_TEXT];
  struct when old = when_of(after->since, before->offset_s), new = when_of(after->since, after->offset_s);
  int is_end = when_day(after->since, before->offset_s) > day && old.hour == 0 && old.minute == 0;
  when_offset(from, before->offset_s);
  when_offset(to, after->offset_s);
  char *text = mem_format("%02d:%02d -> %02d:%02d (%s -> %s)", is_end ? 24 : old.hour, old.minute, new.hour, new.minute, from, to);
  put_remark(out, "clock ", text);
  free(text);
}

static char *remarks_of(const struct windows_row *row, int64_t day) {
  struct mem_stream stream;
  int exists = 0;
  mem_stream_open(&stream);
  for (size_t i = 0; i < row->span_count; i++) {
    const struct windows_span *span = &row->spans[i];
    exists |= windows_on_day(span, day);
    if (windows_turns(row, i) && when_day(span->since, span->offset_s) == day)
      put_turn(stream.file, span - 1, span, day);
  }
  put_closings(stream.file, row, day);
  if (!exists)
    put_remark(stream.file, "", "there is no such date in this zone");
  mem_stream_close(&stream);
  return stream.text;
}

static char *windows_of(const struct windows_row *row, int64_t day) {
  struct mem_stream stream;
  struct windows_run run;
  char range[WHEN_TEXT];
  mem_stream_open(&stream);
  for (size_t i = 0; windows_next_window(row, day, &i, &run);) {
    when_range(range, run.first.since, run.first.offset_s, run.last.until, run.last.offset_s);
    put_remark(stream.file, "", range);
  }
  if (ftell(stream.file) == 0)
    fputs("closed", stream.file);
  mem_stream_close(&stream);
  return stream.text;
}

static void add_day(struct table *table, const struct windows_row *row, int64_t day, int32_t open_minutes) {
  char date[WHEN_TEXT];
  when_date(date, day);
  add_owned(table, mem_format("%s %s", when_weekdays[when_of(day * DAY_S, 0).weekday], date));
  add_owned(table, windows_of(row, day));
  add_owned(table, mem_format("%4d min", open_minutes));
  add_owned(table, remarks_of(row, day));
}

static void print_days(FILE *out, const struct windows *windows, const struct windows_row *row) {
  struct table table = {.columns = 4};
  int64_t first = windows_first_day(windows, row);
  fputc('\n', out);
  display_put(out, slice_of(row->zone));
  fputs(", ", out);
  display_put(out, slice_of(row->jurisdiction));
  fputc('\n', out);
  for (int i = 0; i < windows->days; i++)
    add_day(&table, row, first + i, row->open_minutes[i]);
  table_print(&table, out, "  ");
}

static int is_first_of_jurisdiction(const struct windows *windows, size_t row) {
  for (size_t i = 0; i < row; i++)
    if (strcmp(windows->rows[i].jurisdiction, windows->rows[row].jurisdiction) == 0)
      return 0;
  return 1;
}

static void print_sources(FILE *out, const struct windows *windows) {
  fputc('\n', out);
  for (size_t i = 0; i < windows->count; i++) {
    const struct windows_row *row = &windows->rows[i];
    if (!is_first_of_jurisdiction(windows, i))
      continue;
    display_put(out, slice_of(row->jurisdiction));
    fputs(": ", out);
    display_put(out, slice_of(*row->source ? row->source : "no source"));
    fputs(*row->checked ? ", read " : "", out);
    display_put(out, slice_of(row->checked));
    fputs(*row->note ? ". Note: " : "", out);
    display_put(out, slice_of(row->note));
    fputc('\n', out);
  }
  const char *tzdata = windows->count > 0 ? windows->rows[0].tzdata : "";
  fputs("time zone database: ", out);
  display_put(out, slice_of(*tzdata ? tzdata : "of unknown version"));
  fputc('\n', out);
}

void windows_print(FILE *out, const struct windows *windows) {
  print_table(out, windows);
  for (size_t i = 0; i < windows->count && windows->days > 0; i++)
    print_days(out, windows, &windows->rows[i]);
  print_sources(out, windows);
}
