/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_WALK_SERVER_H
#define CXD_TESTS_WALK_SERVER_H

#include "base/random.h"
#include "core_rig.h"

/*
 * What a random walk over the core consists of, and the server it meets: one that applies, refuses, loses and delays as a
 * seeded generator says, and keeps an account of what it applied in the operations themselves.
 */
enum { CORES = 3, OPS = 5, MEMBERS = 4, OPEN = 64, LATE = 16, SENDS = 600 };
enum mode { ETAG, VERSION, NONE };

struct op {
  struct core_rig *rig;
  uint32_t id;
  struct cxd__job job;
  cxd_campaign *change;
  int64_t value;      /* of member m<member>, unique in the walk */
  int member;
  int done, gone;     /* gone: its core was reset */
  int open_sends;     /* PUTs without an answer yet */
  int intent_ready, outcomes, log_dead;
  int32_t puts, sends, applied, late, overwritten;
};

struct pending {
  struct core_rig *rig;
  struct op *op;      /* NULL: a token exchange */
  struct cxd__action act;
  int aborted;
  int64_t at;
};

struct late_put {
  struct op *op;
  int64_t m[MEMBERS];
  int64_t version;
  int conditional;
};

struct walk {
  struct cxd__prng prng;
  struct core_rig rigs[CORES];
  int cores;
  int attention[CORES]; /* fed, started, cancelled: the engine calls next now */
  struct op ops[OPS];
  int op_count;
  struct pending open[OPEN];
  int open_count;
  enum mode mode;
  int64_t version, m[MEMBERS]; /* the server's truth */
  struct late_put late[LATE];
  int late_count;
  int64_t sent_at[SENDS], limit_window;
  size_t sent_count, limit;
  int64_t next_value;
  struct cxd__buf echo; /* of an answer to a PUT */
};

extern struct walk w; /* the one that is under way */

static inline uint64_t below(uint64_t n) { return cxd__prng_next(&w.prng) % n; }
static inline int chance(uint64_t percent) { return below(100) < percent; }
static inline int64_t now_us(void) { return w.rigs[0].own.now.mono_us; }

void server_others_write(void); /* somebody else changes a member */
void server_late_arrives(void); /* a PUT that was thought lost arrives after all */
void server_saw(const struct pending *p, int unsent); /* counts for the quota, at the start or the end of the exchange */
void server_answer(int i); /* answers w.open[i] and takes it off the list */

#endif
