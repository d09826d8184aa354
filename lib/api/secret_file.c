/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "api/secret_file.h"

#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/quote.h"

static cxd_status keep(const char *path, const char *text, size_t len, struct cxd__secret *out, cxd_error **error) {
  if (len && text[len - 1] == '\n')
    len -= len > 1 && text[len - 2] == '\r' ? 2 : 1;
  char shown[CXD__QUOTE_MAX];
  cxd__quote(path, shown);
  if (len == 0)
    return cxd__fail(error, CXD_E_CONFIG, "secret file '%s' is empty", shown);
  if (memchr(text, '\0', len))
    return cxd__fail(error, CXD_E_CONFIG, "secret file '%s' has a zero byte", shown);
  return cxd__secret_set(out, text, len) == 0 ? CXD_OK : cxd__fail_nomem(error);
}

cxd_status cxd__secret_from_file(const char *path, struct cxd__secret *out, cxd_error **error) {
  struct cxd__buf text = {0};
  cxd_status status = cxd__file_read(path, 65536, "secret file", &text, error);
  if (status == CXD_OK)
    status = keep(path, text.data, text.len, out, error);
  cxd__buf_free(&text);
  return status;
}
