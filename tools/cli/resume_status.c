/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "resume_status.h"

#include <stdio.h>

#include "display.h"
#include "journal.h"
#include "table.h"

#define ID_COLUMNS 40

static const struct {
  enum journal_stage stage;
  const char *name, *text;
} stages[] = {
    {JOURNAL_OVER, "over", "over"},
    {JOURNAL_DOUBTFUL, "in_doubt", "in doubt: looked at first"},
    {JOURNAL_AGAIN, "again", "to run again"},
    {JOURNAL_FRESH, "not_begun", "not begun"},
    {JOURNAL_REFUSED, "refused", "refused for good: run with --retry-failed only"},
};

#define STAGES (sizeof stages / sizeof *stages)

static void put_member(const struct journal_state *state, const char *name) {
  struct slice value = walk_get(state->plan, name);
  printf(",\"%s\":%.*s", name, (int)value.len, value.at);
}

static void print_json(const struct journal_state *state) {
  printf("{\"items\":%zu", state->count);
  for (size_t i = 0; i < STAGES; i++)
    printf(",\"%s\":%zu", stages[i].name, journal_state_count(state, stages[i].stage));
  printf(",\"ended\":%s,\"torn\":%s", state->is_ended ? "true" : "false", state->len > state->whole ? "true" : "false");
  for (size_t i = 0; i < 6; i++)
    put_member(state, (const char *const[]){"digest", "base_url", "mode", "coalesce", "created", "writer"}[i]);
  fputs("}\n", stdout);
}

static void add_row(struct table *table, const struct journal_item *item) {
  struct slice text = {item->text, item->len};
  table_add_text(table, item->where);
  table_add(table, walk_plain(walk_get(text, "id")), ID_COLUMNS);
  table_add(table, item->outcome.len > 0 ? item->outcome : slice_of("sent"), 0);
  table_add(table, item->status, 0);
}

/* Those that somebody may have to look at. */
static void print_items(const struct journal_state *state) {
  struct table table = {.columns = 4};
  for (size_t i = 0; i < state->count; i++)
    if (state->items[i].stage == JOURNAL_DOUBTFUL || state->items[i].stage == JOURNAL_REFUSED)
      add_row(&table, &state->items[i]);
  table_print(&table, stdout, "  ");
}

static void print_text(const struct journal_state *state) {
  struct slice url = walk_plain(walk_get(state->plan, "base_url")), created = walk_plain(walk_get(state->plan, "created"));
  printf("%zu items for ", state->count);
  display_put(stdout, url);
  fputs(", planned ", stdout);
  display_put(stdout, created);
  fputc('\n', stdout);
  for (size_t i = 0; i < STAGES; i++) {
    size_t count = journal_state_count(state, stages[i].stage);
    if (count > 0)
      printf("%8zu %s\n", count, stages[i].text);
  }
  print_items(state);
}

int resume_status(const struct cli *cli, const char *path) {
  struct journal_state state;
  int code = journal_read(&state, cli, path, 0);
  if (!code && cli->json)
    print_json(&state);
  else if (!code)
    print_text(&state);
  journal_state_free(&state);
  return code;
}
