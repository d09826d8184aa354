/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__JSON_INDEX_H
#define CXD__JSON_INDEX_H

#include "json/value.h"

struct cxd__json_member {
  struct cxd__slice key, value;
};

/*
 * Finds the members of one object by raw key. Asked in the object's own order it never searches; asked in another
 * order often enough it sorts the members once, so that two large objects are never compared in quadratic time.
 */
struct cxd__json_index {
  struct cxd__slice object;
  struct cxd__json_iter next; /* behind the member found last */
  struct cxd__json_member *sorted;
  size_t count, searches;
};

void cxd__json_index_open(struct cxd__json_index *index, struct cxd__slice object);
void cxd__json_index_close(struct cxd__json_index *index);
struct cxd__slice cxd__json_index_find(struct cxd__json_index *index, struct cxd__slice raw_key);

#endif
