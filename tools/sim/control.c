/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The simulator's own endpoints under /_sim/, for the tests that use it. */
#include "sim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void print_campaign(const struct store *s, const struct campaign *c, struct buf *out)
{
    char etag[ETAG_SIZE] = "";
    buf_printf(out, "{\"id\":\"%s\",\"applied\":%" PRIu64 ",\"etag\":", c->id, c->puts);
    if (s->mode == VALIDATORS_ETAG)
        store_etag(s, c, etag);
    if (*etag != '\0')
        json_quote(out, span_of(etag));
    else
        buf_text(out, "null");
    if (s->mode == VALIDATORS_VERSION)
        buf_printf(out, ",\"version\":%" PRId64, c->version);
    else
        buf_text(out, ",\"version\":null");
    buf_text(out, ",\"raw\":");
    json_quote(out, buf_span(&c->document));
    buf_text(out, ",\"document\":");
    buf_add(out, c->document.data, c->document.len);
    buf_text(out, "}");
}

static void print_campaigns(const struct store *s, struct buf *out)
{
    buf_text(out, "{\"campaigns\":[");
    for (size_t i = 0; i < s->count; i++) {
        buf_text(out, i > 0 ? ",\n" : "");
        print_campaign(s, &s->list[i], out);
    }
    buf_printf(out, "],\"applied_total\":%" PRIu64, s->puts);
}

static void print_faults(const struct faults *f, struct buf *out)
{
    buf_text(out, ",\"faults\":[");
    for (size_t i = 0; i < f->count; i++) {
        buf_text(out, i > 0 ? ",{\"spec\":" : "{\"spec\":");
        json_quote(out, span_of(f->list[i].hit.spec));
        buf_printf(out, ",\"seen\":%" PRIu64 ",\"applied\":%" PRIu64 "}", f->list[i].seen, f->list[i].applied);
    }
    buf_text(out, "]");
}

static void show_state(struct sim *sim, const struct request *q, struct reply *r)
{
    (void)q;
    print_campaigns(&sim->store, &r->body);
    buf_printf(&r->body, ",\"tokens_issued\":%" PRIu64 ",\"token_requests\":%" PRIu64, sim->auth.issued, sim->token_requests);
    buf_printf(&r->body, ",\"requests\":%" PRIu64 ",\"status_429\":%" PRIu64 ",\"max_in_window\":%zu", sim->log.total,
               sim->refused_by_rate, sim->rate.seen_max);
    print_faults(&sim->faults, &r->body);
    buf_text(&r->body, "}");
}

static void show_requests(struct sim *sim, const struct request *q, struct reply *r)
{
    (void)q;
    reqlog_print(&sim->log, &r->body);
}

static bool add_faults(const json_t *specs, bool tls, struct faults *all, struct buf *why)
{
    const char *raw = NULL;
    for (size_t i = 0; i < json_array_size(specs); i++) {
        const char *spec = json_string_value(json_array_get(specs, i));
        if (spec == NULL) {
            buf_text(why, "each SPEC must be a string");
            return false;
        }
        if (!faults_add(all, spec, why))
            return false;
    }
    if (!tls || !faults_need_plain_socket(all, &raw))
        return true;
    buf_printf(why, "fault '%s' is not possible over TLS", raw);
    return false;
}

/* All of them or none: they are read into a list of their own first. */
static void append_faults(struct sim *sim, const json_t *specs, struct reply *r)
{
    struct faults fresh = {0};
    struct buf why = {0};
    if (add_faults(specs, sim->set.tls, &fresh, &why)) {
        size_t count = sim->faults.count + fresh.count;
        sim->faults.list = mem_resize(sim->faults.list, count * sizeof *fresh.list);
        if (fresh.count > 0)
            memcpy(sim->faults.list + sim->faults.count, fresh.list, fresh.count * sizeof *fresh.list);
        sim->faults.count = count;
    } else {
        reply_error(r, 400, "invalid_fault", NULL, "%s", why.data);
    }
    faults_clear(&fresh);
    buf_free(&why);
}

static void change_faults(struct sim *sim, const struct request *q, struct reply *r)
{
    char reason[JSON_REASON_SIZE];
    json_t *body = json_read(buf_span(&q->body), reason);
    if (json_is_array(body))
        append_faults(sim, body, r);
    else if (json_is_true(json_object_get(body, "clear")))
        faults_clear(&sim->faults);
    else
        reply_error(r, 400, "malformed_body", NULL, "expected an array of SPEC strings or {\"clear\":true}");
    if (r->status == 200)
        buf_printf(&r->body, "{\"faults\":%zu}", sim->faults.count);
    json_decref(body);
}

static void change_campaign(struct sim *sim, const struct request *q, struct reply *r)
{
    static const char prefix[] = "/_sim/campaigns/";
    char reason[JSON_REASON_SIZE];
    struct span path = request_path(q);
    char *name = mem_copy(path.p + sizeof prefix - 1, path.n - (sizeof prefix - 1));
    struct campaign *c = store_find(&sim->store, name);
    json_t *body = json_read(buf_span(&q->body), reason);
    const json_t *id = json_object_get(body, "id");
    if (c == NULL)
        reply_error(r, 404, "not_found", NULL, "no campaign '%s'", name);
    else if (!json_is_object(body) || (id != NULL && strcmp(c->id, json_is_string(id) ? json_string_value(id) : "") != 0))
        reply_error(r, 400, "malformed_body", NULL, "expected a JSON object with members to set, not another id");
    else
        store_change(&sim->store, c, buf_span(&q->body));
    if (r->status == 200)
        print_campaign(&sim->store, c, &r->body);
    json_decref(body);
    free(name);
}

struct control_row {
    const char *path;
    bool is_prefix;
    const char *method;
    void (*run)(struct sim *, const struct request *, struct reply *);
};

static const struct control_row rows[] = {
    {"/_sim/state", false, "GET", show_state},
    {"/_sim/requests", false, "GET", show_requests},
    {"/_sim/faults", false, "POST", change_faults},
    {"/_sim/campaigns/", true, "POST", change_campaign},
};

static bool row_matches(const struct control_row *row, struct span path)
{
    size_t n = strlen(row->path);
    return path.n >= n && memcmp(path.p, row->path, n) == 0 && (path.n == n || row->is_prefix);
}

void control_handle(struct sim *sim, const struct request *q, struct reply *r)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!row_matches(&rows[i], request_path(q)))
            continue;
        if (guard_method(q, rows[i].method, r))
            rows[i].run(sim, q, r);
        return;
    }
    reply_error(r, 404, "not_found", NULL, "no such path of the simulator");
}
