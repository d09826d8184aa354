/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* accept4, memmem */
#include "raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUESTS_MAX 64
#define REQUEST_BYTES 131072

struct raw_server {
  pthread_t thread;
  pthread_mutex_t lock;
  const struct raw_step *steps;
  size_t count, next, requests, connections;
  int listener, stop, port;
  char origin[64];
  char *texts[REQUESTS_MAX];
};

/* 1: readable; 0: the server is being stopped. */
static int readable(struct raw_server *s, int fd) {
  struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = s->stop, .events = POLLIN}};
  while (poll(fds, 2, -1) < 0)
    ;
  return !(fds[1].revents & POLLIN);
}

static size_t body_length(const char *head) {
  const char *field = strcasestr(head, "\r\ncontent-length:");
  return field ? strtoul(field + 17, NULL, 10) : 0;
}

/* 1: a whole request; 0: closed or stopped. */
static int read_request(struct raw_server *s, int fd, char *out) {
  size_t len = 0;
  for (;;) {
    out[len] = '\0';
    char *end = strstr(out, "\r\n\r\n");
    if (end && len >= (size_t)(end + 4 - out) + body_length(out))
      return 1;
    if (!readable(s, fd))
      return 0;
    ssize_t got = read(fd, out + len, REQUEST_BYTES - 1 - len);
    if (got <= 0)
      return 0;
    len += (size_t)got;
  }
}

static const struct raw_step *note(struct raw_server *s, const char *text) {
  const struct raw_step *step = NULL;
  pthread_mutex_lock(&s->lock);
  if (s->requests < REQUESTS_MAX)
    s->texts[s->requests++] = strdup(text);
  if (s->next < s->count)
    step = &s->steps[s->next++];
  pthread_mutex_unlock(&s->lock);
  return step;
}

static void send_all(int fd, const char *bytes, size_t len) {
  while (len) {
    ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
    if (sent <= 0)
      return;
    bytes += sent;
    len -= (size_t)sent;
  }
}

static void serve(struct raw_server *s, int fd) {
  char *text = malloc(REQUEST_BYTES);
  while (text && read_request(s, fd, text)) {
    const struct raw_step *step = note(s, text);
    if (step && step->hang) {
      while (readable(s, fd) && read(fd, text, REQUEST_BYTES) > 0)
        ;
      break;
    }
    if (!step || !step->reply)
      break;
    send_all(fd, step->reply, step->reply_len ? step->reply_len : strlen(step->reply));
    if (step->close_after)
      break;
  }
  free(text);
  close(fd);
}

/* One connection after the other is enough: a client that opens a second one has given up the first. */
static void *run(void *context) {
  struct raw_server *s = context;
  while (readable(s, s->listener)) {
    int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
      continue;
    pthread_mutex_lock(&s->lock);
    s->connections++;
    pthread_mutex_unlock(&s->lock);
    serve(s, fd);
  }
  return NULL;
}

struct raw_server *raw_server_start(const struct raw_step *steps, size_t count) {
  struct raw_server *s = calloc(1, sizeof *s);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  s->steps = steps;
  s->count = count;
  pthread_mutex_init(&s->lock, NULL);
  s->stop = eventfd(0, EFD_CLOEXEC);
  s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(s->listener, (struct sockaddr *)&address, size) != 0 || listen(s->listener, 16) != 0 || getsockname(s->listener, (struct sockaddr *)&address, &size) != 0)
    abort();
  s->port = ntohs(address.sin_port);
  snprintf(s->origin, sizeof s->origin, "http://127.0.0.1:%d", s->port);
  pthread_create(&s->thread, NULL, run, s);
  return s;
}

void raw_server_stop(struct raw_server *s) {
  if (eventfd_write(s->stop, 1) != 0)
    abort();
  pthread_join(s->thread, NULL);
  close(s->listener);
  close(s->stop);
  for (size_t i = 0; i < s->requests; i++)
    free(s->texts[i]);
  pthread_mutex_destroy(&s->lock);
  free(s);
}

int raw_server_port(const struct raw_server *s) { return s->port; }

const char *raw_server_origin(const struct raw_server *s) { return s->origin; }

size_t raw_server_requests(struct raw_server *s) {
  pthread_mutex_lock(&s->lock);
  size_t count = s->requests;
  pthread_mutex_unlock(&s->lock);
  return count;
}

const char *raw_server_request(struct raw_server *s, size_t i) {
  pthread_mutex_lock(&s->lock);
  const char *text = i < s->requests ? s->texts[i] : NULL;
  pthread_mutex_unlock(&s->lock);
  return text;
}

size_t raw_server_connections(struct raw_server *s) {
  pthread_mutex_lock(&s->lock);
  size_t count = s->connections;
  pthread_mutex_unlock(&s->lock);
  return count;
}
