/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "reqlog.h"

#include "json.h"
#include "mask.h"

#include <inttypes.h>
#include <stdlib.h>

static size_t slot_of(const struct reqlog *l, size_t index)
{
    return (l->first + index) % l->cap;
}

static void drop_oldest(struct reqlog *l)
{
    struct reqlog_entry *e = &l->entries[l->first];
    l->bytes -= e->head.len + e->tail.len;
    buf_free(&e->head);
    buf_free(&e->tail);
    l->first = slot_of(l, 1);
    l->count--;
}

void reqlog_free(struct reqlog *l)
{
    while (l->count > 0)
        drop_oldest(l);
    free(l->entries);
}

static void make_room(struct reqlog *l)
{
    if (l->entries == NULL) {
        l->cap = REQLOG_ENTRIES_MAX;
        l->entries = mem_resize(NULL, l->cap * sizeof *l->entries);
    }
    while (l->count == l->cap || (l->count > 0 && l->bytes > REQLOG_BYTES_MAX))
        drop_oldest(l);
}

static void quote_header(struct buf *out, const struct request_header *h)
{
    struct buf shown = {0};
    mask_header(h, &shown);
    json_quote(out, span_of(h->name));
    buf_text(out, ":");
    json_quote(out, buf_span(&shown));
    buf_free(&shown);
}

/* A JSON object holds a name once: of a repeated header the first value is shown. */
static void print_headers(struct buf *out, const struct request *q)
{
    buf_text(out, ",\"headers\":{");
    for (size_t i = 0, shown = 0; i < q->header_count; i++) {
        if (request_header(q, q->headers[i].name) != q->headers[i].value)
            continue;
        buf_text(out, shown++ > 0 ? "," : "");
        quote_header(out, &q->headers[i]);
    }
    buf_text(out, "}");
}

uint64_t reqlog_begin(struct reqlog *l, const struct request *q, int64_t t_us)
{
    make_room(l);
    struct reqlog_entry *e = &l->entries[slot_of(l, l->count++)];
    *e = (struct reqlog_entry){.head = {0}};
    int64_t length = request_content_length(q);
    buf_printf(&e->head, "{\"seq\":%" PRIu64 ",\"t_ms\":%" PRId64 ",\"method\":", ++l->total, t_us / 1000);
    json_quote(&e->head, span_of(q->method));
    buf_text(&e->head, ",\"path\":");
    json_quote(&e->head, span_of(q->target));
    print_headers(&e->head, q);
    buf_text(&e->head, ",\"content_length\":");
    if (length >= 0)
        buf_printf(&e->head, "%" PRId64, length);
    else
        buf_text(&e->head, "null");
    json_member_or_null(&e->head, "if_match", request_header(q, "If-Match"));
    l->bytes += e->head.len;
    return l->total;
}

void reqlog_end(struct reqlog *l, const struct request *q, unsigned status, const char *fault)
{
    uint64_t age = l->total - q->seq; /* 0: the newest */
    if (age >= l->count)
        return;
    struct buf *tail = &l->entries[slot_of(l, l->count - 1 - (size_t)age)].tail;
    buf_printf(tail, ",\"body_length\":%zu,\"body\":", q->body_seen);
    if (request_is(q, "PUT"))
        json_quote(tail, buf_span(&q->body));
    else
        buf_text(tail, "null");
    json_member_or_null(tail, "fault", fault != NULL && *fault != '\0' ? fault : NULL);
    if (status > 0)
        buf_printf(tail, ",\"status\":%u}", status);
    else
        buf_text(tail, ",\"status\":null}");
    l->bytes += tail->len;
}

void reqlog_print(const struct reqlog *l, struct buf *out)
{
    buf_text(out, "[");
    for (size_t i = 0; i < l->count; i++) {
        const struct reqlog_entry *e = &l->entries[slot_of(l, i)];
        buf_text(out, i > 0 ? ",\n" : "");
        buf_add(out, e->head.data, e->head.len);
        if (e->tail.len > 0)
            buf_add(out, e->tail.data, e->tail.len);
        else
            buf_text(out, ",\"body_length\":null,\"body\":null,\"fault\":null,\"status\":null}");
    }
    buf_text(out, "]");
}
