/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* O_CLOEXEC, fstat and st_mtim under -std=c11 */
#include "validate/zone_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int path_of(const char *dir, const char *name, size_t len, char out[PATH_MAX]) {
  size_t dir_len = strlen(dir);
  if (dir_len + len + 2 > PATH_MAX)
    return 0;
  memcpy(out, dir, dir_len);
  out[dir_len] = '/';
  memcpy(out + dir_len + 1, name, len);
  out[dir_len + 1 + len] = '\0';
  return 1;
}

static int64_t ns_of(struct timespec time) { return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec; }

static struct cxd__zone_stamp stamp_of(const struct stat *info) {
  return (struct cxd__zone_stamp){(uint64_t)info->st_dev, (uint64_t)info->st_ino, (int64_t)info->st_size, ns_of(info->st_ctim), ns_of(info->st_mtim)};
}

static struct cxd__zone_file failed(enum cxd__zone_state state, int number, const char *why) {
  return (struct cxd__zone_file){.state = state, .fd = -1, .number = number, .why = why};
}

/* Nothing of this name, or no directory to have it in? */
static struct cxd__zone_file why_not(const char *dir, int number) {
  if (number != ENOENT && number != ENOTDIR)
    return failed(CXD__ZONE_UNREADABLE, number, NULL);
  int fd = open(dir, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NONBLOCK);
  if (fd < 0)
    return failed(CXD__ZONE_NO_DIR, errno, NULL);
  (void)close(fd);
  return failed(CXD__ZONE_ABSENT, 0, NULL);
}

static struct cxd__zone_file look_at(int fd) {
  struct stat info;
  if (fstat(fd, &info) != 0)
    return failed(CXD__ZONE_UNREADABLE, errno, NULL);
  if (!S_ISREG(info.st_mode))
    return failed(CXD__ZONE_UNREADABLE, 0, "is not a regular file");
  return (struct cxd__zone_file){.state = CXD__ZONE_KNOWN, .fd = fd, .stamp = stamp_of(&info)};
}

struct cxd__zone_file cxd__zone_file_open(const char *dir, const char *name, size_t len) {
  char path[PATH_MAX];
  if (!path_of(dir, name, len, path))
    return failed(CXD__ZONE_NO_DIR, ENAMETOOLONG, NULL);
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return why_not(dir, errno);
  struct cxd__zone_file file = look_at(fd);
  if (file.fd < 0)
    (void)close(fd);
  return file;
}

int64_t cxd__zone_file_read(int fd, unsigned char *out, size_t room) {
  size_t have = 0;
  while (have < room) {
    ssize_t got = read(fd, out + have, room - have);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return -1;
    if (got == 0)
      break;
    have += (size_t)got;
  }
  return (int64_t)have;
}

int cxd__zone_file_stamp(const char *dir, const char *name, size_t len, struct cxd__zone_stamp *out) {
  char path[PATH_MAX];
  struct stat info;
  if (!path_of(dir, name, len, path) || stat(path, &info) != 0 || !S_ISREG(info.st_mode))
    return 0;
  *out = stamp_of(&info);
  return 1;
}

int cxd__zone_stamp_equal(const struct cxd__zone_stamp *a, const struct cxd__zone_stamp *b) {
  return a->device == b->device && a->inode == b->inode && a->size == b->size && a->changed_ns == b->changed_ns && a->modified_ns == b->modified_ns;
}
