/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* accept4, strcasestr */
#include "token_gate.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

static void drop(struct token_gate *gate, size_t i) {
  (void)close(gate->connections[i].fd);
  gate->live -= gate->connections[i].waiting ? 1 : 0;
  gate->connections[i] = gate->connections[--gate->count];
}

static int is_whole(const char *text) {
  const char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "content-length:");
  return end && strlen(end + 4) >= (length && length < end ? (size_t)strtoul(length + 15, NULL, 10) : 0);
}

static void note_request(struct token_gate *gate, struct token_gate_connection *c) {
  c->len = 0;
  c->waiting = 1;
  gate->requests++;
  gate->live++;
  gate->most_live = gate->live > gate->most_live ? gate->live : gate->most_live;
}

/* 0: the other side is gone. */
static int receive(struct token_gate *gate, struct token_gate_connection *c) {
  ssize_t got = recv(c->fd, c->text + c->len, sizeof c->text - 1 - c->len, MSG_DONTWAIT);
  if (got <= 0)
    return 0;
  c->len += (size_t)got;
  c->text[c->len] = '\0';
  if (is_whole(c->text))
    note_request(gate, c);
  return 1;
}

static void answer(struct token_gate *gate, struct token_gate_connection *c) {
  char body[512], text[768];
  int len = snprintf(body, sizeof body, "{\"access_token\":\"%.300s\",\"token_type\":\"Bearer\",\"expires_in\":3600}", gate->token);
  len = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len, body);
  gate->allowed -= gate->allowed == SIZE_MAX ? 0 : 1;
  gate->live--;
  c->waiting = 0;
  (void)send(c->fd, text, (size_t)len, MSG_NOSIGNAL);
}

/* Under the lock. First who is gone, then what is new, then who gets an answer. */
static void look(struct token_gate *gate, const struct pollfd *polled) {
  for (int waiting = 1; waiting >= 0; waiting--)
    for (size_t i = gate->count; i-- > 0;)
      if (polled[i].revents && gate->connections[i].fd == polled[i].fd && gate->connections[i].waiting == waiting && !receive(gate, &gate->connections[i]))
        drop(gate, i);
  for (size_t i = 0; i < gate->count && gate->allowed; i++)
    if (gate->connections[i].waiting)
      answer(gate, &gate->connections[i]);
}

static void welcome(struct token_gate *gate) {
  int fd = accept4(gate->listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd >= 0)
    gate->connections[gate->count++] = (struct token_gate_connection){.fd = fd};
}

static int turn(struct token_gate *gate) {
  struct pollfd polled[TOKEN_GATE_CONNECTIONS + 2];
  size_t count = gate->count;
  eventfd_t pokes;
  for (size_t i = 0; i < count; i++)
    polled[i] = (struct pollfd){.fd = gate->connections[i].fd, .events = POLLIN};
  polled[count] = (struct pollfd){.fd = gate->poke, .events = POLLIN};
  polled[count + 1] = (struct pollfd){.fd = count < TOKEN_GATE_CONNECTIONS ? gate->listener : -1, .events = POLLIN};
  (void)poll(polled, count + 2, -1);
  if (polled[count].revents)
    (void)eventfd_read(gate->poke, &pokes);
  (void)pthread_mutex_lock(&gate->lock);
  look(gate, polled);
  int stopping = gate->stopping;
  (void)pthread_mutex_unlock(&gate->lock);
  if (polled[count + 1].revents)
    welcome(gate);
  return !stopping;
}

static void *serve(void *context) {
  while (turn(context))
    ;
  return NULL;
}

void token_gate_start(struct token_gate *gate, const char *token) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  memset(gate, 0, sizeof *gate);
  gate->token = token;
  gate->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gate->poke = eventfd(0, EFD_CLOEXEC);
  ck_assert_int_eq(bind(gate->listener, (struct sockaddr *)&address, size), 0);
  ck_assert_int_eq(listen(gate->listener, TOKEN_GATE_CONNECTIONS), 0);
  ck_assert_int_eq(getsockname(gate->listener, (struct sockaddr *)&address, &size), 0);
  (void)snprintf(gate->url, sizeof gate->url, "http://127.0.0.1:%u/token", (unsigned)ntohs(address.sin_port));
  ck_assert_int_eq(pthread_mutex_init(&gate->lock, NULL), 0);
  ck_assert_int_eq(pthread_create(&gate->thread, NULL, serve, gate), 0);
}

static void change(struct token_gate *gate, size_t answers, int stop) {
  (void)pthread_mutex_lock(&gate->lock);
  gate->allowed = answers == SIZE_MAX ? SIZE_MAX : gate->allowed + answers;
  gate->stopping = stop;
  (void)pthread_mutex_unlock(&gate->lock);
  (void)eventfd_write(gate->poke, 1);
}

void token_gate_allow(struct token_gate *gate, size_t answers) { change(gate, answers, 0); }

void token_gate_stop(struct token_gate *gate) {
  change(gate, 0, 1);
  (void)pthread_join(gate->thread, NULL);
  while (gate->count)
    drop(gate, 0);
  (void)close(gate->listener);
  (void)close(gate->poke);
  (void)pthread_mutex_destroy(&gate->lock);
}

static size_t read_number(struct token_gate *gate, const size_t *number) {
  (void)pthread_mutex_lock(&gate->lock);
  size_t value = *number;
  (void)pthread_mutex_unlock(&gate->lock);
  return value;
}

size_t token_gate_requests(struct token_gate *gate) { return read_number(gate, &gate->requests); }

size_t token_gate_live(struct token_gate *gate) { return read_number(gate, &gate->live); }

size_t token_gate_most_live(struct token_gate *gate) { return read_number(gate, &gate->most_live); }

void token_gate_await(struct token_gate *gate, size_t requests) {
  time_t end = time(NULL) + HANG_S;
  while (token_gate_requests(gate) < requests) {
    ck_assert_msg(time(NULL) < end, "%zu requests for a token never came", requests);
    (void)sched_yield();
  }
}
