/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* explicit_bzero, MADV_KEEPONFORK */
#include "base/digest.h"

#include <openssl/evp.h>
#include <string.h>
#include <sys/mman.h>

int cxd__hasher_open(struct cxd__hasher *hasher) {
  hasher->md = EVP_MD_fetch(NULL, "SHA256", NULL);
  hasher->context = EVP_MD_CTX_new();
  if (hasher->md && hasher->context)
    return 0;
  cxd__hasher_close(hasher);
  return -1;
}

#define BLOCK 64 /* of SHA-256 */

/* RFC 2104: a longer key is its hash, a shorter one ends in zeros. */
static int make_pads(struct cxd__hasher *hasher, const void *key, size_t len) {
  char block[BLOCK] = {0}, pads[2 * BLOCK];
  unsigned char hashed[CXD__HASH_BYTES];
  int done = 0;
  if (len <= BLOCK)
    memcpy(block, key, len);
  else if (cxd__hasher_start(hasher) != 0 || cxd__hasher_add(hasher, key, len) != 0 || cxd__hasher_end(hasher, hashed) != 0)
    done = -1;
  else
    memcpy(block, hashed, sizeof hashed);
  for (size_t i = 0; i < BLOCK; i++) {
    pads[i] = (char)(block[i] ^ 0x36);
    pads[BLOCK + i] = (char)(block[i] ^ 0x5c);
  }
  if (done == 0)
    done = cxd__secret_set(&hasher->pads, pads, sizeof pads);
  explicit_bzero(block, sizeof block);
  explicit_bzero(pads, sizeof pads);
  explicit_bzero(hashed, sizeof hashed);
  return done;
}

int cxd__hasher_open_keyed(struct cxd__hasher *hasher, const void *key, size_t len) {
  if (cxd__hasher_open(hasher) != 0)
    return -1;
  if (make_pads(hasher, key, len) == 0) {
    /* Zeros would make a reader in a child of fork() call every good record forged. */
    (void)madvise(hasher->pads.text, hasher->pads.mapped, MADV_KEEPONFORK);
    return 0;
  }
  cxd__hasher_close(hasher);
  return -1;
}

void cxd__hasher_close(struct cxd__hasher *hasher) {
  EVP_MD_CTX_free(hasher->context);
  EVP_MD_free(hasher->md);
  cxd__secret_clear(&hasher->pads);
  *hasher = (struct cxd__hasher){0};
}

/* A new sum, behind one of the blocks with the key when there is one. */
static int begin(struct cxd__hasher *hasher, size_t pad) {
  if (EVP_DigestInit_ex2(hasher->context, hasher->md, NULL) != 1)
    return -1;
  return !hasher->pads.text || cxd__hasher_add(hasher, hasher->pads.text + pad, BLOCK) == 0 ? 0 : -1;
}

static int finish(struct cxd__hasher *hasher, unsigned char out[CXD__HASH_BYTES]) {
  unsigned len = 0;
  return EVP_DigestFinal_ex(hasher->context, out, &len) == 1 && len == CXD__HASH_BYTES ? 0 : -1;
}

int cxd__hasher_start(struct cxd__hasher *hasher) { return begin(hasher, 0); }

int cxd__hasher_add(struct cxd__hasher *hasher, const void *bytes, size_t len) { return EVP_DigestUpdate(hasher->context, bytes, len) == 1 ? 0 : -1; }

int cxd__hasher_end(struct cxd__hasher *hasher, unsigned char out[CXD__HASH_BYTES]) {
  if (finish(hasher, out) != 0)
    return -1;
  if (!hasher->pads.text)
    return 0;
  return begin(hasher, BLOCK) == 0 && cxd__hasher_add(hasher, out, CXD__HASH_BYTES) == 0 ? finish(hasher, out) : -1;
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
