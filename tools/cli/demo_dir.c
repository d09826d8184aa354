/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* mkdtemp */
#include "demo_dir.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "mem.h"

int demo_dir_make(struct demo_dir *dir) {
  const char *place = getenv("TMPDIR");
  dir->path = mem_format("%s/cxdialer-demo-XXXXXX", place && *place ? place : "/tmp");
  if (mkdtemp(dir->path))
    return 0;
  int number = errno;
  free(dir->path);
  dir->path = NULL;
  return number;
}

char *demo_dir_file(const struct demo_dir *dir, const char *name) { return mem_format("%s/%s", dir->path, name); }

int demo_dir_write(const struct demo_dir *dir, const char *name, const char *text) {
  char *path = demo_dir_file(dir, name);
  FILE *file = fopen(path, "wxe");
  free(path);
  if (!file)
    return errno;
  int failed = fputs(text, file) < 0;
  return fclose(file) != 0 || failed ? EIO : 0;
}

static void remove_files(const char *path) {
  DIR *open_dir = opendir(path);
  if (!open_dir)
    return;
  for (struct dirent *entry; (entry = readdir(open_dir));)
    unlinkat(dirfd(open_dir), entry->d_name, 0);
  closedir(open_dir);
}

void demo_dir_remove(struct demo_dir *dir) {
  if (!dir->path)
    return;
  remove_files(dir->path);
  rmdir(dir->path);
  free(dir->path);
  dir->path = NULL;
}
