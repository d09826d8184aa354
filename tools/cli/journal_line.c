/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "journal_line.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "display.h"
#include "json_text.h"
#include "mem.h"

#define SEAL_AROUND 8 /* ,"h":""} */

const char journal_line_start[JOURNAL_SEAL + 1] = "0000000000000000";

static const char domain[] = "cxdialer.journal.v1\n";

static EVP_MD_CTX *begin(void) {
  EVP_MD_CTX *sha = mem_need(EVP_MD_CTX_new());
  mem_need(EVP_DigestInit_ex(sha, EVP_sha256(), NULL) == 1 ? sha : NULL);
  return sha;
}

static void add(EVP_MD_CTX *sha, const char *at, size_t len) { mem_need(EVP_DigestUpdate(sha, at, len) == 1 ? sha : NULL); }

static void end(EVP_MD_CTX *sha, char *out, size_t digits) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  mem_need(EVP_DigestFinal_ex(sha, hash, NULL) == 1 ? sha : NULL);
  EVP_MD_CTX_free(sha);
  for (size_t i = 0; i < digits; i++)
    out[i] = "0123456789abcdef"[i % 2 ? hash[i / 2] & 15 : hash[i / 2] >> 4];
  out[digits] = '\0';
}

static void seal_of(const char *before, struct slice body, char out[JOURNAL_SEAL + 1]) {
  EVP_MD_CTX *sha = begin();
  add(sha, domain, sizeof domain - 1);
  add(sha, before, JOURNAL_SEAL);
  add(sha, body.at, body.len);
  end(sha, out, JOURNAL_SEAL);
}

char *journal_line_seal(char seal[JOURNAL_SEAL + 1], struct slice body, size_t *len) {
  char next[JOURNAL_SEAL + 1];
  seal_of(seal, body, next);
  memcpy(seal, next, sizeof next);
  *len = body.len + SEAL_AROUND + JOURNAL_SEAL + 1;
  char *line = mem_resize(NULL, *len + 1, 1);
  memcpy(line, body.at, body.len);
  snprintf(line + body.len, *len - body.len + 1, ",\"h\":\"%s\"}\n", next);
  return line;
}

int journal_line_fits(char seal[JOURNAL_SEAL + 1], struct slice line) {
  char next[JOURNAL_SEAL + 1], tail[SEAL_AROUND + JOURNAL_SEAL + 1];
  if (line.len < sizeof tail)
    return 0;
  struct slice body = {line.at, line.len - (sizeof tail - 1)};
  seal_of(seal, body, next);
  snprintf(tail, sizeof tail, ",\"h\":\"%s\"}", next);
  if (memcmp(line.at + body.len, tail, sizeof tail - 1) != 0)
    return 0;
  memcpy(seal, next, sizeof next);
  return 1;
}

static int is_text(struct slice s) {
  uint32_t c;
  for (size_t n = 0; s.len > 0; s.at += n, s.len -= n)
    if (!s.at[0] || (n = display_decode(s, &c)) == 0)
      return 0;
  return 1;
}

static void put_base64(FILE *out, struct slice s) {
  for (size_t i = 0; i < s.len; i += 48) { /* a multiple of three: no padding in the middle */
    unsigned char block[65];
    EVP_EncodeBlock(block, (const unsigned char *)s.at + i, (int)(s.len - i < 48 ? s.len - i : 48));
    fputs((char *)block, out);
  }
}

void journal_line_put_text(FILE *out, struct slice text) {
  if (is_text(text)) {
    fputs("\"text\":", out);
    display_put_json_string(out, text);
    return;
  }
  fputs("\"base64\":\"", out);
  put_base64(out, text);
  fputc('"', out);
}

static char *get_base64(struct slice code, size_t *len) {
  if (code.len == 0 || code.len % 4 != 0 || code.len > INT32_MAX)
    return NULL;
  char *text = mem_resize(NULL, code.len / 4 * 3 + 1, 1);
  int got = EVP_DecodeBlock((unsigned char *)text, (const unsigned char *)code.at, (int)code.len);
  if (got < 0) {
    free(text);
    return NULL;
  }
  *len = (size_t)got - (code.at[code.len - 1] == '=') - (code.at[code.len - 2] == '=');
  text[*len] = '\0';
  return text;
}

char *journal_line_get_text(struct slice line, size_t *len) {
  struct slice text = walk_get(line, "text");
  if (text.len < 2 || text.at[0] != '"')
    return get_base64(walk_plain(walk_get(line, "base64")), len);
  char *decoded = json_text_decode(walk_plain(text));
  *len = strlen(decoded);
  return decoded;
}

void journal_line_digest(const struct slice *texts, size_t count, char out[JOURNAL_DIGEST + 1]) {
  EVP_MD_CTX *sha = begin();
  for (size_t i = 0; i < count; i++) {
    char length[24];
    add(sha, length, (size_t)snprintf(length, sizeof length, "%zu:", texts[i].len));
    add(sha, texts[i].at, texts[i].len);
  }
  end(sha, out, JOURNAL_DIGEST);
}
