/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* mkstemp */
#include "audit/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/log.h"
#include "base/error.h"
#include "base/mem.h"
#include "run.h"

/* 2026-11-22T16:00:00.123456Z */
static const struct cxd__stamp stamp = {1795363200123456, 123456789, "b0", "host/1/i"};
static const struct cxd__link start;

#define FRONT "{\"v\":1,\"seq\":%d,\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":123456789,\"boot\":\"b0\",\"w\":\"host/1/i\",%s,\"prev\":\"%s\",\"h\":\"%s\"}\n"
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
/* Computed with another implementation of SHA-256 (hashlib of Python) over the bytes that chain.h lists. */
#define HASH_1 "8e03fd06e8207544a6c46de3be8fce11728aea9f311b681ac89a3020a47caa8a"
#define HASH_2 "a662fec55425906f0fd76f8efb9d25cecafbd5e707b020db36d78b60cb8a2a32"
/* The same with the key of KEY_TEXT (hmac of Python). */
#define KEY_TEXT "0123456789abcdef0123456789abcdef"
#define KID "f8f0ddfd65c1072f"
#define KEYED_1 "b2f929fc0e68fc05cd32973078bef906f629fd37583a830112a8521b268b8ea5"
#define KEYED_2 "c5002b25210a70340eb7e62444741ab76aeaf43bff17095a8ca0dd0de5258541"
#define GENESIS "\"k\":\"genesis\""
#define INTENT "\"k\":\"intent\",\"op\":\"x\",\"old\":0.85,\"name\":\"\xc3\xa9\\n\""

static cxd_status seal(struct cxd__seal *with, const struct cxd__link *last, const char *body, struct cxd__buf *line, struct cxd__link *next) {
  cxd_error *error = NULL;
  cxd_status status = cxd__chain_seal(with, last, &stamp, body, strlen(body), line, next, &error);
  ck_assert_int_eq(status == CXD_OK, error == NULL);
  cxd_error_free(error);
  return status;
}

static int intact(struct cxd__seal *with, const char *line, size_t len) {
  struct cxd__line read;
  return cxd__line_read(line, len, &read) && cxd__line_fits(&read, with);
}

START_TEST(two_records_are_sealed_to_the_known_answer) {
  struct cxd__seal with;
  struct cxd__buf line = {0};
  struct cxd__link one, two;
  char expected[1024];
  ck_assert_int_eq(cxd__seal_open(&with, NULL, NULL), CXD_OK);
  ck_assert_int_eq(seal(&with, &start, GENESIS, &line, &one), CXD_OK);
  (void)snprintf(expected, sizeof expected, FRONT, 1, GENESIS, ZEROS, HASH_1);
  ck_assert_str_eq(line.data, expected);
  ck_assert_int_eq(seal(&with, &one, INTENT, &line, &two), CXD_OK);
  (void)snprintf(expected, sizeof expected, FRONT, 2, INTENT, HASH_1, HASH_2);
  ck_assert_str_eq(line.data, expected);
  ck_assert_int_eq(two.seq, 2);
  cxd__buf_free(&line);
  cxd__seal_close(&with);
}
END_TEST

START_TEST(a_sealed_line_reads_back) {
  struct cxd__seal with;
  struct cxd__buf line = {0};
  struct cxd__link one, two;
  struct cxd__line read;
  ck_assert_int_eq(cxd__seal_open(&with, NULL, NULL), CXD_OK);
  ck_assert_int_eq(seal(&with, &start, GENESIS, &line, &one), CXD_OK);
  ck_assert_int_eq(seal(&with, &one, INTENT, &line, &two), CXD_OK);
  ck_assert(cxd__line_read(line.data, line.len - 1, &read) && cxd__line_fits(&read, &with));
  ck_assert_int_eq(read.link.seq, 2);
  ck_assert_mem_eq(read.link.h, two.h, CXD__HASH_BYTES);
  ck_assert_mem_eq(read.prev, one.h, CXD__HASH_BYTES);
  ck_assert(cxd__line_is(&read, "intent") && !cxd__line_is(&read, "inten") && !cxd__line_is(&read, "intents"));
  ck_assert_str_eq(read.kid, "");
  cxd__buf_free(&line);
  cxd__seal_close(&with);
}
END_TEST

static char key_path[] = "/tmp/cxd-chain-key-XXXXXX";
static struct cxd__audit_key key;

static void load_key(const char *text) {
  strcpy(key_path + sizeof key_path - 7, "XXXXXX");
  int fd = mkstemp(key_path);
  ck_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
  close(fd);
  key = (struct cxd__audit_key){0};
  ck_assert_int_eq(cxd__audit_key_load(key_path, &key, NULL), CXD_OK);
  (void)unlink(key_path);
}

START_TEST(keyed_records_are_sealed_to_the_known_answer) {
  struct cxd__seal with;
  struct cxd__buf line = {0};
  struct cxd__link one, two;
  char expected[1024];
  load_key(KEY_TEXT "\n");
  ck_assert_str_eq(key.kid, KID);
  ck_assert_int_eq(cxd__seal_open(&with, &key, NULL), CXD_OK);
  ck_assert_int_eq(seal(&with, &start, GENESIS, &line, &one), CXD_OK);
  (void)snprintf(expected, sizeof expected, FRONT, 1, GENESIS ",\"kid\":\"" KID "\",\"e\":0", ZEROS, KEYED_1);
  ck_assert_str_eq(line.data, expected);
  ck_assert_int_eq(seal(&with, &one, INTENT, &line, &two), CXD_OK);
  (void)snprintf(expected, sizeof expected, FRONT, 2, INTENT ",\"kid\":\"" KID "\",\"e\":0", KEYED_1, KEYED_2);
  ck_assert_str_eq(line.data, expected);
  cxd__buf_free(&line);
  cxd__seal_close(&with);
  cxd__audit_key_clear(&key);
}
END_TEST

START_TEST(a_keyed_line_fits_its_own_seal_alone) {
  struct cxd__seal with, plain, other;
  struct cxd__buf line = {0};
  struct cxd__link one;
  struct cxd__line read;
  load_key(KEY_TEXT);
  ck_assert_int_eq(cxd__seal_open(&with, &key, NULL), CXD_OK);
  cxd__audit_key_clear(&key);
  load_key("another key of 26 bytes...");
  ck_assert_int_eq(cxd__seal_open(&other, &key, NULL), CXD_OK);
  cxd__audit_key_clear(&key);
  ck_assert_int_eq(cxd__seal_open(&plain, NULL, NULL), CXD_OK);
  ck_assert_int_eq(seal(&with, &start, INTENT, &line, &one), CXD_OK);
  ck_assert_int_eq(cxd__line_read(line.data, line.len - 1, &read), 1);
  ck_assert_str_eq(read.kid, KID);
  ck_assert(cxd__line_fits(&read, &with) && !cxd__line_fits(&read, &plain) && !cxd__line_fits(&read, &other));
  memcpy(other.kid, KID, sizeof other.kid); /* the name alone is not the key */
  ck_assert(!cxd__line_fits(&read, &other));
  ck_assert_int_eq(seal(&plain, &start, INTENT, &line, &one), CXD_OK);
  ck_assert(!intact(&with, line.data, line.len - 1) && intact(&plain, line.data, line.len - 1));
  cxd__buf_free(&line);
  cxd__seal_close(&with);
  cxd__seal_close(&plain);
  cxd__seal_close(&other);
}
END_TEST

START_TEST(any_changed_bit_of_a_keyed_line_is_noticed) {
  struct cxd__seal with;
  struct cxd__buf line = {0};
  struct cxd__link one;
  load_key(KEY_TEXT);
  ck_assert_int_eq(cxd__seal_open(&with, &key, NULL), CXD_OK);
  ck_assert_int_eq(seal(&with, &start, INTENT, &line, &one), CXD_OK);
  for (size_t i = 0; i + 1 < line.len; i++)
    for (int bit = 0; bit < 8; bit++) {
      line.data[i] = (char)(line.data[i] ^ (1 << bit));
      ck_assert_msg(!intact(&with, line.data, line.len - 1), "byte %zu bit %d", i, bit);
      line.data[i] = (char)(line.data[i] ^ (1 << bit));
    }
  ck_assert(intact(&with, line.data, line.len - 1));
  cxd__buf_free(&line);
  cxd__seal_close(&with);
  cxd__audit_key_clear(&key);
}
END_TEST

START_TEST(a_body_cannot_pass_for_one_of_a_keyed_log) {
  struct cxd__seal with, plain;
  struct cxd__buf line = {0};
  struct cxd__link one;
  load_key(KEY_TEXT);
  ck_assert_int_eq(cxd__seal_open(&plain, NULL, NULL), CXD_OK);
  ck_assert_int_eq(cxd__seal_open(&with, &key, NULL), CXD_OK);
  ck_assert_int_eq(seal(&plain, &start, GENESIS ",\"kid\":\"" KID "\",\"e\":0", &line, &one), CXD_E_AUDIT);
  ck_assert_int_eq(seal(&with, &start, GENESIS ",\"kid\":\"" KID "\",\"e\":0", &line, &one), CXD_E_AUDIT);
  ck_assert_int_eq(seal(&with, &start, GENESIS ",\"e\":1", &line, &one), CXD_E_AUDIT);
  cxd__buf_free(&line);
  cxd__seal_close(&with);
  cxd__seal_close(&plain);
  cxd__audit_key_clear(&key);
}
END_TEST

/* The front of line 2 up to "k"; each is wrong in one place. */
START_TEST(the_outer_members_are_read_strictly) {
  static const char *const fronts[] = {
      "\"t\":\"2026-11-22T16:00:00.123456\",\"bt\":1,\"boot\":\"b\",\"w\":\"h\",\"k\":\"x\"", "\"t\":\"2026-11-22 16:00:00.123456Z\",\"bt\":1,\"boot\":\"b\",\"w\":\"h\",\"k\":\"x\"",
      "\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":-1,\"boot\":\"b\",\"w\":\"h\",\"k\":\"x\"", "\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":00,\"boot\":\"b\",\"w\":\"h\",\"k\":\"x\"",
      "\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":1,\"boot\":\"b\\n\",\"w\":\"h\",\"k\":\"x\"", "\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":1,\"boot\":null,\"w\":\"h\",\"k\":\"x\"",
      "\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":1,\"boot\":\"b\",\"w\":\"h\\\"\",\"k\":\"x\"", "\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":1,\"boot\":\"b\",\"w\":\"h\",\"k\":\"\\u0078\"",
      "\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":1,\"boot\":\"b\",\"w\":\"h\",\"k\":1", "\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":1,\"boot\":\"b\",\"k\":\"x\",\"w\":\"h\"", "\"k\":\"x\""};
  struct cxd__line read;
  char line[512];
  for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++) {
    (void)snprintf(line, sizeof line, "{\"v\":1,\"seq\":2,%s,\"prev\":\"" ZEROS "\",\"h\":\"" ZEROS "\"}", fronts[i]);
    ck_assert_msg(!cxd__line_read(line, strlen(line), &read), "%s", line);
  }
  (void)snprintf(line, sizeof line, "{\"v\":1,\"seq\":2,\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":0,\"boot\":\"\",\"w\":\"\",\"k\":\"\",\"prev\":\"" ZEROS "\",\"h\":\"" ZEROS "\"}");
  ck_assert(cxd__line_read(line, strlen(line), &read) && read.kind.len == 0);
}
END_TEST

/* The short way and the long one come to the same verdict. */
START_TEST(a_line_is_json_when_the_whole_of_it_is) {
  static const struct {
    const char *body;
    int fine;
  } rows[] = {{"\"k\":\"x\"", 1}, {"\"k\":\"x\" , \"a\" :[1] ", 1}, {"\"k\":\"x\",\"kid\":1,\"e\":2", 1}, {"\"k\":\"x\",\"a\":{\"k\":1,\"prev\":2}", 1}, {"\"k\":\"x\",\"\\u0061\":1,\"b\":\"\\\"\"", 1},
              {"\"k\":\"x\",\"k\":1", 0}, {"\"k\":\"x\",\"h\":1", 0}, {"\"k\":\"x\",\"\\u0068\":1", 0}, {"\"k\":\"x\",\"a\":1,\"\\u0061\":1", 0}, {"\"k\":\"x\",", 0}, {"\"k\":\"x\"]", 0}, {"\"k\":\"x\"}", 0}, {"\"k\":\"x\",\"a\"", 0},
              {"\"k\":\"x\",\"a\":\"\xff\"", 0}, {"\"k\":\"x\" 1", 0}, {"\"k\":\"x\",1", 0}, {"\"k\":\"x\",\"a\":\"", 0}};
  struct cxd__line read;
  struct cxd__slice value;
  char line[512];
  for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
    const char *keyed = i % 2 ? ",\"kid\":\"0123456789abcdef\",\"e\":0" : "";
    (void)snprintf(line, sizeof line, "{\"v\":1,\"seq\":2,\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":0,\"boot\":\"%s\",\"w\":\"\",%s%s,\"prev\":\"" ZEROS "\",\"h\":\"" ZEROS "\"}", i % 4 > 1 ? "\xc3\xa9" : "b", rows[i / 2].body, keyed);
    ck_assert(cxd__line_read(line, strlen(line), &read));
    int fine = cxd__line_check(&read, NULL) == CXD_OK, whole = cxd__json_check_deep(line, strlen(line), "x", CXD__JSON_RECORD_DEPTH, &value, NULL) == CXD_OK;
    ck_assert_msg(fine == whole, "%s", line);
    if (!*keyed)
      ck_assert_msg(fine == rows[i / 2].fine, "%s", line);
  }
}
END_TEST

START_TEST(any_changed_byte_and_any_cut_is_noticed) {
  struct cxd__seal with;
  struct cxd__buf line = {0};
  struct cxd__link one;
  ck_assert_int_eq(cxd__seal_open(&with, NULL, NULL), CXD_OK);
  ck_assert_int_eq(seal(&with, &start, INTENT, &line, &one), CXD_OK);
  for (size_t i = 0; i + 1 < line.len; i++)
    for (int bit = 0; bit < 8; bit++) {
      line.data[i] = (char)(line.data[i] ^ (1 << bit));
      ck_assert_msg(!intact(&with, line.data, line.len - 1), "byte %zu bit %d", i, bit);
      line.data[i] = (char)(line.data[i] ^ (1 << bit));
    }
  for (size_t len = 0; len + 1 < line.len; len++)
    ck_assert(!intact(&with, line.data, len));
  ck_assert(intact(&with, line.data, line.len - 1));
  cxd__buf_free(&line);
  cxd__seal_close(&with);
}
END_TEST

START_TEST(white_space_between_tokens_becomes_one_line) {
  struct cxd__seal with;
  struct cxd__buf line = {0};
  struct cxd__link one;
  ck_assert_int_eq(cxd__seal_open(&with, NULL, NULL), CXD_OK);
  ck_assert_int_eq(seal(&with, &start, "\"k\":\"x\",\"old\":{\r\n\t\"a\": [1,\n2]\n}", &line, &one), CXD_OK);
  ck_assert_ptr_nonnull(strstr(line.data, "\"old\":{   \"a\": [1, 2] },\"prev\""));
  ck_assert_ptr_eq(strchr(line.data, '\n'), line.data + line.len - 1);
  cxd__buf_free(&line);
  cxd__seal_close(&with);
}
END_TEST

START_TEST(hostile_bodies_are_refused) {
  static const char *const bodies[] = {
      "", "\"k\"", "\"k\":\"", "\"k\":1", " \"k\":\"x\"", "\"op\":\"x\",\"k\":\"y\"", /* not from "k" on */
      "\"k\":\"x\"}", "\"k\":\"x\"},{\"a\":1", "\"k\":\"x\",\"prev\":\"" ZEROS "\",\"h\":\"" ZEROS "\"}\n{\"v\":1", /* closes the record */
      "\"k\":\"x\",\"seq\":7", "\"k\":\"x\",\"h\":\"\"", "\"k\":\"x\",\"prev\":1", "\"k\":\"x\",\"w\":1", "\"k\":\"x\",\"t\":1", "\"k\":\"x\",\"v\":2", "\"k\":\"x\",\"bt\":0", "\"k\":\"x\",\"boot\":0",
      "\"k\":\"x\",\"\\u0073eq\":7", "\"k\":\"x\",\"k\":\"y\"", /* a member twice */
      "\"k\":\"x", "\"k\":\"x\",", "\"k\":\"x\",\"a\":", "\"k\":\"x\",\"a\":NaN", "\"k\":\"x\",\"a\":[1", "\"k\":\"x\",\"a\":nul", /* no JSON */
      "\"k\":\"a\nb\"", "\"k\":\"a\x01\"", "\"k\":\"\xff\"", "\"k\":\"\xed\xa0\x80\"", "\"k\":\"\\ud800\""};
  struct cxd__seal with;
  struct cxd__buf line = {0};
  struct cxd__link one = {7, {1}};
  ck_assert_int_eq(cxd__seal_open(&with, NULL, NULL), CXD_OK);
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    ck_assert_msg(seal(&with, &start, bodies[i], &line, &one) == CXD_E_AUDIT, "%s", bodies[i]);
    ck_assert_int_eq(one.seq, 7);
  }
  cxd__buf_free(&line);
  cxd__seal_close(&with);
}
END_TEST

START_TEST(a_zero_byte_in_the_body_is_refused) {
  static const char body[] = "\"k\":\"x\0\"";
  struct cxd__seal with;
  struct cxd__buf line = {0};
  struct cxd__link one;
  ck_assert_int_eq(cxd__seal_open(&with, NULL, NULL), CXD_OK);
  ck_assert_int_eq(cxd__chain_seal(&with, &start, &stamp, body, sizeof body - 1, &line, &one, NULL), CXD_E_AUDIT);
  cxd__buf_free(&line);
  cxd__seal_close(&with);
}
END_TEST

static void fill(char *body, size_t len) {
  memset(body, 'a', len);
  memcpy(body, "\"k\":\"", 5);
  body[len - 1] = '"';
  body[len] = '\0';
}

START_TEST(the_largest_record_fits_and_one_byte_more_does_not) {
  static char body[CXD__AUDIT_MAX_RECORD * 4];
  struct cxd__seal with;
  struct cxd__buf line = {0};
  struct cxd__link one;
  ck_assert_int_eq(cxd__seal_open(&with, NULL, NULL), CXD_OK);
  fill(body, 100);
  ck_assert_int_eq(seal(&with, &start, body, &line, &one), CXD_OK);
  size_t around = line.len - 100;
  fill(body, CXD__AUDIT_MAX_RECORD - around);
  ck_assert_int_eq(seal(&with, &start, body, &line, &one), CXD_OK);
  ck_assert_uint_eq(line.len, CXD__AUDIT_MAX_RECORD);
  ck_assert(intact(&with, line.data, line.len - 1));
  fill(body, CXD__AUDIT_MAX_RECORD - around + 1);
  ck_assert_int_eq(seal(&with, &start, body, &line, &one), CXD_E_TOO_LARGE);
  fill(body, sizeof body - 1);
  ck_assert_int_eq(seal(&with, &start, body, &line, &one), CXD_E_TOO_LARGE);
  cxd__buf_free(&line);
  cxd__seal_close(&with);
}
END_TEST

START_TEST(numbers_of_records_are_read_strictly) {
  /* The hash of each line is right for its text, as an attacker would make it; the number is not one of ours. */
  static const int64_t wrong[] = {-1, -2, 999999999999999999};
  struct cxd__seal with;
  struct cxd__buf line = {0};
  struct cxd__link next;
  ck_assert_int_eq(cxd__seal_open(&with, NULL, NULL), CXD_OK);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct cxd__link last = {wrong[i], {0}};
    ck_assert_int_eq(seal(&with, &last, GENESIS, &line, &next), CXD_OK);
    ck_assert(!intact(&with, line.data, line.len - 1));
  }
  cxd__buf_free(&line);
  cxd__seal_close(&with);
}
END_TEST

START_TEST(memory_that_runs_out_is_reported) {
  struct cxd__seal with;
  ck_assert_int_eq(cxd__seal_open(&with, NULL, NULL), CXD_OK);
  for (size_t n = 1; n < 20; n++) {
    struct cxd__buf line = {0};
    struct cxd__link one = {7, {0}};
    cxd__mem_fail_at(n);
    cxd_status status = cxd__chain_seal(&with, &start, &stamp, INTENT, strlen(INTENT), &line, &one, NULL);
    cxd__mem_fail_at(0);
    cxd__buf_free(&line);
    if (status == CXD_OK) {
      cxd__seal_close(&with);
      ck_assert_uint_gt(n, 1);
      return;
    }
    ck_assert_int_eq(status, CXD_E_NOMEM);
  }
  ck_abort_msg("never succeeded");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_chain");
  TCase *tc = tcase_create("audit_chain");
  tcase_add_test(tc, two_records_are_sealed_to_the_known_answer);
  tcase_add_test(tc, a_sealed_line_reads_back);
  tcase_add_test(tc, keyed_records_are_sealed_to_the_known_answer);
  tcase_add_test(tc, a_keyed_line_fits_its_own_seal_alone);
  tcase_add_test(tc, any_changed_bit_of_a_keyed_line_is_noticed);
  tcase_add_test(tc, a_body_cannot_pass_for_one_of_a_keyed_log);
  tcase_add_test(tc, the_outer_members_are_read_strictly);
  tcase_add_test(tc, a_line_is_json_when_the_whole_of_it_is);
  tcase_add_test(tc, any_changed_byte_and_any_cut_is_noticed);
  tcase_add_test(tc, white_space_between_tokens_becomes_one_line);
  tcase_add_test(tc, hostile_bodies_are_refused);
  tcase_add_test(tc, a_zero_byte_in_the_body_is_refused);
  tcase_add_test(tc, the_largest_record_fits_and_one_byte_more_does_not);
  tcase_add_test(tc, numbers_of_records_are_read_strictly);
  tcase_add_test(tc, memory_that_runs_out_is_reported);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
