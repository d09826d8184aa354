/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Random walks: a few operations on one to three cores of one client, against a server that applies, refuses, loses and
 * delays as a seeded generator says. The server's own account of what it applied is held against every result.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "core_rig.h"
#include "json/pointer.h"
#include "run.h"
#include "validate/report.h"

enum { WALKS = 24000, CORES = 3, OPS = 5, MEMBERS = 4, OPEN = 64, LATE = 16, SENDS = 600, STEPS = 900 };
enum mode { ETAG, VERSION, NONE };

struct op {
  struct core_rig *rig;
  uint32_t id;
  struct cxd__job job;
  cxd_campaign *change;
  int64_t value;      /* of member m<member>, unique in the walk */
  int member;
  int done, gone;     /* gone: its core was reset */
  int open_sends;     /* PUTs without an answer yet */
  int intent_ready, outcomes, log_dead;
  int32_t puts, sends, applied, late, overwritten;
};

struct pending {
  struct core_rig *rig;
  struct op *op;      /* NULL: a token exchange */
  struct cxd__action act;
  int aborted;
  int64_t at;
};

struct late_put {
  struct op *op;
  int64_t m[MEMBERS];
  int64_t version;
  int conditional;
};

static struct walk {
  struct cxd__prng prng;
  struct core_rig rigs[CORES];
  int cores;
  int attention[CORES]; /* fed, started, cancelled: the engine calls next now */
  struct op ops[OPS];
  int op_count;
  struct pending open[OPEN];
  int open_count;
  enum mode mode;
  int64_t version, m[MEMBERS]; /* the server's truth */
  struct late_put late[LATE];
  int late_count;
  int64_t sent_at[SENDS], limit_window;
  size_t sent_count, limit;
  int64_t next_value;
  struct cxd__buf echo; /* of an answer to a PUT */
} w;

static uint64_t below(uint64_t n) { return cxd__prng_next(&w.prng) % n; }
static int chance(uint64_t percent) { return below(100) < percent; }
static int64_t now_us(void) { return w.rigs[0].own.now.mono_us; }

/* -------------------------------------------------------------------- the server */

static void document(struct cxd__buf *out) {
  cxd__buf_str(out, "{\"id\":\"c1\"");
  if (w.mode != NONE)
    cxd__buf_fmt(out, ",\"version\":%lld", (long long)w.version);
  for (int i = 0; i < MEMBERS; i++)
    if (w.m[i])
      cxd__buf_fmt(out, ",\"m%d\":%lld", i, (long long)w.m[i]);
  cxd__buf_char(out, '}');
}

static void write_member(int i, int64_t value) {
  for (int k = 0; k < w.op_count; k++)
    if (w.m[i] != value && w.ops[k].member == i && w.ops[k].value == w.m[i])
      w.ops[k].overwritten = 1;
  w.m[i] = value;
}

static struct late_put read_put(const struct cxd__action *act, struct op *op) {
  struct cxd__slice body = {act->request.body, act->request.body_len};
  struct late_put put = {.op = op, .conditional = act->request.if_match != NULL};
  for (int i = 0; i < MEMBERS; i++) {
    char pointer[16];
    (void)snprintf(pointer, sizeof pointer, "/m%d", i);
    (void)cxd__json_int(cxd__json_find(body, pointer), &put.m[i]);
  }
  if (w.mode == VERSION && cxd__json_int(cxd__json_find(body, "/version"), &put.version))
    put.conditional = 1;
  else if (act->request.if_match)
    put.version = strtoll(act->request.if_match + 2, NULL, 10);
  return put;
}

static int apply(const struct late_put *put) {
  if (put->conditional && put->version != w.version)
    return 0;
  for (int i = 0; i < MEMBERS; i++)
    write_member(i, put->m[i]);
  w.version++;
  put->op->applied++;
  ck_assert_msg(w.mode == NONE || put->op->job.replace || put->op->applied == 1, "an update was applied twice");
  return 1;
}

static void maybe_later(const struct late_put *put) {
  if (w.late_count == LATE)
    return;
  w.late[w.late_count++] = *put;
  put->op->late = 1;
}

static void others_write(void) {
  write_member((int)below(MEMBERS), 500000 + (int64_t)below(3));
  w.version++;
}

static void late_arrives(void) {
  if (w.late_count)
    (void)apply(&w.late[--w.late_count]);
}

static void was_sent(const struct pending *p, int unsent) {
  if (!unsent && p->act.request.kind != CXD__CLASS_TOKEN && w.sent_count < SENDS)
    w.sent_at[w.sent_count++] = chance(50) ? p->at : now_us();
}

/* ------------------------------------------------------------------- its answers */

static const char *some_retry_after(void) {
  static const char *const fields[] = {"0", "1", "3", "-1", "junk", "200", "Sun, 06 Nov 1994 08:49:37 GMT", "99999999999999", "2, 5"};
  return chance(50) ? NULL : fields[below(sizeof fields / sizeof *fields)];
}

static struct core_answer trouble(void) {
  static const enum cxd__way ways[] = {CXD__WAY_CONNECT, CXD__WAY_TLS, CXD__WAY_HANDSHAKE, CXD__WAY_TIMEOUT, CXD__WAY_LOST, CXD__WAY_REFUSED};
  static const int32_t codes[] = {400, 403, 404, 408, 409, 412, 421, 422, 423, 425, 429, 429, 500, 502, 503, 503, 302, 501, 401, 401};
  if (chance(40))
    return (struct core_answer){.way = ways[below(6)], .unsent = 1};
  return (struct core_answer){.http = codes[below(sizeof codes / sizeof *codes)], .retry_after = some_retry_after(), .body = chance(20) ? "{\"message\":\"no\"}" : NULL};
}

static void answer_read(struct pending *p) {
  struct cxd__buf text = {0};
  char etag[32];
  (void)snprintf(etag, sizeof etag, "\"v%lld\"", (long long)w.version);
  document(&text);
  struct core_answer answer = trouble();
  int fine = chance(75), odd = chance(10);
  was_sent(p, !fine && !odd && answer.unsent);
  if (fine)
    ANSWER_TO(p->rig, &p->act, .http = 200, .body = text.data, .etag = w.mode == ETAG ? etag : NULL, .took_us = (int64_t)below(300000));
  else if (odd)
    ANSWER_TO(p->rig, &p->act, .http = 200, .body = chance(50) ? "<html>" : "{", .way = chance(50) ? CXD__WAY_ANSWER : CXD__WAY_LOST);
  else
    core_answer_to(p->rig, &p->act, &answer);
  cxd__buf_free(&text);
}

static struct core_answer lost_answer(void) {
  static const enum cxd__way ways[] = {CXD__WAY_TIMEOUT, CXD__WAY_LOST, CXD__WAY_RESEND};
  static const int32_t codes[] = {500, 502, 503, 504, 408};
  if (chance(50))
    return (struct core_answer){.way = ways[below(3)], .took_us = (int64_t)below(9 * SECOND)};
  return (struct core_answer){.http = codes[below(5)]};
}

/* What is said about a PUT fits what was done with it. */
static struct core_answer put_answer(const struct late_put *put) {
  if (chance(25)) {
    struct core_answer answer = trouble();
    if (answer.http < 500 && answer.http != 408)
      return answer;
  }
  if (chance(30)) {
    if (chance(50))
      (void)apply(put);
    else if (chance(50))
      maybe_later(put);
    return lost_answer();
  }
  if (put->conditional && put->version != w.version)
    return (struct core_answer){.http = 412};
  if (chance(10)) {
    if (chance(50))
      (void)apply(put);
    else
      maybe_later(put);
    return (struct core_answer){.http = 202};
  }
  (void)apply(put);
  if (chance(30)) {
    cxd__buf_reset(&w.echo);
    document(&w.echo);
    return (struct core_answer){.http = 200, .body = chance(80) ? w.echo.data : "{\"id\":\"c1\"}"};
  }
  return (struct core_answer){.http = chance(50) ? 200 : 204, .way = chance(3) ? CXD__WAY_TOO_LARGE : CXD__WAY_ANSWER};
}

static void answer_put(struct pending *p) {
  struct late_put put = read_put(&p->act, p->op);
  struct core_answer answer = put_answer(&put);
  was_sent(p, answer.unsent);
  p->op->open_sends--;
  p->op->sends += !answer.unsent;
  core_answer_to(p->rig, &p->act, &answer);
}

static void answer_aborted(struct pending *p) {
  int unsent = chance(50);
  was_sent(p, unsent);
  if (p->act.request.kind == CXD__CLASS_PUT) {
    struct late_put put = read_put(&p->act, p->op);
    p->op->open_sends--;
    p->op->sends += !unsent;
    if (!unsent && chance(50))
      (void)apply(&put);
  }
  ANSWER_TO(p->rig, &p->act, .way = CXD__WAY_ABORTED, .unsent = unsent);
}

static void answer_token(struct pending *p) {
  static const char *const bodies[] = {"{\"access_token\":\"t\",\"expires_in\":3600}", "{\"access_token\":\"t\",\"expires_in\":40}", "{\"access_token\":\"t\",\"expires_in\":1}", "{\"access_token\":\"\"}", "?"};
  if (chance(85))
    ANSWER_TO(p->rig, &p->act, .http = 200, .body = bodies[chance(90) ? below(2) : below(5)]);
  else {
    struct core_answer answer = trouble();
    core_answer_to(p->rig, &p->act, &answer);
  }
}

static void answer_fetch(struct pending *p) {
  p->rig->act = p->act;
  if (!p->aborted && chance(85))
    core_token_given(p->rig, "own", chance(80) ? 3600 : 2);
  else
    core_token_denied(p->rig, chance(30));
}

static void answer_check(struct pending *p) {
  static const cxd_status bad[] = {CXD_E_INVALID, CXD_E_WINDOW_CLOSED, CXD_E_RULE, CXD_E_NOMEM};
  p->rig->act = p->act;
  core_checked(p->rig, chance(95) ? CXD_OK : bad[below(4)]);
}

static void answer_append(struct pending *p) {
  static const cxd_status bad[] = {CXD_E_AUDIT, CXD_E_TOO_LARGE};
  int intent = strncmp(p->act.record, "\"k\":\"intent\"", 12) == 0;
  cxd_status status = chance(95) ? CXD_OK : bad[below(2)];
  if (intent && status == CXD_OK)
    p->op->intent_ready = 1;
  p->rig->act = p->act;
  core_appended(p->rig, status);
}

static void answer_one(int i) {
  struct pending p = w.open[i];
  w.open[i] = w.open[--w.open_count];
  w.attention[p.rig - w.rigs] = 1;
  if (p.act.kind == CXD__ACT_CHECK)
    answer_check(&p);
  else if (p.act.kind == CXD__ACT_APPEND)
    answer_append(&p);
  else if (p.act.kind == CXD__ACT_FETCH_TOKEN)
    answer_fetch(&p);
  else if (p.aborted && chance(80))
    answer_aborted(&p);
  else if (p.act.request.kind == CXD__CLASS_TOKEN)
    answer_token(&p);
  else if (p.act.request.kind == CXD__CLASS_PUT)
    answer_put(&p);
  else
    answer_read(&p);
}

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
      was_sent(&w.open[i], w.open[i].act.kind != CXD__ACT_SEND);
      w.open[i] = w.open[--w.open_count];
    }
}

static void one_step(void) {
  uint64_t what = below(100);
  if (what < 55 && w.open_count)
    answer_one((int)below((uint64_t)w.open_count));
  else if (what < 65)
    start_one();
  else if (what < 75)
    core_pass(&w.rigs[0], (int64_t)below(2 * SECOND));
  else if (what < 79)
    others_write();
  else if (what < 83)
    late_arrives();
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
