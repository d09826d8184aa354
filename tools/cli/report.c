/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "report.h"

#include <string.h>

#include "exit_code.h"
#include "output.h"
#include "picture_file.h"
#include "report_page.h"

static const struct picture_kind report_kind = {"--report", "report"};

int report_check_path(const struct cli *cli, const char *path) {
  if (*path && strcmp(path, "-") != 0)
    return picture_check(cli, &report_kind, path);
  output_failure(cli, CXD_E_ARGUMENT, "", *path ? "--report -: standard output has the results; name a file, such as report.html" : "--report: the name of a file is needed, such as report.html");
  return EXIT_USAGE;
}

int report_write(const struct cli *cli, const struct run_model *model, const char *path) { return picture_write(cli, &report_kind, path, report_page, model); }
