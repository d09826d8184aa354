/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *text, size_t len) {
  if (!text)
    return NULL;
  char *out = malloc(len + 1);
  if (!out) {
    perror("cxdialer-world");
    exit(3);
  }
  memcpy(out, text, len);
  out[len] = '\0';
  return out;
}

void message_copy(struct message *to, const struct message *from) {
  *to = *from;
  to->bearer = copy(from->bearer, from->bearer ? strlen(from->bearer) : 0);
  to->if_match = copy(from->if_match, from->if_match ? strlen(from->if_match) : 0);
  to->body = copy(from->body, from->body_len);
}

void message_clear(struct message *message) {
  free(message->bearer);
  free(message->if_match);
  free(message->body);
  *message = (struct message){0};
}
