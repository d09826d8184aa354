/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* O_CLOEXEC, dev_t */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/file.h"
#include "audit/genesis.h"
#include "audit/io.h"
#include "audit/tail.h"
#include "base/error.h"

/* The newest of the segments beside the path. */
struct newest {
  char name[CXD__NAME_BYTES];
  int64_t first;
  int fd;
};

/* One of another key is one too: what comes after refuses it by name. */
static int begins_segment(struct cxd__file *file, int fd, int64_t first) {
  struct stat st;
  struct cxd__slice text;
  struct cxd__line line;
  struct cxd__seals seals = cxd__file_seals(file);
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
    return 0;
  cxd__window_on(&file->window, fd);
  if (cxd__line_at(&file->window, 0, st.st_size, &text) != 1 || !cxd__line_read(text.p, text.len, &line) || !cxd__line_is(&line, "genesis") || line.link.seq != first)
    return 0;
  struct cxd__seal *seal = cxd__seals_of(&seals, line.kid);
  return !seal || cxd__line_fits(&line, seal);
}

/* With the same number the one without ".1" behind it: only a stranger takes the name before. */
static int is_newer(const struct newest *newest, const char *name, int64_t first) {
  return newest->fd < 0 || first > newest->first || (first == newest->first && strlen(name) < strlen(newest->name));
}

static void look_at(struct cxd__file *file, const char *name, struct newest *newest) {
  size_t log;
  int64_t first;
  if (strlen(name) >= sizeof newest->name || !cxd__name_is_beside(&file->place, name) || !cxd__segment_name(name, &log, &first) || log != strlen(file->place.base) || !is_newer(newest, name, first))
    return;
  int fd = cxd__open_in(file->place.dir, name, O_RDONLY);
  if (fd < 0)
    return;
  if (!begins_segment(file, fd, first)) {
    (void)close(fd);
    return;
  }
  if (newest->fd >= 0)
    (void)close(newest->fd);
  newest->fd = fd;
  newest->first = first;
  (void)strcpy(newest->name, name);
}

/* 0, or -1 and errno. */
static int look_beside(struct cxd__file *file, struct newest *newest) {
  int fd = cxd__open_in(file->place.dir, ".", O_RDONLY | O_DIRECTORY);
  DIR *list = fd < 0 ? NULL : fdopendir(fd);
  const struct dirent *entry;
  if (!list) {
    int code = errno;
    if (fd >= 0)
      (void)close(fd);
    errno = code;
    return -1;
  }
  for (errno = 0; (entry = readdir(list)) != NULL; errno = 0)
    look_at(file, entry->d_name, newest);
  int code = errno;
  (void)closedir(list);
  errno = code;
  return code ? -1 : 0;
}

/* What is left of the first line of the segment that is missing. */
static cxd_status set_aside(struct cxd__file *file, const struct cxd__sheet *sheet, int64_t size, int64_t seq, char name[CXD__NAME_BYTES], cxd_error **error) {
  unsigned char hash[CXD__HASH_BYTES];
  return cxd__tail_cut(&file->place, sheet->fd, 0, size, seq, &file->plain.hasher, hash, name, error);
}

static cxd_status go_on_behind(struct cxd__file *file, const struct cxd__sheet *sheet, int64_t size, struct newest *newest, cxd_error **error) {
  struct stat st;
  char torn[CXD__NAME_BYTES];
  struct cxd__sheet before = {.fd = newest->fd};
  newest->fd = -1;
  cxd_status status = fstat(before.fd, &st) == 0 ? CXD_OK : cxd__place_fail(&file->place, "the segment before it cannot be examined", errno, error);
  before.device = st.st_dev;
  before.inode = st.st_ino;
  if (status == CXD_OK)
    status = cxd__load_forward(file, &before, st.st_size, error);
  if (status == CXD__DAMAGED)
    status = CXD_OK;
  if (status == CXD_OK && size > 0)
    status = set_aside(file, sheet, size, before.state.last.seq + 1, torn, error);
  if (status == CXD_OK) {
    cxd__sheet_is_now(file, &before);
    (void)strcpy(file->damage, "the segment after it is missing or empty");
    status = cxd__broken_behind(file, newest->name, size > 0 ? torn : newest->name, st.st_size, size, error);
  }
  cxd__sheet_close(&before);
  return status;
}

cxd_status cxd__headless(struct cxd__file *file, struct cxd__sheet *sheet, int64_t size, int *done, cxd_error **error) {
  struct newest newest = {.fd = -1};
  int64_t end = 0;
  *done = 0;
  cxd__window_on(&file->window, sheet->fd);
  if (size > 0 && (cxd__last_newline(&file->window, size, &end) != 0 || end > 0 || cxd__tail_may_be_genesis(sheet->fd, size) <= 0))
    return CXD_OK;
  int looked = look_beside(file, &newest);
  cxd_status status = looked == 0 ? CXD_OK : cxd__place_fail(&file->place, "it is empty, and its directory cannot be listed to see whether older segments are there", errno, error);
  if (status == CXD_OK && newest.fd >= 0) {
    *done = 1;
    status = go_on_behind(file, sheet, size, &newest, error);
  }
  if (newest.fd >= 0)
    (void)close(newest.fd);
  return status;
}
