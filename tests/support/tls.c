/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* accept4 */
#include "tls.h"

#include <arpa/inet.h>
#include <check.h>
#include <signal.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ------------------------------------------------------------------ certificates */

struct tls_ca {
  EVP_PKEY *key;
  X509 *cert;
};

static void extend(X509 *cert, X509 *issuer, int nid, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
  ck_assert_ptr_nonnull(extension);
  ck_assert_int_eq(X509_add_ext(cert, extension, -1), 1);
  X509_EXTENSION_free(extension);
}

static X509 *make(const struct tls_subject *subject, EVP_PKEY *key, const struct tls_ca *ca, int authority) {
  static long serial;
  X509 *cert = X509_new();
  ck_assert_int_eq(X509_set_version(cert, 2), 1);
  ck_assert_int_eq(ASN1_INTEGER_set(X509_get_serialNumber(cert), ++serial + (long)getpid() * 100), 1);
  ck_assert_ptr_nonnull(X509_gmtime_adj(X509_getm_notBefore(cert), subject->from_s));
  ck_assert_ptr_nonnull(X509_gmtime_adj(X509_getm_notAfter(cert), subject->to_s));
  ck_assert_int_eq(X509_set_pubkey(cert, key), 1);
  ck_assert_int_eq(X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC, (const unsigned char *)subject->name, -1, -1, 0), 1);
  ck_assert_int_eq(X509_set_issuer_name(cert, X509_get_subject_name(ca ? ca->cert : cert)), 1);
  extend(cert, ca ? ca->cert : cert, NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (subject->where)
    extend(cert, ca ? ca->cert : cert, NID_subject_alt_name, subject->where);
  ck_assert_int_gt(X509_sign(cert, ca ? ca->key : key, EVP_sha256()), 0);
  return cert;
}

struct tls_ca *tls_ca_new(const char *name) {
  struct tls_ca *ca = calloc(1, sizeof *ca);
  struct tls_subject subject = {.name = name, .from_s = -3600, .to_s = 86400};
  ck_assert_ptr_nonnull(ca);
  ca->key = EVP_EC_gen("P-256");
  ca->cert = make(&subject, ca->key, NULL, 1);
  return ca;
}

static FILE *create(const char *path) {
  FILE *file = fopen(path, "w");
  ck_assert_msg(file != NULL, "%s", path);
  return file;
}

static void write_cert(X509 *cert, const char *path) {
  FILE *file = create(path);
  ck_assert_int_eq(PEM_write_X509(file, cert), 1);
  ck_assert_int_eq(fclose(file), 0);
}

static void write_key(EVP_PKEY *key, const char *pass, const char *path) {
  FILE *file = create(path);
  int len = pass ? (int)strlen(pass) : 0;
  ck_assert_int_eq(PEM_write_PKCS8PrivateKey(file, key, pass ? EVP_aes_128_cbc() : NULL, pass, len, NULL, NULL), 1);
  ck_assert_int_eq(fclose(file), 0);
}

void tls_ca_write(const struct tls_ca *ca, const char *path) { write_cert(ca->cert, path); }

void tls_ca_free(struct tls_ca *ca) {
  X509_free(ca->cert);
  EVP_PKEY_free(ca->key);
  free(ca);
}

void tls_issue(const struct tls_ca *ca, const struct tls_subject *subject, const char *cert_path, const char *key_path) {
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *cert = make(subject, key, ca, 0);
  write_cert(cert, cert_path);
  write_key(key, subject->pass, key_path);
  X509_free(cert);
  EVP_PKEY_free(key);
}

/* ------------------------------------------------------------------------ server */

static void note(char *list, size_t size, const char *word) {
  size_t len = strlen(list);
  (void)snprintf(list + len, size - len, "%s ", word);
}

static void note_handshake(struct tls_server *server, SSL *ssl) {
  char name[64] = "nobody";
  X509 *peer = SSL_get1_peer_certificate(ssl);
  if (peer)
    (void)X509_NAME_get_text_by_NID(X509_get_subject_name(peer), NID_commonName, name, sizeof name);
  X509_free(peer);
  (void)pthread_mutex_lock(&server->lock);
  note(server->versions, sizeof server->versions, SSL_get_version(ssl));
  note(server->peers, sizeof server->peers, name);
  (void)pthread_mutex_unlock(&server->lock);
}

/* Requests of these tests are GETs: they end with their head. */
static int read_request(SSL *ssl) {
  char text[16384];
  size_t len = 0;
  while (len + 1 < sizeof text) {
    int n = SSL_read(ssl, text + len, (int)(sizeof text - 1 - len));
    if (n <= 0)
      return 0;
    len += (size_t)n;
    text[len] = '\0';
    if (strstr(text, "\r\n\r\n"))
      return 1;
  }
  return 0;
}

/* To close on bytes that nobody has read would reset the connection and could take the alert with it. */
static void drain(int fd) {
  char bytes[1024];
  (void)shutdown(fd, SHUT_WR);
  while (read(fd, bytes, sizeof bytes) > 0)
    ;
}

static void talk(struct tls_server *server, SSL *ssl) {
  if (SSL_accept(ssl) != 1) {
    drain(SSL_get_fd(ssl));
    return;
  }
  note_handshake(server, ssl);
  while (read_request(ssl)) {
    (void)pthread_mutex_lock(&server->lock);
    server->requests++;
    (void)pthread_mutex_unlock(&server->lock);
    (void)SSL_write(ssl, server->reply, (int)strlen(server->reply));
  }
  (void)SSL_shutdown(ssl);
}

struct guest {
  struct tls_server *server;
  SSL_CTX *context;
  int fd;
};

static void *entertain(void *context) {
  struct guest *guest = context;
  SSL *ssl = SSL_new(guest->context);
  if (ssl && SSL_set_fd(ssl, guest->fd) == 1)
    talk(guest->server, ssl);
  SSL_free(ssl);
  (void)close(guest->fd);
  return NULL;
}

static SSL_CTX *context_of(const struct tls_server *server) {
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  ck_assert_ptr_nonnull(context);
  SSL_CTX_set_security_level(context, 0); /* TLS 1.1 needs it */
  ck_assert_int_eq(SSL_CTX_set_min_proto_version(context, server->oldest), 1);
  ck_assert_int_eq(SSL_CTX_set_max_proto_version(context, server->newest), 1);
  ck_assert_int_eq(SSL_CTX_use_certificate_file(context, server->cert, SSL_FILETYPE_PEM), 1);
  ck_assert_int_eq(SSL_CTX_use_PrivateKey_file(context, server->key, SSL_FILETYPE_PEM), 1);
  if (server->clients) {
    ck_assert_int_eq(SSL_CTX_load_verify_locations(context, server->clients, NULL), 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    ck_assert_int_eq(SSL_CTX_set_session_id_context(context, (const unsigned char *)"t", 1), 1);
  }
  return context;
}

/* A thread for each guest: connections that are kept must not keep others waiting. */
static void *serve(void *argument) {
  struct tls_server *server = argument;
  SSL_CTX *context = context_of(server);
  sigset_t pipe_only; /* guests may be gone; their threads take this over */
  (void)sigemptyset(&pipe_only);
  (void)sigaddset(&pipe_only, SIGPIPE);
  (void)pthread_sigmask(SIG_BLOCK, &pipe_only, NULL);
  struct guest guests[64];
  pthread_t threads[64];
  size_t count = 0;
  for (int fd; count < 64 && (fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0; count++) {
    (void)pthread_mutex_lock(&server->lock);
    server->connections++;
    (void)pthread_mutex_unlock(&server->lock);
    guests[count] = (struct guest){server, context, fd};
    ck_assert_int_eq(pthread_create(&threads[count], NULL, entertain, &guests[count]), 0);
  }
  for (size_t i = 0; i < count; i++)
    (void)pthread_join(threads[i], NULL);
  SSL_CTX_free(context);
  return NULL;
}

void tls_server_start(struct tls_server *server) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  server->connections = server->requests = 0;
  server->versions[0] = server->peers[0] = '\0';
  server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_eq(bind(server->listener, (struct sockaddr *)&address, size), 0);
  ck_assert_int_eq(listen(server->listener, 64), 0);
  ck_assert_int_eq(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
  (void)snprintf(server->url, sizeof server->url, "https://127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
  ck_assert_int_eq(pthread_mutex_init(&server->lock, NULL), 0);
  ck_assert_int_eq(pthread_create(&server->thread, NULL, serve, server), 0);
}

/* The clients must have closed their connections. */
void tls_server_stop(struct tls_server *server) {
  (void)shutdown(server->listener, SHUT_RDWR);
  (void)pthread_join(server->thread, NULL);
  (void)close(server->listener);
  (void)pthread_mutex_destroy(&server->lock);
}

size_t tls_server_requests(struct tls_server *server) {
  (void)pthread_mutex_lock(&server->lock);
  size_t count = server->requests;
  (void)pthread_mutex_unlock(&server->lock);
  return count;
}
