/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* setenv, strcasestr, O_CLOEXEC */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "canned.h"
#include "rig.h"
#include "run.h"

static const char ok_campaign[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"id\":\"c-1\",\"maxConcurrentCalls\":7}";

/* --------------------------------------------------------------------- the way there */

static cxd_status new_client(const char *base_url, const char *const settings[], cxd_error **error) {
  cxd_config *config = config_for(base_url, settings);
  cxd_client *client = (cxd_client *)(void *)config; /* anything but NULL */
  cxd_status status = cxd_client_new(config, &client, error);
  ck_assert((client != NULL) == (status == CXD_OK));
  cxd_client_free(client);
  cxd_config_free(config);
  return status;
}

START_TEST(plain_http_is_for_this_machine_only) {
  static const char *const refused[] = {"http://example.com", "HTTP://example.com", "http://127.0.0.1.example.com", "http://localhost.example.com", "http://192.0.2.1", "http://[2001:db8::1]", "http://1270.0.0.1", "http://127.0.0.256", "http://127.999.1.1", "http://127.0.0.1.", "http://127.1"};
  static const char *const taken[] = {"http://127.0.0.1", "http://127.8.9.10:8080", "http://localhost", "http://LOCALHOST:1", "http://[::1]:1", "https://example.com", "HTTPS://example.com"};
  cxd_error *error = NULL;
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    ck_assert_msg(new_client(refused[i], NULL, &error) == CXD_E_CONFIG, "%s", refused[i]);
    ck_assert_str_eq(cxd_error_field(error), "api.base_url");
    ck_error(&error, CXD_E_CONFIG, "https://");
  }
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    ck_assert_msg(new_client(taken[i], NULL, NULL) == CXD_OK, "%s", taken[i]);
}
END_TEST

START_TEST(plain_http_can_be_forbidden_and_allowed) {
  cxd_error *error = NULL;
  ck_assert_int_eq(new_client("http://127.0.0.1", LIST("api.allow_http", "off"), &error), CXD_E_CONFIG);
  ck_error(&error, CXD_E_CONFIG, "https://");
  ck_assert_int_eq(new_client("http://example.com", LIST("api.allow_http", "on"), NULL), CXD_OK);
}
END_TEST

START_TEST(a_plain_token_url_is_held_to_the_same_rule) {
  cxd_error *error = NULL;
  ck_assert_int_eq(new_client("https://example.com", LIST("auth.token_url", "http://example.com/token"), &error), CXD_E_CONFIG);
  ck_assert_str_eq(cxd_error_field(error), "auth.token_url");
  cxd_error_free(error);
}
END_TEST

START_TEST(two_sources_of_a_secret_contradict) {
  cxd_error *error = NULL;
  ck_assert_int_eq(new_client("https://example.com", LIST("auth.client_secret_file", "/dev/null"), &error), CXD_E_CONFIG);
  ck_error(&error, CXD_E_CONFIG, "keep one");
}
END_TEST

static void no_credentials(const char *const settings[], const char *field) {
  cxd_config *config = config_for("http://127.0.0.1:1", settings);
  cxd_client *client = client_of(config);
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_client_get(client, SAMPLE_ID, &campaign, &error), CXD_E_CONFIG);
  ck_assert_str_eq(cxd_error_field(error), field);
  cxd_error_free(error);
  cxd_client_free(client);
  cxd_config_free(config);
}

START_TEST(missing_credentials_are_named) {
  no_credentials(LIST("auth.client_id", "", "auth.client_secret", ""), "auth.client_id");
  no_credentials(LIST("auth.client_secret", ""), "auth.client_secret");
}
END_TEST

static void get_with_base(const char *host, const char *path, const char *wanted) {
  struct canned canned;
  char base[128], line[256];
  canned_start(&canned, LIST(ok_campaign));
  (void)snprintf(base, sizeof base, "%s%s%s", host, strrchr(canned.url, ':'), path);
  cxd_config *config = config_for(base, LIST("auth.token", "tok"));
  cxd_client *client = client_of(config);
  cxd_error *error = NULL;
  cxd_campaign *campaign = NULL;
  cxd_status status = cxd_client_get(client, "c-1", &campaign, &error);
  ck_assert_msg(status == CXD_OK, "%s: %s", base, cxd_error_message(error));
  (void)snprintf(line, sizeof line, "GET %s" CAMPAIGNS "/c-1 HTTP/1.1\r\n", wanted);
  ck_assert_msg(strncmp(canned.last, line, strlen(line)) == 0, "%s: %.100s", base, canned.last);
  cxd_campaign_free(campaign);
  cxd_client_free(client);
  cxd_config_free(config);
  canned_stop(&canned);
}

START_TEST(a_base_url_may_end_in_slashes_and_have_a_path) {
  get_with_base("http://127.0.0.1", "", "");
  get_with_base("http://127.0.0.1", "/", "");
  get_with_base("http://127.0.0.1", "//", "");
  get_with_base("http://127.0.0.1", "/gateway", "/gateway");
  get_with_base("http://127.0.0.1", "/gateway/eu/", "/gateway/eu");
  get_with_base("http://localhost", "/", "");
  get_with_base("HTTP://127.0.0.1", "", "");
}
END_TEST

START_TEST(an_own_campaign_path_is_used) {
  struct canned canned;
  canned_start(&canned, LIST(ok_campaign));
  cxd_config *config = config_for(canned.url, LIST("auth.token", "tok", "api.campaign_path", "/v9/camp/{id}/dialer"));
  cxd_client *client = client_of(config);
  cxd_campaign_free(got(client, "c-1"));
  ck_assert_int_eq(strncmp(canned.last, "GET /v9/camp/c-1/dialer HTTP", 28), 0);
  cxd_client_free(client);
  cxd_config_free(config);
  canned_stop(&canned);
}
END_TEST

START_TEST(a_refused_connection_is_tried_again_and_then_told) {
  struct canned canned;
  canned_start(&canned, LIST(ok_campaign));
  cxd_config *config = config_for(canned.url, LIST("auth.token", "tok"));
  canned_stop(&canned); /* the port is closed now */
  cxd_client *client = client_of(config);
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_client_get(client, "c-1", &campaign, &error), CXD_E_CONNECT);
  ck_assert_int_eq(cxd_error_retryable(error), 1);
  ck_assert_int_eq(cxd_error_http_status(error), 0);
  ck_error(&error, CXD_E_CONNECT, canned.url);
  cxd_client_free(client);
  cxd_config_free(config);
}
END_TEST

START_TEST(proxies_of_the_environment_are_for_those_who_ask) {
  struct canned canned, proxy;
  canned_start(&canned, LIST(ok_campaign));
  canned_start(&proxy, LIST("HTTP/1.1 500 No\r\nConnection: close\r\n\r\n"));
  ck_assert_int_eq(setenv("http_proxy", proxy.url, 1), 0);
  cxd_config *config = config_for(canned.url, LIST("auth.token", "tok", "retry.max_attempts", "1"));
  cxd_client *client = client_of(config);
  cxd_campaign_free(got(client, "c-1"));
  ck_assert_uint_eq(canned_count(&proxy), 0);
  cxd_client_free(client);
  set(config, "http.proxy", "env");
  client = client_of(config);
  refused_get(client, "c-1", CXD_E_SERVER, "500");
  ck_assert_uint_eq(canned_count(&proxy), 1);
  cxd_client_free(client);
  cxd_config_free(config);
  ck_assert_int_eq(unsetenv("http_proxy"), 0);
  canned_stop(&proxy);
  canned_stop(&canned);
}
END_TEST

START_TEST(no_proxy_of_any_scheme_is_taken_from_the_environment) {
  static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
  struct canned proxy;
  canned_start(&proxy, LIST("HTTP/1.1 502 No\r\nConnection: close\r\n\r\n"));
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    ck_assert_int_eq(setenv(names[i], proxy.url, 1), 0);
  cxd_config *config = config_for("https://127.0.0.1:1", LIST("auth.token", "tok", "retry.max_attempts", "1"));
  cxd_client *client = client_of(config);
  refused_get(client, "c-1", CXD_E_CONNECT, "127.0.0.1:1");
  ck_assert_uint_eq(canned_count(&proxy), 0);
  cxd_client_free(client);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    ck_assert_int_eq(unsetenv(names[i]), 0);
  cxd_config_free(config);
  canned_stop(&proxy);
}
END_TEST

START_TEST(a_proxy_that_was_named_is_used_whatever_the_environment_excepts) {
  struct canned proxy;
  canned_start(&proxy, LIST(ok_campaign));
  ck_assert_int_eq(setenv("no_proxy", "*", 1), 0);
  ck_assert_int_eq(setenv("NO_PROXY", "*", 1), 0);
  cxd_config *config = config_for("http://127.0.0.1:1", LIST("auth.token", "tok", "http.proxy", proxy.url));
  cxd_client *client = client_of(config);
  cxd_campaign_free(got(client, "c-1"));
  ck_assert_uint_eq(canned_count(&proxy), 1);
  cxd_client_free(client);
  ck_assert_int_eq(unsetenv("no_proxy"), 0);
  ck_assert_int_eq(unsetenv("NO_PROXY"), 0);
  cxd_config_free(config);
  canned_stop(&proxy);
}
END_TEST

START_TEST(a_proxy_on_the_way_to_https_sees_no_credentials) {
  struct canned proxy;
  canned_start(&proxy, LIST("HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=x\r\nConnection: close\r\n\r\n"));
  cxd_config *config = config_for("https://127.0.0.1:1", LIST("http.proxy", proxy.url, "retry.max_attempts", "1"));
  cxd_client *client = client_of(config);
  cxd_campaign *campaign = NULL;
  ck_assert_int_ne(cxd_client_get(client, "c-1", &campaign, NULL), CXD_OK);
  ck_assert_ptr_nonnull(strstr(proxy.last, "CONNECT 127.0.0.1:1 "));
  ck_assert_ptr_null(strcasestr(proxy.last, "authorization"));
  cxd_client_free(client);
  cxd_config_free(config);
  canned_stop(&proxy);
}
END_TEST

/* --------------------------------------------------------------------- somewhere else */

static const char *const moved[] = {"301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect", "300 Multiple Choices"};

START_TEST(a_redirect_takes_no_request_and_no_credentials_elsewhere) {
  struct canned here, elsewhere;
  char reply[512];
  canned_start(&elsewhere, LIST(ok_campaign));
  const char *answers[] = {"", NULL};
  canned_start(&here, answers);
  (void)snprintf(reply, sizeof reply, "HTTP/1.1 %s\r\nLocation: %s/elsewhere\r\nRefresh: 0;url=%s/\r\nConnection: close\r\n\r\n", moved[_i], elsewhere.url, elsewhere.url);
  answers[0] = reply;
  cxd_config *config = config_for(here.url, LIST("auth.token", "canary-token-1234"));
  cxd_client *client = client_of(config);
  cxd_updater *updater = updater_of(config, client);
  refused_get(client, "c-1", CXD_E_PROTOCOL, "answered 30");
  cxd_result_free(applied(updater, calls_change("c-1", 5), CXD_E_PROTOCOL, CXD_OUTCOME_NOT_APPLIED));
  ck_assert_uint_eq(canned_count(&here), 2);
  ck_assert_uint_eq(canned_count(&elsewhere), 0);
  cxd_updater_free(updater);
  cxd_client_free(client);
  cxd_config_free(config);
  canned_stop(&here);
  canned_stop(&elsewhere);
}
END_TEST

START_TEST(a_redirected_token_request_takes_no_secret_elsewhere) {
  static const char *const methods[] = {"basic", "post"};
  for (size_t i = 0; i < 2; i++) {
    struct canned here, elsewhere;
    char reply[512];
    const char *answers[] = {"", NULL};
    canned_start(&elsewhere, LIST("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"access_token\":\"x\",\"token_type\":\"Bearer\"}"));
    canned_start(&here, answers);
    (void)snprintf(reply, sizeof reply, "HTTP/1.1 %s\r\nLocation: %s/token\r\nConnection: close\r\n\r\n", moved[_i], elsewhere.url);
    answers[0] = reply;
    cxd_config *config = config_for("http://127.0.0.1:1", LIST("auth.token_url", here.url, "auth.method", methods[i]));
    cxd_client *client = client_of(config);
    refused_get(client, "c-1", CXD_E_TOKEN, "answered 30");
    ck_assert_uint_eq(canned_count(&here), 1);
    ck_assert_uint_eq(canned_count(&elsewhere), 0);
    cxd_client_free(client);
    cxd_config_free(config);
    canned_stop(&here);
    canned_stop(&elsewhere);
  }
}
END_TEST

START_TEST(nothing_a_server_leaves_behind_comes_back_with_the_next_request) {
  static const char first[] = "HTTP/1.1 200 OK\r\nSet-Cookie: session=canary; Path=/\r\nStrict-Transport-Security: max-age=31536000\r\nAlt-Svc: h2=\"127.0.0.1:1\"; ma=3600\r\nLink: </x>; rel=preload\r\n"
                              "Connection: close\r\n\r\n{\"id\":\"c-1\"}";
  struct canned canned;
  char dir[128], text[256];
  scratch_open(dir);
  char *netrc = scratch_path(dir, ".netrc");
  write_text(netrc, "machine 127.0.0.1 login canary password canary\ndefault login canary password canary\n");
  ck_assert_int_eq(setenv("HOME", dir, 1), 0);
  ck_assert_int_eq(setenv("NETRC", netrc, 1), 0);
  canned_start(&canned, LIST(first, ok_campaign));
  cxd_config *config = config_for(canned.url, LIST("auth.token", "tok"));
  cxd_client *client = client_of(config);
  for (size_t i = 1; i <= 2; i++) {
    cxd_campaign_free(got(client, "c-1"));
    (void)snprintf(text, sizeof text, "Host: %s\r\n", strstr(canned.url, "://") + 3);
    ck_assert_uint_eq(canned_count(&canned), i);
    ck_assert_ptr_nonnull(strstr(canned.last, text));
    ck_assert_ptr_nonnull(strstr(canned.last, "\r\nAuthorization: Bearer tok\r\n"));
    ck_assert_ptr_null(strcasestr(canned.last, "canary"));
    ck_assert_ptr_null(strcasestr(canned.last, "cookie"));
    ck_assert_ptr_null(strcasestr(canned.last, "accept-encoding"));
  }
  cxd_client_free(client);
  cxd_config_free(config);
  canned_stop(&canned);
  free(netrc);
  scratch_close(dir);
}
END_TEST

START_TEST(a_netrc_file_adds_no_credentials_to_a_token_request) {
  struct canned canned;
  char dir[128];
  scratch_open(dir);
  char *netrc = scratch_path(dir, ".netrc");
  write_text(netrc, "machine 127.0.0.1 login canary password canary\n");
  ck_assert_int_eq(setenv("HOME", dir, 1), 0);
  canned_start(&canned, LIST("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nConnection: close\r\n\r\n"));
  cxd_config *config = config_for("http://127.0.0.1:1", LIST("auth.token_url", canned.url, "auth.method", "post"));
  cxd_client *client = client_of(config);
  refused_get(client, "c-1", CXD_E_UNAUTHORIZED, "401");
  ck_assert_uint_eq(canned_count(&canned), 1);
  ck_assert_ptr_null(strcasestr(canned.last, "authorization"));
  cxd_client_free(client);
  cxd_config_free(config);
  canned_stop(&canned);
  free(netrc);
  scratch_close(dir);
}
END_TEST

/* ------------------------------------------------------------------- who we say we are */

/* What a strict server reads after decoding; the simulator of the other tests compares. */
static const struct {
  const char *id, *secret, *method, *form_encode;
} odd[] = {
    {"a:b", "c:d", "basic", "on"},       {"a:b", "c:d", "post", "off"},        {"me", "\xe2\x82\xac uro", "basic", "on"},
    {"me", "\xe2\x82\xac uro", "basic", "off"}, {"me", "\xe2\x82\xac uro", "post", "off"}, {"a%3Ab", "p%q+ &=", "basic", "on"},
    {"me", ":", "basic", "off"},         {"me", "\"\\'<>", "post", "off"},
};

START_TEST(awkward_credentials_arrive_as_they_are) {
  struct rig rig;
  rig_open(&rig, LIST("--client-id", odd[_i].id, "--client-secret", odd[_i].secret), LIST("auth.client_id", odd[_i].id, "auth.client_secret", odd[_i].secret, "auth.method", odd[_i].method, "auth.basic_form_encode", odd[_i].form_encode));
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  rig_close(&rig);
}
END_TEST

START_TEST(an_id_that_basic_cannot_carry_is_refused_before_anything_is_sent) {
  struct canned canned;
  canned_start(&canned, LIST(ok_campaign));
  cxd_config *config = config_for(canned.url, LIST("auth.client_id", "a:b"));
  cxd_client *client = client_of(config);
  refused_get(client, "c-1", CXD_E_CONFIG, "basic_form_encode");
  ck_assert_uint_eq(canned_count(&canned), 0);
  cxd_client_free(client);
  set(config, "auth.token", "tok"); /* and does not matter when it is not sent */
  client = client_of(config);
  cxd_campaign_free(got(client, "c-1"));
  cxd_client_free(client);
  cxd_config_free(config);
  canned_stop(&canned);
}
END_TEST

START_TEST(the_query_of_a_token_url_is_in_no_message) {
  static const char *const replies[] = {"HTTP/1.1 400 No\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nno JSON", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", ""};
  for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
    struct canned canned;
    char url[128];
    cxd_error *error = NULL;
    cxd_campaign *campaign = NULL;
    canned_start(&canned, LIST(replies[i]));
    (void)snprintf(url, sizeof url, "%s/token?key=canary", canned.url);
    cxd_config *config = config_for(canned.url, LIST("auth.token_url", url));
    cxd_client *client = client_of(config);
    ck_assert_int_ne(cxd_client_get(client, "c-1", &campaign, &error), CXD_OK);
    ck_assert_ptr_nonnull(strstr(canned.last, "POST /token?key=canary HTTP/1.1"));
    ck_assert_msg(strstr(cxd_error_message(error), "canary") == NULL, "%s", cxd_error_message(error));
    ck_assert_msg(strstr(cxd_error_message(error), "/token") != NULL, "%s", cxd_error_message(error));
    cxd_error_free(error);
    cxd_client_free(client);
    cxd_config_free(config);
    canned_stop(&canned);
  }
}
END_TEST

/* ------------------------------------------------------------------------------- TLS */

struct tls {
  char dir[128];
  char *cert, *key;
};

static void tls_open(struct tls *tls) {
  char command[1024];
  scratch_open(tls->dir);
  tls->cert = scratch_path(tls->dir, "cert.pem");
  tls->key = scratch_path(tls->dir, "key.pem");
  (void)snprintf(command, sizeof command,
                 "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=cxdialer-sim -addext subjectAltName=IP:127.0.0.1 -keyout '%s' -out '%s' 2>/dev/null", tls->key, tls->cert);
  ck_assert_int_eq(system(command), 0);
}

static void tls_close(struct tls *tls) {
  free(tls->cert);
  free(tls->key);
  scratch_close(tls->dir);
}

START_TEST(an_own_authority_is_trusted) {
  struct tls tls;
  struct rig rig;
  tls_open(&tls);
  rig_open(&rig, LIST("--tls-cert", tls.cert, "--tls-key", tls.key), LIST("http.ca_file", tls.cert));
  ck_assert_int_eq(strncmp(rig.sim.url, "https://", 8), 0);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  rig_close(&rig);
  tls_close(&tls);
}
END_TEST

START_TEST(an_unknown_certificate_gets_nothing_not_even_twice) {
  struct tls tls;
  struct rig rig;
  tls_open(&tls);
  rig_open(&rig, LIST("--tls-cert", tls.cert, "--tls-key", tls.key), NULL);
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_client_get(rig.client, SAMPLE_ID, &campaign, &error), CXD_E_TLS);
  ck_assert_int_eq(cxd_error_retryable(error), 0);
  cxd_error_free(error);
  ck_assert_uint_eq(sim_count(&rig.sim, NULL), 0);
  rig_close(&rig);
  tls_close(&tls);
}
END_TEST

START_TEST(a_certificate_of_another_host_is_refused) {
  struct tls tls;
  struct rig rig;
  char url[64];
  tls_open(&tls);
  rig_open(&rig, LIST("--tls-cert", tls.cert, "--tls-key", tls.key), LIST("http.ca_file", tls.cert));
  (void)snprintf(url, sizeof url, "https://localhost%s", strrchr(rig.sim.url, ':'));
  set(rig.config, "api.base_url", url);
  cxd_client *client = client_of(rig.config);
  cxd_campaign *campaign = NULL;
  ck_assert_int_eq(cxd_client_get(client, SAMPLE_ID, &campaign, NULL), CXD_E_TLS);
  ck_assert_uint_eq(sim_count(&rig.sim, NULL), 0);
  cxd_client_free(client);
  rig_close(&rig);
  tls_close(&tls);
}
END_TEST

START_TEST(a_missing_authority_file_is_an_error_not_a_fallback) {
  static const char *const keys[] = {"http.ca_file", "http.client_cert", "http.client_key"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    cxd_config *config = NULL;
    cxd_client *client = NULL;
    cxd_error *error = NULL;
    ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
    ck_assert_int_eq(cxd_config_set(config, keys[i], "/nonexistent/ca.pem", NULL), CXD_OK);
    ck_assert_int_eq(cxd_client_new(config, &client, &error), CXD_E_CONFIG);
    ck_assert_ptr_null(client);
    ck_assert_str_eq(cxd_error_field(error), keys[i]);
    ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "/nonexistent/ca.pem"));
    cxd_error_free(error);
    cxd_config_free(config);
  }
}
END_TEST

/* ---------------------------------------------------------------------- descriptors */

/* libcurl's way to wake itself, which it makes without asking; nothing is ever said on it. */
static int is_pair(int fd) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  return getsockname(fd, (struct sockaddr *)&address, &size) == 0 && address.ss_family == AF_UNIX;
}

static size_t inherited(void) {
  size_t count = 0;
  DIR *all = opendir("/proc/self/fd");
  ck_assert_ptr_nonnull(all);
  for (struct dirent *e; (e = readdir(all));) {
    int fd = atoi(e->d_name), flags = fcntl(fd, F_GETFD);
    count += e->d_name[0] != '.' && flags >= 0 && !(flags & FD_CLOEXEC) && !is_pair(fd);
  }
  (void)closedir(all);
  return count;
}

static int32_t count_inside(void *user_data, const cxd_result *result) {
  (void)result;
  *(size_t *)user_data = inherited();
  return CXD_ACCEPTED;
}

START_TEST(no_descriptor_is_passed_on_to_programs_of_the_host) {
  struct rig rig;
  size_t before = inherited(), during = 0;
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  cxd_callback callback = {.size = sizeof callback, .user_data = &during, .on_result = count_inside};
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_uint_eq(during, before);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("transport");
  TCase *tc = tcase_create("transport");
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_test(tc, plain_http_is_for_this_machine_only);
  tcase_add_test(tc, plain_http_can_be_forbidden_and_allowed);
  tcase_add_test(tc, a_plain_token_url_is_held_to_the_same_rule);
  tcase_add_test(tc, two_sources_of_a_secret_contradict);
  tcase_add_test(tc, missing_credentials_are_named);
  tcase_add_test(tc, a_base_url_may_end_in_slashes_and_have_a_path);
  tcase_add_test(tc, an_own_campaign_path_is_used);
  tcase_add_test(tc, a_refused_connection_is_tried_again_and_then_told);
  tcase_add_test(tc, proxies_of_the_environment_are_for_those_who_ask);
  tcase_add_test(tc, no_proxy_of_any_scheme_is_taken_from_the_environment);
  tcase_add_test(tc, a_proxy_that_was_named_is_used_whatever_the_environment_excepts);
  tcase_add_test(tc, a_proxy_on_the_way_to_https_sees_no_credentials);
  tcase_add_loop_test(tc, a_redirect_takes_no_request_and_no_credentials_elsewhere, 0, (int)(sizeof moved / sizeof *moved));
  tcase_add_loop_test(tc, a_redirected_token_request_takes_no_secret_elsewhere, 0, (int)(sizeof moved / sizeof *moved));
  tcase_add_test(tc, nothing_a_server_leaves_behind_comes_back_with_the_next_request);
  tcase_add_test(tc, a_netrc_file_adds_no_credentials_to_a_token_request);
  tcase_add_loop_test(tc, awkward_credentials_arrive_as_they_are, 0, (int)(sizeof odd / sizeof *odd));
  tcase_add_test(tc, an_id_that_basic_cannot_carry_is_refused_before_anything_is_sent);
  tcase_add_test(tc, the_query_of_a_token_url_is_in_no_message);
  tcase_add_test(tc, an_own_authority_is_trusted);
  tcase_add_test(tc, an_unknown_certificate_gets_nothing_not_even_twice);
  tcase_add_test(tc, a_certificate_of_another_host_is_refused);
  tcase_add_test(tc, a_missing_authority_file_is_an_error_not_a_fallback);
  tcase_add_test(tc, no_descriptor_is_passed_on_to_programs_of_the_host);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
