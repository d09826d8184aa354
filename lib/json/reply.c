/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "json/reply.h"

#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "json/value.h"

#define TEXT_MAX 512

/* jansson recurses to free what it read: it never sees more than our own depth. */
static int is_shallow(const char *body, size_t len) {
  int depth = 0, quoted = 0;
  for (size_t i = 0; i < len; i++) {
    char c = body[i];
    if (c == '"')
      quoted = !quoted;
    else if (quoted && c == '\\')
      i++;
    else if (!quoted && (c == '{' || c == '['))
      depth++;
    else if (!quoted && (c == '}' || c == ']'))
      depth--;
    if (depth > CXD__JSON_MAX_DEPTH)
      return 0;
  }
  return 1;
}

/* Integers that do not fit become reals only when there is no other way: a code of 16 digits keeps them all. */
static json_t *load(const char *body, size_t len) {
  if (!body || len > CXD__JSON_MAX_BYTES || !is_shallow(body, len))
    return NULL;
  json_t *root = json_loadb(body, len, JSON_ALLOW_NUL, NULL);
  return root ? root : json_loadb(body, len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
}

/* Width of one harmless character, 0 for a control character (C0, DEL, C1). */
static size_t printable(const char *s, size_t len) {
  size_t width = cxd__utf8_width(s, len);
  unsigned char c = (unsigned char)s[0];
  if (c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)s[1] < 0xa0))
    return 0;
  return width;
}

static char *clean(const char *s, size_t len) {
  struct cxd__buf b = {0};
  for (size_t i = 0, width; i < len; i += width) {
    size_t keep = printable(s + i, len - i);
    width = keep ? keep : cxd__utf8_width(s + i, len - i);
    width = width ? width : 1;
    if (b.len + keep > TEXT_MAX)
      break;
    cxd__buf_add(&b, s + i, keep);
  }
  if (b.len)
    return cxd__buf_take(&b);
  cxd__buf_free(&b);
  return NULL;
}

static char *number(const json_t *value) {
  struct cxd__buf b = {0};
  if (json_is_integer(value))
    cxd__buf_int(&b, json_integer_value(value));
  else
    cxd__buf_real(&b, json_real_value(value));
  return cxd__buf_take(&b);
}

/* By its length: json-c has a json_object_get of its own, and hosts that carry it without symbol versions. */
static json_t *member(const json_t *object, const char *name) { return json_object_getn(object, name, strlen(name)); }

static char *text(const json_t *object, const char *name) {
  const json_t *value = member(object, name);
  if (json_is_string(value))
    return clean(json_string_value(value), json_string_length(value));
  return json_is_number(value) ? number(value) : NULL;
}

static char *either(const json_t *object, const char *name, const char *other) {
  char *found = text(object, name);
  return found ? found : text(object, other);
}

/* The object that has the details: below "error", the first of "errors" or of the document itself, or the document. */
static const json_t *details(const json_t *root) {
  const json_t *list = json_is_array(root) ? root : member(root, "errors");
  const json_t *first = json_is_array(list) ? json_array_get(list, 0) : NULL;
  const json_t *error = member(root, "error");
  if (json_is_object(error))
    return error;
  return json_is_object(first) ? first : root;
}

static char *first_text(const json_t *inner, const json_t *root, const char *name, const char *other) {
  char *found = either(inner, name, other);
  return found || inner == root ? found : either(root, name, other);
}

int cxd__reply_error(const char *body, size_t len, struct cxd__reply *out) {
  *out = (struct cxd__reply){0};
  json_t *root = load(body, len);
  if (!root)
    return 0;
  const json_t *inner = details(root);
  out->code = first_text(inner, root, "code", "error");
  out->message = first_text(inner, root, "message", "error_description");
  out->field = first_text(inner, root, "field", "pointer");
  out->request_id = first_text(inner, root, "requestId", "request_id");
  json_decref(root);
  return 1;
}

void cxd__reply_clear(struct cxd__reply *reply) {
  cxd__free(reply->code);
  cxd__free(reply->message);
  cxd__free(reply->field);
  cxd__free(reply->request_id);
  *reply = (struct cxd__reply){0};
}

char *cxd__reply_take(char **text) {
  char *taken = *text;
  *text = NULL;
  return taken;
}
