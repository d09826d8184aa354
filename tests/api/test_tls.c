/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Who is trusted, and who we are: versions, certificates of servers, certificates of clients. */
#define _GNU_SOURCE /* forkpty, setenv */
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"
#include "run.h"
#include "tls.h"

static const char campaign[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"id\":\"c-1\"}";

#define HOUR 3600L
#define DAY 86400L

/* An authority, a server's certificate of it and two clients' ones, in a directory of their own. */
static char dir[128];
static struct tls_ca *ca;
static char *ca_file, *cert, *key, *alice, *alice_key, *bob, *bob_key;

static void issue(const struct tls_ca *by, const char *name, const char *where, long from_s, long to_s, const char *cert_path, const char *key_path) {
  struct tls_subject subject = {.name = name, .where = where, .from_s = from_s, .to_s = to_s};
  tls_issue(by, &subject, cert_path, key_path);
}

static void setup(void) {
  scratch_open(dir);
  ca_file = scratch_path(dir, "ca.pem");
  cert = scratch_path(dir, "server.pem");
  key = scratch_path(dir, "server.key");
  alice = scratch_path(dir, "alice.pem");
  alice_key = scratch_path(dir, "alice.key");
  bob = scratch_path(dir, "bob.pem");
  bob_key = scratch_path(dir, "bob.key");
  ca = tls_ca_new("an authority");
  tls_ca_write(ca, ca_file);
  issue(ca, "server", "IP:127.0.0.1", -HOUR, DAY, cert, key);
  issue(ca, "alice", NULL, -HOUR, DAY, alice, alice_key);
  issue(ca, "bob", NULL, -HOUR, DAY, bob, bob_key);
}

static void teardown(void) {
  tls_ca_free(ca);
  char *const paths[] = {ca_file, cert, key, alice, alice_key, bob, bob_key};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    free(paths[i]);
  scratch_close(dir);
}

static void start(struct tls_server *server) {
  if (!server->cert) {
    server->cert = cert;
    server->key = key;
  }
  server->reply = campaign;
  tls_server_start(server);
}

static cxd_client *client_for(const char *url, const char *const settings[]) {
  cxd_config *config = config_for(url, LIST("auth.token", "canary-token-1234", "http.ca_file", ca_file, "retry.max_attempts", "2"));
  for (size_t i = 0; settings && settings[i]; i += 2)
    set(config, settings[i], settings[i + 1]);
  cxd_client *client = client_of(config);
  cxd_config_free(config);
  return client;
}

static void ck_get(const char *url, const char *const settings[]) {
  cxd_client *client = client_for(url, settings);
  cxd_campaign_free(got(client, "c-1"));
  cxd_client_free(client);
}

static void ck_refused(const char *url, const char *const settings[], const char *part) {
  cxd_client *client = client_for(url, settings);
  refused_get(client, "c-1", CXD_E_TLS, part);
  cxd_client_free(client);
}

/* ---------------------------------------------------------------------- versions */

START_TEST(tls_1_2_and_1_3_are_spoken) {
  static const struct {
    int version;
    const char *name;
  } good[] = {{TLS1_2_VERSION, "TLSv1.2 "}, {TLS1_3_VERSION, "TLSv1.3 "}};
  struct tls_server server = {.oldest = good[_i].version, .newest = good[_i].version};
  start(&server);
  ck_get(server.url, NULL);
  tls_server_stop(&server);
  ck_assert_str_eq(server.versions, good[_i].name);
}
END_TEST

START_TEST(tls_1_1_is_refused_also_where_the_system_would_take_it) {
  struct tls_server server = {.oldest = TLS1_VERSION, .newest = TLS1_1_VERSION};
  start(&server);
  ck_refused(server.url, NULL, server.url);
  tls_server_stop(&server);
  ck_assert_uint_gt(server.connections, 0);
  ck_assert_str_eq(server.versions, "");
}
END_TEST

/* -------------------------------------------------------------------- who is it? */

static const struct {
  const char *name, *where;
  long from_s, to_s;
  int self_signed;
} strangers[] = {
    {"expired", "IP:127.0.0.1", -DAY, -HOUR, 0},        {"not yet valid", "IP:127.0.0.1", HOUR, DAY, 0},       {"signed by itself", "IP:127.0.0.1", -HOUR, DAY, 1},
    {"another address", "IP:127.0.0.2", -HOUR, DAY, 0}, {"another name", "DNS:api.example.com", -HOUR, DAY, 0}, {"127.0.0.1", "DNS:localhost", -HOUR, DAY, 0},
};

START_TEST(a_server_that_cannot_prove_who_it_is_gets_nothing) {
  issue(strangers[_i].self_signed ? NULL : ca, strangers[_i].name, strangers[_i].where, strangers[_i].from_s, strangers[_i].to_s, cert, key);
  struct tls_server server = {0};
  start(&server);
  ck_refused(server.url, NULL, "certificate");
  tls_server_stop(&server);
  ck_assert_uint_eq(server.connections, 1); /* and is not asked twice */
  ck_assert_uint_eq(server.requests, 0);
}
END_TEST

START_TEST(variables_of_openssl_and_curl_add_no_trust) {
  struct tls_server server = {0};
  char *empty = scratch_path(dir, "other.pem");
  struct tls_ca *other = tls_ca_new("another authority");
  tls_ca_write(other, empty);
  static const char *const names[] = {"SSL_CERT_FILE", "CURL_CA_BUNDLE"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    ck_assert_int_eq(setenv(names[i], ca_file, 1), 0);
  ck_assert_int_eq(setenv("SSL_CERT_DIR", dir, 1), 0);
  start(&server);
  ck_refused(server.url, LIST("http.ca_file", empty), "certificate");
  ck_refused(server.url, LIST("http.ca_file", ""), "certificate");
  tls_server_stop(&server);
  ck_assert_uint_eq(server.requests, 0);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    ck_assert_int_eq(unsetenv(names[i]), 0);
  ck_assert_int_eq(unsetenv("SSL_CERT_DIR"), 0);
  tls_ca_free(other);
  free(empty);
}
END_TEST

START_TEST(a_ca_file_without_a_certificate_is_named) {
  struct tls_server server = {0};
  char *rubbish = scratch_path(dir, "rubbish.pem");
  write_text(rubbish, "no certificate\n");
  start(&server);
  ck_refused(server.url, LIST("http.ca_file", rubbish), "http.ca_file");
  tls_server_stop(&server);
  ck_assert_uint_eq(server.requests, 0);
  free(rubbish);
}
END_TEST

/* ------------------------------------------------------------------- who are we? */

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

START_TEST(a_demanded_client_certificate_is_shown) {
  struct tls_server server = {.clients = ca_file, .oldest = versions[_i], .newest = versions[_i]};
  start(&server);
  ck_get(server.url, LIST("http.client_cert", alice, "http.client_key", alice_key));
  tls_server_stop(&server);
  ck_assert_str_eq(server.peers, "alice ");
}
END_TEST

START_TEST(a_client_certificate_with_its_key_in_one_file_is_enough) {
  struct tls_server server = {.clients = ca_file};
  char *both = scratch_path(dir, "both.pem"), *parts[] = {text_of_file(alice), text_of_file(alice_key)}, text[8192];
  (void)snprintf(text, sizeof text, "%s%s", parts[0], parts[1]);
  write_text(both, text);
  start(&server);
  ck_get(server.url, LIST("http.client_cert", both));
  tls_server_stop(&server);
  ck_assert_str_eq(server.peers, "alice ");
  free(parts[0]);
  free(parts[1]);
  free(both);
}
END_TEST

START_TEST(a_server_that_misses_a_client_certificate_is_understood) {
  struct tls_server server = {.clients = ca_file, .oldest = versions[_i], .newest = versions[_i]};
  start(&server);
  ck_refused(server.url, NULL, "http.client_cert");
  tls_server_stop(&server);
  ck_assert_uint_eq(server.requests, 0);
}
END_TEST

START_TEST(a_client_certificate_of_an_unknown_authority_is_told) {
  struct tls_server server = {.clients = ca_file, .oldest = versions[_i], .newest = versions[_i]};
  issue(NULL, "mallory", NULL, -HOUR, DAY, alice, alice_key);
  start(&server);
  ck_refused(server.url, LIST("http.client_cert", alice, "http.client_key", alice_key), "http.client_cert");
  tls_server_stop(&server);
  ck_assert_uint_eq(server.requests, 0);
}
END_TEST

START_TEST(a_key_of_another_certificate_is_told_and_nobody_is_called) {
  struct tls_server server = {.clients = ca_file};
  start(&server);
  ck_refused(server.url, LIST("http.client_cert", alice, "http.client_key", bob_key), "http.client_key");
  tls_server_stop(&server);
  ck_assert_uint_eq(server.requests, 0);
}
END_TEST

START_TEST(connections_are_never_shared_between_certificates) {
  struct tls_server server = {.clients = ca_file};
  start(&server);
  cxd_client *first = client_for(server.url, LIST("http.client_cert", alice, "http.client_key", alice_key));
  cxd_client *second = client_for(server.url, LIST("http.client_cert", bob, "http.client_key", bob_key));
  for (int i = 0; i < 2; i++) { /* with both connections open */
    cxd_campaign_free(got(first, "c-1"));
    cxd_campaign_free(got(second, "c-1"));
  }
  cxd_client_free(first);
  cxd_client_free(second);
  tls_server_stop(&server);
  ck_assert_str_eq(server.peers, "alice bob ");
  ck_assert_uint_eq(server.requests, 4);
}
END_TEST

/* ----------------------------------------------------------- files that are no good */

static void ck_config_refuses(const char *const settings[], const char *field, const char *part) {
  cxd_config *config = config_for("https://127.0.0.1:1", settings);
  cxd_client *client = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_client_new(config, &client, &error), CXD_E_CONFIG);
  ck_assert_ptr_null(client);
  ck_assert_str_eq(cxd_error_field(error), field);
  ck_error(&error, CXD_E_CONFIG, part);
  cxd_config_free(config);
}

START_TEST(a_key_without_a_certificate_is_refused) { ck_config_refuses(LIST("http.client_key", alice_key), "http.client_key", "http.client_cert"); }
END_TEST

START_TEST(files_that_are_no_regular_files_are_refused_and_not_waited_for) {
  char *fifo = scratch_path(dir, "fifo");
  ck_assert_int_eq(mkfifo(fifo, 0600), 0);
  ck_config_refuses(LIST("http.ca_file", fifo), "http.ca_file", "not a regular file");
  ck_config_refuses(LIST("http.client_cert", fifo), "http.client_cert", "not a regular file");
  ck_config_refuses(LIST("http.client_cert", alice, "http.client_key", fifo), "http.client_key", "not a regular file");
  ck_config_refuses(LIST("http.ca_file", dir), "http.ca_file", "not a regular file");
  free(fifo);
}
END_TEST

/* What a program says on its terminal until it ends, or until it has said something and waits. */
static size_t said_on(int terminal, char *text, size_t size) {
  size_t len = 0;
  struct pollfd fd = {.fd = terminal, .events = POLLIN};
  while (len + 1 < size && poll(&fd, 1, HANG_S * 1000) == 1) {
    ssize_t n = read(terminal, text + len, size - 1 - len);
    if (n <= 0)
      break; /* the other end is closed: EIO */
    len += (size_t)n;
    if (memchr(text, ':', len))
      break; /* a question */
  }
  text[len] = '\0';
  return len;
}

/* OpenSSL asks the terminal of the process for a pass phrase when nobody stops it. */
/* Connections are taken by the system; nobody ever talks on them. */
static int listen_only(char url[64]) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, size), 0);
  ck_assert_int_eq(listen(fd, 8), 0);
  ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
  (void)snprintf(url, 64, "https://127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
  return fd;
}

static int pass_phrase_is_told(const char *url) {
  cxd_client *client = client_for(url, LIST("http.client_cert", alice, "http.client_key", alice_key));
  cxd_campaign *found = NULL;
  cxd_error *error = NULL;
  return cxd_client_get(client, "c-1", &found, &error) == CXD_E_TLS && strstr(cxd_error_message(error), "pass phrase") && strstr(cxd_error_message(error), "http.client_key");
}

START_TEST(a_key_with_a_pass_phrase_is_told_and_never_asked_for_on_the_terminal) {
  struct tls_subject subject = {.name = "carol", .from_s = -HOUR, .to_s = DAY, .pass = "canary-pass"};
  char text[1024], url[64];
  int terminal, status = -1, listener = listen_only(url);
  tls_issue(ca, &subject, alice, alice_key);
  pid_t child = forkpty(&terminal, NULL, NULL, NULL);
  if (child == 0)
    _exit(pass_phrase_is_told(url) ? 0 : 1);
  size_t len = said_on(terminal, text, sizeof text);
  if (len)
    (void)kill(child, SIGKILL);
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  (void)close(terminal);
  (void)close(listener);
  ck_assert_msg(len == 0, "it said on the terminal: %s", text);
  ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
}
END_TEST

/* A system that allows everything: what is refused here is refused by the library. Read before OpenSSL is used first. */
static void allow_everything(void) {
  char path[] = "/tmp/cxdialer-openssl-XXXXXX";
  int fd = mkstemp(path);
  FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
  if (!file || fputs("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = old\n[old]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n", file) < 0 || fclose(file) != 0)
    exit(EXIT_FAILURE);
  (void)setenv("OPENSSL_CONF", path, 1);
  OPENSSL_init_ssl(0, NULL);
  (void)unlink(path);
  (void)unsetenv("OPENSSL_CONF");
}

int main(void) {
  Suite *suite = suite_create("tls");
  TCase *tc = tcase_create("tls");
  allow_everything();
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_loop_test(tc, tls_1_2_and_1_3_are_spoken, 0, 2);
  tcase_add_test(tc, tls_1_1_is_refused_also_where_the_system_would_take_it);
  tcase_add_loop_test(tc, a_server_that_cannot_prove_who_it_is_gets_nothing, 0, (int)(sizeof strangers / sizeof *strangers));
  tcase_add_test(tc, variables_of_openssl_and_curl_add_no_trust);
  tcase_add_test(tc, a_ca_file_without_a_certificate_is_named);
  tcase_add_loop_test(tc, a_demanded_client_certificate_is_shown, 0, 2);
  tcase_add_test(tc, a_client_certificate_with_its_key_in_one_file_is_enough);
  tcase_add_loop_test(tc, a_server_that_misses_a_client_certificate_is_understood, 0, 2);
  tcase_add_loop_test(tc, a_client_certificate_of_an_unknown_authority_is_told, 0, 2);
  tcase_add_test(tc, a_key_of_another_certificate_is_told_and_nobody_is_called);
  tcase_add_test(tc, connections_are_never_shared_between_certificates);
  tcase_add_test(tc, a_key_without_a_certificate_is_refused);
  tcase_add_test(tc, files_that_are_no_regular_files_are_refused_and_not_waited_for);
  tcase_add_test(tc, a_key_with_a_pass_phrase_is_told_and_never_asked_for_on_the_terminal);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
