/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* memrchr, pread */
#include "audit/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/log.h"
#include "base/error.h"

#define PIECE CXD__AUDIT_MAX_RECORD

/* All of it, or -1 and errno. */
static int read_at(int fd, char *out, size_t len, int64_t offset) {
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

static cxd_status unreadable(const struct cxd__place *place, cxd_error **error) { return cxd__place_fail(place, "its end cannot be read", errno, error); }

static cxd_status tampered(const struct cxd__place *place, int64_t offset, cxd_error **error) {
  return cxd__fail_at(error, CXD_E_AUDIT, "audit.path",
                      "audit log '%s': the last line, at byte %lld, is not a whole record with a right hash: it may have been tampered with; keep the file for inspection and set audit.path to a new file",
                      place->path, (long long)offset);
}

/* *end: behind the last newline, 0 when there is none. */
static int last_newline(int fd, int64_t size, int64_t *end) {
  char piece[PIECE];
  *end = size;
  while (*end > 0) {
    size_t len = *end < PIECE ? (size_t)*end : PIECE;
    if (read_at(fd, piece, len, *end - (int64_t)len) != 0)
      return -1;
    const char *newline = memrchr(piece, '\n', len);
    if (newline) {
      *end -= (int64_t)len - (newline - piece) - 1;
      return 0;
    }
    *end -= (int64_t)len;
  }
  return 0;
}

/* A file without a whole line is ours only if it is the beginning of a first record, or blocks that were never written. */
static int may_be_torn(const char *text, size_t len) {
  static const char first[] = "{\"v\":1,\"seq\":1,";
  size_t compare = len < sizeof first - 1 ? len : sizeof first - 1;
  if (memcmp(text, first, compare) == 0)
    return 1;
  size_t zeros = 0;
  while (zeros < len && text[zeros] == '\0')
    zeros++;
  return zeros == len;
}

static cxd_status read_lineless(const struct cxd__place *place, int64_t size, cxd_error **error) {
  char text[PIECE];
  if (size > 0 && size < PIECE && read_at(place->fd, text, (size_t)size, 0) != 0)
    return unreadable(place, error);
  if (size >= PIECE || !may_be_torn(text, (size_t)size))
    return cxd__fail_at(error, CXD_E_AUDIT, "audit.path", "'%s' is not an audit log: set audit.path to a new file", place->path);
  return CXD_OK;
}

cxd_status cxd__tail_read(const struct cxd__place *place, int64_t size, struct cxd__seal *seal, struct cxd__tail *out, cxd_error **error) {
  char text[PIECE];
  *out = (struct cxd__tail){0};
  if (last_newline(place->fd, size, &out->end) != 0)
    return unreadable(place, error);
  if (out->end == 0)
    return read_lineless(place, size, error);
  size_t len = out->end < PIECE ? (size_t)out->end : PIECE;
  if (read_at(place->fd, text, len, out->end - (int64_t)len) != 0)
    return unreadable(place, error);
  const char *before = len > 1 ? memrchr(text, '\n', len - 1) : NULL;
  const char *line = before ? before + 1 : text;
  size_t line_len = len - 1 - (size_t)(line - text);
  struct cxd__line last;
  if (!cxd__line_read(line, line_len, &last) || !cxd__line_fits(&last, seal))
    return tampered(place, out->end - 1 - (int64_t)line_len, error);
  out->last = last.link;
  return CXD_OK;
}

/* The first free name; -1 and errno. */
static int create_copy(const struct cxd__place *place, int64_t seq, char name[NAME_MAX + 1]) {
  for (int i = 0; i < 100; i++) {
    char again[8] = "";
    if (i)
      (void)snprintf(again, sizeof again, ".%d", i);
    int len = snprintf(name, NAME_MAX + 1, "%s.torn-%lld%s", place->base, (long long)seq, again);
    if (len < 0 || len > NAME_MAX) {
      errno = ENAMETOOLONG;
      return -1;
    }
    int fd = openat(place->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0 || errno != EEXIST)
      return fd;
  }
  return -1;
}

static int write_all(int fd, const char *bytes, size_t len) {
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

static int copy(int from_fd, int64_t from, int64_t size, int to_fd, struct cxd__hasher *hasher) {
  char piece[PIECE];
  while (from < size) {
    size_t len = size - from < PIECE ? (size_t)(size - from) : PIECE;
    if (read_at(from_fd, piece, len, from) != 0 || write_all(to_fd, piece, len) != 0)
      return -1;
    if (cxd__hasher_add(hasher, piece, len) != 0)
      return -1;
    from += (int64_t)len;
  }
  return fsync(to_fd);
}

cxd_status cxd__tail_cut(const struct cxd__place *place, int64_t from, int64_t size, int64_t seq, struct cxd__hasher *hasher, unsigned char hash[CXD__HASH_BYTES], cxd_error **error) {
  static const char doing[] = "its torn end cannot be set aside";
  char name[NAME_MAX + 1];
  int to = create_copy(place, seq, name);
  if (to < 0)
    return cxd__place_fail(place, doing, errno, error);
  errno = EIO; /* for libcrypto, which sets none */
  int copied = cxd__hasher_start(hasher) == 0 && copy(place->fd, from, size, to, hasher) == 0 && cxd__hasher_end(hasher, hash) == 0 && cxd__place_sync_dir(place) == 0;
  int code = errno;
  (void)close(to);
  if (!copied) {
    (void)unlinkat(place->dir, name, 0);
    return cxd__place_fail(place, doing, code, error);
  }
  if (ftruncate(place->fd, (off_t)from) != 0)
    return cxd__place_fail(place, "its torn end cannot be cut off", errno, error);
  return CXD_OK;
}
