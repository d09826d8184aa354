/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "json.h"
#include "json/pointer.h"
#include "json/splice.h"
#include "run.h"

static void assert_set(const char *document, const char *pointer, const char *value, const char *outcome) {
  struct cxd__buf out = {0};
  cxd_error *error = NULL;
  (void)checked(document);
  cxd_status status = cxd__json_set(raw(document), pointer, checked(value), &out, &error);
  ck_assert_msg(status == CXD_OK, "%s: %s", document, cxd_error_message(error));
  ck_assert_str_eq(out.data, outcome);
  (void)checked(out.data);
  cxd__buf_free(&out);
}

static void assert_removed(const char *document, const char *pointer, const char *outcome) {
  struct cxd__buf out = {0};
  cxd_error *error = NULL;
  cxd_status status = cxd__json_remove(checked(document), pointer, &out, &error);
  ck_assert_msg(status == CXD_OK, "%s: %s", document, cxd_error_message(error));
  ck_assert_str_eq(out.data, outcome);
  (void)checked(out.data);
  cxd__buf_free(&out);
}

static void assert_refused(const char *document, const char *pointer, const char *value, cxd_status wanted, const char *part) {
  struct cxd__buf out = {0};
  cxd_error *error = NULL;
  cxd_status status = value ? cxd__json_set(checked(document), pointer, checked(value), &out, &error) : cxd__json_remove(checked(document), pointer, &out, &error);
  ck_assert_msg(status == wanted, "%s %s: %d", document, pointer, status);
  ck_assert_ptr_null(out.data);
  ck_assert_uint_eq(out.len, 0);
  ck_assert_int_eq(out.failed, 0);
  assert_error(&error, wanted, pointer, part);
}

START_TEST(a_replaced_value_leaves_every_other_byte) {
  assert_set("{\"a\":1,\"b\":0.850,\"c\":18446744073709551615}", "/a", "22", "{\"a\":22,\"b\":0.850,\"c\":18446744073709551615}");
  assert_set("{ \"a\" :\t1 , \"b\":\n[ 1,2 ] }", "/b", "null", "{ \"a\" :\t1 , \"b\":\nnull }");
  assert_set("{\"a\":{\"b\":{\"c\":1}},\"d\":\"\\u00e9\\/\"}", "/a/b/c", "[true]", "{\"a\":{\"b\":{\"c\":[true]}},\"d\":\"\\u00e9\\/\"}");
  assert_set("{\"\\u0061\":1}", "/a", "2", "{\"\\u0061\":2}");
  assert_set("{\"a\":{\"x\":1}}", "/a", "7", "{\"a\":7}");
}
END_TEST

START_TEST(white_space_around_the_document_stays) {
  assert_set(" \n{\"a\":1}\n\n", "/a", "2", " \n{\"a\":2}\n\n");
  assert_set("\t{\"a\":1}\n", "/b", "2", "\t{\"a\":1,\"b\":2}\n");
}
END_TEST

START_TEST(a_new_member_comes_last_and_looks_like_its_neighbours) {
  assert_set("{\"a\":1}", "/b", "2", "{\"a\":1,\"b\":2}");
  assert_set("{}", "/b", "2", "{\"b\":2}");
  assert_set("{ }", "/b", "2", "{\"b\":2 }");
  assert_set("{\"a\": 1, \"b\": 2}", "/c", "3", "{\"a\": 1, \"b\": 2, \"c\": 3}");
  assert_set("{\n  \"a\": 1\n}", "/c", "3", "{\n  \"a\": 1,\n  \"c\": 3\n}");
  assert_set("{\n  \"a\" : {\n    \"b\" : 1\n  }\n}", "/a/c", "3", "{\n  \"a\" : {\n    \"b\" : 1,\n    \"c\" : 3\n  }\n}");
  assert_set("{\"a\":1 }", "/b", "2", "{\"a\":1,\"b\":2 }");
}
END_TEST

START_TEST(enormous_white_space_is_not_copied) {
  struct cxd__buf text = {0}, wanted = {0};
  for (int i = 0; i < 1000; i++)
    cxd__buf_char(&text, ' ');
  struct cxd__buf document = {0};
  cxd__buf_fmt(&document, "{%s\"a\"%s:%s1}", text.data, text.data, text.data);
  cxd__buf_fmt(&wanted, "{%s\"a\"%s:%s1,\"b\":2}", text.data, text.data, text.data);
  assert_set(document.data, "/b", "2", wanted.data);
  cxd__buf_free(&text);
  cxd__buf_free(&document);
  cxd__buf_free(&wanted);
}
END_TEST

START_TEST(missing_objects_on_the_way_are_made) {
  assert_set("{\"id\":\"x\"}", "/pacing/interval", "30", "{\"id\":\"x\",\"pacing\":{\"interval\":30}}");
  assert_set("{}", "/a/b/c/d", "[]", "{\"a\":{\"b\":{\"c\":{\"d\":[]}}}}");
  assert_set("{\"a\":{}}", "/a/b", "{}", "{\"a\":{\"b\":{}}}");
  assert_set("{\"a\":[{}]}", "/a/0/b/c", "1", "{\"a\":[{\"b\":{\"c\":1}}]}");
}
END_TEST

START_TEST(new_names_are_unescaped_from_the_pointer_and_escaped_for_json) {
  assert_set("{}", "/a~1b~0c", "1", "{\"a/b~c\":1}");
  assert_set("{}", "/q\"\\\n", "1", "{\"q\\\"\\\\\\n\":1}");
  assert_set("{}", "/", "1", "{\"\":1}");
  assert_set("{}", "//~01/\xc3\xa9", "1", "{\"\":{\"~1\":{\"\xc3\xa9\":1}}}");
  assert_set("{\"a/b\":{\"~\":1}}", "/a~1b/~0", "2", "{\"a/b\":{\"~\":2}}");
}
END_TEST

START_TEST(digits_and_dash_name_members_of_an_object_that_is_there) {
  assert_set("{}", "/0", "1", "{\"0\":1}");
  assert_set("{}", "/-", "1", "{\"-\":1}");
  assert_set("{\"a\":{}}", "/a/7", "1", "{\"a\":{\"7\":1}}");
}
END_TEST

START_TEST(elements_are_replaced_or_appended) {
  assert_set("{\"r\":[1,2,3]}", "/r/1", "{\"x\":1}", "{\"r\":[1,{\"x\":1},3]}");
  assert_set("{\"r\":[]}", "/r/-", "1", "{\"r\":[1]}");
  assert_set("{\"r\":[1, 2]}", "/r/-", "3", "{\"r\":[1, 2, 3]}");
  assert_set("{\"r\":[\n  {\"a\":1}\n]}", "/r/-", "{}", "{\"r\":[\n  {\"a\":1},\n  {}\n]}");
  assert_set("{\"r\":[{\"a\":1},{\"a\":2}]}", "/r/1/a", "3", "{\"r\":[{\"a\":1},{\"a\":3}]}");
  assert_set("{\"r\":[{\"a\":1}]}", "/r/0/b", "3", "{\"r\":[{\"a\":1,\"b\":3}]}");
  assert_set("[[1]]", "/0/0", "2", "[[2]]");
}
END_TEST

START_TEST(what_cannot_be_set_is_refused) {
  static const struct { const char *document, *pointer; cxd_status status; const char *part; } rows[] = {
      {"{\"a\":1}", "", CXD_E_ARGUMENT, "the whole document"}, {"{\"a\":1}", "a", CXD_E_ARGUMENT, "not a JSON Pointer"}, {"{}", "/~2", CXD_E_ARGUMENT, "not a JSON Pointer"},
      {"{}", "/a~", CXD_E_ARGUMENT, "not a JSON Pointer"}, {"{}", "/\xff", CXD_E_ARGUMENT, "not a JSON Pointer"}, {"{\"a\":1}", "/a/b", CXD_E_TYPE, "a member of a number"},
      {"{\"a\":\"s\"}", "/a/b/c", CXD_E_TYPE, "a member of a string"}, {"{\"a\":true}", "/a/0", CXD_E_TYPE, "a member of a boolean"},
      {"{\"a\":null}", "/a/b", CXD_E_TYPE, "a member of null"}, {"{\"a\":[1]}", "/a/1", CXD_E_ABSENT, "no such element"}, {"{\"a\":[1]}", "/a/01", CXD_E_TYPE, "no members with names"},
      {"{\"a\":[1]}", "/a/b", CXD_E_TYPE, "no members with names"}, {"{\"a\":[{}]}", "/a/-/b", CXD_E_ABSENT, "no such element"}, {"{\"a\":[]}", "/a/0", CXD_E_ABSENT, "'-' appends one"},
      {"{}", "/rules/-", CXD_E_ABSENT, "no such array"}, {"{}", "/rules/0/type", CXD_E_ABSENT, "no such array"}, {"{\"a\":{}}", "/a/b/c/-", CXD_E_ABSENT, "no such array"},
      {"[1]", "/a", CXD_E_TYPE, "no members with names"}, {"1", "/a", CXD_E_TYPE, "a member of a number"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_refused(rows[i].document, rows[i].pointer, "1", rows[i].status, rows[i].part);
}
END_TEST

START_TEST(a_removed_member_takes_one_comma_along) {
  assert_removed("{\"a\":1,\"b\":2,\"c\":3}", "/a", "{\"b\":2,\"c\":3}");
  assert_removed("{\"a\":1,\"b\":2,\"c\":3}", "/b", "{\"a\":1,\"c\":3}");
  assert_removed("{\"a\":1,\"b\":2,\"c\":3}", "/c", "{\"a\":1,\"b\":2}");
  assert_removed("{\"a\":1}", "/a", "{}");
  assert_removed("{ \"a\" : 1 , \"b\" : 2 }", "/a", "{ \"b\" : 2 }");
  assert_removed("{ \"a\" : 1 , \"b\" : 2 }", "/b", "{ \"a\" : 1 }");
  assert_removed("{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}", "/b", "{\n  \"a\": 1,\n  \"c\": 3\n}");
  assert_removed("{\n  \"a\": 1,\n  \"b\": 2\n}", "/b", "{\n  \"a\": 1\n}");
  assert_removed("{\n  \"a\": 1\n}", "/a", "{\n}");
}
END_TEST

START_TEST(members_inside_and_elements_are_removed_too) {
  assert_removed("{\"a\":{\"b\":1,\"c\":{\"d\":[]}},\"e\":0.850}", "/a/c", "{\"a\":{\"b\":1},\"e\":0.850}");
  assert_removed("{\"a\":{\"b\":1}}", "/a/b", "{\"a\":{}}");
  assert_removed("{\"a\":[1,2,3]}", "/a/0", "{\"a\":[2,3]}");
  assert_removed("{\"a\":[1, 2, 3]}", "/a/1", "{\"a\":[1, 3]}");
  assert_removed("{\"a\":[1, 2, 3]}", "/a/2", "{\"a\":[1, 2]}");
  assert_removed("{\"a\":[[1]]}", "/a/0/0", "{\"a\":[[]]}");
  assert_removed("{\"x\\/y\":1,\"b\":\",\"}", "/x~1y", "{\"b\":\",\"}");
}
END_TEST

START_TEST(what_is_not_there_cannot_be_removed) {
  static const char *const rows[] = {"/x", "/a/x", "/a/b/c", "/r/2", "/r/-", "/r/x", "/n/x", "/r/00", "/x/y/z"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_refused("{\"a\":{\"b\":1},\"r\":[1,2],\"n\":null}", rows[i], NULL, CXD_E_ABSENT, "no such member");
  assert_refused("{\"a\":1}", "", NULL, CXD_E_ARGUMENT, "the whole document");
  assert_refused("{\"a\":1}", "a", NULL, CXD_E_ARGUMENT, "not a JSON Pointer");
}
END_TEST

START_TEST(members_only_never_touches_an_array) {
  struct cxd__buf out = {0};
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd__json_set_member(raw("{\"a\":[1]}"), "/a/0", raw("2"), &out, &error), CXD_E_TYPE);
  assert_error(&error, CXD_E_TYPE, "/a/0", "a member of an array");
  ck_assert_int_eq(cxd__json_remove_member(raw("{\"a\":[1]}"), "/a/0", &out, NULL), CXD_E_ABSENT);
  ck_assert_int_eq(cxd__json_set_member(raw("{}"), "/a/0/-", raw("2"), &out, &error), CXD_OK);
  ck_assert_str_eq(out.data, "{\"a\":{\"0\":{\"-\":2}}}");
  cxd__buf_free(&out);
  ck_assert_int_eq(cxd__json_remove_member(raw("{\"a\":{\"0\":1}}"), "/a/0", &out, NULL), CXD_OK);
  ck_assert_str_eq(out.data, "{\"a\":{}}");
  cxd__buf_free(&out);
}
END_TEST

START_TEST(an_outcome_of_a_mebibyte_is_taken_and_one_byte_more_is_not) {
  size_t len = CXD__JSON_MAX_BYTES - strlen("{\"a\":\"\"}");
  char *value = malloc(len + 4);
  struct cxd__buf out = {0};
  cxd_error *error = NULL;
  memset(value, 'x', len + 4);
  value[0] = value[len + 1] = '"';
  ck_assert_int_eq(cxd__json_set(raw("{}"), "/a", (struct cxd__slice){value, len + 2}, &out, NULL), CXD_OK);
  ck_assert_uint_eq(out.len, CXD__JSON_MAX_BYTES);
  cxd__buf_free(&out);
  value[len + 1] = 'x';
  value[len + 2] = '"';
  ck_assert_int_eq(cxd__json_set(raw("{}"), "/a", (struct cxd__slice){value, len + 3}, &out, &error), CXD_E_TOO_LARGE);
  assert_error(&error, CXD_E_TOO_LARGE, "/a", "1 MiB");
  ck_assert_ptr_null(out.data);
  free(value);
}
END_TEST

START_TEST(an_outcome_deeper_than_32_is_refused) {
  char pointer[200] = "";
  for (int i = 0; i < 31; i++)
    strcat(pointer, "/a");
  struct cxd__buf out = {0};
  ck_assert_int_eq(cxd__json_set(raw("{}"), pointer, raw("{\"b\":1}"), &out, NULL), CXD_OK);
  (void)checked(out.data);
  struct cxd__buf deeper = {0};
  ck_assert_int_eq(cxd__json_set(raw(out.data), pointer, raw("[[]]"), &deeper, NULL), CXD_E_TOO_LARGE);
  strcat(pointer, "/b");
  ck_assert_int_eq(cxd__json_set(raw(out.data), pointer, raw("2"), &deeper, NULL), CXD_OK);
  cxd__buf_free(&deeper);
  ck_assert_int_eq(cxd__json_set(raw(out.data), pointer, raw("[]"), &deeper, NULL), CXD_E_TOO_LARGE);
  strcat(pointer, "/c");
  ck_assert_int_eq(cxd__json_set(raw("{}"), pointer, raw("1"), &deeper, NULL), CXD_E_TOO_LARGE);
  cxd__buf_free(&out);
}
END_TEST

START_TEST(without_memory_the_outcome_is_empty) {
  static const char *const pointers[] = {"/pacing/interval", "/new~1/\\deep/er", "/rules/-"};
  for (size_t i = 0; i < 3; i++) {
    struct cxd__buf out = {0};
    cxd_status status = CXD_E_NOMEM;
    for (size_t n = 1; status; n++) {
      cxd_error *error = NULL;
      cxd__mem_fail_at(n);
      status = cxd__json_set(raw(campaign_text), pointers[i], raw("31"), &out, &error);
      cxd__mem_fail_at(0);
      ck_assert(status == CXD_OK || (status == CXD_E_NOMEM && !out.data && !out.failed));
      cxd_error_free(error);
      ck_assert_uint_lt(n, 50);
    }
    cxd__buf_free(&out);
  }
}
END_TEST

static void pick(struct cxd__slice value, struct cxd__prng *prng, struct cxd__buf *pointer) {
  struct cxd__json_iter iter;
  struct cxd__slice key, member;
  size_t count = 0;
  cxd__json_walk(&iter, value);
  while (cxd__json_next(&iter, &key, &member))
    count++;
  if (!count || (pointer->len && !below(prng, 3)))
    return;
  size_t chosen = (size_t)below(prng, count), index = 0;
  cxd__json_walk(&iter, value);
  while (cxd__json_next(&iter, &key, &member))
    if (index++ == chosen) {
      if (key.p)
        cxd__pointer_add_key(pointer, key);
      else
        cxd__pointer_add_index(pointer, chosen);
      pick(member, prng, pointer);
      return;
    }
}

START_TEST(set_then_remove_of_random_places_keeps_the_document_well_formed) {
  struct cxd__prng prng = {31};
  for (int i = 0; i < 3000; i++) {
    struct cxd__buf text = {0}, pointer = {0}, set = {0}, removed = {0}, back = {0};
    random_object(&text, &prng, 4);
    cxd__buf_str(&pointer, "");
    pick(checked(text.data), &prng, &pointer);
    if (pointer.len) {
      struct cxd__slice old = cxd__json_find(checked(text.data), pointer.data);
      ck_assert_int_eq(cxd__json_set(raw(text.data), pointer.data, raw("[12345]"), &set, NULL), CXD_OK);
      assert_slice(cxd__json_find(checked(set.data), pointer.data), "[12345]");
      ck_assert_int_eq(cxd__json_set(raw(set.data), pointer.data, old, &back, NULL), CXD_OK);
      ck_assert_str_eq(back.data, text.data);
      ck_assert_int_eq(cxd__json_remove(raw(text.data), pointer.data, &removed, NULL), CXD_OK);
      (void)checked(removed.data);
    }
    cxd__buf_free(&text);
    cxd__buf_free(&pointer);
    cxd__buf_free(&set);
    cxd__buf_free(&removed);
    cxd__buf_free(&back);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("json_splice");
  TCase *tc = tcase_create("splice");
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, a_replaced_value_leaves_every_other_byte);
  tcase_add_test(tc, white_space_around_the_document_stays);
  tcase_add_test(tc, a_new_member_comes_last_and_looks_like_its_neighbours);
  tcase_add_test(tc, enormous_white_space_is_not_copied);
  tcase_add_test(tc, missing_objects_on_the_way_are_made);
  tcase_add_test(tc, new_names_are_unescaped_from_the_pointer_and_escaped_for_json);
  tcase_add_test(tc, digits_and_dash_name_members_of_an_object_that_is_there);
  tcase_add_test(tc, elements_are_replaced_or_appended);
  tcase_add_test(tc, what_cannot_be_set_is_refused);
  tcase_add_test(tc, a_removed_member_takes_one_comma_along);
  tcase_add_test(tc, members_inside_and_elements_are_removed_too);
  tcase_add_test(tc, what_is_not_there_cannot_be_removed);
  tcase_add_test(tc, members_only_never_touches_an_array);
  tcase_add_test(tc, an_outcome_of_a_mebibyte_is_taken_and_one_byte_more_is_not);
  tcase_add_test(tc, an_outcome_deeper_than_32_is_refused);
  tcase_add_test(tc, without_memory_the_outcome_is_empty);
  tcase_add_test(tc, set_then_remove_of_random_places_keeps_the_document_well_formed);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
