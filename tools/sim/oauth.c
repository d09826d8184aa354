/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The token endpoint: client credentials by HTTP Basic or in the form (RFC 6749). */
#include "sim.h"

#include "codec.h"

#include <string.h>
#include <strings.h>

static void oauth_error(struct reply *r, unsigned status, const char *error, const char *description)
{
    r->status = status;
    buf_printf(&r->body, "{\"error\":\"%s\",\"error_description\":\"%s\"}", error, description);
    reply_field(r, "Cache-Control", "no-store");
    if (status == 401)
        reply_field(r, "WWW-Authenticate", "Basic realm=\"cxdialer-sim\"");
}

static bool same_text(struct span got, const char *expected)
{
    return got.n == strlen(expected) && memcmp(got.p, expected, got.n) == 0;
}

/* RFC 6749 has id and secret form-encoded before base64; most clients send them raw. Both are right here. */
static bool same_credential(struct span got, const char *expected)
{
    struct buf decoded = {0};
    bool same = same_text(got, expected);
    if (!same)
        same = codec_percent(got, true, &decoded) && same_text(buf_span(&decoded), expected);
    buf_free(&decoded);
    return same;
}

static bool basic_is_right(const struct sim *sim, const char *header)
{
    static const char scheme[] = "Basic ";
    struct buf pair = {0};
    bool right = false;
    if (strncasecmp(header, scheme, sizeof scheme - 1) == 0 && codec_base64(span_of(header + sizeof scheme - 1), &pair)) {
        struct span all = buf_span(&pair);
        const char *colon = memchr(all.p, ':', all.n);
        size_t n = colon != NULL ? (size_t)(colon - all.p) : 0;
        right = colon != NULL && same_credential((struct span){all.p, n}, sim->set.client_id) &&
                same_credential((struct span){colon + 1, all.n - n - 1}, sim->set.client_secret);
    }
    buf_free(&pair);
    return right;
}

struct token_form {
    struct buf grant_type, scope, client_id, client_secret;
    bool in_form; /* credentials are */
};

static void form_free(struct token_form *f)
{
    buf_free(&f->grant_type);
    buf_free(&f->scope);
    buf_free(&f->client_id);
    buf_free(&f->client_secret);
}

static bool form_read(struct span body, struct token_form *f)
{
    int grants = codec_form_get(body, "grant_type", &f->grant_type);
    int scopes = codec_form_get(body, "scope", &f->scope);
    int ids = codec_form_get(body, "client_id", &f->client_id);
    int secrets = codec_form_get(body, "client_secret", &f->client_secret);
    f->in_form = secrets > 0;
    return grants == 1 && scopes >= 0 && scopes <= 1 && ids >= 0 && ids <= 1 && secrets >= 0 && secrets <= 1;
}

static bool client_is_right(const struct sim *sim, const char *header, const struct token_form *f)
{
    if (header != NULL)
        return basic_is_right(sim, header);
    return f->in_form && same_text(buf_span(&f->client_id), sim->set.client_id) &&
           same_text(buf_span(&f->client_secret), sim->set.client_secret);
}

static unsigned scope_bit(struct span word)
{
    if (same_text(word, "campaign:write"))
        return SCOPE_WRITE;
    return same_text(word, "campaign:read") ? SCOPE_READ : 0;
}

/* 0: empty, or something in it is unknown */
static unsigned parse_scope(struct span text)
{
    unsigned scopes = 0;
    while (text.n > 0) {
        const char *space = memchr(text.p, ' ', text.n);
        size_t n = space != NULL ? (size_t)(space - text.p) : text.n;
        unsigned bit = scope_bit((struct span){text.p, n});
        if (bit == 0)
            return 0;
        scopes |= bit;
        size_t used = space != NULL ? n + 1 : n;
        text = (struct span){text.p + used, text.n - used};
    }
    return scopes;
}

static void issue(struct sim *sim, unsigned scopes, struct reply *r)
{
    const char *token = auth_issue(&sim->auth, &sim->ids, scopes, clock_us(&sim->clock), sim->set.token_ttl_s);
    buf_printf(&r->body, "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%lld}", token,
               (long long)sim->set.token_ttl_s);
    reply_field(r, "Cache-Control", "no-store");
}

static void answer_form(struct sim *sim, const struct request *q, const struct token_form *f, bool readable, struct reply *r)
{
    const char *header = request_header(q, "Authorization");
    unsigned scopes = parse_scope(buf_span(&f->scope));
    if (!readable)
        oauth_error(r, 400, "invalid_request", "the form needs grant_type, each parameter once, in form encoding");
    else if (header != NULL && f->in_form)
        oauth_error(r, 400, "invalid_request", "two client authentications in one request");
    else if (!client_is_right(sim, header, f))
        oauth_error(r, 401, "invalid_client", "client id or secret missing or wrong");
    else if (!same_text(buf_span(&f->grant_type), "client_credentials"))
        oauth_error(r, 400, "unsupported_grant_type", "only client_credentials is granted here");
    else if (scopes == 0)
        oauth_error(r, 400, "invalid_scope", "ask for campaign:write, campaign:read or both");
    else
        issue(sim, scopes, r);
}

void oauth_handle(struct sim *sim, const struct request *q, struct reply *r)
{
    struct token_form form = {.in_form = false};
    sim->token_requests++;
    if (!guard_method(q, "POST", r) || !guard_body(q, "application/x-www-form-urlencoded", r))
        return;
    bool readable = form_read(buf_span(&q->body), &form);
    answer_form(sim, q, &form, readable, r);
    form_free(&form);
}
