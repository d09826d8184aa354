/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_PID_H
#define CXD__BASE_PID_H

#include <sys/types.h>

/* getpid() without the system call: the kernel empties the place it is kept in, in every child of fork(). */
pid_t cxd__pid(void);

#endif
