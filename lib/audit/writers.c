/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* F_OFD_SETLK */
#include "audit/writers.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/io.h"
#include "audit/names.h"
#include "base/error.h"

static int nibble(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The 8 digits at the end of "host/pid/instance". */
static int read_instance(const char *text, size_t len, uint32_t *out) {
  if (len < 9 || text[len - 9] != '/')
    return 0;
  *out = 0;
  for (size_t i = len - 8; i < len; i++) {
    int digit = nibble(text[i]);
    if (digit < 0)
      return 0;
    *out = *out << 4 | (uint32_t)digit;
  }
  return 1;
}

static int control(int fd, int command, short type, uint32_t instance, struct flock *lock) {
  int result;
  do {
    *lock = (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)instance, .l_len = 1};
  } while ((result = fcntl(fd, command, lock)) != 0 && errno == EINTR);
  return result;
}

static int open_writers(struct cxd__writers *writers, const struct cxd__place *place) {
  char name[CXD__NAME_BYTES];
  struct stat st;
  if (cxd__name_beside(place, ".writers", name) != 0)
    return -1;
  int fd = cxd__open_in(place->dir, name, O_RDWR);
  if (fd < 0 && errno == ENOENT)
    fd = cxd__open_in(place->dir, name, O_RDWR | O_CREAT);
  if (fd < 0)
    return -1;
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
    writers->device = st.st_dev;
    writers->inode = st.st_ino;
    return fd;
  }
  (void)close(fd);
  errno = EINVAL;
  return -1;
}

#define TRIES 64

cxd_status cxd__writers_open(struct cxd__writers *writers, const struct cxd__place *place, struct cxd__sealer *sealer, cxd_error **error) {
  static const char doing[] = "the file with the locks of its writers (.writers) cannot be used";
  struct flock lock;
  writers->fd = open_writers(writers, place);
  if (writers->fd < 0)
    return cxd__place_fail(place, doing, errno, error);
  for (int i = 0; i < TRIES; i++) {
    if (!read_instance(sealer->writer, strlen(sealer->writer), &writers->instance))
      break;
    if (control(writers->fd, F_OFD_SETLK, F_WRLCK, writers->instance, &lock) == 0)
      return CXD_OK;
    if (errno != EAGAIN && errno != EACCES)
      return cxd__place_fail(place, doing, errno, error);
    cxd__sealer_rename(sealer);
  }
  return cxd__place_fail(place, doing, EAGAIN, error);
}

static int is_there(const struct cxd__writers *writers, const struct cxd__place *place) {
  char name[CXD__NAME_BYTES];
  struct stat st;
  return cxd__name_beside(place, ".writers", name) == 0 && fstatat(place->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_dev == writers->device && st.st_ino == writers->inode;
}

/* The lock in the old file stays, for those who have not looked yet, and so does the old file, for those who have not. */
cxd_status cxd__writers_stay(struct cxd__writers *writers, const struct cxd__place *place, struct cxd__sealer *sealer, cxd_error **error) {
  struct cxd__writers now = {.fd = -1, .before = writers->fd};
  if (is_there(writers, place))
    return CXD_OK;
  cxd_status status = cxd__writers_open(&now, place, sealer, error);
  if (status != CXD_OK) {
    if (now.fd >= 0)
      (void)close(now.fd);
    return status;
  }
  if (writers->before >= 0)
    (void)close(writers->before);
  *writers = now;
  return CXD_OK;
}

/* A child that goes on without exec() still has the descriptor: without unlocking it would keep its parent alive. */
void cxd__writers_close(struct cxd__writers *writers, int forked) {
  struct flock lock;
  int *const fds[] = {&writers->fd, &writers->before};
  for (size_t i = 0; i < 2; i++) {
    if (*fds[i] < 0)
      continue;
    if (!forked)
      (void)control(*fds[i], F_OFD_SETLK, F_UNLCK, writers->instance, &lock);
    (void)close(*fds[i]);
    *fds[i] = -1;
  }
}

int cxd__writers_alive(const struct cxd__writers *writers, struct cxd__slice w) {
  struct flock lock;
  uint32_t instance;
  if (w.len < 2 || !read_instance(w.p + 1, w.len - 2, &instance))
    return 0;
  if (instance == writers->instance)
    return 1;
  if (control(writers->fd, F_OFD_GETLK, F_WRLCK, instance, &lock) != 0)
    return -1;
  if (lock.l_type != F_UNLCK || writers->before < 0)
    return lock.l_type != F_UNLCK;
  return control(writers->before, F_OFD_GETLK, F_WRLCK, instance, &lock) != 0 ? -1 : lock.l_type != F_UNLCK;
}
