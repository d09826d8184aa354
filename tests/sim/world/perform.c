/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "validate/report.h"
#include "check.h"
#include "core/verdict.h"
#include "world.h"

/* What lib/engine does with an action, and what it feeds back. */
static void feed(struct engine *engine, struct cxd__event *event) {
  cxd__core_feed(engine->core, client_now(engine->world), event);
  cxd__exchange_clear(&event->exchange);
  cxd_report_free(event->report);
  cxd_error_free(event->error);
  cxd__free(event->sealed);
  cxd__free(event->basis);
}

static void be_busy(struct engine *engine, int64_t us) {
  int64_t mono = client_now(engine->world).mono_us;
  if (us > 0)
    client_block(engine, mono, mono + us);
  engine->busy_until = engine->world->now + us;
}

/* ---------------------------------------------------------------------------- requests */

static int campaign_of(const struct world *world, const char *target) {
  int number, end = 0;
  if (sscanf(target, "/api/v2/outbound/campaigns/c%d%n", &number, &end) != 1 || target[end] || number < 0 || number >= world->plan->campaigns)
    return -1;
  return number;
}

static enum message_kind kind_of(enum cxd__class kind) {
  static const enum message_kind kinds[] = {[CXD__CLASS_TOKEN] = MESSAGE_TOKEN, [CXD__CLASS_GET] = MESSAGE_GET, [CXD__CLASS_LIST] = MESSAGE_LIST, [CXD__CLASS_PUT] = MESSAGE_PUT};
  return kinds[kind];
}

static void send(struct engine *engine, const struct cxd__action *action) {
  struct world *world = engine->world;
  const struct cxd__request *r = &action->request;
  struct task *task = client_task_of(world, engine, action->op);
  struct message message = {.kind = kind_of(r->kind), .task = task ? task->number : -1 - engine->number, .bearer = (char *)(uintptr_t)r->bearer, .if_match = (char *)(uintptr_t)r->if_match, .body = (char *)(uintptr_t)r->body, .body_len = r->body_len};
  message.campaign = r->kind == CXD__CLASS_TOKEN ? -1 : campaign_of(world, r->target);
  trace_event(&world->trace, world->now, "send", message.task, message.kind, r->timeout_us);
  if (task)
    task->tried++;
  if (message.kind == MESSAGE_PUT)
    trace_text(&world->trace, world->now, "body", message.task, r->body, r->body_len);
  check_send(world, engine, task, r);
  if (message.kind == MESSAGE_TOKEN)
    check_token_flight(world, engine);
  struct flight *flight = network_send(&world->network, world->now, &message);
  flight->engine = engine->number;
  flight->op = action->op;
  flight->tag = action->tag;
  flight->timeout_mono = client_now(world).mono_us + r->timeout_us;
  flight->not_after_wall_ms = r->not_after_wall_ms;
}

static char *text_or_null(const char *text) { return text[0] ? cxd__strdup(text) : NULL; }

static void fill(struct cxd__exchange *e, const struct flight *flight, enum ending ending, const struct world *world) {
  static const enum cxd__way ways[] = {[END_ANSWER] = CXD__WAY_ANSWER, [END_CONNECT] = CXD__WAY_CONNECT, [END_CERTIFICATE] = CXD__WAY_TLS,     [END_HANDSHAKE] = CXD__WAY_HANDSHAKE, [END_TIME_OUT] = CXD__WAY_TIMEOUT,
                                       [END_LOST] = CXD__WAY_LOST,     [END_RESEND] = CXD__WAY_RESEND,   [END_TOO_LARGE] = CXD__WAY_TOO_LARGE, [END_ABORTED] = CXD__WAY_ABORTED, [END_OVERDUE] = CXD__WAY_OVERDUE};
  int head = flight->arrived && world->now >= flight->seen_at && flight->reply.end != REPLY_RESET && ending != END_ABORTED && ending != END_RESEND && flight->fate != FATE_BROKEN_ON_THE_WAY;
  e->way = ways[ending];
  e->sends = flight->left;
  e->sent_mono_us = flight->left_mono;
  e->sent_boot_us = flight->left_boot;
  e->end_mono_us = client_now(world).mono_us;
  if (ending != END_ANSWER)
    e->detail = cxd__strdup("the way was cut");
  if (!head || (ending == END_TIME_OUT && flight->reply.end != REPLY_STUCK))
    return;
  e->http_status = flight->reply.status;
  e->etag = flight->reply.etag[0] == '"' ? cxd__strdup(flight->reply.etag) : NULL; /* http/ drops weak tags */
  e->weak_etag = flight->reply.etag[0] == 'W';
  e->rate_limit = text_or_null(flight->reply.rate_limit);
  e->retry_after = text_or_null(flight->reply.retry_after);
  e->date = text_or_null(flight->reply.date);
  if (ending == END_ANSWER || ending == END_LOST)
    cxd__buf_str(&e->body, flight->reply.body);
}

/* Where the specification says that nobody can know whether the PUT was applied. */
static int in_doubt(const struct cxd__exchange *e) {
  int http = e->http_status, success = http >= 200 && http <= 299;
  if (!e->sends)
    return 0;
  if (e->way != CXD__WAY_ANSWER)
    return !(e->way == CXD__WAY_TOO_LARGE && success);
  return http == 408 || http == 500 || http == 502 || http == 504 || (http == 503 && !e->retry_after);
}

static void note_put(struct task *task, const struct cxd__exchange *e) {
  task->doubtful += in_doubt(e);
  task->unfinished += e->way == CXD__WAY_ANSWER && e->http_status == 202;
}

/* A token the client has in its hands from now on; one that comes late, and is no better than what is there, is dropped. */
static void note_token(struct engine *engine, const char *text, int64_t sent_boot) {
  struct world *world = engine->world;
  int64_t life = world->plan->token_life_s * SECOND;
  int64_t margin = life / 2 < 10 * SECOND ? life / 2 : 10 * SECOND;
  world->tally->extra[TALLY_TOKENS]++;
  if (sent_boot + life - margin <= world->client.token_good_until)
    return;
  snprintf(world->client.token, sizeof world->client.token, "%s", text);
  world->client.token_since = client_now(world).boot_us;
  world->client.token_good_until = sent_boot + life - margin;
}

/* What nobody sleeps on who is one of many; a second and a twentieth more is jitter. */
static void note_pause(struct world *world, const struct flight *flight, const struct cxd__exchange *e) {
  int64_t ms = cxd__retry_after_ms(e->retry_after, e->date, client_now(world).wall_ms);
  int to_all = e->http_status == 429 || e->http_status == 503;
  if (flight->message.kind == MESSAGE_TOKEN || !to_all || ms <= 0)
    return;
  ms = ms < 3600000 ? ms + ms / 20 + 1000 : 3600000;
  int64_t until = e->end_mono_us + ms * MILLISECOND;
  world->client.asked_until = until > world->client.asked_until ? until : world->client.asked_until;
}

static void note_exchange(struct engine *engine, const struct flight *flight, const struct cxd__exchange *e) {
  struct world *world = engine->world;
  struct task *task = client_task_of(world, engine, flight->op);
  char token[FIELD_MAX];
  note_pause(world, flight, e);
  if (e->sends && flight->message.kind != MESSAGE_TOKEN)
    client_note_end(world, e->end_mono_us);
  if (task)
    task->left[flight->message.kind] += e->sends;
  if (task && flight->message.kind == MESSAGE_PUT)
    note_put(task, e);
  if (flight->message.kind == MESSAGE_TOKEN && e->way == CXD__WAY_ANSWER && e->body.data && sscanf(e->body.data, "{\"access_token\":\"%40[^\"]", token) == 1)
    note_token(engine, token, e->sent_boot_us);
  if (e->http_status == 401 && !world->plan->fixed_token && flight->message.bearer && strcmp(flight->message.bearer, world->client.token) == 0)
    world->client.token_good_until = 0;
  for (int i = 0; flight->message.kind == MESSAGE_TOKEN && i < world->plan->task_count; i++)
    if (world->client.tasks[i].plan->engine == engine->number && world->client.tasks[i].state == TASK_RUNNING)
      world->client.tasks[i].tokens_left += e->sends;
}

void perform_deliver(struct engine *engine, struct flight *flight, enum ending ending) {
  struct world *world = engine->world;
  struct cxd__event event = {.kind = CXD__EV_EXCHANGE, .op = flight->op, .tag = flight->tag};
  fill(&event.exchange, flight, ending, world);
  world->tally->endings[ending]++;
  trace_event(&world->trace, world->now, network_ending_name(ending), flight->message.task, flight->message.kind, event.exchange.http_status);
  note_exchange(engine, flight, &event.exchange);
  feed(engine, &event);
  struct task *task = flight->message.kind == MESSAGE_PUT ? client_task_of(world, engine, flight->op) : NULL;
  if (task && flight->left)
    client_dies(engine, task, DEATH_AFTER_ANSWER);
}

/* ------------------------------------------------------------------------------ tokens */

static void fetch(struct engine *engine, const struct cxd__action *action) {
  struct world *world = engine->world;
  check_token_flight(world, engine);
  engine->fetch = *action;
  engine->fetching = 1;
  engine->fetch_asked_boot = client_now(world).boot_us;
  engine->fetch_at = world->now + prng_between(&world->prng, 0, world->plan->token_latency_us) * (prng_chance(&world->prng, 100) ? 20 : 1);
  trace_event(&world->trace, world->now, "provider asked", engine->number, action->forced, engine->fetch_at);
}

void perform_provider(struct engine *engine) {
  struct world *world = engine->world;
  struct cxd__event event = {.kind = CXD__EV_TOKEN, .op = engine->fetch.op, .tag = engine->fetch.tag, .asked_boot_us = engine->fetch_asked_boot};
  char token[FIELD_MAX];
  engine->fetching = 0;
  if (prng_chance(&world->prng, world->plan->token_faults)) {
    event.status = CXD_E_TOKEN;
    event.error = cxd__error_new(CXD_E_TOKEN, "the token provider failed");
    event.permanent = prng_chance(&world->prng, 300);
    world->tally->extra[TALLY_TOKEN_FAILURES]++;
  } else {
    server_issue(&world->server, world->now, token);
    event.token = token;
    event.token_len = strlen(token);
    event.expires_in_s = world->plan->token_life_s;
    note_token(engine, token, engine->fetch_asked_boot);
  }
  trace_event(&world->trace, world->now, "provider answers", engine->number, event.token != NULL, event.permanent);
  feed(engine, &event);
}

void perform_abort(struct engine *engine, uint32_t op, uint32_t tag) {
  struct world *world = engine->world;
  for (size_t i = 0; i < world->network.count; i++) {
    struct flight *f = world->network.flights[i];
    if (f->engine != engine->number || f->op != op || f->tag != tag || f->over)
      continue;
    network_abandon(&world->network, f, world->now);
    perform_deliver(engine, f, END_ABORTED);
    return;
  }
  if (!engine->fetching || engine->fetch.op != op)
    return;
  struct cxd__event event = {.kind = CXD__EV_TOKEN, .op = op, .tag = tag, .status = CXD_E_CANCELLED};
  engine->fetching = 0;
  feed(engine, &event);
}

/* ------------------------------------------------------------------------------ checks */

static int closed(const struct world *world) { return world->now >= world->closed_from && world->now < world->closed_until; }

/* When calling hours end next, on the client's wall clock; 0: never, or the clock will jump and nobody can say. */
static int64_t hours_end(const struct world *world) {
  const struct plan *plan = world->plan;
  if (check_clock_jumps(plan))
    return 0;
  for (int i = world->next_happening; i < plan->happening_count; i++)
    if (plan->happenings[i].kind == HAPPENS_WINDOW)
      return client_now(world).wall_ms + (plan->happenings[i].at - world->now + MILLISECOND - 1) / MILLISECOND;
  return 0;
}

static void answer_check(struct engine *engine, const struct cxd__action *action) {
  struct world *world = engine->world;
  struct cxd__event event = {.kind = CXD__EV_CHECKED, .op = action->op, .tag = action->tag, .report = cxd__report_new()};
  struct task *task = client_task_of(world, engine, action->op);
  if ((action->merged && closed(world)) || prng_chance(&world->prng, world->plan->check_faults)) {
    event.status = prng_chance(&world->prng, 900) ? CXD_E_INVALID : CXD_E_RULE;
    event.error = cxd__error_new(event.status, "refused by the world");
    world->tally->extra[TALLY_CHECKS_REFUSED]++;
  } else if (task && action->merged) {
    task->checked_mono = client_now(world).mono_us;
    task->valid_until_ms = event.valid_until_ms = hours_end(world);
  }
  trace_event(&world->trace, world->now, "check", task ? task->number : -1, action->merged != NULL, event.status);
  feed(engine, &event);
}

static void check(struct engine *engine, const struct cxd__action *action) {
  if (!prng_chance(&engine->world->prng, engine->world->plan->slow_checks)) {
    answer_check(engine, action);
    return;
  }
  engine->check = *action;
  engine->checking = 1;
  be_busy(engine, prng_between(&engine->world->prng, MILLISECOND, 3 * SECOND));
}

/* ------------------------------------------------------------------------------- audit */

/* In passing: nobody waits, and the next sync takes it along. */
static void append_note(struct engine *engine, const struct cxd__action *action) {
  struct world *world = engine->world;
  struct cxd__event event = {.kind = CXD__EV_APPENDED, .op = action->op, .tag = action->tag, .status = prng_chance(&world->prng, world->plan->audit_faults) ? CXD_E_AUDIT : CXD_OK};
  trace_text(&world->trace, world->now, "note", engine->number, action->record, action->record_len);
  feed(engine, &event);
}

static void append(struct engine *engine, const struct cxd__action *action) {
  struct world *world = engine->world;
  if (action->in_passing) {
    append_note(engine, action);
    return;
  }
  if (engine->append_count == APPENDS_MAX) {
    perform_sync(engine);
    if (engine->busy_until)
      perform_end_of_busy(engine); /* a full turn: the disk's time is not modelled twice */
  }
  struct pending_append *a = &engine->appends[engine->append_count++];
  *a = (struct pending_append){.task = client_task_of(world, engine, action->op), .op = action->op, .tag = action->tag, .len = action->record_len, .resolves = action->resolves};
  a->record = malloc(action->record_len + 1);
  if (a->record)
    memcpy(a->record, action->record, action->record_len);
  else
    a->len = 0;
  a->status = prng_chance(&world->prng, world->plan->audit_faults) ? CXD_E_AUDIT : CXD_OK;
  if (a->task) {
    a->task->recorded_boot = client_now(world).boot_us;
    a->task->recorded_slots = check_slots_in_use(world);
  }
}

void perform_sync(struct engine *engine) {
  struct world *world = engine->world;
  engine->append_began = client_now(world).mono_us;
  if (prng_chance(&world->prng, world->plan->audit_faults / 4))
    for (size_t i = 0; i < engine->append_count; i++)
      engine->appends[i].status = CXD_E_AUDIT;
  int64_t us = world->plan->audit_us ? prng_between(&world->prng, 0, world->plan->audit_us) : 0;
  if (prng_chance(&world->prng, world->plan->slow_syncs))
    us += prng_between(&world->prng, SECOND, 9 * SECOND);
  be_busy(engine, us);
}

static void synced(struct engine *engine) {
  struct world *world = engine->world;
  struct pending_append appends[APPENDS_MAX];
  size_t count = engine->append_count;
  memcpy(appends, engine->appends, count * sizeof *appends);
  engine->append_count = 0;
  for (size_t i = 0; i < count; i++) {
    struct pending_append *a = &appends[i];
    struct cxd__event event = {.kind = CXD__EV_APPENDED, .op = a->op, .tag = a->tag, .status = a->status, .took_us = client_now(world).mono_us - engine->append_began};
    if (a->task && a->task->plan->kind == TASK_RECOVER)
      task_recovered(world, a->task, a->resolves, a->record, a->len, a->status == CXD_OK);
    else if (a->task)
      task_record(world, a->task, a->record, a->len, a->status == CXD_OK);
    if (a->task && a->task->dangling)
      client_dies(engine, a->task, DEATH_AFTER_INTENT);
    if (a->status == CXD_OK) {
      event.seq = 1;
      event.sealed = cxd__strdup("{\"sealed\":true}");
    } else
      event.error = cxd__error_new(a->status, "the world's disk is full");
    free(a->record);
    feed(engine, &event);
  }
}

/* ------------------------------------------------------------------------------- all */

void perform_end_of_busy(struct engine *engine) {
  engine->busy_until = 0;
  if (engine->checking) {
    struct cxd__action action = engine->check;
    engine->checking = 0;
    answer_check(engine, &action);
  } else
    synced(engine);
}

static void done(struct engine *engine, const struct cxd__action *action) {
  struct task *task = client_task_of(engine->world, engine, action->op);
  if (task)
    task_finish(engine->world, task);
  else
    check_broken(engine->world, RULE_VERDICT, "engine %d: DONE of an operation that is not running", engine->number);
}

void perform(struct engine *engine, const struct cxd__action *action) {
  switch (action->kind) {
  case CXD__ACT_SEND: send(engine, action); return;
  case CXD__ACT_ABORT: perform_abort(engine, action->op, action->tag); return;
  case CXD__ACT_FETCH_TOKEN: fetch(engine, action); return;
  case CXD__ACT_CHECK: check(engine, action); return;
  case CXD__ACT_APPEND: append(engine, action); return;
  case CXD__ACT_DONE: done(engine, action); return;
  case CXD__ACT_NONE: return;
  }
}
