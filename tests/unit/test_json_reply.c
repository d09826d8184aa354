/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "json.h"
#include "json/reply.h"
#include "run.h"

static void assert_text(const char *text, const char *wanted) {
  if (wanted)
    ck_assert_msg(text && strcmp(text, wanted) == 0, "%s instead of %s", text ? text : "nothing", wanted);
  else
    ck_assert_msg(text == NULL, "%s instead of nothing", text ? text : "");
}

static const struct { const char *body, *code, *message, *field, *request_id; } shapes[] = {
    {"{\"code\":\"RANGE\",\"message\":\"too high\",\"field\":\"/pacing/interval\",\"requestId\":\"r-1\"}", "RANGE", "too high", "/pacing/interval", "r-1"},
    {"{\"error\":{\"code\":\"RANGE\",\"message\":\"m\",\"field\":\"f\"},\"requestId\":\"r\"}", "RANGE", "m", "f", "r"},
    {"{\"error\":\"invalid_client\",\"error_description\":\"no such client\"}", "invalid_client", "no such client", NULL, NULL},
    {"{\"error\":\"invalid_scope\"}", "invalid_scope", NULL, NULL, NULL},
    {"{\"errors\":[{\"code\":\"A\",\"message\":\"first\",\"field\":\"x\"},{\"code\":\"B\"}],\"request_id\":\"q\"}", "A", "first", "x", "q"},
    {"[{\"code\":\"A\",\"message\":\"first\"}]", "A", "first", NULL, NULL},
    {"{\"code\":429,\"message\":\"slow down\"}", "429", "slow down", NULL, NULL},
    {"{\"code\":9007199254740993}", "9007199254740993", NULL, NULL, NULL},
    {"{\"code\":4.5}", "4.5", NULL, NULL, NULL},
    {"{\"code\":1,\"trace\":18446744073709551615}", "1", NULL, NULL, NULL},
    {"{\"code\":null,\"message\":[\"a\"],\"field\":{},\"requestId\":true}", NULL, NULL, NULL, NULL},
    {"{\"code\":\"\",\"message\":\"\\u0001\"}", NULL, NULL, NULL, NULL},
    {"{\"errors\":[]}", NULL, NULL, NULL, NULL},
    {"{\"errors\":[\"text\"],\"message\":\"m\"}", NULL, "m", NULL, NULL},
    {"{\"code\":\"a\",\"code\":\"b\",\"message\":\"twice is no reason to say nothing\"}", "b", "twice is no reason to say nothing", NULL, NULL},
    {"{}", NULL, NULL, NULL, NULL},
    {"[]", NULL, NULL, NULL, NULL}};

START_TEST(the_usual_shapes_are_understood) {
  struct cxd__reply a;
  ck_assert_int_eq(cxd__reply_error(shapes[_i].body, strlen(shapes[_i].body), &a), 1);
  assert_text(a.code, shapes[_i].code);
  assert_text(a.message, shapes[_i].message);
  assert_text(a.field, shapes[_i].field);
  assert_text(a.request_id, shapes[_i].request_id);
  cxd__reply_clear(&a);
}
END_TEST

START_TEST(what_is_not_json_gives_nothing) {
  static const char *const bodies[] = {"", " ", "<html>Bad Gateway</html>", "{\"code\":", "upstream timed out", "{\"a\":\"\xff\"}", "null", "\"text\"", "7"};
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    struct cxd__reply a;
    memset(&a, 1, sizeof a);
    ck_assert_msg(cxd__reply_error(bodies[i], strlen(bodies[i]), &a) == 0, "%s", bodies[i]);
    ck_assert(!a.code && !a.message && !a.field && !a.request_id);
  }
  struct cxd__reply a;
  ck_assert_int_eq(cxd__reply_error(NULL, 0, &a), 0);
}
END_TEST

START_TEST(control_characters_are_taken_out) {
  struct cxd__reply a;
  const char body[] = "{\"code\":\"a\\u0000b\\n\\u001b[31mc\\u007f\\u009bd\",\"message\":\"l1\\r\\nl2\\t\\u00e9\"}";
  ck_assert_int_eq(cxd__reply_error(body, sizeof body - 1, &a), 1);
  assert_text(a.code, "ab[31mcd");
  assert_text(a.message, "l1l2\xc3\xa9");
  cxd__reply_clear(&a);
}
END_TEST

START_TEST(long_texts_are_cut_between_characters) {
  struct cxd__buf b = {0};
  struct cxd__reply a;
  cxd__buf_str(&b, "{\"message\":\"x");
  for (int i = 0; i < 5000; i++)
    cxd__buf_str(&b, "\xe2\x82\xac");
  cxd__buf_str(&b, "\",\"code\":\"");
  for (int i = 0; i < 600; i++)
    cxd__buf_str(&b, "y");
  cxd__buf_str(&b, "\"}");
  ck_assert_int_eq(cxd__reply_error(b.data, b.len, &a), 1);
  ck_assert_uint_eq(strlen(a.message), 511);
  ck_assert_str_eq(a.message + 508, "\xe2\x82\xac");
  ck_assert_uint_eq(strlen(a.code), 512);
  cxd__reply_clear(&a);
  cxd__buf_free(&b);
}
END_TEST

static int read_nested(int depth, const char *prefix) {
  struct cxd__buf b = {0};
  struct cxd__reply a;
  cxd__buf_str(&b, prefix);
  for (int i = 0; i < depth; i++)
    cxd__buf_char(&b, '[');
  for (int i = 0; i < depth; i++)
    cxd__buf_char(&b, ']');
  cxd__buf_char(&b, '}');
  int known = cxd__reply_error(b.data, b.len, &a);
  if (known)
    cxd__reply_clear(&a);
  cxd__buf_free(&b);
  return known;
}

START_TEST(deep_bodies_never_reach_the_parser_that_recurses) {
  ck_assert_int_eq(read_nested(31, "{\"message\":\"]]]]\\\"]]]]\",\"x\":"), 1);
  ck_assert_int_eq(read_nested(32, "{\"x\":"), 0);
  ck_assert_int_eq(read_nested(32, "{\"message\":\"]]]]\\\"]]]]\",\"x\":"), 0);
  ck_assert_int_eq(read_nested(200000, "{\"x\":"), 0);
}
END_TEST

START_TEST(a_body_larger_than_a_document_is_not_read) {
  struct cxd__reply a;
  size_t len = CXD__JSON_MAX_BYTES + 1;
  char *body = malloc(len);
  memset(body, ' ', len);
  memcpy(body, "{\"code\":\"x\"}", 12);
  ck_assert_int_eq(cxd__reply_error(body, len, &a), 0);
  ck_assert_int_eq(cxd__reply_error(body, len - 1, &a), 1);
  cxd__reply_clear(&a);
  free(body);
}
END_TEST

START_TEST(the_body_needs_no_zero_byte_at_its_end) {
  struct cxd__reply a;
  char *body = malloc(12);
  memcpy(body, "{\"code\":\"x\"}", 12);
  ck_assert_int_eq(cxd__reply_error(body, 12, &a), 1);
  assert_text(a.code, "x");
  cxd__reply_clear(&a);
  free(body);
}
END_TEST

START_TEST(without_memory_texts_are_missing_and_nothing_leaks) {
  static const char body[] = "{\"code\":12,\"message\":\"m\",\"field\":\"f\",\"requestId\":\"r\"}";
  for (size_t n = 1; n < 10; n++) {
    struct cxd__reply a;
    cxd__mem_fail_at(n);
    ck_assert_int_eq(cxd__reply_error(body, sizeof body - 1, &a), 1);
    cxd__mem_fail_at(0);
    ck_assert(a.request_id == NULL || n > 4);
    cxd__reply_clear(&a);
  }
}
END_TEST

START_TEST(mutations_are_read_without_harm) {
  static const char body[] = "{\"errors\":[{\"code\":\"A\\u0001\",\"message\":\"\xc3\xa9\",\"field\":\"/a\"}],\"requestId\":7.5,\"error\":{\"code\":-3}}";
  static const char bytes[] = "{}[]:,\"\\u019.e\xc3\x80";
  struct cxd__prng prng = {41};
  int known = 0;
  for (int i = 0; i < 20000; i++) {
    char text[sizeof body];
    struct cxd__reply a;
    memcpy(text, body, sizeof body);
    for (int k = 0; k < 2; k++)
      text[below(&prng, sizeof body - 1)] = bytes[below(&prng, sizeof bytes)];
    known += cxd__reply_error(text, sizeof body - 1, &a);
    cxd__reply_clear(&a);
  }
  ck_assert_int_gt(known, 500);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("json_reply");
  TCase *tc = tcase_create("reply");
  tcase_set_timeout(tc, 60);
  tcase_add_loop_test(tc, the_usual_shapes_are_understood, 0, sizeof shapes / sizeof *shapes);
  tcase_add_test(tc, what_is_not_json_gives_nothing);
  tcase_add_test(tc, control_characters_are_taken_out);
  tcase_add_test(tc, long_texts_are_cut_between_characters);
  tcase_add_test(tc, deep_bodies_never_reach_the_parser_that_recurses);
  tcase_add_test(tc, a_body_larger_than_a_document_is_not_read);
  tcase_add_test(tc, the_body_needs_no_zero_byte_at_its_end);
  tcase_add_test(tc, without_memory_texts_are_missing_and_nothing_leaks);
  tcase_add_test(tc, mutations_are_read_without_harm);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
