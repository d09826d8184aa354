/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "json/splice.h"

#include <string.h>

#include "base/error.h"
#include "json/pointer.h"
#include "json/text.h"

/* Where a pointer leads: as far down as the document goes. */
struct spot {
  struct cxd__slice container; /* the innermost one that is there */
  struct cxd__slice token;     /* the token looked up in it */
  const char *rest;            /* the pointer behind that token */
  struct cxd__slice key, value; /* absent when the token leads nowhere; key also in arrays */
  struct cxd__slice last_key, last_value; /* the sibling before it, or the last one */
  const char *next;            /* the start of the sibling behind it */
};

struct task {
  struct cxd__slice document;
  const char *pointer;
  int members_only;
  struct cxd__buf *out;
  cxd_error **error;
};

static cxd_status fail(const struct task *t, cxd_status status, const char *text) {
  return cxd__pointer_fail(t->error, status, t->pointer, text);
}

static int leads_to(const struct cxd__json_iter *iter, struct cxd__slice token, struct cxd__slice key, size_t position) {
  size_t index;
  if (iter->object)
    return cxd__pointer_names(token, key);
  return cxd__pointer_index(token, &index) && index == position;
}

static void look_up(struct spot *s) {
  struct cxd__json_iter iter;
  struct cxd__slice key;
  cxd__json_walk(&iter, s->container);
  s->key = s->value = s->last_key = s->last_value = (struct cxd__slice){0};
  s->next = NULL;
  for (size_t i = 0; cxd__json_next_key(&iter, &key); i++) {
    struct cxd__slice value = cxd__json_next_value(&iter);
    if (leads_to(&iter, s->token, key, i)) {
      s->key = key;
      s->value = value;
      if (cxd__json_next_key(&iter, &key))
        s->next = key.p ? key.p : iter.at;
      return;
    }
    s->last_key = key;
    s->last_value = value;
  }
}

static struct cxd__slice trim(struct cxd__slice text) {
  while (text.len && cxd__json_is_space(*text.p)) {
    text.p++;
    text.len--;
  }
  while (text.len && cxd__json_is_space(text.p[text.len - 1]))
    text.len--;
  return text;
}

static cxd_status check_pointer(const struct task *t) {
  if (!cxd__pointer_valid(t->pointer))
    return fail(t, CXD_E_ARGUMENT, "not a JSON Pointer (RFC 6901): it starts with '/', and '~' is written ~0");
  if (*t->pointer == '\0')
    return fail(t, CXD_E_ARGUMENT, "the whole document cannot be set or removed");
  return CXD_OK;
}

/* Ends in the first container that does not have its token, or at the value. 0: a scalar (or unwanted array) is in the way. */
static int descend(const struct task *t, struct spot *s) {
  s->container = trim(t->document);
  s->rest = t->pointer;
  for (;;) {
    enum cxd__json_kind kind = cxd__json_kind(s->container);
    if (kind != CXD__JSON_OBJECT && (kind != CXD__JSON_ARRAY || t->members_only))
      return 0;
    (void)cxd__pointer_next(&s->rest, &s->token);
    look_up(s);
    if (!s->value.p || *s->rest == '\0')
      return 1;
    s->container = s->value;
  }
}

static cxd_status in_the_way(const struct task *t, const struct spot *s) {
  char text[80] = "a member of ";
  enum cxd__json_kind kind = cxd__json_kind(s->container);
  strcat(text, kind == CXD__JSON_ARRAY ? "an " : kind == CXD__JSON_NULL ? "" : "a ");
  strcat(text, cxd__json_kind_name(kind));
  return fail(t, CXD_E_TYPE, strcat(text, " cannot be set"));
}

static int is_dash(struct cxd__slice token) { return token.len == 1 && *token.p == '-'; }

/* The tokens behind a missing member name objects that are going to be made; none of them can be an element. */
static int wants_array(const char *rest) {
  struct cxd__slice token;
  size_t index;
  while (cxd__pointer_next(&rest, &token))
    if (is_dash(token) || cxd__pointer_index(token, &index))
      return 1;
  return 0;
}

static cxd_status check_missing(const struct task *t, const struct spot *s) {
  size_t index;
  if (cxd__json_kind(s->container) == CXD__JSON_OBJECT)
    return !t->members_only && wants_array(s->rest) ? fail(t, CXD_E_ABSENT, "there is no such array") : CXD_OK;
  if (!is_dash(s->token) && !cxd__pointer_index(s->token, &index))
    return fail(t, CXD_E_TYPE, "an array has elements 0, 1, ..., no members with names");
  if (!is_dash(s->token) || *s->rest)
    return fail(t, CXD_E_ABSENT, "the array has no such element; '-' appends one");
  return CXD_OK;
}

static int too_deep(const char *pointer, struct cxd__slice value) {
  struct cxd__slice token;
  int depth = cxd__json_depth(value);
  while (depth <= CXD__JSON_MAX_DEPTH && cxd__pointer_next(&pointer, &token))
    depth++;
  return depth > CXD__JSON_MAX_DEPTH;
}

static void add_slice(struct cxd__buf *out, struct cxd__slice text) { cxd__buf_add(out, text.p, text.len); }

static void add_range(struct cxd__buf *out, const char *from, const char *to) { cxd__buf_add(out, from, (size_t)(to - from)); }

static void add_name(struct cxd__buf *out, struct cxd__slice token) {
  struct cxd__buf name = {0};
  if (!memchr(token.p, '~', token.len)) {
    cxd__buf_json(out, token.p, token.len);
    return;
  }
  for (size_t i = 0; i < token.len; i++)
    if (token.p[i] == '~')
      cxd__buf_char(&name, token.p[++i] == '0' ? '~' : '/');
    else
      cxd__buf_char(&name, token.p[i]);
  if (name.failed)
    out->failed = 1;
  else
    cxd__buf_json(out, name.data, name.len);
  cxd__buf_free(&name);
}

/* The value inside the objects that the rest of the pointer asks for. */
static void add_nested(struct cxd__buf *out, const char *rest, struct cxd__slice value) {
  struct cxd__slice token;
  size_t open = 0;
  while (cxd__pointer_next(&rest, &token)) {
    cxd__buf_char(out, '{');
    add_name(out, token);
    cxd__buf_char(out, ':');
    open++;
  }
  add_slice(out, value);
  while (open--)
    cxd__buf_char(out, '}');
}

/* White space that is copied for looks; more than that is not an indentation. */
#define INDENT_LIMIT 64

static void add_indent(struct cxd__buf *out, const struct spot *s) {
  const char *end = s->last_key.p ? s->last_key.p : s->last_value.p, *p = end;
  while (cxd__json_is_space(p[-1]))
    p--;
  if (end - p <= INDENT_LIMIT)
    add_range(out, p, end);
}

static void add_colon(struct cxd__buf *out, const struct spot *s) {
  const char *from = s->last_key.p ? s->last_key.p + s->last_key.len : NULL;
  if (from && s->last_value.p - from <= INDENT_LIMIT)
    add_range(out, from, s->last_value.p);
  else
    cxd__buf_char(out, ':');
}

static void add_sibling(const struct task *t, const struct spot *s, struct cxd__slice value) {
  if (s->last_value.p) {
    cxd__buf_char(t->out, ',');
    add_indent(t->out, s);
  }
  if (cxd__json_kind(s->container) == CXD__JSON_OBJECT) {
    add_name(t->out, s->token);
    add_colon(t->out, s);
  }
  add_nested(t->out, s->rest, value);
}

static const char *behind_last(const struct spot *s) {
  return s->last_value.p ? s->last_value.p + s->last_value.len : s->container.p + 1;
}

static const char *document_end(const struct task *t) { return t->document.p + t->document.len; }

static void write_set(const struct task *t, const struct spot *s, struct cxd__slice value) {
  const char *from = s->value.p ? s->value.p : behind_last(s);
  add_range(t->out, t->document.p, from);
  if (s->value.p)
    add_slice(t->out, value);
  else
    add_sibling(t, s, value);
  add_range(t->out, from + s->value.len, document_end(t));
}

static cxd_status finish(const struct task *t) {
  cxd_status status = CXD_OK;
  if (t->out->failed)
    status = cxd__fail_nomem(t->error);
  else if (t->out->len > CXD__JSON_MAX_BYTES)
    status = fail(t, CXD_E_TOO_LARGE, "the document would be larger than 1 MiB");
  if (status)
    cxd__buf_free(t->out);
  return status;
}

static cxd_status set(const struct task *t, struct cxd__slice value) {
  struct spot s;
  cxd_status status = check_pointer(t);
  if (status)
    return status;
  if (!descend(t, &s))
    return in_the_way(t, &s);
  if (!s.value.p && (status = check_missing(t, &s)) != CXD_OK)
    return status;
  if (too_deep(t->pointer, value))
    return fail(t, CXD_E_TOO_LARGE, "the document would be nested deeper than 32");
  write_set(t, &s, value);
  return finish(t);
}

static cxd_status take_out(const struct task *t) {
  struct spot s;
  cxd_status status = check_pointer(t);
  if (status)
    return status;
  if (!descend(t, &s) || !s.value.p)
    return fail(t, CXD_E_ABSENT, "no such member");
  const char *start = s.key.p ? s.key.p : s.value.p;
  const char *from = s.next ? start : behind_last(&s);
  add_range(t->out, t->document.p, from);
  add_range(t->out, s.next ? s.next : s.value.p + s.value.len, document_end(t));
  return finish(t);
}

cxd_status cxd__json_set(struct cxd__slice document, const char *pointer, struct cxd__slice value, struct cxd__buf *out, cxd_error **error) {
  return set(&(struct task){document, pointer, 0, out, error}, value);
}

cxd_status cxd__json_remove(struct cxd__slice document, const char *pointer, struct cxd__buf *out, cxd_error **error) {
  return take_out(&(struct task){document, pointer, 0, out, error});
}

cxd_status cxd__json_set_member(struct cxd__slice document, const char *pointer, struct cxd__slice value, struct cxd__buf *out, cxd_error **error) {
  return set(&(struct task){document, pointer, 1, out, error}, value);
}

cxd_status cxd__json_remove_member(struct cxd__slice document, const char *pointer, struct cxd__buf *out, cxd_error **error) {
  return take_out(&(struct task){document, pointer, 1, out, error});
}
