/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Which item is begun next, when no more are, and the loop that does it. */
#include "api/batch.h"
#include "base/error.h"
#include "base/mem.h"

#define JUDGED_LEAST 20

/* --------------------------------------------------------------------- no more items */

static void stop(cxd_batch *batch, enum cxd__stop why, struct cxd__buf *words) {
  int stronger = why == CXD__STOP_BROKEN || (why == CXD__STOP_CANCELLED && batch->stop != CXD__STOP_BROKEN);
  if (batch->stop == CXD__STOP_NONE || (stronger && batch->stop != why)) {
    batch->stop = why;
    cxd__free(batch->why);
    batch->why = cxd__buf_take(words);
  }
  cxd__buf_free(words);
}

static void stop_words(cxd_batch *batch, enum cxd__stop why, const char *words) {
  struct cxd__buf text = {0};
  cxd__buf_str(&text, words);
  stop(batch, why, &text);
}

static void heed_asked(cxd_batch *batch) {
  int asked = atomic_load(&batch->asked);
  if (batch->session.loan && cxd__session_cancelled(&batch->session))
    asked = CXD__STOP_CANCELLED;
  if (asked == CXD__STOP_CANCELLED)
    stop_words(batch, CXD__STOP_CANCELLED, "cancelled by the caller");
  else if (asked)
    stop_words(batch, CXD__STOP_ASKED, "stopped by the caller");
}

static void heed_errors(cxd_batch *batch) {
  const struct cxd__batch_rules *rules = &batch->rules;
  size_t judged = batch->judged < CXD__LAST_ENDS ? batch->judged : CXD__LAST_ENDS;
  struct cxd__buf words = {0};
  if (batch->stop != CXD__STOP_NONE)
    return;
  if (rules->max_errors && batch->failed - batch->failed_before >= rules->max_errors) {
    cxd__buf_fmt(&words, "stopped after %zu failures (update.max_errors is %zu)", batch->failed - batch->failed_before, rules->max_errors);
    stop(batch, CXD__STOP_ERRORS, &words);
  } else if (rules->max_error_rate > 0 && batch->judged >= JUDGED_LEAST && (double)batch->recent_failures > rules->max_error_rate * (double)judged) {
    cxd__buf_fmt(&words, "stopped because %zu of the last %zu items failed (update.max_error_rate is ", batch->recent_failures, judged);
    cxd__buf_real(&words, rules->max_error_rate);
    cxd__buf_char(&words, ')');
    stop(batch, CXD__STOP_ERROR_RATE, &words);
  } else if (batch->canaries_failed) {
    cxd__buf_fmt(&words, "stopped because %zu of the first %zu items failed (update.canary)", batch->canaries_failed, rules->canary);
    stop(batch, CXD__STOP_CANARY, &words);
  }
}

const char *cxd__batch_why_not(const cxd_batch *batch) { return batch->stop == CXD__STOP_NONE ? "" : batch->why ? batch->why : "stopped"; }

/* Items that were not begun are over; they keep what they were given until somebody wants to know. */
static void end_rest(cxd_batch *batch) {
  for (uint32_t i = 0; i < batch->items.count; i++) {
    struct cxd__item *item = &batch->items.list[i];
    if (!cxd__item_waiting(item))
      continue;
    item->state = CXD__ITEM_NOT_BEGUN;
    item->stop = (uint8_t)batch->stop;
    (void)cxd__numbers_add(&batch->items.ended, i);
    batch->not_begun++;
    batch->failed++;
    batch->outcomes[batch->stop == CXD__STOP_BROKEN ? CXD_OUTCOME_NOT_APPLIED : CXD_OUTCOME_CANCELLED]++;
    batch->canaries_ended += i < batch->rules.canary;
    atomic_fetch_sub(&batch->remaining, 1);
  }
  batch->cursor = (uint32_t)batch->items.count;
  batch->ready.at = batch->ready.count = 0; /* what was to go on is over */
}

/* ----------------------------------------------------------------------- the next item */

/* The others are begun when all of the canaries are over; there may be fewer items than that. */
static int canaries_fly(const cxd_batch *batch) {
  size_t canaries = batch->rules.canary < batch->items.count ? batch->rules.canary : batch->items.count;
  return batch->canaries_ended < canaries;
}

/* What was passed over first: while canaries fly these are canaries, as nothing behind them was looked at yet. */
static uint32_t take_next(cxd_batch *batch) {
  int only_canaries = canaries_fly(batch);
  uint32_t number = cxd__numbers_take(&batch->ready);
  while (number == CXD__NO_ITEM && batch->cursor < batch->items.count) {
    struct cxd__item *item = &batch->items.list[batch->cursor];
    if (only_canaries && batch->cursor >= batch->rules.canary)
      return CXD__NO_ITEM;
    if (cxd__item_waiting(item) && !item->waits)
      number = batch->cursor;
    else
      item->passed = cxd__item_waiting(item) != 0;
    batch->cursor++;
  }
  return number;
}

/* No more in a row than there are flights: items that end at once keep neither the network, a stop nor those who watch waiting. */
static int begin_items(cxd_batch *batch) {
  size_t begun = 0;
  cxd__prefetch_consider(batch);
  while (batch->stop == CXD__STOP_NONE && batch->idle && begun < batch->rules.concurrency && !cxd__prefetch_holds(batch)) {
    uint32_t number = take_next(batch);
    if (number == CXD__NO_ITEM)
      break;
    cxd__flight_begin(batch, number);
    heed_asked(batch);
    heed_errors(batch);
    begun++;
  }
  return begun != 0;
}

static int take_in(cxd_batch *batch) {
  uint32_t op;
  void *flight;
  int any = 0;
  while (cxd__engine_take_done(batch->session.loan->engine, &op, &flight)) {
    cxd__flight_done(flight);
    any = 1;
  }
  return any;
}

/* ------------------------------------------------------------------------- progress */

static void tell_progress(cxd_batch *batch) {
  size_t done = cxd_batch_done(batch), total = cxd_batch_count(batch);
  int accepted = 1;
  if (batch->told == done)
    return;
  batch->told = done;
  for (struct cxd__callback *c = batch->updater->callbacks; c; c = c->next) {
    if (!c->table.on_progress)
      continue;
    struct cxd__frame *frame = cxd__frame_enter(&batch->updater->client->frames, CXD__INSIDE_READING_ALLOWED, batch->session.tools.entry);
    int agreed = frame && c->table.on_progress(c->table.user_data, done, total) == CXD_ACCEPTED;
    cxd__shared_count_callback(&batch->updater->client->shared, agreed);
    accepted &= agreed;
    if (frame)
      cxd__frame_leave(&batch->updater->client->frames, frame);
  }
  if (!accepted)
    stop_words(batch, CXD__STOP_PROGRESS, "stopped because an on_progress callback did not accept");
}

/* --------------------------------------------------------------------------- the loop */

static void all_that_can_be_done(cxd_batch *batch) {
  int any;
  do {
    heed_asked(batch);
    any = begin_items(batch);
    cxd__engine_turns(batch->session.loan->engine);
    any |= take_in(batch);
    heed_errors(batch);
    tell_progress(batch);
  } while (any);
  if (batch->stop != CXD__STOP_NONE && batch->in_flight == 0 && batch->prefetch.state != CXD__PREFETCH_LISTING) {
    end_rest(batch);
    tell_progress(batch);
  }
}

/* The network cannot be waited for any more: what is in flight ends as it stands, and nothing else is begun. */
void cxd__batch_break_off(cxd_batch *batch, cxd_status status, const cxd_error *error) {
  batch->broken = status;
  stop_words(batch, CXD__STOP_BROKEN, error ? cxd_error_message(error) : cxd_status_text(status));
  if (batch->session.loan) {
    cxd__engine_cancel(batch->session.loan->engine);
    all_that_can_be_done(batch);
  }
  if (batch->in_flight == 0)
    end_rest(batch);
}

cxd_status cxd__batch_drive(cxd_batch *batch, int64_t timeout_us, cxd_error **error) {
  cxd_error *why = NULL;
  struct cxd__engine *engine = batch->session.loan->engine;
  if (batch->began_us == 0)
    batch->began_us = cxd__clock_read().mono_us;
  cxd_status status = cxd__engine_look(engine, cxd__batch_can_begin(batch) ? 0 : timeout_us, &why);
  if (status == CXD_OK)
    all_that_can_be_done(batch);
  else
    cxd__batch_break_off(batch, status, why);
  cxd__error_give(error, why);
  return status;
}

int cxd__batch_can_begin(const cxd_batch *batch) {
  if (batch->stop == CXD__STOP_NONE && atomic_load(&batch->asked))
    return 1;
  if (!batch->idle || batch->stop != CXD__STOP_NONE || cxd__prefetch_holds(batch))
    return 0;
  if (batch->ready.at < batch->ready.count)
    return 1;
  return batch->cursor < (canaries_fly(batch) && batch->rules.canary < batch->items.count ? batch->rules.canary : batch->items.count);
}

/* Once more nothing remains: what was asked, counted and found out belongs to the items that are over. */
cxd_status cxd__batch_verdict(cxd_batch *batch, cxd_error **error) {
  size_t not_begun = batch->not_begun;
  cxd_status status = batch->stop == CXD__STOP_NONE ? CXD_OK : batch->stop == CXD__STOP_BROKEN ? batch->broken : CXD_E_CANCELLED;
  if (not_begun == 0 && batch->stop != CXD__STOP_CANCELLED && batch->stop != CXD__STOP_BROKEN)
    status = CXD_OK; /* it came too late to matter */
  if (status != CXD_OK)
    (void)cxd__fail(error, status, "%s: %zu of %zu items were not begun", cxd__batch_why_not(batch), not_begun, batch->items.count);
  return status;
}
