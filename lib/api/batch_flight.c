/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* One item of a batch on its way, as a single apply would go it: earlier updates of its campaign, the update, what follows it. */
#include <string.h>

#include "api/batch.h"
#include "api/batch_pack.h"
#include "base/error.h"
#include "base/mem.h"
#include "json/campaign.h"

/* --------------------------------------------------------------------------- its end */

static void count_end(cxd_batch *batch, const cxd_result *result) {
  size_t failed = result->status != CXD_OK, slot = batch->judged++ % CXD__LAST_ENDS;
  batch->recent_failures += failed - batch->last[slot];
  batch->last[slot] = (uint8_t)failed;
  batch->failed += failed;
  batch->outcomes[result->outcome]++;
  batch->requests += result->attempts;
}

/* The next one of its campaign may begin. */
static void let_go_on(cxd_batch *batch, const struct cxd__item *over) {
  if (over->next == CXD__NO_ITEM)
    return;
  struct cxd__item *next = &batch->items.list[over->next];
  next->waits = 0;
  if (!next->passed)
    return;
  next->passed = 0;
  if (cxd__numbers_add(&batch->ready, over->next) != 0 && over->next < batch->cursor)
    batch->cursor = over->next; /* all after it are looked at again */
}

/* Without memory for a result of its own. */
static const cxd_result lost = {.magic = CXD__MAGIC_RESULT, .outcome = CXD_OUTCOME_NOT_APPLIED, .status = CXD_E_NOMEM, .campaign_id = (char *)(uintptr_t)"", .previous_concurrent = -1, .new_concurrent = -1};

const cxd_result *cxd__batch_lost(void) { return &lost; }

void cxd__batch_end_item(cxd_batch *batch, uint32_t number, cxd_result *result) {
  struct cxd__item *item = &batch->items.list[number];
  void *packed = result ? cxd__pack(result, &batch->packing) : NULL;
  count_end(batch, result ? result : &lost);
  item->held = packed ? packed : (void *)result;
  item->state = packed ? CXD__ITEM_PACKED : CXD__ITEM_RESULT;
  (void)cxd__numbers_add(&batch->items.ended, number); /* there is room for it */
  atomic_fetch_sub(&batch->remaining, 1);
  if (number < batch->rules.canary) {
    batch->canaries_ended++;
    batch->canaries_failed += !result || result->status != CXD_OK;
  }
  let_go_on(batch, item);
  if (packed)
    cxd_result_free(result);
}

/* Without memory for the words the numbers still tell what became of it. */
static cxd_result *copied(cxd_batch *batch, const cxd_result *result, cxd_result *place) {
  void *packed = cxd__pack(result, &batch->packing);
  cxd_result *copy = packed ? cxd__unpack(packed) : NULL;
  cxd__free(packed);
  if (copy) {
    cxd_result_free(place);
    return copy;
  }
  place->outcome = result->outcome;
  place->status = result->status;
  place->audit_status = result->audit_status;
  place->callback_status = result->callback_status;
  place->sends = result->sends;
  place->attempts = result->attempts;
  place->http_status = result->http_status;
  place->previous_concurrent = result->previous_concurrent;
  place->new_concurrent = result->new_concurrent;
  place->finished_wall_ms = result->finished_wall_ms;
  place->audit_seq = result->audit_seq;
  return place;
}

/* Those that became part of this update have its result. */
static void end_joined(cxd_batch *batch, uint32_t number, const cxd_result *result) {
  uint32_t next = batch->items.list[number].next;
  while (next != CXD__NO_ITEM && batch->items.list[next].state == CXD__ITEM_JOINED) {
    struct cxd__item *item = &batch->items.list[next];
    uint32_t after = item->next;
    cxd__batch_end_item(batch, next, copied(batch, result, item->held));
    next = after;
  }
}

static void land(struct cxd__flight_of *flight) {
  cxd_batch *batch = flight->batch;
  cxd_campaign_free(flight->change);
  cxd__dangling_forget(&flight->dangling);
  cxd_report_free(flight->found);
  cxd_error_free(flight->refused);
  cxd__free(flight->known);
  *flight = (struct cxd__flight_of){.batch = batch, .next = batch->idle};
  batch->idle = flight;
  batch->in_flight--;
}

static void over(struct cxd__flight_of *flight, cxd_result *result) {
  cxd_batch *batch = flight->batch;
  uint32_t number = flight->item;
  cxd__update_found(result, flight->found);
  cxd__update_over(batch->updater, batch->session.tools.entry, result);
  land(flight);
  end_joined(batch, number, result);
  cxd__prefetch_scouted(batch, result);
  cxd__batch_end_item(batch, number, result);
}

/* It could not even start. */
static void fail(struct cxd__flight_of *flight, const char *campaign, cxd_status status, const cxd_error *error, int32_t outcome) {
  cxd_result *result = NULL;
  cxd__update_explain(campaign, status, error, &result);
  if (result) {
    result->outcome = outcome;
    over(flight, result);
    return;
  }
  uint32_t number = flight->item;
  cxd_batch *batch = flight->batch;
  land(flight);
  end_joined(batch, number, &lost);
  cxd__batch_end_item(batch, number, NULL);
}

/* ------------------------------------------------------------------------------ steps */

static cxd_status begin(struct cxd__flight_of *flight, cxd_error **error) {
  struct cxd__session *session = &flight->batch->session;
  flight->job.host = flight;
  return cxd__engine_begin(session->loan->engine, &flight->job, &session->tools, &flight->op, error);
}

static cxd_status begin_update(struct cxd__flight_of *flight, cxd_error **error) {
  cxd_batch *batch = flight->batch;
  flight->job = batch->updater->job;
  flight->job.kind = CXD__JOB_APPLY;
  flight->job.change = flight->change;
  flight->job.queued = 1;
  flight->job.announce = batch->announces;
  flight->job.refused = flight->refused;
  size_t len = 0;
  flight->known = cxd__prefetch_take(batch, batch->items.list[flight->item].hash, &len);
  flight->job.known = (struct cxd__slice){flight->known, len};
  return begin(flight, error);
}

/* As for a single apply: with best effort an earlier update that cannot be resolved is logged and left alone. */
static cxd_status refuse_for(struct cxd__flight_of *flight, cxd_status status, cxd_error *why) {
  cxd_batch *batch = flight->batch;
  if (why && status != CXD_E_CANCELLED)
    cxd__dangling_name(&flight->dangling, cxd_campaign_id(flight->change), why);
  if (status != CXD_E_CANCELLED && batch->updater->job.audit == CXD__AUDIT_BEST_EFFORT) {
    cxd__updater_log(batch->updater, batch->session.tools.entry, CXD_LOG_WARNING, why ? why->message : cxd_status_text(status));
    cxd_error_free(why);
    return CXD_OK;
  }
  flight->refused = why ? why : cxd__error_new(status, "%s", cxd_status_text(status));
  return flight->refused ? CXD_OK : CXD_E_NOMEM; /* what cannot say why it is refused must not go on as if it were not */
}

/* What became of earlier updates of the campaign comes first. */
static cxd_status begin_next(struct cxd__flight_of *flight, cxd_error **error) {
  cxd_batch *batch = flight->batch;
  cxd_updater *updater = batch->updater;
  cxd_error *why = NULL;
  if (!updater->audit || updater->job.audit == CXD__AUDIT_OFF || flight->refused)
    return begin_update(flight, error);
  cxd_status status = cxd__dangling_next(updater, cxd_campaign_id(flight->change), &flight->dangling, &why);
  if (status == CXD_OK && flight->dangling.line)
    status = cxd__dangling_tell(updater, batch->session.tools.entry, &flight->dangling, NULL, &flight->found, &why);
  if (status == CXD_OK && flight->dangling.line) {
    cxd__dangling_job(updater, &flight->dangling, flight->boot, &flight->job);
    return begin(flight, error);
  }
  if (status != CXD_OK && refuse_for(flight, status, why) != CXD_OK)
    return cxd__fail_nomem(error);
  return begin_update(flight, error);
}

static void go_on(struct cxd__flight_of *flight) {
  cxd_error *error = NULL;
  cxd_status status = begin_next(flight, &error);
  if (status != CXD_OK)
    fail(flight, cxd_campaign_id(flight->change), status, error, CXD_OUTCOME_NOT_APPLIED);
  cxd_error_free(error);
}

static void recovered(struct cxd__flight_of *flight, const cxd_result *result) {
  cxd_error *why = NULL;
  cxd_status status = result ? result->status : CXD_E_NOMEM;
  if (status == CXD_OK)
    status = cxd__dangling_tell(flight->batch->updater, flight->batch->session.tools.entry, &flight->dangling, cxd__outcome_name(result->outcome), &flight->found, &why);
  else if (result)
    why = cxd__error_copy(result->error);
  if (status == CXD_OK && flight->batch->stop == CXD__STOP_CANCELLED)
    status = cxd__fail(&why, CXD_E_CANCELLED, "cancelled by the caller before anything was written");
  if (status != CXD_OK && refuse_for(flight, status, why) != CXD_OK)
    fail(flight, cxd_campaign_id(flight->change), CXD_E_NOMEM, NULL, CXD_OUTCOME_NOT_APPLIED);
  else
    go_on(flight);
}

void cxd__flight_done(struct cxd__flight_of *flight) {
  if (flight == &flight->batch->prefetch.lister) {
    cxd__prefetch_listed(flight->batch);
    return;
  }
  struct cxd__core *core = cxd__engine_core(flight->batch->session.loan->engine);
  cxd_result *result = cxd__core_take_result(core, flight->op);
  int recovery = flight->job.kind == CXD__JOB_RECOVER;
  cxd__core_drop(core, flight->op);
  if (!recovery)
    over(flight, result);
  else {
    recovered(flight, result);
    cxd_result_free(result);
  }
}

/* --------------------------------------------------------------------------- its start */

static struct cxd__flight_of *take_flight(cxd_batch *batch, uint32_t number) {
  struct cxd__flight_of *flight = batch->idle;
  batch->idle = flight->next;
  flight->item = number;
  batch->in_flight++;
  return flight;
}

/* A text is parsed now. In any case it is gone afterwards, and the item in flight. */
static cxd_status take_change(cxd_batch *batch, uint32_t number, cxd_campaign **change, cxd_error **error) {
  struct cxd__item *item = &batch->items.list[number];
  cxd_status status = CXD_OK;
  *change = NULL;
  if (item->state == CXD__ITEM_CAMPAIGN)
    *change = item->held;
  else {
    status = cxd__item_parse(item, change, error);
    cxd__free(item->held);
  }
  item->held = NULL;
  item->len = 0;
  item->state = CXD__ITEM_IN_FLIGHT;
  if (status == CXD_OK && batch->rules.coalesce)
    cxd__batch_coalesce(batch, number, change);
  return status;
}

void cxd__flight_begin(cxd_batch *batch, uint32_t number) {
  cxd_error *error = NULL;
  struct cxd__flight_of *flight = take_flight(batch, number);
  struct cxd__job probe = batch->updater->job;
  probe.kind = CXD__JOB_APPLY;
  cxd_status status = take_change(batch, number, &flight->change, &error);
  if (status != CXD_OK)
    fail(flight, "", status, error, status == CXD_E_NOMEM ? CXD_OUTCOME_NOT_APPLIED : CXD_OUTCOME_REJECTED);
  else if ((status = cxd__audit_present(batch->updater, &probe, &error)) != CXD_OK)
    fail(flight, cxd_campaign_id(flight->change), status, error, CXD_OUTCOME_NOT_APPLIED);
  else
    go_on(flight);
  cxd_error_free(error);
}

/* ------------------------------------------------------------------------ announcements */

static int agreed(cxd_batch *batch, const size_t *items, const char *const *intents, size_t count) {
  int all = 1;
  for (struct cxd__callback *c = batch->updater->callbacks; c; c = c->next) {
    if (!c->table.on_sending)
      continue;
    struct cxd__frame *frame = cxd__frame_enter(&batch->updater->client->frames, CXD__INSIDE_NOTHING_ALLOWED, batch->session.tools.entry);
    int accepted = frame && c->table.on_sending(c->table.user_data, items, intents, count) == CXD_ACCEPTED;
    cxd__shared_count_callback(&batch->updater->client->shared, accepted);
    all &= accepted;
    if (frame)
      cxd__frame_leave(&batch->updater->client->frames, frame);
  }
  return all;
}

int cxd__batch_announce(void *context, void *const *hosts, const char *const *intents, size_t count) {
  size_t *items = cxd__alloc(count * sizeof *items);
  if (!items)
    return 0;
  for (size_t i = 0; i < count; i++)
    items[i] = ((const struct cxd__flight_of *)hosts[i])->item;
  int all = agreed(context, items, intents, count);
  cxd__free(items);
  return all;
}
