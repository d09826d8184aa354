/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* dev_t, ...at() */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "audit/file.h"
#include "audit/io.h"
#include "audit/tail.h"
#include "base/error.h"
#include "base/mem.h"

static cxd_status unreadable(const struct cxd__file *file, cxd_error **error) { return cxd__place_fail(&file->place, "it cannot be read", errno, error); }

static cxd_status not_ours(const struct cxd__file *file, cxd_error **error) {
  return cxd__fail_at(error, CXD_E_AUDIT, "audit.path", "'%s' is not an audit log, its first line is no genesis record that fits its hash: set audit.path to a new file", file->place.path);
}

static cxd_status damaged(struct cxd__file *file, int64_t at, const char *what) {
  (void)snprintf(file->damage, sizeof file->damage, "the line at byte %lld %s", (long long)at, what);
  return CXD__DAMAGED;
}

/* Takes the whole lines up to `end`. */
static cxd_status take_up_to(struct cxd__file *file, struct cxd__sheet *sheet, int64_t end, cxd_error **error) {
  struct cxd__seals seals = cxd__file_seals(file);
  while (sheet->size < end) {
    struct cxd__slice text;
    const char *what = "is longer than a record";
    int got = cxd__line_at(&file->window, sheet->size, end, &text);
    if (got < 0)
      return unreadable(file, error);
    cxd_status status = got ? cxd__state_take(&sheet->state, &seals, text, &what) : CXD_E_AUDIT;
    if (status == CXD_E_NOMEM)
      return cxd__fail_nomem(error);
    if (status != CXD_OK)
      return damaged(file, sheet->size, what);
    sheet->size += (int64_t)text.len + 1;
  }
  return CXD_OK;
}

struct opening {
  struct cxd__file *file;
  struct cxd__opens *opens;
};

static int open_found(void *context, const struct cxd__line *line) {
  const struct opening *opening = context;
  struct cxd__fields fields;
  cxd__fields_read(line, &fields);
  return cxd__opens_fill(opening->opens, line->link.seq, &fields);
}

/* It stays in the lists, so that its outcome is still missed. */
static int open_missing(void *context, int64_t seq) {
  const struct opening *opening = context;
  char what[120];
  (void)snprintf(what, sizeof what, "intent %lld has no outcome, and the segment with its record cannot be read", (long long)seq);
  cxd__file_alarm(opening->file, what);
  return 0;
}

/* What a list says of one intent: 0 when it is no such entry. */
static int read_open(struct cxd__slice entry, int64_t *seq, struct cxd__fields *intent) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  *seq = 0;
  if (cxd__json_kind(entry) != CXD__JSON_OBJECT)
    return 0;
  cxd__json_walk(&iter, entry);
  while (cxd__json_next(&iter, &key, &value)) {
    if (cxd__json_string_is(key, "op") && cxd__json_kind(value) == CXD__JSON_STRING)
      intent->op = value;
    if (cxd__json_string_is(key, "seq") && !cxd__json_int(value, seq))
      return 0;
  }
  return intent->op.p != NULL;
}

/* The intents that the record at `at` says are open, in ascending order and before it; of each only number and op. */
static cxd_status take_list(struct cxd__file *file, struct cxd__sheet *sheet, int64_t at, struct cxd__slice text, cxd_error **error) {
  struct cxd__line line;
  struct cxd__fields fields;
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  int64_t above = 0, seq;
  (void)cxd__line_read(text.p, text.len, &line);
  cxd__fields_read(&line, &fields);
  if (cxd__json_kind(fields.open) != CXD__JSON_ARRAY)
    return CXD_OK;
  cxd__json_walk(&iter, fields.open);
  while (cxd__json_next(&iter, &key, &value)) {
    struct cxd__fields intent = {.op = {NULL, 0}};
    if (!read_open(value, &seq, &intent) || seq <= above || seq >= line.link.seq)
      return damaged(file, at, "has no list of open intents");
    if (cxd__opens_ready(&sheet->state.opens, &intent) != 0)
      return cxd__fail_nomem(error);
    cxd__opens_add(&sheet->state.opens, seq);
    above = seq;
  }
  return CXD_OK;
}

/* Whose they are is told by their records, before `end`: only of those that are still open. */
static cxd_status look_up(struct cxd__file *file, struct cxd__sheet *sheet, int64_t end, cxd_error **error) {
  struct opening opening = {file, &sheet->state.opens};
  size_t count;
  int64_t *seqs = cxd__opens_bare(&sheet->state.opens, &count);
  struct cxd__search search = {.seqs = seqs, .left = count, .found = open_found, .missing = open_missing, .context = &opening};
  if (!seqs)
    return cxd__fail_nomem(error);
  cxd_status status = count ? cxd__find(file, sheet->fd, end, &search, error) : CXD_OK;
  cxd__window_on(&file->window, sheet->fd);
  cxd__free(seqs);
  return status;
}

static int read_genesis(struct cxd__slice text, struct cxd__line *line) { return cxd__line_read(text.p, text.len, line) && cxd__line_is(line, "genesis"); }

cxd_status cxd__check_key(const struct cxd__file *file, const char *kid, cxd_error **error) {
  if (!kid[0] || strcmp(kid, file->sealer.seal.kid) == 0)
    return CXD_OK;
  if (!file->sealer.seal.kid[0])
    return cxd__fail_at(error, CXD_E_AUDIT, "audit.key_file", "audit log '%s' is keyed (key %s): set audit.key_file to its key", file->place.path, kid);
  return cxd__fail_at(error, CXD_E_AUDIT, "audit.key_file", "audit log '%s' is sealed with key %s and not with %s, the one of audit.key_file: use the same key, or set audit.path to a new file", file->place.path, kid,
                      file->sealer.seal.kid);
}

/* The first line: without a genesis that fits its hash nothing here is ours. */
static cxd_status begin(struct cxd__file *file, struct cxd__sheet *sheet, int64_t end, struct cxd__slice *text, cxd_error **error) {
  struct cxd__seals seals = cxd__file_seals(file);
  struct cxd__line line;
  const char *what;
  cxd__window_on(&file->window, sheet->fd);
  int got = cxd__line_at(&file->window, 0, end, text);
  if (got < 0)
    return unreadable(file, error);
  if (!got || !read_genesis(*text, &line))
    return not_ours(file, error);
  cxd_status status = cxd__check_key(file, line.kid, error);
  if (status != CXD_OK)
    return status;
  status = cxd__state_begin(&sheet->state, &seals, *text, &what);
  sheet->head = sheet->size = (int64_t)text->len + 1;
  if (status == CXD_E_NOMEM)
    return cxd__fail_nomem(error);
  return status == CXD_OK ? CXD_OK : not_ours(file, error);
}

/* Backwards to the last checkpoint, or to the genesis: *at is where it begins. */
static cxd_status find_mark(struct cxd__file *file, int64_t end, int64_t *at, struct cxd__slice *text, cxd_error **error) {
  struct cxd__line line;
  for (*at = end; *at > 0;) {
    int got = cxd__line_before(&file->window, *at, text);
    if (got < 0)
      return unreadable(file, error);
    int64_t start = got ? *at - (int64_t)text->len - 1 : *at - CXD__AUDIT_MAX_RECORD;
    if (!got || !cxd__line_read(text->p, text->len, &line))
      return damaged(file, start, got ? "is not a whole record" : "is longer than a record");
    *at = start;
    if (cxd__line_is(&line, "checkpoint"))
      return CXD_OK;
  }
  return CXD_OK;
}

/* As if all before the checkpoint had been taken. */
static cxd_status start_at(struct cxd__file *file, struct cxd__sheet *sheet, int64_t at, struct cxd__slice text, cxd_error **error) {
  struct cxd__line line;
  (void)cxd__line_read(text.p, text.len, &line);
  sheet->state.last.seq = line.link.seq - 1;
  memcpy(sheet->state.last.h, line.prev, sizeof line.prev);
  sheet->size = at;
  cxd_status status = take_up_to(file, sheet, at + (int64_t)text.len + 1, error);
  if (status == CXD_OK)
    (void)cxd__line_at(&file->window, at, sheet->size, &text);
  return status;
}

cxd_status cxd__load_up_to(struct cxd__file *file, struct cxd__sheet *sheet, int64_t end, cxd_error **error) {
  struct cxd__slice text;
  int64_t at = 0;
  cxd_status status = begin(file, sheet, end, &text, error);
  if (status == CXD_OK)
    status = find_mark(file, end, &at, &text, error);
  if (status == CXD_OK && at > 0)
    status = start_at(file, sheet, at, text, error);
  if (status == CXD_OK && cxd__line_at(&file->window, at, end, &text) != 1)
    status = unreadable(file, error);
  if (status == CXD_OK)
    status = take_list(file, sheet, at, text, error);
  if (status == CXD_OK)
    status = take_up_to(file, sheet, end, error);
  return status == CXD_OK ? look_up(file, sheet, at > 0 ? at : sheet->head, error) : status;
}

cxd_status cxd__load_forward(struct cxd__file *file, struct cxd__sheet *sheet, int64_t size, cxd_error **error) {
  struct cxd__slice text;
  int64_t end;
  cxd__window_on(&file->window, sheet->fd);
  if (cxd__last_newline(&file->window, size, &end) != 0)
    return unreadable(file, error);
  cxd_status status = begin(file, sheet, end, &text, error);
  if (status == CXD_OK)
    status = take_list(file, sheet, 0, text, error);
  if (status == CXD_OK)
    status = take_up_to(file, sheet, end, error);
  cxd_status looked = status == CXD_OK || status == CXD__DAMAGED ? look_up(file, sheet, sheet->head, error) : CXD_OK;
  return looked == CXD_OK ? status : looked;
}

static cxd_status add_genesis(struct cxd__file *file, struct cxd__sheet *sheet, cxd_error **error) {
  static const char body[] = "\"k\":\"genesis\"";
  memcpy(sheet->state.kid, file->sealer.seal.kid, sizeof sheet->state.kid);
  return cxd__file_add(file, sheet, body, sizeof body - 1, error);
}

static cxd_status add_recover(struct cxd__file *file, struct cxd__sheet *sheet, int64_t len, const unsigned char *hash, const char *name, cxd_error **error) {
  struct cxd__buf body = {0};
  cxd__buf_fmt(&body, "\"k\":\"recover\",\"what\":\"torn\",\"len\":%lld,\"sha256\":\"", (long long)len);
  cxd__hex_add(&body, hash);
  cxd__buf_str(&body, "\",\"file\":");
  cxd__buf_json_str(&body, name);
  return cxd__file_add_buf(file, sheet, &body, error);
}

static cxd_status repair(struct cxd__file *file, struct cxd__sheet *sheet, int64_t size, cxd_error **error) {
  unsigned char hash[CXD__HASH_BYTES];
  char name[CXD__NAME_BYTES];
  int64_t torn = size - sheet->size;
  cxd_status status = cxd__tail_cut(&file->place, sheet->fd, sheet->size, size, sheet->state.last.seq + 1, &file->plain.hasher, hash, name, error);
  sheet->reserved = 0;
  if (status == CXD_OK && sheet->size == 0)
    status = add_genesis(file, sheet, error);
  return status == CXD_OK ? add_recover(file, sheet, torn, hash, name, error) : status;
}

/* What is behind the last newline. */
static cxd_status tidy(struct cxd__file *file, struct cxd__sheet *sheet, int64_t size, cxd_error **error) {
  if (size == sheet->size)
    return size == 0 ? add_genesis(file, sheet, error) : CXD_OK;
  int whole = cxd__tail_has_record(sheet->fd, sheet->size, size);
  if (whole < 0)
    return unreadable(file, error);
  if (whole || sheet->state.ended)
    return damaged(file, sheet->size, whole ? "is a whole record with something else behind it" : "stands behind the end of its segment");
  return repair(file, sheet, size, error);
}

cxd_status cxd__load(struct cxd__file *file, struct cxd__sheet *sheet, int64_t size, cxd_error **error) {
  int64_t end;
  cxd__window_on(&file->window, sheet->fd);
  if (cxd__last_newline(&file->window, size, &end) != 0)
    return unreadable(file, error);
  if (end == 0 && size > 0) {
    int may_be = cxd__tail_may_be_first(sheet->fd, size);
    if (may_be <= 0)
      return may_be < 0 ? unreadable(file, error) : not_ours(file, error);
  }
  cxd_status status = end ? cxd__load_up_to(file, sheet, end, error) : CXD_OK;
  return status == CXD_OK ? tidy(file, sheet, size, error) : status;
}

/* The hash at the end of what we know. */
static int same_end(const struct cxd__sheet *sheet) {
  char text[CXD__HASH_HEX + 3];
  unsigned char h[CXD__HASH_BYTES];
  if (cxd__read_at(sheet->fd, text, sizeof text, sheet->size - (int64_t)sizeof text) != 0)
    return -1;
  return cxd__hash_read(text, h) && memcmp(h, sheet->state.last.h, sizeof h) == 0 && memcmp(text + CXD__HASH_HEX, "\"}\n", 3) == 0;
}

cxd_status cxd__catch_up(struct cxd__file *file, struct cxd__sheet *sheet, int64_t size, cxd_error **error) {
  int64_t end;
  if (size < sheet->size) {
    (void)snprintf(file->damage, sizeof file->damage, "it became shorter, records that were in it are lost (%lld bytes instead of %lld)", (long long)size, (long long)sheet->size);
    return CXD__DAMAGED;
  }
  int same = same_end(sheet);
  if (same < 0)
    return unreadable(file, error);
  if (!same)
    return damaged(file, sheet->size, "does not follow the record that was the last one");
  cxd__window_on(&file->window, sheet->fd);
  if (cxd__last_newline(&file->window, size, &end) != 0)
    return unreadable(file, error);
  sheet->reserved = 0;
  cxd_status status = take_up_to(file, sheet, end, error);
  return status == CXD_OK ? tidy(file, sheet, size, error) : status;
}
