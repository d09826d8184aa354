/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/slots.h"

#include <string.h>

#include "base/mem.h"

int cxd__slots_init(struct cxd__slots *slots, size_t room) {
  *slots = (struct cxd__slots){.room = room};
  if (room == 0)
    return 0;
  slots->cooling = cxd__alloc(2 * room * sizeof *slots->cooling); /* the second half is for nth_cooling() */
  return slots->cooling ? 0 : -1;
}

void cxd__slots_free(struct cxd__slots *slots) { cxd__free(slots->cooling); }

static void swap(int64_t *a, int64_t *b) {
  int64_t t = *a;
  *a = *b;
  *b = t;
}

static void sift_down(int64_t *heap, size_t count, size_t at) {
  for (;;) {
    size_t least = at, left = 2 * at + 1, right = left + 1;
    if (left < count && heap[left] < heap[least])
      least = left;
    if (right < count && heap[right] < heap[least])
      least = right;
    if (least == at)
      return;
    swap(&heap[at], &heap[least]);
    at = least;
  }
}

static void pop(struct cxd__slots *slots) {
  slots->cooling[0] = slots->cooling[--slots->count];
  sift_down(slots->cooling, slots->count, 0);
}

size_t cxd__slots_used(struct cxd__slots *slots, int64_t mono_us) {
  while (slots->count && slots->cooling[0] <= mono_us)
    pop(slots);
  return slots->held + slots->count;
}

void cxd__slots_take(struct cxd__slots *slots) { slots->held++; }

void cxd__slots_give_back(struct cxd__slots *slots) { slots->held--; }

void cxd__slots_cool(struct cxd__slots *slots, int64_t until_mono_us) {
  size_t at = slots->count++;
  slots->held--;
  slots->cooling[at] = until_mono_us;
  for (; at && slots->cooling[at] < slots->cooling[(at - 1) / 2]; at = (at - 1) / 2)
    swap(&slots->cooling[at], &slots->cooling[(at - 1) / 2]);
}

/* Hoare's selection in a copy: the nth smallest of the cooling ones. */
static int64_t nth_cooling(const struct cxd__slots *slots, size_t nth) {
  int64_t *copy = slots->cooling + slots->room;
  size_t low = 0, high = slots->count - 1, wanted = nth - 1;
  memcpy(copy, slots->cooling, slots->count * sizeof *copy);
  while (low < high) {
    int64_t pivot = copy[low + (high - low) / 2];
    size_t i = low, j = high;
    for (;; i++, j--) {
      while (copy[i] < pivot)
        i++;
      while (copy[j] > pivot)
        j--;
      if (i >= j)
        break;
      swap(&copy[i], &copy[j]);
    }
    if (wanted <= j)
      high = j;
    else
      low = j + 1;
  }
  return copy[wanted];
}

int64_t cxd__slots_free_at(const struct cxd__slots *slots, size_t nth, int64_t mono_us, int64_t hold_us) {
  size_t used = slots->held + slots->count;
  if (nth == 0 || used == 0)
    return mono_us;
  int64_t rounds = (int64_t)((nth - 1) / used);
  size_t place = (nth - 1) % used + 1;
  int64_t first = place <= slots->count ? nth_cooling(slots, place) : mono_us + hold_us;
  return first + rounds * hold_us;
}
