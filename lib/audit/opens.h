/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_OPENS_H
#define CXD__AUDIT_OPENS_H

#include "audit/fields.h"

/* An intent without outcome. Its texts are raw JSON; campaign and w are absent as long as only a list told of it. */
struct cxd__open {
  int64_t seq;
  struct cxd__buf text; /* op, campaign, w one behind the other */
  size_t op, campaign, w; /* their lengths */
};

/* In the order of their numbers. `ready` more stand behind them, then memory that is kept for those to come. Zero-initialise. */
struct cxd__opens {
  struct cxd__open *items;
  size_t count, ready, cap;
};
void cxd__opens_free(struct cxd__opens *opens);

/* Adding is done in two steps, so that the second, after the record was written, cannot fail. 0, or -1: no memory. Several can be made ready. */
int cxd__opens_ready(struct cxd__opens *opens, const struct cxd__fields *intent);
void cxd__opens_add(struct cxd__opens *opens, int64_t seq); /* the first of those made ready; one of the same op goes */
void cxd__opens_unready(struct cxd__opens *opens); /* those made ready were not written */

void cxd__opens_end(struct cxd__opens *opens, struct cxd__slice op);
void cxd__opens_end_seq(struct cxd__opens *opens, int64_t seq);
int cxd__opens_has(const struct cxd__opens *opens, int64_t seq);

struct cxd__slice cxd__open_op(const struct cxd__open *open);
struct cxd__slice cxd__open_campaign(const struct cxd__open *open);
struct cxd__slice cxd__open_writer(const struct cxd__open *open);

void cxd__opens_list(const struct cxd__opens *opens, struct cxd__buf *out); /* [{"seq":3,"op":"..."}] */

/* Those without w: their numbers, ascending, to be freed; NULL: no memory. fill: what the record says; 0, or -1: no memory. */
int64_t *cxd__opens_bare(const struct cxd__opens *opens, size_t *count);
int cxd__opens_fill(struct cxd__opens *opens, int64_t seq, const struct cxd__fields *intent);

#endif
