/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Keyed sums against libcrypto's own HMAC, which the library does without since that keeps the key on the plain heap. */
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "run.h"

static unsigned char bytes[5000];

static void setup(void) {
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (unsigned char)(i * 131 + i / 251);
}

static void reference(size_t key_len, const void *text, size_t len, unsigned char out[CXD__HASH_BYTES]) {
  unsigned got = 0;
  ck_assert_ptr_nonnull(HMAC(EVP_sha256(), bytes, (int)key_len, text, len, out, &got));
  ck_assert_uint_eq(got, CXD__HASH_BYTES);
}

static void ck_sum(struct cxd__hasher *hasher, size_t key_len, size_t len, size_t piece) {
  unsigned char sum[CXD__HASH_BYTES], wanted[CXD__HASH_BYTES];
  ck_assert_int_eq(cxd__hasher_start(hasher), 0);
  for (size_t at = 0; at < len; at += piece)
    ck_assert_int_eq(cxd__hasher_add(hasher, bytes + at, len - at < piece ? len - at : piece), 0);
  ck_assert_int_eq(cxd__hasher_end(hasher, sum), 0);
  reference(key_len, bytes, len, wanted);
  ck_assert_mem_eq(sum, wanted, sizeof sum);
}

/* Around the block size of SHA-256, where a key is hashed first. */
static const size_t key_lens[] = {1, 16, 31, 32, 33, 63, 64, 65, 127, 128, 4096};

START_TEST(keyed_sums_are_those_of_rfc_2104) {
  static const size_t lens[] = {0, 1, 55, 56, 63, 64, 65, 300, 4999};
  struct cxd__hasher hasher = {0};
  ck_assert_int_eq(cxd__hasher_open_keyed(&hasher, bytes, key_lens[_i]), 0);
  for (size_t i = 0; i < sizeof lens / sizeof *lens; i++)
    for (size_t piece = 1; piece < 5000; piece *= 7)
      ck_sum(&hasher, key_lens[_i], lens[i], piece);
  cxd__hasher_close(&hasher);
}
END_TEST

/* RFC 4231, test case 2: not from the library that the others are compared with. */
START_TEST(a_sum_from_the_standard) {
  struct cxd__hasher hasher = {0};
  unsigned char sum[CXD__HASH_BYTES];
  char hex[CXD__HASH_HEX + 1] = "";
  ck_assert_int_eq(cxd__hasher_open_keyed(&hasher, "Jefe", 4), 0);
  ck_assert_int_eq(cxd__hasher_start(&hasher), 0);
  ck_assert_int_eq(cxd__hasher_add(&hasher, "what do ya want for nothing?", 28), 0);
  ck_assert_int_eq(cxd__hasher_end(&hasher, sum), 0);
  cxd__hash_hex(sum, hex);
  ck_assert_str_eq(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  cxd__hasher_close(&hasher);
}
END_TEST

START_TEST(a_sum_that_was_given_up_does_not_show_in_the_next) {
  struct cxd__hasher hasher = {0};
  ck_assert_int_eq(cxd__hasher_open_keyed(&hasher, bytes, 32), 0);
  ck_assert_int_eq(cxd__hasher_start(&hasher), 0);
  ck_assert_int_eq(cxd__hasher_add(&hasher, bytes, 100), 0);
  ck_sum(&hasher, 32, 300, 300);
  cxd__hasher_close(&hasher);
}
END_TEST

/* A reader that a child of fork() goes on with must not call good records forged. */
START_TEST(sums_in_a_child_of_fork_are_the_same) {
  struct cxd__hasher hasher = {0};
  unsigned char wanted[CXD__HASH_BYTES], sum[CXD__HASH_BYTES];
  int status = -1;
  ck_assert_int_eq(cxd__hasher_open_keyed(&hasher, bytes, 32), 0);
  reference(32, bytes, 300, wanted);
  pid_t pid = fork();
  ck_assert_int_ge(pid, 0);
  if (pid == 0)
    _exit(cxd__hasher_start(&hasher) == 0 && cxd__hasher_add(&hasher, bytes, 300) == 0 && cxd__hasher_end(&hasher, sum) == 0 && memcmp(sum, wanted, sizeof sum) == 0 ? 0 : 1);
  ck_assert_int_eq(waitpid(pid, &status, 0), pid);
  ck_assert_int_eq(status, 0);
  cxd__hasher_close(&hasher);
}
END_TEST

START_TEST(nothing_of_a_key_is_left_open) {
  struct cxd__hasher hasher = {0};
  ck_assert_int_eq(cxd__hasher_open_keyed(&hasher, bytes, 32), 0);
  ck_assert_ptr_nonnull(hasher.pads.text);
  cxd__hasher_close(&hasher);
  ck_assert_ptr_null(hasher.pads.text);
  ck_assert_ptr_null(hasher.context);
  cxd__hasher_close(&hasher);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("digest");
  TCase *tc = suite_case(suite, "digest", setup, NULL);
  tcase_add_loop_test(tc, keyed_sums_are_those_of_rfc_2104, 0, (int)(sizeof key_lens / sizeof *key_lens));
  tcase_add_test(tc, a_sum_from_the_standard);
  tcase_add_test(tc, a_sum_that_was_given_up_does_not_show_in_the_next);
  tcase_add_test(tc, sums_in_a_child_of_fork_are_the_same);
  tcase_add_test(tc, nothing_of_a_key_is_left_open);
  return run_suite(suite);
}
