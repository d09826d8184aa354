/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * What the library's reader makes of TZif files, for the comparison with other readers. Lines on stdin: "F path" opens a file (answer: "ok", or what is
 * wrong with it), "S from to" lists the instants between at which a span begins, in one line; a number asks for that instant: "offset dst abbreviation".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "validate/tz.h"

static struct cxd__tz *tz;

static void open_file(const char *path) {
  static unsigned char bytes[CXD__TZ_MAX_BYTES + 1];
  const char *why = "cannot be opened";
  FILE *file = fopen(path, "rb");
  cxd__tz_unref(tz);
  tz = NULL;
  if (file) {
    tz = cxd__tz_parse(bytes, fread(bytes, 1, sizeof bytes, file), &why);
    (void)fclose(file);
  }
  puts(tz ? "ok" : why ? why : "no memory");
}

static void list_spans(const char *range) {
  char *rest;
  int64_t from = strtoll(range, &rest, 10), to = strtoll(rest, NULL, 10);
  struct cxd__tz_span span;
  for (cxd__tz_at(tz, from, &span); span.until < to; cxd__tz_at(tz, span.until, &span))
    printf("%" PRId64 " ", span.until);
  puts("");
}

int main(void) {
  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = '\0';
    if (line[0] == 'F') {
      open_file(line + 2);
    } else if (!tz) {
      puts("no file");
    } else if (line[0] == 'S') {
      list_spans(line + 2);
    } else {
      struct cxd__tz_span span;
      cxd__tz_at(tz, strtoll(line, NULL, 10), &span);
      printf("%" PRId32 " %" PRId32 " %s\n", span.offset_s, span.dst, span.abbreviation);
    }
  }
  cxd__tz_unref(tz);
  return 0;
}
