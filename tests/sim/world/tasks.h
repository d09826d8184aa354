/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_TASKS_H
#define CXD_WORLD_TASKS_H

#include "core/core.h"
#include "plan.h"
#include "server.h"

/* One operation: what it is to do, and everything the world saw of it. */
enum task_state { TASK_PLANNED, TASK_READY, TASK_RUNNING, TASK_DONE, TASK_GONE };

#define INTENTS_MAX 8

struct intent {
  int round;
  char d1[65]; /* sha256 of the body it announces */
};

struct task {
  const struct task_plan *plan;
  int number;
  enum task_state state;
  int64_t start_at; /* of the plan; of a RECOVER when there is something to recover */
  uint32_t op;
  cxd_campaign *change;
  struct cxd__job job;
  struct edit edits[EDITS_MAX + 1]; /* what it really changes */
  int edit_count;
  int common;                       /* others may write the same values: what is found there proves nothing */
  size_t log_mark;                  /* of the campaign's log when its base was read */
  int cancel;                       /* asked for, not yet done */
  int64_t started_mono, deadline_mono; /* NEVER: its time has not begun */

  /* seen on its way */
  int tried;              /* requests handed to the network, whatever became of them */
  int left[4];            /* requests by enum message_kind */
  int tokens_left;        /* token requests of its engine while it ran */
  int applied;            /* its PUTs that were */
  int doubtful;           /* PUTs that ended without certainty */
  int unfinished;         /* answered 202 */
  int unbelieved;         /* answered with old values, or with another campaign */
  int spurious;           /* conflicts the server made up */
  int cancelled;
  struct intent intents[INTENTS_MAX]; /* durable ones */
  int intent_count, intents_tried;
  char uuid[40];
  char *dangling;         /* the last durable intent as a line of the log; NULL: none, or its outcome is durable */
  int tells;              /* it changes a value: reading shows whether it was applied */
  int64_t died_at;        /* when it was dropped with its engine */
  int slow_copy;          /* applied more than an attempt's time after that: nobody waits that long */
  int recovered;          /* the outcome that a RECOVER put on record; 0: none */
  int outcome_records;    /* tried */
  int recorded_outcome, recorded_sends, recorded_attempts, recorded_intent;
  int64_t checked_mono;   /* when the whole document was last accepted */
  int64_t valid_until_ms; /* the end of calling hours that the validator gave with it; 0: none */
  int64_t recorded_boot;  /* when its last record was handed to the log: the outcome was decided then */
  int64_t recorded_slots; /* of the quota, in use at that time */

  /* the end */
  int dones;
  int32_t outcome;        /* 0: GET and LIST */
  cxd_status status;
  int32_t sends, attempts;
};

struct world;

int task_prepare(struct world *world, struct task *task); /* change and job; 0, or -1 */
void task_finish(struct world *world, struct task *task); /* after DONE: takes the result and forgets the operation */
void task_record(struct world *world, struct task *task, const char *record, size_t len, int durable);
void task_recovered(struct world *world, struct task *task, int64_t resolves, const char *record, size_t len, int durable); /* a record of a RECOVER */
void task_died(struct world *world, struct task *task);
void task_clear(struct task *task);
void task_sha256(const void *bytes, size_t len, char hex[65]);

#endif
