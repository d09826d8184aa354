/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "display.h"
#include "when.h"
#include "windows.h"

static void put_text(FILE *out, const char *name, const char *value) {
  fprintf(out, ",\"%s\":", name);
  if (*value)
    display_put_json_string(out, slice_of(value));
  else
    fputs("null", out);
}

static void put_instant(FILE *out, const char *name, int64_t at) {
  char text[WHEN_TEXT] = "";
  if (at != WINDOWS_NEVER && at != WINDOWS_ALWAYS)
    when_rfc3339(text, at, 0);
  put_text(out, name, text);
}

static void put_windows(FILE *out, const struct windows_row *row, int64_t day) {
  struct windows_run run;
  char from[WHEN_TEXT], until[WHEN_TEXT];
  const char *separator = "";
  fputs(",\"windows\":[", out);
  for (size_t i = 0; windows_next_window(row, day, &i, &run); separator = ",") {
    when_rfc3339(from, run.first.since, 0);
    when_rfc3339(until, run.last.until, 0);
    fprintf(out, "%s{\"from\":\"%s\",\"until\":\"%s\"}", separator, from, until);
  }
  fputc(']', out);
}

static const char *holiday_of(const struct windows_row *row, int64_t day) {
  for (size_t i = 0; i < row->span_count; i++)
    if (row->spans[i].kind == WINDOWS_HOLIDAY && windows_on_day(&row->spans[i], day))
      return row->spans[i].name;
  return "";
}

static void put_turns(FILE *out, const struct windows_row *row, int64_t day) {
  char at[WHEN_TEXT], from[WHEN_TEXT], to[WHEN_TEXT];
  const char *separator = "";
  fputs(",\"utc_offset_changes\":[", out);
  for (size_t i = 0; i < row->span_count; i++) {
    const struct windows_span *span = &row->spans[i];
    if (!windows_turns(row, i) || when_day(span->since, span->offset_s) != day)
      continue;
    when_rfc3339(at, span->since, 0);
    when_offset(from, span[-1].offset_s);
    when_offset(to, span->offset_s);
    fprintf(out, "%s{\"at\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"}", separator, at, from, to);
    separator = ",";
  }
  fputc(']', out);
}

static void put_blackouts(FILE *out, const struct windows_row *row, int64_t day) {
  const char *separator = "";
  fputs(",\"blackouts\":[", out);
  for (size_t i = 0; i < row->span_count; i++) {
    if (row->spans[i].kind != WINDOWS_BLACKOUT || !windows_closes(row, i, day))
      continue;
    fputs(separator, out);
    display_put_json_string(out, slice_of(row->spans[i].name));
    separator = ",";
  }
  fputc(']', out);
}

static void put_day(FILE *out, const struct windows_row *row, int64_t day, int32_t open_minutes) {
  char date[WHEN_TEXT];
  when_date(date, day);
  fprintf(out, "{\"date\":\"%s\",\"open_minutes\":%d", date, open_minutes);
  put_windows(out, row, day);
  put_text(out, "holiday", holiday_of(row, day));
  put_turns(out, row, day);
  put_blackouts(out, row, day);
  fputc('}', out);
}

static void put_days(FILE *out, const struct windows *windows, const struct windows_row *row) {
  int64_t first = windows_first_day(windows, row);
  fputs(",\"days\":[", out);
  for (int i = 0; i < windows->days; i++) {
    fputs(i > 0 ? "," : "", out);
    put_day(out, row, first + i, row->open_minutes[i]);
  }
  fputc(']', out);
}

static void put_row(FILE *out, const struct windows *windows, const struct windows_row *row) {
  char local[WHEN_TEXT], offset[WHEN_TEXT];
  when_rfc3339(local, windows->at, row->now->offset_s);
  when_offset(offset, row->now->offset_s);
  if (row->now->offset_s / 60 == 0)
    memcpy(strchr(local, 'Z'), "+00:00", sizeof "+00:00");
  fputs("{\"zone\":", out);
  display_put_json_string(out, slice_of(row->zone));
  put_text(out, "jurisdiction", row->jurisdiction);
  put_instant(out, "at", windows->at);
  put_text(out, "local_time", local);
  fprintf(out, ",\"open\":%s", row->now->kind == WINDOWS_OPEN ? "true" : "false");
  put_instant(out, "next_change", row->next_change.at);
  put_text(out, "source", row->source);
  put_text(out, "tzdata", row->tzdata);
  put_instant(out, "since", row->since.at);
  put_text(out, "reason", windows_reason(row->now->kind));
  put_text(out, "name", row->now->name);
  put_text(out, "utc_offset", offset);
  put_text(out, "checked", row->checked);
  put_instant(out, "next_opening", row->next_opening.at);
  if (windows->days > 0)
    put_days(out, windows, row);
  put_text(out, "note", row->note);
  fputc('}', out);
}

void windows_print_json(FILE *out, const struct windows *windows) {
  for (size_t i = 0; i < windows->count; i++) {
    fputs(i > 0 ? "," : "[", out);
    put_row(out, windows, &windows->rows[i]);
  }
  fputs("]\n", out);
}
