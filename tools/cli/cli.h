/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <cxdialer/cxdialer.h>

/* What stands before the command, and the configuration made of it. */
struct cli {
  const char *config_file; /* --config, or NULL */
  char **sets;             /* --set, KEY=VALUE in order; the array is owned */
  size_t set_count;
  int json;
  int output_given; /* --output stands there */
  const char *stats_file; /* --stats, or NULL */
  int stats_failed;       /* it could not be written */
  cxd_config *config; /* made by settings_load */
};

#endif
