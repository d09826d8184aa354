/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_AUDIT_LOG_H
#define CLI_AUDIT_LOG_H

#include "commands.h"
#include "walk.h"

/* A log that is read and verified record by record. Zero-initialise it. */
struct audit_log {
  const struct cli *cli;
  const char *path;
  cxd_audit_reader *reader;
  size_t told, hidden; /* findings that were looked at; those of them that were too many to be printed */
  int code;            /* 0, 74 once the log is damaged, or why reading ended early */
};

/*
 * key_file: NULL takes audit.key_file of the configuration, which is loaded then and now. Prints what is wrong; the exit code,
 * 66 when the log cannot be opened. audit_log_close() in any case.
 */
int audit_log_open(struct audit_log *log, struct cli *cli, const char *path, const char *key_file);
int audit_log_expect(struct audit_log *log, const struct arg_list *expects); /* before the first read: --expect; prints what is wrong with one and returns 64 */
void audit_log_close(struct audit_log *log);

/* The next record, borrowed until the next call; 0: the end. Damage is passed over and sets the code. */
int audit_log_next(struct audit_log *log, struct slice *record);

/* Prints the errors of the log found since the last call on standard error, the first 20 of a log; then how many more there are. */
void audit_log_tell(struct audit_log *log);
void audit_log_tell_rest(const struct audit_log *log);

/* "N" or "N..M", both from 1 and N not above M. 0: neither. */
int audit_log_range(const char *text, int64_t *first, int64_t *last);

/* The number of a record; 0 when it has none. */
int64_t audit_log_seq(struct slice record);

#endif
