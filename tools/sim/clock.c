/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "clock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

bool clock_open(struct sim_clock *c)
{
    c->start_us = now_us();
    c->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return c->stop_fd >= 0;
}

void clock_close(struct sim_clock *c)
{
    close(c->stop_fd);
}

int64_t clock_us(const struct sim_clock *c)
{
    return now_us() - c->start_us;
}

/* Never read back: the descriptor stays readable, so every sleeper wakes and none can sleep again. */
void clock_stop(const struct sim_clock *c)
{
    eventfd_write(c->stop_fd, 1);
}

bool clock_sleep_ms(const struct sim_clock *c, int64_t ms)
{
    int64_t end = now_us() + ms * 1000;
    for (int64_t left = ms; left > 0; left = (end - now_us() + 999) / 1000) {
        struct pollfd p = {.fd = c->stop_fd, .events = POLLIN};
        if (poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left) > 0)
            return false;
    }
    return true;
}

bool clock_wait_writable(const struct sim_clock *c, int fd)
{
    struct pollfd p[2] = {{.fd = c->stop_fd, .events = POLLIN}, {.fd = fd, .events = POLLOUT}};
    int n;
    do
        n = poll(p, 2, -1);
    while (n < 0 && errno == EINTR);
    return n > 0 && p[0].revents == 0 && (p[1].revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
}
