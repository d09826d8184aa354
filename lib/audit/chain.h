/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_CHAIN_H
#define CXD__AUDIT_CHAIN_H

#include <cxdialer/cxdialer.h>

#include "audit/key.h"
#include "base/buf.h"
#include "base/digest.h"
#include "json/value.h"

void cxd__hex_add(struct cxd__buf *out, const unsigned char hash[CXD__HASH_BYTES]);

/* The last record of a chain; all zeros before the first. */
struct cxd__link {
  int64_t seq;
  unsigned char h[CXD__HASH_BYTES];
};

/* How records are hashed: plain, or with a key. */
struct cxd__seal {
  struct cxd__hasher hasher;
  char kid[CXD__KID_HEX + 1]; /* "": plain */
};
cxd_status cxd__seal_open(struct cxd__seal *seal, const struct cxd__audit_key *key, cxd_error **error); /* key NULL: plain */
void cxd__seal_close(struct cxd__seal *seal);

struct cxd__stamp {
  int64_t wall_us, boot_us;
  const char *boot, *writer; /* boot id; "host/pid/instance" */
};

/*
 * Puts the record after `last` into *line, with its newline, and its link into *next; the form is in docs/audit.md.
 * CXD_E_TOO_LARGE: over CXD__AUDIT_MAX_RECORD; CXD_E_AUDIT: the body is not JSON members that start with "k".
 */
cxd_status cxd__chain_seal(struct cxd__seal *seal, const struct cxd__link *last, const struct cxd__stamp *stamp, const char *body, size_t len, struct cxd__buf *line, struct cxd__link *next, cxd_error **error);

/* A line of a log as a record; texts point into the line. */
struct cxd__line {
  struct cxd__link link;
  unsigned char prev[CXD__HASH_BYTES];
  struct cxd__slice text;             /* the line without its newline */
  size_t front;                       /* how much of it is hashed */
  struct cxd__slice kind;             /* without quotes */
  char kid[CXD__KID_HEX + 1];         /* "": plain */
};

/* Whether the text ends as a record does: prev, h and the brace, without a newline. */
int cxd__line_seal(const char *text, size_t len);

/*
 * Reads the outer form, the members up to "k" and from "kid" or "prev" on, without looking at what is between: 1, or 0 when it is no
 * record. len: without the newline. The texts of boot, w and k have no escapes.
 */
int cxd__line_read(const char *line, size_t len, struct cxd__line *out);

/* Whether the line is JSON, with no member twice: CXD_OK, or as cxd__json_check_deep() at CXD__JSON_RECORD_DEPTH, which it is faster than. */
cxd_status cxd__line_check(const struct cxd__line *line, cxd_error **error);
int cxd__line_is(const struct cxd__line *line, const char *kind);

/* Whether two records say the same, written by the same at the same time, whatever their numbers and seals. */
int cxd__line_same(const struct cxd__line *a, const struct cxd__line *b);

/* A record again, behind another one: its number, key and seal are new, all else stays. As cxd__chain_seal(). */
cxd_status cxd__chain_reseal(struct cxd__seal *seal, const struct cxd__link *last, const struct cxd__line *old, struct cxd__buf *line, struct cxd__link *next, cxd_error **error);

/* Whether its h fits its content under this seal. A record of another kid does not. */
int cxd__line_fits(const struct cxd__line *line, struct cxd__seal *seal);

#endif
