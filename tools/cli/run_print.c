/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "run_print.h"

#include <stdio.h>
#include <stdlib.h>

#include "mem.h"
#include "update_report.h"

/* A text that is no campaign is told as by parsing it, which says where in its FILE it stands. */
static int print_unusable(const struct run_print *print, const char *where) {
  cxd_campaign *campaign = NULL;
  char *message = NULL;
  cxd_status status = print->plan->parse(print->plan->data, print->next, &campaign, &message);
  (void)update_report(print->cli, &(struct update_report){.where = where, .id = "", .status = status == CXD_OK ? CXD_E_JSON : status, .message = message});
  cxd_campaign_free(campaign);
  free(message);
  return EXIT_INVALID;
}

static void print_item(struct run_print *print) {
  const cxd_result *result = print->result(print->data, print->next);
  char *where = print->plan->where(print->plan->data, print->next);
  int code;
  if (print->cli->json && print->is_continued)
    fputc(',', stdout);
  if (result)
    code = update_report(print->cli, &(struct update_report){.where = where, .id = cxd_result_campaign_id(result), .writes = 1, .result = result});
  else
    code = print_unusable(print, where);
  exit_tally_add(print->tally, code);
  print->is_continued = 1;
  print->drop(print->data, print->next);
  print->next++;
  print->in_group++;
  free(where);
}

static const struct run_group *group_at(const struct run_print *print) {
  return print->plan->groups && print->group < print->plan->group_count ? &print->plan->groups[print->group] : NULL;
}

static void open_group(struct run_print *print, const struct run_group *group) {
  if (print->is_open)
    return;
  if (print->cli->json && group->is_array)
    fputc('[', stdout);
  print->is_open = 1;
  print->is_continued = 0;
}

static void close_group(struct run_print *print, const struct run_group *group) {
  if (print->cli->json)
    fputs(group->is_array ? "]\n" : "\n", stdout);
  print->is_open = 0;
  print->in_group = 0;
  print->group++;
}

/* Groups without an item to wait for: those that are complete, empty, or of a FILE that could not be used. */
static void pass_groups(struct run_print *print) {
  const struct run_group *group;
  while ((group = group_at(print)) && (group->refused || print->in_group == group->count)) {
    if (group->refused) {
      print->plan->refuse(print->plan->data, group->refused, print->tally);
      print->group++;
      continue;
    }
    open_group(print, group);
    close_group(print, group);
  }
}

static void step(struct run_print *print) {
  const struct run_group *group = group_at(print);
  if (group)
    open_group(print, group);
  print_item(print);
  pass_groups(print);
}

int run_print_is_due(const struct run_print *print) {
  const struct run_group *group = group_at(print);
  if (group && (group->refused || group->count == 0))
    return 1;
  return print->next < print->plan->count && print->states[print->next] == RUN_OVER;
}

void run_print_ready(struct run_print *print) {
  if (!run_print_is_due(print))
    return;
  pass_groups(print);
  while (print->next < print->plan->count && print->states[print->next] == RUN_OVER)
    step(print);
  fflush(stdout);
}

void run_print_rest(struct run_print *print, size_t begun) {
  if (print->next < begun)
    pass_groups(print);
  while (print->next < begun)
    step(print);
  if (begun == print->plan->count)
    pass_groups(print);
  else if (print->is_open)
    close_group(print, group_at(print));
  fflush(stdout);
}
