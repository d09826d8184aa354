/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_RUN_REPORT_H
#define CLI_RUN_REPORT_H

#include "report_model.h"
#include "session.h"

/* What --report keeps of a run while it lasts. Without a FILE nothing is kept: all functions do nothing then. */
struct run_report {
  const char *file; /* NULL: none */
  struct run_model model;
  char *host;
  int64_t next_ms; /* monotonic; when the quota is looked at again */
};

/* Before anything is sent: whether FILE, or NULL, can be written. The exit code. */
int run_report_open(struct run_report *report, const struct cli *cli, const char *file);

/* The run begins, with the configuration as it is now. Texts are borrowed. */
void run_report_begin(struct run_report *report, const struct cli *cli, const char *journal, int writes);

void run_report_add(struct run_report *report, const cxd_result *result);
void run_report_add_missing(struct run_report *report, const char *id, int32_t outcome, cxd_status status, const char *message);

/* Looks at the quota when it is time to, about twice a second. Returns in how many milliseconds that is again; -1: never. */
int64_t run_report_look(struct run_report *report, const struct session *session, size_t in_flight);

/* Writes it when the run had begun, however it ended. Returns code, or what went wrong with FILE. */
int run_report_close(struct run_report *report, const struct cli *cli, const struct session *session, int code);

#endif
