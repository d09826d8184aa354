/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* dev_t, ...at() */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/file.h"
#include "audit/io.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/now.h"

#define AGAIN_US 60000000 /* between tries of a rotation that failed */

static int is_new_day(const struct cxd__state *state) {
  char time[40];
  cxd__time_format_us(cxd__wall_us(), time);
  return memcmp(time, state->day, 10) > 0;
}

static int gets_key(const struct cxd__file *file) { return file->sealer.seal.kid[0] && !file->now.state.kid[0]; }

/* more: bytes of records that are about to be written. */
static const char *due(const struct cxd__file *file, size_t more) {
  const struct cxd__sheet *now = &file->now;
  if (gets_key(file))
    return "key";
  if (file->max_bytes > 0 && now->size + (int64_t)more >= file->max_bytes && (more || now->state.last.seq > now->state.first.seq))
    return "size";
  return file->rotate_daily && is_new_day(&now->state) ? "day" : NULL;
}

static cxd_status add_rotate(struct cxd__file *file, const char *as, const char *why, cxd_error **error) {
  struct cxd__buf body = {0};
  cxd__buf_fmt(&body, "\"k\":\"rotate\",\"next\":%lld,\"as\":", (long long)file->now.state.last.seq + 2);
  cxd__buf_json_str(&body, as);
  cxd__buf_fmt(&body, ",\"why\":\"%s\"", why);
  return cxd__file_add_buf(file, &file->now, &body, error);
}

static cxd_status fill(struct cxd__file *file, struct cxd__sheet *fresh, const char *name, const char *why, cxd_error **error) {
  char sha256[CXD__HASH_HEX + 1];
  const struct cxd__sheet *now = &file->now;
  if (cxd__hash_file(now->fd, now->size, &file->plain.hasher, sha256) != 0)
    return cxd__place_fail(&file->place, "it cannot be read for its successor", errno, error);
  const struct cxd__birth birth = {.why = why, .prev_name = name, .prev = now->state.last, .prev_sha256 = sha256};
  cxd_status status = cxd__sheet_begin(file, fresh, &birth, &file->now.state.opens, error);
  if (status == CXD_OK)
    status = cxd__sheet_put(file, fresh, error);
  if (status == CXD_OK)
    file->anchor = file->now.state.first; /* as good as a checkpoint, which a log that rotates often may never get */
  if (status != CXD_OK && fresh->fd >= 0) { /* not in its place: the old one has to be able to try again */
    file->now.state.opens = fresh->state.opens;
    fresh->state.opens = (struct cxd__opens){0};
  }
  return status;
}

/* `now` ends with its `rotate` record and has its second name. */
static cxd_status succeed(struct cxd__file *file, struct cxd__sheet *fresh, const char *name, const char *why, cxd_error **error) {
  if (file->spoiled || cxd__sync_data(file->now.fd) != 0) {
    file->spoiled = 1;
    cxd__sheet_drop(file, fresh);
    return cxd__move(file, error);
  }
  cxd__file_durable(file);
  (void)cxd__cut(file->now.fd, file->now.size);
  cxd_status status = fill(file, fresh, name, why, error);
  if (status != CXD_OK)
    cxd__sheet_drop(file, fresh);
  return status;
}

static cxd_status rotate(struct cxd__file *file, const char *why, cxd_error **error) {
  struct cxd__sheet fresh;
  char name[CXD__NAME_BYTES];
  if (!cxd__sheet_fits(&file->now.state.opens))
    return cxd__fail_at(error, CXD_E_AUDIT, "audit.path", "audit log '%s': a new segment cannot be begun: there are too many intents without outcome", file->place.path);
  cxd_status status = cxd__sheet_create(file, &fresh, file->now.state.opens.count, error);
  if (status != CXD_OK)
    return status;
  /* On the disk before the record that tells of it: a verifier knows a rotation that was cut short by its two names. */
  if (cxd__name_keep(&file->place, file->now.state.first.seq, name) != 0)
    status = cxd__place_fail(&file->place, "it cannot get a second name", errno, error);
  if (status == CXD_OK)
    status = add_rotate(file, name, why, error);
  if (status == CXD_OK)
    return succeed(file, &fresh, name, why, error);
  cxd__sheet_drop(file, &fresh);
  return status;
}

/* A log that is to be keyed does not go on without. */
static int may_wait(const struct cxd__file *file) { return !file->failed && !file->now.state.ended && !gets_key(file); }

/* The log goes on in a segment that is larger, or older, than its operator wants: he has to hear of it. */
static void put_off(struct cxd__file *file, const char *why, const cxd_error *reason) {
  struct cxd__buf text = {0};
  cxd__buf_fmt(&text, "audit log '%s': a new segment is due (%s) and could not be begun, the log goes on in the old one: %s; it is tried again every minute: put that right, or rotate less by audit.max_bytes and audit.rotate_daily",
               file->place.path, why, reason ? cxd_error_message(reason) : "out of memory");
  cxd__free(file->put_off);
  file->put_off = cxd__buf_take(&text);
}

/* It failed a moment ago, and the log can go on. */
static int waits(const struct cxd__file *file, int64_t now_us) { return may_wait(file) && now_us < file->rotate_after_us; }

int cxd__rotate_is_due(const struct cxd__file *file, size_t more) { return due(file, more) && !waits(file, cxd__clock_read().boot_us); }

cxd_status cxd__rotate_due(struct cxd__file *file, cxd_error **error) {
  const char *why = due(file, 0);
  int64_t now_us = why ? cxd__clock_read().boot_us : 0;
  cxd_error *reason = NULL;
  if (!why || waits(file, now_us))
    return CXD_OK;
  cxd_status status = rotate(file, why, &reason);
  if (status != CXD_OK && may_wait(file)) {
    file->rotate_after_us = now_us + AGAIN_US;
    file->swallowed = 1;
    put_off(file, why, reason);
    cxd_error_free(reason);
    return CXD_OK;
  }
  if (status != CXD_OK && error)
    *error = reason;
  else
    cxd_error_free(reason);
  return status;
}

/* The segment after this one has its second name already: somebody put this one back. */
static int was_left_before(const struct cxd__file *file) {
  struct stat st;
  char name[CXD__NAME_BYTES];
  return cxd__name_second(&file->place, file->now.state.last.seq + 1, 0, name) == 0 && fstatat(file->place.dir, name, &st, 0) == 0;
}

cxd_status cxd__rotate_complete(struct cxd__file *file, cxd_error **error) {
  struct cxd__sheet fresh;
  char name[CXD__NAME_BYTES];
  if (was_left_before(file)) {
    (void)strcpy(file->damage, "it ends where a later segment begins that is there already: an old segment was put in its place");
    return cxd__broken_later(file, error);
  }
  const char *why = gets_key(file) ? "key" : strcmp(file->now.state.why, "day") == 0 ? "day" : "size";
  if (cxd__name_keep(&file->place, file->now.state.first.seq, name) != 0)
    return cxd__place_fail(&file->place, "it cannot get a second name", errno, error);
  cxd_status status = cxd__sheet_create(file, &fresh, file->now.state.opens.count, error);
  return status == CXD_OK ? succeed(file, &fresh, name, why, error) : status;
}
