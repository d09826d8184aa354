/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_GROW_H
#define CXD_WORLD_GROW_H

#include <stddef.h>

/* Room for one more element; the world has no use for going on without memory. */
void *grow(void *old, size_t count, size_t *room, size_t size);
#define GROW(array, count, room) ((array) = grow((array), (count), &(room), sizeof *(array)))

#endif
