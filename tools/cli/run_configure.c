/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "mem.h"
#include "output.h"
#include "run.h"
#include "settings.h"

#include <stdlib.h>

static const struct {
  enum text text;
  const char *option, *key;
} rows[] = {
    {TEXT_CONCURRENCY, "--concurrency", "update.concurrency"},
    {TEXT_MAX_ERRORS, "--max-errors", "update.max_errors"},
    {TEXT_MAX_ERROR_RATE, "--max-error-rate", "update.max_error_rate"},
    {TEXT_CANARY, "--canary", "update.canary"},
};

static int set(struct cli *cli, const char *option, const char *key, const char *value) {
  cxd_error *error = NULL;
  cxd_status status = cxd_config_set(cli->config, key, value, &error);
  if (status != CXD_OK)
    output_error(cli, option, status, error);
  cxd_error_free(error);
  return status == CXD_OK ? 0 : EXIT_USAGE;
}

int run_configure(struct cli *cli, const struct args *args) {
  int code = settings_load(cli);
  for (size_t i = 0; i < sizeof rows / sizeof *rows && !code; i++)
    if (args->texts[rows[i].text])
      code = set(cli, rows[i].option, rows[i].key, args->texts[rows[i].text]);
  if (!code && args->coalesce)
    code = set(cli, "--coalesce", "update.coalesce", "on");
  return code;
}
