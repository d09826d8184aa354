/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "audit/chain.h"

#include <string.h>

#include "audit/log.h"
#include "base/error.h"
#include "base/now.h"
#include "json/text.h"

static const char domain[] = "cxdialer.audit.v1"; /* its final zero is hashed too */
static const char head[] = "{\"v\":1,\"seq\":";
static const char prev_label[] = ",\"prev\":\"";
static const char h_label[] = "\",\"h\":\"";
static const char end_label[] = "\"}";
static const char kid_label[] = ",\"kid\":\"";
static const char epoch_label[] = "\",\"e\":0"; /* one key a log, for now */
#define LEN(literal) (sizeof(literal) - 1)
#define SEAL_BYTES (LEN(prev_label) + CXD__HASH_HEX + LEN(h_label) + CXD__HASH_HEX + LEN(end_label))
#define KEYED_BYTES (LEN(kid_label) + CXD__KID_HEX + LEN(epoch_label))

void cxd__hex_add(struct cxd__buf *out, const unsigned char hash[CXD__HASH_BYTES]) {
  char text[CXD__HASH_HEX];
  cxd__hash_hex(hash, text);
  cxd__buf_add(out, text, sizeof text);
}

cxd_status cxd__seal_open(struct cxd__seal *seal, const struct cxd__audit_key *key, cxd_error **error) {
  *seal = (struct cxd__seal){.kid = ""};
  if (key)
    memcpy(seal->kid, key->kid, sizeof seal->kid);
  if ((key ? cxd__hasher_open_keyed(&seal->hasher, key->k.text, key->k.len) : cxd__hasher_open(&seal->hasher)) == 0)
    return CXD_OK;
  return cxd__fail(error, CXD_E_AUDIT, "libcrypto has no SHA-256: audit records cannot be sealed");
}

void cxd__seal_close(struct cxd__seal *seal) { cxd__hasher_close(&seal->hasher); }

static void big_endian(unsigned char *out, size_t bytes, uint64_t value) {
  for (size_t i = bytes; i-- > 0; value >>= 8)
    out[i] = (unsigned char)(value & 0xff);
}

/* The small parts of the message in one piece: each call into libcrypto costs more than the bytes it adds. */
static int hash_line(struct cxd__hasher *hasher, const unsigned char *prev, int64_t seq, const char *line, size_t len, unsigned char *out) {
  unsigned char front[sizeof domain + CXD__HASH_BYTES + 12];
  memcpy(front, domain, sizeof domain);
  memcpy(front + sizeof domain, prev, CXD__HASH_BYTES);
  big_endian(front + sizeof front - 12, 8, (uint64_t)seq);
  big_endian(front + sizeof front - 4, 4, len);
  if (cxd__hasher_start(hasher) != 0 || cxd__hasher_add(hasher, front, sizeof front) != 0 || cxd__hasher_add(hasher, line, len) != 0)
    return -1;
  return cxd__hasher_end(hasher, out);
}

static void add_kid(struct cxd__buf *line, const char *kid) {
  if (!kid[0])
    return;
  cxd__buf_str(line, kid_label);
  cxd__buf_str(line, kid);
  cxd__buf_str(line, epoch_label);
}

static void add_front(struct cxd__buf *line, int64_t seq, const struct cxd__stamp *stamp, const char *kid, const char *body, size_t len) {
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
  add_kid(line, kid);
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

/* What the log adds; the last two only in a keyed one. */
#define NAME(text) {"\"" text "\"", LEN(text) + 2}
static const struct cxd__slice added[] = {NAME("v"), NAME("seq"), NAME("t"), NAME("bt"), NAME("boot"), NAME("w"), NAME("prev"), NAME("h"), NAME("kid"), NAME("e")};
#undef NAME
#define ADDED(keyed) (sizeof added / sizeof *added - ((keyed) ? 0 : 2))

/* The whole record is checked with a stand-in seal, so that a body cannot close it early or bring members that the log adds. */
static cxd_status check(struct cxd__buf *line, cxd_error **error) {
  static const unsigned char zeros[CXD__HASH_BYTES];
  size_t front = line->len;
  struct cxd__slice record;
  cxd_error *why = NULL;
  add_seal(line, zeros, zeros);
  if (line->failed)
    return cxd__fail_nomem(error);
  cxd_status status = cxd__json_check_deep(line->data, line->len, "record", CXD__JSON_RECORD_DEPTH, &record, &why);
  if (status != CXD_OK)
    status = status == CXD_E_NOMEM ? cxd__fail_nomem(error) : refuse_body(error, why && why->message ? why->message : "its body is not JSON members");
  cxd_error_free(why);
  line->len = front;
  return status;
}

/* No control byte and nothing beyond ASCII. */
static int is_plain(const char *text, size_t len) {
  uint64_t stop = 0;
  size_t i = 0;
  for (uint64_t word; i + sizeof word <= len; i += sizeof word) {
    memcpy(&word, text + i, sizeof word);
    stop |= word | CXD__JSON_BELOW(word, 0x20);
  }
  for (; i < len; i++)
    stop |= (unsigned char)text[i] < 0x20 ? 0x80 : (unsigned char)text[i];
  return (stop & CXD__JSON_EACH(0x80)) == 0;
}

/* ,"kid":"...","e":0 at the end of the front: its kid, else "". */
static void read_kid(const char *line, size_t front, char kid[CXD__KID_HEX + 1]) {
  kid[0] = '\0';
  if (front < KEYED_BYTES)
    return;
  const char *at = line + front - KEYED_BYTES;
  if (memcmp(at, kid_label, LEN(kid_label)) != 0 || memcmp(line + front - LEN(epoch_label), epoch_label, LEN(epoch_label)) != 0)
    return;
  at += LEN(kid_label);
  if (strspn(at, "0123456789abcdef") < CXD__KID_HEX)
    return;
  memcpy(kid, at, CXD__KID_HEX);
  kid[CXD__KID_HEX] = '\0';
}

static cxd_status too_large(cxd_error **error) {
  return cxd__fail(error, CXD_E_TOO_LARGE, "the audit record would be larger than %d bytes: change fewer or smaller members at a time", CXD__AUDIT_MAX_RECORD);
}

static cxd_status seal_front(struct cxd__seal *seal, const struct cxd__link *last, struct cxd__buf *line, struct cxd__link *next, cxd_error **error) {
  if (line->failed)
    return cxd__fail_nomem(error);
  if (line->len + SEAL_BYTES + 1 > CXD__AUDIT_MAX_RECORD)
    return too_large(error);
  next->seq = last->seq + 1;
  if (hash_line(&seal->hasher, last->h, next->seq, line->data, line->len, next->h) != 0)
    return refuse_body(error, "libcrypto failed to hash it");
  add_seal(line, last->h, next->h);
  cxd__buf_char(line, '\n');
  return line->failed ? cxd__fail_nomem(error) : CXD_OK;
}

cxd_status cxd__chain_seal(struct cxd__seal *seal, const struct cxd__link *last, const struct cxd__stamp *stamp, const char *body, size_t len, struct cxd__buf *line, struct cxd__link *next, cxd_error **error) {
  char kid[CXD__KID_HEX + 1];
  cxd__buf_reset(line);
  if (len < 6 || memcmp(body, "\"k\":\"", 5) != 0)
    return refuse_body(error, "its body does not start with \"k\"");
  if (len < CXD__AUDIT_MAX_RECORD)
    add_front(line, last->seq + 1, stamp, seal->kid, body, len);
  if (line->failed)
    return cxd__fail_nomem(error);
  if (len >= CXD__AUDIT_MAX_RECORD || line->len + SEAL_BYTES + 1 > CXD__AUDIT_MAX_RECORD)
    return too_large(error);
  cxd_status status = cxd__json_check_members(body, len, CXD__JSON_RECORD_DEPTH, added, ADDED(seal->kid[0])) ? CXD_OK : check(line, error);
  if (status != CXD_OK)
    return status;
  flatten(line->data, line->len);
  read_kid(line->data, line->len, kid);
  if (strcmp(kid, seal->kid) != 0)
    return refuse_body(error, "its body ends like that of a keyed log");
  return seal_front(seal, last, line, next, error);
}

/* All of the front from the time on, without the key's name; NULL: it is no front. */
static const char *unnumbered(const struct cxd__line *line, size_t *len) {
  const char *at = memchr(line->text.p + LEN(head), ',', line->front - LEN(head));
  if (at)
    *len = line->front - (size_t)(at - line->text.p) - (line->kid[0] ? KEYED_BYTES : 0);
  return at;
}

int cxd__line_same(const struct cxd__line *a, const struct cxd__line *b) {
  size_t a_len = 0, b_len = 0;
  const char *a_rest = unnumbered(a, &a_len), *b_rest = unnumbered(b, &b_len);
  return a_rest && b_rest && a_len == b_len && memcmp(a_rest, b_rest, a_len) == 0;
}

cxd_status cxd__chain_reseal(struct cxd__seal *seal, const struct cxd__link *last, const struct cxd__line *old, struct cxd__buf *line, struct cxd__link *next, cxd_error **error) {
  size_t len = 0;
  const char *rest = unnumbered(old, &len);
  if (!rest)
    return refuse_body(error, "it is no record");
  cxd__buf_reset(line);
  cxd__buf_str(line, head);
  cxd__buf_int(line, last->seq + 1);
  cxd__buf_add(line, rest, len);
  add_kid(line, seal->kid);
  return seal_front(seal, last, line, next, error);
}

/* The number behind the head, of at most 18 digits: the place behind it, or NULL. */
static const char *read_seq(const char *line, size_t len, int64_t *seq) {
  size_t at = LEN(head);
  *seq = 0;
  if (line[at] < '1' || line[at] > '9')
    return NULL;
  while (at < len && at < LEN(head) + 18 && line[at] >= '0' && line[at] <= '9')
    *seq = *seq * 10 + (line[at++] - '0');
  return line + at;
}

/* The literal stands there: behind it; else NULL, as for no place at all. */
static const char *pass(const char *at, const char *end, const char *literal, size_t len) { return at && (size_t)(end - at) >= len && memcmp(at, literal, len) == 0 ? at + len : NULL; }
#define PASS(at, end, literal) pass(at, end, literal, LEN(literal))

static const char *pass_time(const char *at, const char *end) {
  static const char form[] = "0000-00-00T00:00:00.000000Z";
  if (!at || (size_t)(end - at) < LEN(form))
    return NULL;
  for (size_t i = 0; i < LEN(form); i++)
    if (form[i] == '0' ? at[i] < '0' || at[i] > '9' : at[i] != form[i])
      return NULL;
  return at + LEN(form);
}

static const char *pass_digits(const char *at, const char *end) {
  const char *start = at;
  if (at && end - at > 1 && at[0] == '0' && at[1] >= '0' && at[1] <= '9')
    return NULL;
  while (at && at < end && *at >= '0' && *at <= '9')
    at++;
  return at == start ? NULL : at;
}

/* Texts of ours, which need no escapes: up to the quote. */
static const char *pass_text(const char *at, const char *end) {
  const char *quote = at ? memchr(at, '"', (size_t)(end - at)) : NULL;
  return quote && !memchr(at, '\\', (size_t)(quote - at)) ? quote : NULL;
}

/* From behind the number on: the members that every record has, in their order. */
static int read_kind(const char *at, const char *end, struct cxd__slice *kind) {
  at = pass_time(PASS(at, end, ",\"t\":\""), end);
  at = pass_digits(PASS(at, end, "\",\"bt\":"), end);
  at = pass_text(PASS(at, end, ",\"boot\":\""), end);
  at = pass_text(PASS(at, end, "\",\"w\":\""), end);
  kind->p = PASS(at, end, "\",\"k\":\"");
  const char *quote = pass_text(kind->p, end);
  kind->len = quote ? (size_t)(quote - kind->p) : 0;
  return quote != NULL;
}

static int read_seal(const char *seal, unsigned char prev[CXD__HASH_BYTES], unsigned char h[CXD__HASH_BYTES]) {
  const char *h_text = seal + LEN(prev_label) + CXD__HASH_HEX + LEN(h_label);
  return memcmp(seal, prev_label, LEN(prev_label)) == 0 && memcmp(h_text - LEN(h_label), h_label, LEN(h_label)) == 0 && memcmp(h_text + CXD__HASH_HEX, end_label, LEN(end_label)) == 0 &&
         cxd__hash_read(seal + LEN(prev_label), prev) && cxd__hash_read(h_text, h);
}

int cxd__line_seal(const char *text, size_t len) {
  unsigned char prev[CXD__HASH_BYTES], h[CXD__HASH_BYTES];
  return len >= SEAL_BYTES && read_seal(text + len - SEAL_BYTES, prev, h);
}

int cxd__line_read(const char *line, size_t len, struct cxd__line *out) {
  if (len < LEN(head) + SEAL_BYTES || len >= CXD__AUDIT_MAX_RECORD || memcmp(line, head, LEN(head)) != 0)
    return 0;
  size_t front = len - SEAL_BYTES;
  if (!read_seal(line + front, out->prev, out->link.h) || !read_kind(read_seq(line, front, &out->link.seq), line + front, &out->kind))
    return 0;
  out->text = (struct cxd__slice){line, len};
  out->front = front;
  read_kid(line, front, out->kid);
  return 1;
}

/* The outer members were read by their bytes already: what is left is between them, if all of those texts are plain. */
static int is_json_inside(const struct cxd__line *line) {
  const char *body = line->kind.p - LEN("\"k\":\""), *end = line->text.p + line->front - (line->kid[0] ? KEYED_BYTES : 0);
  if (body >= end || !is_plain(line->text.p, (size_t)(body - line->text.p)))
    return 0;
  return cxd__json_check_members(body, (size_t)(end - body), CXD__JSON_RECORD_DEPTH, added, ADDED(line->kid[0]));
}

cxd_status cxd__line_check(const struct cxd__line *line, cxd_error **error) {
  struct cxd__slice value;
  return is_json_inside(line) ? CXD_OK : cxd__json_check_deep(line->text.p, line->text.len, "as JSON", CXD__JSON_RECORD_DEPTH, &value, error);
}

int cxd__line_is(const struct cxd__line *line, const char *kind) { return line->kind.len == strlen(kind) && memcmp(line->kind.p, kind, line->kind.len) == 0; }

int cxd__line_fits(const struct cxd__line *line, struct cxd__seal *seal) {
  unsigned char own[CXD__HASH_BYTES];
  if (strcmp(line->kid, seal->kid) != 0)
    return 0;
  return hash_line(&seal->hasher, line->prev, line->link.seq, line->text.p, line->front, own) == 0 && memcmp(own, line->link.h, sizeof own) == 0;
}
