/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_LOG_H
#define CXD__AUDIT_LOG_H

#include <cxdialer/cxdialer.h>

#include "audit/key.h"
#include "base/buf.h"

/*
 * An audit log: the file, or the host's own logger. Callers give the body of a record, the members from "k" on without
 * braces ("\"k\":\"intent\",\"op\":\"...\""); the log puts v, seq, t, bt, boot, w before and (kid, e,) prev, h after it.
 * Safe for many threads. Sealed records include the final newline.
 */
struct cxd__audit;

#define CXD__AUDIT_MAX_RECORD 16384

struct cxd__audit_options {
  const char *path;
  const struct cxd__audit_key *key; /* NULL: not keyed; copied */
  int64_t max_bytes;                /* a new segment from this size on; 0: never */
  int32_t rotate_daily;             /* and when the UTC day changes */
  int32_t sync;                     /* 1: fdatasync at cxd__audit_sync */
  int32_t allow_network_fs;
};

cxd_status cxd__audit_open_file(const struct cxd__audit_options *options, struct cxd__audit **out, cxd_error **error);

/* table: already checked and copied; its destroy runs in cxd__audit_close (or here, on failure). */
cxd_status cxd__audit_open_custom(const cxd_audit_logger *table, struct cxd__audit **out, cxd_error **error);

/*
 * Appends one record; sealed (may be NULL) receives the line, *seq (may be NULL) its number. CXD_E_TOO_LARGE: over 16 KiB.
 * CXD_E_AUDIT: not written; the file is as before. Also CXD_E_REENTRANT (from inside a method of the same custom logger),
 * CXD_E_FORKED, CXD_E_NOMEM. White space between the tokens of the body may be rewritten: a record is one line.
 */
cxd_status cxd__audit_append(struct cxd__audit *audit, const char *body, size_t len, struct cxd__buf *sealed, int64_t *seq, cxd_error **error);

/* One record of several. Zero-initialise. */
struct cxd__audit_entry {
  const char *body; /* NULL: no record, it is passed over */
  size_t len;
  int64_t resolves;  /* 0, or the intent this outcome is for, see cxd__audit_resolve() */
  int32_t reserve;   /* there has to be room for what follows it, see cxd__audit_reserve() */
  int32_t in_passing; /* nobody waits for it: it need not be durable, and its line is not wanted */
  cxd_status status; /* out, as of cxd__audit_append() */
  int64_t seq;
  char *sealed;      /* the line; NULL: in passing, or no memory for it */
  cxd_error *error;
};

/*
 * The records of one turn, in their order, under one lock and with one look at what others wrote. One that fails does not stop the others.
 * commit: after them one sync, if there is one that is not in passing, and cxd__audit_settle() for all of these: where it fails they have.
 */
void cxd__audit_append_all(struct cxd__audit *audit, struct cxd__audit_entry *entries, size_t count);
void cxd__audit_commit(struct cxd__audit *audit, struct cxd__audit_entry *entries, size_t count);

/* Appends the outcome of a dangling intent, if nobody has done so by now: CXD_E_STATE, and nothing is written. Else as append. */
cxd_status cxd__audit_resolve(struct cxd__audit *audit, int64_t intent_seq, const char *body, size_t len, struct cxd__buf *sealed, int64_t *seq, cxd_error **error);

/*
 * Before a record that announces work (an intent): makes sure that 64 KiB more can be written, and 16 KiB for each intent that is still open, so that the outcomes will fit.
 * CXD_E_AUDIT: they cannot; nothing was written. Does nothing for a custom logger.
 */
cxd_status cxd__audit_reserve(struct cxd__audit *audit, cxd_error **error);

/* Makes everything appended so far durable. */
cxd_status cxd__audit_sync(struct cxd__audit *audit, cxd_error **error);

/*
 * After a successful sync: a record that had to be written again elsewhere has another number and line by now. Where that is so,
 * both are replaced (sealed is freed and allocated anew; NULL without memory), else nothing happens.
 */
void cxd__audit_settle(struct cxd__audit *audit, char **sealed, int64_t *seq);

/*
 * Looks at what everybody wrote up to now: the first dangling intent (its writer is gone, it has no outcome) with a number above
 * `after`, of one campaign (NULL: of any). line: the intent record without its newline, to be freed by cxd__free(); NULL: none.
 */
cxd_status cxd__audit_dangling(struct cxd__audit *audit, const char *campaign, int64_t after, char **line, int64_t *seq, cxd_error **error);

/* The newest checkpoint, or first record of a segment after a rotation, that this log wrote, that is durable and has not been taken yet: 1, or 0. h: 64 digits and a zero. */
int cxd__audit_take_checkpoint(struct cxd__audit *audit, int64_t *seq, char h[65]);

/*
 * What is wrong with the log although it goes on, in words; NULL: nothing. *code (static): "audit.broken": the segment before was found
 * damaged, told again until the log is closed; "audit.rotation": a new segment was due and could not be begun, told until it
 * was. The first goes before the second. Freed by cxd__free().
 */
char *cxd__audit_alarm(struct cxd__audit *audit, const char **code);

/* NULL is legal. From inside a method of the custom logger it is put off until that has returned. In a child of fork() no destroy runs. */
void cxd__audit_close(struct cxd__audit *audit);

#endif
