/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "audit_commands.h"
#include "exit_code.h"
#include "mem.h"
#include "output.h"
#include "session.h"
#include "settings.h"
#include "table.h"

static const struct {
  const char *title, *member;
} columns[] = {{"SEQ", "seq"}, {"TIME", "timestamp"}, {"CAMPAIGN", "campaign_id"}, {"ACTOR", "actor"}, {"WRITER", "writer"}};

#define COLUMNS (sizeof columns / sizeof *columns)
#define CELL_COLUMNS 60

static void print_table(struct slice array) {
  struct table table = {.columns = COLUMNS};
  struct slice row;
  for (size_t i = 0; i < COLUMNS; i++)
    table_add_text(&table, columns[i].title);
  for (size_t pos = 0; walk_array(array, &pos, &row) == 1;)
    for (size_t i = 0; i < COLUMNS; i++) {
      struct slice value = walk_get(row, columns[i].member);
      table_add(&table, slice_is(value, "null") ? slice_of("") : walk_plain(value), CELL_COLUMNS);
    }
  table_print(&table, stdout, "");
}

static int list(const struct cli *cli, const struct session *session) {
  struct slice row;
  size_t pos = 0;
  char *json = cxd_updater_dangling_json(session->updater);
  if (!json) {
    output_failure(cli, CXD_E_AUDIT, "audit.path", "the audit log cannot be read: look at it with cxdialer audit verify");
    return EXIT_AUDIT;
  }
  if (cli->json)
    printf("%s\n", json);
  else if (walk_array(slice_of(json), &pos, &row) == 1)
    print_table(slice_of(json));
  else
    output_note(cli, "no update is in doubt");
  cxd_string_free(json);
  return EXIT_DONE;
}

static int resolve(const struct cli *cli, const struct session *session) {
  size_t resolved = 0, left = 0;
  cxd_error *error = NULL;
  cxd_status status = cxd_updater_recover(session->updater, &resolved, &left, &error);
  int code = exit_code_of_status(status, error);
  if (cli->json)
    printf("{\"resolved\":%zu,\"left\":%zu}\n", resolved, left);
  else
    printf("%zu resolved, %zu left in doubt\n", resolved, left);
  if (status != CXD_OK)
    output_error(cli, NULL, status, error);
  cxd_error_free(error);
  return code;
}

/* Opening the log would make one, and a mistyped path would look like a log in which nothing is in doubt. */
static int need_file(const struct cli *cli, const char *path) {
  struct stat info;
  if (stat(path, &info) == 0 || (errno != ENOENT && errno != ENOTDIR))
    return 0;
  output_failure(cli, CXD_E_IO, "audit.path", "there is no audit log at %s: nothing was made there; name the one that the updates were written to", path);
  return EXIT_MISSING;
}

/* Without a log there would be nothing to do, and that is not what was meant. */
static int need_log(struct cli *cli) {
  int code = settings_load(cli);
  if (code)
    return code;
  const char *path = cxd_config_get(cli->config, "audit.path"), *mode = cxd_config_get(cli->config, "audit.mode");
  if (path && *path && mode && strcmp(mode, "off") != 0)
    return need_file(cli, path);
  output_failure(cli, CXD_E_CONFIG, "audit.path", "audit recover works on the log at audit.path: set it, and audit.mode to required");
  return EXIT_CONFIG;
}

int audit_recover(struct cli *cli, const struct args *args) {
  struct session session = {0};
  int code = need_log(cli);
  if (!code)
    code = session_open_updater(cli, &session, 1);
  if (!code)
    code = args->list_only ? list(cli, &session) : resolve(cli, &session);
  session_close(&session);
  return code;
}
