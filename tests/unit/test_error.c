/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/error.h"

#include <errno.h>
#include <locale.h>
#include <string.h>

#include "base/mem.h"
#include "json/pointer.h"
#include "run.h"

START_TEST(a_new_error_has_its_status_and_text_and_knows_nothing_else) {
  cxd_error *error = cxd__error_new(CXD_E_CONFIG, "%s is %d", "retry.max_attempts", 0);
  ck_assert_int_eq(cxd_error_status(error), CXD_E_CONFIG);
  ck_assert_str_eq(cxd_error_message(error), "retry.max_attempts is 0");
  ck_assert_str_eq(cxd_error_field(error), "");
  ck_assert_str_eq(cxd_error_server_code(error), "");
  ck_assert_str_eq(cxd_error_request_id(error), "");
  ck_assert_int_eq(cxd_error_http_status(error), 0);
  ck_assert_int_eq(cxd_error_retryable(error), 0);
  ck_assert_int_eq(cxd_error_retry_after_ms(error), -1);
  cxd_error_free(error);
}
END_TEST

START_TEST(a_null_error_is_the_absence_of_one) {
  ck_assert_int_eq(cxd_error_status(NULL), CXD_OK);
  ck_assert_str_eq(cxd_error_message(NULL), "");
  ck_assert_str_eq(cxd_error_field(NULL), "");
  ck_assert_str_eq(cxd_error_server_code(NULL), "");
  ck_assert_str_eq(cxd_error_request_id(NULL), "");
  ck_assert_int_eq(cxd_error_http_status(NULL), 0);
  ck_assert_int_eq(cxd_error_retryable(NULL), 0);
  ck_assert_int_eq(cxd_error_retry_after_ms(NULL), -1);
  cxd_error_free(NULL);
}
END_TEST

START_TEST(failing_fills_the_pointer_and_returns_the_status) {
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd__fail(&error, CXD_E_TYPE, "%d", 1), CXD_E_TYPE);
  ck_assert_int_eq(cxd_error_status(error), CXD_E_TYPE);
  ck_assert_int_eq(cxd__fail_at(&error, CXD_E_INVALID, "/pacing", "%d", 2), CXD_E_INVALID);
  ck_assert_str_eq(cxd_error_message(error), "2");
  ck_assert_str_eq(cxd_error_field(error), "/pacing");
  ck_assert_int_eq(cxd__fail_nomem(&error), CXD_E_NOMEM);
  ck_assert_int_eq(cxd_error_status(error), CXD_E_NOMEM);
  cxd_error_free(error);
}
END_TEST

START_TEST(failing_without_a_pointer_only_returns_the_status) {
  ck_assert_int_eq(cxd__fail(NULL, CXD_E_TYPE, "x"), CXD_E_TYPE);
  ck_assert_int_eq(cxd__fail_at(NULL, CXD_E_INVALID, "/a", "x"), CXD_E_INVALID);
  ck_assert_int_eq(cxd__fail_nomem(NULL), CXD_E_NOMEM);
}
END_TEST

START_TEST(a_copy_is_deep) {
  cxd_error *error = NULL, *copy;
  ck_assert_int_eq(cxd__fail_at(&error, CXD_E_REJECTED, "/a", "text"), CXD_E_REJECTED);
  error->server_code = cxd__strdup("C");
  error->request_id = cxd__strdup("R");
  error->http_status = 422;
  error->retry_after_ms = 7;
  error->retryable = 1;
  copy = cxd__error_copy(error);
  cxd_error_free(error);
  ck_assert_str_eq(cxd_error_message(copy), "text");
  ck_assert_str_eq(cxd_error_field(copy), "/a");
  ck_assert_str_eq(cxd_error_server_code(copy), "C");
  ck_assert_str_eq(cxd_error_request_id(copy), "R");
  ck_assert_int_eq(cxd_error_http_status(copy), 422);
  ck_assert_int_eq(cxd_error_retry_after_ms(copy), 7);
  ck_assert_int_eq(cxd_error_retryable(copy), 1);
  cxd_error_free(copy);
  ck_assert_ptr_null(cxd__error_copy(NULL));
}
END_TEST

START_TEST(without_memory_there_is_no_error_object_or_one_with_less_text) {
  for (size_t n = 1; n <= 3; n++) {
    cxd_error *error = NULL;
    cxd__mem_fail_at(n);
    cxd_status status = cxd__fail_at(&error, CXD_E_INVALID, "/a", "text");
    cxd__mem_fail_at(0);
    ck_assert_int_eq(status, CXD_E_INVALID);
    ck_assert(n > 1 || error == NULL);
    ck_assert_ptr_nonnull(cxd_error_message(error));
    ck_assert_ptr_nonnull(cxd_error_field(error));
    cxd_error_free(error);
  }
}
END_TEST

START_TEST(every_status_has_its_name_and_a_sentence) {
  static const struct {
    cxd_status status;
    const char *name;
  } rows[] = {{CXD_OK, "CXD_OK"},
              {CXD_E_ARGUMENT, "CXD_E_ARGUMENT"},
              {CXD_E_IO, "CXD_E_IO"},
              {CXD_E_JSON, "CXD_E_JSON"},
              {CXD_E_WINDOW_CLOSED, "CXD_E_WINDOW_CLOSED"},
              {CXD_E_PROTOCOL, "CXD_E_PROTOCOL"},
              {CXD_E_CONFLICT, "CXD_E_CONFLICT"},
              {CXD_E_UNKNOWN_OUTCOME, "CXD_E_UNKNOWN_OUTCOME"},
              {CXD_E_RULE, "CXD_E_RULE"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ck_assert_str_eq(cxd_status_name(rows[i].status), rows[i].name);
    ck_assert_uint_gt(strlen(cxd_status_text(rows[i].status)), 4);
  }
  ck_assert_str_eq(cxd_status_name(1), "CXD_E_?");
  ck_assert_str_eq(cxd_status_name(-7), "CXD_E_?");
  ck_assert_ptr_nonnull(cxd_status_text(99999));
}
END_TEST

START_TEST(as_json_it_can_be_read_back_whatever_it_says) {
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd__fail_at(&error, CXD_E_RATE_LIMITED, "/a\"b", "say \"no\"\n\x01\xff"), CXD_E_RATE_LIMITED);
  error->retry_after_ms = 1500;
  error->http_status = 429;
  char *json = cxd_error_to_json(error);
  struct cxd__slice root, value;
  ck_assert_int_eq(cxd__json_check(json, strlen(json), "error", &root, NULL), CXD_OK);
  value = cxd__json_member(root, "status");
  ck_assert(cxd__json_string_is(value, "CXD_E_RATE_LIMITED"));
  ck_assert(cxd__json_string_is(cxd__json_member(root, "field"), "/a\"b"));
  int64_t number = 0;
  ck_assert(cxd__json_int(cxd__json_member(root, "retry_after_ms"), &number));
  ck_assert_int_eq(number, 1500);
  cxd_string_free(json);
  cxd_error_free(error);
}
END_TEST

START_TEST(what_the_system_says_is_english_in_every_locale) {
  setlocale(LC_ALL, "de_DE.UTF-8");
  ck_assert_str_eq(cxd__errno_text(ENOENT), "No such file or directory");
  ck_assert_str_eq(cxd__errno_text(99999), "unknown error");
  setlocale(LC_ALL, "C");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("error");
  TCase *t = tcase_create("error");
  suite_add_tcase(suite, t);
  tcase_add_test(t, a_new_error_has_its_status_and_text_and_knows_nothing_else);
  tcase_add_test(t, a_null_error_is_the_absence_of_one);
  tcase_add_test(t, failing_fills_the_pointer_and_returns_the_status);
  tcase_add_test(t, failing_without_a_pointer_only_returns_the_status);
  tcase_add_test(t, a_copy_is_deep);
  tcase_add_test(t, without_memory_there_is_no_error_object_or_one_with_less_text);
  tcase_add_test(t, every_status_has_its_name_and_a_sentence);
  tcase_add_test(t, as_json_it_can_be_read_back_whatever_it_says);
  tcase_add_test(t, what_the_system_says_is_english_in_every_locale);
  return run_suite(suite);
}
