/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/intent.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "json/campaign.h"
#include "json/pointer.h"

#define OP_LEN 36

/* A text without zero bytes, 1 to `most` of them. what: NULL as long as all is well. */
static char *text(struct cxd__slice root, const char *name, size_t most, const char **what) {
  size_t len = 0;
  char *value = cxd__json_string(cxd__json_member(root, name), &len);
  if (value && len >= 1 && len <= most && strlen(value) == len)
    return value;
  cxd__free(value);
  *what = name;
  return NULL;
}

static int64_t number(struct cxd__slice root, const char *name, int64_t least, const char **what) {
  int64_t value = 0;
  if (!cxd__json_int(cxd__json_member(root, name), &value) || value < least)
    *what = name;
  return value;
}

/* One of a few words, as a constant; NULL: none of them. */
static const char *word(struct cxd__slice value, const char *const words[], size_t count) {
  for (size_t i = 0; i < count; i++)
    if (cxd__json_string_is(value, words[i]))
      return words[i];
  return NULL;
}

#define WORD(value, ...) word((value), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* 0: not an entry of a diff of ours, or no memory. */
static int read_edit(struct cxd__slice entry, struct cxd__intent_edit *out) {
  size_t len = 0;
  const char *kind = WORD(cxd__json_member(entry, "op"), "add", "replace", "remove");
  out->old = cxd__json_member(entry, "old");
  out->value = cxd__json_member(entry, "value");
  out->pointer = cxd__json_string(cxd__json_member(entry, "path"), &len);
  if (!kind || !out->pointer || !cxd__pointer_valid(out->pointer))
    return 0;
  if (strlen(out->pointer) != len) {
    cxd__free(out->pointer);
    out->pointer = NULL;
  }
  return (kind[0] != 'a') == (out->old.p != NULL) && (strcmp(kind, "remove") != 0) == (out->value.p != NULL);
}

static void read_diff(struct cxd__slice diff, struct cxd__intent *out, const char **what) {
  struct cxd__json_iter iter;
  struct cxd__slice key, entry;
  size_t count = 0;
  if (cxd__json_kind(diff) != CXD__JSON_ARRAY) {
    *what = "diff";
    return;
  }
  for (cxd__json_walk(&iter, diff); cxd__json_next(&iter, &key, &entry);)
    count++;
  out->edits = cxd__alloc((count + 1) * sizeof *out->edits);
  if (!out->edits)
    *what = "diff";
  for (cxd__json_walk(&iter, diff); !*what && cxd__json_next(&iter, &key, &entry);)
    if (!read_edit(entry, &out->edits[out->count++]))
      *what = "diff";
}

static void read_condition(struct cxd__slice root, struct cxd__intent *out, const char **what) {
  out->concurrency = WORD(cxd__json_member(root, "concurrency"), "etag", "version", "none");
  out->v0 = cxd__json_member(root, "v0");
  int conditional = out->concurrency && strcmp(out->concurrency, "none") != 0;
  if (!out->concurrency)
    *what = "concurrency";
  else if (conditional != (out->v0.p != NULL) || (out->concurrency[0] == 'e' && cxd__json_kind(out->v0) != CXD__JSON_STRING))
    *what = "v0";
}

/* Logs of before have none, and nothing else depends on it: whatever it is, the record stays usable. */
static int64_t read_attempt(struct cxd__slice root) {
  int64_t ms = 0;
  if (!cxd__json_int(cxd__json_member(root, "attempt_ms"), &ms) || ms < 0)
    return 0;
  return ms < CXD__INTENT_ATTEMPT_MAX_US / 1000 ? ms * 1000 : CXD__INTENT_ATTEMPT_MAX_US;
}

/* Where it stands in a log, and who wrote it there. A body that was never in one has none of these. */
static void read_place(struct cxd__slice root, struct cxd__intent *out, const char **what) {
  if (!cxd__json_member(root, "seq").p && !cxd__json_member(root, "w").p && !cxd__json_member(root, "boot").p) {
    if (!(out->boot = cxd__strdup("")))
      *what = "boot";
    return;
  }
  out->seq = number(root, "seq", 1, what);
  out->writer = text(root, "w", 256, what);
  if (!(out->boot = cxd__json_string(cxd__json_member(root, "boot"), NULL)))
    *what = "boot";
}

static void read_all(struct cxd__slice root, struct cxd__intent *out, const char **what) {
  const char *mode = WORD(cxd__json_member(root, "mode"), "merge", "replace");
  int64_t round = number(root, "round", 0, what);
  read_place(root, out, what);
  out->op = text(root, "op", OP_LEN, what);
  out->campaign = text(root, "campaign", 128, what);
  if (cxd__json_member(root, "actor").p)
    out->actor = text(root, "actor", 1024, what);
  read_condition(root, out, what);
  read_diff(cxd__json_member(root, "diff"), out, what);
  out->attempt_us = read_attempt(root);
  out->replace = mode && mode[0] == 'r';
  out->round = (int32_t)round;
  if (!mode)
    *what = "mode";
  if (round > INT32_MAX)
    *what = "round";
  if (out->campaign && cxd__campaign_id_check(out->campaign, NULL) != CXD_OK)
    *what = "campaign";
  if (!cxd__json_string_is(cxd__json_member(root, "k"), "intent"))
    *what = "k";
}

cxd_status cxd__intent_read(const char *line, size_t len, struct cxd__intent *out, cxd_error **error) {
  struct cxd__slice root;
  const char *what = NULL;
  *out = (struct cxd__intent){0};
  cxd_status status = cxd__json_check_deep(line, len, "audit record", CXD__JSON_RECORD_DEPTH, &root, NULL);
  if (status == CXD_E_NOMEM)
    return cxd__fail_nomem(error);
  if (status == CXD_OK && cxd__json_kind(root) == CXD__JSON_OBJECT)
    read_all(root, out, &what);
  else
    what = "everything";
  if (!what)
    return CXD_OK;
  long long seq = (long long)out->seq;
  cxd__intent_free(out);
  if (seq <= 0)
    return cxd__fail(error, CXD_E_AUDIT, "this is not an intent that this version can resolve (%s): give it as on_sending of cxd_callback or the audit log had it", what);
  return cxd__fail(error, CXD_E_AUDIT, "audit record %lld is not an intent that this version can resolve (%s): look at the log with cxdialer audit verify", seq, what);
}

void cxd__intent_free(struct cxd__intent *intent) {
  for (size_t i = 0; i < intent->count; i++)
    cxd__free(intent->edits[i].pointer);
  cxd__free(intent->edits);
  cxd__free(intent->op);
  cxd__free(intent->campaign);
  cxd__free(intent->actor);
  cxd__free(intent->writer);
  cxd__free(intent->boot);
  *intent = (struct cxd__intent){0};
}

/* ---------------------------------------------------------------------------- what it says */

int64_t cxd__intent_wait_us(const struct cxd__intent *intent, const char *boot, int64_t own_us) {
  if (intent->boot[0] && boot && boot[0] && strcmp(intent->boot, boot) != 0)
    return 0;
  return intent->attempt_us > own_us ? intent->attempt_us : own_us;
}

int cxd__intent_tells(const struct cxd__intent *intent) {
  for (size_t i = 0; i < intent->count; i++)
    if (!cxd__json_equal(intent->edits[i].old, intent->edits[i].value))
      return 1;
  return 0;
}

int cxd__intent_as_sent(const struct cxd__intent *intent, struct cxd__slice document) {
  for (size_t i = 0; i < intent->count; i++)
    if (!intent->edits[i].pointer || !cxd__json_equal(intent->edits[i].value, cxd__json_find(document, intent->edits[i].pointer)))
      return 0;
  return 1;
}

int cxd__intent_as_before(const struct cxd__intent *intent, struct cxd__slice document) {
  for (size_t i = 0; i < intent->count; i++)
    if (!intent->edits[i].pointer || !cxd__json_equal(intent->edits[i].old, cxd__json_find(document, intent->edits[i].pointer)))
      return 0;
  return 1;
}
