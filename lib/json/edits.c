/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "json/edits.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "json/index.h"
#include "json/pointer.h"
#include "json/splice.h"

struct collect {
  struct cxd__edits *out;
  struct cxd__buf pointer;
  cxd_error **error;
};

#define ITEMS_LEAST 16
#define NAMES_LEAST 480

/* Pointers stay where they are, so a full block is followed by another one. */
struct cxd__edit_names {
  struct cxd__edit_names *next;
  size_t used, room;
  char text[];
};

static char *keep_name(struct cxd__edits *edits, const char *pointer) {
  size_t len = strlen(pointer) + 1;
  struct cxd__edit_names *names = edits->names;
  if (!names || names->room - names->used < len) {
    size_t room = len > NAMES_LEAST ? len : NAMES_LEAST;
    names = cxd__alloc(sizeof *names + room);
    if (!names)
      return NULL;
    names->next = edits->names;
    names->room = room;
    edits->names = names;
  }
  char *copy = memcpy(names->text + names->used, pointer, len);
  names->used += len;
  return copy;
}

/* Room for one more. */
static int grow(struct cxd__edits *edits) {
  if (edits->count < edits->room)
    return 1;
  size_t room = edits->room ? 2 * edits->room : ITEMS_LEAST;
  struct cxd__edit *items = cxd__realloc(edits->items, room * sizeof *items);
  if (!items)
    return 0;
  edits->items = items;
  edits->room = room;
  return 1;
}

static cxd_status push(struct cxd__edits *edits, const char *pointer, struct cxd__slice value, cxd_error **error) {
  char *copy = grow(edits) ? keep_name(edits, pointer) : NULL;
  if (!copy)
    return cxd__fail_nomem(error);
  edits->items[edits->count++] = (struct cxd__edit){copy, value};
  return CXD_OK;
}

static cxd_status note(struct collect *c, struct cxd__slice value) {
  if (c->pointer.failed)
    return cxd__fail_nomem(c->error);
  if (strlen(c->pointer.data) != c->pointer.len)
    return cxd__pointer_fail(c->error, CXD_E_TYPE, c->pointer.data, "a member name with a zero byte cannot be changed");
  return push(c->out, c->pointer.data, value, c->error);
}

/* Top level only: the name of the campaign, and the version, which is a precondition. */
static int is_fixed(const struct collect *c, struct cxd__slice key) {
  return c->pointer.len == 0 && (cxd__json_string_is(key, "id") || cxd__json_string_is(key, "version"));
}

static void step_back(struct collect *c, size_t len) {
  if (c->pointer.failed)
    return;
  c->pointer.len = len;
  c->pointer.data[len] = '\0';
}

static int has_members(struct cxd__slice value) {
  struct cxd__json_iter iter;
  struct cxd__slice key;
  cxd__json_walk(&iter, value);
  return cxd__json_next(&iter, &key, &value);
}

static cxd_status changed(struct collect *c, struct cxd__slice base, struct cxd__slice mine);

/* Descends into objects that base has as objects too, or does not have at all. */
static cxd_status one(struct collect *c, struct cxd__slice base, struct cxd__slice mine) {
  enum cxd__json_kind kind = cxd__json_kind(base);
  if (cxd__json_kind(mine) == CXD__JSON_OBJECT) {
    if (kind == CXD__JSON_OBJECT || (kind == CXD__JSON_ABSENT && has_members(mine)))
      return changed(c, base, mine);
  } else if (cxd__json_equal(base, mine)) {
    return CXD_OK;
  }
  return note(c, mine);
}

static cxd_status set_or_changed(struct collect *c, struct cxd__slice base, struct cxd__slice mine) {
  struct cxd__json_index index;
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  cxd_status status = CXD_OK;
  size_t len = c->pointer.len;
  cxd__json_index_open(&index, base);
  cxd__json_walk(&iter, mine);
  while (!status && cxd__json_next(&iter, &key, &value)) {
    if (is_fixed(c, key))
      continue;
    cxd__pointer_add_key(&c->pointer, key);
    status = one(c, cxd__json_index_find(&index, key), value);
    step_back(c, len);
  }
  cxd__json_index_close(&index);
  return status;
}

static cxd_status deleted(struct collect *c, struct cxd__slice base, struct cxd__slice mine) {
  struct cxd__json_index index;
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  cxd_status status = CXD_OK;
  size_t len = c->pointer.len;
  cxd__json_index_open(&index, mine);
  cxd__json_walk(&iter, base);
  while (!status && cxd__json_next(&iter, &key, &value)) {
    if (is_fixed(c, key) || cxd__json_index_find(&index, key).p)
      continue;
    cxd__pointer_add_key(&c->pointer, key);
    status = note(c, (struct cxd__slice){0});
    step_back(c, len);
  }
  cxd__json_index_close(&index);
  return status;
}

static cxd_status changed(struct collect *c, struct cxd__slice base, struct cxd__slice mine) {
  cxd_status status = set_or_changed(c, base, mine);
  return status ? status : deleted(c, base, mine);
}

cxd_status cxd__edits_of(const cxd_campaign *campaign, struct cxd__edits *out, cxd_error **error) {
  struct collect c = {.out = out, .error = error};
  *out = (struct cxd__edits){0};
  cxd_status status = changed(&c, campaign->base ? campaign->base_root : (struct cxd__slice){0}, campaign->root);
  if (!status && c.pointer.failed)
    status = cxd__fail_nomem(error);
  cxd__buf_free(&c.pointer);
  if (status)
    cxd__edits_free(out);
  return status;
}

static int is_object(struct cxd__slice value) { return cxd__json_kind(value) == CXD__JSON_OBJECT; }

/* CXD_OK with an empty buffer: nothing to do. */
static cxd_status apply_one(const struct cxd__edit *edit, struct cxd__slice document, struct cxd__buf *out, cxd_error **error) {
  if (!edit->value.p) {
    cxd_status status = cxd__json_remove_member(document, edit->pointer, out, NULL);
    if (status == CXD_OK || status == CXD_E_ABSENT)
      return CXD_OK;
    return cxd__json_remove_member(document, edit->pointer, out, error);
  }
  if (is_object(edit->value) && !has_members(edit->value) && is_object(cxd__json_find(document, edit->pointer)))
    return CXD_OK;
  return cxd__json_set_member(document, edit->pointer, edit->value, out, error);
}

static cxd_status apply_next(const struct cxd__edit *edit, struct cxd__buf *text, cxd_error **error) {
  struct cxd__buf next = {0};
  cxd_status status = apply_one(edit, (struct cxd__slice){text->data, text->len}, &next, error);
  if (status || next.len == 0)
    return status;
  cxd__buf_free(text);
  *text = next;
  return CXD_OK;
}

cxd_status cxd__edits_apply(const struct cxd__edits *edits, struct cxd__slice document, struct cxd__buf *out, cxd_error **error) {
  struct cxd__buf text = {0};
  cxd_status status = CXD_OK;
  cxd__buf_add(&text, document.p, document.len);
  if (text.failed)
    status = cxd__fail_nomem(error);
  for (size_t i = 0; !status && i < edits->count; i++)
    status = apply_next(&edits->items[i], &text, error);
  if (status)
    cxd__buf_free(&text);
  else
    *out = text;
  return status;
}

cxd_status cxd__edits_put(struct cxd__edits *edits, const char *pointer, struct cxd__slice value, cxd_error **error) {
  for (size_t i = 0; i < edits->count; i++)
    if (strcmp(edits->items[i].pointer, pointer) == 0) {
      edits->items[i].value = value;
      return CXD_OK;
    }
  return push(edits, pointer, value, error);
}

void cxd__edits_free(struct cxd__edits *edits) {
  while (edits->names) {
    struct cxd__edit_names *next = edits->names->next;
    cxd__free(edits->names);
    edits->names = next;
  }
  cxd__free(edits->items);
  *edits = (struct cxd__edits){0};
}
