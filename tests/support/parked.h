/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_PARKED_H
#define CXD_TESTS_PARKED_H

#include <stdatomic.h>
#include <stddef.h>

/*
 * Whether a thread has gone to sleep in the library's wait: the test program has an epoll_wait() of its own, through which
 * the shared library sleeps, too. A sleep of at least PARKED_MS counts.
 */
#define PARKED_MS 100

struct parked {
  atomic_size_t times;
};

void parked_watch(struct parked *parked);                 /* from now on, this thread's; NULL: no longer */
void parked_await(struct parked *parked, size_t times);   /* until it has gone to sleep more often than that */

#endif
