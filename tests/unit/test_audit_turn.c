/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The records of one turn: one lock, one write, one sync; and what becomes of the others when one of them fails. */
#define _GNU_SOURCE /* flock and the like */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "audit.h"
#include "run.h"
#include "segments.h"

/* The library's calls end here. */
static _Atomic int locks;
static int writes, syncs, full_from, short_at; /* full_from, short_at: the write from which on, or at which; 0: none */
static int limit;                                      /* what a short write takes, or how large the file may get; 0: half */

static int is_record(const void *bytes, size_t len) { return len > 12 && memcmp(bytes, "{\"v\":1,\"seq\"", 12) == 0; }

ssize_t write(int fd, const void *bytes, size_t len) {
  if (!is_record(bytes, len))
    return syscall(SYS_write, fd, bytes, len);
  writes++;
  if (full_from && writes >= full_from) { /* a disk with so many bytes left */
    size_t take = len < (size_t)limit ? len : (size_t)limit;
    limit -= (int)take;
    errno = ENOSPC;
    return take ? syscall(SYS_write, fd, bytes, take) : -1;
  }
  if (short_at == writes)
    len = limit ? (size_t)limit : len / 2;
  return syscall(SYS_write, fd, bytes, len);
}

int ftruncate(int fd, off_t size) {
  struct stat st;
  if (full_from && fstat(fd, &st) == 0)
    limit += (int)(st.st_size - size);
  return (int)syscall(SYS_ftruncate, fd, size);
}

int fdatasync(int fd) {
  syncs++;
  return (int)syscall(SYS_fdatasync, fd);
}

int flock(int fd, int how) {
  locks += (how & LOCK_EX) != 0;
  return (int)syscall(SYS_flock, fd, how);
}

#define MOST 320
static struct cxd__audit_entry entries[MOST];
static char bodies[MOST][120];
static size_t count;

static void reset(void) {
  make_dir();
  locks = 0;
  writes = syncs = full_from = short_at = limit = 0;
  count = 0;
}

static struct cxd__audit_entry *put(const char *kind, size_t op) {
  char *body = bodies[count];
  (void)snprintf(body, sizeof bodies[0], "\"k\":\"%s\",\"op\":\"op-%zu\",\"campaign\":\"c-%zu\"", kind, op, op);
  entries[count] = (struct cxd__audit_entry){.body = body, .len = strlen(body), .reserve = strcmp(kind, "intent") == 0};
  return &entries[count++];
}

static void put_many(const char *kind, size_t how_many) {
  for (size_t i = 0; i < how_many; i++)
    (void)put(kind, i);
}

/* Those of them that were taken are in the log as they are said to be, in their order; how many that are. */
static size_t check_taken(void) {
  struct whole whole = read_whole();
  const char *at = whole.text.data;
  size_t taken = 0;
  int64_t last = 0;
  for (size_t i = 0; i < count; i++) {
    if (entries[i].status != CXD_OK) {
      ck_assert_ptr_nonnull(entries[i].error);
      ck_assert_ptr_null(entries[i].sealed);
      continue;
    }
    ck_assert_ptr_null(entries[i].error);
    ck_assert_int_gt(entries[i].seq, last);
    last = entries[i].seq;
    at = strstr(at, entries[i].sealed ? entries[i].sealed : bodies[i]);
    ck_assert_msg(at != NULL, "record %zu is not in the log", i);
    taken++;
  }
  cxd__buf_free(&whole.text);
  return taken;
}

static void forget(void) {
  for (size_t i = 0; i < count; i++) {
    cxd__free(entries[i].sealed);
    cxd_error_free(entries[i].error);
  }
  count = 0;
}

START_TEST(a_turn_takes_one_lock_one_write_and_one_sync) {
  struct cxd__audit *audit = open_log();
  locks = 0;
  writes = syncs = 0;
  put_many("intent", 40);
  put("attempt", 3)->in_passing = 1;
  put_many("outcome", 20);
  cxd__audit_commit(audit, entries, count);
  ck_assert_int_eq(writes, 1);
  ck_assert_int_eq(syncs, 1);
  ck_assert_int_eq(locks, 1);
  ck_assert_uint_eq(check_taken(), 61);
  ck_assert_ptr_null(entries[40].sealed);
  forget();
  cxd__audit_close(audit);
  ck_chain(log_path, 62);
}
END_TEST

START_TEST(records_in_passing_alone_are_not_synced) {
  struct cxd__audit *audit = open_log();
  syncs = 0;
  put("attempt", 1)->in_passing = 1;
  put("attempt", 2)->body = NULL;
  cxd__audit_commit(audit, entries, count);
  ck_assert_int_eq(syncs, 0);
  ck_assert_int_eq(entries[0].seq, 2);
  ck_assert_int_eq(entries[1].seq, 0);
  forget();
  cxd__audit_close(audit);
  ck_chain(log_path, 2);
}
END_TEST

START_TEST(a_bad_record_does_not_stop_the_others) {
  struct cxd__audit *audit = open_log();
  static char large[CXD__AUDIT_MAX_RECORD + 1];
  memset(large, 'x', sizeof large);
  memcpy(large, "\"k\":\"intent\",\"op\":\"", 19);
  put_many("intent", 6);
  entries[1].body = large;
  entries[1].len = sizeof large;
  entries[3].body = "\"k\":\"intent\",\"op\":";
  entries[3].len = 18;
  entries[4].resolves = 77;
  cxd__audit_commit(audit, entries, count);
  ck_assert_int_eq(entries[1].status, CXD_E_TOO_LARGE);
  ck_assert_int_eq(entries[3].status, CXD_E_AUDIT);
  ck_assert_int_eq(entries[4].status, CXD_E_STATE);
  ck_assert_uint_eq(check_taken(), 3);
  forget();
  cxd__audit_close(audit);
  ck_chain(log_path, 4);
}
END_TEST

START_TEST(an_intent_is_resolved_once_also_within_a_turn) {
  struct cxd__audit *audit = open_log();
  int64_t intent = append_as(audit, "intent", "x");
  (void)put("outcome", 1);
  put("outcome", 2)->resolves = intent;
  put("outcome", 2)->resolves = intent;
  entries[1].body = "\"k\":\"outcome\",\"op\":\"x\"";
  entries[2].body = entries[1].body;
  entries[1].len = entries[2].len = strlen(entries[1].body);
  cxd__audit_commit(audit, entries, count);
  ck_ok(entries[0].status);
  ck_ok(entries[1].status);
  ck_assert_int_eq(entries[2].status, CXD_E_STATE);
  forget();
  cxd__audit_close(audit);
  ck_chain(log_path, 4);
}
END_TEST

/* Whole lines stay, what is left of one is cut off, and the rest is written all the same. */
START_TEST(a_write_that_stops_in_the_middle_loses_nothing) {
  static const int lengths[] = {0, 1, 700, 1801, 5000};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    struct cxd__audit *audit = open_log();
    put_many("intent", 20);
    writes = 0;
    short_at = 1;
    limit = lengths[i];
    cxd__audit_commit(audit, entries, count);
    short_at = 0;
    ck_assert_int_gt(writes, 1);
    ck_assert_uint_eq(check_taken(), 20);
    forget();
    ck_ok(append_text(audit, "\"k\":\"outcome\",\"op\":\"op-1\"", NULL));
    cxd__audit_close(audit);
    ck_chain(log_path, 22);
    remove_dir();
    ck_assert_int_eq(mkdir(log_dir, 0700), 0);
  }
}
END_TEST

START_TEST(a_disk_that_is_full_in_the_middle_takes_what_fits) {
  struct cxd__audit *audit = open_log();
  put_many("outcome", 20);
  writes = 0;
  full_from = 1;
  limit = 3000;
  cxd__audit_commit(audit, entries, count);
  full_from = 0;
  size_t taken = check_taken();
  ck_assert_uint_ge(taken, 3);
  ck_assert_uint_lt(taken, 20);
  for (size_t i = taken; i < count; i++) {
    ck_assert_int_eq(entries[i].status, CXD_E_AUDIT);
    ck_assert_ptr_nonnull(strstr(entries[i].error->message, "free some space"));
  }
  forget();
  put_many("outcome", 2);
  cxd__audit_commit(audit, entries, count);
  ck_assert_uint_eq(check_taken(), 2);
  forget();
  cxd__audit_close(audit);
  ck_chain(log_path, (int64_t)taken + 3);
}
END_TEST

static void *let_go(void *fd) {
  while (locks == 0) /* the turn has asked for it, and did not get it */
    (void)sched_yield();
  (void)syscall(SYS_flock, *(int *)fd, LOCK_UN);
  return NULL;
}

START_TEST(a_turn_waits_for_another_process_and_goes_on_behind_it) {
  struct cxd__audit *audit = open_log(), *other = open_log();
  int fd = open(log_path, O_RDONLY | O_CLOEXEC);
  pthread_t thread;
  ck_assert_int_eq(append_as(other, "intent", "other"), 2);
  ck_assert_int_eq(syscall(SYS_flock, fd, LOCK_EX), 0);
  locks = 0;
  ck_assert_int_eq(pthread_create(&thread, NULL, let_go, &fd), 0);
  put_many("intent", 3);
  cxd__audit_commit(audit, entries, count);
  ck_assert_int_gt(locks, 1);
  (void)pthread_join(thread, NULL);
  ck_assert_uint_eq(check_taken(), 3);
  ck_assert_int_eq(entries[0].seq, 3);
  ck_assert_int_eq(append_as(other, "outcome", "other"), 6);
  forget();
  close(fd);
  cxd__audit_close(other);
  cxd__audit_close(audit);
  ck_chain(log_path, 6);
}
END_TEST

START_TEST(a_rotation_that_is_due_in_the_middle_happens_there) {
  const struct cxd__audit_options options = {.path = log_path, .sync = 1, .max_bytes = 4000};
  struct cxd__audit *audit = open_with(&options);
  put_many("intent", 20);
  put_many("outcome", 20);
  cxd__audit_commit(audit, entries, count);
  ck_assert_uint_eq(check_taken(), 40);
  forget();
  struct whole whole = read_whole();
  ck_assert_int_gt(whole.segments, 2);
  cxd__buf_free(&whole.text);
  char *line = NULL;
  ck_ok(cxd__audit_dangling(audit, NULL, 0, &line, NULL, NULL));
  ck_assert_ptr_null(line);
  ck_alarm(audit, NULL);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(a_turn_of_300_has_its_checkpoint_at_the_border) {
  struct cxd__audit *audit = open_log();
  for (size_t i = 0; i < 150; i++) {
    (void)put("intent", i);
    (void)put("outcome", i);
  }
  cxd__audit_commit(audit, entries, count);
  ck_assert_uint_eq(check_taken(), 300);
  struct whole whole = read_whole();
  struct cxd__slice checkpoint = nth(&whole.text, KIND("checkpoint"), 0);
  ck_assert_int_eq(member_int(checkpoint, "intents"), 128);
  ck_assert_int_eq(member_int(checkpoint, "outcomes"), 128);
  ck_open_list(checkpoint, "[]");
  ck_assert_int_eq(times(whole.text.data, KIND("checkpoint")), 1);
  int64_t seq = 0;
  char h[65];
  ck_assert_int_eq(cxd__audit_take_checkpoint(audit, &seq, h), 1);
  ck_assert_int_eq(seq, member_int(checkpoint, "seq"));
  cxd__buf_free(&whole.text);
  forget();
  cxd__audit_close(audit);
  ck_chain(log_path, 302);
}
END_TEST

START_TEST(a_log_that_fails_says_so_for_each) {
  struct cxd__audit *audit = open_log();
  pid_t child = fork();
  put_many("intent", 3);
  if (child == 0) {
    cxd__audit_commit(audit, entries, count);
    _exit(entries[0].status != CXD_E_FORKED || entries[2].status != CXD_E_FORKED || !entries[2].error);
  }
  int status;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(status, 0);
  forget();
  cxd__audit_close(audit);
}
END_TEST

/* Another process may end at any time: a look that finds nothing new has to see what was written since. */
START_TEST(a_look_without_news_takes_no_lock) {
  struct cxd__audit *audit = open_log(), *other = open_log();
  char *line = NULL;
  (void)append_as(audit, "intent", "own");
  locks = 0;
  ck_ok(cxd__audit_dangling(audit, "c-own", 0, &line, NULL, NULL));
  ck_assert_ptr_null(line);
  ck_assert_int_eq(locks, 0);
  int64_t seq = append_as(other, "intent", "b");
  cxd__audit_close(other);
  int64_t found = 0;
  ck_ok(cxd__audit_dangling(audit, "c-b", 0, &line, &found, NULL));
  ck_assert_ptr_nonnull(line);
  ck_assert_int_eq(found, seq);
  cxd__free(line);
  cxd__audit_close(audit);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_turn");
  TCase *tcase = suite_case(suite, "turn", reset, remove_dir);
  tcase_add_test(tcase, a_turn_takes_one_lock_one_write_and_one_sync);
  tcase_add_test(tcase, records_in_passing_alone_are_not_synced);
  tcase_add_test(tcase, a_bad_record_does_not_stop_the_others);
  tcase_add_test(tcase, an_intent_is_resolved_once_also_within_a_turn);
  tcase_add_test(tcase, a_write_that_stops_in_the_middle_loses_nothing);
  tcase_add_test(tcase, a_disk_that_is_full_in_the_middle_takes_what_fits);
  tcase_add_test(tcase, a_turn_waits_for_another_process_and_goes_on_behind_it);
  tcase_add_test(tcase, a_rotation_that_is_due_in_the_middle_happens_there);
  tcase_add_test(tcase, a_turn_of_300_has_its_checkpoint_at_the_border);
  tcase_add_test(tcase, a_log_that_fails_says_so_for_each);
  tcase_add_test(tcase, a_look_without_news_takes_no_lock);
  return run_suite(suite);
}
