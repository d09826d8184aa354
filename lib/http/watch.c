/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "http/watch.h"

#include <string.h>
#include <sys/epoll.h>

#include "base/mem.h"

/* Of a descriptor: whether it was opened here, what the kernel was told, and what is wanted. */
enum { OWN = 1, TOLD = 2, TOLD_IN = 4, TOLD_OUT = 8, WANT_IN = 16, WANT_OUT = 32 };
#define TOLD_ALL (TOLD | TOLD_IN | TOLD_OUT)
#define MOST 65536 /* descriptors beyond are watched all the same, not as cheaply */

static uint8_t *state_of(const struct cxd__watch *watch, int fd) { return fd >= 0 && (size_t)fd < watch->count ? &watch->states[fd] : NULL; }

static uint8_t *room_for(struct cxd__watch *watch, int fd) {
  size_t count = watch->count ? watch->count : 64;
  if (fd < 0 || fd >= MOST)
    return NULL;
  while (count <= (size_t)fd)
    count *= 2;
  if (count > watch->count) {
    uint8_t *states = cxd__realloc(watch->states, count);
    if (!states)
      return NULL;
    memset(states + watch->count, 0, count - watch->count);
    watch->states = states;
    watch->count = count;
  }
  return &watch->states[fd];
}

void cxd__watch_opened(struct cxd__watch *watch, int fd) {
  uint8_t *state = room_for(watch, fd);
  if (state)
    *state = OWN;
}

/* A child of the host may still have it open, and then the kernel would go on reporting it. */
void cxd__watch_closing(struct cxd__watch *watch, int fd) {
  uint8_t *state = state_of(watch, fd);
  if (!state)
    return;
  if (*state & TOLD)
    (void)epoll_ctl(watch->epoll, EPOLL_CTL_DEL, fd, NULL);
  *state = 0;
}

static void tell(const struct cxd__watch *watch, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data = {.fd = fd}};
  if (epoll_ctl(watch->epoll, EPOLL_CTL_MOD, fd, &event) != 0)
    (void)epoll_ctl(watch->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void tell_own(const struct cxd__watch *watch, int fd, uint8_t *state, uint32_t events) {
  struct epoll_event event = {.events = events, .data = {.fd = fd}};
  int how = *state & TOLD ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epoll_ctl(watch->epoll, how, fd, &event) != 0)
    tell(watch, fd, events);
  *state = (uint8_t)((*state & ~TOLD_ALL) | TOLD | (events & EPOLLIN ? TOLD_IN : 0) | (events & EPOLLOUT ? TOLD_OUT : 0));
}

/* To hear of input that nobody wants is rare and dealt with when it comes; a socket is nearly always ready for output. */
void cxd__watch_want(struct cxd__watch *watch, int fd, uint32_t events) {
  uint8_t *state = state_of(watch, fd);
  if (!state || !(*state & OWN)) {
    if (events)
      tell(watch, fd, events);
    else
      (void)epoll_ctl(watch->epoll, EPOLL_CTL_DEL, fd, NULL);
    return;
  }
  *state = (uint8_t)((*state & (OWN | TOLD_ALL)) | (events & EPOLLIN ? WANT_IN : 0) | (events & EPOLLOUT ? WANT_OUT : 0));
  int more_in = events & EPOLLIN && !(*state & TOLD_IN);
  int other_out = !(events & EPOLLOUT) != !(*state & TOLD_OUT);
  if (more_in || other_out)
    tell_own(watch, fd, state, events);
}

uint32_t cxd__watch_heed(struct cxd__watch *watch, int fd, uint32_t events) {
  uint8_t *state = state_of(watch, fd);
  if (!state || !(*state & OWN) || *state & (WANT_IN | WANT_OUT))
    return events;
  (void)epoll_ctl(watch->epoll, EPOLL_CTL_DEL, fd, NULL); /* an idle connection: libcurl looks at it before it is used again */
  *state &= (uint8_t)~TOLD_ALL;
  return 0;
}

void cxd__watch_free(struct cxd__watch *watch) {
  cxd__free(watch->states);
  watch->states = NULL;
  watch->count = 0;
}
