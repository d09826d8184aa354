/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* vasprintf */
#include "args.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "exit_code.h"
#include "instant.h"
#include "mem.h"
#include "output.h"
#include "settings.h"
#include "when.h"

#define DAYS_MOST 60
#define DATE_FIRST 1L      /* 1970-01-02: a local date may be a day before that of UTC, and 1970-01-01 is the first there is */
#define DATE_LAST 2932895L /* 9999-12-30 */

struct global {
  struct cli *cli;
  const struct command *command;
  char **rest;
};

struct local {
  const struct cli *cli;
  const struct command *command;
  struct args *args;
};

/* argp ends the process here, with the code for usage errors. */
static void fail(const struct cli *cli, struct argp_state *state, const char *format, ...) __attribute__((format(printf, 3, 4), noreturn));

static void fail(const struct cli *cli, struct argp_state *state, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *message;
  mem_need(vasprintf(&message, format, args) < 0 ? NULL : message);
  va_end(args);
  output_failure(cli, CXD_E_ARGUMENT, "", "%s", message);
  free(message);
  if (!cli->json)
    argp_state_help(state, stderr, ARGP_HELP_SEE | ARGP_HELP_EXIT_ERR);
  exit(EXIT_USAGE);
}

static void add_set(struct cli *cli, struct argp_state *state, char *assignment) {
  char *why = settings_refuse(assignment);
  if (why)
    fail(cli, state, "%s", why);
  cli->sets = mem_resize(cli->sets, cli->set_count + 1, sizeof *cli->sets);
  cli->sets[cli->set_count++] = assignment;
}

static void set_output(struct cli *cli, struct argp_state *state, const char *form) {
  if (strcmp(form, "json") != 0 && strcmp(form, "text") != 0)
    fail(cli, state, "--output '%s': text or json", form);
  cli->json = strcmp(form, "json") == 0;
  cli->output_given = 1;
}

static void fail_unknown(const struct cli *cli, struct argp_state *state, const char *name) __attribute__((noreturn));

static void fail_unknown(const struct cli *cli, struct argp_state *state, const char *name) {
  const struct command *nearest = command_nearest(name);
  struct mem_stream names;
  if (nearest)
    fail(cli, state, "unknown command '%s'; the nearest is '%s'", name, nearest->name);
  mem_stream_open(&names);
  for (size_t i = 0; command_at(i); i++)
    fprintf(names.file, "%s%s", i == 0 ? "" : ", ", command_at(i)->name);
  mem_stream_close(&names);
  fail(cli, state, "unknown command '%s'; the commands are %s", name, names.text);
}

static void choose(struct global *global, struct argp_state *state, const char *name) {
  global->command = command_find(name);
  if (!global->command)
    fail_unknown(global->cli, state, name);
  global->rest = &state->argv[state->next - 1];
  state->next = state->argc;
}

static void set_stats(struct cli *cli, struct argp_state *state, const char *file) {
  if (!*file)
    fail(cli, state, "--stats '': the name of a FILE is needed");
  cli->stats_file = file;
}

static void need_command(const struct global *global, struct argp_state *state) __attribute__((noreturn));

static void need_command(const struct global *global, struct argp_state *state) {
  if (!global->cli->json)
    argp_usage(state);
  fail(global->cli, state, "a command is needed");
}

static error_t parse_global(int key, char *arg, struct argp_state *state) {
  struct global *global = state->input;
  switch (key) {
  case ARG_CONFIG: global->cli->config_file = arg; return 0;
  case ARG_SET: add_set(global->cli, state, arg); return 0;
  case ARG_OUTPUT: set_output(global->cli, state, arg); return 0;
  case ARG_STATS: set_stats(global->cli, state, arg); return 0;
  case ARGP_KEY_ARG: choose(global, state, arg); return 0;
  case ARGP_KEY_NO_ARGS: need_command(global, state);
  default: return ARGP_ERR_UNKNOWN;
  }
}

static char *list_commands(int key, const char *text, void *input) {
  (void)input;
  if (key != ARGP_KEY_HELP_POST_DOC)
    return (char *)(uintptr_t)text;
  struct mem_stream stream;
  mem_stream_open(&stream);
  fputs("Commands:\n", stream.file);
  for (size_t i = 0; command_at(i); i++)
    fprintf(stream.file, "  %-10s %-10s  %s\n", command_at(i)->name, command_at(i)->arguments, command_at(i)->help);
  fputs("\n`cxdialer COMMAND --help' has the options of a command; cxdialer(1) the keys, exit codes and examples.", stream.file);
  mem_stream_close(&stream);
  return stream.text;
}

static const struct argp_option global_options[] = {
    {"config", ARG_CONFIG, "FILE", 0, "Read the configuration from FILE (default: the file named by CXDIALER_CONFIG)", 0},
    {"set", ARG_SET, "KEY=VALUE", 0, "Set one key; stronger than the file and the environment; may be repeated", 0},
    {"output", ARG_OUTPUT, "text|json", 0, "Form of the output [text]", 0},
    {"stats", ARG_STATS, "FILE", 0, "Write what was sent and how it went to FILE at the end; OpenMetrics when it ends in .prom, else JSON", 0},
    {0},
};

const struct argp_option *args_global_options(void) { return global_options; }

const struct command *args_parse_global(int argc, char **argv, struct cli *cli, char ***rest) {
  static const struct argp argp = {global_options, parse_global, "COMMAND [ARGUMENT...]",
                                   "Changes the dialer parameters of outbound campaigns safely.\v", NULL, list_commands, NULL};
  struct global global = {.cli = cli};
  argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &global);
  *rest = global.rest;
  return global.command;
}

static void add_word(struct local *local, struct argp_state *state, char *word) {
  struct args *args = local->args;
  if (args->count == local->command->max)
    fail(local->cli, state, "'%s' is one word too many: %s %s", word, local->command->name, *local->command->arguments ? local->command->arguments : "takes none");
  args->list = mem_resize(args->list, (size_t)args->count + 1, sizeof *args->list);
  args->list[args->count++] = word;
}

static void set_at(struct local *local, struct argp_state *state, const char *text) {
  if (!instant_parse(text, &local->args->at_unix_ms))
    fail(local->cli, state, "--at '%s': an RFC 3339 instant is needed, e.g. 2026-11-22T08:00:00-05:00", text);
  /* 0 would mean now. */
  local->args->at_unix_ms += local->args->at_unix_ms == 0;
}

static void add_value(struct arg_list *list, char *value) {
  list->at = mem_resize(list->at, list->count + 1, sizeof *list->at);
  list->at[list->count++] = value;
}

static const char *option_name(const struct command *command, int key) {
  const struct argp_option *option = command->options;
  while (option->key != key)
    option++;
  return option->name;
}

/* The last of two would win in silence, and show records that were not asked for. */
static void set_text(struct local *local, struct argp_state *state, int key, char *value) {
  enum text text = (enum text)(key - ARG_TEXT);
  if (text == TEXT_OUTCOME)
    add_value(&local->args->outcomes, value);
  else if (local->args->texts[text])
    fail(local->cli, state, "--%s is given twice, and only one can hold: leave one of them out", option_name(local->command, key));
  local->args->texts[text] = value;
}

static void set_days(struct local *local, struct argp_state *state, const char *text) {
  size_t len = strspn(text, "0123456789");
  int days = len > 0 && len <= 2 && !text[len] ? atoi(text) : 0;
  if (days < 1 || days > DAYS_MOST)
    fail(local->cli, state, "--days '%s': a number from 1 to %d is needed", text, DAYS_MOST);
  local->args->days = days;
}

/* Each of the dates has its minutes counted, and the library counts those of four-digit years from 1970. */
static void check_dates(const struct local *local, struct argp_state *state) {
  int64_t first = when_day(when_seconds(local->args->at_unix_ms), 0), last = first + local->args->days - 1;
  if (local->args->days > 0 && local->args->at_unix_ms && (first < DATE_FIRST || last > DATE_LAST))
    fail(local->cli, state, "--at with --days %d: the dates from that of --at must lie between 1970-01-02 and 9999-12-30, counted in UTC: give another --at, fewer --days, or none", local->args->days);
}

static void set_svg(struct local *local, struct argp_state *state, char *file) {
  if (!*file)
    fail(local->cli, state, "--svg '': the name of a FILE is needed, or - for standard output");
  local->args->svg = file;
}

static void check_words(const struct local *local, struct argp_state *state) {
  const struct args *args = local->args;
  if (args->explain && args->count > 0)
    fail(local->cli, state, "--explain %s stands alone: '%s' is not checked beside it", args->explain, args->list[0]);
  if (!args->explain && args->count < local->command->min)
    fail(local->cli, state, "%s is missing: cxdialer %s %s", local->command->arguments, local->command->name, local->command->arguments);
}

static const char *global_name(int key) { return key == ARG_CONFIG ? "config FILE" : key == ARG_SET ? "set KEY=VALUE" : key == ARG_STATS ? "stats FILE" : "output text|json"; }

static error_t parse_misplaced(int key, char *arg, struct argp_state *state) {
  struct local *local = state->input;
  (void)arg;
  if (key != ARG_CONFIG && key != ARG_SET && key != ARG_OUTPUT && key != ARG_STATS)
    return ARGP_ERR_UNKNOWN;
  fail(local->cli, state, "--%s stands before the command: cxdialer --%s %s %s", global_name(key), global_name(key), local->command->name,
       local->command->arguments);
}

static error_t parse_command(int key, char *arg, struct argp_state *state) {
  struct local *local = state->input;
  if (key >= ARG_NUMBER && key < ARG_NUMBER + NUMBER_COUNT) {
    local->args->numbers[key - ARG_NUMBER] = arg;
    return 0;
  }
  if (key >= ARG_TEXT && key < ARG_TEXT + TEXT_COUNT) {
    set_text(local, state, key, arg);
    return 0;
  }
  switch (key) {
  case ARGP_KEY_INIT: state->child_inputs[0] = local; return 0;
  case ARG_AT: set_at(local, state, arg); return 0;
  case ARG_YES: local->args->yes = 1; return 0;
  case ARG_SIM: local->args->sim = arg; return 0;
  case ARG_ZONE: add_value(&local->args->zones, arg); return 0;
  case ARG_JURISDICTION: add_value(&local->args->jurisdictions, arg); return 0;
  case ARG_DAYS: set_days(local, state, arg); return 0;
  case ARG_SVG: set_svg(local, state, arg); return 0;
  case ARG_EXPLAIN: local->args->explain = arg; return 0;
  case ARG_EXPECT: add_value(&local->args->expects, arg); return 0;
  case ARG_PLAN: local->args->plan = 1; return 0;
  case ARG_COALESCE: local->args->coalesce = 1; return 0;
  case ARG_STATUS: local->args->status = 1; return 0;
  case ARG_RETRY_FAILED: local->args->retry_failed = 1; return 0;
  case ARG_LIST: local->args->list_only = 1; return 0;
  case ARGP_KEY_ARG: add_word(local, state, arg); return 0;
  case ARGP_KEY_END:
    check_words(local, state);
    check_dates(local, state);
    return 0;
  default: return ARGP_ERR_UNKNOWN;
  }
}

void args_parse_command(const struct cli *cli, const struct command *command, char **words, struct args *out) {
  static const struct argp_option misplaced[] = {
      {"config", ARG_CONFIG, "FILE", OPTION_HIDDEN, NULL, 0},
      {"set", ARG_SET, "KEY=VALUE", OPTION_HIDDEN, NULL, 0},
      {"output", ARG_OUTPUT, "FORM", OPTION_HIDDEN, NULL, 0},
      {"stats", ARG_STATS, "FILE", OPTION_HIDDEN, NULL, 0},
      {0},
  };
  static const struct argp misplaced_argp = {misplaced, parse_misplaced, NULL, NULL, NULL, NULL, NULL};
  static const struct argp_child children[] = {{&misplaced_argp, 0, NULL, 0}, {0}};
  char *doc = mem_format("%s.\v%s", command->help, command->detail ? command->detail : "");
  const char *arguments = *command->arguments ? command->arguments : NULL; /* an empty one leaves a blank behind the usage */
  struct argp argp = {command->options, parse_command, arguments, doc, children, NULL, NULL};
  struct local local = {cli, command, out};
  int argc = 0;
  while (words[argc])
    argc++;
  char *name = mem_format("cxdialer %s", command->name);
  words[0] = name;
  *out = (struct args){0};
  argp_parse(&argp, argc, words, 0, NULL, &local);
  free(name);
  free(doc);
}

void args_free(struct args *args) {
  free(args->list);
  free(args->zones.at);
  free(args->jurisdictions.at);
  free(args->expects.at);
  free(args->outcomes.at);
}

void args_print_version(FILE *out, struct argp_state *state) {
  (void)state;
  fprintf(out, "cxdialer %s (libcxdialer %s)\n", CXDIALER_VERSION, cxd_version());
}
