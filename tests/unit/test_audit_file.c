/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* popen, unshare */
#include <errno.h>
#include <linux/magic.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>

#include "audit.h"
#include "run.h"
#include "segments.h"

#define BODY "\"k\":\"intent\",\"op\":\"x\",\"campaign\":\"c-1\""

/* The library's calls end here, so that a test can make them fail. */
static int fail_write;
static _Atomic int syncs;
static size_t short_write;
static uint32_t pretend_fs;
static int clock_runs;

ssize_t write(int fd, const void *bytes, size_t len) {
  int record = len > 12 && memcmp(bytes, "{\"v\":1,\"seq\"", 12) == 0;
  if (record && fail_write == EINTR) {
    fail_write = 0;
    errno = EINTR;
    return -1;
  }
  if (record && fail_write) {
    errno = fail_write;
    return -1;
  }
  return syscall(SYS_write, fd, bytes, record && short_write ? short_write : len);
}

int fdatasync(int fd) {
  syncs++;
  return (int)syscall(SYS_fdatasync, fd);
}

int fstatfs(int fd, struct statfs *out) {
  int result = (int)syscall(SYS_fstatfs, fd, out);
  if (pretend_fs)
    out->f_type = pretend_fs;
  return result;
}

/* A clock that jumps a second at each look. */
int clock_gettime(clockid_t clock, struct timespec *out) {
  int result = (int)syscall(SYS_clock_gettime, clock, out);
  if (clock_runs)
    out->tv_sec += clock_runs++;
  return result;
}

static cxd_status append(struct cxd__audit *audit) { return append_text(audit, BODY, NULL); }

static int64_t size_of(const char *path) {
  struct stat st;
  ck_assert_int_eq(stat(path, &st), 0);
  return st.st_size;
}

/* Runs a part in a process of its own; the part returns 0 when all was as expected, 77 when it could not run. */
static int in_child(int (*part)(void)) {
  pid_t child = fork();
  if (child == 0)
    _exit(part());
  int status;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFEXITED(status), "ended by signal %d", WTERMSIG(status));
  return WEXITSTATUS(status);
}

START_TEST(a_new_file_is_private_and_begins_with_genesis) {
  struct cxd__audit *audit = open_log();
  struct stat st;
  ck_assert_int_eq(stat(log_path, &st), 0);
  ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
  ck_chain(log_path, 1);
  struct cxd__buf text = read_file(log_path);
  ck_assert_ptr_nonnull(strstr(text.data, ",\"k\":\"genesis\",\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\","));
  cxd__buf_free(&text);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(a_record_has_time_boot_and_writer) {
  struct cxd__audit *audit = open_log();
  struct cxd__buf sealed = {0};
  int64_t seq = 0;
  int year, month, day, hour, minute, second, us, pid, end = 0;
  long long bt;
  char boot[40], host[70], instance[10];
  ck_ok(cxd__audit_append(audit, BODY, strlen(BODY), &sealed, &seq, NULL));
  ck_assert_int_eq(seq, 2);
  int n = sscanf(sealed.data, "{\"v\":1,\"seq\":2,\"t\":\"%4d-%2d-%2dT%2d:%2d:%2d.%6dZ\",\"bt\":%lld,\"boot\":\"%36[0-9a-f-]\",\"w\":\"%64[^/]/%d/%8[0-9a-f]\"," BODY ",%n", &year, &month, &day, &hour,
                 &minute, &second, &us, &bt, boot, host, &pid, instance, &end);
  ck_assert_int_eq(n, 12);
  ck_assert_int_gt(end, 0);
  ck_assert_int_eq(pid, getpid());
  ck_assert_uint_eq(strlen(instance), 8);
  ck_assert_uint_eq(strlen(boot), 36);
  cxd__buf_free(&sealed);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(a_chain_goes_on_after_reopening) {
  for (int i = 0; i < 3; i++) {
    struct cxd__audit *audit = open_log();
    ck_ok(append(audit));
    ck_ok(append(audit));
    cxd__audit_close(audit);
  }
  ck_chain(log_path, 7);
}
END_TEST

START_TEST(a_relative_path_survives_a_change_of_directory) {
  int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct cxd__audit *audit;
  ck_assert_int_eq(chdir(log_dir), 0);
  ck_ok(try_open("audit.log", &audit, NULL));
  ck_assert_int_eq(fchdir(here), 0);
  int fd = open(log_path, O_WRONLY | O_APPEND | O_CLOEXEC);
  ck_assert_int_eq(write(fd, "torn", 4), 4);
  close(fd);
  ck_ok(append(audit));
  cxd__audit_close(audit);
  close(here);
  ck_chain(log_path, 3);
  char copy[120];
  (void)snprintf(copy, sizeof copy, "%s.torn-2", log_path);
  ck_assert_int_eq(size_of(copy), 4);
}
END_TEST

START_TEST(records_are_synced_together_and_only_when_there_are_some) {
  struct cxd__audit *audit = open_log();
  int before = syncs;
  ck_ok(cxd__audit_sync(audit, NULL));
  ck_assert_int_eq(syncs, before);
  for (int i = 0; i < 5; i++)
    ck_ok(append(audit));
  ck_ok(cxd__audit_sync(audit, NULL));
  ck_ok(cxd__audit_sync(audit, NULL));
  ck_assert_int_eq(syncs, before + 1);
  cxd__audit_close(audit);
  const struct cxd__audit_options lazy = {.path = log_path, .sync = 0};
  ck_ok(cxd__audit_open_file(&lazy, &audit, NULL));
  ck_ok(append(audit));
  ck_ok(cxd__audit_sync(audit, NULL));
  ck_assert_int_eq(syncs, before + 1);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(a_failed_write_leaves_the_file_as_it_was) {
  static const int codes[] = {ENOSPC, EDQUOT, EIO};
  struct cxd__audit *audit = open_log();
  for (size_t i = 0; i < 3; i++) {
    int64_t before = size_of(log_path);
    fail_write = codes[i];
    ck_fails(append_text(audit, BODY, &error), CXD_E_AUDIT, i < 2 ? "free some space, 64 KiB have to be free for the records of one update" : "nothing was written");
    fail_write = 0;
    ck_assert_int_eq(size_of(log_path), before);
    ck_ok(append(audit));
  }
  fail_write = EINTR;
  ck_ok(append(audit));
  cxd__audit_close(audit);
  ck_chain(log_path, 5);
}
END_TEST

START_TEST(a_short_write_is_taken_back) {
  struct cxd__audit *audit = open_log();
  int64_t before = size_of(log_path);
  short_write = 100;
  ck_fails(append_text(audit, BODY, &error), CXD_E_AUDIT, "nothing was written");
  short_write = 0;
  ck_assert_int_eq(size_of(log_path), before);
  ck_ok(append(audit));
  cxd__audit_close(audit);
  ck_chain(log_path, 2);
}
END_TEST

START_TEST(a_record_that_is_too_large_or_hostile_is_refused_and_the_next_one_is_not) {
  static char large[2 * CXD__AUDIT_MAX_RECORD];
  struct cxd__audit *audit = open_log();
  memset(large, 'a', sizeof large - 1);
  memcpy(large, "\"k\":\"", 5);
  large[sizeof large - 2] = '"';
  int64_t before = size_of(log_path);
  ck_fails(append_text(audit, large, &error), CXD_E_TOO_LARGE, "16384");
  ck_fails(append_text(audit, "\"k\":\"x\"}\n{\"v\":1", &error), CXD_E_AUDIT, "not written");
  ck_fails(append_text(audit, "\"k\":\"x\",\"seq\":9", &error), CXD_E_AUDIT, "seq");
  ck_assert_int_eq(size_of(log_path), before);
  ck_ok(append(audit));
  cxd__audit_close(audit);
  ck_chain(log_path, 2);
}
END_TEST

static int one_of_eight(void) {
  struct cxd__audit *audit;
  const struct cxd__audit_options options = {.path = log_path};
  NEED(cxd__audit_open_file(&options, &audit, NULL) == CXD_OK);
  for (int i = 0; i < 200; i++)
    NEED(append(audit) == CXD_OK);
  cxd__audit_close(audit);
  return 0;
}

/* The same by the independent verifier; its place comes from the build. */
static void ck_verifier(int records) {
  const char *source = getenv("CXDIALER_SOURCE");
  char command[600], expected[64], answer[256] = "";
  if (!source)
    return;
  (void)snprintf(command, sizeof command, "PYTHONDONTWRITEBYTECODE=1 python3 '%s/tests/audit/verify_log.py' '%s'", source, log_path);
  (void)snprintf(expected, sizeof expected, "ok %d records\n", records);
  FILE *verifier = popen(command, "r");
  ck_assert_ptr_nonnull(verifier);
  ck_assert_ptr_nonnull(fgets(answer, sizeof answer, verifier));
  ck_assert_int_eq(pclose(verifier), 0);
  ck_assert_str_eq(answer, expected);
}

START_TEST(eight_processes_make_one_linear_chain) {
  pid_t children[8];
  for (int i = 0; i < 8; i++) {
    children[i] = fork();
    if (children[i] == 0)
      _exit(one_of_eight());
  }
  for (int i = 0; i < 8; i++) {
    int status;
    ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
    ck_assert_int_eq(status, 0);
  }
  struct whole whole = read_whole();
  ck_assert_int_eq(times(whole.text.data, KIND("intent")), 8 * 200);
  ck_assert_int_eq(times(whole.text.data, KIND("checkpoint")), 8 * 200 / 256);
  ck_assert_int_eq(whole.last.seq, 1 + 8 * 200 + 6);
  ck_verifier(1 + 8 * 200 + 6);
  cxd__buf_free(&whole.text);
}
END_TEST

static void *many(void *arg) {
  for (int i = 0; i < 200; i++) {
    ck_ok(append(arg));
    if (i % 20 == 0)
      ck_ok(cxd__audit_sync(arg, NULL));
  }
  return NULL;
}

START_TEST(threads_on_one_log_and_on_two_make_one_linear_chain) {
  struct cxd__audit *audits[2] = {open_log(), open_log()};
  pthread_t threads[4];
  for (int i = 0; i < 4; i++)
    ck_assert_int_eq(pthread_create(&threads[i], NULL, many, audits[i % 2]), 0);
  for (int i = 0; i < 4; i++)
    ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
  cxd__audit_close(audits[0]);
  cxd__audit_close(audits[1]);
  ck_chain(log_path, 801 + 800 / 256);
}
END_TEST

START_TEST(a_lock_that_is_never_given_back_does_not_hang_for_ever) {
  struct cxd__audit *audit = open_log();
  int fd = open(log_path, O_RDONLY | O_CLOEXEC);
  ck_assert_int_eq(flock(fd, LOCK_EX), 0);
  clock_runs = 1;
  ck_fails(append_text(audit, BODY, &error), CXD_E_AUDIT, "locked by another process");
  clock_runs = 0;
  close(fd);
  ck_ok(append(audit));
  cxd__audit_close(audit);
}
END_TEST

static struct cxd__audit *inherited;

static int child_part(void) {
  NEED(append(inherited) == CXD_E_FORKED);
  NEED(cxd__audit_sync(inherited, NULL) == CXD_E_FORKED);
  cxd__audit_close(inherited);
  return 0;
}

START_TEST(a_child_of_fork_is_refused_and_disturbs_nothing) {
  inherited = open_log();
  ck_ok(append(inherited));
  ck_assert_int_eq(in_child(child_part), 0);
  ck_ok(append(inherited));
  cxd__audit_close(inherited);
  ck_chain(log_path, 3);
}
END_TEST

static int limited_part(void) {
  struct cxd__audit *audit;
  sigset_t set, mask;
  NEED(signal(SIGXFSZ, SIG_DFL) != SIG_ERR);
  NEED(try_open(log_path, &audit, NULL) == CXD_OK);
  for (int host_pending = 0; host_pending < 2; host_pending++)
    for (rlim_t room = 0; room < 300; room += 150) {
      NEED(sigemptyset(&set) == 0 && sigaddset(&set, SIGXFSZ) == 0);
      NEED(sigprocmask(host_pending ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL) == 0);
      if (host_pending)
        NEED(raise(SIGXFSZ) == 0);
      int64_t before = size_of(log_path);
      struct rlimit limit = {(rlim_t)before + room, RLIM_INFINITY};
      NEED(setrlimit(RLIMIT_FSIZE, &limit) == 0);
      NEED(append(audit) == CXD_E_AUDIT);
      NEED(cxd__audit_reserve(audit, NULL) == CXD_E_AUDIT);
      NEED(size_of(log_path) == before);
      NEED(sigprocmask(SIG_BLOCK, NULL, &mask) == 0 && sigismember(&mask, SIGXFSZ) == host_pending);
      NEED(sigpending(&mask) == 0 && sigismember(&mask, SIGXFSZ) == host_pending);
      limit.rlim_cur = RLIM_INFINITY;
      NEED(setrlimit(RLIMIT_FSIZE, &limit) == 0);
      NEED(append(audit) == CXD_OK && cxd__audit_reserve(audit, NULL) == CXD_OK);
    }
  cxd__audit_close(audit);
  return 0;
}

START_TEST(the_file_size_limit_kills_nobody_and_leaves_the_file_whole) {
  ck_assert_int_eq(in_child(limited_part), 0);
  ck_chain(log_path, 5);
}
END_TEST

static int intents(void) {
  struct cxd__buf text = read_file(log_path);
  int count = times(text.data, KIND("intent"));
  cxd__buf_free(&text);
  return count;
}

static int fill_disk(void) {
  static char block[4096];
  char path[128];
  (void)snprintf(path, sizeof path, "%s/filler", log_dir);
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  while (write(fd, block, sizeof block) > 0) {
  }
  close(fd);
  return errno == ENOSPC;
}

static int disk_part(void) {
  struct cxd__audit *audit;
  int64_t count;
  char filler[128];
  (void)snprintf(filler, sizeof filler, "%s/filler", log_dir);
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || mount("tmpfs", log_dir, "tmpfs", 0, "size=512k") != 0)
    return 77;
  NEED(try_open(log_path, &audit, NULL) == CXD_OK);
  NEED(cxd__audit_reserve(audit, NULL) == CXD_OK);
  NEED(fill_disk());
  int written = 0;
  while (append(audit) == CXD_OK)
    written++;
  NEED(written * 400 > 60000); /* the room that was set aside */
  NEED(is_chain(log_path, &count) && intents() == written);
  NEED(cxd__audit_reserve(audit, NULL) == CXD_E_AUDIT);
  NEED(append(audit) == CXD_E_AUDIT);
  NEED(is_chain(log_path, &count) && intents() == written);
  NEED(unlink(filler) == 0);
  NEED(cxd__audit_reserve(audit, NULL) == CXD_OK && append(audit) == CXD_OK);
  NEED(is_chain(log_path, &count) && intents() == written + 1);
  cxd__audit_close(audit);
  return 0;
}

/* Twenty updates under way when the disk fills up, each with as long an outcome as there can be. */
static int many_under_way(void) {
  enum { UPDATES = 20, LONG = 15500 };
  static char outcome[LONG + 200], text[120];
  struct cxd__audit *audit;
  int64_t count;
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || mount("tmpfs", log_dir, "tmpfs", 0, "size=4m") != 0)
    return 77;
  NEED(try_open(log_path, &audit, NULL) == CXD_OK);
  for (int i = 0; i < UPDATES; i++) {
    (void)snprintf(text, sizeof text, "\"k\":\"intent\",\"op\":\"op-%d\",\"campaign\":\"c-%d\"", i, i);
    NEED(cxd__audit_reserve(audit, NULL) == CXD_OK && append_text(audit, text, NULL) == CXD_OK);
  }
  NEED(fill_disk());
  for (int i = 0; i < UPDATES; i++) {
    int head = snprintf(outcome, sizeof outcome, "\"k\":\"outcome\",\"op\":\"op-%d\",\"outcome\":\"applied\",\"pad\":\"", i);
    memset(outcome + head, 'x', LONG);
    (void)snprintf(outcome + head + LONG, 2, "\"");
    NEED(append_text(audit, outcome, NULL) == CXD_OK);
  }
  NEED(is_chain(log_path, &count) && count >= 2 * UPDATES);
  cxd__audit_close(audit);
  return 0;
}

START_TEST(every_update_under_way_has_room_for_its_outcome) {
  int result = in_child(many_under_way);
  if (result == 77)
    (void)fprintf(stderr, "every_update_under_way: not run, no file system can be mounted here\n");
  else
    ck_assert_int_eq(result, 0);
}
END_TEST

START_TEST(a_full_disk_is_seen_before_an_intent_and_never_tears_a_record) {
  int result = in_child(disk_part);
  if (result == 77)
    (void)fprintf(stderr, "a_full_disk: not run, no file system can be mounted here\n");
  else
    ck_assert_int_eq(result, 0);
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused) {
  struct cxd__audit *audit = NULL;
  char other[128];
  (void)snprintf(other, sizeof other, "%s/other", log_dir);
  ck_assert_int_eq(symlink(other, log_path), 0);
  ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, "symbolic link");
  ck_assert_int_ne(access(other, F_OK), 0);
  write_file(other, "", 0);
  ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, "symbolic link");
  ck_assert_int_eq(size_of(other), 0);
  ck_assert_int_eq(unlink(log_path), 0);
  ck_assert_int_eq(mkfifo(log_path, 0600), 0);
  ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, "not a regular file");
  ck_fails(try_open("/dev/null", &audit, &error), CXD_E_AUDIT, "not a regular file");
  ck_fails(try_open(log_dir, &audit, &error), CXD_E_AUDIT, "is a directory");
  ck_fails(try_open("/tmp/", &audit, &error), CXD_E_AUDIT, "is a directory");
  ck_fails(try_open("..", &audit, &error), CXD_E_AUDIT, "is a directory");
  ck_fails(try_open("", &audit, &error), CXD_E_AUDIT, "not set");
  ck_fails(try_open("/nonexistent/audit.log", &audit, &error), CXD_E_AUDIT, "directory cannot be opened");
  ck_assert_ptr_null(audit);
}
END_TEST

static int unprivileged_part(void) {
  struct cxd__audit *audit;
  cxd_error *error = NULL;
  if (geteuid() == 0)
    NEED(setgid(65534) == 0 && setuid(65534) == 0);
  NEED(try_open(log_path, &audit, &error) == CXD_E_AUDIT);
  NEED(strstr(error->message, "Permission denied"));
  cxd_error_free(error);
  return 0;
}

START_TEST(a_place_that_cannot_be_written_is_refused) {
  ck_assert_int_eq(chmod(log_dir, 0555), 0);
  ck_assert_int_eq(in_child(unprivileged_part), 0);
  ck_assert_int_eq(chmod(log_dir, 0755), 0);
  write_file(log_path, "", 0);
  ck_assert_int_eq(chmod(log_path, 0444), 0);
  ck_assert_int_eq(in_child(unprivileged_part), 0);
}
END_TEST

START_TEST(a_network_file_system_is_refused_unless_allowed) {
  static const uint32_t types[] = {NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC};
  struct cxd__audit *audit = NULL;
  for (size_t i = 0; i < 4; i++) {
    pretend_fs = types[i];
    ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, "network file system");
    ck_assert_int_ne(access(log_path, F_OK), 0);
  }
  const struct cxd__audit_options allowed = {.path = log_path, .allow_network_fs = 1};
  ck_ok(cxd__audit_open_file(&allowed, &audit, NULL));
  pretend_fs = 0;
  cxd__audit_close(audit);
}
END_TEST

/* The descriptor of the log in this process. */
static int find_descriptor(void) {
  char link[64], target[256];
  for (int fd = 0; fd < 256; fd++) {
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, target, sizeof target - 1);
    if (n > 0 && (size_t)n == strlen(log_path) && memcmp(target, log_path, (size_t)n) == 0)
      return fd;
  }
  return -1;
}

START_TEST(descriptors_are_not_inherited) {
  struct cxd__audit *audit = open_log();
  int fd = find_descriptor();
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
  cxd__audit_close(audit);
  ck_assert_int_eq(find_descriptor(), -1);
}
END_TEST

START_TEST(a_descriptor_that_the_host_closed_is_not_written_to) {
  struct cxd__audit *audit = open_log();
  int fd = find_descriptor();
  char other[128];
  (void)snprintf(other, sizeof other, "%s/other", log_dir);
  ck_assert_int_eq(close(fd), 0);
  ck_assert_int_eq(open(other, O_RDWR | O_CREAT | O_CLOEXEC, 0600), fd);
  ck_fails(append_text(audit, BODY, &error), CXD_E_AUDIT, "lost its descriptor");
  ck_fails(append_text(audit, BODY, &error), CXD_E_AUDIT, "lost its descriptor");
  cxd__audit_close(audit);
  ck_assert_int_eq(size_of(other), 0);
  ck_assert_int_eq(close(fd), 0); /* still the host's own */
}
END_TEST

START_TEST(every_allocation_may_fail) {
  for (size_t n = 1; n < 100; n++) {
    struct cxd__audit *audit = NULL;
    struct cxd__buf sealed = {0};
    cxd__mem_fail_at(n);
    cxd_status status = try_open(log_path, &audit, NULL);
    if (status == CXD_OK)
      status = cxd__audit_append(audit, BODY, strlen(BODY), &sealed, NULL, NULL);
    int enough = cxd__mem_count() < n;
    cxd__mem_fail_at(0);
    cxd__audit_close(audit);
    cxd__buf_free(&sealed);
    if (enough) {
      int64_t count;
      ck_assert_int_eq(status, CXD_OK);
      ck_assert(is_chain(log_path, &count));
      return;
    }
    ck_assert(status == CXD_E_NOMEM || status == CXD_OK);
  }
  ck_abort_msg("never succeeded");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_file");
  TCase *tc = tcase_create("audit_file");
  tcase_set_timeout(tc, 60);
  tcase_add_checked_fixture(tc, make_dir, remove_dir);
  tcase_add_test(tc, a_new_file_is_private_and_begins_with_genesis);
  tcase_add_test(tc, a_record_has_time_boot_and_writer);
  tcase_add_test(tc, a_chain_goes_on_after_reopening);
  tcase_add_test(tc, a_relative_path_survives_a_change_of_directory);
  tcase_add_test(tc, records_are_synced_together_and_only_when_there_are_some);
  tcase_add_test(tc, a_failed_write_leaves_the_file_as_it_was);
  tcase_add_test(tc, a_short_write_is_taken_back);
  tcase_add_test(tc, a_record_that_is_too_large_or_hostile_is_refused_and_the_next_one_is_not);
  tcase_add_test(tc, eight_processes_make_one_linear_chain);
  tcase_add_test(tc, threads_on_one_log_and_on_two_make_one_linear_chain);
  tcase_add_test(tc, a_lock_that_is_never_given_back_does_not_hang_for_ever);
  tcase_add_test(tc, a_child_of_fork_is_refused_and_disturbs_nothing);
  tcase_add_test(tc, the_file_size_limit_kills_nobody_and_leaves_the_file_whole);
  tcase_add_test(tc, a_full_disk_is_seen_before_an_intent_and_never_tears_a_record);
  tcase_add_test(tc, every_update_under_way_has_room_for_its_outcome);
  tcase_add_test(tc, what_is_no_regular_file_is_refused);
  tcase_add_test(tc, a_place_that_cannot_be_written_is_refused);
  tcase_add_test(tc, a_network_file_system_is_refused_unless_allowed);
  tcase_add_test(tc, descriptors_are_not_inherited);
  tcase_add_test(tc, a_descriptor_that_the_host_closed_is_not_written_to);
  tcase_add_test(tc, every_allocation_may_fail);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
