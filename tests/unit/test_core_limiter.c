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

static struct cxd__limiter limiter;

static void open_with(size_t limit) { ck_assert_int_eq(cxd__limiter_init(&limiter, limit, WINDOW, MARGIN), 0); }
static void close_limiter(void) { cxd__limiter_free(&limiter); }

static void assert_take(struct cxd__ticket *ticket, int64_t at, enum cxd__grant grant, int64_t when) {
  int32_t slot;
  int64_t got;
  ck_assert_int_eq(cxd__limiter_take(&limiter, ticket, at, &slot, &got), grant);
  if (grant == CXD__GRANT_WAIT)
    ck_assert_int_eq(got, when);
  ck_assert_int_eq(slot, -1);
}

static int32_t take(int64_t at) {
  struct cxd__ticket ticket = {0};
  int32_t slot;
  int64_t when;
  ck_assert_int_eq(cxd__limiter_take(&limiter, &ticket, at, &slot, &when), CXD__GRANT_YES);
  ck_assert_int_eq(ticket.queued, 0);
  return slot;
}

/* ----------------------------------------------------------------- single steps */

START_TEST(the_first_requests_need_not_wait) {
  open_with(100);
  for (int i = 0; i < 100; i++)
    ck_assert_int_ge(take(5), 0);
  struct cxd__ticket ticket = {0};
  assert_take(&ticket, 5, CXD__GRANT_WAIT, INT64_MAX); /* all on their way: the next release wakes it */
  ck_assert_int_eq(ticket.queued, 1);
}
END_TEST

START_TEST(a_slot_is_held_for_window_and_margin_from_the_end_of_the_exchange) {
  open_with(1);
  int32_t slot = take(0);
  cxd__limiter_release(&limiter, slot, 1, 0, 8 * SECOND);
  struct cxd__ticket ticket = {0};
  assert_take(&ticket, 9 * SECOND, CXD__GRANT_WAIT, 8 * SECOND + WINDOW + MARGIN);
  assert_take(&ticket, 8 * SECOND + WINDOW + MARGIN - 1, CXD__GRANT_WAIT, 8 * SECOND + WINDOW + MARGIN);
  int32_t got;
  int64_t when;
  ck_assert_int_eq(cxd__limiter_take(&limiter, &ticket, 8 * SECOND + WINDOW + MARGIN, &got, &when), CXD__GRANT_YES);
  ck_assert_int_eq(got, slot);
}
END_TEST

START_TEST(a_lost_reply_holds_its_slot_longer) {
  open_with(1);
  cxd__limiter_release(&limiter, take(0), 1, 1, SECOND);
  struct cxd__ticket ticket = {0};
  assert_take(&ticket, SECOND, CXD__GRANT_WAIT, SECOND + WINDOW + LOST_MARGIN);
  cxd__limiter_leave(&limiter, &ticket);
}
END_TEST

START_TEST(a_slot_nothing_was_sent_on_is_free_at_once) {
  open_with(1);
  cxd__limiter_release(&limiter, take(0), 0, 1, SECOND);
  (void)take(SECOND);
}
END_TEST

START_TEST(releasing_no_slot_does_nothing) {
  open_with(1);
  cxd__limiter_release(&limiter, -1, 1, 0, 0);
  (void)take(0);
}
END_TEST

START_TEST(a_closed_gate_stops_everybody_and_opens_by_itself) {
  open_with(10);
  cxd__limiter_close_gate(&limiter, 30 * SECOND);
  cxd__limiter_close_gate(&limiter, 20 * SECOND); /* never earlier */
  struct cxd__ticket ticket = {0};
  assert_take(&ticket, 0, CXD__GRANT_WAIT, 30 * SECOND);
  assert_take(&ticket, 30 * SECOND - 1, CXD__GRANT_WAIT, 30 * SECOND);
  int32_t slot;
  int64_t when;
  ck_assert_int_eq(cxd__limiter_take(&limiter, &ticket, 30 * SECOND, &slot, &when), CXD__GRANT_YES);
}
END_TEST

START_TEST(off_means_no_slots_but_the_gate_still_counts) {
  open_with(0);
  for (int i = 0; i < 1000; i++)
    ck_assert_int_eq(take(i), -1);
  cxd__limiter_close_gate(&limiter, 5 * SECOND);
  struct cxd__ticket ticket = {0};
  assert_take(&ticket, 2000, CXD__GRANT_WAIT, 5 * SECOND);
  cxd__limiter_leave(&limiter, &ticket);
  ck_assert_int_eq(take(5 * SECOND), -1);
}
END_TEST

/* -------------------------------------------------------------------------- queue */

START_TEST(first_come_first_served) {
  enum { N = 50 };
  static struct cxd__ticket tickets[N];
  memset(tickets, 0, sizeof tickets);
  open_with(1);
  cxd__limiter_release(&limiter, take(0), 1, 0, 0);
  for (int i = 0; i < N; i++)
    assert_take(&tickets[i], SECOND, CXD__GRANT_WAIT, WINDOW + MARGIN);
  for (int i = 0; i < N; i++) {
    int64_t at = 1000 * SECOND * (i + 1), when;
    int32_t slot;
    for (int k = N - 1; k > i; k--)
      assert_take(&tickets[k], at, CXD__GRANT_WAIT, INT64_MAX);
    ck_assert_int_eq(cxd__limiter_take(&limiter, &tickets[i], at, &slot, &when), CXD__GRANT_YES);
    cxd__limiter_release(&limiter, slot, 1, 0, at);
  }
  ck_assert_uint_eq(limiter.waiting, 0);
}
END_TEST

START_TEST(a_newcomer_does_not_overtake_the_queue) {
  open_with(1);
  cxd__limiter_release(&limiter, take(0), 1, 0, 0);
  struct cxd__ticket first = {0}, second = {0};
  assert_take(&first, SECOND, CXD__GRANT_WAIT, WINDOW + MARGIN);
  assert_take(&second, 100 * SECOND, CXD__GRANT_WAIT, INT64_MAX);
  cxd__limiter_leave(&limiter, &first);
  int32_t slot;
  int64_t when;
  ck_assert_int_eq(cxd__limiter_take(&limiter, &second, 100 * SECOND, &slot, &when), CXD__GRANT_YES);
}
END_TEST

START_TEST(leaving_works_from_every_place_and_twice) {
  struct cxd__ticket t[5] = {{0}};
  static const int order[] = {2, 0, 4, 1, 3};
  open_with(1);
  (void)take(0);
  for (int i = 0; i < 5; i++)
    assert_take(&t[i], 1, CXD__GRANT_WAIT, INT64_MAX);
  for (int i = 0; i < 5; i++) {
    cxd__limiter_leave(&limiter, &t[order[i]]);
    cxd__limiter_leave(&limiter, &t[order[i]]);
    ck_assert_uint_eq(limiter.waiting, (size_t)(4 - i));
  }
  ck_assert_ptr_null(limiter.first);
  ck_assert_ptr_null(limiter.last);
}
END_TEST

START_TEST(the_queue_is_bounded_and_those_in_it_stay) {
  struct cxd__ticket *tickets = calloc(CXD__LIMITER_QUEUE_MAX, sizeof *tickets);
  struct cxd__ticket extra = {0};
  open_with(1);
  cxd__limiter_release(&limiter, take(0), 1, 0, 0);
  for (size_t i = 0; i < CXD__LIMITER_QUEUE_MAX; i++)
    assert_take(&tickets[i], 1, CXD__GRANT_WAIT, WINDOW + MARGIN);
  assert_take(&extra, 1, CXD__GRANT_FULL, 0);
  ck_assert_int_eq(extra.queued, 0);
  assert_take(&tickets[7], 1, CXD__GRANT_WAIT, WINDOW + MARGIN);
  cxd__limiter_leave(&limiter, &tickets[7]);
  assert_take(&extra, 1, CXD__GRANT_WAIT, WINDOW + MARGIN);
  free(tickets);
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
  int32_t slot;
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
    if (c->slot >= 0 && now >= c->ends) {
      cxd__limiter_release(&limiter, c->slot, c->sends, c->lost, now);
      c->slot = -1;
      c->next = now + (int64_t)(share(prng) * 2 * SECOND);
    }
    if (c->slot < 0 && now >= c->next && cxd__limiter_take(&limiter, &c->ticket, now, &c->slot, &when) == CXD__GRANT_YES) {
      int64_t at = begin_exchange(c, prng, now);
      if (at >= 0 && count < REQUESTS)
        arrivals[count++] = at;
    }
  }
  if (share(prng) < 0.001)
    cxd__limiter_close_gate(&limiter, now + (int64_t)(share(prng) * 5 * SECOND));
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
    clients[i].slot = -1;
  open_with(LIMIT);
  while (count < REQUESTS) {
    count = one_turn(clients, &prng, now, arrivals, count);
    now += (int64_t)(share(&prng) * 0.2 * SECOND);
  }
  assert_never_more_than_limit(arrivals, count);
  ck_assert_int_lt(now, (int64_t)(REQUESTS / LIMIT + 2) * (WINDOW + 6 * SECOND)); /* and the quota is used */
  for (int i = 0; i < CLIENTS; i++)
    cxd__limiter_leave(&limiter, &clients[i].ticket);
  ck_assert_uint_eq(limiter.waiting, 0);
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
  tcase_add_test(t, releasing_no_slot_does_nothing);
  tcase_add_test(t, a_closed_gate_stops_everybody_and_opens_by_itself);
  tcase_add_test(t, off_means_no_slots_but_the_gate_still_counts);
  tcase_add_test(t, first_come_first_served);
  tcase_add_test(t, a_newcomer_does_not_overtake_the_queue);
  tcase_add_test(t, leaving_works_from_every_place_and_twice);
  tcase_add_test(t, the_queue_is_bounded_and_those_in_it_stay);
  tcase_add_test(t, no_memory_is_told);
  tcase_add_loop_test(t, no_window_of_the_server_sees_more_than_the_limit_however_requests_stall, 0, 20);
  return run_suite(suite);
}
