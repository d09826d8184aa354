/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* strnlen */
#include "report_model.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

#define ID_MOST 400       /* bytes that are kept of a text */
#define MESSAGE_MOST 1200

static size_t kept_len(const char *text, size_t most) {
  size_t len = text ? strnlen(text, most) : 0;
  if (len == most)
    while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
      len--;
  return len;
}

/* Both in one allocation, the message behind the id. */
static void keep_texts(struct run_item *item) {
  size_t id = kept_len(item->id, ID_MOST), message = kept_len(item->message, MESSAGE_MOST);
  char *texts = mem_resize(NULL, id + message + 2, 1);
  memcpy(texts, id ? item->id : "", id);
  texts[id] = '\0';
  memcpy(texts + id + 1, message ? item->message : "", message);
  texts[id + 1 + message] = '\0';
  item->id = texts;
  item->message = texts + id + 1;
}

void run_model_add(struct run_model *model, const struct run_item *item) {
  if (model->count == model->room) {
    model->room = model->room ? model->room * 2 : 16;
    model->items = mem_resize(model->items, model->room, sizeof *model->items);
  }
  struct run_item *kept = &model->items[model->count++];
  *kept = *item;
  keep_texts(kept);
  if (kept->outcome < 0 || kept->outcome >= RUN_OUTCOMES)
    kept->outcome = RUN_OUTCOME_NONE;
  model->outcomes[kept->outcome]++;
  model->failed += kept->failed != 0;
}

void run_model_add_missing(struct run_model *model, const char *id, int32_t outcome, cxd_status status, const char *message) {
  run_model_add(model, &(struct run_item){.id = id, .message = message, .outcome = outcome, .failed = 1, .status = status, .old_concurrent = -1, .new_concurrent = -1,
                                          .limit = -1, .old_per_min = (double)NAN, .new_per_min = (double)NAN, .latency_us = -1, .retry_after_ms = -1});
}

void run_model_free(struct run_model *model) {
  for (size_t i = 0; i < model->count; i++)
    free((void *)(uintptr_t)model->items[i].id);
  free(model->items);
  free(model->samples);
  model->items = NULL;
  model->samples = NULL;
  model->count = model->room = model->sample_count = 0;
}
