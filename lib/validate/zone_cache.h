/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_ZONE_CACHE_H
#define CXD__VALIDATE_ZONE_CACHE_H

#include "validate/tz.h"
#include "validate/zone.h"

/*
 * The zones of one directory, parsed once and shared. A file is looked at again when `recheck_ms` have passed since the
 * last look (0: each time), and read anew when it has changed, so that an update of the system's tz database is seen without a
 * restart. Safe for many threads.
 */
struct cxd__zone_cache;

struct cxd__zone_cache *cxd__zone_cache_new(const char *dir, int64_t recheck_ms); /* copies dir; NULL: no memory */
void cxd__zone_cache_free(struct cxd__zone_cache *cache);
const char *cxd__zone_cache_dir(const struct cxd__zone_cache *cache);

struct cxd__zone_found {
  enum cxd__zone_state state;
  struct cxd__tz *tz; /* KNOWN: a reference of the caller's */
  int number;         /* the errno behind UNREADABLE and NO_DIR, 0 when there is none */
  const char *why;    /* UNREADABLE without errno: what is wrong with the file; NULL then: no memory */
};

/* name: any bytes; one that cxd__zone_name_safe() refuses is ABSENT without a look at the disk. */
struct cxd__zone_found cxd__zone_cache_get(struct cxd__zone_cache *cache, const char *name, size_t len);

/* The version of the tz database, "2026f" (+VERSION, else the first line of tzdata.zi), "" when neither tells. */
#define CXD__TZDATA_MAX 16
void cxd__zone_cache_version(struct cxd__zone_cache *cache, char out[CXD__TZDATA_MAX]);

/* Versions compare by year, then letters: below 0, 0, above 0. A text that is no version is older than all. */
int cxd__tzdata_compare(const char *a, const char *b);

#endif
