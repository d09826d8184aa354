/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "api/config.h"
#include "api/updater.h"
#include "base/error.h"
#include "base/mem.h"
#include "json/pointer.h"
#include "json/undo.h"

/* Which update a record belongs to, and what the log says of it; texts are copies: a record lives until the next is read. */
struct wanted {
  const char *log;
  const struct cxd__session *session; /* what a cancel reaches while the log is read */
  int64_t seq;
  char *op, *kind; /* of the record asked for, raw; NULL: not met yet, or it has none */
  char *intent;    /* the last one of that update */
  char *outcome;
};

static struct cxd__slice text_slice(const char *text) { return (struct cxd__slice){text, strlen(text)}; }

static cxd_status keep(struct cxd__slice text, char **slot, cxd_error **error) {
  cxd__free(*slot);
  *slot = text.p ? cxd__strndup(text.p, text.len) : NULL;
  return text.p && !*slot ? cxd__fail_nomem(error) : CXD_OK;
}

static void forget(struct wanted *w) {
  cxd__free(w->op);
  cxd__free(w->kind);
  cxd__free(w->intent);
  cxd__free(w->outcome);
}

/* -------------------------------------------------------------------- reading the log */

/* Takes one record; *done: no more are needed. */
typedef cxd_status (*take_fn)(struct wanted *w, struct cxd__slice record, int *done, cxd_error **error);

static cxd_status note_op(struct wanted *w, struct cxd__slice record, int *done, cxd_error **error) {
  int64_t seq;
  (void)done;
  if (w->kind || !cxd__json_int(cxd__json_member(record, "seq"), &seq) || seq != w->seq)
    return CXD_OK;
  cxd_status status = keep(cxd__json_member(record, "k"), &w->kind, error);
  return status == CXD_OK ? keep(cxd__json_member(record, "op"), &w->op, error) : status;
}

static cxd_status note_update(struct wanted *w, struct cxd__slice record, int *done, cxd_error **error) {
  struct cxd__slice kind = cxd__json_member(record, "k");
  int intent = cxd__json_string_is(kind, "intent"), outcome = cxd__json_string_is(kind, "outcome");
  if ((!intent && !outcome) || !cxd__json_equal(cxd__json_member(record, "op"), text_slice(w->op)))
    return CXD_OK;
  *done = outcome;
  return keep(record, intent ? &w->intent : &w->outcome, error);
}

static cxd_status damaged(const struct wanted *w, const char *code, const char *message, cxd_error **error) {
  const char *how = strcmp(code, "audit.segment") == 0 ? "put segments that are kept elsewhere back beside the log, or look" : "look";
  return cxd__fail(error, CXD_E_AUDIT, "audit log '%s' is not as it was written (%s%s%s), so nothing is taken back by it: %s at it with cxdialer audit verify", w->log, code, *code ? ": " : "", message, how);
}

/* Some damage only shows at the end. */
static cxd_status judge(const struct wanted *w, const cxd_report *report, cxd_error **error) {
  for (size_t i = 0; i < cxd_report_count(report); i++)
    if (cxd_report_severity(report, i) == CXD_SEVERITY_ERROR)
      return damaged(w, cxd_report_code(report, i), cxd_report_message(report, i), error);
  return CXD_OK;
}

static cxd_status next_record(const struct wanted *w, cxd_audit_reader *reader, struct cxd__slice *record, cxd_error **why) {
  *record = (struct cxd__slice){NULL, 0};
  if (cxd__session_cancelled(w->session))
    return cxd__fail(why, CXD_E_CANCELLED, "cancelled by the caller while audit log '%s' was read: nothing was sent", w->log);
  return cxd_audit_read(reader, &record->p, &record->len, why);
}

static cxd_status read_records(struct wanted *w, cxd_audit_reader *reader, take_fn take, cxd_error **error) {
  struct cxd__slice record;
  cxd_error *why = NULL;
  int done = 0;
  cxd_status status;
  while ((status = next_record(w, reader, &record, &why)) == CXD_OK && record.p && !done)
    if ((status = take(w, record, &done, error)) != CXD_OK)
      return status;
  cxd_status judged = status == CXD_OK || status == CXD_E_AUDIT ? judge(w, cxd_audit_report(reader), error) : CXD_OK;
  if (judged == CXD_OK && status != CXD_OK)
    judged = status == CXD_E_AUDIT ? damaged(w, "", cxd_error_message(why), error) : cxd__fail(error, status, "%s", cxd_error_message(why));
  cxd_error_free(why);
  return judged;
}

static cxd_status read_log(struct wanted *w, const cxd_updater *updater, take_fn take, cxd_error **error) {
  cxd_audit_reader *reader = NULL;
  cxd_status status = cxd_audit_open(w->log, cxd__config_text(updater->config, "audit.key_file"), &reader, error);
  if (status == CXD_OK)
    status = read_records(w, reader, take, error);
  cxd_audit_free(reader);
  return status;
}

/* Twice, because an intent stands before the record that was asked for, and a log is no thing to keep in memory. */
static cxd_status look_up(struct wanted *w, const cxd_updater *updater, cxd_error **error) {
  cxd_status status = read_log(w, updater, note_op, error);
  if (status != CXD_OK)
    return status;
  if (!w->kind)
    return cxd__fail(error, CXD_E_ABSENT, "audit log '%s' has no record %lld: cxdialer audit show lists them", w->log, (long long)w->seq);
  if (!w->op)
    return cxd__fail(error, CXD_E_INVALID, "record %lld of audit log '%s' is of no update (%s): name one that has an op", (long long)w->seq, w->log, w->kind);
  return read_log(w, updater, note_update, error);
}

static cxd_status look_up_in_session(struct wanted *w, cxd_updater *updater, uintptr_t entry, cxd_error **error) {
  struct cxd__session session;
  cxd_status status = cxd__session_open(&session, updater, entry, error);
  w->session = &session;
  if (status == CXD_OK)
    status = look_up(w, updater, error);
  w->session = NULL;
  cxd__session_close(&session);
  return status;
}

/* ---------------------------------------------------------------- what can be taken back */

static cxd_status not_to_be_undone(const struct wanted *w, const char *why, cxd_error **error) {
  return cxd__fail(error, CXD_E_INVALID, "the update of record %lld in audit log '%s' %s", (long long)w->seq, w->log, why);
}

static cxd_status not_applied(const struct wanted *w, struct cxd__slice outcome, cxd_error **error) {
  char *name = cxd__json_string(outcome, NULL);
  int unknown = name && strcmp(name, "unknown") == 0;
  cxd_status status = cxd__fail(error, CXD_E_INVALID, "the update of record %lld in audit log '%s' was not applied (its outcome is %s): %s", (long long)w->seq, w->log, name ? name : "not told",
                                unknown ? "look at the campaign, and change it by an update of its own" : "there is nothing to take back");
  cxd__free(name);
  return status;
}

static int is_of(struct cxd__slice a, struct cxd__slice b, const char *name) { return cxd__json_equal(cxd__json_member(a, name), cxd__json_member(b, name)); }

static cxd_status judge_update(const struct wanted *w, cxd_error **error) {
  if (!w->outcome)
    return not_to_be_undone(w, "has no outcome yet: it is under way, or cxd_updater_recover() (cxdialer audit recover) has to find out", error);
  struct cxd__slice outcome = text_slice(w->outcome), name = cxd__json_member(outcome, "outcome");
  if (!cxd__json_string_is(name, "applied") && !cxd__json_string_is(name, "applied_readback"))
    return not_applied(w, name, error);
  if (cxd__json_string_is(cxd__json_member(outcome, "mode"), "replace"))
    return not_to_be_undone(w, "replaced the whole campaign, and the log does not know what it replaced: apply a document of before", error);
  if (!w->intent || !is_of(text_slice(w->intent), outcome, "round") || !is_of(text_slice(w->intent), outcome, "campaign"))
    return not_to_be_undone(w, "has no intent that says what it changed: that record was not written (audit.mode=best_effort)", error);
  return CXD_OK;
}

/* Members only, whatever the updater is set to: neither the whole document nor a rebalancing of its own. */
static cxd_status take_back(cxd_updater *updater, const struct wanted *w, int32_t plan, uintptr_t entry, cxd_result **out, cxd_error **error) {
  struct cxd__undo undo;
  struct cxd__slice intent = text_slice(w->intent);
  cxd_status status = cxd__undo_make(cxd__json_member(intent, "campaign"), cxd__json_member(intent, "diff"), &undo, error);
  if (status != CXD_OK)
    return status;
  struct cxd__job job = updater->job;
  job.kind = plan ? CXD__JOB_PLAN : CXD__JOB_APPLY;
  job.change = undo.change;
  job.edits = &undo.edits;
  job.rollback_of = w->seq;
  job.replace = 0;
  job.rebalance = CXD__REBALANCE_KEEP;
  status = cxd__updater_run(updater, &job, entry, out, error);
  cxd__undo_free(&undo);
  return status;
}

static cxd_status roll_back(cxd_updater *updater, struct wanted *w, int32_t plan, uintptr_t entry, cxd_result **out, cxd_error **error) {
  cxd_status status = look_up_in_session(w, updater, entry, error);
  if (status == CXD_OK)
    status = judge_update(w, error);
  return status == CXD_OK ? take_back(updater, w, plan, entry, out, error) : status;
}

cxd_status cxd_updater_rollback(cxd_updater *updater, const char *log, int64_t seq, int32_t plan, cxd_result **out, cxd_error **error) {
  struct wanted w = {.log = log, .seq = seq};
  uintptr_t entry = cxd__entry();
  cxd_status status = cxd__updater_ready(updater, entry, out, error);
  if (status == CXD_OK && (!log || !log[0]))
    status = cxd__fail(error, CXD_E_ARGUMENT, "log is NULL or empty: pass the path of an audit log");
  if (status == CXD_OK && seq < 1)
    status = cxd__fail(error, CXD_E_ARGUMENT, "seq is %lld: records count from 1", (long long)seq);
  if (status != CXD_OK)
    return status;
  cxd__updater_enter(updater);
  status = roll_back(updater, &w, plan, entry, out, error);
  cxd__updater_leave(updater);
  forget(&w);
  return status;
}
