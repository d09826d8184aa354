/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "server.h"

#include "answer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* A body over the limit is still read, up to here, so that the client gets to see the 413. */
#define BODY_DRAINED_MAX ((int64_t)16 * 1024 * 1024)
#define HEADER_MEMORY ((size_t)64 * 1024)

static void *begin_request(void *sim, const char *target, struct MHD_Connection *connection)
{
    (void)sim;
    (void)connection;
    return request_new(target);
}

static enum MHD_Result copy_header(void *request, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    request_add_header(request, name, value);
    return MHD_YES;
}

static void receive_head(struct sim *sim, struct MHD_Connection *connection, struct request *q, const char *method)
{
    q->begun = true;
    q->method = mem_copy(method, strlen(method));
    MHD_get_connection_values(connection, MHD_HEADER_KIND, copy_header, q);
    if (q->route == ROUTE_CONTROL)
        return;
    pthread_mutex_lock(&sim->lock);
    q->seq = reqlog_begin(&sim->log, q, clock_us(&sim->clock));
    pthread_mutex_unlock(&sim->lock);
}

/* The reply that does not wait for the body: when that is endless, or when the client itself waits for a word. */
static bool is_answered_at_once(const struct request *q)
{
    int64_t length = request_content_length(q);
    bool waits = request_header(q, "Expect") != NULL;
    return length > BODY_DRAINED_MAX || (waits && length > (int64_t)REQUEST_BODY_MAX);
}

static enum MHD_Result receive(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                               const char *version, const char *data, size_t *size, void **state)
{
    struct sim *sim = cls;
    struct request *q = *state;
    (void)url;
    (void)version;
    if (!q->begun) {
        receive_head(sim, connection, q, method);
        return is_answered_at_once(q) ? answer_request(sim, connection, q) : MHD_YES;
    }
    if (*size == 0) {
        q->complete = true;
        return answer_request(sim, connection, q);
    }
    request_add_body(q, data, *size);
    *size = 0;
    return (int64_t)q->body_seen > BODY_DRAINED_MAX ? MHD_NO : MHD_YES;
}

/* A request that broke off gets its body into the log as far as it came. */
static void end_request(void *cls, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code)
{
    struct sim *sim = cls;
    struct request *q = *state;
    (void)connection;
    (void)code;
    if (q != NULL && q->begun)
        answer_log(sim, q, 0, NULL);
    request_free(q);
    *state = NULL;
}

/* Paths stay as sent: the routes decode what they need, the log shows what came. */
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls;
    (void)connection;
    return strlen(text);
}

static struct MHD_Daemon *start_daemon(struct sim *sim, unsigned flags, const struct sockaddr_in *address,
                                       struct MHD_OptionItem *tls)
{
    const struct sockaddr *plain = (const struct sockaddr *)address;
    return MHD_start_daemon(flags, 0, NULL, NULL, receive, sim, MHD_OPTION_SOCK_ADDR, plain, MHD_OPTION_URI_LOG_CALLBACK,
                            begin_request, sim, MHD_OPTION_NOTIFY_COMPLETED, end_request, sim, MHD_OPTION_UNESCAPE_CALLBACK,
                            keep_escapes, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                            HEADER_MEMORY, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

bool server_start(struct server *s, struct sim *sim, unsigned port, char *tls_cert, char *tls_key, struct buf *why)
{
    unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct MHD_OptionItem tls[3] = {{MHD_OPTION_END, 0, NULL}};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (tls_cert != NULL) {
        flags |= MHD_USE_TLS;
        tls[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, tls_cert};
        tls[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, tls_key};
        tls[2] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    }
    errno = 0;
    s->sim = sim;
    s->daemon = start_daemon(sim, flags, &address, tls);
    if (s->daemon == NULL && tls_cert != NULL && errno == 0)
        buf_text(why, "the certificate and its key cannot be used");
    else if (s->daemon == NULL)
        buf_printf(why, "cannot listen on 127.0.0.1:%u: %s", port, strerror(errno));
    return s->daemon != NULL;
}

unsigned server_port(const struct server *s)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info != NULL ? info->port : 0;
}

/* Sleepers wake first, or the daemon would wait for them. */
void server_stop(struct server *s)
{
    clock_stop(&s->sim->clock);
    MHD_stop_daemon(s->daemon);
}
