/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_QUEUE_H
#define CXD__CORE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Who waits for the quota, and whose turn it is. Each core has a lane of its own, first come, first served in three classes. What is nearly
 * done goes first, whosever it is: its time is running. Within a class the lanes take turns, so that one update beside a batch with thousands
 * to begin waits for about one slot. A lane whose turn passed unused is taken to be asleep and left out until it moves again.
 *
 * A lane changes only in calls of its own core, which may therefore look at it without a lock; `asleep` and the rings are everybody's.
 */
struct cxd__core;

enum cxd__turn { CXD__TURN_READ_BACK, CXD__TURN_PUT, CXD__TURN_NEW, CXD__TURNS };

/* A place in a lane, then the permission to send; kept inside the operation. */
struct cxd__ticket {
  struct cxd__ticket *next, *previous;
  struct cxd__lane *lane; /* NULL: of nobody in particular */
  enum cxd__turn turn;
  int queued, granted, probe;
  int64_t gate_us; /* the longest it waits for a gate that stays closed because the server asked for it; 0: as long as it takes */
};

struct cxd__class_lane {
  struct cxd__ticket *first, *last;
  size_t length;
};

struct cxd__lane {
  struct cxd__core *core;
  struct cxd__class_lane classes[CXD__TURNS];
  struct cxd__lane *next[CXD__TURNS], *previous[CXD__TURNS]; /* those with somebody in this class, in a ring; NULL: not in it */
  int asleep;
};

struct cxd__queue {
  struct cxd__lane *rings[CXD__TURNS]; /* whose turn is next */
  struct cxd__lane anybody;
  size_t length;
};

struct cxd__ticket *cxd__lane_first(const struct cxd__lane *lane); /* which of the lane goes next; NULL: nobody waits */

struct cxd__ticket *cxd__queue_head(const struct cxd__queue *queue); /* whose turn it is; NULL: nobody waits */
struct cxd__lane *cxd__queue_lane(struct cxd__queue *queue, const struct cxd__ticket *ticket);
size_t cxd__queue_ahead(struct cxd__queue *queue, const struct cxd__ticket *ticket); /* how many go before it if it comes now */
void cxd__queue_add(struct cxd__queue *queue, struct cxd__ticket *ticket);
void cxd__queue_remove(struct cxd__queue *queue, struct cxd__ticket *ticket);
void cxd__queue_took_turn(struct cxd__queue *queue, const struct cxd__ticket *ticket); /* before it is removed: the next lane's turn comes */

#endif
