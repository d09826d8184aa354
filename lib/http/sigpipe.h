/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_SIGPIPE_H
#define CXD__HTTP_SIGPIPE_H

#include <signal.h>

/*
 * A write to a connection the server has closed must not kill the host: SIGPIPE is held back from this thread while libcurl
 * has the word, and one that came in that time is taken away, also from a host that keeps the signal blocked itself. No
 * method of the host runs in between, so one that was pending before is the host's and stays.
 */
struct cxd__sigpipe {
  sigset_t before;
  int was_pending;
};

void cxd__sigpipe_hold(struct cxd__sigpipe *held);
void cxd__sigpipe_release(const struct cxd__sigpipe *held);

#endif
