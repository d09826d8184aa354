/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "api/metrics.h"

#include <stddef.h>

#define AT(field) offsetof(struct cxd__stats, field)
#define NTH(field, n) (offsetof(struct cxd__stats, field) + (size_t)(n) * sizeof(int64_t))

#define COUNTER(object, member, family, label, at, help) {object, member, family, label, CXD__METRIC_COUNTER, CXD__UNIT_NONE, at, help}
#define BYTES(object, member, family, at, help) {object, member, family, NULL, CXD__METRIC_COUNTER, CXD__UNIT_BYTES, at, help}
#define GAUGE(object, member, family, unit, at, help) {object, member, family, NULL, CXD__METRIC_GAUGE, unit, at, help}
#define HISTOGRAM(member, family, at, help) {"", member, family, NULL, CXD__METRIC_HISTOGRAM, CXD__UNIT_US, at, help}

#define SENT(member, n) COUNTER("requests", member, "requests", "kind=\"" member "\"", NTH(counters.sends, n), "Requests that left, each copy counted.")
#define ANSWER(member, n) COUNTER("answers", member, "answers", "class=\"" member "\"", NTH(counters.answers, n), "What came back for them, by class of the HTTP status.")
#define RETRY(member, n) COUNTER("retries_by_reason", member, "retries", "reason=\"" member "\"", NTH(counters.retries, n), "Requests sent again, by what went wrong before.")
#define OUTCOME(member, n) COUNTER("updates", member, "updates", "outcome=\"" member "\"", NTH(counters.outcomes, n), "Updates that have ended, by outcome.")
#define STATUS(member, n) COUNTER("updates_by_status", member, "update_status", "class=\"" member "\"", NTH(counters.statuses, n), "The same updates, by class of their status.")

static const struct cxd__metric metrics[] = {
    SENT("token", CXD__CLASS_TOKEN),
    SENT("get", CXD__CLASS_GET),
    SENT("list", CXD__CLASS_LIST),
    SENT("put", CXD__CLASS_PUT),
    GAUGE("", "in_flight", "requests_in_flight", CXD__UNIT_NONE, AT(counters.in_flight), "Requests under way now."),
    ANSWER("2xx", CXD__ANSWER_2XX),
    ANSWER("3xx", CXD__ANSWER_3XX),
    ANSWER("4xx", CXD__ANSWER_4XX),
    ANSWER("5xx", CXD__ANSWER_5XX),
    ANSWER("other", CXD__ANSWER_OTHER),
    ANSWER("none", CXD__ANSWER_NONE),
    {"", "retries", NULL, NULL, CXD__METRIC_COUNTER, CXD__UNIT_NONE, AT(retries), NULL}, /* in the text the sum of the next */
    RETRY("rate_limited", CXD__RETRY_LIMITED),
    RETRY("server_error", CXD__RETRY_SERVER),
    RETRY("answer", CXD__RETRY_ANSWER),
    RETRY("connect", CXD__RETRY_CONNECT),
    RETRY("timeout", CXD__RETRY_TIMEOUT),
    RETRY("lost", CXD__RETRY_LOST),
    RETRY("looked", CXD__RETRY_LOOKED),
    COUNTER("", "rate_limited", "rate_limited", NULL, AT(counters.refused), "Answers 429."),
    COUNTER("", "doubtful", "doubtful_puts", NULL, AT(counters.doubtful), "PUTs whose answer did not tell whether they were applied."),
    COUNTER("connections", "opened", "connections_opened", NULL, AT(counters.opened), "Connections opened."),
    COUNTER("connections", "reused", "connections_reused", NULL, AT(counters.reused), "Requests that left on a connection that was there."),
    BYTES("body_bytes", "sent", "request_body", AT(counters.body_sent), "Bytes of the bodies of requests."),
    BYTES("body_bytes", "received", "response_body", AT(counters.body_received), "Bytes of the bodies of answers."),
    GAUGE("quota", "configured", "quota_configured_requests", CXD__UNIT_NONE, AT(configured), "Requests per window as configured; 0 is off."),
    GAUGE("quota", "limit", "quota_limit_requests", CXD__UNIT_NONE, AT(limit), "Requests per window as it is now, cut after 429s and growing back."),
    GAUGE("quota", "used", "quota_used_requests", CXD__UNIT_NONE, AT(used), "Slots of the window that are taken."),
    GAUGE("quota", "waiting", "quota_waiting_requests", CXD__UNIT_NONE, AT(waiting), "Requests that wait for a slot."),
    GAUGE("quota", "closed_ms", "quota_closed", CXD__UNIT_US_AS_MS, AT(closed_us), "How long the server does not want to hear from this client."),
    GAUGE("", "retry_budget", "retry_budget_points", CXD__UNIT_NONE, AT(budget), "Points left of the retry budget."),
    GAUGE("", "retry_budget_max", "retry_budget_max_points", CXD__UNIT_NONE, AT(budget_max), "Size of the retry budget."),
    GAUGE("", "server_latency_us", "server_latency", CXD__UNIT_US, AT(latency_us), "Moving average of answered requests; 0 is none yet."),
    GAUGE("token", "generation", "token_generation", CXD__UNIT_NONE, AT(token_generation), "Number of the token in force."),
    GAUGE("token", "failures", "token_failures_in_row", CXD__UNIT_NONE, AT(token_failures), "Failures of the token endpoint since its last success."),
    COUNTER("token", "fetched", "tokens_fetched", NULL, AT(counters.tokens), "Tokens fetched."),
    COUNTER("token", "failed", "tokens_failed", NULL, AT(counters.tokens_failed), "Token fetches that failed."),
    GAUGE("token", "age_ms", "token_age", CXD__UNIT_US_AS_MS, AT(token_age_us), "Age of the fetched token in force."),
    OUTCOME("unchanged", CXD_OUTCOME_UNCHANGED),
    OUTCOME("applied", CXD_OUTCOME_APPLIED),
    OUTCOME("applied_readback", CXD_OUTCOME_APPLIED_READBACK),
    OUTCOME("rejected", CXD_OUTCOME_REJECTED),
    OUTCOME("conflict", CXD_OUTCOME_CONFLICT),
    OUTCOME("not_applied", CXD_OUTCOME_NOT_APPLIED),
    OUTCOME("unknown", CXD_OUTCOME_UNKNOWN),
    OUTCOME("cancelled", CXD_OUTCOME_CANCELLED),
    STATUS("ok", CXD__STATUS_OK),
    STATUS("refused", CXD__STATUS_REFUSED),
    STATUS("conflict", CXD__STATUS_CONFLICT),
    STATUS("quota", CXD__STATUS_QUOTA),
    STATUS("auth", CXD__STATUS_AUTH),
    STATUS("network", CXD__STATUS_NETWORK),
    STATUS("server", CXD__STATUS_SERVER),
    STATUS("doubt", CXD__STATUS_DOUBT),
    STATUS("cancelled", CXD__STATUS_CANCELLED),
    STATUS("local", CXD__STATUS_LOCAL),
    GAUGE("", "updates_in_flight", "updates_in_flight", CXD__UNIT_NONE, AT(counters.updates_in_flight), "Updates and plans begun and not ended."),
    COUNTER("", "plans", "plans", NULL, AT(counters.plans), "Plans that have ended."),
    COUNTER("audit", "records", "audit_records", NULL, AT(counters.records), "Records that the audit log took."),
    COUNTER("audit", "failed", "audit_records_failed", NULL, AT(counters.records_failed), "Records that the audit log did not take."),
    COUNTER("audit", "syncs", "audit_syncs", NULL, AT(counters.syncs), "Times the audit log was made durable."),
    COUNTER("callbacks", "called", "callbacks", NULL, AT(counters.callbacks), "Answers of callbacks that may decline."),
    COUNTER("callbacks", "declined", "callbacks_declined", NULL, AT(counters.declined), "Those that did not accept."),
    HISTOGRAM("request_latency", "request_latency", AT(counters.requests), "From the first byte sent to the end of the answer, of requests to the API that were answered."),
    HISTOGRAM("update_latency", "update_latency", AT(counters.updates), "From its begin to its end, of updates."),
};

const struct cxd__metric *cxd__metric_at(size_t i) { return i < sizeof metrics / sizeof *metrics ? &metrics[i] : NULL; }

static const void *place(const struct cxd__metric *metric, const struct cxd__stats *stats) { return (const char *)stats + metric->offset; }

int64_t cxd__metric_value(const struct cxd__metric *metric, const struct cxd__stats *stats) { return *(const int64_t *)place(metric, stats); }

const struct cxd__histogram *cxd__metric_histogram(const struct cxd__metric *metric, const struct cxd__stats *stats) { return place(metric, stats); }
