/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <argp.h>
#include <stdint.h>

#include "cli.h"

/* Values of an option that may be repeated; borrowed, the array is owned. */
struct arg_list {
  char **at;
  size_t count;
};

/* Options with a number, in the order of the command's messages; their command judges the text. */
enum number {
  NUMBER_AGENTS,
  NUMBER_LOAD,
  NUMBER_ANSWERED,
  NUMBER_CALLS,
  NUMBER_INTERVAL,
  NUMBER_THROTTLE,
  NUMBER_ANSWER_RATE,
  NUMBER_AHT,
  NUMBER_PATIENCE,
  NUMBER_MAX_ABANDONMENT,
  NUMBER_COUNT
};

/* Options with a text, of audit, rollback, apply and resume; their command judges it. */
enum text {
  TEXT_KEY_FILE,
  TEXT_CAMPAIGN,
  TEXT_SINCE,
  TEXT_UNTIL,
  TEXT_OUTCOME,
  TEXT_ACTOR,
  TEXT_OP,
  TEXT_KIND,
  TEXT_SEQ,
  TEXT_JOURNAL,
  TEXT_REPORT,
  TEXT_CONCURRENCY,
  TEXT_MAX_ERRORS,
  TEXT_MAX_ERROR_RATE,
  TEXT_CANARY,
  TEXT_COUNT
};

/* What stands behind the command, already checked. */
struct args {
  char **list; /* FILE..., ID, ... */
  int count;
  int64_t at_unix_ms; /* --at; 0: now */
  int yes;            /* --yes */
  const char *sim;    /* --sim, or NULL */
  const char *explain; /* --explain, or NULL; there are no files then */
  struct arg_list zones, jurisdictions; /* --zone, --jurisdiction */
  int days;           /* --days; 0: not given */
  const char *svg;    /* --svg, or NULL */
  const char *numbers[NUMBER_COUNT]; /* --agents and its like, or NULL */
  const char *texts[TEXT_COUNT];     /* --campaign and its like, or NULL */
  struct arg_list expects, outcomes; /* --expect, --outcome */
  int plan, list_only;               /* --plan, --list */
  int coalesce;                      /* --coalesce */
  int status, retry_failed;          /* --status, --retry-failed */
};

/* One row for each command: dispatch, --help and error messages come from it. */
struct command {
  const char *name, *arguments, *help, *detail;
  int min, max; /* number of words */
  const struct argp_option *options;
  int (*run)(struct cli *cli, const struct args *args); /* returns the exit code */
};

const struct command *command_at(size_t i); /* NULL beyond the end */
const struct command *command_find(const char *name);
const struct command *command_nearest(const char *name); /* NULL: none is near */

int cmd_apply(struct cli *cli, const struct args *args);
int cmd_audit(struct cli *cli, const struct args *args);
int cmd_capacity(struct cli *cli, const struct args *args);
int cmd_completion(struct cli *cli, const struct args *args);
int cmd_config(struct cli *cli, const struct args *args);
int cmd_demo(struct cli *cli, const struct args *args);
int cmd_get(struct cli *cli, const struct args *args);
int cmd_list(struct cli *cli, const struct args *args);
int cmd_plan(struct cli *cli, const struct args *args);
int cmd_resume(struct cli *cli, const struct args *args);
int cmd_rollback(struct cli *cli, const struct args *args);
int cmd_validate(struct cli *cli, const struct args *args);
int cmd_version(struct cli *cli, const struct args *args);
int cmd_windows(struct cli *cli, const struct args *args);

#endif
