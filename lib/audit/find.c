/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* dev_t, ...at() */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/file.h"
#include "audit/genesis.h"
#include "audit/io.h"
#include "base/error.h"

/* 1, 0, or -1: no memory. */
static int fits(struct cxd__file *file, const struct cxd__line *line) {
  struct cxd__seals seals = cxd__file_seals(file);
  struct cxd__slice record;
  struct cxd__seal *seal = cxd__seals_of(&seals, line->kid);
  if (!seal || !cxd__line_fits(line, seal))
    return 0;
  cxd_status status = cxd__json_check_deep(line->text.p, line->text.len, "record", CXD__JSON_RECORD_DEPTH, &record, NULL);
  return status == CXD_E_NOMEM ? -1 : status == CXD_OK;
}

static void forget(struct cxd__search *search, size_t i) {
  search->left--;
  memmove(search->seqs + i, search->seqs + i + 1, (search->left - i) * sizeof *search->seqs);
}

/* Lines that are no records are passed over: in a segment before, damage behind what counts is no news. */
static int look_at(struct cxd__file *file, struct cxd__search *search, struct cxd__slice text) {
  struct cxd__line line;
  if (!cxd__line_read(text.p, text.len, &line) || !cxd__line_is(&line, "intent"))
    return 0;
  size_t i = search->left;
  while (i > 0 && search->seqs[i - 1] > line.link.seq)
    i--;
  int fit = i > 0 && search->seqs[i - 1] == line.link.seq ? fits(file, &line) : 0;
  if (fit <= 0)
    return fit;
  forget(search, i - 1);
  return search->found(search->context, &line);
}

/* Those above `seq`: they would have been met by now. */
static int miss_above(struct cxd__search *search, int64_t seq) {
  int result = 0;
  while (result == 0 && search->left && search->seqs[search->left - 1] > seq)
    result = search->missing(search->context, search->seqs[--search->left]);
  return result;
}

/* 0: at the start of the file, whose first line is *genesis then. -1: errno is ENOMEM, or what reading ended with. */
static int look_back(struct cxd__file *file, struct cxd__search *search, int64_t end, struct cxd__slice *text) {
  *text = (struct cxd__slice){NULL, 0};
  while (end > 0 && search->left) {
    int got = cxd__line_before(&file->window, end, text);
    if (got < 0 || (got && look_at(file, search, *text) != 0)) {
      errno = got < 0 ? errno : ENOMEM;
      return -1;
    }
    int64_t before = end;
    if (got)
      end -= (int64_t)text->len + 1;
    else if (cxd__last_newline(&file->window, before - 1, &end) != 0)
      return -1;
  }
  return 0;
}

#define NO_FILE ENOENT

/* Another time it may be there. */
static int is_passing(int code) { return code != NO_FILE && code != ELOOP && code != EACCES && code != EISDIR && code != ENXIO; }

/* The file of the segment before the one that begins with this line; -1: NO_FILE, or why it cannot be opened. */
static int open_before(struct cxd__file *file, struct cxd__slice text, int64_t *seq) {
  struct cxd__line line;
  struct cxd__genesis genesis;
  errno = NO_FILE;
  if (!text.p || !cxd__line_read(text.p, text.len, &line) || !cxd__line_is(&line, "genesis") || line.link.seq >= *seq)
    return -1;
  int fit = fits(file, &line);
  if (fit <= 0) {
    errno = fit < 0 ? ENOMEM : NO_FILE;
    return -1;
  }
  *seq = line.link.seq;
  errno = NO_FILE;
  if (cxd__genesis_read(&line, &genesis) != NULL || genesis.why == CXD__WHY_FIRST || !cxd__name_is_beside(&file->place, genesis.prev_name))
    return -1;
  return cxd__open_in(file->place.dir, genesis.prev_name, O_RDONLY);
}

/* 0 when it is no file of lines; -1 and errno. */
static int64_t end_of(struct cxd__file *file, int fd) {
  struct stat st;
  int64_t end = 0;
  if (fstat(fd, &st) != 0)
    return -1;
  if (!S_ISREG(st.st_mode))
    return 0;
  return cxd__last_newline(&file->window, st.st_size, &end) == 0 ? end : -1;
}

/* 0: all that is there was looked at. -1: errno is ENOMEM, or what reading ended with. */
static int search_back(struct cxd__file *file, int fd, int64_t end, struct cxd__search *search, int *own) {
  int64_t seq = INT64_MAX;
  struct cxd__slice genesis;
  cxd__window_on(&file->window, fd);
  for (;;) {
    if (look_back(file, search, end, &genesis) != 0)
      return -1;
    int before = search->left ? open_before(file, genesis, &seq) : -1, code = errno;
    if (*own >= 0)
      (void)close(*own);
    *own = before;
    if (before < 0) {
      errno = code;
      return search->left && is_passing(code) ? -1 : 0;
    }
    if (miss_above(search, seq) != 0) {
      errno = ENOMEM;
      return -1;
    }
    cxd__window_on(&file->window, before);
    if ((end = end_of(file, before)) < 0)
      return -1;
  }
}

cxd_status cxd__find(struct cxd__file *file, int fd, int64_t end, struct cxd__search *search, cxd_error **error) {
  int own = -1;
  int result = search_back(file, fd, end, search, &own), code = errno;
  if (own >= 0)
    (void)close(own);
  if (result == 0 && miss_above(search, 0) == 0)
    return CXD_OK;
  return result == 0 || code == ENOMEM ? cxd__fail_nomem(error) : cxd__place_fail(&file->place, "its open intents cannot be read", code, error);
}
