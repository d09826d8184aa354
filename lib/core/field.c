/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "core/verdict.h"
#include "json/pointer.h"

/* One name of a dotted path, escaped as RFC 6901 wants it. */
static void add_name(struct cxd__buf *out, const char *name, size_t len) {
  cxd__buf_char(out, '/');
  for (size_t i = 0; i < len; i++)
    if (name[i] == '~')
      cxd__buf_str(out, "~0");
    else if (name[i] == '/')
      cxd__buf_str(out, "~1");
    else
      cxd__buf_char(out, name[i]);
}

char *cxd__field_pointer(const char *field) {
  struct cxd__buf out = {0};
  if (!field || !field[0])
    return NULL;
  if (field[0] == '/' && cxd__pointer_valid(field))
    return cxd__strdup(field);
  for (const char *name = field; *name;) {
    size_t len = strcspn(name, ".");
    add_name(&out, name, len);
    name += len + (name[len] == '.');
  }
  return cxd__buf_take(&out);
}
