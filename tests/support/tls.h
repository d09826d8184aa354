/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_TLS_H
#define CXD_TESTS_TLS_H

#include <pthread.h>
#include <stddef.h>

/* Certificates made on the spot, and a server that uses them. Everything here fails the running test when it does not work out. */
struct tls_ca;

struct tls_ca *tls_ca_new(const char *name);
void tls_ca_write(const struct tls_ca *ca, const char *path);
void tls_ca_free(struct tls_ca *ca);

/* Writes a certificate with its key; ca NULL: signed by itself. Valid from and to: seconds from now. */
struct tls_subject {
  const char *name;  /* common name */
  const char *where; /* subjectAltName, "IP:127.0.0.1"; NULL: none */
  long from_s, to_s;
  const char *pass;  /* pass phrase of the key; NULL: not encrypted */
};
void tls_issue(const struct tls_ca *ca, const struct tls_subject *subject, const char *cert_path, const char *key_path);

/* A server on a free port of 127.0.0.1 that answers every request with the same text. */
struct tls_server {
  const char *cert, *key;
  const char *clients;          /* NULL, or the authority of the client certificates it demands */
  int oldest, newest;           /* TLS1_VERSION, ...; 0: as the library likes it */
  const char *reply;

  /* filled by the server */
  int listener;
  char url[64];
  pthread_t thread;
  pthread_mutex_t lock;         /* guards what follows */
  size_t connections, requests;
  char versions[256], peers[256]; /* of the finished handshakes: "TLSv1.3 ", "alice ", ... */
};

void tls_server_start(struct tls_server *server);
void tls_server_stop(struct tls_server *server);
size_t tls_server_requests(struct tls_server *server);

#endif
