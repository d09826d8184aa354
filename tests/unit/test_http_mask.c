/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Servers that repeat our credentials: nothing of them gets into a message, and no document with them is taken. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "http/base64.h"
#include "http/http.h"
#include "http/mask.h"
#include "http/pieces.h"
#include "http/spelling.h"
#include "raw_server.h"
#include "run.h"

#define TOKEN "tok.AbCdEfGh~0123456789+/wxyz-Q=="
#define BEFORE "old.ZyXwVuTs~9876543210"
#define SECRET "s3cr3t of the client: \xc3\xa9 & more"

static struct cxd__secret client_secret;
static const struct cxd__request request = {.kind = CXD__CLASS_GET, .target = "/c/1", .bearer = TOKEN, .before = BEFORE, .timeout_us = 20000000};
static const struct cxd__known known = {.request = &request, .client_secret = &client_secret};

static void setup(void) { ck_assert_int_eq(cxd__secret_set(&client_secret, SECRET, strlen(SECRET)), 0); }

static void teardown(void) {
  cxd__mem_fail_at(0);
  cxd__secret_clear(&client_secret);
}

/* "<" and ">" stay: what is between them must go, all of it. */
static void ck_gone(const char *said) {
  char text[4096];
  (void)snprintf(text, sizeof text, "<%s>", said);
  size_t len = strlen(text);
  cxd__mask_text(&known, text, len);
  ck_assert_msg(text[0] == '<' && text[len - 1] == '>' && strspn(text + 1, "*") == len - 2, "%s became %s", said, text);
}

static void ck_stays(const char *said) {
  char text[4096];
  (void)snprintf(text, sizeof text, "%s", said);
  cxd__mask_text(&known, text, strlen(text));
  ck_assert_str_eq(text, said);
}

static const char *const credentials[] = {TOKEN, BEFORE, SECRET};

START_TEST(each_credential_goes_whichever_request_it_was_of) { ck_gone(credentials[_i]); }
END_TEST

START_TEST(every_piece_of_twelve_bytes_goes_and_no_shorter_one) {
  const char *secret = credentials[_i];
  char piece[64];
  for (size_t at = 0; at + 12 <= strlen(secret); at++) {
    (void)snprintf(piece, sizeof piece, "%.12s", secret + at);
    ck_gone(piece);
    piece[11] = '\0';
    ck_stays(piece);
  }
}
END_TEST

START_TEST(pieces_that_touch_or_overlap_all_go) {
  char text[256];
  (void)snprintf(text, sizeof text, "%.20s%.14s%s", TOKEN, &TOKEN[10], TOKEN);
  ck_gone(text);
}
END_TEST

/* What is around a secret decides what its bytes look like in base64. */
START_TEST(base64_of_a_text_with_a_credential_in_it_does_not_show_it) {
  static const char *const before[] = {"", "i", "id", "id:", "user:"};
  for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
    struct cxd__buf plain = {0}, encoded = {0};
    cxd__buf_fmt(&plain, "%s%s", before[i], credentials[_i]);
    cxd__base64(&encoded, plain.data);
    cxd__mask_text(&known, encoded.data, encoded.len);
    size_t stars = 0;
    for (const char *p = encoded.data; *p; p++)
      stars += *p == '*';
    ck_assert_msg(stars >= strlen(credentials[_i]) * 4 / 3, "%s: %s", before[i], encoded.data);
    cxd__buf_free(&plain);
    cxd__buf_free(&encoded);
  }
}
END_TEST

START_TEST(letters_right_before_a_word_of_base64_do_not_hide_it) {
  static const char *const before[] = {"r-", "/", "abc", "Basic", "id_x+"};
  for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
    struct cxd__buf encoded = {0};
    cxd__buf_str(&encoded, before[i]);
    cxd__base64(&encoded, "me:" TOKEN);
    cxd__mask_text(&known, encoded.data, encoded.len);
    ck_assert_ptr_nonnull(strchr(encoded.data, '*'));
    ck_assert_uint_ge(strspn(strchr(encoded.data, '*'), "*"), strlen(TOKEN) * 4 / 3);
    cxd__buf_free(&encoded);
  }
}
END_TEST

START_TEST(the_url_alphabet_of_base64_is_known_too) {
  struct cxd__buf encoded = {0};
  cxd__base64(&encoded, "x:" TOKEN);
  for (char *p = encoded.data; *p; p++)
    *p = (char)(*p == '+' ? '-' : *p == '/' ? '_' : *p);
  cxd__mask_text(&known, encoded.data, encoded.len);
  ck_assert_uint_ge(strlen(strchr(encoded.data, '*')), strlen(TOKEN) * 4 / 3);
  cxd__buf_free(&encoded);
}
END_TEST

static const char *const spelled[] = {
    "tok.AbCdEfGh~0123456789+\\/wxyz-Q==", "\\u0074ok.AbCdEfGh~0123456789\\u002B\\u002fwxyz-Q\\u003d=", "tok.AbCdEfGh~0123456789%2B%2fwxyz-Q%3D%3D", "tok%2EAbCdEfGh%7E0123456789%2B\\/wxyz%2DQ%3D%3D",
    "s3cr3t+of+the+client%3A+%C3%A9+%26+more", "s3cr3t%20of%20the%20client:%20%c3%a9%20&%20more", "s3cr3t of the client: \\u00e9 \\u0026 more",
};

START_TEST(escapes_do_not_help) { ck_gone(spelled[_i]); }
END_TEST

static const char *const harmless[] = {"", "<>", "campaign not found", "%", "\\", "%2", "\\u00", "+", "AAAAAAAAAAAAAAAAAAAAAAAA", "a1b2c3d4-e5f6-7890-abcd-ef1234567890", "tok.AbCdEfG", "TOK.ABCDEFGH~0123"};

START_TEST(other_texts_keep_every_byte) { ck_stays(harmless[_i]); }
END_TEST

START_TEST(without_memory_to_look_all_of_it_goes) {
  for (size_t n = 1;; n++) {
    char text[] = "said \\u0074ok.AbCdEfGh~0123456789 and 100%25 c2VjcmV0IG9mIHRoZSBjbGllbnQ=";
    size_t len = strlen(text);
    cxd__mem_fail_at(n);
    cxd__mask_text(&known, text, len);
    size_t used = cxd__mem_count();
    cxd__mem_fail_at(0);
    ck_assert_ptr_null(strstr(text, "ok.AbCdEfGh"));
    if (used < n)
      break;
    ck_assert_msg(strspn(text, "*") == len, "allocation %zu: %s", n, text);
  }
}
END_TEST

/* ------------------------------------------------------------------------------- pieces */

START_TEST(a_secret_of_one_letter_is_looked_up_like_any_other) {
  static char secret[16384], text[262144];
  struct cxd__pieces pieces;
  memset(secret, 'a', sizeof secret);
  memset(text, 'a', sizeof text);
  secret[8000] = 'b';
  ck_assert_int_eq(cxd__pieces_make(&pieces, secret, sizeof secret, 12), 0);
  for (size_t i = 0; i + 12 <= sizeof text; i++)
    ck_assert_int_eq(cxd__pieces_has(&pieces, text + i), 1);
  ck_assert_int_eq(cxd__pieces_has(&pieces, "aaaaabaaaaaa"), 1);
  ck_assert_int_eq(cxd__pieces_has(&pieces, "aaaaabaaaaab"), 0);
  cxd__pieces_free(&pieces);
}
END_TEST

START_TEST(a_piece_may_be_the_whole_secret) {
  struct cxd__pieces pieces;
  ck_assert_int_eq(cxd__pieces_make(&pieces, "12345678", 8, 8), 0);
  ck_assert_int_eq(cxd__pieces_has(&pieces, "12345678"), 1);
  ck_assert_int_eq(cxd__pieces_has(&pieces, "12345679"), 0);
  cxd__pieces_free(&pieces);
  cxd__mem_fail_at(1);
  ck_assert_int_eq(cxd__pieces_make(&pieces, "12345678", 8, 8), -1);
}
END_TEST

/* ----------------------------------------------------------------------------- spellings */

START_TEST(every_decoded_byte_knows_where_it_began) {
  struct cxd__spelled s;
  ck_assert_int_eq(cxd__spelled_read("a\\u00e9%41b", 11, CXD__SPELLING_PERCENT, &s), 1);
  ck_assert_uint_eq(s.len, 5);
  ck_assert_mem_eq(s.bytes, "a\xc3\xa9" "Ab", 5);
  const uint32_t from[] = {0, 1, 1, 7, 10, 11};
  ck_assert_mem_eq(s.from, from, sizeof from);
  cxd__spelled_free(&s);
}
END_TEST

START_TEST(a_word_of_base64_is_decoded_where_it_begins) {
  struct cxd__spelled s;
  static const char text[] = "Basic dXNlcjpwYXNzd29yZA== and short QUJD";
  ck_assert_int_eq(cxd__spelled_read(text, strlen(text), CXD__SPELLING_BASE64, &s), 1);
  ck_assert_mem_eq(s.bytes, "user:password", 14);
  ck_assert_uint_eq(s.len, 14 + 13 + 13 + 12); /* from each of the first four characters, a zero byte behind each */
  ck_assert_uint_eq(s.from[0], 6);
  ck_assert_uint_eq(s.from[3], 10);
  ck_assert_uint_eq(s.from[13], 24);
  ck_assert_uint_eq(s.from[14], 7);
  ck_assert_uint_eq(s.from[s.len], strlen(text));
  cxd__spelled_free(&s);
}
END_TEST

START_TEST(a_text_without_a_spelling_is_not_copied) {
  struct cxd__spelled s;
  for (enum cxd__spelling how = CXD__SPELLING_BASE64; how < CXD__SPELLINGS; how++)
    ck_assert_int_eq(cxd__spelled_read("plain text", 10, how, &s), 0);
  ck_assert_int_eq(cxd__spelled_read("plain text", 10, CXD__SPELLING_PLAIN, &s), 1);
  ck_assert_ptr_null(s.own.data);
  ck_assert_ptr_null(s.from);
  cxd__spelled_free(&s);
}
END_TEST

/* ------------------------------------------------------------------------------ answers */

static char *text_of(const char *text) { return cxd__strdup(text); }

START_TEST(every_field_of_an_answer_that_can_be_quoted_is_masked) {
  struct cxd__exchange e = {.http_status = 200};
  char **fields[] = {&e.request_id, &e.www_authenticate, &e.content_type, &e.retry_after, &e.rate_limit, &e.date, &e.detail};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    *fields[i] = text_of("x " TOKEN " y");
  cxd__mask_credentials(&known, &e);
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    ck_assert_str_eq(*fields[i], "x ********************************* y");
  cxd__exchange_clear(&e);
}
END_TEST

static const struct {
  const char *body, *etag;
  int32_t http;
  int needed;
} documents[] = {
    {"{\"name\":\"" TOKEN "\"}", NULL, 200, 1},
    {"{\"name\":\"" BEFORE "\"}", NULL, 200, 1},
    {"{\"name\":\"" SECRET "\"}", NULL, 200, 1},
    {"{\"name\":\"tok.AbCdEfGh~0123456789+\\/wxyz-Q==\"}", NULL, 200, 1},
    {"{\"name\":\"dG9rLkFiQ2RFZkdofjAxMjM0NTY3ODkrL3d4eXotUT09\"}", NULL, 200, 1},
    {"{}", "\"" TOKEN "\"", 200, 1},
    {"{}", "\"e-1\"", 200, 0},
    {"{\"name\":\"tok.AbCdEfGh~012345678\"}", NULL, 200, 0}, /* a piece of one is nobody's credential */
    {"{\"name\":\"" TOKEN "\"}", NULL, 400, 0},              /* no document: it is masked */
    {NULL, NULL, 204, 0},
};

START_TEST(a_document_that_repeats_a_whole_credential_is_known) {
  struct cxd__exchange e = {.http_status = documents[_i].http, .etag = text_of(documents[_i].etag)};
  if (documents[_i].body)
    cxd__buf_str(&e.body, documents[_i].body);
  ck_assert_int_eq(cxd__mask_needed(&known, &e), documents[_i].needed);
  if (documents[_i].body)
    ck_assert_str_eq(e.body.data, documents[_i].body);
  cxd__exchange_clear(&e);
}
END_TEST

START_TEST(a_word_of_fifteen_bytes_may_stand_in_a_document) {
  static const struct cxd__request brief = {.kind = CXD__CLASS_GET, .bearer = "fifteen-bytes-x"}, longer = {.kind = CXD__CLASS_GET, .bearer = "sixteen-bytes-xy"};
  struct cxd__exchange e = {.http_status = 200};
  cxd__buf_str(&e.body, "{\"name\":\"fifteen-bytes-x sixteen-bytes-xy\"}");
  ck_assert_int_eq(cxd__mask_needed(&(struct cxd__known){.request = &brief}, &e), 0);
  ck_assert_int_eq(cxd__mask_needed(&(struct cxd__known){.request = &longer}, &e), 1);
  cxd__exchange_clear(&e);
}
END_TEST

static void ask(const char *reply, enum cxd__class kind, struct cxd__exchange *answer) {
  const struct raw_step steps[] = {{.reply = reply, .close_after = 1}};
  struct raw_server *server = raw_server_start(steps, 1);
  struct cxd__http_options options = {.origin = raw_server_origin(server), .allow_plain = 1, .connect_timeout_ms = 3000, .proxy = "none", .user_agent = "agent/1", .max_response_bytes = 1000, .client_secret = &client_secret};
  struct cxd__request asked = request;
  struct cxd__http *http = NULL;
  uint32_t op, tag;
  asked.kind = kind;
  asked.body = kind == CXD__CLASS_PUT ? "{}" : NULL;
  asked.body_len = kind == CXD__CLASS_PUT ? 2 : 0;
  ck_assert_int_eq(cxd__http_global(NULL), CXD_OK);
  ck_assert_int_eq(cxd__http_new(&options, &http, NULL), CXD_OK);
  ck_assert_int_eq(cxd__http_send(http, &asked, 7, 9), 0);
  while (!cxd__http_next(http, &op, &tag, answer))
    ck_assert_int_eq(cxd__http_wait(http, 30000000), CXD_OK);
  cxd__http_free(http);
  raw_server_stop(server);
}

#define OK "HTTP/1.1 200 OK\r\nConnection: close\r\n"
static const char *const repeating[] = {OK "\r\n{\"id\":\"1\",\"n\":\"" TOKEN "\"}", OK "ETag: \"" TOKEN "\"\r\nContent-Length: 2\r\n\r\n{}", OK "\r\n{\"id\":\"1\",\"n\":\"" BEFORE "\"}"};

START_TEST(what_is_read_with_a_credential_in_it_is_no_answer) {
  struct cxd__exchange answer = {0};
  ask(repeating[_i], CXD__CLASS_GET, &answer);
  ck_assert_int_eq(answer.way, CXD__WAY_TOO_LARGE);
  ck_assert_ptr_null(answer.etag);
  ck_assert_ptr_nonnull(strstr(answer.detail, "have them changed"));
  ck_assert(answer.body.data == NULL || (!strstr(answer.body.data, TOKEN) && !strstr(answer.body.data, BEFORE)));
  cxd__exchange_clear(&answer);
}
END_TEST

START_TEST(a_put_that_was_applied_stays_applied_and_only_forgets_them) {
  struct cxd__exchange answer = {0};
  ask(repeating[_i], CXD__CLASS_PUT, &answer);
  ck_assert_int_eq(answer.way, CXD__WAY_ANSWER);
  ck_assert_int_eq(answer.http_status, 200);
  ck_assert_ptr_null(answer.etag);
  ck_assert(!strstr(answer.body.data, TOKEN) && !strstr(answer.body.data, BEFORE));
  cxd__exchange_clear(&answer);
}
END_TEST

#define COUNT(list) (int)(sizeof(list) / sizeof *(list))

int main(void) {
  Suite *suite = suite_create("http mask");
  TCase *tc = suite_case(suite, "mask", setup, teardown);
  tcase_set_timeout(tc, 60);
  tcase_add_loop_test(tc, each_credential_goes_whichever_request_it_was_of, 0, COUNT(credentials));
  tcase_add_loop_test(tc, every_piece_of_twelve_bytes_goes_and_no_shorter_one, 0, COUNT(credentials));
  tcase_add_test(tc, pieces_that_touch_or_overlap_all_go);
  tcase_add_loop_test(tc, base64_of_a_text_with_a_credential_in_it_does_not_show_it, 0, COUNT(credentials));
  tcase_add_test(tc, letters_right_before_a_word_of_base64_do_not_hide_it);
  tcase_add_test(tc, the_url_alphabet_of_base64_is_known_too);
  tcase_add_loop_test(tc, escapes_do_not_help, 0, COUNT(spelled));
  tcase_add_loop_test(tc, other_texts_keep_every_byte, 0, COUNT(harmless));
  tcase_add_test(tc, without_memory_to_look_all_of_it_goes);
  tcase_add_test(tc, a_secret_of_one_letter_is_looked_up_like_any_other);
  tcase_add_test(tc, a_piece_may_be_the_whole_secret);
  tcase_add_test(tc, every_decoded_byte_knows_where_it_began);
  tcase_add_test(tc, a_word_of_base64_is_decoded_where_it_begins);
  tcase_add_test(tc, a_text_without_a_spelling_is_not_copied);
  tcase_add_test(tc, every_field_of_an_answer_that_can_be_quoted_is_masked);
  tcase_add_loop_test(tc, a_document_that_repeats_a_whole_credential_is_known, 0, COUNT(documents));
  tcase_add_test(tc, a_word_of_fifteen_bytes_may_stand_in_a_document);
  tcase_add_loop_test(tc, what_is_read_with_a_credential_in_it_is_no_answer, 0, COUNT(repeating));
  tcase_add_loop_test(tc, a_put_that_was_applied_stays_applied_and_only_forgets_them, 0, COUNT(repeating));
  return run_suite(suite);
}
