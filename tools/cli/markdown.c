/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "markdown.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "table.h"

static int starts(struct slice s, const char *prefix) {
  size_t len = strlen(prefix);
  return s.len >= len && memcmp(s.at, prefix, len) == 0;
}

static struct slice cut(struct slice *rest, size_t len, size_t skip) {
  struct slice taken = {rest->at, len};
  skip = len + skip < rest->len ? len + skip : rest->len;
  rest->at += skip;
  rest->len -= skip;
  return taken;
}

static size_t find(struct slice s, char c) {
  const char *at = memchr(s.at, c, s.len);
  return at ? (size_t)(at - s.at) : s.len;
}

static struct slice take_line(struct slice *rest) { return cut(rest, find(*rest, '\n'), 1); }

/* Code of several words, or of one sign that could be taken for punctuation, is quoted. */
static void put_code(FILE *out, struct slice code) {
  const char *quote = code.len == 1 || find(code, ' ') < code.len ? "'" : "";
  fprintf(out, "%s%.*s%s", quote, (int)code.len, code.at, quote);
}

static char *without_marks(struct slice text) {
  struct mem_stream stream;
  mem_stream_open(&stream);
  while (text.len > 0) {
    if (text.at[0] == '`') {
      cut(&text, 1, 0);
      put_code(stream.file, cut(&text, find(text, '`'), 1));
    } else if (starts(text, "**")) {
      cut(&text, 2, 0);
    } else {
      char c = *cut(&text, 1, 0).at;
      fputc(c == '\n' ? ' ' : c, stream.file);
    }
  }
  mem_stream_close(&stream);
  return stream.text;
}

/* The words of a block, from column indent on, with a line end behind them. */
static void put_words(FILE *out, struct slice block, size_t indent, size_t columns) {
  char *text = without_marks(block);
  struct slice rest = slice_of(text);
  size_t at = indent;
  while (rest.len > 0) {
    struct slice word = cut(&rest, find(rest, ' '), 1);
    if (word.len == 0)
      continue;
    if (at > indent && at + 1 + word.len > columns) {
      fprintf(out, "\n%*s", (int)indent, "");
      at = indent;
    } else if (at > indent) {
      fputc(' ', out);
      at++;
    }
    fwrite(word.at, 1, word.len, out);
    at += word.len;
  }
  fputc('\n', out);
  free(text);
}

static struct slice take_cell(struct slice *row) { return slice_trim(cut(row, find(*row, '|'), 1)); }

/* The widths of all columns but the last, which takes what is left. */
static void measure(struct slice block, size_t widths[TABLE_COLUMNS_MAX]) {
  while (block.len > 0) {
    struct slice row = take_line(&block);
    cut(&row, 1, 0);
    for (size_t i = 0; row.len > 0 && i < TABLE_COLUMNS_MAX; i++) {
      char *text = without_marks(take_cell(&row));
      widths[i] = row.len > 0 && strlen(text) > widths[i] ? strlen(text) : widths[i];
      free(text);
    }
  }
}

static void put_row(FILE *out, struct slice row, const size_t widths[TABLE_COLUMNS_MAX], size_t columns) {
  size_t indent = 2;
  fputs("  ", out);
  cut(&row, 1, 0);
  for (size_t i = 0; row.len > 0 && i < TABLE_COLUMNS_MAX; i++) {
    struct slice cell = take_cell(&row);
    if (row.len == 0) {
      put_words(out, cell, indent, columns);
      return;
    }
    char *text = without_marks(cell);
    fprintf(out, "%-*s  ", (int)widths[i], text);
    indent += widths[i] + 2;
    free(text);
  }
}

static void put_table(FILE *out, struct slice block, size_t columns) {
  size_t widths[TABLE_COLUMNS_MAX] = {0};
  measure(block, widths);
  while (block.len > 0) {
    struct slice row = take_line(&block);
    if (!starts(row, "|--"))
      put_row(out, row, widths, columns);
  }
}

static int goes_on(struct slice first, struct slice rest) {
  if (rest.len == 0 || rest.at[0] == '\n')
    return 0;
  if (starts(first, "|"))
    return starts(rest, "|");
  return !starts(rest, "|") && !starts(rest, "- ");
}

static struct slice take_block(struct slice *rest) {
  struct slice block = take_line(rest);
  struct slice first = block;
  while (first.len > 0 && goes_on(first, *rest)) {
    struct slice line = take_line(rest);
    block.len = (size_t)(line.at + line.len - block.at);
  }
  return block;
}

void markdown_put(FILE *out, const char *text, size_t columns) {
  struct slice rest = slice_of(text);
  while (rest.len > 0) {
    struct slice block = take_block(&rest);
    if (block.len == 0) {
      fputc('\n', out);
    } else if (starts(block, "|")) {
      put_table(out, block, columns);
    } else if (starts(block, "- ")) {
      cut(&block, 2, 0);
      fputs("- ", out);
      put_words(out, block, 2, columns);
    } else {
      put_words(out, block, 0, columns);
    }
  }
}

static int ends_clause(const char *c) { return *c == '\0' || (strchr(".;:", *c) && (c[1] == ' ' || c[1] == '\0')); }

char *markdown_gist(const char *text) {
  struct slice rest = slice_of(text);
  char *gist = without_marks(take_block(&rest));
  size_t len = 0;
  while (!ends_clause(gist + len))
    len++;
  gist[len] = '\0';
  return gist;
}
