/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_CORE_H
#define CXD__CORE_CORE_H

#include <cxdialer/cxdialer.h>

#include "base/exchange.h"
#include "base/now.h"
#include "core/result.h"
#include "core/shared.h"
#include "json/value.h"

/*
 * The sans-I/O heart: operations are started, actions come out, events go in. No socket, file, clock or random number
 * is touched here; the same code runs in production and in a deterministic simulation.
 *
 *   start -> [next -> perform the action -> feed its event]* -> DONE
 *
 * Every SEND, FETCH_TOKEN, CHECK and APPEND is answered by exactly one event with the same op and tag; an ABORT asks for
 * the event of a SEND or FETCH_TOKEN early. Texts in actions are borrowed until that event was fed (DONE: until the
 * operation is dropped).
 */
struct cxd__core;
struct cxd__edits;

struct cxd__core_options {
  const char *base_path;     /* path part of api.base_url, without a final slash */
  const char *campaign_path; /* with {id} */
  struct cxd__oauth oauth;
  int32_t custom_token;      /* tokens come from a provider: FETCH_TOKEN instead of a SEND */
  int64_t attempt_timeout_us, deadline_us, base_us, cap_us, max_retry_after_us;
  int32_t max_attempts;
  int32_t traceparent;       /* requests carry one */
};

enum cxd__job_kind { CXD__JOB_GET, CXD__JOB_LIST, CXD__JOB_PLAN, CXD__JOB_APPLY, CXD__JOB_RECOVER };
enum cxd__rebalance { CXD__REBALANCE_KEEP, CXD__REBALANCE_ON, CXD__REBALANCE_OFF };
enum cxd__audit_mode { CXD__AUDIT_OFF, CXD__AUDIT_BEST_EFFORT, CXD__AUDIT_REQUIRED };

/* Borrowed until the operation is dropped. */
struct cxd__job {
  enum cxd__job_kind kind;
  const char *id;              /* GET */
  const char *cursor;          /* LIST, NULL: first page */
  const cxd_campaign *change;  /* PLAN, APPLY */
  int32_t replace, verify_always;
  int32_t queued;              /* one of many: its deadline counts from its first request, and it does not sleep on a closed gate for longer than max_retry_after_us */
  int32_t announce;            /* APPLY: somebody is told of the first PUT before it leaves: the intent is asked for also without audit */
  struct cxd__slice known;     /* PLAN, APPLY: the campaign as a list page had it, in place of the first GET; absent: it is read */
  enum cxd__rebalance rebalance;
  enum cxd__audit_mode audit;
  const char *actor;           /* may be NULL */
  int64_t rollback_of;         /* PLAN, APPLY: the record whose update is taken back; 0: none */
  const struct cxd__edits *edits; /* PLAN, APPLY: in place of what differs in the change from its base; NULL: that. See json/undo.h */
  const cxd_error *refused;    /* APPLY: why it is not even begun, only put on record; NULL: it is */
  const char *intent;          /* RECOVER: a dangling intent record, without its newline; or the body of one, in braces, that was never in a log */
  size_t intent_len;
  int64_t gone_boot_us;        /* RECOVER: boot clock when its writer was first seen to be gone; 0: now */
  const char *boot;            /* RECOVER: id of this boot; "" when it is not known */
  void *host;                  /* of whoever began it: in every action of it, and never looked at */
};

enum cxd__action_kind { CXD__ACT_NONE, CXD__ACT_SEND, CXD__ACT_ABORT, CXD__ACT_FETCH_TOKEN, CXD__ACT_CHECK, CXD__ACT_APPEND, CXD__ACT_DONE };

struct cxd__action {
  enum cxd__action_kind kind;
  uint32_t op, tag;
  const struct cxd__job *job;  /* CHECK, APPEND, DONE */
  struct cxd__request request; /* SEND */
  int32_t forced;              /* FETCH_TOKEN: the server refused the last one */
  const cxd_campaign *change, *merged, *server; /* CHECK: merged is NULL before the read; server: as it was read, NULL: not */
  int32_t again;               /* CHECK: it passed before, and the PUT had to wait */
  const char *record;          /* APPEND: the body of a record */
  size_t record_len;
  int32_t reserve;             /* APPEND: more records of this operation will follow, make sure there is room */
  int32_t intent;              /* APPEND: the first PUT of this operation leaves when it is durable, and announced if the job wants it; without audit only that */
  int32_t in_passing;          /* APPEND: need not be durable before the next record that has to be; nobody waits for its event */
  int64_t resolves;            /* APPEND: the dangling intent this outcome is for; APPENDED with CXD_E_STATE: somebody else has resolved it */
};

enum cxd__event_kind { CXD__EV_EXCHANGE, CXD__EV_TOKEN, CXD__EV_CHECKED, CXD__EV_APPENDED };

/* The core takes what it keeps (report, basis, error, sealed) and leaves NULL behind; the engine frees the rest. */
struct cxd__event {
  enum cxd__event_kind kind;
  uint32_t op, tag;
  struct cxd__exchange exchange;
  const char *token;           /* TOKEN: NULL on failure */
  size_t token_len;
  int64_t expires_in_s, asked_boot_us;
  int32_t permanent;           /* TOKEN: the failure will not go away by itself */
  cxd_status status;           /* CHECKED: CXD_OK, CXD_E_INVALID, _RULE, ...; APPENDED: CXD_OK, CXD_E_AUDIT, ...; TOKEN */
  cxd_report *report;
  char *basis;                 /* CHECKED: what it was decided on, as JSON, for the intent; may be NULL */
  int64_t valid_until_ms;      /* CHECKED: the wall clock before which the verdict on calling hours holds; 0: it has no end */
  cxd_error *error;
  char *sealed;                /* APPENDED: the line as written */
  int64_t seq, took_us;        /* APPENDED, CHECKED */
  int32_t declined;            /* APPENDED, of an announced intent: who was told does not want it sent */
};

struct cxd__core *cxd__core_new(struct cxd__shared *shared, const struct cxd__core_options *options, uint64_t seed);
void cxd__core_free(struct cxd__core *core);

/* Joins and leaves the shared state; wake may be called from any thread, under a lock. */
void cxd__core_join(struct cxd__core *core, void (*wake)(void *context), void *context);
void cxd__core_leave(struct cxd__core *core);

cxd_status cxd__core_start(struct cxd__core *core, const struct cxd__job *job, cxd__now now, uint32_t *op, cxd_error **error);
int32_t cxd__core_next(struct cxd__core *core, cxd__now now, struct cxd__action *action); /* 0: nothing now */
void cxd__core_feed(struct cxd__core *core, cxd__now now, struct cxd__event *event);
int64_t cxd__core_due(const struct cxd__core *core); /* mono_us of the next timer, INT64_MAX: none */
void cxd__core_cancel(struct cxd__core *core, uint32_t op /* 0 = all */, cxd__now now);

/* Lines for the log, written down while it is wanted: each a digit, its level, then its text and a newline. take: the caller frees. */
void cxd__core_want_lines(struct cxd__core *core, int wanted);
int cxd__core_has_lines(const struct cxd__core *core);
void cxd__core_take_lines(struct cxd__core *core, struct cxd__buf *out);

/* mono_us up to which the engine should go on although its job is done, for a token exchange beside it; 0: it need not. */
int64_t cxd__core_linger(struct cxd__core *core, cxd__now now);

/*
 * RECOVER reads the campaign of a dangling intent and appends the outcome of that update (docs/audit.md, "Intents without outcome"). Its
 * result: status CXD_OK and the outcome that is on record now (applied_readback, not_applied, conflict, unknown), without audit_seq when
 * somebody else has put one there meanwhile; or outcome 0 and the status of what stood in the way, with nothing on record. Without audit,
 * or with a body that was never in a log, it ends with the outcome and appends nothing. An intent that cannot be read is refused by start: CXD_E_AUDIT.
 *
 * After DONE. take_result: PLAN, APPLY and RECOVER, never NULL; take_reply: GET and LIST, the body and entity tag of a 200. */
cxd_result *cxd__core_take_result(struct cxd__core *core, uint32_t op);
cxd_status cxd__core_take_reply(struct cxd__core *core, uint32_t op, struct cxd__buf *body, char **etag, cxd_error **error);
void cxd__core_drop(struct cxd__core *core, uint32_t op);
void cxd__core_reset(struct cxd__core *core, cxd__now now); /* drops all, gives a token flight of this core to the next waiter */

#endif
