/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "audit/backend.h"
#include "audit/sealer.h"
#include "base/error.h"
#include "base/mem.h"

struct custom {
  cxd_audit_logger table;
  struct cxd__sealer sealer;
};

/* A record that was not accepted leaves no gap: the next one takes its number. */
static cxd_status custom_append(void *self, int64_t resolves, const char *body, size_t len, struct cxd__buf *sealed, int64_t *seq, cxd_error **error) {
  (void)resolves; /* there are no dangling intents in such a chain */
  struct custom *custom = self;
  const struct cxd__buf *line = &custom->sealer.line;
  cxd_status status = cxd__sealer_seal(&custom->sealer, body, len, error);
  if (status != CXD_OK)
    return status;
  int64_t number = custom->sealer.next.seq;
  if (custom->table.append(custom->table.user_data, line->data, line->len) != CXD_ACCEPTED)
    return cxd__fail(error, CXD_E_AUDIT, "the audit logger did not accept record %lld", (long long)number);
  cxd__sealer_commit(&custom->sealer);
  cxd__sealer_tell(&custom->sealer, sealed, seq);
  return CXD_OK;
}

static cxd_status custom_sync(void *self, cxd_error **error) {
  const cxd_audit_logger *table = &((struct custom *)self)->table;
  if (!table->sync || table->sync(table->user_data) == CXD_ACCEPTED)
    return CXD_OK;
  return cxd__fail(error, CXD_E_AUDIT, "the audit logger did not make its records durable");
}

static void custom_close(void *self, int forked) {
  struct custom *custom = self;
  if (!forked && custom->table.destroy)
    custom->table.destroy(custom->table.user_data);
  cxd__sealer_close(&custom->sealer);
  cxd__free(custom);
}

static const struct cxd__audit_ops ops = {.append = custom_append, .sync = custom_sync, .close = custom_close};

static cxd_status failed(const cxd_audit_logger *table, cxd_status status) {
  if (table->destroy)
    table->destroy(table->user_data);
  return status;
}

cxd_status cxd__audit_open_custom(const cxd_audit_logger *table, struct cxd__audit **out, cxd_error **error) {
  *out = NULL;
  if (!table->append)
    return failed(table, cxd__fail(error, CXD_E_ARGUMENT, "cxd_audit_logger.append is NULL"));
  struct custom *custom = cxd__alloc(sizeof *custom);
  if (!custom)
    return failed(table, cxd__fail_nomem(error));
  custom->table = *table;
  cxd_status status = cxd__sealer_open(&custom->sealer, NULL, error);
  if (status != CXD_OK) {
    custom_close(custom, 0);
    return status;
  }
  return cxd__audit_make(&ops, custom, out, error);
}
