/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__API_BATCH_H
#define CXD__API_BATCH_H

#include <stdatomic.h>

#include "api/batch_items.h"
#include "api/recover.h"
#include "api/updater.h"
#include "engine/sink.h"

/* Why no more items are begun. */
enum cxd__stop { CXD__STOP_NONE, CXD__STOP_ASKED, CXD__STOP_CANCELLED, CXD__STOP_ERRORS, CXD__STOP_ERROR_RATE, CXD__STOP_CANARY, CXD__STOP_PROGRESS, CXD__STOP_BROKEN };

/* One item on its way: first what became of earlier updates of its campaign, then the update itself. */
struct cxd__flight_of {
  struct cxd_batch *batch;
  struct cxd__flight_of *next; /* in the list of free ones */
  uint32_t item, op;
  struct cxd__job job;
  cxd_campaign *change;
  struct cxd__dangling dangling;
  char boot[40];
  cxd_report *found;           /* about earlier updates */
  cxd_error *refused;          /* because of one */
  char *known;                 /* the campaign as a list page had it; NULL: it is read */
};

/* batch_prefetch.c */
enum cxd__prefetch_state { CXD__PREFETCH_NOT_LOOKED_AT, CXD__PREFETCH_SCOUTING, CXD__PREFETCH_LISTING, CXD__PREFETCH_OVER };

struct cxd__prefetch {
  enum cxd__prefetch_state state;
  int32_t scouts;
  struct cxd__flight_of lister;
  char *cursor;                /* of the page that is read now; NULL: the first */
  struct cxd__page_doc *docs;  /* by hash of the campaign id */
  size_t slots, kept, bytes;
};

struct cxd__batch_rules {
  size_t concurrency, max_errors, canary;
  double max_error_rate;
  int32_t coalesce, prefetch;
};

#define CXD__LAST_ENDS 100

struct cxd_batch {
  uint32_t magic;
  cxd_updater *updater;
  struct cxd__batch_rules rules;
  int32_t announces;              /* some callback has on_sending; none can be added while this lives */
  struct cxd__items items;
  struct cxd__session session;    /* its engine, from the first use on */
  struct cxd__flight_of *flights, *idle;
  size_t in_flight;
  uint32_t cursor;                /* the first item that was never looked at */
  struct cxd__prefetch prefetch;
  struct cxd__numbers ready;      /* items whose predecessor has ended, that were passed over because of it */
  atomic_int asked;               /* enum cxd__stop: by cxd_batch_stop and cancel, from any thread */
  atomic_size_t remaining;        /* items without a result */
  enum cxd__stop stop;
  cxd_status broken;              /* CXD__STOP_BROKEN: what it could not go on for */
  char *why;                      /* in words */
  size_t failed, outcomes[CXD_OUTCOME_CANCELLED + 1];
  size_t canaries_ended, canaries_failed, failed_before; /* failed_before: since it last had nothing to do */
  uint8_t last[CXD__LAST_ENDS];   /* whether these failed, a ring over `judged` */
  struct cxd__buf packing;        /* room to pack a result in */
  size_t judged, recent_failures;
  int64_t began_us, requests;     /* of what has ended, for the estimate */
  size_t not_begun;               /* since it last had nothing to do */
  size_t told;                    /* ends that on_progress has seen */

  /* events */
  size_t delivered;               /* ends that were told as events */
  cxd_token_provider tokens;      /* asks by event */
  cxd_token_sink *sink;           /* not asked for yet, or asked for by the present event */
  struct cxd_token_request request;
  int32_t eventful;               /* next_event drives it, or has driven it */
  int64_t checkpoint_seq;         /* 0: none to tell */
  char checkpoint[65];
  cxd_event *event;
  atomic_int released;
  int32_t busy;                   /* a call of its own is on the stack */
};

struct cxd_event {
  uint32_t magic;
  int32_t kind;
  size_t item, done, total;
  const cxd_result *result;
  int64_t seq;
  char text[65];
  struct cxd_token_request request;
  cxd_token_sink *sink;
};

/* batch.c */
cxd_status cxd__batch_enter(cxd_batch *batch, uintptr_t entry, cxd_error **error); /* may this call drive it, and with an engine; then leave */
void cxd__batch_leave(cxd_batch *batch);
cxd_status cxd__batch_idle(cxd_batch *batch, cxd_error **error); /* nothing remains: takes in what made its descriptor readable */
cxd_status cxd__batch_engine(cxd_batch *batch, uintptr_t entry, cxd_error **error); /* without one it is broken off */

/* batch_drive.c: begins, takes in, ends, until nothing more can be done without waiting */
cxd_status cxd__batch_drive(cxd_batch *batch, int64_t timeout_us, cxd_error **error); /* waits for the network as long as it takes (-1), or at most so long */
void cxd__batch_break_off(cxd_batch *batch, cxd_status status, const cxd_error *error); /* it cannot go on: items in flight are cancelled, the others not begun */
int cxd__batch_can_begin(const cxd_batch *batch);
cxd_status cxd__batch_verdict(cxd_batch *batch, cxd_error **error); /* of run, once nothing remains */
const char *cxd__batch_why_not(const cxd_batch *batch);             /* items are not begun; "" when they are */

/* batch_flight.c */
void cxd__flight_begin(cxd_batch *batch, uint32_t item);         /* one is idle; the item may have ended by then */
void cxd__flight_done(struct cxd__flight_of *flight);            /* its op has come to an end */
void cxd__batch_end_item(cxd_batch *batch, uint32_t item, cxd_result *result); /* takes it over, NULL: no memory for one; callbacks have run */
const cxd_result *cxd__batch_lost(void);                         /* what stands for that one */
int cxd__batch_announce(void *batch, void *const *hosts, const char *const *intents, size_t count);

/* batch_prefetch.c */
void cxd__prefetch_consider(cxd_batch *batch);
int cxd__prefetch_holds(const cxd_batch *batch);                 /* no item is to be begun now */
void cxd__prefetch_scouted(cxd_batch *batch, const cxd_result *result); /* an item has ended */
void cxd__prefetch_listed(cxd_batch *batch);                     /* the job of its lister has */
char *cxd__prefetch_take(cxd_batch *batch, uint32_t hash, size_t *len); /* NULL: none */
void cxd__prefetch_free(cxd_batch *batch);

/* batch_coalesce.c */
void cxd__batch_coalesce(cxd_batch *batch, uint32_t item, cxd_campaign **change);

/* batch_event.c */
int32_t cxd__batch_ask_token(void *batch, const cxd_token_request *request, cxd_token_sink *sink);
void cxd__batch_forget_events(cxd_batch *batch);

#endif
