/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * The server of the benchmarks: HTTP/1.1 keep-alive, plain and TLS 1.3, one thread, as little work for a request as possible, so that
 * the clients are what is measured. It answers a token, a campaign (GET) and the echo of a PUT, and counts.
 *
 *     stub_server DIRECTORY [DELAY_MS]
 *
 * DIRECTORY holds `token` and `body`, and for TLS cert.pem and key.pem. Prints the plain and the TLS port (0: none). GET /_counts
 * answers the counts since the last one.
 */
#define _GNU_SOURCE /* accept4, epoll_pwait2, memmem, strcasestr */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER 65536
#define ID_LEN 8 /* "c-000000" */

struct conn {
  int fd, writing;
  SSL *ssl;
  size_t in, out, sent; /* bytes in the buffers, and of the answer sent */
  int counted, waiting; /* its first request was seen; its answer waits for its time */
  int64_t due_ns;
  struct conn *next, *all_next; /* in the queue of answers that wait */
  char request[BUFFER + 1], answer[BUFFER + 512];
};

static struct {
  long connections, tokens, gets, puts, expects, refused, unknown;
} counts;

static struct {
  int epoll, plain, tls;
  SSL_CTX *context;
  char token[4096], body[4096];
  size_t id_at;
  int64_t delay_ns;
  struct conn *first, *last;
} server;

static void die(const char *what) {
  (void)fprintf(stderr, "stub_server: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int64_t now_ns(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ------------------------------------------------------------------ answers */

__attribute__((format(printf, 3, 4))) static void answer(struct conn *c, const char *status, const char *format, ...) {
  char body[BUFFER];
  va_list list;
  va_start(list, format);
  int len = vsnprintf(body, sizeof body, format, list);
  va_end(list);
  c->out = (size_t)snprintf(c->answer, sizeof c->answer, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", status, len, body);
  c->sent = 0;
}

static void answer_counts(struct conn *c) {
  answer(c, "200 OK", "{\"connections\":%ld,\"tokens\":%ld,\"gets\":%ld,\"puts\":%ld,\"expects\":%ld,\"refused\":%ld,\"unknown\":%ld}\n", counts.connections, counts.tokens,
         counts.gets, counts.puts, counts.expects, counts.refused, counts.unknown);
  memset(&counts, 0, sizeof counts);
}

static void answer_get(struct conn *c, const char *id) {
  char text[sizeof server.body];
  memcpy(text, server.body, sizeof text);
  memcpy(text + server.id_at, id, ID_LEN);
  counts.gets++;
  /* another value than the clients send, so that there is something to change */
  char *calls = strstr(text, "\"maxConcurrentCalls\":");
  if (calls)
    calls[21] = calls[21] == '1' ? '2' : '1';
  answer(c, "200 OK", "%s", text);
}

static int is_authorized(const char *head) {
  const char *line = strcasestr(head, "\r\nauthorization: bearer ");
  size_t len = strlen(server.token);
  return line && strncmp(line + 24, server.token, len) == 0 && line[24 + len] == '\r';
}

static void answer_request(struct conn *c, const char *head, const char *body) {
  static const char prefix[] = "/api/v2/outbound/campaigns/";
  const char *path = strchr(head, ' ') + 1, *id = strstr(path, prefix);
  if (strncmp(path, "/_counts ", 9) == 0) {
    answer_counts(c);
    return;
  }
  counts.connections += !c->counted;
  c->counted = 1;
  counts.expects += strcasestr(head, "\r\nexpect:") != NULL;
  if (strncmp(head, "POST ", 5) == 0 && strstr(path, "/token ")) {
    counts.tokens++;
    answer(c, "200 OK", "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":3600}", server.token);
  } else if (!is_authorized(head)) {
    counts.refused++;
    answer(c, "401 Unauthorized", "{\"code\":\"unauthorized\"}");
  } else if (strncmp(head, "PUT ", 4) == 0) {
    counts.puts++;
    answer(c, "200 OK", "%s", body);
  } else if (strncmp(head, "GET ", 4) == 0 && id)
    answer_get(c, id + sizeof prefix - 1);
  else {
    counts.unknown++;
    answer(c, "404 Not Found", "{\"code\":\"not_found\"}");
  }
}

/* ------------------------------------------------------------------ connections */

static void drop(struct conn *c) {
  for (struct conn **at = &server.first; *at; at = &(*at)->next)
    if (*at == c) {
      *at = c->next;
      break;
    }
  server.last = NULL;
  for (struct conn *q = server.first; q; q = q->next)
    server.last = q;
  SSL_free(c->ssl);
  (void)close(c->fd);
  free(c);
}

/* Bytes; 0: later; -1: the connection is over. */
static long judge(const struct conn *c, long n) {
  if (n > 0)
    return n;
  if (!c->ssl)
    return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
  int why = SSL_get_error(c->ssl, (int)n);
  ERR_clear_error();
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static long receive(struct conn *c) {
  size_t room = BUFFER - c->in;
  if (!room)
    return -1;
  return judge(c, c->ssl ? SSL_read(c->ssl, c->request + c->in, (int)room) : recv(c->fd, c->request + c->in, room, 0));
}

static void watch(struct conn *c, int writing) {
  struct epoll_event event = {.events = writing ? EPOLLIN | EPOLLOUT : EPOLLIN, .data = {.ptr = c}};
  if (writing != c->writing && epoll_ctl(server.epoll, EPOLL_CTL_MOD, c->fd, &event) == 0)
    c->writing = writing;
}

static int flush(struct conn *c) {
  while (c->sent < c->out) {
    size_t left = c->out - c->sent;
    long n = judge(c, c->ssl ? SSL_write(c->ssl, c->answer + c->sent, (int)left) : send(c->fd, c->answer + c->sent, left, MSG_NOSIGNAL));
    if (n < 0)
      return -1;
    if (n == 0) {
      watch(c, 1);
      return 0;
    }
    c->sent += (size_t)n;
  }
  watch(c, 0);
  c->out = c->sent = 0;
  return 0;
}

static void wait_for_its_time(struct conn *c) {
  c->waiting = 1;
  c->due_ns = now_ns() + server.delay_ns;
  c->next = NULL;
  if (server.last)
    server.last->next = c;
  else
    server.first = c;
  server.last = c;
}

/* 1: a whole request was taken; 0: not yet; -1: no HTTP. */
static int take_request(struct conn *c) {
  c->request[c->in] = 0;
  char *end = strstr(c->request, "\r\n\r\n");
  if (!end)
    return c->in == BUFFER ? -1 : 0;
  end[2] = 0;
  const char *length = strcasestr(c->request, "\r\ncontent-length:");
  size_t head = (size_t)(end - c->request) + 4, body = length ? (size_t)strtoul(length + 17, NULL, 10) : 0;
  if (body > BUFFER - head || !strchr(c->request, ' '))
    return -1;
  if (c->in < head + body) {
    end[2] = '\r';
    return 0;
  }
  char after = c->request[head + body];
  c->request[head + body] = 0;
  answer_request(c, c->request, c->request + head);
  c->request[head + body] = after;
  c->in -= head + body;
  memmove(c->request, c->request + head + body, c->in);
  return 1;
}

static int serve(struct conn *c) {
  if (c->out && !c->waiting && flush(c) != 0)
    return -1;
  for (;;) {
    long n = receive(c);
    if (n < 0)
      return -1;
    if (n == 0)
      return 0;
    c->in += (size_t)n;
    int taken = c->out ? 0 : take_request(c);
    if (taken < 0)
      return -1;
    if (taken && server.delay_ns)
      wait_for_its_time(c);
    else if (taken && flush(c) != 0)
      return -1;
  }
}

static void send_what_is_due(void) {
  int64_t now = now_ns();
  while (server.first && server.first->due_ns <= now) {
    struct conn *c = server.first;
    server.first = c->next;
    if (!server.first)
      server.last = NULL;
    c->waiting = 0;
    if (flush(c) != 0)
      drop(c);
  }
}

static void take_in(int listener) {
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), on = 1;
  struct conn *c = fd < 0 ? NULL : calloc(1, sizeof *c);
  struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = c}};
  if (!c)
    return;
  c->fd = fd;
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (listener == server.tls) {
    c->ssl = SSL_new(server.context);
    (void)SSL_set_fd(c->ssl, fd);
    SSL_set_accept_state(c->ssl);
  }
  if (epoll_ctl(server.epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    die("epoll_ctl");
}

/* ------------------------------------------------------------------ beginning and end */

static int listen_on(unsigned *port) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
  socklen_t len = sizeof at;
  static int places[2];
  static int used;
  int *place = &places[used++];
  *place = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = place}};
  if (*place < 0 || bind(*place, (struct sockaddr *)&at, len) != 0 || listen(*place, 1024) != 0 || getsockname(*place, (struct sockaddr *)&at, &len) != 0 ||
      epoll_ctl(server.epoll, EPOLL_CTL_ADD, *place, &event) != 0)
    die("listen");
  *port = ntohs(at.sin_port);
  return *place;
}

static void read_text(const char *directory, const char *name, char *text, size_t size) {
  char path[1024];
  (void)snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "r");
  if (!file)
    die(path);
  text[fread(text, 1, size - 1, file)] = 0;
  (void)fclose(file);
}

static int prepare_tls(const char *directory) {
  char cert[1024], key[1024];
  (void)snprintf(cert, sizeof cert, "%s/cert.pem", directory);
  (void)snprintf(key, sizeof key, "%s/key.pem", directory);
  if (access(cert, R_OK) != 0)
    return 0;
  server.context = SSL_CTX_new(TLS_server_method());
  if (!server.context || SSL_CTX_use_certificate_chain_file(server.context, cert) != 1 || SSL_CTX_use_PrivateKey_file(server.context, key, SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_set_min_proto_version(server.context, TLS1_3_VERSION) != 1)
    die("the certificate");
  return 1;
}

static void prepare(const char *directory, const char *delay_ms) {
  unsigned plain, tls = 0;
  server.epoll = epoll_create1(EPOLL_CLOEXEC);
  server.delay_ns = delay_ms ? (int64_t)(strtod(delay_ms, NULL) * 1e6) : 0;
  read_text(directory, "token", server.token, sizeof server.token);
  read_text(directory, "body", server.body, sizeof server.body);
  const char *id = strstr(server.body, "c-000000");
  if (!id)
    die("no id c-000000 in body");
  server.id_at = (size_t)(id - server.body);
  server.plain = listen_on(&plain);
  server.tls = prepare_tls(directory) ? listen_on(&tls) : -1;
  (void)printf("%u %u\n", plain, tls);
  (void)fflush(stdout);
}

static void turn(void) {
  struct epoll_event events[256];
  int64_t left = server.first ? server.first->due_ns - now_ns() : 0;
  struct timespec until = {0, left > 0 ? (long)(left % 1000000000) : 0};
  int count = epoll_pwait2(server.epoll, events, 256, server.first ? &until : NULL, NULL);
  for (int i = 0; i < count; i++) {
    void *what = events[i].data.ptr;
    int listener = what && (*(int *)what == server.plain || *(int *)what == server.tls);
    if (listener)
      take_in(*(int *)what);
    else if (serve(what) != 0)
      drop(what);
  }
  send_what_is_due();
}

int main(int argc, char **argv) {
  if (argc < 2) {
    (void)fprintf(stderr, "usage: stub_server DIRECTORY [DELAY_MS]\n");
    return 2;
  }
  (void)signal(SIGPIPE, SIG_IGN);
  prepare(argv[1], argc > 2 ? argv[2] : NULL);
  for (;;)
    turn();
}
