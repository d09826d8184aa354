/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/policy_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CAMPAIGNS_MOST 10000
#define ID_MOST 128

static struct cxd__capacity_inputs *inputs(struct cxd__reader *reader) { return reader->target; }

static void read_agents(struct cxd__reader *reader, struct cxd__slice value) {
  inputs(reader)->agents = (double)cxd__read_int(reader, value, "capacity.agents", 1, 1000000);
}

static void read_answer_rate(struct cxd__reader *reader, struct cxd__slice value) {
  inputs(reader)->answer_rate = cxd__read_range(reader, value, "capacity.answer_rate", 0.001, 1);
}

static void read_aht(struct cxd__reader *reader, struct cxd__slice value) { inputs(reader)->aht_s = cxd__read_range(reader, value, "capacity.aht_s", 1, 86400); }

static void read_patience(struct cxd__reader *reader, struct cxd__slice value) {
  inputs(reader)->patience_s = cxd__read_range(reader, value, "capacity.patience_s", 0.1, 600);
}

/* 0 would read as "not given", and no dialer keeps it. */
static void read_abandonment(struct cxd__reader *reader, struct cxd__slice value) {
  inputs(reader)->max_abandonment = cxd__read_real(reader, value, "capacity.max_abandonment", 0, 1);
}

static void read_lines(struct cxd__reader *reader, struct cxd__slice value) {
  inputs(reader)->lines_per_agent = cxd__read_range(reader, value, "capacity.lines_per_agent", 0.1, 100);
}

void cxd__capacity_inputs_read(struct cxd__reader *reader, struct cxd__slice value, struct cxd__capacity_inputs *out) {
  static const struct cxd__read_member table[] = {{"agents", read_agents},         {"answer_rate", read_answer_rate},     {"aht_s", read_aht},
                                                  {"patience_s", read_patience},   {"max_abandonment", read_abandonment}, {"lines_per_agent", read_lines}};
  (void)cxd__read_into(reader, value, out, "capacity", table, sizeof table / sizeof *table);
}

static struct cxd__policy_campaign *campaign(struct cxd__reader *reader) { return reader->target; }

static void read_zones(struct cxd__reader *reader, struct cxd__slice value) { cxd__zone_names_read(reader, value, "zones of a campaign", &campaign(reader)->zones); }

static void read_jurisdiction(struct cxd__reader *reader, struct cxd__slice value) {
  cxd__names_read(reader, value, "jurisdiction of a campaign", &campaign(reader)->jurisdictions);
}

static void read_capacity(struct cxd__reader *reader, struct cxd__slice value) { cxd__capacity_inputs_read(reader, value, &campaign(reader)->capacity); }

static char *read_id(struct cxd__reader *reader, struct cxd__slice key) {
  struct cxd__shown shown;
  struct cxd__view view;
  char *id = NULL;
  if (!cxd__view_string(key, &view)) {
    reader->failed = 1;
    return NULL;
  }
  if (!cxd__read_is_code(view.p, view.len, ID_MOST))
    cxd__read_fault(reader, key, "campaigns has the id %s: write 1 to %d letters, digits, '_' and '-', as the server lists it", cxd__show(&shown, key), ID_MOST);
  else if (!(id = cxd__strndup(view.p, view.len)))
    reader->failed = 1;
  cxd__free(view.own);
  return id;
}

static int by_id(const void *a, const void *b) {
  const struct cxd__policy_campaign *one = a, *other = b;
  return strcmp(one->id ? one->id : "", other->id ? other->id : "");
}

void cxd__policy_campaigns_read(struct cxd__reader *reader, struct cxd__slice value, struct cxd__policy_campaign **out, size_t *count) {
  static const struct cxd__read_member table[] = {{"zones", read_zones}, {"jurisdiction", read_jurisdiction}, {"capacity", read_capacity}};
  struct cxd__json_iter iter;
  struct cxd__slice key, item;
  if (!cxd__read_expect(reader, value, CXD__JSON_OBJECT, "campaigns", "an object of campaigns by id"))
    return;
  *out = cxd__read_room(reader, value, sizeof **out, CAMPAIGNS_MOST, "campaigns");
  cxd__json_walk(&iter, value);
  while (*out && *count < CAMPAIGNS_MOST && cxd__json_next(&iter, &key, &item)) {
    struct cxd__policy_campaign *next = &(*out)[(*count)++];
    next->id = read_id(reader, key);
    (void)cxd__read_into(reader, item, next, "a campaign", table, sizeof table / sizeof *table);
  }
  if (*count)
    qsort(*out, *count, sizeof **out, by_id);
}

void cxd__policy_campaigns_free(struct cxd__policy_campaign *campaigns, size_t count) {
  for (size_t i = 0; i < count; i++) {
    cxd__free(campaigns[i].id);
    cxd__names_free(&campaigns[i].zones);
    cxd__names_free(&campaigns[i].jurisdictions);
  }
  cxd__free(campaigns);
}
