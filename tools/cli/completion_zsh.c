/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "completion.h"

#include <string.h>

static const char head[] =
    "#compdef cxdialer\n"
    "# SPDX-License-Identifier: MIT\n"
    "# Copyright (c) 2026 the libcxdialer authors\n"
    "# Completions of cxdialer for zsh, as printed by: cxdialer completion zsh\n\n";

static const char settings_head[] =
    "_cxdialer_setting() {\n"
    "  if ! compset -P '*='; then\n"
    "    _cxdialer_keys\n"
    "    return\n"
    "  fi\n"
    "  local key=${IPREFIX%=}\n"
    "  case ${key##*=} in\n";

static const char tail[] =
    "# Read by source, or called by the completion system for the first time.\n"
    "if [[ ${funcstack[1]-} == _cxdialer ]]; then\n"
    "  _cxdialer \"$@\"\n"
    "else\n"
    "  compdef _cxdialer cxdialer\n"
    "fi\n";

static void escape(FILE *out, const char *text, const char *special) { completion_escape(out, text, special, "'\\''"); }

/* NAME:'text', as _describe reads it. */
static void put_described(FILE *out, const char *name, const char *text) {
  fprintf(out, "    %s:'", name);
  escape(out, text, ":\\");
  fputs("'\n", out);
}

static void put_keys_function(FILE *out) {
  fputs("_cxdialer_keys() {\n  local -a keys=(\n", out);
  for (size_t i = 0; i < cxd_config_key_count(); i++)
    if (!cxd_config_key_secret(i))
      put_described(out, cxd_config_key_name(i), cxd_config_key_doc(i));
  fputs("  )\n  _describe key keys -S =\n}\n\n", out);
}

static void put_setting_function(FILE *out) {
  struct completion completion;
  fputs(settings_head, out);
  for (size_t i = 0; i < cxd_config_key_count(); i++)
    if (completion_of_key(i, &completion)) {
      if (completion.kind == COMPLETE_FILES)
        fprintf(out, "    %s) _files ;;\n", cxd_config_key_name(i));
      else if (completion.words)
        fprintf(out, "    %s) compadd -- %s ;;\n", cxd_config_key_name(i), completion.words);
      completion_free(&completion);
    }
  fputs("  esac\n}\n\n", out);
}

static void put_action(FILE *out, const struct completion *completion) {
  switch (completion->kind) {
  case COMPLETE_FILES: fputs("_files", out); break;
  case COMPLETE_SETTINGS: fputs("_cxdialer_setting", out); break;
  case COMPLETE_WORDS: fprintf(out, "(%s)", completion->words); break;
  case COMPLETE_NOTHING: fputc(' ', out); break;
  }
}

static void put_message(FILE *out, const char *argument) {
  fputc(':', out);
  for (; *argument; argument++)
    fprintf(out, "%s%c", *argument == ':' ? "\\" : "", *argument);
  fputc(':', out);
}

static void put_option(FILE *out, const struct argp_option *option) {
  int repeated = strstr(option->doc, "may be repeated") != NULL;
  fprintf(out, "    '%s--%s%s[", repeated ? "*" : "", option->name, option->arg ? "=" : "");
  escape(out, option->doc, "[]:\\");
  fputc(']', out);
  if (option->arg) {
    struct completion completion = completion_of_option(option);
    put_message(out, option->arg);
    put_action(out, &completion);
    completion_free(&completion);
  }
  fputs("' \\\n", out);
}

static void put_options(FILE *out, const struct argp_option *option) {
  for (; option->name; option++)
    put_option(out, option);
  fputs("    '--help[Print help]'", out);
}

static void put_words(FILE *out, const struct command *command) {
  struct completion completion;
  int every = 0;
  for (int place = 0; !every && completion_of_word(command, place, &completion, &every); place++) {
    fprintf(out, " \\\n    '%s:%s:", every ? "*" : "", command->arguments);
    put_action(out, &completion);
    fputc('\'', out);
    completion_free(&completion);
  }
}

static void put_command_case(FILE *out, const struct command *command) {
  fprintf(out, "  %s) _arguments \\\n", command->name);
  put_options(out, completion_options(command));
  put_words(out, command);
  fputs(" ;;\n", out);
}

static void put_commands_function(FILE *out) {
  fputs("_cxdialer_commands() {\n  local -a commands=(\n", out);
  for (size_t i = 0; command_at(i); i++)
    put_described(out, command_at(i)->name, command_at(i)->help);
  fputs("  )\n  _describe command commands\n}\n\n", out);
}

void completion_zsh(FILE *out) {
  fputs(head, out);
  put_keys_function(out);
  put_setting_function(out);
  put_commands_function(out);
  fputs("_cxdialer() {\n  local curcontext=$curcontext state line\n  typeset -A opt_args\n  _arguments -C \\\n", out);
  put_options(out, completion_options(NULL));
  fputs(" \\\n    '--version[Print the versions]' \\\n    '1:command:_cxdialer_commands' \\\n    '*::argument:->rest' && return\n  [[ $state == rest ]] || return 1\n  case $line[1] in\n", out);
  for (size_t i = 0; command_at(i); i++)
    put_command_case(out, command_at(i));
  fputs("  esac\n}\n\n", out);
  fputs(tail, out);
}
