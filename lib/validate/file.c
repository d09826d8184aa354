/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* O_CLOEXEC and fstat under -std=c11 */
#include "validate/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

const char *cxd__file_reason(int number) {
  switch (number) {
  case ENOENT: return "it does not exist";
  case EACCES:
  case EPERM: return "permission is denied";
  case ENOTDIR: return "a part of the path is not a directory";
  case EISDIR: return "it is a directory";
  case ELOOP: return "there are too many symbolic links";
  case ENAMETOOLONG: return "the path is too long";
  case EMFILE:
  case ENFILE: return "too many files are open";
  default: return "reading failed";
  }
}

static cxd_status fail_io(cxd_error **error, const char *what, const char *path, int number) {
  return cxd__fail(error, CXD_E_IO, "%s %s: %s (errno %d): give the path of a readable file", what, path, cxd__file_reason(number), number);
}

static cxd_status read_all(int fd, size_t max, const char *path, const char *what, struct cxd__buf *out, cxd_error **error) {
  char chunk[16384];
  for (;;) {
    ssize_t got = read(fd, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return fail_io(error, what, path, errno);
    if (got == 0)
      return out->failed ? cxd__fail_nomem(error) : CXD_OK;
    if (out->len + (size_t)got > max)
      return cxd__fail(error, CXD_E_TOO_LARGE, "%s %s is larger than %zu bytes: split or shorten it", what, path, max);
    cxd__buf_add(out, chunk, (size_t)got);
  }
}

cxd_status cxd__file_read(const char *path, size_t max, const char *what, struct cxd__buf *out, cxd_error **error) {
  /* O_NONBLOCK: a FIFO in the place of the file must not block the caller. */
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return fail_io(error, what, path, errno);
  struct stat info;
  cxd_status status;
  if (fstat(fd, &info) != 0)
    status = fail_io(error, what, path, errno);
  else if (!S_ISREG(info.st_mode))
    status = cxd__fail(error, CXD_E_IO, "%s %s is not a regular file: give the path of one", what, path);
  else
    status = read_all(fd, max, path, what, out, error);
  (void)close(fd);
  if (status != CXD_OK)
    cxd__buf_free(out);
  return status;
}
