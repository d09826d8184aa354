/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Which of the system's two places of certificate authorities is enough. */
#define _GNU_SOURCE /* mkdtemp */
#include "http/trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"

static char root[64], file[96], directory[96];

static void setup(void) {
  strcpy(root, "/tmp/cxd-trust-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(root));
  snprintf(file, sizeof file, "%s/all.crt", root);
  snprintf(directory, sizeof directory, "%s/certs", root);
}

static void teardown(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -r '%s'", root);
  ck_assert_int_eq(system(command), 0);
}

static void write_file(int count) {
  FILE *f = fopen(file, "w");
  ck_assert_ptr_nonnull(f);
  for (int i = 0; i < count; i++)
    fputs("-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n", f);
  ck_assert_int_eq(fclose(f), 0);
}

static void write_directory(const char *const *names, size_t count) {
  ck_assert_int_eq(mkdir(directory, 0700), 0);
  for (size_t i = 0; i < count; i++) {
    char path[160];
    snprintf(path, sizeof path, "%s/%s", directory, names[i]);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fclose(f), 0);
  }
}

static const char *const two[] = {"8d86cdd1.0", "8d86cdd1.1"};

START_TEST(a_directory_with_as_much_as_the_file_is_enough) {
  write_file(2);
  write_directory(two, 2);
  ck_assert_int_eq(cxd__trust_choose(file, directory), CXD__TRUST_DIRECTORY);
  ck_assert_int_eq(cxd__trust_choose(NULL, directory), CXD__TRUST_DIRECTORY);
}
END_TEST

START_TEST(a_certificate_that_only_the_file_has_keeps_both) {
  write_file(3);
  write_directory(two, 2);
  ck_assert_int_eq(cxd__trust_choose(file, directory), CXD__TRUST_DEFAULT);
}
END_TEST

START_TEST(a_directory_without_hashed_names_leaves_the_file) {
  static const char *const names[] = {"ca-certificates.crt", "GlobalSign.pem", "8d86cdd1.r0", "8d86cdd1.", "8d86cdd1.0x", "8D86CDD1.0", "8d86cdd.0"};
  write_file(1);
  write_directory(names, sizeof names / sizeof *names);
  ck_assert_int_eq(cxd__trust_choose(file, directory), CXD__TRUST_FILE);
  ck_assert_int_eq(cxd__trust_choose(file, NULL), CXD__TRUST_FILE);
  ck_assert_int_eq(cxd__trust_choose(file, "/nowhere"), CXD__TRUST_FILE);
}
END_TEST

START_TEST(two_names_of_one_certificate_and_dead_links_count_once_and_never) {
  char from[160], to[160];
  write_file(2);
  write_directory(two, 1);
  snprintf(from, sizeof from, "%s/8d86cdd1.0", directory);
  snprintf(to, sizeof to, "%s/1e1eab7c.0", directory);
  ck_assert_int_eq(symlink(from, to), 0);
  snprintf(to, sizeof to, "%s/00000000.0", directory);
  ck_assert_int_eq(symlink("gone.pem", to), 0);
  ck_assert_int_eq(cxd__trust_choose(file, directory), CXD__TRUST_DEFAULT);
}
END_TEST

START_TEST(without_either_libcurl_decides) {
  ck_assert_int_eq(cxd__trust_choose(NULL, NULL), CXD__TRUST_DEFAULT);
  ck_assert_int_eq(cxd__trust_choose("/nowhere", "/nowhere"), CXD__TRUST_DEFAULT);
}
END_TEST

START_TEST(several_directories_in_one_setting_stay_as_they_are) {
  char both[200];
  write_file(1);
  write_directory(two, 2);
  snprintf(both, sizeof both, "%s:%s", directory, root);
  ck_assert_int_eq(cxd__trust_choose(file, both), CXD__TRUST_DEFAULT);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("http trust");
  TCase *tc = tcase_create("trust");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, a_directory_with_as_much_as_the_file_is_enough);
  tcase_add_test(tc, a_certificate_that_only_the_file_has_keeps_both);
  tcase_add_test(tc, a_directory_without_hashed_names_leaves_the_file);
  tcase_add_test(tc, two_names_of_one_certificate_and_dead_links_count_once_and_never);
  tcase_add_test(tc, without_either_libcurl_decides);
  tcase_add_test(tc, several_directories_in_one_setting_stay_as_they_are);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
