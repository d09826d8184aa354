/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* AT_SYMLINK_FOLLOW */
#include "audit/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/io.h"

#define NAMES 100 /* as many with the same number are no accident */
#define PIECE 16384

static int fits(int len) {
  if (len >= 0 && len < CXD__NAME_BYTES)
    return 0;
  errno = ENAMETOOLONG;
  return -1;
}

int cxd__name_beside(const struct cxd__place *place, const char *suffix, char name[CXD__NAME_BYTES]) {
  return fits(snprintf(name, CXD__NAME_BYTES, "%s%s", place->base, suffix));
}

int cxd__name_second(const struct cxd__place *place, int64_t first, int i, char name[CXD__NAME_BYTES]) { return cxd__segment_spell(place->base, strlen(place->base), first, i, name); }

int cxd__name_is_beside(const struct cxd__place *place, const char *name) {
  size_t base = strlen(place->base);
  return strncmp(name, place->base, base) == 0 && name[base] == '.' && !strchr(name, '/');
}

static int is_file(const struct cxd__place *place, const char *name, const struct stat *file) {
  struct stat st;
  return fstatat(place->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_dev == file->st_dev && st.st_ino == file->st_ino;
}

int cxd__name_count(const struct cxd__place *place, const struct stat *file, int64_t first) {
  char name[CXD__NAME_BYTES];
  int count = 0;
  for (int i = 0; i < NAMES && cxd__name_second(place, first, i, name) == 0; i++)
    count += is_file(place, name, file);
  return count;
}

static int link_file(const struct cxd__place *place, int from_dir, const char *from, int flags, const struct stat *file, int64_t first, char name[CXD__NAME_BYTES]) {
  for (int i = 0; i < NAMES; i++) {
    if (cxd__name_second(place, first, i, name) != 0)
      return -1;
    if (linkat(from_dir, from, place->dir, name, flags) == 0)
      return 0;
    if (errno != EEXIST)
      return -1;
    if (is_file(place, name, file))
      return 0;
  }
  errno = EEXIST;
  return -1;
}

/* Durable before its first name becomes that of another file. */
static int name_file(const struct cxd__place *place, int from_dir, const char *from, int flags, const struct stat *file, int64_t first, char name[CXD__NAME_BYTES]) {
  return link_file(place, from_dir, from, flags, file, first, name) == 0 ? cxd__place_sync_dir(place) : -1;
}

int cxd__name_keep(const struct cxd__place *place, int64_t first, char name[CXD__NAME_BYTES]) {
  struct stat file;
  if (fstatat(place->dir, place->base, &file, AT_SYMLINK_NOFOLLOW) != 0)
    return -1;
  return name_file(place, place->dir, place->base, 0, &file, first, name);
}

static int create(const struct cxd__place *place, int64_t first, char name[CXD__NAME_BYTES]) {
  int fd = -1;
  errno = EEXIST;
  for (int i = 0; i < NAMES && fd < 0 && errno == EEXIST; i++)
    if (cxd__name_second(place, first, i, name) == 0)
      fd = cxd__open_in(place->dir, name, O_WRONLY | O_CREAT | O_EXCL);
  return fd;
}

static int copy(int from, int64_t size, int to) {
  char piece[PIECE];
  for (int64_t at = 0; at < size;) {
    size_t len = size - at < PIECE ? (size_t)(size - at) : PIECE;
    if (cxd__read_at(from, piece, len, at) != 0 || cxd__write_all(to, piece, len) != 0)
      return -1;
    at += (int64_t)len;
  }
  return cxd__sync_file(to);
}

static int copy_file(const struct cxd__place *place, int fd, int64_t size, int64_t first, char name[CXD__NAME_BYTES]) {
  int to = create(place, first, name);
  if (to < 0)
    return -1;
  int result = copy(fd, size, to), code = errno;
  (void)close(to);
  if (result != 0)
    (void)unlinkat(place->dir, name, 0);
  errno = code;
  return result;
}

int cxd__name_rescue(const struct cxd__place *place, int fd, int64_t first, char name[CXD__NAME_BYTES]) {
  char self[40];
  struct stat file;
  if (fstat(fd, &file) != 0)
    return -1;
  (void)snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  if (file.st_nlink > 0 && name_file(place, AT_FDCWD, self, AT_SYMLINK_FOLLOW, &file, first, name) == 0)
    return 0;
  return copy_file(place, fd, file.st_size, first, name);
}
