/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "tasks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/evp.h>

#include "base/error.h"
#include "base/mem.h"
#include "check.h"
#include "json/campaign.h"
#include "world.h"

#define FIRST_UNIQUE 1000
#define BOOT "boot-1"
#define RECOVERY_WITHIN (30 * SECOND)

void task_sha256(const void *bytes, size_t len, char hex[65]) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes, len, digest, &size, EVP_sha256(), NULL) != 1)
    size = 0;
  hex[0] = '\0';
  for (unsigned int i = 0; i < size && i < 32; i++)
    snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

/* -------------------------------------------------------------------- what is asked for */

static int set(struct task *task, const struct edit *edit) {
  char text[40];
  if (edit->value == DOC_ABSENT)
    return cxd_campaign_remove(task->change, doc_pointer(edit->member), NULL) == CXD_OK ? 0 : -1;
  doc_value_text(edit->member, edit->value, text, sizeof text);
  return cxd_campaign_set_json(task->change, doc_pointer(edit->member), text, NULL) == CXD_OK ? 0 : -1;
}

static void note_edit(struct task *task, int member, int64_t value) {
  task->edits[task->edit_count++] = (struct edit){member, value};
  if (value >= FIRST_UNIQUE)
    task->common = 0;
}

static int over_base(struct world *world, struct task *task) {
  const struct campaign *c = &world->server.campaigns[task->plan->campaign];
  struct doc base = c->doc;
  char text[DOC_TEXT_MAX], etag[FIELD_MAX];
  server_etag(&world->server, task->plan->campaign, etag);
  if (task->plan->base == BASE_FIRST) {
    base = doc_first();
    base.version = c->doc.version == DOC_ABSENT ? DOC_ABSENT : 1;
    task->log_mark = 0;
    if (etag[0] == '"')
      snprintf(etag, sizeof etag, "\"r1\"");
  }
  doc_write(&base, c->id, text);
  if (cxd__campaign_read(text, strlen(text), etag[0] == '"' ? etag : NULL, &task->change, NULL) != CXD_OK)
    return -1;
  for (int i = 0; i < task->plan->edit_count; i++) {
    const struct edit *e = &task->plan->edits[i];
    if (e->value == base.value[e->member])
      continue;
    if (set(task, e) != 0)
      return -1;
    note_edit(task, e->member, e->value);
  }
  return 0;
}

static int without_base(struct task *task, const char *id) {
  char text[32];
  if (cxd_campaign_new(id, &task->change, NULL) != CXD_OK)
    return -1;
  for (int i = 0; i < task->plan->edit_count; i++) {
    if (set(task, &task->plan->edits[i]) != 0)
      return -1;
    note_edit(task, task->plan->edits[i].member, task->plan->edits[i].value);
  }
  if (task->plan->wanted_version == DOC_ABSENT)
    return 0;
  snprintf(text, sizeof text, "%lld", (long long)task->plan->wanted_version);
  return cxd_campaign_set_json(task->change, "/version", text, NULL) == CXD_OK ? 0 : -1;
}

static int whole(struct world *world, struct task *task) {
  const struct campaign *c = &world->server.campaigns[task->plan->campaign];
  struct doc doc = doc_first();
  char text[DOC_TEXT_MAX];
  for (int i = 0; i < task->plan->edit_count; i++) {
    doc.value[task->plan->edits[i].member] = task->plan->edits[i].value;
    note_edit(task, task->plan->edits[i].member, task->plan->edits[i].value);
  }
  doc.version = task->number % 2 ? c->doc.version : DOC_ABSENT;
  doc_write(&doc, c->id, text);
  return cxd__campaign_make(text, strlen(text), "change", &task->change, NULL) == CXD_OK ? 0 : -1;
}

static int prepare_update(struct world *world, struct task *task) {
  const struct task_plan *p = task->plan;
  task->common = 1;
  task->log_mark = world->server.campaigns[p->campaign].log_count;
  int made = p->replace ? whole(world, task) : p->base == BASE_NONE ? without_base(task, world->server.campaigns[p->campaign].id) : over_base(world, task);
  if (made != 0)
    return -1;
  if (p->rebalance != REBALANCE_KEEP)
    note_edit(task, DOC_REBALANCE, p->rebalance == REBALANCE_ON);
  task->job.change = task->change;
  task->job.replace = p->replace;
  task->job.queued = p->queued;
  task->job.verify_always = p->verify_always;
  task->job.rebalance = (enum cxd__rebalance[]){CXD__REBALANCE_KEEP, CXD__REBALANCE_ON, CXD__REBALANCE_OFF}[p->rebalance];
  task->job.audit = (enum cxd__audit_mode[]){CXD__AUDIT_REQUIRED, CXD__AUDIT_BEST_EFFORT, CXD__AUDIT_OFF}[p->audit];
  task->job.actor = "world";
  return 0;
}

int task_prepare(struct world *world, struct task *task) {
  task->job.kind = (enum cxd__job_kind[]){CXD__JOB_APPLY, CXD__JOB_PLAN, CXD__JOB_GET, CXD__JOB_LIST, CXD__JOB_RECOVER}[task->plan->kind];
  task->job.id = world->server.campaigns[task->plan->campaign].id;
  if (task->plan->kind == TASK_APPLY || task->plan->kind == TASK_PLAN)
    return prepare_update(world, task);
  if (task->plan->kind == TASK_RECOVER) {
    task->job.intent = world->client.tasks[task->plan->of].dangling;
    task->job.intent_len = strlen(task->job.intent);
    task->job.boot = BOOT;
    task->job.audit = CXD__AUDIT_REQUIRED;
  }
  return 0;
}

void task_clear(struct task *task) {
  cxd_campaign_free(task->change);
  task->change = NULL;
  free(task->dangling);
  task->dangling = NULL;
}

/* ------------------------------------------------------------------------ records */

static int outcome_number(const char *name) {
  static const char *const names[] = {"none", "planned", "unchanged", "applied", "applied_readback", "rejected", "conflict", "not_applied", "unknown", "cancelled"};
  for (int i = 0; name && i < (int)(sizeof names / sizeof *names); i++)
    if (strcmp(name, names[i]) == 0)
      return i;
  return -1;
}

static void intent(struct world *world, struct task *task, const json_t *record, int durable) {
  const char *d1 = json_string_value(json_object_get(record, "d1"));
  int round = (int)json_integer_value(json_object_get(record, "round"));
  if (!d1 || round != ++task->intents_tried) {
    check_broken(world, RULE_INTENT, "operation %d: intent %d says round %d%s", task->number, task->intents_tried, round, d1 ? "" : " and has no digest of its body");
    return;
  }
  if (!durable) {
    world->tally->extra[TALLY_INTENTS_LOST]++;
    return;
  }
  if (task->intent_count == INTENTS_MAX)
    return;
  struct intent *i = &task->intents[task->intent_count++];
  i->round = round;
  snprintf(i->d1, sizeof i->d1, "%s", d1);
  task->tells = json_array_size(json_object_get(record, "diff")) > 0;
  world->tally->extra[TALLY_INTENTS]++;
  world->tally->extra[TALLY_REBASES] += round > 1;
}

static void outcome(struct task *task, const json_t *record) {
  task->recorded_outcome = outcome_number(json_string_value(json_object_get(record, "outcome")));
  task->recorded_sends = (int)json_integer_value(json_object_get(record, "sends"));
  task->recorded_attempts = (int)json_integer_value(json_object_get(record, "attempts"));
  task->recorded_intent = json_is_true(json_object_get(record, "intent"));
}

static void same_operation(struct world *world, struct task *task, const json_t *record) {
  const char *uuid = json_string_value(json_object_get(record, "op"));
  const char *campaign = json_string_value(json_object_get(record, "campaign"));
  if (!task->uuid[0] && uuid)
    snprintf(task->uuid, sizeof task->uuid, "%s", uuid);
  if (!uuid || strcmp(uuid, task->uuid) != 0 || !campaign || strcmp(campaign, world->server.campaigns[task->plan->campaign].id) != 0)
    check_broken(world, RULE_INTENT, "operation %d: a record of operation %s, campaign %s", task->number, uuid ? uuid : "?", campaign ? campaign : "?");
}

static void note_record(struct world *world, struct task *task, const json_t *record, int durable) {
  const char *kind = json_string_value(json_object_get(record, "k"));
  same_operation(world, task, record);
  if (kind && strcmp(kind, "intent") == 0)
    intent(world, task, record, durable);
  else if (kind && strcmp(kind, "outcome") == 0) {
    task->outcome_records++;
    world->tally->extra[TALLY_OUTCOMES_LOST] += !durable;
    outcome(task, record);
  }
}

/* As the log would have it; its number is that of the operation. */
static void keep_intent(struct world *world, struct task *task, const char *text, size_t len) {
  size_t size = len + 200;
  free(task->dangling);
  task->dangling = malloc(size);
  if (task->dangling)
    snprintf(task->dangling, size, "{\"v\":1,\"seq\":%d,\"t\":\"-\",\"bt\":%lld,\"boot\":\"" BOOT "\",\"w\":\"world/1/%d\",%.*s,\"prev\":\"0\",\"h\":\"0\"}", task->number + 1, (long long)client_now(world).boot_us,
             task->plan->engine, (int)len, text);
}

static void keep(struct world *world, struct task *task, const char *text, size_t len) {
  if (strncmp(text, "\"k\":\"intent\"", 12) == 0)
    keep_intent(world, task, text, len);
  else {
    free(task->dangling);
    task->dangling = NULL;
  }
}

void task_died(struct world *world, struct task *task) {
  task->died_at = world->now;
  if (!task->dangling)
    return;
  struct task *recovery = &world->client.tasks[world->plan->task_count / 2 + task->number];
  world->tally->extra[TALLY_DANGLING]++;
  recovery->start_at = world->now + prng_between(&world->prng, 0, prng_chance(&world->prng, 500) ? SECOND : RECOVERY_WITHIN);
}

void task_recovered(struct world *world, struct task *task, int64_t resolves, const char *text, size_t len, int durable) {
  struct task *of = &world->client.tasks[task->plan->of];
  char whole_text[1 << 14];
  int size = snprintf(whole_text, sizeof whole_text, "{%.*s}", (int)len, text);
  json_t *record = size > 0 && (size_t)size < sizeof whole_text ? json_loads(whole_text, 0, NULL) : NULL;
  trace_text(&world->trace, world->now, durable ? "recovered" : "recovered, not taken", of->number, text, len);
  same_operation(world, of, record);
  task->outcome_records++;
  outcome(task, record);
  if (durable) {
    of->recovered = task->recorded_outcome;
    check_recovered(world, of, resolves == of->number + 1 && json_is_true(json_object_get(record, "recovered")));
  }
  json_decref(record);
}

void task_record(struct world *world, struct task *task, const char *text, size_t len, int durable) {
  char whole_text[1 << 14];
  int size = snprintf(whole_text, sizeof whole_text, "{%.*s}", (int)len, text);
  json_t *record = size > 0 && (size_t)size < sizeof whole_text ? json_loads(whole_text, 0, NULL) : NULL;
  trace_text(&world->trace, world->now, durable ? "record" : "record not taken", task->number, text, len);
  if (record)
    note_record(world, task, record, durable);
  else
    check_broken(world, RULE_INTENT, "operation %d: a record that is no JSON: %.*s", task->number, (int)len, text);
  if (record && durable)
    keep(world, task, text, len);
  json_decref(record);
}

/* ------------------------------------------------------------------------ the end */

static void finish_read(struct world *world, struct engine *engine, struct task *task) {
  struct cxd__buf body = {0};
  char *etag = NULL;
  cxd_error *error = NULL;
  task->status = cxd__core_take_reply(engine->core, task->op, &body, &etag, &error);
  check_ended(world, engine, task, error, 0);
  cxd__buf_free(&body);
  cxd__free(etag);
  cxd_error_free(error);
}

static void finish_update(struct world *world, struct engine *engine, struct task *task) {
  cxd_result *result = cxd__core_take_result(engine->core, task->op);
  if (!result) {
    check_broken(world, RULE_VERDICT, "operation %d has no result", task->number);
    return;
  }
  task->outcome = result->outcome;
  task->status = result->status;
  task->sends = result->sends;
  task->attempts = result->attempts;
  check_ended(world, engine, task, result->error, result->latency_us[CXD_LATENCY_TOKEN]);
  cxd_result_free(result);
}

/* Either what is on record, or nothing is. */
static void finish_recovery(struct world *world, struct engine *engine, struct task *task) {
  cxd_result *result = cxd__core_take_result(engine->core, task->op);
  if (!result) {
    check_broken(world, RULE_RECOVERED, "recovery %d has no result", task->number);
    return;
  }
  int recorded = world->client.tasks[task->plan->of].recovered;
  if (result->outcome != recorded || (result->status == CXD_OK) != (recorded != 0) || cxd_error_status(result->error) != result->status)
    check_broken(world, RULE_RECOVERED, "recovery %d says %d (%s), on record is %d", task->number, (int)result->outcome, cxd_status_name(result->status), recorded);
  task->status = result->status;
  check_ended(world, engine, task, result->error, result->latency_us[CXD_LATENCY_TOKEN]);
  cxd_result_free(result);
}

void task_finish(struct world *world, struct task *task) {
  struct engine *engine = &world->client.engines[task->plan->engine];
  task->dones++;
  task->state = TASK_DONE;
  if (task->plan->kind == TASK_GET || task->plan->kind == TASK_LIST)
    finish_read(world, engine, task);
  else if (task->plan->kind == TASK_RECOVER)
    finish_recovery(world, engine, task);
  else
    finish_update(world, engine, task);
  cxd__core_drop(engine->core, task->op);
  world->ended++;
  world->makespan = world->now;
}
