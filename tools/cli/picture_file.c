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

const struct picture_kind picture_svg = {"--svg", "picture"};

static int refuse(const struct cli *cli, const struct picture_kind *kind, const char *file, const char *why) {
  char *name = display_text(slice_of(file));
  output_failure(cli, CXD_E_IO, "", "%s %s: %s; no %s was written", kind->option, name, why, kind->noun);
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

/* The rights of the new file are those that the umask leaves, or those of the file that it takes the place of. -1: errno says why. */
static int open_beside(const char *beside, const struct stat *old) {
  int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (fd < 0 || !old || fchmod(fd, old->st_mode & 0777) == 0)
    return fd;
  int number = errno;
  close(fd);
  unlink(beside);
  errno = number;
  return -1;
}

static int write_beside(const char *file, const struct stat *old, picture_draw *draw, const void *what) {
  char *beside = mem_format("%s.%ld.tmp", file, (long)getpid());
  int fd = open_beside(beside, old);
  int number = fd < 0 ? errno : draw_into(fd, draw, what, 1);
  if (!number && rename(beside, file) != 0)
    number = errno;
  if (number && fd >= 0)
    unlink(beside);
  free(beside);
  return number;
}

/* What the name leads to. */
struct target {
  struct stat st;
  int known;
  char *path; /* a link stays one: what it leads to is replaced */
};

static int find_target(const char *file, struct target *target) {
  target->known = stat(file, &target->st) == 0;
  target->path = target->known ? realpath(file, NULL) : NULL;
  if (!target->path)
    target->path = mem_format("%s", file);
  return target->known && S_ISDIR(target->st.st_mode) ? EISDIR : 0;
}

static const struct stat *old_of(const struct target *target) { return target->known ? &target->st : NULL; }

static const char *why_not(int number) { return number == EISDIR ? "is a directory: name a file in it" : strerror(number); }

/* The errno of what stands in the way. */
static int try_target(const struct target *target) {
  if (target->known && !S_ISREG(target->st.st_mode))
    return access(target->path, W_OK) == 0 ? 0 : errno;
  char *beside = mem_format("%s.%ld.tmp", target->path, (long)getpid());
  int fd = open_beside(beside, old_of(target));
  int number = fd < 0 ? errno : 0;
  if (fd >= 0) {
    close(fd);
    unlink(beside);
  }
  free(beside);
  return number;
}

int picture_check(const struct cli *cli, const struct picture_kind *kind, const char *file) {
  struct target target;
  int number = find_target(file, &target);
  if (!number)
    number = try_target(&target);
  free(target.path);
  return number ? refuse(cli, kind, file, why_not(number)) : EXIT_DONE;
}

static int write_file(const struct cli *cli, const struct picture_kind *kind, const char *file, picture_draw *draw, const void *what) {
  struct target target;
  int number = find_target(file, &target);
  interrupt_hold(); /* what was begun beside it must not stay there */
  if (!number)
    number = target.known && !S_ISREG(target.st.st_mode) ? write_through(target.path, draw, what) : write_beside(target.path, old_of(&target), draw, what);
  free(target.path);
  return number ? refuse(cli, kind, file, why_not(number)) : EXIT_DONE;
}

int picture_write(const struct cli *cli, const struct picture_kind *kind, const char *file, picture_draw *draw, const void *what) {
  if (strcmp(file, "-") == 0)
    return draw(stdout, what) == 0 || ferror(stdout) ? EXIT_DONE : EXIT_OTHER; /* output_finish() sees to errors of standard output */
  int code = write_file(cli, kind, file, draw, what);
  if (code)
    return code;
  char *name = display_text(slice_of(file));
  output_note(cli, "%s written to %s", kind->noun, name);
  free(name);
  return interrupt_seen() ? EXIT_INTERRUPTED : EXIT_DONE;
}
