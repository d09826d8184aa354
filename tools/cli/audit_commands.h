/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_AUDIT_COMMANDS_H
#define CLI_AUDIT_COMMANDS_H

#include <stdio.h>

#include "commands.h"

/* The parts of `cxdialer audit`; each returns the exit code. args->list[1] is the LOG. */
int audit_verify(struct cli *cli, const struct args *args);
int audit_show(struct cli *cli, const struct args *args);
int audit_recover(struct cli *cli, const struct args *args); /* no LOG */

/* Their names, with blanks between. */
void cmd_audit_put_parts(FILE *out);

#endif
