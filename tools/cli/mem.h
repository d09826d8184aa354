/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_MEM_H
#define CLI_MEM_H

#include <stddef.h>
#include <stdio.h>

/* The command has nothing useful to do without memory: running out ends it with a message and code 1. */
void *mem_need(void *p);
void *mem_resize(void *old, size_t count, size_t size);
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A text written as a stream; text is owned by the caller after mem_stream_close. */
struct mem_stream {
  FILE *file;
  char *text;
  size_t len;
};

void mem_stream_open(struct mem_stream *stream);
void mem_stream_close(struct mem_stream *stream);

#endif
