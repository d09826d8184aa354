/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_CANNED_H
#define CXD_TESTS_CANNED_H

#include <pthread.h>
#include <stddef.h>

/*
 * A server that says what it was told to, one answer for each connection, byte for byte: for what the simulator is too well
 * behaved to send. After the last answer it repeats that one.
 */
struct canned {
  int listener;
  pthread_t thread;
  const char *const *answers;
  char url[64];
  pthread_mutex_t lock; /* guards the two below */
  size_t count;         /* requests so far */
  char last[65536];     /* the last of them */
};

void canned_start(struct canned *canned, const char *const answers[]); /* a NULL-terminated list; borrowed */
void canned_stop(struct canned *canned);
size_t canned_count(struct canned *canned);

#endif
