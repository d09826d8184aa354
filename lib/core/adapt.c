/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/adapt.h"

#define MINUTE_US INT64_C(60000000)
#define FLOOR_PER_MINUTE 10
#define STEP_PER_MINUTE 5

/* So many a minute, in thousandths of a slot of the window; at least one whole slot. */
static int64_t per_minute(int64_t count, int64_t window_us) {
  int64_t milli = (int64_t)((double)count * 1000 * ((double)window_us / (double)MINUTE_US));
  return milli > 1000 ? milli : 1000;
}

void cxd__adapt_init(struct cxd__adapt *adapt, size_t limit, int64_t window_us) {
  int64_t most = (int64_t)limit * 1000;
  int64_t least = per_minute(FLOOR_PER_MINUTE, window_us);
  *adapt = (struct cxd__adapt){.slots_milli = most, .most = most, .least = least < most ? least : most, .step = per_minute(STEP_PER_MINUTE, window_us)};
}

static void recover(struct cxd__adapt *adapt, int64_t mono_us) {
  int64_t minutes = (mono_us - adapt->clean_since_us) / MINUTE_US;
  if (adapt->slots_milli == adapt->most || minutes <= 0)
    return;
  int64_t missing = (adapt->most - adapt->slots_milli + adapt->step - 1) / adapt->step;
  adapt->slots_milli = minutes < missing ? adapt->slots_milli + minutes * adapt->step : adapt->most;
  adapt->clean_since_us += minutes * MINUTE_US;
}

void cxd__adapt_cut(struct cxd__adapt *adapt, int64_t mono_us) {
  recover(adapt, mono_us);
  adapt->slots_milli = adapt->slots_milli / 10 * 7;
  if (adapt->slots_milli < adapt->least)
    adapt->slots_milli = adapt->least;
  adapt->clean_since_us = mono_us;
}

int64_t cxd__adapt_due(const struct cxd__adapt *adapt) { return adapt->slots_milli == adapt->most ? INT64_MAX : adapt->clean_since_us + MINUTE_US; }

size_t cxd__adapt_limit(struct cxd__adapt *adapt, int64_t mono_us) {
  recover(adapt, mono_us);
  return (size_t)(adapt->slots_milli / 1000);
}
