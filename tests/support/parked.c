/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* RTLD_NEXT */
#include "parked.h"

#include <check.h>
#include <dlfcn.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "sim.h"

static _Thread_local struct parked *mine;

void parked_watch(struct parked *parked) { mine = parked; }

void parked_await(struct parked *parked, size_t times) {
  time_t end = time(NULL) + HANG_S;
  while (atomic_load(&parked->times) <= times) {
    ck_assert_msg(time(NULL) < end, "the thread never went to sleep");
    (void)sched_yield();
  }
}

/* In place of libc's, which it calls. */
int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout_ms) {
  int (*real)(int, struct epoll_event *, int, int);
  void *found = dlsym(RTLD_NEXT, "epoll_wait");
  memcpy(&real, &found, sizeof real);
  if (mine && (timeout_ms < 0 || timeout_ms >= PARKED_MS))
    atomic_fetch_add(&mine->times, 1);
  return real(epoll, events, most, timeout_ms);
}
