/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__API_SECRET_FILE_H
#define CXD__API_SECRET_FILE_H

#include <cxdialer/cxdialer.h>

#include "base/secret.h"

/* A file that holds one secret: 64 KiB at most, one newline at its end is left out, an empty one is refused (CXD_E_CONFIG). */
cxd_status cxd__secret_from_file(const char *path, struct cxd__secret *out, cxd_error **error);

#endif
