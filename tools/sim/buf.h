/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Growable byte buffer. The simulator has nothing useful to do without memory, so running out ends it. */
#ifndef SIM_BUF_H
#define SIM_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
    char *data; /* always NUL-terminated once something was added */
    size_t len;
    size_t cap;
};

struct span {
    const char *p;
    size_t n;
};

void *mem_resize(void *old, size_t size);
char *mem_copy(const char *p, size_t n);

void buf_free(struct buf *b);
void buf_reserve(struct buf *b, size_t extra);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_text(struct buf *b, const char *text);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
struct span buf_span(const struct buf *b);
struct span span_of(const char *text);

#endif
