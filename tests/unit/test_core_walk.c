/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Random walks: a few operations on one to three cores of one client, against a server that applies, refuses, loses and
 * delays as a seeded generator says. The server's own account of what it applied is held against every result.
 */
#include <stdio.h>
#include <stdlib.h>

#include "run.h"
#include "walk_server.h"

enum { WALKS = 24000, STEPS = 900 };

/* ---------------------------------------------------------------------- invariants */

static struct op *op_of(const struct core_rig *rig, uint32_t id) {
  for (int i = 0; i < w.op_count; i++)
    if (w.ops[i].rig == rig && w.ops[i].id == id && !w.ops[i].gone)
      return &w.ops[i];
  return NULL;
}

/* An exchange that is older than its time-out and a second has lost its lease: somebody else may fetch. */
static int is_live_exchange(const struct pending *p) {
  return p->act.kind == CXD__ACT_SEND && p->act.request.kind == CXD__CLASS_TOKEN && !p->aborted && now_us() < p->at + p->act.request.timeout_us + CXD__LEASE_SLACK_US;
}

static void saw_send(struct op *op, const struct cxd__action *act) {
  ck_assert_int_gt(act->request.timeout_us, 0);
  if (act->request.kind == CXD__CLASS_TOKEN) {
    for (int i = 0; i < w.open_count; i++)
      ck_assert_msg(!is_live_exchange(&w.open[i]), "two token exchanges at a time");
    return;
  }
  ck_assert_ptr_nonnull(op);
  if (act->request.kind != CXD__CLASS_PUT)
    return;
  ck_assert_int_eq(op->job.kind, CXD__JOB_APPLY);
  ck_assert_msg(op->job.audit != CXD__AUDIT_REQUIRED || op->intent_ready, "a PUT without an intent");
  ck_assert_msg(op->outcomes == 0, "a PUT after the outcome record");
  ck_assert_int_eq(op->open_sends, 0);
  op->puts++;
  op->open_sends++;
}

static void saw_append(struct op *op, const struct cxd__action *act) {
  ck_assert_ptr_nonnull(op);
  ck_assert_int_eq(op->job.kind, CXD__JOB_APPLY);
  ck_assert_int_ne(op->job.audit, CXD__AUDIT_OFF);
  ck_assert_msg(op->outcomes == 0, "a record after the outcome record");
  ck_assert_int_eq(op->open_sends, 0);
  if (strncmp(act->record, "\"k\":\"outcome\"", 13) == 0)
    op->outcomes++;
  else
    op->intent_ready = 0;
}

static void assert_truth(const struct op *op, const cxd_result *r) {
  const char *what = cxd__outcome_name(r->outcome);
  switch (r->outcome) {
  case CXD_OUTCOME_APPLIED:
  case CXD_OUTCOME_APPLIED_READBACK: ck_assert_msg(op->applied > 0, "%s although nothing was applied", what); return;
  case CXD_OUTCOME_CANCELLED: ck_assert_msg(op->sends == 0, "%s although a PUT has left", what); return;
  case CXD_OUTCOME_CONFLICT: ck_assert_msg(op->applied == 0 || op->overwritten || op->late, "%s although it was applied", what); return;
  case CXD_OUTCOME_PLANNED: ck_assert_int_eq(op->puts, 0); return;
  case CXD_OUTCOME_UNCHANGED:
  case CXD_OUTCOME_REJECTED:
  case CXD_OUTCOME_NOT_APPLIED: /* without a validator a change that was undone before it could be read back was never there */
    ck_assert_msg(op->applied == 0 || op->late || (w.mode == NONE && op->overwritten), "%s although it was applied", what);
    return;
  default: ck_assert_int_eq(r->outcome, CXD_OUTCOME_UNKNOWN);
  }
}

static void finish_update(struct op *op) {
  cxd_result *r = cxd__core_take_result(op->rig->core, op->id);
  ck_assert_ptr_nonnull(r);
  assert_truth(op, r);
  ck_assert_int_eq(r->sends, op->sends);
  ck_assert_int_eq(cxd_error_status(r->error), r->status);
  int good = r->outcome == CXD_OUTCOME_APPLIED || r->outcome == CXD_OUTCOME_APPLIED_READBACK || r->outcome == CXD_OUTCOME_UNCHANGED || r->outcome == CXD_OUTCOME_PLANNED;
  ck_assert_msg((r->status == CXD_OK) == good, "%s with %s", cxd__outcome_name(r->outcome), cxd_status_name(r->status));
  if (op->job.kind == CXD__JOB_APPLY && op->job.audit == CXD__AUDIT_REQUIRED && r->audit_status == CXD_OK)
    ck_assert_int_eq(op->outcomes, 1);
  for (int part = 0; part < CXD__LATENCY_PARTS; part++)
    ck_assert_int_ge(r->latency_us[part], 0);
  cxd_result_free(r);
}

static void finish_read(struct op *op) {
  struct cxd__buf body = {0};
  cxd_error *error = NULL;
  char *etag = NULL;
  cxd_status status = cxd__core_take_reply(op->rig->core, op->id, &body, &etag, &error);
  ck_assert_int_eq(cxd_error_status(error), status);
  cxd__buf_free(&body);
  cxd__free(etag);
  cxd_error_free(error);
}

/* Nobody waits for it: it may come while anything else of the operation is open, but not behind its outcome. */
static void saw_note(struct core_rig *rig, const struct op *op, const struct cxd__action *act) {
  ck_assert_ptr_nonnull(op);
  ck_assert_int_eq(op->job.kind, CXD__JOB_APPLY);
  ck_assert_int_ne(op->job.audit, CXD__AUDIT_OFF);
  ck_assert_msg(op->outcomes == 0, "a record after the outcome record");
  ck_assert_int_eq(act->reserve, 0);
  struct cxd__event event = {.kind = CXD__EV_APPENDED, .op = act->op, .tag = act->tag, .status = chance(90) ? CXD_OK : CXD_E_AUDIT};
  cxd__core_feed(rig->core, rig->world->now, &event);
}

static void saw_done(struct op *op) {
  ck_assert_ptr_nonnull(op);
  ck_assert_int_eq(op->open_sends, 0);
  op->done = 1;
  if (op->job.kind == CXD__JOB_GET || op->job.kind == CXD__JOB_LIST)
    finish_read(op);
  else
    finish_update(op);
  cxd__core_drop(op->rig->core, op->id);
}

static void saw_abort(const struct core_rig *rig, const struct cxd__action *act) {
  for (int i = 0; i < w.open_count; i++)
    if (w.open[i].rig == rig && w.open[i].act.op == act->op && w.open[i].act.tag == act->tag)
      w.open[i].aborted = 1;
}

static void saw(struct core_rig *rig, const struct cxd__action *act) {
  struct op *op = op_of(rig, act->op);
  ck_assert_msg(!op || !op->done, "an action after DONE");
  if (act->in_passing) {
    saw_note(rig, op, act);
    return;
  }
  if (act->kind == CXD__ACT_SEND)
    saw_send(op, act);
  else if (act->kind == CXD__ACT_APPEND)
    saw_append(op, act);
  else if (act->kind == CXD__ACT_DONE)
    saw_done(op);
  else if (act->kind == CXD__ACT_ABORT)
    saw_abort(rig, act);
  if (act->kind == CXD__ACT_DONE || act->kind == CXD__ACT_ABORT)
    return;
  ck_assert_int_lt(w.open_count, OPEN);
  w.open[w.open_count++] = (struct pending){rig, op, *act, 0, now_us()};
}

static int by_time(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void assert_quota(void) {
  qsort(w.sent_at, w.sent_count, sizeof *w.sent_at, by_time);
  for (size_t i = w.limit; w.limit && i < w.sent_count; i++)
    ck_assert_msg(w.sent_at[i] - w.sent_at[i - w.limit] > w.limit_window, "over the quota");
}

/* ------------------------------------------------------------------------ the walk */

/* Like an engine: looks only when it was fed, woken, or its timer is due. */
static int drain(int i) {
  struct core_rig *rig = &w.rigs[i];
  int64_t due = cxd__core_due(rig->core);
  if (!w.attention[i] && !rig->woken && due > now_us())
    return 0;
  w.attention[i] = rig->woken = 0;
  struct cxd__action act;
  int any = 0;
  while (cxd__core_next(rig->core, rig->world->now, &act)) {
    ck_assert_int_lt(++any, 200);
    saw(rig, &act);
  }
  return any;
}

static void drain_all(void) {
  for (int round = 0, any = 1; any; round++) {
    ck_assert_msg(round < 200, "a hot loop");
    any = 0;
    for (int i = 0; i < w.cores; i++)
      any |= drain(i) || w.rigs[i].woken;
  }
}

static int alive(void) {
  int n = 0;
  for (int i = 0; i < w.op_count; i++)
    n += !w.ops[i].done && !w.ops[i].gone;
  return n;
}

/* Looking without a reason finds nothing: whoever could go on, or has to wait for less long, was woken. */
static int64_t settled_due(struct core_rig *rig) {
  struct cxd__action act;
  int64_t due = cxd__core_due(rig->core);
  if (due > now_us() && !cxd__limiter_head(&w.rigs[0].own.shared.limiter)) { /* in the queue others than its head sleep longer on purpose */
    ck_assert_msg(cxd__core_next(rig->core, rig->world->now, &act) == 0, "an operation was not woken");
    ck_assert_msg(cxd__core_due(rig->core) >= due, "an operation slept too long"); /* a gate may have been closed meanwhile */
  }
  return due;
}

static void sleep_to_next_timer(void) {
  int64_t due = INT64_MAX;
  for (int i = 0; i < w.cores; i++) {
    int64_t mine = settled_due(&w.rigs[i]);
    due = mine < due ? mine : due;
  }
  ck_assert_msg(due != INT64_MAX, "nothing is awaited and %d operations are not done", alive());
  ck_assert_msg(due > now_us(), "a timer in the past that does nothing");
  core_pass(&w.rigs[0], due - now_us());
}

static struct cxd__job some_job(struct op *op) {
  struct cxd__job job = {.kind = CXD__JOB_APPLY, .change = op->change, .actor = chance(20) ? "ops" : NULL};
  job.audit = chance(70) ? CXD__AUDIT_REQUIRED : chance(50) ? CXD__AUDIT_BEST_EFFORT : CXD__AUDIT_OFF;
  job.replace = chance(15);
  job.verify_always = chance(20);
  if (chance(20)) {
    job.kind = chance(40) ? CXD__JOB_PLAN : chance(50) ? CXD__JOB_GET : CXD__JOB_LIST;
    job.id = "c1";
  }
  return job;
}

static void start_one(void) {
  if (w.op_count == OPS)
    return;
  struct op *op = &w.ops[w.op_count++];
  char text[64];
  *op = (struct op){.rig = &w.rigs[below((uint64_t)w.cores)], .member = (int)below(MEMBERS), .value = ++w.next_value};
  (void)snprintf(text, sizeof text, "{\"id\":\"c1\",\"m%d\":%lld}", op->member, (long long)op->value);
  ck_assert_int_eq(cxd__campaign_make(text, strlen(text), "change", &op->change, NULL), CXD_OK);
  op->job = some_job(op);
  ck_assert_int_eq(cxd__core_start(op->rig->core, &op->job, op->rig->world->now, &op->id, NULL), CXD_OK);
  w.attention[op->rig - w.rigs] = 1;
}

static void cancel_some(void) {
  int i = (int)below((uint64_t)w.op_count);
  struct op *op = &w.ops[i];
  if (op->gone)
    return;
  cxd__core_cancel(op->rig->core, chance(70) ? op->id : 0, op->rig->world->now);
  w.attention[op->rig - w.rigs] = 1;
}

/* What an engine does when a call ends early: nothing of it may reach the others but the token flight. */
static void reset_some(void) {
  struct core_rig *rig = &w.rigs[below((uint64_t)w.cores)];
  cxd__core_reset(rig->core, rig->world->now);
  for (int i = 0; i < w.op_count; i++)
    if (w.ops[i].rig == rig && !w.ops[i].done)
      w.ops[i].gone = 1;
  for (int i = w.open_count - 1; i >= 0; i--)
    if (w.open[i].rig == rig) {
      server_saw(&w.open[i], w.open[i].act.kind != CXD__ACT_SEND);
      w.open[i] = w.open[--w.open_count];
    }
}

static void one_step(void) {
  uint64_t what = below(100);
  if (what < 55 && w.open_count)
    server_answer((int)below((uint64_t)w.open_count));
  else if (what < 65)
    start_one();
  else if (what < 75)
    core_pass(&w.rigs[0], (int64_t)below(2 * SECOND));
  else if (what < 79)
    server_others_write();
  else if (what < 83)
    server_late_arrives();
  else if (what < 85)
    cancel_some();
  else if (what == 85 && chance(20))
    reset_some();
  else if (what == 86)
    w.rigs[0].own.now.wall_ms += (int64_t)below(7200000) - 3600000; /* somebody sets the clock */
  else if (!w.open_count && alive())
    sleep_to_next_timer();
}

static struct core_setup some_setup(void) {
  struct core_setup setup = core_setup_default();
  setup.limit = chance(20) ? 0 : 1 + below(6);
  setup.window_us = chance(50) ? 5 * SECOND : 20 * SECOND;
  setup.budget = chance(20) ? (int64_t)below(60) : 140;
  setup.jitter = (double)below(100) / 100;
  setup.core.custom_token = chance(20);
  setup.core.deadline_us = chance(70) ? 180 * SECOND : (int64_t)below(20 * SECOND) + 1;
  setup.core.max_attempts = 1 + (int32_t)below(5);
  return setup;
}

static void open_walk(uint64_t seed) {
  w = (struct walk){.prng = {seed}, .version = 1, .next_value = 1000};
  struct core_setup setup = some_setup();
  w.mode = (enum mode)below(3);
  w.cores = 1 + (int)below(CORES);
  w.limit = setup.limit;
  w.limit_window = setup.window_us;
  setup.seed = seed;
  core_rig_open_with(&w.rigs[0], &setup);
  for (int i = 1; i < w.cores; i++) {
    setup.seed++;
    core_rig_join(&w.rigs[i], &w.rigs[0], &setup);
  }
  if (chance(5))
    ck_assert_int_eq(cxd__shared_set_fixed_token(&w.rigs[0].own.shared, "fixed", 5), 0);
}

static void close_walk(void) {
  cxd__buf_free(&w.echo);
  for (int i = w.cores - 1; i >= 0; i--)
    core_rig_close(&w.rigs[i]);
  for (int i = 0; i < w.op_count; i++)
    cxd_campaign_free(w.ops[i].change);
}

static void walk(uint64_t seed) {
  open_walk(seed);
  start_one();
  drain_all();
  for (int step = 0; step < STEPS && (step < 60 || alive()); step++) {
    ck_assert_msg(step < STEPS - 1, "it does not end");
    one_step();
    drain_all();
  }
  assert_quota();
  if (alive() == 0 && w.open_count == 0)
    ck_assert_msg(w.rigs[0].own.shared.limiter.slots.held == 0, "a slot was never given back");
  ck_assert_ptr_null(cxd__limiter_head(&w.rigs[0].own.shared.limiter));
  close_walk();
}

START_TEST(every_walk_keeps_the_promises) {
  for (int i = 0; i < WALKS / 24; i++) {
    uint64_t seed = (uint64_t)_i * 1000003 + (uint64_t)i;
    mark_point();
    if (getenv("CXD_WALK_TRACE"))
      (void)fprintf(stderr, "walk %llu\n", (unsigned long long)seed);
    walk(seed);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_walk");
  TCase *t = tcase_create("random walks");
  suite_add_tcase(suite, t);
  tcase_set_timeout(t, 100);
  tcase_add_loop_test(t, every_walk_keeps_the_promises, 0, 24);
  return run_suite(suite);
}
