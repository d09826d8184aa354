/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * One of many that write to one log: audit-writer PATH NAME RECORDS SYNC_EVERY MAX_BYTES [KEY_FILE]
 * Appends records {"k":"attempt","op":NAME,"round":1...}, and makes every SYNC_EVERY of them durable.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/log.h"
#include "base/error.h"

static int fail(const char *doing, cxd_error *error) {
  (void)fprintf(stderr, "%s: %s\n", doing, error ? error->message : "failed");
  cxd_error_free(error);
  return 1;
}

static int write_records(struct cxd__audit *audit, const char *name, int records, int sync_every) {
  cxd_error *error = NULL;
  char body[200];
  for (int i = 1; i <= records; i++) {
    int len = snprintf(body, sizeof body, "\"k\":\"attempt\",\"op\":\"%s\",\"campaign\":\"c-1\",\"round\":%d,\"send\":1,\"http_status\":503,\"error\":\"CXD_E_SERVER\"", name, i);
    if (cxd__audit_append(audit, body, (size_t)len, NULL, NULL, &error) != CXD_OK)
      return fail("append", error);
    if (i % sync_every == 0 && cxd__audit_sync(audit, &error) != CXD_OK)
      return fail("sync", error);
  }
  return 0;
}

static int run(char **args, const struct cxd__audit_key *key) {
  struct cxd__audit_options options = {.path = args[1], .key = key, .max_bytes = atoll(args[5]), .sync = 1};
  struct cxd__audit *audit = NULL;
  cxd_error *error = NULL;
  if (cxd__audit_open_file(&options, &audit, &error) != CXD_OK)
    return fail("open", error);
  int failed = write_records(audit, args[2], atoi(args[3]), atoi(args[4]));
  const char *code = "";
  char *alarm = cxd__audit_alarm(audit, &code);
  failed |= alarm != NULL && strcmp(code, "audit.broken") == 0 && fail(alarm, NULL);
  cxd__audit_close(audit);
  return failed;
}

int main(int count, char **args) {
  struct cxd__audit_key key = {0};
  cxd_error *error = NULL;
  if (count < 6 || count > 7)
    return fail("usage: audit-writer PATH NAME RECORDS SYNC_EVERY MAX_BYTES [KEY_FILE]", NULL);
  if (count == 7 && cxd__audit_key_load(args[6], &key, &error) != CXD_OK)
    return fail("key", error);
  int failed = run(args, count == 7 ? &key : NULL);
  cxd__audit_key_clear(&key);
  return failed;
}
