/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "question.h"

#include <string.h>
#include <unistd.h>

#include "output.h"

static int is_yes(const char *answer) { return strcmp(answer, "y\n") == 0 || strcmp(answer, "yes\n") == 0 || strcmp(answer, "Y\n") == 0; }

int question_is_agreed(const struct cli *cli, const char *question) {
  char answer[16] = "";
  if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
    return 1;
  fprintf(stderr, "cxdialer: %s [y/N] ", question);
  if (fgets(answer, sizeof answer, stdin) && is_yes(answer))
    return 1;
  output_failure(cli, CXD_E_CANCELLED, "", "not confirmed: nothing was sent");
  return 0;
}
