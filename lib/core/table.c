/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/table.h"

#include "base/mem.h"
#include "core/op.h"

#define PLACE_BITS 16
#define PLACES_MAX ((size_t)UINT16_MAX)

static int grow(struct cxd__table *table) {
  size_t room = table->room ? 2 * table->room : 8;
  if (room > PLACES_MAX)
    room = PLACES_MAX;
  if (room == table->room)
    return -1;
  struct cxd__op **timers = cxd__realloc(table->timers, room * sizeof *timers);
  if (!timers)
    return -1;
  table->timers = timers;
  struct cxd__place *places = cxd__realloc(table->places, room * sizeof *places);
  if (!places)
    return -1;
  table->places = places;
  for (size_t i = room; i > table->room; i--) {
    places[i - 1] = (struct cxd__place){NULL, 0, table->next_free};
    table->next_free = (uint32_t)i;
  }
  table->room = room;
  return 0;
}

int cxd__table_add(struct cxd__table *table, struct cxd__op *op) {
  if (!table->next_free && grow(table) != 0)
    return -1;
  uint32_t number = table->next_free;
  struct cxd__place *place = &table->places[number - 1];
  table->next_free = place->next_free;
  place->op = op;
  op->id = place->used++ << PLACE_BITS | number;
  op->begun = table->begun++;
  op->previous = table->last;
  op->next = NULL;
  if (table->last)
    table->last->next = op;
  else
    table->first = op;
  table->last = op;
  table->count++;
  return 0;
}

void cxd__table_remove(struct cxd__table *table, struct cxd__op *op) {
  uint32_t number = op->id & (uint32_t)PLACES_MAX;
  struct cxd__place *place = &table->places[number - 1];
  cxd__table_set_timer(table, op, INT64_MAX);
  place->op = NULL;
  place->next_free = table->next_free;
  table->next_free = number;
  if (op->previous)
    op->previous->next = op->next;
  else
    table->first = op->next;
  if (op->next)
    op->next->previous = op->previous;
  else
    table->last = op->previous;
  table->count--;
}

void cxd__table_free(struct cxd__table *table) {
  cxd__free(table->places);
  cxd__free(table->timers);
}

struct cxd__op *cxd__table_find(const struct cxd__table *table, uint32_t id) {
  size_t number = id & PLACES_MAX;
  struct cxd__op *op = number && number <= table->room ? table->places[number - 1].op : NULL;
  return op && op->id == id ? op : NULL;
}

/* ---------------------------------------------------------------------------- timers */

static int before(const struct cxd__op *a, const struct cxd__op *b) { return a->timer_us < b->timer_us || (a->timer_us == b->timer_us && a->begun < b->begun); }

static void put(struct cxd__table *table, struct cxd__op *op, size_t at) {
  table->timers[at - 1] = op;
  op->timer = at;
}

static void sift(struct cxd__table *table, struct cxd__op *op, size_t at) {
  for (; at > 1 && before(op, table->timers[at / 2 - 1]); at /= 2)
    put(table, table->timers[at / 2 - 1], at);
  for (size_t child; (child = 2 * at) <= table->timer_count; at = child) {
    if (child < table->timer_count && before(table->timers[child], table->timers[child - 1]))
      child++;
    if (!before(table->timers[child - 1], op))
      break;
    put(table, table->timers[child - 1], at);
  }
  put(table, op, at);
}

void cxd__table_set_timer(struct cxd__table *table, struct cxd__op *op, int64_t mono_us) {
  size_t at = op->timer;
  op->timer_us = mono_us;
  if (mono_us != INT64_MAX)
    sift(table, op, at ? at : ++table->timer_count);
  else if (at) {
    struct cxd__op *last = table->timers[--table->timer_count];
    op->timer = 0;
    if (last != op)
      sift(table, last, at);
  }
}

struct cxd__op *cxd__table_next_timer(const struct cxd__table *table) { return table->timer_count ? table->timers[0] : NULL; }
