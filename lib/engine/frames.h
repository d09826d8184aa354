/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__ENGINE_FRAMES_H
#define CXD__ENGINE_FRAMES_H

#include <pthread.h>
#include <stdint.h>

/*
 * Which threads are inside a plug-in method of this client now, so that a call from there which would need the engine it
 * runs on is answered instead of waiting for ever. A method that was left by an exception or longjmp leaves a frame behind:
 * it is recognised, and dropped, because the stack it lay on is gone. What is compared is where the public functions of the
 * two calls lie, as cxd__entry() says in each of them: a call from inside a method always lies deeper.
 */
struct cxd__frame;

struct cxd__frames {
  pthread_mutex_t lock;
  struct cxd__frame *first, *spare; /* spare: one for the next method, which mostly is entered alone */
};

enum cxd__inside { CXD__INSIDE_NOTHING, CXD__INSIDE_READING_ALLOWED, CXD__INSIDE_NOTHING_ALLOWED };

int cxd__frames_init(struct cxd__frames *frames);
void cxd__frames_destroy(struct cxd__frames *frames);

/* NULL when memory ran out: the method then must not be called. */
struct cxd__frame *cxd__frame_enter(struct cxd__frames *frames, enum cxd__inside inside, uintptr_t entry);
void cxd__frame_leave(struct cxd__frames *frames, struct cxd__frame *frame);
enum cxd__inside cxd__frames_inside(struct cxd__frames *frames, uintptr_t entry);

#define cxd__entry() ((uintptr_t)__builtin_frame_address(0))

#endif
