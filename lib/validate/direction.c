/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/direction.h"

#include <math.h>

#include "json/index.h"
#include "json/pointer.h"

static int real_of(struct cxd__slice value, double *out) { return cxd__json_kind(value) == CXD__JSON_NUMBER && cxd__json_real(value, out); }

static int status_is(const struct cxd__member_values *members, const char *word) {
  struct cxd__slice status = members->at[CXD__MEMBER_STATUS];
  return cxd__json_kind(status) == CXD__JSON_STRING && cxd__json_string_is(status, word);
}

int cxd__is_running(const struct cxd__member_values *members) { return status_is(members, "running"); }

int cxd__may_run(const struct cxd__member_values *members) { return !status_is(members, "paused") && !status_is(members, "stopped"); }

double cxd__pacing_rate(const struct cxd__member_values *members) {
  double interval, calls, throttle;
  if (!real_of(members->at[CXD__MEMBER_PACING_INTERVAL], &interval) || !real_of(members->at[CXD__MEMBER_PACING_CALLS], &calls) ||
      !real_of(members->at[CXD__MEMBER_PACING_THROTTLE], &throttle))
    return 0;
  double rate = interval > 0 && calls > 0 && throttle > 0 ? calls / interval * throttle : 0;
  return isfinite(rate) ? rate : 0;
}

/* Speed of one member: what makes more calls counts up. */
struct pace {
  int faster, slower;
};

static void compare(struct pace *pace, double before, double after) {
  pace->faster |= after > before;
  pace->slower |= after < before;
}

static int same(struct cxd__slice a, struct cxd__slice b) { return a.p && b.p ? cxd__json_equal(a, b) : !a.p && !b.p; }

/* A value that is no number cannot be said to be slower: a change of it counts as faster. */
static void compare_numbers(struct pace *pace, struct cxd__slice before, struct cxd__slice after, int more_is_slower) {
  double a, b;
  if (same(before, after))
    return;
  if (!real_of(before, &a) || !real_of(after, &b))
    pace->faster = 1;
  else if (more_is_slower)
    compare(pace, b, a);
  else
    compare(pace, a, b);
}

/* Together the three decide the rate; where one is not known, each speaks for itself. */
static void compare_pacing(struct pace *pace, const struct cxd__member_values *before, const struct cxd__member_values *after) {
  double a = cxd__pacing_rate(before), b = cxd__pacing_rate(after);
  if (a > 0 && b > 0) {
    /* Rates that differ in the last bit only come from another order of the same numbers. */
    double slack = a * 1e-12;
    compare(pace, a, b > a + slack || b < a - slack ? b : a);
    return;
  }
  compare_numbers(pace, before->at[CXD__MEMBER_PACING_INTERVAL], after->at[CXD__MEMBER_PACING_INTERVAL], 1);
  compare_numbers(pace, before->at[CXD__MEMBER_PACING_CALLS], after->at[CXD__MEMBER_PACING_CALLS], 0);
  compare_numbers(pace, before->at[CXD__MEMBER_PACING_THROTTLE], after->at[CXD__MEMBER_PACING_THROTTLE], 0);
}

/* From the one that waits for an agent to the one that dials ahead of him; -1: not known. */
static int dialer_rank(struct cxd__slice type) {
  static const char *const ranks[] = {"preview", "progressive", "predictive"};
  for (int i = 0; i < 3; i++)
    if (cxd__json_kind(type) == CXD__JSON_STRING && cxd__json_string_is(type, ranks[i]))
      return i;
  return -1;
}

static void compare_dialers(struct pace *pace, struct cxd__slice before, struct cxd__slice after) {
  int a = dialer_rank(before), b = dialer_rank(after);
  if (same(before, after))
    return;
  if (a < 0 || b < 0)
    pace->faster = 1;
  else
    compare(pace, a, b);
}

enum cxd__direction cxd__direction_of(const struct cxd__member_values *before, const struct cxd__member_values *after) {
  struct pace pace = {0, 0};
  if (!cxd__may_run(after))
    return CXD__STOPS;
  if (!before || !cxd__may_run(before))
    return CXD__STARTS;
  compare_numbers(&pace, before->at[CXD__MEMBER_MAX_CONCURRENT_CALLS], after->at[CXD__MEMBER_MAX_CONCURRENT_CALLS], 0);
  compare_pacing(&pace, before, after);
  compare_dialers(&pace, before->at[CXD__MEMBER_DIALER_TYPE], after->at[CXD__MEMBER_DIALER_TYPE]);
  if (!same(before->at[CXD__MEMBER_STATUS], after->at[CXD__MEMBER_STATUS]))
    pace.faster = 1; /* from a word that nobody knows to another */
  if (!same(before->at[CXD__MEMBER_TIME_ZONE], after->at[CXD__MEMBER_TIME_ZONE]))
    pace.faster = 1; /* other hours, other people */
  if (pace.faster)
    return CXD__RAISES;
  return pace.slower ? CXD__LOWERS : CXD__KEEPS;
}

/* ------------------------------------------------------------------ other members */

static int has_a_say(enum cxd__member member) {
  switch (member) {
  case CXD__MEMBER_ID:
  case CXD__MEMBER_NAME:
  case CXD__MEMBER_STATUS:
  case CXD__MEMBER_VERSION:
  case CXD__MEMBER_DIALER_TYPE:
  case CXD__MEMBER_MAX_CONCURRENT_CALLS:
  case CXD__MEMBER_TIME_ZONE:
  case CXD__MEMBER_PACING:
  case CXD__MEMBER_PACING_INTERVAL:
  case CXD__MEMBER_PACING_CALLS:
  case CXD__MEMBER_PACING_THROTTLE: return 1;
  default: return 0;
  }
}

/* Members of `a` that are not judged elsewhere and are not the same in `b`. */
static int others_differ(struct cxd__slice a, struct cxd__slice b, enum cxd__member parent) {
  struct cxd__json_index index;
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  int differ = 0;
  if (cxd__json_kind(a) != CXD__JSON_OBJECT)
    return 0;
  cxd__json_index_open(&index, cxd__json_kind(b) == CXD__JSON_OBJECT ? b : (struct cxd__slice){NULL, 0});
  cxd__json_walk(&iter, a);
  while (!differ && cxd__json_next(&iter, &key, &value))
    if (!has_a_say(cxd__member_find(key, parent)))
      differ = !same(value, cxd__json_index_find(&index, key));
  cxd__json_index_close(&index);
  return differ;
}

int cxd__changes_other_things(struct cxd__slice before, struct cxd__slice after) {
  struct cxd__slice had = cxd__json_member(before, "pacing"), has = cxd__json_member(after, "pacing");
  return others_differ(after, before, CXD__MEMBER_ROOT) || others_differ(before, after, CXD__MEMBER_ROOT) || others_differ(has, had, CXD__MEMBER_PACING) ||
         others_differ(had, has, CXD__MEMBER_PACING);
}
