/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* setenv, mkdtemp */
#include "api/config_table.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cxdialer/cxdialer.h>

#include "api/config.h"
#include "api/config_value.h"
#include "api/secret_file.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/quote.h"
#include "run.h"

START_TEST(names_are_unique_and_their_groups_stand_together) {
  static const char *const groups[] = {"api", "auth", "http", "retry", "rate", "update", "audit", "validate"};
  size_t group = 0;
  for (size_t i = 0; i < cxd_config_key_count(); i++) {
    const char *name = cxd_config_key_name(i);
    size_t len = strcspn(name, ".");
    ck_assert_msg(name[len] == '.' && name[len + 1], "%s", name);
    ck_assert_uint_eq(strspn(name + len + 1, "abcdefghijklmnopqrstuvwxyz_"), strlen(name + len + 1));
    while (group < 8 && (strlen(groups[group]) != len || strncmp(groups[group], name, len) != 0))
      group++;
    ck_assert_msg(group < 8, "%s is not beside its group", name);
    ck_assert_uint_eq(cxd__config_find(name), i);
  }
  ck_assert_uint_eq(group, 7);
}
END_TEST

START_TEST(environment_names_are_unique) {
  for (size_t i = 0; i < cxd_config_key_count(); i++)
    for (size_t j = 0; j < i; j++) {
      char a[64], b[64];
      (void)snprintf(a, sizeof a, "%s", cxd_config_key_name(i));
      (void)snprintf(b, sizeof b, "%s", cxd_config_key_name(j));
      *strchr(a, '.') = '_';
      *strchr(b, '.') = '_';
      ck_assert_str_ne(a, b);
    }
}
END_TEST

START_TEST(defaults_pass_their_own_validation_unchanged) {
  for (size_t i = 0; i < cxd_config_key_count(); i++) {
    const struct cxd__config_key *key = cxd__config_key_at(i);
    const char *normal;
    size_t len;
    cxd_error *error = NULL;
    cxd_status status = cxd__config_check(key, key->initial, &normal, &len, &error);
    ck_assert_msg(status == CXD_OK, "%s: %s", key->name, error ? error->message : "");
    ck_assert_ptr_eq(normal, key->initial);
    ck_assert_uint_eq(len, strlen(key->initial));
  }
}
END_TEST

START_TEST(each_row_is_documented_in_one_sentence) {
  for (size_t i = 0; i < cxd_config_key_count(); i++) {
    const struct cxd__config_key *key = cxd__config_key_at(i);
    size_t len = strlen(key->doc);
    ck_assert_msg(len > 20 && key->doc[len - 1] == '.' && key->doc[0] >= 'A' && key->doc[0] <= 'Z', "%s", key->name);
    ck_assert_msg(strstr(key->doc, ". ") == NULL, "%s", key->name);
    if (strcmp(key->unit, "ms") == 0)
      ck_assert_msg(strstr(key->doc, "in milliseconds"), "%s", key->name);
    if (strcmp(key->unit, "s") == 0)
      ck_assert_msg(strstr(key->doc, "in seconds") || strstr(key->doc, "pacing"), "%s", key->name);
    if (strcmp(key->unit, "bytes") == 0)
      ck_assert_msg(strstr(key->doc, "in bytes"), "%s", key->name);
  }
}
END_TEST

START_TEST(rows_are_consistent_with_their_type) {
  setlocale(LC_NUMERIC, "C"); /* for the sscanf() below */
  for (size_t i = 0; i < cxd_config_key_count(); i++) {
    const struct cxd__config_key *key = cxd__config_key_at(i);
    int number = key->type == CXD__CONFIG_INT || key->type == CXD__CONFIG_REAL;
    int choice = key->type == CXD__CONFIG_BOOL || key->type == CXD__CONFIG_CHOICE;
    ck_assert_msg(number == (key->max > key->min), "%s", key->name);
    ck_assert_msg(!choice || (strchr(key->range, '|') && *key->initial), "%s", key->name);
    ck_assert_msg(!key->secret || (key->type == CXD__CONFIG_STRING && !*key->initial), "%s", key->name);
    double low, high;
    if (number) {
      ck_assert_int_eq(sscanf(key->range, "%lf to %lf", &low, &high), 2);
      ck_assert_msg(low == key->min && high == key->max, "%s", key->name);
    }
  }
}
END_TEST

START_TEST(ends_of_each_range_are_in_it_and_beyond_is_not) {
  setlocale(LC_NUMERIC, "C"); /* for the snprintf() below */
  for (size_t i = 0; i < cxd_config_key_count(); i++) {
    const struct cxd__config_key *key = cxd__config_key_at(i);
    if (key->max <= key->min)
      continue;
    double step = key->type == CXD__CONFIG_INT ? 1 : 0.0001;
    const double values[] = {key->min, key->max, key->min - step, key->max + step};
    for (int v = 0; v < 4; v++) {
      char text[64];
      const char *normal;
      size_t len;
      (void)snprintf(text, sizeof text, key->type == CXD__CONFIG_INT ? "%.0f" : "%.4f", values[v]);
      ck_assert_msg((cxd__config_check(key, text, &normal, &len, NULL) == CXD_OK) == (v < 2), "%s = %s", key->name, text);
    }
  }
}
END_TEST

START_TEST(beyond_the_table_there_is_nothing) {
  size_t n = cxd_config_key_count();
  ck_assert_ptr_null(cxd_config_key_name(n));
  ck_assert_ptr_null(cxd_config_key_doc(n));
  ck_assert_ptr_null(cxd_config_key_type(n));
  ck_assert_ptr_null(cxd_config_key_default(n));
  ck_assert_ptr_null(cxd_config_key_range(n));
  ck_assert_int_eq(cxd_config_key_secret(n), 0);
  ck_assert_ptr_null(cxd__config_key_at(SIZE_MAX));
}
END_TEST

START_TEST(the_nearest_name_is_the_one_meant) {
  static const struct { const char *typed, *meant; } rows[] = {
      {"api.base_ur", "api.base_url"}, {"base_url", "api.base_url"}, {"API.BASE_URL", "api.base_url"}, {"api.base-url", "api.base_url"},
      {"rate.limits", "rate.limit"}, {"auth.clientid", "auth.client_id"}, {"validate.zoneinfo", "validate.zoneinfo_dir"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_str_eq(cxd__config_nearest(rows[i].typed), rows[i].meant);
  char large[5000];
  memset(large, 'x', sizeof large - 1);
  large[sizeof large - 1] = '\0';
  ck_assert_ptr_nonnull(cxd__config_nearest(large));
  ck_assert_ptr_nonnull(cxd__config_nearest(""));
}
END_TEST

START_TEST(quotes_are_printable_and_bounded) {
  char out[CXD__QUOTE_MAX], large[4 * CXD__QUOTE_MAX];
  cxd__quote("a\n\x7f\xff\xc3\xa9", out);
  ck_assert_str_eq(out, "a???\xc3\xa9");
  for (size_t start = 0; start < 2; start++) {
    memset(large, 'a', start);
    for (size_t i = start; i + 2 < sizeof large; i += 2)
      memcpy(large + i, "\xc3\xa9", 3);
    cxd__quote(large, out);
    ck_assert_uint_lt(strlen(out), CXD__QUOTE_MAX);
    ck_assert_str_eq(out + strlen(out) - 5, "\xc3\xa9...");
  }
  memset(large, 'a', sizeof large);
  large[CXD__QUOTE_MAX - 4] = '\0';
  cxd__quote(large, out);
  ck_assert_str_eq(out, large);
}
END_TEST

START_TEST(typed_reads_of_defaults_and_of_values) {
  cxd_config *config;
  ck_assert_str_eq(cxd__config_text(NULL, "api.base_url"), "https://api.nicecxone.com");
  ck_assert_ptr_null(cxd__config_text(NULL, "audit.path"));
  ck_assert_ptr_null(cxd__config_text(NULL, "auth.token"));
  ck_assert_int_eq(cxd__config_int(NULL, "retry.deadline_ms"), 180000);
  ck_assert_int_eq(cxd__config_int(NULL, "validate.agents"), 0);
  ck_assert(cxd__config_real(NULL, "validate.max_throttle") == 0.95);
  ck_assert(cxd__config_real(NULL, "validate.aht_s") == 0);
  ck_assert(!cxd__config_on(NULL, "auth.basic_form_encode"));
  ck_assert(cxd__config_is(NULL, "audit.mode", "required"));
  ck_assert(!cxd__config_is(NULL, "audit.path", ""));
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  ck_assert(cxd__config_live(config));
  ck_assert(!cxd__config_live(NULL));
  ck_assert_int_eq(cxd_config_set(config, "auth.token", "abc.DEF-1==", NULL), CXD_OK);
  ck_assert_int_eq(cxd_config_set(config, "audit.max_bytes", "1099511627776", NULL), CXD_OK);
  ck_assert_int_eq(cxd_config_set(config, "auth.basic_form_encode", "YES", NULL), CXD_OK);
  ck_assert_str_eq(cxd__config_text(config, "auth.token"), "abc.DEF-1==");
  ck_assert_int_eq(cxd__config_int(config, "audit.max_bytes"), 1099511627776);
  ck_assert(cxd__config_on(config, "auth.basic_form_encode"));
  cxd_config_free(config);
}
END_TEST

START_TEST(reals_are_read_the_same_in_a_comma_locale) {
  cxd_config *config;
  int comma = setlocale(LC_ALL, "de_DE.UTF-8") || setlocale(LC_ALL, "de_DE.utf8");
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  ck_assert(cxd__config_real(config, "validate.max_throttle") == 0.95);
  ck_assert_int_eq(cxd_config_set(config, "validate.max_throttle", "0.5", NULL), CXD_OK);
  ck_assert_int_eq(cxd_config_set(config, "validate.max_throttle", "0,6", NULL), CXD_E_CONFIG);
  ck_assert(cxd__config_real(config, "validate.max_throttle") == 0.5);
  setlocale(LC_ALL, "C");
  cxd_config_free(config);
  (void)comma; /* the run under this locale asserts that it is there */
}
END_TEST

START_TEST(a_copy_has_the_values_and_a_life_of_its_own) {
  cxd_config *config, *copy, *fresh;
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  ck_assert_int_eq(cxd_config_set(config, "rate.limit", "7", NULL), CXD_OK);
  ck_assert_int_eq(cxd_config_set(config, "auth.client_secret", "canary", NULL), CXD_OK);
  ck_assert_int_eq(cxd__config_copy(config, &copy), CXD_OK);
  cxd_config_free(config);
  ck_assert_str_eq(cxd__config_text(copy, "auth.client_secret"), "canary");
  ck_assert_int_eq(cxd__config_int(copy, "rate.limit"), 7);
  ck_assert_int_eq(cxd__config_copy(NULL, &fresh), CXD_OK);
  ck_assert_int_eq(cxd__config_int(fresh, "rate.limit"), 100);
  cxd__config_move(fresh, copy);
  ck_assert_int_eq(cxd__config_int(fresh, "rate.limit"), 7);
  cxd_config_free(fresh);
}
END_TEST

static char dir[64], path[96];

static void make_dir(void) {
  strcpy(dir, "/tmp/cxd-config-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(dir));
  (void)snprintf(path, sizeof path, "%s/file", dir);
}

static void remove_dir(void) {
  (void)unlink(path);
  (void)rmdir(dir);
}

static void write_file(const char *text, size_t len) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
  close(fd);
}

static cxd_status read_secret(const char *text, size_t len, struct cxd__secret *out) {
  cxd_error *error = NULL;
  write_file(text, len);
  cxd_status status = cxd__secret_from_file(path, out, &error);
  ck_assert_int_eq(status == CXD_OK, error == NULL);
  cxd_error_free(error);
  return status;
}

START_TEST(a_secret_file_holds_one_secret) {
  static char large[65538];
  struct cxd__secret secret = {0};
  static const char *const texts[] = {"s3cret", "s3cret\n", "s3cret\r\n"};
  for (size_t i = 0; i < 3; i++) {
    ck_assert_int_eq(read_secret(texts[i], strlen(texts[i]), &secret), CXD_OK);
    ck_assert_str_eq(secret.text, "s3cret");
    ck_assert_uint_eq(secret.len, 6);
  }
  ck_assert_int_eq(read_secret("two\nlines\n\n", 11, &secret), CXD_OK);
  ck_assert_str_eq(secret.text, "two\nlines\n");
  ck_assert_int_eq(read_secret("", 0, &secret), CXD_E_CONFIG);
  ck_assert_int_eq(read_secret("\n", 1, &secret), CXD_E_CONFIG);
  ck_assert_int_eq(read_secret("a\0b", 3, &secret), CXD_E_CONFIG);
  memset(large, 'a', sizeof large);
  ck_assert_int_eq(read_secret(large, 65536, &secret), CXD_OK);
  ck_assert_uint_eq(secret.len, 65536);
  ck_assert_int_eq(read_secret(large, 65537, &secret), CXD_E_TOO_LARGE);
  ck_assert_uint_eq(secret.len, 65536); /* the old one is kept */
  cxd__secret_clear(&secret);
}
END_TEST

START_TEST(a_secret_file_is_a_regular_file) {
  struct cxd__secret secret = {0};
  ck_assert_int_eq(cxd__secret_from_file(dir, &secret, NULL), CXD_E_IO);
  ck_assert_int_eq(cxd__secret_from_file("/nonexistent", &secret, NULL), CXD_E_IO);
  ck_assert_int_eq(cxd__secret_from_file("/dev/zero", &secret, NULL), CXD_E_IO);
  ck_assert_int_eq(mkfifo(path, 0600), 0);
  ck_assert_int_eq(cxd__secret_from_file(path, &secret, NULL), CXD_E_IO); /* and does not wait for a writer */
  ck_assert_ptr_null(secret.text);
}
END_TEST

static const char settings[] = "{\"api\":{\"base_url\":\"https://x.example\"},\"auth\":{\"client_secret\":\"canary\",\"client_id\":\"me\"},\"rate.limit\":5,\"audit.path\":null}";

START_TEST(a_load_that_runs_out_of_memory_changes_nothing) {
  write_file(settings, sizeof settings - 1);
  for (size_t n = 1; n < 300; n++) {
    cxd_config *config;
    ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
    ck_assert_int_eq(cxd_config_set(config, "rate.limit", "77", NULL), CXD_OK);
    cxd_error *error = NULL;
    cxd__mem_fail_at(n);
    cxd_status status = cxd_config_load_file(config, path, &error);
    int enough = cxd__mem_count() < n;
    cxd__mem_fail_at(0);
    cxd_error_free(error);
    ck_assert_int_eq(status, enough ? CXD_OK : CXD_E_NOMEM);
    ck_assert_str_eq(cxd_config_get(config, "rate.limit"), enough ? "5" : "77");
    ck_assert_str_eq(cxd_config_get(config, "auth.client_secret"), enough ? "***" : "");
    cxd_config_free(config);
    if (enough)
      return;
  }
  ck_abort_msg("never succeeded");
}
END_TEST

START_TEST(a_set_that_runs_out_of_memory_keeps_the_old_value) {
  cxd_config *config;
  cxd__mem_fail_at(1);
  ck_assert_int_eq(cxd_config_new(&config), CXD_E_NOMEM);
  ck_assert_ptr_null(config);
  cxd__mem_fail_at(2);
  ck_assert_int_eq(cxd_config_new(&config), CXD_E_NOMEM);
  cxd__mem_fail_at(0);
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  ck_assert_int_eq(cxd_config_set(config, "auth.client_id", "old", NULL), CXD_OK);
  cxd__mem_fail_at(1);
  ck_assert_int_eq(cxd_config_set(config, "auth.client_id", "new", NULL), CXD_E_NOMEM);
  ck_assert_ptr_null(cxd_config_to_json(config));
  cxd__mem_fail_at(0);
  ck_assert_str_eq(cxd_config_get(config, "auth.client_id"), "old");
  cxd_config_free(config);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("config_table");
  TCase *tc = tcase_create("config_table");
  tcase_add_checked_fixture(tc, make_dir, remove_dir);
  tcase_add_test(tc, names_are_unique_and_their_groups_stand_together);
  tcase_add_test(tc, environment_names_are_unique);
  tcase_add_test(tc, defaults_pass_their_own_validation_unchanged);
  tcase_add_test(tc, each_row_is_documented_in_one_sentence);
  tcase_add_test(tc, rows_are_consistent_with_their_type);
  tcase_add_test(tc, ends_of_each_range_are_in_it_and_beyond_is_not);
  tcase_add_test(tc, beyond_the_table_there_is_nothing);
  tcase_add_test(tc, the_nearest_name_is_the_one_meant);
  tcase_add_test(tc, quotes_are_printable_and_bounded);
  tcase_add_test(tc, typed_reads_of_defaults_and_of_values);
  tcase_add_test(tc, reals_are_read_the_same_in_a_comma_locale);
  tcase_add_test(tc, a_copy_has_the_values_and_a_life_of_its_own);
  tcase_add_test(tc, a_secret_file_holds_one_secret);
  tcase_add_test(tc, a_secret_file_is_a_regular_file);
  tcase_add_test(tc, a_load_that_runs_out_of_memory_changes_nothing);
  tcase_add_test(tc, a_set_that_runs_out_of_memory_keeps_the_old_value);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
