/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "audit/findings.h"

#include "base/error.h"
#include "base/mem.h"

static void note_alarm(struct cxd__findings *findings, int32_t severity, const char *message) {
  if (severity != CXD_SEVERITY_ERROR || findings->alarmed)
    return;
  findings->alarmed = 1;
  findings->alarm = cxd__strdup(message);
}

void cxd__findings_close(struct cxd__findings *findings, int32_t severity, const char *code, struct cxd__buf *text) {
  char *message = cxd__buf_take(text);
  note_alarm(findings, severity, message);
  findings->sink.take(findings->sink.self, severity, code, message);
}

void cxd__findings_tell(struct cxd__findings *findings, int32_t severity, const char *code, struct cxd__buf *text) {
  if (findings->told < CXD__READER_FINDINGS) {
    findings->told++;
    cxd__findings_close(findings, severity, code, text);
    return;
  }
  findings->untold++;
  findings->worst = severity > findings->worst ? severity : findings->worst;
  note_alarm(findings, severity, text->data);
  cxd__buf_free(text);
}

void cxd__findings_more(struct cxd__findings *findings) {
  struct cxd__buf text = {0};
  if (!findings->untold)
    return;
  cxd__buf_fmt(&text, "%zu more findings are not listed one by one: begin with the first", findings->untold);
  findings->sink.take(findings->sink.self, findings->worst, "audit.more", cxd__buf_take(&text)); /* each had its alarm */
  findings->untold = 0;
}

cxd_status cxd__findings_raise(struct cxd__findings *findings, cxd_error **error) {
  if (!findings->alarmed)
    return CXD_OK;
  cxd_status status = cxd__fail(error, CXD_E_AUDIT, "%s", findings->alarm ? findings->alarm : "the audit log is not as it was written");
  findings->alarmed = 0;
  cxd__free(findings->alarm);
  findings->alarm = NULL;
  return status;
}

void cxd__findings_free(struct cxd__findings *findings) { cxd__free(findings->alarm); }
