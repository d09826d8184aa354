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

/* For the next update, and what each of those under way may still have to write. */
static int64_t need_of(size_t opens) { return CXD__AUDIT_RESERVE + (int64_t)opens * CXD__AUDIT_MAX_RECORD; }

/* More where there is room, so that not every record needs the call. */
static int make_room(struct cxd__sheet *sheet, int64_t size, int64_t need) {
  struct cxd__sigxfsz held; /* some file systems hold the limit against reserved blocks too */
  cxd__sigxfsz_hold(&held);
  int code = cxd__set_aside(sheet->fd, size, need + CXD__AUDIT_RESERVE);
  sheet->reserved = code == 0 ? size + need + CXD__AUDIT_RESERVE : 0;
  if (code > 0)
    code = cxd__set_aside(sheet->fd, size, need);
  cxd__sigxfsz_release(&held, 1);
  if (code == CXD__NO_SUCH_CALL)
    return cxd__has_space(sheet->fd, need) ? 0 : ENOSPC;
  return code;
}

static int below_limit(int64_t size, int64_t need) {
  struct rlimit limit;
  return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || (rlim_t)(size + need) <= limit.rlim_cur;
}

static cxd_status have_room(struct cxd__file *file, int64_t size, int64_t need, cxd_error **error) {
  struct cxd__sheet *now = &file->now;
  int code = below_limit(size, need) ? 0 : EFBIG;
  if (code == 0 && (size != now->size || size + need > now->reserved))
    code = make_room(now, size, need);
  return code == 0 ? CXD_OK : cxd__file_no_room(file, code, error);
}

cxd_status cxd__file_make_room(struct cxd__file *file, cxd_error **error) {
  struct stat st;
  if (fstat(file->now.fd, &st) != 0)
    return cxd__place_fail(&file->place, "cannot be examined", errno, error);
  return have_room(file, st.st_size, need_of(file->now.state.opens.count), error);
}

cxd_status cxd__file_make_room_for(struct cxd__file *file, size_t intents, int64_t bytes, cxd_error **error) {
  size_t opens = file->now.state.opens.count + (intents ? intents - 1 : 0);
  return have_room(file, file->now.size, need_of(opens) + bytes, error);
}
