/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

#include <stddef.h>

/* How many letters to add, drop or change to make b of a (Levenshtein). */
size_t nearest_edits(const char *a, const char *b);

#endif
