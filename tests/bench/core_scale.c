/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * What an update costs in the core alone, with so many in flight: core_scale IN_FLIGHT UPDATES [LIMIT]. Nothing is printed but their number; instructions are
 * counted from outside, as the slope of two runs of different length. With a limit all but so many wait for the quota at any time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/core.h"
#include "json/campaign.h"

#define SECOND INT64_C(1000000)
#define DOCUMENT "{\"id\":\"c1\",\"version\":7,\"pacing\":{\"interval\":30,\"throttlePercent\":0.85},\"maxConcurrentCalls\":120}"
#define CHANGE "{\"id\":\"c1\",\"pacing\":{\"interval\":60}}"

struct bench {
  struct cxd__shared shared;
  struct cxd__core *core;
  struct cxd__job job;
  cxd__now now;
  struct cxd__action *sent; /* a ring of requests under way */
  size_t room, first, count, limit;
  long begun, ended, updates, in_flight;
};

static void feed(struct bench *b, struct cxd__event *event) {
  cxd__core_feed(b->core, b->now, event);
  cxd__exchange_clear(&event->exchange);
}

static void begin(struct bench *b) {
  uint32_t op;
  if (b->begun < b->updates && cxd__core_start(b->core, &b->job, b->now, &op, NULL) == CXD_OK)
    b->begun++;
}

static void answer(struct bench *b) {
  const struct cxd__action *sent = &b->sent[b->first];
  struct cxd__event event = {.kind = CXD__EV_EXCHANGE, .op = sent->op, .tag = sent->tag};
  b->first = (b->first + 1) % b->room;
  b->count--;
  event.exchange.http_status = 200;
  event.exchange.sends = 1;
  event.exchange.sent_mono_us = event.exchange.end_mono_us = b->now.mono_us;
  if (sent->request.kind == CXD__CLASS_GET)
    cxd__buf_str(&event.exchange.body, DOCUMENT);
  feed(b, &event);
}

static void perform(struct bench *b, const struct cxd__action *action) {
  struct cxd__event event = {.op = action->op, .tag = action->tag, .kind = CXD__EV_CHECKED};
  switch (action->kind) {
  case CXD__ACT_SEND: b->sent[(b->first + b->count++) % b->room] = *action; return;
  case CXD__ACT_CHECK: feed(b, &event); return;
  case CXD__ACT_DONE:
    cxd_result_free(cxd__core_take_result(b->core, action->op));
    cxd__core_drop(b->core, action->op);
    b->ended++;
    begin(b);
    return;
  default: return;
  }
}

static void pass(struct bench *b, int64_t us) {
  b->now.mono_us += us;
  b->now.boot_us += us;
  b->now.wall_ms += us / 1000;
}

static void run(struct bench *b) {
  struct cxd__action action;
  for (long i = 0; i < b->in_flight; i++)
    begin(b);
  while (b->ended < b->updates) {
    while (cxd__core_next(b->core, b->now, &action))
      perform(b, &action);
    int64_t due = cxd__core_due(b->core);
    if (b->count)
      answer(b);
    else if (due != INT64_MAX && due > b->now.mono_us)
      pass(b, due - b->now.mono_us);
  }
}

int main(int argc, char **argv) {
  static struct bench b;
  cxd_campaign *change = NULL;
  struct cxd__core_options options = {.base_path = "", .campaign_path = "/api/v2/outbound/campaigns/{id}", .attempt_timeout_us = 10 * SECOND, .deadline_us = 180 * SECOND, .base_us = SECOND / 2, .cap_us = 20 * SECOND,
                                      .max_retry_after_us = 120 * SECOND, .max_attempts = 4};
  if (argc < 3)
    return 64;
  b.in_flight = atol(argv[1]);
  b.updates = atol(argv[2]);
  b.limit = argc > 3 ? (size_t)atol(argv[3]) : 0;
  b.room = (size_t)b.in_flight + 1;
  b.sent = calloc(b.room, sizeof *b.sent);
  b.now = (cxd__now){1000 * SECOND, 2000 * SECOND, INT64_C(1795363200000)};
  if (!b.sent || cxd__shared_init(&b.shared, b.limit, 60 * SECOND, SECOND / 4, 140, 0) != 0 || cxd__shared_set_fixed_token(&b.shared, "tok", 3) != 0 || cxd__campaign_make(CHANGE, strlen(CHANGE), "change", &change, NULL) != CXD_OK)
    return 3;
  b.core = cxd__core_new(&b.shared, &options, 1);
  b.job = (struct cxd__job){.kind = CXD__JOB_APPLY, .change = change, .queued = 1};
  if (b.core)
    run(&b);
  printf("%ld updates, %ld in flight\n", b.ended, b.in_flight);
  cxd__core_free(b.core);
  cxd__shared_free(&b.shared);
  cxd_campaign_free(change);
  free(b.sent);
  return b.ended != b.updates;
}
