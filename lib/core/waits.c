/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Who waits, and who may go on. A time is looked for in a heap. Of those who wait for the quota only the one whose turn is next in this core
 * looks, and only when something has changed or its time has come; those who wait for the token look when a flight begins or ends, or its
 * lease is over. Whoever waits for an event costs nothing.
 */
#include "core/op.h"

void cxd__op_end_wait(struct cxd__op *op, cxd__now now) {
  static const int part[] = {[CXD__WAIT_SLOT] = CXD_LATENCY_RATE_WAIT, [CXD__WAIT_TOKEN] = CXD_LATENCY_TOKEN, [CXD__WAIT_TIMER] = CXD_LATENCY_BACKOFF};
  if (op->result && op->wait != CXD__WAIT_NOTHING && op->wait != CXD__WAIT_EVENT)
    op->result->latency_us[part[op->wait]] += now.mono_us - op->wait_began_us;
  cxd__waits_forget(op);
  op->wait = CXD__WAIT_NOTHING;
}

static uint64_t flights_now(const struct cxd__core *core) { return atomic_load_explicit(&core->shared->flights, memory_order_acquire); }

static int64_t lease_us(const struct cxd__core *core) { return atomic_load_explicit(&core->shared->lease_us, memory_order_relaxed); }

static void await_token(struct cxd__op *op) {
  struct cxd__waits *waits = &op->core->waits;
  if (!waits->first_token)
    waits->flights = flights_now(op->core) - (uint64_t)cxd__shared_flight_over(op->core->shared, op->awaited, INT64_MIN); /* over already: look at once */
  op->previous_token = waits->last_token;
  op->next_token = NULL;
  if (waits->last_token)
    waits->last_token->next_token = op;
  else
    waits->first_token = op;
  waits->last_token = op;
  op->awaits_token = 1;
}

void cxd__waits_forget(struct cxd__op *op) {
  struct cxd__waits *waits = &op->core->waits;
  cxd__table_set_timer(&op->core->table, op, INT64_MAX);
  if (!op->awaits_token)
    return;
  op->awaits_token = 0;
  if (op->previous_token)
    op->previous_token->next_token = op->next_token;
  else
    waits->first_token = op->next_token;
  if (op->next_token)
    op->next_token->previous_token = op->previous_token;
  else
    waits->last_token = op->previous_token;
}

/* due: of a timer, or when the quota may be looked at again. */
void cxd__op_begin_wait(struct cxd__op *op, cxd__now now, enum cxd__wait wait, int64_t due) {
  struct cxd__waits *waits = &op->core->waits;
  if (op->wait != wait) {
    cxd__op_end_wait(op, now);
    op->wait_began_us = now.mono_us;
  } else
    cxd__waits_forget(op);
  op->wait = wait;
  op->due_mono_us = wait == CXD__WAIT_TIMER ? due : INT64_MAX;
  cxd__table_set_timer(&op->core->table, op, op->due_mono_us < op->deadline_mono_us ? op->due_mono_us : op->deadline_mono_us);
  if (wait == CXD__WAIT_TOKEN)
    await_token(op);
  else if (wait == CXD__WAIT_SLOT && cxd__lane_first(&op->core->lane) == &op->ticket) { /* it has just looked for the whole lane */
    waits->own_changes = 0;
    waits->slot_us = due;
  } else if (wait == CXD__WAIT_SLOT && due < waits->slot_us)
    waits->slot_us = due;
}

/* ------------------------------------------------------------------------- going on */

static void look_at_time(struct cxd__core *core, cxd__now now) {
  struct cxd__op *op;
  while ((op = cxd__table_next_timer(&core->table)) != NULL && op->timer_us <= now.mono_us)
    if (now.mono_us >= op->deadline_mono_us)
      cxd__op_expire(op, now);
    else {
      cxd__op_end_wait(op, now);
      cxd__op_resend(op, now);
    }
}

static void look_at_token(struct cxd__core *core, cxd__now now) {
  struct cxd__waits *waits = &core->waits;
  uint64_t flights = flights_now(core);
  if (!waits->first_token || (flights == waits->flights && now.mono_us < lease_us(core)))
    return;
  waits->flights = flights;
  struct cxd__op *last = waits->last_token, *next = waits->first_token;
  for (struct cxd__op *op = NULL; op != last;) {
    op = next;
    next = op->next_token;
    if (cxd__shared_flight_over(core->shared, op->awaited, now.mono_us))
      cxd__op_resend(op, now);
  }
}

static struct cxd__op *op_of(struct cxd__ticket *ticket) { return ticket ? (struct cxd__op *)(void *)((char *)ticket - offsetof(struct cxd__op, ticket)) : NULL; }

/* The server wants a pause: for some it is too long. */
static void look_at_gate(struct cxd__core *core, cxd__now now) {
  uint64_t closings = atomic_load_explicit(&core->shared->closings, memory_order_acquire);
  if (closings == core->waits.closings)
    return;
  core->waits.closings = closings;
  for (int turn = 0; turn < CXD__TURNS; turn++)
    for (struct cxd__ticket *ticket = core->lane.classes[turn].first, *next; ticket; ticket = next) {
      next = ticket->next;
      cxd__op_resend(op_of(ticket), now);
    }
}

static void look_at_quota(struct cxd__core *core, cxd__now now) {
  struct cxd__waits *waits = &core->waits;
  struct cxd__op *op;
  while ((op = op_of(cxd__lane_first(&core->lane))) != NULL) {
    uint64_t changes = atomic_load_explicit(&core->shared->changes, memory_order_acquire);
    if (changes == waits->changes && now.mono_us < waits->slot_us)
      return;
    waits->changes = changes;
    waits->own_changes = 0;
    waits->slot_us = INT64_MAX;
    cxd__op_resend(op, now);
  }
  waits->slot_us = INT64_MAX;
}

void cxd__waits_look(struct cxd__core *core, cxd__now now) {
  look_at_time(core, now);
  look_at_token(core, now);
  look_at_gate(core, now);
  look_at_quota(core, now);
}

/* What this core itself has changed since the last look nobody wakes it for. */
int64_t cxd__waits_due(const struct cxd__core *core) {
  const struct cxd__waits *waits = &core->waits;
  const struct cxd__op *timer = cxd__table_next_timer(&core->table);
  int64_t due = timer ? timer->timer_us : INT64_MAX;
  if (waits->first_token && flights_now(core) != waits->flights)
    return 0;
  if (waits->first_token && lease_us(core) < due)
    due = lease_us(core);
  if (cxd__lane_first(&core->lane))
    due = waits->own_changes ? 0 : waits->slot_us < due ? waits->slot_us : due;
  return due;
}
