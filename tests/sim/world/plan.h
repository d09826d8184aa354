/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_PLAN_H
#define CXD_WORLD_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "doc.h"
#include "prng.h"
#include "quota.h"

/* What a seed does, drawn before anything starts: who wants what and when, how bad the weather is. */

#define SECOND INT64_C(1000000)
#define MILLISECOND INT64_C(1000)
#define NEVER INT64_MAX

enum task_kind { TASK_APPLY, TASK_PLAN, TASK_GET, TASK_LIST, TASK_RECOVER };
enum task_base { BASE_NONE, BASE_FIRST, BASE_FRESH }; /* the change has no base, the campaign as it was at first, or as it is at its start */
enum task_rebalance { REBALANCE_KEEP, REBALANCE_ON, REBALANCE_OFF };
enum task_death { DEATH_NONE, DEATH_AFTER_INTENT, DEATH_AFTER_PUT_LEFT, DEATH_AFTER_ANSWER }; /* its engine is dropped there, once */
enum task_audit { AUDIT_REQUIRED, AUDIT_BEST_EFFORT, AUDIT_OFF };

#define EDITS_MAX 3

struct edit {
  int member;
  int64_t value; /* DOC_ABSENT: removed */
};

struct task_plan {
  enum task_kind kind;
  int engine, campaign;
  int64_t start_at, cancel_at;
  enum task_base base;
  enum task_rebalance rebalance;
  enum task_audit audit;
  int replace, verify_always;
  enum task_death death;
  int of; /* RECOVER: the update it is about; begins when that was dropped with its intent on record */
  int queued; /* one of many: its time begins with its first slot */
  int64_t wanted_version; /* a precondition of the caller; DOC_ABSENT: none */
  struct edit edits[EDITS_MAX];
  int edit_count;
};

enum happening_kind {
  HAPPENS_WRITE,      /* somebody else writes `edit` to campaign `who` */
  HAPPENS_REVERT,     /* somebody else puts campaign `who` back to what it was one write ago */
  HAPPENS_STALL,      /* the host does not call engine `who` for `amount` */
  HAPPENS_RESET,      /* engine `who` drops everything and starts anew */
  HAPPENS_FREE,       /* engine `who` is gone */
  HAPPENS_CANCEL_ALL, /* of engine `who` */
  HAPPENS_SUSPEND,    /* the machine sleeps for `amount` */
  HAPPENS_WALL,       /* the wall clock jumps by `amount` */
  HAPPENS_REVOKE,     /* all tokens are void */
  HAPPENS_WINDOW,     /* calling hours end; `amount`: they begin again that much later */
  HAPPENING_KINDS
};

struct happening {
  int64_t at;
  enum happening_kind kind;
  int who;
  int64_t amount;
  struct edit edit;
};

enum validators { VALIDATORS_ETAG, VALIDATORS_ETAG_AND_VERSION, VALIDATORS_VERSION, VALIDATORS_WEAK, VALIDATORS_NONE, VALIDATOR_KINDS };

#define ENGINES_MAX 4

enum outage { OUTAGE_NONE, OUTAGE_503, OUTAGE_429, OUTAGE_REFUSED, OUTAGE_SILENT };

struct plan {
  uint64_t seed;
  int engines, campaigns;
  enum validators validators;

  /* the client's configuration */
  int64_t limit, window_us, margin_us, deadline_us, attempt_timeout_us, base_us, cap_us, max_retry_after_us, budget;
  int max_attempts, own_provider, fixed_token;
  double jitter;

  /* the server and the way to it */
  enum quota_policy policy;
  int64_t burst;           /* of QUOTA_STRICT; 0: 1 */
  int silent;              /* its refusals say no time */
  int64_t latency_us;      /* each way, at most, in good weather */
  int stragglers;          /* per thousand exchanges, two seconds late */
  int network_faults, server_faults, token_faults, audit_faults, check_faults; /* per thousand */
  int slow_checks, slow_syncs, rate_limit_fields;                              /* likewise */
  int64_t token_life_s, token_latency_us, audit_us;
  int64_t outage_from, outage_until; /* the API is out of order; the token endpoint is not */
  enum outage outage;

  int concurrency;         /* tasks begin as others end, so many at a time; 0: when they are planned to */
  struct task_plan *tasks;
  int task_count; /* each update is followed, behind all of them, by what will recover it */
  struct happening *happenings; /* in the order of time */
  int happening_count;
};

int plan_draw(struct plan *plan, uint64_t seed); /* 0, or -1: no memory */
void plan_free(struct plan *plan);
const char *plan_validators_name(enum validators validators);
void plan_print(const struct plan *plan);

#endif
