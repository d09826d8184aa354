/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/op.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"

#define LINGER_US 250000
#define SPARE_MOST 64

double cxd__core_random(struct cxd__core *core) { return (double)(cxd__prng_next(&core->prng) >> 11) / 9007199254740992.0; }

struct cxd__core *cxd__core_new(struct cxd__shared *shared, const struct cxd__core_options *options, uint64_t seed) {
  struct cxd__core *core = cxd__alloc(sizeof *core);
  if (!core)
    return NULL;
  core->shared = shared;
  core->options = *options;
  core->prng.state = seed;
  core->lane.core = core;
  core->waits.slot_us = INT64_MAX;
  core->traces.state = ~seed;
  return core;
}

void cxd__core_join(struct cxd__core *core, void (*wake)(void *context), void *context) {
  core->member = (struct cxd__member){NULL, core, wake, context};
  cxd__shared_join(core->shared, &core->member);
}

void cxd__core_leave(struct cxd__core *core) { cxd__shared_leave(core->shared, &core->member); }

struct cxd__op *cxd__core_find(const struct cxd__core *core, uint32_t id) { return cxd__table_find(&core->table, id); }

/* Room for the few actions an operation can have waiting, so that no later step can fail for want of it. */
static int reserve(struct cxd__core *core) {
  size_t room = core->queue_len + 4 * (core->table.count + 1);
  if (room <= core->queue_room)
    return 0;
  struct cxd__action *queue = cxd__realloc(core->queue, 2 * room * sizeof *queue);
  if (!queue)
    return -1;
  core->queue = queue;
  core->queue_room = 2 * room;
  return 0;
}

/* Nothing of an operation is left but room that the next one needs as well. */
static void put_away(struct cxd__core *core, struct cxd__op *op) {
  if (core->spare_count == SPARE_MOST) {
    cxd__buf_free(&op->target);
    cxd__buf_free(&op->record);
    cxd__free(op);
    return;
  }
  struct cxd__buf target = op->target, record = op->record;
  memset(op, 0, sizeof *op);
  cxd__buf_reset(&target);
  cxd__buf_reset(&record);
  op->target = target;
  op->record = record;
  op->next = core->spare;
  core->spare = op;
  core->spare_count++;
}

static struct cxd__op *take_op(struct cxd__core *core) {
  struct cxd__op *op = core->spare;
  if (!op)
    return cxd__alloc(sizeof *op);
  core->spare = op->next;
  core->spare_count--;
  op->next = NULL;
  return op;
}

static void free_spares(struct cxd__core *core) {
  for (struct cxd__op *op; (op = core->spare);) {
    core->spare = op->next;
    cxd__buf_free(&op->target);
    cxd__buf_free(&op->record);
    cxd__free(op);
  }
}

struct cxd__op *cxd__op_new(struct cxd__core *core, cxd__now now, enum cxd__stage stage) {
  struct cxd__op *op = reserve(core) == 0 ? take_op(core) : NULL;
  if (!op || cxd__table_add(&core->table, op) != 0) {
    if (op)
      put_away(core, op);
    return NULL;
  }
  op->core = core;
  op->stage = stage;
  op->ticket.lane = &core->lane;
  op->started_mono_us = now.mono_us;
  op->deadline_mono_us = now.mono_us + core->options.deadline_us;
  op->due_mono_us = INT64_MAX;
  return op;
}

static void free_op(struct cxd__core *core, struct cxd__op *op) {
  cxd__buf_wipe(&op->body);
  cxd__buf_wipe(&op->basic);
  cxd__token_unref(op->token);
  cxd__token_unref(op->before);
  cxd__edits_free(&op->edits);
  cxd_campaign_free(op->server);
  cxd_campaign_free(op->merged);
  cxd__free(op->v0);
  cxd__free(op->first_base);
  cxd__free(op->v1);
  cxd__free(op->basis);
  cxd__notes_free(op);
  cxd__intent_free(&op->intent);
  cxd_error_free(op->put_error);
  cxd_result_free(op->result);
  cxd__buf_free(&op->reply);
  cxd__free(op->etag);
  cxd_error_free(op->error);
  put_away(core, op);
}

static void landed(struct cxd__op *op) {
  if (op->in_flight)
    cxd__shared_count_flying(op->core->shared, -1, 0);
  op->in_flight = 0;
}

static void update_over(struct cxd__op *op) {
  if (op->update_in_flight)
    cxd__shared_count_flying(op->core->shared, 0, -1);
  op->update_in_flight = 0;
}

static void unlink_op(struct cxd__core *core, struct cxd__op *op) {
  landed(op);
  update_over(op);
  cxd__waits_forget(op);
  cxd__op_leave_queue(op);
  cxd__table_remove(&core->table, op);
  free_op(core, op);
}

void cxd__core_drop(struct cxd__core *core, uint32_t id) {
  struct cxd__op *op = cxd__core_find(core, id);
  if (op)
    unlink_op(core, op);
}

void cxd__core_reset(struct cxd__core *core, cxd__now now) {
  if (core->fetch && core->fetch->background)
    cxd__shared_token_put_off(core->shared, core, now);
  else if (core->fetch)
    cxd__shared_token_given_up(core->shared, core);
  while (core->table.first) {
    cxd__op_release(core->table.first, now, 1, 1); /* whether it was sent is not known any more */
    unlink_op(core, core->table.first);
  }
  core->queue_at = core->queue_len = 0;
  core->fetch = NULL;
  core->linger_until_us = 0;
}

void cxd__core_free(struct cxd__core *core) {
  if (!core)
    return;
  while (core->table.first)
    unlink_op(core, core->table.first);
  free_spares(core);
  cxd__table_free(&core->table);
  cxd__free(core->queue);
  cxd__buf_free(&core->lines);
  cxd__free(core);
}

int cxd__op_push_tagged(struct cxd__op *op, const struct cxd__action *action, uint32_t tag) {
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
  slot->tag = tag;
  return 0;
}

int cxd__op_push(struct cxd__op *op, const struct cxd__action *action) { return cxd__op_push_tagged(op, action, action->kind == CXD__ACT_ABORT ? op->tag : ++op->tag); }

static void begin_trace(struct cxd__op *op) {
  if (!op->core->options.traceparent)
    return;
  cxd__shared_trace(op->core->shared, &op->trace);
  if (!op->trace.id[0])
    cxd__trace_begin(&op->trace, &op->core->traces);
}

static void begin_update(struct cxd__op *op, cxd__now now) {
  op->update_in_flight = 1;
  cxd__shared_count_flying(op->core->shared, 0, 1);
  cxd__update_begin(op, now);
}

cxd_status cxd__core_start(struct cxd__core *core, const struct cxd__job *job, cxd__now now, uint32_t *id, cxd_error **error) {
  struct cxd__op *op = cxd__op_new(core, now, CXD__STAGE_GET);
  if (!op)
    return cxd__fail_nomem(error);
  op->job = *job;
  begin_trace(op);
  if (job->queued)
    op->deadline_mono_us = INT64_MAX;
  *id = op->id;
  if (job->kind == CXD__JOB_GET || job->kind == CXD__JOB_LIST) {
    cxd__read_begin(op, now);
    return CXD_OK;
  }
  cxd_status status = CXD_OK;
  if (job->kind == CXD__JOB_RECOVER)
    status = cxd__recover_take(op, error);
  else if (!(op->result = cxd__result_new(cxd_campaign_id(job->change))))
    status = cxd__fail_nomem(error);
  if (status != CXD_OK) {
    unlink_op(core, op);
    return status;
  }
  if (cxd__op_is_written_down(op))
    cxd__uuid7(now.wall_ms, &core->prng, op->uuid);
  memcpy(op->result->trace_id, op->trace.id, sizeof op->result->trace_id);
  if (job->kind == CXD__JOB_RECOVER)
    cxd__recover_begin(op, now);
  else
    begin_update(op, now);
  return CXD_OK;
}

/* ------------------------------------------------------------------ ends and events */

/* In the numbers and the log of the client. */
static void told(struct cxd__op *op) {
  const cxd_result *result = op->result;
  if (!op->update_in_flight)
    return;
  cxd__shared_count_update(op->core->shared, op->job.kind == CXD__JOB_PLAN, result->outcome, result->status, result->latency_us[CXD_LATENCY_TOTAL]);
  update_over(op);
  cxd__say_end(op);
}

void cxd__op_done(struct cxd__op *op, cxd__now now) {
  told(op);
  cxd__op_release(op, now, 0, 0);
  cxd__op_leave_queue(op);
  op->stage = CXD__STAGE_DONE;
  op->wait = CXD__WAIT_EVENT;
  struct cxd__action action = {.kind = CXD__ACT_DONE, .job = &op->job};
  (void)cxd__op_push(op, &action); /* room was made by the actions before it: the queue never shrinks */
}

void cxd__op_fail(struct cxd__op *op, cxd__now now, cxd_error *error) {
  cxd__op_end_wait(op, now);
  cxd__op_release(op, now, 0, 0);
  cxd__op_leave_queue(op);
  if (!error)
    error = cxd__error_new(CXD_E_NOMEM, "out of memory");
  if (op->stage == CXD__STAGE_TOKEN)
    cxd__fetch_failed(op, now, error, 0);
  else if (op->job.kind == CXD__JOB_GET || op->job.kind == CXD__JOB_LIST) {
    op->error = error;
    cxd__op_done(op, now);
  } else if (op->job.kind == CXD__JOB_RECOVER)
    cxd__recover_failed(op, now, error);
  else if (op->ambiguous || op->accepted) {
    cxd_error_free(error);
    cxd__put_doubtful(op, now);
  } else
    cxd__update_failed(op, now, error);
}

static void count(struct cxd__op *op, const struct cxd__exchange *exchange) {
  cxd_result *result = op->result;
  const struct cxd__op *asked_by = op->asked_by ? cxd__core_find(op->core, op->asked_by) : NULL;
  if (asked_by && asked_by->result && asked_by->stage < CXD__STAGE_OUTCOME) /* what is on record stays as it is */
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
  if (op->kind == CXD__CLASS_PUT)
    cxd__note_attempt(op, CXD_E_UNAUTHORIZED, exchange);
  cxd__op_resend(op, now);
  return 1;
}

void cxd__op_cancelled(struct cxd__op *op, cxd__now now) {
  cxd__op_end_wait(op, now);
  cxd__op_leave_queue(op);
  if (op->stage == CXD__STAGE_TOKEN)
    cxd__fetch_failed(op, now, NULL, 0);
  else if (op->job.kind == CXD__JOB_GET || op->job.kind == CXD__JOB_LIST) {
    op->error = cxd__error_new(CXD_E_CANCELLED, "cancelled by the caller");
    cxd__op_done(op, now);
  } else if (op->job.kind == CXD__JOB_RECOVER)
    cxd__recover_failed(op, now, cxd__error_new(CXD_E_CANCELLED, "cancelled by the caller before campaign %s could be read", op->intent.campaign));
  else
    cxd__update_cancelled(op, now);
}

/* A success after retries gives their points back; a look at what a failed PUT left behind is none. */
static int64_t earned(struct cxd__op *op, const struct cxd__exchange *exchange) {
  if (exchange->way != CXD__WAY_ANSWER || exchange->http_status < 200 || exchange->http_status > 299)
    return 0;
  int64_t refund = op->ambiguous && op->kind != CXD__CLASS_PUT ? 0 : op->spent;
  op->spent -= refund;
  return 1 + refund;
}

static void exchanged(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange) {
  struct cxd__verdict verdict = cxd__verdict_of(op->kind, exchange);
  landed(op);
  cxd__op_heed(op, now, &verdict, exchange); /* before the slot goes to somebody else */
  op->core->waits.own_changes |= op->ticket.granted;
  cxd__shared_exchanged(op->core->shared, &op->ticket, op->kind, exchange, op->kind == CXD__CLASS_TOKEN ? op->body.len : op->kind == CXD__CLASS_PUT && op->merged ? op->merged->root.len : 0, earned(op, exchange), now);
  count(op, exchange);
  if (op->kind == CXD__CLASS_PUT && exchange->sends)
    op->put_sent = 1;
  if (op->stage == CXD__STAGE_TOKEN)
    cxd__fetch_answered(op, now, exchange);
  else if (refresh_after_401(op, now, exchange))
    return;
  else if (op->kind == CXD__CLASS_PUT)
    cxd__put_answered(op, now, exchange);
  else if (op->cancelled)
    cxd__op_cancelled(op, now);
  else if (op->stage == CXD__STAGE_READ_BACK)
    cxd__put_read_back(op, now, exchange);
  else if (op->job.kind == CXD__JOB_GET || op->job.kind == CXD__JOB_LIST)
    cxd__read_answered(op, now, exchange);
  else if (op->job.kind == CXD__JOB_RECOVER)
    cxd__recover_answered(op, now, exchange);
  else
    cxd__update_read(op, now, exchange);
}

void cxd__core_feed(struct cxd__core *core, cxd__now now, struct cxd__event *event) {
  struct cxd__op *op = cxd__core_find(core, event->op);
  if (op && event->kind == CXD__EV_APPENDED && cxd__note_appended(op, event))
    return;
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

/* op: of a SEND. One that nobody waits for any more is sent, but its end will not be looked at. */
static int32_t leaves(struct cxd__op *op, const struct cxd__action *action) {
  if (op && op->tag == action->tag) {
    op->in_flight = 1;
    cxd__shared_count_flying(op->core->shared, 1, 0);
  }
  return 1;
}

int32_t cxd__core_next(struct cxd__core *core, cxd__now now, struct cxd__action *action) {
  if (core->queue_at == core->queue_len)
    cxd__waits_look(core, now);
  while (core->queue_at < core->queue_len) {
    *action = core->queue[core->queue_at++];
    struct cxd__op *op = action->kind == CXD__ACT_SEND ? cxd__core_find(core, action->op) : NULL;
    if (!op || op->tag != action->tag || cxd__op_may_leave(op, now, action))
      return leaves(op, action);
  }
  action->kind = CXD__ACT_NONE;
  return 0;
}

int64_t cxd__core_due(const struct cxd__core *core) { return cxd__waits_due(core); }

/* A token exchange beside the work is worth a moment: it ends the refresh for all. */
int64_t cxd__core_linger(struct cxd__core *core, cxd__now now) {
  if (!core->fetch || !core->fetch->background || core->fetch->cancelled)
    return 0;
  if (core->linger_until_us == 0)
    core->linger_until_us = now.mono_us + LINGER_US;
  return core->linger_until_us;
}

static void cancel(struct cxd__op *op, cxd__now now) {
  if (op->stage == CXD__STAGE_DONE || op->stage == CXD__STAGE_OUTCOME || op->cancelled)
    return;
  op->cancelled = 1;
  struct cxd__action abort = {.kind = CXD__ACT_ABORT};
  if (op->wait != CXD__WAIT_EVENT)
    cxd__op_cancelled(op, now);
  else if (op->stage == CXD__STAGE_GET || op->stage == CXD__STAGE_PUT || op->stage == CXD__STAGE_READ_BACK || op->stage == CXD__STAGE_TOKEN)
    (void)cxd__op_push(op, &abort); /* the others end in this turn of the engine anyway, and look at `cancelled` then */
}

void cxd__core_cancel(struct cxd__core *core, uint32_t id, cxd__now now) {
  struct cxd__op *op = id ? cxd__core_find(core, id) : core->table.first;
  for (struct cxd__op *next; op; op = id ? NULL : next) {
    next = op->next;
    cancel(op, now);
  }
}

cxd_result *cxd__core_take_result(struct cxd__core *core, uint32_t id) {
  struct cxd__op *op = cxd__core_find(core, id);
  return op ? cxd__update_take_result(op) : NULL;
}

cxd_status cxd__core_take_reply(struct cxd__core *core, uint32_t id, struct cxd__buf *body, char **etag, cxd_error **error) {
  struct cxd__op *op = cxd__core_find(core, id);
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
