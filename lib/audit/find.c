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

static int fits(struct cxd__file *file, const struct cxd__line *line) {
  struct cxd__seals seals = cxd__file_seals(file);
  struct cxd__slice record;
  struct cxd__seal *seal = cxd__seals_of(&seals, line->kid);
  return seal && cxd__line_fits(line, seal) && cxd__json_check(line->text.p, line->text.len, "record", &record, NULL) == CXD_OK;
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
  if (i == 0 || search->seqs[i - 1] != line.link.seq || !fits(file, &line))
    return 0;
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

/* The file of the segment before the one that begins with this line; -1: there is none, or it cannot be opened. */
static int open_before(struct cxd__file *file, struct cxd__slice text, int64_t *seq) {
  struct cxd__line line;
  struct cxd__genesis genesis;
  if (!text.p || !cxd__line_read(text.p, text.len, &line) || !cxd__line_is(&line, "genesis") || line.link.seq >= *seq || !fits(file, &line))
    return -1;
  *seq = line.link.seq;
  if (cxd__genesis_read(&line, &genesis) != NULL || genesis.why == CXD__WHY_FIRST || !cxd__name_is_beside(&file->place, genesis.prev_name))
    return -1;
  return cxd__open_in(file->place.dir, genesis.prev_name, O_RDONLY);
}

static int64_t end_of(struct cxd__file *file, int fd) {
  struct stat st;
  int64_t end = 0;
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || cxd__last_newline(&file->window, st.st_size, &end) != 0)
    return 0;
  return end;
}

cxd_status cxd__find(struct cxd__file *file, int fd, int64_t end, struct cxd__search *search, cxd_error **error) {
  int64_t seq = INT64_MAX;
  int own = -1, result;
  struct cxd__slice genesis;
  cxd__window_on(&file->window, fd);
  while ((result = look_back(file, search, end, &genesis)) == 0 && search->left) {
    int before = open_before(file, genesis, &seq);
    if (own >= 0)
      (void)close(own);
    own = before;
    if (own < 0 || miss_above(search, seq) != 0)
      break;
    cxd__window_on(&file->window, own);
    end = end_of(file, own);
  }
  int code = errno;
  if (own >= 0)
    (void)close(own);
  if (result == 0 && miss_above(search, 0) == 0)
    return CXD_OK;
  return result == 0 || code == ENOMEM ? cxd__fail_nomem(error) : cxd__place_fail(&file->place, "its open intents cannot be read", code, error);
}
