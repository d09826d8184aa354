/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_STATS_FILE_H
#define CLI_STATS_FILE_H

#include "cli.h"

/*
 * --stats FILE: what the client has done, as OpenMetrics text when FILE ends in .prom, else as JSON. The file is complete or as it was
 * before. What is wrong is said on standard error and kept in cli->stats_failed. Does nothing without the option, or a client.
 */
void stats_file_write(struct cli *cli, const cxd_client *client);

#endif
