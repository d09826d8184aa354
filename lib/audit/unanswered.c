/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "audit/unanswered.h"

#include <string.h>

#include "base/mem.h"
#include "base/random.h"

#define FIRST_CAP 64

/* With a factor that nobody knows, no choice of ops makes the table slow. */
static size_t hash(const struct cxd__unanswered *set, const char *op, size_t len) {
  uint64_t sum = set->seed[0] ^ len;
  for (size_t i = 0; i < len; i += 8) {
    uint64_t word = 0;
    memcpy(&word, op + i, len - i < 8 ? len - i : 8);
    sum = (sum ^ word) * (set->seed[1] | 1);
    sum ^= sum >> 29;
  }
  return (size_t)sum;
}

static int is_op(const struct cxd__unanswered_op *place, const char *op, size_t len) { return strncmp(place->op, op, len) == 0 && place->op[len] == '\0'; }

/* Where the op stands, or the free place for it. */
static size_t find(const struct cxd__unanswered *set, const char *op, size_t len) {
  size_t at = hash(set, op, len) & (set->cap - 1);
  while (set->places[at].op && !is_op(&set->places[at], op, len))
    at = (at + 1) & (set->cap - 1);
  return at;
}

static int grow(struct cxd__unanswered *set) {
  struct cxd__unanswered old = *set;
  if (!old.cap)
    (void)cxd__random_bytes(set->seed, sizeof set->seed);
  set->cap = old.cap ? 2 * old.cap : FIRST_CAP;
  set->places = cxd__alloc(set->cap * sizeof *set->places);
  if (!set->places) {
    *set = old;
    return -1;
  }
  for (size_t i = 0; i < old.cap; i++)
    if (old.places[i].op)
      set->places[find(set, old.places[i].op, strlen(old.places[i].op))] = old.places[i];
  cxd__free(old.places);
  return 0;
}

static int add(struct cxd__unanswered *set, const char *op, size_t len, int64_t seq) {
  if (2 * (set->count + 1) > set->cap && grow(set) != 0)
    return -1;
  struct cxd__unanswered_op *place = &set->places[find(set, op, len)];
  if (!place->op) {
    place->op = cxd__strndup(op, len);
    if (!place->op)
      return -1;
    set->count++;
  }
  place->seq = seq;
  return 0;
}

/* What stands behind a freed place up to the next free one is put in anew, so that nothing is cut off from where it is looked for. */
static void take_out(struct cxd__unanswered *set, const char *op, size_t len) {
  size_t at = set->cap ? find(set, op, len) : 0;
  if (!set->cap || !set->places[at].op)
    return;
  cxd__free(set->places[at].op);
  set->places[at].op = NULL;
  set->count--;
  for (at = (at + 1) & (set->cap - 1); set->places[at].op; at = (at + 1) & (set->cap - 1)) {
    struct cxd__unanswered_op moved = set->places[at];
    set->places[at].op = NULL;
    set->places[find(set, moved.op, strlen(moved.op))] = moved;
  }
}

static void forget_early(struct cxd__unanswered *set, int64_t seq) {
  for (size_t i = 0; i < set->early_count; i++)
    if (set->early[i] == seq)
      set->early[i] = set->early[--set->early_count];
}

static int has_number(struct cxd__slice list, int64_t seq) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  int64_t number;
  cxd__json_walk(&iter, list);
  while (cxd__json_next(&iter, &key, &value))
    if (cxd__json_int(value, &number) && number == seq)
      return 1;
  return 0;
}

static void see_list(struct cxd__unanswered *set, struct cxd__slice list) {
  if (cxd__json_kind(list) != CXD__JSON_ARRAY)
    return;
  for (size_t i = set->early_count; i-- > 0;)
    if (!has_number(list, set->early[i]))
      set->early[i] = set->early[--set->early_count];
}

/* The first member behind the kind, where our own records have it; else wherever it is. */
static struct cxd__slice op_of(const struct cxd__line *line) {
  static const char label[] = "\",\"op\":\"";
  const char *at = line->kind.p + line->kind.len, *end = line->text.p + line->front;
  const char *start = at + sizeof label - 1;
  const char *quote = start < end && memcmp(at, label, sizeof label - 1) == 0 ? memchr(start, '"', (size_t)(end - start)) : NULL;
  if (quote && !memchr(start, '\\', (size_t)(quote - start)))
    return (struct cxd__slice){start, (size_t)(quote - start)};
  struct cxd__slice op = cxd__line_member(line, "op");
  return cxd__json_kind(op) == CXD__JSON_STRING ? (struct cxd__slice){op.p + 1, op.len - 2} : (struct cxd__slice){0};
}

int cxd__unanswered_see(struct cxd__unanswered *set, const struct cxd__line *line) {
  int is_intent = cxd__line_is(line, "intent");
  if (is_intent || cxd__line_is(line, "outcome")) {
    struct cxd__slice op = op_of(line);
    int64_t answered;
    if (is_intent)
      return op.p ? add(set, op.p, op.len, line->link.seq) : 0;
    if (op.p)
      take_out(set, op.p, op.len);
    if (set->early_count && cxd__json_int(cxd__line_member(line, "intent_seq"), &answered))
      forget_early(set, answered);
  } else if (set->early_count && (cxd__line_is(line, "checkpoint") || cxd__line_is(line, "genesis"))) {
    see_list(set, cxd__line_member(line, "open"));
  }
  return 0;
}

int cxd__unanswered_start(struct cxd__unanswered *set, struct cxd__slice open) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  if (cxd__json_kind(open) != CXD__JSON_ARRAY || open.len < 3)
    return 0;
  set->early = cxd__alloc(open.len * sizeof *set->early); /* each number has its digit */
  if (!set->early)
    return -1;
  cxd__json_walk(&iter, open);
  while (cxd__json_next(&iter, &key, &value))
    set->early_count += (size_t)cxd__json_int(value, &set->early[set->early_count]);
  return 0;
}

/* Keeps the lowest `room` numbers in order. */
static size_t insert(int64_t *out, size_t have, size_t room, int64_t number) {
  size_t at = have < room ? have : room;
  if (have >= room && (room == 0 || out[room - 1] <= number))
    return have + 1;
  if (have >= room)
    at = room - 1;
  for (; at > 0 && out[at - 1] > number; at--)
    out[at] = out[at - 1];
  out[at] = number;
  return have + 1;
}

size_t cxd__unanswered_list(const struct cxd__unanswered *set, int64_t *out, size_t room) {
  size_t have = 0;
  for (size_t i = 0; i < set->early_count; i++)
    have = insert(out, have, room, set->early[i]);
  for (size_t i = 0; i < set->cap; i++)
    if (set->places[i].op)
      have = insert(out, have, room, set->places[i].seq);
  return have;
}

void cxd__unanswered_free(struct cxd__unanswered *set) {
  for (size_t i = 0; i < set->cap; i++)
    cxd__free(set->places[i].op);
  cxd__free(set->places);
  cxd__free(set->early);
  *set = (struct cxd__unanswered){0};
}
