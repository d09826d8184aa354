/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_DEMO_DIR_H
#define CLI_DEMO_DIR_H

/* A private directory for the files of the demo. */
struct demo_dir {
  char *path; /* NULL: none */
};

int demo_dir_make(struct demo_dir *dir);  /* 0, or errno */
char *demo_dir_file(const struct demo_dir *dir, const char *name); /* its path; caller frees */
int demo_dir_write(const struct demo_dir *dir, const char *name, const char *text); /* 0, or errno */
void demo_dir_remove(struct demo_dir *dir); /* with all files in it */

#endif
