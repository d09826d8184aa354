/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* F_OFD_SETLK */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/writers.h"
#include "base/mem.h"
#include "run.h"
#include "segments.h"

static int fail_question; /* an errno: nobody can be asked whether a lock is held */

int fcntl(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  void *argument = va_arg(list, void *);
  va_end(list);
  if (command != F_OFD_GETLK || !fail_question)
    return (int)syscall(SYS_fcntl, fd, command, argument);
  errno = fail_question;
  return -1;
}

/* A writer in a process of its own, which waits until it is told to end, or is killed. */
struct other {
  pid_t pid;
  int to[2], from[2];
};

static void other_says(const struct other *other, char c) { ck_assert_int_eq(write(other->from[1], &c, 1), 1); }

static void other_waits(const struct other *other) {
  char c;
  ck_assert_int_eq(read(other->to[0], &c, 1), 1);
}

static struct other start(const struct cxd__audit_options *options, const char *op) {
  struct other other;
  char c;
  ck_assert_int_eq(pipe2(other.to, O_CLOEXEC), 0);
  ck_assert_int_eq(pipe2(other.from, O_CLOEXEC), 0);
  other.pid = fork();
  if (other.pid == 0) {
    struct cxd__audit *audit = open_with(options);
    (void)append_as(audit, "intent", op);
    (void)cxd__audit_sync(audit, NULL);
    other_says(&other, 'r');
    other_waits(&other);
    cxd__audit_close(audit);
    other_says(&other, 'c');
    other_waits(&other);
    _exit(0);
  }
  ck_assert_int_eq(read(other.from[0], &c, 1), 1);
  return other;
}

static void let_close(const struct other *other) {
  char c = 'g';
  ck_assert_int_eq(write(other->to[1], &c, 1), 1);
  ck_assert_int_eq(read(other->from[0], &c, 1), 1);
}

static void end(const struct other *other, int with_kill) {
  int status;
  if (with_kill)
    ck_assert_int_eq(kill(other->pid, SIGKILL), 0);
  else
    ck_assert_int_eq(write(other->to[1], "e", 1), 1);
  ck_assert_int_eq(waitpid(other->pid, &status, 0), other->pid);
  for (int i = 0; i < 2; i++) {
    close(other->to[i]);
    close(other->from[i]);
  }
}

static const struct cxd__audit_options plain = {.path = log_path, .sync = 1};

/* The number of the first dangling intent, and its op; 0: none. */
static int64_t dangling(struct cxd__audit *audit, const char *campaign, int64_t after, const char *op) {
  char *line = NULL;
  int64_t seq = 0;
  cxd_error *error = NULL;
  cxd_status status = cxd__audit_dangling(audit, campaign, after, &line, &seq, &error);
  ck_assert_msg(status == CXD_OK, "%d %s", status, error ? error->message : "");
  if (!line)
    return 0;
  struct cxd__slice record = {line, strlen(line)};
  ck_assert_ptr_null(strchr(line, '\n'));
  ck_assert_int_eq(member_int(record, "seq"), seq);
  if (op)
    ck_assert(cxd__json_string_is(member(record, "op"), op));
  cxd__free(line);
  return seq;
}

START_TEST(the_intent_of_a_killed_process_dangles_and_that_of_a_living_one_does_not) {
  struct cxd__audit *audit = open_log();
  struct other a = start(&plain, "a"), b = start(&plain, "b");
  int64_t own = append_as(audit, "intent", "own");
  ck_assert_int_eq(dangling(audit, NULL, 0, NULL), 0);
  end(&a, 1);
  int64_t first = dangling(audit, NULL, 0, "a");
  ck_assert_int_eq(first, 2);
  ck_assert_int_eq(dangling(audit, NULL, first, NULL), 0);
  ck_assert_int_eq(dangling(audit, "c-a", 0, "a"), first);
  ck_assert_int_eq(dangling(audit, "c-b", 0, NULL), 0);
  ck_assert_int_eq(dangling(audit, "c", 0, NULL), 0);
  end(&b, 1);
  ck_assert_int_eq(dangling(audit, "c-b", 0, "b"), 3);
  ck_assert_int_eq(dangling(audit, NULL, first, "b"), 3);
  ck_assert_int_gt(own, 3);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(where_it_cannot_be_told_whether_a_writer_lives_nobody_is_told_that_nothing_dangles) {
  struct cxd__audit *audit = open_log();
  struct other other = start(&plain, "a");
  char *line = NULL;
  int64_t seq = 0;
  fail_question = ENOLCK;
  ck_fails(cxd__audit_dangling(audit, "c-a", 0, &line, &seq, &error), CXD_E_AUDIT, "whether a writer lives");
  ck_assert_ptr_null(line);
  ck_assert_int_eq(dangling(audit, "c-b", 0, NULL), 0);
  fail_question = 0;
  end(&other, 1);
  ck_assert_int_eq(dangling(audit, "c-a", 0, "a"), 2);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(an_intent_whose_log_was_closed_dangles_though_the_process_lives) {
  struct cxd__audit *audit = open_log();
  struct other other = start(&plain, "a");
  ck_assert_int_eq(dangling(audit, NULL, 0, NULL), 0);
  let_close(&other);
  ck_assert_int_eq(dangling(audit, NULL, 0, "a"), 2);
  end(&other, 0);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(logs_of_one_process_know_of_each_other) {
  struct cxd__audit *a = open_log(), *b = open_log();
  (void)append_as(a, "intent", "a");
  ck_assert_int_eq(dangling(a, NULL, 0, NULL), 0);
  ck_assert_int_eq(dangling(b, NULL, 0, NULL), 0);
  cxd__audit_close(a);
  ck_assert_int_eq(dangling(b, NULL, 0, "a"), 2);
  cxd__audit_close(b);
}
END_TEST

START_TEST(a_dangling_intent_is_resolved_once) {
  static const char outcome[] = "\"k\":\"outcome\",\"op\":\"a\",\"recovered\":true";
  struct cxd__audit *audit = open_log();
  (void)append_as(audit, "intent", "a");
  cxd__audit_close(audit);
  struct cxd__audit *one = open_log(), *two = open_log();
  struct cxd__buf sealed = {0};
  int64_t seq = dangling(one, NULL, 0, "a");
  ck_assert_int_eq(dangling(two, NULL, 0, "a"), seq);
  ck_ok(cxd__audit_resolve(two, seq, outcome, strlen(outcome), &sealed, NULL, NULL));
  struct cxd__buf before = read_file(log_path);
  ck_fails(cxd__audit_resolve(one, seq, outcome, strlen(outcome), NULL, NULL, &error), CXD_E_STATE, "somebody else resolved it");
  ck_fails(cxd__audit_resolve(one, 1, outcome, strlen(outcome), NULL, NULL, &error), CXD_E_STATE, "not an intent");
  struct cxd__buf after = read_file(log_path);
  ck_assert_uint_eq(after.len, before.len);
  ck_assert_int_eq(dangling(one, NULL, 0, NULL), 0);
  cxd__audit_close(one);
  cxd__audit_close(two);
  audit = open_log();
  ck_assert_int_eq(dangling(audit, NULL, 0, NULL), 0);
  cxd__audit_close(audit);
  cxd__buf_free(&before);
  cxd__buf_free(&after);
  cxd__buf_free(&sealed);
}
END_TEST

START_TEST(a_later_round_takes_the_place_of_an_earlier_one) {
  struct cxd__audit *audit = open_log();
  (void)append_as(audit, "intent", "a");
  (void)append_as(audit, "intent", "b");
  int64_t again = append_as(audit, "intent", "a");
  cxd__audit_close(audit);
  audit = open_log();
  ck_assert_int_eq(dangling(audit, NULL, 0, "b"), 3);
  ck_assert_int_eq(dangling(audit, NULL, 3, "a"), again);
  (void)append_as(audit, "outcome", "a");
  ck_assert_int_eq(dangling(audit, NULL, 3, NULL), 0);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(dangling_intents_are_found_behind_a_checkpoint_and_in_earlier_segments) {
  const struct cxd__audit_options small = {.path = log_path, .sync = 1, .max_bytes = 110000};
  struct cxd__audit *audit = open_with(&small);
  char op[20];
  for (int i = 0; i < 600; i++) {
    (void)snprintf(op, sizeof op, "%d", i);
    (void)append_as(audit, "intent", op);
    if (i % 200 != 7)
      (void)append_as(audit, "outcome", op);
  }
  cxd__audit_close(audit);
  struct whole whole = read_whole();
  ck_assert_int_gt(whole.segments, 2);
  ck_assert_int_gt(times(whole.text.data, KIND("checkpoint")), 0);
  cxd__buf_free(&whole.text);
  audit = open_with(&small);
  int64_t at = dangling(audit, NULL, 0, "7");
  at = dangling(audit, NULL, at, "207");
  at = dangling(audit, NULL, at, "407");
  ck_assert_int_eq(dangling(audit, NULL, at, NULL), 0);
  ck_assert_int_eq(dangling(audit, "c-207", 0, "207"), dangling(audit, "c-207", 0, NULL));
  (void)append_as(audit, "outcome", "207");
  ck_assert_int_eq(dangling(audit, "c-207", 0, NULL), 0);
  ck_alarm(audit, NULL);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(an_open_intent_in_a_segment_that_is_gone_is_told_and_kept_in_the_lists) {
  const struct cxd__audit_options small = {.path = log_path, .sync = 1, .max_bytes = 2000};
  struct cxd__audit *audit = open_with(&small);
  char path[300];
  (void)append_as(audit, "intent", "lost");
  for (int i = 0; i < 12; i++)
    (void)append_as(audit, "outcome", "x");
  cxd__audit_close(audit);
  beside("audit.log.000000000001", path);
  ck_assert_int_eq(unlink(path), 0);
  audit = open_with(&small);
  ck_alarm(audit, "intent 2 has no outcome");
  ck_assert_int_eq(dangling(audit, NULL, 0, NULL), 0);
  for (int i = 0; i < 12; i++)
    (void)append_as(audit, "outcome", "x");
  cxd__audit_close(audit);
  struct cxd__buf text = read_file(log_path);
  ck_open_list(nth(&text, KIND("genesis"), 0), "[{\"seq\":2,\"op\":\"lost\"}]");
  cxd__buf_free(&text);
}
END_TEST

START_TEST(an_outcome_closes_an_intent_whose_segment_was_archived) {
  const struct cxd__audit_options small = {.path = log_path, .sync = 1, .max_bytes = 2000};
  struct cxd__audit *audit = open_with(&small);
  char path[300];
  (void)append_as(audit, "intent", "archived");
  for (int i = 0; i < 12; i++)
    (void)append_as(audit, "outcome", "x");
  struct cxd__audit *other = open_with(&small);
  beside("audit.log.000000000001", path);
  ck_assert_int_eq(unlink(path), 0);
  cxd__audit_close(audit);
  (void)append_as(other, "outcome", "archived");
  for (int again = 0; again < 2; again++) {
    audit = open_with(&small);
    ck_alarm(audit, NULL);
    ck_assert_int_eq(dangling(audit, NULL, 0, NULL), 0);
    for (int i = 0; i < 12 && !again; i++)
      (void)append_as(audit, "outcome", "x");
    cxd__audit_close(audit);
  }
  cxd__audit_close(other);
  struct cxd__buf text = read_file(log_path);
  ck_open_list(nth(&text, KIND("genesis"), 0), "[]");
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_writer_whose_lock_file_was_deleted_or_replaced_still_lives) {
  char path[300], other_path[300];
  beside("audit.log.writers", path);
  beside("other", other_path);
  for (int which = 0; which < 4; which++) {
    struct cxd__audit *audit = open_log(), *before = open_log();
    (void)append_as(audit, "intent", "a");
    write_file(other_path, "", 0);
    ck_assert_int_eq(which % 2 ? rename(other_path, path) : unlink(path), 0);
    ck_assert_int_eq(dangling(before, NULL, 0, NULL), 0); /* knows the old one */
    if (which < 2)
      (void)append_as(audit, "attempt", "a");
    else
      ck_ok(cxd__audit_reserve(audit, NULL));
    struct cxd__audit *after = open_log();
    ck_assert_int_eq(dangling(after, NULL, 0, NULL), 0);
    ck_assert_int_eq(dangling(before, NULL, 0, NULL), 0);
    ck_assert(is_there("audit.log.writers"));
    cxd__audit_close(audit);
    ck_assert_int_eq(dangling(after, NULL, 0, "a"), 2);
    ck_assert_int_eq(dangling(before, NULL, 0, "a"), 2);
    cxd__audit_close(after);
    cxd__audit_close(before);
    remove_dir();
    ck_assert_int_eq(mkdir(log_dir, 0700), 0);
  }
}
END_TEST

START_TEST(a_lock_file_that_cannot_be_made_again_stops_new_work_and_no_outcome) {
  struct cxd__audit *audit = open_log(), *other = open_log();
  char path[300], *line = NULL;
  beside("audit.log.writers", path);
  (void)append_as(other, "intent", "b");
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(mkdir(path, 0700), 0);
  (void)append_as(audit, "outcome", "a");
  struct cxd__audit_entry entries[2] = {{.body = "\"k\":\"intent\",\"op\":\"c\"", .len = 21, .reserve = 1}, {.body = "\"k\":\"outcome\",\"op\":\"a\"", .len = 22}};
  cxd__audit_append_all(audit, entries, 2);
  ck_assert_int_eq(entries[0].status, CXD_E_AUDIT);
  ck_assert_ptr_nonnull(strstr(entries[0].error->message, ".writers"));
  ck_ok(entries[1].status);
  cxd_error_free(entries[0].error);
  cxd__free(entries[1].sealed);
  ck_fails(cxd__audit_reserve(audit, &error), CXD_E_AUDIT, ".writers");
  ck_fails(cxd__audit_dangling(audit, NULL, 0, &line, NULL, &error), CXD_E_AUDIT, ".writers");
  (void)append_as(other, "outcome", "b");
  ck_assert_int_eq(rmdir(path), 0);
  ck_ok(cxd__audit_reserve(audit, NULL));
  ck_ok(cxd__audit_dangling(audit, NULL, 0, &line, NULL, NULL));
  ck_assert_ptr_null(line);
  cxd__audit_close(audit);
  cxd__audit_close(other);
}
END_TEST

START_TEST(a_log_with_another_hard_link_is_refused_under_both_names) {
  struct cxd__audit *audit = open_log();
  char path[300], second[300];
  (void)append_as(audit, "outcome", "a");
  cxd__audit_close(audit);
  struct cxd__buf text = read_file(log_path);
  beside("link.log", path);
  beside("audit.log.000000000001", second);
  ck_assert_int_eq(link(log_path, path), 0);
  ck_fails(try_open(path, &audit, &error), CXD_E_AUDIT, "remove the other link");
  ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, "remove the other link");
  ck_assert_int_eq(link(log_path, second), 0); /* one too many, still */
  ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, "remove the other link");
  struct cxd__buf after = read_file(log_path);
  ck_assert_uint_eq(after.len, text.len);
  ck_assert_int_eq(unlink(path), 0);
  audit = open_log(); /* its own second name is none */
  ck_alarm(audit, NULL);
  cxd__audit_close(audit);
  cxd__buf_free(&after);
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_directory_that_was_moved_is_noticed_once_another_stands_in_its_place) {
  char moved[80], here[300], path[400];
  (void)snprintf(moved, sizeof moved, "%s.moved", log_dir);
  ck_assert_ptr_nonnull(getcwd(here, sizeof here));
  for (int relative = 0; relative < 2; relative++) {
    struct cxd__audit *audit;
    if (relative) {
      ck_assert_int_eq(chdir(log_dir), 0);
      const struct cxd__audit_options options = {.path = "audit.log", .sync = 1};
      audit = open_with(&options);
      ck_assert_int_eq(chdir(here), 0);
    } else
      audit = open_log();
    ck_ok(cxd__audit_reserve(audit, NULL));
    ck_assert_int_eq(rename(log_dir, moved), 0);
    ck_ok(cxd__audit_reserve(audit, NULL)); /* nothing there: as after chroot() */
    ck_assert_int_eq(mkdir(log_dir, 0700), 0);
    ck_fails(cxd__audit_reserve(audit, &error), CXD_E_AUDIT, "its directory was moved, another stands in its place: open the log anew");
    ck_ok(append_text(audit, "\"k\":\"outcome\"", NULL)); /* of an update that had begun */
    ck_assert_int_eq(rmdir(log_dir), 0);
    ck_assert_int_eq(rename(moved, log_dir), 0);
    ck_ok(cxd__audit_reserve(audit, NULL));
    cxd__audit_close(audit);
    (void)snprintf(path, sizeof path, "%s/audit.log", log_dir);
    ck_assert_int_eq(unlink(path), 0);
  }
}
END_TEST

static int no_descriptors(struct cxd__audit *audit) {
  char *line = NULL;
  struct rlimit limit = {0, 0}, before;
  ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
  limit.rlim_max = before.rlim_max;
  ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
  cxd_status status = cxd__audit_dangling(audit, NULL, 0, &line, NULL, NULL);
  ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
  ck_assert_ptr_null(line);
  return status;
}

/* A failure that passes is no missing segment. */
START_TEST(an_earlier_segment_that_cannot_be_opened_just_now_is_an_error_and_no_alarm) {
  const struct cxd__audit_options small = {.path = log_path, .sync = 1, .max_bytes = 2000};
  struct cxd__audit *audit = open_with(&small);
  (void)append_as(audit, "intent", "a");
  cxd__audit_close(audit);
  audit = open_with(&small);
  for (int i = 0; i < 12; i++)
    (void)append_as(audit, "outcome", "x");
  ck_assert_int_eq(no_descriptors(audit), CXD_E_AUDIT);
  ck_alarm(audit, NULL);
  ck_assert_int_eq(dangling(audit, NULL, 0, "a"), 2);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(the_file_of_writers_is_private_empty_and_stays) {
  struct cxd__audit *audit = open_log();
  struct stat st, again;
  char path[300];
  beside("audit.log.writers", path);
  ck_assert_int_eq(stat(path, &st), 0);
  ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
  ck_assert_int_eq(st.st_size, 0);
  cxd__audit_close(audit);
  audit = open_log();
  cxd__audit_close(audit);
  ck_assert_int_eq(stat(path, &again), 0);
  ck_assert_uint_eq(again.st_ino, st.st_ino);
}
END_TEST

START_TEST(a_file_of_writers_that_is_a_link_or_a_directory_is_refused) {
  struct cxd__audit *audit = NULL;
  char path[300], other[300];
  beside("audit.log.writers", path);
  beside("other", other);
  ck_assert_int_eq(symlink(other, path), 0);
  ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, ".writers");
  ck_assert(!is_there("other"));
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(mkdir(path, 0700), 0);
  ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, ".writers");
  ck_assert_int_eq(rmdir(path), 0);
  ck_assert_int_eq(mkfifo(path, 0600), 0);
  ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, ".writers");
}
END_TEST

static struct cxd__place place;

static struct cxd__slice quoted(const char *text) { return (struct cxd__slice){text, strlen(text)}; }

START_TEST(an_instance_that_is_taken_is_not_taken_again) {
  struct cxd__sealer one, two;
  struct cxd__writers a = {.fd = -1, .before = -1}, b = {.fd = -1, .before = -1};
  char before[112], quoted_one[120];
  place = (struct cxd__place){.dir = -1};
  ck_ok(cxd__place_enter(&place, log_path, 0, NULL));
  memset(&one, 0, sizeof one);
  memset(&two, 0, sizeof two);
  ck_ok(cxd__sealer_open(&one, NULL, NULL));
  ck_ok(cxd__sealer_open(&two, NULL, NULL));
  strcpy(two.writer, one.writer);
  strcpy(before, one.writer);
  ck_ok(cxd__writers_open(&a, &place, &one, NULL));
  ck_ok(cxd__writers_open(&b, &place, &two, NULL));
  ck_assert_str_eq(one.writer, before);
  ck_assert_str_ne(two.writer, before);
  (void)snprintf(quoted_one, sizeof quoted_one, "\"%s\"", before);
  ck_assert(cxd__writers_alive(&a, quoted(quoted_one)));
  ck_assert(cxd__writers_alive(&b, quoted(quoted_one)));
  cxd__writers_close(&a, 0);
  ck_assert(!cxd__writers_alive(&b, quoted(quoted_one)));
  ck_assert(!cxd__writers_alive(&b, quoted("\"\"")));
  ck_assert(!cxd__writers_alive(&b, quoted("\"host/1/0000000g\"")));
  ck_assert(!cxd__writers_alive(&b, quoted("7")));
  ck_assert(!cxd__writers_alive(&b, (struct cxd__slice){NULL, 0}));
  cxd__writers_close(&b, 0);
  cxd__sealer_close(&one);
  cxd__sealer_close(&two);
  cxd__place_leave(&place);
}
END_TEST

START_TEST(a_child_of_fork_leaves_its_parent_alive) {
  struct cxd__audit *audit = open_log();
  (void)append_as(audit, "intent", "a");
  pid_t child = fork();
  int status;
  if (child == 0) {
    cxd__audit_close(audit);
    _exit(0);
  }
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(status, 0);
  struct cxd__audit *other = open_log();
  ck_assert_int_eq(dangling(other, NULL, 0, NULL), 0);
  cxd__audit_close(audit);
  ck_assert_int_eq(dangling(other, NULL, 0, "a"), 2);
  cxd__audit_close(other);
}
END_TEST

/* The parent's log is closed while a child that never closed it lives on: its intents are nobody's. */
START_TEST(closing_ends_a_writer_though_a_child_has_its_descriptor) {
  struct cxd__audit *audit = open_log();
  int wait[2];
  (void)append_as(audit, "intent", "a");
  ck_assert_int_eq(pipe2(wait, O_CLOEXEC), 0);
  pid_t child = fork();
  int status;
  if (child == 0) {
    char c;
    close(wait[1]);
    _exit(read(wait[0], &c, 1) == 0 ? 0 : 1);
  }
  cxd__audit_close(audit);
  audit = open_log();
  ck_assert_int_eq(dangling(audit, NULL, 0, "a"), 2);
  close(wait[1]);
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(status, 0);
  close(wait[0]);
  cxd__audit_close(audit);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_writers");
  TCase *tc = tcase_create("audit_writers");
  tcase_set_timeout(tc, 60);
  tcase_add_checked_fixture(tc, make_dir, remove_dir);
  tcase_add_test(tc, the_intent_of_a_killed_process_dangles_and_that_of_a_living_one_does_not);
  tcase_add_test(tc, where_it_cannot_be_told_whether_a_writer_lives_nobody_is_told_that_nothing_dangles);
  tcase_add_test(tc, an_intent_whose_log_was_closed_dangles_though_the_process_lives);
  tcase_add_test(tc, logs_of_one_process_know_of_each_other);
  tcase_add_test(tc, a_dangling_intent_is_resolved_once);
  tcase_add_test(tc, a_later_round_takes_the_place_of_an_earlier_one);
  tcase_add_test(tc, dangling_intents_are_found_behind_a_checkpoint_and_in_earlier_segments);
  tcase_add_test(tc, an_open_intent_in_a_segment_that_is_gone_is_told_and_kept_in_the_lists);
  tcase_add_test(tc, an_earlier_segment_that_cannot_be_opened_just_now_is_an_error_and_no_alarm);
  tcase_add_test(tc, the_file_of_writers_is_private_empty_and_stays);
  tcase_add_test(tc, a_file_of_writers_that_is_a_link_or_a_directory_is_refused);
  tcase_add_test(tc, an_instance_that_is_taken_is_not_taken_again);
  tcase_add_test(tc, a_child_of_fork_leaves_its_parent_alive);
  tcase_add_test(tc, closing_ends_a_writer_though_a_child_has_its_descriptor);
  tcase_add_test(tc, an_outcome_closes_an_intent_whose_segment_was_archived);
  tcase_add_test(tc, a_writer_whose_lock_file_was_deleted_or_replaced_still_lives);
  tcase_add_test(tc, a_lock_file_that_cannot_be_made_again_stops_new_work_and_no_outcome);
  tcase_add_test(tc, a_log_with_another_hard_link_is_refused_under_both_names);
  tcase_add_test(tc, a_directory_that_was_moved_is_noticed_once_another_stands_in_its_place);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
