/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* strndup */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "exit_code.h"
#include "mem.h"
#include "output.h"
#include "picture_file.h"
#include "session.h"
#include "settings.h"
#include "when.h"
#include "windows_gather.h"

#define ROWS_MOST 2000
#define DEFAULT_ZONES "America/New_York,America/Chicago,America/Denver,America/Los_Angeles"

/* Different names in the order in which they were given. */
struct names {
  char **at;
  size_t count;
};

struct asked {
  const struct cli *cli;
  const struct args *args;
  cxd_validator *validator;
  struct names zones, jurisdictions;
  struct gathered gathered;
};

static void add_name(struct names *names, struct slice name) {
  for (size_t i = 0; i < names->count; i++)
    if (slice_is(name, names->at[i]))
      return;
  names->at = mem_resize(names->at, names->count + 1, sizeof *names->at);
  names->at[names->count++] = mem_need(strndup(name.at, name.len));
}

static void free_names(struct names *names) {
  for (size_t i = 0; i < names->count; i++)
    free(names->at[i]);
  free(names->at);
}

/* "A,B": 0, or 1 when one of them is empty. */
static int add_list(struct names *names, const char *list) {
  for (const char *at = list;; at++) {
    struct slice name = slice_trim((struct slice){at, strcspn(at, ",")});
    if (name.len == 0)
      return 1;
    add_name(names, name);
    at += strcspn(at, ",");
    if (!*at)
      return 0;
  }
}

static int add_given(const struct asked *asked, struct names *names, const struct arg_list *given, const char *option) {
  for (size_t i = 0; i < given->count; i++) {
    if (!add_list(names, given->at[i]))
      continue;
    char *shown = display_text(slice_of(given->at[i]));
    output_failure(asked->cli, CXD_E_ARGUMENT, "", "--%s '%s': names with commas between them are needed", option, shown);
    free(shown);
    return EXIT_USAGE;
  }
  return 0;
}

static int choose_zones(struct asked *asked) {
  const char *configured = cxd_config_get(asked->cli->config, "validate.time_zones");
  int code = add_given(asked, &asked->zones, &asked->args->zones, "zone");
  if (!code && asked->zones.count == 0)
    add_list(&asked->zones, configured && *configured && strcmp(configured, "*") != 0 ? configured : DEFAULT_ZONES);
  return code;
}

/* Every row of the table but the one without hours. */
static void add_all(struct asked *asked) {
  char *json = mem_need(cxd_validator_jurisdictions_json(asked->validator));
  struct slice row;
  for (size_t pos = 0; walk_array(slice_of(json), &pos, &row) == 1;) {
    struct slice code = walk_plain(walk_get(row, "code"));
    if (!slice_is(code, "UNRESTRICTED"))
      add_name(&asked->jurisdictions, code);
  }
  cxd_string_free(json);
}

/* All that apply, in one row: "US,US-FL". */
static void add_configured(struct asked *asked) {
  char *codes = mem_need(cxd_validator_jurisdictions(asked->validator));
  add_name(&asked->jurisdictions, slice_of(codes));
  cxd_string_free(codes);
}

static int choose_jurisdictions(struct asked *asked) {
  const struct arg_list *given = &asked->args->jurisdictions;
  int all = 0;
  for (size_t i = 0; i < given->count; i++)
    all |= strcmp(given->at[i], "all") == 0;
  if (all)
    add_all(asked);
  int code = all ? 0 : add_given(asked, &asked->jurisdictions, given, "jurisdiction");
  if (!code && asked->jurisdictions.count == 0)
    add_configured(asked);
  return code;
}

/* A zone or a jurisdiction that does not exist is wrong input, whichever status says so. */
static int refuse_row(const struct asked *asked, const char *zone, const char *jurisdiction, cxd_status status, cxd_error *error) {
  int is_input = status == CXD_E_ARGUMENT || status == CXD_E_ABSENT;
  int code = is_input ? EXIT_INVALID : exit_code_of_status(status, error);
  char *where = mem_format("%s, %s", zone, jurisdiction);
  output_error(asked->cli, where, status, error);
  free(where);
  cxd_error_free(error);
  return code;
}

static int gather_all(struct asked *asked) {
  const struct names *zones = &asked->zones, *jurisdictions = &asked->jurisdictions;
  if (zones->count * jurisdictions->count > ROWS_MOST) {
    output_failure(asked->cli, CXD_E_ARGUMENT, "", "%zu zones with %zu jurisdictions are more than %d rows: ask for fewer", zones->count, jurisdictions->count,
                   ROWS_MOST);
    return EXIT_USAGE;
  }
  for (size_t i = 0; i < zones->count * jurisdictions->count; i++) {
    const char *zone = zones->at[i / jurisdictions->count], *jurisdiction = jurisdictions->at[i % jurisdictions->count];
    cxd_error *error = NULL;
    cxd_status status = gather_row(&asked->gathered, asked->validator, zone, jurisdiction, &error);
    if (status != CXD_OK)
      return refuse_row(asked, zone, jurisdiction, status, error);
  }
  return 0;
}

static int draw(FILE *out, const void *windows) { return windows_svg_write(out, windows); }

/* For people on a terminal, for programs elsewhere, unless --output says what to print. */
static void print(const struct asked *asked) {
  const struct cli *cli = asked->cli;
  if (cli->json || (!cli->output_given && !isatty(STDOUT_FILENO)))
    windows_print_json(stdout, &asked->gathered.windows);
  else
    windows_print(stdout, &asked->gathered.windows);
}

static int show(const struct asked *asked) {
  const char *svg = asked->args->svg;
  int code = svg ? picture_write(asked->cli, &picture_svg, svg, draw, &asked->gathered.windows) : 0;
  if (!code && !(svg && strcmp(svg, "-") == 0))
    print(asked);
  return code;
}

static int run(struct asked *asked) {
  cxd_error *error = NULL;
  cxd_status status = cxd_validator_new(asked->cli->config, &asked->validator, &error);
  int code = session_check(asked->cli, status, error);
  if (!code)
    code = choose_zones(asked);
  if (!code)
    code = choose_jurisdictions(asked);
  if (!code)
    code = gather_all(asked);
  return code ? code : show(asked);
}

int cmd_windows(struct cli *cli, const struct args *args) {
  struct asked asked = {.cli = cli, .args = args};
  int code = settings_load(cli);
  if (code)
    return code;
  asked.gathered.windows.at = args->at_unix_ms ? when_seconds(args->at_unix_ms) : (int64_t)time(NULL);
  asked.gathered.windows.at_is_now = !args->at_unix_ms;
  asked.gathered.windows.days = args->days;
  code = run(&asked);
  gather_free(&asked.gathered);
  free_names(&asked.zones);
  free_names(&asked.jurisdictions);
  cxd_validator_free(asked.validator);
  return code;
}
