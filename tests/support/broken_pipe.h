/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_BROKEN_PIPE_H
#define CXD_TESTS_BROKEN_PIPE_H

#include <stddef.h>

/*
 * Writes that end in EPIPE and a real SIGPIPE for the thread that wrote, as they do in builds of libcurl and TLS libraries
 * that do not ask for MSG_NOSIGNAL: the test program has a send() of its own. It also has a sigaction(), which counts who
 * changes what happens on SIGPIPE.
 */
void broken_pipe_arm(size_t after, size_t count); /* of this thread's next sends: so many go through, then so many break */
size_t broken_pipe_hits(void);                    /* sends of this thread that broke, since the last time it was asked */
size_t broken_pipe_actions(void);                 /* changes of the disposition of SIGPIPE, since the last time it was asked */

#endif
