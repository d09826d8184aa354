/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#undef _FORTIFY_SOURCE /* pread is ours, not an inline function of the C library */
#define _GNU_SOURCE /* memfd_create */
#include "audit/lines.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "audit/log.h"
#include "base/buf.h"
#include "base/mem.h"
#include "run.h"

#define MEGABYTE 1048576

/* The library's reads end here: they can be short, be interrupted, fail. */
static size_t most_at_once;
static int interrupt_each, fail_read;
static unsigned reads;

ssize_t pread(int fd, void *out, size_t len, off_t offset) {
  reads++;
  errno = fail_read ? fail_read : EINTR;
  if (fail_read || (interrupt_each && reads % 2))
    return -1;
  return (ssize_t)syscall(SYS_pread64, fd, out, most_at_once && len > most_at_once ? most_at_once : len, offset);
}

static struct cxd__lines lines;
static struct cxd__buf text;
static struct cxd__row row;
static int fd;

static void open_case(void) {
  lines = (struct cxd__lines){.fd = -1};
  text = (struct cxd__buf){0};
  most_at_once = 0;
  interrupt_each = fail_read = 0;
  fd = memfd_create("lines", MFD_CLOEXEC);
  ck_assert_int_ge(fd, 0);
}

static void close_case(void) {
  cxd__lines_close(&lines);
  cxd__buf_free(&text);
  (void)close(fd);
}

static void start(void) {
  ck_assert_int_eq(pwrite(fd, text.data, text.len, 0), (ssize_t)text.len);
  ck_assert_int_eq(cxd__lines_open(&lines, fd, (int64_t)text.len, NULL), 0);
}

static void add_letters(char letter, size_t count) {
  ck_assert(cxd__buf_room(&text, count));
  memset(text.data + text.len, letter, count);
  text.len += count;
  text.data[text.len] = '\0';
}

/* Every line of the text, as memchr finds it, is given with its place; then nothing more. */
static void ck_lines(void) {
  int64_t number = 0;
  for (size_t at = 0; at < text.len;) {
    const char *newline = memchr(text.data + at, '\n', text.len - at);
    size_t len = newline ? (size_t)(newline - text.data) - at : text.len - at, have = len < CXD__AUDIT_MAX_RECORD ? len : CXD__AUDIT_MAX_RECORD;
    ck_assert_int_eq(cxd__lines_next(&lines, &row), 1);
    ck_assert_int_eq(row.offset, (int64_t)at);
    ck_assert_int_eq(row.number, ++number);
    ck_assert_int_eq(row.len, (int64_t)len);
    ck_assert_uint_eq(row.have, have);
    ck_assert_mem_eq(row.p, text.data + at, have);
    ck_assert_int_eq(row.ended, newline != NULL);
    row.p[row.have] = '\0'; /* allowed */
    at += len + (newline ? 1 : 0);
  }
  ck_assert_int_eq(cxd__lines_next(&lines, &row), 0);
  ck_assert_int_eq(cxd__lines_next(&lines, &row), 0);
  ck_assert_int_eq(lines.read, (int64_t)text.len);
}

START_TEST(an_empty_file_has_no_line) {
  cxd__buf_str(&text, "");
  start();
  ck_lines();
}
END_TEST

START_TEST(lines_come_with_their_places) {
  cxd__buf_str(&text, "one\n\ntwo\n\n\nthree");
  start();
  ck_lines();
}
END_TEST

START_TEST(zero_bytes_are_a_part_of_a_line) {
  cxd__buf_add(&text, "a\0b\n\0\n\0\0", 8);
  start();
  ck_lines();
}
END_TEST

/* Lines of all kinds of lengths around the edges of pieces. */
static void add_many_lines(void) {
  static const size_t sizes[] = {0, 1, 700, CXD__AUDIT_MAX_RECORD - 1, CXD__AUDIT_MAX_RECORD, CXD__AUDIT_MAX_RECORD + 1, 40000, MEGABYTE - 1, MEGABYTE, MEGABYTE + 1, 3 * MEGABYTE};
  for (size_t i = 0; i < 60; i++) {
    add_letters((char)('a' + i % 26), sizes[i * 7 % (sizeof sizes / sizeof *sizes)]);
    cxd__buf_str(&text, i == 59 ? "" : "\n");
  }
}

START_TEST(lines_of_any_length_are_given_whatever_the_pieces) {
  static const size_t pieces[] = {0, 4096, 65536, 1000003};
  add_many_lines();
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    most_at_once = pieces[i];
    interrupt_each = (int)i % 2;
    start();
    ck_lines();
  }
}
END_TEST

START_TEST(each_byte_may_come_alone) {
  most_at_once = 1;
  cxd__buf_str(&text, "one\ntwo\n");
  add_letters('x', CXD__AUDIT_MAX_RECORD + 10);
  cxd__buf_str(&text, "\nend\n");
  start();
  ck_lines();
}
END_TEST

START_TEST(memory_does_not_grow_with_a_line) {
  add_letters('x', 5 * MEGABYTE);
  ck_assert_int_eq(pwrite(fd, text.data, text.len, 0), (ssize_t)text.len);
  cxd__mem_fail_at(2);
  ck_assert_int_eq(cxd__lines_open(&lines, fd, (int64_t)text.len, NULL), 0);
  ck_lines();
  ck_assert_uint_eq(cxd__mem_count(), 1);
  cxd__mem_fail_at(0);
}
END_TEST

START_TEST(without_memory_nothing_is_opened) {
  cxd__mem_fail_at(1);
  ck_assert_int_eq(cxd__lines_open(&lines, fd, 10, NULL), -1);
  cxd__mem_fail_at(0);
}
END_TEST

START_TEST(nothing_behind_the_size_is_read) {
  cxd__buf_str(&text, "one\ntwo\nthree\n");
  start();
  ck_assert_int_eq(cxd__lines_open(&lines, fd, 6, NULL), 0);
  text.len = 6;
  ck_lines();
}
END_TEST

START_TEST(a_file_that_becomes_shorter_ends_sooner) {
  add_letters('x', MEGABYTE - 2);
  cxd__buf_str(&text, "\nsecond\nthird\n");
  start();
  ck_assert_int_eq(cxd__lines_next(&lines, &row), 1);
  ck_assert_int_eq(ftruncate(fd, MEGABYTE + 3), 0);
  ck_assert_int_eq(cxd__lines_next(&lines, &row), 1);
  ck_assert_uint_eq(row.have, 4);
  ck_assert_mem_eq(row.p, "seco", 4);
  ck_assert_int_eq(row.ended, 0);
  ck_assert_int_eq(cxd__lines_next(&lines, &row), 0);
  ck_assert_int_eq(lines.read, MEGABYTE + 3);
}
END_TEST

START_TEST(a_read_that_fails_is_reported) {
  cxd__buf_str(&text, "one\n");
  start();
  fail_read = EIO;
  ck_assert_int_eq(cxd__lines_next(&lines, &row), -1);
  ck_assert_int_eq(errno, EIO);
  fail_read = 0;
  ck_lines();
}
END_TEST

START_TEST(a_read_that_fails_in_a_long_line_is_reported) {
  add_letters('x', 2 * MEGABYTE);
  start();
  fail_read = EIO;
  lines.end = CXD__AUDIT_MAX_RECORD + 1; /* as if that much had been read */
  lines.read = (int64_t)lines.end;
  ck_assert_int_eq(cxd__lines_next(&lines, &row), -1);
}
END_TEST

START_TEST(the_sum_is_that_of_the_whole_file) {
  struct cxd__hasher hasher = {0};
  unsigned char sum[CXD__HASH_BYTES];
  char is[CXD__HASH_HEX + 1] = "", wanted[CXD__HASH_HEX + 1];
  add_many_lines();
  start();
  ck_assert_int_eq(cxd__hasher_open(&hasher), 0);
  ck_assert_int_eq(cxd__hasher_start(&hasher), 0);
  ck_assert_int_eq(cxd__lines_open(&lines, fd, (int64_t)text.len, &hasher), 0);
  ck_lines();
  ck_assert_int_eq(cxd__hasher_end(&hasher, sum), 0);
  cxd__hash_hex(sum, is);
  cxd__sha256_hex(text.data, text.len, wanted);
  ck_assert_str_eq(is, wanted);
  cxd__hasher_close(&hasher);
}
END_TEST

START_TEST(control_bytes_are_seen_at_every_place) {
  char bytes[40];
  memset(bytes, 0xff, sizeof bytes);
  for (size_t len = 0; len <= sizeof bytes; len++) {
    ck_assert_int_eq(cxd__has_control(bytes, len), 0);
    for (size_t at = 0; at < len; at++)
      for (int c = 0; c < 256; c++) {
        bytes[at] = (char)c;
        ck_assert_int_eq(cxd__has_control(bytes, len) != 0, c < 0x20);
        bytes[at] = (char)0xff;
      }
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_lines");
  TCase *tc = suite_case(suite, "audit_lines", open_case, close_case);
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, an_empty_file_has_no_line);
  tcase_add_test(tc, lines_come_with_their_places);
  tcase_add_test(tc, zero_bytes_are_a_part_of_a_line);
  tcase_add_test(tc, lines_of_any_length_are_given_whatever_the_pieces);
  tcase_add_test(tc, each_byte_may_come_alone);
  tcase_add_test(tc, memory_does_not_grow_with_a_line);
  tcase_add_test(tc, without_memory_nothing_is_opened);
  tcase_add_test(tc, nothing_behind_the_size_is_read);
  tcase_add_test(tc, a_file_that_becomes_shorter_ends_sooner);
  tcase_add_test(tc, a_read_that_fails_is_reported);
  tcase_add_test(tc, a_read_that_fails_in_a_long_line_is_reported);
  tcase_add_test(tc, the_sum_is_that_of_the_whole_file);
  tcase_add_test(tc, control_bytes_are_seen_at_every_place);
  return run_suite(suite);
}
