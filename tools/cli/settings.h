/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "cli.h"

/* Makes cli->config, unless it is there: defaults, then the file, the environment, --set. Prints what is wrong; the exit code. */
int settings_load(struct cli *cli);

/* NULL, or why KEY=VALUE must not stand on the command line; caller frees. */
char *settings_refuse(const char *assignment);

#endif
