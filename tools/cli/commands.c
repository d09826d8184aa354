/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "commands.h"

#include <string.h>

#include "args.h"
#include "nearest.h"

static const struct argp_option validate_options[] = {
    {"at", ARG_AT, "RFC3339", 0, "Decide for this instant, e.g. 2026-11-22T08:00:00-05:00, instead of now", 0},
    {"explain", ARG_EXPLAIN, "CODE", 0, "Explain a rule in place of checking files; a group such as window, or list, has a line for each of its codes", 0},
    {0},
};

#define BATCH_OPTIONS                                                                                                                                     \
  {"concurrency", ARG_TEXT + TEXT_CONCURRENCY, "N", 0, "So many updates in flight at a time [update.concurrency]", 0},                                    \
      {"max-errors", ARG_TEXT + TEXT_MAX_ERRORS, "N", 0, "Begin no more after so many failures [update.max_errors]", 0},                                  \
      {"max-error-rate", ARG_TEXT + TEXT_MAX_ERROR_RATE, "F", 0, "Begin no more when more than this share of them fails [update.max_error_rate]", 0},     \
      {"canary", ARG_TEXT + TEXT_CANARY, "N", 0, "So many go ahead; the others are begun when these have succeeded [update.canary]", 0}

#define REPORT_OPTION {"report", ARG_TEXT + TEXT_REPORT, "FILE", 0, "Also write FILE, one page of HTML with pictures and a table of all campaigns; that it can be written is made sure of first", 0}

static const struct argp_option plan_options[] = {
    REPORT_OPTION,
    {0},
};

static const struct argp_option apply_options[] = {
    {"yes", ARG_YES, NULL, 0, "Do not ask before writing", 0},
    {"journal", ARG_TEXT + TEXT_JOURNAL, "FILE", 0, "Keep a new journal, with which cxdialer resume goes on after a crash or an interruption", 0},
    {"coalesce", ARG_COALESCE, NULL, 0, "Changes of one campaign that wait for each other become one update [update.coalesce]", 0},
    BATCH_OPTIONS,
    REPORT_OPTION,
    {0},
};

static const struct argp_option resume_options[] = {
    {"yes", ARG_YES, NULL, 0, "Do not ask before writing", 0},
    {"status", ARG_STATUS, NULL, 0, "Only show what the journal says; nothing is sent, and no configuration needed", 0},
    {"retry-failed", ARG_RETRY_FAILED, NULL, 0, "Run those that were refused for good as well", 0},
    BATCH_OPTIONS,
    REPORT_OPTION,
    {0},
};

static const struct argp_option demo_options[] = {
    {"sim", ARG_SIM, "PATH", 0, "The simulator to start; without it: beside this program, then in PATH", 0},
    {0},
};

static const struct argp_option windows_options[] = {
    {"zone", ARG_ZONE, "ZONE", 0, "A time zone, or several with commas between; may be repeated (default: validate.time_zones)", 0},
    {"jurisdiction", ARG_JURISDICTION, "CODE", 0, "A row of the table of calling hours, several, or all; may be repeated (default: what the configuration says)", 0},
    {"at", ARG_AT, "RFC3339", 0, "Look at this instant, e.g. 2026-11-22T08:00:00-05:00, instead of now", 0},
    {"days", ARG_DAYS, "N", 0, "Also each of the next N local dates, 1 to 60", 0},
    {"svg", ARG_SVG, "FILE", 0, "Draw a picture of N days (default 7) as well; - is standard output, where nothing else is printed then", 0},
    {0},
};

static const struct argp_option capacity_options[] = {
    {"agents", ARG_NUMBER + NUMBER_AGENTS, "N", 0, "Agents who take the calls [validate.agents]", 0},
    {"load", ARG_NUMBER + NUMBER_LOAD, "ERLANG", 0, "Offered load: answered calls per second x handling time", 0},
    {"answered-per-min", ARG_NUMBER + NUMBER_ANSWERED, "X", 0, "Offered pacing: answered calls per minute", 0},
    {"calls", ARG_NUMBER + NUMBER_CALLS, "N", 0, "Offered pacing as in a campaign: calls per interval, with --interval, --throttle and --answer-rate", 0},
    {"interval", ARG_NUMBER + NUMBER_INTERVAL, "S", 0, "With --calls: the interval in seconds", 0},
    {"throttle", ARG_NUMBER + NUMBER_THROTTLE, "F", 0, "With --calls: the throttle, a fraction [1]", 0},
    {"answer-rate", ARG_NUMBER + NUMBER_ANSWER_RATE, "F", 0, "With --calls: the share of calls that a person answers [validate.answer_rate]", 0},
    {"aht", ARG_NUMBER + NUMBER_AHT, "S", 0, "Mean handling time of an answered call in seconds [validate.aht_s]", 0},
    {"patience", ARG_NUMBER + NUMBER_PATIENCE, "S", 0, "How long a called person waits, in seconds [validate.patience_s, or 2]", 0},
    {"max-abandonment", ARG_NUMBER + NUMBER_MAX_ABANDONMENT, "F", 0, "Largest share of answered calls that may be abandoned [validate.max_abandonment, or 0.03]", 0},
    {"svg", ARG_SVG, "FILE", 0, "Draw the curve of abandonment as well; - is standard output, where nothing else is printed then", 0},
    {0},
};

static const struct argp_option audit_options[] = {
    {"key-file", ARG_TEXT + TEXT_KEY_FILE, "FILE", 0, "verify, show: the key that the log is sealed with [audit.key_file]", 0},
    {"expect", ARG_EXPECT, "SEQ:HASH", 0, "verify, show: a record that was kept elsewhere and must be in the log; may be repeated", 0},
    {"campaign", ARG_TEXT + TEXT_CAMPAIGN, "ID", 0, "show: records of this campaign", 0},
    {"since", ARG_TEXT + TEXT_SINCE, "RFC3339", 0, "show: from this instant on", 0},
    {"until", ARG_TEXT + TEXT_UNTIL, "RFC3339", 0, "show: before this instant", 0},
    {"outcome", ARG_TEXT + TEXT_OUTCOME, "OUTCOME", 0, "show: outcomes such as conflict, and the intents of these updates; may be repeated: any of them", 0},
    {"actor", ARG_TEXT + TEXT_ACTOR, "ACTOR", 0, "show: records of this actor", 0},
    {"op", ARG_TEXT + TEXT_OP, "OP", 0, "show: all records of one update", 0},
    {"kind", ARG_TEXT + TEXT_KIND, "KIND", 0, "show: records of one kind, such as intent", 0},
    {"seq", ARG_TEXT + TEXT_SEQ, "N[..M]", 0, "show: this record, or these", 0},
    {"list", ARG_LIST, NULL, 0, "recover: only list the updates in doubt; the log is opened for writing all the same, which cuts off a torn end", 0},
    {0},
};

static const struct argp_option rollback_options[] = {
    {"seq", ARG_TEXT + TEXT_SEQ, "N[..M]", 0, "Any record of an applied update; or all applied updates with their outcome between two records", 0},
    {"plan", ARG_PLAN, NULL, 0, "Show what would change (exit code 2), and write nothing", 0},
    {"yes", ARG_YES, NULL, 0, "Do not ask before writing", 0},
    {0},
};

#define FILE_HELP "FILE is a JSON object with the members to change and the campaign's id, or an array of them; - is standard input."

static const struct command commands[] = {
    {"demo", "", "A tour against the simulator, with nothing to set up",
     "Starts cxdialer-sim, then validates, plans, applies and refuses an update and shows the audit log.", 0, 0, demo_options, cmd_demo},
    {"get", "ID", "Print one campaign as the server has it", NULL, 1, 1, NULL, cmd_get},
    {"list", "", "List all campaigns", NULL, 0, 0, NULL, cmd_list},
    {"validate", "FILE...", "Check changes without sending anything", FILE_HELP, 1, INT32_MAX, validate_options, cmd_validate},
    {"plan", "FILE...", "Show what apply would change (exit code 2)", FILE_HELP, 1, INT32_MAX, plan_options, cmd_plan},
    {"apply", "FILE...", "Change campaigns", FILE_HELP " Asks before it writes when more than one campaign changes and a terminal is there to answer.", 1,
     INT32_MAX, apply_options, cmd_apply},
    {"resume", "JOURNAL", "Go on with a batch that ended early",
     "JOURNAL was written by apply --journal. Updates in doubt are looked at first; nothing that was applied is sent again. Asks before it writes when more than one campaign is to be changed and a terminal is there to answer.",
     1, 1, resume_options, cmd_resume},
    {"rollback", "LOG", "Put back what an applied update changed",
     "Only if nobody has changed these members since. LOG is an audit log; it is verified to its end first. Of several updates the newest is put back first. Asks before it writes when more than one campaign changes and a terminal is there to answer.",
     1, 1, rollback_options, cmd_rollback},
    {"audit", "PART [LOG]", "Verify, show or recover an audit log",
     "PART is verify, show or recover. LOG is the file at audit.path, one of its segments, or the directory that holds them. recover resolves updates in doubt, of which a process died before it wrote their outcome, and works on the log of the configuration, which must be there.", 1, 2, audit_options, cmd_audit},
    {"windows", "", "Show when calling is legal, by zone and jurisdiction", "A table on a terminal, JSON elsewhere, unless --output says which.", 0, 0,
     windows_options, cmd_windows},
    {"capacity", "", "Plan agents and pacing by predicted abandonment",
     "A planning bound: answers come at random, the dialer does not look at free agents. Without --load, --answered-per-min and --calls it looks for the largest safe pacing.",
     0, 0, capacity_options, cmd_capacity},
    {"config", "list|show", "List the keys, or show the values in force", NULL, 1, 1, NULL, cmd_config},
    {"completion", "SHELL", "Print the completions for a shell",
     "SHELL is bash, zsh or fish. The install has its completions where the shells look; elsewhere, for example: source <(cxdialer completion bash).", 1, 1, NULL, cmd_completion},
    {"version", "", "Print versions and features", NULL, 0, 0, NULL, cmd_version},
};

#define COMMANDS (sizeof commands / sizeof *commands)

const struct command *command_at(size_t i) { return i < COMMANDS ? &commands[i] : NULL; }

const struct command *command_find(const char *name) {
  for (size_t i = 0; i < COMMANDS; i++)
    if (strcmp(commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

const struct command *command_nearest(const char *name) {
  const struct command *nearest = NULL;
  size_t least = strlen(name) < 4 ? strlen(name) : 4;
  for (size_t i = 0; i < COMMANDS; i++) {
    size_t edits = nearest_edits(name, commands[i].name);
    if (edits < least)
      nearest = &commands[i];
    least = edits < least ? edits : least;
  }
  return nearest;
}
