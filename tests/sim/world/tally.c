/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "tally.h"

#include <stdio.h>

#include "faults.h"

static const char *const outcomes[OUTCOME_ROOM] = {"get or list", "planned", "unchanged", "applied", "applied_readback", "rejected", "conflict", "not_applied", "unknown", "cancelled"};
static const char *const happenings[HAPPENING_KINDS] = {"write of others", "return to the old values", "stalled engine", "engine reset", "engine freed", "cancel all", "suspend", "wall clock jump", "tokens revoked", "calling hours end"};
static const char *const extras[TALLY_EXTRAS] = {"seeds", "operations", "events", "intents", "intents lost", "outcome records lost", "checks refused", "writes after giving up", "tokens", "provider failures", "token flights taken over", "read-backs", "rebases", "full windows", "cancelled after a PUT left", "dropped with the engine", "intents left behind", "recovered as applied", "recovered as not applied", "recovered as conflict", "recovered as unknown"};

void tally_add(struct tally *sum, const struct tally *one) {
  int64_t *to = (int64_t *)sum;
  const int64_t *from = (const int64_t *)one;
  for (size_t i = 0; i < sizeof *sum / sizeof *to; i++)
    to[i] += from[i];
}

static void print_outcomes(const struct tally *tally) {
  printf("%-18s", "outcome");
  for (int v = 0; v < VALIDATOR_KINDS; v++)
    printf(" %12s", plan_validators_name((enum validators)v));
  printf("\n");
  for (int o = 0; o < OUTCOME_ROOM; o++) {
    printf("%-18s", outcomes[o]);
    for (int v = 0; v < VALIDATOR_KINDS; v++)
      printf(" %12lld", (long long)tally->outcomes[o][v]);
    printf("\n");
  }
}

static void print_row(const char *name, int64_t value, int *column) {
  printf("%-26s %9lld%s", name, (long long)value, *column % 3 == 2 ? "\n" : "   ");
  ++*column;
}

static void end_rows(int *column) {
  if (*column % 3)
    printf("\n");
  *column = 0;
}

void tally_print(const struct tally *tally) {
  int column = 0;
  print_outcomes(tally);
  for (int i = 0; i < TALLY_EXTRAS; i++)
    print_row(extras[i], tally->extra[i], &column);
  end_rows(&column);
  for (int i = 0; i < FATES; i++)
    print_row(network_fate_name((enum fate)i), tally->fates[i], &column);
  end_rows(&column);
  for (int i = 0; i < ENDINGS; i++)
    print_row(network_ending_name((enum ending)i), tally->endings[i], &column);
  end_rows(&column);
  for (int i = 0; i < fault_count; i++)
    print_row(faults[i].name, tally->faults[i], &column);
  end_rows(&column);
  for (int i = 0; i < HAPPENING_KINDS; i++)
    print_row(happenings[i], tally->happenings[i], &column);
  end_rows(&column);
}

static int validated(int v) { return v == VALIDATORS_ETAG || v == VALIDATORS_ETAG_AND_VERSION || v == VALIDATORS_VERSION; }

static const char *missing_outcome(const struct tally *tally) {
  for (int o = 0; o < OUTCOME_ROOM; o++)
    for (int v = 0; v < VALIDATOR_KINDS; v++)
      if (!tally->outcomes[o][v] && (validated(v) || o != 6)) /* without a validator conflicts are rare */
        return outcomes[o];
  return NULL;
}

const char *tally_missing(const struct tally *tally) {
  const char *outcome = missing_outcome(tally);
  if (outcome)
    return outcome;
  for (int i = 0; i < fault_count; i++)
    if (!tally->faults[i])
      return faults[i].name;
  for (int i = 0; i < FATES; i++)
    if (!tally->fates[i])
      return network_fate_name((enum fate)i);
  for (int i = 0; i < ENDINGS; i++)
    if (!tally->endings[i])
      return network_ending_name((enum ending)i);
  for (int i = 0; i < HAPPENING_KINDS; i++)
    if (!tally->happenings[i])
      return happenings[i];
  for (int i = 0; i < TALLY_EXTRAS; i++)
    if (!tally->extra[i])
      return extras[i];
  return NULL;
}
