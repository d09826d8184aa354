/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/hours_table.h"

#include <string.h>

#include "json/pointer.h"
#include "validate/week.h"

static void read_version(struct cxd__reader *reader, struct cxd__slice value) {
  struct cxd__shown shown;
  int64_t version;
  if (!cxd__json_int(value, &version) || version != 1)
    cxd__read_fault(reader, value, "version %s is not known to this library: write \"version\":1", cxd__show(&shown, value));
}

static void read_data(struct cxd__reader *reader, struct cxd__slice value) {
  struct cxd__date date;
  if (cxd__date_text_read(reader, value, "data", &date))
    ((struct cxd__hours *)reader->target)->version = cxd__read_text(reader, value, "data", 10);
}

/* Rows borrow sets, in whatever order both stand in the file: sets first. */
static void read_table(struct cxd__reader *reader, struct cxd__slice document, struct cxd__hours *out) {
  static const struct cxd__read_member table[] = {{"version", read_version}, {"data", read_data}, {"holidays", NULL}, {"jurisdictions", NULL}};
  if (!cxd__read_into(reader, document, out, "the table of jurisdictions", table, sizeof table / sizeof *table))
    return;
  (void)cxd__read_required(reader, document, "version", "\"version\":1");
  (void)cxd__read_required(reader, document, "data", "the date of the data, such as \"data\":\"2026-11-28\"");
  (void)cxd__read_required(reader, document, "jurisdictions", "an object of rows");
  struct cxd__slice sets = cxd__json_member(document, "holidays"), rows = cxd__json_member(document, "jurisdictions");
  if (sets.p)
    cxd__hours_read_sets(reader, sets, out);
  if (rows.p)
    cxd__hours_read_rows(reader, rows, out, NULL);
  if (rows.p && cxd__json_kind(rows) == CXD__JSON_OBJECT && !out->count && !reader->failed)
    cxd__read_fault(reader, rows, "jurisdictions is empty: write at least one row");
}

cxd_status cxd__hours_parse(const char *json, size_t len, const char *what, struct cxd__hours *out, cxd_error **error) {
  struct cxd__slice document;
  *out = (struct cxd__hours){0};
  cxd_status status = cxd__json_check(json, len, what, &document, error);
  if (status != CXD_OK)
    return status;
  struct cxd__reader reader = {.text = json};
  read_table(&reader, document, out);
  status = cxd__read_verdict(&reader, what, error);
  if (status != CXD_OK)
    cxd__hours_free(out);
  return status;
}

/* ---- writing ---- */

static void write_text(struct cxd__buf *out, const char *name, const char *text) {
  cxd__buf_fmt(out, ",\"%s\":", name);
  cxd__buf_json_str(out, text);
}

static void write_regime(const struct cxd__regime *regime, struct cxd__buf *out) {
  cxd__buf_str(out, "\"hours\":");
  cxd__week_write(&regime->week, out);
  write_text(out, "holidays", regime->holidays ? regime->holidays->name : NULL);
}

static void write_row(const struct cxd__jurisdiction *row, struct cxd__buf *out) {
  cxd__buf_str(out, "{\"code\":");
  cxd__buf_json_str(out, row->code);
  write_text(out, "title", row->title);
  cxd__buf_char(out, ',');
  write_regime(&row->now, out);
  write_text(out, "source", row->source);
  write_text(out, "checked", row->checked);
  write_text(out, "note", row->note);
  if (row->also_zone)
    write_text(out, "also_zone", row->also_zone);
  if (row->since != INT64_MIN) {
    struct cxd__date since = cxd__date_of(row->since);
    cxd__buf_fmt(out, ",\"since\":\"%04d-%02d-%02d\",\"before\":{", since.year, since.month, since.day);
    write_regime(&row->before, out);
    cxd__buf_char(out, '}');
  }
  cxd__buf_char(out, '}');
}

void cxd__hours_write(const struct cxd__hours *table, const struct cxd__hours *own, struct cxd__buf *out) {
  size_t i = 0, k = 0, own_count = own ? own->count : 0;
  cxd__buf_char(out, '[');
  while (i < table->count || k < own_count) {
    int order = i == table->count ? 1 : k == own_count ? -1 : strcmp(table->rows[i].code, own->rows[k].code);
    if (i + k > 0)
      cxd__buf_char(out, ',');
    write_row(order < 0 ? &table->rows[i] : &own->rows[k], out);
    i += order <= 0;
    k += order >= 0;
  }
  cxd__buf_char(out, ']');
}
