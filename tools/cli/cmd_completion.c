/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "completion.h"
#include "exit_code.h"
#include "output.h"

static const struct {
  const char *name;
  void (*print)(FILE *out);
} shells[] = {{"bash", completion_bash}, {"zsh", completion_zsh}, {"fish", completion_fish}};

void cmd_completion_put_shells(FILE *out) {
  for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
    fprintf(out, "%s%s", i > 0 ? " " : "", shells[i].name);
}

int cmd_completion(struct cli *cli, const struct args *args) {
  for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
    if (strcmp(args->list[0], shells[i].name) == 0) {
      shells[i].print(stdout);
      return 0;
    }
  output_failure(cli, CXD_E_ARGUMENT, "", "completion '%s': bash, zsh or fish", args->list[0]);
  return EXIT_USAGE;
}
