/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_KEY_H
#define CXD__AUDIT_KEY_H

#include <cxdialer/cxdialer.h>

#include "base/secret.h"

#define CXD__KID_HEX 16

/* What a keyed log is sealed with, derived from the content of audit.key_file (docs/audit.md). Zero-initialise. */
struct cxd__audit_key {
  struct cxd__secret k; /* 32 bytes */
  char kid[CXD__KID_HEX + 1];
};

/* One newline at the end of the file is left out. CXD_E_CONFIG: fewer than 16 or more than 4096 bytes; CXD_E_IO, CXD_E_NOMEM; field audit.key_file. */
cxd_status cxd__audit_key_load(const char *path, struct cxd__audit_key *out, cxd_error **error);
cxd_status cxd__audit_key_copy(const struct cxd__audit_key *key, struct cxd__audit_key *out, cxd_error **error);
void cxd__audit_key_clear(struct cxd__audit_key *key);

#endif
