/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define STREAM_BLOCK ((size_t)16 * 1024)
#define STREAM_BOUND ((size_t)64 * 1024 * 1024)
#define SLOW_STEPS_PER_S 10

/* The body of a reply that is not simply sent. */
struct stream {
    const struct sim_clock *clock;
    int fd;
    int64_t rate;
    char *body;
    size_t len;
};

static int socket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL ? info->connect_fd : -1;
}

/* What is still in our queue would be thrown away by the reset, and the client is meant to see half the body. */
static void wait_until_delivered(const struct stream *s)
{
    int off = 0;
    int on = 1;
    int queued = 0;
    setsockopt(s->fd, IPPROTO_TCP, TCP_CORK, &off, sizeof off);
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (int i = 0; i < 2000; i++)
        if (ioctl(s->fd, SIOCOUTQ, &queued) != 0 || queued == 0 || !clock_sleep_ms(s->clock, 1))
            break;
}

/* The HTTP library says FIN before it closes; dissolving the association sends the RST while there is still time. */
static void reset_connection(const struct stream *s)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    wait_until_delivered(s);
    setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    connect(s->fd, &nobody, sizeof nobody);
}

static ssize_t copy_part(const struct stream *s, uint64_t pos, char *out, size_t max, size_t end)
{
    size_t n = end - (size_t)pos < max ? end - (size_t)pos : max;
    memcpy(out, s->body + pos, n);
    return (ssize_t)n;
}

static ssize_t read_half(void *stream, uint64_t pos, char *out, size_t max)
{
    struct stream *s = stream;
    return pos < s->len / 2 ? copy_part(s, pos, out, max, s->len / 2) : MHD_CONTENT_READER_END_WITH_ERROR;
}

static ssize_t read_half_then_reset(void *stream, uint64_t pos, char *out, size_t max)
{
    struct stream *s = stream;
    if (pos >= s->len / 2)
        reset_connection(s);
    return read_half(stream, pos, out, max);
}

static ssize_t read_slowly(void *stream, uint64_t pos, char *out, size_t max)
{
    struct stream *s = stream;
    int64_t step = s->rate / SLOW_STEPS_PER_S > 0 ? s->rate / SLOW_STEPS_PER_S : 1;
    if (!clock_sleep_ms(s->clock, step * 1000 / s->rate))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    return copy_part(s, pos, out, (size_t)step < max ? (size_t)step : max, s->len);
}

/* Valid JSON, were it read to the end. */
static ssize_t read_padding(void *stream, uint64_t pos, char *out, size_t max)
{
    static const char head[] = "{\"padding\":\"";
    (void)stream;
    if (pos >= STREAM_BOUND)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (max > STREAM_BOUND - pos)
        max = STREAM_BOUND - (size_t)pos;
    memset(out, 'x', max);
    for (size_t i = (size_t)pos; i < sizeof head - 1 && i - pos < max; i++)
        out[i - pos] = head[i];
    for (size_t i = 0; i < 2; i++)
        if (STREAM_BOUND - 2 + i >= pos && STREAM_BOUND - 2 + i - pos < max)
            out[STREAM_BOUND - 2 + i - pos] = "\"}"[i];
    return (ssize_t)max;
}

static void free_stream(void *stream)
{
    struct stream *s = stream;
    free(s->body);
    free(s);
}

static bool send_all(const struct sim_clock *clock, int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        if (sent < 0 && !clock_wait_writable(clock, fd))
            return false;
        if (sent > 0) {
            p += sent;
            n -= (size_t)sent;
        }
    }
    return true;
}

static void send_endless_headers(const struct sim_clock *clock, int fd)
{
    static const char start[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    char field[256];
    size_t total = 0;
    bool open = send_all(clock, fd, start, sizeof start - 1);
    for (unsigned i = 0; open && total < STREAM_BOUND; i++) {
        int n = snprintf(field, sizeof field, "X-Endless-%u: %0128u\r\n", i, i);
        open = send_all(clock, fd, field, (size_t)n);
        total += (size_t)n;
    }
}

static struct MHD_Response *stream_response(struct stream s, MHD_ContentReaderCallback read, uint64_t size)
{
    struct stream *copy = mem_resize(NULL, sizeof *copy);
    *copy = s;
    struct MHD_Response *response = MHD_create_response_from_callback(size, STREAM_BLOCK, read, copy, free_stream);
    if (response == NULL)
        free_stream(copy);
    return response;
}

/* Half an object is never JSON. */
static struct MHD_Response *make_response(struct stream s, enum fault_kind kind)
{
    switch (kind) {
    case FAULT_TRUNCATE:
        return stream_response(s, read_half, s.len);
    case FAULT_RESET_MID_BODY:
        return stream_response(s, read_half_then_reset, s.len);
    case FAULT_SLOW:
        return stream_response(s, read_slowly, s.len);
    case FAULT_HUGE_BODY:
        return stream_response(s, read_padding, MHD_SIZE_UNKNOWN);
    case FAULT_BAD_JSON:
        return MHD_create_response_from_buffer(s.len / 2, s.body, MHD_RESPMEM_MUST_FREE);
    default:
        return MHD_create_response_from_buffer(s.len, s.body, MHD_RESPMEM_MUST_FREE);
    }
}

static enum MHD_Result queue(struct MHD_Connection *connection, const struct reply *r, struct MHD_Response *response)
{
    if (response == NULL)
        return MHD_NO;
    for (size_t i = 0; i < r->field_count; i++)
        MHD_add_response_header(response, r->fields[i].name, r->fields[i].value);
    if (r->body.len > 0)
        MHD_add_response_header(response, "Content-Type", "application/json");
    enum MHD_Result result = MHD_queue_response(connection, r->status, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result transport_send(struct MHD_Connection *connection, const struct sim_clock *clock, struct reply *r,
                               const struct fault_hit *fault)
{
    int fd = socket_of(connection);
    if (fault->kind == FAULT_APPLY_THEN_CLOSE)
        return MHD_NO;
    if (fault->kind == FAULT_ENDLESS_HEADERS) {
        send_endless_headers(clock, fd);
        return MHD_NO;
    }
    struct stream s = {.clock = clock, .fd = fd, .rate = fault->value, .body = r->body.data, .len = r->body.len};
    enum MHD_Result result = queue(connection, r, make_response(s, fault->kind));
    r->body.data = NULL; /* the response's now */
    buf_free(&r->body);
    return result;
}
