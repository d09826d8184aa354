/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "commands.h"
#include "exit_code.h"
#include "journal.h"
#include "run_report.h"
#include "session.h"
#include "walk.h"

/* Items that are printed together: of one FILE. */
struct run_group {
  const void *refused; /* a FILE that could not be used: given to refuse(); NULL: none */
  int is_array;
  size_t count;
};

/* The items of a batch, and how they are printed. */
struct run_plan {
  const struct slice *texts;
  size_t count;
  const void *data; /* for the functions below */
  char *(*where)(const void *data, size_t item);
  cxd_status (*parse)(const void *data, size_t item, cxd_campaign **out, char **message); /* says why an item is no campaign */
  void (*refuse)(const void *data, const void *refused, struct exit_tally *tally);
  const struct run_group *groups; /* NULL: no brackets, and commas from the first item on when is_continued */
  size_t group_count;
  int is_continued;
  struct journal *journal;        /* NULL: none */
  const size_t *journal_items;    /* their numbers in it; NULL: the same */
  struct run_report *report;      /* has begun, or has no FILE */
};

/* Runs them as one batch and prints each result in order, progress and summary. Into tally; the exit code. */
int run_batch(const struct cli *cli, struct session *session, const struct run_plan *plan, struct exit_tally *tally);

/* Gives the configuration what --concurrency and its like say; prints what is wrong with one. The exit code. */
int run_configure(struct cli *cli, const struct args *args);

#endif
