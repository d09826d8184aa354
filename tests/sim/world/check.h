/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_CHECK_H
#define CXD_WORLD_CHECK_H

#include "world.h"

/*
 * The rules that hold in every world. Each violation names its rule; the first one of a seed counts.
 *
 *  1 intent    no PUT leaves without a durable intent of that operation, that round and that body
 *  2 update    with a validator a PUT of ours changes what was asked for and nothing else
 *  3 verdict   the outcome is the truth
 *  4 sends     what the result and the record count is what left
 *  5 quota     never more arrivals in a window than the limit, and nobody is kept waiting for it without need
 *  6 deadline  operations end in time, engines do not run in circles
 *  7 token     one token exchange at a time; the endpoint's trouble stops nobody who still has a good token
 *  8 replay    the same seed does the same
 *  9 checked   the validator has just agreed whenever a PUT is handed over, and the calling hours it knew of have not ended when it leaves
 * 10 recovered a recovered outcome never contradicts what the server did
 */
enum invariant { RULE_INTENT = 1, RULE_UPDATE, RULE_VERDICT, RULE_SENDS, RULE_QUOTA, RULE_DEADLINE, RULE_TOKEN, RULE_REPLAY, RULE_CHECKED, RULE_RECOVERED };

const char *check_rule_name(int rule);
void check_broken(struct world *world, enum invariant rule, const char *format, ...) __attribute__((format(printf, 3, 4)));

void check_arrived(void *world, const struct message *message);
void check_applied(void *world, const struct message *message, const struct doc *before, const struct doc *after);
void check_failed(void *world, const struct message *message, const struct fault *fault);

int check_clock_jumps(const struct plan *plan); /* the wall clock is set at some time */
void check_left(struct world *world, const struct task *task); /* a PUT has left the process */
void check_send(struct world *world, const struct engine *engine, struct task *task, const struct cxd__request *request); /* task NULL: a token exchange */
void check_token_flight(struct world *world, const struct engine *engine);
void check_ended(struct world *world, const struct engine *engine, struct task *task, const cxd_error *error, int64_t token_wait_us);
int64_t check_slots_in_use(const struct world *world); /* at most */
void check_recovered(struct world *world, const struct task *task, int well_formed); /* task->recovered is on record now */
void check_settled(struct world *world); /* when nothing is under way any more */

#endif
