/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_BASE64_H
#define CXD__HTTP_BASE64_H

#include "base/buf.h"

/* RFC 4648 section 4, with padding. */
void cxd__base64(struct cxd__buf *out, const char *text);

#endif
