/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_OP_H
#define CXD__CORE_OP_H

#include "base/random.h"
#include "core/core.h"
#include "core/intent.h"
#include "core/table.h"
#include "core/verdict.h"
#include "json/campaign.h"
#include "json/edits.h"

/* What an operation is doing; update.c and read.c move it from stage to stage. */
enum cxd__stage {
  CXD__STAGE_CHECK_EDITS,  /* validator, before anything is sent */
  CXD__STAGE_GET,          /* the campaign, a list page, or, in update rounds, the campaign to change */
  CXD__STAGE_CHECK_MERGED, /* validator, the whole campaign */
  CXD__STAGE_INTENT,       /* audit, before the PUT */
  CXD__STAGE_CHECK_SEND,   /* validator once more: the PUT had to wait, and calling hours may have ended */
  CXD__STAGE_PUT,
  CXD__STAGE_READ_BACK,    /* GET to learn what became of a PUT */
  CXD__STAGE_OUTCOME,      /* audit, after it */
  CXD__STAGE_DONE,
  CXD__STAGE_TOKEN         /* the token exchange: an operation of its own */
};

enum cxd__wait { CXD__WAIT_NOTHING, CXD__WAIT_SLOT, CXD__WAIT_TOKEN, CXD__WAIT_EVENT, CXD__WAIT_TIMER };

/* The body of a record in passing, until it was appended or given up. */
struct cxd__note {
  struct cxd__note *next;
  uint32_t tag;
  struct cxd__buf body;
};

struct cxd__op {
  struct cxd__op *next, *previous; /* in the order they began */
  struct cxd__core *core;
  uint32_t id, tag;
  uint64_t begun;              /* its number among all of this core */
  size_t timer;                /* its place in the heap, from 1; 0: it waits for no time */
  int64_t timer_us;
  struct cxd__op *next_token, *previous_token; /* of those who wait for the token */
  int32_t awaits_token;
  struct cxd__job job;
  enum cxd__stage stage;
  enum cxd__wait wait;
  int64_t due_mono_us;         /* of a timer */
  int64_t started_mono_us, deadline_mono_us, wait_began_us;
  int64_t token_until_us;      /* of one of many before its first request: how long it waits for a token; 0: it did not yet */
  int32_t cancelled;

  /* the request being made */
  enum cxd__class kind;
  struct cxd__buf target, body, basic;
  struct cxd__trace trace;     /* of the operation; a token exchange: of who asked */
  char traceparent[CXD__TRACEPARENT_SIZE]; /* of the present attempt */
  int32_t in_flight, update_in_flight; /* are counted as such */
  struct cxd__token *token, *before; /* before: the one of earlier requests, only to be hidden */
  uint32_t asked_by;           /* a token exchange: the operation that led the flight */
  struct cxd__ticket ticket;   /* of the quota: waits, or is granted */
  uint64_t refused_generation; /* of the token a 401 came back for */
  uint64_t awaited;            /* the token flight waited for */
  int32_t forced;              /* a token exchange because the server refused the last one */
  int32_t background;          /* a token exchange while the old token is still good */
  int32_t token_refused;       /* one forced refresh an operation */
  int32_t tries;               /* sends of the present request, the first included */
  int64_t pushed_mono_us;      /* when its SEND went into the queue */
  int32_t throttled, misdirected;
  int32_t fresh;               /* the next send needs another connection */
  int64_t pause_us;            /* the last pause before a retry, taken or not */
  int64_t asked_ms;            /* what the server asked for; -1: nothing */
  int64_t spent;               /* points of the retry budget, given back on success */

  /* the update */
  struct cxd__edits edits;
  cxd_campaign *server, *merged; /* d0 with v0, and d1 */
  char *v0;                    /* "version" as read, raw; NULL: none */
  char *first_base;            /* d0 of round 1: what a rebase compares with */
  char uuid[37];
  int32_t round, put_sent, put_tries, last_look;
  int32_t ambiguous, was_ambiguous; /* the last PUT may have been applied; some earlier one may have been */
  int32_t under_way;           /* some earlier one may still arrive: nobody has said that he is done with it */
  int32_t accepted;            /* a 2xx that still has to be confirmed by reading: 1 not finished (202), 2 not believed */
  char *basis;                 /* what the validator decided on then, as JSON; NULL: it did not say */
  int64_t checked_wall_ms;     /* when the validator last agreed */
  int64_t valid_until_ms;      /* up to when calling hours let it be sent; 0: no end */
  cxd_error *put_error;        /* why a PUT became doubtful */
  cxd_result *result;
  struct cxd__buf record;
  int32_t intent_round;        /* the round whose intent is durable, or was tried and may be missing; 0: none */
  int32_t intent_written;
  int32_t intent_refused;      /* the log did not take it: nothing was sent */
  char *v1;                    /* the validator the campaign was last seen with, as JSON; NULL: not seen since the last PUT */
  struct cxd__note *notes;
  uint32_t notes_made;
  int32_t weak_etag;           /* the server has one, of no use in If-Match */

  /* RECOVER */
  struct cxd__intent intent;
  int64_t gone_boot_us;        /* by then its writer was gone */

  /* GET and LIST */
  struct cxd__buf reply;
  int32_t answered;            /* there is a reply; otherwise error says why not, NULL: no memory */
  char *etag;
  cxd_error *error;
};

/* What was seen at the last look at those who wait; see waits.c. */
struct cxd__waits {
  struct cxd__op *first_token, *last_token; /* who waits for the token, in the order they began to */
  int64_t slot_us;                          /* look at the quota again then */
  uint64_t flights, closings, changes;      /* of shared, as they were */
  int32_t own_changes;                      /* this core has changed something of the quota since */
};

struct cxd__core {
  struct cxd__shared *shared;
  struct cxd__core_options options;
  struct cxd__prng prng, traces; /* apart, so that a trace changes no pause and no id */
  struct cxd__member member;
  struct cxd__table table;
  struct cxd__lane lane;
  struct cxd__waits waits;
  struct cxd__op *spare;       /* operations that are over, for the next ones */
  size_t spare_count;
  struct cxd__op *fetch;       /* the token operation while this core leads the flight, or has led it */
  int64_t linger_until_us;
  struct cxd__action *queue;
  size_t queue_len, queue_at, queue_room;
  struct cxd__buf lines;       /* for the log: a digit, the level, then the text and a newline */
  int32_t lines_wanted;
};

/* core.c: the table of operations, their ends, events in and actions out */
int cxd__op_push(struct cxd__op *op, const struct cxd__action *action); /* 0, or -1: no memory */
int cxd__op_push_tagged(struct cxd__op *op, const struct cxd__action *action, uint32_t tag); /* what the operation waits for stays what it is */
struct cxd__op *cxd__core_find(const struct cxd__core *core, uint32_t id); /* NULL: gone */
void cxd__op_fail(struct cxd__op *op, cxd__now now, cxd_error *error); /* ends the operation by its kind; takes the error */
void cxd__op_done(struct cxd__op *op, cxd__now now);
void cxd__op_cancelled(struct cxd__op *op, cxd__now now);
struct cxd__op *cxd__op_new(struct cxd__core *core, cxd__now now, enum cxd__stage stage);
double cxd__core_random(struct cxd__core *core); /* 0 <= x < 1 */

static inline int cxd__op_is_written_down(const struct cxd__op *op) { return op->job.kind == CXD__JOB_RECOVER || op->job.audit != CXD__AUDIT_OFF || op->job.announce; }

/* request.c and retry.c: the present request */
void cxd__op_send(struct cxd__op *op, cxd__now now, enum cxd__class kind); /* slot -> token -> SEND; target and body are set */
void cxd__op_resend(struct cxd__op *op, cxd__now now);
void cxd__op_send_now(struct cxd__op *op, cxd__now now); /* slot and token are held */
int cxd__op_may_leave(struct cxd__op *op, cxd__now now, struct cxd__action *action); /* a SEND comes out of the queue; 0: not any more */
void cxd__op_heed(struct cxd__op *op, cxd__now now, const struct cxd__verdict *verdict, const struct cxd__exchange *exchange); /* what the answer says to everybody on this client */
int cxd__op_retry(struct cxd__op *op, cxd__now now, const struct cxd__verdict *verdict, const struct cxd__exchange *exchange); /* 1: a timer runs; 0: no more tries, or no time */
int cxd__op_poll(struct cxd__op *op, cxd__now now); /* the same request again after a back-off, as long as the deadline lasts; 0: it does not */
void cxd__op_pause(struct cxd__op *op, cxd__now now, int64_t pause_us); /* then the present request is sent */
void cxd__op_release(struct cxd__op *op, cxd__now now, int32_t sends, int lost); /* the slot, if one is held */
void cxd__op_leave_queue(struct cxd__op *op); /* of the quota, if it is in it */
void cxd__op_expire(struct cxd__op *op, cxd__now now);   /* the deadline has come while it waited */
int64_t cxd__op_latest(const struct cxd__op *op);        /* mono_us after which the present request is not begun any more */

/* waits.c */
void cxd__op_begin_wait(struct cxd__op *op, cxd__now now, enum cxd__wait wait, int64_t due);
void cxd__op_end_wait(struct cxd__op *op, cxd__now now); /* and put the time down where it belongs */
void cxd__waits_forget(struct cxd__op *op);
void cxd__waits_look(struct cxd__core *core, cxd__now now); /* who waits for a time, a slot or the token goes on if he may */
int64_t cxd__waits_due(const struct cxd__core *core);

/* lines.c: for the log, if anybody wants it */
void cxd__say_limited(struct cxd__op *op); /* 429 */
void cxd__say_retry(struct cxd__op *op, const struct cxd__exchange *exchange, int64_t pause_us); /* an empty exchange: after a look */
void cxd__say_doubt(struct cxd__op *op);
void cxd__say_token(struct cxd__op *op, int64_t life_s);
void cxd__say_no_token(struct cxd__op *op, const cxd_error *error);
void cxd__say_end(struct cxd__op *op); /* of an update or a plan */

/* explain.c */
const char *cxd__op_campaign(const struct cxd__op *op); /* its id, of an update or a recovery */
cxd_error *cxd__op_error(const struct cxd__op *op, cxd__now now, cxd_status status, const struct cxd__exchange *exchange);
cxd_error *cxd__op_late(const struct cxd__op *op); /* the deadline of the operation */
int cxd__same_campaign(const cxd_campaign *found, const char *id); /* an answer without the id is somebody else's */
cxd_error *cxd__not_a_campaign(const char *id, const struct cxd__exchange *exchange);

/* target.c */
void cxd__target_campaign(const struct cxd__core_options *options, const char *id, struct cxd__buf *out);
void cxd__target_list(const struct cxd__core_options *options, const char *cursor, struct cxd__buf *out);

/* update.c */
void cxd__update_begin(struct cxd__op *op, cxd__now now);
void cxd__update_checked(struct cxd__op *op, cxd__now now, struct cxd__event *event);
void cxd__update_appended(struct cxd__op *op, cxd__now now, struct cxd__event *event);
void cxd__update_finish(struct cxd__op *op, cxd__now now, int32_t outcome, cxd_error *error); /* result -> outcome record -> done */
void cxd__update_failed(struct cxd__op *op, cxd__now now, cxd_error *error); /* nothing of it was applied; takes the error */
int cxd__update_check_again(struct cxd__op *op, cxd__now now); /* 1: a check was asked for, the PUT has to wait for it */
void cxd__update_append(struct cxd__op *op, enum cxd__stage stage); /* op->record */
void cxd__update_cancelled(struct cxd__op *op, cxd__now now); /* the update part of a cancel */
cxd_result *cxd__update_take_result(struct cxd__op *op);
int cxd__update_edits(struct cxd__op *op); /* op->edits are there: 0, or -1: no memory */
void cxd__update_read(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange);

/* put.c: from the intent to certainty */
void cxd__put_begin(struct cxd__op *op, cxd__now now);
int cxd__put_ready(struct cxd__op *op, cxd__now now); /* slot and token are held; 0: a check or the intent was asked for first */
void cxd__put_answered(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange);
void cxd__put_read_back(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange);
void cxd__put_doubtful(struct cxd__op *op, cxd__now now); /* nothing can be confirmed any more */
void cxd__put_overdue(struct cxd__op *op, cxd__now now, cxd_error *error); /* the last try failed; an earlier one is unaccounted for */

/* recover.c */
cxd_status cxd__recover_take(struct cxd__op *op, cxd_error **error); /* reads the intent; CXD_E_AUDIT: it is none */
void cxd__recover_begin(struct cxd__op *op, cxd__now now);
void cxd__recover_answered(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange);
void cxd__recover_appended(struct cxd__op *op, cxd__now now, struct cxd__event *event);
void cxd__recover_failed(struct cxd__op *op, cxd__now now, cxd_error *error); /* nothing is on record; takes the error */

/* seen.c */
void cxd__op_seen(struct cxd__op *op, const char *etag, struct cxd__slice root); /* the campaign, in an answer */
void cxd__op_unseen(struct cxd__op *op); /* a PUT was under way: what was seen before says nothing now */

/* note.c: records in passing, of an APPLY that is on record; without memory or log they only show in its audit status */
void cxd__note_attempt(struct cxd__op *op, cxd_status status, const struct cxd__exchange *exchange); /* a PUT that is not the last word */
void cxd__note_conflict(struct cxd__op *op, const struct cxd__exchange *exchange); /* of a PUT that is followed by another round, or a look */
void cxd__note_token(struct cxd__op *op, int64_t expires_in_s, int32_t forced);
int cxd__note_appended(struct cxd__op *op, const struct cxd__event *event); /* 0: the event is not about a note */
void cxd__notes_free(struct cxd__op *op);

/* read.c */
void cxd__read_begin(struct cxd__op *op, cxd__now now);
void cxd__read_answered(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange);

/* fetch.c: the token operation */
enum cxd__fetch { CXD__FETCH_NEEDED, CXD__FETCH_FORCED, CXD__FETCH_BACKGROUND };
void cxd__fetch_begin(struct cxd__op *asked_by, cxd__now now, enum cxd__fetch why);
int cxd__fetch_lease(struct cxd__op *op, cxd__now now, int64_t for_us); /* its next step comes within this time; 0: it leads no more */
void cxd__fetch_send(struct cxd__op *op, cxd__now now);
void cxd__fetch_overtaken(struct cxd__op *op);
void cxd__fetch_answered(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange);
void cxd__fetch_event(struct cxd__op *op, cxd__now now, struct cxd__event *event);
void cxd__fetch_failed(struct cxd__op *op, cxd__now now, cxd_error *error, int permanent);

/* record.c: bodies of audit records, into op->record */
void cxd__record_intent(struct cxd__op *op);
void cxd__record_outcome(struct cxd__op *op);
void cxd__record_recovered(struct cxd__op *op);
void cxd__record_text(struct cxd__buf *r, const char *name, const char *value, size_t most); /* ,"name":"value", whole characters of at most so many bytes */

/* conflict.c */
int cxd__conflict_since(const struct cxd__edits *edits, struct cxd__slice base, struct cxd__slice server); /* an edited member changed */
void cxd__conflict_write(const struct cxd__edits *edits, struct cxd__slice base, struct cxd__slice server, struct cxd__buf *out);
int cxd__edits_hold(const struct cxd__edits *edits, struct cxd__slice document); /* every edit is as asked for */

#endif
