/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_SLOTS_H
#define CXD__CORE_SLOTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Slots of the quota: free, held by a request under way, or cooling until the server's window has certainly forgotten that
 * request. Cooling slots sit in a heap by the time they are free again.
 */
struct cxd__slots {
  int64_t *cooling;
  size_t count, held, room;
};

int cxd__slots_init(struct cxd__slots *slots, size_t room); /* 0, or -1: no memory */
void cxd__slots_free(struct cxd__slots *slots);

size_t cxd__slots_used(struct cxd__slots *slots, int64_t mono_us); /* held and cooling */
void cxd__slots_take(struct cxd__slots *slots);                    /* the caller knows that one is free */
void cxd__slots_give_back(struct cxd__slots *slots);               /* nothing was sent with it */
void cxd__slots_cool(struct cxd__slots *slots, int64_t until_mono_us);

/* When the nth of the used slots (from 1) is free again; a held one is counted as if it were released now and then cooled for hold_us. */
int64_t cxd__slots_free_at(const struct cxd__slots *slots, size_t nth, int64_t mono_us, int64_t hold_us);

#endif
