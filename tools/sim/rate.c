/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "rate.h"

#include "buf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t instants_count(const struct instants *in)
{
    return in->end - in->first;
}

static void instants_add(struct instants *in, int64_t t)
{
    if (in->end == in->cap && in->first > in->cap / 2) {
        memmove(in->list, in->list + in->first, instants_count(in) * sizeof *in->list);
        in->end -= in->first;
        in->first = 0;
    } else if (in->end == in->cap) {
        in->cap = in->cap > 0 ? in->cap * 2 : 64;
        in->list = mem_resize(in->list, in->cap * sizeof *in->list);
    }
    in->list[in->end++] = t;
}

static void instants_drop(struct instants *in, int64_t up_to)
{
    while (in->first < in->end && in->list[in->first] <= up_to)
        in->first++;
}

static int64_t whole_seconds(int64_t us)
{
    int64_t s = (us + 999999) / 1000000;
    return s > 1 ? s : 1;
}

static void take_fixed(struct rate *r, int64_t now, struct rate_answer *a)
{
    int64_t window = now / r->window_us;
    if (window != r->fixed_window)
        r->fixed_used = 0;
    r->fixed_window = window;
    a->granted = r->fixed_used < r->limit;
    r->fixed_used += a->granted;
    a->remaining = r->limit - r->fixed_used;
    a->reset_s = whole_seconds((window + 1) * r->window_us - now);
}

static void take_sliding(struct rate *r, int64_t now, struct rate_answer *a)
{
    instants_drop(&r->granted, now - r->window_us);
    a->granted = (int64_t)instants_count(&r->granted) < r->limit;
    if (a->granted)
        instants_add(&r->granted, now);
    a->remaining = r->limit - (int64_t)instants_count(&r->granted);
    a->reset_s = whole_seconds(r->granted.list[r->granted.first] + r->window_us - now);
}

static void take_bucket(struct rate *r, int64_t now, struct rate_answer *a)
{
    double per_us = (double)r->limit / (double)r->window_us;
    r->tokens = fmin((double)r->burst, r->tokens + (double)(now - r->refilled_us) * per_us);
    r->refilled_us = now;
    a->granted = r->tokens >= 1.0;
    r->tokens -= a->granted ? 1.0 : 0.0;
    a->remaining = (int64_t)r->tokens;
    a->reset_s = whole_seconds((int64_t)ceil((1.0 - (r->tokens - floor(r->tokens))) / per_us));
}

void rate_init(struct rate *r, enum rate_policy policy, int64_t limit, int64_t window_us, int64_t burst)
{
    *r = (struct rate){.policy = policy, .limit = limit, .window_us = window_us, .burst = burst, .tokens = (double)burst};
}

void rate_free(struct rate *r)
{
    free(r->granted.list);
    free(r->seen.list);
}

static void note_seen(struct rate *r, int64_t now)
{
    instants_drop(&r->seen, now - r->window_us);
    instants_add(&r->seen, now);
    if (instants_count(&r->seen) > r->seen_max)
        r->seen_max = instants_count(&r->seen);
}

void rate_take(struct rate *r, int64_t now_us, struct rate_answer *answer)
{
    static void (*const take[])(struct rate *, int64_t, struct rate_answer *) = {
        [RATE_FIXED] = take_fixed, [RATE_SLIDING] = take_sliding, [RATE_BUCKET] = take_bucket};
    *answer = (struct rate_answer){.granted = true};
    note_seen(r, now_us);
    if (r->limit == 0)
        return;
    take[r->policy](r, now_us, answer);
    answer->retry_after_s = answer->granted ? 0 : answer->reset_s;
}
