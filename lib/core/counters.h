/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_COUNTERS_H
#define CXD__CORE_COUNTERS_H

#include <cxdialer/cxdialer.h>

#include "base/exchange.h"

/*
 * What a client has done since it was made, as plain numbers: docs/statistics.md says when each counts. Not locked: cxd__shared does that.
 */
#define CXD__CLASSES 4
#define CXD__OUTCOMES (CXD_OUTCOME_CANCELLED + 1)
#define CXD__BUCKETS 15 /* the last has no upper bound */

enum cxd__retry_reason { CXD__RETRY_LIMITED, CXD__RETRY_SERVER, CXD__RETRY_ANSWER, CXD__RETRY_CONNECT, CXD__RETRY_TIMEOUT, CXD__RETRY_LOST, CXD__RETRY_LOOKED, CXD__RETRIES };

enum cxd__answer_class { CXD__ANSWER_2XX, CXD__ANSWER_3XX, CXD__ANSWER_4XX, CXD__ANSWER_5XX, CXD__ANSWER_OTHER, CXD__ANSWER_NONE, CXD__ANSWERS };

/* What an operator does about an update that failed. */
enum cxd__status_class { CXD__STATUS_OK, CXD__STATUS_REFUSED, CXD__STATUS_CONFLICT, CXD__STATUS_QUOTA, CXD__STATUS_AUTH, CXD__STATUS_NETWORK, CXD__STATUS_SERVER, CXD__STATUS_DOUBT, CXD__STATUS_CANCELLED, CXD__STATUS_LOCAL, CXD__STATUSES };

struct cxd__histogram {
  int64_t count, sum_us;
  int64_t in[CXD__BUCKETS]; /* not cumulative */
};

struct cxd__counters {
  int64_t sends[CXD__CLASSES]; /* physical sends by enum cxd__class */
  int64_t refused;             /* answers 429 */
  int64_t retries[CXD__RETRIES];
  int64_t doubtful;            /* exchanges after which it was not known what the server had done */
  int64_t answers[CXD__ANSWERS];
  int64_t opened, reused;      /* connections */
  int64_t body_sent, body_received;
  int64_t in_flight, updates_in_flight;
  int64_t tokens, tokens_failed;
  int64_t plans, outcomes[CXD__OUTCOMES], statuses[CXD__STATUSES];
  int64_t records, records_failed, syncs;
  int64_t callbacks, declined;
  struct cxd__histogram requests, updates;
};

extern const int64_t cxd__bucket_us[CXD__BUCKETS - 1]; /* upper bounds, inclusive */

void cxd__histogram_add(struct cxd__histogram *histogram, int64_t us);
void cxd__count_exchange(struct cxd__counters *counters, enum cxd__class kind, const struct cxd__exchange *exchange, size_t body_len);
void cxd__count_retry(struct cxd__counters *counters, const struct cxd__exchange *exchange); /* why the same is sent again; an empty exchange: after a look */
void cxd__count_update(struct cxd__counters *counters, int32_t outcome, cxd_status status, int64_t total_us);
enum cxd__status_class cxd__status_class_of(cxd_status status);

#endif
