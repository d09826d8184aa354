/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* dev_t, ...at() */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/file.h"
#include "audit/io.h"
#include "base/error.h"
#include "base/mem.h"

struct cxd__seals cxd__file_seals(struct cxd__file *file) { return (struct cxd__seals){.own = &file->sealer.seal, .plain = &file->plain}; }

cxd_status cxd__file_refused(const struct cxd__file *file, cxd_error **error) {
  return cxd__fail_at(error, CXD_E_AUDIT, "audit.path", "%s", file->why && file->why->message ? file->why->message : "the audit log failed before");
}

cxd_status cxd__file_give_up(struct cxd__file *file, const char *what, cxd_error **error) {
  if (!file->failed)
    file->why = cxd__error_new(CXD_E_AUDIT, "audit log '%s' %s: nothing more is written to it; open it anew, or set audit.path to a new file", file->place.path, what);
  file->failed = 1;
  return cxd__file_refused(file, error);
}

static const char *reason(int code) {
  if (code == ENOSPC || code == EDQUOT)
    return "nothing was written: free some space, 64 KiB have to be free for the records of one update";
  return code == EFBIG ? "nothing was written, the file size limit of this process is reached" : "nothing was written";
}

cxd_status cxd__file_no_room(const struct cxd__file *file, int code, cxd_error **error) { return cxd__place_fail(&file->place, reason(code), code, error); }

static const char no_undo[] = "was left with half a record that could not be taken back";

/* After a write that failed or stopped early: the file becomes what it was. */
static cxd_status undo(struct cxd__file *file, struct cxd__sheet *sheet, size_t written, int code, cxd_error **error) {
  struct stat st;
  if (fstat(sheet->fd, &st) != 0)
    return cxd__file_give_up(file, no_undo, error);
  if (st.st_size != sheet->size) {
    sheet->reserved = 0; /* cutting gives the blocks behind the end back */
    if (st.st_size != sheet->size + (int64_t)written || cxd__cut(sheet->fd, sheet->size) != 0)
      return cxd__file_give_up(file, no_undo, error);
  }
  return cxd__file_no_room(file, code, error);
}

/* What says something about its own segment only is not written again in another. */
static int is_kept(const struct cxd__file *file, const struct cxd__sheet *sheet, const struct cxd__line *line) {
  return file->sync && sheet == &file->now && !cxd__line_is(line, "genesis") && !cxd__line_is(line, "checkpoint") && !cxd__line_is(line, "rotate");
}

/* A line of the run, as a record. */
static int read_staged(const struct cxd__run *run, size_t i, struct cxd__staged *staged) {
  size_t from = i ? run->lines[i - 1].end : 0;
  if (!cxd__line_read(run->text.data + from, staged->end - from - 1, &staged->line))
    return 0;
  if (cxd__state_needs(&staged->line))
    cxd__fields_read(&staged->line, &staged->fields);
  return 1;
}

/* All memory that the records of the run will need once they are written. */
static cxd_status ready_run(struct cxd__file *file, struct cxd__sheet *sheet, cxd_error **error) {
  struct cxd__run *run = &file->run;
  for (size_t i = 0; i < run->count; i++) {
    struct cxd__staged *staged = &run->lines[i];
    if (!read_staged(run, i, staged))
      return cxd__fail(error, CXD_E_AUDIT, "the audit record was not written: it could not be read again");
    staged->kept = is_kept(file, sheet, &staged->line);
    if (cxd__state_ready(&sheet->state, &staged->line, &staged->fields) != 0 || (staged->kept && cxd__pending_ready(&file->pending, staged->line.text.p, staged->line.text.len) != 0))
      return cxd__fail_nomem(error);
  }
  return CXD_OK;
}

/* The first `bytes` of the run are in the file: how many whole lines that are, which are records from now on. */
static size_t apply_run(struct cxd__file *file, struct cxd__sheet *sheet, size_t bytes) {
  const struct cxd__run *run = &file->run;
  size_t i = 0;
  for (; i < run->count && run->lines[i].end <= bytes; i++) {
    cxd__state_apply(&sheet->state, &run->lines[i].line, &run->lines[i].fields);
    if (run->lines[i].kept)
      cxd__pending_add(&file->pending, run->lines[i].line.link.seq);
  }
  if (i)
    sheet->size += (int64_t)run->lines[i - 1].end;
  if (i && sheet == &file->now)
    file->dirty = 1;
  return i;
}

static cxd_status write_run(struct cxd__file *file, struct cxd__sheet *sheet, size_t *written, cxd_error **error) {
  const struct cxd__run *run = &file->run;
  ssize_t n;
  while ((n = write(sheet->fd, run->text.data, run->text.len)) < 0 && errno == EINTR) {
  }
  if (n < 0)
    return undo(file, sheet, 0, errno, error);
  *written = apply_run(file, sheet, (size_t)n);
  if ((size_t)n == run->text.len)
    return CXD_OK;
  return undo(file, sheet, (size_t)n - (*written ? run->lines[*written - 1].end : 0), ENOSPC, error);
}

cxd_status cxd__run_write(struct cxd__file *file, struct cxd__sheet *sheet, size_t *written, cxd_error **error) {
  *written = 0;
  cxd_status status = ready_run(file, sheet, error);
  if (status == CXD_OK)
    status = write_run(file, sheet, written, error);
  cxd__state_unready(&sheet->state);
  cxd__pending_unready(&file->pending);
  return status;
}

void cxd__run_clear(struct cxd__run *run) {
  run->count = 0;
  cxd__buf_reset(&run->text);
}

void cxd__run_free(struct cxd__run *run) {
  cxd__buf_free(&run->text);
  cxd__free(run->lines);
  *run = (struct cxd__run){0};
}

static int grow(struct cxd__run *run) {
  size_t cap = run->cap ? 2 * run->cap : 4;
  struct cxd__staged *lines = cxd__realloc(run->lines, cap * sizeof *lines);
  if (!lines)
    return -1;
  run->lines = lines;
  run->cap = cap;
  return 0;
}

/* The line that was sealed last goes behind the others of the run. */
static cxd_status stage(struct cxd__file *file, cxd_error **error) {
  struct cxd__run *run = &file->run;
  const struct cxd__buf *line = &file->sealer.line;
  size_t before = run->text.len;
  if (run->count == run->cap && grow(run) != 0)
    return cxd__fail_nomem(error);
  cxd__buf_add(&run->text, line->data, line->len);
  if (run->text.failed) {
    run->text.failed = 0;
    run->text.len = before;
    return cxd__fail_nomem(error);
  }
  run->lines[run->count++] = (struct cxd__staged){.end = run->text.len};
  run->last = file->sealer.next;
  return CXD_OK;
}

/* One line, of a run of its own. */
static cxd_status put(struct cxd__file *file, struct cxd__sheet *sheet, cxd_error **error) {
  size_t written = 0;
  cxd__run_clear(&file->run);
  cxd_status status = stage(file, error);
  if (status == CXD_OK)
    status = cxd__run_write(file, sheet, &written, error);
  cxd__run_clear(&file->run);
  return status;
}

static struct cxd__seal *seal_of(struct cxd__file *file, const struct cxd__sheet *sheet) { return sheet->state.kid[0] ? &file->sealer.seal : &file->plain; }

cxd_status cxd__run_add(struct cxd__file *file, const struct cxd__stamp *stamp, const char *body, size_t len, cxd_error **error) {
  struct cxd__sheet *now = &file->now;
  const struct cxd__link *last = file->run.count ? &file->run.last : &now->state.last;
  cxd_status status = cxd__chain_seal(seal_of(file, now), last, stamp, body, len, &file->sealer.line, &file->sealer.next, error);
  return status == CXD_OK ? stage(file, error) : status;
}

cxd_status cxd__file_add(struct cxd__file *file, struct cxd__sheet *sheet, const char *body, size_t len, cxd_error **error) {
  struct cxd__stamp stamp = cxd__sealer_stamp(&file->sealer);
  cxd_status status = cxd__chain_seal(seal_of(file, sheet), &sheet->state.last, &stamp, body, len, &file->sealer.line, &file->sealer.next, error);
  return status == CXD_OK ? put(file, sheet, error) : status;
}

cxd_status cxd__file_add_buf(struct cxd__file *file, struct cxd__sheet *sheet, struct cxd__buf *body, cxd_error **error) {
  cxd_status status = body->failed ? cxd__fail_nomem(error) : cxd__file_add(file, sheet, body->data, body->len, error);
  cxd__buf_free(body);
  return status;
}

cxd_status cxd__file_add_again(struct cxd__file *file, struct cxd__sheet *sheet, const struct cxd__line *line, cxd_error **error) {
  cxd_status status = cxd__chain_reseal(seal_of(file, sheet), &sheet->state.last, line, &file->sealer.line, &file->sealer.next, error);
  return status == CXD_OK ? put(file, sheet, error) : status;
}

void cxd__file_durable(struct cxd__file *file) {
  file->durable = file->now.size;
  file->dirty = 0;
  cxd__pending_clear(&file->pending);
  if (file->checkpoint.seq)
    file->anchor = file->checkpoint;
  file->checkpoint.seq = 0;
}

void cxd__sheet_close(struct cxd__sheet *sheet) {
  if (sheet->fd >= 0)
    (void)close(sheet->fd);
  cxd__state_free(&sheet->state);
  *sheet = (struct cxd__sheet){.fd = -1};
}
