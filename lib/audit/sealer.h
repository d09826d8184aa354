/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_SEALER_H
#define CXD__AUDIT_SEALER_H

#include "audit/chain.h"

/* What a log needs to seal records: who writes, the seal, the last link, and a line that is used again and again. */
struct cxd__sealer {
  struct cxd__seal seal;
  struct cxd__link last, next; /* next: of the line, until it is committed */
  struct cxd__buf line;
  char boot[40];    /* this boot of the machine; "" when the kernel does not tell */
  char writer[112]; /* "host/pid/instance" */
};

void cxd__boot_id(char out[40]); /* of this boot; "" when the kernel does not tell */

cxd_status cxd__sealer_open(struct cxd__sealer *sealer, const struct cxd__audit_key *key, cxd_error **error);
void cxd__sealer_close(struct cxd__sealer *sealer);
void cxd__sealer_rename(struct cxd__sealer *sealer); /* another instance */

/* Now, and by this writer. */
struct cxd__stamp cxd__sealer_stamp(const struct cxd__sealer *sealer);

/* Seals a body into sealer->line; the chain goes on only with cxd__sealer_commit(), once the line was taken. */
cxd_status cxd__sealer_seal(struct cxd__sealer *sealer, const char *body, size_t len, cxd_error **error);
void cxd__sealer_commit(struct cxd__sealer *sealer);

/* The committed line and its number for the caller; each may be NULL. Without memory sealed is marked failed. */
void cxd__sealer_tell(const struct cxd__sealer *sealer, struct cxd__buf *sealed, int64_t *seq);

#endif
