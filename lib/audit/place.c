/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* O_PATH */
#include "audit/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "audit/io.h"
#include "base/descriptor.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/now.h"

#define LOCK_WAIT_US 10000000

cxd_status cxd__place_fail(const struct cxd__place *place, const char *doing, int code, cxd_error **error) {
  return cxd__fail_at(error, CXD_E_AUDIT, "audit.path", "audit log '%s': %s: %s", place->path, doing, cxd__errno_text(code));
}

static cxd_status refuse(const struct cxd__place *place, const char *why, cxd_error **error) {
  return cxd__fail_at(error, CXD_E_AUDIT, "audit.path", "audit log '%s' %s", place->path, why);
}

/* A directory that may be entered but not listed serves as long as nothing is created in it. */
static int open_dir(const char *dir) {
  int fd;
  while ((fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 && errno == EINTR) {
  }
  return cxd__fd_apart(fd < 0 && errno == EACCES ? open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC) : fd);
}

static char *resolve(const char *dir) {
  char path[PATH_MAX];
  return realpath(dir, path) ? cxd__strdup(path) : NULL;
}

static cxd_status enter_dir(struct cxd__place *place, cxd_error **error) {
  char *slash = strrchr(place->path, '/');
  place->base = slash ? slash + 1 : place->path;
  if (*place->base == '\0' || strcmp(place->base, ".") == 0 || strcmp(place->base, "..") == 0)
    return refuse(place, "is a directory: name a file in it", error);
  char *dir = slash ? cxd__strndup(place->path, (size_t)(slash - place->path) + 1) : cxd__strdup(".");
  if (!dir)
    return cxd__fail_nomem(error);
  place->dir = open_dir(dir);
  int code = errno;
  place->where = place->dir < 0 ? NULL : resolve(dir);
  cxd__free(dir);
  return place->dir < 0 ? cxd__place_fail(place, "its directory cannot be opened", code, error) : CXD_OK;
}

static cxd_status check_local(const struct cxd__place *place, int fd, cxd_error **error) {
  struct statfs fs;
  int result;
  while ((result = fstatfs(fd, &fs)) != 0 && errno == EINTR) {
  }
  if (result != 0)
    return cxd__place_fail(place, "its file system cannot be determined", errno, error);
  uint32_t type = (uint32_t)fs.f_type;
  if (type == NFS_SUPER_MAGIC || type == SMB_SUPER_MAGIC || type == CIFS_SUPER_MAGIC || type == SMB2_SUPER_MAGIC)
    return refuse(place, "is on a network file system, where appends of several hosts can mix: use a local disk, or set audit.allow_network_fs=on", error);
  return CXD_OK;
}

static cxd_status explain_open(const struct cxd__place *place, int code, cxd_error **error) {
  if (code == ELOOP)
    return refuse(place, "is a symbolic link: name the file itself", error);
  if (code == EISDIR)
    return refuse(place, "is a directory: name a file in it", error);
  return cxd__place_fail(place, "cannot be opened for appending", code, error);
}

static cxd_status examine(const struct cxd__place *place, int fd, struct stat *st, cxd_error **error) {
  if (fstat(fd, st) != 0)
    return cxd__place_fail(place, "cannot be examined", errno, error);
  if (!S_ISREG(st->st_mode))
    return refuse(place, "is not a regular file", error);
  return place->allow_network_fs ? CXD_OK : check_local(place, fd, error);
}

static cxd_status open_file(const struct cxd__place *place, int *fd, struct stat *st, cxd_error **error) {
  *fd = cxd__open_in(place->dir, place->base, O_RDWR | O_APPEND);
  if (*fd < 0 && errno == ENOENT)
    *fd = cxd__open_in(place->dir, place->base, O_RDWR | O_APPEND | O_CREAT);
  if (*fd < 0)
    return explain_open(place, errno, error);
  return examine(place, *fd, st, error);
}

/* Whoever put it there may have died before its name was durable. Nothing was created in a directory that cannot be read. */
static cxd_status settle_name(const struct cxd__place *place, cxd_error **error) {
  if (cxd__place_sync_dir(place) == 0 || errno == EBADF)
    return CXD_OK;
  return cxd__place_fail(place, "its directory cannot be made durable", errno, error);
}

cxd_status cxd__place_enter(struct cxd__place *place, const char *path, int allow_network_fs, cxd_error **error) {
  place->path = cxd__strdup(path);
  place->allow_network_fs = allow_network_fs;
  if (!place->path)
    return cxd__fail_nomem(error);
  cxd_status status = enter_dir(place, error);
  return status == CXD_OK && !allow_network_fs ? check_local(place, place->dir, error) : status;
}

void cxd__place_leave(struct cxd__place *place) {
  if (place->dir >= 0)
    (void)close(place->dir);
  cxd__free(place->path);
  cxd__free(place->where);
  *place = (struct cxd__place){.dir = -1};
}

int cxd__place_has(const struct cxd__place *place, dev_t device, ino_t inode) {
  struct stat st;
  return fstatat(place->dir, place->base, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_dev == device && st.st_ino == inode;
}

cxd_status cxd__place_check(const struct cxd__place *place, cxd_error **error) {
  struct stat own, there;
  if (!place->where || fstat(place->dir, &own) != 0 || stat(place->where, &there) != 0 || (own.st_dev == there.st_dev && own.st_ino == there.st_ino))
    return CXD_OK;
  return refuse(place, "was not written: its directory was moved, another stands in its place: open the log anew", error);
}

#define TRIES 100

cxd_status cxd__place_acquire(const struct cxd__place *place, int *fd, struct stat *st, cxd_error **error) {
  cxd_status status = CXD_OK;
  for (int i = 0; i < TRIES; i++) {
    status = open_file(place, fd, st, error);
    if (status == CXD_OK)
      status = cxd__place_lock(place, *fd, error);
    if (status == CXD_OK && cxd__place_has(place, st->st_dev, st->st_ino)) {
      status = settle_name(place, error);
      if (status == CXD_OK)
        status = examine(place, *fd, st, error); /* its size may be another by now */
      if (status == CXD_OK)
        return CXD_OK;
    }
    if (*fd >= 0)
      (void)close(*fd);
    *fd = -1;
    if (status != CXD_OK)
      return status;
  }
  return refuse(place, "is replaced by another file again and again", error);
}

int cxd__place_sync_dir(const struct cxd__place *place) {
  int result = cxd__sync_file(place->dir);
  return result != 0 && errno == EINVAL ? 0 : result; /* a file system whose directories need none */
}

/* flock() alone would wait for ever for a process that was stopped while it held the lock. */
cxd_status cxd__place_lock(const struct cxd__place *place, int fd, cxd_error **error) {
  int64_t start = cxd__clock_read().mono_us;
  long pause = 20000;
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR)
      continue;
    if (errno != EWOULDBLOCK)
      return cxd__place_fail(place, "cannot be locked", errno, error);
    if (cxd__clock_read().mono_us - start > LOCK_WAIT_US)
      return refuse(place, "has been locked by another process for 10 s: nothing was written", error);
    struct timespec wait = {0, pause};
    (void)nanosleep(&wait, NULL);
    pause = pause < 2000000 ? pause * 2 : pause;
  }
  return CXD_OK;
}

void cxd__place_unlock(int fd) {
  if (fd >= 0)
    (void)flock(fd, LOCK_UN);
}
