/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* accept4, strcasestr */
#include "canned.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static size_t wanted(const char *request) {
  const char *end = strstr(request, "\r\n\r\n");
  const char *length = strcasestr(request, "content-length:");
  if (!end)
    return SIZE_MAX;
  return (size_t)(end + 4 - request) + (length && length < end ? (size_t)strtoul(length + 15, NULL, 10) : 0);
}

static void read_request(int fd, char *out, size_t size) {
  size_t len = 0;
  out[0] = '\0';
  while (len + 1 < size && len < wanted(out)) {
    ssize_t n = recv(fd, out + len, size - 1 - len, 0);
    if (n <= 0)
      return;
    len += (size_t)n;
    out[len] = '\0';
  }
}

static void say(int fd, const char *text) {
  size_t len = strlen(text);
  while (len) {
    ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
    if (n <= 0)
      return;
    text += n;
    len -= (size_t)n;
  }
}

static void *serve(void *context) {
  struct canned *canned = context;
  size_t next = 0;
  char request[sizeof canned->last];
  for (int fd; (fd = accept4(canned->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0; (void)close(fd)) {
    read_request(fd, request, sizeof request);
    if (!request[0])
      continue;
    (void)pthread_mutex_lock(&canned->lock);
    canned->count++;
    memcpy(canned->last, request, sizeof request);
    (void)pthread_mutex_unlock(&canned->lock);
    say(fd, canned->answers[next]);
    next += canned->answers[next + 1] != NULL;
    (void)shutdown(fd, SHUT_WR);
  }
  return NULL;
}

void canned_start(struct canned *canned, const char *const answers[]) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  memset(canned, 0, sizeof *canned);
  canned->answers = answers;
  canned->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_eq(bind(canned->listener, (struct sockaddr *)&address, size), 0);
  ck_assert_int_eq(listen(canned->listener, 64), 0);
  ck_assert_int_eq(getsockname(canned->listener, (struct sockaddr *)&address, &size), 0);
  (void)snprintf(canned->url, sizeof canned->url, "http://127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
  ck_assert_int_eq(pthread_mutex_init(&canned->lock, NULL), 0);
  ck_assert_int_eq(pthread_create(&canned->thread, NULL, serve, canned), 0);
}

void canned_stop(struct canned *canned) {
  (void)shutdown(canned->listener, SHUT_RDWR);
  (void)pthread_join(canned->thread, NULL);
  (void)close(canned->listener);
  (void)pthread_mutex_destroy(&canned->lock);
}

size_t canned_count(struct canned *canned) {
  (void)pthread_mutex_lock(&canned->lock);
  size_t count = canned->count;
  (void)pthread_mutex_unlock(&canned->lock);
  return count;
}
