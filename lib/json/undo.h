/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__JSON_UNDO_H
#define CXD__JSON_UNDO_H

#include "json/edits.h"

/*
 * What takes a change back. change: a campaign whose base is the smallest document with the members as they were sent, and whose
 * document has the values before. edits: the same for whole members: an object that was removed comes back as one value, so that
 * another object in its place is a conflict and not something to merge with. Values are borrowed from the diff.
 */
struct cxd__undo {
  cxd_campaign *change;
  struct cxd__edits edits;
};

/*
 * id: the raw string of the campaign's id; diff: as cxd__json_diff() writes it, checked. CXD_E_INVALID: not such a diff, empty, or of
 * /id or /version, and the message says which entry; CXD_E_NOMEM. *out is empty after a failure. Free with cxd__undo_free().
 */
cxd_status cxd__undo_make(struct cxd__slice id, struct cxd__slice diff, struct cxd__undo *out, cxd_error **error);
void cxd__undo_free(struct cxd__undo *undo);

#endif
