/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "json/pointer.h"
#include "validate/nearest.h"

int cxd__read_tells(const struct cxd__reader *reader, struct cxd__slice at) {
  return reader->kept < CXD__FAULTS_SHOWN || (size_t)(at.p - reader->text) < reader->faults[CXD__FAULTS_SHOWN - 1].at;
}

/* Behind those of the same place, in front of those of later ones; the last goes when there is no room. */
static void keep(struct cxd__reader *reader, size_t at, char *clause) {
  size_t i = reader->kept;
  if (i < CXD__FAULTS_SHOWN)
    reader->kept++;
  else
    cxd__free(reader->faults[--i].clause);
  for (; i > 0 && reader->faults[i - 1].at > at; i--)
    reader->faults[i] = reader->faults[i - 1];
  reader->faults[i] = (struct cxd__fault){at, clause};
}

void cxd__read_fault(struct cxd__reader *reader, struct cxd__slice at, const char *format, ...) {
  reader->count++;
  if (!cxd__read_tells(reader, at))
    return;
  char clause[512], *copy;
  va_list args;
  va_start(args, format);
  (void)vsnprintf(clause, sizeof clause, format, args);
  va_end(args);
  if ((copy = cxd__strdup(clause)))
    keep(reader, (size_t)(at.p - reader->text), copy);
  else
    reader->failed = 1;
}

int cxd__read_expect(struct cxd__reader *reader, struct cxd__slice value, enum cxd__json_kind kind, const char *name, const char *instead) {
  struct cxd__shown shown;
  if (cxd__json_kind(value) == kind)
    return 1;
  cxd__read_fault(reader, value, "%s is %s: write %s", name, cxd__show(&shown, value), instead);
  return 0;
}

static void unknown(struct cxd__reader *reader, struct cxd__slice key, const struct cxd__read_member *table, size_t count) {
  struct cxd__shown shown;
  struct cxd__nearest nearest = cxd__nearest_start(key.p + 1, key.len - 2);
  for (size_t i = 0; i < count && cxd__read_tells(reader, key); i++)
    cxd__nearest_offer_text(&nearest, table[i].name);
  if (nearest.best)
    cxd__read_fault(reader, key, "unknown member %s, did you mean \"%s\"?", cxd__show(&shown, key), nearest.best);
  else
    cxd__read_fault(reader, key, "unknown member %s: remove it", cxd__show(&shown, key));
}

void cxd__read_members(struct cxd__reader *reader, struct cxd__slice object, const struct cxd__read_member *table, size_t count) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  cxd__json_walk(&iter, object);
  while (cxd__json_next(&iter, &key, &value)) {
    size_t i = 0;
    while (i < count && !cxd__json_string_is(key, table[i].name))
      i++;
    if (i == count)
      unknown(reader, key, table, count);
    else if (table[i].read)
      table[i].read(reader, value);
  }
}

int cxd__read_into(struct cxd__reader *reader, struct cxd__slice object, void *into, const char *name, const struct cxd__read_member *table, size_t count) {
  if (!cxd__read_expect(reader, object, CXD__JSON_OBJECT, name, "an object"))
    return 0;
  void *outer = reader->target;
  reader->target = into;
  cxd__read_members(reader, object, table, count);
  reader->target = outer;
  return 1;
}

int cxd__read_required(struct cxd__reader *reader, struct cxd__slice object, const char *name, const char *instead) {
  if (cxd__json_member(object, name).p)
    return 1;
  cxd__read_fault(reader, object, "%s is missing: write %s", name, instead);
  return 0;
}

int64_t cxd__read_int(struct cxd__reader *reader, struct cxd__slice value, const char *name, int64_t min, int64_t max) {
  struct cxd__shown shown;
  int64_t number;
  if (cxd__json_int(value, &number) && number >= min && number <= max)
    return number;
  cxd__read_fault(reader, value, "%s is %s: write a whole number from %lld to %lld", name, cxd__show(&shown, value), (long long)min, (long long)max);
  return 0;
}

double cxd__read_real(struct cxd__reader *reader, struct cxd__slice value, const char *name, double above, double most) {
  struct cxd__shown shown;
  struct cxd__buf range = {0};
  double number;
  if (cxd__json_real(value, &number) && number > above && number <= most)
    return number;
  cxd__buf_fmt(&range, "%s above ", most <= 1 ? "fraction" : "number");
  cxd__buf_real(&range, above);
  cxd__buf_str(&range, ", at most ");
  cxd__buf_real(&range, most);
  reader->failed |= range.failed;
  cxd__read_fault(reader, value, "%s is %s: write a %s", name, cxd__show(&shown, value), range.data ? range.data : "");
  cxd__buf_free(&range);
  return 0;
}

double cxd__read_range(struct cxd__reader *reader, struct cxd__slice value, const char *name, double least, double most) {
  struct cxd__shown shown;
  struct cxd__buf range = {0};
  double number;
  if (cxd__json_real(value, &number) && number >= least && number <= most)
    return number;
  cxd__buf_real(&range, least);
  cxd__buf_str(&range, " to ");
  cxd__buf_real(&range, most);
  reader->failed |= range.failed;
  cxd__read_fault(reader, value, "%s is %s: write a number from %s", name, cxd__show(&shown, value), range.data ? range.data : "");
  cxd__buf_free(&range);
  return 0;
}

int cxd__read_view(struct cxd__reader *reader, struct cxd__slice value, const char *name, const char *instead, struct cxd__view *out) {
  if (!cxd__read_expect(reader, value, CXD__JSON_STRING, name, instead))
    return 0;
  if (cxd__view_string(value, out))
    return 1;
  reader->failed = 1;
  return 0;
}

char *cxd__read_text(struct cxd__reader *reader, struct cxd__slice value, const char *name, size_t most) {
  struct cxd__view view;
  char *copy = NULL;
  if (!cxd__read_view(reader, value, name, "a text", &view))
    return NULL;
  if (!view.len || cxd__utf8_count(view.p, view.len) > most || !cxd__tame(view.p, view.len)) {
    struct cxd__shown shown;
    cxd__read_fault(reader, value, "%s is %s: write 1 to %zu characters on one line, without control characters", name, cxd__show(&shown, value), most);
  } else if (!(copy = cxd__strndup(view.p, view.len))) {
    reader->failed = 1;
  }
  cxd__free(view.own);
  return copy;
}

void *cxd__read_room(struct cxd__reader *reader, struct cxd__slice container, size_t size, size_t most, const char *name) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  size_t count = 0;
  cxd__json_walk(&iter, container);
  while (cxd__json_next(&iter, &key, &value))
    count++;
  if (count > most)
    cxd__read_fault(reader, container, "%s has %zu entries: leave at most %zu", name, count, most);
  if (!count)
    return NULL;
  void *room = cxd__alloc((count < most ? count : most) * size);
  reader->failed |= !room;
  return room;
}

int cxd__read_is_code(const char *s, size_t len, size_t most) {
  for (size_t i = 0; i < len; i++)
    if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= '0' && s[i] <= '9') || s[i] == '_' || s[i] == '-'))
      return 0;
  return len > 0 && len <= most;
}

/* Empties the reader. */
static void join(struct cxd__reader *reader, struct cxd__buf *out) {
  size_t line, column;
  for (size_t i = 0; i < reader->kept; i++) {
    cxd__json_place(reader->text, reader->faults[i].at, &line, &column);
    cxd__buf_fmt(out, "%sline %zu, column %zu: %s", i ? "; " : "", line, column, reader->faults[i].clause);
    cxd__free(reader->faults[i].clause);
  }
  reader->kept = 0;
  if (reader->count > CXD__FAULTS_SHOWN)
    cxd__buf_fmt(out, "; and %zu more", reader->count - CXD__FAULTS_SHOWN);
}

cxd_status cxd__read_verdict(struct cxd__reader *reader, const char *what, cxd_error **error) {
  struct cxd__buf faults = {0};
  cxd_status status = CXD_OK;
  join(reader, &faults);
  if (reader->failed || faults.failed)
    status = cxd__fail_nomem(error);
  else if (reader->count)
    status = cxd__fail(error, CXD_E_CONFIG, "%s: %s", what, faults.data ? faults.data : "");
  cxd__buf_free(&faults);
  return status;
}
