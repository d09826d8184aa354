/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "api/batch.h"

#include "api/config.h"
#include "base/error.h"
#include "base/mem.h"
#include "json/campaign.h"
#include "json/pointer.h"

/* ----------------------------------------------------------------------- making one */

static struct cxd__batch_rules rules_of(const cxd_config *config) {
  return (struct cxd__batch_rules){
      .concurrency = (size_t)cxd__config_int(config, "update.concurrency"),
      .max_errors = (size_t)cxd__config_int(config, "update.max_errors"),
      .max_error_rate = cxd__config_real(config, "update.max_error_rate"),
      .canary = (size_t)cxd__config_int(config, "update.canary"),
      .coalesce = cxd__config_on(config, "update.coalesce"),
      .prefetch = cxd__config_is(config, "update.prefetch", "auto"),
  };
}

static int make_flights(cxd_batch *batch) {
  batch->flights = cxd__alloc(batch->rules.concurrency * sizeof *batch->flights);
  for (size_t i = batch->flights ? batch->rules.concurrency : 0; i-- > 0;) {
    batch->flights[i] = (struct cxd__flight_of){.batch = batch, .next = batch->idle};
    batch->idle = &batch->flights[i];
  }
  return batch->flights ? 0 : -1;
}

cxd_status cxd_batch_new(cxd_updater *updater, cxd_batch **out, cxd_error **error) {
  if (!out)
    return cxd__fail(error, CXD_E_ARGUMENT, "out is NULL: pass the address of a cxd_batch *");
  *out = NULL;
  cxd_status status = cxd__updater_usable(updater, error);
  if (status != CXD_OK)
    return status;
  cxd_batch *batch = cxd__alloc(sizeof *batch);
  if (!batch)
    return cxd__fail_nomem(error);
  batch->rules = rules_of(updater->config);
  batch->tokens = (cxd_token_provider){.size = sizeof batch->tokens, .user_data = batch, .fetch = cxd__batch_ask_token};
  if (make_flights(batch) != 0) {
    cxd__free(batch);
    return cxd__fail_nomem(error);
  }
  batch->updater = updater;
  for (const struct cxd__callback *c = updater->callbacks; c; c = c->next)
    batch->announces |= c->table.on_sending != NULL;
  cxd__updater_enter(updater);
  batch->magic = CXD__MAGIC_BATCH;
  *out = batch;
  return CXD_OK;
}

/* ------------------------------------------------------------------------ may it? */

static cxd_status held(const cxd_batch *batch, cxd_error **error) {
  if (!CXD__IS(batch, BATCH) || atomic_load(&batch->released))
    return cxd__fail(error, CXD_E_ARGUMENT, "batch is NULL, freed, or a handle of another kind: make one with cxd_batch_new()");
  return cxd__client_usable(batch->updater->client, error);
}

static cxd_status get_engine(cxd_batch *batch, uintptr_t entry, cxd_error **error) {
  struct cxd__session *session = &batch->session;
  if (!session->loan) {
    cxd_status status = cxd__session_open(session, batch->updater, entry, error);
    if (status != CXD_OK)
      return status;
    cxd__client_mark(batch->updater->client, session->loan, batch);
    session->tools.announce = cxd__batch_announce;
    session->tools.context = batch;
    if (batch->updater->client->token_events)
      session->tools.provider = &batch->tokens;
  }
  return CXD_OK;
}

cxd_status cxd__batch_enter(cxd_batch *batch, uintptr_t entry, cxd_error **error) {
  cxd_status status = held(batch, error);
  if (status == CXD_OK && batch->busy)
    status = cxd__fail(error, CXD_E_REENTRANT, "a call of this batch is in progress: go on with it when that has returned");
  if (status == CXD_OK)
    status = cxd__client_may_write(batch->updater->client, entry, error);
  if (status != CXD_OK)
    return status;
  batch->busy = 1;
  batch->session.tools.entry = entry;
  return CXD_OK;
}

static void take_down(cxd_batch *batch) {
  cxd_client *client = batch->updater->client;
  cxd__batch_forget_events(batch);
  if (batch->session.loan && cxd__client_forked(client)) {
    cxd__client_abandon(client, batch->session.loan);
    batch->session.loan = NULL;
  }
  cxd__session_close(&batch->session);
  for (size_t i = 0; i < batch->rules.concurrency; i++) {
    struct cxd__flight_of *flight = &batch->flights[i];
    cxd_campaign_free(flight->change);
    cxd__dangling_forget(&flight->dangling);
    cxd_report_free(flight->found);
    cxd_error_free(flight->refused);
    cxd__free(flight->known);
  }
  cxd__prefetch_free(batch);
  cxd__items_free(&batch->items);
  cxd__free(batch->ready.list);
  cxd__free(batch->flights);
  cxd__free(batch->why);
  cxd__buf_free(&batch->packing);
  batch->magic = CXD__MAGIC_DEAD;
  cxd__updater_leave(batch->updater);
  cxd__free(batch);
}

/* What is in flight is cancelled and ends as a cancelled update does: on record, and told. */
static void end_flights(cxd_batch *batch, uintptr_t entry) {
  batch->busy = 1;
  batch->session.tools.entry = entry;
  atomic_store(&batch->asked, CXD__STOP_CANCELLED);
  cxd__engine_cancel(batch->session.loan->engine);
  (void)cxd__batch_drive(batch, 0, NULL);
  batch->busy = 0;
}

/* From inside a callback of another batch as well: its flights have nothing to do with these. Where not even that is possible they are found out later, as after a crash. */
static void end(cxd_batch *batch, uintptr_t entry) {
  cxd_client *client = batch->updater->client;
  if (batch->in_flight && cxd__client_usable(client, NULL) == CXD_OK && cxd__client_may_read(client, entry, NULL) == CXD_OK)
    end_flights(batch, entry);
  take_down(batch);
}

void cxd__batch_leave(cxd_batch *batch) {
  batch->busy = 0;
  if (atomic_load(&batch->released))
    end(batch, batch->session.tools.entry);
}

void cxd_batch_free(cxd_batch *batch) {
  uintptr_t entry = cxd__entry();
  if (CXD__IS(batch, BATCH) && !atomic_exchange(&batch->released, 1) && !batch->busy)
    end(batch, entry);
}

/* ------------------------------------------------------------------------------ items */

/* It had nothing to do: what was asked and found out before belongs to items that are over. */
static void begin_anew(cxd_batch *batch) {
  if (atomic_load(&batch->remaining))
    return;
  atomic_store(&batch->asked, CXD__STOP_NONE);
  if (batch->session.loan)
    cxd__engine_forget_cancel(batch->session.loan->engine);
  batch->stop = CXD__STOP_NONE;
  cxd__free(batch->why);
  batch->why = NULL;
  batch->failed_before = batch->failed;
  batch->began_us = batch->requests = 0;
  batch->judged = batch->recent_failures = batch->canaries_failed = batch->not_begun = 0;
  for (size_t i = 0; i < CXD__LAST_ENDS; i++)
    batch->last[i] = 0;
}

static cxd_status add(cxd_batch *batch, void *item, size_t len, enum cxd__item_state state, struct cxd__slice document, cxd_error **error) {
  struct cxd__slice id = cxd__json_member(document, "id");
  char *decoded = NULL;
  if (cxd__json_kind(id) != CXD__JSON_STRING)
    id = (struct cxd__slice){NULL, 0};
  else if (!memchr(id.p, '\\', id.len))
    id = (struct cxd__slice){id.p + 1, id.len - 2};
  else if ((decoded = cxd__json_string(id, &id.len)) != NULL)
    id.p = decoded;
  else /* without it two updates of one campaign could run at a time */
    return cxd__fail_nomem(error);
  begin_anew(batch);
  cxd_status status = cxd__items_add(&batch->items, item, len, state, id, error);
  cxd__free(decoded);
  if (status == CXD_OK)
    atomic_fetch_add(&batch->remaining, 1);
  return status;
}

cxd_status cxd_batch_add(cxd_batch *batch, const cxd_campaign *campaign, cxd_error **error) {
  cxd_campaign *copy = NULL;
  cxd_status status = held(batch, error);
  if (status == CXD_OK && !CXD__IS(campaign, CAMPAIGN))
    status = cxd__fail(error, CXD_E_ARGUMENT, "campaign is NULL, freed, or a handle of another kind");
  if (status == CXD_OK && cxd_campaign_copy(campaign, &copy) != CXD_OK)
    status = cxd__fail_nomem(error);
  if (status == CXD_OK)
    status = add(batch, copy, 0, CXD__ITEM_CAMPAIGN, copy->root, error);
  if (status != CXD_OK)
    cxd_campaign_free(copy);
  return status;
}

cxd_status cxd_batch_add_json(cxd_batch *batch, const char *json, size_t len, cxd_error **error) {
  cxd_status status = held(batch, error);
  if (status == CXD_OK && !json)
    status = cxd__fail(error, CXD_E_ARGUMENT, "json is NULL");
  if (status == CXD_OK && len > CXD__ITEM_TEXT_MAX)
    status = cxd__fail(error, CXD_E_TOO_LARGE, "an item of %zu bytes: %u is the most", len, CXD__ITEM_TEXT_MAX);
  if (status != CXD_OK)
    return status;
  char *text = cxd__strndup(len ? json : " ", len ? len : 1);
  if (!text)
    return cxd__fail_nomem(error);
  struct cxd__item probe = {.held = text, .len = (uint32_t)(len ? len : 1), .state = CXD__ITEM_TEXT};
  status = add(batch, text, probe.len, CXD__ITEM_TEXT, cxd__item_document(&probe), error);
  if (status != CXD_OK)
    cxd__free(text);
  return status;
}

/* ----------------------------------------------------------------------------- running */

cxd_status cxd__batch_engine(cxd_batch *batch, uintptr_t entry, cxd_error **error) {
  cxd_error *why = NULL;
  cxd_status status = get_engine(batch, entry, &why);
  if (status != CXD_OK)
    cxd__batch_break_off(batch, status, why);
  cxd__error_give(error, why);
  return status;
}

/* Nothing remains, and yet its descriptor may be readable, for a cancel or the end of a token exchange: a host that watches it would spin. */
cxd_status cxd__batch_idle(cxd_batch *batch, cxd_error **error) {
  if (!batch->session.loan)
    return CXD_OK;
  cxd_status status = cxd__engine_look(batch->session.loan->engine, 0, error);
  cxd__engine_turns(batch->session.loan->engine);
  return status;
}

cxd_status cxd_batch_run(cxd_batch *batch, cxd_error **error) {
  uintptr_t entry = cxd__entry();
  cxd_status status = cxd__batch_enter(batch, entry, error);
  if (status != CXD_OK)
    return status;
  batch->eventful = 0;
  if (atomic_load(&batch->remaining))
    status = cxd__batch_engine(batch, entry, error);
  while (status == CXD_OK && atomic_load(&batch->remaining))
    status = cxd__batch_drive(batch, -1, error);
  if (status == CXD_OK && batch->session.loan)
    (void)cxd__engine_linger(batch->session.loan->engine, NULL);
  if (status == CXD_OK)
    status = cxd__batch_verdict(batch, error);
  cxd__batch_leave(batch);
  return status;
}

int32_t cxd_batch_fd(cxd_batch *batch) {
  uintptr_t entry = cxd__entry();
  if (held(batch, NULL) != CXD_OK || get_engine(batch, entry, NULL) != CXD_OK)
    return -1;
  return cxd__engine_fd(batch->session.loan->engine);
}

int64_t cxd_batch_timeout_ms(cxd_batch *batch) {
  if (held(batch, NULL) != CXD_OK || atomic_load(&batch->remaining) == 0)
    return -1;
  if (!batch->session.loan || cxd__batch_can_begin(batch))
    return 0;
  int64_t us = cxd__engine_timeout_us(batch->session.loan->engine);
  return us < 0 ? -1 : (us + 999) / 1000;
}

cxd_status cxd_batch_process(cxd_batch *batch, int32_t *remaining, cxd_error **error) {
  uintptr_t entry = cxd__entry();
  if (remaining)
    *remaining = 0;
  cxd_status status = cxd__batch_enter(batch, entry, error);
  if (status != CXD_OK)
    return status;
  batch->eventful = 1;
  int any = atomic_load(&batch->remaining) != 0;
  if (any)
    status = cxd__batch_engine(batch, entry, error);
  if (status == CXD_OK)
    status = any ? cxd__batch_drive(batch, 0, error) : cxd__batch_idle(batch, error);
  size_t left = atomic_load(&batch->remaining);
  if (status == CXD_OK && left == 0)
    status = cxd__batch_verdict(batch, error);
  if (remaining)
    *remaining = (int32_t)left;
  cxd__batch_leave(batch);
  return status;
}

/* ------------------------------------------------------------------- stop and cancel */

void cxd_batch_stop(cxd_batch *batch) {
  int none = CXD__STOP_NONE;
  if (held(batch, NULL) != CXD_OK || atomic_load(&batch->remaining) == 0)
    return;
  atomic_compare_exchange_strong(&batch->asked, &none, CXD__STOP_ASKED);
  cxd__client_wake_part(batch->updater->client, batch);
}

void cxd_batch_cancel(cxd_batch *batch) {
  if (held(batch, NULL) != CXD_OK || atomic_load(&batch->remaining) == 0)
    return;
  atomic_store(&batch->asked, CXD__STOP_CANCELLED);
  cxd__client_cancel_part(batch->updater->client, batch);
}
