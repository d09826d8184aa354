/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* strerror_r, O_CLOEXEC */
#include "api/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"

#include "api/config_value.h"

static cxd_status failed(const char *path, const char *what, int code, cxd_error **error) {
  char text[128], shown[CXD__QUOTE_MAX];
  cxd__config_quote(path, shown);
  return cxd__fail(error, CXD_E_IO, "%s '%s' cannot be read: %s", what, shown, strerror_r(code, text, sizeof text));
}

static cxd_status not_regular(const char *path, const char *what, mode_t mode, cxd_error **error) {
  char shown[CXD__QUOTE_MAX];
  cxd__config_quote(path, shown);
  return cxd__fail(error, CXD_E_IO, "%s '%s' is %s, not a regular file", what, shown, S_ISDIR(mode) ? "a directory" : "a device, pipe or socket");
}

/* Room for one byte more than allowed, to see that there is more. */
static ssize_t read_all(int fd, char *data, size_t room) {
  size_t len = 0;
  while (len < room) {
    ssize_t n = read(fd, data + len, room - len);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return -1;
    if (n == 0)
      break;
    len += (size_t)n;
  }
  return (ssize_t)len;
}

static cxd_status fill(int fd, const char *path, const char *what, size_t most, struct cxd__buf *out, cxd_error **error) {
  struct stat st;
  if (fstat(fd, &st) != 0)
    return failed(path, what, errno, error);
  if (!S_ISREG(st.st_mode))
    return not_regular(path, what, st.st_mode, error);
  out->data = cxd__alloc(most + 2);
  if (!out->data)
    return cxd__fail_nomem(error);
  out->cap = most + 2;
  ssize_t len = read_all(fd, out->data, most + 1);
  if (len < 0)
    return failed(path, what, errno, error);
  out->len = (size_t)len;
  out->data[len] = '\0';
  if (out->len <= most)
    return CXD_OK;
  char shown[CXD__QUOTE_MAX];
  cxd__config_quote(path, shown);
  return cxd__fail(error, CXD_E_TOO_LARGE, "%s '%s' is larger than %zu bytes", what, shown, most);
}

cxd_status cxd__read_regular(const char *path, const char *what, size_t most, struct cxd__buf *out, cxd_error **error) {
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    return failed(path, what, errno, error);
  cxd_status status = fill(fd, path, what, most, out, error);
  (void)close(fd);
  if (status != CXD_OK)
    cxd__buf_wipe(out);
  return status;
}

static cxd_status keep(const char *path, const char *text, size_t len, struct cxd__secret *out, cxd_error **error) {
  if (len && text[len - 1] == '\n')
    len -= len > 1 && text[len - 2] == '\r' ? 2 : 1;
  char shown[CXD__QUOTE_MAX];
  cxd__config_quote(path, shown);
  if (len == 0)
    return cxd__fail(error, CXD_E_CONFIG, "secret file '%s' is empty", shown);
  if (memchr(text, '\0', len))
    return cxd__fail(error, CXD_E_CONFIG, "secret file '%s' has a zero byte", shown);
  return cxd__secret_set(out, text, len) == 0 ? CXD_OK : cxd__fail_nomem(error);
}

cxd_status cxd__secret_from_file(const char *path, struct cxd__secret *out, cxd_error **error) {
  struct cxd__buf text = {0};
  cxd_status status = cxd__read_regular(path, "secret file", 65536, &text, error);
  if (status == CXD_OK)
    status = keep(path, text.data, text.len, out, error);
  cxd__buf_wipe(&text);
  return status;
}
