/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "json/campaign.h"
#include "validate/nearest.h"
#include "validate/rules.h"
#include "validate/text.h"

#define NAME_MAX_POINTS 256
#define ID_MAX 128

static enum cxd__json_kind kind_of(const struct cxd__context *context, size_t member) {
  return context->set[member] ? cxd__json_kind(context->change.at[member]) : CXD__JSON_ABSENT;
}

static int is_container(size_t member) {
  return cxd__members[member].type == CXD__TYPE_OBJECT || cxd__members[member].type == CXD__TYPE_ARRAY;
}

static int is_id(const char *s, size_t len) {
  if (len == 0 || len > ID_MAX)
    return 0;
  for (size_t i = 0; i < len; i++)
    if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= '0' && s[i] <= '9') || s[i] == '_' || s[i] == '-'))
      return 0;
  return 1;
}

static void check_id_text(struct cxd__context *context, struct cxd__slice id) {
  struct cxd__shown shown;
  struct cxd__view view;
  if (!cxd__view_string(id, &view)) {
    context->report->failed = 1;
    return;
  }
  if (!is_id(view.p, view.len))
    cxd__found(context, CXD__CODE_SCHEMA_ID, CXD_FIELD_ID,
               "the id is %s; the API takes 1 to %d letters, digits, '_' and '-': write the id of a campaign as the server lists it", cxd__show(&shown, id), ID_MAX);
  cxd__free(view.own);
}

static void check_same_id(struct cxd__context *context, struct cxd__slice id, struct cxd__slice other, const char *whose, const char *advice) {
  struct cxd__shown mine, theirs;
  if (other.p && cxd__json_kind(other) == CXD__JSON_STRING && !cxd__json_equal(id, other))
    cxd__found(context, CXD__CODE_SCHEMA_ID, CXD_FIELD_ID, "the change is for campaign %s, %s is %s: %s", cxd__show(&mine, id), whose, cxd__show(&theirs, other), advice);
}

/* Also where the id is not an edit: without it nothing can be addressed. */
void cxd__judge_id(struct cxd__context *context, const struct cxd__rule_row *row) {
  struct cxd__shown shown;
  struct cxd__slice id = context->change.at[CXD__MEMBER_ID];
  (void)row;
  if (!id.p) {
    cxd__found(context, CXD__CODE_SCHEMA_ID, CXD_FIELD_ID, "the id is missing, so no campaign can be addressed: add \"id\"");
  } else if (cxd__json_kind(id) != CXD__JSON_STRING) {
    cxd__found(context, CXD__CODE_SCHEMA_ID, CXD_FIELD_ID, "the id is %s, the API's is a string: %s", cxd__show(&shown, id),
               cxd__json_kind(id) == CXD__JSON_NUMBER ? "write it in quotes" : "write the id of a campaign as the server lists it");
  } else {
    check_id_text(context, id);
    check_same_id(context, id, context->base.at[CXD__MEMBER_ID], "the document it was read from", "an id cannot be changed, leave it as it was read");
    check_same_id(context, id, context->merged.at[CXD__MEMBER_ID], "the campaign that the server sent", "check the id and the address of the API");
  }
}

static const char *kind_name(enum cxd__json_kind kind) {
  switch (kind) {
  case CXD__JSON_OBJECT: return "an object";
  case CXD__JSON_ARRAY: return "an array";
  case CXD__JSON_STRING: return "a string";
  case CXD__JSON_NUMBER: return "a number";
  case CXD__JSON_NULL: return "no value";
  default: return "a boolean";
  }
}

void cxd__judge_type(struct cxd__context *context, const struct cxd__rule_row *row) {
  struct cxd__shown shown;
  for (size_t i = CXD__MEMBER_ID + 1; i < CXD__MEMBER_COUNT; i++) {
    enum cxd__json_kind kind = kind_of(context, i);
    const struct cxd__member_row *member = &cxd__members[i];
    if (kind == CXD__JSON_ABSENT || cxd__member_fits(member->type, kind) || (kind == CXD__JSON_NULL && !is_container(i)))
      continue;
    cxd__found(context, row->code, member->pointer, "%s is %s, the API takes %s: write %s", cxd__show(&shown, context->change.at[i]), kind_name(kind),
               cxd__member_type_name(member->type), member->hint);
  }
}

void cxd__judge_null(struct cxd__context *context, const struct cxd__rule_row *row) {
  for (size_t i = CXD__MEMBER_ID + 1; i < CXD__MEMBER_COUNT; i++)
    if (kind_of(context, i) == CXD__JSON_NULL && !is_container(i))
      cxd__found(context, row->code, cxd__members[i].pointer,
                 "the value is null, the API documents %s and does not say what null means: write %s, or leave the member out to keep what the server has",
                 cxd__member_type_name(cxd__members[i].type), cxd__members[i].hint);
}

/* A parent of a wrong type has a finding of its own. */
static int has_place(const struct cxd__context *context, const struct cxd__member_row *member) {
  if (member->parent == CXD__MEMBER_ROOT)
    return 1;
  struct cxd__slice parent = context->change.at[member->parent];
  return !parent.p || cxd__json_kind(parent) == CXD__JSON_OBJECT;
}

void cxd__judge_required(struct cxd__context *context, const struct cxd__rule_row *row) {
  for (size_t i = CXD__MEMBER_ID + 1; i < CXD__MEMBER_COUNT; i++) {
    const struct cxd__member_row *member = &cxd__members[i];
    if (!member->required || context->change.at[i].p || !has_place(context, member))
      continue;
    if (context->check->replace)
      cxd__found(context, row->code, member->pointer, "the member is missing, and the document is sent whole (config key update.mode=replace): add %s", member->hint);
    else if (context->base.at[i].p)
      cxd__found(context, row->code, member->pointer, "the change deletes a member that %s needs: set it to %s, or leave it as it was read", cxd__codes[row->code].source, member->hint);
  }
}

static int is_spelled_whole(struct cxd__slice number) {
  for (size_t i = 0; i < number.len; i++)
    if (number.p[i] == '.' || number.p[i] == 'e' || number.p[i] == 'E')
      return 0;
  return 1;
}

static void check_integer(struct cxd__context *context, size_t i, struct cxd__slice value) {
  struct cxd__shown shown;
  const struct cxd__member_row *member = &cxd__members[i];
  int64_t number;
  int fits = cxd__json_int(value, &number);
  if (!fits && member->type == CXD__TYPE_INTEGER_OR_STRING && is_spelled_whole(value))
    return;
  if (!fits)
    cxd__found(context, CXD__CODE_SCHEMA_NUMBER, member->pointer, "%s is not a whole number of at most 64 bits, which the API takes: write %s", cxd__show(&shown, value), member->hint);
  else if (number < member->min)
    cxd__found(context, CXD__CODE_SCHEMA_NUMBER, member->pointer, "%s is below %lld, the least the API takes: write %s", cxd__show(&shown, value), (long long)member->min,
               member->hint);
}

void cxd__judge_number(struct cxd__context *context, const struct cxd__rule_row *row) {
  struct cxd__shown shown;
  double real;
  for (size_t i = CXD__MEMBER_ID + 1; i < CXD__MEMBER_COUNT; i++) {
    enum cxd__member_type type = cxd__members[i].type;
    struct cxd__slice value = context->change.at[i];
    if (kind_of(context, i) != CXD__JSON_NUMBER)
      continue;
    if (type == CXD__TYPE_INTEGER || type == CXD__TYPE_INTEGER_OR_STRING)
      check_integer(context, i, value);
    else if (type == CXD__TYPE_REAL && !cxd__json_real(value, &real))
      cxd__found(context, row->code, cxd__members[i].pointer, "%s is beyond what a number can hold: write %s", cxd__show(&shown, value), cxd__members[i].hint);
  }
}

void cxd__judge_name(struct cxd__context *context, const struct cxd__rule_row *row) {
  struct cxd__shown shown;
  struct cxd__view view;
  struct cxd__slice name = context->change.at[CXD__MEMBER_NAME];
  if (kind_of(context, CXD__MEMBER_NAME) != CXD__JSON_STRING)
    return;
  if (!cxd__view_string(name, &view)) {
    context->report->failed = 1;
    return;
  }
  size_t points = cxd__utf8_count(view.p, view.len);
  if (points < 1 || points > NAME_MAX_POINTS)
    cxd__found(context, row->code, CXD_FIELD_NAME, "the name %s has %zu characters, %s allows 1 to %d: write a name of that length", cxd__show(&shown, name), points, cxd__codes[row->code].source,
               NAME_MAX_POINTS);
  cxd__free(view.own);
}

static int is_one_of(struct cxd__slice value, const char *const *known) {
  for (; *known; known++)
    if (cxd__json_string_is(value, *known))
      return 1;
  return 0;
}

static void unknown_value(struct cxd__context *context, enum cxd__code code, const struct cxd__member_row *member, struct cxd__slice value) {
  struct cxd__shown shown;
  struct cxd__nearest nearest = cxd__nearest_start(value.p + 1, value.len - 2);
  for (const char *const *known = member->values; *known; known++)
    cxd__nearest_offer_text(&nearest, *known);
  cxd__found(context, code, member->pointer, "%s is no value that the API documents%s%s%s: write %s, or go on if your server knows it", cxd__show(&shown, value),
             nearest.best ? " (did you mean \"" : "", nearest.best ? nearest.best : "", nearest.best ? "\"?)" : "", member->hint);
}

void cxd__judge_enum(struct cxd__context *context, const struct cxd__rule_row *row) {
  for (size_t i = 0; i < CXD__MEMBER_COUNT; i++) {
    const struct cxd__member_row *member = &cxd__members[i];
    if (member->values && kind_of(context, i) == CXD__JSON_STRING && !is_one_of(context->change.at[i], member->values))
      unknown_value(context, row->code, member, context->change.at[i]);
  }
}
