/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "core/op.h"
#include "json/pointer.h"

#define ROUNDS_MAX 3
#define ROUND_PAUSE_US 100000
#define CHECKED_LONG_AGO_MS 86400000

static const struct cxd__slice nothing_read = {"{}", 2};

void cxd__put_begin(struct cxd__op *op, cxd__now now) {
  op->put_tries = 0;
  op->stage = CXD__STAGE_PUT;
  cxd__op_send(op, now, CXD__CLASS_PUT);
}

/* One intent a round, as late as can be: a crash while the PUT waited for its turn leaves nothing in doubt. */
int cxd__put_ready(struct cxd__op *op, cxd__now now) {
  if (cxd__update_check_again(op, now))
    return 0;
  if ((op->job.audit == CXD__AUDIT_OFF && !op->job.announce) || op->intent_round == op->round)
    return 1;
  op->intent_round = op->round;
  cxd__record_intent(op);
  if (op->record.failed)
    cxd__op_fail(op, now, NULL);
  else
    cxd__update_append(op, CXD__STAGE_INTENT);
  return 0;
}

/* Not there when last read, and every later copy failed: the first may still be on its way. */
void cxd__put_overdue(struct cxd__op *op, cxd__now now, cxd_error *error) {
  const char *first = op->put_error ? cxd_error_message(op->put_error) : "its answer was lost", *last = error ? cxd_error_message(error) : "out of memory";
  int same = strcmp(first, last) == 0;
  cxd_error *doubt = cxd__error_new(CXD_E_UNKNOWN_OUTCOME, "campaign %s was not changed when last read, but a copy of the update that was sent before may still arrive (%s%s%s): read it again before anything else",
                                    cxd_campaign_id(op->job.change), first, same ? "" : "; then: ", same ? "" : last);
  if (doubt && error) {
    doubt->http_status = error->http_status;
    doubt->retry_after_ms = error->retry_after_ms;
  }
  cxd_error_free(error);
  cxd__update_finish(op, now, CXD_OUTCOME_UNKNOWN, doubt);
}

void cxd__put_doubtful(struct cxd__op *op, cxd__now now) {
  const char *why = op->put_error ? cxd_error_message(op->put_error) : op->accepted == 2 ? "the server said so, and it does not show" : "the server accepted it without finishing it";
  const char *look = op->job.replace && !op->accepted ? "replacing does not read back" : op->result->conflict ? "reading it back showed other values: see the conflict" : "reading it back did not tell";
  cxd_error *error = cxd__error_new(CXD_E_UNKNOWN_OUTCOME, "campaign %s may or may not have been changed (%s), and %s: read it before anything else", cxd_campaign_id(op->job.change), why, look);
  if (error && op->put_error) {
    error->http_status = op->put_error->http_status;
    error->retry_after_ms = op->put_error->retry_after_ms;
  }
  cxd__update_finish(op, now, CXD_OUTCOME_UNKNOWN, error);
}

static void read_back(struct cxd__op *op, cxd__now now) {
  op->stage = CXD__STAGE_READ_BACK;
  cxd__op_send(op, now, CXD__CLASS_GET);
}

/* 422 and 400 are shown beside the validator's own findings. */
static void add_finding(struct cxd__op *op, const cxd_error *error) {
  struct cxd__buf code = {0};
  if (!op->result->report || !error)
    return;
  cxd__buf_fmt(&code, "server.%d", (int)error->http_status);
  if (!code.failed)
    (void)cxd_report_add(op->result->report, CXD_SEVERITY_ERROR, code.data, cxd_error_field(error), cxd_error_message(error));
  cxd__buf_free(&code);
}

static void refused(struct cxd__op *op, cxd__now now, cxd_status status, const struct cxd__exchange *exchange) {
  cxd_error *error = cxd__op_error(op, now, status, exchange);
  if (status == CXD_E_REJECTED)
    add_finding(op, error);
  cxd__update_finish(op, now, status == CXD_E_REJECTED ? CXD_OUTCOME_REJECTED : CXD_OUTCOME_NOT_APPLIED, error);
}

static void new_round(struct cxd__op *op, cxd__now now) {
  int64_t ceiling = (int64_t)ROUND_PAUSE_US << op->round;
  op->stage = CXD__STAGE_GET;
  op->kind = CXD__CLASS_GET;
  op->tries = 0;
  cxd__op_pause(op, now, (int64_t)(cxd__core_random(op->core) * (double)ceiling));
}

static void keep_error(struct cxd__op *op, cxd_error *error) {
  cxd_error_free(op->put_error);
  op->put_error = error;
}

/* Three rounds; then one more look, to say what the others wrote. */
static void conflicted(struct cxd__op *op, cxd__now now, const struct cxd__exchange *exchange) {
  if (op->was_ambiguous) { /* it may be our own first copy that came in late */
    op->ambiguous = 1;
    keep_error(op, cxd__op_error(op, now, CXD_E_CONFLICT, exchange));
    cxd__note_conflict(op, exchange);
    read_back(op, now);
    return;
  }
  if (op->job.replace) {
    cxd__update_finish(op, now, CXD_OUTCOME_CONFLICT, cxd__op_error(op, now, CXD_E_CONFLICT, exchange));
    return;
  }
  op->last_look = op->round >= ROUNDS_MAX;
  if (op->last_look)
    keep_error(op, cxd__op_error(op, now, CXD_E_CONFLICT, exchange));
  cxd__note_conflict(op, exchange);
  new_round(op, now);
}

/* An answer of the API itself says that it is done with this copy; silence and gateways' answers do not. */
static int may_be_under_way(const struct cxd__exchange *exchange) { return exchange->way != CXD__WAY_ANSWER || (exchange->http_status != 500 && exchange->http_status != 503); }

static void became_doubtful(struct cxd__op *op, cxd__now now, const struct cxd__verdict *verdict, const struct cxd__exchange *exchange) {
  op->ambiguous = op->was_ambiguous = 1;
  op->under_way |= may_be_under_way(exchange);
  cxd__shared_count_doubt(op->core->shared);
  keep_error(op, cxd__op_error(op, now, verdict->status, exchange));
  cxd__say_doubt(op);
  if (!op->job.replace) {
    cxd__note_attempt(op, verdict->status, exchange);
    read_back(op, now);
  } else if (cxd__op_retry(op, now, verdict, exchange)) /* the same whole document again: PUT is idempotent */
    cxd__note_attempt(op, verdict->status, exchange);
  else
    cxd__put_doubtful(op, now);
}

static void aborted(struct cxd__op *op, cxd__now now, const struct cxd__exchange *exchange) {
  if (exchange->sends)
    op->ambiguous = 1;
  cxd__update_cancelled(op, now);
}

enum echo { ECHO_AGREES, ECHO_SAYS_NOTHING, ECHO_CONTRADICTS };

/* Another campaign, an error, or this campaign with other values: a 200 that says so is not believed. */
static enum echo echo_says(struct cxd__op *op, const cxd_campaign *echo) {
  if (cxd__same_campaign(echo, cxd_campaign_id(op->job.change)))
    return cxd__update_edits(op) == 0 && cxd__edits_hold(&op->edits, echo->root) ? ECHO_AGREES : ECHO_CONTRADICTS;
  int other = cxd__json_member(echo->root, "id").p || cxd__json_member(echo->root, "code").p || cxd__json_member(echo->root, "error").p;
  return other ? ECHO_CONTRADICTS : ECHO_SAYS_NOTHING;
}

/* Word for word what was sent: nothing of it has to be read. */
static int is_what_was_sent(const struct cxd__op *op, const struct cxd__exchange *exchange) {
  struct cxd__slice sent = op->merged->root;
  return exchange->body.len == sent.len && memcmp(exchange->body.data, sent.p, sent.len) == 0 && cxd__same_campaign(op->merged, cxd_campaign_id(op->job.change));
}

/* Servers answer a PUT with the campaign, or with nothing. Whatever it is, it was not asked for twice. */
static enum echo echo_of(struct cxd__op *op, const struct cxd__exchange *exchange) {
  cxd_campaign *echo = NULL;
  enum echo said = ECHO_SAYS_NOTHING;
  cxd__op_seen(op, exchange->etag, (struct cxd__slice){NULL, 0});
  if (exchange->http_status == 204 || exchange->body.len == 0)
    return ECHO_AGREES;
  if (exchange->way == CXD__WAY_ANSWER && exchange->content_type && strncmp(exchange->content_type, "text/html", 9) == 0)
    return ECHO_CONTRADICTS; /* somebody's page on the way, not the API */
  if (exchange->way == CXD__WAY_ANSWER && is_what_was_sent(op, exchange)) {
    cxd__op_seen(op, exchange->etag, op->merged->root);
    return ECHO_AGREES;
  }
  if (exchange->way == CXD__WAY_ANSWER && cxd__campaign_read(exchange->body.data, exchange->body.len, NULL, &echo, NULL) == CXD_OK)
    said = echo_says(op, echo);
  if (echo && said == ECHO_AGREES)
    cxd__op_seen(op, exchange->etag, echo->root);
  cxd_campaign_free(echo);
  return said;
}

static void warn_of_answer(struct cxd__op *op, const struct cxd__exchange *exchange) {
  struct cxd__buf text = {0};
  cxd__buf_fmt(&text, "the server answered %d with something that is not this campaign (%s): the update counts as applied; set update.verify=always to have it read back", (int)exchange->http_status,
               exchange->content_type ? exchange->content_type : "no content type");
  if (op->result->report && !text.failed)
    (void)cxd_report_add(op->result->report, CXD_SEVERITY_WARNING, "server.answer", "", text.data);
  cxd__buf_free(&text);
}

/* Applied; read back when asked for, or when the server's own words are against it. */
static void done(struct cxd__op *op, cxd__now now, const struct cxd__exchange *exchange) {
  enum echo said = echo_of(op, exchange);
  if (said == ECHO_SAYS_NOTHING)
    warn_of_answer(op, exchange);
  if (!op->cancelled && (op->job.verify_always || said == ECHO_CONTRADICTS)) {
    op->accepted = 2;
    read_back(op, now);
  } else
    cxd__update_finish(op, now, CXD_OUTCOME_APPLIED, NULL);
}

/* Nothing left, because calling hours had ended: the validator says whether that is so, and the PUT waits for it. */
static void ask_again(struct cxd__op *op, cxd__now now) {
  op->tries--;
  op->checked_wall_ms = now.wall_ms - CHECKED_LONG_AGO_MS;
  cxd__op_resend(op, now);
}

void cxd__put_answered(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange) {
  struct cxd__verdict verdict = cxd__verdict_of(CXD__CLASS_PUT, exchange);
  if (exchange->way == CXD__WAY_OVERDUE && !op->cancelled) {
    ask_again(op, now);
    return;
  }
  op->put_tries = op->tries;
  cxd__op_unseen(op);
  if (op->cancelled && verdict.meaning != CXD__MEANS_DONE && verdict.meaning != CXD__MEANS_FINAL) {
    aborted(op, now, exchange);
    return;
  }
  switch (verdict.meaning) {
  case CXD__MEANS_DONE: done(op, now, exchange); return;
  case CXD__MEANS_ACCEPTED:
    op->accepted = 1;
    read_back(op, now);
    return;
  case CXD__MEANS_AMBIGUOUS: became_doubtful(op, now, &verdict, exchange); return;
  default: break;
  }
  if ((verdict.meaning == CXD__MEANS_RETRY || verdict.meaning == CXD__MEANS_THROTTLED) && cxd__op_retry(op, now, &verdict, exchange)) {
    cxd__note_attempt(op, verdict.status, exchange);
    return;
  }
  if (op->ambiguous) /* replace only: an earlier copy may have been applied, whatever this answer says */
    cxd__put_doubtful(op, now);
  else if (verdict.meaning == CXD__MEANS_CONFLICT)
    conflicted(op, now, exchange);
  else
    refused(op, now, verdict.status, exchange);
}

/* ---------------------------------------------------------------- reading back */

enum was { WAS_SAME, WAS_CHANGED, WAS_NOT_SAID };

static enum was validator_was(const struct cxd__op *op, const cxd_campaign *now) {
  if (op->job.replace || !op->server)
    return WAS_NOT_SAID;
  if (op->server->etag && now->etag)
    return strcmp(op->server->etag, now->etag) == 0 ? WAS_SAME : WAS_CHANGED;
  struct cxd__slice version = cxd__json_find(now->root, CXD_FIELD_VERSION);
  if (!op->v0 || !version.p)
    return WAS_NOT_SAID;
  return cxd__json_equal((struct cxd__slice){op->v0, strlen(op->v0)}, version) ? WAS_SAME : WAS_CHANGED;
}

/* Proven not applied: the same PUT with the same condition again; a late first copy and this one cannot both win. */
static void send_again(struct cxd__op *op, cxd__now now) {
  struct cxd__verdict verdict = {CXD__MEANS_RETRY, CXD_E_CONNECT};
  struct cxd__exchange nothing = {0};
  op->ambiguous = 0;
  op->stage = CXD__STAGE_PUT;
  op->kind = CXD__CLASS_PUT;
  op->tries = op->put_tries;
  if (cxd__op_retry(op, now, &verdict, &nothing))
    return;
  cxd__update_finish(op, now, CXD_OUTCOME_NOT_APPLIED, cxd__error_copy(op->put_error));
}

/* What both sides hold, for the operator to see. */
static void write_conflict(struct cxd__op *op, const cxd_campaign *found) {
  struct cxd__buf text = {0};
  cxd__conflict_write(&op->edits, op->server ? op->server->root : nothing_read, found->root, &text);
  cxd__free(op->result->conflict);
  op->result->conflict = cxd__buf_take(&text);
}

/* After a 202 the server may be at it as long as the deadline lasts; a 200 that is not believed is looked at a few times. */
static void poll_again(struct cxd__op *op, cxd__now now, const cxd_campaign *found) {
  struct cxd__verdict verdict = {CXD__MEANS_RETRY, CXD_E_TIMEOUT};
  struct cxd__exchange nothing = {0};
  int a_few_times = op->tries < op->core->options.max_attempts;
  if (op->accepted == 1 ? cxd__op_poll(op, now) : a_few_times && cxd__op_retry(op, now, &verdict, &nothing))
    return;
  if (!cxd__edits_hold(&op->edits, found->root))
    write_conflict(op, found);
  cxd__put_doubtful(op, now);
}

static void somebody_else(struct cxd__op *op, cxd__now now, const cxd_campaign *found) {
  write_conflict(op, found);
  cxd__update_finish(op, now, CXD_OUTCOME_CONFLICT,
                     cxd__error_new(CXD_E_CONFLICT, "campaign %s: the answer to the update was lost and the campaign then was neither as before nor as sent: somebody else changed it; read it again and decide", cxd_campaign_id(op->job.change)));
}

static void judge(struct cxd__op *op, cxd__now now, const cxd_campaign *found) {
  cxd__op_seen(op, found->etag, found->root);
  enum was was = validator_was(op, found);
  if (cxd__update_edits(op) != 0) {
    cxd__put_doubtful(op, now);
    return;
  }
  int as_sent = cxd__edits_hold(&op->edits, found->root);
  if (was != WAS_CHANGED && op->accepted != 2 && op->server && cxd__edits_hold(&op->edits, op->server->root))
    as_sent = 0; /* it was so before, as when only a rebalancing is asked for: reading tells nothing */
  if (as_sent && (was != WAS_SAME || op->accepted))
    cxd__update_finish(op, now, CXD_OUTCOME_APPLIED_READBACK, NULL);
  else if (op->accepted)
    poll_again(op, now, found);
  else if (was == WAS_SAME || (was == WAS_NOT_SAID && !cxd__conflict_since(&op->edits, op->server->root, found->root))) {
    op->under_way |= was == WAS_NOT_SAID; /* or applied, and put back by somebody else: without a validator nobody can tell */
    send_again(op, now);
  } else
    somebody_else(op, now, found);
}

/* Why it could not be read back, where nothing else has been said yet; and what the server asked for. */
static void keep_reason(struct cxd__op *op, cxd__now now, cxd_status status, const struct cxd__exchange *exchange) {
  cxd_error *why = cxd__op_error(op, now, status, exchange);
  if (!op->put_error)
    keep_error(op, why);
  else {
    if (why && why->retry_after_ms > op->put_error->retry_after_ms)
      op->put_error->retry_after_ms = why->retry_after_ms;
    cxd_error_free(why);
  }
}

void cxd__put_read_back(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange) {
  struct cxd__verdict verdict = cxd__verdict_of(CXD__CLASS_GET, exchange);
  cxd_campaign *found = NULL;
  if (verdict.meaning == CXD__MEANS_DONE && cxd__campaign_read(exchange->body.data ? exchange->body.data : "", exchange->body.len, exchange->etag, &found, NULL) == CXD_OK &&
      cxd__same_campaign(found, cxd_campaign_id(op->job.change)))
    judge(op, now, found);
  else if ((verdict.meaning != CXD__MEANS_RETRY && verdict.meaning != CXD__MEANS_THROTTLED) || !cxd__op_retry(op, now, &verdict, exchange)) {
    keep_reason(op, now, verdict.status, exchange);
    cxd__put_doubtful(op, now);
  }
  cxd_campaign_free(found);
}
