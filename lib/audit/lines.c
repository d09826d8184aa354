/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* pread */
#include "audit/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "audit/log.h"
#include "base/mem.h"
#include "json/text.h"

#define PIECE ((size_t)1 << 20)

int cxd__lines_open(struct cxd__lines *lines, int fd, int64_t size, struct cxd__hasher *sum) {
  char *piece = lines->piece ? lines->piece : cxd__alloc(PIECE + 1);
  *lines = (struct cxd__lines){.fd = fd, .size = size, .sum = sum, .piece = piece};
  return piece ? 0 : -1;
}

void cxd__lines_close(struct cxd__lines *lines) {
  cxd__free(lines->piece);
  *lines = (struct cxd__lines){.fd = -1};
}

static ssize_t read_at(const struct cxd__lines *lines, char *out, size_t len) {
  ssize_t n;
  while ((n = pread(lines->fd, out, len, (off_t)lines->read)) < 0 && errno == EINTR) {
  }
  return n;
}

/* More bytes behind `end`: how many, 0 at the end, -1 and errno. */
static ssize_t fill(struct cxd__lines *lines) {
  int64_t left = lines->size - lines->read;
  size_t room = PIECE - lines->end;
  ssize_t n = left > 0 ? read_at(lines, lines->piece + lines->end, left < (int64_t)room ? (size_t)left : room) : 0;
  if (n <= 0)
    return n;
  if (lines->sum && cxd__hasher_add(lines->sum, lines->piece + lines->end, (size_t)n) != 0) {
    errno = EIO;
    return -1;
  }
  lines->read += n;
  lines->end += (size_t)n;
  return n;
}

/* Makes room behind what is kept: `keep` bytes from `begin` on go to the front. */
static void make_room(struct cxd__lines *lines, size_t keep) {
  memmove(lines->piece, lines->piece + lines->begin, keep);
  lines->offset += (int64_t)lines->begin;
  lines->begin = 0;
  lines->end = keep;
}

/* The newline of a line that is longer than any record: its head stays at the front, what follows is read over it again and again. */
static int pass_over(struct cxd__lines *lines, struct cxd__row *row) {
  size_t head = CXD__AUDIT_MAX_RECORD;
  row->len = (int64_t)(lines->end - lines->begin);
  make_room(lines, head);
  row->p = lines->piece;
  row->have = head;
  for (;;) {
    lines->end = head;
    ssize_t n = fill(lines);
    if (n < 0)
      return -1;
    const char *newline = n ? memchr(lines->piece + head, '\n', (size_t)n) : NULL;
    size_t more = newline ? (size_t)(newline - lines->piece) - head : (size_t)n;
    row->len += (int64_t)more;
    if (n == 0 || newline) {
      row->ended = newline != NULL;
      lines->begin = row->ended ? head + more + 1 : lines->end;
      lines->offset = lines->read - (int64_t)lines->end;
      return 1;
    }
  }
}

static int give(struct cxd__lines *lines, struct cxd__row *row, const char *newline) {
  row->p = lines->piece + lines->begin;
  row->have = newline ? (size_t)(newline - row->p) : lines->end - lines->begin;
  row->len = (int64_t)row->have;
  row->ended = newline != NULL;
  lines->begin += row->have + (newline ? 1 : 0);
  if (row->have > CXD__AUDIT_MAX_RECORD)
    row->have = CXD__AUDIT_MAX_RECORD;
  return 1;
}

int cxd__lines_next(struct cxd__lines *lines, struct cxd__row *row) {
  size_t seen = 0;
  *row = (struct cxd__row){.offset = lines->offset + (int64_t)lines->begin, .number = lines->number + 1};
  for (;;) {
    size_t have = lines->end - lines->begin;
    const char *newline = have > seen ? memchr(lines->piece + lines->begin + seen, '\n', have - seen) : NULL;
    if (newline || have > CXD__AUDIT_MAX_RECORD) {
      lines->number++;
      return newline ? give(lines, row, newline) : pass_over(lines, row);
    }
    seen = have;
    make_room(lines, have);
    ssize_t n = fill(lines);
    if (n < 0)
      return -1;
    if (n == 0) {
      lines->number += have > 0;
      return have ? give(lines, row, NULL) : 0;
    }
  }
}

int cxd__has_control(const char *text, size_t len) {
  size_t i = 0;
  for (; i + 8 <= len; i += 8) {
    uint64_t word;
    memcpy(&word, text + i, sizeof word);
    if (CXD__JSON_BELOW(word, 0x20))
      return 1;
  }
  for (; i < len; i++)
    if ((unsigned char)text[i] < 0x20)
      return 1;
  return 0;
}
