/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_QUESTION_H
#define CLI_QUESTION_H

#include "cli.h"

/* Asks before something is written, when a terminal is there to answer; otherwise it is agreed. 0: not agreed, and that is said. */
int question_is_agreed(const struct cli *cli, const char *question);

#endif
