/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_PUPPET_H
#define CXD_TESTS_PUPPET_H

#include <stddef.h>

/*
 * A server without a thread of its own: the test itself accepts, reads and answers, step by step, while the library waits in
 * another thread. So a test knows exactly how far the other side can be. One connection at a time; every wait fails the test
 * after HANG_S seconds.
 */
struct puppet {
  int listener, fd; /* fd -1: no connection */
  char url[64];     /* "http://127.0.0.1:PORT" */
  unsigned port;
  char request[16384]; /* the last one read, its body cut off where there is no room */
  size_t body_read;    /* bytes of its body so far */
};

void puppet_open(struct puppet *puppet, int backlog, int receive_buffer /* bytes, 0: the usual */);
void puppet_close(struct puppet *puppet);

void puppet_accept(struct puppet *puppet); /* the next connection; the one before is closed */
void puppet_hang_up(struct puppet *puppet);
void puppet_reset(struct puppet *puppet);  /* the same with a RST */

int puppet_connect(const struct puppet *puppet);    /* a connection to it; the descriptor */
int puppet_has_caller(const struct puppet *puppet); /* somebody's SYN waits for an answer */

void puppet_read_head(struct puppet *puppet); /* accepts first when there is no connection */
void puppet_read(struct puppet *puppet);      /* and the whole body */
void puppet_read_byte(struct puppet *puppet); /* accepts and takes one byte: somebody is there and speaks */
void puppet_say(struct puppet *puppet, const char *text);
void puppet_say_bytes(struct puppet *puppet, const char *bytes, size_t len);

/* Waits for a request, a new connection or other_fd; 1: a whole request was read; 0: other_fd is readable. A connection that is closed is let go. */
int puppet_next(struct puppet *puppet, int other_fd);

#endif
