/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_RESUME_STATUS_H
#define CLI_RESUME_STATUS_H

#include "cli.h"

/* Shows what a journal says, without its lock; the exit code. */
int resume_status(const struct cli *cli, const char *path);

#endif
