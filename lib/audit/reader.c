/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "audit/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/reader_private.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/quote.h"

static cxd_status set_up(struct cxd__reader *reader, const char *path, const struct cxd__audit_key *key, cxd_error **error) {
  cxd_status status = cxd__seal_open(&reader->plain, NULL, error);
  reader->has_key = key != NULL;
  if (status == CXD_OK && key)
    status = cxd__seal_open(&reader->keyed, key, error);
  if (status == CXD_OK && cxd__hasher_open(&reader->hasher) != 0)
    status = cxd__fail(error, CXD_E_AUDIT, "libcrypto has no SHA-256: an audit log cannot be verified");
  return status == CXD_OK ? cxd__segments_open(&reader->segments, path, error) : status;
}

cxd_status cxd__reader_open(const char *path, const struct cxd__audit_key *key, struct cxd__reader_sink sink, struct cxd__reader **out, cxd_error **error) {
  struct cxd__reader *reader = cxd__alloc(sizeof *reader);
  *out = NULL;
  if (!reader)
    return cxd__fail_nomem(error);
  reader->findings.sink = sink;
  reader->fd = reader->lines.fd = reader->segments.fd = reader->segments.dir = -1;
  cxd_status status = set_up(reader, path, key, error);
  if (status == CXD_OK)
    *out = reader;
  else
    cxd__reader_close(reader);
  return status;
}

static void leave_file(struct cxd__reader *reader) {
  if (reader->fd >= 0)
    (void)close(reader->fd);
  reader->fd = -1;
}

void cxd__reader_close(struct cxd__reader *reader) {
  leave_file(reader);
  cxd__lines_close(&reader->lines);
  cxd__segments_close(&reader->segments);
  cxd__unanswered_free(&reader->unanswered);
  cxd__findings_free(&reader->findings);
  cxd__seal_close(&reader->plain);
  cxd__seal_close(&reader->keyed);
  cxd__hasher_close(&reader->hasher);
  cxd__free(reader->expected);
  cxd__free(reader);
}

const struct cxd__reader_state *cxd__reader_state(const struct cxd__reader *reader) { return &reader->state; }

/* ------------------------------------------------------------- checkpoints */

static int read_checkpoint(const char *text, struct cxd__link *out) {
  size_t digits = strspn(text, "0123456789");
  if (digits < 1 || digits > 18 || text[0] == '0' || text[digits] != ':' || strlen(text + digits + 1) != CXD__HASH_HEX)
    return 0;
  out->seq = strtoll(text, NULL, 10);
  return cxd__hash_read(text + digits + 1, out->h);
}

cxd_status cxd__reader_expect(struct cxd__reader *reader, const char *checkpoint, cxd_error **error) {
  struct cxd__link link;
  char quoted[CXD__QUOTE_MAX];
  if (reader->started)
    return cxd__fail(error, CXD_E_STATE, "reading has begun: say what is expected before the first read");
  cxd__quote(checkpoint, quoted);
  if (!read_checkpoint(checkpoint, &link))
    return cxd__fail(error, CXD_E_ARGUMENT, "'%s' is no checkpoint: give SEQ:HASH, a number from 1 on and 64 hexadecimal digits in lower case", quoted);
  struct cxd__expected *grown = cxd__realloc(reader->expected, (reader->expected_count + 1) * sizeof *grown);
  if (!grown)
    return cxd__fail_nomem(error);
  reader->expected = grown;
  size_t at = reader->expected_count++;
  for (; at > 0 && grown[at - 1].link.seq > link.seq; at--)
    grown[at] = grown[at - 1];
  grown[at] = (struct cxd__expected){.link = link};
  return CXD_OK;
}

/* ----------------------------------------------------------------- reading */

static cxd_status die(struct cxd__reader *reader, cxd_status status) {
  reader->dead = status;
  leave_file(reader);
  return status;
}

static cxd_status nomem(struct cxd__reader *reader, cxd_error **error) { return die(reader, cxd__fail_nomem(error)); }

static cxd_status unreadable(struct cxd__reader *reader, int code, cxd_error **error) {
  char quoted[CXD__QUOTE_MAX];
  cxd__quote(reader->segments.items[reader->at].name, quoted);
  return die(reader, cxd__fail(error, CXD_E_IO, "audit log: '%s' cannot be read, at byte %lld: %s", quoted, (long long)reader->lines.read, cxd__errno_text(code)));
}

/* Behind which number the next segment says that nothing counts, and whether it says what the whole file was like. */
static void look_ahead(struct cxd__reader *reader) {
  const struct cxd__segment *next = reader->at + 1 < reader->segments.count ? &reader->segments.items[reader->at + 1] : NULL;
  int is_left = next && next->known && (next->genesis.why == CXD__WHY_SYNC || next->genesis.why == CXD__WHY_BROKEN);
  reader->limit = is_left ? next->genesis.prev.seq : INT64_MAX;
  reader->summed = next && next->known && next->genesis.has_sum;
  reader->behind = reader->lines_whole = 0;
  reader->rotated = 0;
}

/* It stood there when the log was opened. */
static void gone(struct cxd__reader *reader) {
  cxd__reader_tell_segment(reader, reader->at, CXD_SEVERITY_ERROR, "audit.segment", "it was removed or replaced while the log was read: verify again");
  reader->adrift = 1;
  reader->was_rotated = 1;
  reader->was_summed = 0;
  reader->at++;
}

static cxd_status open_segment(struct cxd__reader *reader, cxd_error **error) {
  reader->fd = cxd__segments_file(&reader->segments, reader->at);
  if (reader->fd < 0 && (errno == EACCES || errno == EIO || errno == EMFILE || errno == ENFILE || errno == ENOMEM))
    return unreadable(reader, errno, error);
  if (reader->fd < 0) {
    gone(reader);
    return CXD_OK;
  }
  look_ahead(reader);
  if (reader->summed && cxd__hasher_start(&reader->hasher) != 0)
    return die(reader, cxd__fail(error, CXD_E_AUDIT, "libcrypto failed: the audit log cannot be verified"));
  if (cxd__lines_open(&reader->lines, reader->fd, reader->segments.items[reader->at].size, reader->summed ? &reader->hasher : NULL) != 0)
    return nomem(reader, error);
  reader->state.segments++;
  return CXD_OK;
}

static void close_segment(struct cxd__reader *reader) {
  cxd__reader_end_segment(reader);
  leave_file(reader);
  reader->at++;
}

/* One line, or one step from file to file. */
static cxd_status step(struct cxd__reader *reader, cxd_error **error) {
  if (reader->fd < 0 && reader->at == reader->segments.count) {
    cxd__reader_end(reader);
    reader->finished = 1;
    return CXD_OK;
  }
  if (reader->fd < 0)
    return open_segment(reader, error);
  int found = cxd__lines_next(&reader->lines, &reader->row);
  if (found < 0)
    return unreadable(reader, errno, error);
  if (found == 0) {
    close_segment(reader);
    return CXD_OK;
  }
  int judged = cxd__reader_judge(reader);
  reader->held = judged > 0;
  return judged < 0 ? nomem(reader, error) : CXD_OK;
}

static void give(struct cxd__reader *reader, const char **record, size_t *len) {
  reader->held = 0;
  reader->row.p[reader->line.text.len] = '\0';
  *record = reader->row.p;
  *len = reader->line.text.len;
}

cxd_status cxd__reader_next(struct cxd__reader *reader, const char **record, size_t *len, cxd_error **error) {
  *record = NULL;
  *len = 0;
  if (reader->dead != CXD_OK)
    return cxd__fail(error, reader->dead, "the reading of this audit log has ended with an error: open it again");
  if (!reader->started && cxd__reader_begin(reader) != 0)
    return nomem(reader, error);
  reader->started = 1;
  for (;;) {
    cxd_status status = cxd__findings_raise(&reader->findings, error);
    if (status != CXD_OK)
      return status;
    if (reader->held) {
      give(reader, record, len);
      return CXD_OK;
    }
    if (reader->finished)
      return CXD_OK;
    status = step(reader, error);
    if (status != CXD_OK)
      return status;
  }
}
