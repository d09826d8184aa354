/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* mkdtemp */
#include "audit/key.h"

#include "audit.h"
#include "base/mem.h"
#include "run.h"

static struct cxd__audit_key key;
static char path[128];

static void open_case(void) {
  make_dir();
  (void)snprintf(path, sizeof path, "%s/key", log_dir);
  key = (struct cxd__audit_key){0};
}

static void close_case(void) {
  cxd__audit_key_clear(&key);
  remove_dir();
}

static cxd_status load(const char *text, size_t len, cxd_error **error) {
  write_file(path, text, len);
  return cxd__audit_key_load(path, &key, error);
}

/* Computed with hmac and hashlib of Python from what docs/audit.md says. */
static char longest[4096];
static const struct {
  const char *text;
  size_t len;
  const char *kid;
} known[] = {
  {"0123456789abcdef", 16, "94438527b57adb39"},
  {"0123456789abcdef\n", 17, "94438527b57adb39"},
  {"0123456789abcdef0123456789abcdef", 32, "f8f0ddfd65c1072f"},
  {"0123456789abcdef0123456789abcdef\n", 33, "f8f0ddfd65c1072f"},
  {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\n\n", 18, "fd54d7667a994c4c"}, /* one newline is left out, not two */
  {longest, sizeof longest, "0e23857a547ddf5a"},
};

START_TEST(keys_have_the_known_names) {
  memset(longest, 'k', sizeof longest);
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    ck_ok(load(known[i].text, known[i].len, NULL));
    ck_assert_str_eq(key.kid, known[i].kid);
    ck_assert_uint_eq(key.k.len, 32);
    cxd__audit_key_clear(&key);
  }
}
END_TEST

START_TEST(the_key_is_derived_to_the_known_answer) {
  char hex[CXD__HASH_HEX + 1] = "";
  ck_ok(load("0123456789abcdef0123456789abcdef", 32, NULL));
  cxd__hash_hex((const unsigned char *)key.k.text, hex);
  ck_assert_str_eq(hex, "33f8980a4f3bc78109d33f2c2717f834b9338284cd18daff6fe36bab8044e5e5");
}
END_TEST

START_TEST(keys_of_a_wrong_length_are_refused) {
  static char text[10000];
  static const size_t sizes[] = {0, 1, 15, 4097, 4098, 10000};
  memset(text, 's', sizeof text);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    ck_fails(load(text, sizes[i], &error), CXD_E_CONFIG, "audit.key_file: ");
  text[15] = '\n';
  ck_fails(load(text, 16, &error), CXD_E_CONFIG, "has 15 bytes: give it 16 to 4096");
  ck_fails(load("\n", 1, &error), CXD_E_CONFIG, "has 0 bytes");
  ck_fails(load(text, 4098, &error), CXD_E_CONFIG, "has more than 4096 bytes: give it 16 to 4096");
  memset(text, 's', sizeof text);
  text[4096] = '\n';
  ck_ok(load(text, 4097, NULL));
}
END_TEST

START_TEST(an_error_names_the_setting_and_not_the_key) {
  cxd_error *error = NULL;
  ck_assert_int_eq(load("tiny secret", 11, &error), CXD_E_CONFIG);
  ck_assert_str_eq(cxd_error_field(error), "audit.key_file");
  ck_assert_ptr_null(strstr(cxd_error_message(error), "tiny"));
  cxd_error_free(error);
}
END_TEST

START_TEST(what_is_no_key_file_is_refused_without_waiting) {
  ck_fails(cxd__audit_key_load(path, &key, &error), CXD_E_IO, "audit.key_file: ");
  ck_fails(cxd__audit_key_load(log_dir, &key, &error), CXD_E_IO, "audit.key_file: ");
  ck_assert_int_eq(mkfifo(path, 0600), 0);
  ck_fails(cxd__audit_key_load(path, &key, &error), CXD_E_IO, "audit.key_file: ");
}
END_TEST

START_TEST(a_copy_is_of_its_own) {
  struct cxd__audit_key copy = {0};
  unsigned char kept[32];
  ck_ok(load("0123456789abcdef", 16, NULL));
  memcpy(kept, key.k.text, sizeof kept);
  ck_ok(cxd__audit_key_copy(&key, &copy, NULL));
  cxd__audit_key_clear(&key);
  ck_assert_ptr_null(key.k.text);
  ck_assert_mem_eq(copy.k.text, kept, sizeof kept);
  ck_assert_str_eq(copy.kid, "94438527b57adb39");
  cxd__audit_key_clear(&copy);
}
END_TEST

/* What the file held is overwritten before its memory goes. */
static int seen;

static void look(const void *bytes, size_t size) {
  static const char part[] = "89abcdef0123";
  const char *text = bytes;
  for (size_t i = 0; i + sizeof part - 1 <= size; i++)
    seen |= memcmp(text + i, part, sizeof part - 1) == 0;
}

START_TEST(no_copy_of_the_file_is_left_in_memory) {
  cxd__mem_look_at_freed(look);
  ck_ok(load("0123456789abcdef0123456789abcdef", 32, NULL));
  cxd__audit_key_clear(&key);
  cxd__mem_look_at_freed(NULL);
  ck_assert_int_eq(seen, 0);
}
END_TEST

START_TEST(memory_that_runs_out_is_reported) {
  for (size_t n = 1; n < 20; n++) {
    cxd__mem_fail_at(n);
    cxd_status status = load("0123456789abcdef", 16, NULL);
    cxd__mem_fail_at(0);
    if (status == CXD_OK) {
      ck_assert_uint_gt(n, 1);
      return;
    }
    ck_assert_int_eq(status, CXD_E_NOMEM);
  }
  ck_abort_msg("never succeeded");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_key");
  TCase *tc = suite_case(suite, "audit_key", open_case, close_case);
  tcase_add_test(tc, keys_have_the_known_names);
  tcase_add_test(tc, the_key_is_derived_to_the_known_answer);
  tcase_add_test(tc, keys_of_a_wrong_length_are_refused);
  tcase_add_test(tc, an_error_names_the_setting_and_not_the_key);
  tcase_add_test(tc, what_is_no_key_file_is_refused_without_waiting);
  tcase_add_test(tc, a_copy_is_of_its_own);
  tcase_add_test(tc, no_copy_of_the_file_is_left_in_memory);
  tcase_add_test(tc, memory_that_runs_out_is_reported);
  return run_suite(suite);
}
