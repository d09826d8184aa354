/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * To be preloaded: lets the K-th call on the files of one directory, or on a socket, end in a fault. Written for the Python programs beside it.
 *
 *   CXD_INJECT_DIR  directory whose files count (absolute)
 *   CXD_INJECT      CALLS:K:FAULT or CALLS:K+:FAULT (the K-th and all after it); unset: only the log is written
 *     CALLS  names with commas between them, or "any"
 *     FAULT  kill (before the call), torn (half a write, then kill), power (kill; data and names that were not synced are lost),
 *            power-data (the same for data only), short (a write that takes half), or EIO, ENOSPC, EINTR, ...
 *   CXD_INJECT_LOG  a line for each call that counts: number, name, inode, result, errno, note ("PUT", kind of a record, ...)
 */
#undef _FILE_OFFSET_BITS /* both names of each call are defined below */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "inject.h"

#define CALL(type, name, ...) __attribute__((visibility("default"))) type name(__VA_ARGS__)

static long raw_result(struct inject__call *call, long result) {
  inject__after(call, result, result < 0 ? errno : 0);
  return result;
}

/* What a call does when no fault is due; a fault leaves its errno. */
#define PASS(call, number, ...) ((call)->fault ? inject__fail(call) : raw_result(call, syscall(number, __VA_ARGS__)))

CALL(ssize_t, write, int fd, const void *bytes, size_t len) {
  struct inject__call call = inject__on_fd("write", fd, bytes, len);
  size_t take = call.half ? len / 2 : len;
  ssize_t n = PASS(&call, SYS_write, fd, bytes, take);
  inject__die_if_torn(&call);
  return n;
}

static ssize_t write_at(int fd, const void *bytes, size_t len, off64_t offset) {
  struct inject__call call = inject__on_fd("pwrite", fd, bytes, len);
  ssize_t n = PASS(&call, SYS_pwrite64, fd, bytes, call.half ? len / 2 : len, offset);
  inject__die_if_torn(&call);
  return n;
}
CALL(ssize_t, pwrite, int fd, const void *bytes, size_t len, off_t offset) { return write_at(fd, bytes, len, offset); }
CALL(ssize_t, pwrite64, int fd, const void *bytes, size_t len, off64_t offset) { return write_at(fd, bytes, len, offset); }

static ssize_t read_at(int fd, void *out, size_t len, off64_t offset) {
  struct inject__call call = inject__on_fd("pread", fd, NULL, 0);
  return PASS(&call, SYS_pread64, fd, out, len, offset);
}
CALL(ssize_t, pread, int fd, void *out, size_t len, off_t offset) { return read_at(fd, out, len, offset); }
CALL(ssize_t, pread64, int fd, void *out, size_t len, off64_t offset) { return read_at(fd, out, len, offset); }

CALL(ssize_t, read, int fd, void *out, size_t len) {
  struct inject__call call = inject__on_fd("read", fd, NULL, 0);
  return PASS(&call, SYS_read, fd, out, len);
}

CALL(int, fdatasync, int fd) {
  struct inject__call call = inject__on_fd("fdatasync", fd, NULL, 0);
  int result = (int)PASS(&call, SYS_fdatasync, fd);
  inject__synced(&call, result);
  return result;
}

CALL(int, fsync, int fd) {
  struct inject__call call = inject__on_fd("fsync", fd, NULL, 0);
  int result = (int)PASS(&call, SYS_fsync, fd);
  inject__synced(&call, result);
  return result;
}

static int cut(int fd, off64_t len) {
  struct inject__call call = inject__on_fd("ftruncate", fd, NULL, 0);
  return (int)PASS(&call, SYS_ftruncate, fd, len);
}
CALL(int, ftruncate, int fd, off_t len) { return cut(fd, len); }
CALL(int, ftruncate64, int fd, off64_t len) { return cut(fd, len); }

static int set_aside(int fd, int mode, off64_t offset, off64_t len) {
  struct inject__call call = inject__on_fd("fallocate", fd, NULL, 0);
  return (int)PASS(&call, SYS_fallocate, fd, mode, offset, len);
}
CALL(int, fallocate, int fd, int mode, off_t offset, off_t len) { return set_aside(fd, mode, offset, len); }
CALL(int, fallocate64, int fd, int mode, off64_t offset, off64_t len) { return set_aside(fd, mode, offset, len); }

CALL(int, flock, int fd, int how) {
  struct inject__call call = inject__on_fd("flock", fd, NULL, 0);
  return (int)PASS(&call, SYS_flock, fd, how);
}

/* Of fcntl only what locks. */
static int control(int fd, int command, void *argument) {
  int locks = command == F_OFD_SETLK || command == F_OFD_SETLKW || command == F_OFD_GETLK || command == F_SETLK || command == F_SETLKW || command == F_GETLK;
  struct inject__call call = locks ? inject__on_fd("fcntl", fd, NULL, 0) : (struct inject__call){0};
  return (int)PASS(&call, SYS_fcntl, fd, command, argument);
}
#define FCNTL(name) \
  CALL(int, name, int fd, int command, ...) { \
    va_list list; \
    va_start(list, command); \
    void *argument = va_arg(list, void *); \
    va_end(list); \
    return control(fd, command, argument); \
  }
FCNTL(fcntl)
FCNTL(fcntl64)

static int open_at(int dir, const char *path, int flags, mode_t mode) {
  struct inject__call call = inject__on_path("openat", dir, path);
  int existed = call.counts && faccessat(dir, path, F_OK, AT_EACCESS) == 0;
  int fd = (int)PASS(&call, SYS_openat, dir, path, flags, mode);
  if (fd >= 0)
    inject__opened(&call, fd, path, !existed);
  return fd;
}
#define OPEN(name) \
  CALL(int, name, const char *path, int flags, ...) { \
    va_list list; \
    va_start(list, flags); \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; \
    va_end(list); \
    return open_at(AT_FDCWD, path, flags, mode); \
  }
#define OPENAT(name) \
  CALL(int, name, int dir, const char *path, int flags, ...) { \
    va_list list; \
    va_start(list, flags); \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; \
    va_end(list); \
    return open_at(dir, path, flags, mode); \
  }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

static int stat_at(const char *name, int fd, const char *path, struct stat *out, int flags) {
  struct inject__call call = *path ? inject__on_path(name, fd, path) : inject__on_fd(name, fd, NULL, 0);
  return (int)PASS(&call, SYS_newfstatat, fd, path, out, flags);
}
CALL(int, fstat, int fd, struct stat *out) { return stat_at("fstat", fd, "", out, AT_EMPTY_PATH); }
CALL(int, fstat64, int fd, struct stat64 *out) { return stat_at("fstat", fd, "", (struct stat *)out, AT_EMPTY_PATH); }
CALL(int, fstatat, int dir, const char *path, struct stat *out, int flags) { return stat_at("fstatat", dir, path, out, flags); }
CALL(int, fstatat64, int dir, const char *path, struct stat64 *out, int flags) { return stat_at("fstatat", dir, path, (struct stat *)out, flags); }

CALL(int, fstatfs, int fd, struct statfs *out) {
  struct inject__call call = inject__on_fd("fstatfs", fd, NULL, 0);
  return (int)PASS(&call, SYS_fstatfs, fd, out);
}
CALL(int, fstatfs64, int fd, struct statfs64 *out) {
  struct inject__call call = inject__on_fd("fstatfs", fd, NULL, 0);
  return (int)PASS(&call, SYS_fstatfs, fd, out);
}

static int rename_at(int from_dir, const char *from, int to_dir, const char *to, unsigned flags) {
  struct inject__call call = inject__on_path("rename", to_dir, to);
  int old = call.counts ? (int)syscall(SYS_openat, to_dir, to, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0) : -1;
  int result = (int)PASS(&call, SYS_renameat2, from_dir, from, to_dir, to, flags);
  if (result == 0)
    inject__renamed(&call, from, to, old);
  return result;
}
CALL(int, rename, const char *from, const char *to) { return rename_at(AT_FDCWD, from, AT_FDCWD, to, 0); }
CALL(int, renameat, int from_dir, const char *from, int to_dir, const char *to) { return rename_at(from_dir, from, to_dir, to, 0); }
CALL(int, renameat2, int from_dir, const char *from, int to_dir, const char *to, unsigned flags) { return rename_at(from_dir, from, to_dir, to, flags); }

static int link_at(int from_dir, const char *from, int to_dir, const char *to, int flags) {
  struct inject__call call = inject__on_path("link", to_dir, to);
  int result = (int)PASS(&call, SYS_linkat, from_dir, from, to_dir, to, flags);
  if (result == 0)
    inject__named(&call, to);
  return result;
}
CALL(int, link, const char *from, const char *to) { return link_at(AT_FDCWD, from, AT_FDCWD, to, 0); }
CALL(int, linkat, int from_dir, const char *from, int to_dir, const char *to, int flags) { return link_at(from_dir, from, to_dir, to, flags); }

static int unlink_at(int dir, const char *path, int flags) {
  struct inject__call call = inject__on_path("unlink", dir, path);
  return (int)PASS(&call, SYS_unlinkat, dir, path, flags);
}
CALL(int, unlink, const char *path) { return unlink_at(AT_FDCWD, path, 0); }
CALL(int, unlinkat, int dir, const char *path, int flags) { return unlink_at(dir, path, flags); }

CALL(ssize_t, sendto, int fd, const void *bytes, size_t len, int flags, __CONST_SOCKADDR_ARG to, socklen_t to_len) {
  struct inject__call call = inject__on_socket("send", fd, bytes, len);
  return PASS(&call, SYS_sendto, fd, bytes, len, flags, to.__sockaddr__, to_len);
}
CALL(ssize_t, send, int fd, const void *bytes, size_t len, int flags) { return sendto(fd, bytes, len, flags, (__CONST_SOCKADDR_ARG){NULL}, 0); }
CALL(ssize_t, recvfrom, int fd, void *out, size_t len, int flags, __SOCKADDR_ARG from, socklen_t *from_len) {
  struct inject__call call = inject__on_socket("recv", fd, NULL, 0);
  return PASS(&call, SYS_recvfrom, fd, out, len, flags, from.__sockaddr__, from_len);
}
CALL(ssize_t, recv, int fd, void *out, size_t len, int flags) { return recvfrom(fd, out, len, flags, (__SOCKADDR_ARG){NULL}, NULL); }
