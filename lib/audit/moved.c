/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* dev_t, ...at() */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/file.h"
#include "base/error.h"
#include "base/mem.h"

static int is_copied(const struct cxd__line *line) { return !cxd__line_is(line, "genesis") && !cxd__line_is(line, "checkpoint") && !cxd__line_is(line, "rotate"); }

/* Goes through the records behind `last` as far as they can be read and are in order. */
struct walk {
  int64_t at, end;
  struct cxd__link last;
};

static int next(struct cxd__file *file, struct walk *walk, struct cxd__line *line) {
  struct cxd__slice text;
  struct cxd__seals seals = cxd__file_seals(file);
  if (walk->at >= walk->end || cxd__line_at(&file->window, walk->at, walk->end, &text) != 1 || !cxd__line_read(text.p, text.len, line))
    return 0;
  struct cxd__seal *seal = cxd__seals_of(&seals, line->kid);
  if (line->link.seq != walk->last.seq + 1 || memcmp(line->prev, walk->last.h, sizeof line->prev) != 0 || !seal || !cxd__line_fits(line, seal))
    return 0;
  walk->at += (int64_t)text.len + 1;
  walk->last = line->link;
  return 1;
}

static int64_t count(struct cxd__file *file, struct walk walk, const struct cxd__pending *pending) {
  struct cxd__line line;
  int64_t records = 0;
  while (next(file, &walk, &line))
    records += is_copied(&line);
  for (size_t i = 0; i < pending->count; i++)
    records += pending->items[i].seq > walk.last.seq;
  return records;
}

static cxd_status add_recover(struct cxd__file *file, struct cxd__sheet *sheet, int64_t records, cxd_error **error) {
  struct cxd__buf body = {0};
  cxd__buf_fmt(&body, "\"k\":\"recover\",\"what\":\"sync\",\"records\":%lld", (long long)records);
  return cxd__file_add_buf(file, sheet, &body, error);
}

static struct cxd__kept *find(struct cxd__pending *pending, int64_t seq) {
  for (size_t i = 0; i < pending->count; i++)
    if (pending->items[i].seq == seq)
      return &pending->items[i];
  return NULL;
}

static cxd_status again(struct cxd__file *file, struct cxd__sheet *sheet, const struct cxd__line *line, struct cxd__kept *kept, cxd_error **error) {
  const struct cxd__buf *written = &file->sealer.line;
  cxd_status status = cxd__file_add_again(file, sheet, line, error);
  if (status == CXD_OK && kept && cxd__pending_again(kept, sheet->state.last.seq, written->data, written->len - 1) != 0)
    status = cxd__fail_nomem(error);
  return status;
}

static cxd_status again_kept(struct cxd__file *file, struct cxd__sheet *sheet, struct cxd__kept *kept, cxd_error **error) {
  struct cxd__line line;
  if (!cxd__line_read(kept->line.data, kept->line.len, &line))
    return cxd__fail(error, CXD_E_AUDIT, "a record that is to be written again cannot be read");
  return again(file, sheet, &line, kept, error);
}

/* Everybody's records that can be read, then ours from memory. */
static cxd_status copy(struct cxd__file *file, struct cxd__sheet *fresh, struct walk walk, struct cxd__pending *pending, cxd_error **error) {
  struct cxd__line line;
  cxd_status status = add_recover(file, fresh, count(file, walk, pending), error);
  while (status == CXD_OK && next(file, &walk, &line))
    if (is_copied(&line))
      status = again(file, fresh, &line, find(pending, line.link.seq), error);
  for (size_t i = 0; status == CXD_OK && i < pending->count; i++)
    if (pending->items[i].seq > walk.last.seq)
      status = again_kept(file, fresh, &pending->items[i], error);
  return status;
}

static void swap(struct cxd__file *file) {
  struct cxd__pending moved = file->moved;
  file->moved = file->pending;
  file->pending = moved;
  cxd__pending_clear(&file->pending);
}

static cxd_status move(struct cxd__file *file, struct cxd__sheet *before, struct cxd__sheet *fresh, cxd_error **error) {
  char name[CXD__NAME_BYTES];
  int64_t from = file->sync ? file->durable : file->now.size;
  cxd_status status = cxd__load_up_to(file, before, from, error);
  if (status == CXD_OK && cxd__name_keep(&file->place, file->now.state.first.seq, name) != 0)
    status = cxd__place_fail(&file->place, "it cannot get a second name", errno, error);
  if (status == CXD_OK)
    status = cxd__sheet_create(file, fresh, before->state.opens.count, error);
  if (status != CXD_OK)
    return status;
  const struct walk walk = {from, file->now.size, before->state.last};
  const struct cxd__birth birth = {.why = "sync", .prev_name = name, .prev = before->state.last};
  cxd__window_on(&file->window, file->now.fd);
  status = cxd__sheet_begin(file, fresh, &birth, &before->state.opens, error);
  if (status == CXD_OK)
    status = copy(file, fresh, walk, &file->pending, error);
  return status == CXD_OK ? cxd__sheet_put(file, fresh, error) : status;
}

cxd_status cxd__move(struct cxd__file *file, cxd_error **error) {
  struct cxd__sheet before = {.fd = file->now.fd}, fresh = {.fd = -1};
  cxd_status status = move(file, &before, &fresh, NULL);
  cxd__state_free(&before.state);
  if (status == CXD_OK) {
    swap(file);
    return CXD_OK;
  }
  cxd__sheet_drop(file, &fresh);
  return cxd__file_give_up(file, "could not be made durable", error);
}

/* The line as one of ours that was behind `last`: the first from *i on. */
static cxd_status recognise(struct cxd__file *file, const struct cxd__line *line, int64_t last, size_t *i, cxd_error **error) {
  struct cxd__line old;
  struct cxd__kept *kept = file->moved.items + *i;
  for (; *i < file->moved.count && kept->seq <= last; ++*i)
    kept++;
  if (*i == file->moved.count || !cxd__line_read(kept->line.data, kept->line.len, &old) || !cxd__line_same(&old, line))
    return CXD_OK;
  ++*i;
  return cxd__pending_again(kept, line->link.seq, line->text.p, line->text.len) == 0 ? CXD_OK : cxd__fail_nomem(error);
}

/* Those of ours that the heir took over, behind its genesis and `recover`, get their new numbers from it. */
static cxd_status match(struct cxd__file *file, int heir, int64_t last, cxd_error **error) {
  struct cxd__slice text;
  struct cxd__line line;
  struct cxd__fields fields;
  struct stat st;
  int64_t at = 0, n = 0, left = 2;
  size_t i = 0;
  cxd_status status = fstat(heir, &st) == 0 ? CXD_OK : cxd__place_fail(&file->place, "cannot be examined", errno, error);
  cxd__window_on(&file->window, heir);
  while (status == CXD_OK && n < left && cxd__line_at(&file->window, at, st.st_size, &text) == 1 && cxd__line_read(text.p, text.len, &line)) {
    cxd__fields_read(&line, &fields);
    if (n == 1 && cxd__line_is(&line, "recover") && cxd__field_is(fields.what, "sync") && cxd__json_int(fields.records, &left))
      left += 2;
    else if (n > 1)
      status = recognise(file, &line, last, &i, error);
    at += (int64_t)text.len + 1;
    n++;
  }
  return status;
}

cxd_status cxd__move_after(struct cxd__file *file, int heir, int64_t last, cxd_error **error) {
  int64_t missing = 0;
  swap(file);
  cxd_status status = match(file, heir, last, error);
  for (size_t i = 0; i < file->moved.count; i++)
    missing += file->moved.items[i].seq > last && !file->moved.items[i].again;
  if (status == CXD_OK && missing)
    status = add_recover(file, &file->now, missing, error);
  for (size_t i = 0; status == CXD_OK && i < file->moved.count; i++)
    if (file->moved.items[i].seq > last && !file->moved.items[i].again)
      status = again_kept(file, &file->now, &file->moved.items[i], error);
  return status == CXD_OK ? CXD_OK : cxd__file_give_up(file, "could not take records over from a segment that another process found not to be durable", error);
}

void cxd__file_settle(struct cxd__file *file, char **sealed, int64_t *seq) {
  const struct cxd__kept *kept = find(&file->moved, *seq);
  if (!kept || !kept->again || (*sealed && strncmp(*sealed, kept->line.data, kept->line.len) != 0))
    return;
  *seq = kept->again;
  if (!*sealed)
    return;
  struct cxd__buf line = {0};
  cxd__buf_add(&line, kept->line_again.data, kept->line_again.len);
  cxd__buf_char(&line, '\n');
  cxd__free(*sealed);
  *sealed = cxd__buf_take(&line);
}
