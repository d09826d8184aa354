/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "audit_row.h"

#include <stdlib.h>

#include "display.h"
#include "mem.h"

#define ACTOR_COLUMNS 16
#define VALUE_COLUMNS 24
#define WHAT_COLUMNS 400
#define TIME_LEN 19 /* to the second */

static const struct {
  const char *kind, *result, *members; /* which member is the result, and which others are shown, with blanks between */
} shown[] = {
    {"genesis", NULL, "why prev_name prev_seq"},
    {"intent", NULL, "rollback_of"},
    {"attempt", "error", "send http_status"},
    {"conflict", "http_status", "request_id"},
    {"token", NULL, "expires_in_s forced"},
    {"outcome", "outcome", "status http_status recovered request_id"},
    {"checkpoint", NULL, "intents outcomes open"},
    {"recover", NULL, "what len file records"},
    {"rotate", NULL, "why as"},
    {"clock", NULL, "step_ms"},
    {"fork", NULL, "file after bytes reason"},
};

void audit_row_titles(struct table *table) {
  static const char *const titles[AUDIT_ROW_COLUMNS] = {"TIME (UTC)", "SEQ", "KIND", "CAMPAIGN", "RESULT", "ACTOR", "SENDS", "WHAT"};
  for (size_t i = 0; i < AUDIT_ROW_COLUMNS; i++)
    table_add_text(table, titles[i]);
}

static int says_nothing(struct slice value) { return value.len == 0 || slice_is(value, "null") || slice_is(value, "\"\"") || slice_is(value, "\"CXD_OK\"") || slice_is(value, "false"); }

static void separate(FILE *out) {
  if (ftell(out) > 0)
    fputs(", ", out);
}

static void put_value(FILE *out, struct slice value) {
  char *text = display_clip(value.len > 0 ? value : slice_of("(absent)"), VALUE_COLUMNS);
  fputs(text, out);
  free(text);
}

/* "/maxConcurrentCalls 150 -> 120, /note (absent) -> 1" */
static void put_changes(FILE *out, struct slice diff) {
  struct slice entry;
  for (size_t pos = 0; walk_array(diff, &pos, &entry) == 1;) {
    separate(out);
    display_put(out, walk_plain(walk_get(entry, "path")));
    fputc(' ', out);
    put_value(out, walk_get(entry, "old"));
    fputs(" -> ", out);
    put_value(out, walk_get(entry, "value"));
  }
}

static void put_findings(FILE *out, struct slice findings) {
  struct slice finding;
  for (size_t pos = 0; walk_array(findings, &pos, &finding) == 1;) {
    separate(out);
    display_put(out, walk_plain(walk_get(finding, "code")));
  }
}

/* "name value, name value" of those that say something. */
static void put_members(FILE *out, struct slice record, const char *names) {
  while (*names) {
    int len = 0;
    while (names[len] && names[len] != ' ')
      len++;
    char *name = mem_format("%.*s", len, names);
    struct slice value = walk_get(record, name);
    if (!says_nothing(value)) {
      separate(out);
      fprintf(out, "%s ", name);
      display_put(out, walk_plain(value));
    }
    free(name);
    names += len + (names[len] == ' ');
  }
}

static void add_what(struct table *table, struct slice record, const char *members) {
  struct mem_stream what;
  mem_stream_open(&what);
  put_members(what.file, record, members);
  put_findings(what.file, walk_get(record, "findings"));
  put_changes(what.file, walk_get(record, "diff"));
  mem_stream_close(&what);
  table_add(table, slice_of(what.text), WHAT_COLUMNS);
  free(what.text);
}

/* An id of 36 characters would leave no room for the rest on a narrow screen. */
static size_t campaign_columns(size_t screen) { return screen == 0 || screen >= 140 ? 36 : screen >= 110 ? 20 : 13; }

static struct slice or_nothing(struct slice value) { return slice_is(value, "null") ? slice_of("") : walk_plain(value); }

void audit_row_add(struct table *table, struct slice record, size_t screen) {
  struct slice time = walk_plain(walk_get(record, "t")), kind = walk_plain(walk_get(record, "k"));
  size_t row = 0, known = sizeof shown / sizeof *shown;
  while (row < known && !slice_is(kind, shown[row].kind))
    row++;
  const char *result = row < known ? shown[row].result : NULL;
  time.len = time.len > TIME_LEN ? TIME_LEN : time.len;
  table_add(table, time, 0);
  table_add(table, walk_get(record, "seq"), 0);
  table_add(table, kind, 0);
  table_add(table, or_nothing(walk_get(record, "campaign")), campaign_columns(screen));
  table_add(table, result ? or_nothing(walk_get(record, result)) : slice_of(""), 0);
  table_add(table, or_nothing(walk_get(record, "actor")), ACTOR_COLUMNS);
  table_add(table, walk_get(record, "sends"), 0);
  add_what(table, record, row < known ? shown[row].members : "");
}
