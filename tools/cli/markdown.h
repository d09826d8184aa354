/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_MARKDOWN_H
#define CLI_MARKDOWN_H

#include <stdio.h>

#include "walk.h"

/*
 * Prints a help text of the library for people: without marks, wrapped. It knows paragraphs, bullets, tables, `code` and
 * **weight**. A word wider than the columns has a line of its own.
 */
void markdown_put(FILE *out, const char *text, size_t columns);

/* The first clause of a text, without marks and on one line; caller frees. */
char *markdown_gist(const char *text);

#endif
