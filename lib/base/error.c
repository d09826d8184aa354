/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* strerrordesc_np */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static char *render(const char *format, va_list args) __attribute__((format(printf, 1, 0)));
static cxd_error *make(cxd_status status, const char *field, const char *format, va_list args) __attribute__((format(printf, 3, 0)));

static char *render(const char *format, va_list args) {
  va_list again;
  va_copy(again, args);
  int len = vsnprintf(NULL, 0, format, args);
  char *text = len < 0 ? NULL : cxd__alloc((size_t)len + 1);
  if (text)
    (void)vsnprintf(text, (size_t)len + 1, format, again);
  va_end(again);
  return text;
}

static cxd_error *make(cxd_status status, const char *field, const char *format, va_list args) {
  cxd_error *error = cxd__alloc(sizeof *error);
  if (!error)
    return NULL;
  error->magic = CXD__MAGIC_ERROR;
  error->status = status;
  error->retry_after_ms = -1;
  error->message = render(format, args);
  error->field = cxd__strdup(field);
  return error;
}

cxd_error *cxd__error_new(cxd_status status, const char *format, ...) {
  va_list args;
  va_start(args, format);
  cxd_error *error = make(status, NULL, format, args);
  va_end(args);
  return error;
}

cxd_error *cxd__error_copy(const cxd_error *error) {
  if (!error)
    return NULL;
  cxd_error *copy = cxd__alloc(sizeof *copy);
  if (!copy)
    return NULL;
  *copy = *error;
  copy->message = cxd__strdup(error->message);
  copy->field = cxd__strdup(error->field);
  copy->server_code = cxd__strdup(error->server_code);
  copy->request_id = cxd__strdup(error->request_id);
  return copy;
}

/* A caller that passes the same pointer twice gets the newer error and leaks nothing. */
static void put(cxd_error **out, cxd_error *error) {
  if (*out && (*out)->magic == CXD__MAGIC_ERROR)
    cxd_error_free(*out);
  *out = error;
}

void cxd__error_give(cxd_error **out, cxd_error *error) {
  if (!out || !error) {
    cxd_error_free(error);
    return;
  }
  cxd_error_free(*out);
  *out = error;
}

cxd_status cxd__fail(cxd_error **out, cxd_status status, const char *format, ...) {
  if (!out)
    return status;
  va_list args;
  va_start(args, format);
  put(out, make(status, NULL, format, args));
  va_end(args);
  return status;
}

cxd_status cxd__fail_at(cxd_error **out, cxd_status status, const char *field, const char *format, ...) {
  if (!out)
    return status;
  va_list args;
  va_start(args, format);
  put(out, make(status, field, format, args));
  va_end(args);
  return status;
}

cxd_status cxd__fail_nomem(cxd_error **out) { return cxd__fail(out, CXD_E_NOMEM, "out of memory"); }

/* Text that no later call changes: in glibc strerror() may, in musl it never does, and musl has nothing else. */
const char *cxd__errno_text(int number) {
#ifdef __GLIBC__
  const char *text = strerrordesc_np(number);
#else
  const char *text = strerror(number);
#endif
  return text ? text : "unknown error";
}

void cxd_error_free(cxd_error *error) {
  if (!error || error->magic != CXD__MAGIC_ERROR)
    return;
  cxd__free(error->message);
  cxd__free(error->field);
  cxd__free(error->server_code);
  cxd__free(error->request_id);
  error->magic = CXD__MAGIC_DEAD;
  cxd__free(error);
}
