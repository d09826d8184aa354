/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "completion.h"

static const char head[] =
    "# SPDX-License-Identifier: MIT\n"
    "# Copyright (c) 2026 the libcxdialer authors\n"
    "# Completions of cxdialer for bash, as printed by: cxdialer completion bash\n\n"
    "# Each sets values to words, @files, @settings or @nothing; values stays empty where nothing can stand.\n";

static const char logic[] =
    "# Replies are all that stands from the last break (= or :) on.\n"
    "_cxdialer_reply() {\n"
    "  local current=${COMP_WORDS[COMP_CWORD]} word\n"
    "  [[ $current == [=:] ]] && current=\n"
    "  for word in $values; do\n"
    "    [[ $word == \"$last\"* ]] && COMPREPLY+=(\"${word#\"${last%\"$current\"}\"}\")\n"
    "  done\n"
    "}\n\n"
    "_cxdialer_setting() {\n"
    "  local key=${last%%=*} word full=\n"
    "  if [[ $last != *=* ]]; then\n"
    "    _cxdialer_keys\n"
    "    compopt -o nospace 2>/dev/null\n"
    "    return\n"
    "  fi\n"
    "  _cxdialer_key \"$key\"\n"
    "  [[ $values == @* ]] && return\n"
    "  for word in $values; do full+=\" $key=$word\"; done\n"
    "  values=$full\n"
    "}\n\n"
    "_cxdialer() {\n"
    "  local line=${COMP_LINE:0:COMP_POINT} command= option= values= given=0 last word\n"
    "  local -a words\n"
    "  read -ra words <<<\"$line\"\n"
    "  [[ $line == *[[:space:]] ]] && words+=('')\n"
    "  last=${words[${#words[@]} - 1]}\n"
    "  COMPREPLY=()\n"
    "  for word in \"${words[@]:1:${#words[@]} - 2}\"; do\n"
    "    values=\n"
    "    if [[ -n $option ]]; then\n"
    "      option=\n"
    "    elif [[ $word == --* ]]; then\n"
    "      [[ $word != *=* ]] && _cxdialer_value \"$command\" \"$word\"\n"
    "      option=${values:+$word}\n"
    "    elif [[ -z $command ]]; then\n"
    "      command=$word\n"
    "    else\n"
    "      given=$((given + 1))\n"
    "    fi\n"
    "  done\n"
    "  [[ -z $option && $last == --*=* ]] && option=${last%%=*} last=${last#*=}\n"
    "  values=\n"
    "  if [[ -n $option ]]; then\n"
    "    _cxdialer_value \"$command\" \"$option\"\n"
    "  elif [[ $last == -* ]]; then\n"
    "    _cxdialer_options \"$command\"\n"
    "  elif [[ -z $command ]]; then\n"
    "    _cxdialer_commands\n"
    "  else\n"
    "    _cxdialer_word \"$command\" \"$given\"\n"
    "  fi\n"
    "  [[ $values == @settings ]] && _cxdialer_setting\n"
    "  case $values in\n"
    "    @files) compopt -o default 2>/dev/null ;;\n"
    "    @nothing) ;;\n"
    "    *) _cxdialer_reply ;;\n"
    "  esac\n"
    "}\n\n"
    "complete -F _cxdialer cxdialer\n";

static void put_values(FILE *out, const struct completion *completion) {
  static const char *const marks[] = {[COMPLETE_NOTHING] = "@nothing", [COMPLETE_FILES] = "@files", [COMPLETE_SETTINGS] = "@settings"};
  fprintf(out, " values='%s' ;;\n", completion->words ? completion->words : marks[completion->kind]);
}

static void put_option_values(FILE *out, const char *command, const struct argp_option *option) {
  for (; option->name; option++)
    if (option->arg) {
      struct completion completion = completion_of_option(option);
      fprintf(out, "    %s:--%s)", command, option->name);
      put_values(out, &completion);
      completion_free(&completion);
    }
}

static void put_values_function(FILE *out) {
  fputs("_cxdialer_value() {\n  case $1:$2 in\n", out);
  put_option_values(out, "", completion_options(NULL));
  for (size_t i = 0; command_at(i); i++)
    put_option_values(out, command_at(i)->name, completion_options(command_at(i)));
  fputs("  esac\n}\n\n", out);
}

static void put_names(FILE *out, const char *command, const struct argp_option *option) {
  fprintf(out, "    '%s') values='", command);
  for (; option->name; option++)
    fprintf(out, "--%s ", option->name);
  fprintf(out, "--help%s' ;;\n", *command ? "" : " --version");
}

static void put_options_function(FILE *out) {
  fputs("_cxdialer_options() {\n  case $1 in\n", out);
  put_names(out, "", completion_options(NULL));
  for (size_t i = 0; command_at(i); i++)
    put_names(out, command_at(i)->name, completion_options(command_at(i)));
  fputs("  esac\n}\n\n", out);
}

static void put_words(FILE *out, const struct command *command) {
  struct completion completion;
  int every = 0;
  for (int place = 0; !every && completion_of_word(command, place, &completion, &every); place++) {
    if (every)
      fprintf(out, "    %s:*)", command->name);
    else
      fprintf(out, "    %s:%d)", command->name, place);
    put_values(out, &completion);
    completion_free(&completion);
  }
}

static void put_words_function(FILE *out) {
  fputs("_cxdialer_word() {\n  case $1:$2 in\n", out);
  for (size_t i = 0; command_at(i); i++)
    put_words(out, command_at(i));
  fputs("  esac\n}\n\n", out);
}

static void put_commands_function(FILE *out) {
  fputs("_cxdialer_commands() {\n  values='", out);
  for (size_t i = 0; command_at(i); i++)
    fprintf(out, "%s%s", i > 0 ? " " : "", command_at(i)->name);
  fputs("'\n}\n\n", out);
}

static void put_keys_functions(FILE *out) {
  struct completion completion;
  fputs("_cxdialer_keys() {\n  values='", out);
  for (size_t i = 0; i < cxd_config_key_count(); i++)
    if (!cxd_config_key_secret(i))
      fprintf(out, "%s= ", cxd_config_key_name(i));
  fputs("'\n}\n\n_cxdialer_key() {\n  case $1 in\n", out);
  for (size_t i = 0; i < cxd_config_key_count(); i++)
    if (completion_of_key(i, &completion)) {
      fprintf(out, "    %s)", cxd_config_key_name(i));
      put_values(out, &completion);
      completion_free(&completion);
    }
  fputs("    *) values=@nothing ;;\n  esac\n}\n\n", out);
}

void completion_bash(FILE *out) {
  fputs(head, out);
  put_commands_function(out);
  put_options_function(out);
  put_values_function(out);
  put_words_function(out);
  put_keys_functions(out);
  fputs(logic, out);
}
