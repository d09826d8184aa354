/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* sigtimedwait */
#include "http/sigpipe.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

static void only(sigset_t *set) {
  (void)sigemptyset(set);
  (void)sigaddset(set, SIGPIPE);
}

static int is_pending(void) {
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

void cxd__sigpipe_hold(struct cxd__sigpipe *held) {
  sigset_t set;
  only(&set);
  (void)pthread_sigmask(SIG_BLOCK, &set, &held->before);
  held->was_pending = sigismember(&held->before, SIGPIPE) == 1 && is_pending(); /* one that was let through cannot be waiting */
}

void cxd__sigpipe_release(const struct cxd__sigpipe *held) {
  static const struct timespec now = {0, 0};
  sigset_t set;
  only(&set);
  if (!held->was_pending && is_pending())
    while (sigtimedwait(&set, NULL, &now) < 0 && errno == EINTR) {
    }
  if (held->was_pending && !is_pending())
    (void)raise(SIGPIPE); /* libcurl ignores the signal for a moment where it closes a multi handle, which drops one that waits */
  (void)pthread_sigmask(SIG_SETMASK, &held->before, NULL);
}
