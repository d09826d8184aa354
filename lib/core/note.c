/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Records in passing: nobody waits for them, so each has a body and a tag of its own until the engine has dealt with it. */
#include <string.h>

#include "base/mem.h"
#include "core/op.h"

#define NOTE_TAG 0x80000000u /* apart from the tags of what an operation waits for */

static int is_noted(const struct cxd__op *op) { return op->job.kind == CXD__JOB_APPLY && op->job.audit != CXD__AUDIT_OFF && op->result && op->stage < CXD__STAGE_OUTCOME; }

static void lost(struct cxd__op *op, cxd_status status, const cxd_error *why) {
  if (!op->result)
    return;
  if (op->result->audit_status == CXD_OK)
    op->result->audit_status = status;
  cxd__result_not_audited(op->result, why);
}

static struct cxd__note *begin(struct cxd__op *op, const char *kind) {
  struct cxd__note *note = is_noted(op) ? cxd__alloc(sizeof *note) : NULL;
  if (!note) {
    if (is_noted(op))
      lost(op, CXD_E_NOMEM, NULL);
    return NULL;
  }
  cxd__buf_fmt(&note->body, "\"k\":\"%s\",\"op\":\"%s\"", kind, op->uuid);
  return note;
}

static void free_note(struct cxd__note *note) {
  cxd__buf_free(&note->body);
  cxd__free(note);
}

static void push(struct cxd__op *op, struct cxd__note *note) {
  struct cxd__action action = {.kind = CXD__ACT_APPEND, .job = &op->job, .record = note->body.data, .record_len = note->body.len, .in_passing = 1};
  note->tag = NOTE_TAG | ++op->notes_made;
  if (note->body.failed || cxd__op_push_tagged(op, &action, note->tag) != 0) {
    lost(op, CXD_E_NOMEM, NULL);
    free_note(note);
    return;
  }
  note->next = op->notes;
  op->notes = note;
}

void cxd__note_attempt(struct cxd__op *op, cxd_status status, const struct cxd__exchange *exchange) {
  struct cxd__note *note = begin(op, "attempt");
  if (!note)
    return;
  cxd__record_text(&note->body, "campaign", cxd__op_campaign(op), 128);
  cxd__buf_fmt(&note->body, ",\"round\":%d,\"send\":%d,\"http_status\":%d,\"error\":\"%s\"", (int)op->round, (int)op->result->sends, (int)exchange->http_status, cxd_status_name(status));
  push(op, note);
}

void cxd__note_conflict(struct cxd__op *op, const struct cxd__exchange *exchange) {
  struct cxd__note *note = begin(op, "conflict");
  if (!note)
    return;
  cxd__record_text(&note->body, "campaign", cxd__op_campaign(op), 128);
  cxd__buf_fmt(&note->body, ",\"round\":%d,\"http_status\":%d", (int)op->round, (int)exchange->http_status);
  cxd__record_text(&note->body, "request_id", exchange->request_id, 128);
  push(op, note);
}

void cxd__note_token(struct cxd__op *op, int64_t expires_in_s, int32_t forced) {
  struct cxd__note *note = begin(op, "token");
  if (!note)
    return;
  cxd__buf_str(&note->body, ",\"expires_in_s\":");
  cxd__buf_int(&note->body, expires_in_s);
  cxd__buf_fmt(&note->body, ",\"forced\":%s", forced ? "true" : "false");
  push(op, note);
}

int cxd__note_appended(struct cxd__op *op, const struct cxd__event *event) {
  if (!(event->tag & NOTE_TAG))
    return 0;
  for (struct cxd__note **at = &op->notes; *at; at = &(*at)->next)
    if ((*at)->tag == event->tag) {
      struct cxd__note *note = *at;
      *at = note->next;
      free_note(note);
      if (event->status != CXD_OK)
        lost(op, event->status, event->error);
      break;
    }
  return 1;
}

void cxd__notes_free(struct cxd__op *op) {
  while (op->notes) {
    struct cxd__note *note = op->notes;
    op->notes = note->next;
    free_note(note);
  }
}
