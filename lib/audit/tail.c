/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* unlinkat */
#include "audit/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/io.h"
#include "audit/log.h"
#include "base/error.h"

#define PIECE CXD__AUDIT_MAX_RECORD

/* A file without a whole line is ours only if it is the beginning of a first record, or blocks that were never written. */
static int may_be_torn(const char *first, const char *text, size_t len) {
  size_t compare = len < strlen(first) ? len : strlen(first);
  if (memcmp(text, first, compare) == 0)
    return 1;
  size_t zeros = 0;
  while (zeros < len && text[zeros] == '\0')
    zeros++;
  return zeros == len;
}

static int may_begin(const char *first, int fd, int64_t size) {
  char text[PIECE];
  if (size >= PIECE)
    return 0;
  return cxd__read_at(fd, text, (size_t)size, 0) == 0 ? may_be_torn(first, text, (size_t)size) : -1;
}

int cxd__tail_may_be_first(int fd, int64_t size) { return may_begin("{\"v\":1,\"seq\":1,", fd, size); }

int cxd__tail_may_be_genesis(int fd, int64_t size) { return may_begin("{\"v\":1,\"seq\":", fd, size); }

int cxd__tail_has_record(int fd, int64_t from, int64_t size) {
  char text[PIECE];
  struct cxd__line line;
  size_t len = size - from < PIECE ? (size_t)(size - from) : PIECE;
  if (cxd__read_at(fd, text, len, from) != 0)
    return -1;
  while (len && text[len - 1] == '\0')
    len--; /* a block that was never written may have held the newline */
  for (size_t at = 1; at + 1 < len; at++)
    if (text[at] == '}' && text[at - 1] == '"' && cxd__line_read(text, at + 1, &line))
      return 1;
  return 0;
}

/* The first free name; -1 and errno. */
static int create_copy(const struct cxd__place *place, int64_t seq, char name[CXD__NAME_BYTES]) {
  for (int i = 0; i < 100; i++) {
    char again[8] = "", suffix[48];
    if (i)
      (void)snprintf(again, sizeof again, ".%d", i);
    (void)snprintf(suffix, sizeof suffix, ".torn-%lld%s", (long long)seq, again);
    if (cxd__name_beside(place, suffix, name) != 0)
      return -1;
    int fd = cxd__open_in(place->dir, name, O_WRONLY | O_CREAT | O_EXCL);
    if (fd >= 0 || errno != EEXIST)
      return fd;
  }
  return -1;
}

static int copy(int from_fd, int64_t from, int64_t size, int to_fd, struct cxd__hasher *hasher) {
  char piece[PIECE];
  while (from < size) {
    size_t len = size - from < PIECE ? (size_t)(size - from) : PIECE;
    if (cxd__read_at(from_fd, piece, len, from) != 0 || cxd__write_all(to_fd, piece, len) != 0)
      return -1;
    if (cxd__hasher_add(hasher, piece, len) != 0)
      return -1;
    from += (int64_t)len;
  }
  return cxd__sync_file(to_fd);
}

cxd_status cxd__tail_cut(const struct cxd__place *place, int fd, int64_t from, int64_t size, int64_t seq, struct cxd__hasher *hasher, unsigned char hash[CXD__HASH_BYTES], char name[CXD__NAME_BYTES], cxd_error **error) {
  static const char doing[] = "its torn end cannot be set aside";
  int to = create_copy(place, seq, name);
  if (to < 0)
    return cxd__place_fail(place, doing, errno, error);
  errno = EIO; /* for libcrypto, which sets none */
  int copied = cxd__hasher_start(hasher) == 0 && copy(fd, from, size, to, hasher) == 0 && cxd__hasher_end(hasher, hash) == 0 && cxd__place_sync_dir(place) == 0;
  int code = errno;
  (void)close(to);
  if (!copied) {
    (void)unlinkat(place->dir, name, 0);
    return cxd__place_fail(place, doing, code, error);
  }
  if (cxd__cut(fd, from) != 0)
    return cxd__place_fail(place, "its torn end cannot be cut off", errno, error);
  return CXD_OK;
}
