/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The sieve must never stop what the search behind it would find: both look at the same random texts. */
#include "http/sieve.h"

#include <stdlib.h>
#include <string.h>

#include "http/base64.h"
#include "http/mask.h"
#include "run.h"

static unsigned char bits[CXD__SIEVE_BYTES];
static struct cxd__sieve sieve;
static uint64_t state;

static unsigned roll(unsigned below) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(state >> 33) % below;
}

static void random_text(char *out, size_t len) {
  static const char some[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=.:\"{} ,%\\";
  for (size_t i = 0; i < len; i++)
    out[i] = some[roll(sizeof some - 1)];
  out[len] = '\0';
}

static void setup(void) {
  memset(bits, 0, sizeof bits);
  sieve = (struct cxd__sieve){.bits = bits};
}

/* A part of the secret, as it is or in base64 of either alphabet, behind and before other letters. */
static void hide_in(struct cxd__buf *text, const char *secret, size_t len, int how) {
  size_t part = 6 + roll((unsigned)len), at = roll((unsigned)len);
  char piece[128] = "", around[64];
  part = part > len - at ? len - at : part;
  size_t pad = how ? roll(3) : 0;
  random_text(piece, pad);
  memcpy(piece + pad, secret + at, part);
  piece[pad + part] = '\0';
  random_text(around, roll(20));
  cxd__buf_str(text, around);
  if (how)
    cxd__base64(text, piece);
  else
    cxd__buf_str(text, piece);
  for (size_t i = 0; how == 2 && i < text->len; i++)
    text->data[i] = text->data[i] == '+' ? '-' : text->data[i] == '/' ? '_' : text->data[i];
  random_text(around, roll(20));
  cxd__buf_str(text, around);
}

static int is_masked(const char *bearer, const struct cxd__buf *text) {
  const struct cxd__request request = {.kind = CXD__CLASS_PUT, .bearer = bearer};
  const struct cxd__known known = {.request = &request};
  struct cxd__buf copy = {0};
  cxd__buf_add(&copy, text->data, text->len);
  cxd__mask_text(&known, copy.data, copy.len);
  int changed = memcmp(copy.data, text->data, text->len) != 0;
  cxd__buf_free(&copy);
  return changed;
}

START_TEST(whatever_the_search_would_find_gets_through) {
  int found = 0;
  for (unsigned round = 0; round < 30000; round++) {
    struct cxd__buf text = {0};
    char secret[96];
    state = round;
    size_t len = 8 + roll(60);
    random_text(secret, len);
    setup();
    cxd__sieve_add(&sieve, secret, len);
    hide_in(&text, secret, len, (int)(round % 3));
    if (is_masked(secret, &text)) {
      found++;
      ck_assert_msg(cxd__sieve_lets_through(&sieve, text.data, text.len, len < 12 ? len : 12), "round %u: '%s' in '%s'", round, secret, text.data);
    }
    cxd__buf_free(&text);
  }
  ck_assert_int_gt(found, 10000);
}
END_TEST

START_TEST(a_whole_credential_gets_through_at_every_place) {
  char secret[64], text[256];
  state = 1;
  random_text(secret, 40);
  cxd__sieve_add(&sieve, secret, 40);
  for (size_t at = 0; at <= 200 - 40; at++) {
    memset(text, '.', 200);
    memcpy(text + at, secret, 40);
    ck_assert(cxd__sieve_lets_through(&sieve, text, 200, sieve.whole));
  }
}
END_TEST

START_TEST(ordinary_answers_are_stopped) {
  static const char *const texts[] = {"Sun, 22 Nov 2026 16:00:00 GMT", "application/json", "0193f5d2-7c1e-7a44-9d8b-3e5f6a7b8c9d", "\"7f3a9c52\"", "{\"campaignId\":\"c-4711\",\"maxConcurrentCalls\":150}", ""};
  static char token[1601];
  state = 7;
  for (size_t i = 0; i < 1600; i++)
    token[i] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_"[roll(59)];
  cxd__sieve_add(&sieve, token, 1600);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    ck_assert_msg(!cxd__sieve_lets_through(&sieve, texts[i], strlen(texts[i]), 12), "%s", texts[i]);
}
END_TEST

START_TEST(escapes_are_left_to_the_search) {
  cxd__sieve_add(&sieve, "0123456789abcdef", 16);
  ck_assert(cxd__sieve_lets_through(&sieve, "nothing, but \\u0041 all the same", 32, 12));
  ck_assert(cxd__sieve_lets_through(&sieve, "nothing, but %41 all the same", 29, 12));
  ck_assert(cxd__sieve_lets_through(&sieve, "nothing, but + all the same", 27, 12));
}
END_TEST

START_TEST(short_credentials_do_not_count) {
  cxd__sieve_add(&sieve, "1234567", 7);
  ck_assert_uint_eq(sieve.shortest, 0);
  cxd__sieve_add(&sieve, "12345678", 8);
  ck_assert_uint_eq(sieve.shortest, 8);
  ck_assert_uint_eq(sieve.whole, 0);
  cxd__sieve_add(&sieve, "0123456789abcdef", 16);
  ck_assert_uint_eq(sieve.shortest, 8);
  ck_assert_uint_eq(sieve.whole, 16);
  ck_assert(cxd__sieve_lets_through(&sieve, "...12345678", 11, 8));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("http sieve");
  TCase *tc = tcase_create("sieve");
  tcase_set_timeout(tc, 100);
  tcase_add_checked_fixture(tc, setup, NULL);
  tcase_add_test(tc, whatever_the_search_would_find_gets_through);
  tcase_add_test(tc, a_whole_credential_gets_through_at_every_place);
  tcase_add_test(tc, ordinary_answers_are_stopped);
  tcase_add_test(tc, escapes_are_left_to_the_search);
  tcase_add_test(tc, short_credentials_do_not_count);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
