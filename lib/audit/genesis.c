/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "audit/genesis.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "json/text.h"

#define DIGITS 12
#define COPY_DIGITS 9

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

/* ".1" and the like, behind the name of a segment whose name was taken: where it starts, else the end. */
static size_t without_copy(const char *name, size_t end) {
  size_t count = digits_before(name, end);
  if (count < 1 || count > COPY_DIGITS || name[end - count] == '0' || count + 1 >= end || name[end - count - 1] != '.')
    return end;
  return end - count - 1;
}

int cxd__segment_name(const char *name, size_t *log, int64_t *first) {
  size_t end = without_copy(name, strlen(name));
  if (digits_before(name, end) != DIGITS || DIGITS + 1 >= end || name[end - DIGITS - 1] != '.')
    return 0;
  *log = end - DIGITS - 1;
  *first = 0;
  for (const char *digit = name + end - DIGITS; digit < name + end; digit++)
    *first = *first * 10 + (*digit - '0');
  return 1;
}

int cxd__segment_spell(const char *log, size_t len, int64_t first, int copy, char name[CXD__NAME_BYTES]) {
  char again[16] = "";
  if (copy)
    (void)snprintf(again, sizeof again, ".%d", copy);
  int written = snprintf(name, CXD__NAME_BYTES, "%.*s.%012lld%s", (int)len, log, (long long)first, again);
  if (written >= 0 && written < CXD__NAME_BYTES)
    return 0;
  errno = ENAMETOOLONG;
  return -1;
}

/* The decoded text, with a zero behind it; one with a zero in it, or longer than there is room, is none. */
static int read_text(struct cxd__slice raw, char *out, size_t room) {
  if (cxd__json_kind(raw) != CXD__JSON_STRING)
    return 0;
  struct cxd__json_bytes bytes = {.at = raw.p + 1, .end = raw.p + raw.len - 1};
  size_t len = 0;
  int c;
  while ((c = cxd__json_byte(&bytes)) > 0 && len + 1 < room)
    out[len++] = (char)c;
  out[len] = '\0';
  return c < 0;
}

/* Of a record: digits alone, so that it is read the same everywhere. */
static int read_number(struct cxd__slice raw, int64_t *out) {
  return cxd__json_kind(raw) == CXD__JSON_NUMBER && digits_before(raw.p, raw.len) == raw.len && cxd__json_int(raw, out) && *out > 0;
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

static int read_name(struct cxd__slice raw, char out[CXD__NAME_BYTES]) {
  size_t log;
  int64_t first;
  return read_text(raw, out, CXD__NAME_BYTES) && !strchr(out, '/') && cxd__segment_name(out, &log, &first);
}

static int read_hash(struct cxd__slice raw, unsigned char out[CXD__HASH_BYTES]) {
  char text[CXD__HASH_HEX + 2];
  return read_text(raw, text, sizeof text) && strlen(text) == CXD__HASH_HEX && cxd__hash_read(text, out);
}

/* With sync nobody knows how the file was left. */
static int read_sum(struct cxd__slice raw, struct cxd__genesis *out) {
  if (cxd__json_kind(raw) == CXD__JSON_NULL)
    return out->why == CXD__WHY_SYNC;
  out->has_sum = 1;
  return out->why != CXD__WHY_SYNC && read_hash(raw, out->sum);
}

static int is_open(struct cxd__slice raw) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  int64_t number;
  int seq = 0, op = 0;
  if (cxd__json_kind(raw) != CXD__JSON_OBJECT)
    return 0;
  cxd__json_walk(&iter, raw);
  while (cxd__json_next(&iter, &key, &value)) {
    seq |= cxd__json_string_is(key, "seq") && read_number(value, &number);
    op |= cxd__json_string_is(key, "op") && cxd__json_kind(value) == CXD__JSON_STRING;
  }
  return seq && op;
}

static int is_open_list(struct cxd__slice raw) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  if (cxd__json_kind(raw) != CXD__JSON_ARRAY)
    return 0;
  cxd__json_walk(&iter, raw);
  while (cxd__json_next(&iter, &key, &value))
    if (!is_open(value))
      return 0;
  return 1;
}

static const char *read_later(const struct cxd__line *line, struct cxd__genesis *out) {
  out->open = cxd__line_member(line, "open");
  if (!read_name(cxd__line_member(line, "prev_name"), out->prev_name))
    return "its prev_name is not the name of a segment in this directory";
  if (!read_number(cxd__line_member(line, "prev_seq"), &out->prev.seq) || !read_hash(cxd__line_member(line, "prev_h"), out->prev.h))
    return "its prev_seq or prev_h is missing or not as it should be";
  if (!read_sum(cxd__line_member(line, "prev_sha256"), out))
    return "its prev_sha256 is missing or not as it should be";
  if (!is_open_list(out->open))
    return "its list of open intents is missing or not one of numbers and ops";
  if (out->prev.seq != line->link.seq - 1 || memcmp(out->prev.h, line->prev, CXD__HASH_BYTES) != 0)
    return "its prev_seq and prev_h are not the record that it continues";
  return NULL;
}

const char *cxd__genesis_read(const struct cxd__line *line, struct cxd__genesis *out) {
  static const unsigned char zeros[CXD__HASH_BYTES];
  *out = (struct cxd__genesis){.why = CXD__WHY_FIRST};
  if (line->link.seq == 1)
    return memcmp(line->prev, zeros, sizeof zeros) == 0 ? NULL : "number 1, but something before it";
  return read_why(cxd__line_member(line, "why"), &out->why) ? read_later(line, out) : "its why is missing, or none that is known";
}
