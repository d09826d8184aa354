/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * What is lost with the power: bytes behind the size a file had when it was synced last (or opened), and names that were made or
 * moved since their directory was synced.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "inject.h"

#define MOST 256

static struct {
  ino_t inode;
  int fd; /* an opening of its own: a duplicate would share the locks of the program */
  off_t durable;
} files[MOST];
static int file_count;

/* to: made; from: what it was called before ("": nothing); old: what `to` was before, or -1 */
static struct {
  char to[NAME_MAX + 1], from[NAME_MAX + 1];
  int old;
} names[MOST];
static int name_count;

static const char *base_of(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static void add_name(const char *from, const char *to, int old) {
  if (name_count == MOST)
    abort();
  (void)snprintf(names[name_count].to, sizeof names->to, "%s", base_of(to));
  (void)snprintf(names[name_count].from, sizeof names->from, "%s", base_of(from));
  names[name_count++].old = old;
}

static void add_file(int fd, const struct stat *st) {
  char path[40];
  for (int i = 0; i < file_count; i++)
    if (files[i].inode == st->st_ino)
      return;
  if (file_count == MOST)
    abort();
  (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int own = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  int high = own < 0 ? -1 : (int)syscall(SYS_fcntl, own, F_DUPFD_CLOEXEC, 720);
  (void)syscall(SYS_close, own);
  files[file_count].inode = st->st_ino;
  files[file_count].fd = high;
  files[file_count++].durable = st->st_size;
}

void inject__opened(const struct inject__call *call, int fd, const char *path, int created) {
  struct stat st;
  if (!call->counts || syscall(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) != 0 || !S_ISREG(st.st_mode))
    return;
  add_file(fd, &st);
  if (created)
    add_name("", path, -1);
}

void inject__synced(const struct inject__call *call, int result) {
  struct stat st;
  if (!call->counts || result != 0)
    return;
  int is_file = 0;
  for (int i = 0; i < file_count; i++)
    if (files[i].inode == call->inode && files[i].fd >= 0 && syscall(SYS_newfstatat, files[i].fd, "", &st, AT_EMPTY_PATH) == 0) {
      files[i].durable = st.st_size;
      is_file = 1;
    }
  if (!is_file)
    name_count = 0;
}

void inject__named(const struct inject__call *call, const char *name) {
  if (call->counts)
    add_name("", name, -1);
}

void inject__renamed(const struct inject__call *call, const char *from, const char *to, int old) {
  if (call->counts)
    add_name(from, to, old);
}

static void take_back(int dir, int i) {
  char path[40];
  (void)snprintf(path, sizeof path, "/proc/self/fd/%d", names[i].old);
  if (!*names[i].from)
    (void)syscall(SYS_unlinkat, dir, names[i].to, 0);
  else
    (void)syscall(SYS_renameat2, dir, names[i].to, dir, names[i].from, 0);
  if (names[i].old >= 0)
    (void)syscall(SYS_linkat, AT_FDCWD, path, dir, names[i].to, AT_SYMLINK_FOLLOW);
}

void inject__lose_power(int names_too) {
  struct stat st;
  for (int i = 0; i < file_count; i++)
    if (files[i].fd >= 0 && syscall(SYS_newfstatat, files[i].fd, "", &st, AT_EMPTY_PATH) == 0 && st.st_size > files[i].durable)
      (void)syscall(SYS_ftruncate, files[i].fd, files[i].durable);
  int dir = (int)syscall(SYS_openat, AT_FDCWD, getenv("CXD_INJECT_DIR"), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  while (names_too && name_count > 0)
    take_back(dir, --name_count);
}
