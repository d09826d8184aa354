/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "api/recover.h"
#include "api/updater.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "json/campaign.h"

/* --------------------------------------------------------------------------- sessions */

cxd_status cxd__session_open(struct cxd__session *session, cxd_updater *updater, uintptr_t entry, cxd_error **error) {
  *session = (struct cxd__session){.updater = updater, .tools = cxd__client_tools(updater->client, entry)};
  session->tools.validator = updater->validator;
  session->tools.audit = updater->audit;
  return cxd__client_borrow(updater->client, updater, &session->loan, error);
}

void cxd__session_close(struct cxd__session *session) {
  cxd_report_free(session->found);
  session->found = NULL;
  if (session->loan)
    cxd__client_return(session->updater->client, session->loan);
  session->loan = NULL;
}

cxd_status cxd__session_run(struct cxd__session *session, const struct cxd__job *job, cxd_result **out, cxd_error **error) {
  uint32_t op = 0;
  struct cxd__engine *engine = session->loan->engine;
  cxd_status status = cxd__engine_run(engine, job, &session->tools, &op, error);
  *out = cxd__core_take_result(cxd__engine_core(engine), op);
  cxd__core_drop(cxd__engine_core(engine), op);
  return status == CXD_OK && !*out ? cxd__fail_nomem(error) : status;
}

int cxd__session_cancelled(const struct cxd__session *session) { return cxd__engine_cancelled(session->loan->engine); }

void cxd__updater_log(cxd_updater *updater, uintptr_t entry, int32_t level, const char *text) {
  struct cxd__frame *frame = updater->client->log.write ? cxd__frame_enter(&updater->client->frames, CXD__INSIDE_NOTHING_ALLOWED, entry) : NULL;
  if (!frame)
    return;
  cxd__log(&updater->client->log, level, "%s", text);
  cxd__frame_leave(&updater->client->frames, frame);
}

/* ----------------------------------------------------------------------- after an update */

void cxd__updater_log_alarm(cxd_updater *updater, uintptr_t entry, const char *code, const char *alarm) {
  cxd__updater_log(updater, entry, strcmp(code, "audit.broken") == 0 ? CXD_LOG_ERROR : CXD_LOG_WARNING, alarm);
}

static cxd_report *report_of(cxd_result *result) {
  if (!result->report)
    result->report = cxd__report_new();
  return result->report;
}

/* The log goes on, but what it had before is not as it was written, or no new segment can be begun: whoever looks at a result has to see that. */
static void warn_of_alarm(cxd_updater *updater, uintptr_t entry, cxd_result *result) {
  const char *code;
  char *alarm = updater->audit ? cxd__audit_alarm(updater->audit, &code) : NULL;
  if (!alarm)
    return;
  if (report_of(result))
    (void)cxd_report_add(result->report, CXD_SEVERITY_WARNING, code, "", alarm);
  cxd__updater_log_alarm(updater, entry, code, alarm);
  cxd__free(alarm);
}

/* An audit status alone does not help anybody; where the update was refused because of the log its error has the words already. */
static void warn_of_missing_records(const cxd_updater *updater, cxd_result *result) {
  const char *why = !updater->audit && updater->audit_why ? updater->audit_why : result->audit_why;
  if (result->audit_status == CXD_OK || !why || (result->error && strcmp(cxd_error_message(result->error), why) == 0))
    return;
  if (report_of(result))
    (void)cxd_report_add(result->report, CXD_SEVERITY_WARNING, "audit.failed", "", why);
}

static int wants_checkpoints(const cxd_updater *updater) {
  for (const struct cxd__callback *c = updater->callbacks; c; c = c->next)
    if (c->table.on_checkpoint)
      return 1;
  return 0;
}

int cxd__updater_tell_checkpoint(cxd_updater *updater, uintptr_t entry) {
  int64_t seq;
  char h[65];
  int accepted = 1;
  if (!updater->audit || !wants_checkpoints(updater) || !cxd__audit_take_checkpoint(updater->audit, &seq, h))
    return 1;
  for (struct cxd__callback *c = updater->callbacks; c; c = c->next) {
    if (!c->table.on_checkpoint)
      continue;
    struct cxd__frame *frame = cxd__frame_enter(&updater->client->frames, CXD__INSIDE_READING_ALLOWED, entry);
    int agreed = frame && c->table.on_checkpoint(c->table.user_data, seq, h) == CXD_ACCEPTED;
    cxd__shared_count_callback(&updater->client->shared, agreed);
    accepted &= agreed;
    if (frame)
      cxd__frame_leave(&updater->client->frames, frame);
  }
  return accepted;
}

/* Last of all, with everything committed and no lock held: a callback can change nothing but the callback status. */
static void run_callbacks(cxd_updater *updater, uintptr_t entry, cxd_result *result) {
  if (!cxd__updater_tell_checkpoint(updater, entry))
    result->callback_status = CXD_E_CALLBACK;
  for (struct cxd__callback *c = updater->callbacks; c; c = c->next) {
    if (!c->table.on_result)
      continue;
    struct cxd__frame *frame = cxd__frame_enter(&updater->client->frames, CXD__INSIDE_READING_ALLOWED, entry);
    int agreed = frame && cxd__result_write_diff(result) == 0 && c->table.on_result(c->table.user_data, result) == CXD_ACCEPTED;
    if (!agreed)
      result->callback_status = CXD_E_CALLBACK;
    cxd__shared_count_callback(&updater->client->shared, agreed);
    if (frame)
      cxd__frame_leave(&updater->client->frames, frame);
  }
}

void cxd__update_over(cxd_updater *updater, uintptr_t entry, cxd_result *result) {
  warn_of_alarm(updater, entry, result);
  warn_of_missing_records(updater, result);
  run_callbacks(updater, entry, result);
}

/* ---------------------------------------------------------------------------- one update */

void cxd__update_explain(const char *campaign, cxd_status status, const cxd_error *error, cxd_result **out) {
  if (!*out)
    *out = cxd__result_new(campaign);
  if (!*out || (*out)->outcome)
    return;
  (*out)->outcome = (*out)->sends ? CXD_OUTCOME_UNKNOWN : status == CXD_E_CANCELLED ? CXD_OUTCOME_CANCELLED : CXD_OUTCOME_NOT_APPLIED;
  (*out)->status = status;
  (*out)->error = cxd__error_copy(error);
  (*out)->finished_wall_ms = cxd__clock_read().wall_ms;
  if (status == CXD_E_AUDIT)
    (*out)->audit_status = status;
}

cxd_status cxd__audit_present(const cxd_updater *updater, const struct cxd__job *job, cxd_error **error) {
  if (job->kind != CXD__JOB_APPLY || job->audit != CXD__AUDIT_REQUIRED || updater->audit)
    return CXD_OK;
  return cxd__fail_at(error, CXD_E_AUDIT, "audit.path", "audit.mode is required and there is no audit log, so nothing was sent: set audit.path, register a logger with cxd_updater_set_audit_logger(), or set audit.mode to best_effort or off");
}

void cxd__update_found(cxd_result *result, const cxd_report *found) {
  for (size_t i = 0; result && i < cxd_report_count(found) && report_of(result); i++)
    (void)cxd_report_add(result->report, cxd_report_severity(found, i), cxd_report_code(found, i), cxd_report_pointer(found, i), cxd_report_message(found, i));
}

/* What is refused because of an earlier update is run all the same, as one that ends at once: that is how it gets on record. */
static cxd_status run_job(cxd_updater *updater, const struct cxd__job *job, uintptr_t entry, cxd_result **out, cxd_error **error) {
  struct cxd__session session;
  struct cxd__job own = *job;
  cxd_error *refused = NULL;
  cxd_status status = cxd__session_open(&session, updater, entry, error);
  if (status == CXD_OK && job->kind == CXD__JOB_APPLY && cxd__recover_before(&session, cxd_campaign_id(job->change), &refused) != CXD_OK && !refused)
    status = cxd__fail_nomem(error);
  own.refused = refused;
  if (status == CXD_OK)
    status = cxd__session_run(&session, &own, out, error);
  cxd__update_found(*out, session.found);
  cxd__session_close(&session);
  cxd_error_free(refused);
  return status;
}

static cxd_status run(cxd_updater *updater, const struct cxd__job *job, uintptr_t entry, cxd_result **out, cxd_error **error) {
  cxd_error *why = NULL;
  cxd_status status = cxd__audit_present(updater, job, &why);
  if (status == CXD_OK)
    status = run_job(updater, job, entry, out, &why);
  if (status != CXD_OK)
    cxd__update_explain(cxd_campaign_id(job->change), status, why, out);
  else {
    status = (*out)->status;
    why = cxd__error_copy((*out)->error);
  }
  cxd__error_give(error, why);
  return status;
}

cxd_status cxd__updater_ready(cxd_updater *updater, uintptr_t entry, cxd_result **out, cxd_error **error) {
  if (out)
    *out = NULL;
  cxd_status status = cxd__updater_usable(updater, error);
  if (status == CXD_OK && !out)
    status = cxd__fail(error, CXD_E_ARGUMENT, "out is NULL: pass the address of a cxd_result *");
  return status == CXD_OK ? cxd__client_may_write(updater->client, entry, error) : status;
}

cxd_status cxd__updater_run(cxd_updater *updater, const struct cxd__job *job, uintptr_t entry, cxd_result **out, cxd_error **error) {
  cxd__updater_enter(updater);
  cxd_status status = run(updater, job, entry, out, error);
  if (job->kind == CXD__JOB_APPLY && *out)
    cxd__update_over(updater, entry, *out);
  cxd__updater_leave(updater);
  return status;
}

static cxd_status update(cxd_updater *updater, enum cxd__job_kind kind, uintptr_t entry, const cxd_campaign *campaign, cxd_result **out, cxd_error **error) {
  cxd_status status = cxd__updater_ready(updater, entry, out, error);
  if (status == CXD_OK && !CXD__IS(campaign, CAMPAIGN))
    status = cxd__fail(error, CXD_E_ARGUMENT, "campaign is NULL, freed, or a handle of another kind");
  if (status != CXD_OK)
    return status;
  struct cxd__job job = updater->job;
  job.kind = kind;
  job.change = campaign;
  return cxd__updater_run(updater, &job, entry, out, error);
}

cxd_status cxd_updater_plan(cxd_updater *updater, const cxd_campaign *campaign, cxd_result **out, cxd_error **error) { return update(updater, CXD__JOB_PLAN, cxd__entry(), campaign, out, error); }

cxd_status cxd_updater_apply(cxd_updater *updater, const cxd_campaign *campaign, cxd_result **out, cxd_error **error) { return update(updater, CXD__JOB_APPLY, cxd__entry(), campaign, out, error); }
