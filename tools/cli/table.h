/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdio.h>

#include "walk.h"

#define TABLE_COLUMNS_MAX 8

/* Cells are escaped for a terminal, clipped and aligned by display columns. Set columns, zero the rest. */
struct table {
  size_t columns, count;
  char **cells;
};

void table_add(struct table *table, struct slice cell, size_t widest); /* row by row, from left to right; widest 0: any */
void table_add_text(struct table *table, const char *cell);            /* NULL: empty */
void table_print(struct table *table, FILE *out, const char *indent); /* and empties it */
void table_free(struct table *table);

#endif
