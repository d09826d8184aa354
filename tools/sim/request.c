/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "request.h"

#include "codec.h"
#include "faults.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char token_path[] = "/api/v2/oauth/token";
static const char list_path[] = "/api/v2/outbound/campaigns";
static const char control_prefix[] = "/_sim/";

bool campaign_id_is_valid(const char *id, size_t n)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < n; i++)
        if (id[i] == '\0' || strchr(allowed, id[i]) == NULL)
            return false;
    return n >= 1 && n <= CAMPAIGN_ID_MAX;
}

static bool decode_id(struct span raw, char id[CAMPAIGN_ID_MAX + 1])
{
    struct buf decoded = {0};
    bool ok = codec_percent(raw, false, &decoded) && campaign_id_is_valid(decoded.data, decoded.len);
    if (ok)
        memcpy(id, decoded.data, decoded.len + 1);
    buf_free(&decoded);
    return ok;
}

static bool span_is(struct span s, const char *text)
{
    return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

static bool span_starts(struct span s, const char *text)
{
    return s.n >= strlen(text) && memcmp(s.p, text, strlen(text)) == 0;
}

static enum route find_route(struct request *q)
{
    struct span path = request_path(q);
    size_t list = sizeof list_path - 1;
    if (span_starts(path, control_prefix))
        return ROUTE_CONTROL;
    if (span_is(path, token_path))
        return ROUTE_TOKEN;
    if (span_is(path, list_path))
        return ROUTE_LIST;
    if (!span_starts(path, list_path) || path.p[list] != '/')
        return ROUTE_NONE;
    return decode_id((struct span){path.p + list + 1, path.n - list - 1}, q->id) ? ROUTE_ITEM : ROUTE_NONE;
}

struct request *request_new(const char *target)
{
    struct request *q = mem_resize(NULL, sizeof *q);
    *q = (struct request){.target = mem_copy(target, strlen(target))};
    q->route = find_route(q);
    return q;
}

void request_free(struct request *q)
{
    if (q == NULL)
        return;
    for (size_t i = 0; i < q->header_count; i++) {
        free(q->headers[i].name);
        free(q->headers[i].value);
    }
    free(q->headers);
    free(q->target);
    free(q->method);
    buf_free(&q->body);
    free(q);
}

void request_add_header(struct request *q, const char *name, const char *value)
{
    q->headers = mem_resize(q->headers, (q->header_count + 1) * sizeof *q->headers);
    struct request_header *h = &q->headers[q->header_count++];
    h->name = mem_copy(name, strlen(name));
    h->value = value != NULL ? mem_copy(value, strlen(value)) : mem_copy("", 0);
}

void request_add_body(struct request *q, const void *p, size_t n)
{
    size_t room = REQUEST_BODY_MAX - q->body.len;
    buf_add(&q->body, p, n < room ? n : room);
    q->body_seen += n;
}

const char *request_header(const struct request *q, const char *name)
{
    for (size_t i = 0; i < q->header_count; i++)
        if (strcasecmp(q->headers[i].name, name) == 0)
            return q->headers[i].value;
    return NULL;
}

size_t request_header_repeats(const struct request *q, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < q->header_count; i++)
        n += strcasecmp(q->headers[i].name, name) == 0;
    return n;
}

bool request_is(const struct request *q, const char *method)
{
    return strcmp(q->method, method) == 0;
}

bool request_has_media_type(const struct request *q, const char *type)
{
    const char *value = request_header(q, "Content-Type");
    size_t n = strlen(type);
    if (value == NULL || strncasecmp(value, type, n) != 0)
        return false;
    return strchr("; \t", value[n]) != NULL; /* the end, or parameters */
}

struct span request_path(const struct request *q)
{
    return (struct span){q->target, strcspn(q->target, "?")};
}

struct span request_query(const struct request *q)
{
    struct span path = request_path(q);
    const char *mark = path.p + path.n;
    return span_of(*mark == '?' ? mark + 1 : mark);
}

int64_t request_content_length(const struct request *q)
{
    const char *value = request_header(q, "Content-Length");
    if (value == NULL || *value == '\0' || strlen(value) > 18 || strspn(value, "0123456789") != strlen(value))
        return -1;
    return strtoll(value, NULL, 10);
}

unsigned request_fault_targets(const struct request *q)
{
    unsigned targets = TARGET_ANY;
    if (request_is(q, "GET"))
        targets |= q->route == ROUTE_LIST ? TARGET_GET | TARGET_LIST : TARGET_GET;
    if (request_is(q, "PUT"))
        targets |= TARGET_PUT;
    if (request_is(q, "POST"))
        targets |= q->route == ROUTE_TOKEN ? TARGET_POST | TARGET_TOKEN : TARGET_POST;
    return targets;
}
