/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* fdatasync and the like, unshare */
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "audit_calls.h"
#include "run.h"
#include "segments.h"

static const struct cxd__audit_options small = {.path = log_path, .sync = 1, .max_bytes = 2000};

static void reset_calls(void) {
  make_dir();
  log_key = NULL;
}

static void add_outcomes(struct cxd__audit *audit, int count) {
  for (int i = 0; i < count; i++)
    (void)append_as(audit, "outcome", "x");
}

static void close_synced(struct cxd__audit *audit) {
  ck_ok(cxd__audit_sync(audit, NULL));
  cxd__audit_close(audit);
}

static int64_t read_first_seq(void) {
  struct cxd__buf text = read_file(log_path);
  int64_t seq = member_int(nth(&text, KIND("genesis"), 0), "seq");
  cxd__buf_free(&text);
  return seq;
}

/* Each step that can fail before the `rotate` record: the log goes on where it is, and not every record tries again. */
START_TEST(a_rotation_that_cannot_begin_is_put_off) {
  int *const calls[] = {&fail_link, &fail_sync};
  struct cxd__audit *audit = open_with(&small);
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    *calls[i] = EPERM;
    add_outcomes(audit, 10);
    *calls[i] = 0;
    ck_assert(!is_there("audit.log.new"));
    add_outcomes(audit, 1); /* within the minute */
    ck_assert_int_eq(read_first_seq(), i == 0 ? 1 : 14);
    wall_ahead_us += 61000000;
    boot_ahead_us += 61000000;
    add_outcomes(audit, 1);
    ck_assert_int_ne(read_first_seq(), i == 0 ? 1 : 14);
  }
  wall_ahead_us = boot_ahead_us = 0;
  close_synced(audit);
  struct whole whole = read_whole();
  ck_assert_int_eq(whole.segments, 3);
  ck_assert_int_eq(times(whole.text.data, KIND("outcome")), 24);
  cxd__buf_free(&whole.text);
}
END_TEST

/* Else a crash would leave a log that ends with `rotate`, as if the next segment had been taken away. */
START_TEST(no_rotate_record_is_written_before_the_second_name_is_on_the_disk) {
  struct cxd__audit *audit = open_with(&small);
  struct stat st;
  do {
    add_outcomes(audit, 1);
    ck_assert_int_eq(stat(log_path, &st), 0);
  } while (st.st_size < 2000);
  fail_sync = EIO;
  add_outcomes(audit, 1);
  fail_sync = 0;
  struct cxd__buf text = read_file(log_path);
  ck_assert_int_eq(times(text.data, KIND("rotate")), 0);
  cxd__buf_free(&text);
  wall_ahead_us = boot_ahead_us = 61000000;
  add_outcomes(audit, 1);
  wall_ahead_us = boot_ahead_us = 0;
  close_synced(audit);
  struct whole whole = read_whole();
  ck_assert_int_eq(whole.segments, 2);
  cxd__buf_free(&whole.text);
}
END_TEST

START_TEST(a_rotate_record_that_cannot_be_written_is_no_end) {
  struct cxd__audit *audit = open_with(&small);
  while (!is_there("audit.log.000000000001")) {
    fail_write = ENOSPC;
    writes_before_failure = 0;
    struct stat st;
    ck_assert_int_eq(stat(log_path, &st), 0);
    if (st.st_size < 2000)
      fail_write = 0;
    cxd_status status = append_text(audit, "\"k\":\"outcome\",\"op\":\"x\"", NULL);
    ck_assert_int_eq(status, fail_write ? CXD_E_AUDIT : CXD_OK);
    fail_write = 0;
  }
  ck_assert(!is_there("audit.log.new"));
  wall_ahead_us = boot_ahead_us = 61000000;
  add_outcomes(audit, 1);
  wall_ahead_us = boot_ahead_us = 0;
  close_synced(audit);
  struct whole whole = read_whole();
  ck_assert_int_eq(whole.segments, 2);
  cxd__buf_free(&whole.text);
}
END_TEST

/* Behind the `rotate` record nothing more is written to the old file; the next call completes it. */
START_TEST(a_rotation_that_cannot_be_finished_is_completed_later) {
  for (int which = 0; which < 3; which++) {
    struct cxd__audit *audit = open_with(&small);
    struct stat st;
    (void)append_as(audit, "intent", "open");
    do {
      add_outcomes(audit, 1);
      ck_assert_int_eq(stat(log_path, &st), 0);
    } while (st.st_size < 2000);
    fail_rename = which == 0 ? EIO : 0;
    fail_sync = which == 1 ? EIO : 0;
    fail_write = which == 2 ? ENOSPC : 0;
    writes_before_failure = syncs_before_failure = 1;
    ck_fails(append_text(audit, "\"k\":\"outcome\"", &error), CXD_E_AUDIT, "audit log");
    ck_fails(append_text(audit, "\"k\":\"outcome\"", &error), CXD_E_AUDIT, "audit log");
    fail_rename = fail_sync = fail_write = syncs_before_failure = 0;
    if (which == 1) { /* by another */
      cxd__audit_close(audit);
      audit = open_with(&small);
    }
    add_outcomes(audit, 1);
    close_synced(audit);
    struct whole whole = read_whole();
    ck_assert_int_eq(whole.segments, 2);
    ck_open_list(nth(&whole.text, KIND("genesis"), 1), "[{\"seq\":2,\"op\":\"open\"}]");
    ck_assert(!is_there("audit.log.new"));
    cxd__buf_free(&whole.text);
    remove_dir();
    ck_assert_int_eq(mkdir(log_dir, 0700), 0);
  }
}
END_TEST

/* The state of the files after a crash at each step: made from a finished rotation. */
struct parts {
  struct cxd__buf old, new;
};

static struct parts take_rotation(void) {
  char path[300];
  struct cxd__audit *audit = open_with(&small);
  (void)append_as(audit, "intent", "open");
  beside("audit.log.000000000001", path);
  while (!is_there("audit.log.000000000001"))
    add_outcomes(audit, 1);
  close_synced(audit);
  struct parts parts = {read_file(path), read_file(log_path)};
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(unlink(log_path), 0);
  return parts;
}

static size_t genesis_of(const struct cxd__buf *text) { return strcspn(text->data, "\n") + 1; }

static size_t last_line_of(const struct cxd__buf *text) {
  size_t at = text->len - 1;
  while (at > 0 && text->data[at - 1] != '\n')
    at--;
  return at;
}

static void crash(const struct parts *parts, int step) {
  char second[300], new[300];
  beside("audit.log.000000000001", second);
  beside("audit.log.new", new);
  size_t without_rotate = last_line_of(&parts->old), genesis = genesis_of(&parts->new);
  write_file(log_path, parts->old.data, step < 3 ? without_rotate : step == 3 ? without_rotate + 50 : parts->old.len);
  if (step == 1 || step >= 5)
    write_file(new, parts->new.data, step == 1 ? 0 : step == 5 ? genesis / 2 : genesis);
  if (step >= 2)
    ck_assert_int_eq(link(log_path, second), 0);
  if (step == 7)
    ck_assert_int_eq(rename(new, log_path), 0);
}

START_TEST(a_crash_between_any_two_steps_of_a_rotation_is_completed) {
  struct parts parts = take_rotation();
  for (int step = 0; step < 8; step++) {
    crash(&parts, step);
    struct cxd__audit *audit = open_with(&small);
    ck_alarm(audit, NULL);
    add_outcomes(audit, 2);
    close_synced(audit);
    struct whole whole = read_whole();
    ck_assert_int_eq(whole.segments, 2);
    ck_assert_int_eq(whole.broken, 0);
    ck_assert_int_eq(times(whole.text.data, KIND("rotate")), 1);
    ck_open_list(nth(&whole.text, KIND("genesis"), 1), "[{\"seq\":2,\"op\":\"open\"}]");
    ck_assert(!is_there("audit.log.new"));
    ck_assert(!is_there("audit.log.000000000001.1"));
    cxd__buf_free(&whole.text);
    remove_dir();
    ck_assert_int_eq(mkdir(log_dir, 0700), 0);
  }
  cxd__buf_free(&parts.old);
  cxd__buf_free(&parts.new);
}
END_TEST

START_TEST(an_old_segment_put_back_is_damage) {
  struct cxd__audit *audit = open_with(&small);
  char path[300];
  add_outcomes(audit, 20);
  cxd__audit_close(audit);
  beside("audit.log.000000000001", path);
  ck_assert(is_there("audit.log.000000000001"));
  ck_assert_int_eq(rename(path, log_path), 0);
  audit = open_with(&small);
  ck_alarm(audit, "an old segment was put in its place");
  add_outcomes(audit, 1);
  cxd__audit_close(audit);
  struct whole whole = read_whole();
  ck_assert_int_eq(whole.broken, 1);
  cxd__buf_free(&whole.text);
}
END_TEST

START_TEST(a_record_behind_the_end_of_a_segment_is_damage) {
  struct parts parts = take_rotation();
  cxd__buf_str(&parts.old, "{\"v\":1,");
  write_file(log_path, parts.old.data, parts.old.len);
  struct cxd__audit *audit = open_with(&small);
  ck_alarm(audit, "behind the end of its segment");
  cxd__audit_close(audit);
  cxd__buf_free(&parts.old);
  cxd__buf_free(&parts.new);
}
END_TEST

static int in_child(int (*part)(void)) {
  pid_t child = fork();
  if (child == 0)
    _exit(part());
  int status;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFEXITED(status), "ended by signal %d", WTERMSIG(status));
  return WEXITSTATUS(status);
}

static int fill_disk(const char *path) {
  static char block[4096];
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  while (write(fd, block, sizeof block) > 0) {
  }
  close(fd);
  return errno == ENOSPC;
}

/* A full disk: the log stays in its segment as long as the room that was set aside lasts, and moves on once there is some again. */
static int disk_part(void) {
  struct cxd__audit *audit;
  char filler[300];
  beside("filler", filler);
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || mount("tmpfs", log_dir, "tmpfs", 0, "size=512k") != 0)
    return 77;
  NEED(cxd__audit_open_file(&small, &audit, NULL) == CXD_OK);
  NEED(cxd__audit_reserve(audit, NULL) == CXD_OK);
  NEED(fill_disk(filler));
  int written = 0;
  while (append_text(audit, "\"k\":\"outcome\"", NULL) == CXD_OK)
    written++;
  NEED(written * 400 > 60000);
  NEED(!is_there("audit.log.000000000001") && !is_there("audit.log.new"));
  NEED(unlink(filler) == 0);
  boot_ahead_us = wall_ahead_us = 61000000;
  NEED(append_text(audit, "\"k\":\"outcome\"", NULL) == CXD_OK);
  NEED(is_there("audit.log.000000000001"));
  struct stat st;
  NEED(stat(log_path, &st) == 0 && st.st_blocks * 512 >= 65536); /* room for outcomes moved along */
  NEED(cxd__audit_sync(audit, NULL) == CXD_OK);
  cxd__audit_close(audit);
  struct whole whole = read_whole();
  NEED(whole.segments == 2 && times(whole.text.data, KIND("outcome")) == written + 1);
  cxd__buf_free(&whole.text);
  return 0;
}

START_TEST(a_full_disk_puts_a_rotation_off) {
  int result = in_child(disk_part);
  if (result == 77)
    (void)fprintf(stderr, "a_full_disk: not run, no file system can be mounted here\n");
  else
    ck_assert_int_eq(result, 0);
}
END_TEST

static int limited_part(void) {
  struct cxd__audit *audit;
  NEED(signal(SIGXFSZ, SIG_DFL) != SIG_ERR);
  NEED(cxd__audit_open_file(&small, &audit, NULL) == CXD_OK);
  int written = 0;
  struct stat st = {.st_size = 0}, before = {.st_size = 0};
  for (; st.st_size < 2000; written++) {
    before = st;
    NEED(append_text(audit, "\"k\":\"outcome\"", NULL) == CXD_OK && stat(log_path, &st) == 0);
  }
  struct rlimit limit = {(rlim_t)(st.st_size + (st.st_size - before.st_size) + 20), RLIM_INFINITY}; /* room for one more, not for `rotate` */
  NEED(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  NEED(append_text(audit, "\"k\":\"outcome\"", NULL) == CXD_OK);
  NEED(append_text(audit, "\"k\":\"outcome\"", NULL) == CXD_E_AUDIT);
  NEED(append_text(audit, "\"k\":\"outcome\"", NULL) == CXD_E_AUDIT);
  NEED(!is_there("audit.log.new"));
  limit.rlim_cur = RLIM_INFINITY;
  NEED(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  boot_ahead_us = wall_ahead_us = 61000000;
  NEED(append_text(audit, "\"k\":\"outcome\"", NULL) == CXD_OK);
  cxd__audit_close(audit);
  struct whole whole = read_whole();
  NEED(whole.segments == 2 && times(whole.text.data, KIND("outcome")) == written + 2);
  cxd__buf_free(&whole.text);
  return 0;
}

START_TEST(the_file_size_limit_kills_nobody_in_a_rotation) { ck_assert_int_eq(in_child(limited_part), 0); }
END_TEST

/* Here blocks that are set aside count: the rotation fails with a signal, the record behind it does not. */
static int limited_tmpfs_part(void) {
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || mount("tmpfs", log_dir, "tmpfs", 0, "size=512k") != 0)
    return 77;
  return limited_part();
}

START_TEST(the_file_size_limit_kills_nobody_where_it_counts_reserved_blocks) {
  int result = in_child(limited_tmpfs_part);
  if (result == 77)
    (void)fprintf(stderr, "the_file_size_limit: not run, no file system can be mounted here\n");
  else
    ck_assert_int_eq(result, 0);
}
END_TEST

/* Opening, records through rotations, looking for dangling intents: whichever allocation fails, the chain stays whole. */
START_TEST(every_allocation_of_a_rotation_may_fail) {
  for (size_t n = 1; n < 400; n++) {
    struct cxd__audit *audit = NULL;
    char *line = NULL;
    cxd__mem_fail_at(n);
    cxd_status status = cxd__audit_open_file(&small, &audit, NULL);
    for (int i = 0; status == CXD_OK && i < 6; i++)
      status = append_text(audit, "\"k\":\"intent\",\"op\":\"a\"", NULL);
    if (status == CXD_OK)
      status = cxd__audit_dangling(audit, NULL, 0, &line, NULL, NULL);
    int enough = cxd__mem_count() < n;
    cxd__mem_fail_at(0);
    ck_assert_msg(status == CXD_OK || status == CXD_E_NOMEM || status == CXD_E_AUDIT, "%d", status);
    cxd__audit_close(audit);
    cxd__free(line);
    audit = open_with(&small);
    ck_alarm(audit, NULL);
    cxd__audit_close(audit);
    struct whole whole = read_whole();
    ck_assert_int_eq(whole.broken + whole.synced, 0);
    cxd__buf_free(&whole.text);
    if (n % 16 == 0 || enough) {
      remove_dir();
      ck_assert_int_eq(mkdir(log_dir, 0700), 0);
    }
    if (enough) {
      ck_assert_int_eq(status, CXD_OK);
      return;
    }
  }
  ck_abort_msg("never succeeded");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_rotate_fails");
  TCase *tc = tcase_create("audit_rotate_fails");
  tcase_set_timeout(tc, 60);
  tcase_add_checked_fixture(tc, reset_calls, remove_dir);
  tcase_add_test(tc, a_rotation_that_cannot_begin_is_put_off);
  tcase_add_test(tc, no_rotate_record_is_written_before_the_second_name_is_on_the_disk);
  tcase_add_test(tc, a_rotate_record_that_cannot_be_written_is_no_end);
  tcase_add_test(tc, a_rotation_that_cannot_be_finished_is_completed_later);
  tcase_add_test(tc, a_crash_between_any_two_steps_of_a_rotation_is_completed);
  tcase_add_test(tc, an_old_segment_put_back_is_damage);
  tcase_add_test(tc, a_record_behind_the_end_of_a_segment_is_damage);
  tcase_add_test(tc, a_full_disk_puts_a_rotation_off);
  tcase_add_test(tc, the_file_size_limit_kills_nobody_in_a_rotation);
  tcase_add_test(tc, the_file_size_limit_kills_nobody_where_it_counts_reserved_blocks);
  tcase_add_test(tc, every_allocation_of_a_rotation_may_fail);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
