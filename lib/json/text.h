/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__JSON_TEXT_H
#define CXD__JSON_TEXT_H

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/buf.h"
#include "json/value.h"

/* What the files of this folder share about checked text. */

static inline int cxd__json_is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

#define CXD__JSON_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))
/* The lowest bit set stands in the first byte below `limit`; bits behind it mean nothing. */
#define CXD__JSON_BELOW(word, limit) (((word) - CXD__JSON_EACH(limit)) & ~(word) & CXD__JSON_EACH(0x80))

static inline int cxd__json_is_plain(char c) { return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\'; }

/* Inside a string, to the first byte that is not plain ASCII: a quote, a backslash, a control byte or 0x80 and above. */
static inline const char *cxd__json_plain_end(const char *p, const char *end) {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(0x20);
  for (; end - p >= 16; p += 16) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    /* Compared with a sign, a byte of 0x80 and above is below a space as a control byte is. */
    __m128i stop = _mm_or_si128(_mm_cmplt_epi8(bytes, space), _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    unsigned marks = (unsigned)_mm_movemask_epi8(stop);
    if (marks)
      return p + __builtin_ctz(marks);
  }
#elif defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  for (; end - p >= 8; p += 8) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    uint64_t stop = (word & CXD__JSON_EACH(0x80)) | CXD__JSON_BELOW(word, 0x20) | CXD__JSON_BELOW(word ^ CXD__JSON_EACH('"'), 1) |
                    CXD__JSON_BELOW(word ^ CXD__JSON_EACH('\\'), 1);
    if (stop)
      return p + (__builtin_ctzll(stop) >> 3);
  }
#endif
  while (p < end && cxd__json_is_plain(*p))
    p++;
  return p;
}

/* Inside a checked string, to the next quote or backslash: what else may stand there was looked at by the gate. */
static inline const char *cxd__json_mark(const char *p, const char *end) {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
  for (; end - p >= 16; p += 16) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    unsigned marks = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    if (marks)
      return p + __builtin_ctz(marks);
  }
#endif
  while (p < end && *p != '"' && *p != '\\')
    p++;
  return p;
}

/* From an opening quote to just behind the closing one; from the first byte of a value to just behind its last. */
static inline const char *cxd__json_skip_string(const char *p, const char *end) {
  for (p = cxd__json_mark(p + 1, end); *p != '"'; p = cxd__json_mark(p, end))
    p += 2;
  return p + 1;
}
const char *cxd__json_skip_value(const char *p, const char *end);

/* The bytes that the inside of a raw string decodes to, one by one; -1 at the end. */
struct cxd__json_bytes {
  const char *at, *end;
  unsigned char queue[4];
  unsigned queued, sent;
};
int cxd__json_byte(struct cxd__json_bytes *bytes);

/* Order of two raw strings (with quotes) after decoding: < 0, 0, > 0. */
int cxd__json_string_order(struct cxd__slice a, struct cxd__slice b);

/* cxd__json_next() in two steps: a key can be looked at without passing over its value. In arrays the key is absent. */
int cxd__json_next_key(struct cxd__json_iter *iter, struct cxd__slice *key);
struct cxd__slice cxd__json_next_value(struct cxd__json_iter *iter);

/* Equal by exact decimal value. */
int cxd__json_number_equal(struct cxd__slice a, struct cxd__slice b);

#endif
