/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_DIGEST_H
#define CXD__BASE_DIGEST_H

#include <stddef.h>

/* SHA-256 as 64 lower-case hex digits and a zero; "" when libcrypto failed. */
void cxd__sha256_hex(const void *bytes, size_t len, char out[65]);

#endif
