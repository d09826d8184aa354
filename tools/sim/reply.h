/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* A reply under construction: status, header fields, body. */
#ifndef SIM_REPLY_H
#define SIM_REPLY_H

#include "buf.h"

#define REPLY_FIELDS_MAX 12

struct reply_field {
    char *name;
    char *value;
};

struct reply {
    unsigned status;
    char request_id[40];
    struct reply_field fields[REPLY_FIELDS_MAX];
    size_t field_count;
    struct buf body;
};

void reply_init(struct reply *r, const char *request_id);
void reply_free(struct reply *r);
void reply_field(struct reply *r, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Replaces the body by the API's error object; field may be NULL. */
void reply_error(struct reply *r, unsigned status, const char *code, const char *field, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
