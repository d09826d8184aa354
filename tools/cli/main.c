/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <argp.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "exit_code.h"
#include "interrupt.h"
#include "output.h"

/*
 * With a standard descriptor closed the next file, perhaps the audit log, would get its number. What stands in for it is
 * opened the wrong way round, so that using it still fails.
 */
static void fill_descriptors(void) {
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
      _exit(EXIT_OTHER);
}

static struct cli cli;
static int parsed;

/* argp prints --help and ends the process itself. */
static void check_help(void) {
  int code = parsed ? EXIT_DONE : output_finish(&cli, EXIT_DONE);
  if (code != EXIT_DONE)
    _exit(code);
}

static void set_up_process(void) {
  fill_descriptors();
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN); /* a file that must not grow is an error to report */
  setlocale(LC_CTYPE, "C.UTF-8");
  argp_err_exit_status = EXIT_USAGE;
  argp_program_version_hook = args_print_version;
  atexit(check_help);
  interrupt_start();
}

int main(int argc, char **argv) {
  static char name[] = "cxdialer";
  static char *alone[] = {name, NULL};
  if (argc < 1)
    argv = alone;
  argv[0] = name; /* getopt prints it as it is */
  struct args args;
  char **rest;
  set_up_process();
  const struct command *command = args_parse_global(argc < 1 ? 1 : argc, argv, &cli, &rest);
  args_parse_command(&cli, command, rest, &args);
  parsed = 1;
  int code = command->run(&cli, &args);
  if (code == EXIT_DONE && cli.stats_failed)
    code = EXIT_OTHER;
  args_free(&args);
  free(cli.sets);
  cxd_config_free(cli.config);
  return output_finish(&cli, code);
}
