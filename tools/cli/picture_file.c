/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* O_CLOEXEC, realpath */
#include "picture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exit_code.h"
#include "interrupt.h"
#include "mem.h"
#include "output.h"

static int refuse(const struct cli *cli, const char *file, const char *why) {
  char *name = display_text(slice_of(file));
  output_failure(cli, CXD_E_IO, "", "--svg %s: %s; no picture was written", name, why);
  free(name);
  return EXIT_OTHER;
}

/* 0, or the errno of what failed. Takes the descriptor. */
static int draw_into(int fd, picture_draw *draw, const void *what, int sync) {
  FILE *out = mem_need(fdopen(fd, "w"));
  errno = 0;
  int failed = draw(out, what) != 0;
  failed |= fflush(out) != 0;
  if (!failed && sync)
    failed = fsync(fd) != 0;
  int number = failed ? errno ? errno : EIO : 0;
  if (fclose(out) != 0 && !number)
    number = errno;
  return number;
}

static int write_through(const char *file, picture_draw *draw, const void *what) {
  int fd = open(file, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  return fd < 0 ? errno : draw_into(fd, draw, what, 0);
}

/* The rights of the new file are those that the umask leaves, or those of the file that it takes the place of. */
static int write_beside(const char *file, const struct stat *old, picture_draw *draw, const void *what) {
  char *beside = mem_format("%s.%ld.tmp", file, (long)getpid());
  int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  int number = fd < 0 ? errno : 0;
  if (!number && old && fchmod(fd, old->st_mode & 0777) != 0)
    number = errno;
  if (number && fd >= 0)
    close(fd);
  if (!number)
    number = draw_into(fd, draw, what, 1);
  if (!number && rename(beside, file) != 0)
    number = errno;
  if (number && fd >= 0)
    unlink(beside);
  free(beside);
  return number;
}

static int write_file(const struct cli *cli, const char *file, picture_draw *draw, const void *what) {
  struct stat st;
  int known = stat(file, &st) == 0;
  if (known && S_ISDIR(st.st_mode))
    return refuse(cli, file, "is a directory: name a file in it");
  /* A link stays one: what it leads to is replaced. */
  char *target = known ? realpath(file, NULL) : NULL;
  const char *name = target ? target : file;
  interrupt_hold(); /* what was begun beside it must not stay there */
  int number = known && !S_ISREG(st.st_mode) ? write_through(name, draw, what) : write_beside(name, known ? &st : NULL, draw, what);
  free(target);
  if (number)
    return refuse(cli, file, strerror(number));
  return interrupt_seen() ? EXIT_INTERRUPTED : EXIT_DONE;
}

int picture_write(const struct cli *cli, const char *file, picture_draw *draw, const void *what) {
  if (strcmp(file, "-") == 0)
    return draw(stdout, what) == 0 || ferror(stdout) ? EXIT_DONE : EXIT_OTHER; /* output_finish() sees to errors of standard output */
  int code = write_file(cli, file, draw, what);
  if (code)
    return code;
  char *name = display_text(slice_of(file));
  output_note(cli, "picture written to %s", name);
  free(name);
  return EXIT_DONE;
}
