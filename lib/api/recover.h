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

#endif
