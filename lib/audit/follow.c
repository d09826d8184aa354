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

struct origin {
  struct cxd__link link; /* of the genesis */
  struct cxd__genesis genesis;
  char kid[CXD__KID_HEX + 1];
};

static int read_origin(struct cxd__file *file, int fd, struct origin *out) {
  struct stat st;
  struct cxd__slice text, record;
  struct cxd__line line;
  struct cxd__seals seals = cxd__file_seals(file);
  cxd__window_on(&file->window, fd);
  if (fstat(fd, &st) != 0 || cxd__line_at(&file->window, 0, st.st_size, &text) != 1 || !cxd__line_read(text.p, text.len, &line) || !cxd__line_is(&line, "genesis"))
    return 0;
  out->link = line.link;
  memcpy(out->kid, line.kid, sizeof out->kid);
  struct cxd__seal *seal = cxd__seals_of(&seals, line.kid);
  if ((seal && !cxd__line_fits(&line, seal)) || cxd__json_check_deep(text.p, text.len, "record", CXD__JSON_RECORD_DEPTH, &record, NULL) != CXD_OK)
    return 0;
  return cxd__genesis_read(&line, &out->genesis) == NULL;
}

static int same_link(const struct cxd__link *a, const struct cxd__link *b) { return a->seq == b->seq && memcmp(a->h, b->h, sizeof a->h) == 0; }

static int names_now(const struct cxd__file *file, const char *name) {
  struct stat st;
  return *name && fstatat(file->place.dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_dev == file->now.device && st.st_ino == file->now.inode;
}

enum relation { FOREIGN, COPY, FOLLOWS, ABANDONS };

/* How the file at the path came about. heir: the segment right behind `now`, when it is known; `own` when it is another than `found`. */
struct descent {
  enum relation relation;
  int heir, own;
  int64_t last; /* ABANDONS: the last record of `now` that counts */
  int broken;
};

static enum relation relate(const struct cxd__file *file, const struct origin *origin, struct descent *descent) {
  const struct cxd__state *now = &file->now.state;
  const struct cxd__genesis *genesis = &origin->genesis;
  int cuts = genesis->why == CXD__WHY_SYNC || genesis->why == CXD__WHY_BROKEN;
  descent->broken |= genesis->why == CXD__WHY_BROKEN;
  if (same_link(&origin->link, &now->first))
    return COPY;
  if (genesis->why != CXD__WHY_FIRST && same_link(&genesis->prev, &now->last))
    return FOLLOWS;
  descent->last = genesis->prev.seq;
  return cuts && genesis->prev.seq < now->last.seq && (names_now(file, genesis->prev_name) || genesis->prev.seq >= now->first.seq) ? ABANDONS : FOREIGN;
}

/* Back from the found file, a genesis at a time. A segment that was put away for good is no reason to stop. */
static void trace(struct cxd__file *file, int found, struct descent *descent) {
  struct origin origin;
  *descent = (struct descent){.relation = FOREIGN, .heir = found, .own = -1};
  while (read_origin(file, descent->heir, &origin)) {
    descent->relation = relate(file, &origin, descent);
    if (descent->relation != FOREIGN || origin.genesis.why == CXD__WHY_FIRST || origin.link.seq <= file->now.state.last.seq || !cxd__name_is_beside(&file->place, origin.genesis.prev_name))
      return;
    int before = cxd__open_in(file->place.dir, origin.genesis.prev_name, O_RDONLY);
    if (before < 0)
      descent->relation = errno == ENOENT ? FOLLOWS : FOREIGN;
    if (descent->own >= 0)
      (void)close(descent->own);
    descent->heir = descent->own = before;
    if (before < 0)
      return;
  }
}

/* So that, if a sync fails later, only what came since has to be written again. */
static void sync_here(struct cxd__file *file) {
  if (cxd__sync_data(file->now.fd) == 0)
    file->durable = file->now.size;
  else
    file->spoiled = 1;
}

static cxd_status take_over(struct cxd__file *file, struct cxd__sheet *found, int64_t size, const struct descent *descent, cxd_error **error) {
  cxd_status status = cxd__load(file, found, size, error);
  if (status != CXD_OK && status != CXD__DAMAGED)
    return status;
  if (descent->broken)
    cxd__file_alarm(file, "another process found that it may have been tampered with, and began a new segment: look at it with 'cxdialer audit verify', then open the log anew");
  if (descent->relation == FOLLOWS)
    cxd__file_durable(file); /* before its successor came, all of `now` was made durable */
  if (status == CXD__DAMAGED)
    status = cxd__broken_first(file, found, error);
  else
    cxd__sheet_is_now(file, found);
  file->dirty = 1; /* looking may have written */
  if (status == CXD_OK && file->sync)
    sync_here(file);
  return status == CXD_OK && descent->relation == ABANDONS ? cxd__move_after(file, descent->heir, descent->last, error) : status;
}

static cxd_status follow_to(struct cxd__file *file, struct cxd__sheet *found, int64_t size, cxd_error **error) {
  struct origin origin;
  struct descent descent;
  if (size == 0)
    return cxd__broken_lost(file, found, size, error);
  if (read_origin(file, found->fd, &origin) && cxd__check_key(file, origin.kid, NULL) != CXD_OK)
    return cxd__file_give_up(file, "goes on with another key", error);
  trace(file, found->fd, &descent);
  cxd_status status = CXD_OK;
  if (descent.relation == COPY)
    status = cxd__broken_lost(file, found, size, error);
  else if (descent.relation == FOREIGN)
    status = cxd__file_give_up(file, "was moved away or deleted, and what stands in its place is not its continuation", error);
  else
    status = take_over(file, found, size, &descent, error);
  if (descent.own >= 0)
    (void)close(descent.own);
  return status;
}

cxd_status cxd__follow(struct cxd__file *file, cxd_error **error) {
  struct stat st;
  struct cxd__sheet found = {.fd = -1};
  cxd__place_unlock(file->now.fd);
  cxd_status status = cxd__place_acquire(&file->place, &found.fd, &st, error);
  if (status != CXD_OK)
    return status;
  found.device = st.st_dev;
  found.inode = st.st_ino;
  if (found.device == file->now.device && found.inode == file->now.inode) { /* it was only away for a moment */
    int fd = file->now.fd;
    file->now.fd = found.fd;
    found.fd = fd;
  } else
    status = follow_to(file, &found, st.st_size, error);
  cxd__sheet_close(&found);
  return status;
}
