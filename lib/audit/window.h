/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_WINDOW_H
#define CXD__AUDIT_WINDOW_H

#include "json/value.h"

/*
 * A window on a file of lines, moved along it in either direction. Lines are without their newline and stay valid until the next
 * call. A file that was cut has to be looked at anew (cxd__window_on).
 */
struct cxd__window {
  char *text; /* NULL: not open */
  int fd;
  int64_t from;
  size_t len;
};
int cxd__window_open(struct cxd__window *window); /* 0, or -1: no memory */
void cxd__window_close(struct cxd__window *window);
void cxd__window_on(struct cxd__window *window, int fd);

/* The line that begins at `at` and has its newline before `end`: 1; 0: none as short as a record is; -1 and errno. */
int cxd__line_at(struct cxd__window *window, int64_t at, int64_t end, struct cxd__slice *line);

/* The line whose newline is the byte before `end`: as above. */
int cxd__line_before(struct cxd__window *window, int64_t end, struct cxd__slice *line);

/* Behind the last newline before `end`, 0 when there is none: 0, or -1 and errno. */
int cxd__last_newline(struct cxd__window *window, int64_t end, int64_t *behind);

#endif
