/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "json/edits.h"
#include "json/pointer.h"
#include "json/splice.h"
#include "run.h"

static cxd_campaign *parsed(const char *text) {
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  cxd_status status = cxd__campaign_make(text, strlen(text), "campaign", &campaign, &error);
  ck_assert_msg(status == CXD_OK, "%s: %s", text, cxd_error_message(error));
  return campaign;
}

/* base as read from the server, then mine in its place */
static cxd_campaign *changed(const char *base, const char *mine) {
  cxd_campaign *campaign = NULL;
  ck_assert_int_eq(cxd__campaign_read(base, strlen(base), NULL, &campaign, NULL), CXD_OK);
  (void)checked(mine);
  cxd__campaign_adopt(campaign, cxd__strdup(mine), strlen(mine));
  return campaign;
}

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
  return cxd__buf_take(&b);
}

static void assert_edits(cxd_campaign *campaign, const char *wanted) {
  struct cxd__edits edits;
  ck_assert_int_eq(cxd__edits_of(campaign, &edits, NULL), CXD_OK);
  char *list = listed(&edits);
  ck_assert_str_eq(list, wanted);
  cxd__free(list);
  cxd__edits_free(&edits);
  ck_assert_uint_eq(edits.count, 0);
  cxd_campaign_free(campaign);
}

START_TEST(without_a_base_every_member_is_an_edit) {
  assert_edits(parsed("{\"id\":\"x\"}"), "");
  assert_edits(parsed("{\"id\":\"x\",\"a\":1,\"b\":[1,{\"c\":2}],\"d\":null,\"e\":false}"), "/a=1 /b=[1,{\"c\":2}] /d=null /e=false");
  assert_edits(parsed("{\"pacing\":{\"interval\":30,\"deep\":{\"er\":0.850}},\"x\":{}}"), "/pacing/interval=30 /pacing/deep/er=0.850 /x={}");
}
END_TEST

START_TEST(id_and_version_are_never_edits_but_only_at_the_top) {
  assert_edits(parsed("{\"id\":\"x\",\"version\":3,\"a\":{\"id\":1,\"version\":2}}"), "/a/id=1 /a/version=2");
  assert_edits(changed("{\"id\":\"x\",\"version\":3}", "{\"\\u0069d\":\"x\",\"version\":4}"), "");
  assert_edits(changed("{\"id\":\"x\",\"version\":3,\"a\":{\"id\":1}}", "{\"id\":\"x\",\"a\":{\"id\":2}}"), "/a/id=2");
}
END_TEST

START_TEST(with_a_base_only_what_differs_is_an_edit) {
  assert_edits(changed(campaign_text, campaign_text), "");
  assert_edits(changed("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}"), "");
  assert_edits(changed("{\"a\":1,\"b\":{\"c\":1,\"d\":2}}", "{\"a\":1.0,\"b\":{\"c\":10e-1,\"d\":3}}"), "/b/d=3");
  assert_edits(changed("{\"a\":[1,2]}", "{\"a\":[1,2,3]}"), "/a=[1,2,3]");
  assert_edits(changed("{\"a\":[1,2]}", "{\"a\":[1.0,2]}"), "");
  assert_edits(changed("{\"a\":1}", "{\"a\":null}"), "/a=null");
  assert_edits(changed("{\"a\":null}", "{\"a\":0}"), "/a=0");
}
END_TEST

START_TEST(lost_members_are_deletions_and_new_ones_are_taken_apart) {
  assert_edits(changed("{\"a\":1,\"b\":2}", "{\"b\":3}"), "/b=3 /a=-");
  assert_edits(changed("{\"a\":{\"b\":1,\"c\":{\"d\":1}}}", "{\"a\":{\"b\":1}}"), "/a/c=-");
  assert_edits(changed("{\"a\":{\"b\":1}}", "{\"a\":{}}"), "/a/b=-");
  assert_edits(changed("{}", "{\"a\":{\"b\":{\"c\":1},\"d\":{}}}"), "/a/b/c=1 /a/d={}");
}
END_TEST

START_TEST(another_type_is_one_edit) {
  assert_edits(changed("{\"a\":{\"b\":1}}", "{\"a\":5}"), "/a=5");
  assert_edits(changed("{\"a\":5}", "{\"a\":{\"b\":1,\"c\":2}}"), "/a={\"b\":1,\"c\":2}");
  assert_edits(changed("{\"a\":[]}", "{\"a\":{}}"), "/a={}");
  assert_edits(changed("{\"a\":{}}", "{\"a\":[]}"), "/a=[]");
}
END_TEST

START_TEST(pointers_of_edits_are_escaped) {
  assert_edits(parsed("{\"a/b\":{\"~\":1,\"\":2,\"0\":3,\"\\u00e9\\\"\":4}}"), "/a~1b/~0=1 /a~1b/=2 /a~1b/0=3 /a~1b/\xc3\xa9\"=4");
}
END_TEST

START_TEST(a_change_that_no_pointer_can_spell_is_refused_not_misplaced) {
  struct cxd__edits edits;
  cxd_error *error = NULL;
  cxd_campaign *campaign = parsed("{\"b\":1,\"a\\u0000b\":1}");
  ck_assert_int_eq(cxd__edits_of(campaign, &edits, &error), CXD_E_TYPE);
  assert_error(&error, CXD_E_TYPE, "/a", "zero byte");
  ck_assert_uint_eq(edits.count, 0);
  cxd_campaign_free(campaign);
  assert_edits(changed("{\"a\\u0000b\":1,\"c\":1}", "{\"a\\u0000b\":1,\"c\":2}"), "/c=2");
}
END_TEST

static void assert_applied(const char *mine, const char *document, const char *outcome) {
  cxd_campaign *campaign = parsed(mine);
  struct cxd__edits edits;
  struct cxd__buf out = {0};
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd__edits_of(campaign, &edits, NULL), CXD_OK);
  cxd_status status = cxd__edits_apply(&edits, checked(document), &out, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
  ck_assert_str_eq(out.data, outcome);
  cxd__buf_free(&out);
  cxd__edits_free(&edits);
  cxd_campaign_free(campaign);
}

START_TEST(edits_are_spliced_into_the_document_of_the_server) {
  assert_applied("{\"id\":\"x\",\"pacing\":{\"interval\":45},\"new\":{\"a\":[1]}}", "{\"id\":\"y\",\"pacing\":{\"type\":\"A\",\"interval\":30,\"throttlePercent\":0.850},\"big\":18446744073709551615}",
                 "{\"id\":\"y\",\"pacing\":{\"type\":\"A\",\"interval\":45,\"throttlePercent\":0.850},\"big\":18446744073709551615,\"new\":{\"a\":[1]}}");
  assert_applied("{\"id\":\"x\"}", "{ \"a\" : 1 }", "{ \"a\" : 1 }");
  assert_applied("{\"a\":null,\"b\":0,\"c\":false}", "{}", "{\"a\":null,\"b\":0,\"c\":false}");
}
END_TEST

START_TEST(an_empty_object_changes_no_object_but_everything_else) {
  assert_applied("{\"a\":{}}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}");
  assert_applied("{\"a\":{ }}", "{\"a\":{ }}", "{\"a\":{ }}");
  assert_applied("{\"a\":{}}", "{\"b\":1}", "{\"b\":1,\"a\":{}}");
  assert_applied("{\"a\":{}}", "{\"a\":5}", "{\"a\":{}}");
}
END_TEST

START_TEST(names_of_digits_are_members_also_where_the_object_is_missing) {
  assert_applied("{\"days\":{\"0\":{\"-\":1},\"1\":2}}", "{}", "{\"days\":{\"0\":{\"-\":1},\"1\":2}}");
  assert_applied("{\"days\":{\"0\":1}}", "{\"days\":{\"0\":0,\"1\":7}}", "{\"days\":{\"0\":1,\"1\":7}}");
}
END_TEST

START_TEST(a_conflict_of_shapes_is_visible_and_leaves_nothing) {
  static const struct { const char *mine, *document, *pointer; } rows[] = {{"{\"c\":1,\"a\":{\"b\":1}}", "{\"a\":5}", "/a/b"}, {"{\"a\":{\"b\":1}}", "{\"a\":null}", "/a/b"},
                                                                           {"{\"a\":{\"0\":1}}", "{\"a\":[7]}", "/a/0"}, {"{\"a\":{\"b\":{\"c\":1}}}", "{\"a\":{\"b\":\"s\"}}", "/a/b/c"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cxd_campaign *campaign = parsed(rows[i].mine);
    struct cxd__edits edits;
    struct cxd__buf out = {0};
    cxd_error *error = NULL;
    ck_assert_int_eq(cxd__edits_of(campaign, &edits, NULL), CXD_OK);
    ck_assert_int_eq(cxd__edits_apply(&edits, checked(rows[i].document), &out, &error), CXD_E_TYPE);
    assert_error(&error, CXD_E_TYPE, rows[i].pointer, "a member of");
    ck_assert_ptr_null(out.data);
    cxd__edits_free(&edits);
    cxd_campaign_free(campaign);
  }
}
END_TEST

START_TEST(deleting_what_is_not_there_is_no_error) {
  struct cxd__edits edits = {0};
  struct cxd__buf out = {0};
  static const char *const gone[] = {"/a", "/nothing", "/b/c/d", "/b/0", "/n/x"};
  for (size_t i = 0; i < 5; i++)
    ck_assert_int_eq(cxd__edits_put(&edits, gone[i], (struct cxd__slice){0}, NULL), CXD_OK);
  ck_assert_int_eq(cxd__edits_apply(&edits, checked("{\"a\":1,\"b\":[1],\"n\":2}"), &out, NULL), CXD_OK);
  ck_assert_str_eq(out.data, "{\"b\":[1],\"n\":2}");
  cxd__buf_free(&out);
  cxd__edits_free(&edits);
}
END_TEST

START_TEST(put_replaces_an_edit_of_the_same_pointer) {
  struct cxd__edits edits = {0};
  for (int i = 0; i < 100; i++) {
    char pointer[16] = "/a0";
    pointer[2] = (char)('0' + i % 10);
    ck_assert_int_eq(cxd__edits_put(&edits, pointer, raw(i < 90 ? "1" : "true"), NULL), CXD_OK);
  }
  ck_assert_uint_eq(edits.count, 10);
  for (size_t i = 0; i < 10; i++)
    assert_slice(edits.items[i].value, "true");
  cxd__edits_free(&edits);
  ck_assert_ptr_null(edits.items);
  cxd__edits_free(&edits);
}
END_TEST

START_TEST(an_edit_that_does_not_fit_is_refused) {
  struct cxd__edits edits = {0};
  struct cxd__buf out = {0};
  cxd_error *error = NULL;
  size_t len = CXD__JSON_MAX_BYTES;
  char *big = malloc(len);
  memset(big, 'x', len);
  big[0] = big[len - 1] = '"';
  ck_assert_int_eq(cxd__edits_put(&edits, "/a", (struct cxd__slice){big, len}, NULL), CXD_OK);
  ck_assert_int_eq(cxd__edits_apply(&edits, raw("{}"), &out, &error), CXD_E_TOO_LARGE);
  assert_error(&error, CXD_E_TOO_LARGE, "/a", "1 MiB");
  ck_assert_ptr_null(out.data);
  cxd__edits_free(&edits);
  free(big);
}
END_TEST

/* A random document without the two members that are no edits. */
static char *random_document(struct cxd__prng *prng) {
  struct cxd__buf text = {0}, out = {0};
  random_object(&text, prng, 4);
  if (cxd__json_remove(raw(text.data), "/id", &out, NULL) == CXD_OK) {
    cxd__buf_free(&text);
    return cxd__buf_take(&out);
  }
  return cxd__buf_take(&text);
}

START_TEST(edits_of_random_documents_lead_from_the_base_to_mine) {
  struct cxd__prng prng = {17};
  for (int i = 0; i < 2000; i++) {
    char *base = random_document(&prng), *mine = random_document(&prng);
    cxd_campaign *campaign = changed(base, mine);
    struct cxd__edits edits;
    struct cxd__buf out = {0};
    ck_assert_int_eq(cxd__edits_of(campaign, &edits, NULL), CXD_OK);
    cxd_status status = cxd__edits_apply(&edits, checked(base), &out, NULL);
    ck_assert_int_eq(status, CXD_OK);
    ck_assert_msg(cxd__json_equal(checked(out.data), checked(mine)), "%s -> %s gives %s", base, mine, out.data);
    ck_assert_int_eq(edits.count == 0, cxd__json_equal(checked(base), checked(mine)));
    for (size_t k = 0; k < edits.count; k++)
      ck_assert_ptr_eq(cxd__json_find(campaign->root, edits.items[k].pointer).p, edits.items[k].value.p);
    cxd__buf_free(&out);
    cxd__edits_free(&edits);
    cxd_campaign_free(campaign);
    cxd__free(base);
    cxd__free(mine);
  }
}
END_TEST

START_TEST(without_memory_there_are_no_edits_at_all) {
  cxd_campaign *campaign = changed("{\"a\":1,\"gone\":2}", campaign_text);
  cxd_status status = CXD_E_NOMEM;
  for (size_t n = 1; status; n++) {
    struct cxd__edits edits;
    cxd_error *error = NULL;
    cxd__mem_fail_at(n);
    status = cxd__edits_of(campaign, &edits, &error);
    cxd__mem_fail_at(0);
    ck_assert(status == CXD_OK ? edits.count > 10 : status == CXD_E_NOMEM && edits.count == 0 && !edits.items);
    cxd__edits_free(&edits);
    cxd_error_free(error);
    ck_assert_uint_lt(n, 100);
  }
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(without_memory_for_a_pointer_no_change_is_overlooked) {
  cxd_campaign *campaign = changed("{\"a\":{\"id\":1}}", "{\"a\":{\"id\":2}}");
  for (size_t n = 1; n < 6; n++) {
    struct cxd__edits edits;
    cxd__mem_fail_at(n);
    cxd_status status = cxd__edits_of(campaign, &edits, NULL);
    cxd__mem_fail_at(0);
    ck_assert(status == CXD_OK ? edits.count == 1 : status == CXD_E_NOMEM);
    cxd__edits_free(&edits);
  }
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(without_memory_nothing_is_applied) {
  cxd_campaign *campaign = parsed("{\"maxConcurrentCalls\":1,\"pacing\":{\"interval\":2},\"new\":{\"er\":3}}");
  struct cxd__edits edits;
  struct cxd__buf out = {0};
  cxd_status status = CXD_E_NOMEM;
  ck_assert_int_eq(cxd__edits_of(campaign, &edits, NULL), CXD_OK);
  ck_assert_int_eq(cxd__edits_put(&edits, "/note", (struct cxd__slice){0}, NULL), CXD_OK);
  for (size_t n = 1; status; n++) {
    cxd_error *error = NULL;
    cxd__mem_fail_at(n);
    status = cxd__edits_apply(&edits, raw(campaign_text), &out, &error);
    cxd__mem_fail_at(0);
    ck_assert(status == CXD_OK || (status == CXD_E_NOMEM && !out.data));
    cxd_error_free(error);
    ck_assert_uint_lt(n, 100);
  }
  (void)checked(out.data);
  ck_assert_ptr_null(cxd__json_member(checked(out.data), "note").p);
  assert_slice(cxd__json_find(checked(out.data), "/new/er"), "3");
  cxd__buf_free(&out);
  cxd__edits_free(&edits);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(put_without_memory_leaves_the_edits_as_they_were) {
  struct cxd__edits edits = {0};
  struct cxd__buf wanted = {0};
  char name[30]; /* sixteen of them fill both the list and the block of names */
  for (size_t i = 0; i < 16; i++) {
    (void)snprintf(name, sizeof name, "/%028zu", i);
    ck_assert_int_eq(cxd__edits_put(&edits, name, raw("1"), NULL), CXD_OK);
    cxd__buf_fmt(&wanted, "%s%s=1", i ? " " : "", name);
  }
  for (size_t n = 1; n <= 2; n++) {
    cxd__mem_fail_at(n);
    cxd_status status = cxd__edits_put(&edits, "/e", raw("2"), NULL);
    cxd__mem_fail_at(0);
    ck_assert_int_eq(status, CXD_E_NOMEM);
  }
  char *list = listed(&edits);
  ck_assert_str_eq(list, wanted.data);
  cxd__free(list);
  ck_assert_int_eq(cxd__edits_put(&edits, "/e", raw("2"), NULL), CXD_OK);
  ck_assert_str_eq(edits.items[0].pointer, "/0000000000000000000000000000");
  ck_assert_str_eq(edits.items[16].pointer, "/e");
  cxd__buf_free(&wanted);
  cxd__edits_free(&edits);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("json_edits");
  TCase *tc = tcase_create("edits");
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, without_a_base_every_member_is_an_edit);
  tcase_add_test(tc, id_and_version_are_never_edits_but_only_at_the_top);
  tcase_add_test(tc, with_a_base_only_what_differs_is_an_edit);
  tcase_add_test(tc, lost_members_are_deletions_and_new_ones_are_taken_apart);
  tcase_add_test(tc, another_type_is_one_edit);
  tcase_add_test(tc, pointers_of_edits_are_escaped);
  tcase_add_test(tc, a_change_that_no_pointer_can_spell_is_refused_not_misplaced);
  tcase_add_test(tc, edits_are_spliced_into_the_document_of_the_server);
  tcase_add_test(tc, an_empty_object_changes_no_object_but_everything_else);
  tcase_add_test(tc, names_of_digits_are_members_also_where_the_object_is_missing);
  tcase_add_test(tc, a_conflict_of_shapes_is_visible_and_leaves_nothing);
  tcase_add_test(tc, deleting_what_is_not_there_is_no_error);
  tcase_add_test(tc, put_replaces_an_edit_of_the_same_pointer);
  tcase_add_test(tc, an_edit_that_does_not_fit_is_refused);
  tcase_add_test(tc, edits_of_random_documents_lead_from_the_base_to_mine);
  tcase_add_test(tc, without_memory_there_are_no_edits_at_all);
  tcase_add_test(tc, without_memory_for_a_pointer_no_change_is_overlooked);
  tcase_add_test(tc, without_memory_nothing_is_applied);
  tcase_add_test(tc, put_without_memory_leaves_the_edits_as_they_were);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
