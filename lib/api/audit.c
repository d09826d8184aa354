/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>

#include "audit/reader.h"
#include "base/error.h"
#include "base/handle.h"
#include "base/mem.h"
#include "validate/report.h"

struct cxd_audit_reader {
  uint32_t magic;
  struct cxd__reader *reader;
  cxd_report *report;
  char last[24 + CXD__HASH_HEX]; /* "SEQ:HASH" */
};

static cxd_status not_a_reader(cxd_error **error) {
  return cxd__fail(error, CXD_E_ARGUMENT, "reader is NULL, freed, or a handle of another kind: pass a live one");
}

static void take_finding(void *self, int32_t severity, const char *code, char *message) { cxd__report_take(self, severity, code, "", message); }

static cxd_status open_reader(cxd_audit_reader *reader, const char *path, const char *key_file, cxd_error **error) {
  struct cxd__audit_key key = {0};
  int is_keyed = key_file && *key_file;
  cxd_status status = is_keyed ? cxd__audit_key_load(key_file, &key, error) : CXD_OK;
  if (status == CXD_OK)
    status = cxd__reader_open(path, is_keyed ? &key : NULL, (struct cxd__reader_sink){reader->report, take_finding}, &reader->reader, error);
  cxd__audit_key_clear(&key);
  return status;
}

static void destroy(cxd_audit_reader *reader) {
  if (reader->reader)
    cxd__reader_close(reader->reader);
  if (reader->report)
    cxd__report_free(reader->report);
  reader->magic = CXD__MAGIC_DEAD;
  cxd__free(reader);
}

static cxd_status make(const char *path, const char *key_file, cxd_audit_reader **out, cxd_error **error) {
  cxd_audit_reader *reader = cxd__alloc(sizeof *reader);
  if (!reader)
    return cxd__fail_nomem(error);
  reader->magic = CXD__MAGIC_AUDIT;
  reader->report = cxd__report_new();
  cxd_status status = reader->report ? open_reader(reader, path, key_file, error) : cxd__fail_nomem(error);
  if (status == CXD_OK) {
    reader->report->lent = 1; /* borrowed until the reader is freed */
    *out = reader;
  } else {
    destroy(reader);
  }
  return status;
}

cxd_status cxd_audit_open(const char *path, const char *key_file, cxd_audit_reader **out, cxd_error **error) {
  if (!out)
    return cxd__fail(error, CXD_E_ARGUMENT, "out is NULL: pass the address of a cxd_audit_reader *");
  *out = NULL;
  if (!path || !*path)
    return cxd__fail(error, CXD_E_ARGUMENT, "path is NULL or empty: name an audit log, one of its segments, or the directory that holds it");
  return make(path, key_file, out, error);
}

cxd_status cxd_audit_expect(cxd_audit_reader *reader, const char *checkpoint, cxd_error **error) {
  if (!CXD__IS(reader, AUDIT))
    return not_a_reader(error);
  if (!checkpoint)
    return cxd__fail(error, CXD_E_ARGUMENT, "checkpoint is NULL: pass SEQ:HASH");
  return cxd__reader_expect(reader->reader, checkpoint, error);
}

cxd_status cxd_audit_read(cxd_audit_reader *reader, const char **record, size_t *len, cxd_error **error) {
  size_t unused;
  if (!record)
    return cxd__fail(error, CXD_E_ARGUMENT, "record is NULL: pass the address of a const char *");
  *record = NULL;
  if (len)
    *len = 0;
  if (!CXD__IS(reader, AUDIT))
    return not_a_reader(error);
  return cxd__reader_next(reader->reader, record, len ? len : &unused, error);
}

const cxd_report *cxd_audit_report(const cxd_audit_reader *reader) { return CXD__IS(reader, AUDIT) ? reader->report : NULL; }

int64_t cxd_audit_record_count(const cxd_audit_reader *reader) { return CXD__IS(reader, AUDIT) ? cxd__reader_state(reader->reader)->records : 0; }

int64_t cxd_audit_segment_count(const cxd_audit_reader *reader) { return CXD__IS(reader, AUDIT) ? cxd__reader_state(reader->reader)->segments : 0; }

int64_t cxd_audit_first_bad_seq(const cxd_audit_reader *reader) { return CXD__IS(reader, AUDIT) ? cxd__reader_state(reader->reader)->first_bad : 0; }

/* The text is made when it is asked for: a constant reader has a place for it that changes. */
const char *cxd_audit_last(const cxd_audit_reader *reader) {
  if (!CXD__IS(reader, AUDIT))
    return "";
  const struct cxd__link *link = &cxd__reader_state(reader->reader)->last;
  char *text = ((cxd_audit_reader *)reader)->last;
  if (link->seq == 0)
    return "";
  int len = snprintf(text, 24, "%lld:", (long long)link->seq);
  cxd__hash_hex(link->h, text + len);
  text[len + CXD__HASH_HEX] = '\0';
  return text;
}

void cxd_audit_free(cxd_audit_reader *reader) {
  if (CXD__IS(reader, AUDIT))
    destroy(reader);
}

/* ------------------------------------------------------------------- verify */

static cxd_status read_all(cxd_audit_reader *reader, cxd_error **error) {
  cxd_status status;
  const char *record;
  size_t len;
  while (((status = cxd__reader_next(reader->reader, &record, &len, error)) == CXD_OK && record) || status == CXD_E_AUDIT) {
  }
  if (status != CXD_OK)
    return status;
  if (reader->report->failed)
    return cxd__fail_nomem(error);
  const struct cxd__finding *first;
  size_t errors = cxd__report_errors(reader->report, &first);
  return errors ? cxd__fail(error, CXD_E_AUDIT, "%s: %s", first->code, first->message) : CXD_OK;
}

cxd_status cxd_audit_verify(const char *path, const char *key_file, cxd_report **out, cxd_error **error) {
  cxd_audit_reader *reader = NULL;
  if (out)
    *out = NULL;
  cxd_status status = cxd_audit_open(path, key_file, &reader, error);
  if (status != CXD_OK)
    return status;
  status = read_all(reader, error);
  if (out && (status == CXD_OK || status == CXD_E_AUDIT)) {
    reader->report->lent = 0;
    *out = reader->report;
    reader->report = NULL;
  }
  destroy(reader);
  return status;
}
