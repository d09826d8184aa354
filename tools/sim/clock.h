/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Time since start, and sleeping that ends at once when the simulator is told to stop. */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct sim_clock {
    int64_t start_us;
    int stop_fd;
};

bool clock_open(struct sim_clock *c);
void clock_close(struct sim_clock *c);
int64_t clock_us(const struct sim_clock *c);
void clock_stop(const struct sim_clock *c);
bool clock_sleep_ms(const struct sim_clock *c, int64_t ms); /* false: stopped */
bool clock_wait_writable(const struct sim_clock *c, int fd); /* false: stopped or broken */

#endif
