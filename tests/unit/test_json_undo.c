/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "json/pointer.h"
#include "json/undo.h"
#include "run.h"

/* "/a=1 /b=- ": pointer and value of each edit, - for deleted */
static char *listed(const struct cxd__edits *edits) {
  struct cxd__buf b = {0};
  for (size_t i = 0; i < edits->count; i++) {
    cxd__buf_fmt(&b, "%s%s=", i ? " " : "", edits->items[i].pointer);
    if (edits->items[i].value.p)
      cxd__buf_add(&b, edits->items[i].value.p, edits->items[i].value.len);
    else
      cxd__buf_str(&b, "-");
  }
  cxd__buf_str(&b, "");
  return cxd__buf_take(&b);
}

static void assert_undo(const char *diff, const char *base, const char *document, const char *edits) {
  struct cxd__undo undo;
  cxd_error *error = NULL;
  cxd_status status = cxd__undo_make(checked("\"c1\""), checked(diff), &undo, &error);
  ck_assert_msg(status == CXD_OK, "%s: %s", diff, cxd_error_message(error));
  assert_slice(undo.change->base_root, base);
  assert_slice(undo.change->root, document);
  ck_assert_str_eq(cxd_campaign_id(undo.change), "c1");
  char *list = listed(&undo.edits);
  ck_assert_str_eq(list, edits);
  cxd__free(list);
  cxd__undo_free(&undo);
  ck_assert_ptr_null(undo.change);
  ck_assert_uint_eq(undo.edits.count, 0);
}

START_TEST(a_replaced_member_gets_its_old_value_with_the_same_spelling) {
  assert_undo("[{\"op\":\"replace\",\"path\":\"/n\",\"old\":0.850,\"value\":1e2}]", "{\"id\":\"c1\",\"n\":1e2}", "{\"id\":\"c1\",\"n\":0.850}", "/n=0.850");
  assert_undo("[{\"op\":\"replace\",\"path\":\"/n\",\"old\":18446744073709551615000,\"value\":null}]", "{\"id\":\"c1\",\"n\":null}", "{\"id\":\"c1\",\"n\":18446744073709551615000}",
              "/n=18446744073709551615000");
  assert_undo("[{\"op\":\"replace\",\"path\":\"/n\",\"old\":null,\"value\":\"\\u00e9\\n\"}]", "{\"id\":\"c1\",\"n\":\"\\u00e9\\n\"}", "{\"id\":\"c1\",\"n\":null}", "/n=null");
}
END_TEST

START_TEST(an_added_member_goes_and_a_removed_one_comes_back) {
  assert_undo("[{\"op\":\"add\",\"path\":\"/a\",\"value\":{\"deep\":[1]}}]", "{\"id\":\"c1\",\"a\":{\"deep\":[1]}}", "{\"id\":\"c1\"}", "/a=-");
  assert_undo("[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":1}]", "{\"id\":\"c1\",\"a\":{\"b\":1}}", "{\"id\":\"c1\",\"a\":{}}", "/a/b=-");
  assert_undo("[{\"op\":\"remove\",\"path\":\"/a\",\"old\":[]}]", "{\"id\":\"c1\"}", "{\"id\":\"c1\",\"a\":[]}", "/a=[]");
}
END_TEST

/* As one value: merged member by member it would go into an object that somebody has put there since. */
START_TEST(a_removed_object_comes_back_as_one_value) {
  assert_undo("[{\"op\":\"remove\",\"path\":\"/a\",\"old\":{\"x\":1,\"y\":{}}}]", "{\"id\":\"c1\"}", "{\"id\":\"c1\",\"a\":{\"x\":1,\"y\":{}}}", "/a={\"x\":1,\"y\":{}}");
}
END_TEST

START_TEST(several_members_nested_ones_arrays_and_other_types) {
  assert_undo("[{\"op\":\"replace\",\"path\":\"/p/i\",\"old\":60,\"value\":30},{\"op\":\"replace\",\"path\":\"/p/t\",\"old\":0.85,\"value\":0.9},"
              "{\"op\":\"replace\",\"path\":\"/rules\",\"old\":[{\"a\":1},2],\"value\":[]},{\"op\":\"replace\",\"path\":\"/o\",\"old\":{\"k\":1},\"value\":5}]",
              "{\"id\":\"c1\",\"p\":{\"i\":30,\"t\":0.9},\"rules\":[],\"o\":5}", "{\"id\":\"c1\",\"p\":{\"i\":60,\"t\":0.85},\"rules\":[{\"a\":1},2],\"o\":{\"k\":1}}",
              "/p/i=60 /p/t=0.85 /rules=[{\"a\":1},2] /o={\"k\":1}");
}
END_TEST

START_TEST(names_with_slashes_tildes_digits_and_nothing) {
  assert_undo("[{\"op\":\"replace\",\"path\":\"/a~1b/~0c\",\"old\":1,\"value\":2},{\"op\":\"add\",\"path\":\"/0\",\"value\":3},{\"op\":\"add\",\"path\":\"/\",\"value\":4},"
              "{\"op\":\"replace\",\"path\":\"/\xc3\xa9\\\"\",\"old\":5,\"value\":6}]",
              "{\"id\":\"c1\",\"a/b\":{\"~c\":2},\"0\":3,\"\":4,\"\xc3\xa9\\\"\":6}", "{\"id\":\"c1\",\"a/b\":{\"~c\":1},\"\xc3\xa9\\\"\":5}", "/a~1b/~0c=1 /0=- /=- /\xc3\xa9\"=5");
}
END_TEST

static void assert_refused(const char *id, const char *diff, const char *part) {
  struct cxd__undo undo = {.edits = {.count = 7}};
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd__undo_make(id ? checked(id) : (struct cxd__slice){0}, diff ? checked(diff) : (struct cxd__slice){0}, &undo, &error), CXD_E_INVALID);
  assert_error(&error, CXD_E_INVALID, "", part);
  ck_assert_ptr_null(undo.change);
  ck_assert_uint_eq(undo.edits.count, 0);
}

/* A log without a key can be written by anybody. */
START_TEST(what_is_no_diff_of_ours_is_refused_and_named) {
  static const char good[] = "{\"op\":\"replace\",\"path\":\"/n\",\"old\":1,\"value\":2}";
  static const struct {
    const char *entry, *part;
  } rows[] = {
      {"7", "is none"},
      {"{\"op\":\"move\",\"path\":\"/a\",\"old\":1,\"value\":2}", "is none"},
      {"{\"op\":\"add\",\"path\":\"/a\",\"old\":1,\"value\":2}", "is none"},
      {"{\"op\":\"remove\",\"path\":\"/a\",\"value\":2}", "is none"},
      {"{\"op\":\"replace\",\"path\":\"/a\",\"old\":2}", "is none"},
      {"{\"op\":[],\"path\":\"/a\",\"old\":1,\"value\":2}", "is none"},
      {"{\"op\":\"add\",\"path\":7,\"value\":2}", "is none"},
      {"{\"op\":\"add\",\"path\":\"a\",\"value\":2}", "no pointer"},
      {"{\"op\":\"add\",\"path\":\"\",\"value\":2}", "no pointer"},
      {"{\"op\":\"add\",\"path\":\"/a~2\",\"value\":2}", "no pointer"},
      {"{\"op\":\"add\",\"path\":\"/a\\u0000b\",\"value\":2}", "no pointer"},
      {"{\"op\":\"replace\",\"path\":\"/id\",\"old\":\"x\",\"value\":\"c1\"}", "/id or /version"},
      {"{\"op\":\"replace\",\"path\":\"/version\",\"old\":1,\"value\":2}", "/id or /version"},
      {"{\"op\":\"add\",\"path\":\"/n/deeper\",\"value\":2}", "does not go with"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char diff[256];
    (void)snprintf(diff, sizeof diff, "[%s,%s]", good, rows[i].entry);
    assert_refused("\"c1\"", diff, rows[i].part);
    assert_refused("\"c1\"", diff, "entry 2 of the recorded diff");
  }
}
END_TEST

START_TEST(without_a_campaign_or_a_change_there_is_nothing_to_take_back) {
  assert_refused("\"c1\"", "[]", "is empty");
  assert_refused("\"c1\"", "{}", "no diff");
  assert_refused("\"c1\"", NULL, "no diff");
  assert_refused(NULL, "[]", "names no campaign");
  assert_refused("7", "[]", "names no campaign");
}
END_TEST

START_TEST(entries_inside_of_each_other_are_refused) {
  assert_refused("\"c1\"", "[{\"op\":\"remove\",\"path\":\"/a/b\",\"old\":1},{\"op\":\"replace\",\"path\":\"/a\",\"old\":2,\"value\":3},{\"op\":\"remove\",\"path\":\"/a/c\",\"old\":1}]", "do not go together");
}
END_TEST

START_TEST(without_memory_nothing_stays_behind) {
  const struct cxd__slice id = checked("\"c1\"");
  const struct cxd__slice diff = checked("[{\"op\":\"replace\",\"path\":\"/p/i\",\"old\":60,\"value\":30},{\"op\":\"add\",\"path\":\"/x\",\"value\":[1]},{\"op\":\"remove\",\"path\":\"/y\",\"old\":2}]");
  struct cxd__undo undo;
  size_t n = 1;
  for (;; n++) {
    cxd__mem_fail_at(n);
    cxd_status status = cxd__undo_make(id, diff, &undo, NULL);
    cxd__mem_fail_at(0);
    if (status == CXD_OK)
      break;
    ck_assert_int_eq(status, CXD_E_NOMEM);
    ck_assert_ptr_null(undo.change);
    ck_assert_uint_eq(undo.edits.count, 0);
  }
  ck_assert_uint_gt(n, 8);
  cxd__undo_free(&undo);
}
END_TEST

/* What was changed and what is taken back, for documents of all shapes: the document of before, and every edit is whole. */
START_TEST(taking_back_a_diff_of_any_two_documents_gives_the_first_one) {
  struct cxd__prng prng = {5};
  for (int i = 0; i < 3000; i++) {
    struct cxd__buf from = {0}, to = {0}, diff = {0}, back = {0}, again = {0};
    struct cxd__undo undo;
    random_object(&from, &prng, 3);
    random_object(&to, &prng, 3);
    struct cxd__slice a = checked(from.data), b = checked(to.data);
    cxd__json_diff(a, b, &diff);
    if (strcmp(diff.data, "[]") != 0 && !strstr(diff.data, "\"path\":\"/id") && !strstr(diff.data, "\"path\":\"\"")) {
      cxd_error *error = NULL;
      ck_assert_msg(cxd__undo_make(checked("\"c1\""), checked(diff.data), &undo, &error) == CXD_OK, "%s: %s", diff.data, cxd_error_message(error));
      ck_assert_int_eq(cxd__edits_apply(&undo.edits, b, &back, NULL), CXD_OK);
      cxd__json_diff(checked(back.data), a, &again);
      ck_assert_msg(strcmp(again.data, "[]") == 0, "%s -> %s: %s", from.data, to.data, again.data);
      for (size_t k = 0; k < undo.edits.count; k++)
        ck_assert(cxd__json_equal(cxd__json_find(undo.change->base_root, undo.edits.items[k].pointer), cxd__json_find(b, undo.edits.items[k].pointer)));
      cxd__undo_free(&undo);
    }
    cxd__buf_free(&from), cxd__buf_free(&to), cxd__buf_free(&diff), cxd__buf_free(&back), cxd__buf_free(&again);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("json_undo");
  TCase *tc = suite_case(suite, "undo", NULL, NULL);
  tcase_add_test(tc, a_replaced_member_gets_its_old_value_with_the_same_spelling);
  tcase_add_test(tc, an_added_member_goes_and_a_removed_one_comes_back);
  tcase_add_test(tc, a_removed_object_comes_back_as_one_value);
  tcase_add_test(tc, several_members_nested_ones_arrays_and_other_types);
  tcase_add_test(tc, names_with_slashes_tildes_digits_and_nothing);
  tcase_add_test(tc, what_is_no_diff_of_ours_is_refused_and_named);
  tcase_add_test(tc, without_a_campaign_or_a_change_there_is_nothing_to_take_back);
  tcase_add_test(tc, entries_inside_of_each_other_are_refused);
  tcase_add_test(tc, without_memory_nothing_stays_behind);
  tcase_add_test(tc, taking_back_a_diff_of_any_two_documents_gives_the_first_one);
  return run_suite(suite);
}
