/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* O_PATH */
#include "audit/segments.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "audit/io.h"
#include "audit/lines.h"
#include "audit/log.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/now.h"
#include "base/quote.h"

#define LOCK_WAIT_US 10000000
#define TRIES 100 /* a log that is moved aside again and again while it is opened */

int cxd__segment_open(int dir, const char *name, struct stat *st) {
  int fd = cxd__open_in(dir, name, O_RDONLY);
  if (fd < 0)
    return -1;
  int code = fstat(fd, st) != 0 ? errno : S_ISREG(st->st_mode) ? 0 : EINVAL;
  if (code == 0)
    return fd;
  (void)close(fd);
  errno = code;
  return -1;
}

static const char *reason(int code) {
  switch (code) {
  case ELOOP: return "it is a symbolic link";
  case EINVAL:
  case ENXIO: return "it is not a regular file";
  default: return cxd__errno_text(code);
  }
}

static cxd_status cannot(const char *path, const char *what, int code, cxd_error **error) {
  return cxd__fail(error, CXD_E_IO, "audit log '%s' %s: %s", path, what, reason(code));
}

/* ------------------------------------------------------------ the last one */

/* A shared lock is enough to see no record half written. A file system without locks has no writers of ours either. */
static cxd_status lock(int fd, const char *path, cxd_error **error) {
  int64_t start = cxd__mono_us();
  struct timespec wait = {0, 1000000};
  while (flock(fd, LOCK_SH | LOCK_NB) != 0) {
    if (errno == EINTR)
      continue;
    if (errno != EWOULDBLOCK)
      return CXD_OK;
    if (cxd__mono_us() - start > LOCK_WAIT_US)
      return cxd__fail(error, CXD_E_IO, "audit log '%s' has been locked by another process for 10 s: try again, or stop that process", path);
    (void)nanosleep(&wait, NULL);
  }
  return CXD_OK;
}

static int is_same(int dir, const char *name, const struct stat *st) {
  struct stat now;
  return fstatat(dir, name, &now, AT_SYMLINK_NOFOLLOW) == 0 && now.st_dev == st->st_dev && now.st_ino == st->st_ino;
}

/* Opens it and takes its size; *moved: in between it was put aside, and another one stands in its place. */
static cxd_status open_once(struct cxd__segments *segments, const char *name, const char *path, struct stat *st, int *moved, cxd_error **error) {
  segments->fd = cxd__segment_open(segments->dir, name, st);
  if (segments->fd < 0)
    return cannot(path, "cannot be read", errno, error);
  cxd_status status = lock(segments->fd, path, error);
  if (status != CXD_OK)
    return status;
  int code = fstat(segments->fd, st) == 0 ? 0 : errno;
  *moved = !is_same(segments->dir, name, st);
  (void)flock(segments->fd, LOCK_UN);
  if (*moved) {
    (void)close(segments->fd);
    segments->fd = -1;
  }
  return code == 0 ? CXD_OK : cannot(path, "cannot be examined", code, error);
}

static cxd_status open_last(struct cxd__segments *segments, const char *name, const char *path, struct stat *st, cxd_error **error) {
  int moved = 1;
  for (int i = 0; moved && i < TRIES; i++) {
    cxd_status status = open_once(segments, name, path, st, &moved, error);
    if (status != CXD_OK)
      return status;
  }
  return moved ? cxd__fail(error, CXD_E_IO, "audit log '%s' gets a new segment faster than it can be opened: try again", path) : CXD_OK;
}

/* ---------------------------------------------------------- one after another */

static int is_json(struct cxd__slice text) {
  struct cxd__slice value;
  return cxd__json_check_deep(text.p, text.len, "record", CXD__JSON_RECORD_DEPTH, &value, NULL) == CXD_OK;
}

/* Nothing is verified here, the reader does that with every line. */
void cxd__segment_first(int fd, struct cxd__segment *segment) {
  char text[CXD__AUDIT_MAX_RECORD];
  struct cxd__line line;
  ssize_t n = pread(fd, text, sizeof text, 0);
  const char *newline = n > 0 ? memchr(text, '\n', (size_t)n) : NULL;
  if (!newline || cxd__has_control(text, (size_t)(newline - text)) || !cxd__line_read(text, (size_t)(newline - text), &line) || !cxd__line_is(&line, "genesis") || !is_json(line.text))
    return;
  segment->first = line.link.seq;
  segment->known = cxd__genesis_read(&line, &segment->genesis) == NULL;
  segment->genesis.open = (struct cxd__slice){0};
}

static cxd_status add(struct cxd__segments *segments, int fd, const char *name, const struct stat *st, cxd_error **error) {
  struct cxd__segment *items = cxd__realloc(segments->items, (segments->count + 1) * sizeof *items);
  if (!items)
    return cxd__fail_nomem(error);
  segments->items = items;
  struct cxd__segment *segment = &items[segments->count];
  *segment = (struct cxd__segment){.name = cxd__strdup(name), .device = st->st_dev, .inode = st->st_ino, .size = (int64_t)st->st_size};
  if (!segment->name)
    return cxd__fail_nomem(error);
  segments->count++;
  cxd__segment_first(fd, segment);
  return CXD_OK;
}

static cxd_status lose(struct cxd__segments *segments, const char *name, const char *why, cxd_error **error) {
  char quoted[CXD__QUOTE_MAX];
  struct cxd__buf text = {0};
  cxd__quote(name, quoted);
  cxd__buf_fmt(&text, "'%s': %s", quoted, why);
  segments->lost = cxd__buf_take(&text);
  return segments->lost ? CXD_OK : cxd__fail_nomem(error);
}

/* Numbers only go down on the way back; only segments that begin with the same one can form a ring. */
static int was_there(const struct cxd__segments *segments, const struct stat *st, const struct cxd__segment *than) {
  for (size_t i = segments->count; i > 0 && segments->items[i - 1].first == than->first; i--)
    if (segments->items[i - 1].inode == st->st_ino && segments->items[i - 1].device == st->st_dev)
      return 1;
  return 0;
}

static int is_of_log(const struct cxd__segments *segments, const char *name) {
  size_t log;
  int64_t first;
  return cxd__segment_name(name, &log, &first) && log == segments->log && strncmp(name, segments->items[0].name, log) == 0;
}

/* Adds the segment that this one names, unless there is none; *more: it was added. */
static cxd_status step_back(struct cxd__segments *segments, const char *path, int *more, cxd_error **error) {
  struct cxd__segment from = segments->items[segments->count - 1];
  struct stat st;
  *more = 0;
  if (!from.known || from.genesis.why == CXD__WHY_FIRST)
    return CXD_OK;
  if (!is_of_log(segments, from.genesis.prev_name))
    return lose(segments, from.genesis.prev_name, "it has the name of another log", error);
  int fd = cxd__segment_open(segments->dir, from.genesis.prev_name, &st);
  if (fd < 0 && errno != ENOENT && errno != ELOOP && errno != EINVAL && errno != ENXIO)
    return cannot(path, "has a segment that cannot be read", errno, error);
  if (fd < 0)
    return lose(segments, from.genesis.prev_name, errno == ENOENT ? "it is missing" : reason(errno), error);
  cxd_status status = CXD_OK;
  if (was_there(segments, &st, &from))
    status = lose(segments, from.genesis.prev_name, "it is one of those that come after", error);
  else
    status = add(segments, fd, from.genesis.prev_name, &st, error);
  (void)close(fd);
  if (status != CXD_OK || segments->lost)
    return status;
  const struct cxd__segment *found = &segments->items[segments->count - 1];
  *more = !found->known || found->first <= from.first;
  if (*more)
    return CXD_OK;
  cxd__free(segments->items[--segments->count].name);
  return lose(segments, from.genesis.prev_name, "its numbers are above those of the one that names it", error);
}

static void turn_around(struct cxd__segments *segments) {
  for (size_t i = 0, k = segments->count; i + 1 < k; i++) {
    struct cxd__segment swap = segments->items[--k];
    segments->items[k] = segments->items[i];
    segments->items[i] = swap;
  }
}

static cxd_status walk(struct cxd__segments *segments, const char *name, const char *path, cxd_error **error) {
  struct stat st;
  int more = 1;
  int64_t first;
  if (!cxd__segment_name(name, &segments->log, &first))
    segments->log = strlen(name);
  cxd_status status = open_last(segments, name, path, &st, error);
  if (status == CXD_OK)
    status = add(segments, segments->fd, name, &st, error);
  while (status == CXD_OK && more)
    status = step_back(segments, path, &more, error);
  if (status == CXD_OK)
    turn_around(segments);
  return status;
}

/* ------------------------------------------------------------------- the start */

/* A segment that was moved aside is known by its name, if that tells the number of its first record. */
static int is_aside(const struct cxd__segments *segments, const char *name) {
  const struct cxd__segment *last = &segments->items[segments->count - 1];
  size_t log;
  int64_t first;
  return cxd__segment_name(name, &log, &first) && (!last->first || last->first == first);
}

/* The log itself under a second name: a process died while it began a new segment. */
static int is_still_live(const struct cxd__segments *segments) {
  const struct cxd__segment *last = &segments->items[segments->count - 1];
  struct stat st = {.st_dev = (dev_t)last->device, .st_ino = (ino_t)last->inode};
  char log[CXD__NAME_BYTES] = "";
  if (segments->log < CXD__NAME_BYTES)
    memcpy(log, last->name, segments->log);
  return is_same(segments->dir, log, &st);
}

/* "<log>.<number>", and ".1", ".2", ... behind it: whether there is such a file; *same: it is the last segment. */
static int stands_beside(const struct cxd__segments *segments, int64_t number, int copy, int *same) {
  const struct cxd__segment *last = &segments->items[segments->count - 1];
  char name[CXD__NAME_BYTES];
  struct stat st;
  size_t log = strlen(last->name);
  int64_t first;
  (void)cxd__segment_name(last->name, &log, &first); /* opened by its later name: without that */
  if (cxd__segment_spell(last->name, log, number, copy, name) != 0 || fstatat(segments->dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
    return 0;
  *same = (uint64_t)st.st_dev == last->device && (uint64_t)st.st_ino == last->inode;
  return 1;
}

int cxd__segments_cut_short(const struct cxd__segments *segments, int64_t last_seq) {
  const struct cxd__segment *last = &segments->items[segments->count - 1];
  int same = 0, other = 0;
  if (!last->known || stands_beside(segments, last_seq + 1, 0, &other))
    return 0;
  for (int copy = 0; !same && stands_beside(segments, last->first, copy, &same); copy++) {
  }
  return same;
}

static cxd_status from_file(struct cxd__segments *segments, const char *path, const char *name, cxd_error **error) {
  cxd_status status = walk(segments, name, path, error);
  if (status != CXD_OK)
    return status;
  segments->aside = is_aside(segments, name);
  segments->live = !segments->aside || is_still_live(segments);
  return CXD_OK;
}

static cxd_status from_directory(struct cxd__segments *segments, const char *path, cxd_error **error) {
  char *log, *newest;
  struct stat st;
  cxd_status status = cxd__directory_log(segments->dir, path, &log, &newest, error);
  if (status != CXD_OK)
    return status;
  segments->live = 1;
  segments->headless = newest && fstatat(segments->dir, log, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
  status = walk(segments, segments->headless ? newest : log, path, error);
  cxd__free(log);
  cxd__free(newest);
  return status;
}

/* A directory that may be entered but not listed serves for a file in it. */
static int open_dir(const char *path) {
  int fd;
  while ((fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 && errno == EINTR) {
  }
  return fd < 0 && errno == EACCES ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : fd;
}

static int is_directory(const char *path) {
  struct stat st;
  return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static cxd_status enter(struct cxd__segments *segments, const char *path, const char *slash, cxd_error **error) {
  char *dir = slash ? cxd__strndup(path, (size_t)(slash - path) + 1) : cxd__strdup(".");
  if (!dir)
    return cxd__fail_nomem(error);
  segments->dir = open_dir(dir);
  int code = errno;
  cxd__free(dir);
  return segments->dir < 0 ? cannot(path, "cannot be read, its directory cannot be opened", code, error) : CXD_OK;
}

static cxd_status open_chain(struct cxd__segments *segments, const char *path, cxd_error **error) {
  const char *slash = strrchr(path, '/');
  if (is_directory(path) || (slash && slash[1] == '\0')) {
    segments->dir = open_dir(path);
    return segments->dir < 0 ? cannot(path, "cannot be read", errno, error) : from_directory(segments, path, error);
  }
  cxd_status status = enter(segments, path, slash, error);
  return status == CXD_OK ? from_file(segments, path, slash ? slash + 1 : path, error) : status;
}

cxd_status cxd__segments_open(struct cxd__segments *segments, const char *path, cxd_error **error) {
  cxd_status status = open_chain(segments, path, error);
  return status == CXD_OK ? cxd__segments_strays(segments, path, error) : status;
}

void cxd__segments_close(struct cxd__segments *segments) {
  for (size_t i = 0; i < segments->count; i++)
    cxd__free(segments->items[i].name);
  for (size_t i = 0; i < segments->stray_count; i++)
    cxd__free(segments->strays[i]);
  cxd__free(segments->strays);
  cxd__free(segments->items);
  cxd__free(segments->lost);
  if (segments->fd >= 0)
    (void)close(segments->fd);
  if (segments->dir >= 0)
    (void)close(segments->dir);
  *segments = (struct cxd__segments){.dir = -1, .fd = -1};
}

int cxd__segments_file(const struct cxd__segments *segments, size_t i) {
  const struct cxd__segment *segment = &segments->items[i];
  struct stat st;
  if (i + 1 == segments->count)
    return fcntl(segments->fd, F_DUPFD_CLOEXEC, 0);
  int fd = cxd__segment_open(segments->dir, segment->name, &st);
  if (fd < 0 || (st.st_dev == segment->device && st.st_ino == segment->inode))
    return fd;
  (void)close(fd);
  errno = ESTALE;
  return -1;
}
