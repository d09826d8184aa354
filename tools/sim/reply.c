/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "reply.h"

#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reply_init(struct reply *r, const char *request_id)
{
    *r = (struct reply){.status = 200};
    snprintf(r->request_id, sizeof r->request_id, "%s", request_id);
    reply_field(r, "X-Request-Id", "%s", request_id);
}

void reply_free(struct reply *r)
{
    for (size_t i = 0; i < r->field_count; i++) {
        free(r->fields[i].name);
        free(r->fields[i].value);
    }
    buf_free(&r->body);
}

void reply_field(struct reply *r, const char *name, const char *format, ...)
{
    if (r->field_count == REPLY_FIELDS_MAX)
        return;
    struct buf value = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&value, format, args);
    va_end(args);
    struct reply_field *f = &r->fields[r->field_count++];
    f->name = mem_copy(name, strlen(name));
    f->value = value.data != NULL ? value.data : mem_copy("", 0);
}

static void quote_or_null(struct buf *out, const char *text)
{
    if (text != NULL && *text != '\0')
        json_quote(out, span_of(text));
    else
        buf_text(out, "null");
}

void reply_error(struct reply *r, unsigned status, const char *code, const char *field, const char *format, ...)
{
    struct buf message = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&message, format, args);
    va_end(args);
    r->status = status;
    buf_free(&r->body);
    buf_printf(&r->body, "{\"code\":\"%s\",\"message\":", code);
    json_quote(&r->body, buf_span(&message));
    buf_text(&r->body, ",\"field\":");
    quote_or_null(&r->body, field);
    buf_printf(&r->body, ",\"requestId\":\"%s\"}", r->request_id);
    buf_free(&message);
}
