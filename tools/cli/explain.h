/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include "cli.h"

/* Prints what a code means; word: a code, the first word of several of them, or "list" for all. Returns the exit code. */
int explain(const struct cli *cli, const char *word);

#endif
