/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "options.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#ifndef SIM_VERSION
#define SIM_VERSION "unknown"
#endif

const char *argp_program_version = "cxdialer-sim " SIM_VERSION;

enum {
    KEY_PORT = 0x100,
    KEY_CAMPAIGNS,
    KEY_RATE,
    KEY_WINDOW,
    KEY_POLICY,
    KEY_BURST,
    KEY_VALIDATORS,
    KEY_CLIENT_ID,
    KEY_CLIENT_SECRET,
    KEY_TOKEN_TTL,
    KEY_LICENSED_AGENTS,
    KEY_LATENCY,
    KEY_TLS_CERT,
    KEY_TLS_KEY,
    KEY_SEED,
    KEY_RECORD,
    KEY_FAULT
};

static const struct argp_option rows[] = {
    {"port", KEY_PORT, "N", 0, "Port on 127.0.0.1 [0 = any free one]", 1},
    {"tls-cert", KEY_TLS_CERT, "FILE", 0, "Speak TLS with this PEM certificate", 1},
    {"tls-key", KEY_TLS_KEY, "FILE", 0, "and its PEM key", 1},
    {"campaigns", KEY_CAMPAIGNS, "FILE", 0, "JSON array of campaigns, or an object with the member campaigns [one sample]", 2},
    {"validators", KEY_VALIDATORS, "etag|version|none", 0, "How a campaign says that it changed [etag]", 2},
    {"licensed-agents", KEY_LICENSED_AGENTS, "N", 0, "More concurrent calls are refused with 422 [500]", 2},
    {"client-id", KEY_CLIENT_ID, "TEXT", 0, "[demo-client]", 3},
    {"client-secret", KEY_CLIENT_SECRET, "TEXT", 0, "[demo-secret]", 3},
    {"token-ttl", KEY_TOKEN_TTL, "S", 0, "Life of a token [3600]", 3},
    {"rate", KEY_RATE, "N", 0, "Requests a window, 0 = no limit [100]", 4},
    {"window", KEY_WINDOW, "S", 0, "Length of the window, decimals allowed [60]", 4},
    {"policy", KEY_POLICY, "fixed|sliding|bucket", 0, "How the limit counts [fixed]", 4},
    {"burst", KEY_BURST, "N", 0, "Size of the bucket [as --rate]", 4},
    {"latency-ms", KEY_LATENCY, "N", 0, "Hold every reply back for this long [0]", 5},
    {"seed", KEY_SEED, "N", 0, "The same tokens, ETags and request ids in every run", 5},
    {"record", KEY_RECORD, "FILE", 0, "Append every request to this file, a line of JSON each [as CXDIALER_SIM_RECORD says]", 5},
    {"fault", KEY_FAULT, "SPEC", 0, "METHOD:N:KIND[=VALUE], repeatable; see the manual page", 5},
    {0},
};

/* An option that is a whole number in a range. */
static int64_t number(const struct argp_state *state, const char *name, const char *text, int64_t min, int64_t max)
{
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == ' ' || n < min || n > max)
        argp_error(state, "--%s: '%s' is not a whole number from %" PRId64 " to %" PRId64, name, text, min, max);
    return n;
}

static int64_t window_us(const struct argp_state *state, const char *text)
{
    char *end;
    double s = strtod(text, &end);
    if (end == text || *end != '\0' || !(s >= 0.001 && s <= 86400))
        argp_error(state, "--window: '%s' is not a number of seconds from 0.001 to 86400", text);
    return (int64_t)(s * 1e6);
}

static uint64_t seed(const struct argp_state *state, const char *text)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || *text < '0' || *text > '9')
        argp_error(state, "--seed: '%s' is not a whole number of at most 64 bits", text);
    return n;
}

static unsigned choice(const struct argp_state *state, const char *name, const char *text, const char *const words[3])
{
    for (unsigned i = 0; i < 3; i++)
        if (strcmp(text, words[i]) == 0)
            return i;
    argp_error(state, "--%s: '%s' is none of %s, %s, %s", name, text, words[0], words[1], words[2]);
    return 0;
}

static const char *not_empty(const struct argp_state *state, const char *name, const char *text)
{
    if (*text == '\0')
        argp_error(state, "--%s must not be empty", name);
    return text;
}

static void add_fault(struct options *o, const struct argp_state *state, const char *spec)
{
    struct buf why = {0};
    if (!faults_add(&o->faults, spec, &why))
        argp_error(state, "%s", why.data);
    buf_free(&why);
}

/* Set for a whole test suite, so that every simulator in it is heard without being told. */
static const char *record_of_environment(void)
{
    const char *path = getenv("CXDIALER_SIM_RECORD");
    return path != NULL && *path != '\0' ? path : NULL;
}

static void check_together(const struct options *o, const struct argp_state *state)
{
    const char *raw = NULL;
    if ((o->tls_cert == NULL) != (o->tls_key == NULL))
        argp_error(state, "--tls-cert and --tls-key go together");
    if (o->burst != 0 && o->policy != RATE_BUCKET)
        argp_error(state, "--burst is for --policy bucket only");
    if (o->tls_cert != NULL && faults_need_plain_socket(&o->faults, &raw))
        argp_error(state, "fault '%s': endless-headers is not possible over TLS", raw);
}

static error_t parse_limits(int key, char *arg, struct argp_state *state, struct options *o)
{
    static const char *const policies[] = {"fixed", "sliding", "bucket"};
    switch (key) {
    case KEY_RATE:
        o->rate = number(state, "rate", arg, 0, 1000000);
        break;
    case KEY_WINDOW:
        o->window_us = window_us(state, arg);
        break;
    case KEY_POLICY:
        o->policy = (enum rate_policy)choice(state, "policy", arg, policies);
        break;
    case KEY_BURST:
        o->burst = number(state, "burst", arg, 1, 1000000);
        break;
    case KEY_TOKEN_TTL:
        o->set.token_ttl_s = number(state, "token-ttl", arg, 0, 31536000);
        break;
    case KEY_LICENSED_AGENTS:
        o->set.licensed_agents = number(state, "licensed-agents", arg, 0, 1000000);
        break;
    case KEY_LATENCY:
        o->set.latency_ms = number(state, "latency-ms", arg, 0, 3600000);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
    static const char *const modes[] = {"etag", "version", "none"};
    struct options *o = state->input;
    switch (key) {
    case KEY_PORT:
        o->port = (unsigned)number(state, "port", arg, 0, 65535);
        break;
    case KEY_CAMPAIGNS:
        o->campaigns = arg;
        break;
    case KEY_VALIDATORS:
        o->validators = (enum validator_mode)choice(state, "validators", arg, modes);
        break;
    case KEY_CLIENT_ID:
        o->set.client_id = not_empty(state, "client-id", arg);
        break;
    case KEY_CLIENT_SECRET:
        o->set.client_secret = not_empty(state, "client-secret", arg);
        break;
    case KEY_TLS_CERT:
        o->tls_cert = arg;
        break;
    case KEY_TLS_KEY:
        o->tls_key = arg;
        break;
    case KEY_SEED:
        o->seed = seed(state, arg);
        break;
    case KEY_RECORD:
        o->record = not_empty(state, "record", arg);
        break;
    case KEY_FAULT:
        add_fault(o, state, arg);
        break;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected argument '%s'", arg);
        break;
    case ARGP_KEY_END:
        check_together(o, state);
        break;
    default:
        return parse_limits(key, arg, state, o);
    }
    return 0;
}

void options_parse(struct options *o, int argc, char **argv)
{
    static const struct argp argp = {
        .options = rows,
        .parser = parse_one,
        .doc = "Simulates the outbound campaign API on 127.0.0.1, for demos and tests."
               "\vPrints \"listening on URL\" once it accepts connections and runs until SIGTERM or SIGINT.",
    };
    *o = (struct options){.rate = 100, .window_us = 60000000, .record = record_of_environment(), .seed = ids_random_seed()};
    o->set = (struct sim_settings){
        .client_id = "demo-client", .client_secret = "demo-secret", .token_ttl_s = 3600, .licensed_agents = 500};
    argp_parse(&argp, argc, argv, 0, NULL, o);
    o->set.tls = o->tls_cert != NULL;
}
