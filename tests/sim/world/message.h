/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_MESSAGE_H
#define CXD_WORLD_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "doc.h"

/* A request and an answer as they travel between client and server. */
enum message_kind { MESSAGE_TOKEN, MESSAGE_GET, MESSAGE_LIST, MESSAGE_PUT };

struct message {
  enum message_kind kind;
  int task;     /* whose it is, for the books only: the server does not look at it; negative: a token exchange */
  int campaign; /* -1: the collection, or none the server knows */
  char *bearer, *if_match, *body;
  size_t body_len;
  int64_t left_at;
};

enum reply_end {
  REPLY_WHOLE,
  REPLY_CUT,       /* head and a part of the body, then the connection breaks */
  REPLY_TOO_LARGE, /* more than the client takes */
  REPLY_STUCK,     /* the head, and nothing after it */
  REPLY_RESET,     /* the connection breaks before a byte came */
  REPLY_SILENT     /* nothing at all */
};

#define FIELD_MAX 48

struct reply {
  enum reply_end end;
  int status;
  char body[DOC_TEXT_MAX];
  char etag[FIELD_MAX], retry_after[FIELD_MAX], date[FIELD_MAX], rate_limit[FIELD_MAX]; /* "": absent */
  int64_t work_us;
};

void message_copy(struct message *to, const struct message *from); /* a copy of its own; memory running out ends the program */
void message_clear(struct message *message);

#endif
