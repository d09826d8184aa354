/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_SEGMENTS_H
#define CXD__AUDIT_SEGMENTS_H

#include <cxdialer/cxdialer.h>
#include <sys/stat.h>

#include "audit/genesis.h"

struct cxd__segment {
  char *name;                 /* in the directory */
  uint64_t device, inode;
  int64_t size;
  int known;                  /* its first line could be read as a genesis: first and genesis are set */
  int64_t first;
  struct cxd__genesis genesis; /* without `open` */
};

/* The segments of a log, oldest first, as the genesis of each names the one before. Zero-initialise with both descriptors at -1. */
struct cxd__segments {
  int dir;
  int fd;                     /* of the last one: it may get another name while the log is read */
  struct cxd__segment *items;
  size_t count;
  size_t log;                 /* length of the name of the log in the name of the last one */
  int aside;                  /* the last one is named as one that was moved aside */
  int live;                   /* the last one is where the log is written; with `aside`, under its second name */
  int headless;               /* the directory has segments, but the file that is written is missing */
  char **strays;              /* names of segments that stand beside and are not of the chain */
  size_t stray_count;
  int unlisted;               /* the directory cannot be listed: strays are not known */
  char *lost;                 /* why the segment before items[0] is not there; NULL: there is none, or items[0] does not tell */
};

/*
 * path: the file that is written, a segment that was moved aside, or a directory with one log. Takes the size of the last segment
 * under its lock. CXD_E_IO: cannot be read; CXD_E_AUDIT: a directory with no log or with several; CXD_E_NOMEM.
 */
cxd_status cxd__segments_open(struct cxd__segments *segments, const char *path, cxd_error **error);
void cxd__segments_close(struct cxd__segments *segments);

/* A descriptor for the i-th; the caller closes it. -1: it is not there any more, or another file. */
int cxd__segments_file(const struct cxd__segments *segments, size_t i);

/* The first line of a file: sets first if it is in the form of a genesis, whatever its key and hash, and known and genesis. */
void cxd__segment_first(int fd, struct cxd__segment *segment);

/*
 * Notes the segments of this log that stand beside it, but none of the chain names: of a segment that was moved aside, those before it.
 * Those before items[0] are not looked at. cxd__segments_open() does it. CXD_E_IO, CXD_E_NOMEM.
 */
cxd_status cxd__segments_strays(struct cxd__segments *segments, const char *path, cxd_error **error);

/*
 * A log that ends with its rotate record, number last_seq: whether a crash did that. Then the file at audit.path has its later name
 * already, as a second one, and no segment stands there that goes on behind it.
 */
int cxd__segments_cut_short(const struct cxd__segments *segments, int64_t last_seq);

/* Opens a regular file for reading, no link, without waiting: the descriptor, or -1 and errno (EINVAL: not a regular file). */
int cxd__segment_open(int dir, const char *name, struct stat *st);

/*
 * The log of a directory: its name, to be freed; *newest: the highest of its segments that were moved aside, NULL when there is none.
 * CXD_E_AUDIT: there is none, or more than one; CXD_E_IO, CXD_E_NOMEM.
 */
cxd_status cxd__directory_log(int dir, const char *path, char **log, char **newest, cxd_error **error);

#endif
