/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__JSON_EDITS_H
#define CXD__JSON_EDITS_H

#include "base/buf.h"
#include "json/campaign.h"
#include "json/value.h"

/* One member somebody wants to have; an absent value means: deleted. Values are borrowed from the campaign. */
struct cxd__edit {
  char *pointer;
  struct cxd__slice value;
};

struct cxd__edit_names;

struct cxd__edits {
  struct cxd__edit *items;
  size_t count, room;
  struct cxd__edit_names *names; /* what the pointers point into */
};

/*
 * With a base: every member that differs from it (objects recursively, arrays whole), and every member it lost.
 * Without: every member (objects recursively; an empty object is an edit of its own). /id and /version never.
 * CXD_E_TYPE: a change below a member name with a zero byte, which no pointer can spell.
 */
cxd_status cxd__edits_of(const cxd_campaign *campaign, struct cxd__edits *out, cxd_error **error);

/*
 * The document with the edits in it, in out (empty before, and after a failure). Pointers name members of objects only.
 * Deleting what is not there is no error. An empty object over an object changes nothing. CXD_E_TYPE: the document has
 * something else than an object on the way.
 */
cxd_status cxd__edits_apply(const struct cxd__edits *edits, struct cxd__slice document, struct cxd__buf *out, cxd_error **error);

/* Adds one edit, replacing an earlier one of the same pointer (not of one above or below it); value text is borrowed. */
cxd_status cxd__edits_put(struct cxd__edits *edits, const char *pointer, struct cxd__slice value, cxd_error **error);

void cxd__edits_free(struct cxd__edits *edits);

/*
 * Appends an RFC 6902 JSON Patch (add, remove, replace; objects recursively, arrays whole) with "old" before "value", on
 * one line; "[]" when equal. In each object first what was added or replaced as in `to`, then what was removed as in `from`.
 */
void cxd__json_diff(struct cxd__slice from, struct cxd__slice to, struct cxd__buf *out);

#endif
