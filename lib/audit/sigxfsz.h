/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_SIGXFSZ_H
#define CXD__AUDIT_SIGXFSZ_H

#include <signal.h>

/*
 * A write over the file size limit sends SIGXFSZ, which would end the host. Between hold and release it stays pending in this
 * thread, and one that came in between is taken away; a signal that the host itself has pending stays.
 */
struct cxd__sigxfsz {
  sigset_t before;
  int was_pending;
};
void cxd__sigxfsz_hold(struct cxd__sigxfsz *held);
void cxd__sigxfsz_release(const struct cxd__sigxfsz *held, int failed); /* failed: some call did, so there may be one */

#endif
