/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "json_text.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

static unsigned hex4(const char *at) {
  unsigned value = 0;
  for (int i = 0; i < 4; i++) {
    const char *digits = "0123456789abcdef", *found = strchr(digits, at[i] | 0x20);
    value = value << 4 | (found ? (unsigned)(found - digits) : 0);
  }
  return value;
}

static size_t put_utf8(unsigned c, char out[4]) {
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  size_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
  for (size_t i = more; i > 0; i--, c >>= 6)
    out[i] = (char)(0x80 | (c & 0x3f));
  out[0] = (char)(leads[more] | c);
  return more + 1;
}

/* One character behind a backslash; *at then stands behind it. Records are well-formed. */
static size_t unescape(struct slice s, size_t *at, char out[4]) {
  static const char names[] = "bfnrt", bytes[] = "\b\f\n\r\t";
  char c = s.at[(*at)++];
  const char *name = c ? strchr(names, c) : NULL;
  out[0] = name ? bytes[name - names] : c;
  if (c != 'u' || *at + 4 > s.len)
    return 1;
  unsigned unit = hex4(s.at + *at);
  *at += 4;
  if (unit >= 0xd800 && unit < 0xdc00 && *at + 6 <= s.len && s.at[*at] == '\\') {
    unit = 0x10000 + ((unit - 0xd800) << 10) + (hex4(s.at + *at + 2) - 0xdc00);
    *at += 6;
  }
  return put_utf8(unit, out);
}

char *json_text_decode(struct slice content) {
  char *text = mem_resize(NULL, content.len + 1, 1); /* an escape is never shorter than what it means */
  size_t len = 0;
  for (size_t at = 0; at < content.len;) {
    char out[4] = {content.at[at++]};
    size_t n = out[0] == '\\' && at < content.len ? unescape(content, &at, out) : 1;
    memcpy(text + len, out, n);
    len += n;
  }
  text[len] = '\0';
  return text;
}

int json_text_is(struct slice content, const char *text) {
  char *decoded = json_text_decode(content);
  int same = strcmp(decoded, text) == 0;
  free(decoded);
  return same;
}
