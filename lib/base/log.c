/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* A line stays a line of UTF-8, whatever a server sent: control bytes (C1 too) become blanks, other rubbish '?'. */
static size_t clean(char *line, size_t size) {
  size_t n = 0;
  for (size_t i = 0, width; i < size; i += width) {
    const unsigned char *c = (const unsigned char *)line + i;
    width = cxd__utf8_width(line + i, size - i);
    if (width == 0) {
      line[n++] = '?';
      width = 1;
    } else if (*c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0))
      line[n++] = ' ';
    else {
      memmove(line + n, line + i, width);
      n += width;
    }
  }
  line[n] = '\0';
  return n;
}

void cxd__log(const cxd_log *log, int32_t level, const char *format, ...) {
  if (!log || !log->write)
    return;
  char line[1024];
  va_list args;
  va_start(args, format);
  int len = vsnprintf(line, sizeof line, format, args);
  va_end(args);
  if (len < 0)
    return;
  size_t size = clean(line, (size_t)len < sizeof line ? (size_t)len : sizeof line - 1);
  log->write(log->user_data, level, line, size);
}
