/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "commands.h"

enum { ARG_CONFIG = 0x100, ARG_SET, ARG_OUTPUT, ARG_STATS, ARG_AT, ARG_YES, ARG_SIM, ARG_ZONE, ARG_JURISDICTION, ARG_DAYS, ARG_SVG, ARG_EXPLAIN, ARG_EXPECT, ARG_PLAN, ARG_LIST, ARG_COALESCE, ARG_STATUS, ARG_RETRY_FAILED, ARG_NUMBER = 0x200 /* + enum number */, ARG_TEXT = 0x300 /* + enum text */ };

/* Those before the command. */
const struct argp_option *args_global_options(void);

/* Both end the process with code 64 on a usage error, with 0 after --help, --usage or --version. */

/* What stands before the command, into cli; the command and its words into *rest, which ends with NULL. */
const struct command *args_parse_global(int argc, char **argv, struct cli *cli, char ***rest);

/* The words of the command; free with args_free. */
void args_parse_command(const struct cli *cli, const struct command *command, char **words, struct args *out);
void args_free(struct args *args);

void args_print_version(FILE *out, struct argp_state *state);

#endif
