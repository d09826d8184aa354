/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_AUDIT_FILTER_H
#define CLI_AUDIT_FILTER_H

#include "commands.h"
#include "walk.h"

/* Which records are asked for. Texts are borrowed. */
struct audit_filter {
  const char *campaign, *actor, *op, *kind; /* NULL: any */
  const struct arg_list *outcomes;                    /* none: any */
  int64_t since_ms, until_ms;                         /* Unix time; until is not included */
  int64_t first, last;                                /* numbers */
  char **ops;                                         /* raw ids of the updates with that outcome, sorted */
  size_t op_count;
};

/* From --campaign, --since, ...; prints what is wrong with one of them and returns 64. */
int audit_filter_set(struct audit_filter *filter, const struct cli *cli, const struct args *args);
void audit_filter_free(struct audit_filter *filter);

/*
 * With an outcome the log is read twice: an intent stands before the outcome that it is shown for. First each record goes to
 * note, then once to noted.
 */
void audit_filter_note(struct audit_filter *filter, struct slice record);
void audit_filter_noted(struct audit_filter *filter);

/* What --outcome and --kind take; NULL ends it. */
const char *const *audit_filter_outcomes(void);
const char *const *audit_filter_kinds(void);

int audit_filter_takes(const struct audit_filter *filter, struct slice record);

#endif
