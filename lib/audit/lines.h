/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_LINES_H
#define CXD__AUDIT_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

/*
 * The lines of a file up to a size that is fixed at the start, read in large pieces: memory does not grow with the length of a line,
 * and a file that is cut meanwhile just ends sooner. Zero-initialise; the descriptor stays the caller's.
 */
struct cxd__lines {
  int fd;
  int64_t size;             /* no byte behind it is read */
  int64_t read;             /* what was read up to now; at the end below size when the file became shorter */
  int64_t number;           /* of the line given last, from 1 */
  struct cxd__hasher *sum;  /* NULL: none; else every byte read is added to it */
  char *piece;
  size_t begin, end;        /* what is not given yet of the piece */
  int64_t offset;           /* of piece[0] in the file */
};

struct cxd__row {
  char *p;            /* borrowed until the next call, with a byte behind it that may be overwritten */
  size_t have;        /* bytes at p: all of the line, or the first CXD__AUDIT_MAX_RECORD of a longer one */
  int64_t len;        /* of the line, without its newline */
  int64_t offset, number;
  int ended;          /* by a newline */
};

/* 0, or -1: no memory. sum is started by the caller and ends with the last line. */
int cxd__lines_open(struct cxd__lines *lines, int fd, int64_t size, struct cxd__hasher *sum);
void cxd__lines_close(struct cxd__lines *lines);

/* 1, 0 at the end, -1 and errno. */
int cxd__lines_next(struct cxd__lines *lines, struct cxd__row *row);

/* Whether a byte stands there that no line of JSON text has raw: below 0x20. */
int cxd__has_control(const char *text, size_t len);

#endif
