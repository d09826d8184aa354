/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include <argp.h>
#include <stdio.h>

#include "commands.h"

/* What can stand for an argument of the command line. */
enum completion_kind {
  COMPLETE_NOTHING, /* anything, of which no shell knows a list */
  COMPLETE_FILES,
  COMPLETE_SETTINGS, /* KEY=VALUE */
  COMPLETE_WORDS
};

struct completion {
  enum completion_kind kind;
  char *words; /* blanks between; free it; NULL unless kind is COMPLETE_WORDS */
};

/* Of an option; kind is COMPLETE_NOTHING also for one without argument. */
struct completion completion_of_option(const struct argp_option *option);

/* Of the word at a place, from 0, behind a command; *every: and of all that follow. 0: none can stand there. */
int completion_of_word(const struct command *command, int place, struct completion *out, int *every);

/* Of the value of a key of the configuration; secrets are not for the command line. */
int completion_of_key(size_t i, struct completion *out);

void completion_free(struct completion *completion);

/* Those before the command, for NULL. */
const struct argp_option *completion_options(const struct command *command);

/* Text for between single quotes: quote in place of each of these, and a backslash before each of the characters in special. */
void completion_escape(FILE *out, const char *text, const char *special, const char *quote);

/* The shells; blanks between. */
void cmd_completion_put_shells(FILE *out);

void completion_bash(FILE *out);
void completion_fish(FILE *out);
void completion_zsh(FILE *out);

#endif
