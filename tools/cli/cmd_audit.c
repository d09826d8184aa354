/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdlib.h>
#include <string.h>

#include "audit_commands.h"
#include "exit_code.h"
#include "mem.h"
#include "nearest.h"
#include "output.h"

#define OF(text) (1u << (text))
#define OF_EXPECT OF(TEXT_COUNT)
#define OF_LIST OF(TEXT_COUNT + 1)

static const struct part {
  const char *name;
  int words;        /* with its own name */
  unsigned options; /* those it takes */
  int (*run)(struct cli *cli, const struct args *args);
} parts[] = {
    {"verify", 2, OF(TEXT_KEY_FILE) | OF_EXPECT, audit_verify},
    {"show", 2, OF_EXPECT | OF(TEXT_KEY_FILE) | OF(TEXT_CAMPAIGN) | OF(TEXT_SINCE) | OF(TEXT_UNTIL) | OF(TEXT_OUTCOME) | OF(TEXT_ACTOR) | OF(TEXT_OP) | OF(TEXT_KIND) | OF(TEXT_SEQ), audit_show},
    {"recover", 1, OF_LIST, audit_recover},
};

#define PARTS (sizeof parts / sizeof *parts)

void cmd_audit_put_parts(FILE *out) {
  for (size_t i = 0; i < PARTS; i++)
    fprintf(out, "%s%s", i > 0 ? " " : "", parts[i].name);
}

/* NULL: of another command. */
static const char *const option_names[] = {
    [TEXT_KEY_FILE] = "key-file", [TEXT_CAMPAIGN] = "campaign", [TEXT_SINCE] = "since", [TEXT_UNTIL] = "until", [TEXT_OUTCOME] = "outcome", [TEXT_ACTOR] = "actor",
    [TEXT_OP] = "op",             [TEXT_KIND] = "kind",         [TEXT_SEQ] = "seq",     [TEXT_COUNT] = "expect", [TEXT_COUNT + 1] = "list",
};

static int fail(const struct cli *cli, char *message) {
  char *shown = display_text(slice_of(message));
  output_failure(cli, CXD_E_ARGUMENT, "", "%s", shown);
  free(shown);
  free(message);
  return EXIT_USAGE;
}

static const struct part *find(const char *name) {
  for (size_t i = 0; i < PARTS; i++)
    if (strcmp(parts[i].name, name) == 0)
      return &parts[i];
  return NULL;
}

static int fail_unknown(const struct cli *cli, const char *name) {
  for (size_t i = 0; i < PARTS; i++)
    if (nearest_edits(name, parts[i].name) < 3)
      return fail(cli, mem_format("audit '%s': the nearest is '%s'", name, parts[i].name));
  return fail(cli, mem_format("audit '%s': verify, show or recover", name));
}

static unsigned given(const struct args *args) {
  unsigned set = (args->expects.count > 0 ? OF_EXPECT : 0) | (args->list_only ? OF_LIST : 0);
  for (int i = 0; i < TEXT_COUNT; i++)
    set |= args->texts[i] ? OF(i) : 0;
  return set;
}

static int check(const struct cli *cli, const struct part *part, const struct args *args) {
  unsigned wrong = given(args) & ~part->options;
  for (size_t i = 0; i < sizeof option_names / sizeof *option_names; i++)
    if (option_names[i] && wrong & OF(i))
      return fail(cli, mem_format("--%s is not for audit %s", option_names[i], part->name));
  if (args->count < part->words)
    return fail(cli, mem_format("LOG is missing: cxdialer audit %s LOG", part->name));
  if (args->count > part->words)
    return fail(cli, mem_format("'%s' is one word too many: audit recover works on the log at audit.path", args->list[part->words]));
  return 0;
}

int cmd_audit(struct cli *cli, const struct args *args) {
  const struct part *part = find(args->list[0]);
  int code = part ? check(cli, part, args) : fail_unknown(cli, args->list[0]);
  return code ? code : part->run(cli, args);
}
