/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit/log.h"
#include "audit/reader_private.h"
#include "base/error.h"
#include "base/quote.h"

#define ERROR CXD_SEVERITY_ERROR
#define KEEP "keep the file as it is and compare it with a copy from elsewhere"

/* ----------------------------------------------------------------- telling */

static void add_name(const char *name, struct cxd__buf *text) {
  char quoted[CXD__QUOTE_MAX];
  cxd__quote(name, quoted);
  cxd__buf_fmt(text, "'%s'", quoted);
}

__attribute__((format(printf, 2, 0))) static void add_args(struct cxd__buf *text, const char *format, va_list args) {
  char said[1024];
  (void)vsnprintf(said, sizeof said, format, args);
  cxd__buf_str(text, said);
}

/* The number that should have stood where the first damage is. */
static void note_place(struct cxd__reader *reader, int32_t severity, int64_t seq) {
  if (severity == ERROR && reader->state.first_bad == 0)
    reader->state.first_bad = seq;
}

static int64_t next_seq(const struct cxd__reader *reader) { return reader->last.seq + 1 + reader->gap; }

void cxd__reader_tell_row(struct cxd__reader *reader, int32_t severity, const char *code, const char *format, ...) {
  struct cxd__buf text = {0};
  va_list args;
  note_place(reader, severity, next_seq(reader));
  add_name(reader->segments.items[reader->at].name, &text);
  cxd__buf_fmt(&text, ", line %lld (byte %lld): ", (long long)reader->row.number, (long long)reader->row.offset);
  va_start(args, format);
  add_args(&text, format, args);
  va_end(args);
  cxd__findings_tell(&reader->findings, severity, code, &text);
}

void cxd__reader_tell_segment(struct cxd__reader *reader, size_t i, int32_t severity, const char *code, const char *format, ...) {
  struct cxd__buf text = {0};
  va_list args;
  note_place(reader, severity, next_seq(reader));
  add_name(reader->segments.items[i].name, &text);
  cxd__buf_str(&text, ": ");
  va_start(args, format);
  add_args(&text, format, args);
  va_end(args);
  cxd__findings_tell(&reader->findings, severity, code, &text);
}

void cxd__reader_tell_file(struct cxd__reader *reader, const char *name, int32_t severity, const char *code, const char *message) {
  struct cxd__buf text = {0};
  note_place(reader, severity, next_seq(reader));
  add_name(name, &text);
  cxd__buf_fmt(&text, ": %s", message);
  cxd__findings_tell(&reader->findings, severity, code, &text);
}

void cxd__reader_tell_log(struct cxd__reader *reader, int32_t severity, const char *code, const char *format, ...) {
  struct cxd__buf text = {0};
  va_list args;
  note_place(reader, severity, next_seq(reader));
  va_start(args, format);
  add_args(&text, format, args);
  va_end(args);
  cxd__findings_close(&reader->findings, severity, code, &text);
}

/* -------------------------------------------------------------------- form */

__attribute__((cold)) static void tell_not_json(struct cxd__reader *reader) {
  cxd_error *why = NULL;
  (void)cxd__line_check(&reader->line, &why);
  cxd__reader_tell_row(reader, ERROR, "audit.form", "this is not a record; %.200s: " KEEP, cxd_error_message(why));
  cxd_error_free(why);
}

/* 1: a record, read into line; 0: told why not; -1: no memory. */
static int read_form(struct cxd__reader *reader) {
  const struct cxd__row *row = &reader->row;
  if (row->len >= CXD__AUDIT_MAX_RECORD)
    cxd__reader_tell_row(reader, ERROR, "audit.form", "a line of %lld bytes, longer than any record: " KEEP, (long long)row->len);
  else if (cxd__has_control(row->p, row->have))
    cxd__reader_tell_row(reader, ERROR, "audit.form", "a control byte stands in it, which no record has: " KEEP);
  else if (!cxd__line_read(row->p, row->have, &reader->line))
    cxd__reader_tell_row(reader, ERROR, "audit.form", "this is not a record, its first or last members are not those of one: " KEEP);
  else {
    cxd_status status = cxd__line_check(&reader->line, NULL);
    if (status == CXD_OK || status == CXD_E_NOMEM)
      return status == CXD_OK ? 1 : -1;
    tell_not_json(reader);
  }
  return 0;
}

/* -------------------------------------------------------------------- seal */

enum seal { WRONG, FITS, UNCHECKED };

static enum seal look_at_seal(struct cxd__reader *reader) {
  const struct cxd__line *line = &reader->line;
  if (!line->kid[0])
    return cxd__line_fits(line, &reader->plain) ? FITS : WRONG;
  if (reader->has_key && strcmp(line->kid, reader->keyed.kid) == 0)
    return cxd__line_fits(line, &reader->keyed) ? FITS : WRONG;
  return UNCHECKED;
}

/* A record that no key of ours fits: told once for each run of them. */
static void see_other_key(struct cxd__reader *reader) {
  if (!reader->key_told)
    cxd__reader_tell_row(reader, ERROR, "audit.key", reader->has_key ? "sealed with the key %s, the key file given has %s: give the key file of this log" : "sealed with the key %s: give the key file, without it nothing is verified%s",
                         reader->line.kid, reader->has_key ? reader->keyed.kid : "");
  reader->key_told = 1;
}

static void see_plain(struct cxd__reader *reader) {
  if (reader->keyed_seen && !reader->plain_told)
    cxd__reader_tell_row(reader, ERROR, "audit.unkeyed", "a record without key behind records with one: anybody can have written it; " KEEP);
  reader->plain_told = reader->keyed_seen;
  reader->plain_seen = 1;
}

static int is_expected(const struct cxd__reader *reader, const struct cxd__link *link) {
  for (size_t i = 0; i < reader->expected_count; i++)
    if (reader->expected[i].link.seq == link->seq && memcmp(reader->expected[i].link.h, link->h, CXD__HASH_BYTES) == 0)
      return 1;
  return 0;
}

/* Anybody can write records without key, and have the next keyed opening continue them. */
static void see_unkeyed_start(struct cxd__reader *reader) {
  char h[CXD__HASH_HEX + 1] = "";
  if (is_expected(reader, &reader->last) || is_expected(reader, &reader->before_rotate)) {
    cxd__reader_tell_row(reader, CXD_SEVERITY_NOTE, "audit.unkeyed_start", "the log is keyed from here on: what stands before is vouched for by the record expected");
    return;
  }
  cxd__hash_hex(reader->last.h, h);
  cxd__reader_tell_row(reader, reader->has_key ? ERROR : CXD_SEVERITY_WARNING, "audit.unkeyed_start",
                       "the log is keyed from here on, and anybody can have written what stands before: name the last record without key, or the one before its rotate record, as what is expected, as it was noted when the key was turned on (the last is %lld:%s, but take it from where it is kept), or keep those segments elsewhere and begin behind it",
                       (long long)reader->last.seq, h);
}

static void see_keyed(struct cxd__reader *reader) {
  if (!reader->keyed_seen && reader->plain_seen) {
    if (reader->row.number == 1)
      see_unkeyed_start(reader);
    else
      cxd__reader_tell_row(reader, ERROR, "audit.unkeyed", "the records before it in this segment have no key: a log becomes keyed with a new segment; " KEEP);
  }
  reader->keyed_seen = 1;
  reader->plain_told = 0;
}

static void see_seal(struct cxd__reader *reader, enum seal seal) {
  if (!reader->line.kid[0]) {
    see_plain(reader);
    return;
  }
  see_keyed(reader);
  if (seal == UNCHECKED) {
    see_other_key(reader);
    return;
  }
  reader->keyed_verified = 1;
  reader->key_told = 0;
}

/* ------------------------------------------------------------------- order */

static int is_last(const struct cxd__reader *reader) { return reader->at + 1 == reader->segments.count; }

/* Between segments: what the genesis says about the file before. */
static void check_before(struct cxd__reader *reader, const struct cxd__genesis *genesis) {
  char is[CXD__HASH_HEX + 1] = "", said[CXD__HASH_HEX + 1] = "";
  int follows_rotate = genesis->why == CXD__WHY_SIZE || genesis->why == CXD__WHY_DAY || genesis->why == CXD__WHY_KEY;
  if (follows_rotate && !reader->was_rotated && !reader->gap)
    cxd__reader_tell_segment(reader, reader->at - 1, ERROR, "audit.segment", "it has no rotate record at its end, where the next segment takes over: " KEEP);
  if (!genesis->has_sum || !reader->was_summed || memcmp(genesis->sum, reader->sum, CXD__HASH_BYTES) == 0)
    return;
  cxd__hash_hex(reader->sum, is);
  cxd__hash_hex(genesis->sum, said);
  cxd__reader_tell_segment(reader, reader->at - 1, ERROR, "audit.segment", "its SHA-256 is %s, the next segment was told %s: " KEEP, is, said);
}

static int is_as_found(const struct cxd__segment *segment, const struct cxd__line *line, const struct cxd__genesis *genesis) {
  const struct cxd__genesis *found = &segment->genesis;
  return segment->known && segment->first == line->link.seq && found->why == genesis->why && strcmp(found->prev_name, genesis->prev_name) == 0 &&
         memcmp(found->prev.h, genesis->prev.h, CXD__HASH_BYTES) == 0 && found->has_sum == genesis->has_sum && memcmp(found->sum, genesis->sum, CXD__HASH_BYTES) == 0;
}

static void check_genesis(struct cxd__reader *reader) {
  struct cxd__genesis genesis;
  const char *wrong = cxd__genesis_read(&reader->line, &genesis);
  if (wrong) {
    cxd__reader_tell_row(reader, ERROR, "audit.genesis", "%s: " KEEP, wrong);
    return;
  }
  if (!is_as_found(&reader->segments.items[reader->at], &reader->line, &genesis))
    cxd__reader_tell_row(reader, ERROR, "audit.segment", "this segment was changed while the log was read: verify again");
  if (reader->at > 0)
    check_before(reader, &genesis);
  else
    reader->starved = cxd__unanswered_start(&reader->unanswered, genesis.open) != 0;
  if (genesis.why == CXD__WHY_BROKEN)
    cxd__reader_tell_row(reader, ERROR, "audit.broken", "the segment before, '%s', was found damaged or cut when this one was begun, behind record %lld: look there, and at the fork record that follows",
                         genesis.prev_name, (long long)genesis.prev.seq);
}

static void check_kind(struct cxd__reader *reader) {
  int is_genesis = cxd__line_is(&reader->line, "genesis");
  if (reader->row.number == 1 && !is_genesis)
    cxd__reader_tell_row(reader, ERROR, "audit.genesis", "the first record of a segment is to be a genesis, this one is '%.*s': the beginning of the file is missing; " KEEP, (int)(reader->line.kind.len > 40 ? 40 : reader->line.kind.len), reader->line.kind.p);
  else if (is_genesis && reader->row.number != 1)
    cxd__reader_tell_row(reader, ERROR, "audit.genesis", "a genesis in the middle of a segment: " KEEP);
  else if (is_genesis)
    check_genesis(reader);
  if (reader->rotated == 1)
    cxd__reader_tell_row(reader, ERROR, "audit.rotated", "a record behind the rotate record that ends the segment: " KEEP);
  if (reader->rotated)
    reader->rotated = 2; /* told */
  if (cxd__line_is(&reader->line, "rotate"))
    reader->rotated = 1;
}

/* 1: the record comes next, or from where the chain can go on; 0: it has no place here. */
static int check_order(struct cxd__reader *reader) {
  const struct cxd__line *line = &reader->line;
  int is_first = reader->row.number == 1;
  int64_t next = reader->last.seq + 1;
  if (reader->adrift)
    return 1;
  if (line->link.seq < next && !is_first) {
    cxd__reader_tell_row(reader, ERROR, "audit.seq", "number %lld where %lld is expected: a record twice or out of order; " KEEP, (long long)line->link.seq, (long long)next);
    return 0;
  }
  if (line->link.seq < next || line->link.seq > next + reader->gap)
    cxd__reader_tell_row(reader, ERROR, is_first ? "audit.segment" : "audit.seq", "number %lld where %lld is expected: %s; " KEEP, (long long)line->link.seq, (long long)(next + reader->gap),
                         line->link.seq < next ? "the segment before has more than this one knows of" : "records are missing");
  else if (line->link.seq == next && memcmp(line->prev, reader->last.h, CXD__HASH_BYTES) != 0)
    cxd__reader_tell_row(reader, ERROR, is_first ? "audit.segment" : "audit.chain", "its prev is not the hash of record %lld: that one, or this, was written anew; " KEEP, (long long)reader->last.seq);
  return 1;
}

/* ------------------------------------------------------------- expectations */

int cxd__reader_is_anchor(struct cxd__reader *reader, const struct cxd__link *link) {
  int is_one = 0;
  for (size_t i = 0; i < reader->expected_count; i++) {
    struct cxd__expected *expected = &reader->expected[i];
    if (expected->link.seq != link->seq || memcmp(expected->link.h, link->h, CXD__HASH_BYTES) != 0)
      continue;
    expected->seen = is_one = 1;
  }
  return is_one;
}

static void meet_expected(struct cxd__reader *reader, const struct cxd__link *link) {
  size_t i = reader->expected_next;
  while (i < reader->expected_count && reader->expected[i].link.seq < link->seq)
    i++;
  reader->expected_next = i;
  for (; i < reader->expected_count && reader->expected[i].link.seq == link->seq; i++) {
    struct cxd__expected *expected = &reader->expected[i];
    if (!expected->seen && memcmp(expected->link.h, link->h, CXD__HASH_BYTES) != 0)
      cxd__reader_tell_row(reader, ERROR, "audit.expect", "record %lld has another hash than the one that was kept elsewhere: the log is another one, or was written anew from some record on", (long long)link->seq);
    expected->seen = 1;
  }
}

/* ---------------------------------------------------------------- the line */

static int accept(struct cxd__reader *reader, enum seal seal) {
  const struct cxd__link *link = &reader->line.link;
  if (link->seq <= reader->last.seq)
    reader->expected_next = 0;
  meet_expected(reader, link);
  reader->before_rotate = cxd__line_is(&reader->line, "rotate") ? reader->last : (struct cxd__link){.seq = 0};
  int seen = reader->starved ? -1 : cxd__unanswered_see(&reader->unanswered, &reader->line);
  if (seen > 0)
    cxd__reader_tell_row(reader, ERROR, "audit.outcome", "another outcome of an update that has one: an update has exactly one; " KEEP);
  reader->last = reader->state.last = *link;
  reader->gap = 0;
  reader->adrift = 0;
  reader->state.records += seal == FITS;
  return seen < 0 ? -1 : 1;
}

/* The end of a record with something behind, whatever stands before it. */
static int hides_record(const struct cxd__row *row) {
  for (size_t len = 1; len < row->have || (len == row->have && row->len > (int64_t)len); len++)
    if (row->p[len - 1] == '}' && cxd__line_seal(row->p, len))
      return 1;
  return 0;
}

static void judge_torn(struct cxd__reader *reader) {
  if (reader->rotated == 1)
    cxd__reader_tell_row(reader, ERROR, "audit.rotated", "something stands behind the rotate record that ends the segment: " KEEP);
  if (hides_record(&reader->row))
    cxd__reader_tell_row(reader, ERROR, "audit.torn", "the last line has no newline, and a whole record ends in it with something behind: no crash leaves that; " KEEP);
  else if (is_last(reader) && reader->segments.live)
    cxd__reader_tell_row(reader, CXD_SEVERITY_WARNING, "audit.torn", "the last line, %lld bytes, has no newline: a process died while it wrote it; the next opening of the log sets it aside", (long long)reader->row.len);
  else
    cxd__reader_tell_row(reader, ERROR, "audit.torn", "the last line, %lld bytes, has no newline: only the segment in use can end like that; " KEEP, (long long)reader->row.len);
}

static int is_behind(struct cxd__reader *reader) {
  if (reader->limit == INT64_MAX || reader->adrift || reader->last.seq + reader->gap < reader->limit)
    return 0;
  struct cxd__line line;
  reader->behind += reader->row.ended && cxd__line_read(reader->row.p, reader->row.have, &line);
  return 1;
}

int cxd__reader_judge(struct cxd__reader *reader) {
  reader->lines_whole += reader->row.ended;
  if (is_behind(reader))
    return 0;
  if (!reader->row.ended) {
    judge_torn(reader);
    return 0;
  }
  int form = read_form(reader);
  enum seal seal = form > 0 ? look_at_seal(reader) : WRONG;
  if (form > 0 && seal == WRONG)
    cxd__reader_tell_row(reader, ERROR, "audit.hash", "record %lld does not fit its hash: it was changed; " KEEP, (long long)reader->line.link.seq);
  if (seal == WRONG) {
    reader->gap += form >= 0;
    return form < 0 ? -1 : 0;
  }
  see_seal(reader, seal);
  check_kind(reader);
  return check_order(reader) ? accept(reader, seal) : 0;
}
