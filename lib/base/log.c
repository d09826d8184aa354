/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

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
  size_t size = (size_t)len < sizeof line ? (size_t)len : sizeof line - 1;
  for (size_t i = 0; i < size; i++)
    if ((unsigned char)line[i] < 0x20)
      line[i] = ' '; /* a line stays a line, whatever a server sent */
  log->write(log->user_data, level, line, size);
}
