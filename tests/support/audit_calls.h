/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_AUDIT_CALLS_H
#define CXD_TESTS_AUDIT_CALLS_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The library's calls end here, so that a test can make them fail: an errno, or 0. Include once in a program. */
static int fail_datasync, fail_sync, fail_rename, fail_link, fail_write;
static int datasyncs;
static int writes_before_failure; /* so many records are written before fail_write counts */
static int syncs_before_failure;  /* and so many files and directories are synced before fail_sync does */
static int64_t wall_ahead_us, boot_ahead_us;

static int ends(int code) {
  errno = code;
  return -1;
}

int fdatasync(int fd) {
  datasyncs++;
  return fail_datasync ? ends(fail_datasync) : (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd) { return fail_sync && syncs_before_failure-- <= 0 ? ends(fail_sync) : (int)syscall(SYS_fsync, fd); }

int renameat(int from_dir, const char *from, int to_dir, const char *to) { return fail_rename ? ends(fail_rename) : (int)syscall(SYS_renameat, from_dir, from, to_dir, to); }

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags) { return fail_link ? ends(fail_link) : (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags); }

ssize_t write(int fd, const void *bytes, size_t len) {
  int record = len > 12 && memcmp(bytes, "{\"v\":1,\"seq\"", 12) == 0;
  if (record && fail_write && writes_before_failure-- <= 0)
    return ends(fail_write);
  return syscall(SYS_write, fd, bytes, len);
}

static void ahead(struct timespec *out, int64_t us) {
  int64_t ns = out->tv_nsec + us % 1000000 * 1000;
  out->tv_sec += us / 1000000 + ns / 1000000000;
  out->tv_nsec = ns % 1000000000;
}

int clock_gettime(clockid_t clock, struct timespec *out) {
  int result = (int)syscall(SYS_clock_gettime, clock, out);
  ahead(out, clock == CLOCK_REALTIME ? wall_ahead_us : clock == CLOCK_BOOTTIME ? boot_ahead_us : 0);
  return result;
}

#endif
