/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "core/op.h"
#include "json/pointer.h"
#include "json/splice.h"

static const struct cxd__slice json_true = {"true", 4}, json_false = {"false", 5}, json_empty = {"{}", 2};

#define CHECK_LIFE_MS 1000

static void check(struct cxd__op *op, enum cxd__stage stage) {
  struct cxd__action action = {.kind = CXD__ACT_CHECK, .job = &op->job, .change = op->job.change, .merged = stage == CXD__STAGE_CHECK_EDITS ? NULL : op->merged};
  action.server = op->server;
  action.again = stage == CXD__STAGE_CHECK_SEND;
  op->stage = stage;
  op->wait = CXD__WAIT_EVENT;
  (void)cxd__op_push(op, &action);
}

void cxd__update_begin(struct cxd__op *op, cxd__now now) {
  const cxd_error *refused = op->job.refused;
  if (refused)
    cxd__update_finish(op, now, refused->status == CXD_E_CANCELLED ? CXD_OUTCOME_CANCELLED : CXD_OUTCOME_NOT_APPLIED, cxd__error_copy(refused));
  else
    check(op, CXD__STAGE_CHECK_EDITS);
}

/* A minute in the queue can cross 21:00: what decides is the moment of sending, of every sending. */
int cxd__update_check_again(struct cxd__op *op, cxd__now now) {
  int closing = op->valid_until_ms && now.wall_ms >= op->valid_until_ms;
  int64_t age = closing ? CHECK_LIFE_MS : now.wall_ms - op->checked_wall_ms;
  if (age >= 0 && age < CHECK_LIFE_MS)
    return 0;
  check(op, CXD__STAGE_CHECK_SEND);
  return 1;
}

static cxd_status copy_edits(const struct cxd__edits *from, struct cxd__edits *to, cxd_error **error) {
  cxd_status status = CXD_OK;
  for (size_t i = 0; status == CXD_OK && i < from->count; i++)
    status = cxd__edits_put(to, from->items[i].pointer, from->items[i].value, error);
  return status;
}

static cxd_status collect_edits(struct cxd__op *op, cxd_error **error) {
  cxd_status status = op->job.edits ? copy_edits(op->job.edits, &op->edits, error) : cxd__edits_of(op->job.change, &op->edits, error);
  if (status == CXD_OK && op->job.rebalance != CXD__REBALANCE_KEEP)
    status = cxd__edits_put(&op->edits, CXD_FIELD_AUTO_REBALANCE, op->job.rebalance == CXD__REBALANCE_ON ? json_true : json_false, error);
  return status;
}

/* Nobody looks at the edits of a whole document, unless the answer is another one; without an escape in it collecting them cannot fail. */
static int edits_can_wait(const struct cxd__op *op) {
  const struct cxd__job *job = &op->job;
  return job->kind == CXD__JOB_APPLY && job->replace && !job->edits && job->rebalance == CXD__REBALANCE_KEEP && !memchr(job->change->root.p, '\\', job->change->root.len);
}

int cxd__update_edits(struct cxd__op *op) { return op->edits.count || collect_edits(op, NULL) == CXD_OK ? 0 : -1; }

/* replace: the document as it is, apart from an asked-for rebalancing. */
static cxd_status whole_document(struct cxd__op *op, cxd_error **error) {
  struct cxd__slice root = op->job.change->root;
  if (op->job.rebalance == CXD__REBALANCE_KEEP)
    return cxd__campaign_like(op->job.change, &op->merged, error);
  struct cxd__buf text = {0};
  cxd_status status = cxd__json_set(root, CXD_FIELD_AUTO_REBALANCE, op->job.rebalance == CXD__REBALANCE_ON ? json_true : json_false, &text, error);
  if (status == CXD_OK)
    status = cxd__campaign_read(text.data, text.len, NULL, &op->merged, error);
  cxd__buf_free(&text);
  return status;
}

static cxd_status merged_document(struct cxd__op *op, cxd_error **error) {
  if (op->job.replace)
    return whole_document(op, error);
  struct cxd__buf text = {0};
  cxd_status status = cxd__edits_apply(&op->edits, op->server->root, &text, error);
  if (status == CXD_OK)
    status = cxd__campaign_read(text.data, text.len, NULL, &op->merged, error);
  cxd__buf_free(&text);
  return status;
}

/* Of a whole document it says no more than that: one of many, without a record or anybody to tell, is spared it until somebody asks. */
static int diff_can_wait(const struct cxd__op *op) {
  const struct cxd__job *job = &op->job;
  return job->kind == CXD__JOB_APPLY && job->replace && job->queued && !job->announce && job->audit == CXD__AUDIT_OFF;
}

static cxd_status write_diff(struct cxd__op *op, cxd_error **error) {
  struct cxd__buf diff = {0};
  cxd__json_diff(op->server ? op->server->root : json_empty, op->merged->root, &diff);
  cxd__free(op->result->diff);
  op->result->diff = cxd__buf_take(&diff);
  return op->result->diff ? CXD_OK : cxd__fail_nomem(error);
}

cxd_result *cxd__update_take_result(struct cxd__op *op) {
  cxd_result *result = op->result;
  op->result = NULL;
  if (result && op->merged && !result->diff && diff_can_wait(op)) {
    result->whole = op->merged;
    op->merged = NULL;
  }
  return result;
}

static cxd_status merge(struct cxd__op *op, cxd_error **error) {
  cxd_campaign_free(op->merged);
  op->merged = NULL;
  cxd_status status = merged_document(op, error);
  if (status != CXD_OK)
    return status;
  cxd__result_numbers(op->result, op->merged->root);
  return diff_can_wait(op) ? CXD_OK : write_diff(op, error);
}

static void merge_and_check(struct cxd__op *op, cxd__now now) {
  cxd_error *error = NULL;
  if (merge(op, &error) == CXD_OK)
    check(op, CXD__STAGE_CHECK_MERGED);
  else
    cxd__update_finish(op, now, CXD_OUTCOME_REJECTED, error);
}

static void begin_with_known(struct cxd__op *op, cxd__now now);

static void edits_accepted(struct cxd__op *op, cxd__now now) {
  cxd_error *error = NULL;
  const char *id = cxd_campaign_id(op->job.change);
  cxd_status status = cxd__campaign_id_check(id, &error);
  if (status == CXD_OK && !edits_can_wait(op))
    status = collect_edits(op, &error);
  if (status != CXD_OK) {
    cxd__update_finish(op, now, CXD_OUTCOME_REJECTED, error);
    return;
  }
  cxd__target_campaign(&op->core->options, id, &op->target);
  if (op->target.failed)
    cxd__op_fail(op, now, NULL);
  else if (op->job.replace && op->job.kind == CXD__JOB_APPLY) {
    op->round = 1;
    op->result->concurrency = "none";
    merge_and_check(op, now);
  } else
    begin_with_known(op, now);
}

static int something_to_send(const struct cxd__op *op) {
  return (op->job.replace && op->job.kind == CXD__JOB_APPLY) || op->job.rebalance == CXD__REBALANCE_ON || strcmp(op->result->diff, "[]") != 0;
}

static void merged_accepted(struct cxd__op *op, cxd__now now) {
  if (!something_to_send(op))
    cxd__update_finish(op, now, CXD_OUTCOME_UNCHANGED, NULL);
  else if (op->job.kind == CXD__JOB_PLAN)
    cxd__update_finish(op, now, CXD_OUTCOME_PLANNED, NULL);
  else
    cxd__put_begin(op, now);
}

static void not_accepted(struct cxd__op *op, cxd__now now, struct cxd__event *event) {
  if (op->ambiguous) { /* an earlier copy is out already */
    cxd__put_doubtful(op, now);
    return;
  }
  cxd_error *error = event->error ? event->error : cxd__error_new(event->status, "%s", cxd_status_text(event->status));
  event->error = NULL;
  int refused = event->status == CXD_E_INVALID || event->status == CXD_E_RULE || event->status == CXD_E_WINDOW_CLOSED;
  cxd__update_finish(op, now, refused ? CXD_OUTCOME_REJECTED : CXD_OUTCOME_NOT_APPLIED, error);
}

static void accepted(struct cxd__op *op, cxd__now now) {
  if (op->cancelled)
    cxd__update_cancelled(op, now);
  else if (op->stage == CXD__STAGE_CHECK_EDITS)
    edits_accepted(op, now);
  else if (op->stage == CXD__STAGE_CHECK_MERGED)
    merged_accepted(op, now);
  else {
    op->stage = CXD__STAGE_PUT;
    cxd__op_send_now(op, now);
  }
}

void cxd__update_checked(struct cxd__op *op, cxd__now now, struct cxd__event *event) {
  cxd_report_free(op->result->report);
  op->result->report = event->report;
  event->report = NULL;
  cxd__free(op->basis);
  op->basis = event->basis;
  event->basis = NULL;
  op->checked_wall_ms = now.wall_ms;
  op->valid_until_ms = event->valid_until_ms;
  if (event->status == CXD_OK)
    accepted(op, now);
  else
    not_accepted(op, now, event);
}

/* ------------------------------------------------------------ the campaign was read */

/* CXD_E_PROTOCOL, without an error: it is not this campaign. */
static cxd_status take_document(struct cxd__op *op, struct cxd__slice text, const char *etag, int32_t weak_etag, cxd_error **error) {
  cxd_campaign *server = NULL;
  cxd_status status = cxd__campaign_read(text.p ? text.p : "", text.len, etag, &server, NULL);
  if (status == CXD_E_NOMEM)
    return cxd__fail_nomem(error);
  if (status != CXD_OK || !cxd__same_campaign(server, cxd_campaign_id(op->job.change))) {
    cxd_campaign_free(server);
    return CXD_E_PROTOCOL;
  }
  cxd_campaign_free(op->server);
  op->server = server;
  struct cxd__slice version = cxd__json_find(server->root, CXD_FIELD_VERSION);
  cxd__free(op->v0);
  op->v0 = version.p ? cxd__strndup(version.p, version.len) : NULL;
  op->weak_etag = weak_etag;
  op->result->concurrency = server->etag ? "etag" : version.p ? "version" : "none";
  cxd__op_seen(op, server->etag, server->root);
  return version.p && !op->v0 ? cxd__fail_nomem(error) : CXD_OK;
}

static cxd_status take_server(struct cxd__op *op, const struct cxd__exchange *exchange, cxd_error **error) {
  cxd_status status = take_document(op, (struct cxd__slice){exchange->body.data, exchange->body.len}, exchange->etag, exchange->weak_etag, error);
  if (status == CXD_E_PROTOCOL)
    *error = cxd__not_a_campaign(cxd_campaign_id(op->job.change), exchange);
  return status;
}

/* A version the caller set is a condition of his; an entity tag he got with the campaign is the better one. */
static int version_differs(const struct cxd__op *op) {
  const cxd_campaign *change = op->job.change;
  if (change->base || change->etag)
    return 0;
  struct cxd__slice wanted = cxd__json_find(change->root, CXD_FIELD_VERSION);
  return wanted.p && !cxd__json_equal(wanted, cxd__json_find(op->server->root, CXD_FIELD_VERSION));
}

static void conflict(struct cxd__op *op, cxd__now now, struct cxd__slice base, const char *why) {
  struct cxd__buf text = {0};
  cxd__conflict_write(&op->edits, base, op->server->root, &text);
  op->result->conflict = cxd__buf_take(&text);
  cxd__update_finish(op, now, CXD_OUTCOME_CONFLICT, cxd__error_new(CXD_E_CONFLICT, "campaign %s: %s; nothing was written: read it again and decide", cxd_campaign_id(op->job.change), why));
}

static struct cxd__slice base_of(const struct cxd__op *op) {
  if (op->first_base)
    return (struct cxd__slice){op->first_base, strlen(op->first_base)};
  return op->job.change->base ? op->job.change->base_root : (struct cxd__slice){NULL, 0};
}

static void begin_round(struct cxd__op *op, cxd__now now) {
  struct cxd__slice base = base_of(op);
  if (op->last_look) {
    conflict(op, now, base, "the server answered three tries with a conflict");
    return;
  }
  op->round++;
  if (op->round == 1) {
    op->result->previous_concurrent = cxd__concurrent_of(op->server->root);
    if (version_differs(op)) {
      conflict(op, now, json_empty, "its version is not the one in /version");
      return;
    }
  }
  int as_asked = cxd__edits_hold(&op->edits, op->server->root);
  if (base.p && !as_asked && cxd__conflict_since(&op->edits, base, op->server->root)) {
    conflict(op, now, base, op->job.rollback_of ? "members of the update to be taken back were changed by somebody else since" : "members of this change were changed by somebody else since they were read");
    return;
  }
  if (!base.p && !(op->first_base = cxd__strndup(op->server->root.p, op->server->root.len))) {
    cxd__op_fail(op, now, NULL);
    return;
  }
  if (op->round > 1)
    op->result->previous_concurrent = cxd__concurrent_of(op->server->root);
  merge_and_check(op, now);
}

/* A list page may be older than the base of the change, or than the version it speaks of: before that is called a conflict, it is read. */
static int contradicts_known(const struct cxd__op *op) {
  struct cxd__slice base = base_of(op);
  return version_differs(op) || (base.p && cxd__conflict_since(&op->edits, base, op->server->root));
}

static void begin_with_known(struct cxd__op *op, cxd__now now) {
  cxd_error *error = NULL;
  cxd_status status = op->job.known.p ? take_document(op, op->job.known, NULL, 0, &error) : CXD_E_PROTOCOL;
  op->stage = CXD__STAGE_GET;
  if (status == CXD_E_NOMEM)
    cxd__update_failed(op, now, error);
  else if (status == CXD_OK && !contradicts_known(op))
    begin_round(op, now);
  else
    cxd__op_send(op, now, CXD__CLASS_GET);
}

void cxd__update_failed(struct cxd__op *op, cxd__now now, cxd_error *error) {
  if (op->last_look) { /* the conflict stands, only what the others wrote is not known */
    cxd_error_free(error);
    error = op->put_error;
    op->put_error = NULL;
  }
  cxd__update_finish(op, now, op->last_look ? CXD_OUTCOME_CONFLICT : CXD_OUTCOME_NOT_APPLIED, error);
}

void cxd__update_read(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange) {
  struct cxd__verdict verdict = cxd__verdict_of(CXD__CLASS_GET, exchange);
  cxd_error *error = NULL;
  if (verdict.meaning == CXD__MEANS_DONE) {
    if (take_server(op, exchange, &error) == CXD_OK)
      begin_round(op, now);
    else
      cxd__update_failed(op, now, error);
  } else if ((verdict.meaning != CXD__MEANS_RETRY && verdict.meaning != CXD__MEANS_THROTTLED) || !cxd__op_retry(op, now, &verdict, exchange))
    cxd__update_failed(op, now, cxd__op_error(op, now, verdict.status, exchange));
}

/* ----------------------------------------------------------------------- the end */

void cxd__update_append(struct cxd__op *op, enum cxd__stage stage) {
  struct cxd__action action = {.kind = CXD__ACT_APPEND, .job = &op->job, .record = op->record.data, .record_len = op->record.len, .reserve = stage == CXD__STAGE_INTENT, .intent = stage == CXD__STAGE_INTENT, .resolves = op->intent.seq};
  op->stage = stage;
  op->wait = CXD__WAIT_EVENT;
  (void)cxd__op_push(op, &action);
}

static void append_outcome(struct cxd__op *op, cxd__now now) {
  cxd__record_outcome(op);
  if (!op->record.failed) {
    cxd__update_append(op, CXD__STAGE_OUTCOME);
    return;
  }
  op->result->audit_status = CXD_E_NOMEM;
  cxd__op_done(op, now);
}

static int changed_something(int32_t outcome) { return outcome == CXD_OUTCOME_APPLIED || outcome == CXD_OUTCOME_APPLIED_READBACK || outcome == CXD_OUTCOME_PLANNED || outcome == CXD_OUTCOME_UNCHANGED; }

/* Sent again without a condition, and the first copy was never accounted for. */
static void warn_of_late_copy(struct cxd__op *op, int32_t outcome) {
  int applied = outcome == CXD_OUTCOME_APPLIED || outcome == CXD_OUTCOME_APPLIED_READBACK;
  int conditional = !op->job.replace && op->result->concurrency && strcmp(op->result->concurrency, "none") != 0;
  if (applied && !conditional && op->under_way && op->result->sends > 1 && op->result->report)
    (void)cxd_report_add(op->result->report, CXD_SEVERITY_WARNING, "server.late_copy", "", "the update was sent more than once without a condition, because an answer was lost: it may have overwritten somebody else's change, and the first copy may still arrive and undo later ones");
}

static void note_weak_etag(struct cxd__op *op) {
  if (op->weak_etag && op->result->report)
    (void)cxd_report_add(op->result->report, CXD_SEVERITY_NOTE, "server.weak_etag", "", "the server's entity tag is a weak one (W/), which If-Match cannot use: the update was as safe as /version in the document made it, or not conditional at all");
}

void cxd__update_finish(struct cxd__op *op, cxd__now now, int32_t outcome, cxd_error *error) {
  cxd_result *result = op->result;
  if (op->under_way && (outcome == CXD_OUTCOME_NOT_APPLIED || outcome == CXD_OUTCOME_REJECTED)) {
    cxd__put_overdue(op, now, error);
    return;
  }
  cxd__op_release(op, now, 0, 0);
  note_weak_etag(op);
  warn_of_late_copy(op, outcome);
  result->outcome = outcome;
  result->error = error;
  int bad = outcome == CXD_OUTCOME_REJECTED || outcome >= CXD_OUTCOME_CONFLICT;
  result->status = error ? error->status : bad ? CXD_E_NOMEM : CXD_OK;
  result->finished_wall_ms = now.wall_ms;
  result->latency_us[CXD_LATENCY_TOTAL] = now.mono_us - op->started_mono_us;
  if (!changed_something(outcome))
    result->new_concurrent = -1;
  int log_is_dead = op->intent_refused && !op->intent_written && op->job.audit == CXD__AUDIT_REQUIRED;
  if (op->job.kind == CXD__JOB_APPLY && op->job.audit != CXD__AUDIT_OFF && !log_is_dead)
    append_outcome(op, now);
  else
    cxd__op_done(op, now);
}

static void outcome_appended(struct cxd__op *op, cxd__now now, struct cxd__event *event) {
  cxd_result *result = op->result;
  result->audit_record = event->sealed ? event->sealed : cxd__strndup(op->record.data, op->record.len);
  event->sealed = NULL;
  if (event->status == CXD_OK)
    result->audit_seq = event->seq;
  else {
    result->audit_status = event->status;
    cxd__result_not_audited(result, event->error);
  }
  result->latency_us[CXD_LATENCY_TOTAL] = now.mono_us - op->started_mono_us;
  cxd__op_done(op, now);
}

static void intent_appended(struct cxd__op *op, cxd__now now, struct cxd__event *event) {
  op->intent_written |= event->status == CXD_OK;
  if (event->status != CXD_OK) {
    op->result->audit_status = event->status;
    cxd__result_not_audited(op->result, event->error);
    op->intent_refused = event->status != CXD_E_TOO_LARGE;
    if (op->job.audit == CXD__AUDIT_REQUIRED || event->status == CXD_E_TOO_LARGE) {
      cxd_error *error = event->error ? event->error : cxd__error_new(event->status, "the audit log did not take the intent: nothing was sent");
      event->error = NULL;
      cxd__update_finish(op, now, CXD_OUTCOME_NOT_APPLIED, error);
      return;
    }
  }
  if (op->cancelled)
    cxd__update_cancelled(op, now);
  else if (event->declined)
    cxd__update_finish(op, now, CXD_OUTCOME_NOT_APPLIED, cxd__error_new(CXD_E_CALLBACK, "campaign %s: an on_sending callback did not accept, so nothing was sent: see what it says, then run it again", cxd_campaign_id(op->job.change)));
  else {
    op->stage = CXD__STAGE_PUT;
    cxd__op_send_now(op, now);
  }
}

void cxd__update_appended(struct cxd__op *op, cxd__now now, struct cxd__event *event) {
  if (op->job.kind == CXD__JOB_RECOVER) {
    cxd__recover_appended(op, now, event);
    return;
  }
  op->result->latency_us[CXD_LATENCY_AUDIT] += event->took_us;
  if (op->stage == CXD__STAGE_INTENT)
    intent_appended(op, now, event);
  else
    outcome_appended(op, now, event);
}

void cxd__update_cancelled(struct cxd__op *op, cxd__now now) {
  if (op->put_sent)
    cxd__update_finish(op, now, CXD_OUTCOME_UNKNOWN, cxd__error_new(CXD_E_CANCELLED, "cancelled after a PUT had left for campaign %s: read the campaign before anything else", cxd_campaign_id(op->job.change)));
  else
    cxd__update_finish(op, now, CXD_OUTCOME_CANCELLED, cxd__error_new(CXD_E_CANCELLED, "cancelled by the caller before anything was written"));
}
