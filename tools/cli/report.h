/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cli.h"
#include "report_model.h"

/*
 * --report FILE: what a run did, as one page of HTML that needs nothing else. Both say on standard error what is wrong; the exit code.
 * report_check_path: whether FILE can be written, to be asked before anything is sent; - is refused, standard output has the results.
 * report_write: whole or as it was before, as pictures are.
 */
int report_check_path(const struct cli *cli, const char *path);
int report_write(const struct cli *cli, const struct run_model *model, const char *path);

#endif
