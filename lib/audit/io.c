/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* pread, O_NOFOLLOW */
#include "audit/io.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/descriptor.h"

#define PIECE 16384

int cxd__read_at(int fd, char *out, size_t len, int64_t offset) {
  while (len) {
    ssize_t n = pread(fd, out, len, (off_t)offset);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      errno = n < 0 ? errno : EIO;
      return -1;
    }
    out += n;
    len -= (size_t)n;
    offset += n;
  }
  return 0;
}

int cxd__write_all(int fd, const char *bytes, size_t len) {
  while (len) {
    ssize_t n = write(fd, bytes, len);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      errno = n < 0 ? errno : EIO;
      return -1;
    }
    bytes += n;
    len -= (size_t)n;
  }
  return 0;
}

int cxd__sync_data(int fd) {
  int result;
  while ((result = fdatasync(fd)) != 0 && errno == EINTR) {
  }
  return result;
}

int cxd__sync_file(int fd) {
  int result;
  while ((result = fsync(fd)) != 0 && errno == EINTR) {
  }
  return result;
}

int cxd__cut(int fd, int64_t size) {
  int result;
  while ((result = ftruncate(fd, (off_t)size)) != 0 && errno == EINTR) {
  }
  return result;
}

int cxd__hash_file(int fd, int64_t size, struct cxd__hasher *hasher, char hex[CXD__HASH_HEX + 1]) {
  char piece[PIECE];
  unsigned char hash[CXD__HASH_BYTES];
  int fine = cxd__hasher_start(hasher) == 0;
  for (int64_t at = 0; fine && at < size;) {
    size_t len = size - at < PIECE ? (size_t)(size - at) : PIECE;
    if (cxd__read_at(fd, piece, len, at) != 0)
      return -1;
    fine = cxd__hasher_add(hasher, piece, len) == 0;
    at += (int64_t)len;
  }
  if (!fine || cxd__hasher_end(hasher, hash) != 0) {
    errno = EIO; /* libcrypto sets none */
    return -1;
  }
  cxd__hash_hex(hash, hex);
  hex[CXD__HASH_HEX] = '\0';
  return 0;
}

int cxd__open_in(int dir, const char *name, int flags) {
  int fd;
  while ((fd = openat(dir, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600)) < 0 && errno == EINTR) {
  }
  return cxd__fd_apart(fd);
}
