/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_TOKEN_GATE_H
#define CXD_TESTS_TOKEN_GATE_H

#include <pthread.h>
#include <stddef.h>

/*
 * A token endpoint that answers when the test says so, and counts how many requests are alive at a time: read, not answered,
 * and the other side still there. One thread serves all connections and looks for those that were closed before it reads
 * anything new, so that a client that ends one request before it sends the next is never counted twice.
 */
#define TOKEN_GATE_CONNECTIONS 64

struct token_gate_connection {
  int fd;
  int waiting; /* for the answer to a whole request */
  size_t len;
  char text[4096];
};

struct token_gate {
  char url[96];
  const char *token; /* what is answered; borrowed */
  int listener, poke;
  pthread_t thread;
  struct token_gate_connection connections[TOKEN_GATE_CONNECTIONS];
  size_t count;
  pthread_mutex_t lock; /* guards what follows */
  int stopping;
  size_t allowed;  /* how many answers may be given from now on */
  size_t requests, live, most_live;
};

void token_gate_start(struct token_gate *gate, const char *token); /* closed */
void token_gate_stop(struct token_gate *gate);
void token_gate_allow(struct token_gate *gate, size_t answers);    /* so many more answers; SIZE_MAX: all there will be */
void token_gate_await(struct token_gate *gate, size_t requests);   /* until so many have come */
size_t token_gate_requests(struct token_gate *gate);
size_t token_gate_live(struct token_gate *gate);
size_t token_gate_most_live(struct token_gate *gate);              /* at any time */

#endif
