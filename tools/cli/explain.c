/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "explain.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "exit_code.h"
#include "markdown.h"
#include "mem.h"
#include "nearest.h"
#include "output.h"
#include "table.h"

#define EVERYTHING "list"
#define COLUMNS 80
#define COLUMNS_MIN 40
#define COLUMNS_MAX 120

struct code {
  const char *name, *source, *meaning, *advice;
  int32_t severity, fixed;
};

#define UPDATE "the update itself"
#define REFUSED_BY_SERVER "server.4xx"

/* What reports have besides the rules of the validator. */
static const struct code others[] = {
    {"report.incomplete", "the library", "A finding was lost because memory ran out. Such a report is never ok.", "check again.", CXD_SEVERITY_ERROR, 1},
    {"server.answer", UPDATE,
     "The server answered the change with a success and a body that is not this campaign: no JSON, or no campaign. The update counts as applied.",
     "set `update.verify=always` to have each update read back, and look at what stands between you and the server.", CXD_SEVERITY_WARNING, 1},
    {"server.late_copy", UPDATE,
     "The update was sent more than once without a condition, because an answer was lost. It may have overwritten somebody else's change, and the first copy may still arrive and undo later ones.",
     "read the campaign again before the next change. Merge mode with entity tags or `/version` on the server has a condition on each request.", CXD_SEVERITY_WARNING, 1},
    {"server.weak_etag", UPDATE,
     "The server's entity tag is a weak one (`W/`), which `If-Match` cannot use. The update was as safe as `/version` in the document made it, or not conditional at all.",
     "ask for strong entity tags where the server is configured; often a proxy that compresses answers weakens them.", CXD_SEVERITY_NOTE, 1},
    {"server.400", UPDATE, "The server refused the change as a bad request (400). The message has its words and its code, the pointer the member that it names.",
     "correct what the message names. Check the id and the members that no rule here knows: they are the server's own.", CXD_SEVERITY_ERROR, 1},
    {"server.422", UPDATE,
     "The server refused the values of the change (422). The message has its words and its code, the pointer the member that it names.",
     "correct the member that the message names. A limit that the server has and the policy has not belongs into the policy, so that it is found before anything is sent.",
     CXD_SEVERITY_ERROR, 1},
    {REFUSED_BY_SERVER, UPDATE,
     "The server refused the change with another answer from 400 to 499; the code has its number, such as `server.415`. Answers with a status of their own, such as 401, 404, 409 and 429, are no findings.",
     "look the number up in the manual of the server, with the request id that the error has.", CXD_SEVERITY_ERROR, 1},
    {"audit.broken", UPDATE,
     "The audit log had been damaged or cut when it was opened or looked at. What stood there was left as it was, under a name of its own, and the log goes on in a new segment.",
     "verify the log and look at the segment that the message names: somebody, or a disk, has changed what was written. The warning stays until the log is opened anew.", CXD_SEVERITY_WARNING, 1},
    {"audit.rotation", UPDATE,
     "A new segment of the audit log was due, by `audit.max_bytes` or `audit.rotate_daily`, and could not be begun: no room, no right to make a link, or too many updates under way. Nothing is lost, the log goes on in the old segment.",
     "put right what the message names: it is tried again every minute, and the warning is gone once it works.", CXD_SEVERITY_WARNING, 1},
    {"audit.failed", UPDATE,
     "The audit log did not take records of this update, or could not be opened. The update went on (`audit.mode=best_effort`), or the log failed after the change had been sent.",
     "do what the message says, and keep the record that the result hands over. With `audit.mode=required` nothing is sent without a log.", CXD_SEVERITY_WARNING, 1},
    {"audit.recovered", UPDATE,
     "An earlier update of this campaign, whose process had ended before it wrote what became of it, was looked into before this one. The message has its record in the audit log and what was found.",
     "nothing has to be done. `cxdialer audit show` has that update; `unknown` and `conflict` want a look at the campaign.", CXD_SEVERITY_NOTE, 1},
    {"input.json", "this command", "A FILE, or an element of its array, is not well-formed or not an object.", "correct the line and column that the message names.",
     CXD_SEVERITY_ERROR, 1},
    {"input.too_large", "this command", "A FILE has more than 64 MiB or 1,000,000 elements, or an object has more than 1 MiB or 32 levels.",
     "divide it into several files, or remove what is not part of a campaign.", CXD_SEVERITY_ERROR, 1},
    {"input.unreadable", "this command", "A FILE cannot be opened or read, or standard input is closed.", "correct the name or its permissions, as the message says.",
     CXD_SEVERITY_ERROR, 1},
};

static size_t code_count(void) { return cxd_code_count() + sizeof others / sizeof *others; }

static struct code code_at(size_t i) {
  if (i >= cxd_code_count())
    return others[i - cxd_code_count()];
  return (struct code){cxd_code_name(i), cxd_code_source(i), cxd_code_meaning(i), cxd_code_advice(i), cxd_code_severity(i), cxd_code_fixed(i)};
}

void explain_put_words(FILE *out) {
  fputs(EVERYTHING, out);
  for (size_t i = 0; i < code_count(); i++)
    fprintf(out, " %s", code_at(i).name);
}

static int is_of_group(const char *name, const char *group) {
  size_t len = strlen(group);
  return strncmp(name, group, len) == 0 && name[len] == '.';
}

static int is_meant(const char *name, const char *word) { return strcmp(word, EVERYTHING) == 0 || strcmp(word, name) == 0 || is_of_group(name, word); }

static const char *severity_name(int32_t severity) { return severity == CXD_SEVERITY_ERROR ? "error" : severity == CXD_SEVERITY_WARNING ? "warning" : "note"; }

static void put_member(const char *name, const char *text) {
  printf(",\"%s\":", name);
  display_put_json_string(stdout, slice_of(text));
}

static void put_json(const struct code *code) {
  fputs("{\"code\":", stdout);
  display_put_json_string(stdout, slice_of(code->name));
  printf(",\"severity\":\"%s\",\"fixed\":%s", severity_name(code->severity), code->fixed ? "true" : "false");
  put_member("meaning", code->meaning);
  put_member("source", code->source);
  put_member("advice", code->advice);
  fputc('}', stdout);
}

static size_t columns(void) {
  struct winsize size;
  if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return COLUMNS;
  return size.ws_col < COLUMNS_MIN ? COLUMNS_MIN : size.ws_col > COLUMNS_MAX ? COLUMNS_MAX : size.ws_col;
}

static void put_text(const struct code *code) {
  char *all = mem_format("%s: %s, %s\n\n%s\n\nTo satisfy it: %s\n\nSource: %s.\n", code->name, severity_name(code->severity),
                         !code->fixed                               ? "unless a policy says otherwise"
                         : code->severity == CXD_SEVERITY_ERROR ? "which no policy can lower"
                                                                : "which no policy can change", code->meaning, code->advice, code->source);
  markdown_put(stdout, all, columns());
  free(all);
}

/* One line for each; on a terminal they are cut to fit. */
static void list_text(const char *word) {
  struct table table = {.columns = 3};
  size_t widest = isatty(STDOUT_FILENO) ? columns() - strlen("capacity.abandonment  warning  ") : 0;
  for (size_t i = 0; i < code_count(); i++) {
    struct code code = code_at(i);
    if (!is_meant(code.name, word))
      continue;
    char *gist = markdown_gist(code.meaning);
    table_add_text(&table, code.name);
    table_add_text(&table, severity_name(code.severity));
    table_add(&table, slice_of(gist), widest);
    free(gist);
  }
  table_print(&table, stdout, "");
}

static void list_json(const char *word) {
  size_t printed = 0;
  for (size_t i = 0; i < code_count(); i++) {
    struct code code = code_at(i);
    if (!is_meant(code.name, word))
      continue;
    fputc(printed++ > 0 ? ',' : '[', stdout);
    put_json(&code);
  }
  fputs("]\n", stdout);
}

static int show(const struct cli *cli, const struct code *code) {
  if (!cli->json) {
    put_text(code);
    return EXIT_DONE;
  }
  put_json(code);
  fputc('\n', stdout);
  return EXIT_DONE;
}

static int list(const struct cli *cli, const char *word) {
  if (cli->json)
    list_json(word);
  else
    list_text(word);
  return EXIT_DONE;
}

/* NULL: none is near. */
static const char *nearest(const char *word) {
  const char *best = NULL;
  size_t least = strlen(word) / 3 + 1;
  for (size_t i = 0; i < code_count(); i++) {
    const char *name = code_at(i).name;
    size_t edits = nearest_edits(word, name);
    if (edits < least)
      best = name;
    least = edits < least ? edits : least;
  }
  return best;
}

static int refuse(const struct cli *cli, const char *word) {
  const char *near = nearest(word);
  if (near)
    output_failure(cli, CXD_E_ARGUMENT, "", "--explain '%s': no such code; the nearest is '%s'", word, near);
  else
    output_failure(cli, CXD_E_ARGUMENT, "", "--explain '%s': no such code; cxdialer validate --explain " EVERYTHING " has them all", word);
  return EXIT_USAGE;
}

/* One text for each of the server's numbers that has none of its own. */
static const char *known_name(const char *word) {
  size_t len = strlen("server.4");
  if (strncmp(word, "server.4", len) != 0 || strspn(word + len, "0123456789") != 2 || word[len + 2])
    return word;
  return strcmp(word + len, "00") == 0 || strcmp(word + len, "22") == 0 ? word : REFUSED_BY_SERVER;
}

int explain(const struct cli *cli, const char *asked) {
  const char *word = known_name(asked);
  size_t meant = 0;
  for (size_t i = 0; i < code_count(); i++) {
    struct code code = code_at(i);
    if (strcmp(code.name, word) == 0)
      return show(cli, &code);
    meant += (size_t)is_meant(code.name, word);
  }
  return meant > 0 ? list(cli, word) : refuse(cli, word);
}
