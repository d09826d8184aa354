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

static cxd_status write_line(struct cxd__file *file, struct cxd__sheet *sheet, cxd_error **error) {
  const struct cxd__buf *line = &file->sealer.line;
  ssize_t n;
  while ((n = write(sheet->fd, line->data, line->len)) < 0 && errno == EINTR) {
  }
  if (n < 0)
    return undo(file, sheet, 0, errno, error);
  if ((size_t)n != line->len)
    return undo(file, sheet, (size_t)n, ENOSPC, error);
  sheet->size += n;
  cxd__sealer_commit(&file->sealer);
  return CXD_OK;
}

/* What says something about its own segment only is not written again in another. */
static int is_kept(const struct cxd__file *file, const struct cxd__sheet *sheet, const struct cxd__line *line) {
  return file->sync && sheet == &file->now && !cxd__line_is(line, "genesis") && !cxd__line_is(line, "checkpoint") && !cxd__line_is(line, "rotate");
}

static cxd_status put(struct cxd__file *file, struct cxd__sheet *sheet, cxd_error **error) {
  struct cxd__line line;
  struct cxd__fields fields;
  const struct cxd__buf *text = &file->sealer.line;
  if (!cxd__line_read(text->data, text->len - 1, &line))
    return cxd__fail(error, CXD_E_AUDIT, "the audit record was not written: it could not be read again");
  cxd__fields_read(&line, &fields);
  int kept = is_kept(file, sheet, &line);
  if (cxd__state_ready(&sheet->state, &line, &fields) != 0 || (kept && cxd__pending_ready(&file->pending, line.text.p, line.text.len) != 0))
    return cxd__fail_nomem(error);
  cxd_status status = write_line(file, sheet, error);
  if (status != CXD_OK)
    return status;
  cxd__state_apply(&sheet->state, &line, &fields);
  if (kept)
    cxd__pending_add(&file->pending, line.link.seq);
  if (sheet == &file->now)
    file->dirty = 1;
  return CXD_OK;
}

static struct cxd__seal *seal_of(struct cxd__file *file, const struct cxd__sheet *sheet) { return sheet->state.kid[0] ? &file->sealer.seal : &file->plain; }

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
