/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "canary.h"

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMS_MAX 512
#define SLOTS 131072 /* a power of two, more than twice the pieces */

struct form {
  const char *name, *form;
  char *bytes;
  size_t len;
};

static struct form forms[FORMS_MAX];
static size_t form_count, piece_count;
static const char *slots[SLOTS];
static uint16_t owners[SLOTS];

void canary_forget(void) {
  for (size_t i = 0; i < form_count; i++)
    free(forms[i].bytes);
  form_count = piece_count = 0;
  memset(slots, 0, sizeof slots);
}

static size_t slot_of(const char *piece) {
  uint64_t head;
  uint32_t tail;
  memcpy(&head, piece, 8);
  memcpy(&tail, piece + 8, 4);
  uint64_t mixed = head * 0x9e3779b97f4a7c15u ^ tail * 0xc2b2ae3d27d4eb4fu;
  size_t i = (size_t)(mixed >> 40) & (SLOTS - 1);
  while (slots[i] && memcmp(slots[i], piece, CANARY_PIECE) != 0)
    i = (i + 1) & (SLOTS - 1);
  return i;
}

static void keep_form(const char *name, const char *form, const char *bytes, size_t len) {
  if (len < CANARY_PIECE)
    return;
  ck_assert_uint_lt(form_count, FORMS_MAX);
  struct form *f = &forms[form_count];
  *f = (struct form){name, form, malloc(len), len};
  ck_assert_ptr_nonnull(f->bytes);
  memcpy(f->bytes, bytes, len);
  for (size_t i = 0; i + CANARY_PIECE <= len; i++) {
    size_t slot = slot_of(f->bytes + i);
    if (slots[slot])
      continue;
    ck_assert_uint_lt(++piece_count, SLOTS / 2);
    slots[slot] = f->bytes + i;
    owners[slot] = (uint16_t)form_count;
  }
  form_count++;
}

static void add_reversed(const char *name, const char *bytes, size_t len, char *room) {
  for (size_t i = 0; i < len; i++)
    room[i] = bytes[len - 1 - i];
  keep_form(name, "reversed", room, len);
}

static void add_hex(const char *name, const char *bytes, size_t len, char *room, const char *form, const char *digits) {
  for (size_t i = 0; i < len; i++) {
    room[2 * i] = digits[(unsigned char)bytes[i] >> 4];
    room[2 * i + 1] = digits[bytes[i] & 15];
  }
  keep_form(name, form, room, 2 * len);
}

static void add_percent(const char *name, const char *bytes, size_t len, char *room, const char *form, const char *digits) {
  size_t n = 0;
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)bytes[i];
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c && strchr("-._~", c)))
      room[n++] = (char)c;
    else {
      room[n++] = '%';
      room[n++] = digits[c >> 4];
      room[n++] = digits[c & 15];
    }
  }
  if (n > len) /* otherwise it is the same */
    keep_form(name, form, room, n);
}

/* What its characters are does not depend on the bytes before and behind, but for those left out at both ends. */
static void add_base64(const char *name, const char *bytes, size_t len, char *room, const char *alphabet, size_t shift) {
  static const size_t skip[] = {0, 2, 3};
  static const char *const forms_of[] = {"base64", "base64 + 1", "base64 + 2"};
  size_t count = (shift + len) * 8 / 6;
  for (size_t k = skip[shift]; k < count; k++) {
    unsigned value = 0;
    for (size_t bit = 6 * k; bit < 6 * k + 6; bit++) {
      size_t at = bit / 8;
      unsigned byte = at < shift ? 'x' : (unsigned char)bytes[at - shift];
      value = value << 1 | (byte >> (7 - bit % 8) & 1);
    }
    room[k] = alphabet[value];
  }
  keep_form(name, forms_of[shift], room + skip[shift], count - skip[shift]);
}

void canary_add(const char *name, const char *bytes, size_t len) {
  static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  ck_assert_uint_ge(len, CANARY_PIECE);
  char *room = malloc(3 * len + 8);
  ck_assert_ptr_nonnull(room);
  keep_form(name, "as it is", bytes, len);
  add_reversed(name, bytes, len, room);
  add_hex(name, bytes, len, room, "hex", "0123456789abcdef");
  add_hex(name, bytes, len, room, "HEX", "0123456789ABCDEF");
  add_percent(name, bytes, len, room, "percent-encoded", "0123456789ABCDEF");
  add_percent(name, bytes, len, room, "percent-encoded, small", "0123456789abcdef");
  for (size_t shift = 0; shift < 3; shift++) {
    add_base64(name, bytes, len, room, standard, shift);
    add_base64(name, bytes, len, room, url, shift);
  }
  free(room);
}

void canary_add_lines(const char *name, const char *text) {
  while (*text) {
    size_t len = strcspn(text, "\n");
    if (len >= CANARY_PIECE && strncmp(text, "-----", 5) != 0)
      canary_add(name, text, len);
    text += len + (text[len] == '\n');
  }
}

int canary_find(const void *bytes, size_t len, size_t from, struct canary_hit *hit) {
  const char *p = bytes;
  hit->name = NULL;
  for (size_t i = from; i + CANARY_PIECE <= len; i++) {
    size_t slot = slot_of(p + i);
    if (!slots[slot])
      continue;
    *hit = (struct canary_hit){.name = forms[owners[slot]].name, .form = forms[owners[slot]].form, .at = i, .whole = forms[owners[slot]].len};
    while (i + 1 + CANARY_PIECE <= len && slots[slot_of(p + i + 1)])
      i++;
    hit->len = i + CANARY_PIECE - hit->at;
    return 1;
  }
  return 0;
}

static void show(char *out, size_t size, const char *bytes, size_t len, const struct canary_hit *hit) {
  size_t from = hit->at > 60 ? hit->at - 60 : 0, to = hit->at + hit->len + 40 < len ? hit->at + hit->len + 40 : len, n = 0;
  for (size_t i = from; i < to && n + 2 < size; i++)
    out[n++] = (unsigned char)bytes[i] < 0x20 || (unsigned char)bytes[i] >= 0x7f ? '.' : bytes[i];
  out[n] = '\0';
}

void ck_no_canary(const char *where, const void *bytes, size_t len) {
  struct canary_hit hit;
  char around[512];
  ck_assert_msg(piece_count > 0 && len > 0, "%s: there is nothing to look for, or to look at", where);
  if (!canary_find(bytes, len, 0, &hit))
    return;
  show(around, sizeof around, bytes, len, &hit);
  ck_abort_msg("%s: %zu bytes of the %s (%s) in ...%s...", where, hit.len, hit.name, hit.form, around);
}

void ck_canaries_can_be_found(void) {
  char text[256];
  ck_assert_uint_gt(form_count, 0);
  for (size_t i = 0; i < form_count; i++)
    for (size_t at = 0; at + CANARY_PIECE <= forms[i].len; at += CANARY_PIECE) {
      struct canary_hit hit;
      (void)snprintf(text, sizeof text, "{\"message\":\"so it is %.12s, it seems\"}", "............");
      memcpy(text + 22, forms[i].bytes + at, CANARY_PIECE);
      ck_assert_msg(canary_find(text, strlen(text), 0, &hit), "%s, %s", forms[i].name, forms[i].form);
      ck_assert_uint_le(hit.at, 22);
    }
}
