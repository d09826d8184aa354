/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_FINDINGS_H
#define CXD__AUDIT_FINDINGS_H

#include "audit/reader.h"
#include "base/buf.h"

/* What a verification has to say: passed on to the sink, up to a limit. Zero-initialise but for the sink. */
struct cxd__findings {
  struct cxd__reader_sink sink;
  size_t told, untold;
  int32_t worst;  /* severity of those that were not told */
  int alarmed;    /* an error since the last look */
  char *alarm;    /* its message; NULL without memory */
};

/* Takes the text, which may have failed. Beyond the limit only counted. */
void cxd__findings_tell(struct cxd__findings *findings, int32_t severity, const char *code, struct cxd__buf *text);

/* Told whatever the limit: for what only the end shows. */
void cxd__findings_close(struct cxd__findings *findings, int32_t severity, const char *code, struct cxd__buf *text);

/* One finding for all that were only counted. */
void cxd__findings_more(struct cxd__findings *findings);

/* If there was an error since the last call: CXD_E_AUDIT with the message of the first of them; else CXD_OK. */
cxd_status cxd__findings_raise(struct cxd__findings *findings, cxd_error **error);
void cxd__findings_free(struct cxd__findings *findings);

#endif
