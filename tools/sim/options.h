/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The command line. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "sim.h"

/* sysexits.h has them, by these numbers */
enum { EXIT_USAGE = 64, EXIT_DATA = 65, EXIT_INPUT = 66, EXIT_UNAVAILABLE = 69, EXIT_CREATE = 73, EXIT_WRITE = 74 };

struct options {
    struct sim_settings set;
    unsigned port;
    const char *campaigns;
    const char *tls_cert;
    const char *tls_key;
    const char *record; /* NULL: none */
    int64_t rate;
    int64_t window_us;
    int64_t burst; /* 0: as the rate */
    enum rate_policy policy;
    enum validator_mode validators;
    uint64_t seed;
    struct faults faults;
};

/* Ends the program on --help, --version and on errors. */
void options_parse(struct options *o, int argc, char **argv);

#endif
