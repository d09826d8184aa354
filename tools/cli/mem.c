/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* reallocarray, vasprintf */
#include "mem.h"

#include <stdarg.h>
#include <stdlib.h>

void *mem_need(void *p) {
  if (!p) {
    fputs("cxdialer: out of memory\n", stderr);
    exit(1);
  }
  return p;
}

void *mem_resize(void *old, size_t count, size_t size) { return mem_need(reallocarray(old, count ? count : 1, size)); }

char *mem_format(const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *text;
  int len = vasprintf(&text, format, args);
  va_end(args);
  return mem_need(len < 0 ? NULL : text);
}

void mem_stream_open(struct mem_stream *stream) { stream->file = mem_need(open_memstream(&stream->text, &stream->len)); }

void mem_stream_close(struct mem_stream *stream) {
  int failed = ferror(stream->file) | fclose(stream->file);
  mem_need(failed ? NULL : stream->text);
}
