/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "options.h"
#include "server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int complain(int code, const char *what, const char *why)
{
    fprintf(stderr, "cxdialer-sim: %s%s%s\n", what, *what != '\0' ? ": " : "", why);
    return code;
}

static bool read_file(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rbe");
    if (f == NULL)
        return false;
    char block[16384];
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
        buf_add(out, block, n);
    int failed = ferror(f) ? errno : 0;
    buf_text(out, ""); /* even an empty file is a string */
    fclose(f);
    errno = failed;
    return failed == 0;
}

static int load_campaigns(struct sim *sim, const char *path)
{
    struct buf text = {0};
    struct buf why = {0};
    int code = 0;
    if (path == NULL)
        store_load_sample(&sim->store);
    else if (!read_file(path, &text))
        code = complain(EXIT_INPUT, path, strerror(errno));
    else if (!store_load(&sim->store, buf_span(&text), &why))
        code = complain(EXIT_DATA, path, why.data);
    buf_free(&text);
    buf_free(&why);
    return code;
}

static int open_record(struct sim *sim, const char *path)
{
    return record_open(&sim->record, path) ? 0 : complain(EXIT_CREATE, path, strerror(errno));
}

static bool sim_open(struct sim *sim, struct options *o)
{
    *sim = (struct sim){.set = o->set, .ids.seed = o->seed, .store = {.mode = o->validators, .seed = o->seed}};
    sim->faults = o->faults;
    pthread_mutex_init(&sim->lock, NULL);
    rate_init(&sim->rate, o->policy, o->rate, o->window_us, o->burst > 0 ? o->burst : o->rate);
    return clock_open(&sim->clock);
}

static void sim_close(struct sim *sim)
{
    store_free(&sim->store);
    auth_free(&sim->auth);
    rate_free(&sim->rate);
    faults_clear(&sim->faults);
    reqlog_free(&sim->log);
    record_close(&sim->record);
    pthread_mutex_destroy(&sim->lock);
    clock_close(&sim->clock);
}

/* Blocked before the first thread starts, so that all of them inherit it and sigwait gets the signal. */
static void hold_signals(sigset_t *ends)
{
    sigemptyset(ends);
    sigaddset(ends, SIGTERM);
    sigaddset(ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, ends, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int serve(struct sim *sim, const struct options *o, char *cert, char *key)
{
    struct server server;
    struct buf why = {0};
    sigset_t ends;
    int received;
    hold_signals(&ends);
    if (!server_start(&server, sim, o->port, cert, key, &why)) {
        complain(EXIT_UNAVAILABLE, "", why.data);
        buf_free(&why);
        return EXIT_UNAVAILABLE;
    }
    printf("listening on %s://127.0.0.1:%u\n", o->set.tls ? "https" : "http", server_port(&server));
    fflush(stdout);
    sigwait(&ends, &received);
    server_stop(&server);
    return 0;
}

static int serve_tls(struct sim *sim, const struct options *o)
{
    struct buf cert = {0};
    struct buf key = {0};
    int code;
    if (!read_file(o->tls_cert, &cert))
        code = complain(EXIT_INPUT, o->tls_cert, strerror(errno));
    else if (!read_file(o->tls_key, &key))
        code = complain(EXIT_INPUT, o->tls_key, strerror(errno));
    else
        code = serve(sim, o, cert.data, key.data);
    buf_free(&cert);
    buf_free(&key);
    return code;
}

int main(int argc, char **argv)
{
    struct options o;
    struct sim sim;
    options_parse(&o, argc, argv);
    if (!sim_open(&sim, &o))
        return complain(EXIT_UNAVAILABLE, "cannot start", strerror(errno));
    int code = load_campaigns(&sim, o.campaigns);
    if (code == 0)
        code = open_record(&sim, o.record);
    if (code == 0)
        code = o.set.tls ? serve_tls(&sim, &o) : serve(&sim, &o, NULL, NULL);
    if (code == 0 && sim.record.failed != 0)
        code = EXIT_WRITE;
    sim_close(&sim);
    return code;
}
