/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The HTTP side: receives requests, has them answered, a thread for each connection. */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "sim.h"

struct MHD_Daemon;

struct server {
    struct sim *sim;
    struct MHD_Daemon *daemon;
};

/* tls_cert and tls_key: PEM texts, or NULL for plain HTTP. false: *why says what is wrong. */
bool server_start(struct server *s, struct sim *sim, unsigned port, char *tls_cert, char *tls_key, struct buf *why);
unsigned server_port(const struct server *s);
void server_stop(struct server *s);

#endif
