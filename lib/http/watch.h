/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_WATCH_H
#define CXD__HTTP_WATCH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Descriptors that libcurl wants watched. Between two requests on one connection libcurl takes its wish back and says it
 * again: for sockets that were opened here the kernel is told only when it must hear it. Their number can come back as another socket's, so the
 * opening and the closing of each is reported here; every other descriptor is taken at its word.
 */
struct cxd__watch {
  int epoll;
  uint8_t *states; /* by descriptor */
  size_t count;
};

void cxd__watch_opened(struct cxd__watch *watch, int fd);
void cxd__watch_closing(struct cxd__watch *watch, int fd);
void cxd__watch_want(struct cxd__watch *watch, int fd, uint32_t events); /* 0: nothing any more */

/* What of an event libcurl wants to hear; 0: nothing, and it will not come again. */
uint32_t cxd__watch_heed(struct cxd__watch *watch, int fd, uint32_t events);
void cxd__watch_free(struct cxd__watch *watch); /* without closing the epoll descriptor */

#endif
