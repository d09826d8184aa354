/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* O_CLOEXEC and fstat under -std=c11 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/quote.h"

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

static cxd_status unreadable(const char *path, const char *what, int number, cxd_error **error) {
  char shown[CXD__QUOTE_MAX];
  cxd__quote(path, shown);
  return cxd__fail(error, CXD_E_IO, "%s '%s' cannot be read: %s (errno %d): give the path of a readable file", what, shown, cxd__file_reason(number), number);
}

static const char *not_regular(mode_t mode) {
  if (S_ISREG(mode))
    return NULL;
  return S_ISDIR(mode) ? "it is a directory, not a regular file" : "it is a device, pipe or socket, not a regular file";
}

static cxd_status no_file(const char *path, const char *what, const char *why, cxd_error **error) {
  char shown[CXD__QUOTE_MAX];
  cxd__quote(path, shown);
  return cxd__fail(error, CXD_E_IO, "%s '%s' cannot be read: %s: give the path of a readable file", what, shown, why);
}

static cxd_status too_large(const char *path, const char *what, size_t most, cxd_error **error) {
  char shown[CXD__QUOTE_MAX];
  cxd__quote(path, shown);
  return cxd__fail(error, CXD_E_TOO_LARGE, "%s '%s' is larger than %zu bytes: split or shorten it", what, shown, most);
}

/* There is always room for one byte more than was asked for, to see that there is more. */
static cxd_status read_all(int fd, const char *path, size_t most, const char *what, struct cxd__buf *out, cxd_error **error) {
  while (out->len <= most) {
    if (!cxd__buf_room(out, 1))
      return cxd__fail_nomem(error);
    size_t room = out->cap - 1 - out->len, left = most + 1 - out->len;
    ssize_t n = read(fd, out->data + out->len, room < left ? room : left);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return unreadable(path, what, errno, error);
    if (n == 0)
      return CXD_OK;
    out->len += (size_t)n;
    out->data[out->len] = '\0';
  }
  return too_large(path, what, most, error);
}

static cxd_status fill(int fd, const char *path, size_t most, const char *what, struct cxd__buf *out, cxd_error **error) {
  struct stat info;
  if (fstat(fd, &info) != 0)
    return unreadable(path, what, errno, error);
  const char *why = not_regular(info.st_mode);
  if (why)
    return no_file(path, what, why, error);
  size_t size = (size_t)info.st_size < most ? (size_t)info.st_size : most;
  if (!cxd__buf_room(out, size + 1))
    return cxd__fail_nomem(error);
  out->data[0] = '\0';
  return read_all(fd, path, most, what, out, error);
}

/* O_NONBLOCK: a FIFO in the place of the file must not block the caller. */
static int open_file(const char *path) { return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); }

cxd_status cxd__file_read(const char *path, size_t most, const char *what, struct cxd__buf *out, cxd_error **error) {
  int fd = open_file(path);
  if (fd < 0)
    return unreadable(path, what, errno, error);
  out->secret = 1;
  cxd_status status = fill(fd, path, most, what, out, error);
  (void)close(fd);
  if (status != CXD_OK)
    cxd__buf_free(out);
  return status;
}

const char *cxd__file_unfit(const char *path) {
  struct stat info;
  int fd = open_file(path);
  if (fd < 0)
    return cxd__file_reason(errno);
  const char *why = fstat(fd, &info) == 0 ? not_regular(info.st_mode) : cxd__file_reason(errno);
  (void)close(fd);
  return why;
}
