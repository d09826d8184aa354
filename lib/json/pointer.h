/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__JSON_POINTER_H
#define CXD__JSON_POINTER_H

#include "base/buf.h"
#include "json/value.h"

/* RFC 6901, and UTF-8. */
int cxd__pointer_valid(const char *pointer);

/* Steps to the next reference token (still escaped); 0 at the end. *at starts as the pointer and then stands behind the token. */
int cxd__pointer_next(const char **at, struct cxd__slice *token);

/* Whether a token names a raw key; whether it is an array index ("0", "12"; not "012" or "-"). */
int cxd__pointer_names(struct cxd__slice token, struct cxd__slice raw_key);
int cxd__pointer_index(struct cxd__slice token, size_t *index);

/* The value at a pointer, absent when there is none ("" = the document; "-" never exists). */
struct cxd__slice cxd__json_find(struct cxd__slice document, const char *pointer);

/* A direct member by its decoded name. */
struct cxd__slice cxd__json_member(struct cxd__slice object, const char *name);

/* Appends "/" and the escaped reference token of a raw key (with quotes; it may hold a zero byte), or of an array index. */
void cxd__pointer_add_key(struct cxd__buf *pointer, struct cxd__slice raw_key);
void cxd__pointer_add_index(struct cxd__buf *pointer, size_t index);

/* An error about one member: the pointer becomes its field and, quoted, the start of its message. Returns the status. */
cxd_status cxd__pointer_fail(cxd_error **error, cxd_status status, const char *pointer, const char *text);

#endif
