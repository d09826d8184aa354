/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The texts of the token exchange: how long a token lives, what may stand in one, the request and the reply. */
#include "core/token.h"

#include <stdio.h>

#include "core_rig.h"
#include "run.h"

/* ---------------------------------------------------------------------------- life */

struct life {
  int64_t soft_s, hard_s;
};

static struct life life_of(int64_t expires_in_s, double jitter) {
  struct cxd__token *token = cxd__token_new("t", 1, 1000 * SECOND, expires_in_s, jitter);
  ck_assert_ptr_nonnull(token);
  struct life life = {token->soft_boot_us / SECOND - 1000, token->hard_boot_us / SECOND - 1000};
  cxd__token_unref(token);
  return life;
}

START_TEST(life_ends_softly_a_fifth_and_hard_ten_seconds_before_expiry) {
  static const struct {
    int64_t expires_in, soft, hard;
  } rows[] = {
      {3600, 3300, 3590},   /* a fifth would be 720 s: at most 300 */
      {1000, 800, 990},     /* a fifth */
      {100, 70, 90},        /* a fifth would be 20 s: at least 30 */
      {86400, 86100, 86390},
      {86401, 86100, 86390}, /* clamped to a day */
      {INT64_MAX, 86100, 86390},
      {0, 240, 290},        /* nothing said: 300 s */
      {-5, 240, 290},
      {INT64_MIN, 240, 290},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct life life = life_of(rows[i].expires_in, 0);
    ck_assert_msg(life.soft_s == rows[i].soft && life.hard_s == rows[i].hard, "%lld: %lld %lld", (long long)rows[i].expires_in, (long long)life.soft_s, (long long)life.hard_s);
  }
}
END_TEST

START_TEST(a_very_short_token_is_usable_for_half_of_its_life) {
  for (int64_t s = 1; s <= 60; s++) {
    struct cxd__token *token = cxd__token_new("t", 1, 0, s, 1);
    ck_assert_int_gt(token->soft_boot_us, 0);
    ck_assert_int_le(token->soft_boot_us, token->hard_boot_us);
    ck_assert_int_ge(token->hard_boot_us, s * SECOND / 2);
    ck_assert_int_lt(token->hard_boot_us, s * SECOND);
    cxd__token_unref(token);
  }
}
END_TEST

START_TEST(jitter_shortens_the_soft_life_by_up_to_a_tenth_and_leaves_the_hard_one) {
  ck_assert_int_eq(life_of(3600, 1).soft_s, 2970);
  ck_assert_int_eq(life_of(3600, 0.5).soft_s, 3135);
  ck_assert_int_eq(life_of(3600, 1).hard_s, 3590);
}
END_TEST

START_TEST(a_token_lives_as_long_as_somebody_holds_it) {
  struct cxd__token *token = cxd__token_new("abc", 3, 0, 60, 0);
  struct cxd__token *other = cxd__token_ref(token);
  cxd__token_unref(token);
  ck_assert_str_eq(other->text.text, "abc");
  cxd__token_unref(other);
  cxd__token_unref(NULL);
  ck_assert_ptr_null(cxd__token_ref(NULL));
}
END_TEST

/* ---------------------------------------------------------------------------- text */

START_TEST(only_b64token_characters_may_stand_in_a_token) {
  static const char good[] = "ABCXYZabcxyz0189-._~+/=";
  for (int c = 0; c < 256; c++) {
    char text[3] = {'a', (char)c, 'b'};
    ck_assert_msg(cxd__token_text_valid(text, 3) == (c != 0 && (strchr(good, c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))), "byte %d", c);
  }
}
END_TEST

START_TEST(a_token_has_1_to_16384_bytes) {
  static char text[CXD__TOKEN_MAX_BYTES + 1];
  memset(text, 'a', sizeof text);
  ck_assert_int_eq(cxd__token_text_valid(text, 0), 0);
  ck_assert_int_eq(cxd__token_text_valid(text, 1), 1);
  ck_assert_int_eq(cxd__token_text_valid(text, CXD__TOKEN_MAX_BYTES), 1);
  ck_assert_int_eq(cxd__token_text_valid(text, CXD__TOKEN_MAX_BYTES + 1), 0);
}
END_TEST

/* ------------------------------------------------------------------------- request */

static struct cxd__secret secret;

static void assert_request(struct cxd__oauth oauth, const char *password, const char *body, const char *basic) {
  struct cxd__buf b = {0}, a = {0};
  ck_assert_int_eq(cxd__secret_set(&secret, password, strlen(password)), 0);
  oauth.client_secret = &secret;
  cxd__oauth_request(&oauth, &b, &a);
  ck_assert_str_eq(b.data, body);
  if (basic)
    ck_assert_str_eq(a.data, basic);
  else
    ck_assert_uint_eq(a.len, 0);
  cxd__buf_wipe(&b);
  cxd__buf_wipe(&a);
  cxd__secret_clear(&secret);
}

#define GRANT "grant_type=client_credentials&scope=campaign%3Awrite"

START_TEST(basic_sends_id_and_secret_as_they_are) {
  assert_request((struct cxd__oauth){.client_id = "my app", .scope = "campaign:write"}, "p%:&=\xc3\xa9", GRANT, "my app:p%:&=\xc3\xa9");
}
END_TEST

START_TEST(basic_form_encodes_both_when_asked) {
  assert_request((struct cxd__oauth){.client_id = "my app:1", .scope = "campaign:write", .basic_form_encode = 1}, "p%:&=\xc3\xa9~-._*", GRANT,
                 "my+app%3A1:p%25%3A%26%3D%C3%A9%7E-._*");
}
END_TEST

START_TEST(post_puts_both_into_the_body_and_sends_no_basic) {
  assert_request((struct cxd__oauth){.client_id = "my app", .scope = "campaign:write", .post = 1}, "p&q=1", GRANT "&client_id=my+app&client_secret=p%26q%3D1", NULL);
}
END_TEST

START_TEST(several_scopes_are_one_value) {
  assert_request((struct cxd__oauth){.client_id = "a", .scope = "a b"}, "s", "grant_type=client_credentials&scope=a+b", "a:s");
}
END_TEST

/* --------------------------------------------------------------------------- reply */

static cxd_status reply(const char *body, size_t len, char *token, int64_t *life) {
  struct cxd__exchange exchange = {.http_status = 200, .sends = 1};
  struct cxd__buf text = {0};
  cxd_error *error = NULL;
  cxd__buf_add(&exchange.body, body, len);
  cxd_status status = cxd__oauth_reply(&exchange, "https://auth.test/token", "campaign:write", &text, life, &error);
  ck_assert_int_eq(cxd_error_status(error), status);
  ck_assert_ptr_null(error ? strstr(cxd_error_message(error), "Sup3r") : NULL);
  (void)snprintf(token, 100, "%s", text.data ? text.data : "");
  cxd__buf_wipe(&text);
  cxd__exchange_clear(&exchange);
  cxd_error_free(error);
  return status;
}

START_TEST(expires_in_is_read_in_every_spelling_that_servers_use) {
  static const struct {
    const char *expires_in;
    int64_t life;
  } rows[] = {{"3600", 3600}, {"\"3600\"", 3600}, {"3600.9", 3600}, {"3.6e3", 3600}, {"0.5", 0}, {"1e300", 86400}, {"99999999999999999999", 86400}, {"\"99999999999999999999\"", 86400},
              {"\"0000000003600\"", 3600}, {"\"\"", 0}, {"\" 3600\"", 0}, {"\"-5\"", 0}, {"\"1e3\"", 0}, {"\"12x\"", 0}, {"null", 0}, {"true", 0}, {"[3600]", 0}, {"{}", 0}, {"0", 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char body[200], token[100];
    int64_t life = -1;
    (void)snprintf(body, sizeof body, "{\"access_token\":\"abc\",\"expires_in\":%s}", rows[i].expires_in);
    ck_assert_int_eq(reply(body, strlen(body), token, &life), CXD_OK);
    ck_assert_msg(life == rows[i].life, "%s: %lld", rows[i].expires_in, (long long)life);
  }
}
END_TEST

START_TEST(a_negative_or_missing_expires_in_means_300_seconds) {
  static const char *const bodies[] = {"{\"access_token\":\"abc\"}", "{\"access_token\":\"abc\",\"expires_in\":-3600}", "{\"access_token\":\"abc\",\"expires_in\":-0.5}"};
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    char token[100];
    int64_t life = 77;
    ck_assert_int_eq(reply(bodies[i], strlen(bodies[i]), token, &life), CXD_OK);
    ck_assert_int_le(life, 0);
    ck_assert_int_eq(life_of(life, 0).hard_s, 290);
  }
}
END_TEST

START_TEST(the_token_type_is_bearer_in_any_case_or_missing) {
  static const struct {
    const char *type;
    cxd_status status;
  } rows[] = {{"\"Bearer\"", CXD_OK}, {"\"bearer\"", CXD_OK}, {"\"BEARER\"", CXD_OK}, {"\"MAC\"", CXD_E_TOKEN}, {"\"\"", CXD_E_TOKEN}, {"\"Bearer \"", CXD_E_TOKEN}, {"\"b\\u0045arer\"", CXD_OK},
              {"\"be\\u0000rer\"", CXD_E_TOKEN}, {"7", CXD_E_TOKEN}, {"null", CXD_E_TOKEN}, {"\"B\\u0005arer\"", CXD_E_TOKEN}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char body[200], token[100];
    int64_t life;
    (void)snprintf(body, sizeof body, "{\"access_token\":\"Sup3r\",\"token_type\":%s,\"expires_in\":60}", rows[i].type);
    ck_assert_msg(reply(body, strlen(body), token, &life) == rows[i].status, "%s", rows[i].type);
  }
}
END_TEST

START_TEST(a_reply_without_a_usable_token_is_refused) {
  static const char *const bodies[] = {"", "{}", "[]", "null", "token", "{\"access_token\":\"\"}", "{\"access_token\":null}", "{\"access_token\":7}", "{\"access_token\":\"Sup3r\\r\\nX: y\"}",
                                       "{\"access_token\":\"Sup3r \"}", "{\"access_token\":\"a\\u0000Sup3r\"}", "{\"access_token\":\"Sup3r\\u00e9\"}", "{\"access_token\":\"a\",\"access_token\":\"Sup3r\"}",
                                       "{\"access_token\":\"Sup3r\"} x"};
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    char token[100];
    int64_t life;
    ck_assert_msg(reply(bodies[i], strlen(bodies[i]), token, &life) == CXD_E_TOKEN, "%s", bodies[i]);
    ck_assert_str_eq(token, "");
  }
}
END_TEST

START_TEST(what_the_endpoint_refuses_is_told_by_cause) {
  static const struct {
    int32_t http;
    const char *body;
    cxd_status status;
    const char *field;
  } rows[] = {
      {400, "{\"error\":\"invalid_client\",\"error_description\":\"who are you\"}", CXD_E_UNAUTHORIZED, "auth.token_url"},
      {401, "", CXD_E_UNAUTHORIZED, "auth.token_url"},
      {400, "{\"error\":\"invalid_scope\"}", CXD_E_FORBIDDEN, "auth.scope"},
      {400, "{\"error\":\"unauthorized_client\"}", CXD_E_FORBIDDEN, "auth.scope"},
      {403, "", CXD_E_FORBIDDEN, "auth.scope"},
      {404, "<html>", CXD_E_TOKEN, "auth.token_url"},
      {500, "", CXD_E_SERVER, "auth.token_url"},
      {429, "", CXD_E_RATE_LIMITED, "auth.token_url"},
      {302, "", CXD_E_TOKEN, "auth.token_url"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__exchange exchange = {.http_status = rows[i].http, .sends = 1};
    struct cxd__buf text = {0};
    cxd_error *error = NULL;
    int64_t life;
    cxd__buf_str(&exchange.body, rows[i].body);
    ck_assert_int_eq(cxd__oauth_reply(&exchange, "https://auth.test/token", "campaign:write", &text, &life, &error), rows[i].status);
    ck_assert_str_eq(cxd_error_field(error), rows[i].field);
    ck_assert_int_eq(cxd_error_http_status(error), rows[i].http);
    ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "https://auth.test/token"));
    cxd__exchange_clear(&exchange);
    cxd_error_free(error);
  }
}
END_TEST

static void add_life_and_text(TCase *t) {
  tcase_add_test(t, life_ends_softly_a_fifth_and_hard_ten_seconds_before_expiry);
  tcase_add_test(t, a_very_short_token_is_usable_for_half_of_its_life);
  tcase_add_test(t, jitter_shortens_the_soft_life_by_up_to_a_tenth_and_leaves_the_hard_one);
  tcase_add_test(t, a_token_lives_as_long_as_somebody_holds_it);
  tcase_add_test(t, only_b64token_characters_may_stand_in_a_token);
  tcase_add_test(t, a_token_has_1_to_16384_bytes);
}

static void add_request_and_reply(TCase *t) {
  tcase_add_test(t, basic_sends_id_and_secret_as_they_are);
  tcase_add_test(t, basic_form_encodes_both_when_asked);
  tcase_add_test(t, post_puts_both_into_the_body_and_sends_no_basic);
  tcase_add_test(t, several_scopes_are_one_value);
  tcase_add_test(t, expires_in_is_read_in_every_spelling_that_servers_use);
  tcase_add_test(t, a_negative_or_missing_expires_in_means_300_seconds);
  tcase_add_test(t, the_token_type_is_bearer_in_any_case_or_missing);
  tcase_add_test(t, a_reply_without_a_usable_token_is_refused);
  tcase_add_test(t, what_the_endpoint_refuses_is_told_by_cause);
}

int main(void) {
  Suite *suite = suite_create("core_oauth");
  add_life_and_text(suite_case(suite, "life, text", NULL, NULL));
  add_request_and_reply(suite_case(suite, "request, reply", NULL, NULL));
  return run_suite(suite);
}
