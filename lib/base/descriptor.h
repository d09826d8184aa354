/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_DESCRIPTOR_H
#define CXD__BASE_DESCRIPTOR_H

/*
 * Passes a new descriptor on, or -1 with its errno; one below 3 is changed for a higher one. A host that has closed its standard
 * descriptors may print all the same, or open them again with dup2(): neither is to reach a log or a connection.
 */
int cxd__fd_apart(int fd);

#endif
