/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_QUOTA_H
#define CXD_WORLD_QUOTA_H

#include <stddef.h>
#include <stdint.h>

/* How a server counts requests. Whatever its policy, the strictest reading is kept as well: arrivals in any window. */
enum quota_policy { QUOTA_FIXED, QUOTA_SLIDING, QUOTA_BUCKET, QUOTA_POLICIES, QUOTA_STRICT = QUOTA_POLICIES }; /* strict: a bucket smaller than the limit, and not drawn by seeds */

struct quota {
  enum quota_policy policy;
  int64_t limit, burst, window_us;
  int64_t window_began, in_window;    /* fixed */
  double tokens;                      /* bucket */
  int64_t filled_at;
  int64_t *arrivals;                  /* the last `limit` of them, a ring */
  size_t next;
  int64_t counted;                    /* arrivals so far */
  int64_t worst;                      /* most arrivals seen in one window, counted up to limit + 1 */
};

int quota_init(struct quota *quota, enum quota_policy policy, int64_t limit, int64_t burst /* of QUOTA_STRICT; 0: 1 */, int64_t window_us); /* 0, or -1: no memory */
void quota_free(struct quota *quota);

/* One request arrives: 1 when the policy lets it in. */
int quota_arrive(struct quota *quota, int64_t now);
int64_t quota_wait_us(const struct quota *quota); /* of QUOTA_STRICT after a refusal: until it lets one in */

/* 1: the last arrival made more than `limit` in one window. */
int quota_exceeded(const struct quota *quota);
int quota_full(const struct quota *quota, int64_t now); /* exactly `limit` in the last window */

#endif
