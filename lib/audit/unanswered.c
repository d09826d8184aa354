/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "audit/unanswered.h"

#include <string.h>

#include "base/mem.h"
#include "base/random.h"

#define FIRST_CAP 64

/* With a factor that nobody knows, no choice of ops makes the table slow. */
static size_t hash(const struct cxd__ops *set, const char *op, size_t len) {
  uint64_t sum = set->seed[0] ^ len;
  for (size_t i = 0; i < len; i += 8) {
    uint64_t word = 0;
    memcpy(&word, op + i, len - i < 8 ? len - i : 8);
    sum = (sum ^ word) * (set->seed[1] | 1);
    sum ^= sum >> 29;
  }
  return (size_t)sum;
}

static int is_op(const struct cxd__op *place, const char *op, size_t len) { return strncmp(place->text, op, len) == 0 && place->text[len] == '\0'; }

/* Where the op stands, or the free place for it. */
static size_t find(const struct cxd__ops *set, const char *op, size_t len) {
  size_t at = hash(set, op, len) & (set->cap - 1);
  while (set->places[at].text && !is_op(&set->places[at], op, len))
    at = (at + 1) & (set->cap - 1);
  return at;
}

static int grow(struct cxd__ops *set) {
  struct cxd__ops old = *set;
  if (!old.cap)
    (void)cxd__random_bytes(set->seed, sizeof set->seed);
  set->cap = old.cap ? 2 * old.cap : FIRST_CAP;
  set->places = cxd__alloc(set->cap * sizeof *set->places);
  if (!set->places) {
    *set = old;
    return -1;
  }
  for (size_t i = 0; i < old.cap; i++)
    if (old.places[i].text)
      set->places[find(set, old.places[i].text, strlen(old.places[i].text))] = old.places[i];
  cxd__free(old.places);
  return 0;
}

/* Takes the text. The place of it, or NULL: no memory, and the text is freed. */
static struct cxd__op *put(struct cxd__ops *set, char *text, int64_t seq) {
  size_t len = text ? strlen(text) : 0;
  if (!text || (2 * (set->count + 1) > set->cap && grow(set) != 0)) {
    cxd__free(text);
    return NULL;
  }
  struct cxd__op *place = &set->places[find(set, text, len)];
  set->count += !place->text;
  cxd__free(place->text);
  *place = (struct cxd__op){.text = text, .seq = seq};
  return place;
}

static int has(const struct cxd__ops *set, const char *op, size_t len) { return set->cap && set->places[find(set, op, len)].text; }

/*
 * Its text, to be freed; NULL: it is not there. What stands behind a freed place up to the next free one is put in anew, so that nothing
 * is cut off from where it is looked for.
 */
static char *take_out(struct cxd__ops *set, const char *op, size_t len) {
  if (!has(set, op, len))
    return NULL;
  size_t at = find(set, op, len);
  char *text = set->places[at].text;
  set->places[at].text = NULL;
  set->count--;
  for (at = (at + 1) & (set->cap - 1); set->places[at].text; at = (at + 1) & (set->cap - 1)) {
    struct cxd__op moved = set->places[at];
    set->places[at].text = NULL;
    set->places[find(set, moved.text, strlen(moved.text))] = moved;
  }
  return text;
}

static void forget_oldest(struct cxd__unanswered *set) {
  const char *oldest = set->order[set->oldest];
  if (oldest)
    cxd__free(take_out(&set->answered, oldest, strlen(oldest)));
}

/* Takes the text. */
static int remember(struct cxd__unanswered *set, char *text, int64_t seq) {
  if (!set->order)
    set->order = cxd__alloc(CXD__ANSWERED * sizeof *set->order);
  if (!set->order) {
    cxd__free(text);
    return -1;
  }
  forget_oldest(set);
  struct cxd__op *place = put(&set->answered, text, seq);
  set->order[set->oldest] = place ? place->text : NULL;
  set->oldest = (set->oldest + 1) % CXD__ANSWERED;
  return place ? 0 : -1;
}

static int answer(struct cxd__unanswered *set, struct cxd__slice op, int64_t seq) {
  char *text = take_out(&set->open, op.p, op.len);
  if (!has(&set->answered, op.p, op.len))
    return text ? remember(set, text, seq) : 0;
  cxd__free(text);
  return 1;
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

static int add(struct cxd__unanswered *set, struct cxd__slice op, int64_t seq) { return put(&set->open, cxd__strndup(op.p, op.len), seq) ? 0 : -1; }

int cxd__unanswered_see(struct cxd__unanswered *set, const struct cxd__line *line) {
  int is_intent = cxd__line_is(line, "intent");
  if (!is_intent && !cxd__line_is(line, "outcome"))
    return 0;
  struct cxd__slice op = op_of(line);
  if (!op.p)
    return 0;
  return is_intent ? add(set, op, line->link.seq) : answer(set, op, line->link.seq);
}

static int start_one(struct cxd__unanswered *set, struct cxd__slice open) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value, op = {0};
  int64_t seq = 0;
  cxd__json_walk(&iter, open);
  while (cxd__json_next(&iter, &key, &value)) {
    if (cxd__json_string_is(key, "seq"))
      (void)cxd__json_int(value, &seq);
    else if (cxd__json_string_is(key, "op"))
      op = (struct cxd__slice){value.p + 1, value.len - 2};
  }
  return add(set, op, seq);
}

int cxd__unanswered_start(struct cxd__unanswered *set, struct cxd__slice open) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  if (cxd__json_kind(open) != CXD__JSON_ARRAY)
    return 0;
  cxd__json_walk(&iter, open);
  while (cxd__json_next(&iter, &key, &value))
    if (start_one(set, value) != 0)
      return -1;
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
  for (size_t i = 0; i < set->open.cap; i++)
    if (set->open.places[i].text)
      have = insert(out, have, room, set->open.places[i].seq);
  return have;
}

static void free_ops(struct cxd__ops *set) {
  for (size_t i = 0; i < set->cap; i++)
    cxd__free(set->places[i].text);
  cxd__free(set->places);
}

void cxd__unanswered_free(struct cxd__unanswered *set) {
  free_ops(&set->open);
  free_ops(&set->answered);
  cxd__free(set->order);
  *set = (struct cxd__unanswered){.order = NULL};
}
