/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "json/undo.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "json/pointer.h"
#include "json/splice.h"

struct entry {
  char *path;
  struct cxd__slice before, sent; /* absent where the member was not there */
};

struct making {
  struct cxd__undo *undo;
  struct cxd__buf base;
  size_t at; /* number of the entry, for messages */
  cxd_error **error;
};

static cxd_status refuse(const struct making *m, const char *why) {
  return cxd__fail(m->error, CXD_E_INVALID, "entry %zu of the recorded diff %s: it cannot be taken back", m->at, why);
}

static int is_fixed(const char *path) { return strcmp(path, "/id") == 0 || strcmp(path, CXD_FIELD_VERSION) == 0; }

/* "add" has no old value, "remove" no new one, "replace" both. */
static int fits(struct cxd__slice op, const struct entry *e) {
  return (cxd__json_string_is(op, "add") && !e->before.p && e->sent.p) || (cxd__json_string_is(op, "remove") && e->before.p && !e->sent.p) ||
         (cxd__json_string_is(op, "replace") && e->before.p && e->sent.p);
}

/* The path is owned by the caller, also after a failure. */
static cxd_status read_entry(const struct making *m, struct cxd__slice value, struct entry *out) {
  struct cxd__slice op = cxd__json_member(value, "op"), path = cxd__json_member(value, "path");
  size_t len = 0;
  *out = (struct entry){NULL, cxd__json_member(value, "old"), cxd__json_member(value, "value")};
  if (cxd__json_kind(op) != CXD__JSON_STRING || cxd__json_kind(path) != CXD__JSON_STRING || !fits(op, out))
    return refuse(m, "is none");
  if (!(out->path = cxd__json_string(path, &len)))
    return cxd__fail_nomem(m->error);
  if (strlen(out->path) != len || !out->path[0] || !cxd__pointer_valid(out->path))
    return refuse(m, "has no pointer to a member");
  return is_fixed(out->path) ? refuse(m, "is about /id or /version") : CXD_OK;
}

static cxd_status add_to_base(struct making *m, const struct entry *e) {
  struct cxd__buf next = {0};
  struct cxd__slice base = {m->base.data, m->base.len};
  cxd_status status = e->sent.p ? cxd__json_set_member(base, e->path, e->sent, &next, NULL) : CXD_OK;
  if (status == CXD_E_NOMEM)
    return cxd__fail_nomem(m->error);
  if (status != CXD_OK)
    return refuse(m, "does not go with those before it");
  if (next.data) {
    cxd__buf_free(&m->base);
    m->base = next;
  }
  return CXD_OK;
}

static cxd_status add_entry(struct making *m, struct cxd__slice value) {
  struct entry entry;
  cxd_status status = read_entry(m, value, &entry);
  if (status == CXD_OK)
    status = add_to_base(m, &entry);
  if (status == CXD_OK)
    status = cxd__edits_put(&m->undo->edits, entry.path, entry.before, m->error);
  cxd__free(entry.path);
  return status;
}

static cxd_status read_diff(struct making *m, struct cxd__slice diff) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  cxd_status status = CXD_OK;
  if (cxd__json_kind(diff) != CXD__JSON_ARRAY)
    return cxd__fail(m->error, CXD_E_INVALID, "the record has no diff: there is nothing to take back");
  cxd__json_walk(&iter, diff);
  for (m->at = 1; status == CXD_OK && cxd__json_next(&iter, &key, &value); m->at++)
    status = add_entry(m, value);
  if (status == CXD_OK && m->undo->edits.count == 0)
    return cxd__fail(m->error, CXD_E_INVALID, "the recorded diff is empty: the update changed no member");
  return status;
}

/* Two entries of which one is inside the other fit into a base, but not beside each other in what comes of it. */
static cxd_status make_change(struct making *m) {
  struct cxd__buf text = {0};
  struct cxd__undo *undo = m->undo;
  cxd_status status = cxd__campaign_read(m->base.data, m->base.len, NULL, &undo->change, m->error);
  if (status == CXD_OK && (status = cxd__edits_apply(&undo->edits, undo->change->root, &text, NULL)) != CXD_OK)
    status = status == CXD_E_NOMEM ? cxd__fail_nomem(m->error) : cxd__fail(m->error, CXD_E_INVALID, "the entries of the recorded diff do not go together: it cannot be taken back");
  if (status == CXD_OK)
    cxd__campaign_adopt(undo->change, text.data, text.len);
  else
    cxd__buf_free(&text);
  return status;
}

cxd_status cxd__undo_make(struct cxd__slice id, struct cxd__slice diff, struct cxd__undo *out, cxd_error **error) {
  struct making m = {.undo = out, .error = error};
  *out = (struct cxd__undo){0};
  if (cxd__json_kind(id) != CXD__JSON_STRING)
    return cxd__fail(error, CXD_E_INVALID, "the record names no campaign: there is nothing to take back");
  cxd__buf_str(&m.base, "{\"id\":");
  cxd__buf_add(&m.base, id.p, id.len);
  cxd__buf_char(&m.base, '}');
  cxd_status status = m.base.failed ? cxd__fail_nomem(error) : read_diff(&m, diff);
  if (status == CXD_OK)
    status = make_change(&m);
  cxd__buf_free(&m.base);
  if (status != CXD_OK)
    cxd__undo_free(out);
  return status;
}

void cxd__undo_free(struct cxd__undo *undo) {
  cxd_campaign_free(undo->change);
  cxd__edits_free(&undo->edits);
  *undo = (struct cxd__undo){0};
}
