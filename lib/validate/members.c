/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/members.h"

#include <string.h>

static const char *const statuses[] = {"running", "paused", "stopped", NULL};
static const char *const dialer_types[] = {"predictive", "progressive", "preview", NULL};
static const char *const pacing_types[] = {"fixed", NULL};

#define KEY(name) "\"" name "\"", sizeof("\"" name "\"") - 1
#define ANY INT64_MIN

const struct cxd__member_row cxd__members[CXD__MEMBER_COUNT] = {
    [CXD__MEMBER_ID] = {CXD_FIELD_ID, KEY("id"), CXD__MEMBER_ROOT, CXD__TYPE_STRING, 1, ANY, NULL, "the id in quotes"},
    [CXD__MEMBER_NAME] = {CXD_FIELD_NAME, KEY("name"), CXD__MEMBER_ROOT, CXD__TYPE_STRING, 1, ANY, NULL, "the name in quotes"},
    [CXD__MEMBER_STATUS] = {CXD_FIELD_STATUS, KEY("status"), CXD__MEMBER_ROOT, CXD__TYPE_STRING, 0, ANY, statuses,
                             "\"running\", \"paused\" or \"stopped\""},
    [CXD__MEMBER_DIALER_TYPE] = {CXD_FIELD_DIALER_TYPE, KEY("dialerType"), CXD__MEMBER_ROOT, CXD__TYPE_STRING, 1, ANY, dialer_types,
                                 "\"predictive\", \"progressive\" or \"preview\""},
    [CXD__MEMBER_MAX_CONCURRENT_CALLS] = {CXD_FIELD_MAX_CONCURRENT_CALLS, KEY("maxConcurrentCalls"), CXD__MEMBER_ROOT, CXD__TYPE_INTEGER, 1, ANY,
                                          NULL, "a number without quotes, such as 150"},
    [CXD__MEMBER_TIME_ZONE] = {CXD_FIELD_TIME_ZONE, KEY("timeZone"), CXD__MEMBER_ROOT, CXD__TYPE_STRING, 1, ANY, NULL,
                               "an IANA name such as \"America/New_York\""},
    [CXD__MEMBER_VERSION] = {CXD_FIELD_VERSION, KEY("version"), CXD__MEMBER_ROOT, CXD__TYPE_INTEGER_OR_STRING, 0, ANY, NULL,
                             "the version as the server sent it, or leave it out"},
    [CXD__MEMBER_PACING] = {CXD_FIELD_PACING, KEY("pacing"), CXD__MEMBER_ROOT, CXD__TYPE_OBJECT, 0, ANY, NULL,
                            "an object with the members to change, such as {\"interval\":60}"},
    [CXD__MEMBER_PACING_TYPE] = {CXD_FIELD_PACING_TYPE, KEY("type"), CXD__MEMBER_PACING, CXD__TYPE_STRING, 1, ANY, pacing_types, "\"fixed\""},
    [CXD__MEMBER_PACING_INTERVAL] = {CXD_FIELD_PACING_INTERVAL, KEY("interval"), CXD__MEMBER_PACING, CXD__TYPE_INTEGER, 1, ANY, NULL,
                                     "whole seconds without quotes, such as 60"},
    [CXD__MEMBER_PACING_CALLS] = {CXD_FIELD_PACING_MAX_CALLS_PER_INTERVAL, KEY("maxCallsPerInterval"), CXD__MEMBER_PACING, CXD__TYPE_INTEGER, 1, ANY,
                                  NULL, "a number without quotes, such as 25"},
    [CXD__MEMBER_PACING_THROTTLE] = {CXD_FIELD_PACING_THROTTLE_PERCENT, KEY("throttlePercent"), CXD__MEMBER_PACING, CXD__TYPE_REAL, 1, ANY, NULL,
                                     "a fraction without quotes, such as 0.85"},
    [CXD__MEMBER_RULES] = {CXD_FIELD_RULES, KEY("rules"), CXD__MEMBER_ROOT, CXD__TYPE_ARRAY, 0, ANY, NULL,
                           "an array of {\"name\",\"enabled\"}, [] for no rules"},
    [CXD__MEMBER_ADVANCED] = {"/advancedDialerSettings", KEY("advancedDialerSettings"), CXD__MEMBER_ROOT, CXD__TYPE_OBJECT, 0, ANY, NULL,
                              "an object with the members to change, such as {\"autoRebalance\":true}"},
    [CXD__MEMBER_AUTO_REBALANCE] = {CXD_FIELD_AUTO_REBALANCE, KEY("autoRebalance"), CXD__MEMBER_ADVANCED, CXD__TYPE_BOOLEAN, 0, ANY, NULL,
                                    "true or false without quotes"},
    [CXD__MEMBER_QUEUE_PRIORITY] = {CXD_FIELD_QUEUE_PRIORITY, KEY("queuePriority"), CXD__MEMBER_ADVANCED, CXD__TYPE_INTEGER, 0, 0, NULL,
                                    "a number without quotes, such as 1"},
};

static int is_key(struct cxd__slice key, const struct cxd__member_row *row) {
  char name[32] = {0};
  memcpy(name, row->key + 1, row->key_len - 2);
  return cxd__json_string_is(key, name);
}

/* Nearly all are written plainly. */
static unsigned find_plain(struct cxd__slice key, enum cxd__member parent) {
  unsigned i = 0;
  while (i < CXD__MEMBER_COUNT && (cxd__members[i].key_len != key.len || cxd__members[i].parent != parent || memcmp(key.p, cxd__members[i].key, key.len) != 0))
    i++;
  return i;
}

enum cxd__member cxd__member_find(struct cxd__slice key, enum cxd__member parent) {
  unsigned i = find_plain(key, parent);
  if (i < CXD__MEMBER_COUNT || !memchr(key.p, '\\', key.len))
    return (enum cxd__member)i;
  for (i = 0; i < CXD__MEMBER_COUNT && (cxd__members[i].parent != parent || !is_key(key, &cxd__members[i]));)
    i++;
  return (enum cxd__member)i;
}

static void read_object(struct cxd__slice object, enum cxd__member parent, struct cxd__member_values *out) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  if (cxd__json_kind(object) != CXD__JSON_OBJECT)
    return;
  cxd__json_walk(&iter, object);
  while (cxd__json_next(&iter, &key, &value)) {
    enum cxd__member member = cxd__member_find(key, parent);
    if (member < CXD__MEMBER_COUNT)
      out->at[member] = value;
    else
      out->unknown |= 1u << parent;
  }
}

void cxd__members_read(struct cxd__slice document, struct cxd__member_values *out) {
  *out = (struct cxd__member_values){0};
  read_object(document, CXD__MEMBER_ROOT, out);
  read_object(out->at[CXD__MEMBER_PACING], CXD__MEMBER_PACING, out);
  read_object(out->at[CXD__MEMBER_ADVANCED], CXD__MEMBER_ADVANCED, out);
}

int cxd__member_fits(enum cxd__member_type type, enum cxd__json_kind kind) {
  switch (type) {
  case CXD__TYPE_STRING: return kind == CXD__JSON_STRING;
  case CXD__TYPE_INTEGER:
  case CXD__TYPE_REAL: return kind == CXD__JSON_NUMBER;
  case CXD__TYPE_BOOLEAN: return kind == CXD__JSON_TRUE || kind == CXD__JSON_FALSE;
  case CXD__TYPE_INTEGER_OR_STRING: return kind == CXD__JSON_NUMBER || kind == CXD__JSON_STRING;
  case CXD__TYPE_OBJECT: return kind == CXD__JSON_OBJECT;
  case CXD__TYPE_ARRAY: return kind == CXD__JSON_ARRAY;
  }
  return 0;
}

const char *cxd__member_type_name(enum cxd__member_type type) {
  static const char *const names[] = {"a string", "an integer", "a number", "a boolean", "an integer or a string", "an object", "an array"};
  return names[type];
}
