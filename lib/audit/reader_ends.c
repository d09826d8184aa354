/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>
#include <string.h>

#include "audit/reader_private.h"

#define ERROR CXD_SEVERITY_ERROR
#define LISTED 16 /* open intents */

static void miss_segment(struct cxd__reader *reader, const struct cxd__segment *first) {
  char h[CXD__HASH_HEX + 1] = "";
  cxd__hash_hex(first->genesis.prev.h, h);
  cxd__reader_tell_segment(reader, 0, ERROR, "audit.segment",
                           "the segment before it is not there, %s: put it back beside the log; if it is kept elsewhere and was verified there, a verification can go without when its last record is named as what is expected (it should be %lld:%s, but take it from where it is kept)",
                           reader->segments.lost ? reader->segments.lost : "", (long long)first->genesis.prev.seq, h);
}

int cxd__reader_begin(struct cxd__reader *reader) {
  const struct cxd__segment *first = &reader->segments.items[0];
  size_t len;
  int64_t seq = 1;
  reader->adrift = !first->known;
  if (!first->known) {
    reader->last.seq = cxd__segment_name(first->name, &len, &seq) && seq > 0 ? seq - 1 : 0;
    return 0;
  }
  if (first->genesis.why == CXD__WHY_FIRST)
    return 0;
  if (!cxd__reader_is_anchor(reader, &first->genesis.prev))
    miss_segment(reader, first);
  reader->last = first->genesis.prev;
  return 0;
}

static void end_cut(struct cxd__reader *reader) {
  long long bytes = (long long)(reader->lines.size - reader->lines.read);
  if (bytes <= 0)
    return;
  int is_live = !reader->segments.aside && reader->at + 1 == reader->segments.count;
  cxd__reader_tell_segment(reader, reader->at, is_live ? CXD_SEVERITY_WARNING : ERROR, is_live ? "audit.torn" : "audit.segment", "it became %lld bytes shorter while it was read: verify again", bytes);
}

void cxd__reader_end_segment(struct cxd__reader *reader) {
  int is_behind = reader->limit != INT64_MAX && !reader->adrift && reader->last.seq >= reader->limit;
  end_cut(reader);
  if (reader->lines_whole == 0 && !is_behind)
    cxd__reader_tell_segment(reader, reader->at, ERROR, "audit.genesis", "no record is in it, not even a genesis: it was emptied, or the process that made it died at once (then the next opening writes one)");
  if (reader->behind > 0 && reader->segments.items[reader->at + 1].genesis.why == CXD__WHY_SYNC)
    cxd__reader_tell_segment(reader, reader->at, CXD_SEVERITY_NOTE, "audit.abandoned", "%lld records behind number %lld do not count: the disk did not take them, the next segment has them again", (long long)reader->behind, (long long)reader->limit);
  reader->was_rotated = reader->rotated != 0;
  reader->was_summed = reader->summed && cxd__hasher_end(&reader->hasher, reader->sum) == 0;
}

static void end_rotated(struct cxd__reader *reader) {
  size_t newest = reader->segments.count - 1;
  if (reader->segments.headless)
    cxd__reader_tell_segment(reader, newest, ERROR, "audit.rotated", "this is the newest segment, and the file that took its place is missing: put it back");
  else if (!reader->segments.aside && reader->was_rotated && cxd__segments_cut_short(&reader->segments, reader->last.seq))
    cxd__reader_tell_segment(reader, newest, CXD_SEVERITY_WARNING, "audit.rotated", "a process died while it began a new segment: the next opening for writing completes it");
  else if (!reader->segments.aside && reader->was_rotated)
    cxd__reader_tell_segment(reader, newest, ERROR, "audit.rotated",
                             "the log ends with a rotate record, its next segment is missing: put it back");
}

static void end_strays(struct cxd__reader *reader) {
  for (size_t i = 0; i < reader->segments.stray_count; i++)
    cxd__reader_tell_file(reader, reader->segments.strays[i], ERROR, "audit.segment",
                          "a segment of this log that no later one names: the log was begun anew, or a file was put there; verify it for itself and keep it elsewhere");
  if (reader->segments.unlisted)
    cxd__reader_tell_log(reader, CXD_SEVERITY_WARNING, "audit.segment", "its directory cannot be listed: whether segments stand there that no later one names is not known; verify as somebody who may list it");
}

static void end_expected(struct cxd__reader *reader) {
  char h[CXD__HASH_HEX + 1] = "";
  for (size_t i = 0; i < reader->expected_count; i++) {
    const struct cxd__link *link = &reader->expected[i].link;
    if (reader->expected[i].seen)
      continue;
    cxd__hash_hex(link->h, h);
    cxd__reader_tell_log(reader, ERROR, "audit.expect", "record %lld with the hash %s is not in the log, which ends at %lld: it was cut, or an old copy was put in its place", (long long)link->seq, h, (long long)reader->last.seq);
  }
}

static void end_open(struct cxd__reader *reader) {
  int64_t numbers[LISTED];
  char list[LISTED * 24 + 8];
  size_t count = cxd__unanswered_list(&reader->unanswered, numbers, LISTED), len = 0;
  if (count == 0)
    return;
  for (size_t i = 0; i < count && i < LISTED; i++)
    len += (size_t)snprintf(list + len, sizeof list - len, "%s%lld", i ? ", " : "", (long long)numbers[i]);
  (void)snprintf(list + len, sizeof list - len, "%s", count > LISTED ? ", ..." : "");
  cxd__reader_tell_log(reader, CXD_SEVERITY_NOTE, "audit.open", "%zu intents without outcome: %s; updates under way, or of a process that died (then the next update of that campaign finds out, or cxdialer audit recover)", count, list);
}

void cxd__reader_end(struct cxd__reader *reader) {
  end_rotated(reader);
  end_strays(reader);
  if (reader->has_key && !reader->keyed_seen && reader->plain_seen)
    cxd__reader_tell_log(reader, ERROR, "audit.unkeyed", "no record of this log has a key, although a key file was given: anybody can have written it anew");
  end_expected(reader);
  end_open(reader);
  cxd__findings_more(&reader->findings);
}
