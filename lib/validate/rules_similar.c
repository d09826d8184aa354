/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/mem.h"
#include "json/campaign.h"
#include "json/index.h"
#include "json/pointer.h"
#include "json/text.h"
#include "validate/nearest.h"
#include "validate/rules.h"
#include "validate/text.h"

/* A document of 1 MiB can hold thousands of such names: the first ones are listed. */
#define NAMED 16

/* No name beyond this is near a known one, even with every character written as an escape. */
#define NAME_MAX_BYTES 48
#define RAW_MAX_BYTES (6 * NAME_MAX_BYTES + 2)

struct scan {
  struct cxd__context *context;
  enum cxd__member parent;
  struct cxd__slice object;
  struct cxd__json_index base;
  int edits_only;
  size_t found;
};

struct name {
  char text[NAME_MAX_BYTES];
  size_t len;
};

/* What separates words in other habits of spelling is left out; "pacing.interval" is read as a path. */
static int read_name(struct scan *scan, struct cxd__slice key, struct name *out) {
  struct cxd__view view;
  out->len = 0;
  if (key.len > RAW_MAX_BYTES)
    return 0;
  if (!cxd__view_string(key, &view)) {
    scan->context->report->failed = 1;
    return 0;
  }
  int fits = view.len <= NAME_MAX_BYTES && !memchr(view.p, '\0', view.len);
  for (size_t i = 0; fits && i < view.len; i++)
    if (view.p[i] != '_' && view.p[i] != '-' && view.p[i] != ' ' && !(view.p[i] == '/' && out->len == 0))
      out->text[out->len++] = view.p[i] == '.' ? '/' : view.p[i];
  cxd__free(view.own);
  return fits;
}

/* Short names are near each other by chance. */
static size_t allowed(size_t len, size_t known_len) {
  if (len >= 6 && known_len >= 6)
    return 2;
  return known_len >= 6 ? 1 : 0;
}

static size_t distance(const struct name *name, const char *known, size_t known_len, size_t limit) {
  return cxd__nearest_edits(name->text, name->len, known, known_len, limit);
}

/* The edits from a name at a level to a member: there, as a path from the top, or from the top by its own name alone. */
static size_t gap(const struct scan *scan, const struct name *name, const struct cxd__member_row *row) {
  const char *known = row->key + 1;
  size_t len = row->key_len - 2, none = NAME_MAX_BYTES;
  if (row->parent != scan->parent) {
    if (scan->parent != CXD__MEMBER_ROOT)
      return none;
    if (distance(name, known, len, 0) == 0)
      return 0;
    known = row->pointer + 1;
    len += cxd__members[row->parent].key_len - 1;
  }
  size_t limit = allowed(name->len, len), edits = distance(name, known, len, limit);
  return edits <= limit ? edits : none;
}

static enum cxd__member meant_by(struct scan *scan, struct cxd__slice key) {
  struct name name;
  enum cxd__member best = CXD__MEMBER_COUNT;
  size_t least = NAME_MAX_BYTES;
  if (!read_name(scan, key, &name))
    return best;
  for (unsigned i = 0; i < CXD__MEMBER_COUNT; i++) {
    size_t edits = gap(scan, &name, &cxd__members[i]);
    if (edits < least)
      best = (enum cxd__member)i;
    least = edits < least ? edits : least;
  }
  return best;
}

static int is_edit(struct scan *scan, struct cxd__slice key, struct cxd__slice value) {
  if (!scan->edits_only)
    return 1;
  struct cxd__slice had = cxd__json_index_find(&scan->base, key);
  return !had.p || !cxd__json_equal(value, had);
}

static const char *pointer_of(enum cxd__member member) { return member == CXD__MEMBER_ROOT ? "" : cxd__members[member].pointer; }

static void name_member(struct scan *scan, struct cxd__slice key, const struct cxd__member_row *meant) {
  struct cxd__shown shown;
  struct cxd__buf pointer = {0};
  cxd__buf_str(&pointer, pointer_of(scan->parent));
  cxd__pointer_add_key(&pointer, key);
  if (pointer.failed)
    scan->context->report->failed = 1;
  else
    cxd__found(scan->context, CXD__CODE_SCHEMA_SIMILAR, pointer.data,
               "%s is no member that the API documents: it would be sent as an unknown member and change nothing that the dialer reads; did you mean %s? "
               "Write %s%s%s, or go on if your server knows the name",
               cxd__show(&shown, key), meant->pointer, meant->key, meant->parent == CXD__MEMBER_ROOT ? " at the top level" : " inside ",
               meant->parent == CXD__MEMBER_ROOT ? "" : cxd__members[meant->parent].key);
  cxd__buf_free(&pointer);
}

static void check_unknown(struct scan *scan, struct cxd__slice key, struct cxd__slice value) {
  enum cxd__member meant = meant_by(scan, key);
  if (meant == CXD__MEMBER_COUNT || !is_edit(scan, key, value))
    return;
  if (++scan->found <= NAMED)
    name_member(scan, key, &cxd__members[meant]);
  else
    cxd__found(scan->context, CXD__CODE_SCHEMA_SIMILAR, pointer_of(scan->parent),
               "more members than the first %d are written almost like documented ones, they are not listed: mend these and check again", NAMED);
}

/* Where the value of a documented member ends is known already: it is not read again. */
static void check_member(struct scan *scan, struct cxd__slice key, struct cxd__json_iter *iter) {
  enum cxd__member member = cxd__member_find(key, scan->parent);
  if (member == CXD__MEMBER_COUNT)
    check_unknown(scan, key, cxd__json_next_value(iter));
  else
    iter->at = scan->context->change.at[member].p + scan->context->change.at[member].len;
}

static void check_level(struct scan *scan, struct cxd__slice base) {
  struct cxd__json_iter iter;
  struct cxd__slice key;
  cxd__json_index_open(&scan->base, cxd__json_kind(base) == CXD__JSON_OBJECT ? base : (struct cxd__slice){NULL, 0});
  cxd__json_walk(&iter, scan->object);
  while (scan->found <= NAMED && cxd__json_next_key(&iter, &key))
    check_member(scan, key, &iter);
  cxd__json_index_close(&scan->base);
}

void cxd__judge_similar(struct cxd__context *context, const struct cxd__rule_row *row) {
  static const enum cxd__member parents[] = {CXD__MEMBER_PACING, CXD__MEMBER_ADVANCED};
  const struct cxd__check *check = context->check;
  struct scan scan = {.context = context, .parent = CXD__MEMBER_ROOT, .object = check->change->root, .edits_only = check->change->base && !check->replace};
  (void)row;
  if (context->change.unknown & 1u << CXD__MEMBER_ROOT)
    check_level(&scan, check->change->base_root);
  for (size_t i = 0; i < sizeof parents / sizeof *parents; i++) {
    scan.parent = parents[i];
    scan.object = context->change.at[parents[i]];
    if (context->change.unknown & 1u << parents[i])
      check_level(&scan, context->base.at[parents[i]]);
  }
}
