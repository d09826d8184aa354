/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_SLOW_NAMES_H
#define CXD_TESTS_SLOW_NAMES_H

#include <stddef.h>

/*
 * A name server in trouble: the test program has a getaddrinfo() of its own, which libcurl calls, too. It answers 127.0.0.1
 * for SLOW_NAME, and while names are held not before it was let go, or SLOW_NAME_S seconds went by.
 */
#define SLOW_NAME "slow.invalid"
#define SLOW_NAME_S 10

void slow_names_hold(void);
void slow_names_let_go(void);
size_t slow_names_asked(void);          /* so often */
size_t slow_names_waiting(void);        /* so many lookups wait now */
void slow_names_await(size_t waiting);  /* until at least so many do */

/* The threads there are at the start of the program; later: until there are no more. libcurl's resolver threads end by themselves. */
void slow_names_count_threads(void);
void slow_names_await_alone(void);

#endif
