/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__JSON_SPLICE_H
#define CXD__JSON_SPLICE_H

#include "base/buf.h"
#include "json/value.h"

/*
 * Write a document with one member set or removed into out (which must be empty and is left empty on failure): all other
 * bytes stay as they are, also white space around the document. set creates missing objects on the way; an array takes an
 * existing index or "-". A new member copies the white space of the one before it; a removed one takes one comma along.
 * CXD_E_ARGUMENT, CXD_E_ABSENT, CXD_E_TYPE, CXD_E_TOO_LARGE (size or depth of the outcome), CXD_E_NOMEM.
 */
cxd_status cxd__json_set(struct cxd__slice document, const char *pointer, struct cxd__slice value, struct cxd__buf *out, cxd_error **error);
cxd_status cxd__json_remove(struct cxd__slice document, const char *pointer, struct cxd__buf *out, cxd_error **error);

/* The same for pointers that name members of objects only ("/a/0" is the member "0"): an array on the way is CXD_E_TYPE. */
cxd_status cxd__json_set_member(struct cxd__slice document, const char *pointer, struct cxd__slice value, struct cxd__buf *out, cxd_error **error);
cxd_status cxd__json_remove_member(struct cxd__slice document, const char *pointer, struct cxd__buf *out, cxd_error **error);

#endif
