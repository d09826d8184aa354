/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* memrchr */
#include <errno.h>
#include <sys/syscall.h>

#include "audit.h"
#include "base/digest.h"
#include "run.h"

#define BODY "\"k\":\"outcome\",\"op\":\"x\",\"campaign\":\"c-1\""

/* The library's calls end here, so that a test can make them fail. */
static int fail_write;

ssize_t write(int fd, const void *bytes, size_t len) {
  errno = fail_write;
  return fail_write ? -1 : (ssize_t)syscall(SYS_write, fd, bytes, len);
}

/* A log with genesis and `records` more. */
static struct cxd__buf make_log(int records) {
  struct cxd__audit *audit = open_log();
  for (int i = 0; i < records; i++)
    ck_ok(append_text(audit, BODY, NULL));
  cxd__audit_close(audit);
  return read_file(log_path);
}

/* Where the last line starts. */
static size_t last_line(const struct cxd__buf *text) {
  const char *before = memrchr(text->data, '\n', text->len - 1);
  return before ? (size_t)(before - text->data) + 1 : 0;
}

static void remove_copies(int seq) {
  char path[128];
  (void)snprintf(path, sizeof path, "%s.torn-%d", log_path, seq);
  ck_assert_int_eq(unlink(path), 0);
}

static void ck_file(const char *path, const char *text, size_t len) {
  struct cxd__buf is = read_file(path);
  ck_assert_uint_eq(is.len, len);
  ck_assert_mem_eq(is.data, text, len);
  cxd__buf_free(&is);
}

/* The last record says what was cut off, and the copy has it. */
static void ck_recovered(int seq, const char *torn, size_t len) {
  char path[128], body[240], hash[65];
  struct stat st;
  (void)snprintf(path, sizeof path, "%s.torn-%d", log_path, seq);
  ck_file(path, torn, len);
  ck_assert_int_eq(stat(path, &st), 0);
  ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
  cxd__sha256_hex(torn, len, hash);
  (void)snprintf(body, sizeof body, ",\"k\":\"recover\",\"what\":\"torn\",\"len\":%zu,\"sha256\":\"%s\",\"file\":\"audit.log.torn-%d\",\"prev\":", len, hash, seq);
  struct cxd__buf text = read_file(log_path);
  ck_assert_ptr_nonnull(strstr(text.data + last_line(&text), body));
  cxd__buf_free(&text);
}

START_TEST(a_tail_torn_at_any_byte_is_set_aside_and_the_chain_goes_on) {
  struct cxd__buf text = make_log(2);
  size_t start = last_line(&text);
  for (size_t cut = start + 1; cut < text.len; cut++) {
    write_file(log_path, text.data, cut);
    struct cxd__audit *audit = open_log();
    ck_recovered(3, text.data + start, cut - start);
    ck_ok(append_text(audit, BODY, NULL));
    cxd__audit_close(audit);
    ck_chain(log_path, 4);
    remove_copies(3);
  }
  write_file(log_path, text.data, start);
  struct cxd__audit *audit = open_log();
  cxd__audit_close(audit);
  ck_file(log_path, text.data, start);
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_torn_first_record_is_set_aside_and_the_log_begins_again) {
  struct cxd__buf text = make_log(0);
  for (size_t cut = 1; cut < text.len; cut++) {
    write_file(log_path, text.data, cut);
    struct cxd__audit *audit = open_log();
    cxd__audit_close(audit);
    ck_recovered(1, text.data, cut);
    ck_chain(log_path, 2);
    remove_copies(1);
  }
  cxd__buf_free(&text);
}
END_TEST

START_TEST(blocks_that_were_never_written_count_as_torn) {
  static const size_t sizes[] = {1, 4096, 16384, 16385, 100000};
  static const char zeros[100000];
  struct cxd__buf text = make_log(1);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct cxd__buf both = {0};
    cxd__buf_add(&both, text.data, text.len);
    cxd__buf_add(&both, zeros, sizes[i]);
    write_file(log_path, both.data, both.len);
    struct cxd__audit *audit = open_log();
    cxd__audit_close(audit);
    ck_recovered(3, zeros, sizes[i]);
    ck_chain(log_path, 3);
    remove_copies(3);
    cxd__buf_free(&both);
  }
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_first_block_that_was_never_written_counts_as_torn) {
  static const char zeros[4096];
  write_file(log_path, zeros, sizeof zeros);
  struct cxd__audit *audit = open_log();
  cxd__audit_close(audit);
  ck_recovered(1, zeros, sizeof zeros);
  ck_chain(log_path, 2);
}
END_TEST

START_TEST(a_copy_that_cannot_be_written_leaves_everything_as_it_was) {
  struct cxd__buf text = make_log(1);
  struct cxd__audit *audit = NULL;
  char path[128];
  (void)snprintf(path, sizeof path, "%s.torn-3", log_path);
  cxd__buf_str(&text, "torn");
  write_file(log_path, text.data, text.len);
  fail_write = ENOSPC;
  ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, "cannot be set aside: No space left on device");
  fail_write = 0;
  ck_file(log_path, text.data, text.len);
  ck_assert_int_ne(access(path, F_OK), 0);
  audit = open_log();
  cxd__audit_close(audit);
  ck_recovered(3, "torn", 4);
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_second_torn_tail_with_the_same_number_gets_a_name_of_its_own) {
  struct cxd__buf text = make_log(1);
  for (int i = 0; i < 3; i++) {
    struct cxd__buf torn = {0};
    char path[128];
    cxd__buf_add(&torn, text.data, text.len);
    cxd__buf_fmt(&torn, "torn %d", i);
    write_file(log_path, torn.data, torn.len);
    struct cxd__audit *audit = open_log();
    cxd__audit_close(audit);
    if (i == 0)
      (void)snprintf(path, sizeof path, "%s.torn-3", log_path);
    else
      (void)snprintf(path, sizeof path, "%s.torn-3.%d", log_path, i);
    ck_file(path, torn.data + text.len, torn.len - text.len);
    cxd__buf_free(&torn);
  }
  cxd__buf_free(&text);
}
END_TEST

START_TEST(files_that_are_no_log_are_refused_and_never_touched) {
  static char lines[40000];
  static const char *const texts[] = {"hello", "hello\n", "\n", "\n\n", "{\"v\":1,\"seq\":2,\"t\"", "{\"v\":2,\"seq\":1,", "{}\n", "{\"v\":1,\"seq\":1,\"prev\":\"\",\"h\":\"\"}\n", lines};
  memset(lines, 'x', sizeof lines - 1);
  for (int newline = 0; newline < 2; newline++) {
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
      struct cxd__audit *audit = NULL;
      write_file(log_path, texts[i], strlen(texts[i]));
      ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, "set audit.path to a new file");
      ck_file(log_path, texts[i], strlen(texts[i]));
    }
    lines[20000] = '\n';
    lines[sizeof lines - 2] = '\n';
  }
}
END_TEST

START_TEST(the_largest_record_is_found_again) {
  static char body[CXD__AUDIT_MAX_RECORD];
  struct cxd__audit *audit = open_log();
  struct cxd__buf sealed = {0};
  memset(body, 'a', sizeof body - 1);
  memcpy(body, "\"k\":\"", 5);
  body[99] = '"';
  body[100] = '\0';
  ck_ok(cxd__audit_append(audit, body, 100, &sealed, NULL, NULL));
  size_t around = sealed.len - 100;
  body[99] = body[100] = 'a';
  body[CXD__AUDIT_MAX_RECORD - around - 1] = '"';
  ck_ok(cxd__audit_append(audit, body, CXD__AUDIT_MAX_RECORD - around, &sealed, NULL, NULL));
  ck_assert_uint_eq(sealed.len, CXD__AUDIT_MAX_RECORD);
  cxd__buf_free(&sealed);
  cxd__audit_close(audit);
  audit = open_log();
  ck_ok(append_text(audit, BODY, NULL));
  cxd__audit_close(audit);
  ck_chain(log_path, 4);
}
END_TEST

static void add_bytes(const char *bytes) {
  int fd = open(log_path, O_WRONLY | O_APPEND | O_CLOEXEC);
  ck_assert_int_eq(write(fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
  close(fd);
}

START_TEST(an_open_log_goes_on_behind_the_torn_end_of_another_process) {
  struct cxd__audit *audit = open_log();
  ck_ok(append_text(audit, BODY, NULL));
  add_bytes("{\"v\":1,\"seq\":3,\"t\":\"20");
  int64_t seq = 0;
  ck_ok(cxd__audit_append(audit, BODY, strlen(BODY), NULL, &seq, NULL));
  ck_assert_int_eq(seq, 4);
  cxd__audit_close(audit);
  ck_chain(log_path, 4);
}
END_TEST

START_TEST(a_torn_end_that_cannot_be_set_aside_is_left_alone) {
  struct cxd__buf text = make_log(1);
  struct cxd__audit *audit = NULL;
  char path[128];
  cxd__buf_str(&text, "torn");
  write_file(log_path, text.data, text.len);
  for (int i = 0; i < 100; i++) {
    (void)snprintf(path, sizeof path, i ? "%s.torn-3.%d" : "%s.torn-3", log_path, i);
    write_file(path, "old", 3);
  }
  ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, "cannot be set aside");
  ck_file(log_path, text.data, text.len);
  ck_assert_int_eq(unlink(path), 0);
  audit = open_log();
  cxd__audit_close(audit);
  ck_file(path, "torn", 4);
  ck_chain(log_path, 3);
  cxd__buf_free(&text);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_tail");
  TCase *tc = tcase_create("audit_tail");
  tcase_set_timeout(tc, 60);
  tcase_add_checked_fixture(tc, make_dir, remove_dir);
  tcase_add_test(tc, a_tail_torn_at_any_byte_is_set_aside_and_the_chain_goes_on);
  tcase_add_test(tc, a_torn_first_record_is_set_aside_and_the_log_begins_again);
  tcase_add_test(tc, blocks_that_were_never_written_count_as_torn);
  tcase_add_test(tc, a_first_block_that_was_never_written_counts_as_torn);
  tcase_add_test(tc, a_copy_that_cannot_be_written_leaves_everything_as_it_was);
  tcase_add_test(tc, a_second_torn_tail_with_the_same_number_gets_a_name_of_its_own);
  tcase_add_test(tc, files_that_are_no_log_are_refused_and_never_touched);
  tcase_add_test(tc, the_largest_record_is_found_again);
  tcase_add_test(tc, an_open_log_goes_on_behind_the_torn_end_of_another_process);
  tcase_add_test(tc, a_torn_end_that_cannot_be_set_aside_is_left_alone);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
