/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_OWNERS_H
#define CXD_TESTS_OWNERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Who asked for which block of memory: the allocator's functions of this program write down each block with its caller, in
 * memory that a child of fork() shares. A block that was freed keeps its owner until another one takes its place.
 */
void owners_begin(void); /* before the fork; what was allocated before is nobody's */
void owners_end(void);

/* The file that the code lies in which last asked for the memory at this address ("libcurl.so.4.8.0"), "" when none did. pid: whose memory. */
const char *owners_of(pid_t pid, uintptr_t address, char out[128]);

/* 1: code of such a file ("libcurl") asked for it at some time. */
int owners_had(pid_t pid, uintptr_t address, const char *file);

#endif
