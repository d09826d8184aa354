/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/limiter.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "run.h"

#define SECOND INT64_C(1000000)
#define WINDOW (60 * SECOND)
#define MARGIN (SECOND / 4)
#define LOST_MARGIN (2 * SECOND)

#define NEVER INT64_MAX

static struct cxd__limiter limiter;

/* Of a client that is not new any more; see test_core_pace.c. */
static void open_with(size_t limit) {
  ck_assert_int_eq(cxd__limiter_init(&limiter, limit, WINDOW, MARGIN), 0);
  limiter.pace.answered = 4 * (int64_t)limit;
}
static void close_limiter(void) { cxd__limiter_free(&limiter); }

static size_t waiting(void) { return cxd__limiter_waiting(&limiter); }

static struct cxd__ticket ticket_of(enum cxd__turn turn) { return (struct cxd__ticket){.turn = turn}; }

static enum cxd__grant try(struct cxd__ticket *ticket, int64_t at, int64_t *when) { return cxd__limiter_take(&limiter, ticket, at, NEVER, when); }

static void assert_waits(struct cxd__ticket *ticket, int64_t at, int64_t until) {
  int64_t when;
  ck_assert_int_eq(try(ticket, at, &when), CXD__GRANT_WAIT);
  ck_assert_int_eq(when, until);
  ck_assert_int_eq(ticket->queued, 1);
  ck_assert_int_eq(ticket->granted, 0);
}

static void assert_granted(struct cxd__ticket *ticket, int64_t at) {
  int64_t when;
  ck_assert_int_eq(try(ticket, at, &when), CXD__GRANT_YES);
  ck_assert_int_eq(ticket->queued, 0);
  ck_assert_int_eq(ticket->granted, 1);
}

static struct cxd__ticket take(int64_t at) {
  struct cxd__ticket ticket = ticket_of(CXD__TURN_NEW);
  assert_granted(&ticket, at);
  return ticket;
}

static void release(struct cxd__ticket *ticket, int32_t sends, int lost, int64_t at) {
  cxd__limiter_release(&limiter, ticket, sends, lost, at);
  ck_assert_int_eq(ticket->granted, 0);
}

/* One exchange that took no time. */
static void spend(int64_t at) {
  struct cxd__ticket ticket = take(at);
  release(&ticket, 1, 0, at);
}

/* ----------------------------------------------------------------- single steps */

START_TEST(the_first_requests_need_not_wait) {
  struct cxd__ticket ticket = ticket_of(CXD__TURN_NEW);
  open_with(100);
  for (int i = 0; i < 100; i++)
    (void)take(5);
  assert_waits(&ticket, 5, NEVER); /* all on their way: the next release wakes it */
}
END_TEST

START_TEST(a_slot_is_held_for_window_and_margin_from_the_end_of_the_exchange) {
  struct cxd__ticket ticket = ticket_of(CXD__TURN_NEW);
  open_with(1);
  struct cxd__ticket slow = take(0);
  release(&slow, 1, 0, 8 * SECOND);
  assert_waits(&ticket, 9 * SECOND, 8 * SECOND + WINDOW + MARGIN);
  assert_waits(&ticket, 8 * SECOND + WINDOW + MARGIN - 1, 8 * SECOND + WINDOW + MARGIN);
  assert_granted(&ticket, 8 * SECOND + WINDOW + MARGIN);
}
END_TEST

START_TEST(a_lost_reply_holds_its_slot_longer) {
  struct cxd__ticket ticket = ticket_of(CXD__TURN_NEW);
  open_with(1);
  struct cxd__ticket lost = take(0);
  release(&lost, 1, 1, SECOND);
  assert_waits(&ticket, SECOND, SECOND + WINDOW + LOST_MARGIN);
}
END_TEST

START_TEST(a_slot_nothing_was_sent_on_is_free_at_once) {
  open_with(1);
  struct cxd__ticket ticket = take(0);
  release(&ticket, 0, 1, SECOND);
  (void)take(SECOND);
}
END_TEST

START_TEST(releasing_what_was_not_granted_does_nothing) {
  struct cxd__ticket ticket = ticket_of(CXD__TURN_NEW);
  open_with(1);
  release(&ticket, 1, 0, 0);
  (void)take(0);
}
END_TEST

START_TEST(slots_come_free_in_the_order_of_their_time_whatever_the_order_of_their_release) {
  static const int64_t ends[] = {50, 10, 40, 10, 20, 60, 30};
  enum { N = sizeof ends / sizeof *ends };
  struct cxd__ticket out[N], next[N];
  open_with(N);
  for (int i = 0; i < N; i++)
    out[i] = take(0);
  for (int i = 0; i < N; i++)
    release(&out[i], 1, 0, ends[i] * SECOND);
  static const int64_t sorted[] = {10, 10, 20, 30, 40, 50, 60};
  for (int i = 0; i < N; i++) {
    next[i] = ticket_of(CXD__TURN_NEW);
    int64_t at = sorted[i] * SECOND + WINDOW + MARGIN;
    if (i == 0 || sorted[i] != sorted[i - 1])
      assert_waits(&next[i], at - 1, at);
    assert_granted(&next[i], at);
  }
}
END_TEST

/* ---------------------------------------------------------------------------- gate */

START_TEST(a_closed_gate_stops_everybody_and_opens_by_itself) {
  struct cxd__ticket ticket = ticket_of(CXD__TURN_NEW);
  open_with(10);
  cxd__limiter_close_gate(&limiter, CXD__GATE_HOLD, 0, 30 * SECOND);
  cxd__limiter_close_gate(&limiter, CXD__GATE_HOLD, 0, 20 * SECOND); /* never earlier */
  assert_waits(&ticket, 0, 30 * SECOND);
  assert_waits(&ticket, 30 * SECOND - 1, 30 * SECOND);
  assert_granted(&ticket, 30 * SECOND);
}
END_TEST

START_TEST(off_means_no_slots_but_the_gate_still_counts) {
  struct cxd__ticket ticket = ticket_of(CXD__TURN_NEW);
  open_with(0);
  for (int i = 0; i < 1000; i++)
    (void)take(i);
  cxd__limiter_close_gate(&limiter, CXD__GATE_HOLD, 2000, 5 * SECOND);
  assert_waits(&ticket, 2000, 5 * SECOND);
  assert_granted(&ticket, 5 * SECOND);
  ck_assert_uint_eq(cxd__limiter_limit(&limiter, 0), 0);
}
END_TEST

START_TEST(after_a_refusal_one_probe_goes_ahead_and_the_others_follow_its_answer) {
  struct cxd__ticket probe = ticket_of(CXD__TURN_NEW), other = ticket_of(CXD__TURN_NEW);
  open_with(10);
  cxd__limiter_close_gate(&limiter, CXD__GATE_THROTTLED, 0, 30 * SECOND);
  assert_granted(&probe, 30 * SECOND);
  assert_waits(&other, 31 * SECOND, 41 * SECOND);
  release(&probe, 1, 0, 32 * SECOND);
  assert_granted(&other, 32 * SECOND);
  (void)take(32 * SECOND);
}
END_TEST

START_TEST(a_probe_that_is_refused_closes_the_gate_again) {
  struct cxd__ticket probe = ticket_of(CXD__TURN_NEW), other = ticket_of(CXD__TURN_NEW);
  open_with(10);
  cxd__limiter_close_gate(&limiter, CXD__GATE_REFUSED, 0, 30 * SECOND);
  assert_granted(&probe, 30 * SECOND);
  cxd__limiter_close_gate(&limiter, CXD__GATE_REFUSED, 31 * SECOND, 90 * SECOND);
  release(&probe, 1, 0, 31 * SECOND);
  assert_waits(&other, 32 * SECOND, 90 * SECOND);
  assert_granted(&other, 90 * SECOND);
  ck_assert_int_eq(other.probe, 1);
}
END_TEST

START_TEST(a_probe_that_was_never_sent_leaves_its_part_to_the_next) {
  struct cxd__ticket probe = ticket_of(CXD__TURN_NEW);
  open_with(10);
  cxd__limiter_close_gate(&limiter, CXD__GATE_REFUSED, 0, SECOND);
  assert_granted(&probe, SECOND);
  release(&probe, 0, 0, SECOND);
  struct cxd__ticket next = take(SECOND);
  ck_assert_int_eq(next.probe, 1);
}
END_TEST

START_TEST(a_hold_needs_no_probe) {
  open_with(10);
  cxd__limiter_close_gate(&limiter, CXD__GATE_HOLD, 0, SECOND);
  (void)take(SECOND);
  (void)take(SECOND);
}
END_TEST

/* --------------------------------------------------------------------- adapting */

static size_t room_at(int64_t at) { return cxd__limiter_limit(&limiter, at); }

START_TEST(a_429_cuts_the_limit_to_seven_tenths_once_a_closing) {
  open_with(100);
  cxd__limiter_close_gate(&limiter, CXD__GATE_THROTTLED, 0, 30 * SECOND);
  for (int i = 0; i < 7; i++) /* they were on their way already */
    cxd__limiter_close_gate(&limiter, CXD__GATE_THROTTLED, i, 30 * SECOND);
  ck_assert_uint_eq(room_at(0), 70);
  cxd__limiter_close_gate(&limiter, CXD__GATE_THROTTLED, 31 * SECOND, 60 * SECOND);
  ck_assert_uint_eq(room_at(31 * SECOND), 49);
}
END_TEST

START_TEST(a_503_closes_the_gate_without_a_cut) {
  open_with(100);
  cxd__limiter_close_gate(&limiter, CXD__GATE_REFUSED, 0, 30 * SECOND);
  ck_assert_uint_eq(room_at(0), 100);
}
END_TEST

START_TEST(a_429_after_a_mere_hold_cuts) {
  open_with(100);
  cxd__limiter_close_gate(&limiter, CXD__GATE_HOLD, 0, 30 * SECOND);
  cxd__limiter_close_gate(&limiter, CXD__GATE_THROTTLED, 1, 30 * SECOND);
  ck_assert_uint_eq(room_at(1), 70);
}
END_TEST

START_TEST(each_clean_minute_gives_five_a_minute_back_up_to_the_limit) {
  open_with(100);
  cxd__limiter_close_gate(&limiter, CXD__GATE_THROTTLED, 0, SECOND);
  ck_assert_uint_eq(room_at(60 * SECOND - 1), 70);
  ck_assert_uint_eq(room_at(60 * SECOND), 75);
  ck_assert_uint_eq(room_at(180 * SECOND), 85);
  ck_assert_uint_eq(room_at(360 * SECOND), 100);
  ck_assert_uint_eq(room_at(NEVER / 2), 100);
}
END_TEST

START_TEST(the_limit_is_never_cut_below_ten_a_minute) {
  open_with(100);
  for (int i = 0; i < 50; i++)
    cxd__limiter_close_gate(&limiter, CXD__GATE_THROTTLED, 2 * i * SECOND, (2 * i + 1) * SECOND);
  ck_assert_uint_eq(room_at(100 * SECOND), 10);
  close_limiter();
  open_with(6); /* a smaller limit is its own floor */
  cxd__limiter_close_gate(&limiter, CXD__GATE_THROTTLED, 0, SECOND);
  ck_assert_uint_eq(room_at(0), 6);
}
END_TEST

START_TEST(a_cut_limit_is_kept_to) {
  struct cxd__ticket ticket = ticket_of(CXD__TURN_NEW);
  open_with(100);
  for (int i = 0; i < 80; i++)
    spend(i);
  cxd__adapt_cut(&limiter.adapt, 80);
  cxd__limiter_close_gate(&limiter, CXD__GATE_REFUSED, 80, 100);
  assert_waits(&ticket, 101, 60 * SECOND + 80); /* after a clean minute 75 may be used: five of the 80 are too many */
  assert_waits(&ticket, 60 * SECOND + 80, WINDOW + MARGIN);
  assert_waits(&ticket, WINDOW + MARGIN + 4, WINDOW + MARGIN + 5);
  assert_granted(&ticket, WINDOW + MARGIN + 5);
}
END_TEST

START_TEST(whoever_waits_for_a_cut_limit_looks_again_when_it_grows) {
  struct cxd__ticket ticket = ticket_of(CXD__TURN_NEW);
  open_with(10);
  limiter.adapt.least = 7000;
  for (int i = 0; i < 8; i++)
    spend(30 * SECOND);
  cxd__adapt_cut(&limiter.adapt, SECOND);
  cxd__limiter_close_gate(&limiter, CXD__GATE_REFUSED, SECOND, 2 * SECOND);
  assert_waits(&ticket, 31 * SECOND, 61 * SECOND); /* not 90: after a clean minute ten may be used again */
  assert_granted(&ticket, 61 * SECOND);
}
END_TEST

START_TEST(a_429_to_a_burst_cuts_nothing_and_brings_a_pace) {
  struct cxd__ticket probe = ticket_of(CXD__TURN_NEW), next = ticket_of(CXD__TURN_NEW);
  open_with(100);
  for (int i = 0; i < 3; i++)
    spend(0);
  struct cxd__ticket refused = take(0);
  ck_assert_int_eq(cxd__limiter_pace(&limiter, 0), 0);
  cxd__limiter_close_gate(&limiter, CXD__GATE_THROTTLED, 0, SECOND);
  release(&refused, 1, 0, 0);
  ck_assert_uint_eq(room_at(0), 100);
  ck_assert_int_eq(cxd__limiter_pace(&limiter, 0), 618000);
  ck_assert_int_eq(cxd__limiter_own_wait(&limiter, 0), 2 * 618000); /* four went, three of them well */
  assert_granted(&probe, 2 * SECOND);
  release(&probe, 1, 0, 2 * SECOND);
  assert_granted(&next, 2 * SECOND);
}
END_TEST

START_TEST(whoever_waits_for_the_pace_is_told_when_it_lets_him_go) {
  struct cxd__ticket first = ticket_of(CXD__TURN_NEW), second = ticket_of(CXD__TURN_NEW);
  int64_t when;
  open_with(100);
  limiter.pace.burst = 1;
  spend(0);
  assert_waits(&first, 0, 618000);
  ck_assert_int_eq(cxd__limiter_take(&limiter, &second, 0, 2 * 618000, &when), CXD__GRANT_LATE);
  ck_assert_int_eq(when, 2 * 618000);
  assert_granted(&first, 618000);
}
END_TEST

/* -------------------------------------------------------------------------- queue */

START_TEST(first_come_first_served) {
  enum { N = 50 };
  static struct cxd__ticket tickets[N];
  memset(tickets, 0, sizeof tickets);
  open_with(1);
  spend(0);
  for (int i = 0; i < N; i++) {
    tickets[i].turn = CXD__TURN_NEW;
    assert_waits(&tickets[i], SECOND, i == 0 ? WINDOW + MARGIN : WINDOW + MARGIN + SECOND);
  }
  for (int i = 0; i < N; i++) {
    int64_t at = 1000 * SECOND * (i + 1);
    for (int k = N - 1; k > i; k--)
      assert_waits(&tickets[k], at, at + SECOND); /* if the head does not go */
    assert_granted(&tickets[i], at);
    release(&tickets[i], 1, 0, at);
  }
  ck_assert_uint_eq(waiting(), 0);
}
END_TEST

START_TEST(a_newcomer_does_not_overtake_the_queue) {
  struct cxd__ticket first = ticket_of(CXD__TURN_NEW), second = ticket_of(CXD__TURN_NEW);
  open_with(1);
  spend(0);
  assert_waits(&first, SECOND, WINDOW + MARGIN);
  assert_waits(&second, 100 * SECOND, 101 * SECOND);
  cxd__limiter_leave(&limiter, &first);
  assert_granted(&second, 100 * SECOND);
}
END_TEST

START_TEST(read_backs_go_before_puts_and_puts_before_new_work) {
  struct cxd__ticket fresh = ticket_of(CXD__TURN_NEW), put = ticket_of(CXD__TURN_PUT), look = ticket_of(CXD__TURN_READ_BACK);
  open_with(1);
  spend(0);
  assert_waits(&fresh, 1, WINDOW + MARGIN);
  assert_waits(&put, 1, WINDOW + MARGIN);
  assert_waits(&look, 1, WINDOW + MARGIN);
  assert_waits(&fresh, 100 * SECOND, 101 * SECOND);
  assert_waits(&put, 100 * SECOND, 101 * SECOND);
  assert_granted(&look, 100 * SECOND);
  release(&look, 0, 0, 100 * SECOND);
  assert_waits(&fresh, 100 * SECOND, 101 * SECOND);
  assert_granted(&put, 100 * SECOND);
  release(&put, 0, 0, 100 * SECOND);
  assert_granted(&fresh, 100 * SECOND);
}
END_TEST

START_TEST(who_does_not_take_his_turn_within_a_second_goes_to_the_end_of_the_queue) {
  struct cxd__ticket asleep = ticket_of(CXD__TURN_NEW), awake = ticket_of(CXD__TURN_NEW), next = ticket_of(CXD__TURN_NEW);
  open_with(1);
  spend(0);
  int64_t turn = WINDOW + MARGIN;
  assert_waits(&asleep, 1, turn);
  assert_waits(&awake, 1, turn + SECOND);
  assert_waits(&next, 1, turn + SECOND);
  assert_waits(&awake, turn + SECOND, turn + 2 * SECOND); /* the first time that anybody has seen him miss it */
  assert_waits(&awake, turn + 2 * SECOND - 1, turn + 2 * SECOND);
  assert_granted(&awake, turn + 2 * SECOND);
  release(&awake, 0, 0, turn + 2 * SECOND);
  assert_granted(&next, turn + 2 * SECOND); /* and does not pay again */
  release(&next, 0, 0, turn + 2 * SECOND);
  ck_assert_ptr_eq(cxd__limiter_head(&limiter), &asleep);
  assert_granted(&asleep, turn + 2 * SECOND);
}
END_TEST

START_TEST(a_newcomer_overtakes_nobody_asleep_or_not) {
  struct cxd__ticket asleep = ticket_of(CXD__TURN_NEW), fresh = ticket_of(CXD__TURN_NEW);
  open_with(1);
  spend(0);
  assert_waits(&asleep, 1, WINDOW + MARGIN);
  assert_waits(&fresh, 1000 * SECOND, 1001 * SECOND);
  assert_granted(&fresh, 1001 * SECOND);
}
END_TEST

START_TEST(a_probe_that_does_not_come_back_lets_another_probe) {
  struct cxd__ticket probe = ticket_of(CXD__TURN_NEW), next = ticket_of(CXD__TURN_NEW), third = ticket_of(CXD__TURN_NEW);
  open_with(10);
  cxd__limiter_close_gate(&limiter, CXD__GATE_REFUSED, 0, SECOND);
  assert_granted(&probe, SECOND);
  assert_waits(&next, 2 * SECOND, 12 * SECOND);
  assert_granted(&next, 12 * SECOND);
  ck_assert_int_eq(next.probe, 1);
  assert_waits(&third, 12 * SECOND, 23 * SECOND);
  release(&probe, 1, 0, 13 * SECOND); /* after all: not the probe any more */
  assert_waits(&third, 13 * SECOND, 23 * SECOND);
  release(&next, 1, 0, 14 * SECOND);
  assert_granted(&third, 14 * SECOND);
}
END_TEST

START_TEST(the_head_of_the_queue_is_known) {
  struct cxd__ticket fresh = ticket_of(CXD__TURN_NEW), put = ticket_of(CXD__TURN_PUT);
  open_with(1);
  ck_assert_ptr_null(cxd__limiter_head(&limiter));
  spend(0);
  assert_waits(&fresh, 1, WINDOW + MARGIN);
  ck_assert_ptr_eq(cxd__limiter_head(&limiter), &fresh);
  assert_waits(&put, 1, WINDOW + MARGIN);
  ck_assert_ptr_eq(cxd__limiter_head(&limiter), &put);
}
END_TEST

START_TEST(leaving_works_from_every_place_and_twice) {
  struct cxd__ticket t[5];
  static const int order[] = {2, 0, 4, 1, 3};
  open_with(1);
  (void)take(0);
  for (int i = 0; i < 5; i++) {
    t[i] = ticket_of(CXD__TURN_NEW);
    assert_waits(&t[i], 1, i ? 1 + 5 * SECOND : NEVER);
  }
  for (int i = 0; i < 5; i++) {
    cxd__limiter_leave(&limiter, &t[order[i]]);
    cxd__limiter_leave(&limiter, &t[order[i]]);
    ck_assert_uint_eq(waiting(), (size_t)(4 - i));
  }
  ck_assert_ptr_null(cxd__limiter_head(&limiter));
}
END_TEST

START_TEST(the_queue_is_bounded_and_those_in_it_stay) {
  struct cxd__ticket *tickets = calloc(CXD__LIMITER_QUEUE_MAX, sizeof *tickets);
  struct cxd__ticket extra = ticket_of(CXD__TURN_PUT);
  int64_t when;
  open_with(1);
  spend(0);
  for (size_t i = 0; i < CXD__LIMITER_QUEUE_MAX; i++) {
    tickets[i].turn = (enum cxd__turn)(i % CXD__TURNS);
    ck_assert_int_eq(try(&tickets[i], 1, &when), CXD__GRANT_WAIT);
  }
  ck_assert_int_eq(try(&extra, 1, &when), CXD__GRANT_FULL);
  ck_assert_int_eq(extra.queued, 0);
  ck_assert_int_eq(try(&tickets[7], 1, &when), CXD__GRANT_WAIT);
  cxd__limiter_leave(&limiter, &tickets[7]);
  ck_assert_int_eq(try(&extra, 1, &when), CXD__GRANT_WAIT);
  free(tickets);
}
END_TEST

/* ------------------------------------------------------------------ too late at once */

static void assert_late(enum cxd__turn turn, int64_t at, int64_t latest, int64_t expected) {
  struct cxd__ticket ticket = ticket_of(turn);
  int64_t when;
  ck_assert_int_eq(cxd__limiter_take(&limiter, &ticket, at, latest, &when), CXD__GRANT_LATE);
  ck_assert_int_eq(when, expected);
  ck_assert_int_eq(ticket.queued, 0);
  ck_assert_int_eq(cxd__limiter_take(&limiter, &ticket, at, expected + 1, &when), CXD__GRANT_WAIT);
  cxd__limiter_leave(&limiter, &ticket);
}

START_TEST(whoever_would_come_too_late_is_told_at_once_when_his_turn_would_be) {
  struct cxd__ticket queued[3];
  open_with(2);
  spend(SECOND);
  spend(2 * SECOND);
  int64_t first = SECOND + WINDOW + MARGIN, second = 2 * SECOND + WINDOW + MARGIN, round = WINDOW + MARGIN;
  assert_late(CXD__TURN_NEW, 3 * SECOND, first, first);
  for (int i = 0; i < 3; i++) {
    queued[i] = ticket_of(CXD__TURN_NEW);
    assert_waits(&queued[i], 3 * SECOND, i ? first + SECOND : first);
    assert_late(CXD__TURN_NEW, 3 * SECOND, 3 * SECOND, i == 0 ? second : i == 1 ? first + round : second + round);
  }
  assert_late(CXD__TURN_PUT, 3 * SECOND, first, first); /* only its own kind and better go before it */
}
END_TEST

START_TEST(a_request_under_way_counts_as_if_it_ended_now) {
  open_with(1);
  (void)take(0);
  assert_late(CXD__TURN_NEW, 5 * SECOND, 5 * SECOND, 5 * SECOND + WINDOW + MARGIN);
}
END_TEST

START_TEST(a_gate_that_stays_closed_too_long_is_told_as_well) {
  open_with(10);
  cxd__limiter_close_gate(&limiter, CXD__GATE_THROTTLED, 0, 3600 * SECOND);
  assert_late(CXD__TURN_NEW, SECOND, 180 * SECOND, 3600 * SECOND);
}
END_TEST

START_TEST(the_wait_for_our_own_window_is_known) {
  open_with(2);
  ck_assert_int_eq(cxd__limiter_own_wait(&limiter, 0), 0);
  spend(0);
  ck_assert_int_eq(cxd__limiter_own_wait(&limiter, SECOND), 0);
  spend(SECOND);
  ck_assert_int_eq(cxd__limiter_own_wait(&limiter, SECOND), WINDOW + MARGIN - SECOND);
}
END_TEST

START_TEST(the_expected_turn_agrees_with_a_plain_sort) {
  enum { N = 40 };
  struct cxd__prng prng = {(uint64_t)_i + 1};
  int64_t ends[N];
  open_with(N);
  for (int i = 0; i < N; i++) {
    struct cxd__ticket ticket = take(0);
    ends[i] = (int64_t)(cxd__prng_next(&prng) % 17) * SECOND;
    release(&ticket, 1, 0, ends[i]);
  }
  for (int i = 1; i < N; i++)
    for (int k = i; k && ends[k] < ends[k - 1]; k--) {
      int64_t t = ends[k];
      ends[k] = ends[k - 1];
      ends[k - 1] = t;
    }
  for (size_t nth = 1; nth <= N; nth++)
    ck_assert_int_eq(cxd__slots_free_at(&limiter.slots, nth, 0, WINDOW + MARGIN), ends[nth - 1] + WINDOW + MARGIN);
}
END_TEST

START_TEST(no_memory_is_told) {
  cxd__mem_fail_at(1);
  int status = cxd__limiter_init(&limiter, 100, WINDOW, MARGIN);
  cxd__mem_fail_at(0);
  ck_assert_int_eq(status, -1);
  open_with(1);
}
END_TEST

/* --------------------------------------------------------------------- simulation */

enum { LIMIT = 20, REQUESTS = 1500, CLIENTS = 40 };

struct client {
  struct cxd__ticket ticket;
  int64_t ends, next; /* of the exchange; of the next try */
  int sends, lost;
};

static double share(struct cxd__prng *prng) { return (double)(cxd__prng_next(prng) >> 11) / 9007199254740992.0; }

/* When the request reaches the server, and when the exchange is over: some stall for long before or after arriving. */
static int64_t begin_exchange(struct client *c, struct cxd__prng *prng, int64_t now) {
  int64_t there = (int64_t)(share(prng) * 0.15 * SECOND), back = (int64_t)(share(prng) * 0.15 * SECOND);
  if (share(prng) < 0.05)
    there += (int64_t)(share(prng) * 9 * SECOND);
  if (share(prng) < 0.05)
    back += (int64_t)(share(prng) * 9 * SECOND);
  c->lost = share(prng) < 0.03;
  c->sends = share(prng) < 0.95;
  c->ends = now + there + (c->sends ? back : 0);
  return c->sends ? now + there : -1;
}

static int by_time(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void assert_never_more_than_limit(int64_t *arrivals, size_t count) {
  qsort(arrivals, count, sizeof *arrivals, by_time);
  for (size_t i = LIMIT; i < count; i++)
    ck_assert_msg(arrivals[i] - arrivals[i - LIMIT] > WINDOW, "%zu requests in %lld us", (size_t)LIMIT + 1, (long long)(arrivals[i] - arrivals[i - LIMIT]));
}

static size_t one_turn(struct client *clients, struct cxd__prng *prng, int64_t now, int64_t *arrivals, size_t count) {
  for (int i = 0; i < CLIENTS; i++) {
    struct client *c = &clients[i];
    int64_t when;
    if (c->ticket.granted && now >= c->ends) {
      release(&c->ticket, c->sends, c->lost, now);
      c->next = now + (int64_t)(share(prng) * 2 * SECOND);
    }
    if (!c->ticket.granted && now >= c->next && try(&c->ticket, now, &when) == CXD__GRANT_YES) {
      int64_t at = begin_exchange(c, prng, now);
      if (at >= 0 && count < REQUESTS)
        arrivals[count++] = at;
    }
  }
  if (share(prng) < 0.001)
    cxd__limiter_close_gate(&limiter, share(prng) < 0.5 ? CXD__GATE_HOLD : CXD__GATE_REFUSED, now, now + (int64_t)(share(prng) * 5 * SECOND));
  return count;
}

START_TEST(no_window_of_the_server_sees_more_than_the_limit_however_requests_stall) {
  static struct client clients[CLIENTS];
  static int64_t arrivals[REQUESTS];
  struct cxd__prng prng = {(uint64_t)_i * 77 + 1};
  int64_t now = 0;
  size_t count = 0;
  memset(clients, 0, sizeof clients);
  for (int i = 0; i < CLIENTS; i++)
    clients[i].ticket.turn = (enum cxd__turn)(i % CXD__TURNS);
  open_with(LIMIT);
  while (count < REQUESTS) {
    count = one_turn(clients, &prng, now, arrivals, count);
    now += (int64_t)(share(&prng) * 0.2 * SECOND);
  }
  assert_never_more_than_limit(arrivals, count);
  ck_assert_int_lt(now, (int64_t)(REQUESTS / LIMIT + 2) * (WINDOW + 6 * SECOND)); /* and the quota is used */
  for (int i = 0; i < CLIENTS; i++)
    cxd__limiter_leave(&limiter, &clients[i].ticket);
  ck_assert_uint_eq(waiting(), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_limiter");
  TCase *t = tcase_create("limiter");
  suite_add_tcase(suite, t);
  tcase_set_timeout(t, 60);
  tcase_add_checked_fixture(t, NULL, close_limiter);
  tcase_add_test(t, the_first_requests_need_not_wait);
  tcase_add_test(t, a_slot_is_held_for_window_and_margin_from_the_end_of_the_exchange);
  tcase_add_test(t, a_lost_reply_holds_its_slot_longer);
  tcase_add_test(t, a_slot_nothing_was_sent_on_is_free_at_once);
  tcase_add_test(t, releasing_what_was_not_granted_does_nothing);
  tcase_add_test(t, a_closed_gate_stops_everybody_and_opens_by_itself);
  tcase_add_test(t, off_means_no_slots_but_the_gate_still_counts);
  tcase_add_test(t, slots_come_free_in_the_order_of_their_time_whatever_the_order_of_their_release);
  tcase_add_test(t, after_a_refusal_one_probe_goes_ahead_and_the_others_follow_its_answer);
  tcase_add_test(t, a_probe_that_is_refused_closes_the_gate_again);
  tcase_add_test(t, a_probe_that_was_never_sent_leaves_its_part_to_the_next);
  tcase_add_test(t, a_hold_needs_no_probe);
  tcase_add_test(t, a_429_cuts_the_limit_to_seven_tenths_once_a_closing);
  tcase_add_test(t, a_503_closes_the_gate_without_a_cut);
  tcase_add_test(t, a_429_after_a_mere_hold_cuts);
  tcase_add_test(t, a_429_to_a_burst_cuts_nothing_and_brings_a_pace);
  tcase_add_test(t, whoever_waits_for_the_pace_is_told_when_it_lets_him_go);
  tcase_add_test(t, each_clean_minute_gives_five_a_minute_back_up_to_the_limit);
  tcase_add_test(t, the_limit_is_never_cut_below_ten_a_minute);
  tcase_add_test(t, a_cut_limit_is_kept_to);
  tcase_add_test(t, whoever_waits_for_a_cut_limit_looks_again_when_it_grows);
  tcase_add_test(t, read_backs_go_before_puts_and_puts_before_new_work);
  tcase_add_test(t, who_does_not_take_his_turn_within_a_second_goes_to_the_end_of_the_queue);
  tcase_add_test(t, a_newcomer_overtakes_nobody_asleep_or_not);
  tcase_add_test(t, a_probe_that_does_not_come_back_lets_another_probe);
  tcase_add_test(t, the_head_of_the_queue_is_known);
  tcase_add_test(t, whoever_would_come_too_late_is_told_at_once_when_his_turn_would_be);
  tcase_add_test(t, a_request_under_way_counts_as_if_it_ended_now);
  tcase_add_test(t, a_gate_that_stays_closed_too_long_is_told_as_well);
  tcase_add_test(t, the_wait_for_our_own_window_is_known);
  tcase_add_loop_test(t, the_expected_turn_agrees_with_a_plain_sort, 0, 50);
  tcase_add_test(t, first_come_first_served);
  tcase_add_test(t, a_newcomer_does_not_overtake_the_queue);
  tcase_add_test(t, leaving_works_from_every_place_and_twice);
  tcase_add_test(t, the_queue_is_bounded_and_those_in_it_stay);
  tcase_add_test(t, no_memory_is_told);
  tcase_add_loop_test(t, no_window_of_the_server_sees_more_than_the_limit_however_requests_stall, 0, 20);
  return run_suite(suite);
}
