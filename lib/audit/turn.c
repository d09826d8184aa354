/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The records of one turn: as many as can be go into the file with one write, in the order they came. */
#define _GNU_SOURCE /* dev_t, ...at() */
#include <string.h>

#include "audit/file.h"
#include "audit/io.h"
#include "base/error.h"
#include "base/mem.h"

#define CHECKPOINT_RECORDS 256
#define CHECKPOINT_US 60000000
#define CLOCK_US 2000000
#define RUN_BYTES (8 * CXD__AUDIT_MAX_RECORD)
#define LINE_EXTRA 640 /* what the log puts around a body, at most */

struct turn {
  struct cxd__file *file;
  struct cxd__audit_entry *entries;
  size_t count, first; /* first: of the run, which is made of those that follow it and are not passed over or refused */
  struct cxd__stamp stamp;
  int stamped;         /* the clock was looked at */
  int alone;           /* a write of several failed: each has one of its own from here on */
  int failed;
  ino_t room;          /* the file that has room for all that want it; 0: for none yet */
  int one_by_one;      /* there is no room for all */
  cxd_status refused;
  const cxd_error *why;
};

static int is_due(const struct cxd__audit_entry *entry) { return entry->body && entry->status == CXD_OK && !entry->seq; }

static void refuse(struct turn *turn, struct cxd__audit_entry *entry, cxd_status status, cxd_error *why) {
  entry->status = status;
  entry->error = why;
  turn->failed = 1;
}

/* ---------------------------------------------------------------------------- the run */

static void tell(struct turn *turn, struct cxd__audit_entry *entry, size_t i) {
  const struct cxd__run *run = &turn->file->run;
  size_t from = i ? run->lines[i - 1].end : 0;
  entry->seq = run->lines[i].line.link.seq;
  if (!entry->in_passing)
    entry->sealed = cxd__strndup(run->text.data + from, run->lines[i].end - from);
}

/* Those written know it then. What is left of the run is not. */
static cxd_status write_run(struct turn *turn, size_t end, cxd_error **error) {
  struct cxd__file *file = turn->file;
  size_t written = 0, told = 0;
  cxd_status status = cxd__run_write(file, &file->now, &written, error);
  for (size_t i = turn->first; i < end && told < written; i++)
    if (is_due(&turn->entries[i]))
      tell(turn, &turn->entries[i], told++);
  cxd__run_clear(&file->run);
  return status;
}

static void add_alone(struct turn *turn, size_t i) {
  struct cxd__audit_entry *entry = &turn->entries[i];
  cxd_error *why = NULL;
  turn->first = i;
  cxd_status status = turn->file->failed ? cxd__file_refused(turn->file, &why) : cxd__run_add(turn->file, &turn->stamp, entry->body, entry->len, &why);
  if (status == CXD_OK)
    status = write_run(turn, i + 1, &why);
  if (status != CXD_OK)
    refuse(turn, entry, status, why);
}

/* Records of a turn have one time, unless others came between them. */
static void look_at_clock(struct turn *turn) { turn->stamp = cxd__sealer_stamp(&turn->file->sealer); }

/* Before `end` nothing is left to do. Where one write for all fails, each of the rest is tried alone, as if it had come alone. */
static void flush(struct turn *turn, size_t end) {
  size_t lines = turn->file->run.count;
  cxd_error *why = NULL;
  if (lines && write_run(turn, end, &why) != CXD_OK) {
    cxd_error_free(why);
    turn->alone = 1;
    turn->file->swallowed = 1;
    for (size_t i = turn->first; i < end; i++)
      if (is_due(&turn->entries[i]))
        add_alone(turn, i);
  }
  turn->first = end;
}

/* ------------------------------------------------------------------- what goes between */

static cxd_status note_clock(struct turn *turn, cxd_error **error) {
  struct cxd__file *file = turn->file;
  int64_t ahead = turn->stamp.wall_us - turn->stamp.boot_us, step = file->stamped ? ahead - file->ahead_us : 0;
  cxd_status status = CXD_OK;
  if (step > CLOCK_US || step < -CLOCK_US) {
    struct cxd__buf body = {0};
    cxd__buf_fmt(&body, "\"k\":\"clock\",\"step_ms\":%lld", (long long)(step / 1000));
    status = cxd__file_add_buf(file, &file->now, &body, error);
    look_at_clock(turn);
  }
  if (status == CXD_OK) {
    file->ahead_us = ahead;
    file->stamped = turn->stamped = 1;
  }
  return status;
}

static int checkpoint_due(const struct turn *turn, int is_intent) {
  const struct cxd__state *state = &turn->file->now.state;
  int64_t since_us = turn->stamp.boot_us - state->mark_us;
  int many = state->since + (int64_t)turn->file->run.count >= CHECKPOINT_RECORDS;
  int late = !is_intent && (since_us < 0 || since_us >= CHECKPOINT_US || strcmp(state->mark_boot, turn->file->sealer.boot) != 0);
  return (many || late) && cxd__sheet_fits(&state->opens);
}

/* The records it comes after are written: that it is left out this time is no failure of them. */
static void add_checkpoint(struct turn *turn) {
  struct cxd__file *file = turn->file;
  const struct cxd__state *state = &file->now.state;
  struct cxd__buf body = {0};
  if (file->failed || !cxd__sheet_fits(&state->opens))
    return;
  cxd__buf_fmt(&body, "\"k\":\"checkpoint\",\"intents\":%lld,\"outcomes\":%lld,\"open\":", (long long)state->intents, (long long)state->outcomes);
  cxd__opens_list(&state->opens, &body);
  if (cxd__file_add_buf(file, &file->now, &body, NULL) == CXD_OK)
    file->checkpoint = state->last;
  else
    file->swallowed = 1;
  look_at_clock(turn);
}

/* For all that want it at once; where that is too much, for each as its turn comes. */
static cxd_status have_room(struct turn *turn, size_t i, cxd_error **error) {
  size_t intents = 0;
  int64_t bytes = 0;
  if (turn->refused != CXD_OK) {
    *error = cxd__error_copy(turn->why);
    return turn->refused;
  }
  if (!turn->one_by_one && turn->room == turn->file->now.inode)
    return CXD_OK;
  if (turn->one_by_one)
    flush(turn, i);
  if (turn->file->failed)
    return cxd__file_refused(turn->file, error);
  bytes = (int64_t)turn->file->run.text.len;
  for (size_t j = i; j < turn->count && !turn->one_by_one; j++)
    if (turn->entries[j].body) {
      intents += turn->entries[j].reserve != 0;
      bytes += (int64_t)turn->entries[j].len + LINE_EXTRA;
    }
  if (intents && cxd__file_make_room_for(turn->file, intents, bytes, NULL) == CXD_OK) {
    turn->room = turn->file->now.inode;
    return CXD_OK;
  }
  turn->one_by_one = 1;
  flush(turn, i);
  return turn->file->failed ? cxd__file_refused(turn->file, error) : cxd__file_make_room_for(turn->file, 1, 0, error);
}

/* ------------------------------------------------------------------------ one of them */

static cxd_status resolvable(struct turn *turn, size_t i, cxd_error **error) {
  long long intent = turn->entries[i].resolves;
  if (!intent)
    return CXD_OK;
  flush(turn, i);
  if (cxd__opens_has(&turn->file->now.state.opens, intent))
    return CXD_OK;
  return cxd__fail(error, CXD_E_STATE, "record %lld of the audit log is not an intent without outcome: somebody else resolved it", intent);
}

static cxd_status prepare(struct turn *turn, size_t i, cxd_error **error) {
  struct cxd__file *file = turn->file;
  cxd_status status = resolvable(turn, i, error);
  if (status == CXD_OK && turn->entries[i].reserve)
    status = have_room(turn, i, error);
  if (status == CXD_OK && cxd__rotate_is_due(file, file->run.text.len)) {
    flush(turn, i);
    status = file->failed ? CXD_OK : cxd__rotate_due(file, error);
    look_at_clock(turn);
  }
  if (status == CXD_OK && file->run.text.len + CXD__AUDIT_MAX_RECORD > RUN_BYTES)
    flush(turn, i);
  if (status == CXD_OK && file->failed)
    status = cxd__file_refused(file, error);
  return status == CXD_OK && !turn->stamped ? note_clock(turn, error) : status;
}

static void add(struct turn *turn, size_t i) {
  static const char intent[] = "\"k\":\"intent\"";
  struct cxd__audit_entry *entry = &turn->entries[i];
  cxd_error *why = NULL;
  cxd_status status = prepare(turn, i, &why);
  if (status == CXD_OK)
    status = cxd__run_add(turn->file, &turn->stamp, entry->body, entry->len, &why);
  if (status != CXD_OK) {
    refuse(turn, entry, status, why);
    return;
  }
  int border = checkpoint_due(turn, entry->len >= sizeof intent - 1 && memcmp(entry->body, intent, sizeof intent - 1) == 0);
  if (border || turn->alone)
    flush(turn, i + 1);
  if (border && entry->status == CXD_OK)
    add_checkpoint(turn);
}

int cxd__turn_add(struct cxd__file *file, struct cxd__audit_entry *entries, size_t count, cxd_status refused, const cxd_error *why) {
  struct turn turn = {.file = file, .entries = entries, .count = count, .stamp = cxd__sealer_stamp(&file->sealer), .refused = refused, .why = why};
  for (size_t i = 0; i < count; i++)
    if (is_due(&entries[i]))
      add(&turn, i);
  flush(&turn, count);
  return turn.failed ? -1 : 0;
}
