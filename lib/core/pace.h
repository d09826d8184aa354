/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_PACE_H
#define CXD__CORE_PACE_H

#include <stdint.h>

/*
 * How large a burst the server takes. Until it says otherwise: the whole limit at once, save that a new client has eight
 * requests under way at most, and one more for every four answers, so that a server that takes one at a time refuses a handful and not a hundred. A 429 to a burst, which is more
 * requests than an even pace would have sent, tells that the server's burst is smaller: from then on requests keep the pace, with as large a
 * burst as went through. After five clean minutes twice the burst is tried; a try that fails doubles these minutes, up to an hour. So a stray
 * 429, caused by somebody else on this client id, is forgotten, and a strict server is asked a few times a day.
 *
 * A 429 although the pace was kept says nothing about bursts: the quota is shared, or the way jolts requests together. One is chance, a second
 * within a window is not.
 */
struct cxd__pace {
  int64_t window_us, most; /* the limit as configured */
  int64_t even_us;         /* when all that went would have gone at the pace; later than now: ahead of it */
  int64_t sent, through;   /* of the present burst: requests, and answers that were no refusals */
  int64_t burst;           /* as learned; 0: as large as the limit */
  int64_t clean_since_us, patience_us;
  int64_t strayed_us;      /* the last refusal that met the pace */
  int64_t answered;        /* as long as it is small, few are sent at once */
  int64_t began_us;        /* the first request; INT64_MAX: none yet */
};

enum cxd__told { CXD__TOLD_BURST, CXD__TOLD_NOTHING, CXD__TOLD_LESS };

void cxd__pace_init(struct cxd__pace *pace, int64_t limit, int64_t window_us);

/* `limit` is the one in force, as cut by refusals. */
int64_t cxd__pace_interval(struct cxd__pace *pace, int64_t limit, int64_t mono_us);                               /* between two requests; 0: no pace is kept */
int64_t cxd__pace_at(struct cxd__pace *pace, int64_t limit, int64_t before, int64_t mono_us);                     /* when somebody with so many before him may go */
int64_t cxd__pace_start_at(const struct cxd__pace *pace, int64_t under_way, int64_t mono_us);                     /* a new client's next: now, or when nothing has been heard by then */
void cxd__pace_went(struct cxd__pace *pace, int64_t limit, int64_t mono_us);                                      /* a request goes */
void cxd__pace_stayed(struct cxd__pace *pace, int64_t limit);                                                     /* it did not after all */
void cxd__pace_answered(struct cxd__pace *pace);                                                                  /* of refusals as well */
enum cxd__told cxd__pace_refused(struct cxd__pace *pace, int64_t mono_us);                                        /* the first 429 of a closing. LESS: the rate itself is too high */
void cxd__pace_refused_too(struct cxd__pace *pace);                                                               /* each further one */

#endif
