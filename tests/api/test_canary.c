/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Known secrets go in by every way there is, real updates run into everything that can happen to them, and no piece of a
 * secret comes out: not in a log, a record, an error, a result, a callback, nor anywhere else a program can look.
 */
#define _GNU_SOURCE /* setenv */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "canary.h"
#include "canned.h"
#include "rig.h"
#include "run.h"
#include "tls.h"
#include "witness.h"

#define COUNT(list) (int)(sizeof(list) / sizeof *(list))

#define SECRET "Xq7+vN2/pL9=wK4\"mJ6&tR8%20zB1"
#define SECRET_FORM "Xq7%2BvN2%2FpL9%3DwK4%22mJ6%26tR8%2520zB1"
#define SECRET_JSON "Xq7+vN2\\/pL9=wK4\\\"mJ6&tR8%20zB1"
#define BASIC "ZGVtby1jbGllbnQ6WHE3K3ZOMi9wTDk9d0s0Im1KNiZ0UjglMjB6QjE="
#define TOKEN "hV3~gC5.yF0+dS8/aU4-eI7_oP2kZ9=="
#define OTHER "rT6~nW1.xM8+cQ3/bG5-jL0_uE4iD7=="
#define AUDIT_KEY "bQ0uG7wZ4rY1nX5sJ8vK2hT6"
#define PROXY "fM1yC9oH3lA6wD8t"

static char dir[128];

static void setup(void) {
  scratch_open(dir);
  witness_begin();
  canary_forget();
  canary_add("client secret", SECRET, strlen(SECRET));
  canary_add("encoded client secret", SECRET_FORM, strlen(SECRET_FORM));
  canary_add("token", TOKEN, strlen(TOKEN));
  canary_add("other token", OTHER, strlen(OTHER));
  canary_add("audit key", AUDIT_KEY, strlen(AUDIT_KEY));
  canary_add("proxy password", PROXY, strlen(PROXY));
}

static void teardown(void) {
  witness_end();
  scratch_close(dir);
}

static char *file_with(const char *name, const char *content) {
  char *path = scratch_path(dir, name);
  write_text(path, content);
  return path;
}

static void ck_heard(const char *part) { ck_assert_msg(strstr(witness_text(), part) != NULL, "\"%s\" is not in\n%.3000s", part, witness_text()); }

static void ck_silent(void) { ck_no_canary("what the library said", witness_text(), witness_len()); }

START_TEST(every_form_of_every_secret_would_be_found) { ck_canaries_can_be_found(); }
END_TEST

START_TEST(a_secret_that_is_let_out_on_purpose_is_found) {
  struct canary_hit hit;
  witness_note("so it is " TOKEN);
  ck_assert_int_eq(canary_find(witness_text(), witness_len(), 0, &hit), 1);
  ck_assert_uint_eq(hit.len, strlen(TOKEN));
}
END_TEST

/* ----------------------------------------------------------------- how the secrets come in */

static int32_t give_token(void *user_data, const cxd_token_request *request, cxd_token_sink *sink) {
  const char *token = user_data;
  witness_note(cxd_token_request_scope(request));
  witness_note(cxd_token_request_token_url(request));
  ck_assert_int_eq(cxd_token_sink_accept(sink, token, strlen(token), 3600), CXD_OK);
  return CXD_ACCEPTED;
}

enum source { BY_CONFIG, BY_POST, BY_FORM, BY_FILE, BY_TOKEN, BY_PROVIDER, SOURCES };

/* A rig whose every word is written down, with secrets that came in by one of the ways. */
struct scene {
  struct rig rig;
  char *token, *secret_file;
};

static void use_source(cxd_config *config, enum source source, const char *token, const char *file) {
  set(config, "auth.client_secret", source == BY_FILE ? "" : SECRET);
  set(config, "auth.client_secret_file", source == BY_FILE ? file : "");
  set(config, "auth.method", source == BY_POST ? "post" : "basic");
  set(config, "auth.basic_form_encode", source == BY_FORM ? "on" : "off");
  set(config, "auth.token", source == BY_TOKEN ? token : "");
}

static void listen_in(struct rig *rig) {
  cxd_log log = witness_log();
  cxd_callback callback = witness_callback();
  cxd_rule rule = witness_rule();
  cxd_validator *validator = NULL;
  ck_assert_int_eq(cxd_client_set_log(rig->client, &log, NULL), CXD_OK);
  ck_assert_int_eq(cxd_validator_new(rig->config, &validator, NULL), CXD_OK);
  ck_assert_int_eq(cxd_validator_add_rule(validator, &rule, NULL), CXD_OK);
  cxd_updater_free(rig->updater);
  ck_assert_int_eq(cxd_updater_new(rig->config, rig->client, validator, &rig->updater, NULL), CXD_OK);
  ck_assert_int_eq(cxd_updater_add_callback(rig->updater, &callback, NULL), CXD_OK);
  cxd_validator_free(validator);
}

static void join(struct scene *scene, enum source source, const char *token) {
  struct rig *rig = &scene->rig;
  use_source(rig->config, source, token, scene->secret_file);
  set(rig->config, "audit.mode", "required");
  set(rig->config, "retry.max_retry_after_ms", "0");
  set(rig->config, "retry.deadline_ms", "1000");
  set(rig->config, "audit.path", rig->audit_path);
  cxd_updater_free(rig->updater);
  cxd_client_free(rig->client);
  rig->client = client_of(rig->config);
  rig->updater = updater_of(rig->config, rig->client);
  rig->other_hands = 1;
  if (source == BY_PROVIDER) {
    cxd_token_provider provider = {.size = sizeof provider, .fetch = give_token, .user_data = scene->token};
    ck_assert_int_eq(cxd_client_set_token_provider(rig->client, &provider, NULL), CXD_OK);
  }
  listen_in(rig);
}

/* The token of the simulator is known beforehand by its seed. */
static void scene_open(struct scene *scene, enum source source, const char *const fault) {
  struct sim sim;
  sim_start(&sim, LIST("--seed", "7", "--client-secret", "demo-secret"));
  char *first = sim_token(&sim, "campaign:write");
  char *second = sim_token(&sim, "campaign:write");
  sim_stop(&sim);
  canary_add("first token of the simulator", first, strlen(first));
  canary_add("second token of the simulator", second, strlen(second));
  scene->secret_file = file_with("secret", SECRET "\n");
  rig_open(&scene->rig, fault ? LIST("--seed", "7", "--client-secret", source == BY_TOKEN || source == BY_PROVIDER ? "demo-secret" : SECRET, "--fault", fault)
                              : LIST("--seed", "7", "--client-secret", source == BY_TOKEN || source == BY_PROVIDER ? "demo-secret" : SECRET), NULL);
  scene->token = source == BY_TOKEN || source == BY_PROVIDER ? sim_token(&scene->rig.sim, "campaign:write") : strdup("");
  if (scene->token[0])
    ck_assert_str_eq(scene->token, first);
  join(scene, source, scene->token);
  free(first);
  free(second);
}

static void scene_close(struct scene *scene) {
  witness_client(scene->rig.client);
  witness_config(scene->rig.config);
  witness_files(scene->rig.dir);
  ck_heard(" HTTP/1.1");
  rig_close(&scene->rig);
  free(scene->token);
  free(scene->secret_file);
  ck_silent();
}

/* --------------------------------------------------------------------- what can happen */

static const struct {
  const char *fault, *heard;
} events[] = {
    {NULL, "\"outcome\":\"applied\""},
    {"PUT:1:status=401", "\"outcome\":"},
    {"GET:1:status=401", "\"outcome\":"},
    {"GET:*:status=401", "CXD_E_UNAUTHORIZED"},
    {"GET:*:status=403", "CXD_E_FORBIDDEN"},
    {"PUT:*:status=403", "CXD_E_FORBIDDEN"},
    {"PUT:*:status=404", "CXD_E_NOT_FOUND"},
    {"PUT:*:status=422", "CXD_E_REJECTED"},
    {"PUT:1:status=429", "\"outcome\":"},
    {"PUT:*:status=429", "CXD_E_RATE_LIMITED"},
    {"PUT:*:status=500", "CXD_E_"},
    {"GET:*:status=503", "CXD_E_SERVER"},
    {"GET:*:bad-json", "CXD_E_"},
    {"GET:*:truncate", "CXD_E_"},
    {"GET:*:huge-body", "CXD_E_"},
    {"GET:*:endless-headers", "CXD_E_"},
    {"PUT:1:apply-then-close", "\"outcome\":\"applied_readback\""},
    {"PUT:*:close-before-reply", "CXD_E_"},
    {"PUT:*:bad-json", "\"outcome\":"},
    {"PUT:1:status=412", "\"outcome\":"},
};

START_TEST(nothing_comes_out_of_updates_whatever_happens_to_them) {
  struct scene scene;
  enum source source = (enum source)(_i % SOURCES);
  scene_open(&scene, source, events[_i / SOURCES].fault);
  witness_plan(scene.rig.updater, calls_change(SAMPLE_ID, 151));
  witness_update(scene.rig.updater, calls_change(SAMPLE_ID, 151));
  witness_update(scene.rig.updater, calls_change(SAMPLE_ID, 151));
  witness_update(scene.rig.updater, calls_change("none", 151));
  witness_update(scene.rig.updater, calls_change(SAMPLE_ID, 400000));
  witness_reads(scene.rig.client, SAMPLE_ID);
  ck_heard(events[_i / SOURCES].heard);
  scene_close(&scene);
}
END_TEST

static const char *const token_faults[] = {"TOKEN:*:status=400", "TOKEN:*:status=401", "TOKEN:*:status=403", "TOKEN:*:status=429", "TOKEN:*:status=500", "TOKEN:*:close-before-reply", "TOKEN:*:truncate", "TOKEN:*:bad-json", "TOKEN:*:huge-body", "TOKEN:*:endless-headers"};

START_TEST(nothing_comes_out_of_token_exchanges_that_go_wrong) {
  struct scene scene;
  scene_open(&scene, (enum source)(_i % (BY_FILE + 1)), token_faults[_i / (BY_FILE + 1)]);
  witness_update(scene.rig.updater, calls_change(SAMPLE_ID, 151));
  ck_heard("CXD_E_");
  scene_close(&scene);
}
END_TEST

/* The others change the very members, three times: the conflict is shown with all sides. */
START_TEST(nothing_comes_out_of_a_conflict) {
  struct scene scene;
  struct hook hook = {.members = {"{\"maxConcurrentCalls\":11}", "{\"maxConcurrentCalls\":12}", "{\"maxConcurrentCalls\":13}", "{\"maxConcurrentCalls\":14}"}};
  scene_open(&scene, (enum source)_i, NULL);
  hook_in(&scene.rig, &hook);
  witness_update(scene.rig.updater, calls_change(SAMPLE_ID, 151));
  ck_heard("\"theirs\"");
  scene_close(&scene);
}
END_TEST

static void cancel(void *updater) { cxd_updater_cancel(updater); }

START_TEST(nothing_comes_out_of_a_cancelled_update) {
  struct scene scene;
  struct hook hook = {.act = cancel};
  scene_open(&scene, (enum source)_i, NULL);
  hook_in(&scene.rig, &hook);
  hook.context = scene.rig.updater;
  witness_update(scene.rig.updater, calls_change(SAMPLE_ID, 151));
  ck_heard("CXD_E_CANCELLED");
  scene_close(&scene);
}
END_TEST

/* -------------------------------------------------------------------------- audit logs */

static int32_t refuse_record(void *user_data, const char *record, size_t len) {
  static char line[32768];
  (void)snprintf(line, sizeof line, "%.*s", (int)len, record);
  witness_note(line);
  return user_data && strstr(line, user_data) ? 0 : CXD_ACCEPTED;
}

static char intent[] = "\"k\":\"intent\"", outcome[] = "\"k\":\"outcome\"";
static char *const refused_kinds[] = {intent, outcome, NULL};

START_TEST(nothing_comes_out_of_a_log_that_fails) {
  struct scene scene;
  cxd_audit_logger logger = {.size = sizeof logger, .append = refuse_record, .user_data = refused_kinds[_i]};
  scene_open(&scene, BY_CONFIG, NULL);
  ck_assert_int_eq(cxd_updater_set_audit_logger(scene.rig.updater, &logger, NULL), CXD_OK);
  witness_update(scene.rig.updater, calls_change(SAMPLE_ID, 151));
  ck_heard(refused_kinds[_i] ? "CXD_E_AUDIT" : "\"k\":\"outcome\"");
  scene_close(&scene);
}
END_TEST

/* A key of the log, good or not: a version without keyed logs says so, and that is all it says. */
static const char *const keys[] = {AUDIT_KEY "\n", AUDIT_KEY, "", "\n", "short\n"};

START_TEST(nothing_comes_out_of_a_key_of_the_log) {
  struct scene scene;
  char *key = file_with("audit-key", keys[_i]);
  cxd_updater *updater = NULL;
  cxd_error *error = NULL;
  scene_open(&scene, BY_CONFIG, NULL);
  set(scene.rig.config, "audit.key_file", key);
  char *path = scratch_path(scene.rig.dir, "keyed.log");
  set(scene.rig.config, "audit.path", path);
  cxd_status status = cxd_updater_new(scene.rig.config, scene.rig.client, NULL, &updater, &error);
  witness_note(cxd_status_name(status));
  witness_error(error);
  cxd_error_free(error);
  if (status == CXD_OK) {
    witness_update(updater, calls_change(SAMPLE_ID, 152));
    ck_heard("\"kid\":\"");
  }
  cxd_updater_free(updater);
  witness_update(scene.rig.updater, calls_change(SAMPLE_ID, 151));
  free(path);
  free(key);
  scene_close(&scene);
}
END_TEST

/* ------------------------------------------------------------------------ hostile servers */

/* Where %s stands the server says what it was sent. */
#define CLOSE "Connection: close\r\n"
static const struct {
  const char *answer, *heard;
} hostile[] = {
    {"HTTP/1.1 400 Bad Request\r\n" CLOSE "X-Request-Id: r-%1$s\r\n\r\n{\"code\":\"c-%1$s\",\"message\":\"so %1$s it is\",\"field\":\"f.%1$s\",\"requestId\":\"i-%1$s\"}", "CXD_E_"},
    {"HTTP/1.1 400 Bad Request\r\n" CLOSE "X-Request-Id: %1$s\r\n\r\n{\"error\":\"%1$s\",\"error_description\":\"Authorization: Bearer %1$s\"}", "CXD_E_"},
    {"HTTP/1.1 401 Unauthorized\r\n" CLOSE "WWW-Authenticate: Bearer realm=\"%1$s\", error=\"%1$s\"\r\n\r\n{\"message\":\"%1$s\"}", "CXD_E_UNAUTHORIZED"},
    {"HTTP/1.1 403 %1$s\r\n" CLOSE "Server: %1$s\r\nDate: %1$s\r\nAllow: %1$s\r\n%1$s: 1\r\n\r\n{\"errors\":[{\"code\":\"%1$s\",\"message\":\"%1$s\"}]}", "CXD_E_"},
    {"HTTP/1.1 404 Not Found\r\n" CLOSE "Content-Type: %1$s\r\n\r\n%1$s", "CXD_E_"},
    {"HTTP/1.1 409 Conflict\r\n" CLOSE "ETag: \"%1$s\"\r\n\r\n{\"code\":\"%1$s\",\"message\":\"%1$s\"}", "CXD_E_"},
    {"HTTP/1.1 412 Precondition Failed\r\n" CLOSE "ETag: \"%1$s\"\r\n\r\n{\"code\":\"VERSION_MISMATCH\",\"message\":\"%1$s\"}", "CXD_E_"},
    {"HTTP/1.1 422 Unprocessable\r\n" CLOSE "\r\n{\"code\":\"%1$s\",\"message\":\"%1$s\",\"field\":\"/%1$s\"}", "CXD_E_"},
    {"HTTP/1.1 429 Too Many\r\n" CLOSE "Retry-After: %1$s\r\nRateLimit: %1$s\r\n\r\n{\"message\":\"%1$s\"}", "CXD_E_RATE_LIMITED"},
    {"HTTP/1.1 500 Oops\r\n" CLOSE "Content-Type: text/html\r\n\r\n<html>%1$s</html>", "CXD_E_"},
    {"HTTP/1.1 302 Found\r\n" CLOSE "Location: http://127.0.0.1:1/%1$s\r\nX-Request-Id: %1$s\r\n\r\n", "CXD_E_"},
    {"HTTP/1.1 200 OK\r\n" CLOSE "Content-Type: %1$s\r\nX-Request-Id: %1$s\r\n\r\n%1$s", "CXD_"},
    {"HTTP/1.1 200 OK\r\n" CLOSE "Content-Length: 4000\r\n\r\n{\"message\":\"%1$s", "CXD_"},
    {"HTTP/1.1 200 OK\r\n" CLOSE "Content-Type: application/json\r\n\r\n{\"%1$s\":1,\"%1$s\":2}", "CXD_"},
    {"HTTP/1.1 200 OK\r\n" CLOSE "ETag: \"%1$s\"\r\n\r\n{\"id\":\"" SAMPLE_ID "\",\"maxConcurrentCalls\":150}", "CXD_"},
    {"HTTP/1.1 200 OK\r\n" CLOSE "ETag: \"1\"\r\n\r\n{\"id\":\"" SAMPLE_ID "\",\"name\":\"%1$s\",\"maxConcurrentCalls\":150}", "CXD_"},
    {"HTTP/1.1 200 OK\r\n" CLOSE "\r\n{\"id\":\"" SAMPLE_ID "\",\"maxConcurrentCalls\":\"%1$s\",\"timeZone\":\"%1$s\",\"pacing\":{\"type\":\"%1$s\"}}", "CXD_"},
    {"HTTP/1.1 200 OK\r\n" CLOSE "\r\n{\"id\":\"" SAMPLE_ID "\",\"version\":\"%1$s\",\"maxConcurrentCalls\":150}", "CXD_"},
    {"HTTP/1.1 200 OK\r\n" CLOSE "\r\n{\"id\":\"%1$s\",\"maxConcurrentCalls\":150}", "CXD_"},
    {"HTTP/1.1 200 OK\r\n" CLOSE "\r\n{\"access_token\":\"%1$s and blanks\",\"token_type\":\"%1$s\",\"expires_in\":\"%1$s\"}", "CXD_"},
    {"HTTP/1.1 103 Early %1$s\r\nLink: <%1$s>\r\nX-Request-Id: %1$s\r\n\r\nHTTP/1.1 400 Bad\r\n" CLOSE "\r\n{\"message\":\"%1$s\"}", "CXD_E_"},
    {"ICY %1$s\r\n\r\n%1$s", "CXD_E_"},
};

/* How it says it, put into the place of %s. A token has not been sent before there is one, and a piece of one in a document is data. */
static const struct {
  const char *text;
  int of_token, piece;
} said_by_servers[] = {
    {TOKEN, 1, 0},
    {SECRET_JSON, 0, 0},
    {BASIC, 0, 0},
    {SECRET_FORM, 0, 0},
    {"Xq7+vN2/pL9=wK4", 0, 1},
    {"hV3~gC5.yF0+dS8\\/aU4-eI7_oP2kZ9==", 1, 0},
    {"hV3~gC5.yF0%2BdS8%2FaU4-eI7_oP2kZ9%3D%3D", 1, 0},
    {"hV3~gC5.yF0+dS8", 1, 1},
    {"aFYzfmdDNS55RjArZFM4L2FVNC1lSTdfb1Aya1o5PT0=", 1, 0},
    {"\\u0068V3~gC5.yF0+dS8/aU4-eI7_oP2kZ9==", 1, 0},
};

#define TOKEN_REPLY "HTTP/1.1 200 OK\r\n" CLOSE "\r\n{\"access_token\":\"" TOKEN "\",\"token_type\":\"Bearer\",\"expires_in\":3600}"
#define CAMPAIGN "HTTP/1.1 200 OK\r\n" CLOSE "ETag: \"1\"\r\n\r\n{\"id\":\"" SAMPLE_ID "\",\"name\":\"n\",\"status\":\"running\",\"dialerType\":\"predictive\",\"maxConcurrentCalls\":150,\"timeZone\":\"America/New_York\",\"pacing\":{\"type\":\"fixed\",\"interval\":60,\"maxCallsPerInterval\":25,\"throttlePercent\":0.85}}"

enum stage { AT_TOKEN, AT_GET, AT_PUT, STAGES };

/* The canned server gives one answer after the other and repeats the last. */
static void hostile_scene(const char *answer, enum stage stage, const char *heard) {
  const char *const answers[STAGES][4] = {{answer, NULL}, {TOKEN_REPLY, answer, NULL}, {TOKEN_REPLY, CAMPAIGN, answer, NULL}};
  struct canned canned;
  struct rig rig = {.other_hands = 1};
  canned_start(&canned, answers[stage]);
  rig.config = config_for(canned.url, LIST("auth.client_secret", SECRET, "audit.mode", "required", "retry.max_attempts", "2", "retry.deadline_ms", "1000", "retry.max_retry_after_ms", "0"));
  rig.audit_path = scratch_path(dir, "audit.log");
  set(rig.config, "audit.path", rig.audit_path);
  rig.client = client_of(rig.config);
  rig.updater = updater_of(rig.config, rig.client);
  listen_in(&rig);
  witness_update(rig.updater, calls_change(SAMPLE_ID, 151));
  if (stage == AT_GET)
    witness_reads(rig.client, SAMPLE_ID);
  witness_client(rig.client);
  witness_config(rig.config);
  witness_files(dir);
  ck_heard(heard);
  cxd_updater_free(rig.updater);
  cxd_client_free(rig.client);
  cxd_config_free(rig.config);
  canned_stop(&canned);
  free(rig.audit_path);
}

/* snprintf would need the format as a literal. */
static void fill_in(char *out, size_t size, const char *form, const char *said) {
  size_t n = 0;
  while (*form) {
    int place = strncmp(form, "%1$s", 4) == 0;
    const char *from = place ? said : form;
    size_t len = place ? strlen(said) : 1;
    ck_assert_uint_lt(n + len, size);
    memcpy(out + n, from, len);
    n += len;
    form += place ? 4 : 1;
  }
  out[n] = '\0';
}

static void ck_not_quoted(const char *form, const char *heard, size_t said, enum stage stage) {
  static char answer[8192];
  int document = strstr(form, "200 OK") != NULL;
  if ((stage == AT_TOKEN && said_by_servers[said].of_token) || (document && said_by_servers[said].piece))
    return;
  witness_begin();
  fill_in(answer, sizeof answer, form, said_by_servers[said].text);
  hostile_scene(answer, stage, stage == AT_TOKEN && document ? "CXD_" : heard);
  ck_silent();
  scratch_close(dir);
  scratch_open(dir);
}

START_TEST(servers_that_repeat_what_they_were_sent_are_not_quoted) {
  for (size_t i = 0; i < sizeof said_by_servers / sizeof *said_by_servers; i++)
    for (enum stage stage = AT_TOKEN; stage < STAGES; stage++)
      ck_not_quoted(hostile[_i].answer, hostile[_i].heard, i, stage);
}
END_TEST

START_TEST(what_else_a_server_says_is_kept) {
  hostile_scene("HTTP/1.1 403 No\r\n" CLOSE "X-Request-Id: req-77\r\n\r\n{\"code\":\"NO_ENTRY\",\"message\":\"the token " TOKEN " may not do that\"}", AT_PUT, "NO_ENTRY: the token ******************************** may not do that");
  ck_heard("req-77");
  ck_silent();
}
END_TEST

/* It is written nowhere, and the answer to it is not either: what was read would be sent back later. */
START_TEST(a_campaign_with_our_token_in_it_is_refused_and_the_reason_told) {
  hostile_scene("HTTP/1.1 200 OK\r\n" CLOSE "ETag: \"1\"\r\n\r\n{\"id\":\"" SAMPLE_ID "\",\"name\":\"" TOKEN "\",\"maxConcurrentCalls\":150}", AT_GET, "sent the access token or client secret back");
  ck_heard("CXD_E_PROTOCOL");
  ck_silent();
}
END_TEST

/* The old token is still good at other places, and the new one is on its way when it is repeated. */
START_TEST(a_token_of_before_a_refresh_is_not_quoted) {
  static const char again[] = "HTTP/1.1 200 OK\r\n" CLOSE "\r\n{\"access_token\":\"" OTHER "\",\"token_type\":\"Bearer\",\"expires_in\":3600}";
  static const char late[] = "HTTP/1.1 403 No\r\n" CLOSE "X-Request-Id: " TOKEN "\r\n\r\n{\"code\":\"" OTHER "\",\"message\":\"" TOKEN " was better\"}";
  static const char refused[] = "HTTP/1.1 400 No\r\n" CLOSE "X-Request-Id: " TOKEN "\r\n\r\n{\"error\":\"x\",\"error_description\":\"" TOKEN " is yours already, not better\"}";
  const char *const answers[2][5] = {{TOKEN_REPLY, "HTTP/1.1 401 No\r\n" CLOSE "\r\n{}", again, late, NULL}, {TOKEN_REPLY, "HTTP/1.1 401 No\r\n" CLOSE "\r\n{}", refused, NULL}};
  struct canned canned;
  cxd_log log = witness_log();
  canned_start(&canned, answers[_i]);
  cxd_config *config = config_for(canned.url, LIST("auth.client_secret", SECRET));
  cxd_client *client = client_of(config);
  ck_assert_int_eq(cxd_client_set_log(client, &log, NULL), CXD_OK);
  witness_reads(client, SAMPLE_ID);
  ck_heard("better");
  ck_silent();
  cxd_client_free(client);
  cxd_config_free(config);
  canned_stop(&canned);
}
END_TEST

/* ---------------------------------------------------------------------- TLS and proxies */

START_TEST(nothing_comes_out_of_tls_that_fails_nor_of_a_client_key) {
  struct tls_ca *ca = tls_ca_new("authority");
  struct tls_subject server_subject = {.name = "server " TOKEN, .where = _i ? "IP:127.0.0.1" : "DNS:" PROXY ".example.com", .from_s = -3600, .to_s = 86400};
  struct tls_subject client_subject = {.name = "client", .from_s = -3600, .to_s = 86400};
  char *ca_file = scratch_path(dir, "ca.pem"), *cert = scratch_path(dir, "cert.pem"), *key = scratch_path(dir, "key.pem"), *own = scratch_path(dir, "own.pem"), *own_key = scratch_path(dir, "own-key.pem");
  tls_ca_write(ca, ca_file);
  tls_issue(ca, &server_subject, cert, key);
  tls_issue(_i == 2 ? NULL : ca, &client_subject, own, own_key);
  char *pem = text_of_file(own_key);
  canary_add_lines("client key", pem);
  struct tls_server server = {.cert = cert, .key = key, .clients = ca_file, .reply = "HTTP/1.1 403 No\r\nContent-Length: 40\r\n\r\n{\"message\":\"" TOKEN "\"}"};
  tls_server_start(&server);
  cxd_config *config = config_for(server.url, LIST("auth.token", TOKEN, "http.ca_file", ca_file, "http.client_cert", own, "http.client_key", own_key));
  cxd_client *client = client_of(config);
  cxd_log log = witness_log();
  ck_assert_int_eq(cxd_client_set_log(client, &log, NULL), CXD_OK);
  witness_reads(client, SAMPLE_ID);
  witness_client(client);
  witness_config(config);
  ck_heard(_i == 1 ? "CXD_E_FORBIDDEN" : "CXD_E_TLS");
  ck_silent();
  cxd_client_free(client);
  cxd_config_free(config);
  tls_server_stop(&server);
  tls_ca_free(ca);
  char *all[] = {ca_file, cert, key, own, own_key, pem};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    free(all[i]);
}
END_TEST

static const char *const proxies[] = {"http://user:" PROXY "@127.0.0.1:1", "user:" PROXY "@127.0.0.1", "http://" PROXY "@127.0.0.1", "http://127.0.0.1/?" PROXY, "socks5://user:" PROXY "@127.0.0.1"};

START_TEST(a_proxy_url_with_a_password_is_refused_and_not_quoted) {
  cxd_config *config = NULL;
  cxd_error *error = NULL;
  static const char *const names[] = {"http.proxy", "api.base_url", "auth.token_url"};
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    cxd_status status = cxd_config_set(config, names[i], proxies[_i], &error);
    ck_assert_msg(status == CXD_E_CONFIG || strcmp(names[i], "auth.token_url") == 0, "%s", proxies[_i]);
    witness_error(error);
    cxd_error_free(error);
    error = NULL;
    if (status == CXD_OK)
      set(config, names[i], "");
  }
  witness_config(config);
  ck_heard("CXD_E_CONFIG");
  ck_silent();
  cxd_config_free(config);
}
END_TEST

static const char *const proxy_answers[] = {
    "HTTP/1.1 407 Who are you, " PROXY "\r\n" CLOSE "Proxy-Authenticate: Basic realm=\"" PROXY "\"\r\nX-Request-Id: " PROXY "\r\n\r\n{\"code\":\"P\",\"message\":\"" PROXY "\"}",
    "HTTP/1.1 403 No\r\n" CLOSE "X-Request-Id: dXNlcjpmTTF5QzlvSDNsQTZ3RDh0\r\n\r\n{\"message\":\"Basic dXNlcjpmTTF5QzlvSDNsQTZ3RDh0\"}",
    "HTTP/1.1 200 OK\r\n" CLOSE "\r\n{\"id\":\"" SAMPLE_ID "\",\"name\":\"" PROXY "\"}",
};

/* The one way in which libcurl gets such a password. */
START_TEST(a_proxy_of_the_environment_that_repeats_its_password_is_not_quoted) {
  struct canned canned;
  char url[160];
  cxd_log log = witness_log();
  canned_start(&canned, LIST(proxy_answers[_i]));
  (void)snprintf(url, sizeof url, "http://user:" PROXY "@%.60s", canned.url + strlen("http://"));
  ck_assert_int_eq(setenv("http_proxy", url, 1), 0);
  ck_assert_int_eq(unsetenv("no_proxy") | unsetenv("NO_PROXY"), 0);
  cxd_config *config = config_for("http://api.example.com", LIST("auth.token", TOKEN, "http.proxy", "env", "api.allow_http", "on", "retry.max_attempts", "1"));
  cxd_client *client = client_of(config);
  ck_assert_int_eq(cxd_client_set_log(client, &log, NULL), CXD_OK);
  witness_reads(client, SAMPLE_ID);
  witness_client(client);
  witness_config(config);
  ck_heard("CXD_E_");
  ck_assert_ptr_nonnull(strstr(canned.last, "Proxy-Authorization: Basic dXNlcjpm")); /* it was sent at all */
  ck_silent();
  cxd_client_free(client);
  cxd_config_free(config);
  canned_stop(&canned);
  ck_assert_int_eq(unsetenv("http_proxy"), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("canary");
  TCase *tc = suite_case(suite, "canary", setup, teardown);
  tcase_set_timeout(tc, 4 * HANG_S);
  tcase_add_test(tc, every_form_of_every_secret_would_be_found);
  tcase_add_test(tc, a_secret_that_is_let_out_on_purpose_is_found);
  tcase_add_loop_test(tc, nothing_comes_out_of_updates_whatever_happens_to_them, 0, COUNT(events) * SOURCES);
  tcase_add_loop_test(tc, nothing_comes_out_of_token_exchanges_that_go_wrong, 0, COUNT(token_faults) * (BY_FILE + 1));
  tcase_add_loop_test(tc, nothing_comes_out_of_a_conflict, 0, SOURCES);
  tcase_add_loop_test(tc, nothing_comes_out_of_a_cancelled_update, 0, SOURCES);
  tcase_add_loop_test(tc, nothing_comes_out_of_a_log_that_fails, 0, COUNT(refused_kinds));
  tcase_add_loop_test(tc, nothing_comes_out_of_a_key_of_the_log, 0, COUNT(keys));
  tcase_add_loop_test(tc, servers_that_repeat_what_they_were_sent_are_not_quoted, 0, COUNT(hostile));
  tcase_add_test(tc, what_else_a_server_says_is_kept);
  tcase_add_test(tc, a_campaign_with_our_token_in_it_is_refused_and_the_reason_told);
  tcase_add_loop_test(tc, a_token_of_before_a_refresh_is_not_quoted, 0, 2);
  tcase_add_loop_test(tc, nothing_comes_out_of_tls_that_fails_nor_of_a_client_key, 0, 3);
  tcase_add_loop_test(tc, a_proxy_url_with_a_password_is_refused_and_not_quoted, 0, COUNT(proxies));
  tcase_add_loop_test(tc, a_proxy_of_the_environment_that_repeats_its_password_is_not_quoted, 0, COUNT(proxy_answers));
  return run_suite(suite);
}
