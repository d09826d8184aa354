/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "record.h"

#include "codec.h"
#include "json.h"
#include "mask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool record_open(struct record *r, const char *path)
{
    *r = (struct record){.path = path};
    if (path != NULL)
        r->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    return path == NULL || r->fd >= 0;
}

void record_close(struct record *r)
{
    if (r->path != NULL && r->fd >= 0)
        close(r->fd);
}

static void print_headers(struct buf *out, const struct request *q)
{
    buf_text(out, ",\"headers\":[");
    for (size_t i = 0; i < q->header_count; i++) {
        struct buf shown = {0};
        mask_header(&q->headers[i], &shown);
        buf_text(out, i > 0 ? ",[" : "[");
        json_quote(out, span_of(q->headers[i].name));
        buf_text(out, ",");
        json_quote(out, buf_span(&shown));
        buf_text(out, "]");
        buf_free(&shown);
    }
    buf_text(out, "]");
}

static void print_body(struct buf *out, struct span body)
{
    if (json_is_text(body)) {
        buf_text(out, ",\"body\":");
        json_quote(out, body);
        return;
    }
    buf_text(out, ",\"body_base64\":\"");
    codec_to_base64(body, out);
    buf_text(out, "\"");
}

/* Only a token request carries a credential in its body. */
static void print_shown_body(struct buf *out, const struct request *q)
{
    struct buf masked = {0};
    if (q->route == ROUTE_TOKEN)
        mask_form(buf_span(&q->body), &masked);
    print_body(out, buf_span(q->route == ROUTE_TOKEN ? &masked : &q->body));
    buf_free(&masked);
}

static void print_line(struct buf *out, const struct request *q, unsigned status, const char *fault)
{
    buf_text(out, "{\"method\":");
    json_quote(out, span_of(q->method));
    buf_text(out, ",\"target\":");
    json_quote(out, span_of(q->target));
    print_headers(out, q);
    bool complete = q->complete && q->body.len == q->body_seen;
    buf_printf(out, ",\"complete\":%s,\"body_length\":%zu", complete ? "true" : "false", q->body_seen);
    print_shown_body(out, q);
    json_member_or_null(out, "fault", fault != NULL && *fault != '\0' ? fault : NULL);
    if (status > 0)
        buf_printf(out, ",\"status\":%u}\n", status);
    else
        buf_text(out, ",\"status\":null}\n");
}

/* With holes nobody could trust it: the first failure is the last line. */
static void give_up(struct record *r, int reason)
{
    r->failed = reason;
    fprintf(stderr, "cxdialer-sim: %s: %s: nothing more is recorded\n", r->path, strerror(reason));
}

/* One write, so that lines of several simulators do not mix. */
void record_add(struct record *r, const struct request *q, unsigned status, const char *fault)
{
    if (r->path == NULL || r->failed != 0)
        return;
    struct buf line = {0};
    print_line(&line, q, status, fault);
    ssize_t written = write(r->fd, line.data, line.len);
    if (written < 0)
        give_up(r, errno);
    else if ((size_t)written < line.len)
        give_up(r, ENOSPC);
    buf_free(&line);
}
