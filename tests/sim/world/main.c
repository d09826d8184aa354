/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "world.h"

/* cxdialer-world --seeds N [--from S] [--jobs J] [--keep-going] | --seed S [--trace] */

#define JOBS_MAX 64
#define ENOUGH_TO_SEE_EVERYTHING 5000

/* One process' share, where the parent can read it. */
struct share {
  struct tally tally;
  uint64_t hash;
  uint64_t seed;     /* the one being run */
  int running;       /* in a seed: a process that dies now died of it */
  int broken;
  char text[400];
};

struct board {
  volatile int stop;
  struct share shares[JOBS_MAX];
};

struct options {
  const char *program;
  uint64_t from, count;
  int jobs, trace, keep_going;
};

static int usage(const char *program) {
  fprintf(stderr, "usage: %s --seeds N [--from S] [--jobs J] [--keep-going] | --seed S [--trace]\n", program);
  return 64;
}

static int parse(int argc, char **argv, struct options *o) {
  *o = (struct options){.program = argv[0], .jobs = 2};
  for (int i = 1; i < argc; i++) {
    int has_value = i + 1 < argc;
    uint64_t value = has_value ? strtoull(argv[i + 1], NULL, 10) : 0;
    if (strcmp(argv[i], "--trace") == 0 || strcmp(argv[i], "--keep-going") == 0) {
      *(argv[i][2] == 't' ? &o->trace : &o->keep_going) = 1;
      continue;
    }
    if (!has_value)
      return -1;
    i++;
    if (strcmp(argv[i - 1], "--seeds") == 0)
      o->count = value;
    else if (strcmp(argv[i - 1], "--from") == 0)
      o->from = value;
    else if (strcmp(argv[i - 1], "--jobs") == 0)
      o->jobs = value > JOBS_MAX ? JOBS_MAX : value ? (int)value : 1;
    else if (strcmp(argv[i - 1], "--seed") == 0) {
      o->from = value;
      o->count = 1;
    } else
      return -1;
  }
  return o->count ? 0 : -1;
}

/* Twice, with memory laid out differently: what depends on an address gives itself away. */
static void run_seed(uint64_t seed, int shown, struct share *share) {
  static struct world world;
  struct plan plan;
  struct tally again = {0};
  if (plan_draw(&plan, seed) != 0)
    exit(3);
  if (shown)
    plan_print(&plan);
  if (world_run(&world, &plan, &share->tally, shown) == 0) {
    uint64_t hash = world.trace.hash;
    world_free(&world);
    void *shift = malloc(1000 + seed % 7 * 16);
    world_run(&world, &plan, &again, 0);
    free(shift);
    if (hash != world.trace.hash)
      check_broken(&world, RULE_REPLAY, "the second run of the same seed took another course");
    share->hash += prng_mix(hash ^ prng_mix(seed));
  }
  share->broken = world.broken.invariant;
  snprintf(share->text, sizeof share->text, "%s", world.broken.text);
  world_free(&world);
  plan_free(&plan);
}

static void print_broken(const struct share *share) {
  printf("seed %llu breaks rule %d (%s): %s\n", (unsigned long long)share->seed, share->broken, check_rule_name(share->broken), share->text);
  fflush(stdout);
}

static void run_share(const struct options *o, int job, struct board *board) {
  struct share *share = &board->shares[job];
  for (uint64_t i = (uint64_t)job; i < o->count && !board->stop && !share->broken; i += (uint64_t)o->jobs) {
    share->seed = o->from + i;
    share->running = 1;
    run_seed(share->seed, o->trace, share);
    share->running = 0;
    if (share->broken && o->keep_going) {
      print_broken(share);
      share->broken = 0;
    }
  }
  if (share->broken)
    board->stop = 1;
}

static void run_all(const struct options *o, struct board *board) {
  pid_t pids[JOBS_MAX];
  if (o->jobs == 1 || o->count == 1) {
    run_share(o, 0, board);
    return;
  }
  fflush(stdout);
  for (int j = 0; j < o->jobs; j++) {
    pids[j] = fork();
    if (pids[j] == 0) {
      run_share(o, j, board);
      exit(0); /* not _exit: a leak checker speaks up at the end */
    }
    if (pids[j] < 0)
      exit(3);
  }
  for (int j = 0; j < o->jobs; j++) {
    int status = 0;
    (void)waitpid(pids[j], &status, 0);
    struct share *share = &board->shares[j];
    if (!share->running && WIFEXITED(status) && WEXITSTATUS(status) == 0)
      continue;
    share->broken = RULE_VERDICT;
    snprintf(share->text, sizeof share->text, "the program died (%s %d)", WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
  }
}

static const struct share *first_broken(const struct options *o, const struct board *board) {
  const struct share *first = NULL;
  for (int j = 0; j < o->jobs; j++) {
    const struct share *s = &board->shares[j];
    if (s->broken && (!first || s->seed < first->seed))
      first = s;
  }
  return first;
}

static int report(const struct options *o, struct board *board) {
  static struct tally sum;
  uint64_t hash = 0;
  const struct share *broken = first_broken(o, board);
  if (broken) {
    print_broken(broken);
    printf("replay: %s --seed %llu --trace\n", o->program, (unsigned long long)broken->seed);
    return 1;
  }
  for (int j = 0; j < o->jobs; j++) {
    tally_add(&sum, &board->shares[j].tally);
    hash += board->shares[j].hash;
  }
  if (o->count > 1)
    tally_print(&sum);
  const char *missing = o->count >= ENOUGH_TO_SEE_EVERYTHING ? tally_missing(&sum) : NULL;
  if (missing)
    printf("in %llu seeds this never happened: %s\n", (unsigned long long)o->count, missing);
  printf("%llu seeds, hash %016llx\n", (unsigned long long)o->count, (unsigned long long)hash);
  return missing ? 1 : 0;
}

int main(int argc, char **argv) {
  struct options o;
  if (parse(argc, argv, &o) != 0)
    return usage(argv[0]);
  struct board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (board == MAP_FAILED)
    return 3;
  run_all(&o, board);
  return report(&o, board);
}
