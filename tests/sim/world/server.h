/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_SERVER_H
#define CXD_WORLD_SERVER_H

#include "faults.h"
#include "message.h"
#include "plan.h"
#include "quota.h"

/*
 * The truth: campaigns, who wrote them, which tokens are good, how many requests arrived. Written from the description of
 * the API alone; nothing of the library is included here.
 */
struct written {
  int64_t at;
  int task; /* -1: somebody else */
  struct doc doc; /* as it was afterwards */
};

struct campaign {
  char id[FIELD_MAX];
  struct doc doc;
  int64_t revision; /* counts writes; never comes back */
  struct written *log;
  size_t log_count, log_room;
};

struct late { /* accepted, carried out later */
  int64_t at;
  struct message message;
};

struct server_token {
  int64_t until;
  int revoked;
};

/* Who watches the server: the checks. */
struct server_eyes {
  void *context;
  void (*arrived)(void *context, const struct message *message);
  void (*applied)(void *context, const struct message *message, const struct doc *before, const struct doc *after);
  void (*failed)(void *context, const struct message *message, const struct fault *fault);
};

struct server {
  const struct plan *plan;
  struct prng prng;
  struct campaign *campaigns;
  struct quota quota;
  int64_t turned_away; /* over the quota */
  struct server_token *tokens;
  size_t token_count, token_room;
  struct late *late;
  size_t late_count, late_room;
  struct server_eyes eyes;
};

int server_init(struct server *server, const struct plan *plan, const struct server_eyes *eyes);
void server_free(struct server *server);

void server_receive(struct server *server, int64_t now, const struct message *message, struct reply *reply);
int64_t server_due(const struct server *server); /* of the next late write; NEVER: none */
void server_step(struct server *server, int64_t now);

/* What others do. */
void server_write(struct server *server, int64_t now, int campaign, const struct edit *edit);
void server_revert(struct server *server, int64_t now, int campaign);
void server_revoke(struct server *server);

/* A token, as "tok-7"; out has room for FIELD_MAX. */
void server_issue(struct server *server, int64_t now, char *out);
void server_etag(const struct server *server, int campaign, char out[FIELD_MAX]);

#endif
