/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#define CHECK_LIFE_US SECOND
#define LOST_MARGIN_US (2 * SECOND)
#define PATIENT_US (20 * SECOND) /* it takes a second or two to see that the first in the queue is not driven */
#define TAKE_OVER_US (8 * SECOND) /* beyond an attempt's time-out: the lease's slack and one exchange of the next leader */

const char *check_rule_name(int rule) {
  static const char *const names[] = {"", "intent", "update", "verdict", "sends", "quota", "deadline", "token", "replay", "checked", "recovered"};
  return names[rule];
}

void check_broken(struct world *world, enum invariant rule, const char *format, ...) {
  va_list list;
  if (world->broken.invariant)
    return;
  world->broken.invariant = (int)rule;
  va_start(list, format);
  vsnprintf(world->broken.text, sizeof world->broken.text, format, list);
  va_end(list);
  trace_text(&world->trace, world->now, "BROKEN", (int64_t)rule, world->broken.text, strlen(world->broken.text));
}

/* ------------------------------------------------------------------------ what leaves */

static void put_was_announced(struct world *world, const struct task *task, const struct cxd__request *request) {
  char digest[65];
  if (task->plan->audit != AUDIT_REQUIRED)
    return;
  task_sha256(request->body, request->body_len, digest);
  if (task->intent_count == 0)
    check_broken(world, RULE_INTENT, "operation %d sends a PUT and no intent is durable", task->number);
  else if (strcmp(task->intents[task->intent_count - 1].d1, digest) != 0)
    check_broken(world, RULE_INTENT, "operation %d sends a PUT that its intent of round %d does not announce", task->number, task->intents[task->intent_count - 1].round);
}

int check_clock_jumps(const struct plan *plan) {
  for (int i = 0; i < plan->happening_count; i++)
    if (plan->happenings[i].kind == HAPPENS_WALL)
      return 1;
  return 0;
}

static void put_was_checked(struct world *world, const struct engine *engine, const struct task *task) {
  int64_t now = client_now(world).mono_us;
  int64_t age = now - task->checked_mono - client_blocked_us(engine, task->checked_mono, now);
  if (!check_clock_jumps(world->plan) && age > CHECK_LIFE_US)
    check_broken(world, RULE_CHECKED, "operation %d sends a PUT %lld ms after the validator agreed", task->number, (long long)(age / 1000));
}

void check_left(struct world *world, const struct task *task) {
  int64_t late = client_now(world).wall_ms - task->valid_until_ms;
  if (task->valid_until_ms && late >= 0)
    check_broken(world, RULE_CHECKED, "operation %d: a PUT leaves %lld ms after the end of calling hours that the validator gave", task->number, (long long)late);
}

void check_send(struct world *world, const struct engine *engine, struct task *task, const struct cxd__request *request) {
  int64_t now = client_now(world).mono_us;
  if (!task && request->kind != CXD__CLASS_TOKEN) {
    check_broken(world, RULE_VERDICT, "engine %d sends a request of an operation that is not running", engine->number);
    return;
  }
  if (task && task->deadline_mono == NEVER) /* its first slot was granted now, or before it waited for a token */
    task->deadline_mono = now + world->plan->deadline_us;
  if (request->timeout_us <= 0 || request->timeout_us > world->plan->attempt_timeout_us || (task && now + request->timeout_us > task->deadline_mono))
    check_broken(world, RULE_DEADLINE, "operation %d: a request may take %lld us, past its deadline or its attempt", task ? task->number : -1, (long long)request->timeout_us);
  if (request->kind != CXD__CLASS_PUT)
    return;
  if (task->plan->kind == TASK_RECOVER)
    check_broken(world, RULE_RECOVERED, "recovery %d sends a PUT", task->number);
  put_was_announced(world, task, request);
  put_was_checked(world, engine, task);
}

/* ------------------------------------------------------------------------------ token */

static int token_flights(const struct engine *engine) {
  const struct world *world = engine->world;
  int64_t mono = client_now(world).mono_us;
  int count = engine->fetching;
  for (size_t i = 0; i < world->network.count; i++) {
    const struct flight *f = world->network.flights[i];
    count += f->engine == engine->number && f->message.kind == MESSAGE_TOKEN && !f->over && f->timeout_mono > mono;
  }
  return count;
}

/* Nobody has to wait for a host that does not drive its engine, nor for a provider longer than for three attempts. */
static int may_be_overtaken(const struct engine *engine) {
  const struct world *world = engine->world;
  int64_t asked = engine->fetching ? client_now(world).boot_us - engine->fetch_asked_boot : 0;
  return client_is_blocked(engine) || asked > 3 * world->plan->attempt_timeout_us;
}

void check_token_flight(struct world *world, const struct engine *engine) {
  if (world->plan->fixed_token)
    check_broken(world, RULE_TOKEN, "engine %d asks for a token and has a fixed one", engine->number);
  for (int i = 0; i < world->plan->engines; i++) {
    const struct engine *other = &world->client.engines[i];
    if (token_flights(other) == 0)
      continue;
    if (other == engine || !may_be_overtaken(other))
      check_broken(world, RULE_TOKEN, "engine %d begins a token exchange while one of engine %d is under way", engine->number, other->number);
    else
      world->tally->extra[TALLY_TAKEN_OVER]++;
  }
}

static int about_the_endpoint(const cxd_error *error) {
  const char *field = cxd_error_field(error);
  return error && (cxd_error_status(error) == CXD_E_TOKEN || (field && strncmp(field, "auth.", 5) == 0));
}

/* Every slot somebody may still hold: an operation that runs, or a request that left not long ago. */
int64_t check_slots_in_use(const struct world *world) {
  int64_t count = 0, mono = client_now(world).mono_us;
  for (int i = 0; i < world->plan->task_count; i++)
    count += world->client.tasks[i].state == TASK_RUNNING;
  for (size_t i = 0; i < world->client.end_count; i++)
    count += world->client.ends[i] + world->plan->window_us + LOST_MARGIN_US >= mono;
  return count;
}

/* Where no answer ever asked for a pause, the quota is in the way only when it is used up, not because a stalled engine stands first in the queue. */
static void quota_is_used(struct world *world, const struct engine *engine, const struct task *task, const cxd_error *error) {
  const struct plan *p = world->plan;
  int64_t now = client_now(world).mono_us;
  if (task->status != CXD_E_RATE_LIMITED || about_the_endpoint(error) || p->server_faults || p->policy == QUOTA_STRICT || p->rate_limit_fields || p->deadline_us < PATIENT_US || client_blocked_us(engine, task->started_mono, now) > SECOND)
    return;
  int64_t used = task->outcome_records ? task->recorded_slots : check_slots_in_use(world);
  if (!p->limit || used < p->limit)
    check_broken(world, RULE_QUOTA, "operation %d is told that the quota is used up, and it is not", task->number);
}

static void token_stops_nobody(struct world *world, const struct engine *engine, const struct task *task, const cxd_error *error, int64_t token_wait_us) {
  const struct plan *p = world->plan;
  cxd__now now = client_now(world);
  int64_t decided = task->outcome_records ? task->recorded_boot : now.boot_us;
  if (about_the_endpoint(error) && world->client.token_since < decided && decided < world->client.token_good_until)
    check_broken(world, RULE_TOKEN, "operation %d fails for the token endpoint's sake (%s) while %s is good for %lld ms", task->number, cxd_status_name(task->status), world->client.token,
                 (long long)((world->client.token_good_until - decided) / 1000));
  int in_time = 2 * p->latency_us + p->token_latency_us < p->attempt_timeout_us; /* otherwise its exchanges may time out by themselves */
  int healthy = in_time && !p->token_faults && !p->network_faults && !p->own_provider && !p->fixed_token && p->token_life_s > 60;
  if (healthy && task->status == CXD_E_TIMEOUT && token_wait_us > p->attempt_timeout_us + TAKE_OVER_US && client_blocked_us(engine, task->started_mono, now.mono_us) < SECOND)
    check_broken(world, RULE_TOKEN, "operation %d waited %lld ms for a token of a healthy endpoint", task->number, (long long)(token_wait_us / 1000));
}

/* ----------------------------------------------------------------------------- server */

void check_arrived(void *context, const struct message *message) {
  struct world *world = context;
  trace_event(&world->trace, world->now, "arrives", message->task, message->kind, world->server.quota.counted);
  if (message->kind == MESSAGE_TOKEN)
    return;
  world->tally->extra[TALLY_QUOTA_FULL] += quota_full(&world->server.quota, world->now);
  if (quota_exceeded(&world->server.quota))
    check_broken(world, RULE_QUOTA, "request %lld of operation %d is one more than %lld in %lld ms", (long long)world->server.quota.counted, message->task, (long long)world->plan->limit, (long long)(world->plan->window_us / 1000));
}

static int validated(const struct plan *plan) { return plan->validators != VALIDATORS_WEAK && plan->validators != VALIDATORS_NONE; }

static const struct edit *edit_of(const struct task *task, int member) {
  for (int i = task->edit_count - 1; i >= 0; i--)
    if (task->edits[i].member == member)
      return &task->edits[i];
  return NULL;
}

static void nothing_else_changed(struct world *world, const struct task *task, const struct doc *before, const struct doc *after) {
  for (int i = 0; i < DOC_MEMBERS; i++) {
    const struct edit *edit = edit_of(task, i);
    if (!edit && before->value[i] != after->value[i])
      check_broken(world, RULE_UPDATE, "operation %d changes %s from %lld to %lld, which nobody asked for", task->number, doc_pointer(i), (long long)before->value[i], (long long)after->value[i]);
    else if (edit && after->value[i] != edit->value)
      check_broken(world, RULE_UPDATE, "operation %d writes %lld to %s instead of %lld", task->number, (long long)after->value[i], doc_pointer(i), (long long)edit->value);
  }
}

void check_applied(void *context, const struct message *message, const struct doc *before, const struct doc *after) {
  struct world *world = context;
  struct task *task = &world->client.tasks[message->task];
  task->applied++;
  task->slow_copy |= task->state == TASK_GONE && world->now > task->died_at + world->plan->attempt_timeout_us;
  trace_event(&world->trace, world->now, "APPLIED", task->number, task->applied, task->state);
  world->tally->extra[TALLY_LATE_WRITES] += task->state == TASK_DONE || task->state == TASK_GONE;
  if (task->plan->kind != TASK_APPLY)
    check_broken(world, RULE_VERDICT, "operation %d writes and is no update", task->number);
  if (!validated(world->plan) || task->plan->replace)
    return;
  if (task->applied > 1)
    check_broken(world, RULE_VERDICT, "operation %d is applied %d times", task->number, task->applied);
  nothing_else_changed(world, task, before, after);
}

void check_failed(void *context, const struct message *message, const struct fault *fault) {
  struct world *world = context;
  struct task *task = message->task >= 0 ? &world->client.tasks[message->task] : NULL;
  world->tally->faults[fault - faults >= 0 && fault - faults < fault_count ? fault - faults : FAULT_ROOM - 1]++;
  trace_event(&world->trace, world->now, fault->name, message->task, message->kind, fault->status);
  if (!task || message->kind != MESSAGE_PUT)
    return;
  task->unbelieved += fault->body == BODY_OLD || fault->body == BODY_ANOTHER;
  task->spurious += fault->effect == EFFECT_NOTHING && (fault->status == 409 || fault->status == 412 || fault->status == 423);
}

/* ------------------------------------------------------------------------------- ends */

static void counted_truly(struct world *world, const struct task *task) {
  int own = task->left[MESSAGE_GET] + task->left[MESSAGE_PUT];
  if (task->sends != task->left[MESSAGE_PUT])
    check_broken(world, RULE_SENDS, "operation %d says %d PUTs were sent; %d left", task->number, (int)task->sends, task->left[MESSAGE_PUT]);
  else if (task->attempts < own || task->attempts > own + task->tokens_left)
    check_broken(world, RULE_SENDS, "operation %d says %d requests were sent; %d left, and %d for tokens", task->number, (int)task->attempts, own, task->tokens_left);
  else if (task->outcome_records && (task->recorded_sends != task->sends || task->recorded_attempts != task->attempts))
    check_broken(world, RULE_SENDS, "operation %d: its record says %d sends and %d attempts, its result %d and %d", task->number, task->recorded_sends, task->recorded_attempts, (int)task->sends, (int)task->attempts);
}

static void recorded_truly(struct world *world, const struct task *task) {
  int silent = task->plan->kind == TASK_PLAN || task->plan->audit == AUDIT_OFF;
  if (task->outcome_records > 1 || (silent && task->outcome_records))
    check_broken(world, RULE_VERDICT, "operation %d writes %d outcome records", task->number, task->outcome_records);
  else if (task->intent_count && !task->outcome_records)
    check_broken(world, RULE_VERDICT, "operation %d has an intent and no outcome record", task->number);
  else if (task->outcome_records && task->recorded_outcome != task->outcome)
    check_broken(world, RULE_VERDICT, "operation %d: outcome %d in its record, %d in its result", task->number, task->recorded_outcome, (int)task->outcome);
  else if (task->outcome_records && task->recorded_intent != (task->intent_count > 0))
    check_broken(world, RULE_VERDICT, "operation %d: its outcome record is wrong about the intent", task->number);
}

static void ended_in_time(struct world *world, const struct engine *engine, const struct task *task, const cxd_error *error) {
  int64_t now = client_now(world).mono_us;
  int told_to_wait = world->client.asked_until - task->started_mono > world->plan->max_retry_after_us;
  if (task->plan->queued && !task->tried && !told_to_wait && task->status == CXD_E_RATE_LIMITED && !about_the_endpoint(error))
    check_broken(world, RULE_DEADLINE, "operation %d is one of many and ends for want of time before it sent anything", task->number);
  if (task->deadline_mono == NEVER)
    return;
  int64_t late = now - task->deadline_mono - client_blocked_us(engine, task->deadline_mono, now);
  if (late > MILLISECOND)
    check_broken(world, RULE_DEADLINE, "operation %d ends %lld ms after its deadline", task->number, (long long)(late / 1000));
}

static int others_wrote(const struct world *world, const struct task *task) {
  const struct campaign *c = &world->server.campaigns[task->plan->campaign];
  for (size_t i = task->log_mark; i < c->log_count; i++)
    if (c->log[i].task != task->number)
      return 1;
  return 0;
}

static void outcome_is_true(struct world *world, const struct task *task) {
  int sure = !task->doubtful && !task->unfinished && !task->unbelieved;
  switch (task->outcome) {
  case CXD_OUTCOME_APPLIED:
    if (!task->applied && !(task->common && task->unbelieved))
      check_broken(world, RULE_VERDICT, "operation %d says APPLIED and nothing of it was", task->number);
    break;
  case CXD_OUTCOME_APPLIED_READBACK:
    if (!task->applied && !(task->common && (others_wrote(world, task) || task->plan->replace)))
      check_broken(world, RULE_VERDICT, "operation %d says APPLIED_READBACK and nothing of it was", task->number);
    break;
  case CXD_OUTCOME_CONFLICT:
    if (!others_wrote(world, task) && !task->spurious && task->plan->wanted_version == DOC_ABSENT)
      check_broken(world, RULE_VERDICT, "operation %d says CONFLICT and nobody else wrote", task->number);
    break;
  case CXD_OUTCOME_UNKNOWN:
    if (sure && !(task->cancelled && task->left[MESSAGE_PUT]) && !task->plan->verify_always)
      check_broken(world, RULE_VERDICT, "operation %d says UNKNOWN and nothing was doubtful", task->number);
    break;
  default: break;
  }
}

void check_ended(struct world *world, const struct engine *engine, struct task *task, const cxd_error *error, int64_t token_wait_us) {
  int update = task->plan->kind == TASK_APPLY || task->plan->kind == TASK_PLAN;
  trace_event(&world->trace, world->now, "done", task->number, task->outcome, task->status);
  if (error)
    trace_text(&world->trace, world->now, "because", task->number, cxd_error_message(error), strlen(cxd_error_message(error)));
  if (task->outcome >= 0 && task->outcome < OUTCOME_ROOM)
    world->tally->outcomes[task->outcome][world->plan->validators]++;
  world->tally->extra[TALLY_CANCELLED_LATE] += task->outcome == CXD_OUTCOME_UNKNOWN && task->status == CXD_E_CANCELLED;
  world->tally->extra[TALLY_READ_BACKS] += task->outcome == CXD_OUTCOME_APPLIED_READBACK;
  ended_in_time(world, engine, task, error);
  quota_is_used(world, engine, task, error);
  token_stops_nobody(world, engine, task, error, token_wait_us);
  if (!update)
    return;
  counted_truly(world, task);
  recorded_truly(world, task);
  outcome_is_true(world, task);
}

/* ----------------------------------------------------------------------------- recovery */

/* Without a validator a change that was undone before it could be read was never there. */
static void not_applied_is_true(struct world *world, const struct task *task) {
  int undone = !validated(world->plan) && others_wrote(world, task);
  if (task->recovered == CXD_OUTCOME_NOT_APPLIED && task->applied && !task->slow_copy && !undone)
    check_broken(world, RULE_RECOVERED, "operation %d is recovered as not applied, and it was applied", task->number);
}

void check_recovered(struct world *world, const struct task *task, int well_formed) {
  static const enum tally_extra tallies[OUTCOME_ROOM] = {[CXD_OUTCOME_APPLIED_READBACK] = TALLY_RECOVERED_APPLIED, [CXD_OUTCOME_NOT_APPLIED] = TALLY_RECOVERED_NOT_APPLIED, [CXD_OUTCOME_CONFLICT] = TALLY_RECOVERED_CONFLICT, [CXD_OUTCOME_UNKNOWN] = TALLY_RECOVERED_UNKNOWN};
  int outcome = task->recovered;
  if (!well_formed || outcome < 0 || outcome >= OUTCOME_ROOM || !tallies[outcome]) {
    check_broken(world, RULE_RECOVERED, "operation %d: a recovered outcome %d that does not say what it is about", task->number, outcome);
    return;
  }
  world->tally->extra[tallies[outcome]]++;
  if (outcome == CXD_OUTCOME_APPLIED_READBACK && !task->applied && !(task->common && (others_wrote(world, task) || task->plan->replace)))
    check_broken(world, RULE_RECOVERED, "operation %d is recovered as applied, and nothing of it was", task->number);
  if (outcome == CXD_OUTCOME_CONFLICT && !others_wrote(world, task))
    check_broken(world, RULE_RECOVERED, "operation %d is recovered as a conflict, and nobody else wrote", task->number);
  if (outcome == CXD_OUTCOME_UNKNOWN && task->tells && !task->plan->replace)
    check_broken(world, RULE_RECOVERED, "operation %d is recovered as unknown, and its values tell", task->number);
  not_applied_is_true(world, task);
}

/* What must hold for ever after, also when everything late has come in. */
static void stays_true(struct world *world, const struct task *task) {
  static const int nothing[OUTCOME_ROOM] = {[CXD_OUTCOME_PLANNED] = 1, [CXD_OUTCOME_UNCHANGED] = 1, [CXD_OUTCOME_REJECTED] = 1, [CXD_OUTCOME_NOT_APPLIED] = 1, [CXD_OUTCOME_CANCELLED] = 1};
  static const char *const names[OUTCOME_ROOM] = {"nothing", "PLANNED", "UNCHANGED", "APPLIED", "APPLIED_READBACK", "REJECTED", "CONFLICT", "NOT_APPLIED", "UNKNOWN", "CANCELLED"};
  if (task->applied && nothing[task->outcome])
    check_broken(world, RULE_VERDICT, "operation %d says %s and was applied", task->number, names[task->outcome]);
  if (task->applied && task->outcome == CXD_OUTCOME_CONFLICT && !task->doubtful && !task->unfinished && !task->unbelieved)
    check_broken(world, RULE_VERDICT, "operation %d says CONFLICT, nothing was doubtful, and it was applied", task->number);
}

void check_settled(struct world *world) {
  for (int i = 0; i < world->plan->task_count; i++) {
    const struct task *t = &world->client.tasks[i];
    not_applied_is_true(world, t);
    if (t->state == TASK_GONE || (t->plan->kind == TASK_RECOVER && t->state == TASK_PLANNED))
      continue;
    if (t->state != TASK_DONE || t->dones != 1)
      check_broken(world, RULE_VERDICT, "operation %d ended %d times", i, t->dones);
    stays_true(world, t);
  }
}
