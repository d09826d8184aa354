/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* O_CLOEXEC */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "audit/io.h"
#include "audit/segments.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/quote.h"

/* What was seen of a directory up to now. */
struct look {
  int dir;
  char *log, *other, *newest; /* other: the name of a second log */
  char *locked;               /* the name that a lock file tells */
  int64_t newest_first;
  int failed;
};

static int ends_with(const char *name, const char *end) {
  size_t len = strlen(name), tail = strlen(end);
  return len > tail && strcmp(name + len - tail, end) == 0;
}

/* Files that stand beside a log and hold no part of it. */
static int is_beside(const char *name) {
  const char *torn = strstr(name, ".torn-");
  return ends_with(name, ".writers") || ends_with(name, ".new") || (torn && torn[6] >= '0' && torn[6] <= '9');
}

static int starts_like_a_log(int dir, const char *name) {
  static const char head[] = "{\"v\":1,\"seq\":";
  char start[sizeof head - 1];
  struct stat st;
  int fd = cxd__segment_open(dir, name, &st);
  if (fd < 0)
    return 0;
  ssize_t n = pread(fd, start, sizeof start, 0);
  (void)close(fd);
  return n == (ssize_t)sizeof start && memcmp(start, head, sizeof start) == 0;
}

static char *copy(struct look *look, const char *text, size_t len) {
  char *out = cxd__strndup(text, len);
  look->failed |= !out;
  return out;
}

static void note_log(struct look *look, const char *name, size_t len) {
  if (!look->log)
    look->log = copy(look, name, len);
  else if (!look->other && (strlen(look->log) != len || memcmp(look->log, name, len) != 0))
    look->other = copy(look, name, len);
}

static int is_newer(const struct look *look, const char *name, int64_t first) {
  if (!look->newest || first != look->newest_first)
    return !look->newest || first > look->newest_first;
  size_t len = strlen(name), other = strlen(look->newest);
  return len != other ? len > other : strcmp(name, look->newest) > 0;
}

static void note_segment(struct look *look, const char *name, int64_t first) {
  if (!is_newer(look, name, first))
    return;
  cxd__free(look->newest);
  look->newest = copy(look, name, strlen(name));
  look->newest_first = first;
}

static void note(struct look *look, const char *name) {
  size_t len;
  int64_t first;
  if (is_beside(name) || !starts_like_a_log(look->dir, name))
    return;
  if (!cxd__segment_name(name, &len, &first)) {
    note_log(look, name, strlen(name));
    return;
  }
  note_log(look, name, len);
  note_segment(look, name, first);
}

/* The lock file of a log tells its name, also when the log itself can no longer be told from another file. */
static void note_writers(struct look *look, const char *name) {
  if (!look->locked && ends_with(name, ".writers"))
    look->locked = copy(look, name, strlen(name) - strlen(".writers"));
}

static int walk(struct look *look) {
  int fd = cxd__open_in(look->dir, ".", O_RDONLY | O_DIRECTORY);
  DIR *list = fd < 0 ? NULL : fdopendir(fd);
  if (!list) {
    if (fd >= 0)
      (void)close(fd);
    return -1;
  }
  struct dirent *entry;
  errno = 0;
  while (!look->failed && (entry = readdir(list)) != NULL) {
    note_writers(look, entry->d_name);
    note(look, entry->d_name);
    errno = 0;
  }
  int code = errno;
  (void)closedir(list);
  errno = code;
  return code ? -1 : 0;
}

static cxd_status judge(const struct look *look, const char *path, int walked, cxd_error **error) {
  char one[CXD__QUOTE_MAX], two[CXD__QUOTE_MAX];
  if (look->failed)
    return cxd__fail_nomem(error);
  if (walked != 0)
    return cxd__fail(error, CXD_E_IO, "'%s': the directory cannot be listed: %s", path, cxd__errno_text(errno));
  if (!look->log)
    return cxd__fail(error, CXD_E_AUDIT, "'%s': no file in this directory begins like an audit log: name the file itself", path);
  if (!look->other)
    return CXD_OK;
  cxd__quote(look->log, one);
  cxd__quote(look->other, two);
  return cxd__fail(error, CXD_E_AUDIT, "'%s': there is more than one audit log in this directory, '%s' and '%s': name one of them", path, one, two);
}

cxd_status cxd__directory_log(int dir, const char *path, char **log, char **newest, cxd_error **error) {
  struct look look = {.dir = dir};
  int walked = walk(&look);
  if (!look.log) {
    look.log = look.locked;
    look.locked = NULL;
  }
  cxd_status status = judge(&look, path, walked, error);
  cxd__free(look.other);
  cxd__free(look.locked);
  *log = look.log;
  *newest = look.newest;
  if (status != CXD_OK) {
    cxd__free(look.log);
    cxd__free(look.newest);
    *log = *newest = NULL;
  }
  return status;
}
