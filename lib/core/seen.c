/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What the campaign was last seen with. */
#include <string.h>

#include "base/mem.h"
#include "core/op.h"
#include "json/pointer.h"

/* As JSON text, of the kind that the update is conditional on; without a condition whichever there is. */
static void write_validator(const char *concurrency, const char *etag, struct cxd__slice root, struct cxd__buf *out) {
  struct cxd__slice version = cxd__json_find(root, CXD_FIELD_VERSION);
  char kind = concurrency ? concurrency[0] : 'n';
  if (etag && kind != 'v')
    cxd__buf_json_str(out, etag);
  else if (version.p && kind != 'e')
    cxd__json_compact(version, out);
}

void cxd__op_seen(struct cxd__op *op, const char *etag, struct cxd__slice root) {
  struct cxd__buf text = {0};
  cxd__op_unseen(op);
  if (!cxd__op_is_written_down(op))
    return;
  write_validator(op->result->concurrency, etag, root, &text);
  op->v1 = text.len ? cxd__buf_take(&text) : NULL; /* without memory it is not known */
  cxd__buf_free(&text);
}

void cxd__op_unseen(struct cxd__op *op) {
  cxd__free(op->v1);
  op->v1 = NULL;
}
