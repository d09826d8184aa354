/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_NAMES_H
#define CXD__AUDIT_NAMES_H

#include "audit/genesis.h"
#include "audit/place.h"

/* What stands beside a log. All: 0, or -1 and errno. */
int cxd__name_beside(const struct cxd__place *place, const char *suffix, char name[CXD__NAME_BYTES]); /* "<log><suffix>" */

/* The second name of a segment whose first record has this number, again when there is one of another file: ".1", ".2", ... (i from 1). */
int cxd__name_second(const struct cxd__place *place, int64_t first, int i, char name[CXD__NAME_BYTES]);

int cxd__name_is_beside(const struct cxd__place *place, const char *name); /* 1: "<log>.<something>", in the same directory */

/* How many of the second names of this number are names of the file. */
int cxd__name_count(const struct cxd__place *place, const struct stat *file, int64_t first);

/* Gives the file at the path its second name; it may have it already. */
int cxd__name_keep(const struct cxd__place *place, int64_t first, char name[CXD__NAME_BYTES]);

/* The same for a file that has lost its name: a copy where it has none at all. */
int cxd__name_rescue(const struct cxd__place *place, int fd, int64_t first, char name[CXD__NAME_BYTES]);

#endif
