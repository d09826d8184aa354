/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* dev_t, ...at() */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/file.h"
#include "audit/io.h"
#include "base/error.h"
#include "base/mem.h"

#define GENESIS_ROOM 2048 /* for all of a genesis but its list */

static cxd_status no_segment(const struct cxd__file *file, int code, cxd_error **error) { return cxd__place_fail(&file->place, "a new segment cannot be begun", code, error); }

static int create(const struct cxd__file *file, struct cxd__sheet *fresh) {
  char name[CXD__NAME_BYTES];
  struct stat st;
  if (cxd__name_beside(&file->place, ".new", name) != 0)
    return errno;
  (void)unlinkat(file->place.dir, name, 0);
  fresh->fd = cxd__open_in(file->place.dir, name, O_RDWR | O_APPEND | O_CREAT | O_EXCL);
  if (fresh->fd < 0 || flock(fresh->fd, LOCK_EX | LOCK_NB) != 0 || fstat(fresh->fd, &st) != 0)
    return errno;
  fresh->device = st.st_dev;
  fresh->inode = st.st_ino;
  return 0;
}

/* As much as each open intent may need, and one more: what was set aside before is in the old file. */
cxd_status cxd__sheet_create(struct cxd__file *file, struct cxd__sheet *fresh, size_t opens, cxd_error **error) {
  int64_t need = CXD__AUDIT_RESERVE + (int64_t)opens * CXD__AUDIT_MAX_RECORD;
  *fresh = (struct cxd__sheet){.fd = -1};
  int code = create(file, fresh);
  if (code == 0)
    code = cxd__set_aside(fresh->fd, 0, need);
  if (code == 0)
    fresh->reserved = need;
  if (code == CXD__NO_SUCH_CALL)
    code = cxd__has_space(fresh->fd, need) ? 0 : ENOSPC;
  if (code == 0)
    return CXD_OK;
  cxd__sheet_drop(file, fresh);
  return no_segment(file, code, error);
}

void cxd__sheet_drop(struct cxd__file *file, struct cxd__sheet *fresh) {
  char name[CXD__NAME_BYTES];
  if (fresh->fd >= 0 && cxd__name_beside(&file->place, ".new", name) == 0)
    (void)unlinkat(file->place.dir, name, 0);
  cxd__sheet_close(fresh);
}

int cxd__sheet_fits(const struct cxd__opens *opens) {
  size_t len = 0;
  for (size_t i = 0; i < opens->count && len < CXD__AUDIT_MAX_RECORD; i++)
    len += opens->items[i].op + sizeof "{\"seq\":9223372036854775807,\"op\":},";
  return len + GENESIS_ROOM < CXD__AUDIT_MAX_RECORD;
}

cxd_status cxd__sheet_begin(struct cxd__file *file, struct cxd__sheet *fresh, const struct cxd__birth *birth, struct cxd__opens *opens, cxd_error **error) {
  struct cxd__buf body = {0};
  cxd__buf_fmt(&body, "\"k\":\"genesis\",\"why\":\"%s\",\"prev_name\":", birth->why);
  cxd__buf_json_str(&body, birth->prev_name);
  cxd__buf_fmt(&body, ",\"prev_seq\":%lld,\"prev_h\":\"", (long long)birth->prev.seq);
  cxd__hex_add(&body, birth->prev.h);
  cxd__buf_str(&body, "\",\"prev_sha256\":");
  cxd__buf_json_str(&body, birth->prev_sha256);
  cxd__buf_str(&body, ",\"open\":");
  cxd__opens_list(opens, &body);
  fresh->state.last = birth->prev;
  memcpy(fresh->state.kid, file->sealer.seal.kid, sizeof fresh->state.kid);
  fresh->state.opens = *opens;
  *opens = (struct cxd__opens){0};
  cxd_status status = cxd__file_add_buf(file, fresh, &body, error);
  fresh->head = fresh->size;
  return status;
}

void cxd__sheet_is_now(struct cxd__file *file, struct cxd__sheet *sheet) {
  cxd__sheet_close(&file->now);
  file->now = *sheet;
  *sheet = (struct cxd__sheet){.fd = -1};
  file->durable = file->now.head;
  file->spoiled = 0;
  file->checkpoint.seq = 0;
  cxd__free(file->put_off); /* there is a new segment, whoever began it */
  file->put_off = NULL;
}

cxd_status cxd__sheet_put(struct cxd__file *file, struct cxd__sheet *fresh, cxd_error **error) {
  char name[CXD__NAME_BYTES];
  if (cxd__name_beside(&file->place, ".new", name) != 0 || cxd__sync_file(fresh->fd) != 0 || renameat(file->place.dir, name, file->place.dir, file->place.base) != 0)
    return no_segment(file, errno, error);
  cxd__sheet_is_now(file, fresh);
  file->durable = file->now.size;
  file->dirty = 0;
  if (cxd__place_sync_dir(&file->place) != 0)
    return cxd__file_give_up(file, "has a new segment whose name could not be made durable", error);
  return CXD_OK;
}
