/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "http/base64.h"
#include "http/transfer.h"

/* libcurl takes lines that may be written to, and only reads them. */
static char accept_json[] = "Accept: application/json";
static char expect_nothing[] = "Expect:"; /* a server that does not answer 100-continue would cost a second */
static char sends_json[] = "Content-Type: application/json";
static char sends_form[] = "Content-Type: application/x-www-form-urlencoded";

/* Control bytes in what we are about to send would let somebody end a line of the request. */
int cxd__lines_clean(const char *line) {
  for (const unsigned char *p = (const unsigned char *)line; p && *p; p++)
    if (*p < 0x20 || *p == 0x7f)
      return 0;
  return 1;
}

static void add(struct cxd__transfer *t, char *line) {
  struct curl_slist *node = &t->lines[t->line_count];
  *node = (struct curl_slist){line, NULL};
  if (t->line_count)
    node[-1].next = node;
  t->line_count++;
}

static int add_text(struct cxd__transfer *t, struct cxd__buf *room, const char *name, const char *value) {
  cxd__buf_reset(room);
  cxd__buf_str(room, name);
  cxd__buf_str(room, value);
  if (room->failed || !cxd__lines_clean(room->data))
    return -1;
  add(t, room->data);
  return 0;
}

/* Written by us and not by libcurl, which would keep name and password with the connection for as long as that lives. */
static int add_basic(struct cxd__transfer *t, const char *basic) {
  t->basic.secret = 1;
  cxd__buf_reset(&t->basic);
  cxd__buf_str(&t->basic, "Authorization: Basic ");
  cxd__base64(&t->basic, basic);
  if (t->basic.failed)
    return -1;
  add(t, t->basic.data);
  return 0;
}

/* The line of a badge was looked at when it was made. */
static int add_bearer(struct cxd__transfer *t) {
  if (!t->badge || !t->badge->clean)
    return -1;
  add(t, t->badge->line);
  return 0;
}

int cxd__lines_write(struct cxd__transfer *t, const struct cxd__request *request) {
  int bad = 0;
  t->line_count = 0;
  add(t, accept_json);
  if (request->body)
    add(t, expect_nothing);
  if (request->body)
    add(t, request->kind == CXD__CLASS_TOKEN ? sends_form : sends_json);
  if (request->if_match)
    bad |= add_text(t, &t->if_match, "If-Match: ", request->if_match);
  if (request->traceparent)
    bad |= add_text(t, &t->traceparent, "traceparent: ", request->traceparent);
  if (request->basic)
    bad |= add_basic(t, request->basic);
  else if (request->bearer)
    bad |= add_bearer(t);
  return bad;
}
