/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

int cxd__hasher_open(struct cxd__hasher *hasher) {
  hasher->md = EVP_MD_fetch(NULL, "SHA256", NULL);
  hasher->context = EVP_MD_CTX_new();
  if (hasher->md && hasher->context)
    return 0;
  cxd__hasher_close(hasher);
  return -1;
}

int cxd__hasher_open_keyed(struct cxd__hasher *hasher, const void *key, size_t len) {
  char digest[] = "SHA256";
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
  EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
  hasher->mac = algorithm ? EVP_MAC_CTX_new(algorithm) : NULL; /* holds the algorithm from here on */
  EVP_MAC_free(algorithm);
  if (hasher->mac && EVP_MAC_init(hasher->mac, key, len, params) == 1)
    return 0;
  cxd__hasher_close(hasher);
  return -1;
}

void cxd__hasher_close(struct cxd__hasher *hasher) {
  EVP_MAC_CTX_free(hasher->mac);
  EVP_MD_CTX_free(hasher->context);
  EVP_MD_free(hasher->md);
  *hasher = (struct cxd__hasher){0};
}

int cxd__hasher_start(struct cxd__hasher *hasher) {
  int done = hasher->mac ? EVP_MAC_init(hasher->mac, NULL, 0, NULL) : EVP_DigestInit_ex2(hasher->context, hasher->md, NULL);
  return done == 1 ? 0 : -1;
}

int cxd__hasher_add(struct cxd__hasher *hasher, const void *bytes, size_t len) {
  int done = hasher->mac ? EVP_MAC_update(hasher->mac, bytes, len) : EVP_DigestUpdate(hasher->context, bytes, len);
  return done == 1 ? 0 : -1;
}

int cxd__hasher_end(struct cxd__hasher *hasher, unsigned char out[CXD__HASH_BYTES]) {
  unsigned len = 0;
  size_t mac_len = 0;
  if (hasher->mac)
    return EVP_MAC_final(hasher->mac, out, &mac_len, CXD__HASH_BYTES) == 1 && mac_len == CXD__HASH_BYTES ? 0 : -1;
  return EVP_DigestFinal_ex(hasher->context, out, &len) == 1 && len == CXD__HASH_BYTES ? 0 : -1;
}

void cxd__hash_hex(const unsigned char hash[CXD__HASH_BYTES], char out[CXD__HASH_HEX]) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < CXD__HASH_BYTES; i++) {
    out[2 * i] = digits[hash[i] >> 4];
    out[2 * i + 1] = digits[hash[i] & 15];
  }
}

/* One more than the value of a lower-case digit; 0 for all that is none. */
#define DIGIT(c) [c] = (unsigned char)((c) <= '9' ? (c) - '0' + 1 : (c) - 'a' + 11)
static const unsigned char digit_values[256] = {DIGIT('0'), DIGIT('1'), DIGIT('2'), DIGIT('3'), DIGIT('4'), DIGIT('5'), DIGIT('6'), DIGIT('7'),
                                                DIGIT('8'), DIGIT('9'), DIGIT('a'), DIGIT('b'), DIGIT('c'), DIGIT('d'), DIGIT('e'), DIGIT('f')};

int cxd__hash_read(const char text[CXD__HASH_HEX], unsigned char out[CXD__HASH_BYTES]) {
  int fine = 1;
  for (size_t i = 0; i < CXD__HASH_BYTES; i++) {
    int high = digit_values[(unsigned char)text[2 * i]], low = digit_values[(unsigned char)text[2 * i + 1]];
    fine &= high > 0 && low > 0;
    out[i] = (unsigned char)(((high - 1) & 15) << 4 | ((low - 1) & 15));
  }
  return fine;
}

static int sum(struct cxd__hasher *hasher, const void *bytes, size_t len, unsigned char out[CXD__HASH_BYTES]) {
  return cxd__hasher_start(hasher) == 0 && cxd__hasher_add(hasher, bytes, len) == 0 && cxd__hasher_end(hasher, out) == 0;
}

void cxd__sha256_hex(const void *bytes, size_t len, char out[CXD__HASH_HEX + 1]) {
  struct cxd__hasher hasher = {0};
  unsigned char hash[CXD__HASH_BYTES];
  out[0] = '\0';
  if (cxd__hasher_open(&hasher) != 0)
    return;
  if (sum(&hasher, bytes, len, hash)) {
    cxd__hash_hex(hash, out);
    out[CXD__HASH_HEX] = '\0';
  }
  cxd__hasher_close(&hasher);
}
