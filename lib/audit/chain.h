/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_CHAIN_H
#define CXD__AUDIT_CHAIN_H

#include <cxdialer/cxdialer.h>

#include "base/buf.h"
#include "base/digest.h"

void cxd__hex_add(struct cxd__buf *out, const unsigned char hash[CXD__HASH_BYTES]);

/* The last record of a chain; all zeros before the first. */
struct cxd__link {
  int64_t seq;
  unsigned char h[CXD__HASH_BYTES];
};

struct cxd__stamp {
  int64_t wall_us, boot_us;
  const char *boot, *writer; /* boot id; "host/pid/instance" */
};

/*
 * Puts the record after `last` into *line, with its newline, and its link into *next:
 *   {"v":1,"seq":..,"t":"..","bt":..,"boot":"..","w":"..",BODY,"prev":"..","h":".."}
 *   h = SHA256("cxdialer.audit.v1\0" || prev || u64be(seq) || u32be(len) || line[0 .. before ,"prev"])
 * CXD_E_TOO_LARGE: over CXD__AUDIT_MAX_RECORD; CXD_E_AUDIT: the body is not JSON members that start with "k".
 */
cxd_status cxd__chain_seal(struct cxd__hasher *hasher, const struct cxd__link *last, const struct cxd__stamp *stamp, const char *body, size_t len, struct cxd__buf *line, struct cxd__link *next, cxd_error **error);

/* Reads a line without its newline: 1 when it is a record whose h fits its own content, else 0. prev may be NULL. */
int cxd__chain_read(struct cxd__hasher *hasher, const char *line, size_t len, struct cxd__link *out, unsigned char prev[CXD__HASH_BYTES]);

#endif
