/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_FILE_H
#define CXD__VALIDATE_FILE_H

#include <cxdialer/cxdialer.h>

#include "base/buf.h"

/* Reads a regular file of at most max bytes; what names it in messages. CXD_E_IO, CXD_E_TOO_LARGE, CXD_E_NOMEM. */
cxd_status cxd__file_read(const char *path, size_t max, const char *what, struct cxd__buf *out, cxd_error **error);

/* A clause for an errno, the same in every locale. */
const char *cxd__file_reason(int number);

#endif
