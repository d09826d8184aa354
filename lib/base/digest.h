/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_DIGEST_H
#define CXD__BASE_DIGEST_H

#include <stddef.h>

#include "base/secret.h"

#define CXD__HASH_BYTES 32
#define CXD__HASH_HEX (2 * CXD__HASH_BYTES)

/* SHA-256 of libcrypto, or HMAC-SHA256 with one key, looked up once, for many sums. Zero-initialise. */
struct cxd__hasher {
  void *md, *context;
  struct cxd__secret pads; /* keyed: both blocks of RFC 2104 with the key in them. libcrypto's own HMAC would keep the key on the plain heap. */
};
int cxd__hasher_open(struct cxd__hasher *hasher); /* 0, or -1 */
int cxd__hasher_open_keyed(struct cxd__hasher *hasher, const void *key, size_t len); /* works in a child of fork(), too */
void cxd__hasher_close(struct cxd__hasher *hasher);

/* A sum over pieces. 0, or -1 when libcrypto failed; a failure sticks until the next start. */
int cxd__hasher_start(struct cxd__hasher *hasher);
int cxd__hasher_add(struct cxd__hasher *hasher, const void *bytes, size_t len);
int cxd__hasher_end(struct cxd__hasher *hasher, unsigned char out[CXD__HASH_BYTES]);

/* Lower-case digits, without a zero behind them. */
void cxd__hash_hex(const unsigned char hash[CXD__HASH_BYTES], char out[CXD__HASH_HEX]);

/* 64 lower-case digits: 1, or 0 when they are none. */
int cxd__hash_read(const char text[CXD__HASH_HEX], unsigned char out[CXD__HASH_BYTES]);

/* One sum as 64 digits and a zero; "" when libcrypto failed. */
void cxd__sha256_hex(const void *bytes, size_t len, char out[CXD__HASH_HEX + 1]);

#endif
