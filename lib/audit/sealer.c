/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* gethostname, O_CLOEXEC */
#include "audit/sealer.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/now.h"
#include "base/random.h"

static int fits(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'; }

static void name_writer(char out[112]) {
  char host[65] = "";
  unsigned char instance[4] = {0};
  (void)gethostname(host, sizeof host - 1);
  for (char *c = host; *c; c++)
    if (!fits(*c))
      *c = '_';
  (void)cxd__random_bytes(instance, sizeof instance);
  (void)snprintf(out, 112, "%s/%ld/%02x%02x%02x%02x", *host ? host : "unknown", (long)getpid(), instance[0], instance[1], instance[2], instance[3]);
}

void cxd__boot_id(char out[40]) {
  int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  ssize_t n = fd < 0 ? 0 : read(fd, out, 36);
  if (fd >= 0)
    (void)close(fd);
  out[n == 36 ? 36 : 0] = '\0';
}

cxd_status cxd__sealer_open(struct cxd__sealer *sealer, const struct cxd__audit_key *key, cxd_error **error) {
  cxd_status status = cxd__seal_open(&sealer->seal, key, error);
  if (status != CXD_OK)
    return status;
  cxd__boot_id(sealer->boot);
  name_writer(sealer->writer);
  return CXD_OK;
}

void cxd__sealer_close(struct cxd__sealer *sealer) {
  cxd__seal_close(&sealer->seal);
  cxd__buf_free(&sealer->line);
}

void cxd__sealer_rename(struct cxd__sealer *sealer) { name_writer(sealer->writer); }

struct cxd__stamp cxd__sealer_stamp(const struct cxd__sealer *sealer) { return (struct cxd__stamp){cxd__wall_us(), cxd__clock_read().boot_us, sealer->boot, sealer->writer}; }

cxd_status cxd__sealer_seal(struct cxd__sealer *sealer, const char *body, size_t len, cxd_error **error) {
  struct cxd__stamp stamp = cxd__sealer_stamp(sealer);
  return cxd__chain_seal(&sealer->seal, &sealer->last, &stamp, body, len, &sealer->line, &sealer->next, error);
}

void cxd__sealer_commit(struct cxd__sealer *sealer) { sealer->last = sealer->next; }

void cxd__sealer_tell(const struct cxd__sealer *sealer, struct cxd__buf *sealed, int64_t *seq) {
  if (sealed) {
    cxd__buf_reset(sealed);
    cxd__buf_add(sealed, sealer->line.data, sealer->line.len);
  }
  if (seq)
    *seq = sealer->last.seq;
}
