/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/error.h"
#include "core/op.h"
#include "run.h"

static const struct cxd__core_options plain = {.base_path = "", .campaign_path = "/api/v2/outbound/campaigns/{id}"};

static void assert_campaign(const struct cxd__core_options *options, const char *id, const char *target) {
  struct cxd__buf out = {0};
  cxd__buf_str(&out, "left over from an earlier request");
  cxd__target_campaign(options, id, &out);
  ck_assert_str_eq(out.data, target);
  cxd__buf_free(&out);
}

static void assert_list(const struct cxd__core_options *options, const char *cursor, const char *target) {
  struct cxd__buf out = {0};
  cxd__target_list(options, cursor, &out);
  ck_assert_str_eq(out.data, target);
  cxd__buf_free(&out);
}

START_TEST(a_plain_id_stands_in_the_path_as_it_is) {
  assert_campaign(&plain, "a1b2c3d4-e5f6-7890-abcd-ef1234567890", "/api/v2/outbound/campaigns/a1b2c3d4-e5f6-7890-abcd-ef1234567890");
  assert_campaign(&plain, "A_Z.9~-", "/api/v2/outbound/campaigns/A_Z.9~-");
}
END_TEST

START_TEST(every_byte_that_is_not_unreserved_is_encoded) {
  static const char keep[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  for (int c = 1; c < 256; c++) {
    char id[2] = {(char)c, '\0'};
    struct cxd__buf out = {0};
    cxd__target_campaign(&plain, id, &out);
    const char *last = strrchr(out.data, '/') + 1;
    if (strchr(keep, c))
      ck_assert_str_eq(last, id);
    else
      ck_assert_msg(strlen(last) == 3 && last[0] == '%' && strspn(last + 1, "0123456789ABCDEF") == 2 && strtol(last + 1, NULL, 16) == c, "byte %d: %s", c, last);
    cxd__buf_free(&out);
  }
}
END_TEST

START_TEST(an_id_in_another_script_is_encoded_as_utf8) {
  assert_campaign(&plain, "K\xc3\xb6ln 1", "/api/v2/outbound/campaigns/K%C3%B6ln%201");
}
END_TEST

START_TEST(the_base_path_comes_first_and_what_follows_the_id_stays) {
  struct cxd__core_options options = {.base_path = "/proxy/v9", .campaign_path = "/c/{id}/settings?full=1"};
  assert_campaign(&options, "x y", "/proxy/v9/c/x%20y/settings?full=1");
}
END_TEST

START_TEST(the_list_is_what_stands_before_the_id) {
  struct cxd__core_options options = {.base_path = "/proxy", .campaign_path = "/c//{id}/settings"};
  assert_list(&plain, NULL, "/api/v2/outbound/campaigns");
  assert_list(&options, NULL, "/proxy/c");
}
END_TEST

START_TEST(a_cursor_is_encoded) {
  assert_list(&plain, "abc", "/api/v2/outbound/campaigns?cursor=abc");
  assert_list(&plain, "a=b&c#d?e/f+g %\n", "/api/v2/outbound/campaigns?cursor=a%3Db%26c%23d%3Fe%2Ff%2Bg%20%25%0A");
}
END_TEST

static cxd_status fit(const char *id) {
  cxd_error *error = NULL;
  cxd_status status = cxd__campaign_id_check(id, &error);
  ck_assert_int_eq(cxd_error_status(error), status);
  if (status != CXD_OK) {
    ck_assert_str_eq(cxd_error_field(error), CXD_FIELD_ID);
    for (const char *p = cxd_error_message(error); *p; p++)
      ck_assert_msg((unsigned char)*p >= 0x20, "control byte in a message");
  }
  cxd_error_free(error);
  ck_assert_int_eq(cxd__campaign_id_check(id, NULL), status);
  return status;
}

START_TEST(ids_that_mean_something_in_a_path_are_refused) {
  static const char *const ids[] = {"", ".", "..", "/", "../../oauth/token", "a/b", "a\\b", "%2f", "a%", "a\nb", "a\rb", "\t", "a\x7f", "\x1b[0m", "\xff", "a\xc3", "\xed\xa0\x80", "\xc0\xaf"};
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
    ck_assert_msg(fit(ids[i]) == CXD_E_ARGUMENT, "%s", ids[i]);
}
END_TEST

START_TEST(other_ids_are_fit) {
  static const char *const ids[] = {"a", "...", ".a", "a b", "a:b", "a?b", "a#b", "a1b2c3d4-e5f6-7890-abcd-ef1234567890", "\xe2\x82\xac"};
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
    ck_assert_msg(fit(ids[i]) == CXD_OK, "%s", ids[i]);
}
END_TEST

START_TEST(an_id_has_at_most_128_bytes) {
  char id[130];
  memset(id, 'a', sizeof id);
  id[128] = '\0';
  ck_assert_int_eq(fit(id), CXD_OK);
  id[128] = 'a';
  id[129] = '\0';
  ck_assert_int_eq(fit(id), CXD_E_ARGUMENT);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_target");
  TCase *t = tcase_create("targets");
  suite_add_tcase(suite, t);
  tcase_add_test(t, a_plain_id_stands_in_the_path_as_it_is);
  tcase_add_test(t, every_byte_that_is_not_unreserved_is_encoded);
  tcase_add_test(t, an_id_in_another_script_is_encoded_as_utf8);
  tcase_add_test(t, the_base_path_comes_first_and_what_follows_the_id_stays);
  tcase_add_test(t, the_list_is_what_stands_before_the_id);
  tcase_add_test(t, a_cursor_is_encoded);
  tcase_add_test(t, ids_that_mean_something_in_a_path_are_refused);
  tcase_add_test(t, other_ids_are_fit);
  tcase_add_test(t, an_id_has_at_most_128_bytes);
  return run_suite(suite);
}
