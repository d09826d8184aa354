/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_ADAPT_H
#define CXD__CORE_ADAPT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Additive increase, multiplicative decrease of the effective limit: others may share the quota of this client id. A 429
 * takes it down to 0.7 of what it was, not below ten a minute; every minute without one gives five a minute back, never
 * more than the configured limit.
 */
struct cxd__adapt {
  int64_t slots_milli;      /* the effective limit, in thousandths of a slot per window */
  int64_t most, least, step; /* likewise: the configured limit, the floor, what a clean minute gives */
  int64_t clean_since_us;
};

void cxd__adapt_init(struct cxd__adapt *adapt, size_t limit, int64_t window_us);
void cxd__adapt_cut(struct cxd__adapt *adapt, int64_t mono_us);
size_t cxd__adapt_limit(struct cxd__adapt *adapt, int64_t mono_us);
int64_t cxd__adapt_due(const struct cxd__adapt *adapt); /* when the limit next grows; INT64_MAX: it is whole */

#endif
