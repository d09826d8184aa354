/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_PLACE_H
#define CXD__AUDIT_PLACE_H

#include <cxdialer/cxdialer.h>

#include <sys/stat.h>

/*
 * Where a log lives: its directory stays open, so that files beside it can be made whatever the working directory of the host
 * is by then. Zero-initialise with dir at -1.
 */
struct cxd__place {
  char *path;
  const char *base; /* last part of path */
  char *where;      /* its directory as it was found, without links; NULL: cannot be told */
  int dir;
  int allow_network_fs;
};

/* Finds the directory, on a local file system unless allowed. CXD_E_AUDIT, CXD_E_NOMEM. */
cxd_status cxd__place_enter(struct cxd__place *place, const char *path, int allow_network_fs, cxd_error **error);
void cxd__place_leave(struct cxd__place *place);

/*
 * Opens or creates the file at the path, a regular one and no symbolic link, and takes its lock. As long as that is held the file
 * stays the one at the path: only the holder puts another in its place. CXD_E_AUDIT; *fd is -1 then.
 */
cxd_status cxd__place_acquire(const struct cxd__place *place, int *fd, struct stat *st, cxd_error **error);

/*
 * Whether the directory is where it was, or nothing is there: CXD_OK. CXD_E_AUDIT: another directory stands in its place, whoever
 * opens the log there begins a second one.
 */
cxd_status cxd__place_check(const struct cxd__place *place, cxd_error **error);

/* Whether the file at the path is this one. */
int cxd__place_has(const struct cxd__place *place, dev_t device, ino_t inode);

/* Makes names in the directory durable: 0, or -1 and errno. */
int cxd__place_sync_dir(const struct cxd__place *place);

/* Waits for the exclusive lock of a file of the log, 10 s at most. */
cxd_status cxd__place_lock(const struct cxd__place *place, int fd, cxd_error **error);
void cxd__place_unlock(int fd);

/* "audit log 'x': doing: No such file or directory" with status CXD_E_AUDIT and field audit.path. */
cxd_status cxd__place_fail(const struct cxd__place *place, const char *doing, int code, cxd_error **error);

#endif
