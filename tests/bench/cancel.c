/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * How long a cancel takes to act, in every place where an update can wait: from cxd_updater_cancel() in one thread to the
 * return of cxd_updater_apply() in another; inside a method of the host, from the method's return. Prints the longest of
 * 50 (or the first argument) for each place as "name value target ok|MISSED", and fails when one took longer than 100 ms.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "cancel_stage.h"
#include "slow_names.h"

#define TARGET_US 100000

static int runs = 50;
static int missed;

static int64_t measure(struct stage *stage, const struct stage_state *state) {
  stage_open(stage, state);
  stage_begin(stage, STAGE_APPLY);
  stage_reach(stage);
  int64_t began = stage_now_us();
  stage_cancel(stage, 0);
  stage_leave(stage);
  stage_end(stage);
  int64_t took = stage->call.returned_us - began;
  if (state->clear_up)
    state->clear_up(stage);
  stage_close(stage);
  slow_names_await_alone();
  return took;
}

START_TEST(every_place) {
  static struct stage stage;
  const struct stage_state *state = &stage_states[_i];
  int64_t longest = 0;
  for (int i = 0; i < runs; i++) {
    int64_t took = measure(&stage, state);
    longest = took > longest ? took : longest;
  }
  missed += longest > TARGET_US;
  (void)printf("cancel.%s.max_ms %.3f %d %s\n", state->name, (double)longest / 1e3, TARGET_US / 1000, longest > TARGET_US ? "MISSED" : "ok");
}
END_TEST

/* Check's macros fail a run of tests only, so this is one. */
int main(int argc, char **argv) {
  Suite *suite = suite_create("cancel");
  TCase *tc = tcase_create("latency");
  runs = argc > 1 ? atoi(argv[1]) : runs;
  if (runs < 1)
    return 64;
  slow_names_count_threads();
  tcase_set_timeout(tc, 0);
  tcase_add_loop_test(tc, every_place, 0, (int)stage_state_count);
  suite_add_tcase(suite, tc);
  SRunner *runner = srunner_create(suite);
  srunner_set_fork_status(runner, CK_NOFORK);
  srunner_run_all(runner, CK_MINIMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed || missed;
}
