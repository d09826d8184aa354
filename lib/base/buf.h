/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_BUF_H
#define CXD__BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

/*
 * A growing byte buffer. Errors stick: after the first failed growth every call does nothing and `failed`
 * is set, so that a writer checks once, at the end. Zero-initialise it: struct cxd__buf b = {0}, or {.secret = 1} for
 * text that must not stay behind in freed memory, neither when the buffer grows nor when it is freed.
 */
struct cxd__buf {
  char *data; /* data[len] is 0 whenever data is not NULL */
  size_t len, cap;
  int failed, secret;
};

void cxd__buf_add(struct cxd__buf *b, const void *bytes, size_t len);
void cxd__buf_str(struct cxd__buf *b, const char *s);
void cxd__buf_char(struct cxd__buf *b, char c);
void cxd__buf_fmt(struct cxd__buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cxd__buf_int(struct cxd__buf *b, int64_t value);

/* The shortest spelling that reads back as the same double, whatever the locale; "null" for NaN and infinities. */
void cxd__buf_real(struct cxd__buf *b, double value);

/* A JSON string with quotes; bytes that are not UTF-8 become U+FFFD. cxd__buf_json_str takes NULL as null. */
void cxd__buf_json(struct cxd__buf *b, const char *s, size_t len);
void cxd__buf_json_str(struct cxd__buf *b, const char *s);

int cxd__buf_room(struct cxd__buf *b, size_t more); /* for those who write behind `len` themselves; 0: no memory */
void cxd__buf_reset(struct cxd__buf *b);  /* empty, memory kept */
char *cxd__buf_take(struct cxd__buf *b);  /* the text, owned by the caller; NULL when failed. The buffer is empty after. */
void cxd__buf_free(struct cxd__buf *b);
void cxd__buf_wipe(struct cxd__buf *b);   /* free after overwriting, whatever `secret` says */

#endif
