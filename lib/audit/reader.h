/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_READER_H
#define CXD__AUDIT_READER_H

#include <cxdialer/cxdialer.h>

#include "audit/chain.h"

/* Reads the records of a log, segment by segment, and verifies each (docs/audit.md, "What a verifier says"). */
struct cxd__reader;

/* Where findings go: code as in docs/audit.md; takes the message, also when it is NULL (no memory). */
struct cxd__reader_sink {
  void *self;
  void (*take)(void *self, int32_t severity, const char *code, char *message);
};

#define CXD__READER_FINDINGS 100 /* more than these are only counted, in one that is called audit.more */

/* key NULL: not keyed; copied. CXD_E_IO, CXD_E_AUDIT (a directory without a log, or with two; no libcrypto), CXD_E_NOMEM. */
cxd_status cxd__reader_open(const char *path, const struct cxd__audit_key *key, struct cxd__reader_sink sink, struct cxd__reader **out, cxd_error **error);

/* A record that must be in the log, before the first read: "SEQ:HASH". CXD_E_ARGUMENT, CXD_E_STATE, CXD_E_NOMEM. */
cxd_status cxd__reader_expect(struct cxd__reader *reader, const char *checkpoint, cxd_error **error);

/* As cxd_audit_read(). */
cxd_status cxd__reader_next(struct cxd__reader *reader, const char **record, size_t *len, cxd_error **error);

struct cxd__reader_state {
  int64_t records, segments, first_bad; /* first_bad 0: none */
  struct cxd__link last;                /* of the last record that was accepted; seq 0: none */
};
const struct cxd__reader_state *cxd__reader_state(const struct cxd__reader *reader);
void cxd__reader_close(struct cxd__reader *reader);

#endif
