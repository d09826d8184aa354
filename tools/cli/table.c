/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "table.h"

#include <stdint.h>
#include <stdlib.h>

#include "display.h"
#include "mem.h"

void table_add(struct table *table, struct slice cell, size_t widest) {
  table->cells = mem_resize(table->cells, table->count + 1, sizeof *table->cells);
  table->cells[table->count++] = display_clip(cell, widest ? widest : SIZE_MAX);
}

void table_add_text(struct table *table, const char *cell) { table_add(table, slice_of(cell), 0); }

static void measure(const struct table *table, size_t widths[TABLE_COLUMNS_MAX]) {
  for (size_t i = 0; i < table->count; i++) {
    size_t width = display_width(table->cells[i]);
    size_t *widest = &widths[i % table->columns];
    *widest = width > *widest ? width : *widest;
  }
}

/* Nothing behind the last cell that is not empty. */
static int ends_row(const struct table *table, size_t i) {
  for (i++; i % table->columns != 0; i++)
    if (i < table->count && table->cells[i][0])
      return 0;
  return 1;
}

static void print_cell(const struct table *table, size_t i, FILE *out, size_t width) {
  fputs(table->cells[i], out);
  if (ends_row(table, i))
    return;
  size_t used = display_width(table->cells[i]);
  fprintf(out, "%*s", (int)(width - used + 2), "");
}

void table_print(struct table *table, FILE *out, const char *indent) {
  size_t widths[TABLE_COLUMNS_MAX] = {0};
  measure(table, widths);
  for (size_t i = 0; i < table->count; i++) {
    size_t column = i % table->columns;
    if (column == 0)
      fputs(indent, out);
    print_cell(table, i, out, widths[column]);
    if (column + 1 == table->columns)
      fputc('\n', out);
  }
  table_free(table);
}

void table_free(struct table *table) {
  for (size_t i = 0; i < table->count; i++)
    free(table->cells[i]);
  free(table->cells);
  *table = (struct table){.columns = table->columns};
}
