/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "sim.h"

#include <string.h>

static bool listed(const char *allowed, const char *method)
{
    size_t n = strlen(method);
    for (const char *p = allowed; (p = strstr(p, method)) != NULL; p += n)
        if ((p == allowed || p[-1] == ' ') && (p[n] == '\0' || p[n] == ','))
            return true;
    return false;
}

bool guard_method(const struct request *q, const char *allowed, struct reply *r)
{
    if (*q->method != '\0' && listed(allowed, q->method))
        return true;
    reply_error(r, 405, "method_not_allowed", NULL, "%.40s is not for this path, only %s", q->method, allowed);
    reply_field(r, "Allow", "%s", allowed);
    return false;
}

bool guard_body(const struct request *q, const char *media_type, struct reply *r)
{
    if (request_header(q, "Transfer-Encoding") != NULL || request_header_repeats(q, "Content-Length") == 0)
        reply_error(r, 411, "length_required", NULL, "the body needs a Content-Length; chunked bodies are not taken");
    else if (request_header_repeats(q, "Content-Length") > 1 || request_content_length(q) < 0)
        reply_error(r, 400, "malformed_request", NULL, "Content-Length must be given once, as a number");
    else if (request_content_length(q) > (int64_t)REQUEST_BODY_MAX || q->body_seen > REQUEST_BODY_MAX)
        reply_error(r, 413, "payload_too_large", NULL, "the body may have up to %zu bytes", REQUEST_BODY_MAX);
    else if (!request_has_media_type(q, media_type))
        reply_error(r, 415, "unsupported_media_type", NULL, "the body must be %s", media_type);
    else
        return true;
    return false;
}
