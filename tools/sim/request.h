/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* A request as received, free of any HTTP library, and the route it names. */
#ifndef SIM_REQUEST_H
#define SIM_REQUEST_H

#include "buf.h"

#include <stdbool.h>
#include <stdint.h>

#define REQUEST_BODY_MAX ((size_t)1024 * 1024)
#define CAMPAIGN_ID_MAX 128

enum route { ROUTE_NONE, ROUTE_TOKEN, ROUTE_LIST, ROUTE_ITEM, ROUTE_CONTROL };

struct request_header {
    char *name;
    char *value;
};

struct request {
    char *target; /* path and query as sent */
    char *method;
    struct request_header *headers;
    size_t header_count;
    struct buf body;  /* at most REQUEST_BODY_MAX bytes of it */
    size_t body_seen; /* bytes that arrived */
    enum route route;
    char id[CAMPAIGN_ID_MAX + 1]; /* of ROUTE_ITEM, decoded */
    uint64_t seq;                 /* in the log; 0 for the simulator's own endpoints */
    bool begun;
    bool complete; /* all of it arrived */
    bool ended;    /* and its end is in the log */
};

struct request *request_new(const char *target);
void request_free(struct request *q);
void request_add_header(struct request *q, const char *name, const char *value);
void request_add_body(struct request *q, const void *p, size_t n);
const char *request_header(const struct request *q, const char *name); /* the first, or NULL */
size_t request_header_repeats(const struct request *q, const char *name);
bool request_is(const struct request *q, const char *method);
bool request_has_media_type(const struct request *q, const char *type);
struct span request_path(const struct request *q);
struct span request_query(const struct request *q);
int64_t request_content_length(const struct request *q); /* -1: not given, or not a number */
unsigned request_fault_targets(const struct request *q);
bool campaign_id_is_valid(const char *id, size_t n);

#endif
