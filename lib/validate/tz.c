/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/tz.h"

#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "validate/civil.h"
#include "validate/posix_tz.h"
#include "validate/tzif.h"

/*
 * The changes that the footer's rule makes are written out up to the end of this year, so that an instant of our time costs one binary search:
 * two entries of 10 bytes a year, 2 KiB for a zone. Beyond it the rule itself is asked.
 */
#define LAST_YEAR 2100

/* A file whose last transition is long ago, yet with a rule for summer time, gets no more than this. */
#define MAX_WRITTEN 512

struct kind {
  int32_t offset_s, dst;
  const char *abbreviation; /* in names or footer */
};

struct cxd__tz {
  atomic_int refs;
  struct cxd__posix_tz footer;
  int has_footer;
  int has_rule;      /* the footer's rule is asked, */
  int64_t rule_from; /* from here on */
  size_t kind_count, count, room;
  struct kind *kinds; /* those of the file, then std and dst of the footer */
  int64_t *times;     /* ascending, and each changes something */
  uint16_t *after;    /* the kind from times[i] on */
  uint16_t first;     /* the kind before times[0] */
  char *names;
};

static int same_kind(const struct kind *a, const struct kind *b) {
  return a->offset_s == b->offset_s && a->dst == b->dst && strcmp(a->abbreviation, b->abbreviation) == 0;
}

static uint16_t last_kind(const struct cxd__tz *tz) { return tz->count ? tz->after[tz->count - 1] : tz->first; }

/* Some writers list instants at which nothing changes, before the first change of all, say: they are left out. */
static void push(struct cxd__tz *tz, int64_t at, uint16_t kind) {
  if (tz->count == tz->room || same_kind(&tz->kinds[last_kind(tz)], &tz->kinds[kind]))
    return;
  tz->times[tz->count] = at;
  tz->after[tz->count++] = kind;
}

static int make_room(struct cxd__tz *tz, const struct cxd__tzif *file) {
  tz->room = file->time_count + (tz->has_footer ? MAX_WRITTEN : 0);
  tz->kinds = cxd__alloc((file->type_count + 2) * sizeof *tz->kinds);
  tz->times = cxd__alloc((tz->room + 1) * sizeof *tz->times);
  tz->after = cxd__alloc((tz->room + 1) * sizeof *tz->after);
  tz->names = cxd__alloc(file->name_bytes);
  return tz->kinds && tz->times && tz->after && tz->names;
}

static void copy_kinds(struct cxd__tz *tz, const struct cxd__tzif *file) {
  memcpy(tz->names, file->names, file->name_bytes);
  for (size_t i = 0; i < file->type_count; i++) {
    struct cxd__tzif_type type = cxd__tzif_type_at(file, i);
    tz->kinds[tz->kind_count++] = (struct kind){type.offset_s, type.dst, tz->names + type.name_at};
  }
  tz->kinds[tz->kind_count++] = (struct kind){tz->footer.std.offset_s, tz->footer.std.dst, tz->footer.std.name};
  tz->kinds[tz->kind_count++] = (struct kind){tz->footer.dst.offset_s, tz->footer.dst.dst, tz->footer.dst.name};
}

static void copy_times(struct cxd__tz *tz, const struct cxd__tzif *file) {
  for (size_t i = 0; i < file->time_count; i++)
    push(tz, cxd__tzif_time(file, i), cxd__tzif_index(file, i));
}

static uint16_t footer_kind(const struct cxd__tz *tz, const struct cxd__tz_span *span) {
  return (uint16_t)(span->abbreviation == tz->footer.std.name ? tz->kind_count - 2 : tz->kind_count - 1);
}

static void write_out(struct cxd__tz *tz, int64_t from) {
  int64_t end = cxd__days_of((struct cxd__date){LAST_YEAR + 1, 1, 1}) * 86400;
  struct cxd__tz_span span;
  cxd__posix_tz_ahead(&tz->footer, from, &span);
  /* One at least, so that the rule begins with a change of its own. */
  for (size_t i = 0; i < MAX_WRITTEN && span.until != INT64_MAX && (i == 0 || span.until < end); i++) {
    tz->has_rule = 1;
    tz->rule_from = span.until;
    cxd__posix_tz_ahead(&tz->footer, tz->rule_from, &span);
    push(tz, tz->rule_from, footer_kind(tz, &span));
  }
}

/* Before the last transition the file's list holds, from it on the footer; RFC 9636 has them agree there. */
static const char *join_footer(struct cxd__tz *tz, const struct cxd__tzif *file) {
  struct cxd__tz_span span;
  if (file->time_count == 0) {
    cxd__posix_tz_at(&tz->footer, 0, &span);
    tz->first = footer_kind(tz, &span);
    tz->has_rule = tz->footer.changes;
    tz->rule_from = INT64_MIN;
    return NULL;
  }
  int64_t last = cxd__tzif_time(file, file->time_count - 1);
  cxd__posix_tz_ahead(&tz->footer, last, &span);
  if (!same_kind(&tz->kinds[footer_kind(tz, &span)], &tz->kinds[last_kind(tz)]))
    return "has a footer that contradicts its last transition";
  write_out(tz, last);
  return NULL;
}

static const char *fill(struct cxd__tz *tz, const struct cxd__tzif *file) {
  copy_kinds(tz, file);
  copy_times(tz, file);
  return tz->has_footer ? join_footer(tz, file) : NULL;
}

/* Less than asked for at first: a failure only keeps what is there. */
static void give_back(struct cxd__tz *tz) {
  int64_t *times = cxd__realloc(tz->times, (tz->count + 1) * sizeof *times);
  if (times)
    tz->times = times;
  uint16_t *after = cxd__realloc(tz->after, (tz->count + 1) * sizeof *after);
  if (after)
    tz->after = after;
}

struct cxd__tz *cxd__tz_parse(const unsigned char *bytes, size_t len, const char **why) {
  struct cxd__tzif file;
  *why = cxd__tzif_read(bytes, len, &file);
  if (*why)
    return NULL;
  struct cxd__tz *tz = cxd__alloc(sizeof *tz);
  if (!tz)
    return NULL;
  atomic_init(&tz->refs, 1);
  tz->has_footer = file.footer_len > 0;
  if (tz->has_footer && !cxd__posix_tz_read(file.footer, file.footer_len, &tz->footer))
    *why = "has a footer that is no rule for a time zone";
  else if (make_room(tz, &file))
    *why = fill(tz, &file);
  else
    goto fail;
  if (*why)
    goto fail;
  give_back(tz);
  return tz;
fail:
  cxd__tz_unref(tz);
  return NULL;
}

struct cxd__tz *cxd__tz_ref(struct cxd__tz *tz) {
  (void)atomic_fetch_add_explicit(&tz->refs, 1, memory_order_relaxed);
  return tz;
}

void cxd__tz_unref(struct cxd__tz *tz) {
  if (!tz || atomic_fetch_sub_explicit(&tz->refs, 1, memory_order_acq_rel) != 1)
    return;
  cxd__free(tz->kinds);
  cxd__free(tz->times);
  cxd__free(tz->after);
  cxd__free(tz->names);
  cxd__free(tz);
}

/* How many transitions are at or before the instant: a search whose steps the processor need not guess. */
static size_t passed(const struct cxd__tz *tz, int64_t unix_s) {
  const int64_t *base = tz->times;
  size_t left = tz->count;
  while (left > 1) {
    size_t half = left / 2;
    base += base[half - 1] <= unix_s ? half : 0;
    left -= half;
  }
  return (size_t)(base - tz->times) + (left == 1 && *base <= unix_s);
}

static void by_rule(const struct cxd__tz *tz, int64_t unix_s, struct cxd__tz_span *out) {
  cxd__posix_tz_at(&tz->footer, unix_s, out);
  if (out->since < tz->rule_from)
    out->since = tz->rule_from;
}

void cxd__tz_at(const struct cxd__tz *tz, int64_t unix_s, struct cxd__tz_span *out) {
  if (tz->has_rule && unix_s >= tz->rule_from) {
    by_rule(tz, unix_s, out);
    return;
  }
  size_t i = passed(tz, unix_s);
  const struct kind *kind = &tz->kinds[i ? tz->after[i - 1] : tz->first];
  out->since = i ? tz->times[i - 1] : INT64_MIN;
  out->until = i < tz->count ? tz->times[i] : INT64_MAX;
  out->offset_s = kind->offset_s;
  out->dst = kind->dst;
  out->abbreviation = kind->abbreviation;
}
