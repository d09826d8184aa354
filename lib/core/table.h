/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_TABLE_H
#define CXD__CORE_TABLE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The operations of a core: found by their id at once, whose lower half is their place; walked in the order they began; and those
 * that wait for a time in a heap, so that the others cost nothing. Room for the heap is made with each operation, and nothing later can fail.
 */
struct cxd__op;

struct cxd__place {
  struct cxd__op *op;   /* NULL: free */
  uint32_t used;        /* how often: the upper half of the id of the next */
  uint32_t next_free;   /* place + 1; 0: none */
};

struct cxd__table {
  struct cxd__op *first, *last; /* in the order they began */
  struct cxd__place *places;
  struct cxd__op **timers;      /* a heap by time, then by age */
  size_t room, count, timer_count;
  uint32_t next_free;
  uint64_t begun;
};

int cxd__table_add(struct cxd__table *table, struct cxd__op *op); /* gives it an id; 0, or -1: no memory, or 65,535 are there */
void cxd__table_remove(struct cxd__table *table, struct cxd__op *op);
void cxd__table_free(struct cxd__table *table); /* it is empty */
struct cxd__op *cxd__table_find(const struct cxd__table *table, uint32_t id); /* NULL: gone */

void cxd__table_set_timer(struct cxd__table *table, struct cxd__op *op, int64_t mono_us); /* INT64_MAX: none */
struct cxd__op *cxd__table_next_timer(const struct cxd__table *table); /* the earliest; NULL: nobody waits for a time */

#endif
