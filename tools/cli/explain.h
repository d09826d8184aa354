/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include <stdio.h>

#include "cli.h"

/* Prints what a code means; word: a code, the first word of several of them, or "list" for all. Returns the exit code. */
int explain(const struct cli *cli, const char *word);

/* The codes, and the word for all of them; blanks between. */
void explain_put_words(FILE *out);

#endif
