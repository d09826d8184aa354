/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* strdup */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "exit_code.h"
#include "mem.h"
#include "output.h"
#include "session.h"
#include "table.h"

static const struct {
  const char *title, *pointer;
} columns[] = {
    {"ID", CXD_FIELD_ID},
    {"NAME", CXD_FIELD_NAME},
    {"STATUS", CXD_FIELD_STATUS},
    {"TYPE", CXD_FIELD_DIALER_TYPE},
    {"CONCURRENT", CXD_FIELD_MAX_CONCURRENT_CALLS},
    {"ZONE", CXD_FIELD_TIME_ZONE},
};

#define COLUMNS (sizeof columns / sizeof *columns)
#define CELL_COLUMNS 60
#define EMPTY_PAGES_MAX 100

struct listing {
  struct table table;
  struct mem_stream array;
  size_t count;
  int empty_pages; /* in a row */
};

static void add_cell(struct table *table, const cxd_campaign *campaign, const char *json, const char *pointer) {
  const char *text;
  if (cxd_campaign_get_string(campaign, pointer, &text, NULL) == CXD_OK)
    table_add(table, slice_of(text), CELL_COLUMNS);
  else
    table_add(table, walk_plain(walk_get(slice_of(json), pointer + 1)), CELL_COLUMNS);
}

static void add_campaign(const struct cli *cli, struct listing *listing, const cxd_campaign *campaign) {
  char *json = mem_need(cxd_campaign_to_json(campaign));
  if (cli->json) {
    fputs(listing->count > 0 ? "," : "", listing->array.file);
    output_put_line(listing->array.file, slice_trim(slice_of(json)));
  }
  for (size_t i = 0; i < COLUMNS && !cli->json; i++)
    add_cell(&listing->table, campaign, json, columns[i].pointer);
  listing->count++;
  cxd_string_free(json);
}

static char *next_cursor(const cxd_campaign_list *page) {
  const char *cursor = cxd_campaign_list_next_cursor(page);
  return cursor ? mem_need(strdup(cursor)) : NULL;
}

static int report(const struct cli *cli, cxd_status status, cxd_error *error) {
  int code = exit_code_of_status(status, error);
  output_error(cli, NULL, status, error);
  cxd_error_free(error);
  return code;
}

static int is_endless(const struct cli *cli, const struct listing *listing, const char *cursor, const char *next) {
  int same = next && cursor && strcmp(next, cursor) == 0;
  int empty = next && listing->empty_pages >= EMPTY_PAGES_MAX;
  if (same)
    output_failure(cli, CXD_E_PROTOCOL, "", "the server names the same next page again and again: the list is incomplete");
  else if (empty)
    output_failure(cli, CXD_E_PROTOCOL, "", "the server sent %d pages in a row without a campaign and names one more: the list is incomplete; check the server", EMPTY_PAGES_MAX);
  return same || empty;
}

/* One page; *cursor becomes that of the next one, NULL after the last. */
static int read_page(const struct cli *cli, const struct session *session, struct listing *listing, char **cursor) {
  cxd_error *error = NULL;
  cxd_campaign_list *page = NULL;
  cxd_status status = cxd_client_list(session->client, *cursor, &page, &error);
  if (status != CXD_OK)
    return report(cli, status, error);
  for (size_t i = 0; i < cxd_campaign_list_count(page); i++)
    add_campaign(cli, listing, cxd_campaign_list_at(page, i));
  listing->empty_pages = cxd_campaign_list_count(page) > 0 ? 0 : listing->empty_pages + 1;
  char *next = next_cursor(page);
  cxd_campaign_list_free(page);
  int endless = is_endless(cli, listing, *cursor, next);
  free(*cursor);
  *cursor = next;
  return endless ? EXIT_UNREACHABLE : 0;
}

static int read_all(const struct cli *cli, const struct session *session, struct listing *listing) {
  char *cursor = NULL;
  int code;
  do
    code = read_page(cli, session, listing, &cursor);
  while (!code && cursor);
  free(cursor);
  return code;
}

static void begin(struct listing *listing) {
  *listing = (struct listing){.table = {.columns = COLUMNS}};
  mem_stream_open(&listing->array);
  for (size_t i = 0; i < COLUMNS; i++)
    table_add_text(&listing->table, columns[i].title);
}

static void end(const struct cli *cli, struct listing *listing, int complete) {
  mem_stream_close(&listing->array);
  if (complete && cli->json)
    printf("[%s]\n", listing->array.text);
  else if (complete)
    table_print(&listing->table, stdout, "");
  table_free(&listing->table);
  free(listing->array.text);
}

int cmd_list(struct cli *cli, const struct args *args) {
  struct session session = {0};
  struct listing listing;
  (void)args;
  begin(&listing);
  int code = session_open_client(cli, &session);
  if (!code)
    code = read_all(cli, &session, &listing);
  session_close(&session);
  end(cli, &listing, code == 0);
  return code;
}
