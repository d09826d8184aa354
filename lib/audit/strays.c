/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* O_CLOEXEC */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/io.h"
#include "audit/segments.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/quote.h"

/* Which numbers in names are looked at: from the first one that is read on, and those before a segment that is read for itself. */
struct range {
  int64_t from, below;
};

static struct range range_of(const struct cxd__segments *segments) {
  const struct cxd__segment *first = &segments->items[0], *last = &segments->items[segments->count - 1];
  struct range range = {.from = first->known && first->genesis.why != CXD__WHY_FIRST ? first->first : 0, .below = INT64_MAX};
  size_t log;
  if (segments->aside)
    (void)cxd__segment_name(last->name, &log, &range.below);
  return range;
}

static int is_in(const struct range *range, const struct cxd__segments *segments, const char *name) {
  size_t log;
  int64_t number;
  return cxd__segment_name(name, &log, &number) && log == segments->log && strncmp(name, segments->items[0].name, log) == 0 && number >= range->from && number < range->below;
}

static int is_read(const struct cxd__segments *segments, const struct stat *st) {
  for (size_t i = 0; i < segments->count; i++)
    if (segments->items[i].device == st->st_dev && segments->items[i].inode == st->st_ino)
      return 1;
  return 0;
}

static int keep(struct cxd__segments *segments, const char *name) {
  char **strays = cxd__realloc(segments->strays, (segments->stray_count + 1) * sizeof *strays);
  if (strays) {
    segments->strays = strays;
    strays[segments->stray_count] = cxd__strdup(name);
  }
  if (strays && strays[segments->stray_count]) {
    segments->stray_count++;
    return 0;
  }
  errno = ENOMEM;
  return -1;
}

/* 0, or -1 and errno. */
static int look_at(struct cxd__segments *segments, const char *name) {
  struct stat st;
  struct cxd__segment found = {.first = 0};
  int fd = cxd__segment_open(segments->dir, name, &st);
  if (fd < 0)
    return errno == ENOENT || errno == ELOOP || errno == EINVAL || errno == ENXIO ? 0 : -1;
  if (!is_read(segments, &st))
    cxd__segment_first(fd, &found);
  (void)close(fd);
  return found.first ? keep(segments, name) : 0;
}

static int walk(struct cxd__segments *segments, DIR *list) {
  struct range range = range_of(segments);
  struct dirent *entry;
  errno = 0;
  while ((entry = readdir(list)) != NULL) {
    if (is_in(&range, segments, entry->d_name) && look_at(segments, entry->d_name) != 0)
      return -1;
    errno = 0;
  }
  return errno ? -1 : 0;
}

/* The log went on to new segments since it was opened: those behind the last one that is read are its own. */
static void forget_newer(struct cxd__segments *segments) {
  const struct cxd__segment *last = &segments->items[segments->count - 1];
  size_t log, kept = 0;
  int64_t number;
  for (size_t i = 0; i < segments->stray_count; i++) {
    if (cxd__segment_name(segments->strays[i], &log, &number) && number <= last->first)
      segments->strays[kept++] = segments->strays[i];
    else
      cxd__free(segments->strays[i]);
  }
  segments->stray_count = kept;
}

static int is_in_place(const struct cxd__segments *segments) {
  const struct cxd__segment *last = &segments->items[segments->count - 1];
  struct stat st;
  return fstatat(segments->dir, last->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_dev == last->device && st.st_ino == last->inode;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

cxd_status cxd__segments_strays(struct cxd__segments *segments, const char *path, cxd_error **error) {
  int fd = cxd__open_in(segments->dir, ".", O_RDONLY | O_DIRECTORY);
  if (fd < 0 && errno == EACCES) {
    segments->unlisted = 1;
    return CXD_OK;
  }
  DIR *list = fd < 0 ? NULL : fdopendir(fd);
  int walked = list ? walk(segments, list) : -1, code = errno;
  if (list)
    (void)closedir(list);
  else if (fd >= 0)
    (void)close(fd);
  if (walked != 0)
    return code == ENOMEM ? cxd__fail_nomem(error) : cxd__fail(error, CXD_E_IO, "audit log '%s': what stands beside it cannot be read: %s", path, cxd__errno_text(code));
  if (!segments->aside && !is_in_place(segments))
    forget_newer(segments);
  if (segments->stray_count)
    qsort(segments->strays, segments->stray_count, sizeof *segments->strays, by_name);
  return CXD_OK;
}
