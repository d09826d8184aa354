/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/mem.h"
#include "validate/hours_table.h"
#include "validate/zone.h"

/* What a list is of: how an entry must look, and what else must be true of it. */
struct kind {
  const char *form;
  int (*good)(const char *name, size_t len);
  void (*check)(struct cxd__reader *reader, struct cxd__slice value, const char *name, size_t len);
};

static int is_code(const char *name, size_t len) { return cxd__read_is_code(name, len, CXD__CODE_MAX); }

static void check_known(struct cxd__reader *reader, struct cxd__slice value, const char *name, size_t len) {
  struct cxd__shown shown;
  if (!reader->known || cxd__hours_find(reader->known, name, len) || (reader->own && cxd__hours_find(reader->own, name, len)))
    return;
  const char *meant = cxd__read_tells(reader, value) ? cxd__hours_meant(reader->own, reader->known, name, len) : NULL;
  if (meant)
    cxd__read_fault(reader, value, "there is no row for %s, did you mean \"%s\"?", cxd__show(&shown, value), meant);
  else
    cxd__read_fault(reader, value, "there is no row for %s: write US for the federal hours, or add a row to the policy (jurisdictions)", cxd__show(&shown, value));
}

static int is_there(const struct cxd__names *names, const char *name, size_t len) {
  for (size_t i = 0; i < names->count; i++)
    if (strlen(names->at[i]) == len && memcmp(names->at[i], name, len) == 0)
      return 1;
  return 0;
}

static void read_one(struct cxd__reader *reader, struct cxd__slice value, const char *name, const struct kind *kind, struct cxd__names *out) {
  struct cxd__shown shown;
  struct cxd__view view;
  if (!cxd__read_view(reader, value, name, kind->form, &view))
    return;
  if (!kind->good(view.p, view.len))
    cxd__read_fault(reader, value, "%s is %s: write %s", name, cxd__show(&shown, value), kind->form);
  else if (is_there(out, view.p, view.len))
    cxd__read_fault(reader, value, "%s has %s twice: remove one", name, cxd__show(&shown, value));
  else {
    if (kind->check)
      kind->check(reader, value, view.p, view.len);
    char *copy = cxd__strndup(view.p, view.len);
    reader->failed |= !copy;
    if (copy)
      out->at[out->count++] = copy;
  }
  cxd__free(view.own);
}

static void read_list(struct cxd__reader *reader, struct cxd__slice value, const char *name, const struct kind *kind, struct cxd__names *out) {
  struct cxd__json_iter iter;
  struct cxd__slice key, item;
  size_t entries = 0;
  out->at = cxd__read_room(reader, value, sizeof *out->at, CXD__NAMES_MOST, name);
  if (!out->at && !reader->failed)
    cxd__read_fault(reader, value, "%s is empty: name at least one, or leave the member out", name);
  cxd__json_walk(&iter, value);
  while (out->at && entries++ < CXD__NAMES_MOST && cxd__json_next(&iter, &key, &item))
    read_one(reader, item, name, kind, out);
}

static void read_names(struct cxd__reader *reader, struct cxd__slice value, const char *name, const struct kind *kind, struct cxd__names *out) {
  if (cxd__json_kind(value) == CXD__JSON_ARRAY) {
    read_list(reader, value, name, kind, out);
    return;
  }
  out->at = cxd__alloc(sizeof *out->at);
  reader->failed |= !out->at;
  if (out->at)
    read_one(reader, value, name, kind, out);
}

void cxd__names_read(struct cxd__reader *reader, struct cxd__slice value, const char *name, struct cxd__names *out) {
  static const struct kind codes = {"a code such as \"US-FL\" (1 to 32 letters, digits, '-' and '_'), or an array of codes", is_code, check_known};
  read_names(reader, value, name, &codes, out);
}

void cxd__zone_names_read(struct cxd__reader *reader, struct cxd__slice value, const char *name, struct cxd__names *out) {
  static const struct kind zones = {"an IANA name such as \"America/New_York\", or an array of names", cxd__zone_name_iana, NULL};
  read_names(reader, value, name, &zones, out);
}

int cxd__names_add(struct cxd__names *names, const char *name, size_t len) {
  char **more = cxd__realloc(names->at, (names->count + 1) * sizeof *more);
  if (!more)
    return 0;
  names->at = more;
  if (!(more[names->count] = cxd__strndup(name, len)))
    return 0;
  names->count++;
  return 1;
}

void cxd__names_free(struct cxd__names *names) {
  for (size_t i = 0; i < names->count; i++)
    cxd__free(names->at[i]);
  cxd__free(names->at);
  *names = (struct cxd__names){0};
}
