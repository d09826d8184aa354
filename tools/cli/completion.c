/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "completion.h"

#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "audit_commands.h"
#include "audit_filter.h"
#include "explain.h"
#include "mem.h"
#include "walk.h"

#define PLACE_LEN 32

static void put_list(FILE *out, const char *const words[]) {
  for (size_t i = 0; words[i]; i++)
    fprintf(out, "%s%s", i > 0 ? " " : "", words[i]);
}

static void put_outcomes(FILE *out) { put_list(out, audit_filter_outcomes()); }
static void put_kinds(FILE *out) { put_list(out, audit_filter_kinds()); }

static void put_jurisdictions(FILE *out) {
  cxd_validator *validator = NULL;
  fputs("all", out);
  if (cxd_validator_new(NULL, &validator, NULL) != CXD_OK)
    return;
  char *rows = mem_need(cxd_validator_jurisdictions_json(validator));
  struct slice row;
  for (size_t pos = 0; walk_array(slice_of(rows), &pos, &row) == 1;) {
    struct slice code = walk_plain(walk_get(row, "code"));
    fprintf(out, " %.*s", (int)code.len, code.at);
  }
  cxd_string_free(rows);
  cxd_validator_free(validator);
}

/* By what --help calls the argument; without words and put: none, or those that it names itself with bars between. */
static const struct row {
  const char *argument;
  int key; /* of the only option that is meant, or 0 */
  enum completion_kind kind;
  void (*put)(FILE *out);
} rows[] = {
    {"FILE", 0, COMPLETE_FILES, NULL},
    {"PATH", 0, COMPLETE_FILES, NULL},
    {"LOG", 0, COMPLETE_FILES, NULL},
    {"JOURNAL", 0, COMPLETE_FILES, NULL},
    {"KEY=VALUE", 0, COMPLETE_SETTINGS, NULL},
    {"OUTCOME", 0, COMPLETE_WORDS, put_outcomes},
    {"KIND", 0, COMPLETE_WORDS, put_kinds},
    {"PART", 0, COMPLETE_WORDS, cmd_audit_put_parts},
    {"SHELL", 0, COMPLETE_WORDS, cmd_completion_put_shells},
    {"CODE", ARG_EXPLAIN, COMPLETE_WORDS, explain_put_words},
    {"CODE", ARG_JURISDICTION, COMPLETE_WORDS, put_jurisdictions},
};

static const struct row *row_of(const char *argument, int key) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strcmp(rows[i].argument, argument) == 0 && (rows[i].key == 0 || rows[i].key == key))
      return &rows[i];
  return NULL;
}

static struct completion of_bars(const char *choices) {
  struct completion completion = {COMPLETE_WORDS, mem_format("%s", choices)};
  for (char *at = completion.words; *at; at++)
    *at = *at == '|' ? ' ' : *at;
  return completion;
}

static struct completion of_argument(const char *argument, int key) {
  const struct row *row = row_of(argument, key);
  struct completion completion = {row ? row->kind : COMPLETE_NOTHING, NULL};
  if (!row)
    return strchr(argument, '|') ? of_bars(argument) : completion;
  if (row->put) {
    struct mem_stream stream;
    mem_stream_open(&stream);
    row->put(stream.file);
    mem_stream_close(&stream);
    completion.words = stream.text;
  }
  return completion;
}

struct completion completion_of_option(const struct argp_option *option) { return of_argument(option->arg ? option->arg : "", option->key); }

/* "PART [LOG]": the name at a place, without brackets. 0: there is none. */
static int name_at(const char *arguments, int place, char name[PLACE_LEN]) {
  for (; place > 0 && *arguments; place--) {
    arguments += strcspn(arguments, " ");
    arguments += strspn(arguments, " ");
  }
  arguments += *arguments == '[';
  snprintf(name, PLACE_LEN, "%.*s", (int)strcspn(arguments, " ]"), arguments);
  return *name != '\0';
}

int completion_of_word(const struct command *command, int place, struct completion *out, int *every) {
  char name[PLACE_LEN];
  if (!name_at(command->arguments, place, name))
    return 0;
  char *dots = strstr(name, "...");
  *every = dots != NULL;
  if (dots)
    *dots = '\0';
  *out = of_argument(name, 0);
  return 1;
}

int completion_of_key(size_t i, struct completion *out) {
  const char *type = cxd_config_key_type(i), *range = cxd_config_key_range(i);
  if (cxd_config_key_secret(i))
    return 0;
  if (strcmp(type, "path") == 0)
    *out = (struct completion){COMPLETE_FILES, NULL};
  else if (strcmp(type, "choice") == 0 || strcmp(type, "bool") == 0)
    *out = of_bars(range);
  else
    *out = (struct completion){COMPLETE_NOTHING, NULL};
  return 1;
}

void completion_free(struct completion *completion) { free(completion->words); }

const struct argp_option *completion_options(const struct command *command) {
  static const struct argp_option none[] = {{0}};
  if (!command)
    return args_global_options();
  return command->options ? command->options : none;
}

void completion_escape(FILE *out, const char *text, const char *special, const char *quote) {
  for (; *text; text++) {
    if (*text == '\'') {
      fputs(quote, out);
      continue;
    }
    if (strchr(special, *text))
      fputc('\\', out);
    fputc(*text, out);
  }
}
