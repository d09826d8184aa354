/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "completion.h"

static const char head[] =
    "# SPDX-License-Identifier: MIT\n"
    "# Copyright (c) 2026 the libcxdialer authors\n"
    "# Completions of cxdialer for fish, as printed by: cxdialer completion fish\n\n";

static const char at[] =
    "# __cxdialer_at COMMAND [N]: behind this command ('': before any), with N words given to it.\n"
    "function __cxdialer_at\n"
    "    set -l words (commandline -opc)\n"
    "    set -l command ''\n"
    "    set -l given 0\n"
    "    set -l value 0\n"
    "    for word in $words[2..-1]\n"
    "        if test $value = 1\n"
    "            set value 0\n"
    "        else if contains -- $word $__cxdialer_with_value\n"
    "            set value 1\n"
    "        else if string match -q -- '-*' $word\n"
    "            continue\n"
    "        else if test -z \"$command\"\n"
    "            set command $word\n"
    "        else\n"
    "            set given (math $given + 1)\n"
    "        end\n"
    "    end\n"
    "    test \"$command\" = \"$argv[1]\"; or return 1\n"
    "    test (count $argv) = 1; or test $given = $argv[2]\n"
    "end\n\n";

static const char settings_head[] =
    "function __cxdialer_settings\n"
    "    set -l begun (string replace -r '^--set=' '' -- (commandline -ct))\n"
    "    set -l key (string replace -r '=.*' '' -- $begun)\n"
    "    set -l value (string replace -r '^[^=]*=?' '' -- $begun)\n"
    "    switch $key\n";

static void quote(FILE *out, const char *text) {
  fputc('\'', out);
  completion_escape(out, text, "\\", "\\'");
  fputc('\'', out);
}

static void put_settings_function(FILE *out) {
  struct completion completion;
  fputs(settings_head, out);
  for (size_t i = 0; i < cxd_config_key_count(); i++)
    if (completion_of_key(i, &completion)) {
      if (completion.kind == COMPLETE_WORDS)
        fprintf(out, "        case %s\n            printf '%%s\\n' $key=(string split ' ' '%s')\n", cxd_config_key_name(i), completion.words);
      else if (completion.kind == COMPLETE_FILES)
        fprintf(out, "        case %s\n            printf '%%s\\n' $key=(__fish_complete_path \"$value\")\n", cxd_config_key_name(i));
      completion_free(&completion);
    }
  fputs("    end\n", out);
  for (size_t i = 0; i < cxd_config_key_count(); i++)
    if (!cxd_config_key_secret(i)) {
      fprintf(out, "    printf '%%s\\t%%s\\n' %s= ", cxd_config_key_name(i));
      quote(out, cxd_config_key_doc(i));
      fputc('\n', out);
    }
  fputs("end\n\n", out);
}

/* Where only some take a value a name would be ambiguous: none is. */
static void put_with_value(FILE *out, const struct command *command) {
  for (const struct argp_option *option = completion_options(command); option->name; option++)
    if (option->arg)
      fprintf(out, " --%s", option->name);
}

static void put_argument(FILE *out, const struct completion *completion) {
  switch (completion->kind) {
  case COMPLETE_FILES: fputs(" -rF", out); break;
  case COMPLETE_SETTINGS: fputs(" -xa '(__cxdialer_settings)'", out); break;
  case COMPLETE_WORDS: fprintf(out, " -xa '%s'", completion->words); break;
  case COMPLETE_NOTHING: fputs(" -x", out); break;
  }
}

static void put_flag(FILE *out, const char *command, const char *name, const char *help) {
  fprintf(out, "complete -c cxdialer -n '__cxdialer_at \"%s\"' -l %s -d ", command, name);
  quote(out, help);
}

static void put_options(FILE *out, const char *command, const struct argp_option *option) {
  for (; option->name; option++) {
    put_flag(out, command, option->name, option->doc);
    if (option->arg) {
      struct completion completion = completion_of_option(option);
      put_argument(out, &completion);
      completion_free(&completion);
    }
    fputc('\n', out);
  }
  put_flag(out, command, "help", "Print help");
  fputc('\n', out);
}

static void put_words(FILE *out, const struct command *command) {
  struct completion completion;
  int every = 0;
  for (int place = 0; !every && completion_of_word(command, place, &completion, &every); place++) {
    if (completion.kind != COMPLETE_NOTHING) {
      fprintf(out, "complete -c cxdialer -n '__cxdialer_at %s", command->name);
      if (!every)
        fprintf(out, " %d", place);
      fputc('\'', out);
      if (completion.words)
        fprintf(out, " -a '%s'\n", completion.words);
      else
        fputs(" -F\n", out);
    }
    completion_free(&completion);
  }
}

static void put_command(FILE *out, const struct command *command) {
  fprintf(out, "\ncomplete -c cxdialer -n '__cxdialer_at \"\"' -a %s -d ", command->name);
  quote(out, command->help);
  fputc('\n', out);
  put_options(out, command->name, completion_options(command));
  put_words(out, command);
}

void completion_fish(FILE *out) {
  fputs(head, out);
  fputs("set -g __cxdialer_with_value", out);
  put_with_value(out, NULL);
  for (size_t i = 0; command_at(i); i++)
    put_with_value(out, command_at(i));
  fprintf(out, "\n\n%s", at);
  put_settings_function(out);
  fputs("complete -c cxdialer -f\n", out);
  put_options(out, "", completion_options(NULL));
  put_flag(out, "", "version", "Print the versions");
  fputc('\n', out);
  for (size_t i = 0; command_at(i); i++)
    put_command(out, command_at(i));
}
