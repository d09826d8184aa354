/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_UPDATE_REPORT_H
#define CLI_UPDATE_REPORT_H

#include "cli.h"

/* What came of one update, or why there is no result. */
struct update_report {
  const char *where, *id; /* FILE[3], or a record; the campaign. "" where unknown */
  int writes;             /* with times and audit */
  const cxd_result *result;
  cxd_status status;
  const cxd_error *error;
  const char *message; /* NULL: the error's */
};

/* Prints it: the result, or with --output json one that stands in for it, on standard output; what went wrong on standard error. The exit code. */
int update_report(const struct cli *cli, const struct update_report *report);

/* Only what stands in for a result. */
void update_report_put_standin(const struct update_report *report);

#endif
