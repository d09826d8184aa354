/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_ZONE_FILE_H
#define CXD__VALIDATE_ZONE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "validate/zone.h"

/* What tells one content of a file from another without reading it. */
struct cxd__zone_stamp {
  uint64_t device, inode;
  int64_t size, changed_ns, modified_ns;
};

struct cxd__zone_file {
  enum cxd__zone_state state;
  int fd;          /* KNOWN: an open regular file, the caller closes it; else -1 */
  int number;      /* the errno behind UNREADABLE and NO_DIR, 0 when there is none */
  const char *why; /* UNREADABLE without errno: "is not a regular file" */
  struct cxd__zone_stamp stamp;
};

/* The one way to open a file of the time zone directory. Links are followed; a pipe or a device neither blocks nor counts as a file. name: safe. */
struct cxd__zone_file cxd__zone_file_open(const char *dir, const char *name, size_t len);

/* Up to room bytes from the start; -1: errno says why. */
int64_t cxd__zone_file_read(int fd, unsigned char *out, size_t room);

/* Whether the name stands for a regular file right now, and which; 0: open it to learn more. */
int cxd__zone_file_stamp(const char *dir, const char *name, size_t len, struct cxd__zone_stamp *out);

int cxd__zone_stamp_equal(const struct cxd__zone_stamp *a, const struct cxd__zone_stamp *b);

#endif
