/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli.h"

/* The handles a command works with, made of the configuration and cancelled by a signal. Zero-initialise it. */
struct session {
  struct cli *cli;
  cxd_client *client;
  cxd_updater *updater;
};

/* Each loads the configuration first, prints what is wrong and returns the exit code. */
int session_open_client(struct cli *cli, struct session *session);
int session_open_updater(struct cli *cli, struct session *session, int with_audit);
void session_close(struct session *session); /* and writes the file of --stats */

/* Prints the error of a step while handles are made, frees it and returns the exit code. */
int session_check(const struct cli *cli, cxd_status status, cxd_error *error);

#endif
