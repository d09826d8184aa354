/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Everything one simulator holds. All of it behind one lock but for what never changes after the start. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "auth.h"
#include "clock.h"
#include "faults.h"
#include "ids.h"
#include "rate.h"
#include "record.h"
#include "reply.h"
#include "reqlog.h"
#include "request.h"
#include "store.h"

#include <pthread.h>

struct sim_settings {
    const char *client_id;
    const char *client_secret;
    int64_t token_ttl_s;
    int64_t licensed_agents;
    int64_t latency_ms;
    bool tls;
};

struct sim {
    struct sim_settings set;
    struct sim_clock clock;
    pthread_mutex_t lock;
    struct ids ids;
    struct auth auth;
    struct rate rate;
    struct store store;
    struct faults faults;
    struct reqlog log;
    struct record record;
    uint64_t token_requests;
    uint64_t refused_by_rate;
};

/* The three below run under the lock. */
void api_handle(struct sim *sim, const struct request *q, struct reply *r);
void api_charge(struct sim *sim, const struct request *q); /* counts a request that is not going to be handled */
void oauth_handle(struct sim *sim, const struct request *q, struct reply *r);
void control_handle(struct sim *sim, const struct request *q, struct reply *r);

/* The checks of a request's frame that the API and the token endpoint share; false: *r is the refusal. */
bool guard_method(const struct request *q, const char *allowed, struct reply *r);
bool guard_body(const struct request *q, const char *media_type, struct reply *r);

#endif
