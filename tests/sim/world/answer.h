/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_ANSWER_H
#define CXD_WORLD_ANSWER_H

#include "server.h"

/* The server's words: what stands in a reply. */
void answer_refusal(struct server *server, int64_t now, int status, struct reply *reply);
void answer_write(struct server *server, int64_t now, const struct message *message, const struct fault *fault, const struct doc *old, struct reply *reply);

/* Unix time in milliseconds at the beginning of every seed. */
#define WORLD_EPOCH_MS INT64_C(1795363200000)

#endif
