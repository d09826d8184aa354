/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_JOURNAL_H
#define CLI_JOURNAL_H

#include <stdint.h>

#include "cli.h"
#include "journal_line.h"
#include "journal_read.h"

#define JOURNAL_VERSION 1

/* What is left to do of a batch, and what became of it: docs/journal.md. Written by whoever holds its lock. */
struct journal {
  const struct cli *cli;
  const char *path; /* borrowed */
  int fd;
  int64_t size; /* of what is whole in the file */
  char seal[JOURNAL_SEAL + 1];
  char *buffer;
  size_t len, room;
  int failed; /* errno: it could not be written, and nothing is written any more */
  int is_told, is_torn;
};

struct journal_plan {
  const struct slice *texts;
  size_t count;
  char *(*where)(const void *data, size_t item); /* caller frees */
  const void *data;
};

/* Makes the file, with its lock, and the plan durable. Prints what is wrong, and leaves no file of its own then; the exit code. */
int journal_create(struct journal *journal, const struct cli *cli, const char *path, const struct journal_plan *plan);

/* Goes on behind what was read, with its lock and descriptor; a torn end is cut off. The exit code. */
int journal_continue(struct journal *journal, struct journal_state *state);

/* Takes the lock of a file that is open for reading and writing; the exit code, 75 when another process has it. */
int journal_lock(const struct cli *cli, const char *path, int fd);

/* Lines; they are in the file with the next flush. */
void journal_put_sent(struct journal *journal, size_t item, struct slice intent);
void journal_put_outcome(struct journal *journal, size_t item, const cxd_result *result, int resolved);
void journal_put_mark(struct journal *journal, const char *kind, const char *why); /* "resume" (why NULL) and "end" */

/* 1: written, with sync durable as well. 0: not, and never again; nothing is printed. */
int journal_flush(struct journal *journal, int sync);

/* 1: a failure was not told yet; journal_tell() prints it. */
int journal_is_untold(const struct journal *journal);
void journal_tell(struct journal *journal);

/* What was not flushed is lost. */
void journal_close(struct journal *journal);

#endif
