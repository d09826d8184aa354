/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__API_BATCH_PACK_H
#define CXD__API_BATCH_PACK_H

#include "core/result.h"

/*
 * A result in as few bytes as it needs, one block, for as long as nobody looks at it. The audit record and why there is none are left out:
 * the one is in the log, the other among the findings. NULL: no memory.
 */
void *cxd__pack(const cxd_result *result, struct cxd__buf *room); /* room: to work in, for many */
cxd_result *cxd__unpack(const void *packed);

#endif
