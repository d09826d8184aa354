/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_BATCHES_H
#define CXD_TESTS_BATCHES_H

#include "rig.h"

/* Batches of a rig whose server has the campaigns "c-0", "c-1", .... */
void batches_open(struct rig *rig, size_t campaigns, const char *const options[], const char *const settings[]);
void batches_token_events(struct rig *rig); /* its client and updater anew, with token events */

cxd_batch *batch_of(cxd_updater *updater);
void add_text(cxd_batch *batch, const char *json);
void add_calls(cxd_batch *batch, size_t campaign, int calls);
void add_many(cxd_batch *batch, size_t count, int calls); /* for c-0, c-1, ... */

void ck_run(cxd_batch *batch); /* to its end, with CXD_OK */
void ck_item(cxd_batch *batch, size_t i, int32_t outcome, cxd_status status);
void ck_all(cxd_batch *batch, int32_t outcome, cxd_status status);

/* The next event, which is CXD_OK and of this kind; -1: any. */
const cxd_event *next_event(cxd_batch *batch, int64_t timeout_ms, int32_t kind);
void answer_token(struct rig *rig, const cxd_event *event); /* with one of the simulator's */

/* One turn of a host's loop around one batch: poll, then process. Items that remain. */
int32_t poll_once(cxd_batch *batch);
void poll_to_the_end(cxd_batch *batch);

/* Each intent of the audit file has its outcome. `count`: so many there are. */
void ck_log_whole(struct rig *rig, size_t count);

#endif
