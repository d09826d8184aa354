/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "windows.h"

#include <string.h>

#include "when.h"

int windows_next_run(const struct windows_row *row, size_t *i, struct windows_run *out) {
  if (*i >= row->span_count)
    return 0;
  out->first = row->spans[*i];
  do
    out->last = row->spans[(*i)++];
  while (*i < row->span_count && row->spans[*i].kind == out->first.kind && strcmp(row->spans[*i].name, out->first.name) == 0);
  return 1;
}

static int cut_to_day(const struct windows_span *span, int64_t day, struct windows_span *out) {
  int64_t begin = day * DAY_S - span->offset_s, end = begin + DAY_S;
  *out = *span;
  out->since = span->since > begin ? span->since : begin;
  out->until = span->until < end ? span->until : end;
  return out->since < out->until;
}

int windows_on_day(const struct windows_span *span, int64_t day) {
  struct windows_span part;
  return cut_to_day(span, day, &part);
}

static int is_named_on(const struct windows_span *span, int64_t day) {
  return (span->kind == WINDOWS_HOLIDAY || span->kind == WINDOWS_BLACKOUT) && windows_on_day(span, day);
}

int windows_closes(const struct windows_row *row, size_t i, int64_t day) {
  const struct windows_span *span = &row->spans[i];
  if (!is_named_on(span, day))
    return 0;
  for (const struct windows_span *before = row->spans; before < span; before++)
    if (before->kind == span->kind && strcmp(before->name, span->name) == 0 && windows_on_day(before, day))
      return 0;
  return 1;
}

static int open_part(const struct windows_row *row, int64_t day, size_t i, struct windows_span *out) {
  return i < row->span_count && row->spans[i].kind == WINDOWS_OPEN && cut_to_day(&row->spans[i], day, out);
}

int windows_next_window(const struct windows_row *row, int64_t day, size_t *i, struct windows_run *out) {
  while (*i < row->span_count && !open_part(row, day, *i, &out->first))
    (*i)++;
  if (*i == row->span_count)
    return 0;
  out->last = out->first;
  for (struct windows_span part; open_part(row, day, ++*i, &part) && part.since == out->last.until;)
    out->last = part;
  return 1;
}

int64_t windows_first_day(const struct windows *windows, const struct windows_row *row) { return when_day(windows->at, row->now->offset_s); }

int windows_turns(const struct windows_row *row, size_t i) { return i > 0 && row->spans[i].offset_s != row->spans[i - 1].offset_s; }

const char *windows_reason(enum windows_kind kind) {
  static const char *const names[] = {"", "hours", "holiday", "blackout"};
  return names[kind];
}
