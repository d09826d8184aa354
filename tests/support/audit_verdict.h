/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_AUDIT_VERDICT_H
#define CXD_TESTS_AUDIT_VERDICT_H

#include "audit/reader.h"
#include "audit_log.h"
#include "base/error.h"
#include "base/mem.h"

/* What the reader says about a log, as one short text: "E:hash W:torn N:open", in the order told; "" for a good one. */
struct audit_verdict {
  char codes[4096], message[2048], last[96]; /* message: of the first finding */
  cxd_status status;          /* of the opening, or of the read that ended the reading */
  struct cxd__reader_state state;
  size_t given, alarms;       /* records; reads that said CXD_E_AUDIT */
  char *records[64];          /* the first ones, freed by audit_verdict_free() */
};

static inline void audit_verdict_take(void *self, int32_t severity, const char *code, char *message) {
  struct audit_verdict *verdict = self;
  size_t len = strlen(verdict->codes);
  audit_log_must(message != NULL && strncmp(code, "audit.", 6) == 0, "a finding with a text");
  if (len == 0)
    (void)snprintf(verdict->message, sizeof verdict->message, "%s", message);
  (void)snprintf(verdict->codes + len, sizeof verdict->codes - len, "%s%c:%s", len ? " " : "", "NWE"[severity], code + 6);
  cxd__free(message);
}

static inline void audit_verdict_read(struct audit_verdict *verdict, struct cxd__reader *reader) {
  const char *record;
  size_t len;
  for (;;) {
    verdict->status = cxd__reader_next(reader, &record, &len, NULL);
    if (verdict->status != CXD_OK && verdict->status != CXD_E_AUDIT)
      break;
    verdict->alarms += verdict->status == CXD_E_AUDIT;
    if (verdict->status == CXD_OK && !record)
      break;
    if (!record)
      continue;
    audit_log_must(strlen(record) == len, "a record of that length");
    if (verdict->given < sizeof verdict->records / sizeof *verdict->records)
      verdict->records[verdict->given] = cxd__strdup(record);
    verdict->given++;
  }
  verdict->state = *cxd__reader_state(reader);
}

/* key: of audit_log_use_key(), or NULL; expected: checkpoints, with a NULL behind them, or NULL. */
static inline struct audit_verdict audit_verdict_of(const char *path, const struct cxd__audit_key *key, const char *const *expected) {
  struct audit_verdict verdict = {.codes = ""};
  struct cxd__reader *reader = NULL;
  verdict.status = cxd__reader_open(path, key, (struct cxd__reader_sink){&verdict, audit_verdict_take}, &reader, NULL);
  if (verdict.status != CXD_OK)
    return verdict;
  for (; expected && *expected; expected++)
    audit_log_must(cxd__reader_expect(reader, *expected, NULL) == CXD_OK, *expected);
  audit_verdict_read(&verdict, reader);
  cxd__reader_close(reader);
  return verdict;
}

static inline void audit_verdict_free(struct audit_verdict *verdict) {
  for (size_t i = 0; i < sizeof verdict->records / sizeof *verdict->records; i++)
    cxd__free(verdict->records[i]);
  *verdict = (struct audit_verdict){.codes = ""};
}

#endif
