/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "core/op.h"

static int unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

static void encode(struct cxd__buf *out, const char *text) {
  for (const unsigned char *p = (const unsigned char *)text; *p; p++)
    if (unreserved(*p))
      cxd__buf_char(out, (char)*p);
    else
      cxd__buf_fmt(out, "%%%02X", (unsigned)*p);
}

void cxd__target_campaign(const struct cxd__core_options *options, const char *id, struct cxd__buf *out) {
  const char *mark = strstr(options->campaign_path, "{id}");
  cxd__buf_reset(out);
  cxd__buf_str(out, options->base_path);
  cxd__buf_add(out, options->campaign_path, (size_t)(mark - options->campaign_path));
  encode(out, id);
  cxd__buf_str(out, mark + 4);
}

/* The collection is what stands before "/{id}". */
void cxd__target_list(const struct cxd__core_options *options, const char *cursor, struct cxd__buf *out) {
  size_t len = (size_t)(strstr(options->campaign_path, "{id}") - options->campaign_path);
  while (len && options->campaign_path[len - 1] == '/')
    len--;
  cxd__buf_reset(out);
  cxd__buf_str(out, options->base_path);
  cxd__buf_add(out, options->campaign_path, len);
  if (cursor) {
    cxd__buf_str(out, "?cursor=");
    encode(out, cursor);
  }
}
