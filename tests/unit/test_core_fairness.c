/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Several engines of one client wait for the quota: their lanes take turns, whatever the length of each. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "core/limiter.h"
#include "core_rig.h"
#include "run.h"

#define WINDOW (60 * SECOND)
#define MARGIN (SECOND / 4)
#define NEVER INT64_MAX

enum { MANY = 1000 };

static struct cxd__limiter limiter;
static struct cxd__lane batch, single, third;
static struct cxd__ticket many[MANY];

static void open_full(void) {
  memset(many, 0, sizeof many);
  batch = single = third = (struct cxd__lane){0};
  ck_assert_int_eq(cxd__limiter_init(&limiter, 1, WINDOW, MARGIN), 0);
  struct cxd__ticket used = {.turn = CXD__TURN_NEW};
  int64_t when;
  ck_assert_int_eq(cxd__limiter_take(&limiter, &used, 0, NEVER, &when), CXD__GRANT_YES);
  cxd__limiter_release(&limiter, &used, 1, 0, 0);
}

static void close_limiter(void) { cxd__limiter_free(&limiter); }

static struct cxd__ticket ticket_of(struct cxd__lane *lane, enum cxd__turn turn) { return (struct cxd__ticket){.lane = lane, .turn = turn}; }

static void enqueue(struct cxd__ticket *ticket) {
  int64_t when;
  ck_assert_int_eq(cxd__limiter_take(&limiter, ticket, 1, NEVER, &when), CXD__GRANT_WAIT);
}

static void enqueue_many(struct cxd__lane *lane, struct cxd__ticket *tickets, int count, enum cxd__turn turn) {
  for (int i = 0; i < count; i++) {
    tickets[i] = ticket_of(lane, turn);
    enqueue(&tickets[i]);
  }
}

/* The head goes and comes back with nothing sent, so that there is room again. */
static struct cxd__ticket *serve(int64_t at) {
  int64_t when;
  struct cxd__ticket *head = cxd__limiter_head(&limiter);
  ck_assert_ptr_nonnull(head);
  ck_assert_int_eq(cxd__limiter_take(&limiter, head, at, NEVER, &when), CXD__GRANT_YES);
  cxd__limiter_release(&limiter, head, 0, 0, at);
  return head;
}

static int served_until(const struct cxd__ticket *wanted) {
  for (int i = 1;; i++)
    if (serve(100 * SECOND) == wanted)
      return i;
}

START_TEST(one_beside_a_thousand_waits_for_one) {
  struct cxd__ticket one = ticket_of(&single, CXD__TURN_NEW);
  enqueue_many(&batch, many, MANY, CXD__TURN_NEW);
  enqueue(&one);
  ck_assert_int_eq(served_until(&one), 2);
  ck_assert_uint_eq(cxd__limiter_waiting(&limiter), MANY - 1);
}
END_TEST

/* What a batch has begun has its time running; it is no more than it may have under way. */
START_TEST(new_work_lets_the_puts_of_others_go_first_and_no_more_of_them) {
  struct cxd__ticket one = ticket_of(&single, CXD__TURN_NEW);
  enqueue_many(&batch, many, 8, CXD__TURN_PUT);
  enqueue_many(&batch, many + 8, MANY - 8, CXD__TURN_NEW);
  enqueue(&one);
  ck_assert_int_eq(served_until(&one), 8 + 2);
}
END_TEST

START_TEST(one_put_beside_a_hundred_waits_for_one) {
  struct cxd__ticket one = ticket_of(&single, CXD__TURN_PUT);
  enqueue_many(&batch, many, 100, CXD__TURN_PUT);
  enqueue(&one);
  ck_assert_int_eq(served_until(&one), 2);
}
END_TEST

START_TEST(a_read_back_goes_before_all_of_them) {
  struct cxd__ticket look = ticket_of(&single, CXD__TURN_READ_BACK);
  enqueue_many(&batch, many, 100, CXD__TURN_PUT);
  enqueue(&look);
  ck_assert_int_eq(served_until(&look), 1);
}
END_TEST

START_TEST(within_a_lane_it_is_first_come_first_served) {
  enqueue_many(&batch, many, 50, CXD__TURN_NEW);
  enqueue_many(&single, many + 50, 50, CXD__TURN_NEW);
  for (int i = 0; i < 50; i++) {
    ck_assert_ptr_eq(serve(100 * SECOND), &many[i]);
    ck_assert_ptr_eq(serve(100 * SECOND), &many[50 + i]);
  }
  ck_assert_ptr_null(cxd__limiter_head(&limiter));
}
END_TEST

/* As somebody with one update after the other beside two batches. */
START_TEST(whoever_comes_back_gets_his_share_and_no_more) {
  struct cxd__ticket one = ticket_of(&single, CXD__TURN_NEW);
  int served = 0;
  enqueue_many(&batch, many, 300, CXD__TURN_NEW);
  enqueue_many(&third, many + 300, 300, CXD__TURN_NEW);
  for (int i = 0; i < 300; i++) {
    if (!one.queued)
      enqueue(&one);
    served += serve(100 * SECOND) == &one;
  }
  ck_assert_int_eq(served, 100);
}
END_TEST

/* What is said of a newcomer's turn is when it comes. */
START_TEST(those_ahead_are_those_who_go_before_it) {
  struct cxd__prng prng = {(uint64_t)_i + 1};
  struct cxd__lane *lanes[] = {&batch, &single, &third};
  int count = (int)(cxd__prng_next(&prng) % 60);
  for (int i = 0; i < count; i++) {
    many[i] = ticket_of(lanes[cxd__prng_next(&prng) % 3], (enum cxd__turn)(cxd__prng_next(&prng) % CXD__TURNS));
    cxd__queue_add(&limiter.queue, &many[i]);
    if (cxd__prng_next(&prng) % 3 == 0)
      (void)serve(100 * SECOND);
  }
  struct cxd__ticket last = ticket_of(lanes[cxd__prng_next(&prng) % 3], (enum cxd__turn)(cxd__prng_next(&prng) % CXD__TURNS));
  size_t ahead = cxd__queue_ahead(&limiter.queue, &last);
  cxd__queue_add(&limiter.queue, &last);
  ck_assert_uint_eq((size_t)served_until(&last), ahead + 1);
}
END_TEST

START_TEST(whoever_would_come_too_late_is_told_by_turns_not_by_the_length_of_the_queue) {
  struct cxd__ticket one = ticket_of(&single, CXD__TURN_NEW);
  int64_t when;
  enqueue_many(&batch, many, MANY, CXD__TURN_NEW);
  ck_assert_int_eq(cxd__limiter_take(&limiter, &one, 1, 1, &when), CXD__GRANT_LATE);
  ck_assert_int_eq(when, 2 * (WINDOW + MARGIN)); /* the second slot from now */
}
END_TEST

START_TEST(an_engine_that_nobody_drives_is_passed_once_and_not_for_each_of_its_thousand) {
  enqueue_many(&batch, many, 500, CXD__TURN_NEW);
  enqueue_many(&single, many + 500, 500, CXD__TURN_NEW);
  int64_t when, at = 100 * SECOND;
  ck_assert_int_eq(cxd__limiter_take(&limiter, &many[500], at, NEVER, &when), CXD__GRANT_WAIT);
  at += SECOND;
  for (int i = 0; i < 500; i++) {
    ck_assert_int_eq(cxd__limiter_take(&limiter, &many[500 + i], at, NEVER, &when), CXD__GRANT_YES);
    cxd__limiter_release(&limiter, &many[500 + i], 0, 0, at);
  }
  ck_assert_ptr_eq(serve(at), &many[0]); /* and it goes on as soon as it is driven again */
}
END_TEST

START_TEST(an_engine_that_wakes_up_takes_its_turns_again) {
  enqueue_many(&batch, many, 10, CXD__TURN_NEW);
  enqueue_many(&single, many + 10, 10, CXD__TURN_NEW);
  int64_t when, at = 100 * SECOND;
  ck_assert_int_eq(cxd__limiter_take(&limiter, &many[10], at, NEVER, &when), CXD__GRANT_WAIT);
  ck_assert_int_eq(cxd__limiter_take(&limiter, &many[10], at + SECOND, NEVER, &when), CXD__GRANT_YES);
  ck_assert_ptr_eq(cxd__limiter_head(&limiter), &many[11]); /* the other is asleep */
  cxd__limiter_release(&limiter, &many[10], 0, 0, at + SECOND);
  ck_assert_int_eq(cxd__limiter_take(&limiter, &many[0], at + SECOND, NEVER, &when), CXD__GRANT_YES);
  cxd__limiter_release(&limiter, &many[0], 0, 0, at + SECOND);
  ck_assert_ptr_eq(serve(at + SECOND), &many[11]);
  ck_assert_ptr_eq(serve(at + SECOND), &many[1]);
}
END_TEST

/* --------------------------------------------------------------------- through the core */

START_TEST(an_apply_beside_a_batch_gets_the_second_slot_that_comes_free) {
  enum { N = 200 };
  struct core_rig rig, other;
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  core_rig_open_with(&rig, &setup);
  setup.seed = 43;
  core_rig_join(&other, &rig, &setup);
  core_start_get(&rig);
  core_get_token(&rig);
  core_finish_get(&rig);
  struct cxd__job job = {.kind = CXD__JOB_GET, .id = "c1", .queued = 1};
  for (int i = 0; i < N; i++)
    core_start(&rig, &job);
  core_expect_nothing(&rig);
  core_start(&other, &job);
  core_expect_nothing(&other);
  core_pass(&rig, WINDOW + MARGIN);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document);
  core_expect_nothing(&other);
  core_pass(&rig, WINDOW + MARGIN);
  core_expect(&rig, CXD__ACT_DONE);
  core_expect_nothing(&rig);
  core_expect_send(&other, CXD__CLASS_GET);
  core_rig_close(&other);
  core_rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_fairness");
  TCase *t = tcase_create("lanes"), *cores = tcase_create("cores");
  suite_add_tcase(suite, t);
  suite_add_tcase(suite, cores);
  tcase_add_checked_fixture(t, open_full, close_limiter);
  tcase_add_test(t, one_beside_a_thousand_waits_for_one);
  tcase_add_test(t, new_work_lets_the_puts_of_others_go_first_and_no_more_of_them);
  tcase_add_test(t, one_put_beside_a_hundred_waits_for_one);
  tcase_add_test(t, a_read_back_goes_before_all_of_them);
  tcase_add_test(t, within_a_lane_it_is_first_come_first_served);
  tcase_add_test(t, whoever_comes_back_gets_his_share_and_no_more);
  tcase_add_loop_test(t, those_ahead_are_those_who_go_before_it, 0, 500);
  tcase_add_test(t, whoever_would_come_too_late_is_told_by_turns_not_by_the_length_of_the_queue);
  tcase_add_test(t, an_engine_that_nobody_drives_is_passed_once_and_not_for_each_of_its_thousand);
  tcase_add_test(t, an_engine_that_wakes_up_takes_its_turns_again);
  tcase_add_test(cores, an_apply_beside_a_batch_gets_the_second_slot_that_comes_free);
  return run_suite(suite);
}
