/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_RAW_SERVER_H
#define CXD_TESTS_RAW_SERVER_H

#include <stddef.h>

/*
 * A server that says exactly what a test wrote down. Each step reads one request (head and Content-Length body) and sends
 * its reply; NULL closes the connection instead. A step with `hang` neither answers nor closes until the server is stopped.
 */
struct raw_step {
  const char *reply;
  size_t reply_len; /* 0: strlen(reply) */
  int close_after;
  int hang;
};

struct raw_server;

struct raw_server *raw_server_start(const struct raw_step *steps, size_t count);
void raw_server_stop(struct raw_server *server);
int raw_server_port(const struct raw_server *server);
const char *raw_server_origin(const struct raw_server *server);       /* "http://127.0.0.1:PORT" */
size_t raw_server_requests(struct raw_server *server);                /* requests read so far */
const char *raw_server_request(struct raw_server *server, size_t i);  /* text of request i, NULL beyond; valid until stop */
size_t raw_server_connections(struct raw_server *server);

#endif
