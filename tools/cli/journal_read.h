/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_JOURNAL_READ_H
#define CLI_JOURNAL_READ_H

#include <stdint.h>

#include "cli.h"
#include "journal_line.h"

/* What the last line about an item says; docs/journal.md. */
enum journal_stage { JOURNAL_FRESH, JOURNAL_DOUBTFUL, JOURNAL_OVER, JOURNAL_AGAIN, JOURNAL_REFUSED };

struct journal_item {
  char *text;
  size_t len;
  char *where;
  struct slice intent;             /* the line of the last `sent`; empty: none */
  struct slice outcome, status;    /* of the last `outcome`; empty: none behind the last `sent` */
  enum journal_stage stage;
};

struct journal_state {
  const struct cli *cli;
  const char *path;
  int fd;                          /* -1: closed */
  char *bytes;
  size_t len, whole;               /* in the file; without a torn end */
  char seal[JOURNAL_SEAL + 1];     /* of the last whole line */
  char digest[JOURNAL_DIGEST + 1];
  struct slice plan;               /* its line */
  struct journal_item *items;
  size_t count, lines;
  int is_ended;                    /* the last line is an `end` */
};

/* Verifies a journal. writable: it is locked and stays open. Prints what is wrong; the exit code. journal_state_free() in any case. */
int journal_read(struct journal_state *state, const struct cli *cli, const char *path, int writable);
size_t journal_state_count(const struct journal_state *state, enum journal_stage stage);
void journal_state_free(struct journal_state *state);

/* What an outcome means for a resume. */
enum journal_stage journal_stage_of(struct slice outcome, struct slice status, int was_sent);

#endif
