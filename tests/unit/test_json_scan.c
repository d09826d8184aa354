/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "json/keys.h"
#include "run.h"

enum verdict { GOOD, BAD };

struct text_case {
  enum verdict verdict;
  const char *text;
  size_t len; /* 0: up to the zero byte */
};

#define NUL_TEXT(verdict, text) {verdict, text, sizeof(text) - 1}

static const struct text_case corpus[] = {
    /* scalars as whole texts */
    {GOOD, "0", 0}, {GOOD, "-0", 0}, {GOOD, "1", 0}, {GOOD, "-1", 0}, {GOOD, "true", 0}, {GOOD, "false", 0}, {GOOD, "null", 0},
    {GOOD, "\"\"", 0}, {GOOD, "\"a\"", 0}, {GOOD, "{}", 0}, {GOOD, "[]", 0}, {GOOD, " \t\r\n[ \t\r\n] \t\r\n", 0},
    {GOOD, "123456789012345678901234567890", 0}, {GOOD, "18446744073709551615", 0}, {GOOD, "-9223372036854775809", 0},
    /* numbers */
    {GOOD, "[0.0]", 0}, {GOOD, "[-0.0]", 0}, {GOOD, "[0.85]", 0}, {GOOD, "[1e5]", 0}, {GOOD, "[1E5]", 0}, {GOOD, "[1e+5]", 0},
    {GOOD, "[1e-5]", 0}, {GOOD, "[1.5e05]", 0}, {GOOD, "[0e1]", 0}, {GOOD, "[0e+1]", 0}, {GOOD, "[123.456e-78]", 0},
    {GOOD, "[1.000000000000000000000000000000000001]", 0}, {GOOD, "[-0e-0]", 0}, {GOOD, "[1e-999]", 0}, {GOOD, "[1e00000000001]", 0},
    {BAD, "[01]", 0}, {BAD, "[-01]", 0}, {BAD, "[00]", 0}, {BAD, "[00.1]", 0}, {BAD, "[1.]", 0}, {BAD, "[.1]", 0}, {BAD, "[-.1]", 0},
    {BAD, "[-]", 0}, {BAD, "[+1]", 0}, {BAD, "[1e]", 0}, {BAD, "[1e+]", 0}, {BAD, "[1e-]", 0}, {BAD, "[1.e1]", 0}, {BAD, "[1.0e]", 0},
    {BAD, "[0x1F]", 0}, {BAD, "[1_000]", 0}, {BAD, "[1,000]x", 0}, {BAD, "[--1]", 0}, {BAD, "[1-]", 0}, {BAD, "[1.2.3]", 0}, {BAD, "[1ee2]", 0},
    {BAD, "[1e2.5]", 0}, {BAD, "[1 2]", 0}, {BAD, "[- 1]", 0}, {BAD, "-", 0}, {BAD, "1e", 0}, {BAD, "1.", 0}, {BAD, "[\xef\xbc\x91]", 0},
    /* words */
    {BAD, "[NaN]", 0}, {BAD, "[nan]", 0}, {BAD, "[Infinity]", 0}, {BAD, "[-Infinity]", 0}, {BAD, "[inf]", 0}, {BAD, "[True]", 0},
    {BAD, "[TRUE]", 0}, {BAD, "[tru]", 0}, {BAD, "[truee]", 0}, {BAD, "[nul]", 0}, {BAD, "[nulll]", 0}, {BAD, "[fals]", 0}, {BAD, "tru", 0},
    {BAD, "n", 0}, {BAD, "[undefined]", 0}, {BAD, "[a]", 0}, {BAD, "[truefalse]", 0},
    /* strings */
    {GOOD, "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", 0}, {GOOD, "[\"\\u0041\\u00e9\\u20ac\"]", 0}, {GOOD, "[\"\\uABCD\\uabcd\"]", 0},
    {GOOD, "[\"\\ud83d\\ude00\"]", 0}, {GOOD, "[\"\\uDBFF\\uDFFF\"]", 0}, {GOOD, "[\"\\u0000\"]", 0}, {GOOD, "[\"\\uffff\\ufffe\"]", 0},
    {GOOD, "[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"]", 0}, {GOOD, "[\"\x7f\"]", 0}, {GOOD, "[\"\xef\xbb\xbf\"]", 0},
    {GOOD, "[\"\xf4\x8f\xbf\xbf\"]", 0}, {GOOD, "[\"\xe2\x80\xa8\"]", 0}, {GOOD, "[\"// no comment\"]", 0}, {GOOD, "[\"\\u002F\"]", 0},
    {BAD, "[\"\\ud800\"]", 0}, {BAD, "[\"\\udc00\"]", 0}, {BAD, "[\"\\ud800\\ud800\"]", 0}, {BAD, "[\"\\ud800x\"]", 0},
    {BAD, "[\"\\ud800\\n\"]", 0}, {BAD, "[\"\\ude00\\ud83d\"]", 0}, {BAD, "[\"\\ud800\\u0041\"]", 0}, {BAD, "[\"\\ud83d\\ude0\"]", 0},
    {BAD, "[\"\\u12\"]", 0}, {BAD, "[\"\\u12G4\"]", 0}, {BAD, "[\"\\u\"]", 0}, {BAD, "[\"\\U0041\"]", 0}, {BAD, "[\"\\x41\"]", 0},
    {BAD, "[\"\\a\"]", 0}, {BAD, "[\"\\0\"]", 0}, {BAD, "[\"\\'\"]", 0}, {BAD, "[\"\\\"]", 0}, {BAD, "[\"\\", 0}, {BAD, "[\"\\\xc3\xa9\"]", 0},
    {BAD, "[\"\t\"]", 0}, {BAD, "[\"\n\"]", 0}, {BAD, "[\"\x1f\"]", 0}, {BAD, "[\"\x01\"]", 0}, {BAD, "['a']", 0}, {BAD, "[\"a]", 0},
    {BAD, "\"", 0}, {BAD, "[\"\xff\"]", 0}, {BAD, "[\"\xc3\"]", 0}, {BAD, "[\"\xc0\xaf\"]", 0}, {BAD, "[\"\xe0\x80\xaf\"]", 0},
    {BAD, "[\"\xed\xa0\x80\"]", 0}, {BAD, "[\"\xf4\x90\x80\x80\"]", 0}, {BAD, "[\"\xf8\x88\x80\x80\x80\"]", 0}, {BAD, "[\"\x80\"]", 0},
    {BAD, "[\"\xe2\x82\"]", 0}, {BAD, "[\"\xf0\x9f\x98\"", 0}, {BAD, "\xe9", 0}, {BAD, "[\"\\u00\xc3\xa9\"]", 0},
    NUL_TEXT(BAD, "[\"a\0b\"]"), NUL_TEXT(BAD, "[1\0]"), NUL_TEXT(BAD, "[1]\0"), NUL_TEXT(BAD, "\0"), NUL_TEXT(BAD, "[\0]"), NUL_TEXT(BAD, "[\"\\\0\"]"),
    /* arrays */
    {GOOD, "[1,2,3]", 0}, {GOOD, "[[],[[]],{}]", 0}, {GOOD, "[ 1 , 2 ]", 0}, {GOOD, "[null,true,false,0,\"\",[],{}]", 0},
    {BAD, "[", 0}, {BAD, "]", 0}, {BAD, "[1", 0}, {BAD, "[1,", 0}, {BAD, "[1,]", 0}, {BAD, "[,1]", 0}, {BAD, "[,]", 0}, {BAD, "[1,,2]", 0},
    {BAD, "[1}", 0}, {BAD, "[1:2]", 0}, {BAD, "[1 true]", 0}, {BAD, "[\"a\" \"b\"]", 0}, {BAD, "[[]", 0}, {BAD, "[]]", 0}, {BAD, "[1;2]", 0},
    /* objects */
    {GOOD, "{\"a\":1}", 0}, {GOOD, "{ \"a\" : 1 , \"b\" : [ ] }", 0}, {GOOD, "{\"\":0}", 0}, {GOOD, "{\"a\":{\"a\":{\"a\":1}}}", 0},
    {GOOD, "{\"a\":1,\"A\":2}", 0}, {GOOD, "{\"a\":{\"x\":1},\"b\":{\"x\":1}}", 0}, {GOOD, "[{\"a\":1},{\"a\":1}]", 0},
    {GOOD, "{\"\\u0061\":1,\"b\":2}", 0}, {GOOD, "{\"a\":1,\"a \":2}", 0}, {GOOD, "{\"\xc3\xa9\":1,\"e\xcc\x81\":2}", 0},
    {BAD, "{", 0}, {BAD, "}", 0}, {BAD, "{\"a\"", 0}, {BAD, "{\"a\":", 0}, {BAD, "{\"a\":1", 0}, {BAD, "{\"a\":1,", 0}, {BAD, "{\"a\":1,}", 0},
    {BAD, "{,\"a\":1}", 0}, {BAD, "{\"a\"}", 0}, {BAD, "{\"a\":}", 0}, {BAD, "{:1}", 0}, {BAD, "{a:1}", 0}, {BAD, "{'a':1}", 0}, {BAD, "{1:1}", 0},
    {BAD, "{null:1}", 0}, {BAD, "{\"a\" 1}", 0}, {BAD, "{\"a\":1 \"b\":2}", 0}, {BAD, "{\"a\":1;\"b\":2}", 0}, {BAD, "{\"a\"::1}", 0},
    {BAD, "{\"a\",1}", 0}, {BAD, "{\"a\":1]", 0}, {BAD, "{\"a\":1}}", 0}, {BAD, "{[]:1}", 0}, {BAD, "{\"a\":1,,\"b\":2}", 0},
    {BAD, "{\"a\":1,\"a\":1}", 0}, {BAD, "{\"a\":1,\"\\u0061\":2}", 0}, {BAD, "{\"\":1,\"\":2}", 0}, {BAD, "[{\"x\":[{\"k\":1,\"b\":2,\"k\":3}]}]", 0},
    {BAD, "{\"\\/\":1,\"/\":2}", 0}, {BAD, "{\"\xf0\x9f\x98\x80\":1,\"\\uD83D\\uDE00\":2}", 0}, {BAD, "{\"\\n\":1,\"\\u000A\":2}", 0},
    {BAD, "{\"a\":{\"b\":1},\"c\":2,\"a\":{}}", 0}, {BAD, "{\"v\":\"\\n\",\"a\":1,\"a\":2}", 0},
    /* around the value */
    {BAD, "", 0}, {BAD, " ", 0}, {BAD, " \n\t", 0}, {BAD, "[] []", 0}, {BAD, "[],", 0}, {BAD, "{}x", 0}, {BAD, "1 2", 0}, {BAD, "\xef\xbb\xbf{}", 0},
    {BAD, "\xfe\xff", 0}, {BAD, "// c\n{}", 0}, {BAD, "{} // c", 0}, {BAD, "/* c */{}", 0}, {BAD, "[1] # c", 0}, {BAD, "\v[]", 0}, {BAD, "\f[]", 0},
    {BAD, "\xc2\xa0[]", 0}, {BAD, "[]\xe2\x80\xa8", 0}, {BAD, "\x1e{}", 0}, {BAD, "{}\x1a", 0}, {BAD, "<a/>", 0}, {BAD, "*", 0}, {BAD, "\\u0031", 0}};

enum { CORPUS = sizeof corpus / sizeof *corpus };

static cxd_status gate(const char *text, size_t len) {
  struct cxd__slice out = {0};
  cxd_status status = cxd__json_check(text, len, "text", &out, NULL);
  ck_assert(status ? out.p == NULL : out.p >= text && out.p + out.len <= text + len);
  return status;
}

static char *exact(const char *text, size_t len) {
  char *copy = malloc(len ? len : 1); /* without a zero behind it: the sanitizers see every read too many */
  memcpy(copy, text, len);
  return copy;
}

/* What the other parser says, in our words; -1 where the two differ on purpose. */
static cxd_status other(const char *text, size_t len) {
  json_error_t error;
  json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
  if (root) {
    json_decref(root);
    return CXD_OK;
  }
  enum json_error_code code = json_error_code(&error);
  return code == json_error_numeric_overflow || code == json_error_null_byte_in_key ? -1 : CXD_E_JSON;
}

/* The other parser overlooks a zero byte behind a number; nowhere is one legal. */
static void assert_agree(const char *text, size_t len) {
  cxd_status ours = gate(text, len), theirs = memchr(text, '\0', len) ? CXD_E_JSON : other(text, len);
  ck_assert_msg(theirs == -1 || ours == CXD_E_TOO_LARGE || ours == theirs, "gate %d, other parser %d: %.*s", ours, theirs, (int)len, text);
}

START_TEST(the_corpus_is_large_enough) { ck_assert_int_ge(CORPUS, 120); }
END_TEST

START_TEST(each_text_of_the_corpus_gets_its_verdict) {
  const struct text_case *c = &corpus[_i];
  size_t len = c->len ? c->len : strlen(c->text);
  char *text = exact(c->text, len);
  cxd_status status = gate(text, len);
  ck_assert_msg(status == (c->verdict == GOOD ? CXD_OK : CXD_E_JSON), "%d for %s", status, c->text);
  free(text);
}
END_TEST

START_TEST(the_corpus_gets_the_same_verdict_from_another_parser) {
  const struct text_case *c = &corpus[_i];
  assert_agree(c->text, c->len ? c->len : strlen(c->text));
}
END_TEST

START_TEST(every_cut_of_a_good_text_is_refused_or_agreed_on) {
  for (size_t len = 0; len < sizeof campaign_text - 1; len++) {
    char *text = exact(campaign_text, len);
    ck_assert_int_eq(gate(text, len), CXD_E_JSON);
    free(text);
  }
  ck_assert_int_eq(gate(campaign_text, sizeof campaign_text - 1), CXD_OK);
}
END_TEST

/* One to four bytes changed, taken out, doubled or exchanged for something that means something in JSON. */
static size_t mutate(char *text, size_t len, struct cxd__prng *prng) {
  static const char bytes[] = "{}[]:,\"\\0123456789-+.eEtfnu \n\t\x01\x7f\xc3\xa9\xed\xa0\x80\xff/";
  for (uint64_t i = below(prng, 4) + 1; i; i--) {
    size_t at = (size_t)below(prng, len);
    switch (below(prng, 4)) {
    case 0:
      text[at] = bytes[below(prng, sizeof bytes)];
      break;
    case 1:
      memmove(text + at, text + at + 1, --len - at);
      break;
    case 2:
      memmove(text + at + 1, text + at, len++ - at);
      break;
    default:
      text[at] = text[below(prng, len)];
    }
  }
  return len;
}

START_TEST(mutations_of_a_campaign_get_the_same_verdict_from_another_parser) {
  struct cxd__prng prng = {2026};
  char text[sizeof campaign_text + 8];
  int good = 0, bad = 0;
  for (int i = 0; i < 20000; i++) {
    memcpy(text, campaign_text, sizeof campaign_text - 1);
    size_t len = mutate(text, sizeof campaign_text - 1, &prng);
    assert_agree(text, len);
    if (gate(text, len))
      bad++;
    else
      good++;
  }
  ck_assert_int_gt(good, 1000);
  ck_assert_int_gt(bad, 5000);
}
END_TEST

START_TEST(random_documents_are_good_and_their_mutations_agreed_on) {
  struct cxd__prng prng = {7};
  for (int i = 0; i < 3000; i++) {
    struct cxd__buf b = {0};
    random_object(&b, &prng, 4);
    ck_assert_msg(gate(b.data, b.len) == CXD_OK, "%s", b.data);
    assert_agree(b.data, b.len);
    cxd__buf_str(&b, "        ");
    assert_agree(b.data, mutate(b.data, b.len - 8, &prng));
    cxd__buf_free(&b);
  }
}
END_TEST

START_TEST(the_value_comes_without_white_space_around_it) {
  assert_slice(checked(" \n {\"a\" : 1 } \t"), "{\"a\" : 1 }");
  assert_slice(checked("\"x\""), "\"x\"");
  assert_slice(checked("\n-0.0e1\n"), "-0.0e1");
}
END_TEST

static const struct { const char *text, *message; } messages[] = {
    {"", "campaign: line 1, column 1: the text is empty"},
    {"\n  ", "line 2, column 3: the text is empty"},
    {"{\"a\":1,\n \"b\":01}", "line 2, column 6: a number must not start with 0"},
    {"[\"\xc3\xa9\", x]", "line 1, column 7: expected a value, found 'x'"},
    {"\xef\xbb\xbf{}", "line 1, column 1: expected a value, found a byte order mark"},
    {"{}{}", "line 1, column 3: expected the end of the text, found '{'"},
    {"{\"max\":1,\"b\":2,\n\"max\":3}", "line 2, column 1: the member \"max\" appears twice"},
    {"{\"max\":1,\"m\\u0061x\":3}", "the member \"m\\u0061x\" appears twice"},
    {"[NaN]", "JSON has no NaN and no Infinity"},
    {"[Infinity]", "JSON has no NaN and no Infinity"},
    {"[\"\\ud800\"]", "line 1, column 3: lone surrogate \\ud800"},
    {"[\"a\tb\"]", "line 1, column 4: control byte 0x09 in a string"},
    {"[\"\xff\"]", "line 1, column 3: the byte 0xFF is not UTF-8"},
    {"[\"abc", "line 1, column 2: the string that starts here has no end"},
    {"[\"\\q\"]", "after a backslash, found 'q'"},
    {"[\"\\u12x4\"]", "line 1, column 7: expected four hexadecimal digits after \\u, found 'x'"},
    {"[1,", "line 1, column 4: expected a value, found the end of the text"},
    {"[1 2]", "expected ',' or ']', found '2'"},
    {"{\"a\":1 \"b\":2}", "expected ',' or '}', found '\"'"},
    {"{\"a\":1,}", "expected a member name in double quotes, found '}'"},
    {"{a:1}", "expected a member name in double quotes, or '}', found 'a'"},
    {"{\"a\" 1}", "expected ':' after a member name, found '1'"},
    {"[1.]", "expected a digit, found ']'"},
    {"[1e+]", "expected a digit, found ']'"},
    {"[\x02]", "expected a value, found the byte 0x02"},
    {"[\xe2\x82\xac]", "expected a value, found '\xe2\x82\xac'"},
    {"[\xe2\x82]", "expected a value, found the byte 0xE2"}};

START_TEST(messages_say_where_and_what) {
  struct cxd__slice out;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd__json_check(messages[_i].text, strlen(messages[_i].text), "campaign", &out, &error), CXD_E_JSON);
  assert_error(&error, CXD_E_JSON, "", messages[_i].message);
}
END_TEST

START_TEST(a_text_that_is_not_there_is_empty) {
  struct cxd__slice out;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd__json_check(NULL, 0, "reply", &out, &error), CXD_E_JSON);
  assert_error(&error, CXD_E_JSON, "", "reply: line 1, column 1: the text is empty");
}
END_TEST

START_TEST(a_long_duplicate_name_is_shown_cut_between_characters) {
  struct cxd__buf b = {0};
  cxd_error *error = NULL;
  struct cxd__slice out;
  cxd__buf_str(&b, "{");
  for (int n = 0; n < 2; n++) {
    cxd__buf_str(&b, n ? ",\"x" : "\"x");
    for (int i = 0; i < 1000; i++)
      cxd__buf_str(&b, "\xe2\x82\xac");
    cxd__buf_str(&b, "\":1");
  }
  cxd__buf_str(&b, "}");
  ck_assert_int_eq(cxd__json_check(b.data, b.len, "t", &out, &error), CXD_E_JSON);
  ck_assert_uint_lt(strlen(cxd_error_message(error)), 200);
  assert_error(&error, CXD_E_JSON, "", "\xe2\x82\xac... appears twice");
  cxd__buf_free(&b);
}
END_TEST

static void nest(struct cxd__buf *b, const char *open, const char *close, int depth) {
  for (int i = 0; i < depth; i++)
    cxd__buf_str(b, open);
  cxd__buf_str(b, "0");
  for (int i = 0; i < depth; i++)
    cxd__buf_str(b, close);
}

START_TEST(depth_32_is_taken_and_33_is_too_large) {
  static const char *const open[] = {"[", "{\"a\":", "[{\"a\":"}, *const close[] = {"]", "}", "}]"};
  static const int unit[] = {1, 1, 2};
  for (size_t i = 0; i < 3; i++) {
    struct cxd__buf fits = {0}, deep = {0};
    nest(&fits, open[i], close[i], 32 / unit[i]);
    nest(&deep, open[i], close[i], 32 / unit[i] + 1);
    ck_assert_int_eq(gate(fits.data, fits.len), CXD_OK);
    ck_assert_int_eq(gate(deep.data, deep.len), CXD_E_TOO_LARGE);
    cxd__buf_free(&fits);
    cxd__buf_free(&deep);
  }
}
END_TEST

START_TEST(a_megabyte_of_brackets_is_too_large_and_says_where) {
  size_t len = CXD__JSON_MAX_BYTES;
  char *text = malloc(len);
  struct cxd__slice out;
  cxd_error *error = NULL;
  memset(text, '[', len);
  ck_assert_int_eq(cxd__json_check(text, len, "reply", &out, &error), CXD_E_TOO_LARGE);
  assert_error(&error, CXD_E_TOO_LARGE, "", "line 1, column 33: nested deeper than 32");
  free(text);
}
END_TEST

START_TEST(a_mebibyte_is_taken_and_one_byte_more_is_too_large) {
  size_t len = CXD__JSON_MAX_BYTES;
  char *text = malloc(len + 1);
  memset(text, ' ', len + 1);
  memcpy(text, "[1]", 3);
  ck_assert_int_eq(gate(text, len), CXD_OK);
  ck_assert_int_eq(gate(text, len + 1), CXD_E_TOO_LARGE);
  free(text);
}
END_TEST

static double seconds(void) { return (double)clock() / CLOCKS_PER_SEC; }

START_TEST(ten_mebibytes_of_zero_bytes_are_refused_at_once) {
  size_t len = 10 * 1048576;
  char *text = calloc(1, len);
  struct cxd__slice out;
  cxd_error *error = NULL;
  double start = seconds();
  for (int i = 0; i < 1000; i++)
    ck_assert_int_eq(gate(text, len), CXD_E_TOO_LARGE);
  ck_assert_double_lt(seconds() - start, 0.5);
  ck_assert_int_eq(cxd__json_check(text, len, "reply", &out, &error), CXD_E_TOO_LARGE);
  assert_error(&error, CXD_E_TOO_LARGE, "", "reply: 10485760 bytes, more than 1048576");
  free(text);
}
END_TEST

static void many_members(struct cxd__buf *b, int count, const char *name, const char *value) {
  cxd__buf_char(b, '{');
  for (int i = 0; i < count; i++)
    cxd__buf_fmt(b, "%s\"%s%d\":%s", i ? "," : "", name, i, value);
}

START_TEST(a_hundred_thousand_members_are_checked_fast) {
  struct cxd__buf b = {0};
  double start = seconds();
  many_members(&b, 100000, "", "0");
  cxd__buf_char(&b, '}');
  ck_assert_uint_le(b.len, CXD__JSON_MAX_BYTES);
  ck_assert_int_eq(gate(b.data, b.len), CXD_OK);
  ck_assert_double_lt(seconds() - start, 2);
  cxd__buf_free(&b);
}
END_TEST

START_TEST(one_repetition_among_many_members_is_found_and_placed) {
  struct cxd__buf b = {0};
  cxd_error *error = NULL;
  struct cxd__slice out;
  many_members(&b, 50000, "k", "0");
  cxd__buf_str(&b, ",\n\"k\\u00316\":1,\"k17\":1}");
  ck_assert_int_eq(cxd__json_check(b.data, b.len, "t", &out, &error), CXD_E_JSON);
  assert_error(&error, CXD_E_JSON, "", "line 2, column 1: the member \"k\\u00316\" appears twice");
  cxd__buf_free(&b);
}
END_TEST

START_TEST(members_with_a_long_common_start_and_escapes_are_checked_fast) {
  struct cxd__buf b = {0};
  double start = seconds();
  many_members(&b, 10000, "\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061", "[]");
  cxd__buf_char(&b, '}');
  ck_assert_int_eq(gate(b.data, b.len), CXD_OK);
  ck_assert_double_lt(seconds() - start, 2);
  cxd__buf_free(&b);
}
END_TEST

START_TEST(an_escape_in_a_value_makes_no_name_slow_to_compare) {
  struct cxd__buf b = {0};
  cxd__buf_str(&b, "{\"k0\":\"\\\\\"");
  for (int i = 1; i < 30; i++)
    cxd__buf_fmt(&b, ",\"k%d\":{\"k%d\":\"\\n\"}", i, i);
  size_t len = b.len;
  cxd__buf_str(&b, "}");
  ck_assert_int_eq(cxd__json_check(b.data, b.len, "x", &(struct cxd__slice){0}, NULL), CXD_OK);
  b.len = len;
  cxd__buf_str(&b, ",\"k7\":1}");
  ck_assert_int_eq(cxd__json_check(b.data, b.len, "x", &(struct cxd__slice){0}, NULL), CXD_E_JSON);
  b.len = len;
  cxd__buf_str(&b, ",\"\\u006b7\":1}");
  ck_assert_int_eq(cxd__json_check(b.data, b.len, "x", &(struct cxd__slice){0}, NULL), CXD_E_JSON);
  cxd__buf_free(&b);
}
END_TEST

static int check_members(const char *text) {
  static const struct cxd__slice taken[] = {{"\"seq\"", 5}, {"\"h\"", 3}};
  return cxd__json_check_members(text, strlen(text), CXD__JSON_MAX_DEPTH, taken, 2);
}

START_TEST(members_are_checked_beside_names_that_are_taken) {
  static const char *const good[] = {"\"a\":1", "\"a\":1,\"b\":[{\"h\":1}]", "\"a\" : 1 , \"b\" : \"\\n\" ", "\"H\":1,\"he\":2"};
  static const char *const bad[] = {"", " ", "1", "\"a\"", "\"a\":", "\"a\":1,", "\"a\":1}", "\"a\":1,\"b\"", "\"a\":1 \"b\":2", ",\"a\":1", "\"a\":1,\"a\":2", "\"h\":1", "\"a\":1,\"seq\":2", "\"\\u0068\":1",
                                    "\"a\":1,\"\\u0061\":2", "\"a\":{\"b\":1,\"b\":2}", "\"a\":\"\xff\"", "\"a\":[1", "{\"a\":1}"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    ck_assert_msg(check_members(good[i]), "%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_msg(!check_members(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(members_are_as_deep_as_in_their_object) {
  char text[256];
  for (int depth = 30; depth < 34; depth++) {
    (void)snprintf(text, sizeof text, "\"a\":%.*s1%.*s", depth, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", depth, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
    ck_assert_int_eq(check_members(text), depth < CXD__JSON_MAX_DEPTH);
  }
}
END_TEST

START_TEST(another_limit_on_depth_holds_for_its_call_only) {
  struct cxd__slice out;
  cxd_error *error = NULL;
  char text[100];
  memset(text, '[', 41);
  memset(text + 41, ']', 41);
  ck_assert_int_eq(cxd__json_check_deep(text + 1, 80, "record", CXD__JSON_RECORD_DEPTH, &out, &error), CXD_OK);
  ck_assert_uint_eq(out.len, 80);
  ck_assert_int_eq(cxd__json_check_deep(text, 82, "record", CXD__JSON_RECORD_DEPTH, &out, &error), CXD_E_TOO_LARGE);
  assert_error(&error, CXD_E_TOO_LARGE, "", "record: line 1, column 41: nested deeper than 40");
  ck_assert_int_eq(cxd__json_check(text + 1, 80, "record", &out, NULL), CXD_E_TOO_LARGE);
  ck_assert_int_eq(cxd__json_check_members("\"a\":[[1]]", 9, 3, NULL, 0), 1);
  ck_assert_int_eq(cxd__json_check_members("\"a\":[[1]]", 9, 2, NULL, 0), 0);
}
END_TEST

START_TEST(repetitions_are_found_around_the_limit_of_pairs) {
  for (int count = 1; count < 80; count++) {
    struct cxd__buf b = {0};
    many_members(&b, count, "m", "{\"x\":1}");
    size_t len = b.len;
    cxd__buf_char(&b, '}');
    ck_assert_int_eq(gate(b.data, b.len), CXD_OK);
    b.len = len;
    cxd__buf_fmt(&b, ",\"m%d\":2}", count / 2);
    ck_assert_int_eq(gate(b.data, b.len), CXD_E_JSON);
    cxd__buf_free(&b);
  }
}
END_TEST

START_TEST(a_campaign_is_checked_without_memory) {
  cxd__mem_fail_at(1);
  cxd_status status = gate(campaign_text, sizeof campaign_text - 1);
  size_t asked = cxd__mem_count();
  cxd__mem_fail_at(0);
  ck_assert_int_eq(status, CXD_OK);
  ck_assert_uint_eq(asked, 0);
}
END_TEST

START_TEST(without_memory_a_large_object_is_not_checked_half) {
  struct cxd__buf b = {0};
  many_members(&b, 500, "m", "1");
  cxd__buf_str(&b, ",\"m3\":1}");
  cxd__mem_fail_at(0);
  ck_assert_int_eq(gate(b.data, b.len), CXD_E_JSON);
  size_t asked = cxd__mem_count();
  ck_assert_uint_gt(asked, 1);
  for (size_t n = 1; n <= asked; n++) {
    cxd__mem_fail_at(n);
    cxd_status status = gate(b.data, b.len);
    cxd__mem_fail_at(0);
    ck_assert_int_eq(status, CXD_E_NOMEM);
  }
  cxd__buf_free(&b);
}
END_TEST

START_TEST(lines_and_columns_count_from_one_and_in_characters) {
  size_t line, column;
  const char text[] = "a\xc3\xa9z\n\n\xe2\x82\xac!";
  static const struct { size_t offset, line, column; } rows[] = {{0, 1, 1}, {1, 1, 2}, {3, 1, 3}, {4, 1, 4}, {5, 2, 1}, {6, 3, 1}, {9, 3, 2}, {10, 3, 3}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cxd__json_place(text, rows[i].offset, &line, &column);
    ck_assert_uint_eq(line, rows[i].line);
    ck_assert_uint_eq(column, rows[i].column);
  }
}
END_TEST

START_TEST(names_beyond_the_room_move_to_memory_and_stay_whole) {
  struct cxd__keys keys;
  char names[200][16];
  cxd__keys_open(&keys);
  for (int i = 0; i < 200; i++) {
    (void)snprintf(names[i], sizeof names[i], "\"%d\"", i);
    ck_assert_int_eq(cxd__keys_push(&keys, raw(names[i])), 1);
  }
  ck_assert_uint_eq(keys.count, 200);
  ck_assert_ptr_null(cxd__keys_end(&keys, 190).p);
  ck_assert_ptr_null(cxd__keys_end(&keys, 20).p);
  ck_assert_uint_eq(keys.count, 20);
  assert_slice(keys.items[19], "\"19\"");
  ck_assert_int_eq(cxd__keys_push(&keys, raw("\"7\"")), 1);
  assert_slice(cxd__keys_end(&keys, 0), "\"7\"");
  cxd__keys_close(&keys);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("json_scan");
  TCase *tc = tcase_create("scan");
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, the_corpus_is_large_enough);
  tcase_add_loop_test(tc, each_text_of_the_corpus_gets_its_verdict, 0, CORPUS);
  tcase_add_loop_test(tc, the_corpus_gets_the_same_verdict_from_another_parser, 0, CORPUS);
  tcase_add_test(tc, every_cut_of_a_good_text_is_refused_or_agreed_on);
  tcase_add_test(tc, mutations_of_a_campaign_get_the_same_verdict_from_another_parser);
  tcase_add_test(tc, random_documents_are_good_and_their_mutations_agreed_on);
  tcase_add_test(tc, the_value_comes_without_white_space_around_it);
  tcase_add_loop_test(tc, messages_say_where_and_what, 0, sizeof messages / sizeof *messages);
  tcase_add_test(tc, a_text_that_is_not_there_is_empty);
  tcase_add_test(tc, a_long_duplicate_name_is_shown_cut_between_characters);
  tcase_add_test(tc, depth_32_is_taken_and_33_is_too_large);
  tcase_add_test(tc, a_megabyte_of_brackets_is_too_large_and_says_where);
  tcase_add_test(tc, a_mebibyte_is_taken_and_one_byte_more_is_too_large);
  tcase_add_test(tc, ten_mebibytes_of_zero_bytes_are_refused_at_once);
  tcase_add_test(tc, a_hundred_thousand_members_are_checked_fast);
  tcase_add_test(tc, one_repetition_among_many_members_is_found_and_placed);
  tcase_add_test(tc, members_with_a_long_common_start_and_escapes_are_checked_fast);
  tcase_add_test(tc, an_escape_in_a_value_makes_no_name_slow_to_compare);
  tcase_add_test(tc, members_are_checked_beside_names_that_are_taken);
  tcase_add_test(tc, members_are_as_deep_as_in_their_object);
  tcase_add_test(tc, another_limit_on_depth_holds_for_its_call_only);
  tcase_add_test(tc, repetitions_are_found_around_the_limit_of_pairs);
  tcase_add_test(tc, a_campaign_is_checked_without_memory);
  tcase_add_test(tc, without_memory_a_large_object_is_not_checked_half);
  tcase_add_test(tc, lines_and_columns_count_from_one_and_in_characters);
  tcase_add_test(tc, names_beyond_the_room_move_to_memory_and_stay_whole);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
