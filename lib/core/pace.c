/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/pace.h"

#define FIRST_AT_ONCE 8
#define START_US 2000000 /* a server slower than that, or an engine that nobody drives, holds nobody up */
#define PATIENCE_US INT64_C(300000000)
#define PATIENCE_MOST_US INT64_C(3600000000)
#define SLACK_PERCENT 3 /* below the server's rate: what comes a little early is not refused, and its bucket fills again */

void cxd__pace_init(struct cxd__pace *pace, int64_t limit, int64_t window_us) {
  *pace = (struct cxd__pace){.window_us = window_us, .most = limit, .patience_us = PATIENCE_US, .strayed_us = -window_us, .began_us = INT64_MAX};
}

static int64_t interval(const struct cxd__pace *pace, int64_t limit) {
  int64_t even = pace->window_us / limit;
  return even + even * SLACK_PERCENT / 100;
}

static void try_more(struct cxd__pace *pace, int64_t mono_us) {
  while (pace->burst && mono_us - pace->clean_since_us >= pace->patience_us) {
    pace->burst = 2 * pace->burst < pace->most ? 2 * pace->burst : 0;
    pace->clean_since_us += pace->patience_us;
  }
}

int64_t cxd__pace_interval(struct cxd__pace *pace, int64_t limit, int64_t mono_us) {
  try_more(pace, mono_us);
  return pace->burst ? interval(pace, limit) : 0;
}

int64_t cxd__pace_at(struct cxd__pace *pace, int64_t limit, int64_t before, int64_t mono_us) {
  int64_t each = cxd__pace_interval(pace, limit, mono_us), from = pace->even_us > mono_us ? pace->even_us : mono_us;
  int64_t at = from + (before + 1 - pace->burst) * each;
  return each && at > mono_us ? at : mono_us;
}

int64_t cxd__pace_start_at(const struct cxd__pace *pace, int64_t under_way, int64_t mono_us) {
  int64_t over = pace->began_us < INT64_MAX ? pace->began_us + START_US : mono_us;
  return mono_us < over && under_way >= FIRST_AT_ONCE + pace->answered / 4 ? over : mono_us;
}

void cxd__pace_went(struct cxd__pace *pace, int64_t limit, int64_t mono_us) {
  if (pace->even_us <= mono_us) {
    pace->even_us = mono_us;
    pace->sent = pace->through = 0;
  }
  pace->even_us += interval(pace, limit);
  pace->sent++;
  if (pace->began_us == INT64_MAX)
    pace->began_us = mono_us;
}

void cxd__pace_stayed(struct cxd__pace *pace, int64_t limit) {
  pace->even_us -= interval(pace, limit);
  pace->sent -= pace->sent > 0;
  if (!pace->sent && !pace->answered)
    pace->began_us = INT64_MAX;
}

void cxd__pace_answered(struct cxd__pace *pace) {
  pace->through++;
  pace->answered++;
}

void cxd__pace_refused_too(struct cxd__pace *pace) { pace->through--; }

static int64_t smaller(const struct cxd__pace *pace) {
  int64_t burst = pace->burst ? pace->burst / 2 : pace->most - 1;
  if (burst > pace->through)
    burst = pace->through;
  return burst > 1 ? burst : 1;
}

enum cxd__told cxd__pace_refused(struct cxd__pace *pace, int64_t mono_us) {
  try_more(pace, mono_us);
  int burst = pace->sent > 1 && pace->burst != 1, again = mono_us - pace->strayed_us < pace->window_us;
  if (burst) {
    if (pace->burst)
      pace->patience_us = 2 * pace->patience_us < PATIENCE_MOST_US ? 2 * pace->patience_us : PATIENCE_MOST_US;
    pace->burst = smaller(pace);
  } else
    pace->strayed_us = mono_us;
  cxd__pace_refused_too(pace);
  pace->clean_since_us = mono_us;
  return burst ? CXD__TOLD_BURST : pace->burst && !again ? CXD__TOLD_NOTHING : CXD__TOLD_LESS;
}
