/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "audit/chain.h"

#include <string.h>

#include "audit/log.h"
#include "base/error.h"
#include "base/now.h"
#include "json/value.h"

static const char domain[] = "cxdialer.audit.v1"; /* its final zero is hashed too */
static const char head[] = "{\"v\":1,\"seq\":";
static const char prev_label[] = ",\"prev\":\"";
static const char h_label[] = "\",\"h\":\"";
static const char end_label[] = "\"}";
#define LEN(literal) (sizeof(literal) - 1)
#define SEAL_BYTES (LEN(prev_label) + CXD__HASH_HEX + LEN(h_label) + CXD__HASH_HEX + LEN(end_label))

void cxd__hex_add(struct cxd__buf *out, const unsigned char hash[CXD__HASH_BYTES]) {
  char text[CXD__HASH_HEX];
  cxd__hash_hex(hash, text);
  cxd__buf_add(out, text, sizeof text);
}

static void big_endian(unsigned char *out, size_t bytes, uint64_t value) {
  for (size_t i = bytes; i-- > 0; value >>= 8)
    out[i] = (unsigned char)(value & 0xff);
}

static int hash_line(struct cxd__hasher *hasher, const unsigned char *prev, int64_t seq, const char *line, size_t len, unsigned char *out) {
  unsigned char numbers[12];
  big_endian(numbers, 8, (uint64_t)seq);
  big_endian(numbers + 8, 4, len);
  if (cxd__hasher_start(hasher) != 0 || cxd__hasher_add(hasher, domain, sizeof domain) != 0 || cxd__hasher_add(hasher, prev, CXD__HASH_BYTES) != 0 ||
      cxd__hasher_add(hasher, numbers, sizeof numbers) != 0 || cxd__hasher_add(hasher, line, len) != 0)
    return -1;
  return cxd__hasher_end(hasher, out);
}

static void add_front(struct cxd__buf *line, int64_t seq, const struct cxd__stamp *stamp, const char *body, size_t len) {
  char time[40];
  cxd__time_format_us(stamp->wall_us, time);
  cxd__buf_str(line, head);
  cxd__buf_int(line, seq);
  cxd__buf_str(line, ",\"t\":\"");
  cxd__buf_str(line, time);
  cxd__buf_str(line, "\",\"bt\":");
  cxd__buf_int(line, stamp->boot_us);
  cxd__buf_str(line, ",\"boot\":");
  cxd__buf_json_str(line, stamp->boot);
  cxd__buf_str(line, ",\"w\":");
  cxd__buf_json_str(line, stamp->writer);
  cxd__buf_char(line, ',');
  cxd__buf_add(line, body, len);
}

static void add_seal(struct cxd__buf *line, const unsigned char *prev, const unsigned char *h) {
  cxd__buf_str(line, prev_label);
  cxd__hex_add(line, prev);
  cxd__buf_str(line, h_label);
  cxd__hex_add(line, h);
  cxd__buf_str(line, end_label);
}

/* In a checked text only white space between tokens is below 0x20. */
static void flatten(char *text, size_t len) {
  for (size_t i = 0; i < len; i++)
    if ((unsigned char)text[i] < 0x20)
      text[i] = ' ';
}

static cxd_status refuse_body(cxd_error **error, const char *why) {
  return cxd__fail(error, CXD_E_AUDIT, "the audit record was not written: %s", why);
}

/* The whole record is checked with a stand-in seal, so that a body cannot close it early or bring members that the log adds. */
static cxd_status check(struct cxd__buf *line, cxd_error **error) {
  static const unsigned char zeros[CXD__HASH_BYTES];
  size_t front = line->len;
  struct cxd__slice record;
  cxd_error *why = NULL;
  add_seal(line, zeros, zeros);
  if (line->failed)
    return cxd__fail_nomem(error);
  cxd_status status = cxd__json_check(line->data, line->len, "record", &record, &why);
  if (status != CXD_OK)
    status = status == CXD_E_NOMEM ? cxd__fail_nomem(error) : refuse_body(error, why && why->message ? why->message : "its body is not JSON members");
  cxd_error_free(why);
  line->len = front;
  return status;
}

cxd_status cxd__chain_seal(struct cxd__hasher *hasher, const struct cxd__link *last, const struct cxd__stamp *stamp, const char *body, size_t len, struct cxd__buf *line, struct cxd__link *next, cxd_error **error) {
  cxd__buf_reset(line);
  if (len < 6 || memcmp(body, "\"k\":\"", 5) != 0)
    return refuse_body(error, "its body does not start with \"k\"");
  if (len < CXD__AUDIT_MAX_RECORD)
    add_front(line, last->seq + 1, stamp, body, len);
  if (line->failed)
    return cxd__fail_nomem(error);
  if (len >= CXD__AUDIT_MAX_RECORD || line->len + SEAL_BYTES + 1 > CXD__AUDIT_MAX_RECORD)
    return cxd__fail(error, CXD_E_TOO_LARGE, "the audit record would be larger than %d bytes: change fewer or smaller members at a time", CXD__AUDIT_MAX_RECORD);
  cxd_status status = check(line, error);
  if (status != CXD_OK)
    return status;
  flatten(line->data, line->len);
  next->seq = last->seq + 1;
  if (hash_line(hasher, last->h, next->seq, line->data, line->len, next->h) != 0)
    return refuse_body(error, "libcrypto failed to hash it");
  add_seal(line, last->h, next->h);
  cxd__buf_char(line, '\n');
  return line->failed ? cxd__fail_nomem(error) : CXD_OK;
}

static int nibble(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_hex(const char *text, unsigned char out[CXD__HASH_BYTES]) {
  for (size_t i = 0; i < CXD__HASH_BYTES; i++) {
    int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);
    if (high < 0 || low < 0)
      return 0;
    out[i] = (unsigned char)(high << 4 | low);
  }
  return 1;
}

static int read_seq(const char *line, size_t len, int64_t *seq) {
  size_t at = LEN(head);
  *seq = 0;
  if (line[at] < '1' || line[at] > '9')
    return 0;
  while (at < len && at < LEN(head) + 18 && line[at] >= '0' && line[at] <= '9')
    *seq = *seq * 10 + (line[at++] - '0');
  return at < len && line[at] == ',';
}

int cxd__chain_read(struct cxd__hasher *hasher, const char *line, size_t len, struct cxd__link *out, unsigned char prev[CXD__HASH_BYTES]) {
  unsigned char before[CXD__HASH_BYTES], own[CXD__HASH_BYTES];
  if (len < LEN(head) + SEAL_BYTES || memcmp(line, head, LEN(head)) != 0)
    return 0;
  size_t front = len - SEAL_BYTES;
  const char *seal = line + front;
  const char *h = seal + LEN(prev_label) + CXD__HASH_HEX + LEN(h_label);
  if (memcmp(seal, prev_label, LEN(prev_label)) != 0 || memcmp(h - LEN(h_label), h_label, LEN(h_label)) != 0 || memcmp(h + CXD__HASH_HEX, end_label, LEN(end_label)) != 0)
    return 0;
  if (!read_hex(seal + LEN(prev_label), before) || !read_hex(h, out->h) || !read_seq(line, front, &out->seq))
    return 0;
  if (hash_line(hasher, before, out->seq, line, front, own) != 0 || memcmp(own, out->h, sizeof own) != 0)
    return 0;
  if (prev)
    memcpy(prev, before, sizeof before);
  return 1;
}
