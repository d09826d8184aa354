/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "answer.h"

#include "transport.h"

static const struct fault_hit no_fault = {.kind = FAULT_NONE};

void answer_log(struct sim *sim, struct request *q, unsigned status, const char *fault)
{
    if (q->seq == 0 || q->ended)
        return;
    q->ended = true;
    pthread_mutex_lock(&sim->lock);
    reqlog_end(&sim->log, q, status, fault);
    record_add(&sim->record, q, status, fault);
    pthread_mutex_unlock(&sim->lock);
}

static void start_reply(struct sim *sim, enum id_stream stream, struct reply *r)
{
    char id[ID_SIZE];
    ids_next(&sim->ids, stream, id);
    reply_init(r, id);
}

static enum MHD_Result answer_control(struct sim *sim, struct MHD_Connection *connection, const struct request *q)
{
    struct reply r;
    pthread_mutex_lock(&sim->lock);
    start_reply(sim, ID_CONTROL, &r);
    control_handle(sim, q, &r);
    pthread_mutex_unlock(&sim->lock);
    enum MHD_Result result = transport_send(connection, &sim->clock, &r, &no_fault);
    reply_free(&r);
    return result;
}

static void handle(struct sim *sim, const struct request *q, struct reply *r)
{
    if (q->route == ROUTE_TOKEN)
        oauth_handle(sim, q, r);
    else
        api_handle(sim, q, r);
}

/* It never reaches the API, yet the gateway in front has seen it. */
static void charge(struct sim *sim, const struct request *q)
{
    sim->token_requests += q->route == ROUTE_TOKEN;
    api_charge(sim, q);
}

static void add_usual_fields(struct reply *r, const struct fault_hit *hit)
{
    if (*hit->retry_after != '\0')
        reply_field(r, "Retry-After", "%s", hit->retry_after);
    if (r->status == 401)
        reply_field(r, "WWW-Authenticate", "Bearer realm=\"cxdialer-sim\", error=\"invalid_token\"");
    if (r->status == 405)
        reply_field(r, "Allow", "GET");
    if (r->status >= 300 && r->status < 400 && r->status != 304)
        reply_field(r, "Location", "/redirected");
}

/* A refusal stands in for the API; a success only changes how the API's own success is reported. */
static void inject_status(struct sim *sim, const struct request *q, const struct fault_hit *hit, struct reply *r)
{
    if (hit->value >= 300) {
        charge(sim, q);
        reply_error(r, (unsigned)hit->value, "injected_fault", NULL, "ordered by %s", hit->spec);
    } else {
        handle(sim, q, r);
        if (r->status == 200)
            r->status = (unsigned)hit->value;
    }
    if (r->status == 204 || r->status == 205 || r->status == 304)
        buf_free(&r->body);
    if (r->status == (unsigned)hit->value)
        add_usual_fields(r, hit);
}

static struct fault_hit take_fault(struct sim *sim, const struct request *q)
{
    struct fault_hit hit;
    pthread_mutex_lock(&sim->lock);
    faults_match(&sim->faults, request_fault_targets(q), &hit);
    pthread_mutex_unlock(&sim->lock);
    return hit;
}

static enum MHD_Result close_unread(struct sim *sim, struct request *q, const struct fault_hit *hit)
{
    pthread_mutex_lock(&sim->lock);
    charge(sim, q);
    pthread_mutex_unlock(&sim->lock);
    answer_log(sim, q, 0, hit->spec);
    return MHD_NO;
}

static void make_reply(struct sim *sim, const struct request *q, const struct fault_hit *hit, struct reply *r)
{
    pthread_mutex_lock(&sim->lock);
    start_reply(sim, ID_REQUEST, r);
    if (hit->kind == FAULT_STATUS)
        inject_status(sim, q, hit, r);
    else
        handle(sim, q, r);
    pthread_mutex_unlock(&sim->lock);
}

enum MHD_Result answer_request(struct sim *sim, struct MHD_Connection *connection, struct request *q)
{
    if (q->route == ROUTE_CONTROL)
        return answer_control(sim, connection, q);
    struct reply r;
    struct fault_hit hit = take_fault(sim, q);
    if (hit.kind == FAULT_DELAY && !clock_sleep_ms(&sim->clock, hit.value))
        return MHD_NO;
    if (hit.kind == FAULT_CLOSE_BEFORE_REPLY)
        return close_unread(sim, q, &hit);
    make_reply(sim, q, &hit, &r);
    clock_sleep_ms(&sim->clock, sim->set.latency_ms);
    /* Before the first byte leaves, so that a test that has the reply finds it in the log. */
    answer_log(sim, q, hit.kind == FAULT_APPLY_THEN_CLOSE ? 0 : r.status, hit.spec);
    enum MHD_Result result = transport_send(connection, &sim->clock, &r, &hit);
    reply_free(&r);
    return result;
}
