/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_INJECT_H
#define CXD_TESTS_INJECT_H

#include <stddef.h>
#include <sys/types.h>

/* One call that was intercepted. */
struct inject__call {
  const char *name;
  char note[96];
  int counts;  /* it is on a file of the directory, or on a socket */
  int number;  /* how many such calls there were */
  int fault;   /* the errno to end with; 0: none */
  int half;    /* a write takes half */
  int torn;    /* and then the process dies */
  ino_t inode;
};

/* The call begins: counts it, and kills the process here when that is what is due. bytes: what is written; NULL: nothing. */
struct inject__call inject__on_fd(const char *name, int fd, const void *bytes, size_t len);
struct inject__call inject__on_path(const char *name, int dir, const char *path);
struct inject__call inject__on_socket(const char *name, int fd, const void *bytes, size_t len);

/* It ends: notes it. */
long inject__fail(struct inject__call *call); /* -1 with its errno */
void inject__after(const struct inject__call *call, long result, int code);
void inject__die_if_torn(const struct inject__call *call);

/* What a loss of power would take back is remembered. */
void inject__opened(const struct inject__call *call, int fd, const char *path, int created);
void inject__synced(const struct inject__call *call, int result);
void inject__named(const struct inject__call *call, const char *name);
void inject__renamed(const struct inject__call *call, const char *from, const char *to, int old); /* old: what `to` was; kept */
void inject__lose_power(int names_too);

#endif
