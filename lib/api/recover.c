/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "api/recover.h"

#include <string.h>

#include "audit/sealer.h"
#include "base/error.h"
#include "base/mem.h"
#include "core/intent.h"
#include "json/pointer.h"

/* A member of the record; absent where it is none. */
static struct cxd__slice member_of(const struct cxd__dangling *intent, const char *name) {
  struct cxd__slice root;
  if (cxd__json_check_deep(intent->line, strlen(intent->line), "record", CXD__JSON_RECORD_DEPTH, &root, NULL) != CXD_OK)
    return (struct cxd__slice){NULL, 0};
  return cxd__json_member(root, name);
}

/* The log has just seen that the writer is gone; what one process left behind is waited for once. */
static void note_writer(struct cxd__dangling *at) {
  char *writer = cxd__json_string(member_of(at, "w"), NULL);
  if (!writer || !at->writer || strcmp(writer, at->writer) != 0)
    at->gone_boot_us = cxd__clock_read().boot_us;
  cxd__free(at->writer);
  at->writer = writer;
}

cxd_status cxd__dangling_next(cxd_updater *updater, const char *campaign, struct cxd__dangling *at, cxd_error **error) {
  cxd__free(at->line);
  at->line = NULL;
  cxd_status status = cxd__audit_dangling(updater->audit, campaign, at->seq, &at->line, &at->seq, error);
  if (status == CXD_OK && at->line)
    note_writer(at);
  return status;
}

void cxd__dangling_forget(struct cxd__dangling *at) {
  cxd__free(at->line);
  cxd__free(at->writer);
  *at = (struct cxd__dangling){0};
}

/* For the log of the client, and with an outcome for the result of the update that follows. */
static void tell(cxd_updater *updater, uintptr_t entry, const struct cxd__intent *intent, const char *outcome, cxd_report **found) {
  struct cxd__buf text = {0};
  char boot[40];
  cxd__boot_id(boot);
  cxd__buf_fmt(&text, "an earlier update of campaign %s (audit record %lld, written by %s, which has ended)", intent->campaign, (long long)intent->seq, intent->writer);
  if (outcome)
    cxd__buf_fmt(&text, " was found %s", outcome);
  else
    cxd__buf_fmt(&text, " has no outcome: what became of it is being found out, which may wait up to %lld ms for a request under way", (long long)(cxd__intent_wait_us(intent, boot, updater->client->core.attempt_timeout_us) / 1000));
  if (!text.failed && outcome && (*found || (*found = cxd__report_new())))
    (void)cxd_report_add(*found, CXD_SEVERITY_NOTE, "audit.recovered", "", text.data);
  if (!text.failed)
    cxd__updater_log(updater, entry, CXD_LOG_INFO, text.data);
  cxd__buf_free(&text);
}

cxd_status cxd__dangling_tell(cxd_updater *updater, uintptr_t entry, const struct cxd__dangling *at, const char *outcome, cxd_report **found, cxd_error **error) {
  struct cxd__intent intent;
  cxd_status status = cxd__intent_read(at->line, strlen(at->line), &intent, error);
  if (status == CXD_OK)
    tell(updater, entry, &intent, outcome, found);
  cxd__intent_free(&intent);
  return status;
}

void cxd__dangling_job(const cxd_updater *updater, const struct cxd__dangling *at, char boot[40], struct cxd__job *job) {
  cxd__boot_id(boot);
  *job = (struct cxd__job){.kind = CXD__JOB_RECOVER, .audit = updater->job.audit, .gone_boot_us = at->gone_boot_us, .intent = at->line, .intent_len = strlen(at->line), .boot = boot};
}

static cxd_status run_recovery(struct cxd__session *session, const struct cxd__dangling *intent, int32_t *outcome, cxd_error **error) {
  cxd_result *result = NULL;
  struct cxd__job job;
  char boot[40];
  cxd__dangling_job(session->updater, intent, boot, &job);
  cxd_status status = cxd__session_run(session, &job, &result, error);
  if (status == CXD_OK && result->status != CXD_OK) {
    status = result->status;
    if (error)
      *error = cxd__error_copy(result->error);
  }
  *outcome = status == CXD_OK ? result->outcome : 0;
  cxd_result_free(result);
  return status;
}

static cxd_status resolve(struct cxd__session *session, const struct cxd__dangling *dangling, cxd_error **error) {
  int32_t outcome = 0;
  cxd_status status = cxd__dangling_tell(session->updater, session->tools.entry, dangling, NULL, &session->found, error);
  if (status == CXD_OK)
    status = run_recovery(session, dangling, &outcome, error);
  if (status == CXD_OK)
    status = cxd__dangling_tell(session->updater, session->tools.entry, dangling, cxd__outcome_name(outcome), &session->found, error);
  return status;
}

/* ---------------------------------------------------------------------- before an update */

/* The caller asked for something else: what stands in his way is the earlier record, and why it cannot be dealt with. */
void cxd__dangling_name(const struct cxd__dangling *intent, const char *campaign, cxd_error *why) {
  cxd_error *named = why ? cxd__error_new(why->status, "campaign %s: what became of an earlier update of it (audit record %lld, written by %s, which has ended) is not known yet, and could not be found out, so nothing was sent: %s; try again when it can be read, cxd_updater_recover() (cxdialer audit recover) resolves such records too",
                                          campaign, (long long)intent->seq, intent->writer ? intent->writer : "an unknown process", cxd_error_message(why))
                         : NULL;
  if (!named)
    return;
  char *message = why->message;
  why->message = named->message;
  named->message = message;
  cxd_error_free(named);
}

static cxd_status resolve_all_of(struct cxd__session *session, const char *campaign, cxd_error **error) {
  struct cxd__dangling intent = {0};
  cxd_status status;
  while ((status = cxd__dangling_next(session->updater, campaign, &intent, error)) == CXD_OK && intent.line) {
    status = resolve(session, &intent, error);
    if (status != CXD_OK && status != CXD_E_CANCELLED)
      cxd__dangling_name(&intent, campaign, *error);
    if (status == CXD_OK && cxd__session_cancelled(session))
      status = cxd__fail(error, CXD_E_CANCELLED, "cancelled by the caller before anything was written");
    if (status != CXD_OK)
      break;
  }
  cxd__dangling_forget(&intent);
  return status;
}

cxd_status cxd__recover_before(struct cxd__session *session, const char *campaign, cxd_error **error) {
  cxd_error *why = NULL;
  if (!session->updater->audit || session->updater->job.audit == CXD__AUDIT_OFF)
    return CXD_OK;
  cxd_status status = resolve_all_of(session, campaign, &why);
  if (status != CXD_OK && status != CXD_E_CANCELLED && session->updater->job.audit == CXD__AUDIT_BEST_EFFORT) {
    cxd__updater_log(session->updater, session->tools.entry, CXD_LOG_WARNING, why ? why->message : cxd_status_text(status));
    status = CXD_OK;
  }
  if (status != CXD_OK && error && !*error)
    *error = why;
  else
    cxd_error_free(why);
  return status;
}

/* -------------------------------------------------------------------------- all of them */

struct sweep {
  struct cxd__session session;
  size_t resolved, left;
  int ended; /* cancelled, or there is no engine: the rest is counted only */
  cxd_status first;
  cxd_error *why;
};

static void try_one(struct sweep *sweep, cxd_updater *updater, uintptr_t entry, const struct cxd__dangling *intent) {
  cxd_error *error = NULL;
  cxd_status status = sweep->session.loan ? CXD_OK : cxd__session_open(&sweep->session, updater, entry, &error);
  sweep->ended |= status != CXD_OK;
  if (status == CXD_OK)
    status = resolve(&sweep->session, intent, &error);
  sweep->ended |= sweep->session.loan && cxd__session_cancelled(&sweep->session);
  sweep->resolved += status == CXD_OK;
  sweep->left += status != CXD_OK;
  if (status != CXD_OK && sweep->first == CXD_OK) {
    sweep->first = status;
    sweep->why = error;
  } else
    cxd_error_free(error);
}

static void sweep_all(struct sweep *sweep, cxd_updater *updater, uintptr_t entry) {
  struct cxd__dangling intent = {0};
  cxd_error *error = NULL;
  cxd_status status;
  while ((status = cxd__dangling_next(updater, NULL, &intent, &error)) == CXD_OK && intent.line)
    if (sweep->ended)
      sweep->left++;
    else
      try_one(sweep, updater, entry, &intent);
  cxd__dangling_forget(&intent);
  if (sweep->ended && sweep->left && sweep->first == CXD_OK) {
    sweep->first = CXD_E_CANCELLED;
    sweep->why = cxd__error_new(CXD_E_CANCELLED, "cancelled by the caller: %zu intents without outcome are left", sweep->left);
  }
  if (status != CXD_OK && sweep->first == CXD_OK) {
    sweep->first = status;
    sweep->why = error;
    error = NULL;
  }
  cxd_error_free(error);
}

static void after_sweep(cxd_updater *updater, uintptr_t entry) {
  const char *code;
  char *alarm = cxd__audit_alarm(updater->audit, &code);
  if (alarm)
    cxd__updater_log_alarm(updater, entry, code, alarm);
  cxd__free(alarm);
  (void)cxd__updater_tell_checkpoint(updater, entry);
}

cxd_status cxd_updater_recover(cxd_updater *updater, size_t *resolved, size_t *left, cxd_error **error) {
  struct sweep sweep = {0};
  uintptr_t entry = cxd__entry();
  cxd_status status = cxd__updater_usable(updater, error);
  if (status == CXD_OK)
    status = cxd__client_may_write(updater->client, entry, error);
  if (status != CXD_OK)
    return status;
  cxd__updater_enter(updater);
  if (updater->audit) {
    sweep_all(&sweep, updater, entry);
    cxd__session_close(&sweep.session);
    after_sweep(updater, entry);
  }
  cxd__updater_leave(updater);
  if (resolved)
    *resolved = sweep.resolved;
  if (left)
    *left = sweep.left;
  cxd__error_give(error, sweep.why);
  return sweep.first;
}

/* ----------------------------------------------------------------- one that the caller kept */

/* The same update in our own log, where it waits for its outcome; line NULL: it does not. */
static cxd_status find_in_log(cxd_updater *updater, const struct cxd__intent *intent, struct cxd__dangling *at, cxd_error **error) {
  cxd_status status;
  if (!updater->audit || updater->job.audit == CXD__AUDIT_OFF)
    return CXD_OK;
  while ((status = cxd__dangling_next(updater, intent->campaign, at, error)) == CXD_OK && at->line)
    if (cxd__json_string_is(member_of(at, "op"), intent->op))
      break;
  return status;
}

static cxd_status resolve_kept(cxd_updater *updater, uintptr_t entry, const char *text, size_t len, const struct cxd__dangling *at, cxd_result **out, cxd_error **error) {
  struct cxd__session session;
  struct cxd__job job = {.kind = CXD__JOB_RECOVER, .audit = CXD__AUDIT_OFF, .intent = text, .intent_len = len};
  char boot[40];
  cxd__boot_id(boot);
  job.boot = boot;
  if (at->line)
    cxd__dangling_job(updater, at, boot, &job);
  cxd_status status = cxd__session_open(&session, updater, entry, error);
  if (status == CXD_OK)
    status = cxd__session_run(&session, &job, out, error);
  cxd__session_close(&session);
  if (status == CXD_OK && (*out)->status != CXD_OK && error) {
    cxd_error_free(*error);
    *error = cxd__error_copy((*out)->error);
  }
  return status == CXD_OK ? (*out)->status : status;
}

cxd_status cxd_updater_resolve(cxd_updater *updater, const char *intent, size_t len, cxd_result **out, cxd_error **error) {
  struct cxd__intent kept;
  struct cxd__dangling at = {0};
  uintptr_t entry = cxd__entry();
  cxd_status status = cxd__updater_ready(updater, entry, out, error);
  if (status == CXD_OK && !intent)
    status = cxd__fail(error, CXD_E_ARGUMENT, "intent is NULL: pass what on_sending gave");
  if (status != CXD_OK)
    return status;
  cxd__updater_enter(updater);
  status = cxd__intent_read(intent, len, &kept, error);
  if (status == CXD_OK)
    status = find_in_log(updater, &kept, &at, error);
  if (status == CXD_OK)
    status = resolve_kept(updater, entry, intent, len, &at, out, error);
  cxd__intent_free(&kept);
  cxd__dangling_forget(&at);
  cxd__updater_leave(updater);
  return status;
}

/* ------------------------------------------------------------------------------ the list */

static void write_member(struct cxd__buf *out, const char *name, const struct cxd__dangling *intent, const char *member) {
  struct cxd__slice value = member_of(intent, member);
  cxd__buf_fmt(out, ",\"%s\":", name);
  if (cxd__json_kind(value) == CXD__JSON_STRING)
    cxd__buf_add(out, value.p, value.len);
  else
    cxd__buf_str(out, "null");
}

static void write_intent(struct cxd__buf *out, const struct cxd__dangling *intent) {
  cxd__buf_fmt(out, "%s{\"seq\":%lld", out->len > 1 ? "," : "", (long long)intent->seq);
  write_member(out, "op", intent, "op");
  write_member(out, "campaign_id", intent, "campaign");
  write_member(out, "timestamp", intent, "t");
  write_member(out, "writer", intent, "w");
  write_member(out, "actor", intent, "actor");
  cxd__buf_char(out, '}');
}

char *cxd_updater_dangling_json(cxd_updater *updater) {
  struct cxd__dangling intent = {0};
  struct cxd__buf out = {0};
  cxd_status status = cxd__updater_usable(updater, NULL);
  if (status != CXD_OK)
    return NULL;
  cxd__updater_enter(updater);
  cxd__buf_char(&out, '[');
  while (updater->audit && (status = cxd__dangling_next(updater, NULL, &intent, NULL)) == CXD_OK && intent.line)
    write_intent(&out, &intent);
  cxd__buf_char(&out, ']');
  out.failed |= status != CXD_OK;
  cxd__dangling_forget(&intent);
  cxd__updater_leave(updater);
  return cxd__buf_take(&out);
}
