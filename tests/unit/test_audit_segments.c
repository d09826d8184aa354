/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE
#include "audit/segments.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>

#include "audit_case.h"
#include "base/now.h"

static struct cxd__segments segments;
static cxd_error *why;

/* Seconds that have passed beyond those of the machine. */
static int64_t later_s;

int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = (int)syscall(SYS_clock_gettime, clock, now);
  now->tv_sec += later_s;
  return result;
}

/* What happens each time somebody asks for the lock of the log; NULL: nothing. */
static void (*before_lock)(void);
static int flock_fails;

int flock(int fd, int operation) {
  if (before_lock && (operation & LOCK_SH))
    before_lock();
  errno = flock_fails;
  return flock_fails ? -1 : (int)syscall(SYS_flock, fd, operation);
}

static void open_it(void) {
  open_case();
  segments = (struct cxd__segments){.dir = -1, .fd = -1};
  before_lock = NULL;
  flock_fails = 0;
  later_s = 0;
}

static void close_it(void) {
  cxd__segments_close(&segments);
  cxd_error_free(why);
  why = NULL;
  close_case();
}

static cxd_status find(const char *path) {
  cxd__segments_close(&segments);
  cxd_error_free(why);
  why = NULL;
  return cxd__segments_open(&segments, path, &why);
}

#define ck_found(path, expected) \
  do { \
    cxd_status status_ = find(path); \
    ck_assert_msg(status_ == CXD_OK, "%s", cxd_error_message(why)); \
    ck_assert_str_eq(names(), expected); \
  } while (0)

#define ck_refused(path, expected, part) \
  do { \
    ck_assert_int_eq(find(path), expected); \
    ck_assert_msg(strstr(cxd_error_message(why), part) != NULL, "%s", cxd_error_message(why)); \
  } while (0)

static const char *names(void) {
  static char all[1024];
  all[0] = '\0';
  for (size_t i = 0; i < segments.count; i++)
    (void)snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? " " : "", segments.items[i].name);
  return all;
}

static char beside_path[320];
static const char *beside(const char *name) { return audit_log_beside(&alog, name, beside_path); }

/* 1 to 4, 5 to 8, 9 and on. */
static void three_segments(void) {
  for (int op = 1; op <= 2; op++) {
    audit_log_update(&alog, op);
    audit_log_rotate(&alog, "size");
  }
  audit_log_update(&alog, 3);
  audit_log_write(&alog);
}

#define THREE "audit.log.000000000001 audit.log.000000000005 audit.log"

START_TEST(segments_are_found_backwards_and_told_forwards) {
  three_segments();
  ck_found(log_path, THREE);
  ck_assert(segments.live && !segments.headless && !segments.lost);
  ck_assert_int_eq(segments.items[2].size, (int64_t)alog.text.len);
  ck_assert_int_eq(segments.items[2].first, 9);
  ck_assert_int_eq(segments.items[2].genesis.why, CXD__WHY_SIZE);
  ck_found(beside("audit.log.000000000005"), "audit.log.000000000001 audit.log.000000000005");
  ck_assert_int_eq(segments.live, 0);
}
END_TEST

START_TEST(a_directory_stands_for_the_log_in_it) {
  char with_slash[80];
  three_segments();
  (void)snprintf(with_slash, sizeof with_slash, "%s/", log_dir);
  ck_found(log_dir, THREE);
  ck_found(with_slash, THREE);
  ck_assert(segments.live && !segments.headless);
}
END_TEST

START_TEST(what_stands_beside_a_log_is_left_out) {
  static const char *const copies[] = {"audit.log.torn-9", "audit.log.torn-9.1", "audit.log.new"};
  static const char *const strangers[] = {"audit.log.writers", "README", "core", "notes.000000000001", ".hidden", "audit.log.gz"};
  three_segments();
  for (size_t i = 0; i < sizeof copies / sizeof *copies; i++)
    write_file(beside(copies[i]), alog.text.data, alog.text.len);
  for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
    write_file(beside(strangers[i]), "x", 1);
  ck_assert_int_eq(mkdir(beside("dir"), 0700), 0);
  ck_assert_int_eq(mkfifo(beside("fifo"), 0600), 0);
  ck_assert_int_eq(symlink(log_path, beside("link")), 0);
  ck_found(log_dir, THREE);
}
END_TEST

START_TEST(two_logs_in_a_directory_are_told_apart_by_the_caller) {
  three_segments();
  write_file(beside("other.log"), alog.text.data, alog.text.len);
  ck_refused(log_dir, CXD_E_AUDIT, "more than one audit log in this directory, '");
  ck_refused(log_dir, CXD_E_AUDIT, "'other.log'");
  ck_refused(log_dir, CXD_E_AUDIT, "name one of them");
  ck_found(log_path, THREE);
}
END_TEST

START_TEST(a_directory_without_a_log_is_refused) {
  ck_refused(log_dir, CXD_E_AUDIT, "no file in this directory begins like an audit log");
  write_file(beside("audit.log"), "garbage", 7);
  ck_refused(log_dir, CXD_E_AUDIT, "name the file itself");
}
END_TEST

START_TEST(a_damaged_log_is_still_the_log_of_its_directory) {
  three_segments();
  alog.text.data[0] = '[';
  audit_log_write(&alog);
  ck_found(log_dir, "audit.log");
  (void)unlink(beside("audit.log.000000000001"));
  (void)unlink(beside("audit.log.000000000005"));
  write_file(beside("audit.log.writers"), "", 0);
  ck_found(log_dir, "audit.log");
}
END_TEST

START_TEST(without_the_file_in_use_the_newest_segment_is_the_last) {
  three_segments();
  ck_assert_int_eq(unlink(log_path), 0);
  ck_found(log_dir, "audit.log.000000000001 audit.log.000000000005");
  ck_assert(segments.live && segments.headless);
  ck_refused(log_path, CXD_E_IO, "cannot be read: No such file or directory");
}
END_TEST

START_TEST(a_second_name_of_the_file_in_use_is_no_segment_of_its_own) {
  three_segments();
  ck_assert_int_eq(link(log_path, beside("audit.log.000000000009")), 0);
  ck_found(log_path, THREE);
  ck_found(log_dir, THREE);
  ck_found(beside("audit.log.000000000009"), "audit.log.000000000001 audit.log.000000000005 audit.log.000000000009");
  ck_assert_int_eq(segments.live, 1);
}
END_TEST

START_TEST(a_log_may_have_a_name_like_that_of_a_segment) {
  char path[128];
  (void)snprintf(path, sizeof path, "%s/audit.202611220000", log_dir);
  write_file(path, alog.text.data, alog.text.len);
  ck_found(path, "audit.202611220000");
  ck_assert_int_eq(segments.live, 1);
}
END_TEST

START_TEST(a_path_without_a_directory_is_in_the_working_directory) {
  three_segments();
  ck_assert_int_eq(chdir(log_dir), 0);
  ck_found("audit.log", THREE);
  ck_found(".", THREE);
  ck_assert_int_eq(chdir("/"), 0);
  int fd = cxd__segments_file(&segments, 0); /* wherever the host is by then */
  ck_assert_int_ge(fd, 0);
  (void)close(fd);
}
END_TEST

START_TEST(what_is_no_file_is_refused_without_waiting) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  char long_path[5000];
  ck_assert_int_eq(mkfifo(beside("fifo"), 0600), 0);
  ck_refused(beside("fifo"), CXD_E_IO, "it is not a regular file");
  ck_assert_int_eq(symlink(log_path, beside("link")), 0);
  ck_refused(beside("link"), CXD_E_IO, "it is a symbolic link");
  ck_assert_int_eq(symlink(log_dir, beside("dirlink")), 0);
  ck_refused(beside("dirlink"), CXD_E_IO, "it is a symbolic link");
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  (void)snprintf(name.sun_path, sizeof name.sun_path, "%.100s", beside("socket"));
  ck_assert_int_eq(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
  ck_refused(beside("socket"), CXD_E_IO, "it is not a regular file");
  (void)close(fd);
  ck_refused("/dev/null", CXD_E_IO, "it is not a regular file");
  ck_refused(beside("none/audit.log"), CXD_E_IO, "its directory cannot be opened: No such file or directory");
  memset(long_path, 'a', sizeof long_path - 1);
  long_path[sizeof long_path - 1] = '\0';
  ck_refused(long_path, CXD_E_IO, "File name too long");
}
END_TEST

/* The tests run as root, whom no mode keeps out: somebody else tries in a process of his own. */
START_TEST(a_file_that_may_not_be_read_is_refused) {
  if (getuid() != 0)
    return;
  three_segments();
  ck_assert_int_eq(chmod(log_dir, 0755), 0);
  ck_assert_int_eq(chmod(log_path, 0644), 0);
  ck_assert_int_eq(chmod(beside("audit.log.000000000005"), 0), 0);
  ck_assert_int_eq(seteuid(65534), 0);
  ck_refused(log_path, CXD_E_IO, "has a segment that cannot be read: Permission denied");
  ck_assert_int_eq(seteuid(0), 0);
  ck_assert_int_eq(chmod(log_path, 0), 0);
  ck_assert_int_eq(seteuid(65534), 0);
  ck_refused(log_path, CXD_E_IO, "cannot be read: Permission denied");
  ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(a_directory_that_may_not_be_listed_serves_for_a_file_in_it) {
  if (getuid() != 0)
    return;
  three_segments();
  ck_assert_int_eq(chmod(log_dir, 0711), 0);
  ck_assert_int_eq(chmod(log_path, 0644), 0);
  ck_assert_int_eq(chmod(beside("audit.log.000000000001"), 0644), 0);
  ck_assert_int_eq(chmod(beside("audit.log.000000000005"), 0644), 0);
  ck_assert_int_eq(seteuid(65534), 0);
  ck_found(log_path, THREE);
  ck_refused(log_dir, CXD_E_IO, "the directory cannot be listed");
  ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

/* ------------------------------------------------------------------- a log in use */

static int moves;

/* Another process puts the file aside between our opening it and our lock. */
static void move_once(void) {
  if (moves++ > 0)
    return;
  audit_log_rotate(&alog, "size");
  ck_assert_int_eq(unlink(log_path), 0); /* the old one has its other name already */
  audit_log_write(&alog);
}

START_TEST(a_log_that_gets_a_new_segment_while_it_is_opened_is_taken_with_it) {
  three_segments();
  moves = 0;
  before_lock = move_once;
  ck_assert_int_eq(find(log_path), CXD_OK);
  ck_assert_int_eq(moves, 2);
  ck_assert_int_eq(segments.items[segments.count - 1].first, 13);
}
END_TEST

static void replace_it(void) {
  ck_assert_int_eq(unlink(log_path), 0);
  audit_log_write(&alog);
  moves++;
}

START_TEST(a_log_that_is_replaced_all_the_time_is_given_up) {
  three_segments();
  moves = 0;
  before_lock = replace_it;
  ck_refused(log_path, CXD_E_IO, "gets a new segment faster than it can be opened");
  ck_assert_int_eq(moves, 100);
}
END_TEST

static int holder = -1;

/* The one who holds the lock has written half a record, and the rest by the time we are let in. */
static void finish_record(void) {
  if (holder < 0 || moves++ < 3)
    return;
  ck_assert_int_eq(write(holder, alog.text.data + alog.text.len - 100, 100), 100);
  (void)close(holder);
  holder = -1;
}

START_TEST(the_size_is_taken_when_no_record_is_half_written) {
  three_segments();
  ck_assert_int_eq(truncate(log_path, (off_t)alog.text.len - 100), 0);
  holder = open(log_path, O_WRONLY | O_APPEND | O_CLOEXEC);
  ck_assert_int_eq((int)syscall(SYS_flock, holder, LOCK_EX), 0);
  moves = 0;
  before_lock = finish_record;
  ck_found(log_path, THREE);
  ck_assert_int_eq(segments.items[2].size, (int64_t)alog.text.len);
  ck_assert_int_ge(moves, 4);
}
END_TEST

START_TEST(the_lock_is_let_go_and_shared) {
  three_segments();
  ck_found(log_path, THREE);
  int fd = open(log_path, O_RDWR | O_CLOEXEC);
  ck_assert_int_eq((int)syscall(SYS_flock, fd, LOCK_EX | LOCK_NB), 0);
  ck_assert_int_eq((int)syscall(SYS_flock, fd, LOCK_SH | LOCK_NB), 0);
  ck_found(log_path, THREE);
  (void)close(fd);
}
END_TEST

static void wait_longer(void) {
  moves++;
  later_s += 3;
}

START_TEST(a_lock_that_is_not_let_go_ends_the_wait_after_ten_seconds) {
  three_segments();
  moves = 0;
  before_lock = wait_longer;
  int fd = open(log_path, O_RDWR | O_CLOEXEC);
  ck_assert_int_eq((int)syscall(SYS_flock, fd, LOCK_EX | LOCK_NB), 0);
  ck_refused(log_path, CXD_E_IO, "has been locked by another process for 10 s");
  ck_assert_int_eq(moves, 4);
  (void)close(fd);
}
END_TEST

START_TEST(a_file_system_without_locks_is_read_without_one) {
  three_segments();
  flock_fails = ENOLCK;
  ck_found(log_path, THREE);
}
END_TEST

START_TEST(a_segment_that_was_replaced_is_not_opened) {
  three_segments();
  ck_found(log_path, THREE);
  int fd = cxd__segments_file(&segments, 0);
  ck_assert_int_ge(fd, 0);
  (void)close(fd);
  struct cxd__buf same = read_file(beside("audit.log.000000000001"));
  write_file(beside("copy"), same.data, same.len);
  char copy[320];
  strcpy(copy, beside_path);
  ck_assert_int_eq(rename(copy, beside("audit.log.000000000001")), 0);
  ck_assert_int_eq(cxd__segments_file(&segments, 0), -1);
  cxd__buf_free(&same);
}
END_TEST

START_TEST(memory_that_runs_out_is_reported) {
  int failures = 0;
  three_segments();
  for (int directory = 0; directory < 2; directory++)
    for (size_t n = 1; n < 100; n++) {
      cxd__segments_close(&segments);
      cxd__mem_fail_at(n);
      cxd_status status = cxd__segments_open(&segments, directory ? log_dir : log_path, NULL);
      cxd__mem_fail_at(0);
      if (status == CXD_OK)
        break;
      ck_assert_int_eq(status, CXD_E_NOMEM);
      failures++;
    }
  ck_assert_int_gt(failures, 10);
  ck_assert_str_eq(names(), THREE);
}
END_TEST

START_TEST(names_of_segments_are_told_from_others) {
  static const struct {
    const char *name;
    size_t log;
    int64_t first;
  } rows[] = {{"a.000000000001", 1, 1}, {"audit.log.000000000042.1", 9, 42}, {"audit.log.000000000042.123456789", 9, 42}, {"a.123456789012", 1, 123456789012},
              {"a.b.000000000001", 3, 1},
              {"a", 0, 0}, {"", 0, 0}, {".000000000001", 0, 0}, {"000000000001", 0, 0}, {"a.00000000001", 0, 0}, {"a.1234567890123", 0, 0}, {"a.000000000001.1234567890", 0, 0}, {"a.000000000001.0", 0, 0}, {"a.000000000001.01", 0, 0}, {"a.000000000001.", 0, 0}, {"a.000000000001.x", 0, 0},
              {"a.000000000001x", 0, 0}, {"a000000000001", 0, 0}, {".1", 0, 0}, {"a.1", 0, 0}, {"a.000000000001.1.1", 0, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    size_t log = 0;
    int64_t first = 0;
    int is = cxd__segment_name(rows[i].name, &log, &first);
    ck_assert_msg(is == (rows[i].log > 0) && log == rows[i].log && first == rows[i].first, "%s: %d %zu %lld", rows[i].name, is, log, (long long)first);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_segments");
  TCase *tc = suite_case(suite, "audit_segments", open_it, close_it);
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, segments_are_found_backwards_and_told_forwards);
  tcase_add_test(tc, a_directory_stands_for_the_log_in_it);
  tcase_add_test(tc, what_stands_beside_a_log_is_left_out);
  tcase_add_test(tc, two_logs_in_a_directory_are_told_apart_by_the_caller);
  tcase_add_test(tc, a_directory_without_a_log_is_refused);
  tcase_add_test(tc, a_damaged_log_is_still_the_log_of_its_directory);
  tcase_add_test(tc, without_the_file_in_use_the_newest_segment_is_the_last);
  tcase_add_test(tc, a_second_name_of_the_file_in_use_is_no_segment_of_its_own);
  tcase_add_test(tc, a_log_may_have_a_name_like_that_of_a_segment);
  tcase_add_test(tc, a_path_without_a_directory_is_in_the_working_directory);
  tcase_add_test(tc, what_is_no_file_is_refused_without_waiting);
  tcase_add_test(tc, a_file_that_may_not_be_read_is_refused);
  tcase_add_test(tc, a_directory_that_may_not_be_listed_serves_for_a_file_in_it);
  tcase_add_test(tc, a_log_that_gets_a_new_segment_while_it_is_opened_is_taken_with_it);
  tcase_add_test(tc, a_log_that_is_replaced_all_the_time_is_given_up);
  tcase_add_test(tc, the_size_is_taken_when_no_record_is_half_written);
  tcase_add_test(tc, the_lock_is_let_go_and_shared);
  tcase_add_test(tc, a_lock_that_is_not_let_go_ends_the_wait_after_ten_seconds);
  tcase_add_test(tc, a_file_system_without_locks_is_read_without_one);
  tcase_add_test(tc, a_segment_that_was_replaced_is_not_opened);
  tcase_add_test(tc, memory_that_runs_out_is_reported);
  tcase_add_test(tc, names_of_segments_are_told_from_others);
  return run_suite(suite);
}
