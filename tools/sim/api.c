/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The campaign endpoints, in the order a strict server checks: path, method, token, rate, scope, body, condition. */
#include "sim.h"

#include "codec.h"
#include "schema.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_DEFAULT 100
#define PAGE_MAX 500

static bool refuse_token(struct reply *r, const char *error, const char *message)
{
    reply_error(r, 401, "unauthorized", NULL, "%s", message);
    reply_field(r, "WWW-Authenticate", "Bearer realm=\"cxdialer-sim\"%s", error);
    return false;
}

static bool guard_token(const struct sim *sim, const struct request *q, unsigned *scopes, struct reply *r)
{
    static const char invalid[] = ", error=\"invalid_token\"";
    switch (auth_check(&sim->auth, request_header(q, "Authorization"), clock_us(&sim->clock), scopes)) {
    case AUTH_MISSING:
        return refuse_token(r, "", "a bearer token is required");
    case AUTH_INVALID:
        return refuse_token(r, invalid, "the token is not one of ours");
    case AUTH_EXPIRED:
        return refuse_token(r, invalid, "the token has expired");
    case AUTH_OK:
        break;
    }
    return true;
}

static bool guard_rate(struct sim *sim, struct reply *r)
{
    struct rate_answer a;
    rate_take(&sim->rate, clock_us(&sim->clock), &a);
    if (sim->rate.limit == 0)
        return true;
    reply_field(r, "RateLimit-Policy", "\"campaigns\";q=%" PRId64 ";w=%" PRId64, sim->rate.limit,
                (sim->rate.window_us + 999999) / 1000000);
    reply_field(r, "RateLimit", "\"campaigns\";r=%" PRId64 ";t=%" PRId64, a.remaining, a.reset_s);
    if (a.granted)
        return true;
    sim->refused_by_rate++;
    reply_error(r, 429, "rate_limited", NULL, "more than %" PRId64 " requests in %" PRId64 " s", sim->rate.limit,
                (sim->rate.window_us + 999999) / 1000000);
    reply_field(r, "Retry-After", "%" PRId64, a.retry_after_s);
    return false;
}

static bool guard_scope(unsigned scopes, unsigned enough, const char *name, struct reply *r)
{
    if ((scopes & enough) != 0)
        return true;
    reply_error(r, 403, "insufficient_scope", NULL, "the token lacks the scope %s", name);
    reply_field(r, "WWW-Authenticate", "Bearer realm=\"cxdialer-sim\", error=\"insufficient_scope\", scope=\"%s\"", name);
    return false;
}

static void show(const struct sim *sim, const struct campaign *c, struct reply *r)
{
    buf_add(&r->body, c->document.data, c->document.len);
    if (sim->store.mode != VALIDATORS_ETAG)
        return;
    char etag[ETAG_SIZE];
    store_etag(&sim->store, c, etag);
    reply_field(r, "ETag", "%s", etag);
}

/* A whole number of the query within the range; false: there, but not that. */
static bool query_number(const struct request *q, const char *name, const char *prefix, int64_t max, int64_t *out)
{
    struct buf text = {0};
    int n = codec_form_get(request_query(q), name, &text);
    size_t skip = strlen(prefix);
    bool ok = n == 0;
    if (n == 1 && text.len > skip && text.len < skip + 16 && memcmp(text.data, prefix, skip) == 0) {
        const char *digits = text.data + skip;
        *out = strtoll(digits, NULL, 10);
        ok = strspn(digits, "0123456789") == strlen(digits) && *out >= 1 && *out <= max;
    }
    buf_free(&text);
    return ok;
}

/* A cursor says "c" and the number of the first campaign of its page, from 0. */
static void list_campaigns(const struct sim *sim, const struct request *q, struct reply *r)
{
    int64_t limit = PAGE_DEFAULT;
    int64_t from = 0;
    int64_t count = (int64_t)sim->store.count;
    if (!query_number(q, "limit", "", PAGE_MAX, &limit)) {
        reply_error(r, 400, "invalid_value", "limit", "limit must be 1 to %d", PAGE_MAX);
        return;
    }
    if (!query_number(q, "cursor", "c", count, &from)) {
        reply_error(r, 400, "invalid_value", "cursor", "not a cursor given by this server");
        return;
    }
    int64_t end = from + limit < count ? from + limit : count;
    buf_text(&r->body, "{\"campaigns\":[");
    for (int64_t i = from; i < end; i++) {
        const struct buf *document = &sim->store.list[i].document;
        buf_text(&r->body, i > from ? "," : "");
        buf_add(&r->body, document->data, document->len);
    }
    if (end < count)
        buf_printf(&r->body, "],\"nextCursor\":\"c%" PRId64 "\"}", end);
    else
        buf_text(&r->body, "],\"nextCursor\":null}");
}

static bool guard_document(const struct sim *sim, const struct request *q, const json_t *parsed, struct reply *r)
{
    struct schema_problem p;
    const char *id = json_string_value(json_object_get(parsed, "id"));
    if (!schema_check(parsed, &p)) {
        reply_error(r, p.status, p.code, p.field, "%s", p.message);
        return false;
    }
    if (strcmp(id, q->id) != 0) {
        reply_error(r, 400, "id_mismatch", "id", "the body is campaign '%.128s', the path '%s'", id, q->id);
        return false;
    }
    if (!schema_check_engine(parsed, sim->set.licensed_agents, &p)) {
        reply_error(r, p.status, p.code, p.field, "%s", p.message);
        return false;
    }
    return true;
}

static void write_campaign(struct sim *sim, const struct request *q, struct campaign *c, struct reply *r)
{
    switch (store_put(&sim->store, c, request_header(q, "If-Match"), buf_span(&q->body))) {
    case STORE_DONE:
        show(sim, c, r);
        break;
    case STORE_PRECONDITION_FAILED:
        reply_error(r, 412, "precondition_failed", NULL, "If-Match is not the current ETag");
        break;
    case STORE_VERSION_CONFLICT:
        reply_error(r, 409, "version_conflict", "version", "the current version is %" PRId64, c->version);
        break;
    case STORE_BAD_VERSION:
        reply_error(r, 400, "invalid_value", "version", "version must be a whole number from 0");
        break;
    }
}

static void put_campaign(struct sim *sim, const struct request *q, struct campaign *c, struct reply *r)
{
    char reason[JSON_REASON_SIZE];
    json_t *parsed = json_read(buf_span(&q->body), reason);
    if (parsed == NULL)
        reply_error(r, 400, "malformed_body", NULL, "not JSON: %s", reason);
    else if (guard_document(sim, q, parsed, r))
        write_campaign(sim, q, c, r);
    json_decref(parsed);
}

static void handle_item(struct sim *sim, const struct request *q, unsigned scopes, struct reply *r)
{
    bool put = request_is(q, "PUT");
    if (!guard_scope(scopes, put ? SCOPE_WRITE : SCOPE_WRITE | SCOPE_READ, put ? "campaign:write" : "campaign:read", r))
        return;
    if (put && !guard_body(q, "application/json", r))
        return;
    struct campaign *c = store_find(&sim->store, q->id);
    if (c == NULL)
        reply_error(r, 404, "not_found", NULL, "no campaign '%s'", q->id);
    else if (put)
        put_campaign(sim, q, c, r);
    else
        show(sim, c, r);
}

void api_handle(struct sim *sim, const struct request *q, struct reply *r)
{
    unsigned scopes = 0;
    if (q->route != ROUTE_LIST && q->route != ROUTE_ITEM) {
        reply_error(r, 404, "not_found", NULL, "no such path");
        return;
    }
    if (!guard_method(q, q->route == ROUTE_LIST ? "GET" : "GET, PUT", r))
        return;
    if (!guard_token(sim, q, &scopes, r) || !guard_rate(sim, r))
        return;
    if (q->route == ROUTE_ITEM)
        handle_item(sim, q, scopes, r);
    else if (guard_scope(scopes, SCOPE_WRITE | SCOPE_READ, "campaign:read", r))
        list_campaigns(sim, q, r);
}

void api_charge(struct sim *sim, const struct request *q)
{
    unsigned scopes = 0;
    struct rate_answer a;
    int64_t now = clock_us(&sim->clock);
    bool campaigns = q->route == ROUTE_LIST || q->route == ROUTE_ITEM;
    if (campaigns && auth_check(&sim->auth, request_header(q, "Authorization"), now, &scopes) == AUTH_OK)
        rate_take(&sim->rate, now, &a);
}
