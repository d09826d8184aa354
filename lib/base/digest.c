/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/digest.h"

#include <openssl/evp.h>

void cxd__sha256_hex(const void *bytes, size_t len, char out[65]) {
  static const char digits[] = "0123456789abcdef";
  unsigned char sum[EVP_MAX_MD_SIZE];
  out[0] = '\0';
  if (EVP_Digest(bytes, len, sum, NULL, EVP_sha256(), NULL) != 1)
    return;
  for (size_t i = 0; i < 32; i++) {
    out[2 * i] = digits[sum[i] >> 4];
    out[2 * i + 1] = digits[sum[i] & 15];
  }
  out[64] = '\0';
}
