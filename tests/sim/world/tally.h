/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_TALLY_H
#define CXD_WORLD_TALLY_H

#include <stdint.h>

#include "network.h"
#include "plan.h"

/* How often each thing happened: twenty thousand seeds that do nothing prove nothing. */
#define FAULT_ROOM 64
#define OUTCOME_ROOM 10

enum tally_extra {
  TALLY_SEEDS,
  TALLY_TASKS,
  TALLY_EVENTS,
  TALLY_INTENTS,
  TALLY_INTENTS_LOST,   /* the log did not take one */
  TALLY_OUTCOMES_LOST,
  TALLY_CHECKS_REFUSED,
  TALLY_LATE_WRITES,    /* carried out after the client had given up */
  TALLY_TOKENS,
  TALLY_TOKEN_FAILURES, /* of a provider */
  TALLY_TAKEN_OVER,     /* a token flight begun while a stalled engine's was under way */
  TALLY_READ_BACKS,
  TALLY_REBASES,        /* a second or third round */
  TALLY_QUOTA_FULL,     /* as many arrivals in a window as there may be */
  TALLY_CANCELLED_LATE, /* after a PUT had left */
  TALLY_GONE,           /* dropped with its engine */
  TALLY_DANGLING,       /* with an intent on record, and no outcome */
  TALLY_RECOVERED_APPLIED,
  TALLY_RECOVERED_NOT_APPLIED,
  TALLY_RECOVERED_CONFLICT,
  TALLY_RECOVERED_UNKNOWN,
  TALLY_EXTRAS
};

struct tally {
  int64_t outcomes[OUTCOME_ROOM][VALIDATOR_KINDS];
  int64_t faults[FAULT_ROOM];
  int64_t fates[FATES], endings[ENDINGS], happenings[HAPPENING_KINDS];
  int64_t extra[TALLY_EXTRAS];
};

void tally_add(struct tally *sum, const struct tally *one);
void tally_print(const struct tally *tally);

/* What of all this never happened, as one line; NULL: nothing is missing. */
const char *tally_missing(const struct tally *tally);

#endif
