/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_DIRECTION_H
#define CXD__VALIDATE_DIRECTION_H

#include "validate/members.h"

/* Which way a change moves a campaign: calling hours never stand in the way of the safe ones. */
enum cxd__direction {
  CXD__STOPS,   /* it will be paused or stopped, whatever it did before */
  CXD__LOWERS,  /* runs before and after, something is slower and nothing faster */
  CXD__KEEPS,   /* runs before and after, no faster and no slower */
  CXD__RAISES,  /* runs before and after, something is faster, or moves to other hours */
  CXD__STARTS   /* will be running, and was not, or nobody knows */
};

int cxd__is_running(const struct cxd__member_values *members); /* its status is "running" */

/* Anything but "paused" and "stopped": servers have other words for running, and a status that is not told is not known to be safe. */
int cxd__may_run(const struct cxd__member_values *members);

/*
 * Whether members differ that have no say in the direction: rules, a queue, a member this library has never heard of. Name and version
 * do not count. The members are those of the two documents.
 */
int cxd__changes_other_things(struct cxd__slice before, struct cxd__slice after);

/* before: NULL when the campaign as it is on the server is not known. */
enum cxd__direction cxd__direction_of(const struct cxd__member_values *before, const struct cxd__member_values *after);

/* Calls per second that the pacing asks for; 0: a member is missing, not above 0, or they are too large to be compared. */
double cxd__pacing_rate(const struct cxd__member_values *members);

#endif
