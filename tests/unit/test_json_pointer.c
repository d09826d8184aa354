/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "json.h"
#include "json/pointer.h"
#include "run.h"

/* The document of RFC 6901, section 5. */
static const char rfc[] = "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8}";

START_TEST(the_examples_of_the_standard_lead_where_they_should) {
  static const char *const rows[][2] = {{"", rfc}, {"/foo", "[\"bar\",\"baz\"]"}, {"/foo/0", "\"bar\""}, {"/foo/1", "\"baz\""}, {"/", "0"}, {"/a~1b", "1"}, {"/c%d", "2"},
                                        {"/e^f", "3"}, {"/g|h", "4"}, {"/i\\j", "5"}, {"/k\"l", "6"}, {"/ ", "7"}, {"/m~0n", "8"}};
  struct cxd__slice document = checked(rfc);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_slice(cxd__json_find(document, rows[i][0]), rows[i][1]);
}
END_TEST

START_TEST(what_is_not_there_is_absent) {
  static const char *const rows[] = {"/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/+1", "/foo/-1", "/foo/1.0", "/foo/", "/foo/bar", "/foo/0/0", "/fo", "/fooo", "/foo/99999999999999999999",
                                     "//", "/a", "/a~1", "/a~1b/", "/nothing/at/all", "foo", "/m~n", "/m~2n", "/m~", "/\xff"};
  struct cxd__slice document = checked(rfc);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_msg(cxd__json_find(document, rows[i]).p == NULL, "%s", rows[i]);
  ck_assert_ptr_null(cxd__json_find((struct cxd__slice){0}, "/a").p);
  ck_assert_ptr_null(cxd__json_find(raw("1"), "/a").p);
}
END_TEST

START_TEST(names_are_compared_after_decoding_on_both_sides) {
  struct cxd__slice document = checked("{\"\\u0061\\/b\":1,\"\\ud83d\\ude00\":{\"~1\":2,\"~\":3,\"/\":4,\"~0~1\":5},\"\\u0000\":6,\"x\\u0000\":7}");
  assert_slice(cxd__json_find(document, "/a~1b"), "1");
  assert_slice(cxd__json_find(document, "/\xf0\x9f\x98\x80/~01"), "2");
  assert_slice(cxd__json_find(document, "/\xf0\x9f\x98\x80/~0"), "3");
  assert_slice(cxd__json_find(document, "/\xf0\x9f\x98\x80/~1"), "4");
  assert_slice(cxd__json_find(document, "/\xf0\x9f\x98\x80/~00~01"), "5");
  ck_assert_ptr_null(cxd__json_find(document, "/").p);
  ck_assert_ptr_null(cxd__json_find(document, "/x").p);
}
END_TEST

START_TEST(digits_name_members_of_objects_and_elements_of_arrays) {
  struct cxd__slice document = checked("{\"0\":{\"01\":1,\"-\":2},\"a\":[[10,11],[20]]}");
  assert_slice(cxd__json_find(document, "/0/01"), "1");
  assert_slice(cxd__json_find(document, "/0/-"), "2");
  assert_slice(cxd__json_find(document, "/a/0/1"), "11");
  assert_slice(cxd__json_find(document, "/a/1/0"), "20");
  ck_assert_ptr_null(cxd__json_find(document, "/a/1/1").p);
}
END_TEST

START_TEST(pointers_are_valid_or_not) {
  static const char *const good[] = {"", "/", "//", "/a", "/a/b", "/~0", "/~1", "/~01", "/a~0b/~1", "/\xc3\xa9", "/ \n"};
  static const char *const bad[] = {"a", "a/b", " /a", "~0", "/~", "/~2", "/a~", "/~~0", "/~/", "/\xff", "/\xed\xa0\x80", "#/a"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    ck_assert_msg(cxd__pointer_valid(good[i]) == 1, "%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_msg(cxd__pointer_valid(bad[i]) == 0, "%s", bad[i]);
}
END_TEST

START_TEST(tokens_come_one_by_one_still_escaped) {
  const char *at = "/a~1b//c";
  struct cxd__slice token;
  ck_assert_int_eq(cxd__pointer_next(&at, &token), 1);
  assert_slice(token, "a~1b");
  ck_assert_int_eq(cxd__pointer_next(&at, &token), 1);
  assert_slice(token, "");
  ck_assert_int_eq(cxd__pointer_next(&at, &token), 1);
  assert_slice(token, "c");
  ck_assert_int_eq(cxd__pointer_next(&at, &token), 0);
}
END_TEST

START_TEST(a_direct_member_is_found_by_its_decoded_name) {
  struct cxd__slice document = checked("{\"a\":{\"b\":1},\"\\u0062\":2,\"a/b\":3}");
  assert_slice(cxd__json_member(document, "a"), "{\"b\":1}");
  assert_slice(cxd__json_member(document, "b"), "2");
  assert_slice(cxd__json_member(document, "a/b"), "3");
  ck_assert_ptr_null(cxd__json_member(document, "c").p);
  ck_assert_ptr_null(cxd__json_member(document, "").p);
  ck_assert_ptr_null(cxd__json_member(raw("[1]"), "0").p);
  ck_assert_ptr_null(cxd__json_member((struct cxd__slice){0}, "a").p);
}
END_TEST

START_TEST(keys_and_indexes_are_appended_escaped) {
  struct cxd__buf b = {0};
  cxd__pointer_add_key(&b, raw("\"a/b~c\""));
  cxd__pointer_add_key(&b, raw("\"\\u007e\\u002f\\\"\""));
  cxd__pointer_add_index(&b, 0);
  cxd__pointer_add_index(&b, 1234567);
  cxd__pointer_add_key(&b, raw("\"\""));
  ck_assert_str_eq(b.data, "/a~1b~0c/~0~1\"/0/1234567/");
  cxd__buf_reset(&b);
  cxd__pointer_add_key(&b, raw("\"x\\u0000y\""));
  ck_assert_uint_eq(b.len, 4);
  ck_assert_mem_eq(b.data, "/x\0y", 5);
  cxd__buf_free(&b);
}
END_TEST

static void assert_every_member_is_found(struct cxd__slice document, struct cxd__slice value, struct cxd__buf *pointer) {
  struct cxd__json_iter iter;
  struct cxd__slice key, member;
  size_t len = pointer->len, index = 0;
  ck_assert_ptr_eq(cxd__json_find(document, pointer->data).p, value.p);
  cxd__json_walk(&iter, value);
  while (cxd__json_next(&iter, &key, &member)) {
    if (key.p)
      cxd__pointer_add_key(pointer, key);
    else
      cxd__pointer_add_index(pointer, index++);
    assert_every_member_is_found(document, member, pointer);
    pointer->len = len;
    pointer->data[len] = '\0';
  }
}

START_TEST(every_value_of_a_random_document_is_found_by_the_pointer_built_for_it) {
  struct cxd__prng prng = {11};
  for (int i = 0; i < 1000; i++) {
    struct cxd__buf text = {0}, pointer = {0};
    random_object(&text, &prng, 4);
    cxd__buf_str(&pointer, "");
    struct cxd__slice document = checked(text.data);
    assert_every_member_is_found(document, document, &pointer);
    cxd__buf_free(&text);
    cxd__buf_free(&pointer);
  }
}
END_TEST

START_TEST(errors_show_the_pointer_escaped_and_cut) {
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd__pointer_fail(&error, CXD_E_TYPE, "/a\n\x1b[1m", "text"), CXD_E_TYPE);
  assert_error(&error, CXD_E_TYPE, "/a\n\x1b[1m", "\"/a\\n\\u001b[1m\": text");
  char *pointer = calloc(1, 10001);
  for (int i = 0; i < 10000; i++)
    pointer[i] = "/\xe2\x82\xac"[i % 4];
  ck_assert_int_eq(cxd__pointer_fail(&error, CXD_E_ABSENT, pointer, "text"), CXD_E_ABSENT);
  ck_assert_uint_lt(strlen(cxd_error_message(error)), 220);
  assert_error(&error, CXD_E_ABSENT, pointer, "\xe2\x82\xac\"...: text");
  free(pointer);
  ck_assert_int_eq(cxd__pointer_fail(NULL, CXD_E_ABSENT, "/x", "text"), CXD_E_ABSENT);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("json_pointer");
  TCase *tc = tcase_create("pointer");
  tcase_add_test(tc, the_examples_of_the_standard_lead_where_they_should);
  tcase_add_test(tc, what_is_not_there_is_absent);
  tcase_add_test(tc, names_are_compared_after_decoding_on_both_sides);
  tcase_add_test(tc, digits_name_members_of_objects_and_elements_of_arrays);
  tcase_add_test(tc, pointers_are_valid_or_not);
  tcase_add_test(tc, tokens_come_one_by_one_still_escaped);
  tcase_add_test(tc, a_direct_member_is_found_by_its_decoded_name);
  tcase_add_test(tc, keys_and_indexes_are_appended_escaped);
  tcase_add_test(tc, every_value_of_a_random_document_is_found_by_the_pointer_built_for_it);
  tcase_add_test(tc, errors_show_the_pointer_escaped_and_cut);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
