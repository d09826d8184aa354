/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* O_CLOEXEC, O_NOFOLLOW */
#include "stats_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"
#include "output.h"

static int is_metrics(const char *file) {
  size_t len = strlen(file);
  return len > 5 && strcmp(file + len - 5, ".prom") == 0;
}

/* 0, or the errno of what failed. Takes the descriptor. */
static int write_to(int fd, const char *text, int newline) {
  FILE *out = mem_need(fdopen(fd, "w"));
  errno = 0;
  int failed = fputs(text, out) < 0;
  if (newline)
    failed |= fputc('\n', out) == EOF;
  failed |= fflush(out) != 0;
  int number = failed ? errno ? errno : EIO : 0;
  if (fclose(out) != 0 && !number)
    number = errno;
  return number;
}

/* A collector may read it at any moment: it never sees half a file. */
static int write_beside(const char *file, const char *text, int newline) {
  char *beside = mem_format("%s.%ld.tmp", file, (long)getpid());
  int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  int number = fd < 0 ? errno : write_to(fd, text, newline);
  if (!number && rename(beside, file) != 0)
    number = errno;
  if (number && fd >= 0)
    unlink(beside);
  free(beside);
  return number;
}

static int write_file(const char *file, const char *text, int newline) {
  struct stat st;
  if (stat(file, &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
    return write_beside(file, text, newline);
  int fd = open(file, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  return fd < 0 ? errno : write_to(fd, text, newline);
}

void stats_file_write(struct cli *cli, const cxd_client *client) {
  if (!cli || !cli->stats_file || !client)
    return;
  int metrics = is_metrics(cli->stats_file);
  char *text = mem_need(metrics ? cxd_client_stats_openmetrics(client) : cxd_client_stats_json(client));
  int number = write_file(cli->stats_file, text, !metrics);
  cxd_string_free(text);
  if (!number)
    return;
  char *name = display_text(slice_of(cli->stats_file));
  output_failure(cli, CXD_E_IO, "", "--stats %s: %s; no statistics were written", name, strerror(number));
  free(name);
  cli->stats_failed = 1;
}
