/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_BENCH_STUB_H
#define CXD_BENCH_STUB_H

#include <stddef.h>
#include <sys/types.h>

/*
 * An HTTP/1.1 server in a process of its own, so that its work does not count as ours: it keeps connections alive, reads a head and
 * its Content-Length, and answers every request with the same 200. As little as possible besides: one thread, epoll.
 */
struct stub {
  int tls;            /* with a certificate of its own for 127.0.0.1, made on the spot */
  const char *reply;  /* NULL: STUB_REPLY */

  /* filled by stub_start() */
  pid_t pid;
  int listener;
  char origin[64];    /* "http://127.0.0.1:PORT" */
  char ca[64];        /* with tls: the file of its certificate, taken away by stub_stop() */
  struct stub_counts { unsigned long connections, requests, expects; } *counts; /* shared with the process */
};

extern const char STUB_REPLY[];

int stub_start(struct stub *stub); /* 0, or -1 */
void stub_stop(struct stub *stub);

#endif
