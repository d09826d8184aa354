/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_IO_H
#define CXD__AUDIT_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/digest.h"

/* System calls on the files of a log, started again after a signal: 0, or -1 and errno, unless it says else. */
int cxd__read_at(int fd, char *out, size_t len, int64_t offset); /* all of it; EIO when the file ends before */
int cxd__write_all(int fd, const char *bytes, size_t len);
int cxd__sync_data(int fd);
int cxd__sync_file(int fd);
int cxd__cut(int fd, int64_t size); /* with the same size: gives back the blocks behind the end */
int cxd__hash_file(int fd, int64_t size, struct cxd__hasher *hasher, char hex[CXD__HASH_HEX + 1]);

/* O_CLOEXEC, O_NOFOLLOW and mode 0600 come by themselves; never waits for a pipe. The descriptor, or -1 and errno. */
int cxd__open_in(int dir, const char *name, int flags);

#endif
