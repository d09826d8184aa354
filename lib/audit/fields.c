/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "audit/fields.h"

#include <string.h>

#define ROW(member) {"\"" #member "\"", offsetof(struct cxd__fields, member)}
static const struct {
  const char *key;
  size_t offset;
} rows[] = {
    ROW(t), ROW(bt), ROW(boot), ROW(w), ROW(op), ROW(campaign), ROW(intent_seq), ROW(intents), ROW(outcomes), ROW(open), ROW(why), ROW(what), ROW(records),
};

static void keep(struct cxd__slice key, struct cxd__slice value, struct cxd__fields *out) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strlen(rows[i].key) == key.len && memcmp(rows[i].key, key.p, key.len) == 0)
      *(struct cxd__slice *)(void *)((char *)out + rows[i].offset) = value;
}

void cxd__fields_read(const struct cxd__line *line, struct cxd__fields *out) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  *out = (struct cxd__fields){.t = {NULL, 0}};
  cxd__json_walk(&iter, line->text);
  while (cxd__json_next(&iter, &key, &value))
    keep(key, value, out);
}

size_t cxd__field_text(struct cxd__slice value, char *out, size_t room) {
  out[0] = '\0';
  if (cxd__json_kind(value) != CXD__JSON_STRING || value.len - 2 >= room || memchr(value.p, '\\', value.len))
    return 0;
  memcpy(out, value.p + 1, value.len - 2);
  out[value.len - 2] = '\0';
  return value.len - 2;
}

int cxd__field_is(struct cxd__slice value, const char *text) {
  return value.p && value.len == strlen(text) + 2 && memcmp(value.p + 1, text, value.len - 2) == 0;
}
