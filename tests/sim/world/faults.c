/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "faults.h"

#define T (1u << MESSAGE_TOKEN)
#define R (1u << MESSAGE_GET | 1u << MESSAGE_LIST)
#define P (1u << MESSAGE_PUT)

/* clang-format off */
const struct fault faults[] = {
    /* name                       kinds      weight effect          status retry          body          end              work_us */
    {"429",                       T | R | P, 5,     EFFECT_NOTHING, 429,   RETRY_NONE,    BODY_ERROR,   REPLY_WHOLE,     0},
    {"429 seconds",               T | R | P, 6,     EFFECT_NOTHING, 429,   RETRY_SECONDS, BODY_ERROR,   REPLY_WHOLE,     0},
    {"429 date",                  T | R | P, 3,     EFFECT_NOTHING, 429,   RETRY_DATE,    BODY_ERROR,   REPLY_WHOLE,     0},
    {"429 huge",                  T | R | P, 1,     EFFECT_NOTHING, 429,   RETRY_HUGE,    BODY_ERROR,   REPLY_WHOLE,     0},
    {"429 junk",                  T | R | P, 1,     EFFECT_NOTHING, 429,   RETRY_JUNK,    BODY_ERROR,   REPLY_WHOLE,     0},
    {"503",                       T | R | P, 6,     EFFECT_NOTHING, 503,   RETRY_NONE,    BODY_ERROR,   REPLY_WHOLE,     0},
    {"503 seconds",               T | R | P, 6,     EFFECT_NOTHING, 503,   RETRY_SECONDS, BODY_ERROR,   REPLY_WHOLE,     0},
    {"503 date",                  T | R | P, 2,     EFFECT_NOTHING, 503,   RETRY_DATE,    BODY_ERROR,   REPLY_WHOLE,     0},
    {"503 applied",               P,         4,     EFFECT_DONE,    503,   RETRY_NONE,    BODY_ERROR,   REPLY_WHOLE,     0},
    {"500",                       T | R | P, 4,     EFFECT_NOTHING, 500,   RETRY_NONE,    BODY_GARBAGE, REPLY_WHOLE,     0},
    {"500 applied",               P,         4,     EFFECT_DONE,    500,   RETRY_NONE,    BODY_EMPTY,   REPLY_WHOLE,     0},
    {"502",                       T | R | P, 3,     EFFECT_NOTHING, 502,   RETRY_NONE,    BODY_GARBAGE, REPLY_WHOLE,     0},
    {"502 later",                 P,         3,     EFFECT_LATER,   502,   RETRY_NONE,    BODY_GARBAGE, REPLY_WHOLE,     0},
    {"504",                       T | R | P, 3,     EFFECT_NOTHING, 504,   RETRY_NONE,    BODY_EMPTY,   REPLY_WHOLE,     3000000},
    {"504 applied",               P,         3,     EFFECT_DONE,    504,   RETRY_NONE,    BODY_EMPTY,   REPLY_WHOLE,     3000000},
    {"504 later",                 P,         4,     EFFECT_LATER,   504,   RETRY_NONE,    BODY_EMPTY,   REPLY_WHOLE,     3000000},
    {"408",                       R | P,     2,     EFFECT_NOTHING, 408,   RETRY_NONE,    BODY_EMPTY,   REPLY_WHOLE,     0},
    {"409 without a reason",      P,         2,     EFFECT_NOTHING, 409,   RETRY_NONE,    BODY_ERROR,   REPLY_WHOLE,     0},
    {"412 without a reason",      P,         2,     EFFECT_NOTHING, 412,   RETRY_NONE,    BODY_ERROR,   REPLY_WHOLE,     0},
    {"423",                       P,         1,     EFFECT_NOTHING, 423,   RETRY_NONE,    BODY_ERROR,   REPLY_WHOLE,     0},
    {"421",                       R | P,     1,     EFFECT_NOTHING, 421,   RETRY_NONE,    BODY_EMPTY,   REPLY_WHOLE,     0},
    {"400",                       T | P,     2,     EFFECT_NOTHING, 400,   RETRY_NONE,    BODY_ERROR,   REPLY_WHOLE,     0},
    {"401",                       T | R | P, 4,     EFFECT_NOTHING, 401,   RETRY_NONE,    BODY_ERROR,   REPLY_WHOLE,     0},
    {"403",                       T | R | P, 2,     EFFECT_NOTHING, 403,   RETRY_NONE,    BODY_ERROR,   REPLY_WHOLE,     0},
    {"404",                       R | P,     2,     EFFECT_NOTHING, 404,   RETRY_NONE,    BODY_ERROR,   REPLY_WHOLE,     0},
    {"422",                       P,         3,     EFFECT_NOTHING, 422,   RETRY_NONE,    BODY_ERROR,   REPLY_WHOLE,     0},
    {"301",                       T | R | P, 1,     EFFECT_NOTHING, 301,   RETRY_NONE,    BODY_EMPTY,   REPLY_WHOLE,     0},
    {"204",                       P,         6,     EFFECT_DONE,    204,   RETRY_NONE,    BODY_EMPTY,   REPLY_WHOLE,     0},
    {"202 done",                  P,         3,     EFFECT_DONE,    202,   RETRY_NONE,    BODY_EMPTY,   REPLY_WHOLE,     0},
    {"202 later",                 P,         5,     EFFECT_LATER,   202,   RETRY_NONE,    BODY_EMPTY,   REPLY_WHOLE,     0},
    {"202 never",                 P,         3,     EFFECT_NOTHING, 202,   RETRY_NONE,    BODY_EMPTY,   REPLY_WHOLE,     0},
    {"old echo",                  P,         3,     EFFECT_DONE,    200,   RETRY_NONE,    BODY_OLD,     REPLY_WHOLE,     0},
    {"old echo, later",           P,         3,     EFFECT_LATER,   200,   RETRY_NONE,    BODY_OLD,     REPLY_WHOLE,     0},
    {"old echo, never",           P,         2,     EFFECT_NOTHING, 200,   RETRY_NONE,    BODY_OLD,     REPLY_WHOLE,     0},
    {"garbage",                   T | R | P, 3,     EFFECT_DONE,    200,   RETRY_NONE,    BODY_GARBAGE, REPLY_WHOLE,     0},
    {"another campaign",          R | P,     2,     EFFECT_DONE,    200,   RETRY_NONE,    BODY_ANOTHER, REPLY_WHOLE,     0},
    {"cut",                       T | R | P, 4,     EFFECT_DONE,    200,   RETRY_NONE,    BODY_TRUE,    REPLY_CUT,       0},
    {"too large",                 T | R | P, 2,     EFFECT_DONE,    200,   RETRY_NONE,    BODY_TRUE,    REPLY_TOO_LARGE, 0},
    {"too large refusal",         R | P,     1,     EFFECT_NOTHING, 422,   RETRY_NONE,    BODY_ERROR,   REPLY_TOO_LARGE, 0},
    {"stuck",                     T | R | P, 2,     EFFECT_DONE,    200,   RETRY_NONE,    BODY_TRUE,    REPLY_STUCK,     0},
    {"reset",                     T | R | P, 6,     EFFECT_DONE,    200,   RETRY_NONE,    BODY_TRUE,    REPLY_RESET,     0},
    {"reset, nothing done",       R | P,     4,     EFFECT_NOTHING, 200,   RETRY_NONE,    BODY_TRUE,    REPLY_RESET,     0},
    {"reset, later",              P,         3,     EFFECT_LATER,   200,   RETRY_NONE,    BODY_TRUE,    REPLY_RESET,     0},
    {"silent",                    T | R | P, 4,     EFFECT_DONE,    200,   RETRY_NONE,    BODY_TRUE,    REPLY_SILENT,    0},
    {"silent, nothing done",      R | P,     3,     EFFECT_NOTHING, 200,   RETRY_NONE,    BODY_TRUE,    REPLY_SILENT,    0},
    {"silent, later",             P,         5,     EFFECT_LATER,   200,   RETRY_NONE,    BODY_TRUE,    REPLY_SILENT,    0},
    {"slow",                      T | R | P, 8,     EFFECT_DONE,    200,   RETRY_NONE,    BODY_TRUE,    REPLY_WHOLE,     20000000},
};
/* clang-format on */
const int fault_count = sizeof faults / sizeof *faults;

const struct fault *fault_draw(struct prng *prng, enum message_kind kind) {
  int64_t sum = 0;
  for (int i = 0; i < fault_count; i++)
    sum += faults[i].kinds >> kind & 1u ? faults[i].weight : 0;
  int64_t at = prng_between(prng, 0, sum - 1);
  const struct fault *fault = faults;
  for (;; fault++) {
    if (!(fault->kinds >> kind & 1u))
      continue;
    if (at < fault->weight)
      return fault;
    at -= fault->weight;
  }
}
