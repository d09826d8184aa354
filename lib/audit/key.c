/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* explicit_bzero */
#include "audit/key.h"

#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"

#define KEY_MIN 16
#define KEY_MAX 4096

/* What is derived says what it is for, with its final zero, so that no sum here is one of a record. */
static const char for_key[] = "cxdialer.audit.key.v1", for_kid[] = "cxdialer.audit.kid.v1";

static int derive(const void *text, size_t len, unsigned char out[CXD__HASH_BYTES]) {
  struct cxd__hasher hasher = {0};
  if (cxd__hasher_open_keyed(&hasher, text, len) != 0)
    return 0;
  int done = cxd__hasher_start(&hasher) == 0 && cxd__hasher_add(&hasher, for_key, sizeof for_key) == 0 && cxd__hasher_end(&hasher, out) == 0;
  cxd__hasher_close(&hasher);
  return done;
}

static int name(const unsigned char k[CXD__HASH_BYTES], char kid[CXD__KID_HEX + 1]) {
  struct cxd__hasher hasher = {0};
  unsigned char sum[CXD__HASH_BYTES];
  char hex[CXD__HASH_HEX];
  if (cxd__hasher_open(&hasher) != 0)
    return 0;
  int done = cxd__hasher_start(&hasher) == 0 && cxd__hasher_add(&hasher, for_kid, sizeof for_kid) == 0 && cxd__hasher_add(&hasher, k, CXD__HASH_BYTES) == 0 && cxd__hasher_end(&hasher, sum) == 0;
  cxd__hasher_close(&hasher);
  cxd__hash_hex(sum, hex);
  memcpy(kid, hex, CXD__KID_HEX);
  kid[CXD__KID_HEX] = '\0';
  return done;
}

#define WANTED "give it %d to %d, as with: head -c 32 /dev/urandom | base64 > key-file"

static cxd_status take(const char *text, size_t len, struct cxd__audit_key *out, cxd_error **error) {
  unsigned char k[CXD__HASH_BYTES];
  if (len && text[len - 1] == '\n')
    len--;
  if (len < KEY_MIN || len > KEY_MAX)
    return cxd__fail(error, CXD_E_CONFIG, "the audit key has %zu bytes: " WANTED, len, KEY_MIN, KEY_MAX);
  if (!derive(text, len, k) || !name(k, out->kid))
    return cxd__fail(error, CXD_E_AUDIT, "libcrypto has no HMAC-SHA256: a keyed audit log cannot be sealed");
  int kept = cxd__secret_set(&out->k, (const char *)k, sizeof k);
  explicit_bzero(k, sizeof k);
  return kept == 0 ? CXD_OK : cxd__fail_nomem(error);
}

static cxd_status read_and_take(const char *path, struct cxd__audit_key *out, cxd_error **error) {
  struct cxd__buf text = {0};
  cxd_error *why = NULL;
  cxd_status status = cxd__file_read(path, KEY_MAX + 1, "audit key file", &text, &why);
  if (status == CXD_OK)
    status = take(text.data, text.len, out, error);
  else if (status == CXD_E_TOO_LARGE)
    status = cxd__fail(error, CXD_E_CONFIG, "the audit key has more than %d bytes: " WANTED, KEY_MAX, KEY_MIN, KEY_MAX);
  else
    (void)cxd__fail(error, status, "%s", cxd_error_message(why));
  cxd__buf_free(&text);
  cxd_error_free(why);
  return status;
}

cxd_status cxd__audit_key_load(const char *path, struct cxd__audit_key *out, cxd_error **error) {
  cxd_error *why = NULL;
  cxd_status status = read_and_take(path, out, &why);
  if (status != CXD_OK)
    (void)cxd__fail_at(error, status, "audit.key_file", "audit.key_file: %s", cxd_error_message(why));
  cxd_error_free(why);
  return status;
}

cxd_status cxd__audit_key_copy(const struct cxd__audit_key *key, struct cxd__audit_key *out, cxd_error **error) {
  memcpy(out->kid, key->kid, sizeof out->kid);
  return cxd__secret_set(&out->k, key->k.text, key->k.len) == 0 ? CXD_OK : cxd__fail_nomem(error);
}

void cxd__audit_key_clear(struct cxd__audit_key *key) { cxd__secret_clear(&key->k); }
