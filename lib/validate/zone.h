/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_ZONE_H
#define CXD__VALIDATE_ZONE_H

#include <stddef.h>

#include "base/buf.h"

#define CXD__ZONE_NAME_MAX 64

/* Letters, digits, '_', '+', '-', and '/' between non-empty parts, up to 64 bytes: such a name never leaves its directory. */
int cxd__zone_name_safe(const char *name, size_t len);

/* A safe name of the form Area/Location, or "UTC": abbreviations and links without an area (EST, Japan) are not, nor are posix/ and right/. */
int cxd__zone_name_iana(const char *name, size_t len);

enum cxd__zone_state {
  CXD__ZONE_KNOWN,
  CXD__ZONE_ABSENT,     /* the directory has no such zone */
  CXD__ZONE_UNREADABLE, /* there is something, but it cannot be read or is no TZif file */
  CXD__ZONE_NO_DIR      /* the directory cannot be read: nothing is known about any zone */
};

/* A set of zone names; any stands for all of them. Zero-initialise it. */
struct cxd__zones {
  int any;
  size_t count, room;
  char **names; /* sorted once cxd__zones_sort() was called */
};

int cxd__zones_add(struct cxd__zones *zones, const char *name, size_t len); /* 0: no memory */
void cxd__zones_sort(struct cxd__zones *zones);
int cxd__zones_have(const struct cxd__zones *zones, const char *name, size_t len);
void cxd__zones_free(struct cxd__zones *zones);

/* Up to eight names for a message: "America/New_York, America/Chicago". */
void cxd__zones_write(const struct cxd__zones *zones, struct cxd__buf *out);

/* What the writer of a wrong name may have meant, in out (empty: nothing is near). approved: preferred over the zones of dir. */
void cxd__zone_suggest(const char *name, size_t len, const struct cxd__zones *approved, const char *dir, char out[CXD__ZONE_NAME_MAX + 1]);

#endif
