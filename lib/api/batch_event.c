/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Events are not queued: each is made of what the batch knows anyway, when somebody asks for the next one. */
#include <string.h>

#include "api/batch.h"
#include "base/error.h"
#include "base/mem.h"

#define LONGEST_MS 1000000000000 /* thirty years; in microseconds it still fits */

/* ------------------------------------------------------------------------------ tokens */

static void forget_token(cxd_batch *batch, const char *why) {
  if (batch->sink)
    (void)cxd__sink_fail(batch->sink, 1, why);
  batch->sink = NULL;
}

int32_t cxd__batch_ask_token(void *context, const cxd_token_request *request, cxd_token_sink *sink) {
  cxd_batch *batch = context;
  if (!batch->eventful) {
    (void)cxd__sink_fail(sink, 1, "tokens come as events (cxd_client_use_token_events), which cxd_batch_run() has none of: drive the batch with cxd_batch_next_event()");
    return CXD_ACCEPTED;
  }
  forget_token(batch, "not asked for in time"); /* the one before was given up */
  batch->sink = sink;
  batch->request = *request;
  return CXD_PENDING;
}

static void drop_event(cxd_batch *batch) {
  cxd__free(batch->event);
  batch->event = NULL;
}

void cxd__batch_forget_events(cxd_batch *batch) {
  if (cxd__client_forked(batch->updater->client))
    batch->sink = NULL; /* it would wake the parent */
  forget_token(batch, "the batch was freed");
  drop_event(batch);
}

/* ------------------------------------------------------------------------- what there is */

static void take_checkpoint(cxd_batch *batch) {
  if (batch->updater->audit)
    (void)cxd__audit_take_checkpoint(batch->updater->audit, &batch->checkpoint_seq, batch->checkpoint);
}

static void tell_token(cxd_batch *batch, cxd_event *event) {
  event->kind = CXD_EVENT_TOKEN;
  event->request = batch->request;
  event->sink = batch->sink;
  batch->sink = NULL;
}

static void tell_checkpoint(cxd_batch *batch, cxd_event *event) {
  event->kind = CXD_EVENT_CHECKPOINT;
  event->seq = batch->checkpoint_seq;
  memcpy(event->text, batch->checkpoint, sizeof event->text);
  batch->checkpoint_seq = 0;
}

static void tell_result(cxd_batch *batch, cxd_event *event) {
  event->kind = CXD_EVENT_RESULT;
  event->item = batch->items.ended.list[batch->delivered++];
  event->result = cxd_batch_result(batch, event->item);
  if (!event->result && batch->items.list[event->item].state != CXD__ITEM_DROPPED)
    event->result = cxd__batch_lost();
}

/* 1: it is one. A token first: others may wait for it. */
static int tell(cxd_batch *batch, cxd_event *event) {
  take_checkpoint(batch);
  if (batch->sink && !cxd__sink_wanted(batch->sink)) /* the host is not sent for a token that nobody needs */
    forget_token(batch, "nobody waits for it any more");
  event->done = cxd_batch_done(batch);
  event->total = cxd_batch_count(batch);
  if (batch->sink)
    tell_token(batch, event);
  else if (batch->checkpoint_seq)
    tell_checkpoint(batch, event);
  else if (batch->delivered < batch->items.ended.count)
    tell_result(batch, event);
  else if (atomic_load(&batch->remaining) == 0)
    event->kind = CXD_EVENT_DONE;
  return event->kind != CXD_EVENT_NONE;
}

/* ------------------------------------------------------------------------------ the next */

static cxd_status drive_until(cxd_batch *batch, int64_t timeout_ms, cxd_event *event, cxd_error **error) {
  int64_t end_us = cxd__clock_read().mono_us + (timeout_ms < LONGEST_MS ? timeout_ms : LONGEST_MS) * 1000;
  cxd_status status = CXD_OK;
  for (int first = 1; status == CXD_OK && !tell(batch, event); first = 0) {
    int64_t left = timeout_ms < 0 ? -1 : end_us - cxd__clock_read().mono_us;
    if (!first && timeout_ms >= 0 && left <= 0)
      break;
    status = cxd__batch_drive(batch, timeout_ms < 0 ? -1 : left > 0 ? left : 0, error);
  }
  return status;
}

static cxd_status next(cxd_batch *batch, int64_t timeout_ms, uintptr_t entry, cxd_error **error) {
  int told = batch->delivered < batch->items.ended.count;
  cxd_status status = CXD_OK;
  if (atomic_load(&batch->remaining) && !told)
    status = cxd__batch_engine(batch, entry, error);
  else if (atomic_load(&batch->remaining) == 0)
    status = cxd__batch_idle(batch, error);
  if (status == CXD_OK)
    status = drive_until(batch, timeout_ms, batch->event, error);
  if (status == CXD_OK && batch->event->kind == CXD_EVENT_DONE)
    status = cxd__batch_verdict(batch, error);
  return status;
}

cxd_status cxd_batch_next_event(cxd_batch *batch, int64_t timeout_ms, const cxd_event **out, cxd_error **error) {
  uintptr_t entry = cxd__entry();
  if (!out)
    return cxd__fail(error, CXD_E_ARGUMENT, "out is NULL: pass the address of a const cxd_event *");
  *out = NULL;
  cxd_status status = cxd__batch_enter(batch, entry, error);
  if (status != CXD_OK)
    return status;
  batch->eventful = 1;
  drop_event(batch);
  batch->event = cxd__alloc(sizeof *batch->event);
  if (batch->event) {
    batch->event->magic = CXD__MAGIC_EVENT;
    status = next(batch, timeout_ms, entry, error);
    *out = atomic_load(&batch->released) ? NULL : batch->event; /* freed inside a callback: it goes with the batch */
  } else
    status = cxd__fail_nomem(error);
  cxd__batch_leave(batch);
  return status;
}

/* ------------------------------------------------------------------------------ getters */

int32_t cxd_event_kind(const cxd_event *event) { return CXD__IS(event, EVENT) ? event->kind : CXD_EVENT_NONE; }

size_t cxd_event_item(const cxd_event *event) { return CXD__IS(event, EVENT) ? event->item : 0; }

const cxd_result *cxd_event_result(const cxd_event *event) { return CXD__IS(event, EVENT) ? event->result : NULL; }

size_t cxd_event_done(const cxd_event *event) { return CXD__IS(event, EVENT) ? event->done : 0; }

size_t cxd_event_total(const cxd_event *event) { return CXD__IS(event, EVENT) ? event->total : 0; }

int64_t cxd_event_seq(const cxd_event *event) { return CXD__IS(event, EVENT) ? event->seq : 0; }

const char *cxd_event_text(const cxd_event *event) { return CXD__IS(event, EVENT) ? event->text : ""; }

const cxd_token_request *cxd_event_token_request(const cxd_event *event) { return CXD__IS(event, EVENT) && event->kind == CXD_EVENT_TOKEN ? &event->request : NULL; }

cxd_token_sink *cxd_event_token_sink(const cxd_event *event) { return CXD__IS(event, EVENT) ? event->sink : NULL; }
