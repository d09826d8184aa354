/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* fallocate */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "audit/file.h"
#include "audit/sigxfsz.h"
#include "base/error.h"

/* Where blocks cannot be set aside, at least there must be some now. */
int cxd__has_space(int fd, int64_t len) {
  struct statvfs fs;
  return fstatvfs(fd, &fs) != 0 || fs.f_bavail >= (fsblkcnt_t)len / (fs.f_frsize ? fs.f_frsize : 4096);
}

int cxd__set_aside(int fd, int64_t size, int64_t len) {
  int result;
  while ((result = fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)size, (off_t)len)) != 0 && errno == EINTR) {
  }
  if (result != 0 && (errno == EOPNOTSUPP || errno == ENOSYS))
    return CXD__NO_SUCH_CALL;
  return result == 0 ? 0 : errno;
}

/* Twice as much where there is room, so that not every record needs the call. */
static int make_room(struct cxd__sheet *sheet, int64_t size) {
  struct cxd__sigxfsz held; /* some file systems hold the limit against reserved blocks too */
  cxd__sigxfsz_hold(&held);
  int code = cxd__set_aside(sheet->fd, size, 2 * CXD__AUDIT_RESERVE);
  sheet->reserved = code == 0 ? size + 2 * CXD__AUDIT_RESERVE : 0;
  if (code > 0)
    code = cxd__set_aside(sheet->fd, size, CXD__AUDIT_RESERVE);
  cxd__sigxfsz_release(&held, 1);
  if (code == CXD__NO_SUCH_CALL)
    return cxd__has_space(sheet->fd, CXD__AUDIT_RESERVE) ? 0 : ENOSPC;
  return code;
}

static int below_limit(int64_t size) {
  struct rlimit limit;
  return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || (rlim_t)size + CXD__AUDIT_RESERVE <= limit.rlim_cur;
}

cxd_status cxd__file_make_room(struct cxd__file *file, cxd_error **error) {
  struct stat st;
  struct cxd__sheet *now = &file->now;
  if (fstat(now->fd, &st) != 0)
    return cxd__place_fail(&file->place, "cannot be examined", errno, error);
  int code = below_limit(st.st_size) ? 0 : EFBIG;
  if (code == 0 && (st.st_size != now->size || st.st_size + CXD__AUDIT_RESERVE > now->reserved))
    code = make_room(now, st.st_size);
  return code == 0 ? CXD_OK : cxd__file_no_room(file, code, error);
}
