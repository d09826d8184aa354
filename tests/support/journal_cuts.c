/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * journal_cuts JOURNAL SCRATCH: reads each beginning of a journal, written to the file SCRATCH, and prints a line for each:
 * exit code, items that are over, in doubt, not begun, and whether the end is torn. What is wrong goes to standard error.
 */
#include <stdio.h>
#include <stdlib.h>

#include "journal_read.h"

static int cut(const char *scratch, const char *bytes, size_t len) {
  const struct cli cli = {.json = 1};
  struct journal_state state;
  FILE *file = fopen(scratch, "wb");
  if (!file || fwrite(bytes, 1, len, file) != len || fclose(file) != 0)
    return 0;
  int code = journal_read(&state, &cli, scratch, 0);
  if (code)
    printf("%d\n", code);
  else
    printf("0 %zu %zu %zu %d\n", journal_state_count(&state, JOURNAL_OVER), journal_state_count(&state, JOURNAL_DOUBTFUL), journal_state_count(&state, JOURNAL_FRESH), state.len > state.whole);
  journal_state_free(&state);
  return 1;
}

int main(int argc, char **argv) {
  static char bytes[1 << 20];
  FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
  if (!file)
    return 2;
  size_t len = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  for (size_t i = 0; i <= len; i++)
    if (!cut(argv[2], bytes, i))
      return 1;
  return 0;
}
