/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_RULES_H
#define CXD__VALIDATE_RULES_H

#include "validate/direction.h"
#include "validate/members.h"
#include "validate/settings.h"
#include "validate/windows.h"

/* What calling hours say to a campaign that will be running; made once for the rules that ask. */
struct cxd__window_verdict {
  int known; /* 0: no zone, or not a campaign to ask for; 1: the rest is filled */
  struct cxd__windows_state now;
  int64_t opening; /* Unix seconds, INT64_MAX: none in sight */
  char local[96];  /* "Sat 2026-11-28 03:00 EST (America/New_York)" where it is closed, or in the first zone */
  char rule[200];  /* what the row says of that day, with its source */
  char next[96];   /* the next opening, in words */
};

/* One check in progress: what the built-in rules look at. */
struct cxd__context {
  const struct cxd__check *check;
  const struct cxd__settings *settings;
  const char *zoneinfo_dir;
  struct cxd__zone_cache *zones;
  cxd_report *report;
  struct cxd__member_values change, base, merged, server; /* absent: not there, or no such document */
  const struct cxd__member_values *after;  /* the campaign as it would be; NULL: this check does not know it whole */
  const struct cxd__member_values *before; /* as it is on the server; NULL: not known */
  const struct cxd__policy_campaign *campaign; /* what the policy says of this one; NULL: nothing */
  enum cxd__direction direction;           /* of after */
  int set[CXD__MEMBER_COUNT];                     /* 1: this check vouches for the member, it goes out as an edit */
  int running;                                    /* the merged campaign will be running */
  int zone_unknown;                               /* zone.unknown was found: nothing more is said about the zone */
  struct cxd__window_verdict window;
  int offset_known;                               /* the zone of the campaign was looked up: offset_s is to be added to UTC at that instant */
  int32_t offset_s;
};

/* Rules run in the order of the table; each looks for one code. A rule of a later kind is one more row. */
struct cxd__rule_row {
  enum cxd__code code;
  void (*fn)(struct cxd__context *context, const struct cxd__rule_row *row);
};

extern const struct cxd__rule_row cxd__rule_rows[];
extern const size_t cxd__rule_count;

/*
 * Calling hours do not block what is safe: stopping; lowering and nothing else; and what changes nothing, because then nothing
 * is sent.
 */
int cxd__change_is_safe(const struct cxd__context *context);

void cxd__context_make(struct cxd__context *context, const struct cxd__check *check);

typedef void cxd__say_fn(struct cxd__context *context, enum cxd__code code, const char *pointer, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A finding in the severity that the policy wants for the code; mild: at most as a warning. */
void cxd__found(struct cxd__context *context, enum cxd__code code, const char *pointer, const char *format, ...) __attribute__((format(printf, 4, 5)));
void cxd__found_mild(struct cxd__context *context, enum cxd__code code, const char *pointer, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* found_mild for a change that is safe, else found. */
cxd__say_fn *cxd__voice(const struct cxd__context *context);

/*
 * A value under a limit: what the change sets; or, while the campaign will be running, what it leaves as it is on the
 * server, where a breach is at most a warning because this change did not make it.
 */
struct cxd__subject {
  struct cxd__slice value;
  enum cxd__member member;
  int untouched;
};
struct cxd__subject cxd__subject_of(const struct cxd__context *context, enum cxd__member member);
void cxd__found_in(struct cxd__context *context, enum cxd__code code, const struct cxd__subject *subject, const char *format, ...) __attribute__((format(printf, 4, 5)));

typedef void cxd__judge_fn(struct cxd__context *context, const struct cxd__rule_row *row);
cxd__judge_fn cxd__judge_id, cxd__judge_type, cxd__judge_null, cxd__judge_required, cxd__judge_number, cxd__judge_name, cxd__judge_enum, cxd__judge_entries,
    cxd__judge_similar;
cxd__judge_fn cxd__judge_concurrency, cxd__judge_interval, cxd__judge_calls, cxd__judge_throttle;
cxd__judge_fn cxd__judge_zone_unknown, cxd__judge_zone_not_approved, cxd__judge_tzdata;
cxd__judge_fn cxd__judge_window_closed, cxd__judge_window_dnc, cxd__judge_window_interval;
cxd__judge_fn cxd__judge_licensed, cxd__judge_unreachable, cxd__judge_abandonment;

#endif
