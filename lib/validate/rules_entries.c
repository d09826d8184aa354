/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "validate/rules.h"
#include "validate/text.h"

/* A document of 1 MiB can hold 500,000 bad entries: the first ones are named, the rest is counted. */
#define NAMED 16

struct entry {
  struct cxd__slice raw; /* the name as it stands */
  struct cxd__view name;
  size_t index, first; /* first: the entry that has the same name, or index */
};

struct scan {
  struct cxd__context *context;
  size_t bad;
};

static void name_entry(struct scan *scan, size_t index, const char *member, const char *clause, struct cxd__slice value) {
  struct cxd__shown shown;
  struct cxd__buf pointer = {0};
  if (++scan->bad > NAMED)
    return;
  cxd__buf_fmt(&pointer, "%s/%zu%s", CXD_FIELD_RULES, index, member);
  if (pointer.failed)
    scan->context->report->failed = 1;
  else
    cxd__found(scan->context, CXD__CODE_SCHEMA_RULES, pointer.data, "%s%s: the API takes entries of the form {\"name\":\"...\",\"enabled\":true}",
               value.p ? cxd__show(&shown, value) : "the member", clause);
  cxd__buf_free(&pointer);
}

static int compare_text(const struct entry *a, const struct entry *b) {
  size_t len = a->name.len < b->name.len ? a->name.len : b->name.len;
  int order = len ? memcmp(a->name.p, b->name.p, len) : 0;
  return order ? order : (a->name.len > b->name.len) - (a->name.len < b->name.len);
}

static int by_text(const void *a, const void *b) {
  const struct entry *x = a, *y = b;
  int order = compare_text(x, y);
  return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int by_index(const void *a, const void *b) {
  const struct entry *x = a, *y = b;
  return (x->index > y->index) - (x->index < y->index);
}

static void find_doubles(struct scan *scan, struct entry *entries, size_t count) {
  int doubles = 0;
  qsort(entries, count, sizeof *entries, by_text);
  for (size_t i = 1; i < count; i++)
    if (compare_text(&entries[i - 1], &entries[i]) == 0) {
      entries[i].first = entries[i - 1].first;
      doubles = 1;
    }
  if (!doubles)
    return;
  qsort(entries, count, sizeof *entries, by_index);
  for (size_t i = 0; i < count; i++)
    if (entries[i].first != entries[i].index) {
      char clause[96];
      (void)snprintf(clause, sizeof clause, " is the name of /rules/%zu too, names are unique", entries[i].first);
      name_entry(scan, entries[i].index, "/name", clause, entries[i].raw);
    }
}

static void read_entry(struct cxd__slice object, struct cxd__slice *name, struct cxd__slice *enabled) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  *name = *enabled = (struct cxd__slice){NULL, 0};
  cxd__json_walk(&iter, object);
  while (cxd__json_next(&iter, &key, &value)) {
    if (cxd__json_string_is(key, "name"))
      *name = value;
    else if (cxd__json_string_is(key, "enabled"))
      *enabled = value;
  }
}

/* 1: the entry has a name to compare. */
static int check_name(struct scan *scan, size_t index, struct cxd__slice name, struct entry *out) {
  if (!name.p || cxd__json_kind(name) != CXD__JSON_STRING || name.len == 2) {
    name_entry(scan, index, "/name", !name.p ? " is missing" : name.len == 2 ? " is empty" : " is no string", name);
    return 0;
  }
  *out = (struct entry){.raw = name, .index = index, .first = index};
  if (cxd__view_string(name, &out->name))
    return 1;
  scan->context->report->failed = 1;
  return 0;
}

static void check_enabled(struct scan *scan, size_t index, struct cxd__slice enabled) {
  enum cxd__json_kind kind = cxd__json_kind(enabled);
  if (kind != CXD__JSON_TRUE && kind != CXD__JSON_FALSE)
    name_entry(scan, index, "/enabled", enabled.p ? " is neither true nor false" : " is missing", enabled);
}

static size_t check_entries(struct scan *scan, struct cxd__slice rules, struct entry *entries) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value, name, enabled;
  size_t names = 0, index = 0;
  cxd__json_walk(&iter, rules);
  for (; cxd__json_next(&iter, &key, &value); index++) {
    if (cxd__json_kind(value) != CXD__JSON_OBJECT) {
      name_entry(scan, index, "", " is no object", value);
      continue;
    }
    read_entry(value, &name, &enabled);
    names += (size_t)check_name(scan, index, name, &entries[names]);
    check_enabled(scan, index, enabled);
  }
  return names;
}

static size_t count_of(struct cxd__slice array) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  size_t count = 0;
  cxd__json_walk(&iter, array);
  while (cxd__json_next(&iter, &key, &value))
    count++;
  return count;
}

static void check_rules(struct scan *scan, struct cxd__slice rules, size_t count) {
  struct entry *entries = cxd__alloc(count * sizeof *entries);
  if (!entries) {
    scan->context->report->failed = 1;
    return;
  }
  size_t names = check_entries(scan, rules, entries);
  find_doubles(scan, entries, names);
  for (size_t i = 0; i < names; i++)
    cxd__free(entries[i].name.own);
  cxd__free(entries);
  if (scan->bad > NAMED)
    cxd__found(scan->context, CXD__CODE_SCHEMA_RULES, CXD_FIELD_RULES, "%zu more faults in the %zu entries of rules are not listed: mend the first %d and check again",
               scan->bad - NAMED, count, NAMED);
}

void cxd__judge_entries(struct cxd__context *context, const struct cxd__rule_row *row) {
  struct cxd__slice rules = context->change.at[CXD__MEMBER_RULES];
  struct scan scan = {context, 0};
  (void)row;
  if (!context->set[CXD__MEMBER_RULES] || cxd__json_kind(rules) != CXD__JSON_ARRAY)
    return;
  size_t count = count_of(rules);
  if (count)
    check_rules(&scan, rules, count);
}
