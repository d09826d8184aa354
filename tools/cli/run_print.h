/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_RUN_PRINT_H
#define CLI_RUN_PRINT_H

#include "run.h"

enum run_item_state { RUN_OPEN, RUN_NOT_STARTED, RUN_OVER };

/* Prints the results of a plan in its order, as far as they are there. */
struct run_print {
  const struct cli *cli;
  const struct run_plan *plan;
  const unsigned char *states; /* enum run_item_state of each item */
  struct exit_tally *tally;
  const cxd_result *(*result)(void *data, size_t item); /* NULL: the item is no campaign */
  void (*drop)(void *data, size_t item);
  void *data;
  size_t next, group, in_group; /* the next item, its group, and how many of that are printed */
  int is_open, is_continued;
};

int run_print_is_due(const struct run_print *print); /* something can be printed */
void run_print_ready(struct run_print *print);       /* up to the first one that is not over */
void run_print_rest(struct run_print *print, size_t begun); /* all are over: up to the last one that was begun, and what is open is closed */

#endif
