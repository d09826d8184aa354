/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* dev_t, ...at() */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/file.h"
#include "audit/io.h"
#include "base/error.h"
#include "base/mem.h"

/* The first thing that was wrong is told until the log is closed. */
void cxd__file_alarm(struct cxd__file *file, const char *what) {
  struct cxd__buf text = {0};
  if (file->alarm)
    return;
  cxd__buf_fmt(&text, "audit log '%s': %s", file->place.path, what);
  file->alarm = cxd__buf_take(&text);
}

static cxd_status add_fork(struct cxd__file *file, struct cxd__sheet *fresh, const char *name, int64_t bytes, cxd_error **error) {
  struct cxd__buf body = {0};
  cxd__buf_str(&body, "\"k\":\"fork\",\"file\":");
  cxd__buf_json_str(&body, name);
  cxd__buf_fmt(&body, ",\"after\":%lld,\"bytes\":%lld,\"reason\":", (long long)fresh->state.first.seq - 1, (long long)bytes);
  cxd__buf_json_str(&body, file->damage);
  return cxd__file_add_buf(file, fresh, &body, error);
}

/* What a segment goes on behind: `now`, kept under a name; and the file that does not count from some byte on. */
struct breach {
  const char *name, *file;
  int64_t size, bytes;
};

static cxd_status go_on(struct cxd__file *file, struct cxd__sheet *fresh, const struct breach *breach, cxd_error **error) {
  char sha256[CXD__HASH_HEX + 1];
  if (cxd__sync_data(file->now.fd) != 0 && file->pending.count)
    return cxd__place_fail(&file->place, "its last records cannot be made durable", errno, error);
  if (cxd__hash_file(file->now.fd, breach->size, &file->plain.hasher, sha256) != 0)
    return cxd__place_fail(&file->place, "it cannot be read for its successor", errno, error);
  const struct cxd__birth birth = {.why = "broken", .prev_name = breach->name, .prev = file->now.state.last, .prev_sha256 = sha256};
  cxd_status status = cxd__sheet_begin(file, fresh, &birth, &file->now.state.opens, error);
  if (status == CXD_OK)
    status = add_fork(file, fresh, breach->file, breach->bytes, error);
  return status == CXD_OK ? cxd__sheet_put(file, fresh, error) : status;
}

/* Takes why. */
static cxd_status closed(struct cxd__file *file, cxd_error *why, cxd_error **error) {
  struct cxd__buf text = {0};
  cxd__buf_fmt(&text, "may have been tampered with: %s; and %s", file->damage, cxd_error_message(why));
  cxd_status status = cxd__file_give_up(file, text.failed ? "may have been tampered with" : text.data, error);
  cxd__buf_free(&text);
  cxd_error_free(why);
  return status;
}

static cxd_status fork_off(struct cxd__file *file, const struct breach *breach, cxd_error **error) {
  struct cxd__sheet fresh;
  cxd_error *why = NULL;
  char what[sizeof file->damage + 160];
  long long last = (long long)file->now.state.last.seq;
  cxd_status status = cxd__sheet_create(file, &fresh, file->now.state.opens.count, &why);
  if (status == CXD_OK)
    status = go_on(file, &fresh, breach, &why);
  if (status != CXD_OK) {
    cxd__sheet_drop(file, &fresh);
    return closed(file, why, error);
  }
  cxd__pending_clear(&file->pending);
  (void)snprintf(what, sizeof what, "it may have been tampered with: %s; a new segment goes on behind record %lld: look at it with 'cxdialer audit verify', then open the log anew", file->damage, last);
  cxd__file_alarm(file, what);
  return CXD_OK;
}

cxd_status cxd__broken_behind(struct cxd__file *file, const char *name, const char *rest, int64_t size, int64_t bytes, cxd_error **error) {
  const struct breach breach = {.name = name, .file = rest, .size = size, .bytes = bytes};
  return fork_off(file, &breach, error);
}

static cxd_status unnamed(struct cxd__file *file, cxd_error **error) {
  cxd_error *why = NULL;
  (void)cxd__place_fail(&file->place, "it cannot get a second name", errno, &why);
  return closed(file, why, error);
}

/* A record in itself, whatever stands before it: 1, 0, or -1: no memory. */
static int is_record(struct cxd__file *file, struct cxd__slice text, int64_t above, struct cxd__line *line) {
  struct cxd__seals seals = cxd__file_seals(file);
  struct cxd__slice record;
  if (!cxd__line_read(text.p, text.len, line) || line->link.seq <= above || strcmp(line->kid, file->now.state.kid) != 0)
    return 0;
  struct cxd__seal *seal = cxd__seals_of(&seals, line->kid);
  if (!seal || !cxd__line_fits(line, seal))
    return 0;
  cxd_status status = cxd__json_check(text.p, text.len, "record", &record, NULL);
  return status == CXD_E_NOMEM ? -1 : status == CXD_OK;
}

/* Outcomes that stand intact behind the damage: those updates are over, a recovery must not invent another end for them. */
static cxd_status close_behind(struct cxd__file *file, int64_t size, cxd_error **error) {
  struct cxd__state *state = &file->now.state;
  struct cxd__slice text;
  struct cxd__line line;
  struct cxd__fields fields;
  int64_t seq, above = state->last.seq, end = 0;
  int got = 0;
  cxd__window_on(&file->window, file->now.fd);
  if (size <= file->now.size || cxd__last_newline(&file->window, size, &end) != 0)
    return CXD_OK;
  for (int64_t at = file->now.size; at < end && got >= 0; at += got ? (int64_t)text.len + 1 : CXD__AUDIT_MAX_RECORD) {
    got = cxd__line_at(&file->window, at, end, &text);
    int is = got > 0 ? is_record(file, text, above, &line) : 0;
    if (is < 0)
      return cxd__fail_nomem(error);
    if (!is)
      continue;
    above = line.link.seq;
    cxd__fields_read(&line, &fields);
    if (!cxd__line_is(&line, "outcome"))
      continue;
    cxd__opens_end(&state->opens, fields.op);
    if (cxd__json_int(fields.intent_seq, &seq))
      cxd__opens_end_seq(&state->opens, seq);
  }
  return CXD_OK;
}

cxd_status cxd__broken_later(struct cxd__file *file, cxd_error **error) {
  struct stat st;
  char name[CXD__NAME_BYTES];
  if (fstat(file->now.fd, &st) != 0 || cxd__name_keep(&file->place, file->now.state.first.seq, name) != 0)
    return unnamed(file, error);
  int64_t rest = st.st_size > file->now.size ? st.st_size - file->now.size : 0;
  const struct breach breach = {.name = name, .file = name, .size = st.st_size, .bytes = rest};
  cxd_status status = close_behind(file, st.st_size, error);
  return status == CXD_OK ? fork_off(file, &breach, error) : status;
}

/* What counts is found from the start of the file. */
cxd_status cxd__broken_first(struct cxd__file *file, struct cxd__sheet *sheet, cxd_error **error) {
  struct stat st;
  char seen[sizeof file->damage];
  if (fstat(sheet->fd, &st) != 0)
    return cxd__place_fail(&file->place, "cannot be examined", errno, error);
  memcpy(seen, file->damage, sizeof seen);
  cxd__state_free(&sheet->state);
  cxd_status status = cxd__load_forward(file, sheet, st.st_size, error);
  if (status == CXD_OK)
    memcpy(file->damage, seen, sizeof seen);
  else if (status != CXD__DAMAGED)
    return status;
  cxd__sheet_is_now(file, sheet);
  return cxd__broken_later(file, error);
}

cxd_status cxd__broken_lost(struct cxd__file *file, struct cxd__sheet *found, int64_t found_size, cxd_error **error) {
  struct stat st;
  char own[CXD__NAME_BYTES], other[CXD__NAME_BYTES];
  int64_t first = file->now.state.first.seq;
  if (fstat(file->now.fd, &st) != 0)
    return unnamed(file, error);
  const char *what = st.st_nlink ? "it was moved away" : "it was deleted";
  (void)strcpy(file->damage, found_size ? "another file was put in its place" : what);
  if (cxd__name_rescue(&file->place, file->now.fd, first, own) != 0 || (found_size && cxd__name_keep(&file->place, first, other) != 0))
    return unnamed(file, error);
  const struct breach breach = {.name = own, .file = found_size ? other : own, .size = st.st_size, .bytes = found_size};
  cxd_status status = fork_off(file, &breach, error);
  cxd__sheet_close(found);
  return status;
}
