/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "audit/genesis.h"

#include <string.h>

#define DIGITS_MIN 12
#define DIGITS_MAX 18

struct cxd__slice cxd__line_member(const struct cxd__line *line, const char *name) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  cxd__json_walk(&iter, line->text);
  while (cxd__json_next(&iter, &key, &value))
    if (cxd__json_string_is(key, name))
      return value;
  return (struct cxd__slice){0};
}

static size_t digits_before(const char *name, size_t end) {
  size_t start = end;
  while (start > 0 && name[start - 1] >= '0' && name[start - 1] <= '9')
    start--;
  return end - start;
}

int cxd__segment_name(const char *name, size_t *log, int64_t *first) {
  size_t end = strlen(name), count = digits_before(name, end);
  if (count > 0 && count < DIGITS_MIN && count + 1 < end && name[end - count - 1] == '.') {
    end -= count + 1;
    count = digits_before(name, end);
  }
  if (count < DIGITS_MIN || count > DIGITS_MAX || count + 1 >= end || name[end - count - 1] != '.')
    return 0;
  *log = end - count - 1;
  *first = 0;
  for (const char *digit = name + end - count; digit < name + end; digit++)
    *first = *first * 10 + (*digit - '0');
  return 1;
}

/* A plain string, taken as it is spelled: what a genesis holds needs no escapes. */
static int read_text(struct cxd__slice raw, char *out, size_t room) {
  if (cxd__json_kind(raw) != CXD__JSON_STRING || raw.len - 2 >= room || memchr(raw.p, '\\', raw.len))
    return 0;
  memcpy(out, raw.p + 1, raw.len - 2);
  out[raw.len - 2] = '\0';
  return 1;
}

static int read_why(struct cxd__slice raw, enum cxd__why *out) {
  static const char *const names[] = {"size", "day", "key", "sync", "broken"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (cxd__json_string_is(raw, names[i])) {
      *out = (enum cxd__why)(CXD__WHY_SIZE + i);
      return 1;
    }
  return 0;
}

static int read_name(struct cxd__slice raw, char out[NAME_MAX + 1]) {
  size_t log;
  int64_t first;
  return read_text(raw, out, NAME_MAX + 1) && !strchr(out, '/') && cxd__segment_name(out, &log, &first);
}

static int read_hash(struct cxd__slice raw, unsigned char out[CXD__HASH_BYTES]) {
  return cxd__json_kind(raw) == CXD__JSON_STRING && raw.len == CXD__HASH_HEX + 2 && cxd__hash_read(raw.p + 1, out);
}

/* With sync nobody knows how the file was left. */
static int read_sum(struct cxd__slice raw, struct cxd__genesis *out) {
  if (cxd__json_kind(raw) == CXD__JSON_NULL)
    return out->why == CXD__WHY_SYNC;
  out->has_sum = 1;
  return out->why != CXD__WHY_SYNC && read_hash(raw, out->sum);
}

static int is_number_list(struct cxd__slice raw) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  int64_t number;
  if (cxd__json_kind(raw) != CXD__JSON_ARRAY)
    return 0;
  cxd__json_walk(&iter, raw);
  while (cxd__json_next(&iter, &key, &value))
    if (cxd__json_kind(value) != CXD__JSON_NUMBER || !cxd__json_int(value, &number) || number < 1)
      return 0;
  return 1;
}

static const char *read_later(const struct cxd__line *line, struct cxd__genesis *out) {
  out->open = cxd__line_member(line, "open");
  if (!read_name(cxd__line_member(line, "prev_name"), out->prev_name))
    return "its prev_name is not the name of a segment in this directory";
  if (!cxd__json_int(cxd__line_member(line, "prev_seq"), &out->prev.seq) || out->prev.seq < 0 || !read_hash(cxd__line_member(line, "prev_h"), out->prev.h))
    return "its prev_seq or prev_h is missing or not as it should be";
  if (!read_sum(cxd__line_member(line, "prev_sha256"), out))
    return "its prev_sha256 is missing or not as it should be";
  if (!is_number_list(out->open))
    return "its list of open intents is missing or not one of numbers";
  if (out->prev.seq != line->link.seq - 1 || memcmp(out->prev.h, line->prev, CXD__HASH_BYTES) != 0)
    return "its prev_seq and prev_h are not the record that it continues";
  return NULL;
}

const char *cxd__genesis_read(const struct cxd__line *line, struct cxd__genesis *out) {
  static const unsigned char zeros[CXD__HASH_BYTES];
  struct cxd__slice why = cxd__line_member(line, "why");
  *out = (struct cxd__genesis){.why = CXD__WHY_FIRST};
  if (why.p)
    return read_why(why, &out->why) ? read_later(line, out) : "its why is none that is known";
  if (line->link.seq != 1 || memcmp(line->prev, zeros, sizeof zeros) != 0)
    return "it is that of a first segment, but not number 1";
  return cxd__line_member(line, "prev_name").p ? "it names a segment before, but not why" : NULL;
}
