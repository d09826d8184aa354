/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_WRITERS_H
#define CXD__AUDIT_WRITERS_H

#include "audit/place.h"
#include "audit/sealer.h"

/*
 * Who writes: "<log>.writers" is never written to and never deleted; each open log holds a lock on the byte whose offset is its
 * instance, until it is closed or its process ends. Start with both descriptors at -1.
 */
struct cxd__writers {
  int fd, before; /* before: the file that was there first, if another took its place; else -1 */
  dev_t device;
  ino_t inode;
  uint32_t instance;
};

/* Takes the lock; a sealer whose instance is taken gets another. CXD_E_AUDIT. */
cxd_status cxd__writers_open(struct cxd__writers *writers, const struct cxd__place *place, struct cxd__sealer *sealer, cxd_error **error);

/* Where somebody deleted or replaced the file: the lock is taken in the one that is there now, too. CXD_E_AUDIT. */
cxd_status cxd__writers_stay(struct cxd__writers *writers, const struct cxd__place *place, struct cxd__sealer *sealer, cxd_error **error);
void cxd__writers_close(struct cxd__writers *writers, int forked); /* forked: the lock stays, it is the parent's */

/* Whether the writer of a record lives (w: raw JSON): 1, 0, or -1 and errno when it cannot be told. */
int cxd__writers_alive(const struct cxd__writers *writers, struct cxd__slice w);

#endif
