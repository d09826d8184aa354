/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__API_UPDATER_H
#define CXD__API_UPDATER_H

#include <stdint.h>

#include "core/core.h"

/* For calls that end in an update. */

/* Whether an update may begin now: handles, out, no method of a plug-in around it (entry: cxd__entry() of the public call). *out becomes NULL. */
cxd_status cxd__updater_ready(cxd_updater *updater, uintptr_t entry, cxd_result **out, cxd_error **error);

/* What all updates of this updater have in common; kind and change are for the caller to fill in. Texts are borrowed from the updater. */
struct cxd__job cxd__updater_job(const cxd_updater *updater);
const cxd_config *cxd__updater_config(const cxd_updater *updater);

/* Runs one update and its callbacks, after ready. *out: a result, NULL only without memory. Returns its status. */
cxd_status cxd__updater_run(cxd_updater *updater, const struct cxd__job *job, uintptr_t entry, cxd_result **out, cxd_error **error);

#endif
