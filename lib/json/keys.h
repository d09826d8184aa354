/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__JSON_KEYS_H
#define CXD__JSON_KEYS_H

#include "json/value.h"

#define CXD__KEYS_ROOM 48

/* The member names of the objects that are open during a scan, as one stack; memory is only asked for beyond `room`. */
struct cxd__keys {
  struct cxd__slice *items;
  size_t count, cap;
  int escaped; /* a name up to here has an escape: equal names may have different bytes */
  struct cxd__slice room[CXD__KEYS_ROOM];
};

void cxd__keys_open(struct cxd__keys *keys);
void cxd__keys_close(struct cxd__keys *keys);

/* 0: no memory. */
int cxd__keys_push(struct cxd__keys *keys, struct cxd__slice raw_key);

/* Ends the object whose names start at `first`; the earliest name that repeats one before it, absent when there is none. */
struct cxd__slice cxd__keys_end(struct cxd__keys *keys, size_t first);

#endif
