/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/schedule.h"

#include <string.h>

#include "validate/timeline.h"

/*
 * An edge that the local clock shows twice lets in at the second time and shuts at the first. Seen from an instant this is:
 * it is open when all local times are that lie between the lowest the clock will still show and the highest it has shown.
 * Away from the change of a clock that is one local time, its own.
 */
#define REACH (3 * CXD__DAY_SECONDS) /* offsets are less than 52 h apart: a change farther off shows nothing twice */
#define NEAR_CHANGES 16              /* a clock with more changes in REACH is not believed */
#define FAR_CHANGES 256              /* and no search goes through more than these */
#define SPAN_SECONDS ((int64_t)CXD__SCHEDULE_DAYS * CXD__DAY_SECONDS)

struct walk {
  struct cxd__timeline line;
  const struct cxd__tz *tz;
  struct cxd__tz_span span; /* around the instant last looked at */
  int changes;
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

static void walk_open(struct walk *walk, const struct cxd__calendar *calendar, const struct cxd__tz *tz) {
  cxd__timeline_open(&walk->line, calendar);
  walk->tz = tz;
  walk->span.since = walk->span.until = 0;
  walk->changes = 0;
}

static void enter(struct walk *walk, int64_t unix_s) {
  if (unix_s >= walk->span.since && unix_s < walk->span.until)
    return;
  cxd__tz_at(walk->tz, unix_s, &walk->span);
  walk->changes++;
}

/* One past the highest local time that the clock has shown before its present span, if that is above *high; 0: too many changes. */
static int shown_before(const struct walk *walk, int64_t unix_s, int64_t *high) {
  struct cxd__tz_span span = walk->span;
  for (int i = 0; span.since > unix_s - REACH; i++) {
    if (i == NEAR_CHANGES)
      return 0;
    cxd__tz_at(walk->tz, span.since - 1, &span);
    *high = most(*high, span.until + span.offset_s);
  }
  return 1;
}

/* The second before the lowest local time that the clock will show after its present span: an edge on that time is shown twice. */
static int shown_after(const struct walk *walk, int64_t unix_s, int64_t *low) {
  struct cxd__tz_span span = walk->span;
  for (int i = 0; span.until <= unix_s + REACH; i++) {
    if (i == NEAR_CHANGES)
      return 0;
    cxd__tz_at(walk->tz, span.until, &span);
    *low = least(*low, span.since + span.offset_s - 1);
  }
  return 1;
}

/* Takes the strictest state of the local times from low to before high. */
static void take_strictest(struct walk *walk, int64_t low, int64_t high, struct cxd__period *out) {
  struct cxd__stretch stretch;
  for (int64_t local = low; local < high; local = stretch.to) {
    cxd__timeline_at(&walk->line, local, &stretch);
    if (stretch.state > out->state) {
      out->state = stretch.state;
      out->name = stretch.name;
    }
  }
}

static void settle_overlap(struct walk *walk, int64_t unix_s, struct cxd__period *out) {
  int64_t local = unix_s + walk->span.offset_s, low = local, high = local + 1;
  if (!shown_before(walk, unix_s, &high) || !shown_after(walk, unix_s, &low))
    out->state = CXD__SHUT_HOURS;
  else if (low < local || high > local + 1)
    take_strictest(walk, low, high, out);
}

/* "-00": the file says that it does not know the local time of this span. Missing data is closed. */
static int is_unknown(const struct cxd__tz_span *span) { return strcmp(span->abbreviation, "-00") == 0; }

/* The state at an instant, and how long it holds for sure: until the next local edge or change of the clock. */
static void look(struct walk *walk, int64_t unix_s, struct cxd__period *out) {
  struct cxd__stretch stretch;
  enter(walk, unix_s);
  if (is_unknown(&walk->span)) {
    *out = (struct cxd__period){walk->span.since, walk->span.until, CXD__SHUT_HOURS, NULL};
    return;
  }
  int64_t offset = walk->span.offset_s;
  cxd__timeline_at(&walk->line, unix_s + offset, &stretch);
  out->since = most(walk->span.since, stretch.from - offset);
  out->until = least(walk->span.until, stretch.to - offset);
  out->state = stretch.state;
  out->name = stretch.name;
  if (out->state == CXD__OPEN)
    settle_overlap(walk, unix_s, out);
}

/* So far from the years that have hours that no search reaches them. */
static int out_of_time(int64_t unix_s) {
  const int64_t margin = CXD__SCHEDULE_DAYS + 3;
  return unix_s < (CXD__TIMELINE_FIRST - margin) * CXD__DAY_SECONDS || unix_s > (CXD__TIMELINE_LAST + margin) * CXD__DAY_SECONDS;
}

static int same(const struct cxd__period *a, const struct cxd__period *b) {
  if (a->state != b->state)
    return 0;
  return a->name == b->name || (a->name && b->name && strcmp(a->name, b->name) == 0);
}

static int64_t end_of(struct walk *walk, const struct cxd__period *now, int64_t limit) {
  struct cxd__period next;
  int64_t at = now->until;
  walk->changes = 0;
  for (; at <= limit; at = next.until) {
    if (walk->changes > FAR_CHANGES)
      return at;
    look(walk, at, &next);
    if (!same(&next, now))
      return at;
  }
  return INT64_MAX;
}

static int64_t begin_of(struct walk *walk, const struct cxd__period *now, int64_t limit) {
  struct cxd__period last;
  int64_t at = now->since;
  walk->changes = 0;
  for (; at >= limit; at = last.since) {
    if (walk->changes > FAR_CHANGES)
      return at;
    look(walk, at - 1, &last);
    if (!same(&last, now))
      return at;
  }
  return INT64_MIN;
}

static const struct cxd__period unknown = {INT64_MIN, INT64_MAX, CXD__SHUT_HOURS, NULL};

void cxd__schedule_at(const struct cxd__calendar *calendar, const struct cxd__tz *tz, int64_t unix_s, struct cxd__period *out) {
  struct walk walk;
  *out = unknown;
  if (out_of_time(unix_s))
    return;
  walk_open(&walk, calendar, tz);
  look(&walk, unix_s, out);
  int64_t until = end_of(&walk, out, unix_s + SPAN_SECONDS);
  out->since = begin_of(&walk, out, unix_s - SPAN_SECONDS);
  out->until = until;
}

void cxd__schedule_ahead(const struct cxd__calendar *calendar, const struct cxd__tz *tz, int64_t unix_s, int64_t horizon, struct cxd__period *out) {
  struct walk walk;
  *out = unknown;
  if (out_of_time(unix_s))
    return;
  walk_open(&walk, calendar, tz);
  look(&walk, unix_s, out);
  out->until = end_of(&walk, out, least(unix_s + SPAN_SECONDS, horizon - 1));
}

int64_t cxd__schedule_opening(const struct cxd__calendar *calendar, const struct cxd__tz *tz, int64_t unix_s) {
  struct walk walk;
  struct cxd__period period;
  if (out_of_time(unix_s))
    return INT64_MAX;
  walk_open(&walk, calendar, tz);
  for (int64_t at = unix_s, limit = unix_s + SPAN_SECONDS; at <= limit && walk.changes <= FAR_CHANGES; at = period.until) {
    look(&walk, at, &period);
    if (period.state == CXD__OPEN)
      return at;
  }
  return INT64_MAX;
}

static int64_t open_between(struct walk *walk, int64_t from, int64_t to) {
  struct cxd__period period;
  int64_t sum = 0;
  for (int64_t at = from; at < to; at = period.until) {
    look(walk, at, &period);
    if (period.state == CXD__OPEN)
      sum += least(period.until, to) - at;
  }
  return sum;
}

/* A date may come in two parts when the clock goes back over midnight: each span of the clock has its own. */
int64_t cxd__schedule_open_seconds(const struct cxd__calendar *calendar, const struct cxd__tz *tz, int64_t day) {
  struct walk walk;
  struct cxd__tz_span span;
  int64_t sum = 0;
  if (day < CXD__TIMELINE_FIRST || day > CXD__TIMELINE_LAST)
    return 0;
  int64_t midnight = day * CXD__DAY_SECONDS, last = midnight + REACH;
  walk_open(&walk, calendar, tz);
  cxd__tz_at(tz, midnight - REACH, &span);
  for (int i = 0; i < 2 * NEAR_CHANGES; i++) {
    int64_t from = most(span.since, midnight - span.offset_s), to = least(span.until, midnight + CXD__DAY_SECONDS - span.offset_s);
    sum += open_between(&walk, from, to);
    if (span.until > last)
      return sum;
    cxd__tz_at(tz, span.until, &span);
  }
  return 0;
}
