/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_STATE_H
#define CXD__AUDIT_STATE_H

#include "audit/opens.h"

/* Which seal a record has is told by its kid. */
struct cxd__seals {
  struct cxd__seal *own, *plain; /* own: keyed or not, as this log writes */
};
struct cxd__seal *cxd__seals_of(const struct cxd__seals *seals, const char *kid); /* NULL: of another key */

/* What is known of a segment up to its last record. Zero-initialise; an empty log has zeros in `last` and the kid it is to get. */
struct cxd__state {
  struct cxd__link first, last; /* first: its genesis */
  char kid[CXD__KID_HEX + 1];   /* all of a segment has the same */
  char day[11];                 /* UTC, of its genesis: "2026-11-22" */
  int64_t intents, outcomes;    /* since its genesis */
  int64_t since;                /* records behind the last checkpoint or genesis */
  int64_t mark_us;              /* boot time of that one, */
  char mark_boot[40];           /* and the boot */
  int ended;                    /* the last record is `rotate` */
  char why[8];                  /* of the rotation */
  struct cxd__opens opens;
};
void cxd__state_free(struct cxd__state *state);

/*
 * Checks that a line (without newline) is the record behind `last`, of the same seal, and not a second genesis; then applies it.
 * CXD_E_AUDIT: it is not, and *what gets a clause ("has ..."); CXD_E_NOMEM. The state is as before then.
 */
cxd_status cxd__state_take(struct cxd__state *state, const struct cxd__seals *seals, struct cxd__slice text, const char **what);

/* The same for the first line of a segment, whatever is in the state but for its open intents: those are left alone. */
cxd_status cxd__state_begin(struct cxd__state *state, const struct cxd__seals *seals, struct cxd__slice text, const char **what);

/* Applies records of our own in two steps: before they are written, and after, in the same order. ready: 0, or -1 without memory. */
int cxd__state_ready(struct cxd__state *state, const struct cxd__line *line, const struct cxd__fields *fields);
void cxd__state_unready(struct cxd__state *state); /* those made ready were not written */
int cxd__state_needs(const struct cxd__line *line); /* whether it looks at the fields of such a record */
void cxd__state_apply(struct cxd__state *state, const struct cxd__line *line, const struct cxd__fields *fields);

#endif
