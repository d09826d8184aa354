/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "mem.h"
#include "report_model.h"
#include "walk.h"

static int64_t whole(struct slice text) {
  int64_t value = 0;
  for (size_t i = 0; i < text.len && i < 18 && text.at[i] >= '0' && text.at[i] <= '9'; i++)
    value = value * 10 + (text.at[i] - '0');
  return value;
}

static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

/* The limit is the later one: it is cut and grows back, and where it ended is what counts. */
static void put_together(struct run_sample *into, const struct run_sample *later) {
  into->used = most(into->used, later->used);
  into->limit = later->limit;
  into->rate_limited = most(into->rate_limited, later->rate_limited);
  into->in_flight = most(into->in_flight, later->in_flight);
  if (!into->held_until_ms)
    into->held_from_ms = later->held_from_ms;
  into->held_until_ms = most(into->held_until_ms, later->held_until_ms);
}

static void halve(struct run_model *model) {
  for (size_t i = 0; i < RUN_SAMPLES / 2; i++) {
    struct run_sample pair = model->samples[2 * i];
    put_together(&pair, &model->samples[2 * i + 1]);
    model->samples[i] = pair;
  }
  model->sample_count = RUN_SAMPLES / 2;
  model->per_sample *= 2;
}

static void keep(struct run_model *model, const struct run_sample *sample) {
  if (!model->samples) {
    model->samples = mem_resize(NULL, RUN_SAMPLES, sizeof *model->samples);
    model->per_sample = 1;
  }
  if (model->sample_count > 0 && model->in_last < model->per_sample) {
    put_together(&model->samples[model->sample_count - 1], sample);
    model->in_last++;
    return;
  }
  if (model->sample_count == RUN_SAMPLES)
    halve(model);
  model->samples[model->sample_count++] = *sample;
  model->in_last = 1;
}

void run_model_sample(struct run_model *model, int64_t now_ms, size_t in_flight, const char *stats) {
  struct slice all = slice_of(stats), quota = walk_get(all, "quota");
  int64_t closed = whole(walk_get(quota, "closed_ms"));
  keep(model, &(struct run_sample){.t_ms = now_ms,
                                   .used = whole(walk_get(quota, "used")),
                                   .limit = whole(walk_get(quota, "limit")),
                                   .rate_limited = whole(walk_get(all, "rate_limited")),
                                   .in_flight = (int64_t)in_flight,
                                   .held_from_ms = closed > 0 ? now_ms : 0,
                                   .held_until_ms = closed > 0 ? now_ms + closed : 0});
}
