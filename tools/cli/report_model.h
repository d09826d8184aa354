/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_REPORT_MODEL_H
#define CLI_REPORT_MODEL_H

#include <cxdialer/cxdialer.h>
#include <stddef.h>
#include <stdint.h>

#define RUN_SAMPLES 2000 /* kept of the quota; an even number */
#define RUN_OUTCOME_NONE 0 /* nothing became of it */
#define RUN_OUTCOMES 10    /* with the CXD_OUTCOME_* behind it */

/* What became of one campaign, as small as it goes: a run may have 100,000 of them. */
struct run_item {
  const char *id, *message; /* message: lines with \n between them, or "" */
  int32_t outcome;          /* CXD_OUTCOME_* */
  int32_t failed;           /* has to be looked at: not done, or done with a record or a callback that failed */
  cxd_status status;
  int32_t sends, attempts;                /* PUTs; requests of any kind */
  int64_t old_concurrent, new_concurrent; /* maxConcurrentCalls; -1: not known */
  int64_t limit;                          /* largest that is accepted; -1: not known */
  double old_per_min, new_per_min;        /* calls per minute that the pacing targets; NAN: not known */
  int64_t latency_us;                     /* -1: not known */
  int64_t retry_after_ms;                 /* -1: none */
  int64_t audit_seq;                      /* of the outcome record; 0: none */
  int64_t began_ms, ended_ms;             /* Unix time; 0: not known */
};

/* The quota at one moment, or the most of several moments that were put together. */
struct run_sample {
  int64_t t_ms; /* Unix time */
  int64_t used, limit, rate_limited, in_flight;
  int64_t held_from_ms, held_until_ms; /* the server asked to wait; both 0: it did not */
};

/* Set what is known, zero the rest. Texts are borrowed until the report is written, NULL or "": not said. */
struct run_model {
  const char *title, *mode, *host, *actor, *journal, *audit;
  int64_t started_ms, ended_ms; /* Unix time */
  int64_t limit;                /* validate.max_concurrent_calls; 0: not known */
  int64_t window_ms;            /* rate.window_ms; 0: 60,000 */
  int is_plan;

  struct run_item *items; /* kept by run_model_add */
  size_t count, room, failed, outcomes[RUN_OUTCOMES];
  struct run_sample *samples; /* kept by run_model_sample */
  size_t sample_count, per_sample, in_last; /* calls that one sample, and that the last one stands for */
};

void run_model_add(struct run_model *model, const struct run_item *item); /* texts are copied, long messages cut */
void run_model_add_item(struct run_model *model, const cxd_result *result);

/* For what there was no update of: a document that cannot be parsed, an item that was not begun. id, message: NULL or text. */
void run_model_add_missing(struct run_model *model, const char *id, int32_t outcome, cxd_status status, const char *message);

/* As often as you like, e.g. twice a second; not more than RUN_SAMPLES are kept, of a long run coarser ones. stats: of cxd_client_stats_json(), or NULL. */
void run_model_sample(struct run_model *model, int64_t now_ms, size_t in_flight, const char *stats);

void run_model_free(struct run_model *model); /* what it keeps */

#endif
