/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_FAKE_LOG_H
#define CXD_TESTS_FAKE_LOG_H

#include "audit/backend.h"

/*
 * An audit log in memory, for what a file does only after a crash or a fault: the test says what it holds and what goes wrong.
 * Everything that is asked of it is written down as one letter: i intent, o outcome, t token, a attempt, c conflict, s sync, r reserve.
 */
#define FAKE_DANGLING 8

struct fake_dangling {
  int64_t seq;
  char campaign[40];
  char line[1024];
  int resolved;
};

struct fake_log {
  char calls[256];
  size_t call_count;
  char *records[64]; /* bodies */
  int64_t resolved[64]; /* what each was the outcome of, 0: nothing */
  size_t record_count;
  int64_t next_seq;
  struct fake_dangling dangling[FAKE_DANGLING];
  size_t dangling_count;
  int looks;             /* how often it was asked for dangling intents */
  int fail_look;         /* that fails */
  int resolve_elsewhere; /* somebody else is always quicker */
  int fail_sync_at;      /* the nth sync and all after it fail; 0: none */
  int syncs;
  int moves;             /* records get another number and line by the sync */
  const char *alarm, *alarm_code; /* code NULL: "audit.broken" */
  int64_t checkpoint;    /* one to be taken; 0: none */
  int closed;
};

/* Puts the fake in the place of the updater's log. The fake outlives the updater. */
void fake_log_into(struct fake_log *log, cxd_updater *updater);
void fake_log_clear(struct fake_log *log);

/* A dangling intent: maxConcurrentCalls from `old` to `value`, under the entity tag (NULL: without a condition) of another boot or, with now, of this moment. */
void fake_dangling_add(struct fake_log *log, int64_t seq, const char *campaign, const char *etag, int old, int value, int now);

#endif
