/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/queue.h"

struct cxd__ticket *cxd__lane_first(const struct cxd__lane *lane) {
  for (int turn = 0; turn < CXD__TURNS; turn++)
    if (lane->classes[turn].first)
      return lane->classes[turn].first;
  return NULL;
}

struct cxd__lane *cxd__queue_lane(struct cxd__queue *queue, const struct cxd__ticket *ticket) { return ticket->lane ? ticket->lane : &queue->anybody; }

/* The next lane of a ring, from the one whose turn it is; NULL: all were there. lane NULL: the first. */
static struct cxd__lane *next_lane(const struct cxd__queue *queue, int turn, const struct cxd__lane *lane) {
  if (!lane)
    return queue->rings[turn];
  return lane->next[turn] == queue->rings[turn] ? NULL : lane->next[turn];
}

struct cxd__ticket *cxd__queue_head(const struct cxd__queue *queue) {
  struct cxd__ticket *asleep = NULL;
  for (int turn = 0; turn < CXD__TURNS; turn++)
    for (struct cxd__lane *lane = NULL; (lane = next_lane(queue, turn, lane)) != NULL;) {
      if (!lane->asleep)
        return lane->classes[turn].first;
      if (!asleep)
        asleep = lane->classes[turn].first;
    }
  return asleep;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* With so many of its own before it, a newcomer is passed as often by each other lane, and once more by those whose turn comes first. */
static size_t others_ahead(const struct cxd__queue *queue, const struct cxd__lane *own, int turn, size_t own_ahead) {
  size_t count = 0, more = 1;
  for (struct cxd__lane *lane = NULL; (lane = next_lane(queue, turn, lane)) != NULL;)
    if (lane == own)
      more = 0;
    else if (!lane->asleep)
      count += least(lane->classes[turn].length, own_ahead + more);
  return count;
}

size_t cxd__queue_ahead(struct cxd__queue *queue, const struct cxd__ticket *ticket) {
  const struct cxd__lane *own = cxd__queue_lane(queue, ticket);
  size_t own_ahead = own->classes[ticket->turn].length, count = own_ahead + others_ahead(queue, own, (int)ticket->turn, own_ahead);
  for (int turn = 0; turn < (int)ticket->turn; turn++)
    for (struct cxd__lane *lane = NULL; (lane = next_lane(queue, turn, lane)) != NULL;)
      count += lane->asleep ? 0 : lane->classes[turn].length;
  return count;
}

/* ------------------------------------------------------------------- coming and going */

static void join_ring(struct cxd__queue *queue, struct cxd__lane *lane, int ring) {
  struct cxd__lane *turn = queue->rings[ring];
  if (lane->next[ring])
    return;
  if (!turn) {
    queue->rings[ring] = lane->next[ring] = lane->previous[ring] = lane;
    return;
  }
  lane->next[ring] = turn;
  lane->previous[ring] = turn->previous[ring];
  turn->previous[ring]->next[ring] = lane;
  turn->previous[ring] = lane;
}

static void leave_ring(struct cxd__queue *queue, struct cxd__lane *lane, int ring) {
  if (lane->classes[ring].length)
    return;
  if (queue->rings[ring] == lane)
    queue->rings[ring] = lane->next[ring] == lane ? NULL : lane->next[ring];
  lane->previous[ring]->next[ring] = lane->next[ring];
  lane->next[ring]->previous[ring] = lane->previous[ring];
  lane->next[ring] = lane->previous[ring] = NULL;
}

void cxd__queue_add(struct cxd__queue *queue, struct cxd__ticket *ticket) {
  struct cxd__lane *lane = cxd__queue_lane(queue, ticket);
  struct cxd__class_lane *c = &lane->classes[ticket->turn];
  ticket->next = NULL;
  ticket->previous = c->last;
  if (c->last)
    c->last->next = ticket;
  else
    c->first = ticket;
  c->last = ticket;
  c->length++;
  queue->length++;
  ticket->queued = 1;
  join_ring(queue, lane, (int)ticket->turn);
}

void cxd__queue_remove(struct cxd__queue *queue, struct cxd__ticket *ticket) {
  struct cxd__lane *lane = cxd__queue_lane(queue, ticket);
  struct cxd__class_lane *c = &lane->classes[ticket->turn];
  if (ticket->previous)
    ticket->previous->next = ticket->next;
  else
    c->first = ticket->next;
  if (ticket->next)
    ticket->next->previous = ticket->previous;
  else
    c->last = ticket->previous;
  ticket->next = ticket->previous = NULL;
  ticket->queued = 0;
  c->length--;
  queue->length--;
  leave_ring(queue, lane, (int)ticket->turn);
}

void cxd__queue_took_turn(struct cxd__queue *queue, const struct cxd__ticket *ticket) {
  int ring = (int)ticket->turn;
  struct cxd__lane *lane = cxd__queue_lane(queue, ticket);
  if (lane->next[ring])
    queue->rings[ring] = lane->next[ring];
}
