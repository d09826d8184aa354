/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_PLACE_H
#define CXD__AUDIT_PLACE_H

#include <cxdialer/cxdialer.h>

/*
 * Where a log lives: its directory stays open, so that files beside it can be made whatever the working directory of the host
 * is by then. Zero-initialise with both descriptors at -1.
 */
struct cxd__place {
  char *path;
  const char *base; /* last part of path */
  int dir, fd;
};

/* Opens or creates the log: a regular file, no symbolic link, on a local file system unless allowed. CXD_E_AUDIT, CXD_E_NOMEM. */
cxd_status cxd__place_open(struct cxd__place *place, const char *path, int allow_network_fs, cxd_error **error);
void cxd__place_close(struct cxd__place *place);

/* Makes names in the directory durable: 0, or -1 and errno. */
int cxd__place_sync_dir(const struct cxd__place *place);

/* Waits for the exclusive lock of the log, 10 s at most. */
cxd_status cxd__place_lock(const struct cxd__place *place, cxd_error **error);
void cxd__place_unlock(const struct cxd__place *place);

/* "audit log 'x': doing: No such file or directory" with status CXD_E_AUDIT and field audit.path. */
cxd_status cxd__place_fail(const struct cxd__place *place, const char *doing, int code, cxd_error **error);

#endif
