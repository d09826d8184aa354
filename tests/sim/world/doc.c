/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "doc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

enum spelling { AS_NUMBER, AS_HUNDREDTHS, AS_BOOL, AS_NAME };

static const struct {
  const char *parent, *key, *pointer;
  enum spelling spelling;
  int64_t first;
} members[DOC_MEMBERS] = {
    [DOC_CONCURRENT] = {NULL, "maxConcurrentCalls", "/maxConcurrentCalls", AS_NUMBER, 100},
    [DOC_INTERVAL] = {"pacing", "interval", "/pacing/interval", AS_NUMBER, 60},
    [DOC_CALLS] = {"pacing", "maxCallsPerInterval", "/pacing/maxCallsPerInterval", AS_NUMBER, 25},
    [DOC_THROTTLE] = {"pacing", "throttlePercent", "/pacing/throttlePercent", AS_HUNDREDTHS, 85},
    [DOC_PRIORITY] = {"advancedDialerSettings", "queuePriority", "/advancedDialerSettings/queuePriority", AS_NUMBER, 1},
    [DOC_REBALANCE] = {"advancedDialerSettings", "autoRebalance", "/advancedDialerSettings/autoRebalance", AS_BOOL, 0},
    [DOC_NAME] = {NULL, "name", "/name", AS_NAME, 1},
    [DOC_TENANT] = {NULL, "tenant", "/tenant", AS_NUMBER, INT64_C(9007199254740993)},
};

const char *doc_pointer(int member) { return members[member].pointer; }

struct doc doc_first(void) {
  struct doc doc = {.version = DOC_ABSENT};
  for (int i = 0; i < DOC_MEMBERS; i++)
    doc.value[i] = members[i].first;
  return doc;
}

void doc_value_text(int member, int64_t value, char *out, size_t room) {
  switch (members[member].spelling) {
  case AS_NUMBER: snprintf(out, room, "%lld", (long long)value); return;
  case AS_HUNDREDTHS: snprintf(out, room, "%lld.%02lld", (long long)(value / 100), (long long)(value % 100)); return;
  case AS_BOOL: snprintf(out, room, "%s", value ? "true" : "false"); return;
  case AS_NAME: snprintf(out, room, "\"n%lld\"", (long long)value); return;
  }
}

/* All members of one parent, in the table's order: {"interval":60,...} without the braces. */
static size_t write_members(const struct doc *doc, const char *parent, char *out, size_t at, int first) {
  char text[32];
  for (int i = 0; i < DOC_MEMBERS; i++) {
    int here = parent ? members[i].parent && strcmp(members[i].parent, parent) == 0 : !members[i].parent;
    if (!here || doc->value[i] == DOC_ABSENT)
      continue;
    doc_value_text(i, doc->value[i], text, sizeof text);
    at += (size_t)snprintf(out + at, DOC_TEXT_MAX - at, "%s\"%s\":%s", first ? "" : ",", members[i].key, text);
    first = 0;
  }
  return at;
}

void doc_write(const struct doc *doc, const char *id, char out[DOC_TEXT_MAX]) {
  size_t at = (size_t)snprintf(out, DOC_TEXT_MAX, "{\"id\":\"%s\"", id);
  at = write_members(doc, NULL, out, at, 0);
  at += (size_t)snprintf(out + at, DOC_TEXT_MAX - at, ",\"pacing\":{");
  at = write_members(doc, "pacing", out, at, 1);
  at += (size_t)snprintf(out + at, DOC_TEXT_MAX - at, "},\"rules\":[],\"advancedDialerSettings\":{");
  at = write_members(doc, "advancedDialerSettings", out, at, 1);
  at += (size_t)snprintf(out + at, DOC_TEXT_MAX - at, "}");
  if (doc->version != DOC_ABSENT)
    at += (size_t)snprintf(out + at, DOC_TEXT_MAX - at, ",\"version\":%lld", (long long)doc->version);
  snprintf(out + at, DOC_TEXT_MAX - at, "}");
}

static int64_t read_value(const json_t *value, enum spelling spelling) {
  switch (spelling) {
  case AS_NUMBER: return json_is_integer(value) ? json_integer_value(value) : DOC_ABSENT;
  case AS_HUNDREDTHS: return json_is_number(value) ? (int64_t)llround(json_number_value(value) * 100) : DOC_ABSENT;
  case AS_BOOL: return json_is_boolean(value) ? json_is_true(value) : DOC_ABSENT;
  case AS_NAME: {
    long long number = 0;
    const char *text = json_string_value(value);
    return text && sscanf(text, "n%lld", &number) == 1 ? (int64_t)number : DOC_ABSENT;
  }
  }
  return DOC_ABSENT;
}

int doc_read(const char *text, size_t len, const char *id, struct doc *out) {
  json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
  const char *their_id = json_string_value(json_object_get(root, "id"));
  int good = their_id && strcmp(their_id, id) == 0;
  for (int i = 0; good && i < DOC_MEMBERS; i++) {
    const json_t *home = members[i].parent ? json_object_get(root, members[i].parent) : root;
    out->value[i] = read_value(json_object_get(home, members[i].key), members[i].spelling);
  }
  if (good)
    out->version = read_value(json_object_get(root, "version"), AS_NUMBER);
  json_decref(root);
  return good;
}
