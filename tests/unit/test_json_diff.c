/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <jansson.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "json/edits.h"
#include "json/pointer.h"
#include "json/splice.h"
#include "run.h"

static char *diff(const char *from, const char *to) {
  struct cxd__buf out = {0};
  cxd__json_diff(checked(from), checked(to), &out);
  return cxd__buf_take(&out);
}

static const struct { const char *from, *to, *patch; } rows[] = {
    {"{}", "{}", "[]"},
    {"{\"a\":1,\"b\":[1,2.0]}", "{ \"b\":[1.0,2],\"a\":10e-1}", "[]"},
    {"{\"a\":1}", "{\"a\":2}", "[{\"op\":\"replace\",\"path\":\"/a\",\"old\":1,\"value\":2}]"},
    {"{}", "{\"a\":{\"b\":1}}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":{\"b\":1}}]"},
    {"{\"a\":{\"b\":1}}", "{}", "[{\"op\":\"remove\",\"path\":\"/a\",\"old\":{\"b\":1}}]"},
    {"{\"p\":{\"a\":1,\"b\":2}}", "{\"p\":{\"b\":3,\"c\":4}}",
     "[{\"op\":\"replace\",\"path\":\"/p/b\",\"old\":2,\"value\":3},{\"op\":\"add\",\"path\":\"/p/c\",\"value\":4},{\"op\":\"remove\",\"path\":\"/p/a\",\"old\":1}]"},
    {"{\"r\":[1,2]}", "{\"r\":[1,3]}", "[{\"op\":\"replace\",\"path\":\"/r\",\"old\":[1,2],\"value\":[1,3]}]"},
    {"{\"a\":null}", "{\"a\":{}}", "[{\"op\":\"replace\",\"path\":\"/a\",\"old\":null,\"value\":{}}]"},
    {"{\"a\":{\"b\":1}}", "{\"a\":[]}", "[{\"op\":\"replace\",\"path\":\"/a\",\"old\":{\"b\":1},\"value\":[]}]"},
    {"[]", "{}", "[{\"op\":\"replace\",\"path\":\"\",\"old\":[],\"value\":{}}]"},
    {"{\"t\":0.85,\"n\":18446744073709551615}", "{\"t\":0.90,\"n\":18446744073709551616}",
     "[{\"op\":\"replace\",\"path\":\"/t\",\"old\":0.85,\"value\":0.90},{\"op\":\"replace\",\"path\":\"/n\",\"old\":18446744073709551615,\"value\":18446744073709551616}]"},
    {"{\"a/b\":{\"~\":1},\"q\\\"\":1}", "{\"a/b\":{\"~\":2},\"q\\\"\":2}",
     "[{\"op\":\"replace\",\"path\":\"/a~1b/~0\",\"old\":1,\"value\":2},{\"op\":\"replace\",\"path\":\"/q\\\"\",\"old\":1,\"value\":2}]"},
    {"{\"x\\u0000y\":1}", "{\"x\\u0000y\":2}", "[{\"op\":\"replace\",\"path\":\"/x\\u0000y\",\"old\":1,\"value\":2}]"},
    {"{\"a\":[ 1 ]}", "{\"a\":{ \"b\" :\n[ 1, \" \" ] }}", "[{\"op\":\"replace\",\"path\":\"/a\",\"old\":[1],\"value\":{\"b\":[1,\" \"]}}]"},
    {"{\"id\":\"a\",\"version\":1}", "{\"id\":\"b\",\"version\":2}",
     "[{\"op\":\"replace\",\"path\":\"/id\",\"old\":\"a\",\"value\":\"b\"},{\"op\":\"replace\",\"path\":\"/version\",\"old\":1,\"value\":2}]"}};

START_TEST(differences_are_written_as_a_patch_with_the_old_values) {
  char *patch = diff(rows[_i].from, rows[_i].to);
  ck_assert_str_eq(patch, rows[_i].patch);
  (void)checked(patch);
  cxd__free(patch);
}
END_TEST

START_TEST(a_patch_is_appended_to_what_is_in_the_buffer) {
  struct cxd__buf out = {0};
  cxd__buf_str(&out, "x");
  cxd__json_diff(raw("{\"a\":1}"), raw("{}"), &out);
  cxd__json_diff(raw("{}"), raw("{}"), &out);
  ck_assert_str_eq(out.data, "x[{\"op\":\"remove\",\"path\":\"/a\",\"old\":1}][]");
  cxd__buf_free(&out);
}
END_TEST

/* Applies a patch with the library under test only for finding and splicing members. */
static char *patched(const char *document, struct cxd__slice patch) {
  struct cxd__json_iter iter;
  struct cxd__slice key, entry;
  char *text = cxd__strdup(document);
  cxd__json_walk(&iter, patch);
  while (cxd__json_next(&iter, &key, &entry)) {
    struct cxd__buf out = {0};
    char *path = cxd__json_string(cxd__json_member(entry, "path"), NULL);
    struct cxd__slice old = cxd__json_member(entry, "old"), value = cxd__json_member(entry, "value");
    ck_assert_int_eq(cxd__json_equal(old, cxd__json_find(checked(text), path)), 1);
    if (value.p)
      ck_assert_int_eq(cxd__json_set_member(checked(text), path, value, &out, NULL), CXD_OK);
    else
      ck_assert_int_eq(cxd__json_remove_member(checked(text), path, &out, NULL), CXD_OK);
    cxd__free(path);
    cxd__free(text);
    text = cxd__buf_take(&out);
  }
  return text;
}

START_TEST(a_patch_of_random_documents_leads_from_one_to_the_other) {
  struct cxd__prng prng = {23};
  for (int i = 0; i < 3000; i++) {
    struct cxd__buf a = {0}, b = {0};
    random_object(&a, &prng, 4);
    random_object(&b, &prng, 4);
    char *patch = diff(a.data, b.data);
    char *text = patched(a.data, checked(patch));
    ck_assert_msg(cxd__json_equal(checked(text), checked(b.data)), "%s -> %s by %s gives %s", a.data, b.data, patch, text);
    ck_assert_int_eq(strcmp(patch, "[]") == 0, cxd__json_equal(checked(a.data), checked(b.data)));
    ck_assert_ptr_null(strchr(patch, '\n'));
    cxd__free(text);
    cxd__free(patch);
    cxd__buf_free(&a);
    cxd__buf_free(&b);
  }
}
END_TEST

/* The token behind the last slash, unescaped; its object is found on the way. Objects only. */
static json_t *holder(json_t *root, const char *path, char *token) {
  while (*path) {
    size_t n = 0;
    for (path++; *path && *path != '/'; path++)
      if (*path == '~')
        token[n++] = *++path == '0' ? '~' : '/';
      else
        token[n++] = *path;
    token[n] = '\0';
    if (*path)
      root = json_object_get(root, token);
    ck_assert(json_is_object(root));
  }
  return root;
}

static void apply_elsewhere(json_t *root, const json_t *patch) {
  size_t i;
  json_t *entry;
  json_array_foreach(patch, i, entry) {
    char token[64];
    const char *op = json_string_value(json_object_get(entry, "op"));
    json_t *object = holder(root, json_string_value(json_object_get(entry, "path")), token);
    json_t *now = json_object_get(object, token), *old = json_object_get(entry, "old"), *value = json_object_get(entry, "value");
    ck_assert_int_eq(now != NULL, strcmp(op, "add") != 0);
    ck_assert(now ? json_equal(now, old) : old == NULL);
    ck_assert_int_eq(value != NULL, strcmp(op, "remove") != 0);
    ck_assert_int_eq(value ? json_object_set(object, token, value) : json_object_del(object, token), 0);
  }
}

START_TEST(a_patch_applied_by_another_library_leads_there_too) {
  struct cxd__prng prng = {29};
  for (int i = 0; i < 2000; i++) {
    struct cxd__buf a = {0}, b = {0};
    random_object(&a, &prng, 4);
    random_object(&b, &prng, 4);
    char *text = diff(a.data, b.data);
    json_t *from = json_loads(a.data, 0, NULL), *to = json_loads(b.data, 0, NULL), *patch = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    ck_assert(from && to && patch);
    apply_elsewhere(from, patch);
    ck_assert_msg(json_equal(from, to), "%s -> %s by %s", a.data, b.data, text);
    json_decref(from);
    json_decref(to);
    json_decref(patch);
    cxd__free(text);
    cxd__buf_free(&a);
    cxd__buf_free(&b);
  }
}
END_TEST

static void many(struct cxd__buf *b, int count, int step) {
  for (int i = 0; i < count; i++)
    cxd__buf_fmt(b, "%s\"%d\":%d", i ? "," : "{", (int)((long)i * step % count), i % 10);
  cxd__buf_char(b, '}');
}

START_TEST(large_documents_in_different_orders_are_compared_fast) {
  struct cxd__buf a = {0}, b = {0}, out = {0};
  many(&a, 50021, 1);
  many(&b, 50021, 7919);
  clock_t start = clock();
  cxd__json_diff(checked(a.data), checked(b.data), &out);
  ck_assert_double_lt((double)(clock() - start) / CLOCKS_PER_SEC, 2);
  ck_assert_int_eq(out.failed, 0);
  cxd__buf_free(&a);
  cxd__buf_free(&b);
  cxd__buf_free(&out);
}
END_TEST

/* The short one fits into the first memory of its buffer: only the pointer can fail. */
static const char *const scarce[][2] = {{"{\"a\":{\"b\":1,\"c\":2},\"d\":3}", "{\"a\":{\"b\":2},\"e\":{\"f\":4}}"}, {"{\"a\":1}", "{\"a\":2}"}};

START_TEST(without_memory_a_patch_is_marked_as_failed_never_short) {
  const char *from = scarce[_i][0], *to = scarce[_i][1];
  char *wanted = diff(from, to);
  for (size_t n = 1;; n++) {
    struct cxd__buf out = {0};
    cxd__mem_fail_at(n);
    cxd__json_diff(raw(from), raw(to), &out);
    size_t asked = cxd__mem_count();
    cxd__mem_fail_at(0);
    ck_assert(out.failed || strcmp(out.data, wanted) == 0);
    cxd__buf_free(&out);
    if (asked < n)
      break;
    ck_assert_uint_lt(n, 50);
  }
  cxd__free(wanted);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("json_diff");
  TCase *tc = tcase_create("diff");
  tcase_set_timeout(tc, 60);
  tcase_add_loop_test(tc, differences_are_written_as_a_patch_with_the_old_values, 0, sizeof rows / sizeof *rows);
  tcase_add_test(tc, a_patch_is_appended_to_what_is_in_the_buffer);
  tcase_add_test(tc, a_patch_of_random_documents_leads_from_one_to_the_other);
  tcase_add_test(tc, a_patch_applied_by_another_library_leads_there_too);
  tcase_add_test(tc, large_documents_in_different_orders_are_compared_fast);
  tcase_add_loop_test(tc, without_memory_a_patch_is_marked_as_failed_never_short, 0, 2);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
