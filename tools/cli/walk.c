/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "walk.h"

#include <string.h>

static int is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static size_t skip_space(struct slice s, size_t i) {
  while (i < s.len && is_space(s.at[i]))
    i++;
  return i;
}

/* All of these return the position behind what they skipped, or s.len when its end is missing. */
static size_t skip_string(struct slice s, size_t i) {
  for (i++; i < s.len && s.at[i] != '"'; i++)
    if (s.at[i] == '\\')
      i++;
  return i < s.len ? i + 1 : s.len;
}

static size_t skip_nested(struct slice s, size_t i) {
  size_t depth = 0;
  while (i < s.len) {
    char c = s.at[i];
    if (c == '"') {
      i = skip_string(s, i);
      continue;
    }
    depth += c == '{' || c == '[';
    depth -= c == '}' || c == ']';
    i++;
    if (depth == 0)
      break;
  }
  return i;
}

/* Stops where it is at a byte that starts no value. */
static size_t skip_value(struct slice s, size_t i) {
  if (i < s.len && s.at[i] == '"')
    return skip_string(s, i);
  if (i < s.len && (s.at[i] == '{' || s.at[i] == '['))
    return skip_nested(s, i);
  while (i < s.len && !is_space(s.at[i]) && !strchr(",:]}[{\"", s.at[i] ? s.at[i] : ' '))
    i++;
  return i;
}

struct slice slice_of(const char *text) { return text ? (struct slice){text, strlen(text)} : (struct slice){"", 0}; }

int slice_is(struct slice s, const char *text) { return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0; }

struct slice slice_trim(struct slice s) {
  size_t start = skip_space(s, 0);
  while (s.len > start && is_space(s.at[s.len - 1]))
    s.len--;
  return (struct slice){s.at + start, s.len - start};
}

/* From the bracket or the end of the last value to the next value. */
static int step(struct slice s, size_t *pos, char open, char close) {
  size_t i = skip_space(s, *pos);
  int first = *pos == 0 && i < s.len && s.at[i] == open;
  *pos = i;
  if (i >= s.len || (!first && s.at[i] != ',' && s.at[i] != close))
    return -1;
  size_t next = skip_space(s, i + 1);
  int ended = s.at[i] == close && !first;
  int empty = first && next < s.len && s.at[next] == close;
  if (ended || empty) {
    *pos = skip_space(s, ended ? i + 1 : next + 1);
    return *pos == s.len ? 0 : -1;
  }
  *pos = next;
  return 1;
}

static int take_value(struct slice s, size_t *pos, struct slice *value) {
  size_t end = skip_value(s, *pos);
  if (end == *pos)
    return -1;
  *value = (struct slice){s.at + *pos, end - *pos};
  *pos = end;
  return 1;
}

int walk_array(struct slice array, size_t *pos, struct slice *value) {
  int found = step(array, pos, '[', ']');
  return found == 1 ? take_value(array, pos, value) : found;
}

int walk_object(struct slice object, size_t *pos, struct slice *key, struct slice *value) {
  int found = step(object, pos, '{', '}');
  if (found != 1)
    return found;
  if (*pos >= object.len || object.at[*pos] != '"' || take_value(object, pos, key) != 1)
    return -1;
  *key = walk_plain(*key);
  *pos = skip_space(object, *pos);
  if (*pos >= object.len || object.at[*pos] != ':')
    return -1;
  *pos = skip_space(object, *pos + 1);
  return take_value(object, pos, value);
}

struct slice walk_get(struct slice object, const char *key) {
  size_t pos = 0;
  struct slice name, value;
  while (walk_object(object, &pos, &name, &value) == 1)
    if (slice_is(name, key))
      return value;
  return (struct slice){"", 0};
}

struct slice walk_plain(struct slice value) {
  if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
    return (struct slice){value.at + 1, value.len - 2};
  return value;
}
