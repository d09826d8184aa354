/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "quota.h"

#include <stdlib.h>

int quota_init(struct quota *quota, enum quota_policy policy, int64_t limit, int64_t burst, int64_t window_us) {
  *quota = (struct quota){.policy = policy, .limit = limit, .burst = burst ? burst : 1, .window_us = window_us, .tokens = (double)limit};
  quota->arrivals = limit ? calloc((size_t)limit, sizeof *quota->arrivals) : NULL;
  return limit && !quota->arrivals ? -1 : 0;
}

void quota_free(struct quota *quota) { free(quota->arrivals); }

/* The arrival `limit` places ago lies less than a window back: one too many. */
static void remember(struct quota *quota, int64_t now) {
  int64_t old = quota->arrivals[quota->next];
  int full = quota->counted >= quota->limit;
  quota->worst = full && now - old < quota->window_us ? quota->limit + 1 : quota->limit;
  quota->arrivals[quota->next] = now;
  quota->next = (quota->next + 1) % (size_t)quota->limit;
  quota->counted++;
}

static int fixed(struct quota *quota, int64_t now) {
  if (now - quota->window_began >= quota->window_us) {
    quota->window_began = now - now % quota->window_us;
    quota->in_window = 0;
  }
  return ++quota->in_window <= quota->limit;
}

static int bucket(struct quota *quota, int64_t now) {
  quota->tokens += (double)(now - quota->filled_at) * (double)quota->limit / (double)quota->window_us;
  double most = quota->policy == QUOTA_STRICT ? (double)quota->burst : (double)quota->limit;
  if (quota->tokens > most)
    quota->tokens = most;
  quota->filled_at = now;
  if (quota->tokens < 1)
    return 0;
  quota->tokens -= 1;
  return 1;
}

int quota_arrive(struct quota *quota, int64_t now) {
  if (quota->limit == 0)
    return 1;
  remember(quota, now);
  switch (quota->policy) {
  case QUOTA_FIXED: return fixed(quota, now);
  case QUOTA_BUCKET:
  case QUOTA_STRICT: return bucket(quota, now);
  default: return !quota_exceeded(quota);
  }
}

int64_t quota_wait_us(const struct quota *quota) { return quota->policy == QUOTA_STRICT ? (int64_t)((1 - quota->tokens) * (double)quota->window_us / (double)quota->limit) : 0; }

int quota_exceeded(const struct quota *quota) { return quota->limit && quota->worst > quota->limit; }

int quota_full(const struct quota *quota, int64_t now) { return quota->limit && quota->counted >= quota->limit && now - quota->arrivals[quota->next] < quota->window_us; }
