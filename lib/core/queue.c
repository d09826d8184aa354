/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/queue.h"

static enum cxd__ring ring_of(enum cxd__turn turn) { return turn == CXD__TURN_READ_BACK ? CXD__RING_LOOKS : CXD__RING_WORK; }

static size_t waiting(const struct cxd__lane *lane, enum cxd__ring ring) {
  const struct cxd__class_lane *c = lane->classes;
  return ring == CXD__RING_LOOKS ? c[CXD__TURN_READ_BACK].length : c[CXD__TURN_PUT].length + c[CXD__TURN_NEW].length;
}

static struct cxd__ticket *first_of(const struct cxd__lane *lane, enum cxd__ring ring) {
  const struct cxd__class_lane *c = lane->classes;
  if (ring == CXD__RING_LOOKS)
    return c[CXD__TURN_READ_BACK].first;
  return c[CXD__TURN_PUT].first ? c[CXD__TURN_PUT].first : c[CXD__TURN_NEW].first;
}

struct cxd__ticket *cxd__lane_first(const struct cxd__lane *lane) {
  struct cxd__ticket *look = first_of(lane, CXD__RING_LOOKS);
  return look ? look : first_of(lane, CXD__RING_WORK);
}

struct cxd__lane *cxd__queue_lane(struct cxd__queue *queue, const struct cxd__ticket *ticket) { return ticket->lane ? ticket->lane : &queue->anybody; }

struct cxd__ticket *cxd__queue_head(const struct cxd__queue *queue) {
  struct cxd__ticket *asleep = NULL;
  for (int ring = 0; ring < CXD__RINGS; ring++) {
    struct cxd__lane *lane = queue->rings[ring];
    for (int round = 0; lane && !round; lane = lane->next[ring], round = lane == queue->rings[ring]) {
      if (!lane->asleep)
        return first_of(lane, (enum cxd__ring)ring);
      if (!asleep)
        asleep = first_of(lane, (enum cxd__ring)ring);
    }
  }
  return asleep;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* With so many of its own before it, a newcomer is passed as often by each other lane, and once more by those whose turn comes first. */
static size_t others_ahead(const struct cxd__queue *queue, const struct cxd__lane *own, enum cxd__ring ring, size_t own_ahead) {
  size_t count = 0, more = 1;
  const struct cxd__lane *lane = queue->rings[ring];
  for (int round = 0; lane && !round; lane = lane->next[ring], round = lane == queue->rings[ring]) {
    if (lane == own)
      more = 0;
    else if (!lane->asleep)
      count += least(waiting(lane, ring), own_ahead + more);
  }
  return count;
}

static size_t all_awake(const struct cxd__queue *queue, enum cxd__ring ring) {
  size_t count = 0;
  const struct cxd__lane *lane = queue->rings[ring];
  for (int round = 0; lane && !round; lane = lane->next[ring], round = lane == queue->rings[ring])
    count += lane->asleep ? 0 : waiting(lane, ring);
  return count;
}

size_t cxd__queue_ahead(struct cxd__queue *queue, const struct cxd__ticket *ticket) {
  const struct cxd__lane *own = cxd__queue_lane(queue, ticket);
  enum cxd__ring ring = ring_of(ticket->turn);
  size_t own_ahead = 0, looks = ring == CXD__RING_WORK ? all_awake(queue, CXD__RING_LOOKS) : 0;
  for (int turn = ring == CXD__RING_LOOKS ? CXD__TURN_READ_BACK : CXD__TURN_PUT; turn <= (int)ticket->turn; turn++)
    own_ahead += own->classes[turn].length;
  return looks + own_ahead + others_ahead(queue, own, ring, own_ahead);
}

/* ------------------------------------------------------------------- coming and going */

static void join_ring(struct cxd__queue *queue, struct cxd__lane *lane, enum cxd__ring ring) {
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

static void leave_ring(struct cxd__queue *queue, struct cxd__lane *lane, enum cxd__ring ring) {
  if (waiting(lane, ring))
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
  join_ring(queue, lane, ring_of(ticket->turn));
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
  leave_ring(queue, lane, ring_of(ticket->turn));
}

void cxd__queue_took_turn(struct cxd__queue *queue, const struct cxd__ticket *ticket) {
  enum cxd__ring ring = ring_of(ticket->turn);
  struct cxd__lane *lane = cxd__queue_lane(queue, ticket);
  if (lane->next[ring])
    queue->rings[ring] = lane->next[ring];
}
