/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* sigtimedwait */
#include "audit/sigxfsz.h"

#include <errno.h>
#include <time.h>

static void only(sigset_t *set) {
  (void)sigemptyset(set);
  (void)sigaddset(set, SIGXFSZ);
}

void cxd__sigxfsz_hold(struct cxd__sigxfsz *held) {
  sigset_t set, pending;
  only(&set);
  (void)pthread_sigmask(SIG_BLOCK, &set, &held->before);
  held->was_pending = sigismember(&held->before, SIGXFSZ) == 1 && sigpending(&pending) == 0 && sigismember(&pending, SIGXFSZ) == 1;
}

void cxd__sigxfsz_release(const struct cxd__sigxfsz *held, int failed) {
  static const struct timespec now = {0, 0};
  sigset_t set;
  only(&set);
  while (failed && !held->was_pending && sigtimedwait(&set, NULL, &now) < 0 && errno == EINTR) {
  }
  (void)pthread_sigmask(SIG_SETMASK, &held->before, NULL);
}
