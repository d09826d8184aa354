/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_READER_PRIVATE_H
#define CXD__AUDIT_READER_PRIVATE_H

#include "audit/findings.h"
#include "audit/lines.h"
#include "audit/segments.h"
#include "audit/unanswered.h"

/* What the files of the reader share. */

struct cxd__expected {
  struct cxd__link link;
  int seen;
};

struct cxd__reader {
  struct cxd__findings findings;
  struct cxd__reader_state state;
  struct cxd__seal plain, keyed;
  int has_key;
  struct cxd__segments segments;
  struct cxd__unanswered unanswered;
  struct cxd__expected *expected; /* by number */
  size_t expected_count, expected_next;
  int started, finished;
  cxd_status dead;                /* what ended the reading early */

  size_t at;                      /* which segment */
  int fd;                         /* -1: it is not open */
  struct cxd__lines lines;
  struct cxd__hasher hasher;      /* of whole files */
  struct cxd__row row;
  struct cxd__line line;          /* of the row */
  int starved;                    /* no memory for what the genesis lists */
  int held;                       /* the record in line is to be given with the next call */

  struct cxd__link before_rotate; /* the record before the last one, if that is a rotate record */
  struct cxd__link last;          /* of the chain; with gap: before the damage */
  int64_t gap;                    /* lines since then that are no records */
  int adrift;                     /* it is not known what comes next: any record will do */

  int64_t limit;                  /* no record of this segment counts behind this number */
  int64_t behind;                 /* records that stand there */
  int64_t lines_whole;            /* of this segment */
  int rotated, summed;            /* this segment: has its rotate record; its SHA-256 is wanted */
  int was_rotated, was_summed;    /* the one before */
  unsigned char sum[CXD__HASH_BYTES];

  int plain_seen, keyed_seen, keyed_verified; /* records without and with a key; one that our key fits */
  int key_told, plain_told;       /* this run of them is told */
};

/* A finding about the row that is being looked at, about the segment, about a file that is none of the chain, or about the log. */
void cxd__reader_tell_row(struct cxd__reader *reader, int32_t severity, const char *code, const char *format, ...) __attribute__((format(printf, 4, 5)));
void cxd__reader_tell_segment(struct cxd__reader *reader, size_t i, int32_t severity, const char *code, const char *format, ...) __attribute__((format(printf, 5, 6)));
void cxd__reader_tell_file(struct cxd__reader *reader, const char *name, int32_t severity, const char *code, const char *message);
void cxd__reader_tell_log(struct cxd__reader *reader, int32_t severity, const char *code, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The row as a part of the chain: 1: reader->line is a record that counts and is to be given; 0: not; -1: no memory. Findings are told. */
int cxd__reader_judge(struct cxd__reader *reader);

/* The first segment: with what its chain begins. -1: no memory. */
int cxd__reader_begin(struct cxd__reader *reader);

/* What only shows at the end of the segment, and at the end of the log. */
void cxd__reader_end_segment(struct cxd__reader *reader);
void cxd__reader_end(struct cxd__reader *reader);

/* Whether a record that is kept elsewhere is this one: marks it as seen. */
int cxd__reader_is_anchor(struct cxd__reader *reader, const struct cxd__link *link);

#endif
