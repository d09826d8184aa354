/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "engine/frames.h"

#include <stddef.h>

#include "base/mem.h"

struct cxd__frame {
  struct cxd__frame *next;
  pthread_t thread;
  uintptr_t entry; /* of the call that entered the method */
  enum cxd__inside inside;
};

int cxd__frames_init(struct cxd__frames *frames) {
  frames->first = frames->spare = NULL;
  return pthread_mutex_init(&frames->lock, NULL);
}

void cxd__frames_destroy(struct cxd__frames *frames) {
  while (frames->first) {
    struct cxd__frame *frame = frames->first;
    frames->first = frame->next;
    cxd__free(frame);
  }
  cxd__free(frames->spare);
  (void)pthread_mutex_destroy(&frames->lock);
}

struct cxd__frame *cxd__frame_enter(struct cxd__frames *frames, enum cxd__inside inside, uintptr_t entry) {
  (void)pthread_mutex_lock(&frames->lock);
  struct cxd__frame *frame = frames->spare ? frames->spare : cxd__alloc(sizeof *frame);
  frames->spare = NULL;
  if (!frame) {
    (void)pthread_mutex_unlock(&frames->lock);
    return NULL;
  }
  frame->thread = pthread_self();
  frame->entry = entry;
  frame->inside = inside;
  frame->next = frames->first;
  frames->first = frame;
  (void)pthread_mutex_unlock(&frames->lock);
  return frame;
}

static void unlink_frame(struct cxd__frames *frames, struct cxd__frame **at) {
  struct cxd__frame *frame = *at;
  *at = frame->next;
  if (frames->spare)
    cxd__free(frame);
  else
    frames->spare = frame;
}

void cxd__frame_leave(struct cxd__frames *frames, struct cxd__frame *frame) {
  (void)pthread_mutex_lock(&frames->lock);
  for (struct cxd__frame **at = &frames->first; *at; at = &(*at)->next)
    if (*at == frame) {
      unlink_frame(frames, at);
      break;
    }
  (void)pthread_mutex_unlock(&frames->lock);
}

enum cxd__inside cxd__frames_inside(struct cxd__frames *frames, uintptr_t entry) {
  enum cxd__inside inside = CXD__INSIDE_NOTHING;
  (void)pthread_mutex_lock(&frames->lock);
  for (struct cxd__frame **at = &frames->first; *at;) {
    if (!pthread_equal((*at)->thread, pthread_self()))
      at = &(*at)->next;
    else if ((*at)->entry <= entry) /* stacks grow downwards: its method was left without returning */
      unlink_frame(frames, at);
    else {
      if ((*at)->inside > inside)
        inside = (*at)->inside;
      at = &(*at)->next;
    }
  }
  (void)pthread_mutex_unlock(&frames->lock);
  return inside;
}
