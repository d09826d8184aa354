/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_FILE_H
#define CXD__BASE_FILE_H

#include <cxdialer/cxdialer.h>

#include "base/buf.h"

/*
 * Reads a regular file of at most `most` bytes, never waiting for one that is none; `what` names it in messages ("config
 * file"). *out must be empty, and is marked as secret: files are read before anybody knows what is in them. CXD_E_IO,
 * CXD_E_TOO_LARGE, CXD_E_NOMEM.
 */
cxd_status cxd__file_read(const char *path, size_t most, const char *what, struct cxd__buf *out, cxd_error **error);

/* Whether a path names a regular file that can be opened; where not, a clause on why not, else NULL. */
const char *cxd__file_unfit(const char *path);

/* A clause for an errno, the same in every locale. */
const char *cxd__file_reason(int number);

#endif
