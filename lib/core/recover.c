/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What became of an update whose process is gone: the campaign is read, and that is put on record. */
#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "core/op.h"
#include "json/pointer.h"

cxd_status cxd__recover_take(struct cxd__op *op, cxd_error **error) {
  cxd_status status = cxd__intent_read(op->job.intent, op->job.intent_len, &op->intent, error);
  if (status != CXD_OK)
    return status;
  op->result = cxd__result_new(op->intent.campaign);
  if (!op->result)
    return cxd__fail_nomem(error);
  op->result->concurrency = op->intent.concurrency;
  return CXD_OK;
}

/* An attempt of the other process may take longer than this one has for all of a job, and there is no way around waiting for it. */
static void prolong(struct cxd__op *op) {
  int64_t own_us = op->core->options.attempt_timeout_us, wait_us = cxd__intent_wait_us(&op->intent, op->job.boot, own_us);
  if (wait_us > own_us && op->deadline_mono_us < INT64_MAX - wait_us)
    op->deadline_mono_us += wait_us - own_us;
}

void cxd__recover_begin(struct cxd__op *op, cxd__now now) {
  prolong(op);
  op->gone_boot_us = op->job.gone_boot_us && op->job.gone_boot_us < now.boot_us ? op->job.gone_boot_us : now.boot_us;
  cxd__target_campaign(&op->core->options, op->intent.campaign, &op->target);
  if (op->target.failed)
    cxd__op_fail(op, now, NULL);
  else
    cxd__op_send(op, now, CXD__CLASS_GET);
}

void cxd__recover_failed(struct cxd__op *op, cxd__now now, cxd_error *error) {
  op->result->error = error;
  op->result->status = error ? error->status : CXD_E_NOMEM;
  op->result->finished_wall_ms = now.wall_ms;
  op->result->latency_us[CXD_LATENCY_TOTAL] = now.mono_us - op->started_mono_us;
  cxd__op_done(op, now);
}

/*
 * A copy may be under way for as long as an attempt takes after its process ended: it may have sent it again just before, whatever
 * the time of the intent says. Of another boot none is.
 */
static int64_t safe_boot_us(const struct cxd__op *op) {
  int64_t wait_us = cxd__intent_wait_us(&op->intent, op->job.boot, op->core->options.attempt_timeout_us);
  return wait_us ? op->gone_boot_us + wait_us : INT64_MIN;
}

/* 1: the timer runs, then it is read again. */
static int read_later(struct cxd__op *op, cxd__now now, int64_t wait_us) {
  if (wait_us >= op->deadline_mono_us - now.mono_us) {
    char which[40] = "";
    if (op->intent.seq)
      (void)snprintf(which, sizeof which, " of audit record %lld", (long long)op->intent.seq);
    cxd_error *error = cxd__error_new(CXD_E_TIMEOUT, "campaign %s is as it was before, but the update%s may be under way for another %lld ms, longer than this call may take: raise retry.deadline_ms, and try again", op->intent.campaign, which,
                                      (long long)(wait_us / 1000 + 1));
    if (error) {
      error->retryable = 1;
      error->retry_after_ms = wait_us / 1000 + 1;
    }
    cxd__recover_failed(op, now, error);
    return 1;
  }
  op->tries = 0;
  cxd__op_pause(op, now, wait_us);
  return 1;
}

enum was { WAS_SAME, WAS_CHANGED, WAS_NOT_SAID };

static enum was validator_was(const struct cxd__intent *intent, const cxd_campaign *found) {
  struct cxd__slice version = cxd__json_find(found->root, CXD_FIELD_VERSION);
  switch (intent->concurrency[0]) {
  case 'e': return !found->etag ? WAS_NOT_SAID : cxd__json_string_is(intent->v0, found->etag) ? WAS_SAME : WAS_CHANGED;
  case 'v': return !version.p ? WAS_NOT_SAID : cxd__json_equal(intent->v0, version) ? WAS_SAME : WAS_CHANGED;
  default: return WAS_NOT_SAID;
  }
}

static int32_t judge(const struct cxd__intent *intent, const cxd_campaign *found) {
  enum was was = validator_was(intent, found);
  int tells = cxd__intent_tells(intent), as_sent = tells && cxd__intent_as_sent(intent, found->root);
  if (intent->replace) /* what stood there before is not known */
    return as_sent ? CXD_OUTCOME_APPLIED_READBACK : CXD_OUTCOME_UNKNOWN;
  if (was == WAS_SAME)
    return CXD_OUTCOME_NOT_APPLIED;
  if (!tells)
    return CXD_OUTCOME_UNKNOWN;
  if (as_sent)
    return CXD_OUTCOME_APPLIED_READBACK;
  return was == WAS_NOT_SAID && cxd__intent_as_before(intent, found->root) ? CXD_OUTCOME_NOT_APPLIED : CXD_OUTCOME_CONFLICT;
}

static void finish(struct cxd__op *op, cxd__now now, int32_t outcome) {
  op->result->outcome = outcome;
  op->result->finished_wall_ms = now.wall_ms;
  op->result->latency_us[CXD_LATENCY_TOTAL] = now.mono_us - op->started_mono_us;
  if (op->job.audit == CXD__AUDIT_OFF || !op->intent.seq) { /* no log has an intent that waits for it */
    cxd__op_done(op, now);
    return;
  }
  cxd__record_recovered(op);
  if (op->record.failed) {
    op->result->outcome = 0;
    cxd__recover_failed(op, now, NULL);
  } else
    cxd__update_append(op, CXD__STAGE_OUTCOME);
}

static void found_it(struct cxd__op *op, cxd__now now, const cxd_campaign *found, int64_t asked_boot_us) {
  int32_t outcome = judge(&op->intent, found);
  int64_t safe = safe_boot_us(op);
  if (outcome == CXD_OUTCOME_NOT_APPLIED && asked_boot_us < safe && read_later(op, now, safe > now.boot_us ? safe - now.boot_us : 0))
    return;
  cxd__op_seen(op, found->etag, found->root);
  finish(op, now, outcome);
}

void cxd__recover_answered(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange) {
  struct cxd__verdict verdict = cxd__verdict_of(CXD__CLASS_GET, exchange);
  cxd_campaign *found = NULL;
  if (verdict.meaning == CXD__MEANS_DONE) {
    cxd_status status = cxd__campaign_read(exchange->body.data ? exchange->body.data : "", exchange->body.len, exchange->etag, &found, NULL);
    if (status == CXD_OK && cxd__same_campaign(found, op->intent.campaign))
      found_it(op, now, found, exchange->sent_boot_us);
    else
      cxd__recover_failed(op, now, status == CXD_E_NOMEM ? NULL : cxd__not_a_campaign(op->intent.campaign, exchange));
    cxd_campaign_free(found);
  } else if ((verdict.meaning != CXD__MEANS_RETRY && verdict.meaning != CXD__MEANS_THROTTLED) || !cxd__op_retry(op, now, &verdict, exchange))
    cxd__recover_failed(op, now, cxd__op_error(op, now, verdict.status, exchange));
}

void cxd__recover_appended(struct cxd__op *op, cxd__now now, struct cxd__event *event) {
  cxd_result *result = op->result;
  result->latency_us[CXD_LATENCY_AUDIT] += event->took_us;
  if (event->status == CXD_OK) {
    result->audit_seq = event->seq;
    result->audit_record = event->sealed;
    event->sealed = NULL;
  } else if (event->status != CXD_E_STATE) { /* else somebody has resolved it meanwhile: that is as good */
    cxd_error *error = event->error ? event->error : cxd__error_new(event->status, "the audit log did not take the outcome of record %lld", (long long)op->intent.seq);
    event->error = NULL;
    result->outcome = 0;
    result->audit_status = event->status;
    cxd__recover_failed(op, now, error);
    return;
  }
  cxd__op_done(op, now);
}
