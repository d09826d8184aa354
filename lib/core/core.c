/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/op.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"

double cxd__core_random(struct cxd__core *core) { return (double)(cxd__prng_next(&core->prng) >> 11) / 9007199254740992.0; }

struct cxd__core *cxd__core_new(struct cxd__shared *shared, const struct cxd__core_options *options, uint64_t seed) {
  struct cxd__core *core = cxd__alloc(sizeof *core);
  if (!core)
    return NULL;
  core->shared = shared;
  core->options = *options;
  core->prng.state = seed;
  return core;
}

void cxd__core_join(struct cxd__core *core, void (*wake)(void *context), void *context) {
  core->member = (struct cxd__member){NULL, core, wake, context};
  cxd__shared_join(core->shared, &core->member);
}

void cxd__core_leave(struct cxd__core *core) { cxd__shared_leave(core->shared, &core->member); }

static struct cxd__op *find(const struct cxd__core *core, uint32_t id) {
  for (struct cxd__op *op = core->ops; op; op = op->next)
    if (op->id == id)
      return op;
  return NULL;
}

/* Room for the few actions an operation can have waiting, so that no later step can fail for want of it. */
static int reserve(struct cxd__core *core) {
  size_t ops = 1;
  for (const struct cxd__op *op = core->ops; op; op = op->next)
    ops++;
  size_t room = core->queue_len + 4 * ops;
  if (room <= core->queue_room)
    return 0;
  struct cxd__action *queue = cxd__realloc(core->queue, 2 * room * sizeof *queue);
  if (!queue)
    return -1;
  core->queue = queue;
  core->queue_room = 2 * room;
  return 0;
}

struct cxd__op *cxd__op_new(struct cxd__core *core, cxd__now now, enum cxd__stage stage) {
  struct cxd__op *op = reserve(core) == 0 ? cxd__alloc(sizeof *op) : NULL;
  if (!op)
    return NULL;
  op->core = core;
  op->id = ++core->last_id;
  op->stage = stage;
  op->slot = -1;
  op->ticket.core = core;
  op->started_mono_us = now.mono_us;
  op->deadline_mono_us = now.mono_us + core->options.deadline_us;
  op->due_mono_us = INT64_MAX;
  struct cxd__op **last = &core->ops;
  while (*last)
    last = &(*last)->next;
  *last = op;
  return op;
}

static void free_op(struct cxd__op *op) {
  cxd__buf_free(&op->target);
  cxd__buf_wipe(&op->body);
  cxd__buf_wipe(&op->basic);
  cxd__token_unref(op->token);
  cxd__edits_free(&op->edits);
  cxd_campaign_free(op->server);
  cxd_campaign_free(op->merged);
  cxd__free(op->v0);
  cxd__free(op->first_base);
  cxd__free(op->put_request_id);
  cxd_error_free(op->put_error);
  cxd_result_free(op->result);
  cxd__buf_free(&op->record);
  cxd__buf_free(&op->reply);
  cxd__free(op->etag);
  cxd_error_free(op->error);
  cxd__free(op);
}

static void unlink_op(struct cxd__core *core, struct cxd__op *op) {
  for (struct cxd__op **at = &core->ops; *at; at = &(*at)->next)
    if (*at == op) {
      *at = op->next;
      break;
    }
  cxd__shared_leave_queue(core->shared, &op->ticket);
  free_op(op);
}

void cxd__core_drop(struct cxd__core *core, uint32_t id) {
  struct cxd__op *op = find(core, id);
  if (op)
    unlink_op(core, op);
}

void cxd__core_reset(struct cxd__core *core, cxd__now now) {
  while (core->ops) {
    if (core->ops->slot >= 0)
      cxd__shared_release(core->shared, core->ops->slot, 1, 1, now);
    unlink_op(core, core->ops);
  }
  core->queue_at = core->queue_len = 0;
  if (core->fetch)
    cxd__shared_token_give_up(core->shared, core);
  core->fetch = NULL;
}

void cxd__core_free(struct cxd__core *core) {
  if (!core)
    return;
  while (core->ops)
    unlink_op(core, core->ops);
  cxd__free(core->queue);
  cxd__free(core);
}

int cxd__op_push(struct cxd__op *op, const struct cxd__action *action) {
  struct cxd__core *core = op->core;
  if (core->queue_at == core->queue_len)
    core->queue_at = core->queue_len = 0;
  if (core->queue_len == core->queue_room) {
    size_t room = core->queue_room ? 2 * core->queue_room : 16;
    struct cxd__action *queue = cxd__realloc(core->queue, room * sizeof *queue);
    if (!queue)
      return -1;
    core->queue = queue;
    core->queue_room = room;
  }
  struct cxd__action *slot = &core->queue[core->queue_len++];
  *slot = *action;
  slot->op = op->id;
  slot->tag = action->kind == CXD__ACT_ABORT ? op->tag : ++op->tag;
  return 0;
}

cxd_status cxd__core_start(struct cxd__core *core, const struct cxd__job *job, cxd__now now, uint32_t *id, cxd_error **error) {
  struct cxd__op *op = cxd__op_new(core, now, CXD__STAGE_GET);
  if (!op)
    return cxd__fail_nomem(error);
  op->job = *job;
  *id = op->id;
  if (job->kind == CXD__JOB_GET || job->kind == CXD__JOB_LIST) {
    cxd__read_begin(op, now);
    return CXD_OK;
  }
  op->result = cxd__result_new(cxd_campaign_id(job->change));
  if (!op->result) {
    unlink_op(core, op);
    return cxd__fail_nomem(error);
  }
  cxd__uuid7(now.wall_ms, &core->prng, op->uuid);
  cxd__update_begin(op, now);
  return CXD_OK;
}

/* ------------------------------------------------ a request: slot, token, send */

static void end_wait(struct cxd__op *op, cxd__now now) {
  static const int part[] = {[CXD__WAIT_SLOT] = CXD_LATENCY_RATE_WAIT, [CXD__WAIT_TOKEN] = CXD_LATENCY_TOKEN, [CXD__WAIT_TIMER] = CXD_LATENCY_BACKOFF};
  if (op->result && op->wait != CXD__WAIT_NOTHING && op->wait != CXD__WAIT_EVENT)
    op->result->latency_us[part[op->wait]] += now.mono_us - op->wait_began_us;
  op->wait = CXD__WAIT_NOTHING;
  op->due_mono_us = INT64_MAX;
}

static void begin_wait(struct cxd__op *op, cxd__now now, enum cxd__wait wait, int64_t due) {
  if (op->wait != wait) {
    end_wait(op, now);
    op->wait_began_us = now.mono_us;
  }
  op->wait = wait;
  op->due_mono_us = due;
}

static void give_slot_back(struct cxd__op *op, cxd__now now, int32_t sends, int lost) {
  if (op->slot >= 0)
    cxd__shared_release(op->core->shared, op->slot, sends, lost, now);
  op->slot = -1;
}

static void late(struct cxd__op *op, cxd__now now);

static int64_t patience(const struct cxd__op *op, cxd__now now) {
  int64_t left = op->deadline_mono_us - now.mono_us;
  int64_t most = op->core->options.attempt_timeout_us;
  if (op->kind == CXD__CLASS_PUT)
    left = left / 2 + 1; /* time to read back */
  return most < left ? most : left;
}

static void push_send(struct cxd__op *op, cxd__now now) {
  struct cxd__action action = {.kind = CXD__ACT_SEND};
  action.request = (struct cxd__request){.kind = op->kind, .target = op->target.data, .timeout_us = patience(op, now)};
  if (op->kind == CXD__CLASS_TOKEN) {
    action.request.basic = op->basic.len ? op->basic.data : NULL;
    action.request.body = op->body.data;
    action.request.body_len = op->body.len;
  } else
    action.request.bearer = op->token->text.text;
  if (op->kind == CXD__CLASS_PUT) {
    action.request.body = op->merged->root.p;
    action.request.body_len = op->merged->root.len;
    action.request.if_match = op->job.replace ? NULL : op->server->etag;
  }
  op->tries++;
  op->wait = CXD__WAIT_EVENT;
  if (cxd__op_push(op, &action) != 0)
    cxd__op_fail(op, now, cxd__error_new(CXD_E_NOMEM, "out of memory"));
}

void cxd__op_send_now(struct cxd__op *op, cxd__now now) {
  if (now.mono_us >= op->deadline_mono_us)
    late(op, now);
  else if (op->kind != CXD__CLASS_PUT || !cxd__update_check_again(op, now))
    push_send(op, now);
}

static void no_time(struct cxd__op *op, cxd__now now, int64_t wait_us) {
  cxd_error *error = cxd__error_new(CXD_E_RATE_LIMITED, "the quota allows the next request in %lld ms, past the deadline (retry.deadline_ms): run it again then", (long long)(wait_us / 1000));
  if (error) {
    error->retryable = 1;
    error->retry_after_ms = wait_us / 1000;
  }
  cxd__op_fail(op, now, error);
}

static void step_token(struct cxd__op *op, cxd__now now);

static void step_slot(struct cxd__op *op, cxd__now now) {
  int64_t when;
  switch (cxd__shared_take(op->core->shared, &op->ticket, now, &op->slot, &when)) {
  case CXD__GRANT_YES:
    end_wait(op, now);
    step_token(op, now);
    return;
  case CXD__GRANT_FULL: cxd__op_fail(op, now, cxd__error_new(CXD_E_RATE_LIMITED, "%d requests wait for the quota already: run it again later", CXD__LIMITER_QUEUE_MAX)); return;
  case CXD__GRANT_WAIT:
    if (when != INT64_MAX && when >= op->deadline_mono_us)
      no_time(op, now, when - now.mono_us);
    else
      begin_wait(op, now, CXD__WAIT_SLOT, when);
  }
}

static void wait_for_token(struct cxd__op *op, cxd__now now) {
  /* A queued slot must not be held by somebody who only waits for a token. */
  give_slot_back(op, now, 0, 0);
  begin_wait(op, now, CXD__WAIT_TOKEN, INT64_MAX);
}

static void step_token(struct cxd__op *op, cxd__now now) {
  struct cxd__core *core = op->core;
  cxd_error *refusal = NULL;
  cxd__token_unref(op->token);
  op->token = NULL;
  switch (cxd__shared_token(core->shared, core, now, op->refused_generation, &op->awaited, &op->token, &refusal)) {
  case CXD__TOKEN_READY: cxd__op_send_now(op, now); return;
  case CXD__TOKEN_REFUSED: cxd__op_fail(op, now, refusal); return;
  case CXD__TOKEN_LEAD:
    wait_for_token(op, now);
    cxd__fetch_begin(op, now, op->refused_generation != 0);
    return;
  case CXD__TOKEN_WAIT: wait_for_token(op, now); return;
  }
}

void cxd__op_resend(struct cxd__op *op, cxd__now now) {
  if (op->kind == CXD__CLASS_TOKEN)
    cxd__op_send_now(op, now);
  else
    step_slot(op, now);
}

void cxd__op_send(struct cxd__op *op, cxd__now now, enum cxd__class kind) {
  op->kind = kind;
  op->tries = 0;
  cxd__op_resend(op, now);
}

/* ------------------------------------------------------------------ trying again */

/* Full jitter over an exponential cap: U(0, min(cap, base * 2^k)). */
static int64_t backoff(struct cxd__op *op) {
  const struct cxd__core_options *o = &op->core->options;
  int64_t ceiling = o->base_us;
  for (int32_t k = 1; k < op->tries && ceiling < o->cap_us; k++)
    ceiling *= 2;
  if (ceiling > o->cap_us)
    ceiling = o->cap_us;
  return (int64_t)(cxd__core_random(op->core) * (double)ceiling);
}

/* Without a Retry-After: U(1/2, 1) of min(60 s, 5 s * 2^k); a second or two would never outlast the server's window. */
static int64_t throttle_pause(struct cxd__op *op) {
  int64_t ceiling = 5000000;
  for (int32_t k = 0; k < op->throttled && ceiling < 60000000; k++)
    ceiling *= 2;
  if (ceiling > 60000000)
    ceiling = 60000000;
  return (int64_t)((0.5 + 0.5 * cxd__core_random(op->core)) * (double)ceiling);
}

static int64_t asked_pause(struct cxd__op *op, int64_t retry_after_ms) {
  if (retry_after_ms <= 0)
    return throttle_pause(op);
  if (retry_after_ms > INT64_MAX / 2000)
    return 3600000000; /* beyond reason: the gate stays closed for an hour, then one probe */
  int64_t us = retry_after_ms * 1000;
  return us + (int64_t)(cxd__core_random(op->core) * (1000000.0 + 0.05 * (double)us)); /* later, never earlier */
}

/* -1: the server asks for more than this operation may wait. */
static int64_t pause_of(struct cxd__op *op, cxd__now now, const struct cxd__verdict *verdict, const struct cxd__exchange *exchange) {
  if (verdict->meaning != CXD__MEANS_THROTTLED)
    return backoff(op);
  int64_t asked = cxd__retry_after_ms(exchange->retry_after, exchange->date, now.wall_ms);
  int64_t pause = asked_pause(op, asked);
  op->throttled++;
  op->pause_us = pause;
  if (op->kind != CXD__CLASS_TOKEN) /* everybody on this client waits; at most an hour, then one probes */
    cxd__shared_close_gate(op->core->shared, now.mono_us + (pause < 3600000000 ? pause : 3600000000));
  return asked > op->core->options.max_retry_after_us / 1000 ? -1 : pause;
}

void cxd__op_pause(struct cxd__op *op, cxd__now now, int64_t pause_us) { begin_wait(op, now, CXD__WAIT_TIMER, now.mono_us + pause_us); }

int cxd__op_poll(struct cxd__op *op, cxd__now now) {
  int64_t pause = backoff(op) + op->core->options.base_us;
  if (now.mono_us + pause >= op->deadline_mono_us)
    return 0;
  cxd__op_pause(op, now, pause);
  return 1;
}

int cxd__op_retry(struct cxd__op *op, cxd__now now, const struct cxd__verdict *verdict, const struct cxd__exchange *exchange) {
  int64_t pause = pause_of(op, now, verdict, exchange);
  int64_t cost = verdict->meaning == CXD__MEANS_THROTTLED ? CXD__COST_THROTTLED : CXD__COST_TRANSIENT;
  if (exchange->http_status == 421 && op->misdirected++) /* another connection helps at once or not at all */
    return 0;
  if (op->tries >= op->core->options.max_attempts || pause < 0 || now.mono_us + pause >= op->deadline_mono_us || !cxd__shared_spend(op->core->shared, cost))
    return 0;
  op->spent += cost;
  cxd__op_pause(op, now, pause);
  return 1;
}

/* ------------------------------------------------------------------ ends and events */

void cxd__op_done(struct cxd__op *op, cxd__now now) {
  give_slot_back(op, now, 0, 0);
  cxd__shared_leave_queue(op->core->shared, &op->ticket);
  op->stage = CXD__STAGE_DONE;
  op->wait = CXD__WAIT_EVENT;
  op->due_mono_us = INT64_MAX;
  struct cxd__action action = {.kind = CXD__ACT_DONE};
  (void)cxd__op_push(op, &action); /* room was made by the actions before it: the queue never shrinks */
}

void cxd__op_fail(struct cxd__op *op, cxd__now now, cxd_error *error) {
  end_wait(op, now);
  give_slot_back(op, now, 0, 0);
  cxd__shared_leave_queue(op->core->shared, &op->ticket);
  if (!error)
    error = cxd__error_new(CXD_E_NOMEM, "out of memory");
  if (op->stage == CXD__STAGE_TOKEN)
    cxd__fetch_failed(op, now, error, 0);
  else if (op->job.kind == CXD__JOB_GET || op->job.kind == CXD__JOB_LIST) {
    op->error = error;
    cxd__op_done(op, now);
  } else if (op->ambiguous || op->accepted) {
    cxd_error_free(error);
    cxd__put_doubtful(op, now);
  } else
    cxd__update_failed(op, now, error);
}

static void count(struct cxd__op *op, const struct cxd__exchange *exchange) {
  cxd_result *result = op->result;
  const struct cxd__op *asked_by = op->asked_by ? find(op->core, op->asked_by) : NULL;
  if (asked_by && asked_by->result)
    asked_by->result->attempts += exchange->sends;
  if (!result)
    return;
  result->attempts += exchange->sends;
  if (op->kind == CXD__CLASS_PUT)
    result->sends += exchange->sends;
  if (exchange->sent_mono_us)
    result->latency_us[CXD_LATENCY_SERVER] += exchange->end_mono_us - exchange->sent_mono_us;
  if (exchange->http_status)
    result->http_status = exchange->http_status;
  if (exchange->request_id) {
    char *id = cxd__strdup(exchange->request_id);
    if (id) {
      cxd__free(result->request_id);
      result->request_id = id;
    }
  }
}

/* 401: this generation is void; once an operation a new token is fetched and the same request sent again. */
static int refresh_after_401(struct cxd__op *op, cxd__now now, const struct cxd__exchange *exchange) {
  if (exchange->http_status != 401 || exchange->way != CXD__WAY_ANSWER || op->token_refused || op->cancelled || !op->token)
    return 0;
  op->token_refused = 1;
  op->refused_generation = op->token->generation;
  op->tries--;
  cxd__op_resend(op, now);
  return 1;
}

static void cancelled(struct cxd__op *op, cxd__now now) {
  end_wait(op, now);
  if (op->stage == CXD__STAGE_TOKEN)
    cxd__fetch_failed(op, now, NULL, 0);
  else if (op->job.kind == CXD__JOB_GET || op->job.kind == CXD__JOB_LIST) {
    op->error = cxd__error_new(CXD_E_CANCELLED, "cancelled by the caller");
    cxd__op_done(op, now);
  } else
    cxd__update_cancelled(op, now);
}

/* A success after retries gives their points back; a look at what a failed PUT left behind is none. */
static void settle(struct cxd__op *op, const struct cxd__exchange *exchange) {
  if (exchange->way != CXD__WAY_ANSWER || exchange->http_status < 200 || exchange->http_status > 299)
    return;
  int64_t refund = op->ambiguous && op->kind != CXD__CLASS_PUT ? 0 : op->spent;
  cxd__shared_earn(op->core->shared, 1 + refund);
  op->spent -= refund;
}

static void exchanged(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange) {
  int lost = exchange->way != CXD__WAY_ANSWER;
  give_slot_back(op, now, exchange->sends, lost);
  count(op, exchange);
  settle(op, exchange);
  if (op->kind == CXD__CLASS_PUT && exchange->sends)
    op->put_sent = 1;
  if (op->stage == CXD__STAGE_TOKEN)
    cxd__fetch_answered(op, now, exchange);
  else if (refresh_after_401(op, now, exchange))
    return;
  else if (op->kind == CXD__CLASS_PUT)
    cxd__put_answered(op, now, exchange);
  else if (op->cancelled)
    cancelled(op, now);
  else if (op->stage == CXD__STAGE_READ_BACK)
    cxd__put_read_back(op, now, exchange);
  else if (op->job.kind == CXD__JOB_GET || op->job.kind == CXD__JOB_LIST)
    cxd__read_answered(op, now, exchange);
  else
    cxd__update_read(op, now, exchange);
}

void cxd__core_feed(struct cxd__core *core, cxd__now now, struct cxd__event *event) {
  struct cxd__op *op = find(core, event->op);
  if (!op || op->tag != event->tag || op->stage == CXD__STAGE_DONE)
    return;
  op->wait = CXD__WAIT_NOTHING;
  switch (event->kind) {
  case CXD__EV_EXCHANGE: exchanged(op, now, &event->exchange); return;
  case CXD__EV_TOKEN: cxd__fetch_event(op, now, event); return;
  case CXD__EV_CHECKED: cxd__update_checked(op, now, event); return;
  case CXD__EV_APPENDED: cxd__update_appended(op, now, event); return;
  }
}

static void late(struct cxd__op *op, cxd__now now) {
  if (op->wait != CXD__WAIT_SLOT) {
    cxd__op_fail(op, now, cxd__op_late(op));
    return;
  }
  cxd_error *error = NULL;
  (void)cxd__fail_at(&error, CXD_E_RATE_LIMITED, "retry.deadline_ms", "the quota did not allow a request before the deadline: run it again later, or raise retry.deadline_ms");
  if (error)
    error->retryable = 1;
  cxd__op_fail(op, now, error);
}

/* Operations that wait for time, a slot or the token look whether they may go on. */
static void poke(struct cxd__op *op, cxd__now now) {
  if (op->wait == CXD__WAIT_NOTHING || op->wait == CXD__WAIT_EVENT)
    return;
  if (now.mono_us >= op->deadline_mono_us)
    late(op, now);
  else if (op->wait == CXD__WAIT_SLOT || (op->wait == CXD__WAIT_TOKEN && cxd__shared_flight_over(op->core->shared, op->awaited)))
    step_slot(op, now);
  else if (op->wait == CXD__WAIT_TIMER && now.mono_us >= op->due_mono_us) {
    end_wait(op, now);
    cxd__op_resend(op, now);
  }
}

int32_t cxd__core_next(struct cxd__core *core, cxd__now now, struct cxd__action *action) {
  if (core->queue_at == core->queue_len)
    for (struct cxd__op *op = core->ops, *next; op; op = next) {
      next = op->next;
      poke(op, now);
    }
  if (core->queue_at == core->queue_len)
    return 0;
  *action = core->queue[core->queue_at++];
  return 1;
}

int64_t cxd__core_due(const struct cxd__core *core) {
  int64_t due = INT64_MAX;
  for (const struct cxd__op *op = core->ops; op; op = op->next) {
    if (op->wait == CXD__WAIT_NOTHING || op->wait == CXD__WAIT_EVENT)
      continue;
    int64_t when = op->due_mono_us < op->deadline_mono_us ? op->due_mono_us : op->deadline_mono_us;
    if (op->wait == CXD__WAIT_TOKEN && cxd__shared_flight_over(core->shared, op->awaited))
      when = 0; /* a flight of our own ended in the last look at the operations */
    due = when < due ? when : due;
  }
  return due;
}

static void cancel(struct cxd__op *op, cxd__now now) {
  if (op->stage == CXD__STAGE_DONE || op->stage == CXD__STAGE_OUTCOME || op->cancelled)
    return;
  op->cancelled = 1;
  struct cxd__action abort = {.kind = CXD__ACT_ABORT};
  if (op->wait != CXD__WAIT_EVENT)
    cancelled(op, now);
  else if (op->stage == CXD__STAGE_GET || op->stage == CXD__STAGE_PUT || op->stage == CXD__STAGE_READ_BACK || op->stage == CXD__STAGE_TOKEN)
    (void)cxd__op_push(op, &abort); /* the others end in this turn of the engine anyway, and look at `cancelled` then */
}

void cxd__core_cancel(struct cxd__core *core, uint32_t id, cxd__now now) {
  for (struct cxd__op *op = core->ops, *next; op; op = next) {
    next = op->next;
    if (id == 0 || op->id == id)
      cancel(op, now);
  }
}

cxd_result *cxd__core_take_result(struct cxd__core *core, uint32_t id) {
  struct cxd__op *op = find(core, id);
  cxd_result *result = op ? op->result : NULL;
  if (op)
    op->result = NULL;
  return result;
}

cxd_status cxd__core_take_reply(struct cxd__core *core, uint32_t id, struct cxd__buf *body, char **etag, cxd_error **error) {
  struct cxd__op *op = find(core, id);
  if (!op)
    return CXD_E_STATE;
  if (!op->answered) {
    cxd_status status = op->error ? op->error->status : CXD_E_NOMEM;
    if (error) {
      cxd_error_free(*error);
      *error = op->error;
      op->error = NULL;
    }
    return status;
  }
  *body = op->reply;
  op->reply = (struct cxd__buf){0};
  *etag = op->etag;
  op->etag = NULL;
  return CXD_OK;
}
