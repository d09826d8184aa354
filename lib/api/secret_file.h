/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__API_SECRET_FILE_H
#define CXD__API_SECRET_FILE_H

#include <cxdialer/cxdialer.h>

#include "base/buf.h"
#include "base/secret.h"

/*
 * Reads a regular file, never waiting for one that is not, of at most `most` bytes: CXD_E_IO, or CXD_E_TOO_LARGE.
 * `what` names it in messages ("config file"). *out must be empty; it is filled without moving, so that
 * cxd__buf_wipe() leaves no copy behind.
 */
cxd_status cxd__read_regular(const char *path, const char *what, size_t most, struct cxd__buf *out, cxd_error **error);

/* A file that holds one secret: 64 KiB at most, one newline at its end is left out, an empty one is refused (CXD_E_CONFIG). */
cxd_status cxd__secret_from_file(const char *path, struct cxd__secret *out, cxd_error **error);

#endif
