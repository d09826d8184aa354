/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__API_RECOVER_H
#define CXD__API_RECOVER_H

#include "api/updater.h"

/*
 * Before an update of a campaign: finds out what became of earlier ones of it that have no outcome. CXD_OK: it may go on (with best
 * effort also when one could not be resolved, which is logged). Else the error names the earlier record: the status is that of the read
 * that failed, CXD_E_AUDIT (the log cannot be looked at) or CXD_E_CANCELLED.
 */
cxd_status cxd__recover_before(struct cxd__session *session, const char *campaign, cxd_error **error);

/* The same in steps. An intent without outcome, as the log gives them one after the other. Zero-initialise. */
struct cxd__dangling {
  char *line; /* NULL: none, or no more */
  int64_t seq;
  char *writer; /* of the line; NULL: it has none */
  int64_t gone_boot_us; /* that one had ended by then */
};

cxd_status cxd__dangling_next(cxd_updater *updater, const char *campaign, struct cxd__dangling *at, cxd_error **error); /* campaign: NULL: of any */
void cxd__dangling_forget(struct cxd__dangling *at);
void cxd__dangling_job(const cxd_updater *updater, const struct cxd__dangling *at, char boot[40], struct cxd__job *job); /* borrows all of it */

/* Tells the log of the client that it is being looked into (outcome NULL), or what was found, which goes into *found (made when NULL) as well. CXD_E_AUDIT: it cannot be read. */
cxd_status cxd__dangling_tell(cxd_updater *updater, uintptr_t entry, const struct cxd__dangling *at, const char *outcome, cxd_report **found, cxd_error **error);

/* The caller asked for something else: what stands in his way is the earlier record, and why it cannot be dealt with. */
void cxd__dangling_name(const struct cxd__dangling *intent, const char *campaign, cxd_error *why);

#endif
