/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/abi.h"

#include <string.h>

#include "base/error.h"

/* No table is ever this large: what says so was never set, and the bytes behind it are not looked at. */
#define LARGEST 65536

cxd_status cxd__abi_copy(void *out, size_t ours, size_t v1, const void *theirs, const char *name, cxd_error **error) {
  size_t size;
  memcpy(&size, theirs, sizeof size);
  if (size < v1)
    return cxd__fail(error, CXD_E_ABI, "%s.size is %zu, at least %zu is needed: set it to sizeof(%s)", name, size, v1, name);
  if (size > LARGEST)
    return cxd__fail(error, CXD_E_ABI, "%s.size is %zu, which is no size of a table: set it to sizeof(%s)", name, size, name);
  for (size_t i = ours; i < size; i++)
    if (((const unsigned char *)theirs)[i] != 0)
      return cxd__fail(error, CXD_E_ABI, "%s has methods that this library (%s) does not know: use a newer library", name, cxd_version());
  memset(out, 0, ours);
  memcpy(out, theirs, size < ours ? size : ours);
  return CXD_OK;
}

void cxd__abi_discard(const void *theirs) {
  struct cxd__table head;
  memcpy(&head.size, theirs, sizeof head.size);
  if (head.size < sizeof head)
    return;
  memcpy(&head, theirs, sizeof head);
  if (head.destroy)
    head.destroy(head.user_data);
}
