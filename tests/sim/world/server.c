/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "grow.h"

int server_init(struct server *server, const struct plan *plan, const struct server_eyes *eyes) {
  *server = (struct server){.plan = plan, .prng = prng_from(plan->seed, 2), .eyes = *eyes};
  server->campaigns = calloc((size_t)plan->campaigns, sizeof *server->campaigns);
  if (!server->campaigns)
    return -1;
  int counts = plan->validators == VALIDATORS_VERSION || plan->validators == VALIDATORS_ETAG_AND_VERSION;
  for (int i = 0; i < plan->campaigns; i++) {
    struct campaign *c = &server->campaigns[i];
    snprintf(c->id, sizeof c->id, "c%d", i);
    c->doc = doc_first();
    c->revision = 1;
    c->doc.version = counts ? 1 : DOC_ABSENT;
  }
  return quota_init(&server->quota, plan->policy, plan->limit, plan->burst, plan->window_us);
}

void server_free(struct server *server) {
  for (int i = 0; server->campaigns && i < server->plan->campaigns; i++)
    free(server->campaigns[i].log);
  free(server->campaigns);
  for (size_t i = 0; i < server->late_count; i++)
    message_clear(&server->late[i].message);
  quota_free(&server->quota);
  free(server->late);
  free(server->tokens);
}

/* -------------------------------------------------------------------------- tokens */

void server_issue(struct server *server, int64_t now, char *out) {
  GROW(server->tokens, server->token_count, server->token_room);
  server->tokens[server->token_count] = (struct server_token){now + server->plan->token_life_s * SECOND, 0};
  snprintf(out, FIELD_MAX, "tok-%zu", server->token_count++);
}

static int token_good(const struct server *server, int64_t now, const char *bearer) {
  size_t number;
  if (!bearer || sscanf(bearer, "tok-%zu", &number) != 1 || number >= server->token_count)
    return 0;
  const struct server_token *token = &server->tokens[number];
  return !token->revoked && now < token->until;
}

void server_revoke(struct server *server) {
  for (size_t i = 0; i < server->token_count; i++)
    server->tokens[i].revoked = 1;
}

/* --------------------------------------------------------------------------- writes */

void server_etag(const struct server *server, int campaign, char out[FIELD_MAX]) {
  static const char *const forms[VALIDATOR_KINDS] = {"\"r%lld\"", "\"r%lld\"", "", "W/\"r%lld\"", ""};
  const char *form = forms[server->plan->validators];
  out[0] = '\0';
  if (strcmp(form, forms[VALIDATORS_ETAG]) == 0)
    snprintf(out, FIELD_MAX, "\"r%lld\"", (long long)server->campaigns[campaign].revision);
  else if (form[0])
    snprintf(out, FIELD_MAX, "W/\"r%lld\"", (long long)server->campaigns[campaign].revision);
}

static void write_doc(struct campaign *c, int64_t now, int task, const struct doc *doc) {
  struct doc after = *doc;
  c->revision++;
  after.version = c->doc.version == DOC_ABSENT ? DOC_ABSENT : c->revision;
  c->doc = after;
  GROW(c->log, c->log_count, c->log_room);
  c->log[c->log_count++] = (struct written){now, task, after};
}

void server_write(struct server *server, int64_t now, int campaign, const struct edit *edit) {
  struct doc doc = server->campaigns[campaign].doc;
  doc.value[edit->member] = edit->value;
  write_doc(&server->campaigns[campaign], now, -1, &doc);
}

void server_revert(struct server *server, int64_t now, int campaign) {
  struct campaign *c = &server->campaigns[campaign];
  struct doc before = c->log_count > 1 ? c->log[c->log_count - 2].doc : doc_first();
  write_doc(c, now, -1, &before);
}

/* 0, or the status of a refusal. An entity tag is the condition when there is one, else the version in the body. */
static int condition(const struct server *server, const struct message *message, const struct doc *body) {
  char etag[FIELD_MAX];
  server_etag(server, message->campaign, etag);
  if (message->if_match)
    return etag[0] == '"' && strcmp(message->if_match, etag) == 0 ? 0 : 412;
  int64_t version = server->campaigns[message->campaign].doc.version;
  return version != DOC_ABSENT && body->version != DOC_ABSENT && body->version != version ? 409 : 0;
}

/* 0: applied; else the status of the refusal. */
static int put(struct server *server, int64_t now, const struct message *message) {
  struct campaign *c = &server->campaigns[message->campaign];
  struct doc body;
  if (!doc_read(message->body ? message->body : "", message->body_len, c->id, &body))
    return 400;
  int refused = condition(server, message, &body);
  if (refused)
    return refused;
  struct doc before = c->doc;
  write_doc(c, now, message->task, &body);
  server->eyes.applied(server->eyes.context, message, &before, &c->doc);
  return 0;
}

int64_t server_due(const struct server *server) {
  int64_t due = NEVER;
  for (size_t i = 0; i < server->late_count; i++)
    due = server->late[i].at < due ? server->late[i].at : due;
  return due;
}

void server_step(struct server *server, int64_t now) {
  for (size_t i = 0; i < server->late_count;) {
    struct late late = server->late[i];
    if (late.at > now) {
      i++;
      continue;
    }
    memmove(&server->late[i], &server->late[i + 1], (server->late_count - i - 1) * sizeof *server->late);
    server->late_count--;
    (void)put(server, now, &late.message);
    message_clear(&late.message);
  }
}

static void put_later(struct server *server, int64_t now, const struct message *message) {
  GROW(server->late, server->late_count, server->late_room);
  struct late *late = &server->late[server->late_count++];
  int64_t most = prng_chance(&server->prng, 500) ? 3 * SECOND : 40 * SECOND;
  late->at = now + prng_between(&server->prng, 200 * MILLISECOND, most);
  message_copy(&late->message, message);
}

/* -------------------------------------------------------------------------- requests */

static const struct fault *trouble(struct server *server, int64_t now, enum message_kind kind) {
  static const struct fault outage = {"outage 503", 0, 0, EFFECT_NOTHING, 503, RETRY_NONE, BODY_ERROR, REPLY_WHOLE, 0};
  static const struct fault closed = {"closed for long", 0, 0, EFFECT_NOTHING, 429, RETRY_HUGE, BODY_ERROR, REPLY_WHOLE, 0};
  const struct plan *p = server->plan;
  if (p->outage == OUTAGE_503 && now >= p->outage_from && now < p->outage_until && kind != MESSAGE_TOKEN)
    return &outage;
  if (p->outage == OUTAGE_429 && now >= p->outage_from && now < p->outage_until && kind != MESSAGE_TOKEN)
    return &closed;
  int permille = kind == MESSAGE_TOKEN ? p->token_faults : kind == MESSAGE_PUT ? 2 * p->server_faults : p->server_faults;
  return prng_chance(&server->prng, permille) ? fault_draw(&server->prng, kind) : NULL;
}

/* 0: go on; else the status it ends with. */
static int admit(struct server *server, int64_t now, const struct message *message) {
  if (message->kind == MESSAGE_TOKEN)
    return 0;
  if (!quota_arrive(&server->quota, now)) {
    server->turned_away++;
    return 429;
  }
  if (!token_good(server, now, message->bearer))
    return 401;
  return message->kind != MESSAGE_LIST && message->campaign < 0 ? 404 : 0;
}

static int carry_out(struct server *server, int64_t now, const struct message *message, enum fault_effect effect) {
  struct doc body;
  if (message->kind != MESSAGE_PUT || effect == EFFECT_NOTHING)
    return 0;
  if (effect == EFFECT_DONE)
    return put(server, now, message);
  if (!doc_read(message->body ? message->body : "", message->body_len, server->campaigns[message->campaign].id, &body))
    return 400;
  int refused = condition(server, message, &body);
  if (!refused)
    put_later(server, now, message);
  return refused;
}

void server_receive(struct server *server, int64_t now, const struct message *message, struct reply *reply) {
  static const struct fault duty = {"", 0, 0, EFFECT_DONE, 200, RETRY_NONE, BODY_TRUE, REPLY_WHOLE, 0};
  *reply = (struct reply){.end = REPLY_WHOLE};
  int refused = admit(server, now, message);
  server->eyes.arrived(server->eyes.context, message);
  if (refused) {
    answer_refusal(server, now, refused, reply);
    return;
  }
  const struct fault *fault = trouble(server, now, message->kind);
  if (fault)
    server->eyes.failed(server->eyes.context, message, fault);
  else
    fault = &duty;
  struct doc old = message->campaign < 0 ? doc_first() : server->campaigns[message->campaign].doc;
  refused = carry_out(server, now, message, fault->effect);
  if (refused && fault->status < 300) {
    answer_refusal(server, now, refused, reply);
    reply->end = fault->end;
  } else
    answer_write(server, now, message, fault, &old, reply);
}
