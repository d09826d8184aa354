/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* fuzz COUNT FILE...: feeds COUNT damaged copies of the files to the target, the same ones each time. A FILE that is not there is left out. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SEEDS 16
#define MAX_BYTES 8192

static struct seed {
  uint8_t bytes[MAX_BYTES];
  size_t len;
} seeds[MAX_SEEDS];
static size_t seed_count;

static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

/* xorshift64: any generator will do, as long as it is the same everywhere. */
static uint64_t draw(uint64_t below) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (state >> 11) % below;
}

static void load(const char *path) {
  FILE *file = seed_count < MAX_SEEDS ? fopen(path, "rb") : NULL;
  if (!file)
    return;
  struct seed *seed = &seeds[seed_count];
  seed->len = fread(seed->bytes, 1, sizeof seed->bytes, file);
  seed_count += seed->len > 0;
  (void)fclose(file);
}

static void put_number(struct seed *seed) {
  static const uint8_t edges[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
  if (seed->len < 4)
    return;
  size_t at = (size_t)draw(seed->len - 3);
  memset(seed->bytes + at, edges[draw(sizeof edges)], 1 + (size_t)draw(4));
}

static void put_text(struct seed *seed) {
  static const char alphabet[] = "0123456789,./:<>+-JMESTDW\n";
  seed->bytes[seed->len - 1 - draw(seed->len < 40 ? seed->len : 40)] = (uint8_t)alphabet[draw(sizeof alphabet - 1)];
}

static void cut_out(struct seed *seed) {
  size_t at = (size_t)draw(seed->len), gone = 1 + (size_t)draw(seed->len - at);
  if (gone > 16 && draw(4))
    gone = 1 + gone % 16;
  memmove(seed->bytes + at, seed->bytes + at + gone, seed->len - at - gone);
  seed->len -= gone;
}

static void damage(struct seed *seed) {
  switch (draw(6)) {
  case 0: put_number(seed); break;
  case 1: put_text(seed); break;
  case 2: cut_out(seed); break;
  case 3: seed->bytes[draw(seed->len < 100 ? seed->len : 100)] = (uint8_t)draw(256); break; /* headers are what matters most */
  default: seed->bytes[draw(seed->len)] ^= (uint8_t)(1u << draw(8)); break;
  }
}

static void run_one(void) {
  struct seed seed = seeds[draw(seed_count)];
  for (uint64_t i = draw(4); i-- > 0 && seed.len > 0;)
    damage(&seed);
  uint8_t *copy = malloc(seed.len + !seed.len); /* of just this size: a sanitizer sees a look behind it */
  if (!copy)
    abort();
  memcpy(copy, seed.bytes, seed.len);
  (void)LLVMFuzzerTestOneInput(copy, seed.len);
  free(copy);
}

int main(int argc, char **argv) {
  for (int i = 2; i < argc; i++)
    load(argv[i]);
  if (seed_count == 0) {
    puts("no file to start from");
    return 77;
  }
  long count = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
  for (long i = 0; i < count; i++)
    run_one();
  printf("%ld inputs from %zu files\n", count, seed_count);
  return 0;
}
