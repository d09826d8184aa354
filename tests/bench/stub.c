/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* accept4, memmem, strcasestr */
#include "stub.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <netinet/tcp.h>
#include <unistd.h>

const char STUB_REPLY[] =
    "HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 16:00:00 GMT\r\nContent-Type: application/json\r\nETag: \"7f3a9c52\"\r\n"
    "X-Request-Id: 0193f5d2-7c1e-7a44-9d8b-3e5f6a7b8c9d\r\nContent-Length: 101\r\n\r\n"
    "{\"campaignId\":\"c-4711\",\"maxConcurrentCalls\":150,\"pacing\":{\"interval\":30,\"throttle\":0.85},\"version\":8}";

struct guest {
  int fd;
  SSL *ssl;
  size_t len;
  char text[65536];
};

static long receive(struct guest *g, char *to, size_t room) {
  if (!g->ssl)
    return recv(g->fd, to, room, 0);
  int n = SSL_read(g->ssl, to, (int)room);
  if (n > 0)
    return n;
  int why = SSL_get_error(g->ssl, n);
  errno = EAGAIN;
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? -1 : 0;
}

static void say(struct guest *g, const char *text, size_t len) {
  if (g->ssl)
    (void)SSL_write(g->ssl, text, (int)len);
  else
    (void)send(g->fd, text, len, MSG_NOSIGNAL);
}

/* The length of the whole request at the start of the text; 0: not all there yet. */
static size_t whole(struct guest *g, struct stub_counts *counts) {
  g->text[g->len] = '\0';
  const char *end = memmem(g->text, g->len, "\r\n\r\n", 4);
  if (!end)
    return 0;
  const char *length = strcasestr(g->text, "\r\ncontent-length:"), *expect = strcasestr(g->text, "\r\nexpect:");
  size_t head = (size_t)(end - g->text) + 4, body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
  if (g->len < head + body)
    return 0;
  counts->expects += expect && expect < end;
  return head + body;
}

static void answer(struct guest *g, const struct stub *stub) {
  for (size_t n; (n = whole(g, stub->counts)) != 0;) {
    stub->counts->requests++;
    say(g, stub->reply, strlen(stub->reply));
    g->len -= n;
    memmove(g->text, g->text + n, g->len);
  }
}

static void leave(struct guest *g) {
  (void)close(g->fd);
  SSL_free(g->ssl);
  free(g);
}

static void hear(struct guest *g, const struct stub *stub) {
  for (;;) {
    long n = receive(g, g->text + g->len, sizeof g->text - 1 - g->len);
    if (n < 0)
      return;
    if (n == 0) {
      leave(g);
      return;
    }
    g->len += (size_t)n;
    answer(g, stub);
    if (!g->ssl) /* what is left makes the descriptor readable again */
      return;
  }
}

static void welcome(int epoll, const struct stub *stub, SSL_CTX *context) {
  int fd = accept4(stub->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
  struct guest *g = fd < 0 ? NULL : calloc(1, sizeof *g);
  if (!g)
    return;
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  stub->counts->connections++;
  g->fd = fd;
  if (context && (g->ssl = SSL_new(context)) != NULL) {
    (void)SSL_set_fd(g->ssl, fd);
    SSL_set_accept_state(g->ssl);
  }
  struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = g}};
  (void)epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void serve(const struct stub *stub, SSL_CTX *context) {
  struct epoll_event events[64], event = {.events = EPOLLIN, .data = {.ptr = NULL}};
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  (void)epoll_ctl(epoll, EPOLL_CTL_ADD, stub->listener, &event);
  for (;;) {
    int count = epoll_wait(epoll, events, 64, -1);
    for (int i = 0; i < count; i++)
      if (events[i].data.ptr)
        hear(events[i].data.ptr, stub);
      else
        welcome(epoll, stub, context);
  }
}

/* ------------------------------------------------------------------ its certificate */

static int extend(X509 *cert, int nid, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, cert, cert, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
  int bad = !extension || X509_add_ext(cert, extension, -1) != 1;
  X509_EXTENSION_free(extension);
  return bad;
}

static X509 *certificate(EVP_PKEY *key) {
  X509 *cert = X509_new();
  int bad = !cert || !key || X509_set_version(cert, 2) != 1 || ASN1_INTEGER_set(X509_get_serialNumber(cert), getpid()) != 1;
  bad = bad || !X509_gmtime_adj(X509_getm_notBefore(cert), -3600) || !X509_gmtime_adj(X509_getm_notAfter(cert), 86400) || X509_set_pubkey(cert, key) != 1;
  bad = bad || X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC, (const unsigned char *)"stub", -1, -1, 0) != 1;
  bad = bad || X509_set_issuer_name(cert, X509_get_subject_name(cert)) != 1 || extend(cert, NID_basic_constraints, "critical,CA:TRUE");
  bad = bad || extend(cert, NID_subject_alt_name, "IP:127.0.0.1") || X509_sign(cert, key, EVP_sha256()) <= 0;
  if (!bad)
    return cert;
  X509_free(cert);
  return NULL;
}

static int write_ca(struct stub *stub, X509 *cert) {
  (void)snprintf(stub->ca, sizeof stub->ca, "/tmp/cxd-stub-XXXXXX");
  int fd = mkstemp(stub->ca);
  FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
  int bad = !file || PEM_write_X509(file, cert) != 1;
  return file && fclose(file) != 0 ? 1 : bad;
}

static SSL_CTX *context_new(struct stub *stub) {
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *cert = certificate(key);
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  int bad = !cert || !context || SSL_CTX_use_certificate(context, cert) != 1 || SSL_CTX_use_PrivateKey(context, key) != 1 || write_ca(stub, cert);
  X509_free(cert);
  EVP_PKEY_free(key);
  if (!bad)
    return context;
  SSL_CTX_free(context);
  return NULL;
}

/* --------------------------------------------------------------------- start and stop */

static int open_listener(struct stub *stub) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t len = sizeof address;
  stub->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(stub->listener, (struct sockaddr *)&address, len) != 0 || listen(stub->listener, 1024) != 0 || getsockname(stub->listener, (struct sockaddr *)&address, &len) != 0)
    return -1;
  (void)snprintf(stub->origin, sizeof stub->origin, "%s://127.0.0.1:%d", stub->tls ? "https" : "http", ntohs(address.sin_port));
  return 0;
}

int stub_start(struct stub *stub) {
  SSL_CTX *context = stub->tls ? context_new(stub) : NULL;
  if (!stub->reply)
    stub->reply = STUB_REPLY;
  stub->counts = mmap(NULL, sizeof *stub->counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (stub->counts == MAP_FAILED || (stub->tls && !context) || open_listener(stub) != 0)
    return -1;
  stub->pid = fork();
  if (stub->pid == 0)
    serve(stub, context);
  SSL_CTX_free(context);
  (void)close(stub->listener);
  return stub->pid < 0 ? -1 : 0;
}

void stub_stop(struct stub *stub) {
  (void)kill(stub->pid, SIGKILL);
  (void)waitpid(stub->pid, NULL, 0);
  (void)munmap(stub->counts, sizeof *stub->counts);
  if (stub->ca[0])
    (void)unlink(stub->ca);
}
