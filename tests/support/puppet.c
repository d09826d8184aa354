/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* accept4, strcasestr */
#include "puppet.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim.h"

void puppet_open(struct puppet *puppet, int backlog, int receive_buffer) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  memset(puppet, 0, sizeof *puppet);
  puppet->fd = -1;
  puppet->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer)
    ck_assert_int_eq(setsockopt(puppet->listener, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer), 0);
  ck_assert_int_eq(bind(puppet->listener, (struct sockaddr *)&address, size), 0);
  ck_assert_int_eq(listen(puppet->listener, backlog), 0);
  ck_assert_int_eq(getsockname(puppet->listener, (struct sockaddr *)&address, &size), 0);
  puppet->port = ntohs(address.sin_port);
  (void)snprintf(puppet->url, sizeof puppet->url, "http://127.0.0.1:%u", puppet->port);
}

void puppet_hang_up(struct puppet *puppet) {
  if (puppet->fd >= 0)
    (void)close(puppet->fd);
  puppet->fd = -1;
}

void puppet_reset(struct puppet *puppet) {
  struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  (void)setsockopt(puppet->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  puppet_hang_up(puppet);
}

void puppet_close(struct puppet *puppet) {
  puppet_hang_up(puppet);
  (void)close(puppet->listener);
}

static void await(int fd, short what) {
  struct pollfd wait = {.fd = fd, .events = what};
  int ready;
  while ((ready = poll(&wait, 1, HANG_S * 1000)) < 0 && errno == EINTR)
    ;
  ck_assert_msg(ready == 1, "nobody spoke to the puppet");
}

void puppet_accept(struct puppet *puppet) {
  puppet_hang_up(puppet);
  await(puppet->listener, POLLIN);
  puppet->fd = accept4(puppet->listener, NULL, NULL, SOCK_CLOEXEC);
  ck_assert_int_ge(puppet->fd, 0);
}

int puppet_connect(const struct puppet *puppet) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)puppet->port)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
  return fd;
}

/* The kernel's table: local and remote address in hexadecimal, then the state, of which 02 is SYN_SENT. */
int puppet_has_caller(const struct puppet *puppet) {
  char line[512], wanted[32];
  int found = 0;
  FILE *f = fopen("/proc/net/tcp", "re");
  ck_assert_ptr_nonnull(f);
  (void)snprintf(wanted, sizeof wanted, ":%04X 02 ", puppet->port);
  while (fgets(line, sizeof line, f))
    found |= strstr(line, wanted) != NULL;
  (void)fclose(f);
  return found;
}

static size_t body_length(const char *request) {
  const char *field = strcasestr(request, "\r\ncontent-length:");
  return field ? (size_t)strtoul(field + 17, NULL, 10) : 0;
}

/* 0: the other side has closed. */
static size_t take(struct puppet *puppet, char *out, size_t most) {
  await(puppet->fd, POLLIN);
  ssize_t got = recv(puppet->fd, out, most, 0);
  return got > 0 ? (size_t)got : 0;
}

/* Byte by byte, so that nothing of the body is taken. 0: closed before a head came. */
static int take_head(struct puppet *puppet) {
  size_t len = 0;
  puppet->body_read = 0;
  do {
    ck_assert_uint_lt(len + 1, sizeof puppet->request);
    if (!take(puppet, puppet->request + len, 1))
      return 0;
    puppet->request[++len] = '\0';
  } while (len < 4 || memcmp(puppet->request + len - 4, "\r\n\r\n", 4) != 0);
  return 1;
}

static void take_body(struct puppet *puppet) {
  size_t left = body_length(puppet->request), at = strlen(puppet->request);
  char block[65536];
  while (left) {
    size_t got = take(puppet, block, left < sizeof block ? left : sizeof block);
    ck_assert_msg(got != 0, "the body stopped short");
    size_t kept = got < sizeof puppet->request - 1 - at ? got : sizeof puppet->request - 1 - at;
    memcpy(puppet->request + at, block, kept);
    at += kept;
    puppet->request[at] = '\0';
    puppet->body_read += got;
    left -= got;
  }
}

void puppet_read_head(struct puppet *puppet) {
  if (puppet->fd < 0)
    puppet_accept(puppet);
  while (!take_head(puppet)) /* an idle connection that was given up */
    puppet_accept(puppet);
}

void puppet_read(struct puppet *puppet) {
  puppet_read_head(puppet);
  take_body(puppet);
}

void puppet_read_byte(struct puppet *puppet) {
  puppet_accept(puppet);
  ck_assert_uint_eq(take(puppet, puppet->request, 1), 1);
}

void puppet_say_bytes(struct puppet *puppet, const char *bytes, size_t len) {
  while (len) {
    await(puppet->fd, POLLOUT);
    ssize_t sent = send(puppet->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EAGAIN)
      continue;
    ck_assert_msg(sent > 0, "the puppet cannot speak: %s", strerror(errno));
    bytes += sent;
    len -= (size_t)sent;
  }
}

void puppet_say(struct puppet *puppet, const char *text) { puppet_say_bytes(puppet, text, strlen(text)); }

int puppet_next(struct puppet *puppet, int other_fd) {
  for (;;) {
    struct pollfd wait[3] = {{.fd = other_fd, .events = POLLIN}, {.fd = puppet->listener, .events = POLLIN}, {.fd = puppet->fd, .events = POLLIN}};
    int ready = poll(wait, 3, HANG_S * 1000);
    ck_assert_msg(ready > 0 || errno == EINTR, "nobody spoke to the puppet");
    if (wait[2].revents && take_head(puppet)) {
      take_body(puppet);
      return 1;
    }
    if (wait[2].revents)
      puppet_hang_up(puppet);
    else if (wait[1].revents)
      puppet_accept(puppet);
    else if (wait[0].revents)
      return 0;
  }
}
