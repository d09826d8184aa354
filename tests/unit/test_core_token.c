/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/token.h"

#include <stdio.h>

#include "core_rig.h"
#include "run.h"

#define CHANGE "{\"id\":\"c1\",\"pacing\":{\"interval\":60}}"

/* ------------------------------------------------------------------------- life */

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

/* -------------------------------------------------------------------------- text */

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

/* ------------------------------------------------------------------- in the machine */

static struct core_rig rig, other;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

static void open_two(void) {
  struct core_setup setup = core_setup_default();
  core_rig_open_with(&rig, &setup);
  setup.seed = 43;
  core_rig_join(&other, &rig, &setup);
}

static void close_two(void) {
  core_rig_close(&other);
  core_rig_close(&rig);
}

static void start_get(struct core_rig *r) {
  struct cxd__job job = {.kind = CXD__JOB_GET, .id = "c1"};
  core_start(r, &job);
}

static void assert_get_ends(struct core_rig *r, cxd_status status) {
  struct cxd__buf body = {0};
  cxd_error *error = NULL;
  char *etag = NULL;
  core_expect(r, CXD__ACT_DONE);
  ck_assert_msg(cxd__core_take_reply(r->core, r->op, &body, &etag, &error) == status, "%s", cxd_error_message(error));
  cxd__core_drop(r->core, r->op);
  cxd__buf_free(&body);
  cxd__free(etag);
  cxd_error_free(error);
}

static void finish_get(struct core_rig *r) {
  core_expect_send(r, CXD__CLASS_GET);
  ANSWER(r, .http = 200, .body = core_document);
  assert_get_ends(r, CXD_OK);
}

static void get_with_token(struct core_rig *r, const char *token) {
  start_get(r);
  core_expect_send(r, CXD__CLASS_GET);
  ck_assert_str_eq(r->act.request.bearer, token);
  ANSWER(r, .http = 200, .body = core_document);
  assert_get_ends(r, CXD_OK);
}

static void give_token(struct core_rig *r, const char *token, int expires_in) {
  char body[200];
  (void)snprintf(body, sizeof body, "{\"access_token\":\"%s\",\"token_type\":\"bearer\",\"expires_in\":%d}", token, expires_in);
  core_expect_send(r, CXD__CLASS_TOKEN);
  ANSWER(r, .http = 200, .body = body);
}

START_TEST(the_exchange_goes_to_the_token_url_with_basic_and_form) {
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ck_assert_str_eq(rig.act.request.target, "https://auth.test/token");
  ck_assert_str_eq(rig.act.request.basic, "app:s3cret");
  ck_assert_str_eq(rig.act.request.body, GRANT);
  ck_assert_ptr_null(rig.act.request.bearer);
}
END_TEST

START_TEST(one_token_serves_many_requests_until_its_soft_end) {
  start_get(&rig);
  core_get_token(&rig);
  finish_get(&rig);
  core_pass(&rig, 3299 * SECOND);
  get_with_token(&rig, "tok-1");
}
END_TEST

START_TEST(the_life_counts_from_the_moment_of_sending) {
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 200, .body = "{\"access_token\":\"tok-1\",\"expires_in\":3600}", .took_us = 8 * SECOND);
  finish_get(&rig);
  core_pass(&rig, 3291 * SECOND);
  get_with_token(&rig, "tok-1");
  core_pass(&rig, 2 * SECOND);
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
}
END_TEST

START_TEST(suspend_ages_a_token_although_the_monotonic_clock_stood_still) {
  start_get(&rig);
  core_get_token(&rig);
  finish_get(&rig);
  rig.world->now.boot_us += 7200 * SECOND;
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
}
END_TEST

START_TEST(in_the_soft_phase_one_refreshes_and_the_others_use_the_old_token) {
  start_get(&rig);
  core_get_token(&rig);
  finish_get(&rig);
  core_pass(&rig, 3400 * SECOND);
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  struct cxd__action fetch = rig.act;
  get_with_token(&other, "tok-1");
  ANSWER_TO(&rig, &fetch, .http = 200, .body = "{\"access_token\":\"tok-2\",\"expires_in\":3600}");
  finish_get(&rig);
  get_with_token(&other, "tok-2");
}
END_TEST

START_TEST(a_failed_refresh_leaves_the_old_token_in_use_and_is_tried_again_after_30_s_doubled) {
  start_get(&rig);
  core_get_token(&rig);
  finish_get(&rig);
  core_pass(&rig, 3305 * SECOND);
  static const int64_t pauses[] = {30, 60, 120};
  for (size_t i = 0; i < 3; i++) {
    start_get(&rig);
    core_expect_send(&rig, CXD__CLASS_TOKEN);
    ANSWER(&rig, .http = 404);
    finish_get(&rig);
    core_pass(&rig, (pauses[i] - 1) * SECOND);
    get_with_token(&rig, "tok-1");
    core_pass(&rig, 2 * SECOND);
  }
}
END_TEST

START_TEST(from_the_hard_end_on_nobody_uses_the_old_token) {
  start_get(&rig);
  core_get_token(&rig);
  finish_get(&rig);
  core_pass(&rig, 3590 * SECOND);
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  start_get(&other);
  core_expect_nothing(&other);
}
END_TEST

START_TEST(an_operation_that_outlived_a_failed_refresh_fetches_again_when_the_token_expires) {
  start_get(&rig);
  core_get_token(&rig);
  finish_get(&rig);
  core_pass(&rig, 3560 * SECOND);
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 404);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 429, .retry_after = "40");
  core_pass_to_due(&rig);
  give_token(&rig, "tok-2", 3600);
  finish_get(&rig);
}
END_TEST

START_TEST(transient_failures_of_the_endpoint_are_tried_three_times) {
  start_get(&rig);
  for (int i = 0; i < 3; i++) {
    if (i)
      core_pass_to_due(&rig);
    core_expect_send(&rig, CXD__CLASS_TOKEN);
    ANSWER(&rig, .http = 503);
  }
  assert_get_ends(&rig, CXD_E_SERVER);
}
END_TEST

START_TEST(a_lost_token_reply_is_simply_asked_for_again) {
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_pass_to_due(&rig);
  give_token(&rig, "tok-1", 3600);
  finish_get(&rig);
}
END_TEST

START_TEST(a_permanent_refusal_is_remembered_for_60_s) {
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 401, .body = "{\"error\":\"invalid_client\"}");
  assert_get_ends(&rig, CXD_E_UNAUTHORIZED);
  core_pass(&rig, 59 * SECOND);
  start_get(&rig);
  assert_get_ends(&rig, CXD_E_UNAUTHORIZED);
  core_pass(&rig, 2 * SECOND);
  start_get(&rig);
  give_token(&rig, "tok-1", 3600);
  finish_get(&rig);
}
END_TEST

START_TEST(a_permanent_refusal_of_a_refresh_is_remembered_for_60_s_too) {
  start_get(&rig);
  core_get_token(&rig);
  finish_get(&rig);
  core_pass(&rig, 3305 * SECOND);
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 400, .body = "{\"error\":\"invalid_client\"}");
  finish_get(&rig);
  core_pass(&rig, 59 * SECOND);
  get_with_token(&rig, "tok-1");
}
END_TEST

START_TEST(a_retry_after_of_the_endpoint_keeps_everybody_away_from_it) {
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 429, .retry_after = "600");
  assert_get_ends(&rig, CXD_E_RATE_LIMITED);
  core_pass(&rig, 599 * SECOND);
  start_get(&other);
  assert_get_ends(&other, CXD_E_RATE_LIMITED);
  core_pass(&rig, 2 * SECOND);
  start_get(&other);
  core_expect_send(&other, CXD__CLASS_TOKEN);
}
END_TEST

START_TEST(a_day_long_retry_after_of_the_endpoint_is_probed_after_an_hour) {
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 503, .retry_after = "99999999999999999999");
  assert_get_ends(&rig, CXD_E_SERVER);
  core_pass(&rig, 3599 * SECOND);
  start_get(&rig);
  assert_get_ends(&rig, CXD_E_SERVER);
  core_pass(&rig, 2 * SECOND);
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
}
END_TEST

/* ------------------------------------------------------------------- flights */

START_TEST(two_cores_share_one_flight) {
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  start_get(&other);
  core_expect_nothing(&other);
  int woken = other.woken;
  ANSWER(&rig, .http = 200, .body = "{\"access_token\":\"tok-1\",\"expires_in\":3600}");
  ck_assert_int_gt(other.woken, woken);
  core_expect_send(&other, CXD__CLASS_GET);
  ck_assert_str_eq(other.act.request.bearer, "tok-1");
  core_expect_send(&rig, CXD__CLASS_GET);
}
END_TEST

START_TEST(a_leader_that_goes_away_hands_the_flight_to_the_next_waiter) {
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  start_get(&other);
  core_expect_nothing(&other);
  int woken = other.woken;
  cxd__core_reset(rig.core, rig.world->now);
  ck_assert_int_gt(other.woken, woken);
  give_token(&other, "tok-2", 3600);
  finish_get(&other);
}
END_TEST

START_TEST(a_leader_that_leaves_the_client_hands_the_flight_over_too) {
  struct core_rig third;
  struct core_setup setup = core_setup_default();
  core_rig_join(&third, &rig, &setup);
  start_get(&third);
  core_expect_send(&third, CXD__CLASS_TOKEN);
  start_get(&other);
  core_expect_nothing(&other);
  core_rig_close(&third);
  core_expect_send(&other, CXD__CLASS_TOKEN);
}
END_TEST

START_TEST(a_cancelled_flight_goes_to_the_next_waiter) {
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  struct cxd__action fetch = rig.act;
  start_get(&other);
  core_expect_nothing(&other);
  cxd__core_cancel(rig.core, 0, rig.world->now);
  core_expect(&rig, CXD__ACT_DONE);
  core_expect(&rig, CXD__ACT_ABORT);
  ck_assert_uint_eq(rig.act.op, fetch.op);
  ANSWER_TO(&rig, &fetch, .way = CXD__WAY_ABORTED);
  give_token(&other, "tok-2", 3600);
  finish_get(&other);
}
END_TEST

START_TEST(a_failed_flight_fails_its_waiters_and_does_not_loop) {
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  start_get(&other);
  core_expect_nothing(&other);
  ANSWER(&rig, .http = 404, .body = "{\"message\":\"no such realm\"}");
  assert_get_ends(&rig, CXD_E_TOKEN);
  assert_get_ends(&other, CXD_E_TOKEN);
  start_get(&other);
  core_expect_send(&other, CXD__CLASS_TOKEN);
}
END_TEST

START_TEST(a_flight_that_fails_at_its_start_is_seen_at_once_and_not_at_the_deadline) {
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  start_get(&other);
  core_expect_nothing(&other);
  cxd__core_reset(rig.core, rig.world->now);
  cxd__mem_fail_at(1);
  int32_t more = cxd__core_next(other.core, other.world->now, &other.act); /* leads now, and cannot */
  cxd__mem_fail_at(0);
  ck_assert_int_eq(more, 0);
  ck_assert_int_le(cxd__core_due(other.core), other.world->now.mono_us);
  assert_get_ends(&other, CXD_E_NOMEM);
}
END_TEST

START_TEST(a_waiters_deadline_ends_the_waiter_and_not_the_flight) {
  struct core_setup setup = core_setup_default();
  struct core_rig hasty;
  setup.core.deadline_us = 5 * SECOND;
  core_rig_join(&hasty, &rig, &setup);
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  struct cxd__action fetch = rig.act;
  start_get(&hasty);
  core_expect_nothing(&hasty);
  core_pass_to_due(&hasty);
  assert_get_ends(&hasty, CXD_E_TIMEOUT);
  ANSWER_TO(&rig, &fetch, .http = 200, .body = "{\"access_token\":\"tok-1\",\"expires_in\":3600}");
  finish_get(&rig);
  core_rig_close(&hasty);
}
END_TEST

START_TEST(waiting_for_a_token_holds_no_slot) {
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ck_assert_uint_eq(cxd__slots_used(&rig.world->shared.limiter.slots, rig.world->now.mono_us), 0);
}
END_TEST

/* ------------------------------------------------------------------------------ 401 */

START_TEST(a_401_brings_one_forced_refresh_and_the_same_request_again) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .http = 401);
  give_token(&rig, "tok-2", 3600);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ck_assert_str_eq(rig.act.request.bearer, "tok-2");
  ck_assert_str_eq(rig.act.request.if_match, "\"v7\"");
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(a_second_401_is_final) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .http = 401);
  give_token(&rig, "tok-2", 3600);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ANSWER(&rig, .http = 401);
  core_assert_ends(&rig, CXD_OUTCOME_NOT_APPLIED, CXD_E_UNAUTHORIZED);
}
END_TEST

START_TEST(a_401_costs_no_try_and_no_budget) {
  core_to_put(&rig, CHANGE);
  int64_t budget = rig.world->shared.budget;
  ANSWER(&rig, .http = 401);
  give_token(&rig, "tok-2", 3600);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ck_assert_int_ge(rig.world->shared.budget, budget);
  for (int i = 0; i < 3; i++) {
    ANSWER(&rig, .way = CXD__WAY_CONNECT, .unsent = 1);
    core_pass_to_due(&rig);
    core_expect_put_again(&rig);
  }
  ANSWER(&rig, .way = CXD__WAY_CONNECT, .unsent = 1);
  core_assert_ends(&rig, CXD_OUTCOME_NOT_APPLIED, CXD_E_CONNECT);
}
END_TEST

enum { MANY = 8 };

START_TEST(many_401s_of_one_generation_bring_one_refresh) {
  struct cxd__action sends[MANY];
  start_get(&rig);
  core_get_token(&rig);
  finish_get(&rig);
  for (int i = 0; i < MANY; i++) {
    start_get(&rig);
    core_expect_send(&rig, CXD__CLASS_GET);
    sends[i] = rig.act;
  }
  for (int i = 0; i < MANY / 2; i++)
    ANSWER_TO(&rig, &sends[i], .http = 401);
  give_token(&rig, "tok-2", 3600);
  for (int i = MANY / 2; i < MANY; i++) /* these are late, their token is replaced already */
    ANSWER_TO(&rig, &sends[i], .http = 401);
  int seen = 0;
  for (; seen < MANY; seen++) {
    core_expect_send(&rig, CXD__CLASS_GET);
    ck_assert_str_eq(rig.act.request.bearer, "tok-2");
    sends[seen] = rig.act;
  }
  core_expect_nothing(&rig);
  for (int i = 0; i < MANY; i++) {
    ANSWER_TO(&rig, &sends[i], .http = 200, .body = "{}");
    rig.op = sends[i].op;
    assert_get_ends(&rig, CXD_OK);
  }
}
END_TEST

static void revoke_at_once(struct core_rig *r, const char *fresh) {
  start_get(r);
  core_expect_send(r, CXD__CLASS_GET);
  ANSWER(r, .http = 401);
  give_token(r, fresh, 3600);
  finish_get(r);
}

START_TEST(a_revocation_loop_forces_one_refresh_in_ten_seconds) {
  start_get(&rig);
  core_get_token(&rig);
  finish_get(&rig);
  revoke_at_once(&rig, "tok-2");
  core_pass(&rig, 9 * SECOND);
  start_get(&other);
  core_expect_send(&other, CXD__CLASS_GET);
  ANSWER(&other, .http = 401);
  assert_get_ends(&other, CXD_E_UNAUTHORIZED);
  core_pass(&rig, 2 * SECOND);
  revoke_at_once(&other, "tok-3");
}
END_TEST

START_TEST(a_fixed_token_is_final_at_the_first_401_and_fetches_nothing) {
  ck_assert_int_eq(cxd__shared_set_fixed_token(&rig.world->shared, "static-1", 8), 0);
  core_pass(&rig, 1000000 * SECOND);
  start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ck_assert_str_eq(rig.act.request.bearer, "static-1");
  ANSWER(&rig, .http = 401);
  assert_get_ends(&rig, CXD_E_UNAUTHORIZED);
}
END_TEST

START_TEST(a_401_while_reading_back_is_refreshed_too) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 401);
  give_token(&rig, "tok-2", 3600);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = "{\"id\":\"c1\",\"version\":8,\"pacing\":{\"interval\":60}}", .etag = "\"v8\"");
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
}
END_TEST

START_TEST(a_token_that_cannot_be_had_for_a_read_back_leaves_the_outcome_unknown) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 401);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 403);
  core_assert_ends(&rig, CXD_OUTCOME_UNKNOWN, CXD_E_UNKNOWN_OUTCOME);
}
END_TEST

START_TEST(the_token_is_taken_at_the_moment_of_sending) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .http = 429, .retry_after = "100");
  rig.world->now.boot_us += 3600 * SECOND; /* the machine slept */
  core_pass_to_due(&rig);
  give_token(&rig, "tok-2", 3600);
  core_expect_put_again(&rig);
  ck_assert_str_eq(rig.act.request.bearer, "tok-2");
}
END_TEST

/* ----------------------------------------------------------------- custom provider */

static void open_custom(void) {
  struct core_setup setup = core_setup_default();
  setup.core.custom_token = 1;
  core_rig_open_with(&rig, &setup);
}

START_TEST(a_custom_provider_is_asked_instead_of_the_endpoint) {
  start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
  ck_assert_int_eq(rig.act.forced, 0);
  core_token_given(&rig, "own-1", 60);
  core_expect_send(&rig, CXD__CLASS_GET);
  ck_assert_str_eq(rig.act.request.bearer, "own-1");
  ANSWER(&rig, .http = 401);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
  ck_assert_int_eq(rig.act.forced, 1);
  core_token_given(&rig, "own-2", 60);
  finish_get(&rig);
}
END_TEST

START_TEST(a_provider_that_fails_for_good_is_left_alone_for_60_s) {
  start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
  core_token_denied(&rig, 1);
  assert_get_ends(&rig, CXD_E_TOKEN);
  start_get(&rig);
  assert_get_ends(&rig, CXD_E_TOKEN);
  core_pass(&rig, 61 * SECOND);
  start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
}
END_TEST

START_TEST(a_provider_that_fails_for_now_is_asked_by_the_next_operation) {
  start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
  core_token_denied(&rig, 0);
  assert_get_ends(&rig, CXD_E_TOKEN);
  start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
}
END_TEST

START_TEST(a_provider_that_never_answers_ends_at_the_deadline) {
  start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
  for (int i = 0; i < 6; i++) { /* its lease runs out again and again, and there is nobody else */
    core_expect_nothing(&rig);
    core_pass_to_due(&rig);
  }
  ck_assert_int_eq(rig.world->now.mono_us, 1180 * SECOND);
  assert_get_ends(&rig, CXD_E_TIMEOUT);
  ck_assert_int_eq(cxd__core_due(rig.core), INT64_MAX);
}
END_TEST

START_TEST(a_cancelled_provider_answer_is_not_held_against_the_provider) {
  start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
  struct cxd__action fetch = rig.act;
  cxd__core_cancel(rig.core, 0, rig.world->now);
  assert_get_ends(&rig, CXD_E_CANCELLED);
  core_expect(&rig, CXD__ACT_ABORT);
  rig.act = fetch;
  core_token_denied(&rig, 1);
  start_get(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
}
END_TEST

static void assert_out_of_memory(void) {
  struct cxd__buf body = {0};
  char *etag = NULL;
  ck_assert_int_eq(cxd__core_take_reply(rig.core, rig.op, &body, &etag, NULL), CXD_E_NOMEM);
}

/* Runs with the n-th allocation failing, for every n until it succeeds. */
START_TEST(a_flight_without_memory_fails_its_operation_and_nothing_else) {
  for (size_t n = 1; n < 60; n++) {
    struct cxd__job job = {.kind = CXD__JOB_GET, .id = "c1"};
    cxd_error *error = NULL;
    core_pass(&rig, 3 * SECOND); /* token requests have a quota, too */
    cxd__mem_fail_at(n);
    cxd_status status = cxd__core_start(rig.core, &job, rig.world->now, &rig.op, &error);
    int32_t more = cxd__core_next(rig.core, rig.world->now, &rig.act);
    cxd__mem_fail_at(0);
    cxd_error_free(error);
    ck_assert(status == CXD_OK || status == CXD_E_NOMEM);
    if (status == CXD_OK && !more) {
      ck_assert_int_le(cxd__core_due(rig.core), rig.world->now.mono_us);
      more = cxd__core_next(rig.core, rig.world->now, &rig.act);
      ck_assert_msg(more == 1, "allocation %zu", n);
    }
    if (rig.act.kind == CXD__ACT_DONE)
      assert_out_of_memory();
    cxd__core_reset(rig.core, rig.world->now);
    ck_assert_ptr_null(rig.world->shared.flight.leader);
  }
}
END_TEST

static void add_text(TCase *t) {
  tcase_add_test(t, life_ends_softly_a_fifth_and_hard_ten_seconds_before_expiry);
  tcase_add_test(t, a_very_short_token_is_usable_for_half_of_its_life);
  tcase_add_test(t, jitter_shortens_the_soft_life_by_up_to_a_tenth_and_leaves_the_hard_one);
  tcase_add_test(t, a_token_lives_as_long_as_somebody_holds_it);
  tcase_add_test(t, only_b64token_characters_may_stand_in_a_token);
  tcase_add_test(t, a_token_has_1_to_16384_bytes);
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

static void add_one_core(TCase *t) {
  tcase_add_test(t, the_exchange_goes_to_the_token_url_with_basic_and_form);
  tcase_add_test(t, one_token_serves_many_requests_until_its_soft_end);
  tcase_add_test(t, the_life_counts_from_the_moment_of_sending);
  tcase_add_test(t, suspend_ages_a_token_although_the_monotonic_clock_stood_still);
  tcase_add_test(t, a_failed_refresh_leaves_the_old_token_in_use_and_is_tried_again_after_30_s_doubled);
  tcase_add_test(t, an_operation_that_outlived_a_failed_refresh_fetches_again_when_the_token_expires);
  tcase_add_test(t, transient_failures_of_the_endpoint_are_tried_three_times);
  tcase_add_test(t, a_lost_token_reply_is_simply_asked_for_again);
  tcase_add_test(t, a_permanent_refusal_is_remembered_for_60_s);
  tcase_add_test(t, a_permanent_refusal_of_a_refresh_is_remembered_for_60_s_too);
  tcase_add_test(t, a_day_long_retry_after_of_the_endpoint_is_probed_after_an_hour);
  tcase_add_test(t, waiting_for_a_token_holds_no_slot);
  tcase_add_test(t, a_401_brings_one_forced_refresh_and_the_same_request_again);
  tcase_add_test(t, a_second_401_is_final);
  tcase_add_test(t, a_401_costs_no_try_and_no_budget);
  tcase_add_test(t, many_401s_of_one_generation_bring_one_refresh);
  tcase_add_test(t, a_fixed_token_is_final_at_the_first_401_and_fetches_nothing);
  tcase_add_test(t, a_401_while_reading_back_is_refreshed_too);
  tcase_add_test(t, a_token_that_cannot_be_had_for_a_read_back_leaves_the_outcome_unknown);
  tcase_add_test(t, the_token_is_taken_at_the_moment_of_sending);
  tcase_add_test(t, a_flight_without_memory_fails_its_operation_and_nothing_else);
}

static void add_two_cores(TCase *t) {
  tcase_add_test(t, in_the_soft_phase_one_refreshes_and_the_others_use_the_old_token);
  tcase_add_test(t, from_the_hard_end_on_nobody_uses_the_old_token);
  tcase_add_test(t, a_retry_after_of_the_endpoint_keeps_everybody_away_from_it);
  tcase_add_test(t, two_cores_share_one_flight);
  tcase_add_test(t, a_leader_that_goes_away_hands_the_flight_to_the_next_waiter);
  tcase_add_test(t, a_leader_that_leaves_the_client_hands_the_flight_over_too);
  tcase_add_test(t, a_cancelled_flight_goes_to_the_next_waiter);
  tcase_add_test(t, a_failed_flight_fails_its_waiters_and_does_not_loop);
  tcase_add_test(t, a_flight_that_fails_at_its_start_is_seen_at_once_and_not_at_the_deadline);
  tcase_add_test(t, a_waiters_deadline_ends_the_waiter_and_not_the_flight);
  tcase_add_test(t, a_revocation_loop_forces_one_refresh_in_ten_seconds);
}

static void add_custom(TCase *t) {
  tcase_add_test(t, a_custom_provider_is_asked_instead_of_the_endpoint);
  tcase_add_test(t, a_provider_that_fails_for_good_is_left_alone_for_60_s);
  tcase_add_test(t, a_provider_that_fails_for_now_is_asked_by_the_next_operation);
  tcase_add_test(t, a_provider_that_never_answers_ends_at_the_deadline);
  tcase_add_test(t, a_cancelled_provider_answer_is_not_held_against_the_provider);
}

static TCase *a_case(Suite *suite, const char *name, void (*open)(void), void (*close)(void)) {
  TCase *tcase = tcase_create(name);
  if (open)
    tcase_add_checked_fixture(tcase, open, close);
  suite_add_tcase(suite, tcase);
  return tcase;
}

int main(void) {
  Suite *suite = suite_create("core_token");
  add_text(a_case(suite, "life, request, reply", NULL, NULL));
  add_one_core(a_case(suite, "one core", open_rig, close_rig));
  add_two_cores(a_case(suite, "two cores", open_two, close_two));
  add_custom(a_case(suite, "custom provider", open_custom, close_rig));
  return run_suite(suite);
}
