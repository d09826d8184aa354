/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* strndup */
#include "audit_filter.h"

#include <stdlib.h>
#include <string.h>

#include "audit_log.h"
#include "display.h"
#include "exit_code.h"
#include "instant.h"
#include "json_text.h"
#include "mem.h"
#include "nearest.h"
#include "output.h"

#define TIME_TEXT 40
#define NEAR 4 /* edits from which on a word is another one */

/* -------------------------------------------------------------- what is asked for */

static const char *const kinds[] = {"genesis", "intent", "attempt", "conflict", "token", "outcome", "checkpoint", "recover", "rotate", "clock", "fork", NULL};
static const char *const outcomes[] = {"applied", "applied_readback", "unchanged", "rejected", "conflict", "not_applied", "unknown", "cancelled", NULL};

const char *const *audit_filter_outcomes(void) { return outcomes; }
const char *const *audit_filter_kinds(void) { return kinds; }

static int fail(const struct cli *cli, const char *option, const char *value, const char *wanted) {
  char *shown = display_text(slice_of(value));
  output_failure(cli, CXD_E_ARGUMENT, "", "--%s '%s': %s", option, shown, wanted);
  free(shown);
  return EXIT_USAGE;
}

static int fail_word(const struct cli *cli, const char *option, const char *value, const char *const words[], const char *nearest) {
  struct mem_stream wanted;
  mem_stream_open(&wanted);
  fputs("there is none; ", wanted.file);
  if (nearest)
    fprintf(wanted.file, "the nearest is '%s'; ", nearest);
  for (size_t i = 0; words[i]; i++)
    fprintf(wanted.file, "%s%s", i == 0 ? "all are " : ", ", words[i]);
  mem_stream_close(&wanted);
  int code = fail(cli, option, value, wanted.text);
  free(wanted.text);
  return code;
}

static int check_word(const struct cli *cli, const char *option, const char *value, const char *const words[]) {
  const char *nearest = NULL;
  size_t least = NEAR;
  for (size_t i = 0; words[i]; i++) {
    size_t edits = nearest_edits(value, words[i]);
    if (edits == 0)
      return 0;
    nearest = edits < least ? words[i] : nearest;
    least = edits < least ? edits : least;
  }
  return fail_word(cli, option, value, words, nearest);
}

static int check_outcomes(const struct cli *cli, const struct arg_list *list) {
  int code = 0;
  for (size_t i = 0; i < list->count && !code; i++)
    code = check_word(cli, "outcome", list->at[i], outcomes);
  return code;
}

/* An empty one is a variable of a script that was not set, and not the wish for everything. */
static int check_text(const struct cli *cli, const char *option, const char *value) { return value && !*value ? fail(cli, option, value, "a value is needed") : 0; }

static int set_instant(const struct cli *cli, const char *option, const char *value, int64_t otherwise, int64_t *out) {
  *out = otherwise;
  if (!value || instant_parse(value, out))
    return 0;
  return fail(cli, option, value, "an RFC 3339 instant is needed, e.g. 2026-11-22T08:00:00-05:00");
}

static int set_range(const struct cli *cli, const char *value, struct audit_filter *filter) {
  filter->first = 1;
  filter->last = INT64_MAX;
  if (!value || audit_log_range(value, &filter->first, &filter->last))
    return 0;
  return fail(cli, "seq", value, "the number of a record, or two with .. between them, are needed: 12 or 12..40");
}

int audit_filter_set(struct audit_filter *filter, const struct cli *cli, const struct args *args) {
  *filter = (struct audit_filter){.campaign = args->texts[TEXT_CAMPAIGN], .actor = args->texts[TEXT_ACTOR], .op = args->texts[TEXT_OP], .kind = args->texts[TEXT_KIND], .outcomes = &args->outcomes};
  int code = filter->kind ? check_word(cli, "kind", filter->kind, kinds) : 0;
  if (!code)
    code = check_outcomes(cli, filter->outcomes);
  if (!code)
    code = check_text(cli, "campaign", filter->campaign);
  if (!code)
    code = check_text(cli, "actor", filter->actor);
  if (!code)
    code = check_text(cli, "op", filter->op);
  if (!code)
    code = set_instant(cli, "since", args->texts[TEXT_SINCE], INT64_MIN, &filter->since_ms);
  if (!code)
    code = set_instant(cli, "until", args->texts[TEXT_UNTIL], INT64_MAX, &filter->until_ms);
  return code ? code : set_range(cli, args->texts[TEXT_SEQ], filter);
}

void audit_filter_free(struct audit_filter *filter) {
  for (size_t i = 0; i < filter->op_count; i++)
    free(filter->ops[i]);
  free(filter->ops);
}

/* -------------------------------------------------------------- texts of a record */

static int member_is(struct slice record, const char *name, const char *text) {
  struct slice value = walk_get(record, name);
  return !text || (value.len > 0 && value.at[0] == '"' && json_text_is(walk_plain(value), text));
}

static int is_outcome(const struct audit_filter *filter, struct slice record) {
  int found = 0;
  for (size_t i = 0; i < filter->outcomes->count && !found; i++)
    found = member_is(record, "outcome", filter->outcomes->at[i]);
  return found;
}

static int in_time(const struct audit_filter *filter, struct slice record) {
  struct slice t = walk_plain(walk_get(record, "t"));
  char text[TIME_TEXT];
  int64_t ms;
  if (filter->since_ms == INT64_MIN && filter->until_ms == INT64_MAX)
    return 1;
  if (t.len >= sizeof text)
    return 0;
  memcpy(text, t.at, t.len);
  text[t.len] = '\0';
  return instant_parse(text, &ms) && ms >= filter->since_ms && ms < filter->until_ms;
}

/* -------------------------------------------------------------------- updates by outcome */

static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

void audit_filter_note(struct audit_filter *filter, struct slice record) {
  if (!slice_is(walk_plain(walk_get(record, "k")), "outcome") || !is_outcome(filter, record))
    return;
  struct slice op = walk_get(record, "op");
  if ((filter->op_count & (filter->op_count - 1)) == 0)
    filter->ops = mem_resize(filter->ops, filter->op_count ? 2 * filter->op_count : 1, sizeof *filter->ops);
  filter->ops[filter->op_count++] = mem_need(strndup(op.at, op.len));
}

void audit_filter_noted(struct audit_filter *filter) {
  if (filter->op_count > 0)
    qsort(filter->ops, filter->op_count, sizeof *filter->ops, compare);
}

static int has_outcome(const struct audit_filter *filter, struct slice record) {
  struct slice kind = walk_plain(walk_get(record, "k")), raw = walk_get(record, "op");
  if (slice_is(kind, "outcome"))
    return is_outcome(filter, record);
  if (!slice_is(kind, "intent") || filter->op_count == 0)
    return 0;
  char *op = mem_need(strndup(raw.at, raw.len));
  int found = bsearch(&op, filter->ops, filter->op_count, sizeof *filter->ops, compare) != NULL;
  free(op);
  return found;
}

int audit_filter_takes(const struct audit_filter *filter, struct slice record) {
  int64_t seq = audit_log_seq(record);
  return seq >= filter->first && seq <= filter->last && member_is(record, "k", filter->kind) && member_is(record, "campaign", filter->campaign) && member_is(record, "actor", filter->actor) &&
         member_is(record, "op", filter->op) && in_time(filter, record) && (filter->outcomes->count == 0 || has_outcome(filter, record));
}
