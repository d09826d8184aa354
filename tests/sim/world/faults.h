/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_FAULTS_H
#define CXD_WORLD_FAULTS_H

#include "message.h"
#include "prng.h"

/* What a server may do instead of its duty: one row each. */
enum fault_effect {
  EFFECT_NOTHING, /* the request is not carried out */
  EFFECT_DONE,    /* it is, before the answer */
  EFFECT_LATER    /* it will be, seconds after the answer */
};

enum fault_retry { RETRY_NONE, RETRY_SECONDS, RETRY_DATE, RETRY_HUGE, RETRY_JUNK };
enum fault_body { BODY_ERROR, BODY_TRUE, BODY_OLD, BODY_GARBAGE, BODY_ANOTHER, BODY_EMPTY };

struct fault {
  const char *name;
  unsigned kinds; /* 1u << enum message_kind */
  int weight;
  enum fault_effect effect;
  int status;
  enum fault_retry retry;
  enum fault_body body;
  enum reply_end end;
  int64_t work_us; /* at most that much slower */
};

extern const struct fault faults[];
extern const int fault_count;

/* One that fits this kind of request; never NULL. */
const struct fault *fault_draw(struct prng *prng, enum message_kind kind);

#endif
