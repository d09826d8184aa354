/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_CANCEL_STAGE_H
#define CXD_TESTS_CANCEL_STAGE_H

#include <cxdialer/cxdialer.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "parked.h"
#include "puppet.h"

/*
 * One call in a thread of its own, brought exactly to a place where it waits for something: the stage for a cancel. The
 * calling thread plays the server, so nothing goes on behind its back.
 */
enum stage_kind { STAGE_APPLY, STAGE_PLAN, STAGE_GET };

/* Methods of the host that a call can be held in. */
enum stage_place { STAGE_NOWHERE, STAGE_IN_RULE, STAGE_IN_LOGGER, STAGE_IN_LOG, STAGE_IN_CALLBACK };

struct stage;

struct stage_call {
  struct stage *stage;
  enum stage_kind kind;
  cxd_updater *updater;
  pthread_t thread;
  struct parked parked;
  int over; /* readable when the call has returned */
  cxd_status status;
  cxd_result *result;
  int64_t returned_us;
};

struct stage_state {
  const char *name;
  const char *const *settings;
  void (*configure)(struct stage *stage);   /* before anything is made from the config; NULL: nothing */
  void (*prepare)(struct stage *stage);     /* before the call */
  void (*reach)(struct stage *stage);       /* from the start of the call to where it waits */
  void (*reach_again)(struct stage *stage); /* the same for the next call, when it would have to wait as well; NULL: it can be served */
  void (*clear_up)(struct stage *stage);    /* before the next call */
  enum stage_place place;
  int reading;                              /* reads and plans come here, too */
  int32_t outcome;                          /* of an update that is cancelled here */
  int intent;                               /* records of an intent; with CXD_OUTCOME_CANCELLED: at most */
  int sends;
};

struct stage {
  const struct stage_state *state;
  struct puppet server;
  cxd_config *config;
  cxd_client *client;
  cxd_validator *validator;
  cxd_updater *updater, *other_updater;
  struct stage_call call, other;
  int filler;                 /* a connection that takes the last place in the server's queue */
  atomic_size_t answers, parked_at_answer;
  sem_t entered, let_go;
  int whole_client;           /* was cancelled */
  atomic_int place;           /* where the next visit is held */
  cxd_token_sink *sink;
  char *records;              /* of the audit log */
};

extern const struct stage_state stage_states[];
extern const size_t stage_state_count;

void stage_open(struct stage *stage, const struct stage_state *state);
void stage_close(struct stage *stage);

void stage_begin(struct stage *stage, enum stage_kind kind);
void stage_reach(struct stage *stage);
void stage_cancel(struct stage *stage, int whole_client);
void stage_leave(struct stage *stage); /* lets a held method go on; elsewhere nothing */
void stage_end(struct stage *stage);   /* waits for the call to return */
void stage_serve(struct stage *stage); /* the same, with a server that works */
void stage_forget(struct stage *stage); /* frees the result */

int64_t stage_now_us(void);

#endif
